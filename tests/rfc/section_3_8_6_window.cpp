// SPDX-License-Identifier: MIT
// RFC 9293 section 3.8.6: the window that shrinks, the window that is shut and probed, and silly windows at both ends.
#include "support/option_mixes.hpp"

using namespace sluice;
using lab::bench;
using mixed = lab::mixed<classic_tcp>;

namespace {

using settings = bench<classic_tcp>::settings;
constexpr std::uint32_t mss = 1460;

/// Timeouts of 1 s, 2 s and so on.
settings slow() {
    settings s;
    s.rtt.floor = 1s;
    return s;
}

/// Five segments are out when the peer, which has the first, shrinks its window to `window` octets behind it.
void shrink(bench<classic_tcp>& b, std::uint16_t window) {
    b.establish();
    REQUIRE(b.send(lab::text(5 * b.full_segment())));
    REQUIRE(b.take().size() == 5);
    b.acks(1 + b.full_segment(), window);
    REQUIRE(b.block().snd.wnd == window);
}

/// Everything is acknowledged, and the window is shut.
void shut(auto& b) {
    b.establish();
    REQUIRE(b.send("x"));
    b.acks(2, 0);
    b.take();
}

}  // namespace

// ---- a window that shrinks ------------------------------------------------------------------------------------------

TEST_CASE("MUST-34 SHLD-15 a window that shrinks below what is out lets nothing new leave, and harms nothing") {
    mixed b(lab::each_mix(), slow());
    shrink(b, static_cast<std::uint16_t>(b.each));
    CHECK(b.block().snd.usable_window() == 0);  // 3 segments less than none
    REQUIRE(b.send(lab::text(3 * b.each)));
    CHECK(b.quiet());
    b.acks(1 + 5 * b.each, static_cast<std::uint16_t>(3 * b.each));
    const auto sent = b.take();
    REQUIRE(sent.size() == 3);
    CHECK(sent[0].sequence == 1 + 5 * b.each);
    CHECK(sent[2].text == lab::text(3 * b.each).substr(2 * b.each));
}

TEST_CASE("SHLD-16 old text inside of a shrunk window is sent again as ever, and none beyond it") {
    mixed b(lab::each_mix(), slow());
    shrink(b, static_cast<std::uint16_t>(b.each + 400));
    b.wait(1s);
    const auto again = b.take_one();
    CHECK(again.sequence == 1 + b.each);
    CHECK(again.text.size() == b.each);
    b.acks(1 + 2 * b.each, 400);
    b.take();
    b.wait(1min);
    for (const auto& s : b.take()) {
        CHECK(s.sequence == 1 + 2 * b.each);
        CHECK(s.text.size() <= 400);
    }
}

TEST_CASE("SHLD-17 text beyond a shrunk window times no connection out while the peer answers") {
    settings s = slow();
    s.limits.user_timeout = 5min;
    mixed b(lab::each_mix(), s);
    shrink(b, 0);
    for (int minute = 0; minute < 60; ++minute) {
        b.wait(1min);
        b.acks(1 + b.each, 0);
    }
    CHECK(b.state() == state::established);
    b.take();
    b.acks(1 + b.each, static_cast<std::uint16_t>(4 * b.each));
    b.wait(10ms);
    std::uint32_t end = 0;
    for (std::uint32_t at = 2; at <= 5; ++at) {
        b.acks(1 + at * b.each);
        end = b.block().snd.una - b.iss();
    }
    CHECK(end == 1 + 5 * b.each);
    CHECK(b.block().nothing_owed());
}

TEST_CASE("MUST-35 a window shrunk to zero is probed with the first octet that is out") {
    mixed b(lab::each_mix(), slow());
    shrink(b, 0);
    const instant since = b.now;
    REQUIRE(b.wait_for_deadline());
    const auto probe = b.take_one();
    CHECK(probe.at - since == 1s);
    CHECK(probe.sequence == 1 + b.each);
    CHECK(probe.text == lab::text(b.each + 1).substr(b.each));
    b.acks(1 + b.each, 0);
    REQUIRE(b.wait_for_deadline());
    CHECK(b.take_one().text.size() == 1);
}

