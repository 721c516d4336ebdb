// SPDX-License-Identifier: MIT
// RFC 9293 section 3.9.2.2: what ICMP errors do to a connection, with RFC 5927's checks, and section 3.9.1.8: what the
// application hears of it. Over both families, as octets that the test puts together.
#include "support/compositions.hpp"
#include "support/icmp.hpp"
#include "support/lab.hpp"
#include "support/stack_bench.hpp"

using namespace sluice;
using lab::bench;

namespace {

constexpr ip_address router_v4 = ip_address::v4(198, 18, 9, 9),
                     router_v6 = ip_address::v6({0xfd00, 0, 0, 9, 0, 0, 0, 9});

struct icmp_code {
    octet type, code;
    error means;
};

// RFC 9293 section 3.9.2.2 has these as soft errors, by family; "prohibited" it does not speak of (RFC 1812 section
// 5.2.7.1 and RFC 4443 section 3.1 do).
constexpr icmp_code soft_v4[]{{3, 0, error::network_unreachable}, {3, 1, error::host_unreachable},
                              {3, 5, error::host_unreachable},    {3, 13, error::prohibited},
                              {11, 0, error::host_unreachable},   {11, 1, error::host_unreachable},
                              {12, 0, error::bad_header}};
constexpr icmp_code soft_v6[]{{1, 0, error::network_unreachable}, {1, 3, error::host_unreachable},
                              {1, 1, error::prohibited},          {3, 0, error::host_unreachable},
                              {3, 1, error::host_unreachable},    {4, 0, error::bad_header},
                              {4, 1, error::bad_header},          {4, 2, error::bad_header}};
constexpr icmp_code hard_v4[]{{3, 2, error::protocol_unreachable}, {3, 3, error::refused}};
constexpr icmp_code hard_v6[]{{1, 4, error::refused}};

std::span<const icmp_code> soft(bool v6) { return v6 ? std::span<const icmp_code>(soft_v6) : soft_v4; }
std::span<const icmp_code> hard(bool v6) { return v6 ? std::span<const icmp_code>(hard_v6) : hard_v4; }

/// An error about a segment between these two, from a router.
std::vector<octet> error_packet(const socket_address& from, const socket_address& to, seq number, octet type,
                                octet code, std::uint32_t rest = 0) {
    const bool v4 = from.address.is_v4();
    return test::icmp_packet({v4 ? router_v4 : router_v6, from.address}, type, code, rest,
                             test::quote({from.address, to.address}, from.port, to.port, number.number()));
}

/// It quotes the segment of ours with this number, relative to our ISS.
template <class Tcp>
void hears(bench<Tcp>& b, icmp_code what, std::uint32_t number) {
    const auto packet = error_packet(b.local, b.remote, b.iss() + number, what.type, what.code);
    b.endpoint.on_packet({.data = packet}, b.now);
    b.flush();
}

using classic = bench<classic_tcp>;

/// With four segments of text out, of which the first has number 1.
classic with_text_out(bool v6 = false) {
    classic b({}, v6);
    b.establish();
    REQUIRE(b.send(lab::text(4 * b.full_segment())));
    b.take();
    return b;
}

}  // namespace

// ---- ICMP errors and their connections (3.9.2.2) --------------------------------------------------------------------

TEST_CASE("MUST-54 of many connections the one hears of an error whose segment is quoted") {
    lab::stack_bench<lab::known_isn_tcp> b;
    const ip_address own = lab::server_address;
    std::vector<handle> calls;
    std::vector<socket_address> local, remote;
    for (std::uint16_t i = 0; i < 8; ++i) {
        local.push_back({own, static_cast<std::uint16_t>(4000 + i % 2)});
        remote.push_back(
            {ip_address::v4(198, 18, 1, static_cast<octet>(i / 4)), static_cast<std::uint16_t>(80 + i / 2)});
        const auto h = b.stack.connect(local.back(), remote.back(), b.now, i);
        REQUIRE(h);
        calls.push_back(*h);
    }
    b.flush();
    while (b.stack.poll_event()) {
    }
    const auto packet = error_packet(local[5], remote[5], seq(7000), 3, 1);
    b.stack.on_packet({.data = packet}, b.now);
    for (std::size_t i = 0; i < 8; ++i)
        CHECK(b.stack.look(calls[i])->soft_error() == (i == 5 ? error::host_unreachable : error::none));
    const auto told = b.stack.poll_event();
    REQUIRE(told);
    CHECK(told->socket == calls[5]);
    CHECK(told->what == news::soft_error);
    CHECK_FALSE(b.stack.poll_event());
    CHECK(b.count().icmp_ignored == 0);
    // Of nobody's segment nobody hears.
    const auto other = error_packet({own, 4002}, remote[5], seq(7000), 3, 1);
    b.stack.on_packet({.data = other}, b.now);
    CHECK_FALSE(b.stack.poll_event());
    CHECK(b.count().icmp_ignored == 1);
}

