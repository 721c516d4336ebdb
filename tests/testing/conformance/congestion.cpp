// SPDX-License-Identifier: MIT
// testing/conformance/congestion.hpp: our policies keep each rule that is for them; each rule finds the planted policy
// that breaks it, by its name, and blames it for nothing else. The planted ones are the controls of the kit.
#include "found.hpp"

#include <sluice/policy/congestion/any_of.hpp>
#include <sluice/policy/congestion/cubic.hpp>
#include <sluice/policy/congestion/fixed_window.hpp>
#include <sluice/policy/congestion/no_congestion_control.hpp>
#include <sluice/policy/congestion/vegas.hpp>
#include <sluice/policy/congestion/westwood.hpp>
#include <sluice/testing/conformance.hpp>

using namespace sluice;
using conformance::check_clean;
using conformance::check_found;
using conformance::names;
namespace congestion = testing::congestion_rules;

namespace {

// Each is reno but for one mistake.

struct begins_with_a_hundred : reno {
    constexpr void on_start(const start_report& r) { mss_ = r.mss, cwnd_ = 100 * mss_; }
};
struct shrinks_to_nothing : reno {
    constexpr void on_congestion(const congestion_report& r) { cwnd_ = ssthresh_ = r.flight / 2; }
};
struct grows_unused : reno {
    constexpr void on_ack(ack_report r) {
        r.cwnd_limited = true;
        reno::on_ack(r);
    }
};
struct grows_twice_as_fast : reno {
    constexpr void on_ack(ack_report r) {
        r.newly_acked *= 2;
        reno::on_ack(r);
    }
};
struct deaf_to_loss : reno {
    constexpr void on_congestion(const congestion_report&) {}
};
struct reduces_for_each_loss : reno {
    constexpr void on_ack(const ack_report& r) {
        if (r.in_recovery && r.newly_lost > 0) cwnd_ = std::max(cwnd_ / 2, 2 * mss_);
        reno::on_ack(r);
    }
};
struct inflates : reno {
    constexpr void on_ack(const ack_report& r) {
        if (r.in_recovery) cwnd_ = std::min(cwnd_ + r.newly_acked, largest_window);
        reno::on_ack(r);
    }
};
struct deaf_to_timeouts : reno {
    constexpr void on_rto(const rto_report&) {}
};
struct halves_at_each_timeout : reno {
    constexpr void on_rto(const rto_report&) {
        ssthresh_ = std::max(ssthresh_ / 2, 2 * mss_);
        cwnd_ = mss_;
    }
};
struct wakes_up_larger : reno {
    constexpr void on_idle(const idle_report&) { cwnd_ *= 2; }
};
struct deaf_to_queues : reno {
    static constexpr congestion_signals responds_to = congestion_signal::loss | congestion_signal::delay;
};
struct forgets_the_snapshot : reno {
    constexpr void restore(const congestion_snapshot& s) { on_start({.mss = s.mss}); }
};
/// Of a flight above 613 MB: seven times that is more than 32 bits hold.
struct overflows : reno {
    constexpr void on_congestion(const congestion_report& r) {
        cwnd_ = ssthresh_ = std::max(r.flight * 7 / 10, 2 * mss_);
    }
};
/// The window in octets times the longest time between two losses, in the same 32 bits.
struct overflows_in_time : reno {
    instant began{};
    constexpr void on_ack(const ack_report& r) {
        if (began == instant()) began = r.now;
        const auto seconds = static_cast<std::uint32_t>((r.now - began) / 1s);
        reno::on_ack(r);
        if (r.cwnd_limited && !r.in_recovery && seconds > 3600) cwnd_ = std::max(cwnd_, 80'000 * seconds);
    }
};
struct divides_by_the_round_trip : reno {
    std::uint64_t rate = 0;
#if defined(__clang__)
    __attribute__((no_sanitize("integer-divide-by-zero")))
#else
    __attribute__((no_sanitize("undefined")))
#endif
    void
    on_ack(const ack_report& r) {
        if (r.rtt) rate = std::uint64_t{r.newly_acked} * 1'000'000 / static_cast<std::uint64_t>(*r.rtt / 1us);
        reno::on_ack(r);
        cwnd_ = std::max(cwnd_, static_cast<std::uint32_t>(rate >> 60));
    }
};
/// All connections of a program count together.
struct shares_a_counter : reno {
    static inline int acks = 0;
    void on_ack(const ack_report& r) {
        reno::on_ack(r);
        if (r.cwnd_limited && !r.in_recovery && ++acks % 1009 == 0) cwnd_ = std::min(cwnd_ + mss_, largest_window);
    }
};
/// Takes a small flight for an application with nothing to say: once there, it stays there.
struct guesses_app_limited : reno {
    constexpr void on_ack(const ack_report& r) {
        if (r.pipe_before > 4 * mss_) reno::on_ack(r);
    }
};

}  // namespace

TEST_CASE("MAY-18 our congestion policies keep every rule that is for them") {
    check_clean(testing::check_congestion<reno>(), 1);   // no word of delay
    check_clean(testing::check_congestion<cubic>(), 1);
    check_clean(testing::check_congestion<westwood>(), 1);
    check_clean(testing::check_congestion<vegas>(), 0);
    using either = any_of<reno, cubic>;
    check_clean(testing::check_congestion<either>(), 2);  // nor one restore for both
    check_clean(testing::check_congestion<either>({.chosen = "cubic"}), 2);
}

TEST_CASE("who responds to nothing is asked for little, and that is said") {
    for (const auto& report : {testing::check_congestion<fixed_window>(),
                               testing::check_congestion<no_congestion_control>()}) {
        check_clean(report, 12);
        CHECK(report.hooks == names{"name", "responds_to"});
    }
}

TEST_CASE("the report has the hooks that were found, and the reason of what was skipped") {
    const auto report = testing::check_congestion<vegas>();
    CHECK(report.slot == "congestion");
    CHECK(report.hooks == names{"on_start", "on_ack", "on_congestion", "on_rto", "on_undo", "on_idle", "on_mss",
                                "ssthresh", "pacing_rate", "pacing_burst", "snapshot", "restore", "name",
                                "responds_to"});
    const std::string text = testing::to_text(testing::check_congestion<fixed_window>());
    CHECK(text.find("slot congestion, hooks: name responds_to\n") == 0);
    CHECK(text.find("\nskipped  gives way to a loss: it does not respond to loss\n") != std::string::npos);
    CHECK(text.find("\npassed   no overflow at 1 kbit/s\n") != std::string::npos);
    CHECK(testing::to_text(testing::check_congestion<deaf_to_loss>()).find("\nFAILED   gives way to a loss: ") !=
          std::string::npos);
}

TEST_CASE("each planted congestion policy is found by the rule that it breaks, and by no other") {
    check_found(testing::check_congestion<begins_with_a_hundred>(), congestion::begins);
    check_found(testing::check_congestion<shrinks_to_nothing>(), congestion::least);
    check_found(testing::check_congestion<grows_unused>(), congestion::application);
    check_found(testing::check_congestion<grows_twice_as_fast>(), congestion::growth);
    check_found(testing::check_congestion<deaf_to_loss>(), congestion::loss);
    check_found(testing::check_congestion<reduces_for_each_loss>(), congestion::once);
    check_found(testing::check_congestion<inflates>(), congestion::not_inflated);
    check_found(testing::check_congestion<deaf_to_timeouts>(), congestion::timeout);
    check_found(testing::check_congestion<halves_at_each_timeout>(), congestion::timeout_again);
    check_found(testing::check_congestion<wakes_up_larger>(), congestion::pause);
    check_found(testing::check_congestion<deaf_to_queues>(), congestion::delay);
    check_found(testing::check_congestion<forgets_the_snapshot>(), congestion::goes_on);
    check_found(testing::check_congestion<overflows>(), congestion::fast);
    check_found(testing::check_congestion<overflows_in_time>(), congestion::slow);
    check_found(testing::check_congestion<divides_by_the_round_trip>(), congestion::no_round_trip);
    check_found(testing::check_congestion<shares_a_counter>(), congestion::same_again);
    check_found(testing::check_congestion<guesses_app_limited>(), congestion::comes_back);
}

TEST_CASE("it is the settings of the policy in hand that are tried") {
    CHECK(testing::check_congestion<reno>({.initial_window = 3}).passed());
    check_found(testing::check_congestion<reno>({.initial_window = 30}), congestion::begins);
}
