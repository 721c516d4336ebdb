// SPDX-License-Identifier: MIT
//
// A connection in SYN-RECEIVED that a listener waits for, folded into 64 octets: what its SYN said, and when our answer
// leaves again. A segment or a timeout unfolds it, and what happens then is what happens to any connection: the record
// decides nothing. It comes from a SYN cookie as well (RFC 4987), which is such a record in the peer's hands. Not kept:
// the SYN's window, which the ACK replaces, its user timeout (RFC 5482), a D-SACK that waits for an ACK. And our user
// timeout does not run: nobody's yet, it has a limit of tries.
#pragma once

#include <sluice/connection/connection.hpp>
#include <sluice/stack/short_time.hpp>

namespace sluice {

struct half_open {
    /// Up to 134 s ahead, which is more than RTOs are, and 6 min late: whoever has slept longer waits once more.
    using time = short_time<std::chrono::microseconds, 29, 27>;

    ip_address local_address;
    ip_address remote_address;
    std::uint16_t local_port = 0;
    std::uint16_t remote_port = 0;
    seq iss{};
    seq irs{};
    std::uint32_t timestamp = 0;           // TS.Recent
    std::uint32_t again : 29 = 0;          // when our SYN,ACK leaves again
    std::uint32_t ecn : 3 = 0;             // what the ECN policy wants kept of the handshake
    list_link in_turn{};                   // among those that were sent as often
    std::uint16_t mss = 0;                 // as the peer announced it, or less
    std::uint16_t shift : 4 = no_shift;    // of the peer's windows
    std::uint16_t tries : 4 = 0;           // expiries so far
    std::uint16_t timestamps : 1 = 0;
    std::uint16_t sack : 1 = 0;
    std::uint16_t resent : 1 = 0;          // our SYN,ACK left more than once, or nobody knows when (Karn, MUST-18)
    std::uint16_t offered : 1 = 0;         // more than a SYN,ACK can: by an ACK, whose window is scaled
    std::uint16_t answered : 4 = 15;       // when anything doubtful was answered last: see answer_period

    static constexpr std::uint16_t no_shift = 15;  // a shift is 14 at most
    static constexpr int answered_bits = 4;

    time due() const { return time::of(again); }
    void leaves_again(time at) { again = at.number() & 0x1fffffff; }
    socket_address local() const { return {local_address, local_port}; }
    socket_address remote() const { return {remote_address, remote_port}; }
};
static_assert(sizeof(half_open) <= 64);

/// The half second in which a record answers once: the limits of RFC 5961 section 7 and of N15, as far as they fit. In
/// so many bits, of which all 1 stands for none: after 2^bits − 1 of them one is taken for another, and holds an answer
/// back.
template <class Tcp>
std::uint32_t answer_period(const environment<Tcp>& env, int bits) {
    const std::int64_t periods = (1 << bits) - 1;
    return static_cast<std::uint32_t>(env.now.time_since_epoch() / 500ms % periods);
}
/// A connection that is unfolded answers nothing doubtful in the period in which it has answered already.
template <class Tcp>
void limit_answers(control_block<Tcp>& c, const environment<Tcp>& env, bool answered) {
    if (!answered) return;
    c.last_stray_ack = env.now;
    c.challenges_since = env.now;
    c.challenges = endless_challenges - 1;
}
template <class Tcp>
bool has_answered(const control_block<Tcp>& c, const environment<Tcp>& env) {
    return c.challenges > 0 || c.last_stray_ack == env.now;
}
/// The period in which it did, or none.
template <class Tcp>
std::uint32_t note_answer(const control_block<Tcp>& c, const environment<Tcp>& env, int bits) {
    return has_answered(c, env) ? answer_period(env, bits) : (std::uint32_t{1} << bits) - 1;
}

/// A connection in SYN-RECEIVED whose SYN,ACK has left.
template <class Tcp>
half_open fold_half_open(const control_block<Tcp>& c, const environment<Tcp>& env) {
    half_open out{
        .local_address = c.local.address,
        .remote_address = c.remote.address,
        .local_port = c.local.port,
        .remote_port = c.remote.port,
        .iss = c.snd.iss,
        .irs = c.rcv.irs};
    out.leaves_again(
        half_open::time(std::min(c.timer[timer::retransmission], env.now + half_open::time::longest_ahead)));
    if constexpr (Tcp::uses_ecn) out.ecn = c.ecn.handshake() & 7u;
    std::uint32_t mss = c.mss;
    if constexpr (Tcp::options::timestamps) {
        out.timestamp = c.clock.recent();
        if (c.agreed.timestamps) mss += static_cast<std::uint32_t>(tcp_options::timestamps_length);
    }
    out.mss = static_cast<std::uint16_t>(mss);
    out.shift = (c.agreed.window_scale ? c.agreed.send_shift : half_open::no_shift) & 0xf;
    out.tries = std::min<std::uint8_t>(c.retries, 15) & 0xf;
    out.timestamps = c.agreed.timestamps;
    out.sack = c.agreed.sack;
    out.resent = c.flight[c.flight.first()].transmissions > 1;
    out.offered = c.rcv.wnd() > 65535;
    out.answered = note_answer(c, env, half_open::answered_bits) & 0xf;
    return out;
}

/// The SYN that the peer must have sent.
inline segment syn_of(const half_open& h) {
    segment syn{};
    syn.sequence = h.irs;
    syn.flags = flag::syn;
    syn.options.mss = h.mss;
    if (h.shift != half_open::no_shift) syn.options.window_scale = h.shift;
    if (h.timestamps) syn.options.timestamps = timestamps_option{.value = h.timestamp, .echo = 0};
    syn.options.sack_permitted = h.sack;
    return syn;
}

/// Into a connection that was CLOSED. False, and it still is, without memory for it.
template <class Tcp>
bool unfold(const half_open& h, control_block<Tcp>& c, environment<Tcp>& env) {
    open_conversation(c, env);
    if (!c.flight.provide(env.pool, 2)) return false;
    c.state = state::syn_received_passive;
    c.local = h.local();
    c.remote = h.remote();
    choose_own_side(c, env, h.iss);
    take_syn(c, env, syn_of(h));
    if constexpr (Tcp::uses_ecn) c.ecn.resume(h.ecn);
    if (h.offered) {
        offer_window(c);
        static_cast<void>(c.rcv.field(c.free_to_receive(), c.agreed.receive_shift));
    }

    // Our SYN,ACK has left `tries` + 1 times, each time after the RTO of then.
    const instant due = h.due().near(env.now);
    instant first_sent = due - c.rtt.rto();
    for (unsigned i = 0; i < h.tries; ++i) {
        if constexpr (requires { c.rtt.on_timeout(); }) c.rtt.on_timeout();
        first_sent -= c.rtt.rto();
    }
    const instant sent = std::min(due - c.rtt.rto(), env.now);  // it was rounded up
    c.flight.send(h.iss, h.iss + 1, sent, false);
    if (h.resent) c.flight.resend(c.flight.first(), sent);
    c.snd.nxt = h.iss + 1;
    c.last_sent = sent;
    c.retries = c.syn_retries = static_cast<std::uint8_t>(h.tries);
    if constexpr (Tcp::options::timestamps) {
        c.clock.began_at(first_sent - half_open::time::tick);
        c.clock.ack_sent(c.rcv.nxt);
    }
    c.timer.set(timer::retransmission, due);
    limit_answers(c, env, h.answered == answer_period(env, half_open::answered_bits));
    return true;
}

}  // namespace sluice
