// SPDX-License-Identifier: MIT
// policy/recovery/frto.hpp: the steps of RFC 5682, in both variants.
#include <doctest/doctest.h>

#include <sluice/policy/recovery/frto.hpp>

namespace {

using namespace sluice;

constexpr std::uint32_t mss = 100;
constexpr seq recover{2000};  // [1000, 2000) was in flight at the timeout
using verdict = frto::verdict;

struct timed_out {
    frto part;
    bool sack = true;

    explicit timed_out(bool with_sack = true, bool repairing = false) : sack(with_sack) { part.on_timeout(repairing); }
    verdict advances(std::uint32_t ack, std::uint32_t unsent = 10 * mss, bool new_arrived = false,
                     std::uint32_t again = 0) {
        return part.on_ack({.ack = seq(ack), .newly_acked = mss, .mss = mss, .acked_again = again, .unsent = unsent},
                           recover, new_arrived, sack);
    }
    verdict repeats(std::uint32_t newly_sacked = 0, bool new_arrived = false) {
        return part.on_ack({.ack = seq(1100), .newly_sacked = newly_sacked, .mss = mss, .duplicate = true}, recover,
                           new_arrived, sack);
    }
    void sends(std::uint32_t length) { part.on_sent({.why = transmission::f_rto, .length = length}); }
};

}  // namespace

TEST_CASE("two ACKs of new data below what was out show that nothing was lost; between them two segments leave") {
    for (const bool sack : {true, false}) {
        timed_out t(sack);
        CHECK(t.part.quota(mss) == 0);
        CHECK(t.advances(1100) == verdict::open);
        CHECK(t.part.quota(mss) == 2 * mss);
        t.sends(mss);
        CHECK(t.part.quota(mss) == mss);
        t.sends(mss);
        CHECK(t.part.quota(mss) == 0);
        CHECK(t.advances(1200) == verdict::delayed);
        CHECK_FALSE(t.part.undecided());
    }
}

TEST_CASE("without SACK a duplicate ACK in either step shows that something was") {
    timed_out first(false);
    CHECK(first.repeats() == verdict::lost);
    timed_out second(false);
    second.advances(1100);
    CHECK(second.repeats() == verdict::lost);
}

TEST_CASE("with SACK a duplicate ACK in the first step tells nothing, unless it reports what is new") {
    timed_out t;
    CHECK(t.repeats(mss) == verdict::open);
    CHECK(t.part.undecided());
    CHECK(t.repeats(mss, true) == verdict::lost);
}

TEST_CASE("with SACK the second step asks what has arrived: something old that had not, or what left to find out") {
    timed_out old;
    old.advances(1100);
    CHECK(old.repeats(mss) == verdict::delayed);
    timed_out fresh;
    fresh.advances(1100);
    CHECK(fresh.repeats(mss, true) == verdict::lost);
    timed_out nothing;
    nothing.advances(1100);
    CHECK(nothing.repeats() == verdict::open);
}

TEST_CASE("it is as before where it can't be found out: all is acknowledged at once, nothing new can leave, or earlier "
          "losses are being repaired") {
    CHECK(timed_out().advances(2000) == verdict::lost);
    CHECK(timed_out().advances(1100, mss - 1) == verdict::lost);
    timed_out repairing(true, true);
    CHECK_FALSE(repairing.part.undecided());
    CHECK(repairing.advances(1100) == verdict::open);
    frto off{.enabled = false};
    off.on_timeout(false);
    CHECK_FALSE(off.undecided());
}

TEST_CASE("the second ACK has to be of what the timeout has not sent again (step 3b): two ACKs of pieces are one") {
    for (const bool sack : {true, false}) {
        timed_out t(sack);
        CHECK(t.advances(1050, 10 * mss, false, mss) == verdict::open);
        CHECK(t.advances(1100, 10 * mss, false, mss) == verdict::lost);
        timed_out partly(sack);  // and of more, which the first transmission has brought
        partly.advances(1050, 10 * mss, false, mss);
        CHECK(partly.advances(1200, 10 * mss, false, mss / 2) == verdict::delayed);
    }
}
