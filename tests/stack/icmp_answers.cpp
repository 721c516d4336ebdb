// SPDX-License-Identifier: MIT
// stack/icmp_answers.hpp: echo, and "nobody here": to whom, for what, as which address, how often; fragments are
// refused and counted; and no datagram, however it lies, is read beyond its end or changes a connection.
#include <doctest/doctest.h>

#include "support/icmp.hpp"
#include "support/stack_bench.hpp"

namespace {

using namespace sluice;

constexpr ip_address own_v6 = ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 2}),
                     peer_v6 = ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 1}), own_v4 = lab::server_address,
                     peer_v4 = lab::client_address;
constexpr ip_meta in_v4{peer_v4, own_v4}, in_v6{peer_v6, own_v6}, out_v4{own_v4, peer_v4}, out_v6{own_v6, peer_v6};
using packet = std::vector<octet>;

struct host : lab::stack_bench<lab::known_isn_tcp> {
    explicit host(const settings& s = {}) : stack_bench(s) {
        REQUIRE(stack.add_address(own_v4, 24));
        REQUIRE(stack.add_address(own_v6, 64));
    }

    /// Out of memory of exactly its size, so that the sanitizer sees a step past the end.
    void comes(const packet& p, checksum_state checksum = checksum_state::unknown) {
        const packet exact = test::heap(p);
        stack.on_packet({.data = exact, .checksum = checksum}, now);
    }
    std::vector<packet> leaves() {
        std::vector<packet> out;
        std::array<tx_packet, 4> room;
        while (const std::size_t count = stack.poll_transmit(now, room))
            for (std::size_t i = 0; i < count; ++i) out.push_back(lab::octets_of(room[i]));
        return out;
    }
    packet answer(const packet& p) {
        comes(p);
        const auto out = leaves();
        REQUIRE(out.size() == 1);
        return out.front();
    }
    bool is_silent_about(const packet& p) {
        comes(p);
        return leaves().empty();
    }
};

packet ping(const ip_meta& ip, octets body = {}) {
    return test::icmp_packet(ip, ip.is_v4() ? octet{8} : octet{128}, 0, 0x1c2a0001, body);
}
packet udp(const ip_meta& ip, std::size_t length = 20, bool with_checksum = true) {
    packet out(length, octet{7});
    store_be16(out.data(), 5353);
    store_be16(out.data() + 2, 53);
    store_be16(out.data() + 4, static_cast<std::uint16_t>(length));
    store_be16(out.data() + 6, 0);
    if (with_checksum) {
        packet pseudo(ip.source.in_header().begin(), ip.source.in_header().end());
        pseudo.insert(pseudo.end(), ip.destination.in_header().begin(), ip.destination.in_header().end());
        pseudo.insert(pseudo.end(), {0, 17, static_cast<octet>(length >> 8), static_cast<octet>(length)});
        const auto sum = test::textbook_sum(out, test::textbook_sum(pseudo));
        store_be16(out.data() + 6, static_cast<std::uint16_t>(~sum));
    }
    return test::datagram(ip, 17, out);
}
octets first(const packet& p, std::size_t length) { return octets(p).first(std::min(length, p.size())); }

// ---- echo -----------------------------------------------------------------------------------------------------------

TEST_CASE("an echo request is answered with all that it carries, by the address that it came to") {
    host h;
    seeded_random random(1);
    for (const std::size_t length : {0u, 1u, 56u, 1452u}) {
        const packet body = test::random_octets(random, length);
        CHECK(h.answer(ping(in_v4, body)) == test::icmp_packet(out_v4, 0, 0, 0x1c2a0001, body));
        CHECK(h.answer(ping(in_v6, body)) == test::icmp_packet(out_v6, 129, 0, 0x1c2a0001, body));
    }
    CHECK(h.count().echoes_answered == 8);
}

