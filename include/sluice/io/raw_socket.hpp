// SPDX-License-Identifier: MIT
//
// A raw socket as a link: TCP beside the kernel's, at an address of the kernel's, over its interfaces and routes
// (Linux, raw(7), RFC 3542). Needs CAP_NET_RAW, and that the kernel is silenced: it sees the same segments, knows of no
// such connection, and answers with RSTs. A mark tells them from ours, so that a rule can drop them (silence_kernel).
// One family each. ICMP is not heard: an MTU that is smaller on the way has to be told.
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>

#include <sluice/host/packet_link.hpp>
#include <sluice/io/interface.hpp>
#include <sluice/io/message_batch.hpp>
#include <sluice/io/socket_name.hpp>

namespace sluice::io {

struct raw_socket_options {
    ip_address own;                // the kernel's as well
    std::uint16_t first_port = 0;  // ours; what comes to others is the kernel's alone
    std::uint16_t last_port = 0;
    std::uint32_t mark = 0;  // of what we send (SO_MARK, needs CAP_NET_ADMIN); 0: none
    std::uint16_t mtu = 1500;
    int buffer_octets = 4 << 20;  // of the socket, each way; the system may grant less
};

/// The commands by which root keeps the kernel from answering on these ports.
inline std::string silence_kernel(const raw_socket_options& o) {
    const std::string ports = std::to_string(o.first_port) + "-" + std::to_string(o.last_port);
    return "nft add table inet sluice; "
           "nft add chain inet sluice out '{ type filter hook output priority 0; }'; "
           "nft add rule inet sluice out tcp sport " +
           ports + " tcp flags rst meta mark != " + std::to_string(o.mark) + " drop";
}

class raw_socket {
public:
    static opened<raw_socket> open(const raw_socket_options& wanted, reactor& waits_in) {
        const bool is_v4 = wanted.own.is_v4();
        descriptor socket(::socket(is_v4 ? AF_INET : AF_INET6, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
        if (!socket) return failed("a raw socket", errno == EPERM ? needs_raw : "");
        const auto set = [&](int level, int option, int value) {
            return ::setsockopt(socket.number(), level, option, &value, sizeof value) == 0;
        };
        const bool has_headers = is_v4 ? set(IPPROTO_IP, IP_HDRINCL, 1)
                                       : set(IPPROTO_IPV6, IPV6_HDRINCL, 1) && set(IPPROTO_IPV6, IPV6_RECVPKTINFO, 1) &&
                                             set(IPPROTO_IPV6, IPV6_RECVTCLASS, 1);
        if (!has_headers) return failed("IP headers of a raw socket", "needs Linux 4.5");
        if (wanted.mark != 0 && !set(SOL_SOCKET, SO_MARK, static_cast<int>(wanted.mark)))
            return failed("a mark on what a raw socket sends", needs_admin);
        for (const int which : {SO_SNDBUF, SO_RCVBUF})  // more is better, and less is no failure
            static_cast<void>(set(SOL_SOCKET, which, wanted.buffer_octets));
        const socket_name own({wanted.own, 0});
        if (::bind(socket.number(), own.address(), own.length()) != 0)
            return failed("an address for a raw socket",
                          errno == EADDRNOTAVAIL ? "it has to be one of the kernel's: ip address add" : "");
        auto watching = watched::add(waits_in, socket.number());
        if (!watching) return watching.why();
        return raw_socket(std::move(socket), *std::move(watching), wanted, waits_in);
    }

    const link_counters& count() const { return count_; }

    // ---- packet_link ------------------------------------------------------------------------------------------------

    instant now() const { return monotonic_now(); }
    link_capabilities capabilities() const { return {.mtu = options_.mtu}; }
    int native_handle() const { return socket_.number(); }

    std::size_t receive(std::span<rx_packet> room) {
        std::size_t filled = 0;
        while (filled == 0 && !room.empty() && watched_.may_read()) filled = receive_some(room);
        count_.packets_in += filled;
        return filled;
    }

    std::size_t transmit(std::span<const tx_packet> packets) {
        return message_batch::in_turn(packets, [&](auto some) { return send_some(some); });
    }

    void wait(instant deadline) { waits_in_->wait(std::min(deadline, next_deadline())); }
    instant next_deadline() const { return watched_.may_read() ? long_ago : never; }

private:
    static constexpr std::size_t longest = ipv6::header_length + 65'535;

    raw_socket(descriptor socket, watched watching, const raw_socket_options& wanted, reactor& waits_in)
        : socket_(std::move(socket))
        , watched_(std::move(watching))
        , waits_in_(&waits_in)
        , options_(wanted)
        , received_(message_batch::most * longest)
        , leaving_(message_batch::most * std::size_t{wanted.mtu}) {}

    /// IPv6 comes without its header, which is put before it again.
    std::size_t receive_some(std::span<rx_packet> room) {
        const bool is_v4 = options_.own.is_v4();
        const std::size_t before = is_v4 ? 0 : ipv6::header_length;
        message_batch coming;
        std::array<socket_name, message_batch::most> from;
        struct alignas(cmsghdr) ancillary {
            std::array<octet, CMSG_SPACE(sizeof(in6_pktinfo)) + CMSG_SPACE(sizeof(int))> room;
        };
        std::array<ancillary, message_batch::most> told;
        for (std::size_t i = 0; i < std::min(room.size(), message_batch::most); ++i) {
            octet* const place = received_.data() + i * longest + before;
            msghdr& m = coming.add(place, longest - before, from[i].room(), from[i].length());
            m.msg_control = told[i].room.data();
            m.msg_controllen = told[i].room.size();
        }
        std::size_t filled = 0;
        const std::size_t count = coming.receive(socket_.number(), watched_, count_);
        for (std::size_t i = 0; i < count; ++i) {
            const mutable_octets whole(received_.data() + i * longest, before + coming[i].size());
            if (!is_v4) put_header(whole, from[i].value().address, coming.about(i));
            if (const auto packet = seen(whole)) room[filled++] = *packet;
        }
        return filled;
    }

    void put_header(mutable_octets whole, const ip_address& source, msghdr& told) const {
        ip_meta ip{.source = source, .destination = options_.own};
        for (cmsghdr* each = CMSG_FIRSTHDR(&told); each != nullptr; each = CMSG_NXTHDR(&told, each)) {
            if (each->cmsg_level != IPPROTO_IPV6 || each->cmsg_type != IPV6_TCLASS) continue;
            int traffic_class = 0;
            std::memcpy(&traffic_class, CMSG_DATA(each), sizeof traffic_class);
            ip.dscp = static_cast<std::uint8_t>(traffic_class >> 2);
            ip.ecn = static_cast<ecn_codepoint>(traffic_class & 3);
        }
        ipv6::write(ip, whole.size(), whole);
    }

    /// For a port of ours. The kernel does not say what offloads it left to whom: one whose checksum is its
    /// pseudo-header's alone was never summed, and one that is larger than the MTU was put together from many (GRO).
    std::optional<rx_packet> seen(octets packet) {
        ip_meta ip;
        const ip_extent extent =
            options_.own.is_v4() ? ipv4::read(packet, packet.size(), ip) : ipv6::read(packet, packet.size(), ip);
        const std::size_t header = extent.header_length;
        if (header == 0 || packet.size() < header + tcp_header::length) return rx_packet{packet};  // it will be counted
        const octets tcp = packet.subspan(header);
        const std::uint16_t port = load_be16(&tcp[tcp_header::at::destination_port]);
        if (port < options_.first_port || port > options_.last_port) return {};
        rx_packet out{packet};
        if (load_be16(&tcp[tcp_header::at::checksum]) == pseudo_header_sum(ip, extent.total_length - header).folded())
            out.checksum = checksum_state::partial;
        const std::size_t headers = header + tcp_header::read(tcp).data_offset;
        if (packet.size() > options_.mtu && headers < options_.mtu)
            out.segment_size = static_cast<std::uint16_t>(options_.mtu - headers);
        return out;
    }

    /// How many are done with; fewer when the system has no room.
    std::size_t send_some(std::span<const tx_packet> packets) {
        message_batch leaving;
        std::array<socket_name, message_batch::most> to;
        for (std::size_t i = 0; i < packets.size(); ++i) {
            octet* const place = leaving_.data() + i * std::size_t{options_.mtu};
            const std::size_t length = write(packets[i], {place, options_.mtu});
            to[i] = socket_name({destination_of({place, length}), 0});
            leaving.add(place, length, to[i].address(), to[i].length());
        }
        return leaving.send(socket_.number(), count_);
    }

    descriptor socket_;
    watched watched_;
    reactor* waits_in_;
    raw_socket_options options_;
    std::vector<octet> received_, leaving_;
    link_counters count_;
};
static_assert(packet_link<raw_socket>);

}  // namespace sluice::io
