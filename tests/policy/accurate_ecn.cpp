// SPDX-License-Identifier: MIT
// policy/ecn/accurate_ecn.hpp, with no connection: two of them, one that sends and one that receives, against the
// number of marks that there really were. At the wire: tests/rfc/rfc_9768.cpp.
#include <doctest/doctest.h>

#include <algorithm>

#include <sluice/base/random.hpp>
#include <sluice/policy/concepts.hpp>
#include <sluice/policy/ecn/accurate_ecn.hpp>

using namespace sluice;

static_assert(ecn_takes_part<accurate_ecn>);

namespace {

constexpr std::uint32_t mss = 1000;

/// Both ends behind their handshake.
struct two_ends {
    accurate_ecn sender, receiver;
    two_ends() {
        const auto syn = sender.mark({.what = ecn_leaving::syn});
        receiver.on_syn({.flags = flag::syn | syn.flags});
        const auto answer = receiver.mark({.what = ecn_leaving::syn_ack});
        sender.on_syn({.flags = flag::syn | flag::ack | answer.flags});
        const auto third = sender.mark({.what = ecn_leaving::no_text});
        receiver.on_ack(
            {.flags = flag::ack | third.flags, .delivered = 1, .mss = mss, .handshake = true, .pure = true});
    }
    /// One segment arrives; the answer of the receiver's policy.
    ecn_answer arrives(bool is_marked) {
        return receiver.on_arrival(
            {.codepoint = is_marked ? ecn_codepoint::ce : ecn_codepoint::ect0, .octets = mss});
    }
    /// An ACK of so many segments leaves, and is heard.
    ecn_feedback acknowledges(std::uint32_t segments, bool with_option) {
        ecn_ack_report heard{.delivered = segments * mss, .mss = mss};
        if (with_option) heard.option = receiver.option({.what = ecn_leaving::no_text}, 40);
        heard.flags = flag::ack |
                      receiver.mark({.what = ecn_leaving::no_text, .has_option = heard.option.has_value()}).flags;
        return sender.on_ack(heard);
    }
};

}  // namespace

TEST_CASE("both agree, and both send ECT(0)") {
    two_ends t;
    CHECK((t.sender.agreed() && t.receiver.agreed()));
    CHECK(t.sender.mark({.what = ecn_leaving::new_text}).codepoint == ecn_codepoint::ect0);
    CHECK(t.receiver.mark({.what = ecn_leaving::new_text}).codepoint == ecn_codepoint::ect0);
}

TEST_CASE("with up to seven segments an ACK the field alone tells every mark, whatever the pattern") {
    seeded_random random(seed(7));
    two_ends t;
    std::uint32_t marked = 0, told = 0;
    for (int round = 0; round < 2000; ++round) {
        const auto segments = 1 + static_cast<std::uint32_t>(random.below(7));
        for (std::uint32_t i = 0; i < segments; ++i) {
            const bool mark = random.below(3) == 0;
            t.arrives(mark);
            marked += mark;
        }
        told += t.acknowledges(segments, false).marked / mss;
        REQUIRE(told == marked);
    }
    CHECK(marked > 1000);
}

TEST_CASE("with longer ACKs the field alone tells never too few, and the option exactly how many") {
    seeded_random random(seed(8));
    for (const bool option : {false, true}) {
        two_ends t;
        std::uint32_t marked = 0, told = 0;
        for (int round = 0; round < 1000; ++round) {
            const auto segments = 1 + static_cast<std::uint32_t>(random.below(40));
            for (std::uint32_t i = 0; i < segments; ++i) {
                const bool mark = random.below(10) == 0;
                t.arrives(mark);
                marked += mark;
            }
            told += t.acknowledges(segments, option).marked / mss;
            if (option)
                REQUIRE(told == marked);
            else
                REQUIRE(told >= marked);
        }
        CHECK(marked > 1000);
        if (option) CHECK(((t.sender.s_cep_ - t.receiver.r_cep_) & 7) == 0);
    }
}

TEST_CASE("what the field let us fear between two options is not told a second time by the next one") {
    two_ends t;
    for (int i = 0; i < 9; ++i) t.arrives(i == 0);
    CHECK(t.acknowledges(9, false).marked == 9 * mss);  // 1 or 9
    t.arrives(false);
    CHECK(t.acknowledges(1, true).marked == 0);  // it was one
    t.arrives(true);
    CHECK(t.acknowledges(1, true).marked == mss);
}

TEST_CASE("the safest likely case is the largest number that fits, and at least what one wrap says") {
    for (std::uint32_t packets = 0; packets < 64; ++packets)
        for (std::uint32_t least = 0; least < 8; ++least) {
            std::uint32_t largest = least;
            while (largest + 8 <= packets) largest += 8;
            CHECK(accurate_ecn::safest(packets, least) == largest);
        }
}

