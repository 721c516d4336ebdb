// SPDX-License-Identifier: MIT
// RFC 9293 section 3.8.3: how long a connection tries, R1 and R2, and the user timeout of 3.9.1.1 and 3.10.8.
#include "support/option_mixes.hpp"

using namespace sluice;
using lab::bench;
using mixed = lab::mixed<classic_tcp>;

namespace {

using settings = bench<classic_tcp>::settings;

/// RTO 1 s, 2 s and so on; the user timeout out of the way.
settings slow() {
    settings s;
    s.rtt.floor = 1s;
    s.limits.user_timeout = no_time_limit;
    return s;
}

void owe(bench<classic_tcp>& b) {
    b.establish();
    REQUIRE(b.send("unanswered"));
    b.take();
}

}  // namespace

TEST_CASE("MUST-20 SHLD-9 SHLD-10 after three retransmissions without answer those above are told, and it goes on") {
    mixed b(lab::each_mix(), slow());
    owe(b);
    b.wait(7s - 1ns);
    CHECK(b.take().size() == 2);  // at 1 and 3 s
    CHECK(!b.heard(news::unresponsive));
    b.wait(1ns);
    CHECK(b.take().size() == 1);
    CHECK(b.heard() == std::vector{news::unresponsive});
    CHECK(b.state() == state::established);
    b.wait(8s);
    CHECK(b.take().size() == 1);
    CHECK(b.heard().empty());  // once
}

TEST_CASE("MUST-20 SHLD-11 at R2, 100 s and eight expiries at least, the connection is closed and its user told") {
    mixed b(lab::each_mix(), slow());
    owe(b);
    b.wait(247s - 1ns);  // expiries at 1 3 7 15 31 63 127 247 s
    CHECK(b.take().size() == 7);
    CHECK(b.state() == state::established);
    b.wait(1ns);
    CHECK(b.state() == state::closed);
    CHECK(b.endpoint.error() == error::timed_out);
    CHECK(b.heard(news::failed));
    CHECK(b.quiet());
}