TEST_CASE("MUST-55 source quench changes nothing, and nobody is told") {
    classic b = with_text_out();
    const auto packet = error_packet(b.local, b.remote, b.iss() + 1, 4, 0);
    const std::uint32_t window = b.block().congestion.window();
    b.endpoint.on_packet({.data = packet}, b.now);
    b.flush();
    CHECK(b.quiet());
    CHECK(b.heard().empty());
    CHECK(b.block().congestion.window() == window);
    CHECK(b.block().path.soft_error == error::none);
    CHECK(b.state() == state::established);
    CHECK(b.endpoint.count().icmp_ignored == 0);  // silently
    CHECK(b.endpoint.count().malformed == 0);
}

TEST_CASE("MUST-56 a soft error ends no connection, in any state: it goes on sending") {
    for (const bool v6 : {false, true})
        for (const icmp_code what : soft(v6)) {
            classic opening({}, v6);
            REQUIRE(opening.connect());
            opening.take();
            hears(opening, what, 0);
            CHECK(opening.state() == state::syn_sent);
            REQUIRE(opening.wait_for_deadline());
            CHECK(opening.take_one().has(flag::syn));

            classic open = with_text_out(v6);
            hears(open, what, 1);
            CHECK(open.state() == state::established);
            open.acks(open.next_ack());
            CHECK(open.block().nothing_owed());
            REQUIRE(open.send("more"));
            CHECK(open.take_one().text == "more");

            classic closing = with_text_out(v6);
            REQUIRE(closing.shutdown());
            closing.take();
            hears(closing, what, 1);
            CHECK(closing.state() == state::fin_wait_1);
        }
}

TEST_CASE("MUST-47 SHLD-25 the application can hear of a soft error, and which it was") {
    for (const bool v6 : {false, true})
        for (const icmp_code what : soft(v6)) {
            classic b = with_text_out(v6);
            hears(b, what, 1);
            CHECK(b.heard() == std::vector{news::soft_error});
            CHECK(b.endpoint.connection().soft_error() == what.means);
            CHECK(info(b.block(), b.now).soft_error == what.means);
            CHECK(b.endpoint.error() == error::none);
        }
}

TEST_CASE("SHLD-20 error reports can be switched off: of soft errors, and of a peer that does not answer") {
    for (const bool wanted : {true, false}) {
        classic b = with_text_out();
        connection_options o = b.endpoint.connection().options();
        CHECK(o.error_reports);
        o.error_reports = wanted;
        b.set_options(o);
        hears(b, {3, 1, error::host_unreachable}, 1);
        CHECK(b.heard(news::soft_error) == wanted);
        CHECK(b.endpoint.connection().soft_error() == error::host_unreachable);  // for who asks
        while (b.block().retries < o.r1) REQUIRE(b.wait_for_deadline());
        CHECK(b.heard(news::unresponsive) == wanted);
    }
}

TEST_CASE("SHLD-26 a hard error aborts a connection that is not open yet, and the error names it") {
    for (const bool v6 : {false, true})
        for (const icmp_code what : hard(v6)) {
            classic opening({}, v6);
            REQUIRE(opening.connect());
            opening.take();
            opening.heard();
            hears(opening, what, 0);
            CHECK(opening.state() == state::closed);
            CHECK(opening.endpoint.error() == what.means);
            CHECK(opening.heard(news::failed));
            CHECK(opening.quiet());
            CHECK(opening.endpoint.next_deadline() == never);

            classic both({}, v6);  // a simultaneous open
            REQUIRE(both.connect());
            both.arrives({.flags = flag::syn});
            CHECK(both.state() == state::syn_received_active);
            hears(both, what, 0);
            CHECK(both.state() == state::closed);
            CHECK(both.endpoint.error() == what.means);

            classic listening({}, v6);
            REQUIRE(listening.listen());
            listening.arrives({.flags = flag::syn});
            CHECK(listening.state() == state::syn_received_passive);
            hears(listening, what, 0);
            CHECK(listening.state() == state::listen);  // one lost peer ends no LISTEN
            CHECK(listening.heard().empty());
        }
}

TEST_CASE("a hard error ends no connection that is open: it is as if it might pass (RFC 5927 section 5.2)") {
    for (const bool v6 : {false, true})
        for (const icmp_code what : hard(v6)) {
            classic b = with_text_out(v6);
            hears(b, what, 1);
            CHECK(b.state() == state::established);
            CHECK(b.heard() == std::vector{news::soft_error});
            CHECK(b.endpoint.connection().soft_error() == what.means);
        }
}

