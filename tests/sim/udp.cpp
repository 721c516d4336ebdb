// SPDX-License-Identifier: MIT
// Datagrams of both families, against checksums that are summed here once more.
#include <doctest/doctest.h>

#include <vector>

#include <sluice/base/random.hpp>
#include <sluice/sim/udp.hpp>

using namespace sluice;

namespace {

const ip_meta v4{.source = ip_address::v4(198, 18, 0, 1), .destination = ip_address::v4(198, 18, 3, 4)};
const ip_meta v6{.source = ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 1}),
                 .destination = ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 7, 2})};

std::vector<octet> written(const ip_meta& ip, std::uint64_t number, std::uint16_t length) {
    const tx_packet p = sim::udp_packet(ip, 1234, 9, number, length);
    std::vector<octet> out(p.length(), octet{0xee});
    CHECK(write(p, out) == length);
    return out;
}

/// RFC 768, octet by octet: 0xffff is right.
std::uint32_t sum_of_datagram(const std::vector<octet>& packet, bool ipv6) {
    std::uint32_t sum = 17;
    const std::size_t header = ipv6 ? 40 : 20;
    sum += static_cast<std::uint32_t>(packet.size() - header);
    for (std::size_t i = ipv6 ? 8 : 12; i < packet.size(); ++i)
        sum += static_cast<std::uint32_t>(packet[i]) << (i % 2 == 0 ? 8 : 0);
    while (sum >> 16 != 0) sum = (sum >> 16) + (sum & 0xffff);
    return sum;
}

}  // namespace

TEST_CASE("a datagram is right in its lengths, its protocol and both checksums, and is read as it was written") {
    seeded_random random(1);
    for (const bool ipv6 : {false, true})
        for (int i = 0; i < 1000; ++i) {
            ip_meta ip = ipv6 ? v6 : v4;
            ip.ecn = static_cast<ecn_codepoint>(i % 4);
            const std::uint64_t number = random.bits() >> i % 64;
            const auto length = static_cast<std::uint16_t>(sim::shortest_datagram(ipv6) + random.below(1400));
            const std::vector<octet> packet = written(ip, number, length);
            REQUIRE(packet.size() == length);
            CHECK(packet[ipv6 ? 6 : 9] == 17);
            CHECK(sum_of_datagram(packet, ipv6) == 0xffff);
            if (!ipv6) CHECK(partial_sum().add(octets(packet).first(20)).finish() == 0);
            const auto read = sim::read_datagram(packet);
            REQUIRE(read);
            CHECK(read->ip == ip);
            CHECK(read->source_port == 1234);
            CHECK(read->destination_port == 9);
            CHECK(read->number == number);
            CHECK(read->length == length);
        }
}

TEST_CASE("every octet that is changed is noticed, but the hop limit and the marks that routers change") {
    for (const bool ipv6 : {false, true}) {
        const std::vector<octet> good = written(ipv6 ? v6 : v4, 77, 100);
        for (std::size_t i = 0; i < good.size(); ++i) {
            std::vector<octet> bad = good;
            bad[i] ^= 0x10;
            // IPv6 has no checksum of its own: the class, the flow label, the hop limit.
            const bool is_unprotected = ipv6 && ((i > 0 && i < 4) || i == 7);
            CHECK(sim::read_datagram(bad).has_value() == is_unprotected);
        }
        std::vector<octet> short_one = good;
        short_one.pop_back();
        CHECK_FALSE(sim::read_datagram(short_one));
        std::vector<octet> forwarded = good;
        CHECK(sim::take_hop(forwarded) == sim::hop::taken);
        REQUIRE(sim::read_datagram(forwarded));
        CHECK(sim::read_datagram(forwarded)->ip.hop_limit == 63);
        const std::array<octet, 11> text{};  // no room for a number
        tx_packet other;
        other.begin(ipv6 ? v6 : v4);
        other.borrow(text);
        udp::finish(other, 1234, 9);
        std::vector<octet> packet(other.length());
        write(other, packet);
        CHECK_FALSE(sim::read_datagram(packet));
    }
    CHECK_FALSE(sim::read_datagram({}));
}
