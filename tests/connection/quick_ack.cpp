// SPDX-License-Identifier: MIT
// connection/connection.hpp, quick_ack: an application that wants its peer to hear at once (RFC 9293 section 3.8.6.3).
#include "support/option_mixes.hpp"

using namespace sluice;
using lab::bench;

namespace {

/// Two of whose segments are acknowledged at once at first, and here both have been.
bench<classic_tcp> past_quick_start() {
    bench<classic_tcp> b({.ack = {.quick_start = 2}});
    b.establish();
    for (int i = 0; i < 2; ++i) {
        b.says("x");
        REQUIRE(b.take().size() == 1);
    }
    return b;
}

/// Has a hook for neither.
struct in_ten_ms {
    using slot = ack_slot;
    instant acknowledge_by(const arrival_report& r) const { return r.now + 10ms; }
};

}  // namespace

TEST_CASE("an ACK that is owed leaves at once when it is asked for, once, and its timer with it") {
    auto b = past_quick_start();
    b.says("x");
    REQUIRE(b.quiet());
    REQUIRE(b.quick_ack(true));
    CHECK(b.take_one().is_pure_ack());
    REQUIRE(b.quick_ack(true));
    CHECK(b.quiet());
    b.wait(1s);
    CHECK(b.quiet());
}

TEST_CASE("what comes next is acknowledged at once again, as many times as at first") {
    auto b = past_quick_start();
    REQUIRE(b.quick_ack(true));
    for (int i = 0; i < 2; ++i) {
        b.says("x");
        CHECK(b.take().size() == 1);
    }
    b.says("x");
    CHECK(b.quiet());
}

TEST_CASE("off, the first segments wait as the later ones do, and what is owed is not sent") {
    bench<classic_tcp> b;
    b.establish();
    REQUIRE(b.quick_ack(false));
    b.says("x");
    REQUIRE(b.quick_ack(false));
    b.wait(40ms - 1ns);
    CHECK(b.quiet());
    b.wait(1ns);
    CHECK(b.take_one().is_pure_ack());
}

TEST_CASE("with a policy that has no quick ACKs, what is owed leaves all the same") {
    bench<sluice::tcp<in_ten_ms>> b;
    b.establish();
    b.says("x");
    REQUIRE(b.quick_ack(true));
    CHECK(b.take().size() == 1);
    b.says("x");
    CHECK(b.quiet());
}
