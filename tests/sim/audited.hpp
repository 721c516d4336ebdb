// SPDX-License-Identifier: MIT
// Transfers that are audited after every event, at both ends.
#pragma once

#include <string>

#include <doctest/doctest.h>

#include <sluice/sim/scenario.hpp>
#include <sluice/testing/audit.hpp>

namespace audited {

using namespace sluice;

/// What runs after each event of a world: the first broken rule of either end is a failure.
struct watch {
    std::string broken;

    void look(auto& host, const char* which, instant now) {
        const char* rule = sluice::testing::audit(host.endpoint.connection().variables());
        if constexpr (requires { host.endpoint.observers().broken; })
            if (!rule) rule = host.endpoint.observers().broken;
        if (rule && broken.empty())
            broken = std::string(which) + " at " + std::to_string(now.time_since_epoch().count()) + " ns: " + rule;
    }
    void operator()(auto& world) {
        look(world.client(), "client", world.now());
        look(world.server(), "server", world.now());
    }
};

template <class Client, class Server = Client>
sim::transfer_report transfer(const sim::scenario& s, const typename Client::settings& client = {},
                              const typename Server::settings& server = {}) {
    watch w;
    auto report = sim::transfer<Client, Server>(s, client, server, [&](auto& world) { w(world); });
    CHECK_MESSAGE(w.broken.empty(), w.broken);
    return report;
}

}  // namespace audited
