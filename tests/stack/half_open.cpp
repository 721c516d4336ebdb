// SPDX-License-Identifier: MIT
// stack/half_open.hpp: a record does what a connection in SYN-RECEIVED does, told apart by nothing that leaves: each is
// compared with an endpoint, variable by variable and octet by octet.
#include <doctest/doctest.h>

#include "support/stack_bench.hpp"

#include <optional>

#include <sluice/connection/endpoint.hpp>
#include <sluice/stack/half_open.hpp>

namespace {

using namespace sluice;
using lab::server_socket;
using tcp_type = tcp<growable_buffers, lab::given_isn>;
using bench = lab::stack_bench<tcp_type>;

constexpr seq irs{0xfffffff0};
constexpr seq iss{7000};

lab::shot syn(const tcp_options& options = {}) { return {.flags = flag::syn, .sequence = irs, .options = options}; }

/// All that a SYN can offer.
std::vector<tcp_options> offers() {
    std::vector<tcp_options> out;
    for (const bool sack : {false, true})
        for (const bool clock : {false, true})
            for (const int shift : {-1, 0, 7, 14})
                for (const int mss : {-1, 100, 536, 1300, 1460, 9000}) {
                    tcp_options o;
                    o.sack_permitted = sack;
                    if (clock) o.timestamps = timestamps_option{.value = 0xfffffff0, .echo = 0};
                    if (shift >= 0) o.window_scale = static_cast<std::uint8_t>(shift);
                    if (mss >= 0) o.mss = static_cast<std::uint16_t>(mss);
                    out.push_back(o);
                }
    return out;
}

/// A connection of nobody else, as its stack's records are compared with.
struct alone {
    typename tcp_type::endpoint endpoint;
    std::vector<std::vector<octet>> sent;
    socket_address peer = bench::peer;
    socket_address local = server_socket;

    explicit alone(const tcp_type::settings& s = {}) : endpoint(s) {}

