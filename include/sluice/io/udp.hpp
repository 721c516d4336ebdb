// SPDX-License-Identifier: MIT
//
// A virtual network inside of UDP: each datagram is one IP packet, sent to whoever has that address. Needs no
// privileges and no device: two programs speak sluice's TCP over any two UDP sockets. Who has an address is told
// (`peers`), or learnt from where packets of it come from; whoever can send to the socket can claim an address, as on
// an Ethernet, and so it belongs on networks that are trusted, or inside of a tunnel that authenticates.
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include <linux/errqueue.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <sluice/host/packet_link.hpp>
#include <sluice/io/message_batch.hpp>
#include <sluice/io/socket_name.hpp>

namespace sluice::io {

struct udp_options {
    socket_address own{};      // of the UDP socket; unspecified: any, of both families; port 0: the system chooses
    std::uint16_t mtu = 1400;  // of the packets inside
    struct peer {
        ip_address inside;       // unspecified: whoever is known by no other way
        socket_address outside;
    };
    std::vector<peer> peers{};
    std::size_t most_learnt = 1024;  // the oldest is forgotten
    int buffer_octets = 4 << 20;     // of the socket, each way; the system may grant less
};

class udp {
public:
    static opened<udp> open(const udp_options& wanted, reactor& waits_in) {
        bool is_v4 = wanted.own.address.is_v4();
        descriptor socket = of_family(is_v4);
        if (!socket && errno == EAFNOSUPPORT && wanted.own.address.is_unspecified()) socket = of_family(is_v4 = true);
        if (!socket) return failed("a UDP socket");
        for (const int which : {SO_SNDBUF, SO_RCVBUF})  // more is better, and less is no failure
            ::setsockopt(socket.number(), SOL_SOCKET, which, &wanted.buffer_octets, sizeof wanted.buffer_octets);
        const int no = 0;
        if (!is_v4) ::setsockopt(socket.number(), IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);  // IPv4: in mapped form
        const socket_name own(wanted.own, is_v4);
        if (::bind(socket.number(), own.address(), own.length()) != 0)
            return failed("UDP port " + std::to_string(wanted.own.port),
                          errno == EADDRINUSE ? "another program has it"
                          : errno == EACCES   ? "below 1024 they are root's: choose another"
                                              : "");
        auto watching = watched::add(waits_in, socket.number());
        if (!watching) return watching.why();
        return udp(std::move(socket), *std::move(watching), wanted, is_v4, waits_in);
    }

    /// The UDP socket's own, as the system has chosen it.
    socket_address local() const { return socket_name::of_local(socket_.number()); }
    const link_counters& count() const { return count_; }

    // ---- packet_link ------------------------------------------------------------------------------------------------

    instant now() const { return monotonic_now(); }
    link_capabilities capabilities() const { return {.mtu = options_.mtu}; }
    int native_handle() const { return socket_.number(); }

    std::size_t receive(std::span<rx_packet> room) {
        if (!watched_.may_read()) return 0;
        if (watched_.takes_error()) hear_errors();
        message_batch coming;
        std::array<socket_name, message_batch::most> from;
        for (std::size_t i = 0; i < std::min(room.size(), message_batch::most); ++i)
            coming.add(received_.data() + i * longest, longest, from[i].room(), from[i].length());
        const std::size_t filled = coming.receive(socket_.number(), watched_, count_);
        for (std::size_t i = 0; i < filled; ++i) {
            learn(source_of(coming[i]), from[i]);
            room[i] = {.data = coming[i], .length = coming[i].size()};
        }
        if (filled > 0 && hears_errors_) hear_errors_from_now(false);
        count_.packets_in += filled;
        return filled;
    }

    std::size_t transmit(std::span<const tx_packet> packets) {
        return message_batch::in_turn(packets, [&](auto some) { return send_some(some); });
    }

    void wait(instant deadline) { waits_in_->wait(std::min(deadline, next_deadline())); }
    instant next_deadline() const { return watched_.may_read() ? long_ago : never; }

private:
    static constexpr std::size_t longest = 1 << 16;

