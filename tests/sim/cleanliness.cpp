// SPDX-License-Identifier: MIT
//
// On a lossless link with room nothing is ever sent twice, acknowledged twice or timed out, whatever the size and the
// composition; and slow start takes exactly the round trips that it needs.
#include <doctest/doctest.h>

#include <memory>

#include <sluice/policy/buffers/phantom_buffers.hpp>
#include <sluice/policy/congestion/any_of.hpp>
#include <sluice/policy/congestion/vegas.hpp>
#include <sluice/policy/congestion/westwood.hpp>
#include <sluice/policy/ecn/accurate_ecn.hpp>
#include <sluice/policy/ecn/classic_ecn.hpp>
#include <sluice/policy/recovery/prr_recovery.hpp>
#include <sluice/sim/scenario.hpp>

#include "support/compositions.hpp"

using namespace sluice;

namespace {

constexpr std::uint64_t mss = 1460 - 12;  // less a timestamp
constexpr std::array<std::uint64_t, 13> sizes{0,      1,      535,    536,    1459,    1460,     1461,
                                              14'600, 14'601, 65'535, 65'536, 300'000, 3'000'001};
constexpr std::array<std::uint64_t, 4> rates{0, 1'000'000, 10'000'000, 1'000'000'000};

/// Round trips in which `segments` leave when 10, 20, 40, … do, bounded by a window of `most`.
std::uint64_t rounds_of_slow_start(std::uint64_t segments, std::uint64_t most) {
    std::uint64_t rounds = 0;
    for (std::uint64_t window = 10, left = segments; left > 0; window *= 2, ++rounds)
        left -= std::min({left, window, most});
    return rounds;
}

void check_clean(const sim::transfer_report& report) {
    CHECK(report.complete);
    for (const counters& c : {report.client, report.server}) {
        CHECK(c.retransmitted == 0);
        CHECK(c.timeouts == 0);
        CHECK(c.tail_probes == 0);
        CHECK(c.recoveries == 0);
        CHECK(c.duplicate_acks_in == 0);
        CHECK(c.out_of_order == 0);
        CHECK(c.unacceptable == 0);
        CHECK(c.window_probes == 0);
        CHECK(c.malformed == 0);
        CHECK(c.resets_out == 0);
    }
}

/// At 1 Mbit/s a flight takes half a second each way, after a first round trip of milliseconds: that is what RFC 6298's
/// floor of 1 s is for, which the default waives. One segment takes 12 ms there, and at 10 Mbit/s ten of the peer's do,
/// behind which an ACK waits: who takes an ACK for overdue after two round trips (RFC 8985 section 7.2) can't know.
void suit(auto& settings, std::uint64_t rate, bool both_ways) {
    if constexpr (requires { settings.rtt.floor; })
        if (rate == 1'000'000) settings.rtt.floor = 1s;
    if constexpr (requires { settings.buffers.largest_send; })  // a MiB would fill eight seconds of that link
        if (rate == 1'000'000) settings.buffers.largest_send = settings.buffers.send;
    if constexpr (requires { settings.buffers.counts_only; })  // 64 MiB would fill minutes of it
        if (rate == 1'000'000 || rate == 10'000'000) settings.buffers.send = settings.buffers.receive = 64 << 10;
    if constexpr (requires { settings.recovery.earliest_probe; })
        if (rate == 1'000'000 || (rate == 10'000'000 && both_ways)) settings.recovery.earliest_probe = 1s;
}

/// Each size, alone, with an octet back and with as much back; each rate; by IPv4 or IPv6; an RTT above or below the
/// delay of an ACK. Queues hold a window and more, so that nothing is dropped.
template <class Tcp>
void check_each_size(const typename Tcp::settings& given = {}) {
    for (const std::uint64_t octets : sizes)
        for (const std::uint64_t back : {std::uint64_t{0}, std::uint64_t{1}, octets})
            for (const std::uint64_t rate : rates) {
                CAPTURE(octets);
                CAPTURE(back);
                CAPTURE(rate);
                typename Tcp::settings settings = given;
                suit(settings, rate, back == octets);
                check_clean(sim::transfer<Tcp>({.rate = rate,
                                                .delay = octets % 2 == 0 ? 30ms : 1ms,
                                                .queue = 10'000,
                                                .octets = octets,
                                                .octets_back = back,
                                                .ipv6 = rate / 1'000'000 % 2 == 1,
                                                .record = false,
                                                .seed = octets + 1},
                                               settings, settings));
            }
}

/// Writes so many octets, and nothing more for a second.
struct pauses {
    std::uint64_t length = 0;
    bool is_written = false;
    instant ends = never;

    instant wake() const { return ends; }
    void step(auto& endpoint, instant now) {
        static constexpr std::array<octet, 8192> text{};
        if (endpoint.state() != state::established) return;
        if (!is_written) {
            const auto taken = endpoint.send(octets(text).first(length), now);
            CHECK((taken && *taken == length));
            is_written = true;
            ends = now + 1s;
        } else if (now >= ends) {
            CHECK(endpoint.close(now));
            ends = never;
        }
    }
};
struct reads {
    std::uint64_t read = 0;
    void step(auto& endpoint, instant now) {
        while (const auto there = endpoint.peek(now)) {
            read += (*there).size();
            CHECK(endpoint.consume((*there).size(), now));
        }
        if (endpoint.state() == state::close_wait) CHECK(endpoint.close(now));
    }
};

template <class... Policies>
using with = tcp<testing::gate_audit, Policies...>;
using reno_acking_all = with<reno, sack_recovery, every_segment, fixed_buffers<>>;

}  // namespace

// The control is a fault in rack_tlp.hpp, schedule_probe: two round trips, were they shorter than 10 ms or not.
TEST_CASE_TEMPLATE("a lossless link with room sees no octet, ACK or timer twice", Tcp, default_tcp, classic_tcp,
                   plain_tcp, small_tcp, reno_acking_all, with<every_segment>,
                   with<vegas, accurate_ecn, prr_recovery, linux_like>, with<westwood, classic_ecn, no_timestamps>,
                   with<any_of<reno, cubic>, newreno_recovery, no_sack, no_window_scale>,
                   with<no_congestion_control, rack_tlp, fixed_buffers<>>, with<phantom_buffers>,
                   with<phantom_buffers, reno, newreno_recovery, every_segment>, with<go_back_n>,
                   with<go_back_n, westwood, linux_like, no_ecn>) {
    check_each_size<Tcp>();
}

TEST_CASE("nor where what the two ends agree on is less, or what leaves is paced") {
    default_tcp::settings s;
    SUBCASE("without timestamps") { s.limits.timestamps = false; }
    SUBCASE("without selective acknowledgments") { s.limits.sack = false; }
    SUBCASE("paced") { s.congestion.paced = true; }
    SUBCASE("delayed ACKs from the first segment on") { s.ack.quick_start = 0; }
    check_each_size<default_tcp>(s);
}

// The controls are faults in rack_tlp.hpp, schedule_probe: no peer_ack_delay at all, with which the lone segments are
// probed for; or for no more than one segment, as the RFC has it, with which one and a part of one is.
TEST_CASE("what the peer's ACK timer holds back for 40 ms is not probed for after a round trip of two") {
    constexpr std::array<std::uint64_t, 8> lengths{1,           mss - 1, mss,         mss + 1,
                                                   2 * mss - 1, 2 * mss, 2 * mss + 1, 3 * mss};
    for (const std::uint64_t octets : lengths) {
        CAPTURE(octets);
        default_tcp::settings s;
        s.ack.quick_start = 0;
        auto w = std::make_unique<sim::world<default_tcp, default_tcp, pauses, reads>>(
            sim::settings_of({.rate = 0, .delay = 1ms}), s, s, pauses{.length = octets}, reads{});
        REQUIRE(w->open());
        w->run(instant(10s), [](const auto&) {});
        CHECK(w->server().application.read == octets);
        for (const counters& c : {w->client().endpoint.count(), w->server().endpoint.count()}) {
            CHECK(c.tail_probes == 0);
            CHECK(c.retransmitted == 0);
        }
    }
}

TEST_CASE("slow start takes exactly the round trips of doubling from ten segments") {
    // 65535 octets of window are 45 whole segments; the smaller rest waits (3.8.6.2.1).
    constexpr std::array<std::uint64_t, 14> sizes_in_segments{1, 9, 10, 11, 30, 31, 70, 71, 74, 75, 76, 120, 121, 1000};
    for (const std::uint64_t segments : sizes_in_segments) {
        CAPTURE(segments);
        const duration delay = 50ms;
        const auto report = sim::transfer<reno_acking_all>(
            {.rate = 0, .delay = delay, .octets = segments * mss, .record = false});
        check_clean(report);
        // SYN, SYN-ACK, and the first flight: three times the delay; then a round trip each.
        const auto rounds = static_cast<std::int64_t>(rounds_of_slow_start(segments, 45));
        CHECK(report.time == 3 * delay + (rounds - 1) * 2 * delay);
    }
}
