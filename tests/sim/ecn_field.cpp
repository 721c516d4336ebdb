// SPDX-License-Identifier: MIT
// sim/ecn_field.hpp: a packet that is marked is the packet that would have been written so, in every octet.
#include <doctest/doctest.h>

#include "link_rig.hpp"

using namespace sluice;
using lab::ip_packet;

TEST_CASE(
    "a marked packet differs from the one that came in ECN and the header checksum alone, and IP's readers take it") {
    for (const bool ipv6 : {false, true})
        for (const ecn_codepoint came_as : {ecn_codepoint::ect0, ecn_codepoint::ect1, ecn_codepoint::ce}) {
            std::vector<octet> data = ip_packet(100, came_as, 7, ipv6);
            CHECK(sim::ecn_of(data) == came_as);
            sim::mark_ce(data);
            CHECK(data == ip_packet(100, ecn_codepoint::ce, 7, ipv6));
            CHECK(sim::ecn_of(data) == ecn_codepoint::ce);
            ip_meta meta;
            const ip_extent read =
                ipv6 ? ipv6::read(data, data.size(), meta) : ipv4::read(data, data.size(), meta);  // verifies the sum
            CHECK(read.total_length == 100);
            CHECK(meta.ecn == ecn_codepoint::ce);
            CHECK(meta.dscp == 46);
        }
}

TEST_CASE("the checksum follows the mark from every value of the identification") {
    for (std::uint32_t identification = 0; identification < 0x10000; ++identification) {
        std::vector<octet> data = ip_packet(40, ecn_codepoint::ect0);
        store_be16(data.data() + ipv4::at::identification, static_cast<std::uint16_t>(identification));
        store_be16(data.data() + ipv4::at::checksum, 0);
        const std::uint16_t sum = partial_sum().add(octets(data).first(ipv4::header_length)).finish();
        store_be16(data.data() + ipv4::at::checksum, sum);
        sim::mark_ce(data);
        REQUIRE(partial_sum().add(octets(data).first(ipv4::header_length)).finish() == 0);
    }
}

TEST_CASE("what is no IP packet, or not ECN-capable, is not marked") {
    CHECK(sim::ecn_of(std::vector<octet>{}) == ecn_codepoint::not_ect);
    CHECK(sim::ecn_of(std::vector<octet>(100, octet{0xaa})) == ecn_codepoint::not_ect);
    CHECK(sim::ecn_of(std::vector<octet>(19, octet{0x4f})) == ecn_codepoint::not_ect);
    CHECK(sim::ecn_of(std::vector<octet>(39, octet{0x6f})) == ecn_codepoint::not_ect);
    CHECK(sim::ecn_of(ip_packet(100)) == ecn_codepoint::not_ect);
}