TEST_CASE("an echo reply has the Diffserv of its request and the hop limit of the stack (RFC 1122 section 3.2.1.6)") {
    host h({.limits = {.connection = {.hop_limit = 200}}});
    ip_meta ip = in_v4;
    ip.dscp = 46;
    ip.ecn = ecn_codepoint::ect0;
    ip.hop_limit = 3;
    const packet answer = h.answer(ping(ip));
    CHECK(answer[1] == 46 << 2);
    CHECK(answer[8] == 200);
}

TEST_CASE("more echo requests at once than there is room for: the rest is dropped and counted") {
    host h;
    const packet body(1400);
    for (int i = 0; i < 100; ++i) h.comes(ping(in_v4, body));
    CHECK(h.leaves().size() == 11);  // 16 KiB
    CHECK(h.count().replies_dropped == 89);
    for (int i = 0; i < 100; ++i) h.comes(ping(in_v6));
    CHECK(h.leaves().size() == 16);
    CHECK(h.count().replies_dropped == 89 + 84);
    CHECK(h.answer(ping(in_v4, body)).size() == 1428);
}

TEST_CASE("an answer that is longer than the MTU does not leave") {
    host h({.limits = {.mtu = 600}});
    CHECK(h.answer(ping(in_v4, packet(572))).size() == 600);
    CHECK(h.is_silent_about(ping(in_v4, packet(573))));
    CHECK(h.answer(ping(in_v6, packet(552))).size() == 600);
    CHECK(h.is_silent_about(ping(in_v6, packet(553))));
    CHECK(h.count().replies_dropped == 2);
}

TEST_CASE("requests to others, to groups and from martians are not answered, nor what is no request") {
    host h;
    const ip_address other = ip_address::v4(198, 18, 0, 9);
    CHECK(h.is_silent_about(ping({peer_v4, other})));
    CHECK(h.count().misaddressed == 1);
    CHECK(h.is_silent_about(ping({peer_v4, ip_address::v4(198, 18, 0, 255)})));
    CHECK(h.is_silent_about(ping({peer_v4, ip_address::v4(224, 0, 0, 1)})));
    CHECK(h.count().misaddressed == 3);
    for (const ip_address& martian : {own_v4, ip_address::v4(198, 18, 0, 255), ip_address::v4(127, 0, 0, 1),
                                      ip_address::v4(224, 0, 0, 1), ip_address::v4(0, 0, 0, 0)})
        CHECK(h.is_silent_about(ping({martian, own_v4})));
    CHECK(h.is_silent_about(ping({own_v6, own_v6})));
    CHECK(h.count().martians == 6);
    CHECK(h.is_silent_about(test::icmp_packet(in_v4, 0, 0, 1, {})));    // a reply to nobody
    CHECK(h.is_silent_about(test::icmp_packet(in_v4, 8, 1, 1, {})));    // another code
    CHECK(h.is_silent_about(test::icmp_packet(in_v4, 13, 0, 1, {})));   // a timestamp
    CHECK(h.is_silent_about(test::icmp_packet(in_v4, 128, 0, 1, {})));  // the other family's
    CHECK(h.is_silent_about(test::icmp_packet(in_v6, 8, 0, 1, {})));    // an error that nobody knows
    CHECK(h.is_silent_about(test::icmp_packet(in_v6, 135, 0, 1, packet(16))));
    packet wrong = ping(in_v4);
    wrong.back() ^= 1;
    CHECK(h.is_silent_about(wrong));
    CHECK(h.count().malformed == 1);
    CHECK(h.count().echoes_answered == 0);
}

TEST_CASE("a stack that takes every address speaks for none but by TCP") {
    lab::stack_bench<lab::known_isn_tcp> b;
    for (const packet& p : {ping(in_v4), ping(in_v6), udp(in_v4), udp(in_v6)}) {
        b.stack.on_packet({.data = p}, b.now);
        CHECK(b.quiet());
    }
}

// ---- nobody here ----------------------------------------------------------------------------------------------------

