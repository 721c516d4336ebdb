// SPDX-License-Identifier: MIT
// stack/time_wait.hpp, stack/parting.hpp: two MSL as a record, and new incarnations (RFC 9293 section 3.6.1, RFC 6191).
#include <doctest/doctest.h>

#include "support/stack_bench.hpp"

#include <sluice/policy/options/no_timestamps.hpp>

namespace {

using namespace sluice;
using lab::server_socket;
using tcp_type = tcp<growable_buffers, lab::given_isn>;
using bench = lab::stack_bench<tcp_type>;

constexpr seq irs{0xfffffff0}, iss{7000};
/// Both FINs are numbered: irs, one FIN; iss, one FIN.
constexpr seq peers_next = irs + 2, our_next = iss + 2;

/// The peer's clock.
struct clock_of_peer {
    std::optional<std::uint32_t> value{};
    tcp_options operator()(std::uint32_t ahead = 0) const {
        tcp_options out;
        if (value) out.timestamps = timestamps_option{*value + ahead, 0};
        return out;
    }
};
const std::array<clock_of_peer, 2> clocks{clock_of_peer{}, clock_of_peer{5000}};

/// A connection that a listener gave, closed from here, becomes a record at the peer's FIN.
template <class Bench>
handle establish(Bench& b, handle l, const clock_of_peer& clock = {}, const socket_address& from = Bench::peer) {
    b.arrives({.flags = flag::syn, .sequence = irs, .options = clock()}, from);
    b.arrives({.flags = flag::ack, .sequence = irs + 1, .acknowledgment = iss + 1, .options = clock()}, from);
    const auto c = b.stack.accept(l, b.now);
    REQUIRE(c);
    return *c;
}
template <class Bench>
void finish(Bench& b, const clock_of_peer& clock = {}, const socket_address& from = Bench::peer) {
    b.arrives({.flags = flag::ack | flag::fin, .sequence = irs + 1, .acknowledgment = our_next, .options = clock()},
              from);
}
template <class Bench>
void part(Bench& b, handle l, const clock_of_peer& clock = {}, const socket_address& from = Bench::peer) {
    const std::size_t before = b.tables().time_waits.size();
    const handle c = establish(b, l, clock, from);
    REQUIRE(b.stack.close(c, b.now));
    b.flush();
    finish(b, clock, from);
    REQUIRE(b.tables().time_waits.size() == before + 1);
    b.take();
}

lab::shot new_syn(seq at, const tcp_options& options = {}) {
    return {.flags = flag::syn, .sequence = at, .options = options};
}

}  // namespace

TEST_CASE("MUST-13 a record in TIME-WAIT ends two MSL after the last FIN, to the millisecond; a FIN begins them anew") {
    bench b;
    const handle l = b.listen();
    b.now += 2300us;
    part(b, l);
    CHECK(b.stack.next_deadline() == b.now + 60s + 700us);
    b.wait(60s - 1ns);
    CHECK(b.tables().time_waits.size() == 1);
    finish(b);  // N2: our ACK of it was lost
    const auto ack = b.take_one();
    CHECK(ack.flags == flag::ack);
    CHECK(ack.sequence == our_next);
    CHECK(ack.acknowledgment == peers_next);
    const instant begun_anew = b.now;
    b.wait(60s - 1ns);
    CHECK(b.tables().time_waits.size() == 1);
    b.wait(1ms);
    CHECK(b.tables().time_waits.size() == 0);
    CHECK(b.now - begun_anew < 60s + 1ms);
    CHECK(b.stack.close(l, b.now));
    b.check_empty();
}

TEST_CASE("MUST-13 records end in their order, also one whose FIN came again") {
    bench b;
    const handle l = b.listen();
    const socket_address first{bench::peer.address, 1}, second{bench::peer.address, 2}, third{bench::peer.address, 3};
    part(b, l, {}, first);
    b.wait(1s);
    part(b, l, {}, second);
    b.wait(1s);
    part(b, l, {}, third);
    b.wait(1s);
    finish(b, {}, second);
    CHECK(b.stack.next_deadline() == b.now + 57s);
    b.wait(57s);
    CHECK(b.tables().time_waits.size() == 2);
    CHECK(b.stack.next_deadline() == b.now + 2s);
    b.wait(2s);
    CHECK(b.tables().time_waits.size() == 1);
    CHECK(b.stack.next_deadline() == b.now + 1s);
    b.wait(1s);
    CHECK(b.tables().time_waits.size() == 0);
}

