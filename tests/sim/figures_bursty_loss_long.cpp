// SPDX-License-Identifier: MIT
//
// 100 Mbit/s × 40 ms that lose 30 % of the packets for two seconds and nothing else, 10 seeds: who comes back, and
// when. The path holds 333 packets; 80 % of that is 267. From next to nothing Reno has them again after 267 round
// trips, 10.7 s; CUBIC, cut at some W_max of 10 to 30 segments, K + cbrt((267 − W_max)/0.4) s later, about 11. So the
// time is counted from the end of the losses.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include <sluice/policy/congestion/cubic.hpp>
#include <sluice/policy/congestion/reno.hpp>
#include <sluice/policy/recovery/go_back_n.hpp>
#include <sluice/policy/recovery/rack_tlp.hpp>
#include <sluice/policy/rtt/fixed_rto.hpp>
#include <sluice/testing/conformance/bursty_path.hpp>

using namespace sluice;

namespace {

/// The worst of all seeds.
struct worst_case {
    duration silence{};
    std::uint32_t window = ~std::uint32_t{0};  // segments, within 20 round trips of the next ACK
    duration filled{};                         // 80 % of the link, behind the losses
    std::uint64_t losses = ~std::uint64_t{0};
};

template <class Congestion, class... Others>
worst_case after_losses(duration begins, auto&& set_up) {
    worst_case out;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        const testing::bursty_path path{
            .begins = instant(begins), .ends = instant(begins + 2s), .until = instant(begins + 20s), .seed = seed};
        const auto seen = testing::after_losses<Congestion, Others...>(path, set_up);
        CHECK(seen.next_ack != never);
        out.silence = std::max(out.silence, seen.longest_silence);
        out.window = std::min(out.window, seen.window);
        out.filled = std::max(out.filled, seen.filled == never ? duration::max() : seen.filled - path.ends);
        out.losses = std::min(out.losses, seen.losses);
    }
    MESSAGE(std::string(Congestion::name), ", losses from ", begins / 1ms, " ms on, worst of 10 seeds: silent for ",
            out.silence / 1ms, " ms, ", out.window,
            " segments within 20 round trips of the next ACK, 80 % of the link ", out.filled / 1ms,
            " ms behind the losses, of which there are at least ", out.losses);
    return out;
}
template <class Congestion>
worst_case after_losses(duration begins) {
    return after_losses<Congestion, rack_tlp>(begins, [](auto&) {});
}

constexpr duration longest_silence = 4s;
constexpr std::uint32_t least_window = 10;
constexpr std::uint64_t least_losses = 100;
constexpr duration reno_fills_in = 15s, cubic_fills_in = 12s;

/// What does not take a flight of few segments for a use of its window never grows again: a fault that was shipped.
struct pinned : cubic {
    static constexpr std::string_view name = "pinned";
    constexpr void on_ack(ack_report r) {
        if (ssthresh() != largest_window && window() <= 4 * mss_) r.cwnd_limited = false;
        cubic::on_ack(r);
    }
};

}  // namespace

TEST_CASE_TEMPLATE("30 % loss for two seconds: nobody is silent for 4 s, and all come back", Congestion, reno, cubic) {
    const worst_case seen = after_losses<Congestion>(2s);
    CHECK(seen.losses >= least_losses);
    CHECK(seen.silence <= longest_silence);
    CHECK(seen.window >= least_window);
    CHECK(seen.filled <= (std::is_same_v<Congestion, reno> ? reno_fills_in : cubic_fills_in));
}

TEST_CASE("control: one timer of five seconds, and nothing else that finds losses, is silent for longer") {
    const auto seen = after_losses<reno, go_back_n, fixed_rto>(100ms, [](auto& s) { s.rtt.value = 5s; });
    CHECK(seen.losses > 0);
    CHECK(seen.silence > longest_silence);
}

TEST_CASE("control: a policy that takes a small flight for an idle sender stays where the losses have left it") {
    const worst_case seen = after_losses<pinned>(2s);
    CHECK(seen.losses >= least_losses);
    CHECK(seen.window < least_window);
    CHECK(seen.filled > reno_fills_in);
}
