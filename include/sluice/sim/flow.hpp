// SPDX-License-Identifier: MIT
//
// A client, a server, and one bulk transfer between them: what a network carries. Each end has its own Tcp and
// settings. Which cables lie between the two is the topology's business.
#pragma once

#include <cstdint>

#include <sluice/connection/endpoint.hpp>
#include <sluice/sim/bulk.hpp>
#include <sluice/sim/network.hpp>

namespace sluice::sim {

template <class Client, class Server = Client, class Sender = bulk>
struct flow {
    host<typename Client::endpoint, Sender>& client;
    host<typename Server::endpoint, bulk>& server;

    /// Every octet arrived, none was wrong, and both ends have closed in good order.
    bool is_complete() const { return client.application.is_complete() && server.application.is_complete(); }
    /// When the server had read the last octet; else `never`.
    instant complete_at() const { return server.application.reader.complete_at; }
};

/// Adds the two hosts. The flow begins with network::open(flow.client, flow.server), whenever that is called.
template <class Client, class Server = Client>
flow<Client, Server> add_flow(network& in, std::uint64_t octets, std::uint64_t octets_back = 0,
                              const typename Client::settings& client = {},
                              const typename Server::settings& server = {}) {
    const flow<Client, Server> out{in.add_host<Client>(client), in.add_host<Server>(server)};
    const bulk_pair ends =
        bulk_between(octets, octets_back, static_cast<int>(out.client.node), static_cast<int>(out.server.node));
    out.client.application = ends.client;
    out.server.application = ends.server;
    return out;
}

}  // namespace sluice::sim
