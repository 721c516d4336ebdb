// SPDX-License-Identifier: MIT
// trace/csv.hpp: the columns are tcp_info's, each field stands in its own; and a transfer's rows.
#include <doctest/doctest.h>

#include <sluice/sim/scenario.hpp>
#include <sluice/trace/csv.hpp>

using namespace sluice;

namespace {

constexpr std::string_view head =
    "time,tcpi_state,tcpi_ca_state,tcpi_retransmits,tcpi_probes,tcpi_backoff,tcpi_options,tcpi_snd_wscale,"
    "tcpi_rcv_wscale,tcpi_rto,tcpi_ato,tcpi_snd_mss,tcpi_rcv_mss,tcpi_advmss,tcpi_unacked,tcpi_sacked,tcpi_lost,"
    "tcpi_total_retrans,tcpi_last_data_sent,tcpi_last_data_recv,tcpi_rtt,tcpi_rttvar,tcpi_min_rtt,tcpi_rcv_rtt,"
    "tcpi_snd_ssthresh,tcpi_snd_cwnd,tcpi_snd_wnd,tcpi_rcv_wnd,tcpi_rcv_space,tcpi_notsent_bytes,tcpi_bytes_acked,"
    "tcpi_bytes_received,tcpi_segs_out,tcpi_segs_in\n";

std::vector<std::string> rows_of(const std::string& text) {
    std::vector<std::string> out;
    for (std::size_t at = 0, end; (end = text.find('\n', at)) != std::string::npos; at = end + 1)
        out.push_back(text.substr(at, end - at));
    return out;
}
std::uint64_t field(const std::string& row, std::string_view column) {
    std::size_t at = row.find(',');
    for (const auto& each : trace::csv_columns) {
        if (each.name == column) return static_cast<std::uint64_t>(std::atoll(row.c_str() + at + 1));
        at = row.find(',', at + 1);
    }
    return ~std::uint64_t{0};
}

}  // namespace

TEST_CASE("each field stands in the column of its name, and the state is Linux's number") {
    trace::csv_log log;
    CHECK(log.text() == head);
    log.add(instant(1500ms), {.tcpi_state = state::established,
                              .tcpi_ca_state = ca_state::loss,
                              .tcpi_retransmits = 3,
                              .tcpi_probes = 5,
                              .tcpi_backoff = 6,
                              .tcpi_options = 7,
                              .tcpi_snd_wscale = 8,
                              .tcpi_rcv_wscale = 9,
                              .tcpi_rto = 10,
                              .tcpi_ato = 11,
                              .tcpi_snd_mss = 12,
                              .tcpi_rcv_mss = 13,
                              .tcpi_advmss = 14,
                              .tcpi_unacked = 15,
                              .tcpi_sacked = 16,
                              .tcpi_lost = 17,
                              .tcpi_total_retrans = 18,
                              .tcpi_last_data_sent = 19,
                              .tcpi_last_data_recv = 20,
                              .tcpi_rtt = 21,
                              .tcpi_rttvar = 22,
                              .tcpi_min_rtt = 23,
                              .tcpi_rcv_rtt = 24,
                              .tcpi_snd_ssthresh = 25,
                              .tcpi_snd_cwnd = 26,
                              .tcpi_snd_wnd = 27,
                              .tcpi_rcv_wnd = 28,
                              .tcpi_rcv_space = 29,
                              .tcpi_notsent_bytes = 30,
                              .tcpi_bytes_acked = 5'000'000'000,
                              .tcpi_bytes_received = 32,
                              .tcpi_segs_out = 33,
                              .tcpi_segs_in = 34});
    CHECK(log.text() == std::string(head) +
                            "1.500000,1,4,3,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,"
                            "5000000000,32,33,34\n");
}

TEST_CASE("of a transfer: a row for each change, and the last one has what there was in all") {
    trace::csv_log log;
    const auto r = sim::transfer<tcp<>, tcp<>>(
        {.rate = 10'000'000, .delay = 20ms, .queue = 30, .octets = 1 << 20}, {}, {},
        [&](auto& world) { log.look(world.client().endpoint.connection().variables(), world.now()); });
    REQUIRE(r.complete);
    const auto rows = rows_of(log.text());
    REQUIRE(rows.size() > 100);
    CHECK(rows.size() < r.events);
    for (std::size_t i = 2; i < rows.size(); ++i)
        CHECK(rows[i].substr(rows[i].find(',')) != rows[i - 1].substr(rows[i - 1].find(',')));
    CHECK(field(rows.back(), "tcpi_state") == 7);  // TCP_CLOSE
    CHECK(field(rows.back(), "tcpi_total_retrans") == r.retransmitted);
    std::uint64_t most = 0, estimate = 0;
    for (const std::string& row : rows) {
        most = std::max(most, row == rows[0] ? 0 : field(row, "tcpi_bytes_acked"));
        if (row != rows[0] && field(row, "tcpi_min_rtt") > 0) estimate = field(row, "tcpi_min_rtt");
    }
    CHECK(most == (1u << 20) + 2);  // SYN and FIN
    CHECK(estimate >= 40'000);      // microseconds
    CHECK(estimate < 42'000);
}