TEST_CASE("a datagram of UDP draws port unreachable, which quotes it (RFC 1122 section 4.1.3.1)") {
    host h;
    const packet four = udp(in_v4), six = udp(in_v6);
    CHECK(h.answer(four) == test::icmp_packet(out_v4, 3, 3, 0, four));
    CHECK(h.answer(six) == test::icmp_packet(out_v6, 1, 4, 0, six));
    CHECK(h.count().unreachables_out == 2);
    // As much as every link takes: 576 octets (RFC 1812 section 4.3.2.3) and 1280 (RFC 4443 section 2.4 c).
    const packet long_four = udp(in_v4, 1400), long_six = udp(in_v6, 1400);
    CHECK(h.answer(long_four) == test::icmp_packet(out_v4, 3, 3, 0, first(long_four, 576 - 28)));
    CHECK(h.answer(long_six) == test::icmp_packet(out_v6, 1, 4, 0, first(long_six, 1280 - 48)));
    // And no more than our own link takes.
    host narrow({.limits = {.mtu = 300}});
    CHECK(narrow.answer(long_four) == test::icmp_packet(out_v4, 3, 3, 0, first(long_four, 300 - 28)));
}

TEST_CASE("UDP with a wrong checksum, or a length that lies, is dropped; without a checksum it is IPv4's only") {
    host h;
    CHECK(h.answer(udp(in_v4, 20, false)).size() == 20 + 8 + 40);
    CHECK(h.is_silent_about(udp(in_v6, 20, false)));
    for (const auto& sound : {udp(in_v4), udp(in_v6)}) {
        packet wrong = sound;
        wrong.back() ^= 1;
        CHECK(h.is_silent_about(wrong));
        h.comes(wrong, checksum_state::partial);  // never was on a wire
        CHECK(h.leaves().size() == 1);
        for (const std::size_t length : {0u, 7u, 21u, 65535u}) {
            wrong = sound;
            store_be16(wrong.data() + wrong.size() - 16, static_cast<std::uint16_t>(length));
            CHECK(h.is_silent_about(wrong));
        }
    }
    CHECK(h.count().malformed == 1 + 2 * 5);
}

TEST_CASE("another protocol draws protocol unreachable; in IPv6 a parameter problem that points at its number") {
    host h;
    const packet four = test::datagram(in_v4, 47, packet(30));
    CHECK(h.answer(four) == test::icmp_packet(out_v4, 3, 2, 0, four));
    packet six = test::datagram(in_v6, 47, packet(30));
    CHECK(h.answer(six) == test::icmp_packet(out_v6, 4, 1, 6, six));
    six[6] = 0;  // hop-by-hop options, then destination options: in these stands what follows
    six.insert(six.begin() + 40, {60, 0, 1, 4, 0, 0, 0, 0, 47, 0, 1, 4, 0, 0, 0, 0});
    store_be16(six.data() + 4, 46);
    CHECK(h.answer(six) == test::icmp_packet(out_v6, 4, 1, 48, six));
    CHECK(h.is_silent_about(test::datagram(in_v6, 59, packet(8))));  // "no next header" means nothing
}

TEST_CASE("nobody is told what came to others or from martians, nor is an error answered") {
    host h;
    CHECK(h.is_silent_about(udp({peer_v4, ip_address::v4(198, 18, 0, 255)})));
    CHECK(h.is_silent_about(udp({peer_v4, ip_address::v4(255, 255, 255, 255)})));
    CHECK(h.is_silent_about(udp({peer_v6, ip_address::v6({0xff02, 0, 0, 0, 0, 0, 0, 0xfb})})));
    CHECK(h.is_silent_about(udp({ip_address::v4(198, 18, 0, 255), own_v4})));
    CHECK(h.is_silent_about(udp({own_v4, own_v4})));
    CHECK(h.is_silent_about(test::icmp_packet(in_v4, 3, 3, 0, udp(out_v4))));
    CHECK(h.is_silent_about(test::icmp_packet(in_v6, 1, 4, 0, udp(out_v6))));
    CHECK(h.is_silent_about(test::icmp_packet(in_v6, 100, 0, 0, udp(out_v6))));
    CHECK(h.count().unreachables_out == 0);
}

