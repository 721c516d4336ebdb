// SPDX-License-Identifier: MIT
//
// Does a recovery policy find what is lost, all of it and nothing else, and does it send no faster than the network
// empties? Each rule is a transfer in virtual time whose losses are chosen, with SACK and without, and each event is
// audited. What a policy finds by ACKs is asked only of one that has `in_recovery`; all have to get through.
#pragma once

#include <utility>

#include <sluice/policy/ack/every_segment.hpp>
#include <sluice/policy/buffers/growable_buffers.hpp>
#include <sluice/sim/world.hpp>
#include <sluice/testing/audit.hpp>
#include <sluice/testing/conformance/report.hpp>

namespace sluice::testing {

namespace recovery_rules {

// clang-format off
inline constexpr std::string_view
    clean    = "nothing is sent again where nothing is lost",
    finds    = "what is missing is found by ACKs, and sent again",       // RFC 5681 section 3.2
    only     = "what arrived is not sent again",                        // RFC 6582, RFC 6675: NextSeg
    once     = "losses of one flight are one episode",                  // RFC 5681 section 4.3
    ends     = "an episode ends, and the next loss begins another",     // RFC 6582 section 3.2
    bounded  = "no more is in the network than the window, or than was before",  // RFC 6675 SetPipe, RFC 9937
    timeout  = "a timeout repairs whatever is missing",                 // RFC 6298 section 5
    completes = "a transfer through many losses completes",
    same     = "the same losses make the same packets";
// clang-format on

}  // namespace recovery_rules

namespace detail {

/// What a transfer was like.
struct repaired {
    bool complete = false;
    const char* broken = nullptr;   // the first rule of the audit
    std::uint64_t retransmitted = 0, recoveries = 0, timeouts = 0;
    std::uint64_t dropped = 0;
    bool is_over = true;            // no episode at the end
    std::uint32_t most_beyond = 0;  // octets in the network beyond what may be there in an episode
    std::vector<std::pair<instant, std::uint64_t>> packets{};  // when each was delivered, and its length
};

/// Octets of text that are on their way from the client, as only the network knows.
struct truth_watch {
    repaired& of;
    std::uint32_t on_the_way = 0;

