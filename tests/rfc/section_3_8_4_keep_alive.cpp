// SPDX-License-Identifier: MIT
// RFC 9293 section 3.8.4: keep-alive, off by default, two hours when it is on, and slow to give up.
#include "support/compositions.hpp"
#include "support/lab.hpp"

using namespace sluice;
using lab::bench;

namespace {

using settings = bench<classic_tcp>::settings;

settings kept_alive() {
    settings s;
    s.limits.connection.keep_alive = true;
    return s;
}

connection_options changed(const bench<classic_tcp>& b, auto&& change) {
    auto options = b.endpoint.connection().options();
    change(options);
    return options;
}

}  // namespace

TEST_CASE("MUST-25 an idle connection is left alone for ever unless keep-alive is asked for") {
    bench<classic_tcp> b;
    CHECK(!connection_options{}.keep_alive);
    b.establish();
    CHECK(b.endpoint.next_deadline() == never);
    b.wait(24h * 365);
    CHECK(b.quiet());
    CHECK(b.state() == state::established);
}

TEST_CASE("MUST-24 MAY-5 keep-alive can be switched on and off for one connection") {
    bench<classic_tcp> b;
    b.establish();
    b.set_options(changed(b, [](auto& o) { o.keep_alive = true; }));
    b.wait(2h);
    CHECK(b.take().size() == 1);
    b.acks(1);
    b.set_options(changed(b, [](auto& o) { o.keep_alive = false; }));
    CHECK(b.endpoint.next_deadline() == never);
    b.wait(24h);
    CHECK(b.quiet());
}

TEST_CASE("an idle time without end is never over") {
    for (const duration idle : {no_time_limit, no_time_limit - 1ns}) {
        bench<classic_tcp> b;
        b.establish();
        b.set_options(changed(b, [&](auto& o) { o.keep_alive = true, o.keep_alive_idle = idle; }));
        CHECK(b.endpoint.next_deadline() == never);
        b.arrives({.sequence = b.next_seq(), .text = "x"});
        b.wait(1s);
        CHECK(b.endpoint.next_deadline() == never);
    }
}

TEST_CASE("an interval without end brings one probe and no end; and without an end of tries it is probed for ever") {
    bench<classic_tcp> once, always;
    for (auto* b : {&once, &always}) b->establish();
    once.set_options(changed(once, [](auto& o) { o.keep_alive = true, o.keep_alive_interval = no_time_limit; }));
    once.wait(2h);
    CHECK(once.take().size() == 1);
    CHECK(once.endpoint.next_deadline() == never);
    // A user timeout, which decides in place of tries (N23), ends it; one without end does not.
    once.acks(1);
    once.set_options(changed(once, [](auto& o) { o.user_timeout = no_time_limit - 1ns; }));
    once.wait(2h);
    CHECK(once.take().size() == 1);
    CHECK(once.endpoint.next_deadline() == never);

    always.set_options(changed(always, [](auto& o) { o.keep_alive = true, o.keep_alive_tries = no_limit; }));
    always.wait(2h + 999 * 75s);
    CHECK(always.take().size() == 1000);
    CHECK(always.state() == state::established);
}

TEST_CASE("MUST-28 MAY-5 the first probe leaves after two idle hours, on either end") {
    bench<classic_tcp> active(kept_alive()), passive(kept_alive());
    active.establish();
    passive.accept();
    for (auto* b : {&active, &passive}) {
        b->wait(2h - 1ns);
        CHECK(b->quiet());
        b->wait(1ns);
        CHECK(b->take().size() == 1);
    }
}

TEST_CASE("MUST-27 the interval can be set, before and while the connection lives") {
    settings s = kept_alive();
    s.limits.connection.keep_alive_idle = 3h;
    bench<classic_tcp> b(s);
    b.establish();
    b.wait(3h - 1ns);
    CHECK(b.quiet());
    b.wait(1ns);
    CHECK(b.take().size() == 1);
    b.acks(1);
    b.set_options(changed(b, [](auto& o) { o.keep_alive_idle = 10s; }));
    b.wait(10s);
    CHECK(b.take().size() == 1);
}

TEST_CASE("SHLD-12 a probe has no text and the number before SND.NXT, so that it is answered") {
    bench<classic_tcp> b(kept_alive());
    b.establish();
    REQUIRE(b.send("before"));
    b.take();
    b.acks(7);
    b.wait(2h);
    const auto probe = b.take_one();
    CHECK(probe.is_pure_ack());
    CHECK(probe.sequence == 6);
    CHECK(probe.acknowledgment == 1);

    // And we answer one like it.
    b.arrives({.flags = flag::ack, .sequence = 0, .acknowledgment = 7});
    const auto answer = b.take_one();
    CHECK(answer.is_pure_ack());
    CHECK(answer.sequence == 7);
    CHECK(answer.acknowledgment == 1);
}

