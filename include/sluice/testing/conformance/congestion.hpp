// SPDX-License-Identifier: MIT
//
// Does a congestion policy keep the rules of its slot (policy/concepts.hpp) and those of RFC 5681 that others on the
// path rely on? By hand, round trip by round trip, and once in a simulated network. A policy is judged by what it says
// it responds to; it may state another least window than RFC 5681's two segments: `static constexpr std::uint32_t
// least_window`, in segments.
#pragma once

#include <array>

#include <sluice/testing/conformance/bursty_path.hpp>
#include <sluice/testing/conformance/path_by_hand.hpp>
#include <sluice/testing/conformance/report.hpp>
#include <sluice/testing/conformance/trap.hpp>

namespace sluice::testing {

namespace congestion_rules {

// clang-format off
inline constexpr std::string_view
    begins           = "begins with one to ten segments",                            // RFC 6928
    least            = "the window never falls below its least",                     // RFC 5681 section 3.1
    application      = "no growth while the application is what limits",             // RFC 9438 section 4.2, RFC 7661
    growth           = "no ACK lets the window grow by more than it acknowledges",   // RFC 5681 section 3.1, RFC 3465
    loss             = "gives way to a loss",                                        // RFC 5681 section 3.1
    once             = "one reduction an episode",                                   // RFC 5681 section 4.3, RFC 6582
    not_inflated     = "the window is not inflated in an episode",                   // policy/concepts.hpp
    timeout          = "gives way to a timeout",                                     // RFC 5681 section 3.1
    timeout_again    = "a second timeout for the same octet leaves ssthresh",        // RFC 5681 section 3.1
    pause            = "a pause lets nothing grow",                                  // RFC 5681 section 4.1
    delay            = "gives way to a queue",
    goes_on          = "goes on from a snapshot with the window that it finds",
    fast             = "no overflow at 400 Gbit/s over a second",
    slow             = "no overflow at 1 kbit/s",
    no_round_trip    = "a round trip of nothing is no divisor",
    same_again       = "the same ACKs make the same windows",
    comes_back       = "comes back from 30 % loss for 2 s";
// clang-format on

}  // namespace congestion_rules

namespace detail {

template <class P>
constexpr std::uint32_t least_window() {
    if constexpr (requires { P::least_window; }) return P::least_window;
    else return 2;
}
template <class P>
constexpr std::uint32_t window_after_timeout() {
    if constexpr (requires { P::least_window; }) return std::max<std::uint32_t>(P::least_window, 1);
    else return 1;
}

/// Past slow start and its first loss, on a path with room for a hundred segments and a queue.
template <class P>
path_by_hand<P> settled(const P& policy, std::uint32_t mss = 1460) {
    path_by_hand<P> path(policy, mss, 40ms, 100 * mss);
    for (int i = 0; i < 12 && path.segments() < 200; ++i) path.round_trip();
    path.lose();
    path.round_trip({.in_recovery = true});
    path.round_trips(10);
    return path;
}

template <class P>
void keeps_least_window(finding& f, const P& policy) {
    constexpr std::uint32_t least = least_window<P>();
    for (const std::uint32_t mss : {88u, 536u, 1460u, 8960u}) {
        path_by_hand<P> path(policy, mss, 40ms);
        for (int i = 0; i < 40; ++i) {
            path.lose();
            f.expect(path.window() >= least * mss, "octets behind a loss", path.window(), least * mss);
            path.round_trip({.in_recovery = true});
            if (i % 4 == 3) {
                path.time_out();
                f.expect(path.window() >= mss, "octets behind a timeout", path.window(), mss);
                path.time_out(false);
                path.round_trip({.after_timeout = true});
            }
        }
    }
}

template <class P>
void waits_for_the_application(finding& f, const P& policy) {
    for (const bool is_settled : {false, true}) {
        path_by_hand<P> path = is_settled ? settled(policy) : path_by_hand<P>(policy, 1460, 40ms);
        const std::uint32_t before = path.window();
        path.round_trips(50, {.cwnd_limited = false, .app_limited = true});
        f.expect(path.window() <= before, "octets after 50 round trips with a segment each", path.window(), before);
    }
}

/// Two segments are passed over: what was counted before may be due with any ACK.
template <class P>
void grows_by_what_arrived(finding& f, const P& policy) {
    for (const std::uint32_t acks : {1u, 7u, 1000u}) {
        path_by_hand<P> path(policy, 1460, 40ms);
        path.round_trips(8, {.most_acks = acks});
        path.lose();
        path.round_trips(20, {.most_acks = acks});
        path.time_out();
        path.round_trips(20, {.most_acks = acks});
        f.expect(path.fastest_growth() <= 2 * path.mss(), "octets beyond what an ACK acknowledged",
                 path.fastest_growth(), 2 * path.mss());
    }
}

template <class P>
void gives_way_to_loss(finding& f, const P& policy) {
    auto path = settled(policy);
    path.round_trips(60);
    const std::uint32_t before = path.window();
    path.lose();
    f.expect(path.window() < before, "octets behind a loss", path.window(), before);
}

/// Each ACK of the episode tells of a loss more.
template <class P>
void reduces_once(finding& f, const P& policy) {
    auto path = settled(policy);
    path.round_trips(60);
    path.lose();
    const std::uint32_t target = path.window();
    path.round_trips(3, {.in_recovery = true, .newly_lost = 1460});
    f.expect(path.window() >= target, "octets at the end of an episode", path.window(), target);
}
template <class P>
void is_not_inflated(finding& f, const P& policy) {
    auto path = settled(policy);
    path.lose();
    const std::uint32_t target = path.window();
    path.round_trips(3, {.in_recovery = true});
    f.expect(path.window() <= target, "octets at the end of an episode", path.window(), target);
}

template <class P>
void gives_way_to_timeout(finding& f, const P& policy) {
    constexpr std::uint32_t most = window_after_timeout<P>();
    auto path = settled(policy);
    path.time_out();
    f.expect(path.segments() <= most, "segments behind a timeout", path.segments(), most);
    path.time_out(false);
    f.expect(path.segments() <= most, "segments behind two", path.segments(), most);
}
template <class P>
void keeps_ssthresh(finding& f, const P& policy) {
    auto path = settled(policy);
    path.time_out();
    const auto before = std::uint32_t{path.policy().ssthresh()};
    for (int i = 0; i < 5; ++i) path.time_out(false);
    f.expect(path.policy().ssthresh() == before, "ssthresh", std::uint32_t{path.policy().ssthresh()}, before);
}

/// Nothing is lost, and the queue holds whatever comes: two hundred round trips of it.
template <class P>
void gives_way_to_queue(finding& f, const P& policy) {
    path_by_hand<P> path(policy, 1460, 40ms, 100 * 1460);
    path.round_trips(200);
    f.expect(path.segments() < 200, "segments where 100 fill the path", path.segments(), 200);
}

template <class P>
void goes_on_from_snapshot(finding& f, const P& policy) {
    for (const std::uint32_t segments : {1u, 2u, 50u, 700'000u}) {
        path_by_hand<P> path(policy, 1460, 40ms);
        congestion_snapshot s{.now = instant(9s), .window = segments * 1460, .ssthresh = segments * 1460, .mss = 1460};
        path.policy().restore(s);
        f.expect(path.window() == s.window, "octets", path.window(), s.window);
        if constexpr (requires { path.policy().snapshot(); })
            f.expect(path.policy().snapshot().window == s.window, "and out again", path.policy().snapshot().window,
                     s.window);
    }
}

/// Of what is in flight, in thousandths: what a loss leaves.
template <class P>
std::uint64_t share_left(path_by_hand<P>& path) {
    const std::uint64_t before = std::max(path.window(), 1u);
    path.lose();
    return path.window() * std::uint64_t{1000} / before;
}

template <class P>
void holds_at_high_speed(finding& f, const P& policy) {
    path_by_hand<P> small(policy, 8960, 1s), large(policy, 8960, 1s);
    small.round_trips(4);
    large.round_trips(300);
    f.expect(!large.has_shrunk(), "the window falls though nothing is lost");
    f.expect(!large.has_jumped(), "the window jumps");
    if constexpr (!signals_of<P>().has(congestion_signal::loss)) return;
    const std::uint64_t usual = share_left(small), left = share_left(large);
    f.expect(2 * left >= usual && left <= 1000, "thousandths that a loss leaves", left, usual);
    large.round_trips(300);
    large.time_out();
    large.round_trips(60, {.after_timeout = true});
    f.expect(large.window() >= large.mss(), "octets behind a timeout", large.window(), large.mss());
}

template <class P>
void holds_at_low_speed(finding& f, const P& policy) {
    path_by_hand<P> path(policy, 1460, 11'680ms, 1460);
    for (int i = 0; i < 100; ++i) {
        path.round_trips(6);
        f.expect(!path.has_jumped(), "the window jumps");
        if (!signals_of<P>().has(congestion_signal::loss)) continue;
        const std::uint32_t before = path.window();
        if (i % 5 == 4) path.time_out();
        else path.lose();
        f.expect(path.window() <= std::max(before, least_window<P>() * path.mss()), "octets behind a loss",
                 path.window(), before);
    }
}

template <class P>
void holds_without_round_trip(finding& f, const P& policy) {
    bool has_jumped = false;
    const bool is_whole = runs_without_trap([&] {
        path_by_hand<P> path(policy, 1460, 0ns);
        path.round_trips(6);
        path.lose();
        path.round_trips(6);
        path.time_out();
        path.round_trips(6);
        path.rest(0ns);
        has_jumped = path.has_jumped();
    });
    f.expect(is_whole, "it divides by zero");
    f.expect(!has_jumped, "the window jumps");
}

/// A history with a bit of everything, as the windows that it makes. From `copied` on a copy goes on in its place.
template <class P>
std::vector<std::uint32_t> windows_of(const P& policy, int copied = -1) {
    auto path = settled(policy);
    std::vector<std::uint32_t> out;
    for (int i = 0; i < 120; ++i) {
        if (i == copied) {
            auto other = path;
            path.lose(), path.time_out();
            path = other;
        }
        path.round_trip({.cwnd_limited = i % 11 != 0, .app_limited = i % 11 == 0});
        if (i % 17 == 0) path.lose();
        if (i % 41 == 0) path.time_out();
        if (i % 53 == 0) path.rest(2s);
        out.push_back(path.window());
    }
    return out;
}
template <class P>
void repeats_itself(finding& f, const P& policy) {
    const auto first = windows_of(policy);
    f.expect(first == windows_of(policy), "another time they are others");
    f.expect(first == windows_of(policy, 60), "a copy goes on otherwise");
}

template <class P>
void returns(finding& f, const P& policy) {
    const comeback seen = after_losses<P>(bursty_path{}, [&](auto& settings) { settings.congestion = policy; });
    f.expect(seen.losses > 0, "nothing was lost: it hardly sends");
    f.expect(seen.longest_silence <= 4s, "milliseconds of silence", seen.longest_silence / 1ms, 4000);
    f.expect(seen.next_ack != never, "no ACK comes any more");
    f.expect(seen.window >= 10, "segments within 20 round trips of the next ACK", seen.window, 10);
}

template <class P>
void note_hooks(rule_book& book) {
    // clang-format off
    book.note_hook(!hook::absent<P, hook::on_start>,      "on_start");
    book.note_hook(!hook::absent<P, hook::on_ack>,        "on_ack");
    book.note_hook(!hook::absent<P, hook::on_congestion>, "on_congestion");
    book.note_hook(!hook::absent<P, hook::on_rto>,        "on_rto");
    book.note_hook(!hook::absent<P, hook::on_undo>,       "on_undo");
    book.note_hook(!hook::absent<P, hook::on_ecn>,        "on_ecn");
    book.note_hook(!hook::absent<P, hook::on_idle>,       "on_idle");
    book.note_hook(!hook::absent<P, hook::on_mss>,        "on_mss");
    book.note_hook(!hook::absent<P, hook::ssthresh>,      "ssthresh");
    book.note_hook(!hook::absent<P, hook::pacing_rate>,   "pacing_rate");
    book.note_hook(!hook::absent<P, hook::pacing_burst>,  "pacing_burst");
    book.note_hook(!hook::absent<P, hook::snapshot>,      "snapshot");
    book.note_hook(!hook::absent<P, hook::restore>,       "restore");
    book.note_hook(!hook::absent<P, hook::select>,        "select");
    book.note_hook(!hook::absent<P, hook::name>,          "name");
    book.note_hook(!hook::absent<P, hook::responds_to>,   "responds_to");
    // clang-format on
}

}  // namespace detail

/// With the settings of `policy`.
template <class P>
conformance_report check_congestion(const P& policy = {}) {
    static_assert(congestion_policy<P>, "sluice: check_congestion: no policy of the congestion slot");
    namespace rules = congestion_rules;
    rule_book book(congestion_slot::name);
    detail::note_hooks<P>(book);
    constexpr congestion_signals signals = signals_of<P>();
    const std::string_view unless_any = signals.empty() ? "it responds to nothing" : "",
                           unless_loss = signals.has(congestion_signal::loss) ? "" : "it does not respond to loss",
                           unless_delay = signals.has(congestion_signal::delay) ? "" : "it does not respond to delay";
    const auto try_rule = [&](std::string_view name, std::string_view reason_to_skip, auto check) {
        book.rule(name, reason_to_skip, [&](finding& f) { check(f, policy); });
    };
    // clang-format off
    book.rule(rules::begins, unless_any, [&](finding& f) {
        const path_by_hand<P> path(policy, 1460, 40ms);
        f.expect(path.segments() >= 1 && path.segments() <= 10, "segments", path.segments(), 10);
    });
    try_rule(rules::least,         unless_any,   detail::keeps_least_window<P>);
    try_rule(rules::application,   unless_any,   detail::waits_for_the_application<P>);
    try_rule(rules::growth,        "",           detail::grows_by_what_arrived<P>);
    try_rule(rules::loss,          unless_loss,  detail::gives_way_to_loss<P>);
    try_rule(rules::once,          unless_loss,  detail::reduces_once<P>);
    try_rule(rules::not_inflated,  unless_loss,  detail::is_not_inflated<P>);
    try_rule(rules::timeout,       unless_any,   detail::gives_way_to_timeout<P>);
    if constexpr (hook::absent<P, hook::ssthresh>)
        book.rule(rules::timeout_again, "it has no ssthresh", [](finding&) {});
    else
        try_rule(rules::timeout_again, unless_any, detail::keeps_ssthresh<P>);
    book.rule(rules::pause, hook::absent<P, hook::on_idle> ? "it has no on_idle" : "", [&](finding& f) {
        auto path = detail::settled(policy);
        const std::uint32_t before = path.window();
        path.rest(2s);
        f.expect(path.window() <= before, "octets behind a pause", path.window(), before);
    });
    try_rule(rules::delay,         unless_delay, detail::gives_way_to_queue<P>);
    if constexpr (hook::absent<P, hook::restore>)
        book.rule(rules::goes_on, "it has no restore", [](finding&) {});
    else
        try_rule(rules::goes_on, "", detail::goes_on_from_snapshot<P>);
    try_rule(rules::fast,          "",           detail::holds_at_high_speed<P>);
    try_rule(rules::slow,          "",           detail::holds_at_low_speed<P>);
    try_rule(rules::no_round_trip, "",           detail::holds_without_round_trip<P>);
    try_rule(rules::same_again,    "",           detail::repeats_itself<P>);
    try_rule(rules::comes_back,    unless_any,   detail::returns<P>);
    // clang-format on
    for (const auto& [signal, rule] : {std::pair{congestion_signal::ecn, "gives way to a mark of ECN"},
                                       std::pair{congestion_signal::model, "keeps to its model of the path"}})
        if (signals.has(signal)) book.rule(rule, "the kit has no rule for it", [](finding&) {});
    return std::move(book).report();
}

}  // namespace sluice::testing
