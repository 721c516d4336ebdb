// SPDX-License-Identifier: MIT
// RFC 7323: window scale (section 2), timestamps and RTTM (sections 3 and 4), PAWS (section 5).
#include "support/compositions.hpp"
#include "support/lab.hpp"

using namespace sluice;
using lab::bench;

namespace {

using large_tcp = sluice::tcp<sluice::testing::gate_audit, fixed_buffers<1 << 18, 1 << 20, 256, 64>>;

template <class Tcp = classic_tcp>
bench<Tcp> with(tcp_options offers, typename Tcp::settings s = {}) {
    bench<Tcp> b(s);
    b.peer_offers = offers;
    b.establish();
    return b;
}

tcp_options timestamps_offered() { return {.timestamps = timestamps_option{}}; }

}  // namespace

// ---- window scale ---------------------------------------------------------------------------------------------------

TEST_CASE("our SYN offers a window scale, timestamps and SACK; our SYN,ACK only what the peer's SYN had") {
    bench<classic_tcp> active;
    REQUIRE(active.connect());
    const auto syn = active.take_one();
    CHECK(syn.options.window_scale == 0);  // a buffer of 65535 octets needs none
    CHECK(syn.options.sack_permitted);
    REQUIRE(syn.options.timestamps);
    CHECK(syn.options.timestamps->echo == 0);  // section 3.2: no ACK, no echo

    for (int set = 0; set < 8; ++set) {
        tcp_options offers;
        if (set & 1) offers.window_scale = 3;
        if (set & 2) offers.timestamps = timestamps_option{};
        if (set & 4) offers.sack_permitted = true;
        bench<classic_tcp> passive;
        passive.peer_offers = offers;
        REQUIRE(passive.listen());
        passive.arrives({.flags = flag::syn, .sequence = 0, .mss = 1460, .options = offers});
        const auto answer = passive.take_one();
        CHECK(answer.options.window_scale.has_value() == bool(set & 1));
        CHECK(answer.options.timestamps.has_value() == bool(set & 2));
        CHECK(answer.options.sack_permitted == bool(set & 4));
        if (set & 2) CHECK(answer.options.timestamps->echo == passive.peer_clock());
        passive.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1});
        REQUIRE(passive.state() == state::established);
        REQUIRE(passive.send(lab::text(3000)));
        for (const auto& s : passive.take()) {
            CHECK(s.options.timestamps.has_value() == bool(set & 2));
            CHECK(s.text.size() <= 1460u - (set & 2 ? 12u : 0u));
        }
    }
}

TEST_CASE("an option that is switched off, by the composition or by a setting, is neither offered nor accepted") {
    const auto check_bare = [](auto b) {
        b.peer_offers = {.window_scale = 7, .sack_permitted = true, .timestamps = timestamps_option{}};
        REQUIRE(b.connect());
        const auto syn = b.take_one();
        CHECK(syn.options == tcp_options{.mss = 1460});
        b.arrives({.flags = flag::syn | flag::ack,
                   .sequence = 0,
                   .acknowledgment = 1,
                   .mss = 1460,
                   .options = b.peer_offers});
        REQUIRE(b.state() == state::established);
        b.take();
        b.acks(1, 1000);
        CHECK(b.block().snd.wnd == 1000);
        REQUIRE(b.send("x"));
        CHECK(b.take_one().options == tcp_options{});
    };
    classic_tcp::settings off;
    off.limits.window_scale = off.limits.timestamps = off.limits.sack = false;
    check_bare(bench<classic_tcp>(off));
    check_bare(bench<sluice::tcp<sluice::testing::gate_audit, no_sack, no_timestamps, no_window_scale>>());
}

