// SPDX-License-Identifier: MIT
//
// The names that code in scripts may use: fields of tcp_info, and constants.
#pragma once

#include <optional>
#include <string>

#include <sluice/connection/info.hpp>
#include <sluice/testing/script/names.hpp>

namespace sluice::testing::script {

/// Nothing for a name that is not known here.
inline std::optional<double> number_of_info(const std::string& name, const tcp_info& info) {
    if (const auto constant = number_of(name)) return static_cast<double>(*constant);
    if (name == "tcpi_state") return linux_number(info.tcpi_state);
    if (name == "tcpi_ca_state") return static_cast<double>(info.tcpi_ca_state);
    struct small_field {
        std::string_view name;
        std::uint8_t tcp_info::*place;
    };
    for (const auto& each : std::to_array<small_field>({{"tcpi_retransmits", &tcp_info::tcpi_retransmits},
                                                        {"tcpi_probes", &tcp_info::tcpi_probes},
                                                        {"tcpi_backoff", &tcp_info::tcpi_backoff},
                                                        {"tcpi_options", &tcp_info::tcpi_options},
                                                        {"tcpi_snd_wscale", &tcp_info::tcpi_snd_wscale},
                                                        {"tcpi_rcv_wscale", &tcp_info::tcpi_rcv_wscale}}))
        if (each.name == name) return static_cast<double>(info.*each.place);
    struct large_field {
        std::string_view name;
        std::uint32_t tcp_info::*place;
    };
    for (const auto& each : std::to_array<large_field>({{"tcpi_rto", &tcp_info::tcpi_rto},
                                                  {"tcpi_ato", &tcp_info::tcpi_ato},
                                                  {"tcpi_snd_mss", &tcp_info::tcpi_snd_mss},
                                                  {"tcpi_rcv_mss", &tcp_info::tcpi_rcv_mss},
                                                  {"tcpi_advmss", &tcp_info::tcpi_advmss},
                                                  {"tcpi_unacked", &tcp_info::tcpi_unacked},
                                                  {"tcpi_sacked", &tcp_info::tcpi_sacked},
                                                  {"tcpi_lost", &tcp_info::tcpi_lost},
                                                  {"tcpi_total_retrans", &tcp_info::tcpi_total_retrans},
                                                  {"tcpi_last_data_sent", &tcp_info::tcpi_last_data_sent},
                                                  {"tcpi_last_data_recv", &tcp_info::tcpi_last_data_recv},
                                                  {"tcpi_rtt", &tcp_info::tcpi_rtt},
                                                  {"tcpi_rttvar", &tcp_info::tcpi_rttvar},
                                                  {"tcpi_min_rtt", &tcp_info::tcpi_min_rtt},
                                                  {"tcpi_rcv_rtt", &tcp_info::tcpi_rcv_rtt},
                                                  {"tcpi_snd_ssthresh", &tcp_info::tcpi_snd_ssthresh},
                                                  {"tcpi_snd_cwnd", &tcp_info::tcpi_snd_cwnd},
                                                  {"tcpi_snd_wnd", &tcp_info::tcpi_snd_wnd},
                                                  {"tcpi_rcv_wnd", &tcp_info::tcpi_rcv_wnd},
                                                  {"tcpi_rcv_space", &tcp_info::tcpi_rcv_space},
                                                  {"tcpi_notsent_bytes", &tcp_info::tcpi_notsent_bytes},
                                                  {"tcpi_segs_out", &tcp_info::tcpi_segs_out},
                                                  {"tcpi_segs_in", &tcp_info::tcpi_segs_in}}))
        if (each.name == name) return static_cast<double>(info.*each.place);
    if (name == "tcpi_bytes_acked") return static_cast<double>(info.tcpi_bytes_acked);
    if (name == "tcpi_bytes_received") return static_cast<double>(info.tcpi_bytes_received);
    return {};
}

}  // namespace sluice::testing::script
