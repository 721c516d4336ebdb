// SPDX-License-Identifier: MIT
//
// A TUN device as a link: IP packets to and from this machine's kernel, without Ethernet (Linux, tuntap.txt). With
// super-segments the kernel leaves checksums and cutting to whoever needs them (TSO and GRO by virtio-net headers),
// which is what makes it fast; without, each packet is one of the wire. Needs /dev/net/tun and CAP_NET_ADMIN; but
// nothing where somebody else has opened the device and hands it over (`adopt`).
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include <sys/uio.h>

#include <sluice/host/packet_link.hpp>
#include <sluice/io/interface.hpp>
#include <sluice/io/link_counters.hpp>
#include <sluice/io/reactor.hpp>
#include <sluice/io/virtio_net_header.hpp>

namespace sluice::io {

struct tun_options {
    std::string name = "sluice%d";  // %d: the first number that is free
    std::vector<address_prefix> kernel_addresses{};  // of the kernel's side; sluice's own are within their prefixes
    std::uint16_t mtu = 1500;
    bool super_segments = true;
    std::uint32_t queue_packets = 5000;  // that wait in the kernel for us: one connection's largest window of segments
    bool many_queues = false;            // so that there can be another_queue
};

/// Of a device that somebody else has opened and set up.
struct adopt_options {
    std::uint16_t mtu = 1500;     // as it was set: the device may be in a network that is not ours to ask
    bool super_segments = false;  // IFF_VNET_HDR; the kernel is believed instead where it may be asked (TUNGETIFF)
};

class tun {
public:
    /// Makes the device, or joins one that is there. It goes when the last descriptor of it is closed, unless it was
    /// made to stay by others (`ip tuntap add`).
    static opened<tun> open(const tun_options& wanted, reactor& waits_in) {
        auto out = attach(wanted, waits_in);
        if (!out) return out;
        const interface& kernel_side = out->kernel_side();
        if (auto set = kernel_side.set_mtu(wanted.mtu); !set) return set.why();
        if (auto set = kernel_side.set_queue_length(wanted.queue_packets); !set) return set.why();
        for (const address_prefix& each : wanted.kernel_addresses)
            if (auto set = kernel_side.add_address(each); !set) return set.why();
        if (auto set = kernel_side.set_up(); !set) return set.why();
        return out;
    }

    /// A device by the descriptor that somebody else has opened: Android's VpnService.establish(), or a parent with
    /// more rights, that sends it by SCM_RIGHTS. It was opened with IFF_TUN and IFF_NO_PI (the latter nobody can find
    /// out), and belongs to the link from here on, as one that does not block. Its addresses, its MTU and its being up
    /// are the business of who opened it.
    static opened<tun> adopt(descriptor device, const adopt_options& has, reactor& waits_in) {
        const int number = device.number();
        ifreq told{};
        if (::ioctl(number, TUNGETIFF, &told) != 0) {
            const bool may_ask = errno != EPERM && errno != EACCES;
            if (may_ask)
                return failed("a TUN device to adopt", errno == EBADFD  ? "it is attached to no device: TUNSETIFF"
                                                       : errno == EBADF ? ""
                                                                        : "the descriptor is another thing's");
            told.ifr_flags = static_cast<short>(IFF_TUN | (has.super_segments ? IFF_VNET_HDR : 0));
        }
        if ((told.ifr_flags & IFF_TUN) == 0)
            return failure{std::string("device ") + told.ifr_name, 0, "it is a TAP: open it with IFF_TUN"};
        const int status = ::fcntl(number, F_GETFL);
        if (status < 0 || ::fcntl(number, F_SETFL, status | O_NONBLOCK) != 0) return failed("a TUN device to adopt");
        return over(std::move(device), interface(told.ifr_name), has.mtu, (told.ifr_flags & IFF_VNET_HDR) != 0,
                    waits_in);
    }

