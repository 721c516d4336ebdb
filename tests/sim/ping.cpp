// SPDX-License-Identifier: MIT
// Echo over a simulated network: a host of programs answers while it also speaks TCP, a round trip later, octet for
// octet; and a UDP datagram to it draws an error. By both families.
#include <doctest/doctest.h>

#include <sluice/sim/datagrams.hpp>
#include <sluice/sim/programs.hpp>
#include <sluice/wire/icmp.hpp>

using namespace sluice;

namespace {

/// Sends an echo request each 10 ms, a hundred, and one datagram of UDP; keeps what comes.
struct pinger {
    ip_meta ip;
    instant next{};
    std::uint32_t sent = 0;
    bool has_asked = false;
    std::array<octet, 1000> body{};
    std::uint32_t replies = 0, unreachables = 0;
    bool all_right = true;

    pinger(const ip_address& from, const ip_address& to) : ip{.source = from, .destination = to} {
        for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<octet>(i * 7);
    }

    instant sent_at(std::uint32_t number) const { return instant() + 10ms * number; }
    void on_deadline(instant) {}
    instant next_deadline() const { return next; }
    std::size_t poll_transmit(instant now, std::span<tx_packet> room) {
        if (!has_asked) {
            has_asked = true;
            room[0] = sim::udp_packet(ip, 4000, 53, 0, 100);
            return 1;
        }
        if (now < next) return 0;
        room[0].begin(ip);
        room[0].borrow(body);
        icmp::finish(room[0], ip.is_v4() ? icmp::v4::echo : icmp::v6::echo, 0, sent);
        next = ++sent < 100 ? sent_at(sent) : never;
        return 1;
    }
    void on_packet(const rx_packet& p, instant now) {
        ip_meta from;
        const ip_extent extent =
            ip.is_v4() ? ipv4::read_any(p.data, p.length, from) : ipv6::read_any(p.data, p.length, from);
        const auto m = icmp::read(from, p.data.subspan(extent.header_length));
        if (!m) return void(all_right = false);
        if (icmp::is_error(ip.is_v4(), m->type)) return void(++unreachables);
        ++replies;
        all_right &= m->type == (ip.is_v4() ? icmp::v4::echo_reply : icmp::v6::echo_reply);
        all_right &= now == sent_at(m->rest) + 40ms;
        all_right &= std::equal(m->body.begin(), m->body.end(), body.begin(), body.end());
    }
};

}  // namespace

TEST_CASE("a host in a simulated network answers echo requests a round trip later, and UDP with port unreachable") {
    for (const bool ipv6 : {false, true}) {
        sim::network net({.ipv6 = ipv6, .seed = 4});
        auto& host = sim::add_programs<tcp<>>(net);
        const ip_address own = net.next_address();
        auto& from = net.add_endpoint<pinger>(sim::unattended{}, 1500, own, host.address.address);
        net.join(host.node, from.node, {.delay = 20ms});
        net.finish();
        CHECK(net.run());
        CHECK(from.endpoint.sent == 100);
        CHECK(from.endpoint.replies == 100);
        CHECK(from.endpoint.unreachables == 1);
        CHECK(from.endpoint.all_right);
        CHECK(host.endpoint.stack().count().echoes_answered == 100);
    }
}