    void arrives(const lab::shot& s, instant now) {
        const auto packet = lab::on_wire(peer, local, s);
        endpoint.on_packet({.data = packet}, now);
        flush(now);
    }
    void flush(instant now) {
        std::array<tx_packet, 1> room;
        while (endpoint.poll_transmit(now, room) == 1) {
            sent.push_back(lab::octets_of(room[0]));
        }
    }
    const auto& block() const { return endpoint.connection().variables(); }
};

using block = control_block<tcp_type>;

/// What is the same in both, of all that can matter to what comes: see half_open.hpp for what is not.
void check_same(const block& a, const block& b, instant now) {
    CHECK(a.state == b.state);
    CHECK(a.error == b.error);
    CHECK(a.pending_news == b.pending_news);
    CHECK(a.owned == b.owned);
    CHECK(a.local == b.local);
    CHECK(a.remote == b.remote);
    CHECK(a.snd.iss == b.snd.iss);
    CHECK(a.snd.una == b.snd.una);
    CHECK(a.snd.nxt == b.snd.nxt);
    CHECK(a.snd.up == b.snd.up);
    CHECK(a.snd.wl1 == b.snd.wl1);
    CHECK(a.snd.acked == b.snd.acked);
    CHECK(a.snd.urgent == b.snd.urgent);
    CHECK(a.rcv.irs == b.rcv.irs);
    CHECK(a.rcv.nxt == b.rcv.nxt);
    CHECK(a.rcv.edge == b.rcv.edge);
    CHECK(a.rcv.up == b.rcv.up);
    CHECK(a.rcv.synchronized == b.rcv.synchronized);
    CHECK(a.rcv.urgent == b.rcv.urgent);
    CHECK(a.timer[timer::retransmission] == b.timer[timer::retransmission]);
    for (const timer t : {timer::window_probe, timer::delayed_ack, timer::sws_override, timer::keep_alive,
                          timer::reneging, timer::time_wait})
        CHECK(a.timer[t] == b.timer[t]);
    CHECK(a.rtt.rto() == b.rtt.rto());
    CHECK(a.rtt.srtt() == b.rtt.srtt());
    CHECK(a.congestion.window() == b.congestion.window());
    CHECK(a.agreed.window_scale == b.agreed.window_scale);
    CHECK(a.agreed.timestamps == b.agreed.timestamps);
    CHECK(a.agreed.sack == b.agreed.sack);
    CHECK(a.agreed.send_shift == b.agreed.send_shift);
    CHECK(a.agreed.receive_shift == b.agreed.receive_shift);
    CHECK(a.clock.recent() == b.clock.recent());
    CHECK(a.clock.value(now) == b.clock.value(now));
    for (const std::uint32_t value : {0u, 0xffffffefu, 0xfffffff0u, 1u})
        CHECK(a.clock.is_old(value, now) == b.clock.is_old(value, now));
    CHECK(a.mss == b.mss);
    CHECK(a.receive_mss == b.receive_mss);
    CHECK(a.largest_received == b.largest_received);
    CHECK(a.close_waits == b.close_waits);
    CHECK(a.fin_queued == b.fin_queued);
    CHECK(a.fin_sent == b.fin_sent);
    CHECK(a.wants_room == b.wants_room);
    CHECK(a.retransmit_now == b.retransmit_now);
    CHECK(a.probe_now == b.probe_now);
    CHECK(a.probing == b.probing);
    CHECK(a.override_now == b.override_now);
    CHECK(a.retries == b.retries);
    CHECK(a.syn_retries == b.syn_retries);
    CHECK(a.round_end == b.round_end);
    CHECK(a.app_limited_end == b.app_limited_end);
    CHECK(a.min_rtt.best() == b.min_rtt.best());
    CHECK(a.ack_now == b.ack_now);
    CHECK(a.tell_user_timeout == b.tell_user_timeout);
    CHECK(a.duplicate_acks == b.duplicate_acks);
    CHECK(a.keep_alives == b.keep_alives);
    CHECK(a.outgoing.size() == b.outgoing.size());
    CHECK(a.incoming.size() == b.incoming.size());
    CHECK(a.incoming.free() == b.incoming.free());
    REQUIRE(a.flight.empty() == b.flight.empty());
    CHECK(a.flight.pipe() == b.flight.pipe());
    if (!a.flight.empty()) {
        const auto &of_a = a.flight[a.flight.first()], &of_b = b.flight[b.flight.first()];
        CHECK(of_a.begin == of_b.begin);
        CHECK(of_a.end == of_b.end);
        CHECK((of_a.transmissions > 1) == (of_b.transmissions > 1));
        CHECK(of_a.lost == of_b.lost);
        CHECK(of_a.sacked == of_b.sacked);
        if (of_a.transmissions == 1) CHECK(of_a.sent == of_b.sent);
    }
}

void check_survives(alone& from, instant now) {
    const block& before = from.block();
    environment<tcp_type> env({});
    env.now = now;
    const half_open record = fold_half_open(before, env);
    block after;
    REQUIRE(unfold(record, after, env));
    check_same(before, after, now);
    const half_open again = fold_half_open(after, env);
    CHECK(again.due() == record.due());
    CHECK(again.tries == record.tries);
    CHECK(again.resent == record.resent);
    after.flight.clear();
    after.flight.rest(env.pool);
}

}  // namespace

TEST_CASE("what is folded and unfolded is as it was, whatever the SYN offered, after each time its answer has left") {
    for (const bool v6 : {false, true}) {
        for (const tcp_options& offered : offers()) {
            alone a;
            if (v6) {
                a.local = {ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 2}), 80};
                a.peer = {ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 1}), 40000};
            }
            instant now(1s);
            REQUIRE(a.endpoint.listen(a.local, now));
            a.arrives(syn(offered), now);
            REQUIRE(a.endpoint.state() == state::syn_received_passive);
            check_survives(a, now);
            check_survives(a, now + 300us);
            for (int tries = 1; tries <= 5; ++tries) {
                now = a.endpoint.next_deadline();
                a.endpoint.on_deadline(now);
                a.flush(now);
                REQUIRE(a.block().retries == tries);
                check_survives(a, now);
            }
        }
    }
}

TEST_CASE("what is folded and unfolded is as it was after a SYN that came again, at an odd time") {
    alone a;
    instant now(1s);
    REQUIRE(a.endpoint.listen(a.local, now));
    a.arrives(syn(), now);
    now += 123us;
    a.arrives(syn(), now);
    REQUIRE(a.sent.size() == 2);
    check_survives(a, now);
}