TEST_CASE("one that its application held becomes a record at close, and ends no earlier than those before it") {
    bench b;
    const handle l = b.listen();
    const socket_address held{bench::peer.address, 1}, other{bench::peer.address, 2};
    const handle c = establish(b, l, {}, held);
    CHECK(b.stack.shutdown(c, b.now));
    b.flush();
    finish(b, {}, held);
    CHECK(b.stack.look(c)->state() == state::time_wait);
    CHECK(b.tables().time_waits.size() == 0);
    b.wait(10s);
    part(b, l, {}, other);  // until 60 s from now
    CHECK(b.stack.next_deadline() == b.now + 50s);
    b.wait(10s);
    CHECK(b.stack.close(c, b.now));
    b.flush();
    CHECK(b.tables().time_waits.size() == 2);
    CHECK(b.stack.next_deadline() == b.now + 50s);
    b.wait(50s);
    CHECK(b.tables().time_waits.size() == 0);
    // With nobody before it, it ends when it would have ended.
    const handle alone = establish(b, l, {}, held);
    CHECK(b.stack.shutdown(alone, b.now));
    b.flush();
    finish(b, {}, held);
    b.wait(10s);
    CHECK(b.stack.close(alone, b.now));
    b.flush();
    CHECK(b.tables().time_waits.size() == 1);
    CHECK(b.stack.next_deadline() == b.now + 50s);
}

TEST_CASE("what nobody will read does not keep a connection in TIME-WAIT from becoming a record") {
    bench b;
    const handle l = b.listen();
    const handle c = establish(b, l);
    CHECK(b.stack.shutdown(c, b.now));
    b.flush();
    b.arrives({.flags = flag::ack | flag::fin, .sequence = irs + 1, .acknowledgment = our_next, .text = "unread"});
    CHECK(b.stack.look(c)->state() == state::time_wait);
    CHECK(b.stack.close(c, b.now));
    b.flush();
    CHECK(b.tables().time_waits.size() == 1);
    CHECK(b.stack.surroundings().pool.in_use() == 0);
}

TEST_CASE("a record ignores RSTs, wherever they stand (RFC 1337, N18), and pure ACKs (N16)") {
    for (const auto& clock : clocks) {
        bench b;
        part(b, b.listen(), clock);
        const instant due = b.stack.next_deadline();
        for (const seq at : {peers_next, peers_next + 5, peers_next - 5, peers_next + 100000}) {
            b.arrives({.flags = flag::rst, .sequence = at});
            const tcp_flags both = flag::rst | flag::ack;
            b.arrives({.flags = both, .sequence = at, .acknowledgment = our_next, .options = clock(1)});
        }
        b.arrives({.flags = flag::ack, .sequence = peers_next, .acknowledgment = our_next, .options = clock(1)});
        CHECK(b.quiet());
        CHECK(b.tables().time_waits.size() == 1);
        CHECK(b.stack.next_deadline() == due);
    }
}

TEST_CASE("a record answers what is doubtful once in half a second (N15), and a FIN always") {
    bench b;
    part(b, b.listen());
    b.wait(500ms - b.now.time_since_epoch() % 500ms);
    const lab::shot below{.flags = flag::ack, .sequence = irs - 5, .acknowledgment = our_next};
    const lab::shot unsent{.flags = flag::ack, .sequence = peers_next, .acknowledgment = our_next + 7};
    for (const lab::shot& doubtful : {below, unsent}) {
        for (int i = 0; i < 10; ++i) b.arrives(doubtful);
        CHECK(b.take_one().flags == flag::ack);
        b.now += 499ms;
        b.arrives(doubtful);
        CHECK(b.quiet());
        finish(b);
        CHECK(b.take().size() == 1);
        b.now += 1ms;
    }
}

