// SPDX-License-Identifier: MIT
//
// The smallest network: two hosts with an application each, and a cable between them, of which host 0, the client, is
// end 0.
#pragma once

#include <array>
#include <cstdint>

#include <sluice/connection/endpoint.hpp>
#include <sluice/sim/bulk.hpp>
#include <sluice/sim/network.hpp>

namespace sluice::sim {

struct world_settings {
    std::array<link_settings, 2> links{};  // from host 0 to host 1, and back
    bool ipv6 = false;
    std::uint32_t super_segment = 0;       // octets of payload that a host's link takes at once; 0: one segment
    sluice::seed seed = 1;
};

template <class Client, class Server = Client, class ClientApplication = bulk, class ServerApplication = bulk>
class world {
public:
    /// The endpoints' seeds come from the world's. The hosts have addresses, and nothing is open yet.
    explicit world(const world_settings& s, const typename Client::settings& client = {},
                   const typename Server::settings& server = {}, ClientApplication client_application = {},
                   ServerApplication server_application = {})
        : network_({.ipv6 = s.ipv6, .seed = s.seed}),
          client_(network_.add_host<Client>(client, std::move(client_application))),
          server_(network_.add_host<Server>(server, std::move(server_application))),
          cable_(network_.join(client_.node, server_.node, s.links[0], s.links[1])) {
        client_.address.port = 49152;  // the first of those that are nobody's (RFC 6335 section 6)
        client_.endpoint.set_largest_super_segment(s.super_segment);
        server_.endpoint.set_largest_super_segment(s.super_segment);
        network_.finish();
    }

    instant now() const { return network_.now(); }
    std::uint64_t events() const { return network_.events(); }
    const link& way(int from) const { return network_.way(cable_, from); }
    auto& client() { return client_; }
    auto& server() { return server_; }

    /// The tap outlives the world.
    void watch(auto& tap) { network_.watch(tap); }

    /// Host 1 listens, host 0 connects. The first error, if there is one.
    result<void> open() { return network_.open(client_, server_); }

    /// After calls from outside: the host's application has its step, and what can leave, leaves.
    void serve(int which) { network_.serve(which == 0 ? client_.node : server_.node); }

    /// As a network runs; `after` gets the world.
    template <class After>
    bool run(instant until, After&& after) {
        return network_.run(until, [&](const network&) { after(*this); });
    }
    bool run(instant until = never) { return network_.run(until); }

private:
    network network_;
    host<typename Client::endpoint, ClientApplication>& client_;
    host<typename Server::endpoint, ServerApplication>& server_;
    cable_id cable_;
};

}  // namespace sluice::sim