TEST_CASE("MAY-6 for peers that need it a probe can carry one octet of garbage, which is received nowhere") {
    settings s = kept_alive();
    s.limits.connection.keep_alive_octet = true;
    bench<classic_tcp> b(s);
    b.establish();
    b.wait(2h);
    const auto probe = b.take_one();
    CHECK(probe.sequence == 0);
    CHECK(probe.text.size() == 1);
    CHECK(b.block().snd.flight() == 0);

    b.arrives({.flags = flag::ack, .sequence = 0, .acknowledgment = 1, .text = "x"});
    CHECK(b.take_one().acknowledgment == 1);
    CHECK(b.endpoint.readable() == 0);
}

TEST_CASE("MUST-26 whatever comes from the peer begins the interval anew") {
    bench<classic_tcp> b(kept_alive());
    b.establish();
    b.wait(1h);
    b.says("hello");
    b.wait(1h);
    b.acks(1);  // an ACK alone, too
    b.take();
    b.wait(2h - 1ns);
    CHECK(b.quiet());
    b.wait(1ns);
    CHECK(b.take().size() == 1);
}

TEST_CASE("MUST-26 no probe while anything is unacknowledged: retransmission is the judge then") {
    settings s = kept_alive();
    s.limits.connection.r2 = no_limit;
    s.limits.user_timeout = no_time_limit;
    bench<classic_tcp> b(s);
    b.establish();
    REQUIRE(b.send("unanswered"));
    b.wait(9h);
    for (const auto& sent : b.take()) CHECK(sent.text == "unanswered");
    CHECK(b.endpoint.count().keep_alives == 0);
    CHECK(b.state() == state::established);
}

TEST_CASE("MUST-29 probes without an answer leave every 75 s, and only after nine of them is the peer given up") {
    bench<classic_tcp> b(kept_alive());
    b.establish();
    b.wait(2h + 9 * 75s - 1ns);
    const auto probes = b.take();
    REQUIRE(probes.size() == 9);
    for (std::size_t i = 1; i < probes.size(); ++i) CHECK(probes[i].at - probes[i - 1].at == 75s);
    CHECK(b.state() == state::established);
    b.wait(1ns);
    CHECK(b.state() == state::closed);
    CHECK(b.endpoint.error() == error::timed_out);
    CHECK(b.quiet());
}

TEST_CASE("the application's own user timeout takes the place of the number of probes, be it shorter or longer") {
    for (const duration limit : {100s, 3600s}) {
        bench<classic_tcp> b(kept_alive());
        b.establish();
        auto options = b.endpoint.connection().options();
        options.user_timeout = limit;  // N23: counts from the first unanswered probe
        b.set_options(options);
        b.wait(2h + limit - 1ns);
        CHECK(b.take().size() == static_cast<std::size_t>((limit - 1ns) / 75s + 1));
        CHECK(b.state() == state::established);
        b.wait(1ns);
        CHECK(b.state() == state::closed);
        CHECK(b.endpoint.error() == error::timed_out);
    }
}

TEST_CASE("MUST-29 one answer among many probes keeps the connection") {
    bench<classic_tcp> b(kept_alive());
    b.establish();
    b.wait(2h + 8 * 75s);
    CHECK(b.take().size() == 9);
    b.acks(1);
    b.wait(2h - 1ns);
    CHECK(b.quiet());
    b.wait(1ns + 8 * 75s);
    CHECK(b.take().size() == 9);
    CHECK(b.state() == state::established);
}

TEST_CASE("keep-alive goes on in the states where the peer may still have something to say, and ends with TIME-WAIT") {
    bench<classic_tcp> b(kept_alive());
    b.establish();
    REQUIRE(b.shutdown());
    b.acks(2);
    b.take();
    b.wait(2h);
    CHECK(b.take_one().sequence == 1);  // FIN-WAIT-2; SND.NXT is 2
    b.arrives({.flags = flag::ack | flag::fin, .sequence = 1, .acknowledgment = 2});
    CHECK(!b.block().timer.runs(timer::keep_alive));
}

TEST_CASE("MUST-24 keep-alive watches a connection that never was ESTABLISHED with both sides open") {
    bench<classic_tcp> active(kept_alive()), passive(kept_alive()), shut_down(kept_alive());
    REQUIRE(active.connect());
    active.arrives({.flags = flag::syn | flag::ack | flag::fin, .sequence = 0, .acknowledgment = 1});
    REQUIRE(active.state() == state::close_wait);
    REQUIRE(passive.listen());
    passive.arrives({.flags = flag::syn, .sequence = 0});
    passive.arrives({.flags = flag::ack | flag::fin, .sequence = 1, .acknowledgment = 1});
    REQUIRE(passive.state() == state::close_wait);
    REQUIRE(shut_down.listen());
    shut_down.arrives({.flags = flag::syn, .sequence = 0});
    REQUIRE(shut_down.shutdown());
    shut_down.acks(2);
    REQUIRE(shut_down.state() == state::fin_wait_2);
    for (auto* b : {&active, &passive, &shut_down}) {
        b->take();
        b->wait(2h);
        CHECK(b->take().size() == 1);
    }
}