TEST_CASE("MUST-35 when a window that had shrunk to zero opens again, all that was out is sent again and arrives") {
    mixed b(lab::each_mix(), slow());
    shrink(b, 0);
    REQUIRE(b.wait_for_deadline());
    b.take();
    b.acks(1 + b.each, 65535);
    std::string got;
    for (int i = 0; i < 4 && !b.block().nothing_owed(); ++i) {
        for (const auto& s : b.take()) {
            if (s.sequence == 1 + b.each + got.size()) got += s.text;
        }
        b.acks(1 + b.each + static_cast<std::uint32_t>(got.size()));
    }
    CHECK(got == lab::text(5 * b.each).substr(b.each));
}

// ---- a window that is shut ------------------------------------------------------------------------------------------

TEST_CASE("MUST-36 SHLD-29 the first probe of a shut window leaves one RTO after there is something to send") {
    bench<classic_tcp> b(slow());
    shut(b);
    b.wait(10s);
    CHECK(b.quiet());  // nothing to send, nothing to probe for
    REQUIRE(b.send("queued"));
    b.wait(1s - 1ns);
    CHECK(b.quiet());
    b.wait(1ns);
    const auto probe = b.take_one();
    CHECK(probe.sequence == 2);
    CHECK(probe.text == "q");
}

TEST_CASE("SHLD-29 the RTO counts from when the window closed, if text was waiting then") {
    bench<classic_tcp> b(slow());
    b.establish(2 * mss);
    REQUIRE(b.send(lab::text(3 * mss)));
    CHECK(b.take().size() == 2);
    b.acks(1 + 2 * mss, 0);
    b.wait(1s - 1ns);
    CHECK(b.quiet());
    b.wait(1ns);
    CHECK(b.take_one().sequence == 1 + 2 * mss);
}

TEST_CASE("SHLD-30 the intervals between probes grow exponentially: 1 2 4 8 16 32 60 60 s, answered or not") {
    for (const bool answered : {true, false}) {
        settings s = slow();
        s.limits.connection.r2 = no_limit;
        s.limits.user_timeout = no_time_limit;
        bench<classic_tcp> b(s);
        shut(b);
        REQUIRE(b.send("queued"));
        instant last = b.now;
        for (const duration step : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s, 60s}) {
            REQUIRE(b.wait_for_deadline());
            const auto probe = b.take_one();
            CHECK(probe.at - last == step);
            CHECK(probe.text == "q");
            CHECK(probe.sequence == 2);
            last = probe.at;
            if (answered) b.acks(2, 0);
        }
    }
}

TEST_CASE("MUST-36 the answer that opens the window lets what waited leave at once") {
    bench<classic_tcp> b(slow());
    shut(b);
    REQUIRE(b.send("queued"));
    b.wait(1s);
    REQUIRE(b.take_one().text == "q");
    SUBCASE("with the probe's octet taken") {
        b.acks(3, 100);
        CHECK(b.take_one().text == "ueued");
    }
    SUBCASE("with the probe's octet dropped: it is sent again, and the rest behind it") {
        b.acks(2, 100);
        const auto both = b.take();
        REQUIRE(both.size() == 2);
        CHECK(both[0].text == "q");
        CHECK(both[1].text == "ueued");
    }
    SUBCASE("when nobody asked") {
        b.wait(500ms);
        b.acks(3, 100);
        CHECK(b.take_one().text == "ueued");
    }
    b.acks(8, 100);
    CHECK(b.endpoint.next_deadline() == never);
    CHECK(b.endpoint.count().timeouts == 0);
}

TEST_CASE("MUST-36 when a probe's octet is taken and was the last, nothing is left to ask for") {
    bench<classic_tcp> b(slow());
    shut(b);
    REQUIRE(b.send("q"));
    b.wait(1s);
    CHECK(b.take_one().text == "q");
    b.acks(3, 0);
    b.wait(10min);
    CHECK(b.quiet());
    CHECK(b.block().snd.nxt == b.iss() + 3);
    REQUIRE(b.shutdown());  // and a FIN can be the probe, too
    b.wait(10min);
    const auto probes = b.take();
    CHECK(!probes.empty());
    for (const auto& s : probes) {
        CHECK(s.has(flag::fin));
        CHECK(s.sequence == 3);
    }
}

