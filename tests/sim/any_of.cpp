// SPDX-License-Identifier: MIT
//
// A transfer whose congestion policy is changed every few milliseconds, in the midst of recoveries too; every event
// audited. The control is a cubic that can't take over: its window begins anew at each change.
#include <doctest/doctest.h>

#include <sluice/policy/congestion/any_of.hpp>
#include <sluice/policy/congestion/cubic.hpp>
#include <sluice/policy/congestion/vegas.hpp>
#include <sluice/policy/congestion/westwood.hpp>

#include "audited.hpp"

using namespace sluice;

namespace {

/// What the changes were like.
struct changes {
    int all = 0, in_recovery = 0;
    int jumps = 0;    // the window before was not the window after
    int bursts = 0;   // between two events it grew by more than a segment and what was acknowledged
    sim::transfer_report report;
};

template <class Congestion>
changes transfer_with_changes(std::uint64_t seed = 1) {
    using changing = tcp<testing::gate_audit, Congestion>;
    changes out;
    audited::watch audit;
    instant next{};
    std::uint32_t last_window = 0;
    std::uint64_t last_acknowledged = 0;
    const sim::scenario s{
        .rate = 20'000'000, .delay = 20ms, .queue = 40, .loss = 0.002, .octets = 12u << 20, .seed = seed};
    out.report = sim::transfer<changing, changing>(s, {}, {}, [&](auto& world) {
        audit(world);
        auto& endpoint = world.client().endpoint;
        const auto& c = endpoint.connection().variables();
        const std::uint64_t acknowledged = c.totals.acknowledged - last_acknowledged;
        if (last_window != 0 && c.congestion.window() > last_window + acknowledged + c.mss) ++out.bursts;
        last_acknowledged = c.totals.acknowledged;
        if (endpoint.state() == state::established && world.now() >= next) {
            next = world.now() + 7ms;  // no divisor of the round trip
            const std::uint32_t before = c.congestion.window();
            const bool recovers = in_recovery(c);
            CHECK(endpoint.set_congestion(Congestion::names[static_cast<std::size_t>(++out.all) % Congestion::count],
                                          world.now()));
            if (recovers) ++out.in_recovery;
            if (c.congestion.window() != before) ++out.jumps;
            world.serve(0);
        }
        last_window = c.congestion.window();
    });
    CHECK_MESSAGE(audit.broken.empty(), audit.broken);
    return out;
}

using all = any_of<reno, cubic, vegas, westwood>;

/// Says nothing of snapshots.
struct forgetful_cubic {
    using slot = congestion_slot;
    static constexpr std::string_view name = "forgetful_cubic";
    cubic is{};
    std::uint32_t window() const { return is.window(); }
    std::uint32_t ssthresh() const { return is.ssthresh(); }
    void on_start(const start_report& r) { is = {}, is.on_start(r); }
    void on_ack(const ack_report& r) { is.on_ack(r); }
    void on_congestion(const congestion_report& r) { is.on_congestion(r); }
    void on_rto(const rto_report& r) { is.on_rto(r); }
};

}  // namespace

TEST_CASE("policies that change every few milliseconds, in recoveries too: each goes on with the window it finds") {
    const changes c = transfer_with_changes<all>();
    CHECK(c.report.complete);  // and each octet was right
    CHECK(c.all > 500);
    CHECK(c.in_recovery > 20);
    CHECK(c.report.recoveries > 10);
    CHECK(c.jumps == 0);
    CHECK(c.bursts == 0);
}

TEST_CASE("control: one that can't take over begins its window anew, and is seen") {
    const changes c = transfer_with_changes<any_of<reno, forgetful_cubic>>();
    CHECK(c.report.complete);
    CHECK(c.jumps > c.all / 4);
}

TEST_CASE("the same seed and the same changes give the same packets") {
    const changes one = transfer_with_changes<all>(9), two = transfer_with_changes<all>(9);
    REQUIRE(one.report.wire.size() == two.report.wire.size());
    for (std::size_t i = 0; i < one.report.wire.size(); ++i) {
        const auto &a = one.report.wire[i], &b = two.report.wire[i];
        REQUIRE(a.sent == b.sent);
        REQUIRE(a.arrived == b.arrived);
        REQUIRE(a.header.sequence == b.header.sequence);
        REQUIRE(a.text_length == b.text_length);
    }
    CHECK(transfer_with_changes<all>(10).report.wire.size() != one.report.wire.size());
}
