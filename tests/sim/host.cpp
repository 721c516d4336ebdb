// SPDX-License-Identifier: MIT
// A host: its endpoint and its application, driven without their types, and when it wants to be called.
#include <doctest/doctest.h>

#include <vector>

#include <sluice/sim/host.hpp>

#include "post_box.hpp"

using namespace sluice;

namespace {

/// Notes the calls.
struct recorder {
    explicit recorder(instant first, std::vector<char>& into) : deadline(first), calls(into) {}
    recorder(const recorder&) = delete;

    instant deadline;
    std::vector<char>& calls;

    void on_packet(const rx_packet&, instant) { calls.push_back('p'); }
    void on_deadline(instant) { calls.push_back('d'); }
    instant next_deadline() const { return deadline; }
    std::size_t poll_transmit(instant, std::span<tx_packet> room) {
        calls.push_back('t');
        return room.size();
    }
};

struct waker {
    instant at = never;
    void step(recorder& endpoint, instant) { endpoint.calls.push_back('s'); }
    instant wake() const { return at; }
};

constexpr socket_address address{ip_address::v4(192, 0, 2, 1), 9};

}  // namespace

TEST_CASE("a host passes each call on to its endpoint or its application; the endpoint is made in its place") {
    std::vector<char> calls;
    sim::host<recorder, waker> h(sim::node_id{3}, 1500, address, {}, instant(1s), calls);
    sim::any_host& seen = h;
    CHECK(seen.node == sim::node_id{3});
    CHECK(seen.longest_packet == 1500);
    CHECK(h.address == address);
    std::array<tx_packet, 2> room;
    seen.on_packet({}, instant(0s));
    seen.step(instant(0s));
    CHECK(seen.poll_transmit(instant(0s), room) == 2);
    CHECK(calls == std::vector<char>{'p', 's', 't'});
}

TEST_CASE("a host is due when its endpoint or its application is, whichever comes first") {
    std::vector<char> calls;
    sim::host<recorder, waker> h({}, 1500, address, {}, instant(2s), calls);
    CHECK(h.due() == instant(2s));
    h.application.at = instant(1s);
    CHECK(h.due() == instant(1s));
    h.application.at = instant(3s);
    CHECK(h.due() == instant(2s));
    h.endpoint.deadline = never;
    CHECK(h.due() == instant(3s));
    sim::host<post::box, post::nobody> asleep({}, 1500, address, {});
    CHECK(asleep.due() == never);
}

TEST_CASE("the endpoint's deadline is called when it has come, not when only the application's has") {
    std::vector<char> calls;
    sim::host<recorder, waker> h({}, 1500, address, {instant(1s)}, instant(2s), calls);
    h.on_due(instant(1s));
    CHECK(calls.empty());
    h.on_due(instant(2s));
    CHECK(calls == std::vector<char>{'d'});
    h.on_due(instant(3s));
    CHECK(calls.size() == 2);
}
