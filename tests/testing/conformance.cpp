// SPDX-License-Identifier: MIT
// testing/conformance.hpp: our own policies keep every rule that is for them, and each rule finds the planted policy
// that breaks it, by its name, and blames it for nothing else. The planted ones are the controls of the kit.
#include <doctest/doctest.h>

#include <sluice/policy/congestion/any_of.hpp>
#include <sluice/policy/congestion/cubic.hpp>
#include <sluice/policy/congestion/fixed_window.hpp>
#include <sluice/policy/congestion/no_congestion_control.hpp>
#include <sluice/policy/congestion/vegas.hpp>
#include <sluice/policy/congestion/westwood.hpp>
#include <sluice/policy/recovery/go_back_n.hpp>
#include <sluice/policy/recovery/prr_recovery.hpp>
#include <sluice/policy/recovery/rack_tlp.hpp>
#include <sluice/policy/rtt/fixed_rto.hpp>
#include <sluice/policy/rtt/linux_like.hpp>
#include <sluice/testing/conformance.hpp>

namespace {

using namespace sluice;
namespace congestion = testing::congestion_rules;

using names = std::vector<std::string_view>;

void check_clean(const testing::conformance_report& report, std::size_t skipped) {
    CHECK_MESSAGE(report.passed(), testing::to_text(report));
    CHECK_MESSAGE(report.skipped().size() == skipped, testing::to_text(report));
}
/// It breaks this one, and no other.
void check_found(const testing::conformance_report& report, std::string_view rule) {
    CHECK_MESSAGE(report.broken() == names{rule}, testing::to_text(report));
}

// ---- congestion policies that are reno but for one mistake --------------------------------------------------------

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

// ---- rtt policies ---------------------------------------------------------------------------------------------------

struct never_backs_off : rfc6298 {
    constexpr void on_timeout() {}
};
struct backs_off_for_ever : rfc6298 {
    constexpr void on_timeout() { rto_ = std::min<duration>(2 * rto(), 1000h); }
};
struct ignores_its_floor : rfc6298 {
    constexpr void on_sample(duration r, std::uint32_t n = 1) {
        smoothed_.add(r, n);
        rto_ = std::min(cap, smoothed_.srtt + std::max(granularity, 4 * smoothed_.rttvar));
    }
};
struct forgets_the_variance : linux_like {
    constexpr void on_sample(duration r, std::uint32_t n = 1) {
        smoothed_.add(r, n);
        rto_ = std::max(floor, std::min(cap, smoothed_.srtt + smoothed_.srtt / 8));
    }
};
struct stays_backed_off : rfc6298 {
    duration longest{};
    constexpr duration rto() const { return std::max(longest, rfc6298::rto()); }
    constexpr void on_timeout() { longest = rto_ = std::min(2 * rto(), cap); }
};
/// RTTVAR by the new SRTT: the order of section 2.3 is a MUST.
struct swaps_the_order : rfc6298 {
    constexpr void on_sample(duration r, std::uint32_t n = 1) {
        const smoothed_rtt before = smoothed_;
        smoothed_.add(r, n);
        if (before.sampled)
            smoothed_.rttvar = before.rttvar + (std::chrono::abs(smoothed_.srtt - r) - before.rttvar) / 4;
        rto_ = std::max(floor, std::min(cap, smoothed_.srtt + std::max(granularity, 4 * smoothed_.rttvar)));
    }
};
/// In 32 bits of microseconds, which are 35 minutes.
struct counts_in_32_bits : linux_like {
    constexpr void on_sample(duration r, std::uint32_t n = 1) {
        linux_like::on_sample(r, n);
        rto_ = std::chrono::microseconds(static_cast<std::int32_t>((smoothed_.srtt + 4 * smoothed_.rttvar) / 1us));
        if (r <= 1h) linux_like::on_sample(r, n);
    }
    constexpr void on_timeout() {
        if (rto_ > duration::zero()) linux_like::on_timeout();
    }
};

// ---- recovery policies ----------------------------------------------------------------------------------------------

struct finds_nothing : sack_recovery {
    recovery_step on_ack(const recovery_ack_report&, auto&) { return {}; }
};
struct marks_the_last_lost : sack_recovery {
    recovery_step on_ack(const recovery_ack_report& r, auto& flight) {
        const recovery_step step = sack_recovery::on_ack(r, flight);
        if (step.entered) flight.mark_lost(flight.last_segment(r.mss));
        return step;
    }
};
struct enters_again : sack_recovery {
    recovery_step on_ack(const recovery_ack_report& r, auto& flight) {
        recovery_step step = sack_recovery::on_ack(r, flight);
        if (in_recovery() && r.newly_acked > 0) step.entered = true;
        return step;
    }
};
struct never_ends : sack_recovery {
    bool has_begun = false;
    recovery_step on_ack(const recovery_ack_report& r, auto& flight) {
        const recovery_step step = sack_recovery::on_ack(r, flight);
        has_begun = has_begun || step.entered;
        return step;
    }
    bool in_recovery() const { return has_begun; }
};
/// Sees half of what is in the network.
struct knows_no_bounds : sack_recovery {
    std::uint32_t quota(quota_report r) const {
        if (in_recovery()) r.pipe /= 2;
        return sack_recovery::quota(r);
    }
    bool find_more(const quota_report&, auto&) { return false; }
};
struct repairs_one_segment : go_back_n {
    void on_timeout(const recovery_timeout_report&, auto&) {}
};

}  // namespace

