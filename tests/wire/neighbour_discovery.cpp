// SPDX-License-Identifier: MIT
// wire/neighbour_discovery.hpp: what RFC 4861 section 4 draws, and what section 7.1 wants dropped.
#include <doctest/doctest.h>

#include <sluice/wire/neighbour_discovery.hpp>

#include "support/octets.hpp"

using namespace sluice;

namespace {

constexpr auto here = ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 1});
constexpr auto there = ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 2});
constexpr hardware_address own{{2, 0, 0, 0, 0, 1}};
using kind = neighbour_message::kind;

constexpr neighbour_message question{
    .what = kind::solicitation, .source = here, .destination = solicited_node(there), .target = there, .hardware = own};
constexpr neighbour_message answer{.what = kind::advertisement,
                                   .source = there,
                                   .destination = here,
                                   .target = there,
                                   .is_solicited = true,
                                   .overrides = true,
                                   .hardware = own};

std::vector<octet> written(const neighbour_message& m) {
    std::vector<octet> out(neighbour_message::longest);
    out.resize(m.write(out));
    return out;
}
/// Makes the checksum right again, by the textbook: pseudo-header of RFC 8200 section 8.1, then the message.
void mend(std::vector<octet>& packet) {
    std::vector<octet> summed(packet.begin() + 8, packet.begin() + 40);
    const std::size_t length = packet.size() - 40;
    summed.insert(summed.end(), {0, 0, static_cast<octet>(length >> 8), static_cast<octet>(length), 0, 0, 0, 58});
    store_be16(&packet[42], 0);
    summed.insert(summed.end(), packet.begin() + 40, packet.end());
    store_be16(&packet[42], static_cast<std::uint16_t>(~test::textbook_sum(summed)));
}
bool reads(std::vector<octet> packet) { return neighbour_message::read({.data = packet}).has_value(); }
/// With an octet changed, and the checksum right for it.
bool reads(const neighbour_message& m, std::size_t at, octet value) {
    auto packet = written(m);
    packet[at] = value;
    mend(packet);
    return reads(packet);
}

}  // namespace

TEST_CASE("A solicitation is written as RFC 4861 section 4.3 has it, to the group of its target") {
    auto expected = test::heap(test::hex("60000000"
                                         "0020"
                                         "3a"
                                         "ff"
                                         "fd000000000000000000000000000001"
                                         "ff0200000000000000000001ff000002"
                                         "87"
                                         "00"
                                         "0000"
                                         "00000000"
                                         "fd000000000000000000000000000002"
                                         "01"
                                         "01"
                                         "020000000001"));
    mend(expected);
    CHECK(written(question) == expected);
}

TEST_CASE("An advertisement has its flags and the target's address, and is read as it was written") {
    auto expected = test::heap(test::hex("60000000"
                                         "0020"
                                         "3a"
                                         "ff"
                                         "fd000000000000000000000000000002"
                                         "fd000000000000000000000000000001"
                                         "88"
                                         "00"
                                         "0000"
                                         "60000000"
                                         "fd000000000000000000000000000002"
                                         "02"
                                         "01"
                                         "020000000001"));
    mend(expected);
    CHECK(written(answer) == expected);
    const auto read = neighbour_message::read({.data = expected});
    REQUIRE(read);
    CHECK(read->what == kind::advertisement);
    CHECK(read->source == there);
    CHECK(read->destination == here);
    CHECK(read->target == there);
    CHECK(read->is_solicited);
    CHECK(read->overrides);
    CHECK(read->hardware == own);
}

TEST_CASE("RFC 4861 section 7.1: what comes from elsewhere, lies about its length or fails its checksum is dropped") {
    CHECK(reads(written(question)));
    CHECK_FALSE(reads(question, 7, 254));    // a router has passed it on
    CHECK_FALSE(reads(question, 41, 1));     // a code
    CHECK_FALSE(reads(question, 48, 0xff));  // a group as target
    CHECK_FALSE(reads(question, 65, 0));     // an option of no length
    CHECK_FALSE(reads(question, 65, 2));     // or of more than there is
    const auto whole = written(question);
    for (std::size_t length = 0; length < whole.size(); ++length)
        CHECK_FALSE(reads({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)}));
    for (std::size_t length = 44; length < 64; length += 4) {  // less than its target, and right otherwise
        std::vector<octet> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
        cut[5] = static_cast<octet>(length - 40);
        mend(cut);
        CHECK_FALSE(reads(cut));
    }
    for (std::size_t bit = 40 * 8; bit < whole.size() * 8; ++bit) {
        auto flipped = whole;
        flipped[bit / 8] ^= static_cast<octet>(1 << bit % 8);
        CHECK_FALSE(reads(flipped));
    }
    auto flipped = whole;
    flipped[60] ^= 1;
    CHECK(neighbour_message::read({.data = flipped, .checksum = checksum_state::verified}));
}

TEST_CASE("Who has no address yet asks only the group, and does not say where it is") {
    neighbour_message probe = question;
    probe.source = {};
    CHECK_FALSE(reads(written(probe)));
    probe.hardware.reset();
    CHECK(reads(written(probe)));
    probe.destination = there;
    CHECK_FALSE(reads(written(probe)));
}

TEST_CASE("An advertisement to all was asked for by nobody, and comes from somebody") {
    neighbour_message to_all = answer;
    to_all.destination = all_nodes;
    CHECK_FALSE(reads(written(to_all)));
    to_all.is_solicited = false;
    CHECK(reads(written(to_all)));
    to_all.source = {};
    CHECK_FALSE(reads(written(to_all)));
}

TEST_CASE("Other options are skipped, and the other message's address is none") {
    auto packet = written(question);
    packet[64] = 14;  // a nonce (RFC 3971)
    mend(packet);
    const auto read = neighbour_message::read({.data = packet});
    REQUIRE(read);
    CHECK_FALSE(read->hardware);
    packet[64] = 2;
    mend(packet);
    CHECK_FALSE(neighbour_message::read({.data = packet})->hardware);
}

TEST_CASE("TCP, other ICMP and what is too short is not taken for either") {
    auto packet = written(question);
    CHECK(neighbour_message::is_one(packet));
    packet[40] = 134;
    CHECK_FALSE(neighbour_message::is_one(packet));
    packet[40] = 135;
    packet[6] = 6;
    CHECK_FALSE(neighbour_message::is_one(packet));
    CHECK_FALSE(neighbour_message::is_one(test::heap(octets(written(question)).first(40))));
}

TEST_CASE("RFC 4291 section 2.7.1: the group in which an address is asked for ends in its last three octets") {
    const auto target = ip_address::v6({0x4037, 0, 0, 0, 1, 0x800, 0x200e, 0x8c6c});
    CHECK(solicited_node(target) == ip_address::v6({0xff02, 0, 0, 0, 0, 1, 0xff0e, 0x8c6c}));
}
