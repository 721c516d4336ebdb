// SPDX-License-Identifier: MIT
//
// Hosts of a network on which coroutine programs run: many connections each, and the sockets of host/. The same source
// runs over a real link (host/device.hpp).
//     auto& server = sim::add_programs<my_tcp>(network);
//     server.endpoint.spawn(echo_server(server.endpoint));
#pragma once

#include <sluice/host/host.hpp>
#include <sluice/sim/network.hpp>

namespace sluice::sim {

/// The application of such a host. In virtual time a turn takes none, so it goes on until each program waits, and for
/// what is still to come.
struct programs {
    void step(auto& endpoint, instant now) {
        while (endpoint.run_programs() || endpoint.next_deadline() <= now) endpoint.on_deadline(now);
    }
};

template <class Tcp>
using program_host = host<sluice::host<Tcp>, programs>;

/// The seed in its settings is the network's to give. What is spawned after network::finish() begins with the next
/// event at the host, or with network::serve().
template <class Tcp>
program_host<Tcp>& add_programs(network& in, typename Tcp::settings settings = {}) {
    settings.seed = in.draw_seed();
    const host_addresses own = in.next_address();
    return in.add_endpoint<sluice::host<Tcp>>(programs{}, settings.limits.mtu, settings, own);
}

}  // namespace sluice::sim