TEST_CASE("a record's ACKs are those of the connection: its numbers, its window, its timestamps") {
    for (const bool stamped : {false, true})
        for (const bool scaled : {false, true}) {
            const clock_of_peer& clock = clocks[stamped ? 1 : 0];
            bench b;
            const handle l = b.listen();
            tcp_options offered = clock();
            if (scaled) offered.window_scale = std::uint8_t{2};
            b.arrives({.flags = flag::syn, .sequence = irs, .options = offered});
            b.arrives({.flags = flag::ack, .sequence = irs + 1, .acknowledgment = iss + 1, .options = clock()});
            const auto c = b.stack.accept(l, b.now);
            REQUIRE(c);
            CHECK(b.stack.shutdown(*c, b.now));
            b.flush();
            b.take();
            finish(b, clock);
            const auto by_connection = b.take_one();
            CHECK(b.stack.close(*c, b.now));
            b.flush();
            REQUIRE(b.tables().time_waits.size() == 1);
            finish(b, clock);
            const auto by_record = b.take_one();
            CHECK(by_record.wire == by_connection.wire);
            b.now += 123ms;
            finish(b, clock);
            const auto later = b.take_one();
            CHECK(later.window == by_connection.window);
            CHECK(later.options.timestamps.has_value() == clock.value.has_value());
            if (clock.value) {
                CHECK(later.options.timestamps->value == by_connection.options.timestamps->value + 123);
                CHECK(later.options.timestamps->echo == *clock.value);
            }
        }
}

TEST_CASE("SHLD-4 a SYN with a later timestamp begins a new incarnation, whatever its number (RFC 6191)") {
    for (const seq at : {irs - 1000, peers_next - 1, peers_next, peers_next + 1000}) {
        bench b;
        const handle l = b.listen();
        part(b, l, clocks[1]);
        b.arrives(new_syn(at, clocks[1](1)));
        const auto answer = b.take_one();
        CHECK(answer.flags == (flag::syn | flag::ack));
        CHECK(answer.acknowledgment == at + 1);
        CHECK(our_next < answer.sequence);  // MAY-2
        CHECK(b.count().reincarnations == 1);
        b.arrives({.flags = flag::ack,
                   .sequence = at + 1,
                   .acknowledgment = answer.sequence + 1,
                   .text = "anew",
                   .options = clocks[1](2)});
        const auto c = b.stack.accept(l, b.now);
        REQUIRE(c);
        CHECK(b.read(*c) == "anew");
    }
}

TEST_CASE("SHLD-4 with the same timestamp a SYN's number decides, with an earlier one it is dropped without a word") {
    const auto answered = [](std::uint32_t ahead, seq at) {
        bench b;
        part(b, b.listen(), clocks[1]);
        b.arrives(new_syn(at, clocks[1](ahead)));
        CHECK(b.tables().time_waits.size() == 1);
        CHECK(b.sent.size() == b.count().reincarnations);
        return !b.quiet();
    };
    // The last number of the old incarnation is its FIN's, peers_next - 1.
    CHECK(answered(0, peers_next));
    CHECK_FALSE(answered(0, peers_next - 1));
    CHECK_FALSE(answered(0, peers_next - 1000));
    CHECK_FALSE(answered(0xffffffff, peers_next + 1000));
    CHECK_FALSE(answered(0xffffffff, peers_next - 1000));
}

TEST_CASE("SHLD-4 a SYN without timestamps after a connection with them begins anew by its number") {
    for (const auto& [at, expected] : {std::pair(peers_next, true), std::pair(peers_next - 1, false)}) {
        bench b;
        part(b, b.listen(), clocks[1]);
        b.arrives(new_syn(at));
        CHECK(b.quiet() == !expected);
    }
}

TEST_CASE("SHLD-4 a SYN with timestamps after a connection without begins anew, whatever its number") {
    for (const seq at : {peers_next + 5, peers_next - 1, irs - 1000})
        for (const std::uint32_t value : {0u, 1u, 5000u, 0xfffffff0u}) {
            bench b;
            part(b, b.listen());
            b.arrives(new_syn(at, clock_of_peer{value}()));
            CHECK(b.take_one().flags == (flag::syn | flag::ack));
        }
}