TEST_CASE("a record's SYN,ACK leaves again after 1, 3, 7, 15 and 31 s, and after 63 s the record is gone") {
    bench b;
    b.listen();
    const instant begin = b.now;
    b.arrives(syn());
    b.wait(63s - 1ns);
    const auto sent = b.take();
    REQUIRE(sent.size() == 6);
    for (std::size_t i = 0; i < 6; ++i) {
        CHECK(sent[i].flags == (flag::syn | flag::ack));
        CHECK(sent[i].sequence == iss);
        CHECK(sent[i].acknowledgment == irs + 1);
        CHECK(sent[i].options == sent[0].options);
        CHECK(sent[i].at - begin == ((1 << i) - 1) * 1s);
    }
    CHECK(b.tables().half_opens.size() == 1);
    b.wait(1ns);
    CHECK(b.quiet());
    b.check_empty(1);
}

TEST_CASE("without a limit of tries a record stays, and its answers stay in order") {
    tcp_type::settings s;
    s.limits.syn_ack_tries = no_limit;
    bench b(s);
    b.listen();
    b.arrives(syn());
    b.now += 10s;
    b.arrives(syn(), {bench::peer.address, 40001});
    b.wait(6h);
    // The RTO ends at 120 s: 6 h of that, but for the first two minutes.
    CHECK(b.take().size() == 2 * (1 + 7 + (6 * 3600 - 127) / 120));
    CHECK(b.tables().half_opens.size() == 2);
}

// ---- against a connection on its own --------------------------------------------------------------------------------

namespace {

/// Both get the same; what leaves must be the same, at the same time.
struct side_by_side {
    bench b;
    alone a;
    bool listens = false;
    std::optional<handle> accepted{};

    explicit side_by_side(const tcp_type::settings& s = {}) : b(s), a(s) { b.listen(); }

    void arrives(const lab::shot& s) {
        listen_again();
        b.arrives(s);
        a.arrives(s, b.now);
        compare();
    }
    void pass(duration d) {
        const instant end = b.now + d;
        for (instant next; (next = std::min(a.endpoint.next_deadline(), b.stack.next_deadline())) <= end;) {
            b.now = next;
            // A record's deadline may be up to a microsecond later.
            REQUIRE(std::max(a.endpoint.next_deadline(), b.stack.next_deadline()) == next);
            a.endpoint.on_deadline(next);
            a.flush(next);
            b.stack.on_deadline(next);
            b.flush();
            compare();
        }
        b.now = end;
    }
    /// A listener never ends: where the endpoint's does, it begins again.
    void listen_again() {
        if (a.endpoint.state() == state::closed) REQUIRE(a.endpoint.listen(a.local, b.now));
    }
    bool is_half_open() const { return b.tables().half_opens.size() == 1; }

    void compare() {
        listen_again();
        auto ours = b.take();
        REQUIRE(ours.size() == a.sent.size());
        for (std::size_t i = 0; i < ours.size(); ++i) CHECK(ours[i].wire == a.sent[i]);
        a.sent.clear();
        CHECK(is_half_open() == (a.endpoint.state() == state::syn_received_passive));
    }
};

}  // namespace