TEST_CASE("the peer's windows are scaled by its shift, but never that of a segment with SYN") {
    auto b = with({.window_scale = 7});
    CHECK(b.block().snd.wnd == 65535);
    b.acks(1, 1000);
    CHECK(b.block().snd.wnd == 128'000);
}

TEST_CASE("where two opens cross, the window of the peer's SYN,ACK is not scaled, and the next one is (N29)") {
    bench<classic_tcp> b;
    b.peer_offers = {.window_scale = 7};
    REQUIRE(b.connect());
    b.arrives({.flags = flag::syn, .sequence = 0, .window = 500, .options = b.peer_offers});
    b.arrives(
        {.flags = flag::syn | flag::ack, .sequence = 0, .acknowledgment = 1, .window = 1000, .options = b.peer_offers});
    REQUIRE(b.state() == state::established);
    CHECK(b.block().snd.wnd == 1000);
    b.acks(1, 1001);
    CHECK(b.block().snd.wnd == 1001u << 7);
    b.take();
}

TEST_CASE("a shift above 14 counts as 14") {
    auto b = with({.window_scale = 15});
    b.acks(1, 65535);
    CHECK(b.block().snd.wnd == 65535u << 14);
}

TEST_CASE("without the peer's window scale ours does not count, and no window is larger than its field") {
    bench<large_tcp> b;
    b.establish();
    b.says(lab::text(1460));
    b.wait(50ms);
    CHECK(b.block().rcv.wnd() <= 65535);
    for (const auto& s : b.take()) CHECK(s.window == b.block().rcv.wnd());
}

TEST_CASE(
    "our shift is the smallest with which the whole receive buffer can be offered, and is not applied to the SYN") {
    bench<large_tcp> b;
    b.peer_offers = {.window_scale = 0};
    REQUIRE(b.connect());
    const auto syn = b.take_one();
    CHECK(syn.options.window_scale == 5);  // 2^20 >> 4 is 65536, one too many
    CHECK(syn.window == 65535);
    b.arrives(
        {.flags = flag::syn | flag::ack, .sequence = 0, .acknowledgment = 1, .mss = 1460, .options = b.peer_offers});
    CHECK(b.take_one().window == ((1u << 20) - (1u << 14)) >> 5);  // a 64th is for rounding
}

TEST_CASE("the right edge that the peer sees never moves left by rounding; with tiny segments by less than a unit") {
    for (const bool tiny : {false, true}) {
        bench<large_tcp> b;
        b.peer_offers = {.window_scale = 0};
        b.establish();
        std::uint64_t edge = 0;
        seeded_random numbers(3);
        for (int i = 0; i < 5000; ++i) {
            b.says(lab::text(tiny ? 1 + numbers.below(100) : 1000 + numbers.below(460)));
            if (numbers.below(3) == 0) b.receive(numbers.below(5000));
            b.wait(50ms);
            for (const auto& s : b.take()) {
                const std::uint64_t offered = std::uint64_t{s.acknowledgment} + (std::uint64_t{s.window} << 5);
                CHECK(offered + (tiny ? 31 : 0) >= edge);
                CHECK(offered <= b.next_seq() + b.block().incoming.free());
                edge = std::max(edge, offered);
            }
            if (b.block().incoming.free() < 2000) b.receive();
        }
    }
}

// ---- timestamps -----------------------------------------------------------------------------------------------------

TEST_CASE("once agreed on, every segment has a timestamp, a RST too; the clock ticks once a millisecond") {
    auto b = with(timestamps_offered());
    REQUIRE(b.send("one"));
    const auto one = b.take_one();
    b.wait(7ms);
    b.acks(4);
    REQUIRE(b.send("two"));
    const auto two = b.take_one();
    REQUIRE(two.options.timestamps);
    CHECK(two.options.timestamps->value - one.options.timestamps->value == 7);
    CHECK(two.options.timestamps->echo == b.peer_clock());
    REQUIRE(b.abort());
    const auto reset = b.take_one();
    CHECK(reset.has(flag::rst));
    CHECK(reset.options.timestamps.has_value());
}

TEST_CASE(
    "the offset of the clock is a pair's own, the same for each of its incarnations, and another for another pair") {
    const auto value = [](std::uint16_t port, std::uint64_t seed) {
        bench<classic_tcp> b({.seed = seed});
        b.remote.port = port;
        REQUIRE(b.connect());
        return b.take_one().options.timestamps->value;
    };
    CHECK(value(1000, 1) == value(1000, 1));
    CHECK(value(1000, 1) != value(1001, 1));
    CHECK(value(1000, 1) != value(1000, 2));
}

TEST_CASE("a segment without the timestamp that was agreed on is dropped without a word; a RST is exempt") {
    auto b = with(timestamps_offered());
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1, .text = "bare", .raw_options = {1, 1, 1, 0}});
    CHECK(b.quiet());
    CHECK(b.endpoint.readable() == 0);
    CHECK(b.endpoint.count().without_timestamp == 1);
    b.arrives({.flags = flag::rst, .sequence = 1, .raw_options = {1, 1, 1, 0}});
    CHECK(b.state() == state::closed);
}

