// SPDX-License-Identifier: MIT
// Buffers that are tuned to the path: with the defaults a fast path is filled, a reader who is slow or has stopped is
// not buried, and one that goes on is soon at full rate again. Queues are without limit, so that reno never leaves slow
// start: the buffers alone decide. Each number has a control, the same without growth or with another reader, that
// misses it.
#include <doctest/doctest.h>

#include <memory>

#include <sluice/policy/buffers/growable_buffers.hpp>

#include "audited.hpp"

using namespace sluice;

namespace {

using growable_tcp = tcp<testing::gate_audit, growable_buffers>;

/// Always has something to send.
struct flood {
    void step(auto& endpoint, instant now) {
        static constexpr std::array<octet, 16384> text{};
        if (endpoint.state() != state::established) return;
        while (endpoint.send(octets(text), now)) continue;
    }
};

/// Reads all there is but in a pause; or, with a rate, as much as that allows, a hundred times a second.
struct drain {
    std::uint64_t rate = 0;  // octets per second; 0: all
    instant pause = never, resume = never;
    std::uint64_t read = 0;
    instant next{};

    instant wake() const { return next; }
    void step(auto& endpoint, instant now) {
        if (now < next && rate > 0) return;
        next = rate > 0 ? now + 10ms : now < resume ? resume : never;
        if (now >= pause && now < resume) return;
        std::uint64_t left = rate > 0 ? rate / 100 : ~std::uint64_t{0};
        while (left > 0) {
            const auto there = endpoint.peek(now);
            if (!there) return;
            const std::size_t taken = std::min<std::uint64_t>((*there).size(), left);
            CHECK(endpoint.consume(taken, now));
            read += taken;
            left -= taken;
        }
    }
};

struct path {
    std::uint64_t rate;  // bits/s
    duration round_trip;
    std::uint16_t mtu = 9000;  // fewer packets to simulate
};

struct world {
    using type = sim::world<growable_tcp, growable_tcp, flood, drain>;
    path over;
    std::unique_ptr<type> w;
    audited::watch audit{};
    std::size_t widest = 0;  // that the server's window could be

    world(const path& p, const growable_buffers& buffers, const drain& reader = {}, bool timestamps = true) : over(p) {
        growable_tcp::settings s;
        s.buffers = buffers;
        s.limits.mtu = p.mtu;
        s.limits.timestamps = timestamps;
        const sim::link_settings wire{.rate = p.rate, .delay = p.round_trip / 2};
        w = std::make_unique<type>(sim::world_settings{.links = {wire, wire}}, s, s, flood{}, reader);
        REQUIRE(w->open());
    }
    ~world() { CHECK(audit.broken == ""); }
    void run(instant until) {
        std::uint64_t events = 0;
        w->run(until, [&](auto& now) {
            widest = std::max<std::size_t>(widest, now.server().endpoint.connection().variables().incoming.capacity());
            if (++events % 64 == 0) audit(now);  // an audit walks all that is in flight
        });
    }
    /// The share of what the link can carry as payload that was read from one instant to another.
    double share(instant from, instant until) {
        run(from);
        const std::uint64_t before = w->server().application.read;
        run(until);
        const double headers = 20 + 20 + 12, seconds = std::chrono::duration<double>(until - from).count();
        const double carried = static_cast<double>(over.rate) / 8 * seconds * (over.mtu - headers) / over.mtu;
        return static_cast<double>(w->server().application.read - before) / carried;
    }
};

constexpr growable_buffers defaults{};
constexpr growable_buffers raised{.largest_receive = 32 << 20, .largest_send = 32 << 20};
constexpr growable_buffers no_growth{.largest_receive = defaults.receive};
constexpr growable_buffers no_growth_of_sender{.largest_send = defaults.send};

constexpr path long_and_fat{.rate = 1'000'000'000, .round_trip = 100ms};
constexpr path usual{.rate = 100'000'000, .round_trip = 40ms};
constexpr path short_and_fat{.rate = 10'000'000'000, .round_trip = 300us};

}  // namespace

TEST_CASE("1 Gbit/s × 100 ms is filled to 90 % within 3 s, when the buffers may hold 32 MiB") {
    CHECK(world(long_and_fat, raised).share(instant(2500ms), instant(3s)) >= 0.9);
    CHECK(world(long_and_fat, defaults).share(instant(2500ms), instant(3s)) < 0.35);  // 4 MiB to send, of 12.5 MB
    CHECK(world(long_and_fat, no_growth).share(instant(2500ms), instant(3s)) < 0.02);
    CHECK(world(long_and_fat, no_growth_of_sender).share(instant(2500ms), instant(3s)) < 0.01);
}

TEST_CASE("100 Mbit/s × 40 ms is filled to 95 % with the defaults") {
    CHECK(world(usual, defaults).share(instant(1s), instant(3s)) >= 0.95);
    CHECK(world(usual, defaults, {}, false).share(instant(1s), instant(3s)) >= 0.95);  // without timestamps, too
    CHECK(world(usual, no_growth).share(instant(1s), instant(3s)) < 0.3);  // 128 KiB of 500 kB
}

TEST_CASE("a path shorter than the timestamps' tick is filled, too") {
    CHECK(world(short_and_fat, defaults).share(instant(50ms), instant(100ms)) >= 0.95);
    CHECK(world(short_and_fat, no_growth).share(instant(50ms), instant(100ms)) < 0.5);  // 128 KiB of 375 kB
}

TEST_CASE("a reader at 1 Mbit/s keeps the window below 256 KiB, with timestamps and without") {
    for (const bool timestamps : {true, false}) {
        CAPTURE(timestamps);
        world slow(usual, defaults, {.rate = 125'000}, timestamps);
        slow.run(instant(60s));
        CHECK(slow.w->server().application.read > 59 * 125'000);
        CHECK(slow.widest < 256 << 10);
        world quick(usual, defaults, {}, timestamps);
        quick.run(instant(3s));
        CHECK(quick.widest > 256 << 10);
    }
}

TEST_CASE("a reader that stops for 10 s and goes on is at full rate within ten round trips") {
    const drain stops{.pause = instant(3s), .resume = instant(13s)};
    world pausing(usual, defaults, stops);
    CHECK(pausing.share(instant(2s), instant(3s)) >= 0.95);
    CHECK(pausing.share(instant(4s), instant(13s) - 1ns) == 0);
    CHECK(pausing.share(instant(13s) + 10 * 40ms, instant(14s)) >= 0.95);
    world small(usual, no_growth, stops);
    CHECK(small.share(instant(13s) + 10 * 40ms, instant(14s)) < 0.3);
}
