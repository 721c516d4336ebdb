// SPDX-License-Identifier: MIT
// Which packets a capture holds, from where. The file format itself is tested with trace/pcapng.
#include <doctest/doctest.h>

#include <memory>

#include <sluice/sim/capture.hpp>
#include <sluice/sim/world.hpp>

#include "support/compositions.hpp"

using namespace sluice;

namespace {

/// Enhanced packet blocks (type 6) in a capture: how many, on which interface, with which times.
struct blocks {
    std::size_t on_interface[2]{};
    bool is_in_order = true;
    std::size_t octets_captured = 0;

    explicit blocks(octets file) {
        std::uint64_t last = 0;
        for (std::size_t at = 0; at < file.size(); at += load_be32(file.data() + at + 4)) {
            const octet* block = file.data() + at;
            if (load_be32(block) != 6) continue;
            ++on_interface[load_be32(block + 8)];
            const std::uint64_t time = load_be64(block + 12);
            is_in_order = is_in_order && time >= last;
            last = time;
            octets_captured += load_be32(block + 20);
        }
    }
};

struct tally {
    std::size_t sent[2]{}, delivered[2]{};
    void on_packet(const sim::packet_report& r) {
        if (r.what == sim::packet_event::sent) ++sent[r.from];
        if (r.what == sim::packet_event::delivered) ++delivered[r.from];
    }
};

}  // namespace

TEST_CASE("a capture holds what a host sent and what reached it, in the order of time") {
    const sim::link_settings rough{.rate = 10'000'000,
                                   .delay = 5ms,
                                   .loss = 0.1,
                                   .duplication = 0.02,
                                   .reordering = 0.05,
                                   .reordering_delay = 2ms};
    auto w = std::make_unique<sim::world<classic_tcp>>(
        sim::world_settings{.links = {rough, rough}}, classic_tcp::settings{}, classic_tcp::settings{},
        sim::bulk{.writer = {.length = 100'000}},
        sim::bulk{.reader = {.length = 100'000, .sender = 0}, .ends_last = true});
    sim::capture at_client, at_server(sim::seen_from::host_1), at_both(sim::seen_from::both);
    tally t;
    w->watch(at_client);
    w->watch(at_server);
    w->watch(at_both);
    w->watch(t);
    REQUIRE(w->open());
    CHECK(w->run());
    REQUIRE(w->server().application.is_complete());
    CHECK(t.sent[0] != t.delivered[0]);

    const blocks client(at_client.file().bytes()), server(at_server.file().bytes()), both(at_both.file().bytes());
    CHECK(client.on_interface[0] == t.sent[0] + t.delivered[1]);
    CHECK(server.on_interface[0] == t.sent[1] + t.delivered[0]);
    CHECK(both.on_interface[0] == client.on_interface[0]);
    CHECK(both.on_interface[1] == server.on_interface[0]);
    CHECK(both.is_in_order);
    CHECK(both.octets_captured == client.octets_captured + server.octets_captured);
    CHECK(server.octets_captured > 100'000);
}

TEST_CASE("a capture of headers has each packet, cut, and none is longer") {
    auto w = std::make_unique<sim::world<default_tcp>>(
        sim::world_settings{}, default_tcp::settings{}, default_tcp::settings{},
        sim::bulk{.writer = {.length = 100'000}},
        sim::bulk{.reader = {.length = 100'000, .sender = 0}, .ends_last = true});
    sim::capture whole, cut(sim::seen_from::host_0, 52);
    w->watch(whole);
    w->watch(cut);
    REQUIRE(w->open());
    CHECK(w->run());
    const blocks all(whole.file().bytes()), headers(cut.file().bytes());
    REQUIRE(all.on_interface[0] > 100);
    CHECK(headers.on_interface[0] == all.on_interface[0]);
    CHECK(headers.octets_captured == 52 * headers.on_interface[0]);
    CHECK(all.octets_captured > headers.octets_captured + 90'000);
}