// ---- congestion -----------------------------------------------------------------------------------------------------

TEST_CASE("our congestion policies keep every rule that is for them") {
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
    CHECK(report.hooks == names{"on_start", "on_ack", "on_congestion", "on_rto", "on_idle", "ssthresh", "snapshot",
                                "restore", "name", "responds_to"});
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

// ---- rtt ------------------------------------------------------------------------------------------------------------

TEST_CASE("our rtt policies keep every rule that is for them") {
    check_clean(testing::check_rtt<rfc6298>(), 0);
    check_clean(testing::check_rtt<rfc6298>({.floor = 1s}), 0);
    check_clean(testing::check_rtt<linux_like>(), 2);  // it does not follow RFC 6298
    check_clean(testing::check_rtt<fixed_rto>(), 5);   // nor does it measure
}

TEST_CASE("each planted rtt policy is found by the rule that it breaks, and by no other") {
    namespace rtt = testing::rtt_rules;
    check_found(testing::check_rtt<rfc6298>({.initial = 300ms, .after_lost_syn = 3s}), rtt::first);
    check_found(testing::check_rtt<never_backs_off>(), rtt::back_off);
    check_found(testing::check_rtt<backs_off_for_ever>(), rtt::capped);
    check_found(testing::check_rtt<rfc6298>({.cap = 30s}), rtt::capped);
    check_found(testing::check_rtt<ignores_its_floor>(), rtt::floor);
    check_found(testing::check_rtt<forgets_the_variance>(), rtt::variance);
    check_found(testing::check_rtt<stays_backed_off>(), rtt::taken);
    check_found(testing::check_rtt<swaps_the_order>(), rtt::vectors);
    check_found(testing::check_rtt<counts_in_32_bits>(), rtt::extreme);
    check_found(testing::check_rtt<rfc6298>({.after_lost_syn = 1s}), rtt::lost_syn);
}

// ---- recovery -------------------------------------------------------------------------------------------------------

TEST_CASE("our recovery policies keep every rule that is for them") {
    check_clean(testing::check_recovery<newreno_recovery>(), 0);
    check_clean(testing::check_recovery<sack_recovery>(), 0);
    check_clean(testing::check_recovery<prr_recovery>(), 0);
    check_clean(testing::check_recovery<rack_tlp>(), 0);
    check_clean(testing::check_recovery<go_back_n>(), 5);  // those about what ACKs tell
}

TEST_CASE("each planted recovery policy is found by the rule that it breaks, and by no other") {
    namespace recovery = testing::recovery_rules;
    check_found(testing::check_recovery<finds_nothing>(), recovery::finds);
    check_found(testing::check_recovery<marks_the_last_lost>(), recovery::only);
    check_found(testing::check_recovery<enters_again>(), recovery::once);
    check_found(testing::check_recovery<never_ends>(), recovery::ends);
    check_found(testing::check_recovery<knows_no_bounds>(), recovery::bounded);
    check_found(testing::check_recovery<repairs_one_segment>(), recovery::timeout);
}
