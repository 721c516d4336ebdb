// SPDX-License-Identifier: MIT
// wire/arp.hpp: RFC 826, field by field.
#include <doctest/doctest.h>

#include <sluice/wire/arp.hpp>

#include "support/octets.hpp"

using namespace sluice;

namespace {

constexpr hardware_address own{{2, 0, 0, 0, 0, 1}}, other{{2, 0, 0, 0, 0, 2}};
// Ethernet, IPv4, lengths 6 and 4, reply; 198.18.0.2 is at …:02, and 198.18.0.1 has asked.
constexpr auto reply = test::hex("0001"
                                 "0800"
                                 "06"
                                 "04"
                                 "0002"
                                 "020000000002"
                                 "c6120002"
                                 "020000000001"
                                 "c6120001");

bool reads(std::size_t at, octet value) {
    auto other_one = reply;
    other_one[at] = value;
    return arp::read(other_one).has_value();
}

}  // namespace

TEST_CASE("An ARP packet is written as RFC 826 has it, and read back") {
    std::array<octet, 28> out{};
    arp{arp::operation::reply, other, ip_address::v4(198, 18, 0, 2), own, ip_address::v4(198, 18, 0, 1)}.write(out);
    CHECK(out == reply);
    const auto read = arp::read(out);
    REQUIRE(read);
    CHECK(read->what == arp::operation::reply);
    CHECK(read->sender_hardware == other);
    CHECK(read->sender == ip_address::v4(198, 18, 0, 2));
    CHECK(read->target_hardware == own);
    CHECK(read->target == ip_address::v4(198, 18, 0, 1));
}

TEST_CASE("What is cut short, of another hardware or protocol, or no request or reply, is no ARP of ours") {
    for (std::size_t length = 0; length < 28; ++length) CHECK_FALSE(arp::read(test::heap(octets(reply).first(length))));
    for (const std::size_t at : {1u, 3u, 4u, 5u, 7u}) CHECK_FALSE(reads(at, 9));
}

TEST_CASE("A sender is one station with an address of its own; who only asks may be without the latter (RFC 5227)") {
    CHECK_FALSE(reads(8, 3));     // a group's bit
    CHECK_FALSE(reads(14, 224));  // a multicast address
    auto probe = reply;
    std::fill_n(probe.begin() + 14, 4, octet{0});
    CHECK_FALSE(arp::read(probe));
    probe[7] = 1;
    CHECK(arp::read(probe));
}