TEST_CASE("MUST-37 a connection stays open however long the window is shut, as long as probes are answered") {
    bench<classic_tcp> b;
    shut(b);
    REQUIRE(b.send("queued"));
    for (int minute = 0; minute < 3 * 24 * 60; ++minute) {
        b.wait(1min);
        b.acks(2, 0);
    }
    CHECK(b.state() == state::established);
    CHECK(b.take().size() >= 3 * 24 * 60);
    CHECK(b.heard(news::failed) == false);
    b.acks(3, 100);
    CHECK(b.take_one().text == "ueued");
}

TEST_CASE("MUST-37 probes without any answer end as retransmissions do: R1 is told, R2 closes") {
    settings s = slow();
    s.limits.user_timeout = no_time_limit;
    bench<classic_tcp> b(s);
    shut(b);
    b.heard();
    REQUIRE(b.send("queued"));
    b.wait(183s - 1ns);  // probes at 1 3 7 15 31 63 123 s
    CHECK(b.take().size() == 7);
    CHECK(b.heard(news::unresponsive));
    CHECK(b.state() == state::established);
    b.wait(1ns);
    CHECK(b.state() == state::closed);
    CHECK(b.endpoint.error() == error::timed_out);
}

TEST_CASE("an application's own user timeout ends a stand-off that the peer keeps up by answering") {
    settings s = slow();
    s.limits.connection.user_timeout = 10min;  // N23
    bench<classic_tcp> b(s);
    shut(b);
    REQUIRE(b.send("queued"));
    for (int minute = 0; minute < 9; ++minute) {
        b.wait(1min);
        b.acks(2, 0);
    }
    CHECK(b.state() == state::established);
    b.wait(2min);
    CHECK(b.state() == state::closed);
    CHECK(b.endpoint.error() == error::timed_out);
}

TEST_CASE("MAY-8 a receiver whose application does not read keeps its window shut for ever, and answers each probe") {
    bench<small_tcp> b;
    b.establish();
    b.says(lab::text(1024));
    b.says(lab::text(1024));
    CHECK(b.take().back().window == 0);
    for (int hour = 0; hour < 48; ++hour) {
        b.wait(1h);
        b.arrives({.flags = flag::ack, .sequence = 2049, .acknowledgment = 1, .text = "p"});
        const auto answer = b.take_one();
        CHECK(answer.window == 0);
        CHECK(answer.acknowledgment == 2049);
    }
    CHECK(b.state() == state::established);
    CHECK(b.receive() == lab::text(1024) + lab::text(1024));
    const auto update = b.take_one();
    CHECK(update.window == 2048);
}

// ---- silly windows: the sender --------------------------------------------------------------------------------------

TEST_CASE("MUST-38 less than a segment waits for a usable window of half the largest ever offered") {
    bench<classic_tcp> b;
    b.establish(2000);
    auto options = b.endpoint.connection().options();
    options.nagle = false;  // it would hold text back, too
    b.set_options(options);
    REQUIRE(b.send(lab::text(5000)));
    CHECK(b.take_one().text.size() == mss);  // 540 octets of the window are left: silly
    b.acks(1 + mss, 999);
    CHECK(b.quiet());
    b.acks(1 + mss, 1000);
    CHECK(b.take_one().text.size() == 1000);  // half of 2000
}

