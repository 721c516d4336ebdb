// SPDX-License-Identifier: MIT
//
// A stack's sockets as `ss -ti` of Linux lists them: state, what waits to be read and to be acknowledged, both
// addresses; and a second line with what each connection knows of its path.
#pragma once

#include <algorithm>
#include <vector>

#include <sluice/connection/info.hpp>
#include <sluice/stack/stack.hpp>
#include <sluice/trace/address.hpp>

namespace sluice::trace {

namespace detail {

constexpr const char* ss_name(state s) {
    switch (s) {
        case state::closed: return "UNCONN";
        case state::listen: return "LISTEN";
        case state::syn_sent: return "SYN-SENT";
        case state::syn_received_passive:
        case state::syn_received_active: return "SYN-RECV";
        case state::established: return "ESTAB";
        case state::fin_wait_1: return "FIN-WAIT-1";
        case state::fin_wait_2: return "FIN-WAIT-2";
        case state::close_wait: return "CLOSE-WAIT";
        case state::closing: return "CLOSING";
        case state::last_ack: return "LAST-ACK";
        case state::time_wait: return "TIME-WAIT";
    }
    return "?";
}

inline std::string column(std::string text, std::size_t width) {
    if (text.size() < width) text.append(width - text.size(), ' ');
    return text + ' ';
}

inline std::string ss_line(state s, std::size_t in, std::size_t out, const socket_address& local,
                           const socket_address& remote) {
    return column(ss_name(s), 10) + column(digits(in), 6) + column(digits(out), 6) + column(text(local), 22) +
           text(remote) + '\n';
}

/// Milliseconds with three digits, without zeros at the end.
inline std::string milliseconds(std::uint32_t microseconds) {
    std::string out = decimal(microseconds / 1000.0, 3);
    out.erase(out.find_last_not_of('0') + 1);
    if (out.back() == '.') out.pop_back();
    return out;
}

}  // namespace detail

inline constexpr const char* ss_head = "State      Recv-Q Send-Q Local Address:Port     Peer Address:Port\n";

/// What stands behind the tab: what is not known, or nothing, is left out.
inline std::string ss_details(const tcp_info& i) {
    std::string out;
    const auto add = [&](const char* name, const std::string& value) {
        out += (out.empty() ? "" : " ") + (name + value);
    };
    const auto add_unless_zero = [&](const char* name, std::uint64_t value) {
        if (value != 0) add(name, digits(value));
    };
    if (i.tcpi_options & tcpi_opt_timestamps) add("ts", "");
    if (i.tcpi_options & tcpi_opt_sack) add("sack", "");
    if (i.tcpi_options & tcpi_opt_wscale)
        add("wscale:", digits(unsigned{i.tcpi_snd_wscale}) + ',' + digits(unsigned{i.tcpi_rcv_wscale}));
    add("rto:", detail::milliseconds(i.tcpi_rto));
    if (i.tcpi_backoff != 0) add("backoff:", digits(unsigned{i.tcpi_backoff}));
    if (i.tcpi_rtt != 0) add("rtt:", detail::milliseconds(i.tcpi_rtt) + '/' + detail::milliseconds(i.tcpi_rttvar));
    if (i.tcpi_ato != 0) add("ato:", detail::milliseconds(i.tcpi_ato));
    add("mss:", digits(i.tcpi_snd_mss));
    add_unless_zero("rcvmss:", i.tcpi_rcv_mss);
    add("advmss:", digits(i.tcpi_advmss));
    add("cwnd:", digits(i.tcpi_snd_cwnd));
    if (i.tcpi_snd_ssthresh < 0x7fffffff) add("ssthresh:", digits(i.tcpi_snd_ssthresh));
    add_unless_zero("bytes_acked:", i.tcpi_bytes_acked);
    add_unless_zero("bytes_received:", i.tcpi_bytes_received);
    add_unless_zero("segs_out:", i.tcpi_segs_out);
    add_unless_zero("segs_in:", i.tcpi_segs_in);
    add("lastsnd:", digits(i.tcpi_last_data_sent));
    add("lastrcv:", digits(i.tcpi_last_data_recv));
    add_unless_zero("unacked:", i.tcpi_unacked);
    if (i.tcpi_retransmits != 0 || i.tcpi_total_retrans != 0)
        add("retrans:", digits(unsigned{i.tcpi_retransmits}) + '/' + digits(i.tcpi_total_retrans));
    add_unless_zero("lost:", i.tcpi_lost);
    add_unless_zero("sacked:", i.tcpi_sacked);
    if (i.tcpi_rcv_rtt != 0) add("rcv_rtt:", detail::milliseconds(i.tcpi_rcv_rtt));
    add("rcv_space:", digits(i.tcpi_rcv_space));
    add_unless_zero("notsent:", i.tcpi_notsent_bytes);
    if (i.tcpi_min_rtt != 0) add("minrtt:", detail::milliseconds(i.tcpi_min_rtt));
    add("snd_wnd:", digits(i.tcpi_snd_wnd));
    return out;
}

/// Listeners first, then by local and remote address as they are printed, so that the list does not depend on the past.
/// `details` adds the second lines.
template <class Tcp>
std::string ss(const basic_stack<Tcp>& stack, bool details = true) {
    const auto& t = stack.variables();
    std::vector<std::string> listening, others;
    t.listeners.for_each([&](list_index, const listener& l) {
        listening.push_back(detail::ss_line(state::listen, l.to_accept, l.options.backlog, l.local, {}));
    });
    t.sockets.for_each([&](list_index, const socket_slot<Tcp>& s) {
        const control_block<Tcp>& c = s.tcp.variables();
        if (c.state == state::closed && !s.has_owner) return;  // the place in which records are unfolded
        std::string lines = detail::ss_line(c.state, c.incoming.size(), c.outgoing.size(), c.local, c.remote);
        if (details && c.state != state::closed)
            lines += "\t " + ss_details(info(c, t.env.now)) + " phase:" + name(phase_of(c)) + '\n';
        others.push_back(std::move(lines));
    });
    t.half_opens.for_each([&](list_index, const half_open& h) {
        others.push_back(detail::ss_line(state::syn_received_passive, 0, 0, h.local(), h.remote()));
    });
    t.time_waits.for_each([&](list_index, const time_wait& w) {
        others.push_back(detail::ss_line(state::time_wait, 0, 0, w.local(), w.remote()));
    });
    std::sort(listening.begin(), listening.end());
    const std::size_t addresses = 25;  // where they begin in a line
    std::sort(others.begin(), others.end(), [](const std::string& a, const std::string& b) {
        return a.substr(addresses) < b.substr(addresses);
    });
    std::string out = ss_head;
    for (const auto* lines : {&listening, &others})
        for (const std::string& line : *lines) out += line;
    return out;
}

}  // namespace sluice::trace
