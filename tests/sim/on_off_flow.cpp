// SPDX-License-Identifier: MIT
// A bulk transfer that pauses: data leaves while it is on, and all of it arrives in the end.
#include <doctest/doctest.h>

#include <vector>

#include <sluice/sim/on_off_flow.hpp>

#include "support/compositions.hpp"

using namespace sluice;

namespace {

/// When data left the client.
struct departures {
    std::vector<instant> at;
    void on_packet(const sim::packet_report& r) {
        if (r.what == sim::packet_event::sent && r.from == 0 && r.packet.text_length > 0) at.push_back(r.now);
    }
};

struct path {
    explicit path(const sim::on_off_settings& times, std::uint64_t octets)
        : flow(sim::add_on_off_flow<default_tcp>(net, octets, times)) {
        net.watch(net.join(flow.client.node, flow.server.node, {.rate = 10'000'000, .delay = 5ms}), left);
        net.finish();
        REQUIRE(net.open(flow.client, flow.server));
        CHECK(net.run());
    }
    sim::network net;
    sim::on_off_flow<default_tcp> flow;
    departures left;
};

}  // namespace

// What TCP has taken when a period ends, 64 KiB at most, leaves within the next 100 ms: 52 ms of the link, and some
// round trips of 10 ms. (Without the pauses, the control, a megabyte takes less than one period and a half.)
TEST_CASE("a sender that is on for 100 ms of each second sends then, and not in the rest of the second") {
    const path p({.on = 100ms, .off = 900ms}, 1'000'000), control({}, 1'000'000);
    CHECK(p.flow.is_complete());
    CHECK(control.flow.is_complete());
    for (const instant each : p.left.at) CHECK(each.time_since_epoch() % 1s < 200ms);
    CHECK(p.left.at.back() > instant(4s));
    CHECK(control.left.at.back() < instant(1500ms));
}

TEST_CASE("drawn pauses differ with the seed alone, and everything arrives") {
    const path p({.on = 20ms, .off = 50ms, .lengths = sim::spread::exponential}, 2'000'000);
    const path again({.on = 20ms, .off = 50ms, .lengths = sim::spread::exponential}, 2'000'000);
    CHECK(p.flow.is_complete());
    CHECK(p.left.at == again.left.at);
    const path fixed({.on = 20ms, .off = 50ms}, 2'000'000);
    CHECK(fixed.left.at != p.left.at);
}