TEST_CASE("any segments at any time are answered for a record exactly as for a connection, octet by octet") {
    // At least half a second apart: nearer, the limits of challenges differ (see below). At most seven: after eight a
    // record takes one half second for another.
    seeded_random numbers(11);
    std::size_t half_open = 0, done = 0;
    for (int round = 0; round < 3000; ++round) {
        side_by_side both;
        const auto all = offers();
        const tcp_options offered = all[numbers.below(all.size())];
        both.arrives(syn(offered));
        for (int i = 0; i < 8 && both.is_half_open(); ++i) {
            ++half_open;
            both.pass(500ms + duration(static_cast<std::int64_t>(numbers.below(6'500'000)) * 1us));
            if (!both.is_half_open()) break;
            lab::shot s;
            const std::array<seq, 8> seqs{irs,     irs + 1,     irs + 1,     irs + 2,
                                          irs - 5, irs + 65535, irs + 65536, irs + (1u << 30)};
            const std::array<seq, 6> acks{iss, iss + 1, iss + 1, iss + 2, iss - 1, iss + (1u << 30)};
            s.sequence = seqs[numbers.below(seqs.size())];
            s.acknowledgment = acks[numbers.below(acks.size())];
            if (numbers.below(4) > 0) s.flags |= flag::ack;
            if (numbers.below(6) == 0) s.flags |= flag::rst;
            if (numbers.below(4) == 0) s.flags |= flag::syn;
            if (numbers.below(4) == 0) s.flags |= flag::fin;
            if (!s.flags.has(flag::ack)) s.acknowledgment = seq(0);
            // A duplicate is reported with the next ACK (RFC 2883); a record forgets it until then.
            if (numbers.below(3) == 0 && irs < s.sequence) s.text = "some text";
            const auto our_clock = static_cast<std::uint32_t>(both.b.now.time_since_epoch() / 1ms);
            if (offered.timestamps && numbers.below(8) > 0)
                s.options.timestamps =
                    timestamps_option{0xfffffff0u - 1 + static_cast<std::uint32_t>(numbers.below(4)), our_clock - 100};
            if (s.flags.has(flag::syn)) s.options = offered;
            both.arrives(s);
        }
        if (both.b.tables().sockets.size() > 1 || both.a.endpoint.state() == state::established) ++done;
        if (both.a.endpoint.state() != state::established && both.a.endpoint.state() != state::close_wait) continue;
        // It goes on as a connection, which is the same in all that matters.
        const auto& t = both.b.tables();
        const auto found = t.find({server_socket, bench::peer}, t.by_address.hash({server_socket, bench::peer}));
        REQUIRE(found);
        REQUIRE(found->kind == record_kind::connection);
        check_same(both.a.block(), t.sockets[found->index].tcp.variables(), both.b.now);
    }
    CHECK(half_open > 5000);
    CHECK(done > 100);
}

TEST_CASE("a round trip is measured from a SYN,ACK that left once, to the microsecond") {
    for (const bool clock : {false, true})
        for (const duration round_trip : std::array<duration, 5>{0ns, 700ns, 300us, 100ms, 999ms})
            for (const duration odd : {0ns, 1ns, 999ns}) {
                bench b;
                b.now += odd;
                const handle l = b.listen();
                tcp_options offered;
                if (clock) offered.timestamps = timestamps_option{5, 0};
                b.arrives(syn(offered));
                const auto answer = b.take_one();
                b.now += round_trip;
                if (clock) offered.timestamps = timestamps_option{5, answer.options.timestamps->value};
                b.arrives({.flags = flag::ack, .sequence = irs + 1, .acknowledgment = iss + 1, .options = offered});
                const auto c = b.stack.accept(l, b.now);
                REQUIRE(c);
                const auto srtt = b.stack.look(*c)->variables().rtt.srtt();
                REQUIRE(srtt);
                CHECK(*srtt <= round_trip);
                CHECK(*srtt >= std::max(duration(0), round_trip - 1us));
            }
}

TEST_CASE("MUST-18 no round trip is measured from a SYN,ACK that left again, but by its echo") {
    for (const bool clock : {false, true})
        for (const bool by_timer : {false, true}) {
            bench b;
            const handle l = b.listen();
            tcp_options offered;
            if (clock) offered.timestamps = timestamps_option{5, 0};
            b.arrives(syn(offered));
            const auto first = b.take_one();
            if (by_timer) {
                b.wait(1s);
            } else {
                b.wait(300ms);
                b.arrives(syn(offered));
            }
            const auto second = b.take_one();
            CHECK(second.flags == (flag::syn | flag::ack));
            b.wait(200ms);
            // What answers is the first.
            if (clock) offered.timestamps = timestamps_option{5, first.options.timestamps->value};
            b.arrives({.flags = flag::ack, .sequence = irs + 1, .acknowledgment = iss + 1, .options = offered});
            const auto c = b.stack.accept(l, b.now);
            REQUIRE(c);
            const auto srtt = b.stack.look(*c)->variables().rtt.srtt();
            if (clock)
                CHECK(srtt == duration(by_timer ? 1200ms : 500ms));
            else
                CHECK_FALSE(srtt);
        }
}

