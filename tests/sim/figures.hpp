// SPDX-License-Identifier: MIT
//
// What the published figures are measured with: one flow that never ends, octets only counted, and policies with one
// thing changed, the controls that a figure must tell from the real ones.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>

#include <sluice/policy/ack/every_segment.hpp>
#include <sluice/policy/buffers/phantom_buffers.hpp>
#include <sluice/policy/compose.hpp>
#include <sluice/policy/congestion/cubic.hpp>
#include <sluice/policy/congestion/reno.hpp>
#include <sluice/policy/options/no_timestamps.hpp>
#include <sluice/policy/recovery/rack_tlp.hpp>
#include <sluice/sim/endless.hpp>
#include <sluice/sim/metrics.hpp>
#include <sluice/sim/world.hpp>

namespace figures {

using namespace sluice;

/// Octets of a segment. The models count segments, whatever their length; short ones cost less to simulate.
constexpr std::uint32_t segment_length = 216;
constexpr std::uint16_t packet_length = 40 + segment_length;

/// An ACK for each segment is what the models have.
template <class Congestion>
using modelled = tcp<Congestion, rack_tlp, phantom_buffers, every_segment, no_timestamps>;

/// The models know no timeout, and 200 ms would be two of the longer round trips here: RFC 6298 has a second at least.
template <class Tcp>
typename Tcp::settings model_settings() {
    typename Tcp::settings out;
    out.limits.mtu = packet_length;
    out.rtt.floor = 1s;
    if constexpr (requires { out.congestion.fast_convergence; }) out.congestion.fast_convergence = false;
    return out;
}

/// Of virtual time: a flow that has stopped would lose nothing more.
constexpr instant time_limit{24h};

/// So that slow start ends there.
constexpr void start_at(reno& policy, std::uint32_t window) { policy.ssthresh_ = window; }
constexpr void start_at(cubic& policy, std::uint32_t window) { policy.at_.ssthresh = window; }

/// Kept of the window when something is lost, per cent: the real policies keep 50 and 70.
template <std::uint32_t Kept>
struct reno_that_keeps : reno {
    static constexpr std::string_view name = "reno with another beta";
    constexpr void on_congestion(const congestion_report& r) {
        reno::on_congestion(r);
        cwnd_ = ssthresh_ = std::max(r.flight / 100 * Kept, 2 * mss_);
    }
};
template <std::uint32_t Kept>
struct cubic_that_keeps : cubic {
    static constexpr std::string_view name = "cubic with another beta";
    constexpr void on_congestion(const congestion_report& r) {
        cubic::on_congestion(r);
        at_.cwnd = at_.ssthresh = std::max(r.flight / 100 * Kept, 2 * mss_);
    }
};

/// A sender and a receiver with a wire between them that never queues, and loses what it is told to.
template <class Tcp>
class lone_flow {
public:
    lone_flow(const typename Tcp::settings& s, const sim::link_settings& forth)
        : world_({.links = {forth, sim::link_settings{.delay = forth.delay}}}, s, s, {.has_begun = true},
                 {.has_begun = true})
        , round_(2 * forth.delay) {
        world_.watch(packets_);
        REQUIRE(world_.open());
    }

    void run_until_losses(std::uint64_t count) {
        run_until_losses(count, [](const auto&, instant) {});
    }
    /// `after(variables of the sender, now)`, after each event.
    void run_until_losses(std::uint64_t count, auto&& after) {
        while (losses() < count && now() < time_limit)
            world_.run(now() + round_, [&](auto& w) { after(variables(), w.now()); });
        REQUIRE(losses() >= count);
        REQUIRE(world_.client().application.failure == error::none);
    }

    instant now() const { return world_.now(); }
    duration round() const { return round_; }
    std::uint64_t losses() const { return packets_.dropped(); }
    const auto& variables() { return world_.client().endpoint.connection().variables(); }
    const counters& count() { return world_.client().endpoint.count(); }
    double segments_delivered() { return static_cast<double>(world_.server().application.read) / variables().mss; }

private:
    sim::packet_counts packets_{0};
    sim::world<Tcp, Tcp, sim::endless_source, sim::counting_sink> world_;
    duration round_;
};

/// Segments in a round trip, on average, between one loss and another.
template <class Tcp>
double mean_window(lone_flow<Tcp>& flow, std::uint64_t first_loss, std::uint64_t last_loss) {
    flow.run_until_losses(first_loss);
    const instant from = flow.now();
    const double before = flow.segments_delivered();
    flow.run_until_losses(last_loss);
    const auto rounds = static_cast<double>((flow.now() - from).count()) / static_cast<double>(flow.round().count());
    return (flow.segments_delivered() - before) / rounds;
}

}  // namespace figures