    static descriptor of_family(bool is_v4) {
        return descriptor(::socket(is_v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    }

    udp(descriptor socket, watched watching, const udp_options& wanted, bool is_v4, reactor& waits_in)
        : socket_(std::move(socket)), watched_(std::move(watching)), waits_in_(&waits_in), options_(wanted),
          received_(message_batch::most * longest), leaving_(message_batch::most * std::size_t{wanted.mtu}) {
        for (const auto& each : wanted.peers) known_.push_back({each.inside, socket_name(each.outside, is_v4)});
        if (!wanted.peers.empty()) hear_errors_from_now(true);
    }

    struct known {
        ip_address inside;
        socket_name outside;
    };

    const socket_name* find(const ip_address& inside) const {
        const socket_name* any = nullptr;
        for (const known& each : known_) {
            if (each.inside == inside) return &each.outside;
            if (each.inside.is_unspecified()) any = &each.outside;
        }
        return any;
    }
    void learn(const ip_address& inside, const socket_name& outside) {
        if (!inside.is_host()) return;
        for (known& each : known_)
            if (each.inside == inside) return void(each.outside = outside);
        if (known_.size() == options_.peers.size() + options_.most_learnt)
            known_.erase(known_.begin() + static_cast<std::ptrdiff_t>(options_.peers.size()));
        known_.push_back({inside, outside});
    }

    /// What ICMP says of packets that were sent, for who waits for a peer that may not be there (ip(7), IP_RECVERR): a
    /// socket that is not connected hears of it so alone. Over when somebody has answered: whoever knows the port can
    /// forge such errors, each costs a call, and those that nobody has heard take the datagrams' room.
    void hear_errors_from_now(bool on) {
        hears_errors_ = on;
        const int value = on;
        ::setsockopt(socket_.number(), IPPROTO_IP, IP_RECVERR, &value, sizeof value);
        ::setsockopt(socket_.number(), IPPROTO_IPV6, IPV6_RECVERR, &value, sizeof value);  // IPv4's has none
    }
    void hear_errors() {
        for (std::size_t i = 0; i < message_batch::most; ++i) {
            alignas(cmsghdr) std::array<octet, 512> told;
            msghdr message{};
            message.msg_control = told.data();
            message.msg_controllen = told.size();
            if (::recvmsg(socket_.number(), &message, MSG_ERRQUEUE) < 0) return;
            for (cmsghdr* each = CMSG_FIRSTHDR(&message); each != nullptr; each = CMSG_NXTHDR(&message, each)) {
                if ((each->cmsg_level != IPPROTO_IP || each->cmsg_type != IP_RECVERR) &&
                    (each->cmsg_level != IPPROTO_IPV6 || each->cmsg_type != IPV6_RECVERR))
                    continue;
                sock_extended_err what{};
                std::memcpy(&what, CMSG_DATA(each), sizeof what);
                if (what.ee_origin != SO_EE_ORIGIN_LOCAL && what.ee_errno != EMSGSIZE) ++count_.unreachable;
            }
        }
    }

    /// How many are done with; fewer when the system has no room.
    std::size_t send_some(std::span<const tx_packet> packets) {
        message_batch leaving;
        std::array<std::size_t, message_batch::most + 1> number;  // of each that has somewhere to go
        std::size_t count = 0;
        for (std::size_t i = 0; i < packets.size(); ++i) {
            const socket_name* const to = find(packets[i].meta.destination);
            if (to == nullptr) {
                ++count_.lost_out;
                continue;
            }
            octet* const place = leaving_.data() + count * std::size_t{options_.mtu};
            leaving.add(place, write(packets[i], {place, options_.mtu}), to->address(), to->length());
            number[count++] = i;
        }
        number[count] = packets.size();
        return number[leaving.send(socket_.number(), count_)];
    }

    descriptor socket_;
    watched watched_;
    reactor* waits_in_;
    udp_options options_;
    std::vector<known> known_;  // those that were told first, then those learnt, the oldest first
    std::vector<octet> received_, leaving_;
    link_counters count_;
    bool hears_errors_ = false;
};
static_assert(packet_link<udp>);

}  // namespace sluice::io