TEST_CASE("the window before the handshake's end is what the SYN,ACK could say: 65535, until an ACK has said more") {
    for (const bool scaled : {false, true}) {
        bench b;
        b.listen();
        tcp_options offered;
        if (scaled) offered.window_scale = std::uint8_t{0};
        b.arrives(syn(offered));
        CHECK(b.take_one().window == 65535);
        const auto in_window = [&](std::uint32_t place) {  // a RST there is challenged
            b.wait(500ms);
            b.take();
            b.arrives({.flags = flag::rst, .sequence = irs + 1 + place});
            return !b.quiet();
        };
        CHECK_FALSE(in_window(65536));
        CHECK(in_window(65535));  // the edge itself (N37)
        // That challenge said more: 128 KiB less a 64th, in units of 128.
        CHECK(in_window(129024) == scaled);
        CHECK_FALSE(in_window(129025));
    }
}

// ---- what completes it ----------------------------------------------------------------------------------------------

TEST_CASE("text and a FIN in the handshake's third segment are taken") {
    bench b;
    const handle l = b.listen();
    b.arrives(syn());
    b.take();
    b.arrives({.flags = flag::ack | flag::fin, .sequence = irs + 1, .acknowledgment = iss + 1, .text = "hello"});
    const auto ack = b.take_one();
    CHECK(ack.flags == flag::ack);
    CHECK(ack.acknowledgment == irs + 7);
    const auto c = b.stack.accept(l, b.now);
    REQUIRE(c);
    CHECK(b.stack.look(*c)->state() == state::close_wait);
    CHECK(b.read(*c) == "hello");
    CHECK(b.read(*c).empty());
    CHECK(b.last_error == error::closing);
    const std::array<octet, 3> text{};
    CHECK(b.stack.send(*c, octets(text), b.now).value_or(0) == 3);
}

TEST_CASE("the peer's window counts from the ACK on, scaled as its SYN said") {
    bench b;
    const handle l = b.listen();
    tcp_options offered;
    offered.window_scale = std::uint8_t{3};
    b.arrives(syn(offered));
    b.arrives({.flags = flag::ack, .sequence = irs + 1, .acknowledgment = iss + 1, .window = 1000});
    const auto c = b.stack.accept(l, b.now);
    REQUIRE(c);
    CHECK(b.stack.look(*c)->variables().snd.wnd == 8000);
}

TEST_CASE("what was unfolded before in the same place leaves nothing behind: not an owner gone, an error, nor news") {
    tcp_type::settings s;
    s.limits.connection.user_timeout = 2s;
    bench b(s);
    const handle l = b.listen();
    // A TIME-WAIT record: opened and closed from here, and a segment for it.
    const socket_address other{bench::peer.address, 9};
    const auto c = b.stack.connect(server_socket, other, b.now);
    REQUIRE(c);
    b.flush();
    b.arrives({.flags = flag::syn | flag::ack, .sequence = seq(1), .acknowledgment = iss + 1}, other);
    REQUIRE(b.stack.close(*c, b.now));
    b.flush();
    b.arrives({.flags = flag::ack | flag::fin, .sequence = seq(2), .acknowledgment = iss + 2}, other);
    REQUIRE(b.tables().time_waits.size() == 1);
    b.arrives({.flags = flag::ack | flag::fin, .sequence = seq(2), .acknowledgment = iss + 2}, other);
    b.take();
    // One that is given up, one that is reset.
    b.arrives(syn(), {bench::peer.address, 10});
    b.wait(70s);
    b.arrives(syn(), {bench::peer.address, 11});
    b.arrives({.flags = flag::rst, .sequence = irs + 1}, {bench::peer.address, 11});
    REQUIRE(b.tables().half_opens.size() == 0);
    // And one that comes to something.
    b.take();
    b.arrives(syn());
    b.arrives({.flags = flag::ack, .sequence = irs + 1, .acknowledgment = iss + 1});
    const auto accepted = b.stack.accept(l, b.now);
    REQUIRE(accepted);
    CHECK(b.stack.poll_event()->what == news::acceptable);
    CHECK(b.stack.poll_event()->what == news::connected);
    CHECK_FALSE(b.stack.poll_event());
    b.arrives({.flags = flag::ack, .sequence = irs + 1, .acknowledgment = iss + 1, .text = "text"});
    CHECK(b.read(*accepted) == "text");
}

