// SPDX-License-Identifier: MIT
//
// What a connection can tell of itself, under the names of Linux's tcp_info: times in microseconds where that has them
// so, milliseconds for the tcpi_last_… ones; windows and what is in flight in segments.
#pragma once

#include <sluice/connection/phase.hpp>

namespace sluice {

/// As Linux numbers them: TCP_ESTABLISHED …
constexpr std::uint8_t linux_number(state s) {
    switch (s) {
        case state::established: return 1;
        case state::syn_sent: return 2;
        case state::syn_received_active:
        case state::syn_received_passive: return 3;
        case state::fin_wait_1: return 4;
        case state::fin_wait_2: return 5;
        case state::time_wait: return 6;
        case state::closed: return 7;
        case state::close_wait: return 8;
        case state::last_ack: return 9;
        case state::listen: return 10;
        case state::closing: return 11;
    }
    return 0;
}

/// As Linux numbers them: TCP_CA_Open …
enum class ca_state : std::uint8_t { open = 0, disorder = 1, cwr = 2, recovery = 3, loss = 4 };

/// tcpi_options.
inline constexpr std::uint8_t tcpi_opt_timestamps = 1, tcpi_opt_sack = 2, tcpi_opt_wscale = 4, tcpi_opt_ecn = 8;

struct tcp_info {
    state tcpi_state{};
    sluice::ca_state tcpi_ca_state{};
    std::uint8_t tcpi_retransmits = 0;  // expiries since the last progress
    std::uint8_t tcpi_probes = 0;
    std::uint8_t tcpi_backoff = 0;
    std::uint8_t tcpi_options = 0;
    std::uint8_t tcpi_snd_wscale = 0;
    std::uint8_t tcpi_rcv_wscale = 0;

    std::uint32_t tcpi_rto = 0;
    std::uint32_t tcpi_ato = 0;
    std::uint32_t tcpi_snd_mss = 0;
    std::uint32_t tcpi_rcv_mss = 0;
    std::uint32_t tcpi_advmss = 0;

    std::uint32_t tcpi_unacked = 0;
    std::uint32_t tcpi_sacked = 0;
    std::uint32_t tcpi_lost = 0;
    std::uint32_t tcpi_total_retrans = 0;

    std::uint32_t tcpi_last_data_sent = 0;
    std::uint32_t tcpi_last_data_recv = 0;

    std::uint32_t tcpi_rtt = 0;
    std::uint32_t tcpi_rttvar = 0;
    std::uint32_t tcpi_min_rtt = 0;
    std::uint32_t tcpi_rcv_rtt = 0;
    std::uint32_t tcpi_snd_ssthresh = 0;
    std::uint32_t tcpi_snd_cwnd = 0;
    std::uint32_t tcpi_snd_wnd = 0;    // octets
    std::uint32_t tcpi_rcv_wnd = 0;    // octets
    std::uint32_t tcpi_rcv_space = 0;  // octets: the receive buffer
    std::uint32_t tcpi_notsent_bytes = 0;

    std::uint64_t tcpi_bytes_acked = 0;
    std::uint64_t tcpi_bytes_received = 0;
    std::uint32_t tcpi_segs_out = 0;
    std::uint32_t tcpi_segs_in = 0;

    error soft_error{};  // not of Linux's: the last that ICMP has told, and nothing was ended by
};

template <class Tcp>
constexpr ca_state ca_state_of(const control_block<Tcp>& c) {
    if (after_timeout(c)) return ca_state::loss;
    if (in_recovery(c)) return ca_state::recovery;
    return c.flight.sacked_octets() > 0 ? ca_state::disorder : ca_state::open;
}

template <class Tcp>
constexpr tcp_info info(const control_block<Tcp>& c, instant now) {
    const auto in_segments = [&](std::uint32_t length) { return c.mss == 0 ? 0 : (length + c.mss - 1) / c.mss; };
    const auto microseconds = [](duration d) { return static_cast<std::uint32_t>(d / 1us); };
    const auto ago = [&](instant then) { return static_cast<std::uint32_t>((now - then) / 1ms); };
    tcp_info out{.tcpi_state = c.state,
                 .tcpi_ca_state = ca_state_of(c),
                 .tcpi_retransmits = c.retries,
                 .tcpi_probes = c.probe_backoff,
                 .tcpi_backoff = std::max(c.retries, c.probe_backoff),
                 .tcpi_snd_wscale = c.agreed.send_shift,
                 .tcpi_rcv_wscale = c.agreed.receive_shift,
                 .tcpi_rto = microseconds(c.rtt.rto()),
                 .tcpi_snd_mss = c.mss,
                 .tcpi_rcv_mss = c.largest_received,
                 .tcpi_advmss = c.receive_mss,
                 .tcpi_unacked = in_segments(c.snd.flight()),
                 .tcpi_sacked = in_segments(c.flight.sacked_octets()),
                 .tcpi_lost =
                     in_segments(c.snd.flight() - std::min(c.snd.flight(), c.flight.pipe() + c.flight.sacked_octets())),
                 .tcpi_total_retrans = c.totals.retransmitted,
                 .tcpi_last_data_sent = ago(c.last_sent),
                 .tcpi_last_data_recv = ago(c.last_received),
                 .tcpi_rtt = microseconds(srtt(c).value_or(duration::zero())),
                 .tcpi_min_rtt = microseconds(min_rtt(c).value_or(duration::zero())),
                 .tcpi_snd_cwnd = in_segments(target_window(c)),
                 .tcpi_snd_wnd = c.snd.wnd,
                 .tcpi_rcv_wnd = c.rcv.synchronized ? c.rcv.wnd() : 0,
                 .tcpi_rcv_space = static_cast<std::uint32_t>(c.incoming.capacity()),
                 .tcpi_notsent_bytes = c.unsent(),
                 .tcpi_bytes_acked = c.totals.acknowledged,
                 .tcpi_bytes_received = c.totals.received,
                 .tcpi_segs_out = c.totals.segments_out,
                 .tcpi_segs_in = c.totals.segments_in,
                 .soft_error = c.path.soft_error};
    if (c.agreed.timestamps) out.tcpi_options |= tcpi_opt_timestamps;
    if (c.agreed.sack) out.tcpi_options |= tcpi_opt_sack;
    if (c.agreed.window_scale) out.tcpi_options |= tcpi_opt_wscale;
    if constexpr (requires { c.ecn.agreed(); })
        if (c.ecn.agreed()) out.tcpi_options |= tcpi_opt_ecn;
    out.tcpi_snd_ssthresh =
        ssthresh(c) == largest_window ? 0x7fffffff : in_segments(ssthresh(c));  // as Linux says "none"
    if constexpr (requires { c.rtt.rttvar(); })
        out.tcpi_rttvar = microseconds(c.rtt.rttvar().value_or(duration::zero()));
    if constexpr (Tcp::tunes_buffers) out.tcpi_rcv_rtt = microseconds(c.tuning.round_trip());
    if constexpr (requires { c.ack.delay; }) out.tcpi_ato = microseconds(c.ack.delay);
    return out;
}

}  // namespace sluice