TEST_CASE("MUST-38 all there is may always leave when it fits, and a whole segment, too") {
    bench<classic_tcp> b;
    b.establish(20'000);
    REQUIRE(b.send("x"));
    b.acks(2, 300);
    b.take();
    REQUIRE(b.send(lab::text(300)));
    CHECK(b.take_one().text.size() == 300);
    b.acks(302, mss);
    REQUIRE(b.send(lab::text(2 * mss)));
    CHECK(b.take_one().text.size() == mss);
}

TEST_CASE("MUST-38 what waits for a better window leaves after 200 ms all the same, as no other answer may come") {
    bench<classic_tcp> b;
    b.establish(20'000);
    REQUIRE(b.send("x"));
    b.acks(2, 300);
    b.take();
    REQUIRE(b.send(lab::text(5000)));
    b.wait(200ms - 1ns);  // 0.1 to 1 s
    CHECK(b.quiet());
    b.wait(1ns);
    CHECK(b.take_one().text.size() == 300);
}

TEST_CASE("MUST-38 while something is unacknowledged its ACK is waited for instead") {
    bench<classic_tcp> b(slow());
    b.establish(2000);
    REQUIRE(b.send(lab::text(5000)));
    CHECK(b.take().size() == 1);
    b.wait(900ms);
    CHECK(b.quiet());
    b.acks(1 + mss, 2000);
    CHECK(b.take().size() == 1);
}

// ---- silly windows: the receiver ------------------------------------------------------------------------------------

TEST_CASE("MUST-39 a receiver opens its window in steps of a segment or half of its buffer, whatever is read") {
    bench<small_tcp> b;  // a buffer of 2048
    b.establish();
    b.says(lab::text(2048 - 700));
    b.says(lab::text(700));
    REQUIRE(b.take().back().window == 0);
    CHECK(b.receive(1023).size() == 1023);
    CHECK(b.quiet());
    b.arrives({.flags = flag::ack, .sequence = 2049, .acknowledgment = 1, .text = "?"});
    CHECK(b.take_one().window == 0);  // 1023 octets are free: silly
    CHECK(b.receive(1).size() == 1);
    CHECK(b.take_one().window == 1024);  // half of the buffer
}

TEST_CASE("MUST-39 a large buffer opens its window in steps of a segment") {
    bench<classic_tcp> b;
    b.establish();
    std::uint32_t left = 65535;
    for (; left > 0; left -= std::min(left, mss)) b.says(lab::text(std::min(left, mss)));
    b.wait(1s);
    REQUIRE(b.take().back().window == 0);
    CHECK(b.receive(mss - 1).size() == mss - 1);
    CHECK(b.quiet());
    CHECK(b.receive(1).size() == 1);
    CHECK(b.take_one().window == mss);
}

TEST_CASE("SHLD-14 the right edge of the offered window never moves left, whatever comes and is read") {
    bench<small_tcp> b({.seed = 5});
    seeded_random numbers(seed(14));
    b.establish();
    std::uint32_t edge = 1 + 2048;
    std::size_t seen = 0;
    for (int i = 0; i < 2000; ++i) {
        switch (numbers.below(4)) {
            case 0: b.receive(numbers.below(600)); break;
            case 1:
                if (b.endpoint.writable() > 10) static_cast<void>(b.send("ours"));
                b.acks(b.next_ack());
                break;
            case 2: b.wait(50ms); break;
            case 3: {
                // In order, ahead of a gap, or old.
                const std::uint32_t first = b.next_seq() + static_cast<std::uint32_t>(numbers.below(300)) - 100;
                b.arrives({.flags = flag::ack,
                           .sequence = i % 2 == 0 ? b.next_seq() : first,
                           .acknowledgment = b.next_ack(),
                           .text = lab::text(numbers.below(500))});
                break;
            }
        }
        for (const auto& s : b.take()) {
            const std::uint32_t its = s.acknowledgment + s.window;
            CHECK(its >= edge);
            edge = its;
            ++seen;
        }
    }
    CHECK(seen > 500);
    CHECK(edge > 50'000);
}

TEST_CASE("an ACK from a peer whose probe met our shut window counts, although its number is one past RCV.NXT") {
    bench<small_tcp> b;
    b.establish();
    b.says(lab::text(1460));
    b.says(lab::text(588));
    REQUIRE(b.block().rcv.wnd() == 0);
    REQUIRE(b.send(lab::text(1460)));
    b.take();
    const std::uint32_t refused = b.next_seq();
    b.arrives({.flags = flag::ack, .sequence = refused, .acknowledgment = 1, .text = "p"});
    CHECK(b.take_one().acknowledgment == refused);
    b.arrives({.flags = flag::ack, .sequence = refused + 1, .acknowledgment = 1461});
    CHECK(b.block().flight.empty());
    b.wait(10min);
    CHECK(b.endpoint.count().timeouts == 0);
}

TEST_CASE("what leaves without text has a number that the peer's shut or shrunk window holds") {
    bench<classic_tcp> shut, shrunk;
    shut.establish();
    shut.acks(1, 0);
    REQUIRE(shut.send("queued"));
    shut.wait_for_deadline();
    REQUIRE(shut.take_one().sequence == 1);  // the probe: SND.NXT is 2
    shut.arrives({.flags = flag::ack, .sequence = shut.next_seq(), .acknowledgment = 1, .text = "x", .window = 0});
    shut.wait(50ms);
    CHECK(shut.take_one().sequence == 1);
    REQUIRE(shut.abort());
    const auto reset = shut.take_one();
    CHECK(reset.has(flag::rst));
    CHECK(reset.sequence == 1);

    shrunk.establish();
    REQUIRE(shrunk.send(lab::text(14600)));
    shrunk.take();
    shrunk.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1, .text = "x", .window = 2000});  // [1, 2001)
    shrunk.wait(50ms);
    CHECK(shrunk.take_one().sequence == 2000);
}

// ---- two ends, and no loss ------------------------------------------------------------------------------------------

namespace {

/// Two endpoints. What leaves both at one time crosses on its way.
template <class Tcp>
struct crossing {
    using packets = std::vector<std::vector<octet>>;
    basic_endpoint<Tcp> a, b;
    instant now{1s};

    explicit crossing(const typename Tcp::settings& s = {}) : a(s), b(s) {
        REQUIRE(b.listen(lab::there, now));
        REQUIRE(a.connect(lab::here, lab::there, now));
        settle();
        REQUIRE(b.state() == state::established);
    }
    packets leaves(auto& from) {
        packets out;
        std::array<tx_packet, 1> room;
        while (from.poll_transmit(now, room) == 1) out.push_back(lab::octets_of(room[0]));
        return out;
    }
    void deliver(const packets& all, auto& to) {
        for (const auto& p : all) to.on_packet({.data = p}, now);
    }
    void settle() {
        for (int rounds = 0;; ++rounds) {
            REQUIRE(rounds < 1000);
            const packets from_a = leaves(a), from_b = leaves(b);
            if (from_a.empty() && from_b.empty()) return;
            now += 5ms;
            deliver(from_a, b);
            deliver(from_b, a);
        }
    }
    void pass(duration d) {
        lab::pass(now, d, a, b, [&] { settle(); });
    }
    std::size_t read(auto& end) {
        std::vector<octet> into(65536);
        return end.receive(into, now).value_or(0);
    }
};

/// Both windows have shut, both ends probe, and both applications read everything before the probes arrive.
template <class Tcp>
void stand_off(const typename Tcp::settings& s, std::size_t length, bool shut_down) {
    crossing<Tcp> x(s);
    const std::vector<octet> text(length);
    for (auto* end : {&x.a, &x.b}) {
        REQUIRE(end->send(octets(text), x.now).value_or(0) == length);
        if (shut_down) REQUIRE(end->shutdown(x.now));
    }
    x.settle();
    const auto is_shut = [](const auto& end) { return end.connection().variables().snd.wnd == 0; };
    for (int i = 0; i < 100 && !(is_shut(x.a) && is_shut(x.b)); ++i) x.pass(10ms);
    REQUIRE(is_shut(x.a));
    REQUIRE(is_shut(x.b));
    x.now = std::max({x.now, x.a.next_deadline(), x.b.next_deadline()});
    x.a.on_deadline(x.now);
    x.b.on_deadline(x.now);
    const auto probe_of_a = x.leaves(x.a), probe_of_b = x.leaves(x.b);
    REQUIRE(probe_of_a.size() == 1);
    REQUIRE(probe_of_b.size() == 1);
    std::size_t at_a = x.read(x.a), at_b = x.read(x.b);
    const auto update_of_a = x.leaves(x.a), update_of_b = x.leaves(x.b);
    x.now += 5ms;
    x.deliver(probe_of_a, x.b);
    x.deliver(probe_of_b, x.a);
    x.deliver(update_of_a, x.b);
    x.deliver(update_of_b, x.a);
    x.settle();
    for (int i = 0; i < 5; ++i) {
        x.pass(10s);
        at_a += x.read(x.a);
        at_b += x.read(x.b);
        x.settle();
    }
    CHECK(at_a == length);
    CHECK(at_b == length);
    CHECK(x.a.connection().variables().nothing_owed());
    CHECK(x.b.connection().variables().nothing_owed());
    if (shut_down) CHECK((x.a.state() == state::time_wait || x.a.state() == state::closed));
}

}  // namespace

TEST_CASE("MUST-36 two ends whose windows have shut at once, and whose applications read while probes cross, go on") {
    for (const std::size_t length : {2001u, 2002u, 6000u})
        for (const bool shut_down : {false, true}) {
            stand_off<tcp<fixed_buffers<16384, 2000>>>({}, length, shut_down);
            tcp<>::settings s;
            s.buffers.receive = s.buffers.largest_receive = 2000;
            stand_off<tcp<>>(s, length, shut_down);
        }
}

TEST_CASE("MUST-36 two ends of which each has only its FIN to probe with go on likewise (N21)") {
    stand_off<tcp<fixed_buffers<16384, 2000>>>({}, 2000, true);
}

TEST_CASE("the ACK of a probe that was taken before counts, its octet is reported, and no duplicate ACK is counted") {
    for (const bool with_text : {false, true}) {
        bench<classic_tcp> b;
        b.establish();
        b.says("p");
        REQUIRE(b.send(lab::text(2 * mss)));
        b.take();
        for (int i = 0; i < 4; ++i)
            b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1, .text = with_text ? "p" : ""});
        CHECK(b.take().size() == 4);  // each is answered (N36)
        CHECK(b.endpoint.count().duplicate_acks_in == 0);
        CHECK(b.endpoint.count().retransmitted == 0);
        b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = b.next_ack(), .text = with_text ? "p" : ""});
        CHECK(b.block().flight.empty());
        CHECK(b.next_seq() == 2);
        CHECK(b.receive() == "p");
        // Further below nothing counts, nor does a longer one.
        REQUIRE(b.send("more"));
        b.arrives({.flags = flag::ack, .sequence = 0, .acknowledgment = b.next_ack()});
        CHECK_FALSE(b.block().flight.empty());
    }
}

