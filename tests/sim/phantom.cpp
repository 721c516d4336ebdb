// SPDX-License-Identifier: MIT
// Long simulations with octets that are only counted: more than 8 GiB at 10 Gbit/s, and a connection that rests for
// longer than timestamps can tell older from newer.
#include <doctest/doctest.h>

#include <memory>

#include <sluice/policy/buffers/phantom_buffers.hpp>

#include "audited.hpp"
#include "support/option_mixes.hpp"

using namespace sluice;

namespace {

using phantom_tcp = tcp<testing::gate_audit, phantom_buffers>;

constexpr std::uint64_t gibibyte = std::uint64_t{1} << 30;

/// Sends so many octets that are none, and shuts down.
struct counter_out {
    std::uint64_t length = 0;
    duration rest{};  // before the second half
    std::uint64_t written = 0;
    instant goes_on = never;

    instant wake() const { return goes_on; }
    void step(auto& endpoint, instant now) {
        if (endpoint.state() != state::established) return;
        if (goes_on == now) goes_on = never, rest = {};
        if (rest > duration::zero() && written == length / 2) {
            if (goes_on == never) goes_on = now + rest;
            return;
        }
        const std::uint64_t most = rest > duration::zero() ? length / 2 : length;
        while (written < most) {
            const auto taken = endpoint.send(payload::counted(most - written), now);
            if (!taken) return;
            written += *taken;
        }
        if (written == length) CHECK(endpoint.close(now));
    }
};

/// Reads all there is, and ends when the peer has.
struct counter_in {
    std::uint64_t read = 0;
    instant last{};

    void step(auto& endpoint, instant now) {
        if (const std::size_t there = endpoint.readable(); there > 0) {
            CHECK(endpoint.consume(there, now));
            read += there;
            last = now;
        }
        if (endpoint.state() == state::close_wait) CHECK(endpoint.close(now));
    }
};
using phantom_world = sim::world<phantom_tcp, phantom_tcp, counter_out, counter_in>;

/// How often the numbers of the client's segments with text go around, and its timestamps look older than the last.
struct numbers {
    std::uint32_t last = 0;
    std::optional<std::uint32_t> last_timestamp{};
    int wraps = 0, steps_back = 0;

    void on_packet(const sim::packet_report& r) {
        if (r.what != sim::packet_event::sent || r.from != 0 || r.packet.text_length == 0) return;
        const segment s = parse_packet({.data = r.packet.data, .length = r.packet.data.size()})->segment;
        const std::uint32_t number = s.sequence.number();
        if (number < last && last - number > 1u << 31) ++wraps;  // what is sent again lies nearer
        last = number;
        if (!s.options.timestamps) return;
        if (last_timestamp && seq(s.options.timestamps->value) < seq(*last_timestamp)) ++steps_back;
        last_timestamp = s.options.timestamps->value;
    }
};

/// Both ends have the same settings; 10 Gbit/s × 2 ms, and no limit to the queue: only what is chosen is lost.
struct run {
    static constexpr std::uint64_t rate = 10'000'000'000;
    static constexpr std::uint16_t mtu = 65'000;
    numbers seen{};
    std::unique_ptr<phantom_world> w;
    double headers = 0;  // of each packet

    run(std::uint64_t length, duration rest, phantom_tcp::settings s = {}, std::vector<std::uint64_t> drop = {}) {
        s.limits.mtu = mtu;
        headers = s.limits.timestamps ? 52 : 40;
        const sim::link_settings forth{.rate = rate, .delay = 1ms, .drop = drop}, back{.rate = rate, .delay = 1ms};
        w = std::make_unique<phantom_world>(sim::world_settings{.links = {forth, back}}, s, s,
                                            counter_out{.length = length, .rest = rest}, counter_in{});
        w->watch(seen);
        REQUIRE(w->open());
        audited::watch audit;
        std::uint64_t events = 0;
        REQUIRE(w->run(instant(1000h), [&](auto& world) {
            if (++events % 1024 == 0) audit(world);
        }));
        CHECK(audit.broken == "");
        CHECK(w->client().application.written == length);
        CHECK(w->client().endpoint.state() == state::closed);
        CHECK(w->server().endpoint.state() == state::closed);
        CHECK(w->client().endpoint.surroundings().pool.in_use() == 0);
        CHECK(w->server().endpoint.surroundings().pool.in_use() == 0);
    }
    /// Of what the link can carry as payload.
    double share() const {
        const duration time = w->server().application.last.time_since_epoch();
        const double seconds = std::chrono::duration<double>(time).count();
        const double carried = seconds * static_cast<double>(rate) / 8 * (mtu - headers) / mtu;
        return static_cast<double>(w->server().application.read) / carried;
    }
};

}  // namespace

TEST_CASE("9 GiB pass at 10 Gbit/s, every octet counted, while sequence numbers wrap twice") {
    const auto mix = lab::with<phantom_tcp::settings>(lab::each_mix());
    // Of 148'791 segments four are lost: before the first wrap, between the two, and behind the second.
    const run long_one(9 * gibibyte, 0s, mix, {30'000, 100'000, 100'002, 145'000});
    CHECK(long_one.w->server().application.read == 9 * gibibyte);
    CHECK(long_one.seen.wraps >= 2);
    CHECK(long_one.w->client().endpoint.count().retransmitted == 4);
    CHECK(long_one.w->client().endpoint.count().recoveries == 3);
    CHECK(long_one.w->client().endpoint.count().timeouts == 0);
    CHECK(long_one.share() >= 0.95);
    CHECK(long_one.share() <= 1);
    // With a smaller buffer at either end the link is not filled.
    phantom_tcp::settings s = mix;
    s.buffers.receive = 1 << 20;
    CHECK(run(gibibyte, 0s, s).share() < 0.5);
    s.buffers = {.send = 1 << 20};
    CHECK(run(gibibyte, 0s, s).share() < 0.5);
}

// RFC 7323 section 5.5: TS.Recent has become invalid. Without a limit to how long it is remembered (24 days), all that
// comes after 25 would be taken for old, until the sender gives up.
TEST_CASE("a connection that has rested for 25 days goes on, though its timestamps look older than those before") {
    const run rested(2'000'000, 25 * 24h);
    CHECK(rested.seen.steps_back == 1);
    CHECK(rested.w->server().application.read == 2'000'000);
    CHECK(rested.w->server().application.last > instant(25 * 24h));
    CHECK(rested.w->server().application.last < instant(25 * 24h + 1s));
    CHECK(rested.w->server().endpoint.count().too_old == 0);
    CHECK(rested.w->client().endpoint.count().too_old == 0);
    CHECK(rested.w->client().endpoint.count().retransmitted == 0);
    const run shorter(2'000'000, 24 * 24h);
    CHECK(shorter.seen.steps_back == 0);
    CHECK(shorter.w->server().application.read == 2'000'000);
}