TEST_CASE("SHLD-4 timestamps that we would not use say nothing: the number decides") {
    const auto run = [](auto& b) {
        part(b, b.listen());
        b.arrives(new_syn(peers_next - 1, clocks[1]()));
        CHECK(b.quiet());
        b.arrives(new_syn(peers_next, clocks[1]()));
        CHECK(b.take_one().flags == (flag::syn | flag::ack));
    };
    lab::stack_bench<tcp<growable_buffers, lab::given_isn, no_timestamps>> left_out;
    run(left_out);
    tcp_type::settings s;
    s.limits.timestamps = false;
    bench switched_off(s);
    run(switched_off);
}

TEST_CASE("MAY-2 without timestamps a SYN begins anew behind the old numbers only, and ours begin behind ours") {
    bench b;
    const handle l = b.listen();
    part(b, l);
    for (const seq at : {peers_next - 1, peers_next - 2, peers_next - 100000}) b.arrives(new_syn(at));
    CHECK(b.quiet());
    CHECK(b.tables().half_opens.size() == 0);
    b.arrives(new_syn(peers_next));
    const auto answer = b.take_one();
    CHECK(answer.flags == (flag::syn | flag::ack));
    CHECK(our_next < answer.sequence);
    CHECK(b.tables().time_waits.size() == 1);  // still
    b.arrives({.flags = flag::ack, .sequence = peers_next + 1, .acknowledgment = answer.sequence + 1});
    CHECK(b.tables().time_waits.size() == 0);
    CHECK(b.tables().by_address.size() == 2);
    CHECK(b.tables().parting.empty());
    CHECK(b.stack.next_deadline() == never);
    CHECK(b.stack.accept(l, b.now));
}

TEST_CASE("MAY-2 where the SYN was an old duplicate, the peer's RST leaves the old TIME-WAIT standing, to its end") {
    bench b;
    part(b, b.listen());
    const instant due = b.stack.next_deadline();
    b.wait(1s);
    b.arrives(new_syn(peers_next + 50));
    const auto answer = b.take_one();
    b.arrives({.flags = flag::rst, .sequence = peers_next + 51});
    CHECK(b.quiet());
    CHECK(b.tables().half_opens.size() == 0);
    CHECK(b.tables().time_waits.size() == 1);
    finish(b);
    const auto again = b.take_one();  // the old incarnation answers
    CHECK(again.sequence == our_next);
    CHECK(again.acknowledgment == peers_next);
    b.wait(60s);
    CHECK(b.now > due);
    CHECK(b.tables().time_waits.size() == 0);
    CHECK(answer.flags.has(flag::syn));
}

TEST_CASE("MAY-2 a new incarnation that nobody completes is given up, and TIME-WAIT may end in the meantime") {
    bench b;
    const handle l = b.listen();
    part(b, l);
    b.wait(1s);
    b.arrives(new_syn(peers_next + 50));
    b.wait(59s);
    CHECK(b.tables().time_waits.size() == 0);
    CHECK(b.tables().half_opens.size() == 1);
    b.wait(5s);
    CHECK(b.tables().half_opens.size() == 0);
    CHECK(b.stack.close(l, b.now));
    b.check_empty();
}

TEST_CASE("MAY-2 with the backlog full a SYN for a new incarnation is dropped: its cookie would not find back") {
    bench b;
    const handle l = b.listen({.backlog = 1});
    part(b, l);
    b.arrives({.flags = flag::syn, .sequence = irs}, {bench::peer.address, 2});
    b.take();
    b.arrives(new_syn(peers_next));
    CHECK(b.quiet());
    CHECK(b.count().syns_dropped == 1);
    CHECK(b.count().reincarnations == 0);
}

TEST_CASE("without a listener a SYN in TIME-WAIT is challenged (RFC 5961)") {
    bench b;
    const handle l = b.listen();
    part(b, l);
    CHECK(b.stack.close(l, b.now));
    b.arrives(new_syn(peers_next + 5));
    CHECK(b.take_one().flags == flag::ack);
    CHECK(b.tables().time_waits.size() == 1);
}

