// SPDX-License-Identifier: MIT
// stack/passive.hpp, stack/syn_cookies.hpp: beyond the backlog SYNs are answered and forgotten, and ACKs bring them
// back (RFC 4987). This file counts what the whole program takes from the heap, while a flood is on.
#include <doctest/doctest.h>

#include <deque>

#include "support/heap_calls.hpp"
#include "support/memory.hpp"
#include "support/stack_bench.hpp"

#include <sluice/policy/options/no_sack.hpp>
#include <sluice/policy/options/no_timestamps.hpp>
#include <sluice/policy/options/no_window_scale.hpp>

namespace {

using namespace sluice;
using lab::server_socket;
using metered_buffers = basic_growable_buffers<sluice::test::metered>;
using tcp_type = tcp<growable_buffers>;
using bench = lab::stack_bench<tcp_type>;

constexpr seq irs{0x12345678};
constexpr socket_address filler{lab::client_address, 1};
constexpr duration a_step = syn_cookies::step;

lab::shot syn(const tcp_options& options = {}) { return {.flags = flag::syn, .sequence = irs, .options = options}; }
lab::shot ack_of(const lab::seen& answer, const tcp_options& options = {}, const std::string& text = {}) {
    return {.flags = flag::ack,
            .sequence = irs + 1,
            .acknowledgment = answer.sequence + 1,
            .text = text,
            .options = options};
}

/// A listener whose backlog is full.
template <class Bench>
handle flooded(Bench& b, listen_options options = {.backlog = 1}) {
    const handle l = b.listen(options);
    for (std::uint32_t i = 0; i < options.backlog; ++i)
        b.arrives(syn(), {filler.address, static_cast<std::uint16_t>(filler.port + i)});
    b.take();
    return l;
}
/// What answers a SYN once that is so.
template <class Bench>
lab::seen cookie_for(Bench& b, const lab::shot& s, const socket_address& from = bench::peer) {
    b.arrives(s, from);
    const auto answer = b.take_one();
    REQUIRE(answer.flags == (flag::syn | flag::ack));
    return answer;
}

/// What the peer echoes.
tcp_options with_clock(const lab::seen& answer, std::uint32_t value) {
    tcp_options out;
    out.timestamps = timestamps_option{value, answer.options.timestamps->value};
    return out;
}

}  // namespace

TEST_CASE("a cookie's ACK brings its connection back, 0 to 3 steps of 64 s later, and not from the fourth on") {
    for (const bool clock : {false, true}) {
        for (int age = 0; age <= 5; ++age) {
            bench b;
            b.now = instant(1000 * a_step + a_step - 1ns);
            const handle l = flooded(b);
            tcp_options offered;
            if (clock) offered.timestamps = timestamps_option{5, 0};
            const auto answer = cookie_for(b, syn(offered));
            CHECK(b.count().cookies_sent == 1);
            CHECK(b.tables().half_opens.size() == 1);  // the filler
            b.now += age == 0 ? 0ns : (age - 1) * a_step + 1ns;
            // Text that is no cookie's might be behind one (below).
            b.arrives(ack_of(answer, clock ? with_clock(answer, 6) : tcp_options{}, age <= 3 ? "text" : ""));
            const auto c = b.stack.accept(l, b.now);
            CHECK(bool(c) == (age <= 3));
            if (age <= 3) {
                CHECK(b.count().cookies_accepted == 1);
                CHECK(b.take_one().acknowledgment == irs + 5);
                CHECK(b.read(*c) == "text");
                CHECK(b.stack.look(*c)->state() == state::established);
            } else {
                CHECK(b.take_one().flags == flag::rst);
                CHECK(b.count().cookies_accepted == 0);
            }
        }
    }
}

