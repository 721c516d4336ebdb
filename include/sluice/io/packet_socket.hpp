// SPDX-License-Identifier: MIT
//
// A packet socket as a link of Ethernet frames: all that comes to an interface, beside the kernel, and whatever is to
// leave by it (Linux 4.20, packet(7)), through memory shared with the kernel. Checksums and cutting are left to the
// interface or to the kernel, and what others left to theirs is taken as it is (PACKET_VNET_HDR). It needs CAP_NET_RAW,
// and addresses that the kernel does not have itself: it would answer for them, too. io/ethernet.hpp makes IP of it.
#pragma once

#include <algorithm>
#include <span>

#include <net/ethernet.h>

#include <sluice/io/frame_link.hpp>
#include <sluice/io/interface.hpp>
#include <sluice/io/link_counters.hpp>
#include <sluice/io/packet_ring.hpp>
#include <sluice/io/reactor.hpp>
#include <sluice/io/virtio_net_header.hpp>

namespace sluice::io {

struct packet_socket_options {
    std::string interface;
    bool super_segments = true;    // to be cut by the interface, or by the kernel
    unsigned receive_blocks = 32;  // of a MiB and 15 frames each; what they have no room for is lost
    unsigned transmit_blocks = 4;
};

class packet_socket {
public:
    static opened<packet_socket> open(const packet_socket_options& wanted, reactor& waits_in) {
        const interface at(wanted.interface);
        const auto index = at.index();
        if (!index) return index.why();
        auto own = at.hardware();
        if (!own) return own.why();
        auto mtu = at.mtu();
        if (!mtu) return mtu.why();

        descriptor socket(::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));  // nothing before `bind`
        if (!socket) return failed("a packet socket", errno == EPERM ? needs_raw : "");
        const auto set = [&](int option, auto value) {
            return ::setsockopt(socket.number(), SOL_PACKET, option, &value, sizeof value) == 0;
        };
        if (!set(PACKET_VERSION, int{TPACKET_V2}) || !set(PACKET_VNET_HDR, 1) || !set(PACKET_IGNORE_OUTGOING, 1))
            return failed("a packet socket with rings and offloads", "needs Linux 4.20");
        if (!set(PACKET_LOSS, 1) || !set(PACKET_RX_RING, packet_ring::request(wanted.receive_blocks)) ||
            !set(PACKET_TX_RING, packet_ring::request(wanted.transmit_blocks)))
            return failed("memory of packet socket " + wanted.interface, "ask for fewer blocks");
        mapping memory(socket.number(),
                       std::size_t{wanted.receive_blocks + wanted.transmit_blocks} * packet_ring::block_length);
        if (!memory) return failed("memory of packet socket " + wanted.interface, "ask for fewer blocks");
        // As much as the ring holds, so that the ring alone is the limit. Root's; less is slower, and no failure.
        const int room = static_cast<int>(2 * wanted.transmit_blocks * packet_ring::block_length);
        ::setsockopt(socket.number(), SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);

