// SPDX-License-Identifier: MIT
//
// The variables of one connection (RFC 9293 section 3.3.1) and the questions that several steps ask of them. Nothing
// here decides anything; what changes them stands in input, output, timeouts and connection.
#pragma once

#include <optional>

#include <sluice/base/windowed_filter.hpp>
#include <sluice/connection/news.hpp>
#include <sluice/policy/compose.hpp>
#include <sluice/state/machine.hpp>
#include <sluice/tcb/in_flight.hpp>
#include <sluice/tcb/mtu_search.hpp>
#include <sluice/tcb/pacer.hpp>
#include <sluice/tcb/reassembly.hpp>
#include <sluice/tcb/receive_space.hpp>
#include <sluice/tcb/receive_tuning.hpp>
#include <sluice/tcb/sack_report.hpp>
#include <sluice/tcb/scoreboard.hpp>
#include <sluice/tcb/send_space.hpp>
#include <sluice/tcb/timers.hpp>
#include <sluice/tcb/timestamps.hpp>

namespace sluice {

/// What the two SYNs have agreed on (RFC 7323, RFC 2018).
struct agreement {
    bool window_scale = false;
    bool timestamps = false;
    bool sack = false;
    std::uint8_t send_shift = 0;     // of the windows that come, and of those that leave
    std::uint8_t receive_shift = 0;
};

/// What has gone through, for those who look.
struct totals {
    std::uint64_t acknowledged = 0;  // octets of ours, SYN and FIN included
    std::uint64_t received = 0;      // octets of the peer's, in order
    std::uint32_t segments_out = 0;
    std::uint32_t segments_in = 0;
    std::uint32_t retransmitted = 0;  // segments
};

/// State of what is not chosen takes no room.
template <class T>
struct absent {};

template <bool Chosen, class T>
using if_chosen = std::conditional_t<Chosen, T, absent<T>>;

struct smaller {
    constexpr bool operator()(duration a, duration b) const { return a <= b; }
};

/// What ECN needs besides its policy's own.
struct ecn_books {
    ecn_feedback heard{};        // in this ACK
    std::uint32_t flight = 0;    // before this ACK
    seq reduced_until{};         // what was sent below this left before the last reduction; or SND.UNA − 1
    bool waits = false;          // for the retransmission timer, with a window of one segment
    bool bare_ack = false;       // the ACK that is owed has no SACK blocks
    bool skip = false;           // the flags of this segment are a SYN's
};

/// What routers have said of the path: its MTU, and what was wrong with it last.
struct path_books {
    instant raise_at = never;       // its MTU may have changed by then
    seq doubted_at{};               // the packet that was said to be too big
    seq soft_error_at{};            // SND.UNA when the last soft error came
    std::uint16_t doubted = 0;      // the MTU of which that was said; 0: nothing is in doubt
    std::uint16_t believed = 0;     // the last that was; 0: none
    std::uint16_t largest_mss = 0;  // the handshake's, as c.mss counts; 0: it is not over
    error soft_error = error::none;  // the last that ICMP has told, and nothing was ended by
    std::uint8_t generation = 0;     // of what a stack's connections know of paths, when this one heard of it last
};

/// And what is tried out.
struct mtu_probes {
    mtu_search search{};
    bool excused = false;           // a loss that is being repaired
    seq begin{};                    // of the last probe
    seq end{};
    std::uint32_t lost_before = 0;  // in_flight's lost_octets() when one was excused
};

/// What a conversation leaves behind; the next one begins with `{}`.
template <class Tcp>
struct conversation_block {
    send_space snd{};
    receive_space rcv{};
    [[no_unique_address]] if_chosen<Tcp::options::sack, sack_report> to_report{};
    [[no_unique_address]] if_chosen<Tcp::reads_sack, scoreboard> reported{};
    [[no_unique_address]] if_chosen<Tcp::uses_ecn, ecn_books> marks{};
    [[no_unique_address]] if_chosen<Tcp::options::timestamps, timestamps> clock{};
    [[no_unique_address]] if_chosen<Tcp::tunes_buffers, receive_tuning> tuning{};
    [[no_unique_address]] if_chosen<Tcp::paces, pacer> release{};
    [[no_unique_address]] if_chosen<Tcp::probes_mtu, mtu_probes> probes{};
    windowed_filter<duration, instant, smaller> min_rtt{duration::max()};
    path_books path{};
    sluice::totals totals{};

