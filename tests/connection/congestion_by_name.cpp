// SPDX-License-Identifier: MIT
// connection/connection.hpp, congestion and set_congestion: a connection goes over to another policy by its name.
#include "support/lab.hpp"

#include <sluice/policy/buffers/fixed_buffers.hpp>
#include <sluice/policy/congestion/any_of.hpp>
#include <sluice/policy/congestion/cubic.hpp>
#include <sluice/policy/congestion/vegas.hpp>

using namespace sluice;

namespace {

using either = any_of<reno, cubic, vegas>;
using changing = tcp<testing::gate_audit, fixed_buffers<65536, 2048, 64, 4>, either>;

/// Keeps what it was told.
struct curious {
    using slot = congestion_slot;
    static constexpr std::string_view name = "curious";
    congestion_snapshot told{};
    constexpr std::uint32_t window() const { return told.window; }
    constexpr void restore(const congestion_snapshot& s) { told = s; }
};
using with_curious = tcp<testing::gate_audit, fixed_buffers<65536, 2048, 64, 4>, any_of<reno, curious>>;

}  // namespace

TEST_CASE("before the handshake is over a name is a choice; from then on the window goes along") {
    lab::bench<changing> b;
    CHECK(b.endpoint.set_congestion("cubic", b.now).error() == error::not_open);
    REQUIRE(b.connect());
    REQUIRE(b.endpoint.set_congestion("cubic", b.now));
    CHECK(b.endpoint.connection().congestion() == "cubic");
    b.arrives({.flags = flag::syn | flag::ack, .sequence = 0, .acknowledgment = 1, .mss = 1460});
    CHECK(b.block().congestion.window() == 14600);
    b.take();
    CHECK(b.send(std::string(20 * 1460, 'x')));
    CHECK(b.take().size() == 10);
    b.acks(1 + 4 * 1460);
    const std::uint32_t window = b.block().congestion.window();
    CHECK(window == 18 * 1460 - 4 * 1460);  // cubic's slow start has counted four
    REQUIRE(b.endpoint.set_congestion("vegas", b.now));
    CHECK(b.block().congestion.window() == window);
    CHECK(b.endpoint.set_congestion("bbr", b.now).error() == error::not_supported);
    CHECK(b.endpoint.connection().congestion() == "vegas");
}

TEST_CASE("who takes over hears from the connection what the policy before could not tell") {
    lab::bench<with_curious> b;
    REQUIRE(b.connect());
    b.wait(30ms);
    b.arrives({.flags = flag::syn | flag::ack, .sequence = 0, .acknowledgment = 1, .mss = 1460});
    CHECK(b.send(std::string(10 * 1460, 'x')));
    b.wait(30ms);
    b.acks(1 + 1460);
    for (int i = 0; i < 3; ++i) b.acks(1 + 1460);
    REQUIRE(b.block().recovery.in_recovery());
    const std::uint32_t window = b.block().congestion.window(), ssthresh = b.block().congestion.ssthresh();
    b.wait(5ms);
    REQUIRE(b.endpoint.set_congestion("curious", b.now));
    const congestion_snapshot& told = b.block().congestion.of<curious>().told;
    CHECK(told.now == b.now);
    CHECK(told.random != 0);
    CHECK(told.window == window);
    CHECK(told.ssthresh == ssthresh);
    CHECK(told.mss == 1460);
    CHECK(told.in_recovery);
    CHECK(told.min_rtt == 30ms);
    CHECK(told.srtt == 30ms);
}

TEST_CASE("each conversation begins with the settings' choice") {
    lab::bench<changing> b({.congestion = {.chosen = "vegas"}});
    b.establish();
    REQUIRE(b.endpoint.set_congestion("reno", b.now));
    CHECK(b.endpoint.connection().congestion() == "reno");
    b.arrives({.flags = flag::rst, .sequence = b.next_seq()});
    REQUIRE(b.state() == state::closed);
    b.take();
    REQUIRE(b.connect());
    CHECK(b.endpoint.connection().congestion() == "vegas");
}
