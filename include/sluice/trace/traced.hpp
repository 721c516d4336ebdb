// SPDX-License-Identifier: MIT
//
// traced<my_cc> stands in my_cc's place in a composition and tells a sink of each of its decisions; else it is my_cc:
//     trace::decision_log log;
//     sim::transfer<tcp<trace::traced<my_cc>>>(scenario, {.congestion = {.sink = &log}});
// It has the hooks that my_cc has, and no others. Who keeps what is told, and where it goes, is the sink's.
#pragma once

#include <sluice/policy/concepts.hpp>
#include <sluice/trace/decision.hpp>

namespace sluice::trace {

/// A sink has `on_decision(const decision&)`, and outlives the connections.
template <class P, class Sink = decision_log>
struct traced {
    static_assert(congestion_policy<P>, "sluice: traced: no policy of the congestion slot");

    using slot = congestion_slot;
    static constexpr std::string_view name = [] {
        if constexpr (has_name<P>) return std::string_view(P::name);
        else return std::string_view();
    }();
    static constexpr auto names = [] {
        if constexpr (requires { P::names; }) return P::names;
        else if constexpr (has_name<P>) return std::array<std::string_view, 1>{P::name};
        else return std::array<std::string_view, 0>{};
    }();
    static constexpr congestion_signals responds_to = signals_of<P>();

    [[no_unique_address]] P policy{};
    Sink* sink = nullptr;  // nobody listens

    std::uint64_t connection_ = 0;

    template <class Hook>
    static constexpr bool lacks = hook::absent<P, Hook>;

    constexpr std::uint32_t window() const { return policy.window(); }

    // clang-format off
    constexpr std::uint32_t ssthresh() const         requires(!lacks<hook::ssthresh>) { return policy.ssthresh(); }
    constexpr congestion_snapshot snapshot() const   requires(!lacks<hook::snapshot>) { return policy.snapshot(); }
    constexpr std::uint64_t pacing_rate() const      requires(!lacks<hook::pacing_rate>)  { return policy.pacing_rate(); }
    constexpr std::uint32_t pacing_burst() const     requires(!lacks<hook::pacing_burst>) { return policy.pacing_burst(); }
    constexpr std::string_view selected() const      requires(!lacks<hook::select>)   { return policy.selected(); }

    constexpr void on_start(const start_report& r)           requires(!lacks<hook::on_start>)      { connection_ = r.random;
                                                                                                     tell({.at = r.now, .what = told::start}, [&] { policy.on_start(r); }); }
    constexpr void on_ack(const ack_report& r)               requires(!lacks<hook::on_ack>)        { tell(heard(r), [&] { policy.on_ack(r); }); }
    constexpr void on_congestion(const congestion_report& r) requires(!lacks<hook::on_congestion>) { tell({.at = r.now, .what = told::congestion, .in_flight = r.pipe, .in_recovery = true}, [&] { policy.on_congestion(r); }); }
    constexpr void on_rto(const rto_report& r)               requires(!lacks<hook::on_rto>)        { tell({.at = r.now, .what = told::timeout, .in_flight = r.flight}, [&] { policy.on_rto(r); }); }
    constexpr void on_undo(const undo_report& r)             requires(!lacks<hook::on_undo>)       { tell({.at = r.now, .what = told::undo, .in_flight = r.flight, .newly_acked = r.newly_acked}, [&] { policy.on_undo(r); }); }
    constexpr void on_ecn(const ecn_report& r)               requires(!lacks<hook::on_ecn>)        { tell({.at = r.now, .what = told::marks, .in_flight = r.pipe}, [&] { policy.on_ecn(r); }); }
    constexpr void on_idle(const idle_report& r)             requires(!lacks<hook::on_idle>)       { tell({.at = r.now, .what = told::idle}, [&] { policy.on_idle(r); }); }
    constexpr void on_mss(std::uint32_t mss)                 requires(!lacks<hook::on_mss>)        { policy.on_mss(mss); }
    constexpr void restore(const congestion_snapshot& s)     requires(!lacks<hook::restore>)       { tell(heard(s, told::restored), [&] { policy.restore(s); }); }
    // clang-format on
    constexpr bool select(std::string_view wanted, const congestion_snapshot& s)
        requires(!lacks<hook::select>)
    {
        bool is_there = false;
        tell(heard(s, told::selected), [&] { is_there = policy.select(wanted, s); });
        return is_there;
    }

private:
    constexpr void tell(decision d, auto&& call) {
        if (sink == nullptr) return call();
        d.connection = connection_;
        d.window_before = policy.window();
        d.ssthresh_before = own_ssthresh();
        call();
        d.window = policy.window();
        d.ssthresh = own_ssthresh();
        sink->on_decision(d);
    }

    constexpr std::optional<std::uint32_t> own_ssthresh() const {
        if constexpr (!lacks<hook::ssthresh>) return policy.ssthresh();
        else return {};
    }

    static constexpr decision heard(const ack_report& r) {
        return {.at = r.now,
                .what = told::ack,
                .in_flight = r.pipe,
                .newly_acked = r.newly_acked,
                .newly_lost = r.newly_lost,
                .in_recovery = r.in_recovery,
                .app_limited = r.app_limited,
                .rtt = r.rtt,
                .min_rtt = r.min_rtt,
                .srtt = r.srtt};
    }
    static constexpr decision heard(const congestion_snapshot& s, told what) {
        return {.at = s.now, .what = what, .in_recovery = s.in_recovery, .min_rtt = s.min_rtt, .srtt = s.srtt};
    }
};

}  // namespace sluice::trace
