// SPDX-License-Identifier: MIT
// A connection that runs out of in-flight records sends nothing new for a while, and loses no count of what is out.
#include "support/option_mixes.hpp"

using namespace sluice;
using lab::mixed;

namespace {

template <std::size_t Records>
using with_records = tcp<testing::gate_audit, sack_recovery, fixed_buffers<65536, 2048, Records, 4>>;

}  // namespace

TEST_CASE("bursts that fill all records but one are repaired after one timeout, segment by segment") {
    mixed<with_records<4>> b(lab::each_mix());
    b.establish();
    for (int burst = 0; burst < 3; ++burst) {
        CHECK(b.send(std::string(2 * b.each, 'x')));
        CHECK(b.take().size() == 2);
        b.now += 1ms;
    }
    CHECK(b.send(std::string(2 * b.each, 'x')));
    CHECK(b.quiet());  // though the window has room
    REQUIRE(b.wait_for_deadline());
    CHECK(b.take_one().sequence == 1);
    // Slow start repairs the rest, and goes on to the fourth burst, with no second timeout.
    std::uint32_t acked = 1;
    for (int round = 0; acked < 1 + 8 * b.each; ++round) {
        REQUIRE(round < 10);
        acked += b.each;
        b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = acked});
        b.now += 1ms;
    }
    CHECK(b.endpoint.count().timeouts == 1);
    CHECK(b.endpoint.count().retransmitted == 6);
    CHECK(b.block().flight.empty());
    CHECK(b.block().outgoing.size() == 0);
}

TEST_CASE_TEMPLATE("with one, two or three records everything arrives in the end", Tcp, with_records<1>,
                   with_records<2>, with_records<3>) {
    mixed<Tcp> b(lab::each_mix());
    b.establish();
    const std::string all = lab::text(20'000);
    CHECK(*b.send(all) == all.size());
    // A peer that loses every fifth segment.
    for (int segments = 0, steps = 0; b.acknowledged() < 1 + all.size(); ++steps) {
        REQUIRE(steps < 500);
        const auto sent = b.take();
        for (const auto& s : sent) {
            REQUIRE(s.text == all.substr(s.sequence - 1, s.text.size()));
            if (++segments % 5 == 0) continue;
            b.reaches(s.sequence, s.sequence + static_cast<std::uint32_t>(s.text.size()));
        }
        b.now += 1ms;
        if (sent.empty()) REQUIRE(b.wait_for_deadline());
    }
    CHECK(b.block().nothing_owed());
}