TEST_CASE("all that a SYN offered comes back with timestamps, but for an MSS between two of the table") {
    for (const bool sack : {false, true})
        for (int shift = -1; shift <= 14; ++shift)
            for (const int mss : {100, 216, 536, 1000, 1220, 1300, 1360, 1400, 1440, 1459, 1460, 8000, 9000}) {
                bench b;
                b.now = instant(1000 * a_step + 777ms);
                const handle l = flooded(b);
                tcp_options offered;
                offered.sack_permitted = sack;
                offered.timestamps = timestamps_option{500, 0};
                offered.mss = static_cast<std::uint16_t>(mss);
                if (shift >= 0) offered.window_scale = static_cast<std::uint8_t>(shift);
                const auto answer = cookie_for(b, syn(offered));
                // Our answer says what it would say without cookies.
                CHECK(answer.options.mss == 1460);
                CHECK(answer.options.sack_permitted == sack);
                CHECK(answer.options.window_scale.has_value() == (shift >= 0));
                REQUIRE(answer.options.timestamps);
                CHECK(answer.options.timestamps->echo == 500);
                lab::shot ack = ack_of(answer, with_clock(answer, 501));
                ack.window = 1000;
                b.arrives(ack);
                const auto c = b.stack.accept(l, b.now);
                REQUIRE(c);
                const auto& v = b.stack.look(*c)->variables();
                CHECK(v.agreed.sack == sack);
                CHECK(v.agreed.timestamps);
                CHECK(v.agreed.window_scale == (shift >= 0));
                CHECK(v.agreed.send_shift == (shift >= 0 ? shift : 0));
                CHECK(v.agreed.receive_shift == (shift >= 0 ? 7 : 0));  // 6 MiB need it
                CHECK(v.snd.wnd == 1000u << (shift >= 0 ? shift : 0));
                CHECK(v.clock.recent() == 501);
                std::uint32_t expected = 216;
                for (const int entry : {536, 1220, 1360, 1440, 1460})
                    if (entry <= mss) expected = static_cast<std::uint32_t>(entry);
                CHECK(v.mss == expected - 12);
                CHECK(v.rcv.irs == irs);
                CHECK(v.snd.una == answer.sequence + 1);
                CHECK_FALSE(v.rtt.srtt());  // nobody knows when the SYN,ACK left
            }
}

TEST_CASE("without timestamps a cookie offers an MSS only, since nothing else could be remembered") {
    bench b;
    const handle l = flooded(b);
    tcp_options offered;
    offered.sack_permitted = true;
    offered.window_scale = std::uint8_t{7};
    offered.mss = std::uint16_t{1400};
    const auto answer = cookie_for(b, syn(offered));
    CHECK(answer.options == tcp_options{.mss = 1460});
    b.now += 30ms;
    lab::shot ack = ack_of(answer);
    ack.window = 1000;
    b.arrives(ack);
    const auto c = b.stack.accept(l, b.now);
    REQUIRE(c);
    const auto& v = b.stack.look(*c)->variables();
    CHECK_FALSE(v.agreed.sack);
    CHECK_FALSE(v.agreed.window_scale);
    CHECK_FALSE(v.agreed.timestamps);
    CHECK(v.snd.wnd == 1000);
    CHECK(v.mss == 1360);
    CHECK(v.rcv.wnd() <= 65535);
    CHECK_FALSE(v.rtt.srtt());
}

TEST_CASE("a SYN without an MSS counts as 536, or 1220 over IPv6 (MUST-15)") {
    for (const bool v6 : {false, true}) {
        bench b;
        const handle l = flooded(b);
        const socket_address ours_v6{ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 2}), 80};
        const socket_address theirs_v6{ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 1}), 7};
        const socket_address ours = v6 ? ours_v6 : server_socket, theirs = v6 ? theirs_v6 : bench::peer;
        handle at = l;
        if (v6) {
            at = b.listen({.backlog = 1}, ours);
            b.arrives(syn(), {theirs.address, 8}, ours);
            b.take();
        }
        b.arrives(syn(), theirs, ours);
        const auto answer = b.take_one();
        b.arrives(ack_of(answer), theirs, ours);
        const auto c = b.stack.accept(at, b.now);
        REQUIRE(c);
        CHECK(b.stack.look(*c)->variables().mss == (v6 ? 1220 : 536));
        CHECK(b.count().cookies_accepted == 1);
    }
}