TEST_CASE("MUST-36 MUST-37 a shut window is probed though every record is in use") {
    const auto run = [](auto b) {
        b.peer_offers.sack_permitted = true;
        b.establish();
        REQUIRE(b.send(lab::text(14600)));
        const std::uint32_t upto = b.next_ack();
        b.take();
        for (std::uint32_t at = 1461; at + 100 < upto && !b.block().flight.full(); at += 1460) {
            tcp_options o;
            o.sack.push_back({seq(at), seq(at + 100)});
            b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1, .options = o});
        }
        REQUIRE(b.block().flight.full());
        b.acks(1, 0);
        b.take();
        std::size_t probes = 0;
        for (int i = 0; i < 40; ++i) {
            REQUIRE(b.wait_for_deadline());
            for (const auto& s : b.take()) {
                if (s.text.empty()) continue;
                CHECK(s.sequence == 1);
                CHECK(s.text.size() == 1);
                ++probes;
                b.acks(1, 0);
            }
        }
        CHECK(probes >= 39);
        CHECK(b.state() == state::established);
        b.acks(1);  // and then all of it arrives
        for (int i = 0; i < 100 && !b.block().flight.empty(); ++i) {
            b.take();
            b.acks(b.next_ack());
            if (!b.block().flight.empty()) b.wait_for_deadline();
        }
        CHECK(b.block().nothing_owed());
    };
    run(bench<tcp<fixed_buffers<65536, 65535, 4, 16>>>{});
    run(bench<tcp<fixed_buffers<65536, 65535, 8, 16>>>{});
}

