// SPDX-License-Identifier: MIT
//
// On a lossless link with room nothing is ever sent twice, acknowledged twice or timed out, whatever the size and the
// composition; and slow start takes exactly the round trips that it needs.
#include <doctest/doctest.h>

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
        CHECK(c.recoveries == 0);
        CHECK(c.duplicate_acks_in == 0);
        CHECK(c.out_of_order == 0);
        CHECK(c.unacceptable == 0);
        CHECK(c.window_probes == 0);
        CHECK(c.malformed == 0);
        CHECK(c.resets_out == 0);
    }
}

using reno_acking_all = tcp<testing::gate_audit, reno, sack_recovery, every_segment, fixed_buffers<>>;

}  // namespace

TEST_CASE_TEMPLATE("a lossless link with room sees no octet, ACK or timer twice", Tcp, classic_tcp, plain_tcp,
                   small_tcp, reno_acking_all) {
    for (const std::uint64_t octets : sizes)
        for (const std::uint64_t back : {std::uint64_t{0}, std::uint64_t{1}, octets})
            for (const std::uint64_t rate : rates)
                for (const bool ipv6 : {false, true}) {
                    CAPTURE(octets);
                    CAPTURE(back);
                    CAPTURE(rate);
                    typename Tcp::settings settings;
                    // At 1 Mbit/s a flight takes half a second each way, after a first round trip of milliseconds: that
                    // is what RFC 6298's floor of 1 s is for, which the default waives.
                    if constexpr (requires { settings.rtt.floor; })
                        if (rate == 1'000'000) settings.rtt.floor = 1s;
                    // Queues for a window and more, so that nothing is dropped; an RTT above and below the delayed ACK.
                    check_clean(sim::transfer<Tcp>({.rate = rate,
                                                    .delay = octets % 2 == 0 ? 30ms : 1ms,
                                                    .queue = 2000,
                                                    .octets = octets,
                                                    .octets_back = back,
                                                    .ipv6 = ipv6,
                                                    .record = false,
                                                    .seed = octets + 1},
                                                   settings, settings));
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