TEST_CASE("what a composition or the settings leave out is not in a cookie either") {
    const auto run = [](auto& b, bool stamped) {
        const handle l = flooded(b);
        tcp_options offered;
        offered.sack_permitted = true;
        offered.window_scale = std::uint8_t{3};
        offered.timestamps = timestamps_option{9, 0};
        const auto answer = cookie_for(b, syn(offered));
        CHECK(answer.options.timestamps.has_value() == stamped);
        tcp_options echoed;
        echoed.timestamps = timestamps_option{10, answer.options.timestamps.value_or(timestamps_option{}).value};
        b.arrives(ack_of(answer, echoed));
        const auto c = b.stack.accept(l, b.now);
        REQUIRE(c);
        CHECK(b.stack.look(*c)->variables().agreed.timestamps == stamped);
        const auto agreed = b.stack.look(*c)->variables().agreed;
        CHECK(answer.options.sack_permitted == agreed.sack);
        CHECK(answer.options.window_scale.has_value() == agreed.window_scale);
    };
    lab::stack_bench<tcp<growable_buffers, no_timestamps>> without_clock;
    run(without_clock, false);
    lab::stack_bench<tcp<growable_buffers, no_sack>> without_sack;
    run(without_sack, true);
    lab::stack_bench<tcp<growable_buffers, no_window_scale>> without_scale;
    run(without_scale, true);
    tcp_type::settings s;
    s.limits.timestamps = false;
    bench switched_off(s);
    run(switched_off, false);
    s = {};
    s.limits.sack = s.limits.window_scale = false;
    bench some_off(s);
    run(some_off, true);
}

TEST_CASE("our clock does not go back after the SYN,ACK whose timestamp carried options") {
    for (int odd = 0; odd < 64; ++odd) {
        bench b;
        b.now = instant(1000s + odd * 1ms);
        const handle l = flooded(b);
        tcp_options offered;
        offered.timestamps = timestamps_option{500, 0};
        const auto answer = cookie_for(b, syn(offered));
        b.arrives(ack_of(answer, with_clock(answer, 501), "x"));
        const auto ack = b.take_one();
        CHECK(seq(answer.options.timestamps->value) <= seq(ack.options.timestamps->value));
        CHECK(ack.options.timestamps->value - answer.options.timestamps->value < 64);
        CHECK(b.stack.accept(l, b.now));
    }
}

TEST_CASE("the same SYN again gets the same cookie within a step, and either answer's ACK is good") {
    bench b;
    b.now = instant(1000 * a_step);
    const handle l = flooded(b);
    const auto first = cookie_for(b, syn());
    b.now += 1s;
    const auto again = cookie_for(b, syn());
    CHECK(again.sequence == first.sequence);
    b.now += a_step;
    const auto later = cookie_for(b, syn());
    CHECK(later.sequence != first.sequence);
    b.arrives(ack_of(first));
    CHECK(b.stack.accept(l, b.now));
    CHECK(b.count().cookies_sent == 3);
}

TEST_CASE("a forged ACK gets a RST: another number, address, port or sequence number") {
    bench b;
    flooded(b);
    const auto answer = cookie_for(b, syn());
    seeded_random numbers(3);
    const auto refused = [&](const lab::shot& s, const socket_address& from = bench::peer) {
        b.arrives(s, from);
        const auto sent = b.take_one();
        CHECK(sent.flags == flag::rst);
        CHECK(sent.sequence == s.acknowledgment);
        CHECK(sent.to == from);
    };
    for (int bit = 0; bit < 32; ++bit) {
        lab::shot s = ack_of(answer);
        s.acknowledgment = seq((answer.sequence.number() ^ std::uint32_t{1} << bit) + 1);
        refused(s);
        s = ack_of(answer);
        s.sequence = seq((irs.number() ^ std::uint32_t{1} << bit) + 1);
        refused(s);
    }
    refused(ack_of(answer), {bench::peer.address, 40001});
    refused(ack_of(answer), {ip_address::v4(198, 18, 0, 9), bench::peer.port});
    for (int i = 0; i < 1000; ++i) {
        lab::shot s = ack_of(answer);
        s.acknowledgment = seq(static_cast<std::uint32_t>(numbers.bits()));
        refused(s);
    }
    CHECK(b.count().cookies_refused == 64 + 2 + 1000);
    CHECK(b.tables().sockets.size() == 1);
    b.arrives(ack_of(answer));
    CHECK(b.count().cookies_accepted == 1);
}

