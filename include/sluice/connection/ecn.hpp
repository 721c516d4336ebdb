// SPDX-License-Identifier: MIT
//
// Where explicit congestion notification touches a connection (RFC 3168, RFC 9768): what comes is told to the ECN
// policy, what leaves is marked by it, and when it hears of marks the congestion policy is told, once a round trip.
// Nothing of this is compiled for a policy that takes no part.
#pragma once

#include <sluice/connection/ask.hpp>

namespace sluice {

/// Whose policy has an option of its own, and wants to hear the peer's.
template <class Tcp>
inline constexpr bool sends_ecn_options = requires(
    const typename Tcp::ecn_policy& e, const ecn_leaving_report& r, std::size_t room) { e.option(r, room); };

// ---- what has come --------------------------------------------------------------------------------------------------

/// The peer's SYN or SYN,ACK, be it for the first time or again.
template <class Tcp>
constexpr void hear_ecn_of_syn(control_block<Tcp>& c, const ip_meta& ip, const segment& s) {
    if constexpr (Tcp::uses_ecn) c.ecn.on_syn({.flags = s.flags, .codepoint = ip.ecn});
}

/// The same SYN,ACK again: the ACK that answered it was lost, and with it what that told (RFC 9768 section 3.2.2.1). Or
/// one that crosses ours, or the peer's SYN again.
template <class Tcp>
constexpr void hear_syn_again(control_block<Tcp>& c, const ip_meta& ip, const segment& s) {
    if constexpr (Tcp::uses_ecn) {
        if (!s.has(flag::syn) || s.has(flag::rst) || s.sequence != c.rcv.irs) return;
        // Behind text it is a late duplicate, and the ACK of it acknowledges more than the SYN,ACK.
        const bool is_again = s.has(flag::ack) ? s.acknowledgment == c.snd.iss + 1 && c.rcv.nxt == c.rcv.irs + 1
                                               : syn_received.has(c.state);
        if (is_again) hear_ecn_of_syn(c, ip, s);
    }
}

/// The peer's SYN again asks for something that it did not ask for before, which neither end can take back: RFC 9768
/// section 3.1.5 wants a reset.
template <class Tcp>
constexpr bool contradicts_itself(const control_block<Tcp>& c, const segment& s) {
    const ecn_arrival_report syn{.flags = s.flags};
    if constexpr (requires { c.ecn.contradicts(syn); })
        return c.ecn.contradicts(syn);
    else
        return false;
}

/// The ACK of a SYN,ACK has something to tell that text beside it would hide (RFC 9768 section 3.2.2.1).
template <class Tcp>
constexpr bool owes_pure_ack(const control_block<Tcp>& c) {
    if constexpr (requires { c.ecn.owes_pure_ack(); })
        return c.ecn.owes_pure_ack();
    else
        return false;
}

/// The ACK that is owed answers ACKs.
template <class Tcp>
constexpr bool has_bare_ack(const control_block<Tcp>& c) {
    if constexpr (Tcp::uses_ecn)
        return c.marks.bare_ack;
    else
        return false;
}

/// A segment that was acceptable, which came with `length` octets of text.
template <class Tcp>
constexpr void hear_codepoint(control_block<Tcp>& c, environment<Tcp>& env, const ip_meta& ip, const segment& s,
                              std::uint32_t length) {
    if constexpr (Tcp::uses_ecn) {
        if (ip.ecn == ecn_codepoint::ce) env.count.marked_in += s.segments;
        const ecn_answer answer = c.ecn.on_arrival(
            {.flags = s.flags, .codepoint = ip.ecn, .octets = length, .segments = s.segments});
        if (answer == ecn_answer::bare_ack && !c.ack_now) c.marks.bare_ack = true;
        if (answer != ecn_answer::nothing) c.ack_now = true;
    }
}

/// What an ACK says of ours, once SND.UNA has moved. Of a SYN,ACK the flags mean something else, and are heard already.
template <class Tcp>
constexpr void hear_feedback(control_block<Tcp>& c, const segment& s, std::uint32_t delivered,
                             std::uint32_t newly_acked, bool of_syn) {
    if constexpr (Tcp::uses_ecn) {
        c.marks.heard = {};
        c.marks.flight = c.snd.flight() + newly_acked;
        if (std::exchange(c.marks.skip, false) || s.has(flag::syn)) return;
        ecn_ack_report report{.flags = s.flags,
                              .delivered = delivered,
                              .mss = c.mss,
                              .handshake = of_syn,
                              .pure = s.length() == 0 && s.options.sack.empty(),
                              .sack = c.uses_sack(),
                              .round_start = s.acknowledgment > c.round_end};
        if constexpr (sends_ecn_options<Tcp>) report.option = accurate_ecn_option::read(s.option_list);
        c.marks.heard = c.ecn.on_ack(report);
    }
}

/// What the congestion policy sees of it in the ACK's report: it does not grow by what tells of marks (RFC 3168 section
/// 6.1.2).
template <class Tcp>
constexpr void report_feedback(const control_block<Tcp>& c, ack_report& report) {
    if constexpr (Tcp::uses_ecn) {
        report.marked = std::min(c.marks.heard.marked, report.delivered);
        report.in_recovery = report.in_recovery || c.marks.heard.congestion;
    }
}

// ---- reductions -----------------------------------------------------------------------------------------------------

/// The window was reduced, for whatever reason: what was sent up to now does not reduce it again.
template <class Tcp>
constexpr void note_reduction(control_block<Tcp>& c) {
    if constexpr (Tcp::uses_ecn) {
        c.marks.reduced_until = c.snd.nxt;
        c.ecn.on_reduction();
    }
}

/// The oldest octet that is out, which is lost, was sent before the last reduction: marks and losses of one window of
/// data are one congestion (RFC 3168 section 6.1.2).
template <class Tcp>
constexpr bool has_reduced(const control_block<Tcp>& c) {
    if constexpr (Tcp::uses_ecn)
        return c.snd.una < c.marks.reduced_until;
    else
        return false;
}

/// When all else has heard of the ACK.
template <class Tcp>
constexpr void react_to_marks(control_block<Tcp>& c, environment<Tcp>& env, std::uint32_t delivered) {
    if constexpr (Tcp::uses_ecn) {
        if (c.marks.heard.congestion && c.marks.reduced_until < c.snd.una) reduce_for_marks(c, env, delivered);
        c.marks.reduced_until = later(c.marks.reduced_until, c.snd.una - 1);  // or 2^31 octets on it would lie ahead
        if (c.marks.waits && !c.timer.runs(timer::retransmission)) c.restart_retransmission_timer(env.now);
    }
}

template <class Tcp>
constexpr void reduce_for_marks(control_block<Tcp>& c, environment<Tcp>& env, std::uint32_t delivered) {
    // RFC 3168 section 6.1.2: a window of one segment can't be halved, so time has to pass before the next one leaves.
    if (target_window(c) <= c.mss) {
        c.marks.waits = true;
        c.restart_retransmission_timer(env.now);
    }
    ++env.count.ecn_reductions;
    const std::uint32_t flight = std::min(c.marks.flight, target_window(c));
    const ecn_report marks{.now = env.now, .flight = flight, .pipe = c.flight.pipe(), .marked = c.marks.heard.marked};
    const congestion_report loss{.now = env.now, .flight = flight, .pipe = c.flight.pipe()};
    if constexpr (requires { c.congestion.on_ecn(marks); })
        c.congestion.on_ecn(marks);
    else if constexpr (requires { c.congestion.on_congestion(loss); })
        c.congestion.on_congestion(loss);
    const recovery_marks_report to_recovery{.now = env.now,
                                            .target = target_window(c),
                                            .pipe = c.flight.pipe(),
                                            .delivered = delivered,
                                            .mss = c.mss};
    if constexpr (requires { c.recovery.on_marks(to_recovery); }) c.recovery.on_marks(to_recovery);
    c.may_take_back = false;
    note_reduction(c);
}

/// It was for nothing, and taken back.
template <class Tcp>
constexpr void forget_reduction(control_block<Tcp>& c) {
    if constexpr (Tcp::uses_ecn) c.marks.reduced_until = c.snd.una;
}

/// A window of one segment was marked: nothing new leaves before the retransmission timer expires.
template <class Tcp>
constexpr bool waits_for_timer(const control_block<Tcp>& c) {
    if constexpr (Tcp::uses_ecn)
        return c.marks.waits;
    else
        return false;
}

/// The timer that a window of one segment waits for has expired. True when that was all that it ran for.
template <class Tcp>
constexpr bool stop_waiting(control_block<Tcp>& c) {
    if constexpr (Tcp::uses_ecn)
        return std::exchange(c.marks.waits, false) && c.flight.empty();
    else
        return false;
}

// ---- what leaves ----------------------------------------------------------------------------------------------------

/// Which kind of segment begins here; `text` octets of it are text.
template <class Tcp>
constexpr ecn_leaving_report leaving(const control_block<Tcp>& c, seq begin, bool is_syn, std::uint32_t text) {
    const bool is_new = begin == c.snd.nxt && !c.probing;
    return {.what = is_syn         ? (c.rcv.synchronized ? ecn_leaving::syn_ack : ecn_leaving::syn)
                    : text == 0    ? ecn_leaving::no_text
                    : is_new       ? ecn_leaving::new_text
                                   : ecn_leaving::old_text,
            .tries = c.syn_retries};
}

/// The ECN policy's own option, where the others leave room for it. Beside text, only where that is much more.
template <class Tcp>
constexpr std::optional<accurate_ecn_option> ecn_option(const control_block<Tcp>& c, const ecn_leaving_report& report,
                                                        const tcp_options& others) {
    const bool has_text = report.what == ecn_leaving::new_text || report.what == ecn_leaving::old_text;
    if (has_text && c.mss < 8 * tcp_options::most_octets) return {};
    if constexpr (sends_ecn_options<Tcp>)
        return c.ecn.option(report, tcp_options::most_octets - others.length());
    else
        return {};
}

/// The headers, with the policy's marks on them.
template <class Tcp>
constexpr void write_marked(control_block<Tcp>& c, tx_packet& p, tcp_header& tcp, const tcp_options& options,
                            bool is_syn) {
    if constexpr (!Tcp::uses_ecn) {
        write_headers_with(p, tcp, options);
    } else {
        ecn_leaving_report report = leaving(c, tcp.sequence, is_syn, p.payload_length);
        const auto more = ecn_option(c, report, options);
        report.has_option = more.has_value();
        report.has_sack = !options.sack.empty();
        report.shortest = p.payload_length - (p.segments() - 1) * p.segment_size;
        const ecn_marking marking = c.ecn.mark(report);
        tcp.flags |= marking.flags;
        p.meta.ecn = marking.codepoint;
        c.marks.bare_ack = false;
        options.write(options_of(p));
        std::size_t length = options.length();
        if constexpr (sends_ecn_options<Tcp>) {
            if (more) {
                more->write(options_of(p).subspan(length));
                length += more->length();
            }
        }
        finish_headers(p, tcp, length);
    }
}

/// Something else than timestamps may be due beside text.
template <class Tcp>
constexpr bool may_take_from_text(const control_block<Tcp>& c) {
    const ecn_leaving_report text{.what = ecn_leaving::new_text};
    if constexpr (Tcp::uses_ecn)
        if (ecn_option(c, text, {})) return true;
    if constexpr (Tcp::options::sack)
        return c.agreed.sack && !c.to_report.empty(c.assembly.held());
    else
        return false;
}

/// What options that are not on every segment take of its text (N34).
template <class Tcp>
constexpr std::uint32_t taken_from_text(const control_block<Tcp>& c, const tcp_options& options) {
    std::size_t taken = tcp_options::sack_length(options.sack.size());
    if constexpr (Tcp::uses_ecn)
        if (const auto more = ecn_option(c, {.what = ecn_leaving::new_text}, options)) taken += more->length();
    return static_cast<std::uint32_t>(taken);
}

/// Hardware that cuts a super-segment keeps CWR on the first slice alone, which is right for RFC 3168's.
template <class Tcp>
constexpr bool is_unsplittable(const control_block<Tcp>& c) {
    if constexpr (requires { c.ecn.unsplittable(); })
        return c.ecn.unsplittable();
    else
        return false;
}

}  // namespace sluice