TEST_CASE(
    "what is echoed is of the earliest segment that is not acknowledged yet: delayed ACKs count into the round trip") {
    auto b = with(timestamps_offered());
    for (int i = 0; i < 16; ++i) b.says(lab::text(1448));  // past the quick start
    b.receive();
    b.take();
    const std::uint32_t first = b.peer_clock();
    b.says("first");
    b.wait(10ms);
    b.says("second");
    b.wait(40ms);
    CHECK(b.take_one().options.timestamps->echo == first);
}

TEST_CASE("a segment behind a gap is not echoed, the one that fills the gap is") {
    auto b = with(timestamps_offered());
    const std::uint32_t before = b.peer_clock();
    b.wait(10ms);
    b.arrives({.flags = flag::ack, .sequence = 11, .acknowledgment = 1, .text = "behind the gap"});
    CHECK(b.take_one().options.timestamps->echo == before);
    b.wait(10ms);
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1, .text = "ten octets"});
    CHECK(b.take_one().options.timestamps->echo == b.peer_clock());
}

TEST_CASE("the echo measures the round trip of what was sent again, which without it nothing can (Karn)") {
    for (const bool timestamps : {false, true}) {
        auto b = with(timestamps ? timestamps_offered() : tcp_options{});
        REQUIRE(b.send("lost"));
        b.wait_for_deadline();
        REQUIRE(b.block().rtt.rto() > 200ms);
        b.wait(30ms);
        b.acks(5);  // echoes the second transmission
        // The handshake took no time; an eighth of 30 ms is what a second sample adds.
        CHECK(b.block().rtt.srtt() == (timestamps ? 3750us : 0us));
    }
}

TEST_CASE("RFC 2883: an ACK that reports a second arrival echoes what came before: it measures no round trip") {
    for (const bool reported : {true, false}) {
        tcp_options offers = timestamps_offered();
        offers.sack_permitted = true;
        auto b = with(offers);
        REQUIRE(b.send("text"));
        const auto first = b.take_one();
        b.wait_for_deadline();  // 200 ms
        b.wait(30ms);
        tcp_options told{.timestamps = timestamps_option{b.peer_clock(), first.options.timestamps->value}};
        if (reported) told.sack.push_back({seq(1), seq(5)});
        b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 5, .options = told});
        CHECK(b.block().flight.empty());
        CHECK(b.endpoint.count().arrived_twice == (reported ? 1 : 0));
        CHECK(b.block().rtt.srtt() == (reported ? 0us : 28750us));  // an eighth of 230 ms
    }
}

TEST_CASE("an echo that we can't have sent measures nothing") {
    auto b = with(timestamps_offered());
    REQUIRE(b.send("lost"));
    b.wait_for_deadline();
    const auto before = b.block().rtt.srtt();
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 5,
               .options = {.timestamps = timestamps_option{b.peer_clock(), 0xdead0000}}});
    CHECK(b.block().flight.empty());
    CHECK(b.block().rtt.srtt() == before);
}

// ---- PAWS -----------------------------------------------------------------------------------------------------------

TEST_CASE("PAWS: a segment in the window with an older timestamp is dropped, and its sender is told where we stand") {
    auto b = with(timestamps_offered());
    b.says("new");
    b.take();
    b.arrives({.flags = flag::ack, .sequence = 4, .acknowledgment = 1, .text = "old",
               .options = {.timestamps = timestamps_option{b.peer_clock() - 1, 0}}});
    const auto answer = b.take_one();
    CHECK(answer.is_pure_ack());
    CHECK(answer.acknowledgment == 4);
    CHECK(b.receive() == "new");
    CHECK(b.endpoint.count().too_old == 1);
    b.arrives({.flags = flag::rst, .sequence = 4, .options = {.timestamps = timestamps_option{1, 0}}});
    CHECK(b.state() == state::closed);  // section 5.3: a RST is exempt
}

TEST_CASE("PAWS: a SYN with an older timestamp is challenged like any SYN") {
    auto b = with(timestamps_offered());
    b.arrives(
        {.flags = flag::syn, .sequence = 100, .options = {.timestamps = timestamps_option{b.peer_clock() - 9, 0}}});
    CHECK(b.take_one().is_pure_ack());
    CHECK(b.endpoint.count().challenge_acks == 1);
    CHECK(b.endpoint.count().too_old == 1);
}