TEST_CASE(
    "a probe without text, right below RCV.NXT, is answered each time, at any interval of one that backs off (N36)") {
    bench<classic_tcp> b;
    b.establish();
    for (int i = 0; i < 10; ++i) {
        b.arrives({.flags = flag::ack, .sequence = b.next_seq() - 1, .acknowledgment = 1});
        CHECK(b.take().size() == 1);
        b.wait(200ms * (1 << std::min(i, 6)));
    }
    // Whoever does not back off meets a limit (N15).
    for (int i = 0; i < 1000; ++i) b.arrives({.flags = flag::ack, .sequence = b.next_seq() - 1, .acknowledgment = 1});
    const std::size_t answers = b.take().size();
    CHECK(answers >= 10);
    CHECK(answers <= 20);
}

TEST_CASE("an ACK whose sender has filled our window counts, though what it sent first was lost (N37)") {
    bench<classic_tcp> b;
    b.establish();
    REQUIRE(b.send("hello"));
    b.take();
    const std::uint32_t edge = b.block().rcv.edge - b.peer_iss;
    for (std::uint32_t at = 1 + mss, length; at < edge; at += length) {
        length = std::min(mss, edge - at);
        b.arrives({.flags = flag::ack, .sequence = at, .acknowledgment = 1, .text = std::string(length, 'x')});
    }
    b.take();
    b.arrives({.flags = flag::ack, .sequence = edge, .acknowledgment = 6});
    CHECK(b.block().flight.empty());
    CHECK(b.quiet());  // it was acceptable
    b.arrives({.flags = flag::ack, .sequence = edge + 1, .acknowledgment = 6});
    CHECK(b.take_one().is_pure_ack());
    b.wait(10s);
    CHECK(b.endpoint.count().timeouts == 0);
}

