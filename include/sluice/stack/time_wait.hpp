// SPDX-License-Identifier: MIT
//
// A connection in TIME-WAIT that its application has let go, folded into 64 octets (RFC 9293 section 3.6.1). A segment
// unfolds it, and what happens then is what happens to any connection. What a SYN for a new incarnation of the
// connection means is decided here: RFC 6191, and RFC 9293's MAY-2 where there are no timestamps.
#pragma once

#include <sluice/stack/half_open.hpp>

namespace sluice {

struct time_wait {
    using time = short_time<std::chrono::milliseconds, 24>;  // up to 35 min ahead, 4 h late
    static constexpr int answered_bits = 5;

    ip_address local_address;
    ip_address remote_address;
    std::uint16_t local_port = 0;
    std::uint16_t remote_port = 0;
    seq snd_nxt{};
    seq rcv_nxt{};
    std::uint32_t timestamp = 0;  // TS.Recent
    list_link in_turn{};
    std::uint32_t end : 24 = 0;       // of 2MSL
    std::uint32_t hop_limit : 8 = 0;  // as the application set it, like dscp: in every segment (MUST-48, MUST-49)
    std::uint32_t dscp : 6 = 0;
    std::uint32_t window : 16 = 0;    // RCV.WND, in units of 2^shift
    std::uint32_t shift : 4 = 0;
    std::uint32_t timestamps : 1 = 0;
    std::uint32_t answered : 5 = 0;   // when anything doubtful was answered last: see answer_period

    socket_address local() const { return {local_address, local_port}; }
    socket_address remote() const { return {remote_address, remote_port}; }
    time due() const { return time::of(end); }
};
static_assert(sizeof(time_wait) <= 64);

template <class Tcp>
time_wait fold_time_wait(const control_block<Tcp>& c, const environment<Tcp>& env) {
    time_wait out{.local_address = c.local.address,
                  .remote_address = c.remote.address,
                  .local_port = c.local.port,
                  .remote_port = c.remote.port,
                  .snd_nxt = c.snd.nxt,
                  .rcv_nxt = c.rcv.nxt};
    const instant end = std::min(c.timer[timer::time_wait], env.now + time_wait::time::longest_ahead);
    out.end = time_wait::time(end).number() & 0xffffff;
    out.hop_limit = c.options.hop_limit;
    out.dscp = c.options.dscp & 0x3f;
    if constexpr (Tcp::options::timestamps) out.timestamp = c.clock.recent();
    out.shift = c.agreed.receive_shift & 0xf;
    out.window = std::min<std::uint32_t>(c.rcv.wnd() >> c.agreed.receive_shift, 65535) & 0xffff;
    out.timestamps = c.agreed.timestamps;
    out.answered = note_answer(c, env, time_wait::answered_bits) & 0x1f;
    return out;
}

/// Into a connection that was CLOSED.
template <class Tcp>
void unfold(const time_wait& w, control_block<Tcp>& c, environment<Tcp>& env) {
    open_conversation(c, env);
    c.state = state::time_wait;
    c.owned = false;
    c.local = w.local();
    c.remote = w.remote();
    c.options.dscp = static_cast<std::uint8_t>(w.dscp);
    c.options.hop_limit = static_cast<std::uint8_t>(w.hop_limit);
    choose_own_side(c, env, w.snd_nxt);
    c.agreed.timestamps = w.timestamps;
    c.agreed.receive_shift = w.shift;
    // Both FINs are acknowledged, and everything that was ever sent.
    c.snd.acked = std::uint32_t{1} << 30;
    c.snd.max_wnd = std::uint32_t{65535} << 14;  // RFC 5961 section 5.2 allows it
    c.fin_queued = c.fin_sent = true;
    c.rcv.start(w.rcv_nxt - 1, std::uint32_t{w.window} << w.shift);
    c.assembly.end_at(w.rcv_nxt - 1);
    if constexpr (Tcp::options::timestamps) {
        if (w.timestamps) c.clock.take(w.timestamp, w.rcv_nxt, env.now);
        c.clock.ack_sent(w.rcv_nxt);
    }
    c.timer.set(timer::time_wait, w.due().near(env.now));
    limit_answers(c, env, w.answered == answer_period(env, time_wait::answered_bits));
}

/// Whether a SYN begins a new incarnation of the connection: its first number, or its clock, is beyond the old one's
/// (RFC 6191 section 2; SHLD-4, MAY-2). A clock that we would not look at says nothing.
template <class Tcp>
constexpr bool begins_anew(const time_wait& w, const segment& syn, const environment<Tcp>& env) {
    const bool beyond = w.rcv_nxt - 1 < syn.sequence;  // the last number that was received is the FIN's
    const bool uses_timestamps = Tcp::options::timestamps && env.settings.limits.timestamps && syn.options.timestamps;
    if (!uses_timestamps) return beyond;
    if (!w.timestamps) return true;
    const seq last(w.timestamp), theirs(syn.options.timestamps->value);
    return last < theirs || (last == theirs && beyond);
}

}  // namespace sluice
