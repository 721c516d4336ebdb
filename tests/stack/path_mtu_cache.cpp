// SPDX-License-Identifier: MIT
// What connections find out about paths, for others to the same address: the cache, and a stack that has one.
#include <sluice/stack/path_mtu_cache.hpp>

#include "support/memory.hpp"
#include "support/stack_bench.hpp"
#include "support/too_big.hpp"

using namespace sluice;

namespace {

using bench = lab::stack_bench<lab::known_isn_tcp>;

constexpr socket_address far{ip_address::v4(203, 0, 113, 1), 443}, further{ip_address::v4(203, 0, 113, 2), 443};

/// Opened from here, from this port on.
handle opened(bench& b, std::uint16_t port, const socket_address& to) {
    const auto h = b.stack.connect({lab::server_address, port}, to, b.now);
    REQUIRE(h);
    b.flush();
    b.take();
    const auto& v = b.stack.look(*h)->variables();
    b.arrives({.flags = flag::syn | flag::ack,
               .sequence = seq(1),
               .acknowledgment = v.snd.iss + 1,
               .options = {.mss = 1460}},
              to, v.local);
    REQUIRE(b.stack.look(*h)->state() == state::established);
    b.take();
    return *h;
}

/// And to here.
handle accepted(bench& b, handle l, std::uint16_t port, const ip_address& from) {
    b.arrives({.flags = flag::syn, .sequence = seq(100), .options = {.mss = 1460}}, {from, port});
    const seq iss = b.take_one().sequence;
    b.arrives({.flags = flag::ack, .sequence = seq(101), .acknowledgment = iss + 1}, {from, port});
    const auto h = b.stack.accept(l, b.now);
    REQUIRE(h);
    b.take();
    return *h;
}

/// Of a long text, how much the first segment has; the connection is gone then.
std::size_t first_segment(bench& b, handle h) {
    const std::vector<octet> text(5000);
    REQUIRE(b.stack.send(h, octets(text), b.now));
    b.flush();
    const std::size_t out = b.take().front().text.size();
    REQUIRE(b.stack.abort(h, b.now));
    b.flush();
    b.take();
    return out;
}

/// So much text, and what leaves of it.
std::vector<lab::seen> sends(bench& b, handle h, std::size_t length) {
    const std::vector<octet> text(length);
    REQUIRE(b.stack.send(h, octets(text), b.now));
    b.flush();
    return b.take();
}

/// Of forty segments each arrives, which leaves no doubt that the path takes them.
void transfers(bench& b, handle h) {
    const auto& v = b.stack.look(h)->variables();
    for (int i = 0; i < 4; ++i) {
        REQUIRE(sends(b, h, 10 * 1460).size() == 10);
        b.arrives({.flags = flag::ack, .sequence = seq(2), .acknowledgment = v.snd.nxt}, v.remote, v.local);
    }
}

/// All that is out arrives.
void acknowledged(bench& b, handle h) {
    const auto& v = b.stack.look(h)->variables();
    b.arrives({.flags = flag::ack, .sequence = seq(2), .acknowledgment = v.snd.nxt}, v.remote, v.local);
    b.take();
}
/// Some round trips.
void goes_on(bench& b, handle h) {
    for (int i = 0; i < 3; ++i) {
        sends(b, h, 100);
        acknowledged(b, h);
    }
}

/// A router's word about the first that is out; what leaves then.
std::vector<lab::seen> is_too_big(bench& b, handle h, std::uint32_t mtu) {
    const auto& v = b.stack.look(h)->variables();
    const auto error = lab::too_big(v.local, v.remote, v.snd.una, mtu);
    b.stack.on_packet({.data = error}, b.now);
    b.flush();
    return b.take();
}

/// The same to a connection that goes on.
void learns(bench& b, handle h, std::uint32_t mtu) {
    sends(b, h, 3 * 1460);
    is_too_big(b, h, mtu);
    acknowledged(b, h);
}
/// And to one that ends then.
void hears(bench& b, handle h, std::uint32_t mtu) {
    sends(b, h, 3 * 1460);
    is_too_big(b, h, mtu);
    REQUIRE(b.stack.abort(h, b.now));
    b.flush();
    b.take();
}

const instant start(1s);

}  // namespace