TEST_CASE("beyond most_time_waits the oldest record makes room") {
    tcp_type::settings s;
    s.limits.most_time_waits = 3;
    bench b(s);
    const handle l = b.listen();
    for (std::uint16_t port = 1; port <= 3; ++port) {
        part(b, l, {}, {bench::peer.address, port});
        b.wait(1s);
    }
    const handle c = establish(b, l, {}, {bench::peer.address, 4});
    CHECK(b.count().time_waits_recycled == 0);
    CHECK(b.stack.close(c, b.now));
    b.flush();
    finish(b, {}, {bench::peer.address, 4});
    CHECK(b.count().time_waits_recycled == 1);
    CHECK(b.tables().time_waits.size() == 3);
    CHECK(b.stack.next_deadline() == b.now + 58s);
    // Port 1 is free, 2 to 4 are not.
    b.take();
    finish(b, {}, {bench::peer.address, 1});
    CHECK(b.take_one().flags == flag::rst);
    for (std::uint16_t port = 2; port <= 4; ++port) {
        finish(b, {}, {bench::peer.address, port});
        CHECK(b.take_one().flags == flag::ack);
    }
}

TEST_CASE("where no records are allowed, connections stay in TIME-WAIT as they are") {
    tcp_type::settings s;
    s.limits.most_time_waits = 0;
    bench b(s);
    const handle l = b.listen();
    const handle c = establish(b, l);
    CHECK(b.stack.close(c, b.now));
    b.flush();
    finish(b);
    CHECK(b.tables().time_waits.size() == 0);
    CHECK(b.tables().by_address.size() == 2);
    CHECK(b.stack.next_deadline() == b.now + 60s);
    b.wait(60s);
    CHECK(b.stack.close(l, b.now));
    b.check_empty();
}

TEST_CASE(
    "SHLD-4 a connection in TIME-WAIT whose application holds it gives way to a new incarnation, and is read on") {
    bench b;
    const handle l = b.listen();
    const handle c = establish(b, l, clocks[1]);
    REQUIRE(b.stack.shutdown(c, b.now));
    b.flush();
    b.arrives({.flags = flag::ack | flag::fin,
               .sequence = irs + 1,
               .acknowledgment = our_next,
               .text = "unread",
               .options = clocks[1]()});
    REQUIRE(b.stack.look(c)->state() == state::time_wait);
    b.take();
    const seq at = peers_next + 6 + 1000;
    b.arrives(new_syn(at, clocks[1](0)));  // not beyond by its clock, but by its number
    const auto answer = b.take_one();
    CHECK(answer.flags == (flag::syn | flag::ack));
    CHECK(answer.acknowledgment == at + 1);
    CHECK(our_next < answer.sequence);
    CHECK(b.count().reincarnations == 1);
    b.arrives({.flags = flag::ack,
               .sequence = at + 1,
               .acknowledgment = answer.sequence + 1,
               .text = "anew",
               .options = clocks[1](2)});
    const auto anew = b.stack.accept(l, b.now);
    REQUIRE(anew);
    CHECK(b.read(*anew) == "anew");
    CHECK(b.read(c) == "unread");
    // The old one ends as if nothing had been; nobody's segments are mixed up.
    CHECK(b.stack.close(c, b.now));
    b.take();
    b.wait(120s);
    CHECK(b.quiet());
    CHECK(b.tables().time_waits.size() == 0);
    CHECK(b.stack.abort(*anew, b.now));
    CHECK(b.stack.close(l, b.now));
    b.check_empty();
}