TEST_CASE("PAWS: after 25 idle days no timestamp is too old, after 23 one still is") {
    for (const auto& [days, believed] : {std::pair(23, false), std::pair(25, true)}) {
        classic_tcp::settings s;
        auto b = with(timestamps_offered(), s);
        b.says("x");
        b.take();
        const std::uint32_t much_earlier = b.peer_clock() - 1;
        b.wait(days * 24h);
        b.arrives({.flags = flag::ack, .sequence = 2, .acknowledgment = 1, .text = "y",
                   .options = {.timestamps = timestamps_option{much_earlier, 0}}});
        b.wait(1s);
        b.take();
        CHECK(b.endpoint.readable() == (believed ? 2 : 1));
    }
}

TEST_CASE("timestamps wrap: five seconds before and after 2^32 ticks the older one is still the older one") {
    auto b = with({});
    bench<classic_tcp> near;
    near.peer_offers = timestamps_offered();
    REQUIRE(near.connect());
    near.arrives({.flags = flag::syn | flag::ack, .sequence = 0, .acknowledgment = 1, .mss = 1460,
                  .options = {.timestamps = timestamps_option{0xffffffffu - 4999, 0}}});
    near.take();
    const auto value_at = [&](int ms) {
        return timestamps_option{0xffffffffu - 4999 + static_cast<std::uint32_t>(ms), 0};
    };
    near.arrives({.flags = flag::ack,
                  .sequence = 1,
                  .acknowledgment = 1,
                  .text = "past",
                  .options = {.timestamps = value_at(6000)}});
    CHECK(near.receive() == "past");
    near.take();
    near.arrives({.flags = flag::ack,
                  .sequence = 5,
                  .acknowledgment = 1,
                  .text = "old",
                  .options = {.timestamps = value_at(4000)}});
    CHECK(near.endpoint.count().too_old == 1);
    near.take();
}

TEST_CASE(
    "a segment whose ACK is refused, or that has none, is not echoed: a blind one can't make the next ones look old") {
    for (const tcp_flags flags : {flag::ack, flag::psh}) {
        auto b = with(timestamps_offered());
        b.says("old");
        b.take();
        // Any number up to a segment's length below RCV.NXT will do; the timestamp is as far ahead as can be.
        lab::wire_segment forged{
            .flags = flags, .sequence = 2, .acknowledgment = 0x55555555, .text = std::string(1460, 'x')};
        forged.options.timestamps = {.value = b.peer_clock() + (1u << 30), .echo = 0};
        b.arrives(forged);
        b.take();
        CHECK(b.block().clock.recent() == b.peer_clock());
        b.wait(10s);
        b.says("genuine");
        CHECK(b.receive() == "oldgenuine");
        CHECK(b.endpoint.count().too_old == 0);
    }
}

TEST_CASE("what covers the number that was acknowledged last is echoed, although its front is cut off (R3)") {
    auto b = with(timestamps_offered());
    for (int i = 0; i < 16; ++i) b.says(lab::text(1448));  // past the quick start
    b.receive();
    b.take();
    const std::uint32_t at = b.next_seq(), first_clock = b.peer_clock();
    b.says("one");  // its ACK is delayed: the last one that left is `at`
    REQUIRE(b.quiet());
    b.wait(5ms);
    b.arrives({.flags = flag::ack, .sequence = at, .acknowledgment = 1, .text = "onetwo"});
    b.wait(50ms);
    const auto ack = b.take().back();
    CHECK(ack.acknowledgment == at + 6);
    CHECK(ack.options.timestamps->echo == first_clock + 5);
}

TEST_CASE("RFC 5961 4.2: a SYN without the timestamp that was agreed on is challenged like any, and no more often") {
    for (const std::uint32_t at : {1u, 1'000'000u}) {
        auto b = with(timestamps_offered());
        const lab::wire_segment syn{.flags = flag::syn, .sequence = at, .raw_options = {1, 1, 1, 1}};
        b.arrives(syn);
        CHECK(b.take_one().is_pure_ack());
        CHECK(b.state() == state::established);
        for (int i = 0; i < 1000; ++i) b.arrives(syn);
        CHECK(b.take().size() < 20);
    }
}

TEST_CASE("RFC 5961 section 7: SYNs with an older timestamp are challenged no more often than others") {
    auto b = with(timestamps_offered());
    b.says("now");
    b.take();
    lab::wire_segment syn{.flags = flag::syn, .sequence = 100'000, .text = "x"};
    syn.options.timestamps = {.value = b.peer_clock() - 1000, .echo = 0};
    for (int i = 0; i < 1000; ++i) b.arrives(syn);
    const std::size_t answers = b.take().size();
    CHECK(answers >= 10);
    CHECK(answers <= 20);
    CHECK(b.endpoint.count().too_old == 1000);
}