// ---- limits ---------------------------------------------------------------------------------------------------------

TEST_CASE("a record answers what is doubtful once in half a second (RFC 5961, N15), and what occupies numbers always") {
    bench b;
    b.listen();
    b.now = instant(10s);
    b.arrives(syn());
    b.take();
    const lab::shot in_window_reset{.flags = flag::rst, .sequence = irs + 5};
    const lab::shot below{.flags = flag::ack, .sequence = irs - 5, .acknowledgment = iss + 1};
    lab::shot below_with_text = below;
    below_with_text.text = "x";
    for (const lab::shot& doubtful : {in_window_reset, below}) {
        b.wait(500ms - b.now.time_since_epoch() % 500ms);
        b.take();
        for (int i = 0; i < 10; ++i) b.arrives(doubtful);
        CHECK(b.take_one().flags == flag::ack);
        b.now += 400ms;
        b.arrives(doubtful);
        CHECK(b.quiet());
        b.arrives(below_with_text);
        CHECK(b.take().size() == 1);
    }
    // Whoever asks for half a minute hears it once in each half second.
    b.wait(500ms - b.now.time_since_epoch() % 500ms);
    b.take();
    std::size_t challenges = 0;
    for (int i = 0; i < 300; ++i) {
        b.wait(100ms);
        b.arrives(in_window_reset);
    }
    for (const auto& s : b.take()) challenges += s.flags == flag::ack;
    CHECK(challenges >= 60);
    CHECK(challenges <= 61);
    CHECK(b.tables().half_opens.size() == 1);
}

TEST_CASE("a record that has answered nothing answers what is doubtful at any time") {
    // At each of the 64 half seconds after its SYN,ACK: no other period is taken for one in which it has.
    for (int half_seconds = 0; half_seconds < 64; ++half_seconds) {
        bench b;
        b.now = instant(100s);
        b.listen();
        b.arrives(syn());
        b.wait(half_seconds * 500ms + 100ms);
        b.take();
        b.arrives({.flags = flag::rst, .sequence = irs + 5});
        CHECK(b.take().size() == 1);
    }
}

TEST_CASE("whatever their limit, but for none, a record's tries end: after 15 at the latest") {
    for (const int tries : {0, 1, 5, 14, 15, 16, 100, 254}) {
        CAPTURE(tries);
        tcp_type::settings s;
        s.limits.syn_ack_tries = static_cast<std::uint8_t>(tries);
        bench b(s);
        b.listen();
        b.arrives(syn());
        b.wait(24h);
        CHECK(b.tables().half_opens.size() == 0);
        CHECK(b.take().size() == 1u + static_cast<unsigned>(std::min(tries, 15)));
    }
}

TEST_CASE("a host that slept for up to six minutes answers at once, and one that slept longer in 134 seconds at most") {
    for (const duration late : std::array<duration, 7>{1s, 2min, 6min, 61min, 2h, 24h, 24 * 30h}) {
        bench b;
        b.listen();
        b.arrives(syn());
        b.take();
        b.now += 1s + late;
        b.stack.on_deadline(b.now);
        b.flush();
        const bool at_once = b.take().size() == 1;
        if (late <= 6min) CHECK(at_once);
        CHECK(b.stack.next_deadline() <= b.now + 135s);
        b.wait(9min);
        CHECK(b.tables().half_opens.size() == 0);
    }
}

TEST_CASE("a SYN that comes again without the timestamp that it had is answered for a record, too") {
    bench b;
    b.listen();
    tcp_options offered;
    offered.timestamps = timestamps_option{5000, 0};
    b.arrives(syn(offered));
    const auto first = b.take_one();
    b.arrives(syn());
    const auto again = b.take_one();
    CHECK(again.flags == (flag::syn | flag::ack));
    CHECK(again.sequence == first.sequence);
}