TEST_CASE("the cache knows each address until its time, and of what shares a place the latest") {
    path_mtu_cache<> paths;
    CHECK(!paths.find(far.address, start));
    paths.learn(far.address, {.mtu = 1400, .until = start + 10min});
    REQUIRE(paths.find(far.address, start));
    CHECK(paths.find(far.address, start)->mtu == 1400);
    CHECK(!paths.find(further.address, start));
    CHECK(paths.find(far.address, start + 10min - 1ns));
    CHECK(!paths.find(far.address, start + 10min));
    paths.learn(far.address, {.mtu = 1300, .until = start + 20min});
    CHECK(paths.find(far.address, start + 10min)->mtu == 1300);

    // Ten times as many addresses as places: some are left, none is wrong, and the last one is there.
    const auto address = [](std::uint32_t i) {
        return ip_address::v4(198, 18, static_cast<octet>(i >> 8), static_cast<octet>(i));
    };
    const std::uint32_t count = 10 * path_mtu_cache<>::places;
    for (std::uint32_t i = 0; i < count; ++i)
        paths.learn(address(i), {.mtu = static_cast<std::uint16_t>(1000 + i), .until = start + 10min});
    std::size_t left = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto known = paths.find(address(i), start);
        if (known) CHECK(known->mtu == 1000 + i);
        left += known.has_value();
    }
    CHECK(paths.find(address(count - 1), start));
    CHECK(left <= path_mtu_cache<>::places);
    CHECK(left > path_mtu_cache<>::places / 2);
}

TEST_CASE("RFC 5927 section 7.2: before text has arrived there is nothing to doubt a router by, whoever opened") {
    for (const bool passive : {false, true}) {
        CAPTURE(passive);
        bench b;
        const handle l = b.listen();
        hears(b, passive ? accepted(b, l, 2001, far.address) : opened(b, 1001, far), 1400);
        CHECK(b.count().path_mtus_lowered == 1);
        CHECK(b.count().path_mtus_doubted == 0);
    }
}

TEST_CASE("RFC 8201 section 5.2: a path's MTU holds for later connections to that address, in both directions") {
    bench b;
    const handle l = b.listen();
    hears(b, opened(b, 1001, far), 1400);
    CHECK(first_segment(b, opened(b, 1002, far)) == 1360);
    CHECK(first_segment(b, accepted(b, l, 2001, far.address)) == 1360);
    CHECK(first_segment(b, opened(b, 1003, further)) == 1460);
    b.wait(10min - 1s);
    CHECK(first_segment(b, opened(b, 1004, far)) == 1360);
    b.wait(2s);  // RFC 1191 section 6.3: it may have changed
    CHECK(first_segment(b, opened(b, 1005, far)) == 1460);
    CHECK(first_segment(b, accepted(b, l, 2002, far.address)) == 1460);
}

TEST_CASE("RFC 8201 section 5.2: open connections to that address hear of it, too, before they send next") {
    bench b;
    const handle l = b.listen();
    const handle other = opened(b, 1001, far), passive = accepted(b, l, 2001, far.address),
                 on = opened(b, 1002, further);
    hears(b, opened(b, 1003, far), 1400);
    const instant until = b.now + 10min;
    sends(b, passive, 1);
    CHECK(b.stack.look(passive)->variables().path.raise_at == until);  // it may have changed by then
    CHECK(first_segment(b, other) == 1360);
    CHECK(first_segment(b, on) == 1460);
    CHECK(b.count().path_mtus_lowered == 3);
}

TEST_CASE("RFC 5927 section 7.2: who has sent larger ones doubts what another has heard, until a timer agrees") {
    for (const bool is_said : {true, false}) {
        CAPTURE(is_said);
        bench b;
        const handle h = opened(b, 1001, far);
        transfers(b, h);
        if (is_said) hears(b, opened(b, 1002, far), 1400);
        CHECK(sends(b, h, 1460).front().text.size() == 1460);
        CHECK(b.count().path_mtus_doubted == (is_said ? 1 : 0));
        while (b.count().timeouts == 0) b.wait(100ms);
        CHECK(b.take().back().text.size() == (is_said ? 1360 : 1460));
        // And who has waited for the timer tells it in turn.
        CHECK(first_segment(b, opened(b, 1003, far)) == (is_said ? 1360 : 1460));
    }
}

