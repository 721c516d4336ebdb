// SPDX-License-Identifier: MIT
//
// Does an rtt policy keep the rules of its slot (policy/concepts.hpp), and those of RFC 6298 and RFC 8961 that keep a
// path from being flooded by what need not be sent again? Driven by hand. A policy with settings called `floor` and
// `cap` is held to them; one that says that it follows RFC 6298, to the formulas of its section 2.
#pragma once

#include <array>
#include <tuple>

#include <sluice/policy/concepts.hpp>
#include <sluice/testing/conformance/report.hpp>
#include <sluice/testing/conformance/trap.hpp>

namespace sluice::testing {

namespace rtt_rules {

// clang-format off
inline constexpr std::string_view
    first     = "begins with a second or more",                              // RFC 6298 section 2.1, RFC 8961
    floor     = "no sample brings the RTO below its floor",                  // section 2.4
    back_off  = "each timeout doubles the RTO, up to the cap",               // section 5.5, RFC 8961
    capped    = "the back-off ends, at no less than a minute",               // section 2.5
    kept      = "the back-off stays until a sample comes",                   // Karn; section 5
    taken     = "a sample takes the back-off back",                          // section 5.7, RFC 8961
    above     = "a steady round trip stays below the RTO",                   // RFC 8961
    variance  = "round trips that vary stay below the RTO",                  // section 2.3
    falls     = "shorter round trips bring the RTO down",                    // section 2.3
    extreme   = "no overflow at extreme samples",
    lost_syn  = "three seconds behind a SYN that timed out",                 // section 5.7
    vectors   = "SRTT and RTTVAR by the formulas of RFC 6298",               // sections 2.2 and 2.3
    same      = "the same samples make the same RTO";
// clang-format on

}  // namespace rtt_rules

namespace detail {

inline std::int64_t milliseconds_of(duration d) { return d / 1ms; }

template <class P>
duration floor_of(const P& policy) {
    if constexpr (requires { { policy.floor } -> std::convertible_to<duration>; }) return policy.floor;
    else return 1ms;  // or it would expire in the instant in which it is set
}
/// What is no shorter than any RTO here.
template <class P>
duration cap_of(const P& policy) {
    if constexpr (requires { { policy.cap } -> std::convertible_to<duration>; }) return policy.cap;
    else return 1h;
}

template <class P>
void sample(P& policy, duration round_trip, int times = 1, std::uint32_t expected = 1) {
    if constexpr (requires { policy.on_sample(round_trip, expected); })
        for (; times > 0; --times) policy.on_sample(round_trip, expected);
}
template <class P>
void time_out(P& policy, int times = 1) {
    if constexpr (requires { policy.on_timeout(); })
        for (; times > 0; --times) policy.on_timeout();
}

template <class P>
void keeps_floor(finding& f, P policy) {
    const duration floor = floor_of(policy);
    for (const duration d : {duration(0ns), duration(1ns), duration(1us), duration(10ms)}) {
        sample(policy, d, 300);
        f.expect(policy.rto() >= floor, "nanoseconds", policy.rto().count(), floor.count());
    }
}

template <class P>
void doubles(finding& f, P policy) {
    for (const bool is_sampled : {false, true}) {
        if (is_sampled) sample(policy, 100ms, 50);
        for (int i = 0; i < 12; ++i) {
            const duration before = policy.rto();
            time_out(policy);
            const bool is_at_cap = policy.rto() == before && before >= 60s;
            f.expect(policy.rto() >= std::min(2 * before, cap_of(policy)) || is_at_cap, "milliseconds",
                     milliseconds_of(policy.rto()), milliseconds_of(2 * before));
        }
    }
}
template <class P>
void ends_at_cap(finding& f, P policy) {
    const duration before = policy.rto(), cap = std::max(cap_of(policy), floor_of(policy));
    time_out(policy, 200);
    f.expect(policy.rto() >= 60s || policy.rto() == before, "milliseconds after 200 timeouts",
             milliseconds_of(policy.rto()), 60'000);
    f.expect(policy.rto() <= cap, "milliseconds after 200 timeouts", milliseconds_of(policy.rto()),
             milliseconds_of(cap));
}

template <class P>
void keeps_back_off(finding& f, P policy) {
    sample(policy, 100ms, 50);
    time_out(policy, 3);
    const duration before = policy.rto();
    if constexpr (requires { policy.on_established(false); }) policy.on_established(false);
    for (int i = 0; i < 100; ++i) f.expect(policy.rto() == before, "it changes though nothing has come");
}
template <class P>
void takes_back(finding& f, P policy) {
    sample(policy, 100ms, 50);
    const duration before = policy.rto();
    time_out(policy, 5);
    const duration backed_off = policy.rto();
    sample(policy, 100ms);
    f.expect(policy.rto() <= 2 * before && policy.rto() <= backed_off, "milliseconds",
             milliseconds_of(policy.rto()), milliseconds_of(before));
}

template <class P>
void stays_above(finding& f, const P& policy) {
    for (const duration d : {duration(1ms), duration(150ms), duration(2s), duration(20s)}) {
        P one = policy;
        sample(one, d, 300);
        f.expect(one.rto() > d, "milliseconds", milliseconds_of(one.rto()), milliseconds_of(d));
    }
}
template <class P>
void covers_variance(finding& f, P policy) {
    for (int i = 0; i < 100; ++i) sample(policy, 1s), sample(policy, 3s);
    f.expect(policy.rto() > 3s, "milliseconds", milliseconds_of(policy.rto()), 3000);
}
template <class P>
void comes_down(finding& f, P policy) {
    sample(policy, 10s, 100);
    const duration before = policy.rto();
    sample(policy, 1s, 300);
    f.expect(policy.rto() < before && policy.rto() <= 3s, "milliseconds", milliseconds_of(policy.rto()), 3000);
}

template <class P>
void survives_extremes(finding& f, const P& policy) {
    constexpr std::array extremes{duration(0ns), duration(1ns), duration(24h), duration::max() / 16};
    constexpr std::array<std::uint32_t, 4> expected{1, 2, 1'000'000, ~std::uint32_t{0}};
    constexpr bool measures = !hook::absent<P, hook::srtt>;
    P one = policy;
    const bool is_whole = runs_without_trap([&] {
        for (int round = 0; round < 3; ++round)
            for (const duration d : extremes)
                for (const std::uint32_t n : expected) {
                    sample(one, d, 20, n);
                    // What is measured counts, however long it is.
                    const duration least =
                        measures && n == 1 ? std::max<duration>(1ms, std::min(d / 2, cap_of(policy))) : duration(1ms);
                    f.expect(one.rto() >= least, "nanoseconds", one.rto().count(), least.count());
                    time_out(one, 70);
                    f.expect(one.rto() >= 1ms, "nanoseconds backed off", one.rto().count(), 1'000'000);
                }
    });
    f.expect(is_whole, "it divides by zero");
}

/// With G as far as the policy has it, and its floor and cap.
template <class P>
void agrees_with_rfc(finding& f, P policy) {
    duration srtt{}, rttvar{}, granularity{};
    if constexpr (requires { policy.granularity; }) granularity = policy.granularity;
    bool is_first = true;
    for (const int milliseconds : {100, 200, 150, 150, 90, 1000, 80}) {
        const duration r = std::chrono::milliseconds(milliseconds);
        rttvar = is_first ? r / 2 : 3 * rttvar / 4 + std::chrono::abs(srtt - r) / 4;
        srtt = is_first ? r : 7 * srtt / 8 + r / 8;
        is_first = false;
        sample(policy, r);
        const duration rto = std::max(floor_of(policy),
                                      std::min(cap_of(policy), srtt + std::max(granularity, 4 * rttvar)));
        const auto is_near = [&](duration a, duration b) { return std::chrono::abs(a - b) <= 100ns; };  // of rounding
        f.expect(is_near(policy.rto(), rto), "nanoseconds of RTO", policy.rto().count(), rto.count());
        if constexpr (requires { policy.srtt(); })
            f.expect(is_near(*policy.srtt(), srtt), "nanoseconds of SRTT", policy.srtt()->count(), srtt.count());
        if constexpr (requires { policy.rttvar(); })
            f.expect(is_near(*policy.rttvar(), rttvar), "nanoseconds of RTTVAR", policy.rttvar()->count(),
                     rttvar.count());
    }
}

template <class P>
std::vector<duration> rtos_of(P policy, int copied = -1) {
    std::vector<duration> out;
    for (int i = 0; i < 200; ++i) {
        if (i == copied) {
            P other = policy;
            time_out(policy, 3);
            policy = other;
        }
        if (i % 23 == 22) time_out(policy);
        else sample(policy, 10ms + (i * 7919 % 100) * 1ms, 1, 1u + static_cast<std::uint32_t>(i) % 5);
        out.push_back(policy.rto());
    }
    return out;
}

}  // namespace detail

/// With the settings of `policy`.
template <class P>
conformance_report check_rtt(const P& policy = {}) {
    static_assert(rtt_policy<P>, "sluice: check_rtt: no policy of the rtt slot");
    namespace rules = rtt_rules;
    rule_book book(rtt_slot::name);
    // clang-format off
    book.note_hook(!hook::absent<P, hook::on_sample>,      "on_sample");
    book.note_hook(!hook::absent<P, hook::on_timeout>,     "on_timeout");
    book.note_hook(!hook::absent<P, hook::on_established>, "on_established");
    book.note_hook(!hook::absent<P, hook::srtt>,           "srtt");
    book.note_hook(!hook::absent<P, hook::rttvar>,         "rttvar");
    const std::string_view unless_sampled  = hook::absent<P, hook::on_sample> ? "it has no on_sample" : "",
                           unless_measured = hook::absent<P, hook::srtt> ? "it has no srtt: it measures nothing" : "",
                           unless_declared = requires { requires P::follows_rfc6298; } ? "" : "it does not say that it follows RFC 6298";
    const auto try_rule = [&](std::string_view name, std::string_view reason_to_skip, auto check) {
        book.rule(name, reason_to_skip, [&](finding& f) { check(f, policy); });
    };
    book.rule(rules::first, "", [&](finding& f) {
        f.expect(policy.rto() >= 1s, "milliseconds", detail::milliseconds_of(policy.rto()), 1000);
    });
    try_rule(rules::floor,    unless_sampled,  detail::keeps_floor<P>);
    try_rule(rules::back_off, "",              detail::doubles<P>);
    try_rule(rules::capped,   "",              detail::ends_at_cap<P>);
    try_rule(rules::kept,     "",              detail::keeps_back_off<P>);
    try_rule(rules::taken,    unless_sampled,  detail::takes_back<P>);
    try_rule(rules::above,    unless_measured, detail::stays_above<P>);
    try_rule(rules::variance, unless_measured, detail::covers_variance<P>);
    try_rule(rules::falls,    unless_measured, detail::comes_down<P>);
    try_rule(rules::extreme,  unless_sampled,  detail::survives_extremes<P>);
    book.rule(rules::lost_syn, unless_declared, [&](finding& f) {
        P one = policy;
        if constexpr (requires { one.on_established(true); }) one.on_established(true);
        f.expect(one.rto() >= 3s, "milliseconds", detail::milliseconds_of(one.rto()), 3000);
    });
    try_rule(rules::vectors,  unless_declared, detail::agrees_with_rfc<P>);
    book.rule(rules::same, "", [&](finding& f) {
        const auto once = detail::rtos_of(policy);
        f.expect(once == detail::rtos_of(policy), "another time they are others");
        f.expect(once == detail::rtos_of(policy, 100), "a copy goes on otherwise");
    });
    // clang-format on
    return std::move(book).report();
}

}  // namespace sluice::testing
