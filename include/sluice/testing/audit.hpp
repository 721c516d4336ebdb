// SPDX-License-Identifier: MIT
//
// What must hold of a connection after every event, whatever came in. `audit` looks at one connection
// and names the first rule that is broken; `gate_audit` watches every transmission as an observer. No test framework
// inside.
#pragma once

#include <sluice/connection/endpoint.hpp>

namespace sluice::testing {

/// Every transmission against the gate: nothing new beyond what it allowed or beyond the peer's right edge, but the
/// named exceptions.
struct gate_audit {
    using slot = observe_slot;

    const char* broken = nullptr;
    std::uint64_t transmissions = 0;

    constexpr void on_sent(const sent_report& r) {
        ++transmissions;
        const bool is_data = r.length > 0;
        switch (r.why) {
            case transmission::new_data:
            case transmission::limited_transmit:
            case transmission::least_segment:
                check(r.length <= r.allowed, "new data beyond the gate");
                check(r.length <= r.window_left, "new data beyond the right edge");
                check(r.why != transmission::least_segment || r.segments == 1, "more than the least segment");
                break;
            case transmission::retransmission:
                check(r.length <= r.allowed, "a retransmission beyond cwnd − pipe");
                break;
            case transmission::forced_retransmission:
                check(r.segments == 1 && r.length > 0, "a forced retransmission of other than one segment");
                break;
            case transmission::tail_loss_probe:
                check(r.segments == 1 && is_data, "a tail-loss probe of other than one segment");
                break;
            case transmission::window_probe: check(r.length == 1, "a window probe of more than one octet"); break;
            case transmission::handshake: check(r.length == 1, "a SYN that takes more than one number"); break;
            case transmission::keep_alive:
            case transmission::acknowledgment: check(!is_data, "an acknowledgment that takes sequence space"); break;
        }
    }

private:
    constexpr void check(bool holds, const char* rule) {
        if (!holds && !broken) broken = rule;
    }
};

namespace detail {

/// Contiguous over [SND.UNA, SND.NXT), in order; the pipe is their sum.
template <class Tcp>
constexpr const char* audit_records(const control_block<Tcp>& c) {
    std::uint32_t pipe = 0, sacked = 0, ignored = 0;
    bool after_sacked = false;
    seq at = c.snd.una;
    for (list_index i = c.flight.first(); i != no_index; i = c.flight.after(i)) {
        const in_flight_record& r = c.flight[i];
        if (r.begin != at) return "records in flight leave a gap or overlap";
        if (!(r.begin < r.end)) return "an empty record";
        if (r.transmissions == 0) return "a record of something never sent";
        at = r.end;
        if (r.sacked && (r.lost || after_sacked)) return "a reported record that is lost, or two in one run";
        after_sacked = r.sacked;
        (r.sacked ? sacked : r.lost ? ignored : pipe) += r.sacked || r.lost ? r.length() : r.in_pipe(r.length());
    }
    if (!c.flight.empty() && at != c.snd.nxt) return "records in flight do not end at SND.NXT";
    if (pipe != c.flight.pipe()) return "the pipe is not the sum of its records";
    if (sacked != c.flight.sacked_octets()) return "what was reported is not the sum of its records";
    if (sacked > 0 && !c.uses_sack()) return "a report without SACK";
    if (c.flight.reneged() && !c.timer.runs(timer::reneging))
        return "a report that the ACK contradicts, without a timer";
    instant before = instant::min();
    for (list_index i = c.flight.oldest(); i != no_index; i = c.flight.sent_after(i)) {
        if (c.flight[i].sent < before) return "the order of transmissions is no order of time";
        before = c.flight[i].sent;
    }
    return nullptr;
}

template <class Tcp>
constexpr const char* audit_buffers(const control_block<Tcp>& c) {
    std::size_t most_queued = c.outgoing.capacity();
    if constexpr (Tcp::takes_lent) most_queued = std::max(most_queued, c.outgoing.most_lent);  // without memory
    if (c.outgoing.size() > most_queued) return "more queued than the send buffer holds";
    if (c.incoming.size() > c.incoming.capacity()) return "more unread than the receive buffer holds";
    if (c.rcv.synchronized && may_receive_text.has(c.state) && c.rcv.wnd() > c.incoming.free())
        return "the offered window is larger than the buffer's room";
    for (const auto& held : c.assembly.held().all())
        if (!(c.rcv.nxt < held.begin) || c.rcv.edge < held.end) return "out-of-order text outside the window";
    return nullptr;
}

/// Owed work has a deadline; who owes nothing may rest for ever.
template <class Tcp>
constexpr const char* audit_deadlines(const control_block<Tcp>& c) {
    const auto runs = [&](timer t) { return c.timer.runs(t); };
    if (!c.flight.empty() && !runs(timer::retransmission) && !runs(timer::window_probe))
        return "unacknowledged data without a timer";
    if (c.flight.empty() && runs(timer::retransmission) && !waits_for_timer(c))
        return "a retransmission timer with nothing in flight";
    const bool withheld = c.snd.syn_acknowledged() && c.flight.empty() && (c.unsent() > 0 || c.fin_unsent());
    if (withheld && c.timer.next() == never) return "withheld data or FIN without a deadline";
    if (c.state == state::time_wait && !runs(timer::time_wait)) return "TIME-WAIT without its timer";
    if (c.state == state::fin_wait_2 && !c.owned && !runs(timer::time_wait)) return "an orphan in FIN-WAIT-2 for ever";
    if (!c.snd.syn_sent() && !runs(timer::sws_override)) return "a SYN that does not leave";
    return nullptr;
}

}  // namespace detail

/// The first rule that does not hold, or null. For use between calls, after everything that could leave has left.
template <class Tcp>
constexpr const char* audit(const control_block<Tcp>& c) {
    if (c.state == state::closed || c.state == state::listen) {
        if (!c.flight.empty()) return "records in flight without a connection";
        if (c.timer.next() != never) return "a timer without a connection";
        return nullptr;
    }
    if (c.snd.nxt < c.snd.una) return "SND.NXT before SND.UNA";
    if (c.rcv.synchronized && c.rcv.edge < c.rcv.nxt) return "the receive window is negative";
    if (c.snd.syn_sent() && c.snd.nxt != c.snd.una && c.flight.empty())
        return "unacknowledged numbers without a record";
    if (const char* broken = detail::audit_records(c)) return broken;
    if (const char* broken = detail::audit_buffers(c)) return broken;
    return detail::audit_deadlines(c);
}

}  // namespace sluice::testing