TEST_CASE("no ACK is taken for a cookie unless one was sent in the last 256 s") {
    // Another stack of the same seed has the same secret.
    bench other, b;
    for (bench* one : {&other, &b}) one->now = instant(1000 * a_step);
    flooded(other);
    const auto answer = cookie_for(other, syn());
    const handle l = b.listen({.backlog = 1});
    b.arrives(ack_of(answer));
    CHECK(b.take_one().flags == flag::rst);
    CHECK(b.count().cookies_refused == 0);  // it was not even looked at
    // Once one is sent, it is; until 256 s after the last one.
    b.arrives(syn(), filler);
    b.take();
    const auto ours = cookie_for(b, syn(), {filler.address, 77});
    b.now += 256s - 1ns;
    other.now = b.now;
    const auto fresh = cookie_for(other, syn());
    b.arrives(ack_of(fresh));
    CHECK(b.stack.accept(l, b.now));
    b.now += 1ns;
    const auto next = cookie_for(other, syn(), {filler.address, 78});
    b.arrives(ack_of(next), {filler.address, 78});
    CHECK(b.take().back().flags == flag::rst);
    CHECK(b.count().cookies_refused == 0);
    CHECK(ours.flags.has(flag::ack));
}

TEST_CASE("records again, once there is room in the backlog") {
    bench b;
    flooded(b);
    cookie_for(b, syn());
    b.arrives({.flags = flag::rst, .sequence = irs + 1}, filler);
    CHECK(b.tables().half_opens.size() == 0);
    cookie_for(b, syn());
    CHECK(b.count().cookies_sent == 1);
    CHECK(b.tables().half_opens.size() == 1);
}

TEST_CASE("a cookie's ACK is dropped while the accept queue is full, and good afterwards") {
    bench b;
    const handle l = flooded(b);
    const auto one = cookie_for(b, syn()), two = cookie_for(b, syn(), {filler.address, 50});
    b.arrives(ack_of(one));
    b.arrives(ack_of(two), {filler.address, 50});
    CHECK(b.count().accept_overflows == 1);
    CHECK(b.quiet());
    CHECK(b.stack.accept(l, b.now));
    b.arrives(ack_of(two, {}, "text"), {filler.address, 50});
    const auto c = b.stack.accept(l, b.now);
    REQUIRE(c);
    CHECK(b.read(*c) == "text");
}

TEST_CASE("text behind the lost ACK of a cookie gets no RST, and what comes again brings the connection back") {
    bench b;
    const handle l = flooded(b);
    const auto answer = cookie_for(b, syn());
    lab::shot second = ack_of(answer, {}, "text");
    second.sequence = irs + 1 + 5;
    b.arrives(second);
    lab::shot fin = ack_of(answer);
    fin.flags = flag::fin | flag::ack;
    fin.sequence = irs + 1 + 9;
    b.arrives(fin);
    CHECK(b.quiet());
    CHECK_FALSE(b.stack.accept(l, b.now));
    CHECK(b.count().cookies_refused == 2);
    b.arrives(ack_of(answer, {}, "some "));
    b.arrives(second);
    b.take();
    const auto c = b.stack.accept(l, b.now);
    REQUIRE(c);
    CHECK(b.read(*c) == "some text");
    // Once no cookie is good any more, it is nobody's.
    b.now += 256s;
    b.arrives(second, {filler.address, 50});
    CHECK(b.take().back().flags == flag::rst);
}

TEST_CASE("nothing that may complete an open gets a RST while cookies are good and the accept queue is full") {
    bench b;
    const handle l = flooded(b);
    const auto one = cookie_for(b, syn()), two = cookie_for(b, syn(), {filler.address, 50});
    b.arrives(ack_of(one));
    lab::shot second = ack_of(two, {}, "text");
    second.sequence = irs + 1 + 5;
    lab::shot bare = ack_of(two);
    bare.sequence = irs + 1 + 9;
    for (const auto& s : {ack_of(two), second, bare}) b.arrives(s, {filler.address, 50});
    CHECK(b.quiet());
    CHECK(b.count().accept_overflows == 3);
    CHECK(b.count().cookies_refused == 0);
    CHECK(b.stack.accept(l, b.now));
    b.arrives(bare, {filler.address, 50});
    CHECK(b.take_one().flags == flag::rst);
    b.arrives(ack_of(two, {}, "some "), {filler.address, 50});
    CHECK(b.stack.accept(l, b.now));
}

