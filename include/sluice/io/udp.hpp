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
#include <sluice/io/link_counters.hpp>
#include <sluice/io/reactor.hpp>
#include <sluice/io/socket_name.hpp>

namespace sluice::io {

struct udp_options {
    socket_address own{};     // of the UDP socket; unspecified: any, of the first peer's family or IPv4; port 0: the
                              // system chooses
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
        const bool is_v4 = wanted.own.address.is_v4() ||
                           (wanted.own.address.is_unspecified() &&
                            (wanted.peers.empty() || wanted.peers[0].outside.address.is_v4()));
        descriptor socket(::socket(is_v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        if (!socket) return failed("a UDP socket");
        for (const int which : {SO_SNDBUF, SO_RCVBUF})  // more is better, and less is no failure
            ::setsockopt(socket.number(), SOL_SOCKET, which, &wanted.buffer_octets, sizeof wanted.buffer_octets);
        const int yes = 1;  // a socket that is not connected hears of ICMP by its error queue alone
        if (is_v4) ::setsockopt(socket.number(), IPPROTO_IP, IP_RECVERR, &yes, sizeof yes);
        else ::setsockopt(socket.number(), IPPROTO_IPV6, IPV6_RECVERR, &yes, sizeof yes);
        const socket_name own(wanted.own, is_v4);
        if (::bind(socket.number(), own.address(), own.length()) != 0)
            return failed("UDP port " + std::to_string(wanted.own.port),
                          errno == EADDRINUSE ? "another program has it"
                          : errno == EACCES   ? "below 1024 they are root's: choose another"
                                              : "");
        auto watching = watched::add(waits_in, socket.number());
        if (!watching) return watching.why();
        return udp(std::move(socket), *std::move(watching), wanted, waits_in);
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
        std::array<mmsghdr, batch> messages{};
        std::array<iovec, batch> parts;
        std::array<socket_name, batch> from;
        const std::size_t most = std::min(room.size(), batch);
        for (std::size_t i = 0; i < most; ++i) {
            parts[i] = {received_.data() + i * longest, longest};
            messages[i].msg_hdr.msg_iov = &parts[i];
            messages[i].msg_hdr.msg_iovlen = 1;
            messages[i].msg_hdr.msg_name = from[i].room();
            messages[i].msg_hdr.msg_namelen = from[i].length();
        }
        const int count = ::recvmmsg(socket_.number(), messages.data(), static_cast<unsigned>(most), 0, nullptr);
        if (count < static_cast<int>(most)) {
            if (count >= 0 || errno == EAGAIN) watched_.has_read_all();
            else ++count_.errors;  // of a packet of ours that nobody took (ICMP); the next call reads on
            if (count < 0) return 0;
        }
        const auto filled = static_cast<std::size_t>(count);
        for (std::size_t i = 0; i < filled; ++i) {
            const octets packet = octets(received_).subspan(i * longest, messages[i].msg_len);
            learn(source_of(packet), from[i]);
            room[i] = {.data = packet, .length = packet.size()};
        }
        count_.packets_in += filled;
        return filled;
    }

    std::size_t transmit(std::span<const tx_packet> packets) {
        for (std::size_t done = 0; done < packets.size();) {
            const std::size_t some = std::min(packets.size() - done, batch);
            const std::size_t sent = send_some(packets.subspan(done, some));
            done += sent;
            if (sent < some) return done;
        }
        return packets.size();
    }

    void wait(instant deadline) { waits_in_->wait(std::min(deadline, next_deadline())); }
    instant next_deadline() const { return watched_.may_read() ? long_ago : never; }

private:
    static constexpr std::size_t batch = 32;
    static constexpr std::size_t longest = 1 << 16;

    udp(descriptor socket, watched watching, const udp_options& wanted, reactor& waits_in)
        : socket_(std::move(socket)), watched_(std::move(watching)), waits_in_(&waits_in), options_(wanted),
          received_(batch * longest), leaving_(batch * std::size_t{wanted.mtu}) {
        for (const auto& each : wanted.peers) known_.push_back({each.inside, socket_name(each.outside)});
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

    /// What ICMP has said of packets that were sent (ip(7), IP_RECVERR): each stands in a queue of the socket.
    void hear_errors() {
        while (true) {
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
        std::array<mmsghdr, batch> messages{};
        std::array<iovec, batch> parts;
        std::array<std::size_t, batch> number;
        unsigned count = 0;
        for (std::size_t i = 0; i < packets.size(); ++i) {
            const socket_name* const to = find(packets[i].meta.destination);
            if (to == nullptr) {
                ++count_.lost_out;
                continue;
            }
            octet* const place = leaving_.data() + count * std::size_t{options_.mtu};
            number[count] = i;
            parts[count] = {place, write(packets[i], {place, options_.mtu})};
            messages[count].msg_hdr.msg_iov = &parts[count];
            messages[count].msg_hdr.msg_iovlen = 1;
            messages[count].msg_hdr.msg_name = const_cast<sockaddr*>(to->address());
            messages[count].msg_hdr.msg_namelen = to->length();
            ++count;
        }
        bool is_told = false;
        for (unsigned sent = 0; sent < count;) {
            const int more = ::sendmmsg(socket_.number(), messages.data() + sent, count - sent, 0);
            if (more > 0) {
                is_told = false;
                sent += static_cast<unsigned>(more);
                count_.packets_out += static_cast<unsigned>(more);
            } else if (errno == EAGAIN) {
                return number[sent];
            } else {
                ++count_.errors;
                is_told = !is_told;                       // of one that was sent before (ICMP): told once
                if (!is_told) ++count_.lost_out, ++sent;  // again: this one can't be sent; the others may
            }
        }
        return packets.size();
    }

    descriptor socket_;
    watched watched_;
    reactor* waits_in_;
    udp_options options_;
    std::vector<known> known_;  // those that were told first, then those learnt, the oldest first
    std::vector<octet> received_, leaving_;
    link_counters count_;
};
static_assert(packet_link<udp>);

}  // namespace sluice::io