        sockaddr_ll name{};
        name.sll_family = AF_PACKET;
        name.sll_protocol = htons(ETH_P_ALL);
        name.sll_ifindex = *opened(index);
        if (::bind(socket.number(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0)
            return failed("packets of " + wanted.interface);
        auto watching = watched::add(waits_in, socket.number());
        if (!watching) return watching.why();
        return packet_socket(std::move(socket), *std::move(watching), std::move(memory), name.sll_ifindex, *own, *mtu,
                             wanted, waits_in);
    }

    const link_counters& count() const { return count_; }
    /// The interface was deleted, or moved elsewhere: nothing will come or go any more.
    bool is_gone() const { return is_gone_; }

    // ---- frame_link -------------------------------------------------------------------------------------------------

    instant now() const { return monotonic_now(); }
    link_capabilities capabilities() const {
        return {.mtu = mtu_, .largest_super_segment = has_super_segments_ ? most_payload : 0};
    }
    hardware_address hardware() const { return own_; }
    int native_handle() const { return socket_.number(); }

    void join(const hardware_address& group) {
        packet_mreq wanted{};
        wanted.mr_ifindex = index_;
        wanted.mr_type = PACKET_MR_MULTICAST;
        wanted.mr_alen = static_cast<unsigned short>(group.octets.size());
        std::copy(group.octets.begin(), group.octets.end(), wanted.mr_address);
        if (::setsockopt(socket_.number(), SOL_PACKET, PACKET_ADD_MEMBERSHIP, &wanted, sizeof wanted) != 0)
            ++count_.errors;
    }

    std::size_t receive(std::span<rx_packet> room) {
        if (watched_.takes_error()) look_whether_it_is_gone();
        for (; lent_ > 0; --lent_, first_lent_ = in_.next(first_lent_)) in_.set_status(first_lent_, TP_STATUS_KERNEL);
        std::size_t filled = 0;
        for (std::size_t i = first_lent_; filled < room.size() && lent_ < in_.size() && watched_.may_read();
             i = in_.next(i)) {
            const std::uint32_t status = in_.status(i);
            if ((status & TP_STATUS_USER) == 0) {
                watched_.has_read_all();
                break;
            }
            ++lent_;
            if ((status & TP_STATUS_LOSING) != 0) count_lost();
            if (const auto frame = seen(i, status))
                room[filled++] = *frame;
            else
                ++count_.refused_in;
        }
        count_.packets_in += filled;
        return filled;
    }

    std::size_t transmit(std::span<const tx_frame> frames) {
        std::size_t taken = 0;
        for (; taken < frames.size() && out_.status(next_out_) == TP_STATUS_AVAILABLE; ++taken) {
            fill(next_out_, frames[taken]);
            next_out_ = out_.next(next_out_);
        }
        count_.packets_out += taken;
        pass_on();
        return taken;
    }

    void wait(instant deadline) {
        pass_on();
        waits_in_->wait(std::min(deadline, next_deadline()));
    }
    instant next_deadline() const { return watched_.may_read() ? long_ago : never; }

private:
    static constexpr std::uint32_t most_payload = 65'535 - tx_packet::longest_headers;
    static constexpr std::size_t most_octets = virtio_net_header::length + ethernet_header::length + 65'535;
    static_assert(packet_ring::header_length + sizeof(sockaddr_ll) + TPACKET_ALIGNMENT + most_octets <=
                  packet_ring::frame_length);

    packet_socket(descriptor socket, watched watching, mapping memory, int index, const hardware_address& own,
                  std::uint16_t mtu, const packet_socket_options& wanted, reactor& waits_in)
        : socket_(std::move(socket))
        , watched_(std::move(watching))
        , waits_in_(&waits_in)
        , memory_(std::move(memory))
        , in_(memory_.begin(), wanted.receive_blocks)
        , out_(memory_.begin() + std::size_t{wanted.receive_blocks} * packet_ring::block_length, wanted.transmit_blocks)
        , index_(index)
        , own_(own)
        , mtu_(mtu)
        , has_super_segments_(wanted.super_segments) {}

    /// A frame of another network's (802.1Q) lies here without its tag.
    std::optional<rx_packet> seen(std::size_t i, std::uint32_t status) const {
        const tpacket2_hdr& about = in_.header(i);
        if ((status & TP_STATUS_VLAN_VALID) != 0 || about.tp_snaplen < about.tp_len) return {};
        const octet* const begin = in_.frame(i) + about.tp_mac;
        const auto before = virtio_net_header::read({begin - virtio_net_header::length, virtio_net_header::length});
        return rx_packet{.data = {begin, about.tp_snaplen},
                         .length = about.tp_snaplen,
                         .segment_size = before.segment_size(),
                         .checksum = before.checksum()};
    }

    void fill(std::size_t i, const tx_frame& frame) {
        const mutable_octets room(out_.frame(i) + packet_ring::header_length, most_octets);
        const mutable_octets at_frame = room.subspan(virtio_net_header::length);
        frame.header.write(at_frame);
        const mutable_octets at_packet = at_frame.subspan(ethernet_header::length);
        virtio_net_header before;
        if (has_super_segments_) {
            before = virtio_net_header::before(*frame.packet, ethernet_header::length);
            copy_as_it_lies(*frame.packet, at_packet);
        } else {
            write(*frame.packet, at_packet);
        }
        copy(before.octets_of(), room);
        out_.header(i).tp_len =
            static_cast<std::uint32_t>(virtio_net_header::length + ethernet_header::length + frame.packet->length());
        out_.set_status(i, TP_STATUS_SEND_REQUEST);
    }
    static void copy_as_it_lies(const tx_packet& packet, mutable_octets out) {
        copy(octets(packet.headers).first(packet.header_length), out);
        std::size_t end = packet.header_length;
        for (const octets span : std::span(packet.payload).first(packet.spans)) {
            copy(span, out.subspan(end));
            end += span.size();
        }
    }

    /// Has the kernel send what stands in the ring, all in one call. What it has no memory for now stays there, and
    /// something will be heard of it; what it refuses is lost, as on a wire that is cut or before a full queue.
    void pass_on() {
        const std::size_t last = out_.previous(next_out_);
        if (out_.status(last) != TP_STATUS_SEND_REQUEST) return;
        while (::sendto(socket_.number(), nullptr, 0, MSG_DONTWAIT, nullptr, 0) < 0) {
            if (errno == EINTR) continue;
            if (errno == EAGAIN) return;
            if (errno == ENXIO || errno == ENODEV)
                lose();
            else if (errno != ENETDOWN && errno != ENOBUFS)
                ++count_.errors;
            take_back();
            return;
        }
    }
    void take_back() {
        for (std::size_t i = out_.previous(next_out_); out_.status(i) == TP_STATUS_SEND_REQUEST; i = out_.previous(i)) {
            out_.set_status(i, TP_STATUS_AVAILABLE);
            next_out_ = i;
            ++count_.lost_out;
        }
    }

    void count_lost() {
        tpacket_stats since_asked{};
        socklen_t length = sizeof since_asked;
        if (::getsockopt(socket_.number(), SOL_PACKET, PACKET_STATISTICS, &since_asked, &length) == 0)
            count_.lost_in += since_asked.tp_drops;
    }
    /// Down it may come up again; without a name there is nothing left.
    void look_whether_it_is_gone() {
        int error = 0;
        socklen_t length = sizeof error;
        ::getsockopt(socket_.number(), SOL_SOCKET, SO_ERROR, &error, &length);
        ifreq asked{};
        asked.ifr_ifindex = index_;
        if (::ioctl(socket_.number(), SIOCGIFNAME, &asked) != 0) lose();
    }
    void lose() {
        if (!std::exchange(is_gone_, true)) ++count_.errors;
    }

    descriptor socket_;
    watched watched_;  // goes before the descriptor is closed
    reactor* waits_in_;
    mapping memory_;
    packet_ring in_, out_;
    std::size_t first_lent_ = 0, lent_ = 0;  // of in_: the host's until the next receive
    std::size_t next_out_ = 0;
    int index_;
    hardware_address own_;
    std::uint16_t mtu_;
    bool has_super_segments_;
    bool is_gone_ = false;
    link_counters count_;
};
static_assert(frame_link<packet_socket>);

}  // namespace sluice::io
