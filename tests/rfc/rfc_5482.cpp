// SPDX-License-Identifier: MIT
// RFC 5482: the user timeout option, its two granularities, and what the peer's changes.
#include "support/compositions.hpp"
#include "support/lab.hpp"

using namespace sluice;
using lab::bench;

namespace {

classic_tcp::settings told() {
    classic_tcp::settings s;
    s.limits.connection.user_timeout_option = true;
    s.limits.connection.r2 = no_limit;
    return s;
}

/// When a connection gives up what it has sent.
duration patience(bench<classic_tcp>& b) {
    const instant sent = b.now;
    REQUIRE(b.send("unanswered"));
    while (b.state() != state::closed && b.wait_for_deadline()) {
    }
    return b.now - sent;
}

static_assert(encode_user_timeout(1ms) == 1 && encode_user_timeout(5min) == 300 &&
              encode_user_timeout(32'767s) == 32'767);
static_assert(encode_user_timeout(32'768s) == (0x8000 | 547) && encode_user_timeout(no_time_limit) == 0xffff);
static_assert(decode_user_timeout(300) == 300s && decode_user_timeout(0x8002) == 2min);
static_assert(!decode_user_timeout(0) && !decode_user_timeout(0x8000));

}  // namespace

TEST_CASE("the option is sent with the SYN when it is wanted, and not otherwise") {
    bench<classic_tcp> silent, telling(told());
    REQUIRE(silent.connect());
    CHECK_FALSE(silent.take_one().options.user_timeout);
    REQUIRE(telling.connect());
    CHECK(telling.take_one().options.user_timeout == 300);
}

TEST_CASE(
    "a longer timeout of the peer is taken, a shorter one does not shorten ours, and neither if it is not wanted") {
    const struct {
        bool wanted;
        std::uint16_t field;
        duration expected;
    } rows[] = {{true, 600, 600s}, {true, 10, 300s}, {true, 0, 300s}, {false, 600, 300s}};
    for (const auto& [wanted, field, expected] : rows) {
        auto s = told();
        s.limits.connection.user_timeout_option = wanted;
        bench<classic_tcp> b(s);
        b.peer_offers.user_timeout = field;
        b.establish();
        CHECK(patience(b) == expected);
    }
}

TEST_CASE("the limits hold for what the peer asks: at least L_LIMIT, at most U_LIMIT") {
    auto s = told();
    s.limits.user_timeout = 10s;
    s.limits.longest_user_timeout = 200s;
    for (const auto& [field, expected] : {std::pair(1, 100s), std::pair(150, 150s), std::pair(9999, 200s)}) {
        bench<classic_tcp> b(s);
        b.peer_offers.user_timeout = static_cast<std::uint16_t>(field);
        b.establish();
        CHECK(patience(b) == expected);
    }
}

TEST_CASE("what the application sets is told at once, and no peer changes it") {
    bench<classic_tcp> b(told());
    b.establish();
    auto options = b.endpoint.connection().options();
    options.user_timeout = 30s;
    b.set_options(options);
    const auto ack = b.take_one();
    CHECK(ack.is_pure_ack());
    CHECK(ack.options.user_timeout == 30);
    b.set_options(options);
    CHECK(b.quiet());
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1, .options = {.user_timeout = 500}});
    CHECK(patience(b) == 30s);
}

TEST_CASE("the peer may change its mind at any time") {
    bench<classic_tcp> b(told());
    b.establish();
    REQUIRE(b.send("unanswered"));
    const instant sent = b.now;
    b.wait(200s);
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1, .options = {.user_timeout = 400}});
    while (b.state() != state::closed && b.wait_for_deadline()) {
    }
    CHECK(b.now - sent >= 400s);
    b.take();
}

TEST_CASE("a segment whose ACK is refused, or that has none, changes no timeout") {
    for (const tcp_flags flags : {flag::ack, flag::psh}) {
        bench<classic_tcp> b(told());
        b.establish();
        b.arrives(
            {.flags = flags, .sequence = 1, .acknowledgment = 0x55555555, .options = {.user_timeout = 0x8000 | 1440}});
        CHECK_FALSE(b.block().peer_user_timeout);
    }
}

TEST_CASE("a change is told though only text leaves: by one ACK beside it") {
    bench<classic_tcp> b(told());
    b.establish();
    auto options = b.endpoint.connection().options();
    options.user_timeout = 77s;
    options.nagle = false;
    const std::string text = "text";
    REQUIRE(b.endpoint.send(octets(std::vector<octet>(text.begin(), text.end())), b.now));
    b.set_options(options);
    std::size_t told_so = 0;
    for (const auto& s : b.take()) {
        CHECK((s.is_pure_ack() || !s.options.user_timeout));
        told_so += s.options.user_timeout == 77;
    }
    CHECK(told_so == 1);
    REQUIRE(b.send("more"));
    CHECK_FALSE(b.take_one().options.user_timeout);
}