TEST_CASE("a peer that has filled our window, all of which was lost, and then aborts, is heard (N37)") {
    // Its RST has SND.NXT, which is the edge; the challenge shows it where RCV.NXT is.
    crossing<tcp<fixed_buffers<65536, 7240>>> x;
    const std::vector<octet> text(20000);
    REQUIRE(x.a.send(octets(text), x.now));
    static_cast<void>(x.leaves(x.a));
    REQUIRE(x.a.connection().variables().snd.usable_window() == 0);
    REQUIRE(x.a.abort(x.now));
    x.settle();
    CHECK(x.a.state() == state::closed);
    CHECK(x.b.state() == state::closed);
    CHECK(x.b.error() == error::reset);
}

TEST_CASE(
    "SHLD-14 the edge that the peer sees moves left by no rounding while a reader pauses, nor by a 64th in any case") {
    struct sizes {
        std::size_t receive, largest;
        int shift;
        bool exactly;
    };
    for (const auto& [receive, largest, shift, exactly] : std::array<sizes, 5>{{{128 << 10, 6 << 20, 7, true},
                                                                                {4096, 6 << 20, 6, true},
                                                                                {128 << 10, 128 << 20, 11, false},
                                                                                {128 << 10, 1 << 30, 11, false},
                                                                                {32 << 10, 1 << 30, 9, false}}}) {
        tcp<>::settings s;
        s.buffers.receive = receive;
        s.buffers.largest_receive = largest;
        bench<tcp<>> b(s);
        b.peer_offers.window_scale = 7;
        b.establish();
        CHECK(b.block().agreed.receive_shift == shift);
        std::uint32_t edge = b.block().rcv.edge - b.peer_iss, left = edge - 1;
        for (int i = 0; i < 300 && left > 0; ++i) {
            b.says(lab::text(std::min<std::uint32_t>(777, left)));
            b.wait(50ms);
            for (const auto& ack : b.take()) {
                left = std::uint32_t{ack.window} << shift;
                const std::uint32_t its = ack.acknowledgment + left;
                CHECK(its + (exactly ? 0 : receive / 64) >= edge);
                edge = std::max(edge, its);
            }
        }
        CHECK(left < 2048);
        // What was promised is kept though the peer sees less; and a reader's first step is told to one that sees
        // nothing.
        CHECK(b.receive(3000).size() == 3000);
        CHECK(!b.quiet());
    }
}

TEST_CASE("an orphan whose peer keeps its window shut and answers each probe ends after five minutes (RFC 6429)") {
    for (const bool owned : {true, false}) {
        bench<classic_tcp> b;
        shut(b);
        REQUIRE(b.send("unwanted"));
        if (!owned) REQUIRE(b.close());
        const instant begin = b.now;
        while (b.state() != state::closed && b.now - begin < 24h) {
            REQUIRE(b.wait_for_deadline());
            for (const auto& s : b.take())
                if (!s.text.empty()) b.acks(2, 0);
        }
        CHECK((b.state() == state::closed) == !owned);  // MUST-37
        if (owned) continue;
        CHECK(b.now - begin >= 5min);
        CHECK(b.now - begin <= 5min + 62s);  // the probe's that finds out
    }
}
