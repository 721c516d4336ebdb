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

/// A cable's links, which may differ: ADSL, or a satellite with a telephone line back.
struct two_way {
    link_settings there, back;

    two_way(const link_settings& both) : there(both), back(both) {}
    two_way(const link_settings& to, const link_settings& from) : there(to), back(from) {}
};

/// How a client and a server hang on their routers: there is up, away from the host, and back is down.
struct access {
    two_way client, server;

    access(const link_settings& all) : client(all), server(all) {}
    access(const two_way& each) : client(each), server(each) {}
    access(const two_way& of_client, const two_way& of_server) : client(of_client), server(of_server) {}
};

/// The client hangs on one router, the server on another, or the same one.
void join_flow(network& in, const auto& flow, node_id client_at, node_id server_at, const access& by) {
    in.join(flow.client.node, client_at, by.client.there, by.client.back);
    in.join(flow.server.node, server_at, by.server.there, by.server.back);
}

struct dumbbell {
    node_id left, right;  // routers
    cable_id bottleneck;  // from left, its end 0
};

/// Two routers, for flows that each have an access of their own.
inline dumbbell join_dumbbell(network& in, const two_way& bottleneck) {
    const node_id left = in.add_router(), right = in.add_router();
    return {left, right, in.join(left, right, bottleneck.there, bottleneck.back)};
}

/// All clients on the left, all servers on the right.
dumbbell join_dumbbell(network& in, const auto& flows, const access& each, const two_way& bottleneck) {
    const dumbbell out = join_dumbbell(in, bottleneck);
    for (const auto& one : flows) join_flow(in, one, out.left, out.right, each);
    return out;
}

struct chain {
    std::vector<node_id> routers;
    std::vector<cable_id> cables;  // cable i from router i, its end 0, to router i + 1
};

/// A row of routers.
inline chain join_chain(network& in, std::size_t routers, const two_way& each) {
    assert(routers > 0);
    chain out{.routers = {in.add_router()}, .cables = {}};
    while (out.routers.size() < routers) {
        const node_id next = in.add_router();
        out.cables.push_back(in.join(out.routers.back(), next, each.there, each.back));
        out.routers.push_back(next);
    }
    return out;
}

/// A chain with a bottleneck for each of the crossing flows, which enter at one router and leave at the next; the
/// others go through all of them.
chain join_parking_lot(network& in, const auto& through, const auto& crossing, const access& by,
                       const two_way& bottleneck) {
    const chain out = join_chain(in, std::size(crossing) + 1, bottleneck);
    for (const auto& each : through) join_flow(in, each, out.routers.front(), out.routers.back(), by);
    std::size_t at = 0;
    for (const auto& each : crossing) {
        join_flow(in, each, out.routers[at], out.routers[at + 1], by);
        ++at;
    }
    return out;
}

}  // namespace sluice::sim