TEST_CASE("what a timer has settled is told the others at once, and what is out is left to its own router's word") {
    bench b;
    const handle first = opened(b, 1001, far), idle = opened(b, 1002, far);
    const auto& v = b.stack.look(first)->variables();
    transfers(b, first);
    sends(b, first, 3 * 1460);
    CHECK(is_too_big(b, first, 1400).empty());  // doubted
    while (b.count().timeouts == 0) {
        REQUIRE(v.mss == 1460);
        b.wait(10ms);
    }
    REQUIRE(v.mss == 1360);
    b.take();
    CHECK(first_segment(b, idle) == 1360);

    const handle busy = opened(b, 1003, further);
    sends(b, busy, 3 * 1460);
    hears(b, opened(b, 1004, further), 1400);
    const auto& out = b.stack.look(busy)->variables();
    b.arrives({.flags = flag::ack, .sequence = seq(2), .acknowledgment = out.snd.una + 1460}, further, out.local);
    CHECK(out.mss == 1460);
    const auto again = is_too_big(b, busy, 1400);  // what is left, in smaller segments
    REQUIRE(again.size() == 3);
    CHECK(again.front().text.size() == 1360);
}

TEST_CASE("what a connection has been told by the cache says nothing new: it is not remembered any longer") {
    bench b;
    hears(b, opened(b, 1001, far), 1400);
    b.wait(9min);
    CHECK(first_segment(b, opened(b, 1002, far)) == 1360);
    b.wait(61s);
    CHECK(first_segment(b, opened(b, 1003, far)) == 1460);
}

TEST_CASE("RFC 5927 section 7.2: a lie that arriving text has disproved is not told again for news of others") {
    bench b;
    const handle h = opened(b, 1001, far);
    transfers(b, h);
    learns(b, opened(b, 1002, far), 600);
    sends(b, h, 1460);
    acknowledged(b, h);
    CHECK(b.count().path_mtus_doubted == 1);
    learns(b, opened(b, 1003, further), 1400);
    sends(b, h, 1460);
    CHECK(b.count().path_mtus_doubted == 1);
    while (b.count().timeouts == 0) b.wait(100ms);  // a loss, no more
    CHECK(b.stack.look(h)->variables().mss == 1460);
}

TEST_CASE("what was heard last counts, whoever tells it last, or quotes it") {
    bench b;
    const handle first = opened(b, 1001, far), second = opened(b, 1002, far);
    sends(b, second, 3 * 1460);
    sends(b, first, 3 * 1460);
    is_too_big(b, first, 1400);
    b.wait(100ms);
    is_too_big(b, second, 1300);
    const auto& v = b.stack.look(first)->variables();
    const auto stray = lab::too_big(v.local, v.remote, v.snd.una - 100'000, 1000);  // nothing that is out
    b.stack.on_packet({.data = stray}, b.now);
    CHECK(b.count().icmp_ignored == 1);
    REQUIRE(v.mss == 1360);
    CHECK(first_segment(b, opened(b, 1003, far)) == 1260);
    REQUIRE(b.stack.abort(first, b.now));
    CHECK(first_segment(b, opened(b, 1004, far)) == 1260);

    path_mtu_cache<> paths;
    paths.learn(far.address, {.mtu = 1300, .until = start + 10min});
    paths.learn(far.address, {.mtu = 1400, .until = start + 10min});  // of two words in one turn the smaller
    CHECK(paths.find(far.address, start)->mtu == 1300);
}

TEST_CASE("RFC 8201 section 4: what is found out once more is told once more, and none tries larger ones soon after") {
    for (const bool has_raised : {true, false}) {
        CAPTURE(has_raised);
        bench b;
        const handle one = opened(b, 1001, far), other = opened(b, 1002, far);
        const auto& v = b.stack.look(other)->variables();
        learns(b, one, 1400);
        goes_on(b, other);
        REQUIRE(v.mss == 1360);
        b.wait(10min + 1s);
        if (has_raised) goes_on(b, other);
        goes_on(b, one);
        REQUIRE(v.mss == (has_raised ? 1460 : 1360));
        REQUIRE(b.stack.look(one)->variables().mss == 1460);
        learns(b, one, 1400);
        CHECK(sends(b, other, 1460).front().text.size() == 1360);
        acknowledged(b, other);
        goes_on(b, other);
        CHECK(v.mss == 1360);
    }
}

TEST_CASE("RFC 8201 section 5.2: who has not shaken hands yet hears it, too") {
    bench b;
    const handle l = b.listen({.asks = true});
    b.arrives({.flags = flag::syn, .sequence = seq(100), .options = {.mss = 1460}}, far);
    const auto asks = b.stack.accept(l, b.now);
    REQUIRE(asks);
    hears(b, opened(b, 1001, far), 1400);
    REQUIRE(b.stack.answer(*asks, b.now));
    b.flush();
    const auto answer = b.take_one();
    b.arrives({.flags = flag::ack, .sequence = seq(101), .acknowledgment = answer.sequence + 1}, far);
    CHECK(first_segment(b, *asks) == 1360);
}
