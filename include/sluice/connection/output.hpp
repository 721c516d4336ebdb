// SPDX-License-Identifier: MIT
//
// What leaves next: one packet a call, in the order retransmission, new data, probes, acknowledgments. Who may send new
// data is decided by the gate (tcb/send_space.hpp), then by Nagle and SWS avoidance (RFC 9293 sections 3.7.4,
// 3.8.6.2.1). Nothing is built that can't leave, and nothing that leaves is copied.
#pragma once

#include <utility>

#include <sluice/connection/ask.hpp>
#include <sluice/connection/mtu_probing.hpp>
#include <sluice/connection/negotiation.hpp>
#include <sluice/connection/pacing.hpp>
#include <sluice/connection/timing.hpp>

namespace sluice {

// ---- the order ------------------------------------------------------------------------------------------------------

/// Fills `p` with what is to leave next; false when nothing may.
template <class Tcp>
constexpr bool next_packet(control_block<Tcp>& c, environment<Tcp>& env, tx_packet& p) {
    if (c.duplicate_acks > 0 && send_ack(c, env, p))
        return true;  // each counts at the other side: before anything else
    if (send_syn(c, env, p)) return true;
    const resending again = send_lost(c, env, p);
    if (again == resending::sent) return true;
    if (again == resending::nothing) {
        const resending probe = send_mtu_probe(c, env, p);
        if (probe == resending::sent) return true;
        if (probe == resending::nothing && (send_queued(c, env, p) || send_more_lost(c, env, p))) return true;
    }
    return send_tail_probe(c, env, p) || send_window_probe(c, env, p) || send_keep_alive(c, env, p) ||
           send_ack(c, env, p);
}

// ---- retransmission -------------------------------------------------------------------------------------------------

/// The first of what is lost. While it waits, for quota or for the peer's window, nothing new passes it.
template <class Tcp>
constexpr resending send_lost(control_block<Tcp>& c, environment<Tcp>& env, tx_packet& p) {
    const list_index i = c.flight.next_lost();
    if (i == no_index) {
        c.retransmit_now = false;
        return resending::nothing;
    }
    const in_flight_record r = c.flight[i];
    const bool is_syn = c.snd.is_syn(r.begin);
    // A FIN rides on the last text again: its number takes no room in the packet, nor in the congestion window.
    const bool ends_in_fin = c.flight.ends_in_fin(i);
    const std::uint32_t granted = is_syn ? 1 : quota(c);
    const std::uint32_t length = is_syn ? 1 : length_to_resend(c, env, r, granted, ends_in_fin);
    if (length == 0) return resending::waits;
    const bool fin = ends_in_fin && length == r.length();
    const std::uint32_t allowed = granted + (fin ? 1u : 0u);
    c.flight.provide(env.pool, 1);
    if (!c.retransmit_now && allowed < length) {
        c.cwnd_limited = true;
        return resending::waits;
    }
    if (!c.retransmit_now && is_put_off(c, env)) return resending::waits;
    // Out of records, what can't be cut waits for an ACK that frees one; if it must leave, the rest counts as sent with
    // it.
    if (length < r.length() && !c.flight.split(i, r.begin + length) && !c.retransmit_now)
        return resending::waits;

    sent_report report{.why = is_syn              ? transmission::handshake
                              : c.retransmit_now ? transmission::forced_retransmission
                                                 : transmission::retransmission,
                       .length = length,
                       .allowed = allowed,
                       .window_left = c.snd.usable_window()};
    c.retransmit_now = false;
    build(c, env, p, r.begin, length);
    c.flight.resend(i, env.now);
    env.count.retransmitted += p.segments();
    c.totals.retransmitted += p.segments();
    note_sent(c, env, p, report);
    return resending::sent;
}

/// How much of a lost record, which has no SYN, leaves in one packet; 0: none of it may.
template <class Tcp>
constexpr std::uint32_t length_to_resend(const control_block<Tcp>& c, const environment<Tcp>& env,
                                         const in_flight_record& r, std::uint32_t granted, bool ends_in_fin) {
    // A burst leaves again as whole segments that the quota allows; one that is forced is one segment (RFC 5681 section
    // 3.1).
    const std::uint32_t each = segment_room(c, env);
    const std::uint32_t room = c.retransmit_now ? each : std::clamp(granted / each * each, each, packet_room(c, env));
    std::uint32_t length = std::min(r.length() - (ends_in_fin ? 1u : 0u), room);
    if (ends_in_fin && length + 1 == r.length()) ++length;
    // What lies inside a shrunk window is sent again, what lies beyond is not (SHLD-16; MAY-7 is not taken up).
    const seq edge = c.snd.una + c.snd.wnd;
    if (!(r.begin < edge)) return 0;
    return fit_spans(c, r.begin, std::min(length, edge - r.begin), each);
}

/// The recovery policy may name more to send again, while there is quota and nothing else to send.
template <class Tcp>
constexpr bool send_more_lost(control_block<Tcp>& c, environment<Tcp>& env, tx_packet& p) {
    const quota_report report = quota_now(c);
    if constexpr (requires { c.recovery.find_more(report, c.flight); }) {
        if (!in_recovery(c) || quota(c) < c.mss) return false;
        c.flight.provide(env.pool, 2);
        return c.recovery.find_more(report, c.flight) && send_lost(c, env, p) == resending::sent;
    } else {
        return false;
    }
}

// ---- new data -------------------------------------------------------------------------------------------------------

template <class Tcp>
constexpr bool send_syn(control_block<Tcp>& c, environment<Tcp>& env, tx_packet& p) {
    if (c.snd.syn_sent() || c.state == state::closed || c.state == state::listen) return false;
    if (!c.flight.provide(env.pool, 2)) return wait_for_record(c, env);
    send_new(c, env, p, 1, {.why = transmission::handshake, .allowed = 1, .window_left = 1});
    return true;
}

template <class Tcp>
constexpr bool send_queued(control_block<Tcp>& c, environment<Tcp>& env, tx_packet& p) {
    if (!c.may_send_text() || (c.unsent() == 0 && !c.fin_unsent())) return false;
    c.flight.provide(env.pool, 2);
    // Out of records, nothing new leaves until an ACK frees one, but what belongs to the burst that is leaving.
    if (c.flight.crowded() && !(c.snd.syn_acknowledged() && c.flight.joins(c.snd.nxt, env.now)))
        return wait_for_record(c, env);
    note_idle(c, env);
    std::uint32_t allowed = quota(c);
    std::uint32_t length = fit_spans(c, c.snd.nxt, text_to_send(c, env, allowed), segment_room(c, env));
    const std::uint32_t window_left = c.snd.usable_window();
    // The FIN rides on the last text, or goes alone; either way it needs its place in the window.
    const bool is_small = length % segment_room(c, env) != 0;
    const seq end_of_text = c.snd.nxt + length;
    const bool fin = c.fin_unsent() && length == c.unsent() && length < window_left && length <= packet_room(c, env);
    if (fin) ++length, ++allowed;  // its number is no octet in the network: the congestion window does not count it
    if (length == 0 || is_put_off(c, env)) return false;
    if (is_small) c.small_end = end_of_text;

    const quota_report before = quota_now(c);
    const bool is_on_its_way = in_recovery(c) || has_reduced(c);  // down to the target, by the recovery policy's quota
    const bool beyond_target = before.pipe + length - (fin ? 1 : 0) > before.target && !is_on_its_way;
    send_new(c, env, p, length,
             {.why = !beyond_target                                  ? transmission::new_data
                     : before.pipe == 0 && before.target < before.mss ? transmission::least_segment
                     : after_timeout(c)                               ? transmission::f_rto
                                                                      : transmission::limited_transmit,
              .allowed = allowed,
              .window_left = window_left});
    if (c.unsent() == 0 && quota(c) > 0) c.app_limited_end = c.snd.nxt;
    return true;
}

/// Text for the next packet, 0 for none, by section 3.8.6.2.1: D is unsent(), U the usable window.
template <class Tcp>
constexpr std::uint32_t text_to_send(control_block<Tcp>& c, environment<Tcp>& env, std::uint32_t allowed) {
    const std::uint32_t unsent = c.unsent();
    const std::uint32_t usable = c.snd.usable_window();
    const std::uint32_t sendable = std::min(unsent, gate(allowed, c.snd));
    const std::uint32_t each = segment_room(c, env);
    if (allowed < std::min(unsent, usable)) c.cwnd_limited = true;
    if (sendable >= each) return std::min(sendable, packet_room(c, env)) / each * each;  // (1), whole segments
    if (sendable == 0) return 0;

    const bool nagle_waits = c.options.nagle && c.has_small_out(), held = is_held_back(c);  // N39
    if (sendable == unsent && !held) {  // (2): everything queued is pushed, and fits
        return !nagle_waits || c.fin_unsent() || c.override_now ? sendable : 0;
    }
    if (allowed < std::min(unsent, usable)) {  // the network's turn: wait for a whole segment's worth
        return c.flight.pipe() == 0 ? sendable : 0;
    }
    if (sendable >= c.snd.max_wnd / 2 && !nagle_waits) return sendable;  // (3)
    if (c.override_now) return sendable;                                 // (4)
    if ((c.flight.empty() || held) && !c.timer.runs(timer::sws_override))
        c.timer.set(timer::sws_override, env.now + env.settings.limits.sws_override);
    return 0;
}

/// The end of the queue is not pushed: it waits for what makes a whole segment of it, unless that can't come, for
/// behind the FIN there is nothing and a full buffer takes nothing.
template <class Tcp>
constexpr bool is_held_back(const control_block<Tcp>& c) {
    return (c.options.cork || c.more_follows) && !c.fin_queued && c.outgoing.free() > 0;
}

/// Sending goes on after a pause: the congestion window may be too old to trust (RFC 5681 section 4.1).
template <class Tcp>
constexpr void note_idle(control_block<Tcp>& c, environment<Tcp>& env) {
    if (!c.flight.empty() || !c.snd.syn_acknowledged() || c.idle_told) return;
    const idle_report report{.now = env.now, .idle = env.now - c.last_sent};
    if (report.idle <= c.rtt.rto()) return;
    c.idle_told = true;
    if constexpr (requires { c.congestion.on_idle(report); }) c.congestion.on_idle(report);
    allow_burst(c);
}

/// Without memory for a record, and with nothing in flight, no ACK will come that makes it try again: time does.
template <class Tcp>
constexpr bool wait_for_record(control_block<Tcp>& c, environment<Tcp>& env) {
    if constexpr (Tcp::grows_records)
        if (c.flight.empty() && !c.timer.runs(timer::sws_override))
            c.timer.set(timer::sws_override, env.now + env.settings.limits.sws_override);
    return false;
}

template <class Tcp>
constexpr void send_new(control_block<Tcp>& c, environment<Tcp>& env, tx_packet& p, std::uint32_t length,
                        sent_report report) {
    const seq begin = c.snd.nxt;
    report.length = length;
    build(c, env, p, begin, length);
    const bool may_join = c.snd.syn_acknowledged(), fin = p.header().flags.has(flag::fin);
    c.flight.send(begin, begin + length, env.now, may_join, fin);
    c.snd.nxt += length;
    if (fin) c.fin_sent = true;
    c.most_in_flight = std::max(c.most_in_flight, c.snd.flight());
    c.last_sent = env.now;
    c.idle_told = false;
    c.override_now = false;
    c.timer.stop(timer::sws_override);
    note_sent(c, env, p, report);
}

/// RFC 8985 section 7.3: new text, if there is some and the peer has room for it; else the last segment once more. An
/// exception of the gate.
template <class Tcp>
constexpr bool send_tail_probe(control_block<Tcp>& c, environment<Tcp>& env, tx_packet& p) {
    if (!std::exchange(c.probe_tail_now, false) || c.flight.empty() || c.window_shut()) return false;
    c.flight.provide(env.pool, 2);
    const std::uint32_t each = segment_room(c, env), window_left = c.snd.usable_window();
    sent_report report{.why = transmission::tail_loss_probe, .window_left = window_left};
    ++env.count.tail_probes;
    const std::uint32_t text = fit_spans(c, c.snd.nxt, std::min({c.unsent(), window_left, each}), each);
    if (text > 0 && !c.flight.crowded()) {
        report.allowed = text;
        send_new(c, env, p, text, report);
        return true;
    }
    const list_index i = c.flight.last_segment(each);
    if (i == no_index) return false;
    const in_flight_record r = c.flight[i];
    report.length = std::min(r.length(), each + (c.flight.ends_in_fin(i) ? 1u : 0u));
    report.allowed = report.length;
    build(c, env, p, r.begin, report.length);
    c.flight.repeat(i, env.now);
    env.count.retransmitted += p.segments();
    c.totals.retransmitted += p.segments();
    note_sent(c, env, p, report);
    return true;
}

// ---- segments that carry nothing new --------------------------------------------------------------------------------

/// One octet against a shut window (3.8.6.1): the first unacknowledged one, or a new one, which may be our FIN (N21).
template <class Tcp>
constexpr bool send_window_probe(control_block<Tcp>& c, environment<Tcp>& env, tx_packet& p) {
    if (!std::exchange(c.probe_now, false) || c.nothing_owed()) return false;
    const bool has_record = c.flight.provide(env.pool, 2);
    if (c.flight.empty() && !has_record) return false;  // else what is in flight is probed with (MUST-36)
    ++env.count.window_probes;
    const sent_report report{.why = transmission::window_probe, .length = 1, .allowed = 1};
    if (c.flight.empty()) {
        send_new(c, env, p, 1, report);
        return true;
    }
    const list_index head = c.flight.first();
    // Or the rest counts as sent with it. A run that was reported, and is not acknowledged (N31), stays one.
    if (c.flight[head].length() > 1 && !c.flight[head].sacked) c.flight.split(head, c.snd.una + 1);
    build(c, env, p, c.snd.una, 1);
    c.flight.resend(head, env.now);
    note_sent(c, env, p, report);
    return true;
}

namespace detail {
inline constexpr std::array<octet, 1> garbage{};  // of a keep-alive probe (MAY-6)
}

/// <SEQ=SND.NXT-1> with or without one garbage octet (3.8.4, SHLD-12, MAY-6): outside the window, so it is answered.
template <class Tcp>
constexpr bool send_keep_alive(control_block<Tcp>& c, environment<Tcp>& env, tx_packet& p) {
    if (!std::exchange(c.keep_alive_now, false)) return false;
    ++env.count.keep_alives;
    build(c, env, p, c.snd.nxt - 1, 0);
    if (c.options.keep_alive_octet) {
        const tcp_header tcp = p.header();
        p.borrow(detail::garbage);
        write_headers_with(p, tcp, segment_options(c, env, false));
    }
    note_sent(c, env, p, {.why = transmission::keep_alive});
    return true;
}

template <class Tcp>
constexpr bool send_ack(control_block<Tcp>& c, environment<Tcp>& env, tx_packet& p) {
    if (!c.rcv.synchronized) return false;
    if (c.duplicate_acks > 0)
        --c.duplicate_acks;
    else if (!c.ack_now)
        return false;
    build(c, env, p, c.snd.number_without_text(), 0);
    note_sent(c, env, p, {.why = transmission::acknowledgment});
    return true;
}

// ---- one packet -----------------------------------------------------------------------------------------------------

/// How many octets of text the next segment may hold: SACK blocks take their room from it (N34).
template <class Tcp>
constexpr std::uint32_t segment_room(const control_block<Tcp>& c, const environment<Tcp>& env) {
    if (may_take_from_text(c)) return c.mss - taken_from_text(c, segment_options(c, env, true));
    return c.mss;
}

/// How many octets of text one packet may hold: a segment, or as many whole ones as the link takes at once.
template <class Tcp>
constexpr std::uint32_t packet_room(const control_block<Tcp>& c, const environment<Tcp>& env) {
    const std::uint32_t each = segment_room(c, env);
    if (c.snd.urgent) return each;  // each segment has a pointer of its own (MUST-62)
    if (is_unsplittable(c)) return each;
    const std::uint32_t largest = std::min<std::uint32_t>(
        {env.largest_super_segment, 65535 - tx_packet::longest_headers, largest_burst(c, each)});
    return std::max(largest / each, 1u) * each;
}

/// Of `length` octets from `begin` on, as many as the packet has spans for; of more than one segment, whole ones.
template <class Tcp>
constexpr std::uint32_t fit_spans(const control_block<Tcp>& c, seq begin, std::uint32_t length, std::uint32_t each) {
    if constexpr (requires { c.outgoing.lendable(0, length); }) {
        const seq text = later(begin, c.first_queued());
        if (text < c.queue_end()) {
            const std::uint32_t most = c.queue_end() - text;
            const auto lendable =
                static_cast<std::uint32_t>(c.outgoing.lendable(text - c.first_queued(), std::min(length, most)));
            if (lendable < std::min(length, most)) length = lendable > each ? lendable / each * each : lendable;
        }
    }
    return length;
}

/// The receiver's side of SWS avoidance: each segment that leaves offers what is free by now. Behind the peer's FIN
/// nothing comes: what was offered stays.
template <class Tcp>
constexpr void offer_window(control_block<Tcp>& c) {
    if (c.fin_received()) return;
    c.rcv.offer(c.offerable(), static_cast<std::uint32_t>(c.incoming.capacity()), c.full_segment_of_peer());
}

/// Builds <SEQ=begin><ACK=RCV.NXT> over `length` numbers of the send space, with the SYN, text and FIN that lie there.
template <class Tcp>
constexpr void build(control_block<Tcp>& c, environment<Tcp>& env, tx_packet& p, seq begin, std::uint32_t length) {
    p.begin({.source = c.local.address,
             .destination = c.remote.address,
             .dscp = c.options.dscp,
             .hop_limit = c.options.hop_limit});
    tcp_header tcp{.source_port = c.local.port, .destination_port = c.remote.port, .sequence = begin};
    const seq end = begin + length;
    const bool is_syn = length > 0 && c.snd.is_syn(begin);
    if (is_syn) tcp.flags |= flag::syn;
    const tcp_options options = is_syn ? syn_options(c, env) : segment_options(c, env, length > 0);
    const seq first_text = later(begin, c.first_queued()), end_of_text = earlier(end, c.queue_end());
    if (first_text < end_of_text) {
        const std::size_t length_of_text = end_of_text - first_text;
        [[maybe_unused]] const std::size_t lent = c.outgoing.lend(first_text - c.first_queued(), length_of_text, p);
        assert(lent == length_of_text && "fit_spans has seen to it");
        if (end_of_text == c.queue_end()) tcp.flags |= flag::psh;  // MUST-60, MUST-61
        const auto each = c.mss - taken_from_text(c, options);
        if (p.payload_length > each) p.segment_size = static_cast<std::uint16_t>(each);
    }
    if (length > 0 && c.fin_queued && end == c.queue_end() + 1) tcp.flags |= flag::fin;
    if (c.rcv.synchronized) {
        if (!is_syn) offer_window(c);  // take_syn has offered what a SYN can
        tcp.flags |= flag::ack;
        tcp.acknowledgment = c.rcv.nxt;
        tcp.window = c.rcv.field(c.free_to_receive(), is_syn ? 0 : c.agreed.receive_shift);
    } else {
        tcp.window = c.first_offer();
    }
    if (c.snd.urgent && begin < c.snd.up) {
        // MUST-62: the pointer is the octet after the urgent data; while that is out of its reach, as far as it goes
        // (N33).
        tcp.flags |= flag::urg;
        tcp.urgent_pointer = static_cast<std::uint16_t>(std::min<std::uint32_t>(c.snd.up - begin, 0xffff));
    }
    write_marked(c, p, tcp, options, is_syn);
}

/// The books of a segment that leaves: timers, what it acknowledged, who watches.
template <class Tcp>
constexpr void note_sent(control_block<Tcp>& c, environment<Tcp>& env, const tx_packet& p, sent_report report) {
    const tcp_header tcp = p.header();
    report.now = env.now;
    report.begin = tcp.sequence;
    report.segments = p.segments();
    env.count.segments_out += report.segments;
    c.totals.segments_out += report.segments;
    if (tcp.flags.has(flag::ack)) {
        if (report.length == 0) c.tell_user_timeout = false;
        c.ack_now = c.tell_user_timeout;  // which takes an ACK without text: beside text it might not fit
        c.timer.stop(timer::delayed_ack);
        if constexpr (Tcp::options::timestamps) c.clock.ack_sent(tcp.acknowledgment);
        if constexpr (Tcp::options::sack) c.to_report.sent();
        if constexpr (requires { c.ack.on_ack_sent(); }) c.ack.on_ack_sent();
    }
    if (report.length > 0) {
        put_off_next(c, env, report.length);
        // RFC 6298 section 5.1. A window probe has its own timer.
        if (!c.timer.runs(timer::retransmission) && !c.probing) c.restart_retransmission_timer(env.now);
        if (!c.timer.runs(timer::user_timeout)) restart_user_timeout(c, env);
        const recovery_sent_report to_recovery{.now = env.now,
                                               .why = report.why,
                                               .begin = report.begin,
                                               .length = report.length,
                                               .mss = c.mss,
                                               .rto_at = c.timer[timer::retransmission],
                                               .has_small = c.has_small_out()};
        if constexpr (requires { c.recovery.on_sent(to_recovery, c.flight); })
            c.recovery.on_sent(to_recovery, c.flight);
        arm_recovery(c);
        note_mtu_probe(c, report);
    }
    env.observe().on_sent(report);
}

}  // namespace sluice