TEST_CASE("SHLD-11 short timeouts bring R2 no nearer than 100 s") {
    settings s;
    s.limits.user_timeout = no_time_limit;
    mixed b(lab::each_mix(), s);
    owe(b);  // expiries at 0.2 (2^n - 1) s: the ninth is the first beyond 100 s
    b.wait(102'200ms - 1ns);
    CHECK(b.take().size() == 8);
    CHECK(b.state() == state::established);
    b.wait(1ns);
    CHECK(b.state() == state::closed);
}

TEST_CASE("MUST-20 an answer begins the count anew") {
    mixed b(lab::each_mix(), slow());
    owe(b);
    b.wait(200s);
    b.acks(11);
    REQUIRE(b.send("again"));
    b.take();
    b.heard();
    b.wait(120s);  // the back-off stays (Karn), the count does not
    CHECK(b.take().size() == 1);
    CHECK(b.heard().empty());
    b.wait(600s);
    CHECK(b.state() == state::established);
}

TEST_CASE("MUST-21 an application sets R2 for one connection, down to no retry and up to infinity") {
    bench<classic_tcp> brief(slow());
    owe(brief);
    auto options = brief.endpoint.connection().options();
    options.r2 = 2;
    options.r2_time = 0s;
    brief.set_options(options);
    brief.wait(3s - 1ns);
    CHECK(brief.state() == state::established);
    brief.wait(1ns);
    CHECK(brief.state() == state::closed);

    bench<classic_tcp> for_ever(slow());
    owe(for_ever);
    options.r2 = no_limit;
    for_ever.set_options(options);
    for_ever.wait(24h);
    CHECK(for_ever.state() == state::established);
    CHECK(for_ever.take().size() > 24 * 30);  // every two minutes
    for_ever.acks(11);
    CHECK(for_ever.block().nothing_owed());
}

TEST_CASE("MUST-22 MUST-23 a SYN is tried by the same scheme, and for three minutes at least: given up at 247 s") {
    bench<classic_tcp> b;
    REQUIRE(b.connect());
    b.take();
    b.wait(7s - 1ns);
    CHECK(b.heard().empty());
    b.wait(1ns);
    CHECK(b.heard() == std::vector{news::unresponsive});  // R1
    b.wait(240s - 1ns);
    CHECK(b.take().size() == 7);  // at 1 3 7 15 31 63 127 s
    CHECK(b.state() == state::syn_sent);
    b.wait(1ns);
    CHECK(b.state() == state::closed);
    CHECK(b.endpoint.error() == error::timed_out);
    CHECK(b.heard() == std::vector{news::failed, news::closed});
}

TEST_CASE("MUST-23 three minutes hold for a SYN whatever a user of R2 sets for data") {
    settings s;
    s.limits.connection.r2 = 1;
    s.limits.connection.r2_time = 0s;
    bench<classic_tcp> b(s);
    REQUIRE(b.connect());
    b.wait(180s);
    CHECK(b.state() == state::syn_sent);
}

TEST_CASE("the user timeout ends a connection five minutes after its first unacknowledged octet") {
    settings s;
    s.limits.connection.r2 = no_limit;
    mixed b(lab::each_mix(), s);
    b.establish();
    b.wait(1h);  // idle time does not count
    REQUIRE(b.send("first"));
    b.wait(4min);
    REQUIRE(b.send("second"));  // nor does what comes later begin it again
    b.wait(1min - 1ns);
    CHECK(b.state() == state::established);
    b.wait(1ns);
    CHECK(b.state() == state::closed);
    CHECK(b.endpoint.error() == error::timed_out);
    CHECK(b.heard(news::failed));
}

TEST_CASE("the user timeout begins again when something is acknowledged") {
    settings s;
    s.limits.connection.r2 = no_limit;
    mixed b(lab::each_mix(), s);
    b.establish();
    REQUIRE(b.send("first"));
    b.wait(4min);
    b.acks(6);
    REQUIRE(b.send("second"));
    b.wait(4min);
    CHECK(b.state() == state::established);
    b.acks(12);
    b.wait(10min);
    CHECK(b.state() == state::established);  // nothing is owed
}

TEST_CASE("the user timeout also ends an opening and a closing that get no answer, and can be set while they wait") {
    settings s;
    s.limits.syn_time = no_time_limit;
    s.limits.connection.r2 = no_limit;
    bench<classic_tcp> opening(s), closing(s);
    REQUIRE(opening.connect());
    closing.establish();
    REQUIRE(closing.shutdown());
    for (auto* b : {&opening, &closing}) {
        auto options = b->endpoint.connection().options();
        options.user_timeout = 20s;
        b->set_options(options);
        b->wait(20s - 1ns);
        CHECK(b->state() != state::closed);
        b->wait(1ns);
        CHECK(b->state() == state::closed);
        CHECK(b->endpoint.error() == error::timed_out);
    }
}

TEST_CASE("unanswered window probes do not count against what leaves once the window is open") {
    settings s;
    s.limits.user_timeout = no_time_limit;
    bench<classic_tcp> b(s);
    b.establish();
    b.acks(1, 0);
    REQUIRE(b.send(lab::text(14600)));
    while (b.block().retries < 8) b.wait_for_deadline();
    b.wait(b.block().retrying_since + 100s - 100ms - b.now);
    b.acks(1, 65535);
    b.take();
    b.wait_for_deadline();
    CHECK(b.take_one().sequence == 1);
    CHECK(b.state() == state::established);
    // RFC 5681 section 3.1 (4): it is the first timeout of this octet.
    CHECK(b.block().congestion.ssthresh() == b.block().snd.flight() / 2);
    CHECK(b.block().retries == 1);
}

TEST_CASE("MUST-23 three minutes hold for a SYN that was closed behind, too") {
    settings s;
    s.limits.connection.r2 = 3;
    s.limits.connection.r2_time = 10s;
    bench<classic_tcp> b(s);
    REQUIRE(b.connect());
    b.arrives({.flags = flag::syn, .sequence = 0});
    REQUIRE(b.shutdown());
    REQUIRE(b.state() == state::fin_wait_1);
    b.wait(179s);
    CHECK(b.state() == state::fin_wait_1);
}
