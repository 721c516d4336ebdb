// SPDX-License-Identifier: MIT
// A congestion policy of one's own. my_first_policy tries it alone, and race knows it as my_cc.
#pragma once

#include <sluice/sluice.hpp>

// Doubles in each round trip until they become longer, or something is lost. Then, where reno gives up half of its
// window, this gives up a fifth, and comes back twice as fast.
struct my_cc {
    using slot = sluice::congestion_slot;
    std::uint32_t cwnd = 0, mss = 0, acked = 0;
    bool doubles = true;

    std::uint32_t window() const { return cwnd; }
    void on_start(const sluice::start_report& r) { mss = r.mss, cwnd = 10 * mss; }
    void on_ack(const sluice::ack_report& r) {
        if (r.in_recovery || !r.cwnd_limited) return;
        if (r.rtt && r.min_rtt && *r.rtt > *r.min_rtt * 5 / 4) doubles = false;
        acked += r.newly_acked;
        if (!doubles && acked < cwnd) return;
        cwnd = std::min(cwnd + (doubles ? acked : 2 * mss), sluice::largest_window), acked = 0;
    }
    void on_congestion(const sluice::congestion_report& r) {
        back_off(std::max(std::min(cwnd, r.flight) / 5 * 4, 2 * mss));
    }
    void on_rto(const sluice::rto_report&) { back_off(mss); }
    void back_off(std::uint32_t to) { cwnd = to, acked = 0, doubles = false; }
};