TEST_CASE("200 clients at once get through a backlog of 128 on a lossless wire, and their text with them") {
    constexpr std::size_t clients = 200, length = 20'000;
    tcp_type::stack a({.seed = 1}), b({.seed = 2});
    const std::array<tcp_type::stack*, 2> hosts{&a, &b};
    struct packet {
        instant at;
        std::size_t to;
        std::vector<octet> octets;
    };
    std::deque<packet> wire;
    instant now{};
    const auto l = b.listen(server_socket, now);
    REQUIRE(l);
    const std::vector<octet> text(length, 'x');
    std::array<std::size_t, clients> left;
    left.fill(length);
    for (std::uint64_t i = 0; i < clients; ++i) REQUIRE(a.connect({lab::client_address, 0}, server_socket, now, i));
    std::size_t got = 0, ended = 0, failed = 0;
    const auto client_hears = [&](const stack_event& e) {
        if (e.what == news::failed) ++failed;
        if (e.what != news::connected && e.what != news::writable) return;
        std::size_t& mine = left[e.cookie];
        while (mine > 0) {
            const auto taken = a.send(e.socket, octets(text).first(mine), now);
            if (!taken) return;
            mine -= *taken;
        }
        CHECK(a.close(e.socket, now));
    };
    const auto server_hears = [&](const stack_event& e) {
        if (e.what == news::acceptable) {
            while (b.accept(*l, now)) {
            }
            return;
        }
        std::array<octet, 8192> room;
        auto some = b.receive(e.socket, room, now);
        for (; some; some = b.receive(e.socket, room, now)) got += *some;
        if (some.error() != error::closing || !b.close(e.socket, now)) return;
        ++ended;
    };
    while (now < instant(10min)) {
        while (const auto e = a.poll_event()) client_hears(*e);
        while (const auto e = b.poll_event()) server_hears(*e);
        for (std::size_t i = 0; i < 2; ++i)
            for (tx_packet p; hosts[i]->poll_transmit(now, {&p, 1}) == 1;) {
                wire.push_back({now + 10ms, 1 - i, std::vector<octet>(p.length())});
                write(p, wire.back().octets);
            }
        const instant arrival = wire.empty() ? never : wire.front().at;
        now = std::min({a.next_deadline(), b.next_deadline(), arrival});
        for (; !wire.empty() && wire.front().at <= now; wire.pop_front())
            hosts[wire.front().to]->on_packet({.data = wire.front().octets}, now);
        for (tcp_type::stack* const each : hosts)
            if (each->next_deadline() <= now) each->on_deadline(now);
    }
    CHECK(b.count().cookies_sent == clients - 128);
    CHECK(b.count().accept_overflows > 0);
    CHECK(failed == 0);
    CHECK(ended == clients);
    CHECK(got == clients * length);
    CHECK(b.count().resets_out == 0);
}

TEST_CASE("RST, SYN and FIN without ACK are no cookie's answer") {
    bench b;
    flooded(b);
    const auto answer = cookie_for(b, syn());
    lab::shot s = ack_of(answer);
    s.flags = flag::rst | flag::ack;
    b.arrives(s);
    CHECK(b.quiet());
    s.flags = flag::fin;
    b.arrives(s);
    CHECK(b.quiet());
    s.flags = flag::syn | flag::ack;
    b.arrives(s);
    CHECK(b.take_one().flags == flag::rst);
    CHECK(b.count().cookies_accepted == 0);
    s.flags = flag::fin | flag::ack;
    b.arrives(s);
    CHECK(b.count().cookies_accepted == 1);
}

// ---- a flood --------------------------------------------------------------------------------------------------------

namespace {

/// SYNs from random addresses, written once and changed in place.
class flood {
public:
    explicit flood(std::uint64_t seed) : numbers_(seed) {}

