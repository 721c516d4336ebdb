// SPDX-License-Identifier: MIT
//
// What each part of RACK's reordering window is for (RFC 8985 section 6.2), in worlds where packets are only late: the
// window itself, its growth by D-SACKs, and its decay behind 16 recoveries; each beside the same world without it.
#include <doctest/doctest.h>

#include <sluice/policy/buffers/phantom_buffers.hpp>
#include <sluice/policy/congestion/reno.hpp>
#include <sluice/policy/recovery/rack_tlp.hpp>
#include <sluice/sim/scenario.hpp>

using namespace sluice;

namespace {

constexpr duration shortest = 40ms;

/// No reordering is taken into account.
struct without_window : rack_tlp {
    recovery_step on_ack(recovery_ack_report r, auto& flight) {
        r.min_rtt = duration::zero();
        return rack_tlp::on_ack(r, flight);
    }
};
/// It stays a quarter of the shortest round trip.
struct without_growth : rack_tlp {
    recovery_step on_ack(const recovery_ack_report& r, auto& flight) {
        const recovery_step step = rack_tlp::on_ack(r, flight);
        window_steps_ = 1;
        return step;
    }
};

template <class Recovery>
sim::transfer_report transferred(const sim::scenario& like, const rack_tlp& how = {}) {
    using tcp_of = tcp<reno, Recovery, phantom_buffers>;
    typename tcp_of::settings s;
    static_cast<rack_tlp&>(s.recovery) = how;
    s.buffers.receive = 768 * 1024;
    sim::scenario at = like;
    at.rate = 100'000'000;
    at.delay = shortest / 2;
    at.queue = 3000;
    at.reordering = 0.01;
    at.back = sim::link_settings{.rate = at.rate, .delay = at.delay};
    at.record = false;
    const auto r = sim::transfer<tcp_of>(at, s, s);
    CHECK(r.failure == error::none);
    MESSAGE("late by ", at.reordering_delay / 1ms, " ms: ", r.segments, " segments, ", r.recoveries, " episodes, ",
            r.client.recoveries_undone, " undone, ", r.retransmitted, " sent again, ", r.timeouts, " timeouts");
    CHECK(r.segments >= 20'000);
    return r;
}

}  // namespace

TEST_CASE("late by a fifth of the shortest round trip: one needless episode, which shows that there is reordering") {
    const sim::scenario s{.reordering_delay = shortest / 5, .octets = 30'000 * 1448};
    const auto kept = transferred<rack_tlp>(s);
    CHECK(kept.recoveries == 1);
    CHECK(kept.client.recoveries_undone == 1);
    CHECK(transferred<without_window>(s).recoveries >= 50);  // control
}

TEST_CASE("late by half of it: each needless episode widens the window by a quarter until it is wide enough") {
    const sim::scenario s{.reordering_delay = shortest / 2, .octets = 30'000 * 1448};
    const auto grown = transferred<rack_tlp>(s);
    CHECK(grown.recoveries <= 3);
    CHECK(grown.client.recoveries_undone == grown.recoveries);
    CHECK(transferred<without_growth>(s).recoveries >= 50);  // control
}

TEST_CASE("behind sixteen recoveries the window is narrow again, and has to be widened again, by one episode or two") {
    const sim::scenario s{.loss = 0.002, .reordering_delay = shortest / 2, .octets = 60'000 * 1448};
    const auto r = transferred<rack_tlp>(s);
    CHECK(r.recoveries - r.client.recoveries_undone >= 100);  // losses there are
    const std::uint64_t least = r.recoveries / 16, most = 2 * (r.recoveries / 16 + 1);
    CHECK(r.client.recoveries_undone >= least);
    CHECK(r.client.recoveries_undone <= most);
    CHECK(transferred<rack_tlp>(s, {.recoveries_to_remember = 255}).client.recoveries_undone < least);  // controls
    CHECK(transferred<rack_tlp>(s, {.recoveries_to_remember = 8}).client.recoveries_undone > most);
}