    // What is wide comes first, so that nothing lies empty between two.
    // ---- when
    instant last_sent{};       // new data
    instant last_received{};
    instant retrying_since{};
    instant challenges_since{};
    instant last_stray_ack{};

    std::uint32_t mss = 0;          // Eff.snd.MSS, less the options of every segment (N34)
    std::uint32_t receive_mss = 0;  // what our SYN announced
    std::uint32_t largest_received = 0;

    // ---- sending
    std::uint32_t most_in_flight = 0;  // in this round trip
    std::uint32_t window_before = 0;   // the last episode or timeout began
    seq round_end{};                   // SND.NXT when the round trip began
    seq small_end{};                   // of the last segment that was not full-sized (N39)
    seq app_limited_end{};             // what was sent below this was all the application had
    std::uint8_t retries = 0;          // expiries since the last progress
    std::uint8_t syn_retries = 0;
    std::uint8_t probe_backoff = 0;
    bool retransmit_now = false;       // one lost segment leaves whatever the gate says
    bool probe_now = false;
    bool probe_tail_now = false;       // RFC 8985 section 7.3
    bool override_now = false;         // the SWS override timer has expired
    bool close_waits : 1 = false;      // CLOSE in SYN-RECEIVED behind queued data
    bool fin_queued : 1 = false;
    bool fin_sent : 1 = false;
    bool wants_room : 1 = false;       // the application could not write all it had
    bool more_follows : 1 = false;     // the end of the queue is not pushed (MAY-15)
    bool probing : 1 = false;          // a window probe is out, or its answer said "still shut"
    bool idle_told : 1 = false;        // about this pause
    bool may_take_back : 1 = false;    // the last reduction was for a loss, or a timeout
    bool cwnd_limited : 1 = false;     // in this round trip, and in the last
    bool cwnd_was_limited : 1 = false;

    // ---- acknowledging
    bool ack_now = false;
    bool keep_alive_now = false;
    bool tell_user_timeout = false;    // it has changed: the next ACK says so
    std::uint8_t duplicate_acks = 0;   // owed on top: one for each out-of-order segment (RFC 5681 section 4.2)
    std::uint8_t keep_alives = 0;      // probes without an answer
    std::uint8_t received_dscp = 0;    // of the last segment whose number was acceptable (MAY-9)
    std::uint16_t challenges = 0;      // in this period
    std::uint16_t peer_user_timeout = 0;  // RFC 5482, as it stands in the option; 0: none
    agreement agreed{};
};

/// All of a connection. What is declared here outlives a conversation, or takes more than `{}` to begin anew.
template <class Tcp>
struct control_block : conversation_block<Tcp> {
    using machine = sluice::machine<typename Tcp::lifecycle_policy>;
    using buffers = typename Tcp::buffers_policy;
    using conversation = conversation_block<Tcp>;
    using conversation::snd, conversation::rcv, conversation::agreed, conversation::receive_mss,
        conversation::fin_queued, conversation::fin_sent;

    sluice::state state = state::closed;
    sluice::error error = error::none;
    enum_set<news> pending_news{};
    bool owned = true;  // false after close(): an orphan
    bool listens_on_any = false;  // of our addresses
    socket_address local{};
    socket_address remote{};
    connection_options options{};
    timers timer{};

    [[no_unique_address]] typename Tcp::congestion_policy congestion{};
    [[no_unique_address]] typename Tcp::rtt_policy rtt{};
    [[no_unique_address]] typename Tcp::recovery_policy recovery{};
    [[no_unique_address]] typename Tcp::ack_policy ack{};
    [[no_unique_address]] typename Tcp::ecn_policy ecn{};

    typename buffers::send_buffer outgoing{};
    typename buffers::receive_buffer incoming{};
    in_flight<typename buffers::records> flight{};
    reassembly<typename buffers::intervals> assembly{};

    /// What LISTEN is opened with, and what to go back to: a SYN only tells for which of our addresses it is.
    constexpr void listen_on(const socket_address& ours) {
        local = ours;
        listens_on_any = ours.address.is_unspecified();
    }
    constexpr socket_address listening_on() const {
        return {listens_on_any ? ip_address{} : local.address, local.port};
    }

    constexpr void tell(news n) { pending_news = pending_news | n; }