    void on_packet(const sim::packet_report& r) {
        if (r.what == sim::packet_event::delivered) of.packets.push_back({r.now, r.packet.data.size()});
        if (r.from != 0) return;
        if (r.what == sim::packet_event::sent) on_the_way += r.packet.text_length;
        else on_the_way -= r.packet.text_length;
        if (r.what == sim::packet_event::dropped) ++of.dropped;
    }
};

struct course {
    std::vector<std::uint64_t> drop{};  // the client's n-th packets with text
    std::uint64_t segments = 400;
    sim::probability loss{};
    duration delay = 20ms;
    std::uint32_t window = 40;  // segments
    bool halves = false;        // the window, at each episode
    bool sack = true;
};

/// Of RFC 5681's halving, with nothing else: what is asked of recovery is asked at a window that is known.
struct halving_window {
    using slot = congestion_slot;
    std::uint32_t octets = 40 * 1460;
    bool halves = true;
    constexpr std::uint32_t window() const { return octets; }
    constexpr void on_congestion(const congestion_report&) {
        if (halves) octets = std::max(octets / 2, 4 * 1460u);
    }
};

template <class P>
repaired repair(const P& policy, const course& c) {
    using tcp_type = tcp<gate_audit, halving_window, P, every_segment>;
    typename tcp_type::settings settings;
    settings.congestion = {.octets = c.window * 1460, .halves = c.halves};
    settings.recovery = policy;
    settings.limits.sack = c.sack;
    settings.limits.timestamps = false;  // a segment is 1460 octets
    // At a rate, so that segments come one by one, and not a flight at once.
    const sim::link_settings forth{.rate = 100'000'000, .delay = c.delay, .loss = c.loss, .drop = c.drop},
        back{.delay = c.delay};
    const sim::bulk_pair ends = sim::bulk_between(c.segments * 1460, 0);
    sim::world<tcp_type> w({.links = {forth, back}, .seed = 3}, settings, settings, ends.client, ends.server);
    repaired out;
    truth_watch truth{out};
    w.watch(truth);
    const bool is_open = w.open().error() == error::none;
    std::uint32_t before = 0, at_entry = 0;
    bool recovered = false;
    w.run(instant(1h), [&](auto& now) {
        const auto& v = now.client().endpoint.connection().variables();
        if (out.broken == nullptr) out.broken = audit(v);
        if (out.broken == nullptr) out.broken = now.client().endpoint.observers().broken;
        const bool recovers = in_recovery(v);
        if (recovers && !recovered) at_entry = before;
        // What is there already may be more, when the window has been cut; but then nothing is added to it. One segment
        // begins an episode, and two are limited transmit's (RFC 3042).
        const std::uint32_t most = std::max(target_window(v), recovers ? at_entry : 0) + 3 * 1460;
        if (!after_timeout(v) && truth.on_the_way > std::max(most, before))
            out.most_beyond = std::max(out.most_beyond, truth.on_the_way - most);
        if (v.state != state::closed) out.is_over = !recovers;
        recovered = recovers;
        before = truth.on_the_way;
    });
    const auto& count = w.client().endpoint.count();
    out.complete = is_open && w.client().application.is_complete() && w.server().application.is_complete();
    out.retransmitted = count.retransmitted;
    out.recoveries = count.recoveries;
    out.timeouts = count.timeouts;
    return out;
}

}  // namespace detail

/// With the settings of `policy`.
template <class P>
conformance_report check_recovery(const P& policy = {}) {
    static_assert(recovery_policy<P>, "sluice: check_recovery: no policy of the recovery slot");
    namespace rules = recovery_rules;
    rule_book book(recovery_slot::name);
    // clang-format off
    book.note_hook(requires { requires P::uses_sack; },   "uses_sack");
    book.note_hook(!hook::absent<P, hook::on_start>,      "on_start");
    book.note_hook(!hook::absent<P, hook::quota>,         "quota");
    book.note_hook(!hook::absent<P, hook::in_recovery>,   "in_recovery");
    book.note_hook(!hook::absent<P, hook::after_timeout>, "after_timeout");
    book.note_hook(!hook::absent<P, hook::find_more>,     "find_more");
    book.note_hook(!hook::absent<P, hook::on_sent>,       "on_sent");
    book.note_hook(requires(const P& p) { p.deadline(); }, "deadline");
    // clang-format on
    const std::string_view unless_by_acks =
        hook::absent<P, hook::in_recovery> ? "it has no in_recovery: it finds nothing by ACKs" : "";
    const auto try_rule = [&](std::string_view name, std::string_view reason_to_skip, detail::course course,
                              auto check) {
        book.rule(name, reason_to_skip, [&](finding& f) {
            for (const bool sack : {true, false}) {
                course.sack = sack;
                const detail::repaired seen = detail::repair(policy, course);
                f.expect(seen.broken == nullptr, seen.broken != nullptr ? seen.broken : "");
                check(f, seen);
                if (!f.holds()) return;
            }
        });
    };
    try_rule(rules::clean, "", {}, [](finding& f, const auto& r) {
        f.expect(r.retransmitted == 0, "segments", r.retransmitted, 0);
        f.expect(r.recoveries + r.timeouts == 0, "episodes and timeouts", r.recoveries + r.timeouts, 0);
    });
    try_rule(rules::finds, unless_by_acks, {.drop = {90}}, [](finding& f, const auto& r) {
        f.expect(r.recoveries > 0, "no episode");
        f.expect(r.timeouts == 0, "timeouts", r.timeouts, 0);
    });
    try_rule(rules::only, unless_by_acks, {.drop = {90, 94, 95, 120, 200}}, [](finding& f, const auto& r) {
        if (r.timeouts == 0) f.expect(r.retransmitted <= r.dropped, "segments sent again", r.retransmitted, r.dropped);
    });
    try_rule(rules::once, unless_by_acks, {.drop = {90, 94, 99}}, [](finding& f, const auto& r) {
        f.expect(r.recoveries <= 1, "episodes", r.recoveries, 1);
    });
    try_rule(rules::ends, unless_by_acks, {.drop = {90, 260}}, [](finding& f, const auto& r) {
        f.expect(r.recoveries >= 2 || r.timeouts > 0, "episodes", r.recoveries, 2);
        f.expect(r.is_over, "one is not over at the end");
    });
    try_rule(rules::bounded, unless_by_acks, {.drop = {90, 91, 92, 93, 110}, .halves = true},
             [](finding& f, const auto& r) {
                 f.expect(r.most_beyond == 0, "octets too many in the network", r.most_beyond, 0);
             });
    detail::course blackout;
    for (std::uint64_t n = 90; n < 135; ++n) blackout.drop.push_back(n);
    try_rule(rules::timeout, "", blackout, [](finding& f, const auto& r) {
        f.expect(r.complete, "it does not complete");
        f.expect(r.timeouts >= 1 && r.timeouts <= 8, "timeouts", r.timeouts, 8);
    });
    try_rule(rules::completes, "", {.loss = 0.05, .halves = true},
             [](finding& f, const auto& r) { f.expect(r.complete, "it does not"); });
    book.rule(rules::same, "", [&](finding& f) {
        const auto once = detail::repair(policy, {.loss = 0.02}), again = detail::repair(policy, {.loss = 0.02});
        f.expect(once.packets == again.packets, "another time they are others");
    });
    return std::move(book).report();
}

}  // namespace sluice::testing
