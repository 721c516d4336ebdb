// SPDX-License-Identifier: MIT
// Paths of which one link takes less than the others: routers that say so, routers that do not, and who lies.
#include <doctest/doctest.h>

#include <sluice/policy/congestion/reno.hpp>
#include <sluice/policy/options/mtu_probing.hpp>
#include <sluice/sim/flow.hpp>
#include <sluice/testing/audit.hpp>

namespace {

using namespace sluice;

/// How often the window was made smaller, and by what.
struct watched_reno : reno {
    int episodes = 0, timeouts = 0, sizes = 0;
    constexpr void on_congestion(const congestion_report& r) { ++episodes, reno::on_congestion(r); }
    constexpr void on_rto(const rto_report& r) { ++timeouts, reno::on_rto(r); }
    constexpr void on_mss(std::uint32_t mss) { ++sizes, reno::on_mss(mss); }
};

using plain = tcp<watched_reno, sluice::testing::gate_audit>;
using probing = tcp<watched_reno, mtu_probing, sluice::testing::gate_audit>;

struct path_settings {
    std::size_t mtu = sim::unlimited;  // of the link between the routers
    bool hides_mtu = false;
    bool ipv6 = false;
    std::uint64_t octets = 1'000'000;
    double loss = 0;
};

/// client - router - router - server; 20 ms there and back.
template <class Tcp>
struct path {
    sim::network net;
    sim::flow<Tcp> flow;
    sim::node_id left, right;
    sim::cable_id narrow{};
    const char* broken = nullptr;

    explicit path(const path_settings& s, const typename Tcp::settings& client = {})
        : net({.ipv6 = s.ipv6, .seed = 7}), flow(sim::add_flow<Tcp>(net, s.octets, 0, client)),
          left(net.add_router()), right(net.add_router()) {
        net.join(flow.client.node, left, {.delay = 1ms});
        sim::link_settings between{.rate = 50'000'000, .delay = 8ms, .mtu = s.mtu, .hides_mtu = s.hides_mtu};
        between.loss = s.loss;
        narrow = net.join(left, right, between);
        net.join(right, flow.server.node, {.delay = 1ms});
        net.finish();
        REQUIRE(net.open(flow.client, flow.server));
    }

    void run(instant until) {
        net.run(until, [&](const auto&) { look(); });
    }
    /// Until so much has been read at the other end.
    void run_to(std::uint64_t octets) {
        while (flow.server.application.reader.position < octets && net.now() < instant(1h))
            run(net.now() + 1ms);
    }

    void look() {
        for (const auto* rule : {sluice::testing::audit(client()),
                                 sluice::testing::audit(flow.server.endpoint.connection().variables()),
                                 flow.client.endpoint.observers().broken})
            if (rule && !broken) broken = rule;
    }

    const control_block<Tcp>& client() { return flow.client.endpoint.connection().variables(); }
    const counters& count() { return flow.client.endpoint.count(); }
    std::uint32_t mtu() { return path_mtu(client()); }
    const watched_reno& congestion() { return client().congestion; }
};

}  // namespace

TEST_CASE("RFC 4821: a black hole is found by two timeouts, and the search ends within a step of what the path takes") {
    for (const std::uint32_t real : {1400u, 1492u, 1100u}) {
        CAPTURE(real);
        path<probing> p({.mtu = real, .hides_mtu = true, .octets = 4'000'000});
        p.run(instant(60s));
        CHECK(p.flow.is_complete());
        CHECK(p.count().black_holes == 1);
        CHECK(p.count().timeouts == 2);
        CHECK(p.congestion().timeouts == 2);
        CHECK(p.congestion().episodes == 0);
        CHECK(p.count().mtu_probes_lost > 0);
        CHECK(p.mtu() <= real);
        CHECK(real - p.mtu() < mtu_search::step);
        CHECK(!p.broken);
    }
}