    template <class Stack>
    void one(Stack& stack, instant now) {
        const std::uint64_t bits = numbers_.bits();
        header_.source_port = static_cast<std::uint16_t>(bits >> 32 | 1);
        std::array<octet, 4> address{};
        store_be32(address.data(), (static_cast<std::uint32_t>(bits) & 0x3fffffff) | 0x01000000);  // none in 127/8
        const ip_meta ip{.source = ip_address::v4(octets(address)), .destination = server_socket.address};
        header_.sequence = seq(static_cast<std::uint32_t>(numbers_.bits()));
        std::array<octet, 24> wire{};
        header_.write(wire);
        wire[12] = octet{6 << 4};
        wire[20] = 2, wire[21] = 4, wire[22] = 5, wire[23] = 0xb4;
        stack.on_segment(ip, {.data = wire, .length = wire.size(), .checksum = checksum_state::verified}, now);
    }

private:
    seeded_random numbers_;
    tcp_header header_{.destination_port = server_socket.port, .flags = flag::syn, .window = 65535};
};

template <class Bench>
void drain(Bench& b) {
    std::array<tx_packet, 64> room;
    while (b.stack.poll_transmit(b.now, room) > 0) {
    }
}

}  // namespace

TEST_CASE("a million SYNs beyond the backlog leave no octet and take nothing from the heap; others live on meanwhile") {
    using metered_tcp = tcp<metered_buffers>;
    sluice::test::memory_books books;
    metered_tcp::settings s;
    s.buffers.source.books = &books;
    {
        lab::stack_bench<metered_tcp> b(s);
        const handle l = b.listen();
        // One that is established already.
        const auto first = (b.arrives(syn()), b.take_one());
        b.arrives(ack_of(first));
        const auto old = b.stack.accept(l, b.now);
        REQUIRE(old);
        flood attack(1);
        for (int i = 0; i < 200; ++i) attack.one(b.stack, b.now), drain(b);
        REQUIRE(b.tables().half_opens.size() == 128);
        REQUIRE(b.count().cookies_sent == 72);

        const std::size_t blocks = books.allocations, octets = books.octets, from_heap = sluice::test::heap_calls();
        const std::size_t in_use = b.stack.surroundings().pool.in_use();
        const std::size_t filed = b.tables().by_address.size(), sockets = b.tables().sockets.size();
        for (int i = 0; i < 1'000'000; ++i) {
            attack.one(b.stack, b.now);
            if (i % 128 == 127) drain(b);
        }
        drain(b);
        CHECK(b.count().cookies_sent == 72 + 1'000'000);
        CHECK(books.allocations == blocks);
        CHECK(books.octets == octets);
        CHECK(sluice::test::heap_calls() == from_heap);
        CHECK(b.stack.surroundings().pool.in_use() == in_use);
        CHECK(b.tables().by_address.size() == filed);
        CHECK(b.tables().sockets.size() == sockets);
        CHECK(b.tables().half_opens.size() == 128);

        // In its midst: somebody new gets in, and the old one is served.
        b.arrives(syn(), {filler.address, 99});
        const auto answer = b.take_one();
        for (int i = 0; i < 1000; ++i) attack.one(b.stack, b.now), drain(b);
        b.arrives(ack_of(answer, {}, "let me in"), {filler.address, 99});
        b.take();
        const auto c = b.stack.accept(l, b.now);
        REQUIRE(c);
        CHECK(b.read(*c) == "let me in");
        b.arrives(ack_of(first, {}, "still here"));
        CHECK(b.take_one().acknowledgment == irs + 11);
        CHECK(b.read(*old) == "still here");
        // Control: one record more is seen in the books, and one block more on the heap.
        const std::size_t filed_before = b.tables().by_address.size();
        CHECK(b.stack.connect({lab::server_address, 1}, filler, b.now));
        CHECK(b.tables().by_address.size() == filed_before + 1);
        const std::uint64_t before = sluice::test::heap_calls();
        sluice::heap().release(sluice::heap().allocate(1), 1);
        CHECK(sluice::test::heap_calls() == before + 1);
    }
    CHECK(books.octets == 0);
}

TEST_CASE("when the queue of answers is full SYNs are dropped, and none is remembered that was not answered") {
    bench b;
    b.listen({.backlog = 1000});
    flood attack(2);
    for (int i = 0; i < 1000; ++i) attack.one(b.stack, b.now);
    CHECK(b.tables().half_opens.size() == growable_buffers::replies);
    CHECK(b.count().syns_dropped == 1000 - growable_buffers::replies);
    drain(b);
    attack.one(b.stack, b.now);
    CHECK(b.tables().half_opens.size() == growable_buffers::replies + 1);
}

