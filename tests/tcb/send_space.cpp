// SPDX-License-Identifier: MIT
// tcb/send_space.hpp: the gate and the ACK checks over small windows, exhaustively, wherever in the sequence space they
// lie.
#include <doctest/doctest.h>

#include <sluice/tcb/send_space.hpp>

#include <array>
#include <initializer_list>

namespace {

using namespace sluice;

// Somewhere, over the sign change, over the wrap.
constexpr std::array<std::uint32_t, 4> places{1000, 0x7ffffff8, 0x80000000, 0xfffffff8};

/// SND.UNA stands `una` numbers after ISS, SND.NXT `flight` after that.
send_space at(std::uint32_t place, std::uint32_t una, std::uint32_t flight, std::uint32_t window) {
    send_space s;
    s.start(seq(place));
    s.nxt = seq(place) + una + flight;
    s.advance(seq(place) + una);
    s.wnd = s.max_wnd = window;
    return s;
}

/// All that lets one number be after another in a space of 2^32, without seq's order.
std::int64_t distance(seq from, seq to) { return static_cast<std::int32_t>(to.number() - from.number()); }

}  // namespace

TEST_CASE("a fresh send space has nothing out, nothing acknowledged and no window") {
    send_space s;
    s.wnd = s.max_wnd = 7;
    s.urgent = true;
    s.start(seq(0xffffffff));
    CHECK(s.una == s.iss);
    CHECK(s.nxt == s.iss);
    CHECK(s.wl2 == s.iss);
    CHECK(s.flight() == 0);
    CHECK_FALSE(s.syn_sent());
    CHECK_FALSE(s.syn_acknowledged());
    CHECK(s.is_syn(s.iss));
    CHECK(s.usable_window() == 0);
    CHECK(s.max_wnd == 0);
    CHECK_FALSE(s.urgent);
}

TEST_CASE("the gate is the smaller of cwnd - pipe and SND.UNA + SND.WND - SND.NXT, each floored at 0") {
    for (const std::uint32_t place : places)
        for (std::int64_t flight = 0; flight < 12; ++flight)
            for (std::int64_t window = 0; window < 12; ++window)
                for (std::int64_t cwnd = 0; cwnd < 12; ++cwnd)
                    for (std::int64_t pipe = 0; pipe <= flight; ++pipe) {
                        const auto s =
                            at(place, 1, static_cast<std::uint32_t>(flight), static_cast<std::uint32_t>(window));
                        const std::int64_t network = std::max<std::int64_t>(cwnd - pipe, 0);
                        const std::int64_t peer = std::max<std::int64_t>(window - flight, 0);
                        const std::uint32_t first_term =
                            floored_difference(static_cast<std::uint32_t>(cwnd), static_cast<std::uint32_t>(pipe));
                        CHECK(first_term == network);
                        CHECK(s.usable_window() == peer);
                        CHECK(gate(first_term, s) == std::min(network, peer));
                    }
}

TEST_CASE("a window that has shrunk below what is out leaves nothing, and no number wraps") {
    // MUST-34: the largest flight and window there are.
    for (const std::uint32_t place : places) {
        CHECK(at(place, 1, 1u << 30, 0).usable_window() == 0);
        CHECK(at(place, 1, 1u << 30, (1u << 30) - 1).usable_window() == 0);
        CHECK(at(place, 1, 0, 1u << 30).usable_window() == 1u << 30);
    }
    CHECK(floored_difference(0, ~0u) == 0);
    CHECK(floored_difference(~0u, 0) == ~0u);
}

TEST_CASE("an ACK is of new data if SND.UNA < SEG.ACK =< SND.NXT") {
    for (const std::uint32_t place : places)
        for (std::uint32_t flight = 0; flight < 8; ++flight) {
            const auto s = at(place, 5, flight, 10);
            for (int offset = -20; offset < 30; ++offset) {
                const seq ack = s.una + static_cast<std::uint32_t>(offset);
                CHECK(s.acknowledges_new(ack) == (offset > 0 && offset <= static_cast<int>(flight)));
            }
            CHECK_FALSE(s.acknowledges_new(s.una + 0x7fffffff));
            CHECK_FALSE(s.acknowledges_new(s.una - 0x7fffffff));
        }
}

