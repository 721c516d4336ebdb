// SPDX-License-Identifier: MIT
// policy/recovery/undo.hpp: which ACKs show that a reduction was for nothing, by timestamps and by D-SACK.
#include <doctest/doctest.h>

#include <sluice/policy/recovery/undo.hpp>

namespace {

using namespace sluice;

constexpr std::uint32_t mss = 100;
constexpr instant reduced{5s};

/// [1000, 2000) was in flight when the window was reduced; what is given leaves again, 1 ms apart.
struct doubt {
    undo part;
    instant now = reduced;

    explicit doubt(std::initializer_list<std::uint32_t> again, undo settings = {}) : part(settings) {
        part.begin(seq(1000), seq(2000), reduction::episode);
        for (const std::uint32_t begin : again) {
            part.on_sent({.now = now, .why = transmission::retransmission, .begin = seq(begin), .length = mss});
            now += 1ms;
        }
    }
    bool acknowledges(std::uint32_t ack, std::optional<instant> echo_before, bool holes = false,
                      std::uint32_t again = mss) {
        return part.on_ack(
            {.ack = seq(ack), .nxt = seq(2000), .newly_acked = mss, .acked_again = again, .echo_before = echo_before},
            holes);
    }
    bool tells_twice(std::uint32_t begin, std::uint32_t end) {
        return part.on_ack({.ack = seq(2000), .nxt = seq(2000), .arrived_twice = sack_block{seq(begin), seq(end)}},
                           false);
    }
};

}  // namespace

TEST_CASE("an ACK that echoes what left before the first octet left again tells that nothing was lost") {
    CHECK(doubt({1000}).acknowledges(1100, reduced));
    CHECK_FALSE(doubt({1000}).acknowledges(1100, reduced + 1ns));  // the tick in which it left again: it may be that
    CHECK_FALSE(doubt({1000}).acknowledges(1100, {}));             // no timestamps
    CHECK_FALSE(doubt({1000}, {.by_timestamps = false}).acknowledges(1100, reduced));
    CHECK_FALSE(doubt({}).acknowledges(1100, reduced));            // nothing has left again
}

TEST_CASE("it tells once, and no more when the first ACK of new data was of what left again") {
    doubt d({1000});
    CHECK(d.acknowledges(1100, reduced));
    CHECK_FALSE(d.acknowledges(1200, reduced));
    doubt real({1000});
    CHECK_FALSE(real.acknowledges(1100, reduced + 10ms));
    CHECK_FALSE(real.acknowledges(1200, reduced, false, 0));
}

TEST_CASE("of several octets that left again it is the first one's time that counts") {
    doubt d({1000, 1500});  // the second a millisecond later: what left in between may be the first one's repair
    CHECK_FALSE(d.acknowledges(1500, reduced + 1ns, false, 2 * mss));
    CHECK(doubt({1000, 1500}).acknowledges(1500, reduced, false, 2 * mss));
}

TEST_CASE("of several holes all have to be of late ones: the last of them decides") {
    doubt late({1000, 1500});
    CHECK_FALSE(late.acknowledges(1500, reduced));
    CHECK(late.acknowledges(1600, reduced));
    doubt one_real({1000, 1500});
    CHECK_FALSE(one_real.acknowledges(1500, reduced));
    CHECK_FALSE(one_real.acknowledges(1600, reduced + 2ms));
    doubt not_yet({1000});
    CHECK_FALSE(not_yet.acknowledges(1100, reduced, true));  // a third is thought lost, and has not left again
    CHECK(not_yet.acknowledges(1200, reduced, false, 0));
}

TEST_CASE("so do D-SACKs, once for each octet that left again; those of other octets tell nothing") {
    doubt d({1000, 1500});
    CHECK_FALSE(d.tells_twice(1500, 1600));
    CHECK_FALSE(d.tells_twice(900, 1000));
    CHECK_FALSE(d.tells_twice(2000, 2100));
    CHECK(d.tells_twice(1000, 1100));
    CHECK_FALSE(doubt({1000}, {.by_duplicates = false}).tells_twice(1000, 1100));
}

TEST_CASE("of what was in flight, but did not leave again, a D-SACK tells nothing: it is of a probe, or of a copy "
          "that the network made (RFC 3708)") {
    doubt d({1000});
    CHECK_FALSE(d.tells_twice(1900, 2000));
    CHECK_FALSE(doubt({1000}).tells_twice(1000, 2000));  // nor one over more than has left again
    CHECK(d.tells_twice(1000, 1100));
}

TEST_CASE("an ACK that comes twice tells of one arrival once") {
    doubt d({1000, 1500});
    CHECK_FALSE(d.tells_twice(1500, 1600));
    CHECK_FALSE(d.tells_twice(1500, 1600));
    CHECK(d.tells_twice(1000, 1100));
}

TEST_CASE("of what left again in a row D-SACKs may tell in parts, in any order") {
    doubt d({1000, 1100, 1200});
    CHECK_FALSE(d.tells_twice(1120, 1180));
    CHECK_FALSE(d.tells_twice(1120, 1180));
    CHECK_FALSE(d.tells_twice(1000, 1120));
    CHECK_FALSE(d.tells_twice(1180, 1200));
    CHECK(d.tells_twice(1200, 1300));
}

TEST_CASE("what left again in five places, or one of them twice, is more than is remembered: no D-SACK undoes it") {
    doubt four({1000, 1200, 1400, 1600}), five({1000, 1200, 1400, 1600, 1800}), twice({1000, 1000});
    for (const std::uint32_t begin : {1000u, 1200u, 1400u}) {
        CHECK_FALSE(four.tells_twice(begin, begin + mss));
        CHECK_FALSE(five.tells_twice(begin, begin + mss));
    }
    CHECK(four.tells_twice(1600, 1700));
    CHECK_FALSE(five.tells_twice(1600, 1700));
    CHECK_FALSE(five.tells_twice(1800, 1900));
    CHECK_FALSE(twice.tells_twice(1000, 1100));
    CHECK_FALSE(twice.tells_twice(1000, 1100));
}

TEST_CASE("what was sent for the first time, or to probe, is no octet that left again") {
    doubt d({1000});
    for (const transmission why : {transmission::new_data, transmission::tail_loss_probe, transmission::f_rto})
        d.part.on_sent({.now = d.now, .why = why, .begin = seq(1900), .length = mss});
    CHECK(d.tells_twice(1000, 1100));
}

TEST_CASE("a doubt that is half a gigabyte old is none any more") {
    doubt d({1000}, {.by_timestamps = false});
    CHECK_FALSE(d.acknowledges(2000 + (1u << 29) + 1, {}));
    CHECK_FALSE(d.tells_twice(1000, 1100));
}

TEST_CASE("what left again and was reported before it was acknowledged has no echo of its own, and proves nothing") {
    doubt d({1000, 1500});
    CHECK_FALSE(d.acknowledges(1100, reduced));
    CHECK_FALSE(d.acknowledges(1600, reduced, false, 0));  // [1500, 1600) had been reported: which of the two it was?
}