TEST_CASE("of the numbers that fit, octets choose the fewest that can hold them, and never more than the safest") {
    for (std::uint32_t least = 0; least < 8; ++least)
        for (std::uint32_t octets = 0; octets < 40 * mss; octets += 250) {
            std::uint32_t fewest = least;
            while (fewest * mss < octets) fewest += 8;
            CHECK(accurate_ecn::matching(least, least + 80, octets, mss) == fewest);
            CHECK(accurate_ecn::matching(least, least, octets, mss) == least);
        }
}

TEST_CASE("never more than two marked segments with text, or three without, wait for an ACK") {
    two_ends t;
    t.arrives(false);
    t.acknowledges(1, false);
    CHECK(t.arrives(true) == ecn_answer::ack_now);
    t.acknowledges(1, false);
    CHECK(t.arrives(true) == ecn_answer::nothing);
    CHECK(t.arrives(true) == ecn_answer::ack_now);
    t.acknowledges(2, false);
    const ecn_arrival_report ack{.codepoint = ecn_codepoint::ce};
    CHECK(t.receiver.on_arrival(ack) == ecn_answer::nothing);
    CHECK(t.receiver.on_arrival(ack) == ecn_answer::nothing);
    CHECK(t.receiver.on_arrival(ack) == ecn_answer::bare_ack);
    t.acknowledges(1, false);
    ecn_arrival_report coalesced{.codepoint = ecn_codepoint::ce, .octets = 5 * mss, .segments = 5};
    CHECK(t.receiver.on_arrival(coalesced) == ecn_answer::ack_now);
    CHECK(t.receiver.r_cep_ == 5 + 3 + 3 + 5);
}

TEST_CASE("what a half-open record keeps brings back the mode, the SYN's codepoint and whether text is ECT") {
    for (std::uint8_t kept = 0; kept < 7; ++kept) {
        accurate_ecn ecn;
        ecn.resume(kept);
        CHECK(ecn.handshake() == kept);
        CHECK(ecn.agreed() == (kept != 0));
        CHECK(ecn.mark({.what = ecn_leaving::new_text}).codepoint ==
              (kept == 0 || kept == 2 ? ecn_codepoint::not_ect : ecn_codepoint::ect0));
    }
    for (std::uint8_t code = 1; code < 8; ++code)
        for (const auto seen : {ecn_codepoint::not_ect, ecn_codepoint::ect1, ecn_codepoint::ect0, ecn_codepoint::ce}) {
            accurate_ecn before, after;
            before.on_syn({.flags = flag::syn | flags_of_ace(code), .codepoint = seen});
            after.resume(before.handshake());
            const ecn_leaving_report again{.what = ecn_leaving::syn_ack, .tries = 1};
            CHECK(after.mark(again).flags == before.mark(again).flags);
        }
}

TEST_CASE("octets were marked, and the field stands where it could not have come round: nothing leaves as ECT any more "
          "(section 3.2.3.2.5)") {
    struct doubtful {
        std::uint32_t segments = 7;  // that the second ACK acknowledges; seven marks can't move the field by eight
        std::uint32_t moved = 0;     // of the field
        std::uint32_t shortest = mss;
        bool told_before = true, pure = true, sack = true;
    };
    const auto codepoint_after = [](const doubtful& d) {
        two_ends t;
        static_cast<void>(t.sender.mark({.what = ecn_leaving::new_text, .shortest = mss}));
        static_cast<void>(t.sender.mark({.what = ecn_leaving::new_text, .shortest = d.shortest}));
        const accurate_ecn_option none{.ect0 = 1 + mss, .ce = 0, .ect1 = 1};
        ecn_ack_report first{.flags = flag::ack | flags_of_ace(5), .delivered = mss, .mss = mss, .pure = true};
        if (d.told_before) first.option = none;
        static_cast<void>(t.sender.on_ack(first));
        static_cast<void>(t.sender.on_ack({.flags = flag::ack | flags_of_ace(5 + d.moved),
                                           .option = accurate_ecn_option{.ect0 = 1 + mss, .ce = mss, .ect1 = 1},
                                           .delivered = d.segments * mss,
                                           .mss = mss,
                                           .pure = d.pure,
                                           .sack = d.sack}));
        return t.sender.mark({.what = ecn_leaving::new_text, .shortest = mss}).codepoint;
    };
    CHECK(codepoint_after({}) == ecn_codepoint::not_ect);
    CHECK(codepoint_after({.segments = 1}) == ecn_codepoint::not_ect);
    CHECK(codepoint_after({.segments = 8}) == ecn_codepoint::ect0);       // all of them may have been marked
    CHECK(codepoint_after({.shortest = mss / 2}) == ecn_codepoint::ect0);  // there may have been fourteen
    CHECK(codepoint_after({.moved = 1}) == ecn_codepoint::ect0);
    CHECK(codepoint_after({.told_before = false}) == ecn_codepoint::ect0);  // it may be of those guessed then
    CHECK(codepoint_after({.pure = false}) == ecn_codepoint::ect0);  // behind a gap more may have come than we know
    CHECK(codepoint_after({.sack = false}) == ecn_codepoint::ect0);  // and nobody says that there is a gap
}