TEST_CASE("an ACK is acceptable from SND.UNA - MAX.SND.WND on, but not from before our SYN, up to SND.NXT") {
    for (const std::uint32_t place : places)
        for (std::uint32_t una = 0; una < 8; ++una)
            for (std::uint32_t window = 0; window < 12; ++window) {
                const auto s = at(place, una, 4, window);
                for (int offset = -20; offset < 20; ++offset) {
                    const seq ack = s.una + static_cast<std::uint32_t>(offset);
                    const bool not_too_old =
                        distance(s.una, ack) >= -static_cast<std::int64_t>(window);  // RFC 5961 5.2
                    const bool not_a_ghost = distance(s.iss, ack) >= 0;              // N19
                    const bool sent = distance(s.nxt, ack) <= 0;
                    CHECK(s.acceptable_ack(ack) == (not_too_old && not_a_ghost && sent));
                }
            }
}

TEST_CASE("what was acknowledged is remembered when the numbers come around to ISS again") {
    // Quarter by quarter over the whole space and back to ISS: it is an octet's number now, not our SYN's.
    for (const std::uint32_t place : places) {
        send_space s;
        s.start(seq(place));
        s.max_wnd = 65535;
        s.nxt = s.iss + 1;
        CHECK(s.syn_sent());
        CHECK(s.is_syn(s.iss));
        s.advance(s.nxt);
        for (std::uint32_t quarter = 0; quarter < 9; ++quarter) {
            CHECK(s.syn_acknowledged());
            CHECK(s.syn_sent());
            CHECK_FALSE(s.is_syn(s.iss));
            CHECK_FALSE(s.is_syn(s.una));
            CHECK(s.acceptable_ack(s.una));
            if (quarter > 0) CHECK(s.acceptable_ack(s.una - 65535));
            CHECK_FALSE(s.acceptable_ack(s.una - 65536));
            s.nxt += 1u << 30;
            s.advance(s.nxt - (quarter == 3 ? 1 : 0));  // to stand on ISS itself
        }
    }
}

TEST_CASE("urgent mode ends when the last urgent octet is acknowledged") {
    auto s = at(0xfffffff8, 3, 6, 20);
    s.urgent = true;
    s.up = s.una + 4;
    s.advance(s.una + 3);
    CHECK(s.urgent);
    s.advance(s.up);
    CHECK_FALSE(s.urgent);
}

TEST_CASE("SND.WL1 and SND.WL2 let only a segment at least as new, of a valid ACK, update the window") {
    for (const std::uint32_t place : places)
        for (std::uint32_t wl1 = 0; wl1 < 6; ++wl1)
            for (std::uint32_t wl2 = 0; wl2 < 6; ++wl2)
                for (std::uint32_t segment = 0; segment < 6; ++segment)
                    for (std::uint32_t ack = 0; ack < 6; ++ack) {
                        auto s = at(place, 3, 2, 0);
                        s.wl1 = seq(place) + wl1;
                        s.wl2 = seq(place) + wl2;
                        // 3.10.7.4 fifth, with integers.
                        const bool newer = wl1 < segment || (wl1 == segment && wl2 <= ack);
                        const bool updates = ack >= 3 && newer;
                        CHECK(s.updates_window(seq(place) + segment, seq(place) + ack) == updates);
                    }
}

TEST_CASE("MAX.SND.WND is the largest window there ever was") {
    send_space s;
    s.start(seq(1));
    std::uint32_t largest = 0;
    for (const std::uint32_t window : {5u, 3u, 0u, 9u, 9u, 1u << 30, 0u}) {
        s.take_window(seq(window), seq(window + 1), window);
        largest = std::max(largest, window);
        CHECK(s.wnd == window);
        CHECK(s.max_wnd == largest);
        CHECK(s.wl1 == seq(window));
        CHECK(s.wl2 == seq(window + 1));
    }
}
