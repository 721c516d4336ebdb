// SPDX-License-Identifier: MIT
//
// A bulk transfer whose sender pauses: while it is on it writes all that TCP takes, while it is off nothing. What TCP
// has taken by then still leaves.
#pragma once

#include <cstdint>

#include <sluice/connection/endpoint.hpp>
#include <sluice/sim/flow.hpp>
#include <sluice/sim/on_off.hpp>

namespace sluice::sim {

/// The application.
struct on_off_bulk {
    bulk transfer{};
    on_off times{};

    bool is_complete() const { return transfer.is_complete(); }

    void step(auto& endpoint, instant now) {
        times.advance(now);
        transfer.writer.is_paused = !times.is_on();
        transfer.step(endpoint, now);
    }
    instant wake() const { return transfer.writer.is_done() ? never : times.until(); }
};

template <class Tcp>
using on_off_flow = flow<Tcp, Tcp, on_off_bulk>;

/// Adds the two hosts. The periods begin at `start`, the connection with network::open.
template <class Tcp>
on_off_flow<Tcp> add_on_off_flow(network& in, std::uint64_t octets, const on_off_settings& times, instant start = {},
                                 const typename Tcp::settings& both = {}) {
    const on_off_flow<Tcp> out{in.add_host<Tcp, on_off_bulk>(both), in.add_host<Tcp, bulk>(both)};
    const bulk_pair ends =
        bulk_between(octets, 0, static_cast<int>(out.client.node), static_cast<int>(out.server.node));
    out.client.application = {ends.client, on_off(times, start, seeded_random(in.draw_seed()))};
    out.server.application = ends.server;
    return out;
}

}  // namespace sluice::sim