TEST_CASE(
    "the ACK of a cookie that was slow is good though its SYN came again meanwhile and was answered by a record") {
    // RFC 9293 section 3.10.7.4, fifth, would reset it: it acknowledges another number than the record's.
    for (const bool clock : {false, true}) {
        bench b;
        const handle l = flooded(b);
        tcp_options offered;
        if (clock) offered.timestamps = timestamps_option{5, 0}, offered.window_scale = std::uint8_t{3};
        const auto cookie = cookie_for(b, syn(offered));
        b.arrives({.flags = flag::rst, .sequence = irs + 1}, filler);
        REQUIRE(b.tables().half_opens.size() == 0);
        b.wait(1s);
        const auto by_record = cookie_for(b, syn(offered));
        REQUIRE(b.count().cookies_sent == 1);
        REQUIRE(by_record.sequence != cookie.sequence);
        b.arrives(ack_of(cookie, clock ? with_clock(cookie, 6) : tcp_options{}, "text"));
        CHECK(b.take_one().flags == flag::ack);
        const auto c = b.stack.accept(l, b.now);
        REQUIRE(c);
        CHECK(b.read(*c) == "text");
        CHECK(b.stack.look(*c)->variables().snd.iss == cookie.sequence);
        CHECK(b.stack.look(*c)->variables().agreed.send_shift == (clock ? 3 : 0));
        CHECK(b.count().cookies_accepted == 1);
        CHECK(b.tables().half_opens.size() == 0);
        CHECK(b.stack.abort(*c, b.now));
        CHECK(b.stack.close(l, b.now));
        b.check_empty();
    }
}

TEST_CASE(
    "a record's own ACK is good beside a cookie's, and text behind a cookie that was lost is dropped, not reset") {
    bench b;
    const handle l = flooded(b);
    const auto cookie = cookie_for(b, syn());
    b.arrives({.flags = flag::rst, .sequence = irs + 1}, filler);
    const auto by_record = cookie_for(b, syn());
    auto behind = ack_of(cookie, {}, "text");
    behind.sequence = irs + 1001;
    b.arrives(behind);
    CHECK(b.quiet());
    // A forged one is answered as ever: <SEQ=SEG.ACK><CTL=RST>.
    auto forged = ack_of(cookie);
    forged.acknowledgment += 1;
    b.arrives(forged);
    const auto reset = b.take_one();
    CHECK(reset.flags == flag::rst);
    CHECK(reset.sequence == forged.acknowledgment);
    CHECK(b.tables().half_opens.size() == 1);
    b.arrives(ack_of(by_record));
    CHECK(b.stack.accept(l, b.now));
    CHECK(b.count().cookies_accepted == 0);
}

TEST_CASE("without a cookie in the last 256 s a record believes its own number only") {
    bench b;
    const handle l = flooded(b);
    const auto cookie = cookie_for(b, syn());
    b.arrives({.flags = flag::rst, .sequence = irs + 1}, filler);
    b.wait(256s - 30s);
    cookie_for(b, syn());  // a record
    b.wait(30s);
    b.take();
    b.arrives(ack_of(cookie));
    CHECK(b.take_one().flags == flag::rst);
    CHECK(b.stack.accept(l, b.now).error() == error::would_block);
}

TEST_CASE(
    "MUST-16 a cookie's connection sends no segment larger than the peer's MSS, however low the least one is set") {
    for (const std::uint16_t least : std::array<std::uint16_t, 3>{88, 216, 400})
        for (const std::uint16_t announced : std::array<std::uint16_t, 6>{100, 300, 500, 535, 536, 1460}) {
            bench::settings s;
            s.limits.least_peer_mss = least;
            bench b(s);
            const handle l = flooded(b);
            tcp_options offered;
            offered.mss = announced;
            const auto cookie = cookie_for(b, syn(offered));
            b.arrives(ack_of(cookie));
            const auto c = b.stack.accept(l, b.now);
            REQUIRE(c);
            const std::vector<octet> text(1460);
            REQUIRE(b.stack.send(*c, octets(text), b.now));
            b.flush();
            const std::size_t first = b.take().at(0).text.size();
            CHECK(first <= std::max(announced, least));
            CHECK(first == (announced < 536 ? least : announced));
        }
}
