// SPDX-License-Identifier: MIT
// connection/info.hpp and phase.hpp: what a connection tells of itself, against what was done to it.
#include "support/compositions.hpp"
#include "support/lab.hpp"

#include <sluice/connection/info.hpp>

using namespace sluice;
using lab::bench;

namespace {

tcp_info told(const auto& b) { return info(b.block(), b.now); }
phase now(const auto& b) { return phase_of(b.block()); }

}  // namespace

TEST_CASE("the names of tcp_info tell round trips in microseconds, windows in segments, and what has gone through") {
    bench<classic_tcp> b;
    b.peer_offers.sack_permitted = true;
    b.peer_offers.window_scale = 3;
    REQUIRE(b.connect());
    CHECK(now(b) == phase::opening);
    b.wait(80ms);  // the round trip
    b.arrives({.flags = flag::syn | flag::ack,
               .sequence = 0,
               .acknowledgment = 1,
               .window = 5000,
               .mss = 1000,
               .options = b.peer_offers});
    b.take();
    const tcp_info open = told(b);
    CHECK(open.tcpi_state == state::established);
    CHECK(open.tcpi_rtt == 80'000);
    CHECK(open.tcpi_rttvar == 40'000);           // RFC 6298 section 2.2: R / 2
    CHECK(open.tcpi_rto == 240'000);             // SRTT + 4 RTTVAR
    CHECK(open.tcpi_min_rtt == 80'000);
    CHECK(open.tcpi_snd_mss == 1000);
    CHECK(open.tcpi_advmss == 1460);
    CHECK(open.tcpi_snd_cwnd == 10);             // RFC 6928
    CHECK(open.tcpi_snd_ssthresh == 0x7fffffff);  // none yet
    CHECK(open.tcpi_snd_wnd == 5000);
    CHECK(open.tcpi_options == (tcpi_opt_sack | tcpi_opt_wscale));
    CHECK(open.tcpi_snd_wscale == 3);
    CHECK(open.tcpi_bytes_acked == 1);
    CHECK(open.tcpi_segs_out == 2);
    CHECK(open.tcpi_segs_in == 1);
    CHECK(now(b) == phase::resting);

    b.acks(1, 1000);  // a window of 8000
    REQUIRE(b.send(std::string(9000, 'x')));
    CHECK(told(b).tcpi_unacked == 8);
    CHECK(told(b).tcpi_notsent_bytes == 1000);
    CHECK(now(b) == phase::slow_start);
    b.wait(30ms);
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1, .text = "abc", .window = 1000});
    CHECK(told(b).tcpi_bytes_received == 3);
    CHECK(told(b).tcpi_rcv_mss == 3);
    b.wait(20ms);
    CHECK(told(b).tcpi_last_data_sent == 50);
    CHECK(told(b).tcpi_last_data_recv == 20);
}

TEST_CASE("losses, timeouts, a shut window and the end are phases with names") {
    bench<classic_tcp> b;
    CHECK(now(b) == phase::closed);
    b.peer_offers.sack_permitted = true;
    b.establish(65535, 1000);
    REQUIRE(b.send(std::string(8000, 'x')));
    // Segments 2 to 4 arrive: the first is lost (RFC 6675).
    for (std::uint32_t i = 2; i <= 4; ++i)
        b.arrives({.flags = flag::ack,
                   .sequence = 1,
                   .acknowledgment = 1,
                   .window = 65535,
                   .options = {.sack = [&] {
                       sack_blocks s;
                       s.push_back({seq(1001), seq(i * 1000 + 1)});
                       return s;
                   }()}});
    CHECK(now(b) == phase::recovery);
    CHECK(told(b).tcpi_ca_state == ca_state::recovery);
    CHECK(told(b).tcpi_sacked == 3);
    CHECK(told(b).tcpi_total_retrans == 1);
    CHECK(told(b).tcpi_snd_ssthresh == 4);  // half of the flight
    b.wait_for_deadline();
    b.wait_for_deadline();
    CHECK(now(b) == phase::after_timeout);
    CHECK(told(b).tcpi_ca_state == ca_state::loss);
    CHECK(told(b).tcpi_retransmits >= 1);
    b.acks(8001);
    CHECK(now(b) == phase::resting);
    CHECK(told(b).tcpi_retransmits == 0);
    CHECK(told(b).tcpi_bytes_acked == 8001);
    REQUIRE(b.send(std::string(20000, 'x')));
    b.acks(b.next_ack());
    CHECK(now(b) == phase::congestion_avoidance);
    b.acks(b.next_ack(), 0);
    CHECK(now(b) == phase::window_shut);
    b.wait_for_deadline();  // a probe
    CHECK(told(b).tcpi_backoff == 1);
    b.acks(b.next_ack());
    b.acks(b.next_ack());
    REQUIRE(b.shutdown());
    CHECK(now(b) == phase::closing);
    b.acks(b.next_ack());
    b.arrives({.flags = flag::ack | flag::fin, .sequence = b.next_seq(), .acknowledgment = b.next_ack()});
    CHECK(now(b) == phase::time_wait);
    CHECK(std::string(name(now(b))) == "time wait");
    bench<classic_tcp> listening;
    REQUIRE(listening.listen());
    CHECK(now(listening) == phase::listening);
}
