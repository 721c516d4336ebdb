// SPDX-License-Identifier: MIT
// policy/ecn/classic_ecn.hpp, with no connection: RFC 3168's answers to every SYN, mark and echo. At the wire:
// tests/rfc/rfc_3168.cpp.
#include <doctest/doctest.h>

#include <sluice/policy/concepts.hpp>
#include <sluice/policy/ecn/classic_ecn.hpp>

using namespace sluice;

static_assert(ecn_takes_part<classic_ecn>);

namespace {

constexpr tcp_flags setup = flag::syn | flag::ece | flag::cwr;

classic_ecn agreed() {
    classic_ecn ecn;
    ecn.on_syn({.flags = setup});
    return ecn;
}
constexpr ecn_arrival_report marked{.codepoint = ecn_codepoint::ce, .octets = 1};
constexpr ecn_leaving_report text{.what = ecn_leaving::new_text}, ack{.what = ecn_leaving::no_text};
constexpr ecn_ack_report echo{.flags = flag::ack | flag::ece, .delivered = 3000, .mss = 1460};

}  // namespace

TEST_CASE("of all flags on a SYN or SYN,ACK only RFC 3168's own two mixtures ask for ECN") {
    for (std::uint16_t bits = 0; bits < 512; ++bits) {
        const tcp_flags flags = tcp_flags(bits) | flag::syn;
        classic_ecn ecn;
        ecn.on_syn({.flags = flags});
        const bool cwr = flags.has(flag::cwr), is_answer = flags.has(flag::ack);
        CHECK(ecn.agreed() == (flags.has(flag::ece) && (is_answer ? !cwr : cwr)));
        CHECK(ecn.sends_ect() == ecn.agreed());
    }
}

TEST_CASE("what a half-open record keeps brings back whether marks are echoed and text is ECT") {
    classic_ecn plain = agreed();
    plain.on_syn({.flags = flag::syn});
    for (const classic_ecn& before : {classic_ecn{}, agreed(), plain}) {
        classic_ecn after;
        CHECK(before.handshake() < 8);
        after.resume(before.handshake());
        CHECK(after.agreed() == before.agreed());
        CHECK(after.sends_ect() == before.sends_ect());
    }
    CHECK(classic_ecn{}.handshake() == 0);
}

TEST_CASE("an echo tells what the ACK delivered, unless the handshake's ACK bears it or nothing was agreed") {
    classic_ecn ecn = agreed();
    CHECK(ecn.on_ack(echo).congestion);
    CHECK(ecn.on_ack(echo).marked == 3000);
    ecn_ack_report other = echo;
    other.handshake = true;
    CHECK_FALSE(ecn.on_ack(other).congestion);
    other = echo;
    other.flags = flag::ack | flag::cwr;
    CHECK_FALSE(ecn.on_ack(other).congestion);
    CHECK_FALSE(classic_ecn{}.on_ack(echo).congestion);
}

TEST_CASE("CWR leaves once for each reduction, with new text alone") {
    classic_ecn ecn = agreed();
    ecn.on_reduction();
    for (const auto what : {ecn_leaving::no_text, ecn_leaving::old_text})
        CHECK(ecn.mark({.what = what}).flags == flag::none);
    CHECK(ecn.mark(text).flags == flag::cwr);
    CHECK(ecn.mark(text).flags == flag::none);
    classic_ecn none;
    none.on_reduction();
    CHECK(none.mark(text).flags == flag::none);
}

TEST_CASE("one mark is echoed until CWR, also beside it on one segment; ECE and CWR can leave together") {
    classic_ecn ecn = agreed();
    CHECK(ecn.on_arrival(marked) == ecn_answer::nothing);
    CHECK(ecn.mark(ack).flags == flag::ece);
    ecn.on_reduction();
    CHECK(ecn.mark(text).flags == (flag::ece | flag::cwr));
    ecn_arrival_report newer = marked;
    newer.flags = flag::cwr;
    ecn.on_arrival(newer);
    CHECK(ecn.mark(ack).flags == flag::ece);
    ecn.on_arrival({.flags = flag::cwr});
    CHECK(ecn.mark(ack).flags == flag::none);
}
