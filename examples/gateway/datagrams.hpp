// SPDX-License-Identifier: MIT
// UDP, DNS above all: for each pair of sockets that speak through us there is one socket of the kernel's, for as long
// as it is used (RFC 4787). What comes to it goes back to the client in the server's name, and so does what it hears by
// ICMP. Pings likewise (RFC 5508), where this process may have ping sockets (net.ipv4.ping_group_range, icmp(7)).
#pragma once

#include "echo_packet.hpp"
#include "kernel_socket.hpp"
#include "own_packets.hpp"

#include <sluice/host/host.hpp>
#include <sluice/host/sleep.hpp>
#include <sluice/host/with_timeout.hpp>
#include <sluice/io/reactor.hpp>
#include <sluice/io/socket_name.hpp>

#include <functional>
#include <map>
#include <memory>

namespace gateway {

template <class Tcp>
class datagrams {
public:
    /// `send` takes whole packets for the clients.
    datagrams(host<Tcp>& programs, io::reactor& reactor, machine_alias alias, std::function<void(octets)> send)
        : programs_(programs), reactor_(reactor), alias_(alias), send_(std::move(send)) {}

    /// False for what is neither, and so somebody else's.
    bool passes_on(const ip_meta& ip, octet protocol, octets payload, checksum_state checksum, instant now) {
        const bool is_udp = protocol == protocol_udp;
        const auto datagram = is_udp ? udp::read(ip, payload, checksum) : read_echo_request(ip, protocol, payload);
        if (!datagram && !is_udp) return false;
        ++(datagram && is_passed(ip, *datagram, protocol, now) ? passed_ : dropped_);
        return true;
    }

    std::uint64_t passed() const { return passed_; }
    std::uint64_t dropped() const { return dropped_; }
    std::size_t flows() const { return flows_.size(); }

private:
    static constexpr std::size_t most_flows = 4096;
    static constexpr int most_in_a_turn = 32;     // of one server's, as many as a loop takes of its clients'
    static constexpr duration dns_timeout = 10s;  // REQ-5a: what has a well-known port may have a limit of its own
    static constexpr duration timeout = 2min;     // REQ-5; for pings RFC 5508's REQ-2 wants one

    struct flow {
        socket_address client, server;
        socket_address outside;  // the server, to this machine
        octet protocol;
        io::descriptor socket;
        io::watched watched;  // goes before the descriptor is closed
        instant last_used{};
    };

    /// To whom and from whom TCP's would be: nobody speaks as a loopback, or to ours.
    bool is_passed(const ip_meta& ip, const udp::datagram& d, octet protocol, instant now) {
        const own_addresses& all = programs_.stack().addresses();
        if (!all.has(ip.destination) || !all.may_come_from(ip.source)) return false;
        flow* const f = find({ip.source, d.source_port}, {ip.destination, d.destination_port}, protocol, now);
        if (f == nullptr) return false;
        f->last_used = now;
        return is_sent(*f, d.text, now);
    }
    /// What an earlier datagram has met is told by the call for this one, which is to be sent all the same.
    bool is_sent(const flow& f, octets text, instant now) {
        for (int told = 0; ::send(f.socket.number(), text.data(), text.size(), MSG_NOSIGNAL) < 0;) {
            if (errno == told) return false;
            told = errno;
            tell(f, told, now);
        }
        return true;
    }

    /// By both sockets, as octets that can be compared.
    using key = std::array<octet, 37>;
    static key key_of(const socket_address& client, const socket_address& server, octet protocol) {
        key out;
        out.back() = protocol;
        const mutable_octets all(out);
        copy(client.address.octets, all);
        copy(server.address.octets, all.subspan(16));
        store_be16(out.data() + 32, client.port);
        store_be16(out.data() + 34, server.port);
        return out;
    }

    /// nullptr when there are too many, or the system has no socket for it, or no way there.
    flow* find(const socket_address& client, const socket_address& server, octet protocol, instant now) {
        const key by = key_of(client, server, protocol);
        const auto known = flows_.find(by);
        if (known != flows_.end()) return known->second.get();
        if (flows_.size() >= most_flows) return nullptr;
        auto made = std::make_unique<flow>();
        made->client = client;
        made->server = server;
        made->outside = alias_.outside(server);
        made->protocol = protocol;
        made->socket = io::descriptor(
            ::socket(server.address.is_v4() ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol));
        if (!made->socket) return nullptr;
        const io::socket_name name(made->outside);
        if (::connect(made->socket.number(), name.address(), name.length()) != 0)
            return tell(*made, errno, now), nullptr;
        auto watching = io::watched::add(reactor_, made->socket.number());
        if (!watching) return nullptr;
        made->watched = *std::move(watching);
        flow& f = *made;
        if (!programs_.spawn(bring_back(f))) return nullptr;
        flows_.emplace(by, std::move(made));
        return &f;
    }

    task<> bring_back(flow& f) {
        const duration limit = f.server.port == 53 ? dns_timeout : timeout;
        while (programs_.now() < after(f.last_used, limit)) {
            if (has_more(f)) co_await sleep_for(1us);  // next_turn() would keep the loop from its reactor
            else static_cast<void>(co_await with_timeout(has_come(f), after(f.last_used, limit)));
        }
        flows_.erase(key_of(f.client, f.server, f.protocol));
    }
    static task<> has_come(flow& f) { co_await f.watched.readable(); }

    /// Brings back what has come, a turn's worth at most; false when that was all. The kernel gives a ping socket
    /// whatever has its identifier, from anybody.
    bool has_more(flow& f) {
        for (int i = 0; i < most_in_a_turn; ++i) {
            io::socket_name from;
            socklen_t length = from.length();
            const ssize_t got =
                ::recvfrom(f.socket.number(), received_.data(), received_.size(), 0, from.room(), &length);
            if (got < 0 && errno == EAGAIN) return false;
            if (got < 0) tell(f, errno, programs_.now());
            else if (from.value().address == f.outside.address) bring(f, static_cast<std::size_t>(got));
        }
        return true;
    }
    void bring(flow& f, std::size_t length) {
        f.last_used = programs_.now();
        const octets back = octets(received_).first(length);
        send_(f.protocol == protocol_udp ? write_udp(f.server, f.client, back)
                                         : write_echo_reply(f.server.address, f.client, back));
    }

    /// Nobody is there, as the server's side has said by ICMP, or there is no way.
    void tell(const flow& f, int why, instant now) {
        const auto what = why == ECONNREFUSED ? std::optional(unreachable::port) : unreachable_of(why);
        if (!what || f.protocol != protocol_udp || !programs_.stack().may_send_icmp_error(now)) return;
        const std::vector<octet> asked = write_udp(f.client, f.server, {});
        const octets begin = octets(asked).subspan(asked.size() - udp::header_length);
        send_(write_unreachable(*what, {.source = f.client.address, .destination = f.server.address}, protocol_udp,
                                begin));
    }

    host<Tcp>& programs_;
    io::reactor& reactor_;
    machine_alias alias_;
    std::function<void(octets)> send_;
    std::map<key, std::unique_ptr<flow>> flows_;
    std::array<octet, 65'536> received_;
    std::uint64_t passed_ = 0, dropped_ = 0;
};

}  // namespace gateway