TEST_CASE("a half-open record hears of a hard error, and is gone; of a soft one, and stays") {
    for (const bool is_hard : {false, true}) {
        lab::stack_bench<lab::known_isn_tcp> b;
        b.listen();
        b.arrives({.flags = flag::syn, .sequence = seq(100)});
        CHECK(b.take_one().has(flag::syn | flag::ack));
        for (const std::uint32_t number : {6999u, 7001u}) {  // not that of our SYN
            const auto forged = error_packet(lab::server_socket, b.peer, seq(number), 3, 3);
            b.stack.on_packet({.data = forged}, b.now);
            CHECK(b.tables().half_opens.size() == 1);
        }
        CHECK(b.count().icmp_ignored == 2);
        const auto packet = error_packet(lab::server_socket, b.peer, seq(7000), 3, is_hard ? 3 : 1);
        b.stack.on_packet({.data = packet}, b.now);
        CHECK(b.tables().half_opens.size() == (is_hard ? 0u : 1u));
        if (is_hard) b.check_empty(1);
        b.wait(5s);
        CHECK(b.take().empty() == is_hard);
    }
}

// ---- what nobody should believe (RFC 5927) --------------------------------------------------------------------------

TEST_CASE("an error that quotes no number in flight is counted and changes nothing (RFC 5927 section 4.1)") {
    for (const bool v6 : {false, true}) {
        classic b = with_text_out(v6);
        b.acks(1 + b.full_segment());
        b.take();
        b.heard();
        const std::uint32_t una = 1 + b.full_segment(), nxt = b.next_ack();
        std::uint64_t ignored = 0;
        for (const std::uint32_t number : {0u, 1u, una - 1, nxt, nxt + 1, nxt + 100000, 0x80000000u}) {
            for (const icmp_code what : hard(v6)) hears(b, what, number), ++ignored;
            for (const icmp_code what : soft(v6)) hears(b, what, number), ++ignored;
            CHECK(b.endpoint.count().icmp_ignored == ignored);
            CHECK(b.heard().empty());
            CHECK(b.endpoint.connection().soft_error() == error::none);
        }
        for (const std::uint32_t number : {una, una + 1, nxt - 1}) {
            hears(b, soft(v6)[0], number);
            CHECK(b.heard() == std::vector{news::soft_error});
        }
        CHECK(b.endpoint.count().icmp_ignored == ignored);
    }
}

TEST_CASE("an error for a SYN has to quote its number; one to whom nobody speaks has no segments") {
    classic b;
    REQUIRE(b.connect());
    b.take();
    for (const std::uint32_t number : {0xffffffffu, 1u}) hears(b, {3, 3, error::refused}, number);
    CHECK(b.state() == state::syn_sent);
    CHECK(b.endpoint.count().icmp_ignored == 2);
    classic idle;
    idle.establish();
    hears(idle, {3, 3, error::refused}, 1);
    hears(idle, {3, 3, error::refused}, 0);
    CHECK(idle.heard().empty());
    CHECK(idle.endpoint.count().icmp_ignored == 2);
}

// ---- how it ends (N42) ----------------------------------------------------------------------------------------------

TEST_CASE("who gives up says what was heard of the way there, if nothing else was heard since") {
    classic silent, unreachable;
    for (classic* b : {&silent, &unreachable}) {
        REQUIRE(b->connect());
        if (b == &unreachable) hears(*b, {3, 1, error::host_unreachable}, 0);
        b->wait(300s);
        CHECK(b->state() == state::closed);
    }
    CHECK(silent.endpoint.error() == error::timed_out);
    CHECK(unreachable.endpoint.error() == error::host_unreachable);

    // The text that it was about was acknowledged: what comes to nothing later has another reason.
    classic b = with_text_out();
    hears(b, {3, 1, error::host_unreachable}, 1);
    b.acks(1 + b.full_segment());
    b.wait(1000s);
    CHECK(b.state() == state::closed);
    CHECK(b.endpoint.error() == error::timed_out);
}

TEST_CASE("a connection hears of an error in the compiler, too") {
    constexpr auto heard = [] {
        small_tcp::connection c;
        environment<small_tcp> env({});
        env.now = instant(1s);
        if (!c.connect(env, lab::here, lab::there)) return error::none;
        tx_packet p;
        c.next_packet(env, p);
        c.on_icmp(env, {.kind = icmp_kind::port_unreachable, .sequence = c.variables().snd.iss});
        return c.error();
    };
    static_assert(heard() == error::refused);
    CHECK(heard() == error::refused);
}