TEST_CASE("errors are limited, and what was kept back is counted; echo goes on") {
    host h;
    for (int i = 0; i < 100; ++i) h.comes(udp(in_v4));
    const std::size_t at_once = h.leaves().size();
    CHECK(at_once >= 5);
    CHECK(at_once <= 10);
    CHECK(h.count().icmp_limited == 100 - at_once);
    CHECK_FALSE(h.stack.may_send_icmp_error(h.now));  // nor what somebody else would send in its place
    CHECK(h.count().icmp_limited == 101 - at_once);
    CHECK(h.answer(ping(in_v4)).size() == 28);
    h.now += 1s;
    CHECK_FALSE(h.is_silent_about(udp(in_v4)));
    for (std::size_t i = 0; i < 10; ++i) static_cast<void>(h.stack.may_send_icmp_error(h.now));
    CHECK(h.is_silent_about(udp(in_v4)));
    host none({.limits = {.icmp_errors = 0}});
    CHECK(none.is_silent_about(udp(in_v4)));
}

TEST_CASE("a segment for a closed port draws a RST as ever, and no ICMP") {
    host h;
    h.arrives({.flags = flag::syn, .sequence = seq(1)}, h.peer, {own_v4, 81});
    CHECK(h.take_one().has(flag::rst));
    CHECK(h.count().unreachables_out == 0);
}

// ---- fragments ------------------------------------------------------------------------------------------------------

TEST_CASE("fragments are dropped and counted, of whatever they are") {
    host h;
    h.listen();
    std::uint64_t fragments = 0;
    const auto refuses = [&](packet p) {
        if (p[0] >> 4 == 4) {
            store_be16(p.data() + 10, 0);
            store_be16(p.data() + 10, static_cast<std::uint16_t>(~test::textbook_sum(first(p, 20))));
        }
        CHECK(h.is_silent_about(p));
        CHECK(h.count().fragments == ++fragments);
    };
    const packet syn = lab::on_wire(h.peer, lab::server_socket, {.flags = flag::syn, .sequence = seq(1)});
    for (const packet& whole : {syn, ping(in_v4, packet(8)), udp(in_v4)})
        for (const std::uint16_t field : {std::uint16_t{0x2000}, std::uint16_t{0x0001}, std::uint16_t{0x3fff}}) {
            packet p = whole;
            store_be16(p.data() + 6, field);
            refuses(p);
        }
    for (const packet& whole : {ping(in_v6, packet(8)), udp(in_v6)})
        for (const octet field : {octet{1}, octet{8}}) {
            packet p = whole;
            p.insert(p.begin() + 40, {p[6], 0, 0, field, 0, 0, 0, 1});
            p[6] = 44;
            store_be16(p.data() + 4, static_cast<std::uint16_t>(p.size() - 40));
            refuses(p);
            p[43] = 0;  // atomic: a whole datagram (RFC 6946)
            h.comes(p);
            CHECK(h.leaves().size() == 1);
        }
    CHECK(h.count().malformed == 0);
}

// ---- what lies ------------------------------------------------------------------------------------------------------

TEST_CASE("datagrams cut short anywhere are counted, and read no further") {
    host h;
    for (const packet& whole : {ping(in_v4, packet(40)), ping(in_v6, packet(40)), udp(in_v4), udp(in_v6),
                                test::icmp_packet(in_v4, 3, 3, 0, test::quote(out_v4, 80, 40000, 7000)),
                                test::icmp_packet(in_v6, 1, 4, 0, test::quote(out_v6, 80, 40000, 7000))}) {
        const std::uint64_t before = h.count().malformed;
        for (std::size_t length = 0; length < whole.size(); ++length) {
            const packet cut = test::heap(first(whole, length));
            h.stack.on_packet({.data = cut, .length = length % 2 == 0 ? length : whole.size()}, h.now);
        }
        CHECK(h.leaves().empty());
        CHECK(h.count().malformed - before == whole.size());
    }
}

