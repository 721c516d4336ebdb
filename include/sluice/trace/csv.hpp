// SPDX-License-Identifier: MIT
//
// What a connection tells of itself over time as CSV (RFC 4180, but for its CR): a column for the time in seconds, and
// one for each field of tcp_info under Linux's names and in its numbers, so that what reads the one reads the other.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include <sluice/connection/info.hpp>
#include <sluice/trace/text.hpp>

namespace sluice::trace {

namespace detail {

struct info_column {
    std::string_view name;
    std::uint64_t (*read)(const tcp_info&);
};

template <auto Field>
constexpr std::uint64_t read_field(const tcp_info& i) {
    return static_cast<std::uint64_t>(i.*Field);
}

}  // namespace detail

// clang-format off
inline constexpr auto csv_columns = std::to_array<detail::info_column>({
    {"tcpi_state",          [](const tcp_info& i) { return std::uint64_t{linux_number(i.tcpi_state)}; }},
    {"tcpi_ca_state",       &detail::read_field<&tcp_info::tcpi_ca_state>},
    {"tcpi_retransmits",    &detail::read_field<&tcp_info::tcpi_retransmits>},
    {"tcpi_probes",         &detail::read_field<&tcp_info::tcpi_probes>},
    {"tcpi_backoff",        &detail::read_field<&tcp_info::tcpi_backoff>},
    {"tcpi_options",        &detail::read_field<&tcp_info::tcpi_options>},
    {"tcpi_snd_wscale",     &detail::read_field<&tcp_info::tcpi_snd_wscale>},
    {"tcpi_rcv_wscale",     &detail::read_field<&tcp_info::tcpi_rcv_wscale>},
    {"tcpi_rto",            &detail::read_field<&tcp_info::tcpi_rto>},
    {"tcpi_ato",            &detail::read_field<&tcp_info::tcpi_ato>},
    {"tcpi_snd_mss",        &detail::read_field<&tcp_info::tcpi_snd_mss>},
    {"tcpi_rcv_mss",        &detail::read_field<&tcp_info::tcpi_rcv_mss>},
    {"tcpi_advmss",         &detail::read_field<&tcp_info::tcpi_advmss>},
    {"tcpi_unacked",        &detail::read_field<&tcp_info::tcpi_unacked>},
    {"tcpi_sacked",         &detail::read_field<&tcp_info::tcpi_sacked>},
    {"tcpi_lost",           &detail::read_field<&tcp_info::tcpi_lost>},
    {"tcpi_total_retrans",  &detail::read_field<&tcp_info::tcpi_total_retrans>},
    {"tcpi_last_data_sent", &detail::read_field<&tcp_info::tcpi_last_data_sent>},
    {"tcpi_last_data_recv", &detail::read_field<&tcp_info::tcpi_last_data_recv>},
    {"tcpi_rtt",            &detail::read_field<&tcp_info::tcpi_rtt>},
    {"tcpi_rttvar",         &detail::read_field<&tcp_info::tcpi_rttvar>},
    {"tcpi_min_rtt",        &detail::read_field<&tcp_info::tcpi_min_rtt>},
    {"tcpi_rcv_rtt",        &detail::read_field<&tcp_info::tcpi_rcv_rtt>},
    {"tcpi_snd_ssthresh",   &detail::read_field<&tcp_info::tcpi_snd_ssthresh>},
    {"tcpi_snd_cwnd",       &detail::read_field<&tcp_info::tcpi_snd_cwnd>},
    {"tcpi_snd_wnd",        &detail::read_field<&tcp_info::tcpi_snd_wnd>},
    {"tcpi_rcv_wnd",        &detail::read_field<&tcp_info::tcpi_rcv_wnd>},
    {"tcpi_rcv_space",      &detail::read_field<&tcp_info::tcpi_rcv_space>},
    {"tcpi_notsent_bytes",  &detail::read_field<&tcp_info::tcpi_notsent_bytes>},
    {"tcpi_bytes_acked",    &detail::read_field<&tcp_info::tcpi_bytes_acked>},
    {"tcpi_bytes_received", &detail::read_field<&tcp_info::tcpi_bytes_received>},
    {"tcpi_segs_out",       &detail::read_field<&tcp_info::tcpi_segs_out>},
    {"tcpi_segs_in",        &detail::read_field<&tcp_info::tcpi_segs_in>},
});
// clang-format on

/// A row for each time something has changed, but for the mere passing of time.
class csv_log {
public:
    csv_log() {
        text_ = "time";
        for (const auto& each : csv_columns) text_ += ',' + std::string(each.name);
        text_ += '\n';
    }

    void add(instant at, const tcp_info& i) {
        std::string fields;
        for (const auto& each : csv_columns) fields += ',' + digits(each.read(i));
        text_ += seconds(at) + fields + '\n';
    }
    template <class Tcp>
    void look(const control_block<Tcp>& c, instant now) {
        tcp_info i = info(c, now);
        tcp_info same = i;
        same.tcpi_last_data_sent = same.tcpi_last_data_recv = 0;
        if (is_like_last(same)) return;
        last_ = same;
        add(now, i);
    }

    const std::string& text() const { return text_; }

private:
    bool is_like_last(const tcp_info& i) const {
        for (const auto& each : csv_columns)
            if (!last_ || each.read(i) != each.read(*last_)) return false;
        return true;
    }

    std::string text_;
    std::optional<tcp_info> last_{};
};

}  // namespace sluice::trace
