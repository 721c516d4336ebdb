// SPDX-License-Identifier: MIT
// testing/conformance/rtt.hpp: our policies keep each rule that is for them; each rule finds the planted policy
// that breaks it, by its name, and blames it for nothing else. The planted ones are the controls of the kit.
#include "found.hpp"

#include <sluice/policy/rtt/fixed_rto.hpp>
#include <sluice/policy/rtt/linux_like.hpp>
#include <sluice/policy/rtt/rfc6298.hpp>
#include <sluice/testing/conformance/rtt.hpp>

using namespace sluice;
using conformance::check_clean;
using conformance::check_found;
namespace rtt = testing::rtt_rules;

namespace {

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
        if (before.sampled())
            smoothed_.rttvar = before.rttvar + (std::chrono::abs(smoothed_.srtt - r) - before.rttvar) / 4;
        rto_ = std::max(floor, std::min(cap, smoothed_.srtt + std::max(granularity, 4 * smoothed_.rttvar)));
    }
};
/// Once segments have been timed the handshake tells nothing of the path: no reason to forget that they were lost.
struct forgets_when_established : linux_like {
    constexpr void on_established(bool syn_timed_out) {
        linux_like::on_established(syn_timed_out);
        if (smoothed_.sampled()) rto_ = std::min(smoothed_.srtt + std::max(4 * smoothed_.rttvar, floor), cap);
    }
};
/// Whole milliseconds, and no granularity (G) besides RTTVAR, which comes to nothing on a steady path.
struct rounds_down : linux_like {
    constexpr void on_sample(duration r, std::uint32_t n = 1) {
        smoothed_.add(r, n);
        rto_ = std::clamp<duration>((smoothed_.srtt + 4 * smoothed_.rttvar) / 1ms * 1ms, floor, cap);
    }
};
/// The longest that samples have asked for.
struct never_comes_down : linux_like {
    duration longest{};
    constexpr void on_sample(duration r, std::uint32_t n = 1) {
        linux_like::on_sample(r, n);
        rto_ = longest = std::max(longest, rto_);
    }
};
/// All connections of a program spread their timers by one counter.
struct draws_from_a_static : linux_like {
    static inline int drawn = 0;
    void on_sample(duration r, std::uint32_t n = 1) {
        linux_like::on_sample(r, n);
        rto_ = std::min(cap, rto_ + drawn++ % 7 * 1us);
    }
};
/// A connection that is moved to another place begins anew.
struct forgets_when_copied : linux_like {
    forgets_when_copied() = default;
    forgets_when_copied(const forgets_when_copied& other) : linux_like(other) { smoothed_ = {}; }
    forgets_when_copied& operator=(const forgets_when_copied&) = default;
};
/// In 32 bits of microseconds, which are 35 minutes.
struct counts_in_32_bits : linux_like {
    constexpr void on_sample(duration r, std::uint32_t n = 1) {
        linux_like::on_sample(r, n);
        rto_ = std::chrono::microseconds(static_cast<std::int32_t>((smoothed_.srtt + 4 * smoothed_.rttvar) / 1us));
        if (r <= 1h) linux_like::on_sample(r, n);
    }
    constexpr void on_timeout() {
        if (rto() > duration::zero()) linux_like::on_timeout();
    }
};

}  // namespace

TEST_CASE("our rtt policies keep every rule that is for them") {
    check_clean(testing::check_rtt<rfc6298>(), 0);
    check_clean(testing::check_rtt<rfc6298>({.floor = 1s}), 0);
    check_clean(testing::check_rtt<linux_like>(), 2);  // it does not follow RFC 6298
    check_clean(testing::check_rtt<fixed_rto>(), 5);   // nor does it measure
}

TEST_CASE("each planted rtt policy is found by the rule that it breaks, and by no other") {
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
    check_found(testing::check_rtt<forgets_when_established>(), rtt::kept);
    check_found(testing::check_rtt<rounds_down>(), rtt::above);
    check_found(testing::check_rtt<never_comes_down>(), rtt::falls);
    check_found(testing::check_rtt<draws_from_a_static>(), rtt::same);
    check_found(testing::check_rtt<forgets_when_copied>(), rtt::same);
}
