// SPDX-License-Identifier: MIT
//
// How much of a link one flow uses with a short buffer before it: a sender whose window falls below what the path
// holds leaves the link idle until it has grown again. Reno needs a buffer of one bandwidth-delay product to fill it,
// CUBIC of 0.43. What comes in over an access ten times as fast is lost at the bottleneck only.
#include <doctest/doctest.h>

#include <sluice/sim/bottleneck_meter.hpp>
#include <sluice/sim/topology.hpp>

#include "figures.hpp"

using namespace sluice;

namespace {

constexpr duration round_trip = 100ms;
constexpr std::uint64_t dropped_epochs = 3, measured_epochs = 15;

/// Bits/s at which so many packets leave in a round trip.
constexpr std::uint64_t rate_of(std::uint64_t packets) {
    return packets * figures::packet_length * 8 * (1s / round_trip);
}

/// One flow through a dumbbell.
template <class Tcp>
class buffered_flow {
public:
    buffered_flow(std::uint64_t packets, double buffer)
        : client_(net_.add_host<Tcp, sim::endless_source>(figures::model_settings<Tcp>()))
        , server_(net_.add_host<Tcp, sim::counting_sink>(figures::model_settings<Tcp>()))
        , rate_(rate_of(packets)) {
        client_.application = {.local = client_.address, .remote = server_.address};
        server_.application = {.local = server_.address};
        sim::link_settings there{.rate = rate_, .delay = round_trip / 2}, back{.delay = round_trip / 2};
        there.queue_packets = static_cast<std::size_t>(std::lround(buffer * static_cast<double>(packets)));
        const sim::dumbbell at = sim::join_dumbbell(net_, there, back);
        net_.join(client_.node, at.left, {.rate = 10 * rate_});
        net_.join(at.right, server_.node, {.rate = 10 * rate_});
        net_.watch(at.bottleneck, meter_);
        net_.finish();
    }

    void run_until_epochs(std::uint64_t count) {
        while (epochs() < count && net_.now() < figures::time_limit) net_.run(net_.now() + round_trip / 10);
        REQUIRE(epochs() >= count);
        REQUIRE(client_.application.failure == error::none);
    }
    std::uint64_t epochs() const { return client_.endpoint.count().recoveries + client_.endpoint.count().timeouts; }
    std::uint64_t lost() const { return meter_.flow_to(static_cast<std::uint32_t>(server_.node)).lost; }
    const counters& count() const { return client_.endpoint.count(); }

    /// Of what the link can carry, from one epoch's beginning to another's.
    double utilisation(std::uint64_t from, std::uint64_t to) {
        run_until_epochs(from);
        const instant began = net_.now();
        meter_.restart();
        run_until_epochs(to);
        const double seconds = static_cast<double>((net_.now() - began).count()) / 1e9;
        return static_cast<double>(meter_.carried()) * 8 / (seconds * static_cast<double>(rate_));
    }

private:
    sim::network net_{{.seed = 1}};
    sim::host<typename Tcp::endpoint, sim::endless_source>& client_;
    sim::host<typename Tcp::endpoint, sim::counting_sink>& server_;
    sim::bottleneck_meter meter_;
    std::uint64_t rate_;
};

/// In per cent.
template <class Congestion>
double utilisation(std::uint64_t packets, double buffer) {
    buffered_flow<figures::modelled<Congestion>> flow(packets, buffer);
    const double out = 100 * flow.utilisation(dropped_epochs, dropped_epochs + measured_epochs);
    MESSAGE(std::string(Congestion::name), ", path of ", packets, " packets, buffer of ", buffer, ": ", out,
            " %, over ", flow.epochs() - dropped_epochs, " epochs with ", flow.lost(), " losses; ",
            flow.count().timeouts, " timeouts");
    CHECK(flow.epochs() >= dropped_epochs + measured_epochs);
    CHECK(flow.lost() >= measured_epochs);
    return out;
}

struct point {
    double buffer;       // in bandwidth-delay products
    double reno, cubic;  // per cent of the link
};
constexpr point points[] = {{0.1, 81, 96.5}, {0.25, 88.5, 99}, {0.5, 96, 100}, {1, 100, 100}};
constexpr double margin = 2;
constexpr std::uint64_t reno_path = 83, cubic_path = 833;

}  // namespace

TEST_CASE("Reno uses 81, 88.5, 96 and 100 % of a link with a buffer of 0.1, 0.25, 0.5 and 1 of what its path holds") {
    for (const point& at : points) CHECK(std::abs(utilisation<reno>(reno_path, at.buffer) - at.reno) <= margin);
}

TEST_CASE("CUBIC uses 96.5, 99, 100 and 100 %") {
    for (const point& at : points) CHECK(std::abs(utilisation<cubic>(cubic_path, at.buffer) - at.cubic) <= margin);
}

TEST_CASE("control: Reno that keeps 70 % uses more than that, CUBIC that keeps half less") {
    for (const point& at : points) {
        if (at.reno + margin < 100)
            CHECK(utilisation<figures::reno_that_keeps<70>>(reno_path, at.buffer) > at.reno + margin);
        if (at.cubic < 100)
            CHECK(utilisation<figures::cubic_that_keeps<50>>(cubic_path, at.buffer) < at.cubic - margin);
    }
}

TEST_CASE("control: what keeps a fifth fills the link with none of these buffers") {
    for (const point& at : points) {
        if (at.reno == 100) CHECK(utilisation<figures::reno_that_keeps<20>>(reno_path, at.buffer) < 100 - margin);
        if (at.cubic == 100) CHECK(utilisation<figures::cubic_that_keeps<20>>(cubic_path, at.buffer) < 100 - margin);
    }
}