    /// A further queue of the same device, for a host of its own with the same addresses, in a thread of its own. The
    /// kernel spreads flows over the queues by a hash, and so each flow that it begins stays with one host; of one that
    /// a host begins the answers come back to its queue only while it has sent something in the last three seconds. So
    /// servers have several queues, and clients one each. Before anybody connects: another number is another hash. What
    /// ICMP says of a flow may come to any of them.
    opened<tun> another_queue(reactor& waits_in) const {
        if (kernel_side_.name().empty()) return failure{"a queue of a TUN device", 0, "the kernel hides its name"};
        if (const auto here = kernel_side_.index(); !here) return here.why();  // it would be a new device
        return attach({.name = kernel_side_.name(), .mtu = mtu_, .super_segments = has_super_segments_,
                       .many_queues = true}, waits_in);
    }

    const interface& kernel_side() const { return kernel_side_; }
    const link_counters& count() const { return count_; }
    /// Deleted by somebody else: nothing will come or go any more.
    bool is_gone() const { return is_gone_; }

    // ---- packet_link ------------------------------------------------------------------------------------------------

    instant now() const { return monotonic_now(); }
    link_capabilities capabilities() const {
        return {.mtu = mtu_, .largest_super_segment = has_super_segments_ ? most_payload : 0};
    }
    int native_handle() const { return device_.number(); }

    std::size_t receive(std::span<rx_packet> room) {
        std::size_t filled = 0;
        mutable_octets place = received_;
        while (filled < room.size() && place.size() >= longest && watched_.may_read()) {
            const ssize_t length = ::read(device_.number(), place.data(), place.size());
            if (length < 0) {
                if (errno == EINTR) continue;
                if (errno != EAGAIN) lose();
                watched_.has_read_all();
                break;
            }
            const auto came = static_cast<std::size_t>(length);
            if (auto packet = seen(octets(place).first(came))) {
                room[filled++] = *packet;
                place = place.subspan((came + cache_line - 1) / cache_line * cache_line);
            }
        }
        count_.packets_in += filled;
        return filled;
    }

    std::size_t transmit(std::span<const tx_packet> packets) {
        for (std::size_t i = 0; i < packets.size(); ++i)
            if (!send(packets[i])) return i;
        return packets.size();
    }

    void wait(instant deadline) { waits_in_->wait(std::min(deadline, next_deadline())); }
    instant next_deadline() const { return watched_.may_read() ? long_ago : never; }

private:
    static constexpr std::size_t cache_line = 64;
    static constexpr std::size_t longest = 1025 * cache_line;  // IP's length field, and what stands before
    static constexpr std::size_t at_once = 32 * longest;        // each packet lies where the last one ended
    static constexpr std::uint32_t most_payload = 65'535 - tx_packet::longest_headers;

    tun(descriptor device, watched watching, interface kernel_side, std::uint16_t mtu, bool super_segments,
        reactor& waits_in)
        : device_(std::move(device)), watched_(std::move(watching)), waits_in_(&waits_in),
          kernel_side_(std::move(kernel_side)), mtu_(mtu), has_super_segments_(super_segments), received_(at_once) {}

