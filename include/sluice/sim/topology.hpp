// SPDX-License-Identifier: MIT
//
// The networks that congestion control is studied in: many flows through one bottleneck, and one flow through a row of
// them. What is joined here can be joined to, until the network is finished.
#pragma once

#include <cassert>
#include <cstddef>
#include <vector>

#include <sluice/sim/network.hpp>

namespace sluice::sim {

/// The links of a cable that differ, as ADSL's do: away from the host, and back to it.
struct two_way {
    link_settings there, back;
};

/// The client hangs on one router, the server on another, or the same one.
void join_flow(network& in, const auto& flow, node_id client_at, node_id server_at, const two_way& client,
               const two_way& server) {
    in.join(flow.client.node, client_at, client.there, client.back);
    in.join(flow.server.node, server_at, server.there, server.back);
}
void join_flow(network& in, const auto& flow, node_id client_at, node_id server_at, const link_settings& access) {
    join_flow(in, flow, client_at, server_at, {access, access}, {access, access});
}

struct dumbbell {
    node_id left, right;  // routers
    cable_id bottleneck;  // from left, its end 0
};

/// Two routers, for flows of which each has an access of its own.
inline dumbbell join_dumbbell(network& in, const link_settings& there, const link_settings& back) {
    const node_id left = in.add_router(), right = in.add_router();
    return {left, right, in.join(left, right, there, back)};
}

/// All clients on the left, all servers on the right.
dumbbell join_dumbbell(network& in, const auto& flows, const link_settings& access, const link_settings& bottleneck) {
    const dumbbell out = join_dumbbell(in, bottleneck, bottleneck);
    for (const auto& each : flows) join_flow(in, each, out.left, out.right, access);
    return out;
}

struct chain {
    std::vector<node_id> routers;
    std::vector<cable_id> cables;  // cable i from router i, its end 0, to router i + 1
};

/// A row of routers.
inline chain join_chain(network& in, std::size_t routers, const link_settings& there, const link_settings& back) {
    assert(routers > 0);
    chain out{.routers = {in.add_router()}, .cables = {}};
    while (out.routers.size() < routers) {
        const node_id next = in.add_router();
        out.cables.push_back(in.join(out.routers.back(), next, there, back));
        out.routers.push_back(next);
    }
    return out;
}
inline chain join_chain(network& in, std::size_t routers, const link_settings& each) {
    return join_chain(in, routers, each, each);
}

/// A chain with a bottleneck for each of the crossing flows, which enter at one router and leave at the next; the
/// others go through all of them.
chain join_parking_lot(network& in, const auto& through, const auto& crossing, const link_settings& access,
                       const link_settings& bottleneck) {
    const chain out = join_chain(in, std::size(crossing) + 1, bottleneck);
    for (const auto& each : through) join_flow(in, each, out.routers.front(), out.routers.back(), access);
    std::size_t at = 0;
    for (const auto& each : crossing) {
        join_flow(in, each, out.routers[at], out.routers[at + 1], access);
        ++at;
    }
    return out;
}

}  // namespace sluice::sim