TEST_CASE("forgeries of any kind change no connection and no record") {
    host h;
    REQUIRE(h.stack.listen({own_v4, 80}, h.now));
    const auto call = h.stack.connect({own_v4, 4000}, {peer_v4, 90}, h.now);
    REQUIRE(call);
    h.flush();
    h.arrives({.flags = flag::syn | flag::ack, .sequence = seq(500), .acknowledgment = seq(7001)}, {peer_v4, 90},
              {own_v4, 4000});
    h.arrives({.flags = flag::syn, .sequence = seq(100)});
    const packet text(500, octet{'x'});
    REQUIRE(h.stack.send(*call, octets(text), h.now));
    h.flush();
    h.take();
    while (h.stack.poll_event()) {
    }
    const auto& tcp = *h.stack.look(*call);
    const auto& c = tcp.variables();
    const std::uint32_t window = c.congestion.window(), mss = c.mss;
    seeded_random random(21);
    for (int i = 0; i < 20000; ++i) {
        // The right sockets, any number but those in flight: 7001 to 7500 of one, 7000 of the other.
        const bool half = random.below(2) == 0;
        auto number = static_cast<std::uint32_t>(random.below(3) == 0 ? 6900 + random.below(800) : random.bits());
        if (half ? number == 7000 : 7001 <= number && number < 7501) number = 6999;
        const packet quote =
            half ? test::quote(out_v4, 80, h.peer.port, number) : test::quote(out_v4, 4000, 90, number);
        const octet type = std::array<octet, 5>{3, 3, 4, 11, 12}[random.below(5)];
        h.comes(test::icmp_packet({ip_address::v4(198, 18, 0, 77), own_v4}, type,
                                  static_cast<octet>(random.below(type == 3 ? 16 : 2)),
                                  static_cast<std::uint32_t>(random.bits()), quote));
        REQUIRE(h.leaves().empty());
    }
    CHECK(tcp.state() == state::established);
    CHECK(tcp.soft_error() == error::none);
    CHECK(c.congestion.window() == window);
    CHECK(c.mss == mss);
    CHECK_FALSE(h.stack.poll_event());
    CHECK(h.tables().half_opens.size() == 1);
    CHECK(h.count().icmp_ignored > 10000);
    CHECK(h.count().unreachables_out == 0);
}

TEST_CASE("octets that are anything, behind a header that fits, are survived") {
    host h;
    h.listen();
    seeded_random random(22);
    const std::vector<packet> seeds{ping(in_v4, packet(40)),
                                    ping(in_v6, packet(40)),
                                    udp(in_v4),
                                    udp(in_v6),
                                    test::icmp_packet(in_v4, 3, 4, 100, test::quote(out_v4, 80, 40000, 7000)),
                                    test::icmp_packet(in_v6, 2, 0, 100, test::quote(out_v6, 80, 40000, 7000))};
    for (int i = 0; i < 30000; ++i) {
        packet p = seeds[random.below(seeds.size())];
        for (std::uint64_t changes = random.below(6); changes > 0; --changes)
            p[random.below(p.size())] = static_cast<octet>(random.bits());
        const std::size_t header = p[0] >> 4 == 6 ? 40 : 20;
        if (random.below(2) == 0) p.resize(random.below(p.size() + 1));
        if (random.below(2) == 0 && p.size() > header) {
            // Sums are right again, so that what lies is read.
            if (header == 20) {
                store_be16(p.data() + 2, static_cast<std::uint16_t>(p.size()));
                store_be16(p.data() + 10, 0);
                store_be16(p.data() + 10, static_cast<std::uint16_t>(~test::textbook_sum(first(p, 20))));
                if (p.size() >= header + 8) {
                    store_be16(p.data() + 22, 0);
                    store_be16(p.data() + 22, static_cast<std::uint16_t>(~test::textbook_sum(octets(p).subspan(20))));
                }
            } else {
                store_be16(p.data() + 4, static_cast<std::uint16_t>(p.size() - 40));
            }
        }
        h.comes(p);
        if (random.below(8) == 0) h.now += 100ms;
        if (random.below(4) == 0) h.leaves();
    }
    h.leaves();
    CHECK(h.count().echoes_answered > 100);
    CHECK(h.count().malformed > 1000);
    h.check_empty(1);
}

}  // namespace