    constexpr bool uses_timestamps() const { return Tcp::options::timestamps && agreed.timestamps; }
    constexpr bool uses_sack() const { return Tcp::options::sack && agreed.sack; }
    /// An ACK that reports a duplicate speaks of the segment that has just come, and so can't wait (RFC 2883 section
    /// 4).
    constexpr bool owes_duplicate_report() const {
        if constexpr (Tcp::options::sack)
            return this->to_report.has_duplicate();
        else
            return false;
    }
    /// What the peer's full-sized segments carry, as far as we know.
    constexpr std::uint32_t full_segment_of_peer() const {
        return receive_mss - (uses_timestamps() ? static_cast<std::uint32_t>(tcp_options::timestamps_length) : 0);
    }
    /// The most that a segment can offer: its field is 16 bits.
    constexpr std::uint32_t widest_offer() const { return 65535u << agreed.receive_shift; }
    constexpr std::uint32_t free_to_receive() const {
        return static_cast<std::uint32_t>(std::min<std::size_t>(incoming.free(), widest_offer()));
    }
    /// Where windows are scaled, a 64th of the buffer, which is a unit or more (scale_for), is kept back: rounding up
    /// (receive_space::in_units) takes from it, so that the edge does not move left while a reader pauses (SHLD-14).
    constexpr std::uint32_t offerable() const {
        const auto kept_back = static_cast<std::uint32_t>(agreed.receive_shift > 0 ? incoming.capacity() / 64 : 0);
        return floored_difference(free_to_receive(), kept_back);
    }

    /// A window on a SYN is never scaled, so 65535 is the most that can be offered with one (RFC 7323 section 2.2).
    constexpr std::uint16_t first_offer() const {
        return static_cast<std::uint16_t>(std::min<std::uint32_t>(offerable(), 65535));
    }
    /// The window that a segment would offer if it left now.
    constexpr std::uint32_t possible_offer() const {
        receive_space then = rcv;
        then.offer(offerable(), static_cast<std::uint32_t>(incoming.capacity()), full_segment_of_peer());
        return then.in_units(free_to_receive(), agreed.receive_shift) << agreed.receive_shift;
    }

    // ---- where things stand in the send sequence space: SYN, queued octets, FIN
    constexpr seq first_queued() const { return snd.syn_acknowledged() ? snd.una : snd.iss + 1; }
    constexpr seq queue_end() const {
        return first_queued() + static_cast<std::uint32_t>(outgoing.size());
    }
    constexpr std::uint32_t unsent() const {
        const seq end = queue_end();
        return !snd.syn_sent() ? static_cast<std::uint32_t>(outgoing.size()) : snd.nxt < end ? end - snd.nxt : 0;
    }
    constexpr bool fin_unsent() const { return fin_queued && !fin_sent; }
    /// A segment that was not full-sized is unacknowledged.
    constexpr bool has_small_out() const { return snd.una < this->small_end; }
    constexpr bool fin_acknowledged() const { return fin_sent && snd.una == snd.nxt; }
    /// Queued text or FIN may leave: our SYN is acknowledged, or SYN-RECEIVED has been closed (3.10.4).
    constexpr bool may_send_text() const { return snd.syn_acknowledged() || state == state::fin_wait_1; }
    /// The peer takes nothing, so that it has to be probed (3.8.6.1).
    constexpr bool window_shut() const { return snd.syn_acknowledged() && snd.wnd == 0; }
    // ---- and in the receive sequence space
    constexpr bool fin_received() const { return assembly.fin() && *assembly.fin() < rcv.nxt; }
    constexpr seq first_unread() const {
        return rcv.nxt - static_cast<std::uint32_t>(incoming.size()) - (fin_received() ? 1u : 0u);
    }

    constexpr void restart_retransmission_timer(instant now) {
        timer.set(sluice::timer::retransmission, now + rtt.rto());
    }
    constexpr void stop_clocks() {
        timer.stop_all();
        if constexpr (Tcp::paces) this->release = {};
    }
    /// When it wants to be called.
    constexpr instant next_deadline() const {
        if constexpr (Tcp::paces) return std::min(timer.next(), this->release.waits_until());
        return timer.next();
    }

    constexpr bool nothing_owed() const { return flight.empty() && unsent() == 0 && !fin_unsent(); }
};

}  // namespace sluice
