// SPDX-License-Identifier: MIT
// connection/output.hpp, is_held_back: what is not pushed (RFC 9293 section 3.9.1.2) waits for the rest of a segment,
// no longer than 200 ms, and never for what can't come. Corked is a connection; more follows after one send.
#include "support/option_mixes.hpp"

using namespace sluice;
using lab::bench;

namespace {

constexpr std::uint32_t mss = 1460;
static_assert(sizeof(connection_options) == 56);  // as much as without the cork
using tight_tcp = tcp<fixed_buffers<1000, 1000>>;

template <class Tcp = classic_tcp>
void cork(bench<Tcp>& b, bool on = true) {
    connection_options o = b.endpoint.connection().options();
    o.cork = on;
    b.set_options(o);
}

/// Established and corked, with 300 octets that wait.
bench<classic_tcp> corked() {
    bench<classic_tcp> b;
    b.establish();
    cork(b);
    REQUIRE(b.send(lab::text(300)));
    CHECK(b.quiet());
    return b;
}

}  // namespace

TEST_CASE("corked text waits for 200 ms, and what comes later counts its own") {
    auto b = corked();
    b.wait(150ms);
    REQUIRE(b.send(lab::text(mss)));
    CHECK(b.take_one().text.size() == mss);
    b.wait(100ms);
    b.acks(1 + mss);
    b.wait(99ms);
    CHECK(b.quiet());
    b.wait(1ms);
    CHECK(b.take_one().text.size() == 300);
}

TEST_CASE("corked text waits though all before it is acknowledged, and though Nagle would let it leave") {
    bench<classic_tcp> b;
    b.establish();
    b.set_options({.nagle = false, .cork = true});
    REQUIRE(b.send(lab::text(mss + 300)));
    REQUIRE(b.take().size() == 1);
    b.acks(1 + mss);
    CHECK(b.quiet());
}

TEST_CASE("to switch Nagle off pushes what waits, and leaves the cork in") {
    auto b = corked();
    b.set_options({.nagle = false, .cork = true});
    CHECK(b.take_one().text.size() == 300);
    REQUIRE(b.send("x"));
    CHECK(b.quiet());
}

TEST_CASE("what waits leaves when the cork is drawn, with PSH, also while other text is unacknowledged") {
    auto b = corked();
    REQUIRE(b.send(lab::text(mss)));
    CHECK_FALSE(b.take_one().has(flag::psh));
    cork(b, false);
    const auto rest = b.take_one();
    CHECK(rest.text.size() == 300);
    CHECK(rest.has(flag::psh));
    REQUIRE(b.send("x"));  // and from here on Nagle rules again
    CHECK(b.quiet());
}

TEST_CASE("a cork that is drawn from an empty queue pushes nothing that comes later") {
    bench<classic_tcp> b;
    b.establish();
    REQUIRE(b.send("a"));
    REQUIRE(b.take().size() == 1);
    cork(b);
    cork(b, false);
    REQUIRE(b.send("b"));
    CHECK(b.quiet());
}

TEST_CASE("an option that is set beside the cork does not draw it") {
    auto b = corked();
    cork(b);
    CHECK(b.quiet());
}

TEST_CASE("what a send says of more to follow holds until the next one") {
    bench<classic_tcp> b;
    b.establish();
    REQUIRE(b.send_more(lab::text(300)));
    REQUIRE(b.send_more(lab::text(200)));
    CHECK(b.quiet());
    SUBCASE("which sends") {
        REQUIRE(b.send("."));
        CHECK(b.take_one().text.size() == 501);
    }
    SUBCASE("which sends nothing") {
        REQUIRE(b.send(""));
        CHECK(b.take_one().text.size() == 500);
    }
    SUBCASE("which commits what was reserved") {
        REQUIRE(b.endpoint.reserve(10, b.now));
        REQUIRE(b.endpoint.commit(10, b.now));
        b.flush();
        CHECK(b.take_one().text.size() == 510);
    }
    SUBCASE("or 200 ms") {
        b.wait(199ms);
        CHECK(b.quiet());
        b.wait(1ms);
        CHECK(b.take_one().text.size() == 500);
    }
    SUBCASE("or the end") {
        REQUIRE(b.close());
        const auto last = b.take_one();
        CHECK(last.text.size() == 500);
        CHECK(last.has(flag::fin));
    }
}

TEST_CASE("a buffer that is full, and smaller than a segment, leaves in spite of the cork") {
    bench<tight_tcp> b;
    b.establish();
    cork(b);
    REQUIRE(b.send(lab::text(999)));
    CHECK(b.quiet());
    REQUIRE(b.send("x"));
    CHECK(b.take_one().text.size() == 1000);
}

TEST_CASE("half of the largest window is as good as a segment, to corked text too") {
    bench<classic_tcp> b;
    b.establish(800);
    cork(b);
    REQUIRE(b.send(lab::text(399)));
    CHECK(b.quiet());
    REQUIRE(b.send("x"));
    CHECK(b.take_one().text.size() == 400);
}

TEST_CASE("corked text is sent again when it is lost, without waiting for more") {
    auto b = corked();
    b.wait(200ms);
    REQUIRE(b.take().size() == 1);
    b.wait(b.block().rtt.rto());
    CHECK(b.take_one().text.size() == 300);
}

TEST_CASE("a reset while text waits leaves no timer behind") {
    auto b = corked();
    REQUIRE(b.abort());
    CHECK(b.endpoint.next_deadline() == never);
}