TEST_CASE(
    "MAY-2 a held connection's TIME-WAIT stands, as a record, when the SYN was a duplicate: the peer's RST says so") {
    bench b;
    const handle l = b.listen();
    const handle c = establish(b, l);
    REQUIRE(b.stack.shutdown(c, b.now));
    b.flush();
    finish(b);
    const instant end = b.now + 60s;
    b.arrives(new_syn(peers_next + 1000));
    REQUIRE(b.tables().half_opens.size() == 1);
    b.take();
    b.arrives({.flags = flag::rst, .sequence = peers_next + 1001});
    CHECK(b.tables().half_opens.size() == 0);
    finish(b);  // N2: the connection that there was answers
    CHECK(b.take_one().acknowledgment == peers_next);
    CHECK(b.stack.look(c)->state() == state::time_wait);
    b.wait(end - b.now);
    CHECK(b.stack.look(c)->state() == state::closed);
    CHECK(b.stack.close(c, b.now));
}

TEST_CASE("SHLD-4 an earlier SYN is dropped without a word also while the connection in TIME-WAIT is held") {
    bench b;
    const handle l = b.listen();
    const handle c = establish(b, l, clocks[1]);
    REQUIRE(b.stack.shutdown(c, b.now));
    b.flush();
    finish(b, clocks[1]);
    b.take();
    b.arrives(new_syn(peers_next + 1000, clock_of_peer{4999}()));
    CHECK(b.quiet());
    CHECK(b.tables().half_opens.size() == 0);
    CHECK(b.tables().time_waits.size() == 0);
    CHECK(b.stack.look(c)->state() == state::time_wait);
}

TEST_CASE(
    "MAY-2 a new incarnation's SYN right behind the FIN that led to TIME-WAIT, before anything has left, is taken") {
    bench b;
    const handle l = b.listen();
    const handle c = establish(b, l);
    REQUIRE(b.stack.close(c, b.now));
    b.flush();
    b.take();
    b.deliver({.flags = flag::ack | flag::fin, .sequence = irs + 1, .acknowledgment = our_next});
    b.deliver(new_syn(peers_next + 1000));
    b.flush();
    CHECK(b.take_one().flags == (flag::syn | flag::ack));
    CHECK(b.tables().time_waits.size() == 1);
    CHECK(b.tables().half_opens.size() == 1);
    CHECK(b.tables().sockets.size() == 1);  // where records are unfolded
}

TEST_CASE("MUST-48 MUST-49 a record's ACKs have the DSCP and the hop limit that the application set") {
    for (const std::uint8_t dscp : std::array<std::uint8_t, 3>{0, 46, 63})
        for (const std::uint8_t hop_limit : std::array<std::uint8_t, 3>{1, 64, 255}) {
            bench b;
            const handle c = establish(b, b.listen());
            connection_options o = b.stack.look(c)->options();
            o.dscp = dscp;
            o.hop_limit = hop_limit;
            REQUIRE(b.stack.set_options(c, o, b.now));
            REQUIRE(b.stack.close(c, b.now));
            b.flush();
            finish(b);
            REQUIRE(b.tables().time_waits.size() == 1);
            b.take();
            for (int i = 0; i < 2; ++i) {  // folded again in between
                b.wait(1s);
                finish(b);
                const auto ack = b.take_one();
                CHECK(int(ack.wire[1]) == dscp << 2);
                CHECK(int(ack.wire[8]) == hop_limit);
            }
        }
}

TEST_CASE(
    "a host that slept for up to four hours finds its records over, and one that slept longer waits 35 min at most") {
    for (const duration late : std::array<duration, 7>{1s, 20min, 40min, 239min, 5h, 24h, 24 * 30h}) {
        bench b;
        part(b, b.listen());
        b.now += 60s + late;
        b.stack.on_deadline(b.now);
        if (late < 4h) CHECK(b.tables().time_waits.size() == 0);
        if (b.tables().time_waits.size() == 0) continue;
        CHECK(b.stack.next_deadline() <= b.now + 35min);
        b.wait(35min);
        CHECK(b.tables().time_waits.size() == 0);
    }
}

TEST_CASE("two MSL of up to half an hour are kept") {
    tcp_type::settings s;
    s.limits.msl = 15min;
    bench b(s);
    part(b, b.listen());
    CHECK(b.stack.next_deadline() == b.now + 30min);
    b.wait(30min - 1ms);
    CHECK(b.tables().time_waits.size() == 1);
    b.wait(1ms);
    CHECK(b.tables().time_waits.size() == 0);
}
