// SPDX-License-Identifier: MIT
// connection/path_mtu.hpp against a peer by hand: what leaves again when a router has said how much it takes. What
// paths make of it is in sim/path_mtu.cpp.
#include "support/compositions.hpp"
#include "support/lab.hpp"
#include "support/too_big.hpp"

using namespace sluice;

namespace {

struct bench : lab::bench<default_tcp> {
    bench() {
        peer_offers.sack_permitted = true;
        establish();
    }
    /// The peer's text behind a gap: from now on segments of ours have a SACK block, and 12 octets less of text.
    void gap() {
        arrives({.flags = flag::ack, .sequence = 3, .acknowledgment = 1, .text = "cd"});
        take();
    }
    void closes_gap() {
        arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1, .text = "ab"});
        take();
    }
    /// One segment of so much text; its number.
    std::uint32_t sends(std::size_t length) {
        wait(1ms);  // no burst with what was sent before
        REQUIRE(send(lab::text(length)));
        return take_one().sequence;
    }
    /// What leaves when the router takes no more than `mtu`, and met the segment with this number.
    std::vector<lab::wire_segment> hears(std::uint32_t mtu, std::uint32_t number) {
        const auto said = lab::too_big(local, remote, iss() + number, mtu);
        endpoint.on_packet({.data = said}, now);
        flush();
        return take();
    }
};

constexpr std::size_t each = 1460, taken = tcp_options::sack_length(1);

}  // namespace

TEST_CASE("RFC 1191 section 6.5: what is too big with its options leaves again, though its text alone would fit") {
    bench b;
    b.gap();
    const std::uint32_t first = b.sends(each - taken), second = b.sends(each - taken);
    const auto again = b.hears(1490, first);  // 1450 octets of text, or 1438 with a block
    REQUIRE(again.size() == 4);               // twice 1438 and 10
    CHECK(again[0].sequence == first);
    CHECK(again[0].text.size() == 1450 - taken);
    CHECK(again[2].sequence == second);
    CHECK(again[3].sequence + again[3].text.size() == second + each - taken);
}

TEST_CASE("what a router has met was too big for it, whatever options segments have by now; others may have fit") {
    bench b;
    b.gap();
    const std::uint32_t first = b.sends(each - taken);
    b.closes_gap();
    b.sends(each - taken);  // a packet of 1488 octets
    const auto again = b.hears(1490, first);
    REQUIRE(again.size() == 1);
    CHECK(again[0].sequence == first);
    CHECK(again[0].text.size() == each - taken);
    CHECK(again[0].options.sack.empty());
}