    static opened<tun> attach(const tun_options& wanted, reactor& waits_in) {
        if (auto checked = check_interface_name(wanted.name); !checked) return checked.why();
        descriptor device(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
        if (!device)
            return failed("/dev/net/tun", errno == ENOENT || errno == ENODEV ? "the kernel has no TUN: modprobe tun"
                                          : errno == EMFILE ? "raise the limit of open files: ulimit -n"
                                                            : needs_admin);
        ifreq asked{};
        wanted.name.copy(asked.ifr_name, IFNAMSIZ - 1);
        asked.ifr_flags = static_cast<short>(IFF_TUN | IFF_NO_PI | (wanted.super_segments ? IFF_VNET_HDR : 0) |
                                             (wanted.many_queues ? IFF_MULTI_QUEUE : 0));
        if (::ioctl(device.number(), TUNSETIFF, &asked) != 0) return refused(wanted.name);
        return over(std::move(device), interface(asked.ifr_name), wanted.mtu, wanted.super_segments, waits_in);
    }

    static opened<tun> over(descriptor device, interface kernel_side, std::uint16_t mtu, bool super_segments,
                            reactor& waits_in) {
        if (super_segments) {
            int length = virtio_net_header::length;
            if (::ioctl(device.number(), TUNSETVNETHDRSZ, &length) != 0 ||
                ::ioctl(device.number(), TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN) != 0)
                return failed("offloads of TUN device " + kernel_side.name(), "open it without super_segments");
        }
        auto watching = watched::add(waits_in, device.number());
        if (!watching) return watching.why();
        return tun(std::move(device), *std::move(watching), std::move(kernel_side), mtu, super_segments, waits_in);
    }

    /// EINVAL has several reasons, which the kernel does not tell.
    static failure refused(const std::string& name) {
        failure why = failed("TUN device " + name);
        if (why.number == EPERM) why.remedy = needs_admin;
        if (why.number == EBUSY) why.remedy = "another program has it: choose another name";
        if (why.number != EINVAL) return why;
        switch (interface(name).which()) {
            case interface::kind::tun: why.remedy = "it is there, and not with many_queues alike"; break;
            case interface::kind::tap: why.remedy = "it is there, as a TAP for Ethernet: choose another name"; break;
            case interface::kind::other: why.remedy = "it is there, and no TUN: choose another name"; break;
            case interface::kind::unknown: why.remedy = "no name for a device: take one as sluice0, or sluice%d"; break;
        }
        return why;
    }

    std::optional<rx_packet> seen(octets read) {
        if (!has_super_segments_) return rx_packet{.data = read, .length = read.size()};
        if (read.size() < virtio_net_header::length) return {};
        const auto before = virtio_net_header::read(read);
        const octets packet = read.subspan(virtio_net_header::length);
        return rx_packet{.data = packet,
                         .length = packet.size(),
                         .segment_size = before.segment_size(),
                         .checksum = before.checksum()};
    }

    /// False while the kernel has no room.
    bool send(const tx_packet& packet) {
        const ssize_t sent = has_super_segments_ ? send_as_it_lies(packet) : send_finished(packet);
        if (sent >= 0) {
            ++count_.packets_out;
            return true;
        }
        if (errno == EAGAIN) return false;
        ++count_.lost_out;  // down, or gone: as on a wire that is cut
        if (errno != EIO && errno != ENOBUFS && errno != ENOMEM && errno != EINVAL) lose();
        return true;
    }

    ssize_t send_as_it_lies(const tx_packet& packet) {
        auto before = virtio_net_header::before(packet).octets_of();
        std::array<iovec, 2 + tx_packet::most_spans> parts;
        parts[0] = {before.data(), before.size()};
        parts[1] = {const_cast<octet*>(packet.headers.data()), packet.header_length};
        int count = 2;
        for (const octets span : std::span(packet.payload).first(packet.spans))
            parts[static_cast<std::size_t>(count++)] = {const_cast<octet*>(span.data()), span.size()};
        return ::writev(device_.number(), parts.data(), count);
    }

    ssize_t send_finished(const tx_packet& packet) {
        std::array<octet, longest> whole;
        return ::write(device_.number(), whole.data(), write(packet, whole));
    }

    void lose() {
        if (errno == EBADFD || errno == ENODEV || errno == EBADF) is_gone_ = true;
        ++count_.errors;
    }

    descriptor device_;
    watched watched_;  // goes before the descriptor is closed
    reactor* waits_in_;
    interface kernel_side_;
    std::uint16_t mtu_;
    bool has_super_segments_;
    bool is_gone_ = false;
    link_counters count_;
    std::vector<octet> received_;
};
static_assert(packet_link<tun>);

}  // namespace sluice::io
