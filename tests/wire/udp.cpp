// SPDX-License-Identifier: MIT
// wire/udp.hpp: datagrams put together octet by octet with the textbook's checksum, and ours against it.
#include <doctest/doctest.h>

#include <sluice/wire/udp.hpp>

#include "support/icmp.hpp"

namespace {

using namespace sluice;

constexpr ip_meta v4{ip_address::v4(198, 18, 0, 1), ip_address::v4(198, 18, 0, 2)};
constexpr ip_meta v6{ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 1}), ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 2})};

/// RFC 768: addresses, protocol and length are summed, too.
std::uint16_t sum_of(const ip_meta& ip, octets datagram) {
    std::vector<octet> summed;
    for (const ip_address& each : {ip.source, ip.destination})
        summed.insert(summed.end(), each.in_header().begin(), each.in_header().end());
    for (const int each : {0, 17, static_cast<int>(datagram.size() >> 8), static_cast<int>(datagram.size() & 0xff)})
        summed.push_back(static_cast<octet>(each));
    summed.insert(summed.end(), datagram.begin(), datagram.end());
    return test::textbook_sum(summed);
}

std::vector<octet> datagram(const ip_meta& ip, octets text) {
    std::vector<octet> out{0x04, 0xd2, 0, 53, 0, 0, 0, 0};
    out.insert(out.end(), text.begin(), text.end());
    store_be16(out.data() + 4, static_cast<std::uint16_t>(out.size()));
    store_be16(out.data() + 6, static_cast<std::uint16_t>(~sum_of(ip, out)));
    return out;
}

}  // namespace

TEST_CASE("A datagram is read, whatever a link has padded behind it") {
    seeded_random random(1);
    for (const ip_meta& ip : {v4, v6})
        for (std::size_t length = 0; length < 40; ++length) {
            const auto text = test::random_octets(random, length);
            auto packet = datagram(ip, text);
            packet.resize(packet.size() + length % 3);
            const auto read = udp::read(ip, packet);
            REQUIRE(read);
            CHECK(read->source_port == 1234);
            CHECK(read->destination_port == 53);
            CHECK(std::ranges::equal(read->text, text));
        }
}

TEST_CASE("What is cut short, lies about its length or was harmed is none, unless the link has looked at its sum") {
    const std::array<octet, 5> text{1, 2, 3, 4, 5};
    for (const ip_meta& ip : {v4, v6}) {
        const auto good = datagram(ip, text);
        for (std::size_t i = 0; i < good.size(); ++i) {
            CHECK_FALSE(udp::read(ip, octets(test::heap(octets(good).first(i)))));
            auto harmed = good;
            harmed[i] ^= 0x08;
            CHECK_FALSE(udp::read(ip, harmed));
            const bool has_length = i == 4 || i == 5;
            CHECK(udp::read(ip, harmed, checksum_state::verified).has_value() != has_length);
            CHECK(udp::read(ip, harmed, checksum_state::partial).has_value() != has_length);
        }
        auto too_short = good;
        store_be16(too_short.data() + 4, 7);
        CHECK_FALSE(udp::read(ip, too_short, checksum_state::verified));
    }
}

TEST_CASE("Without a checksum it is IPv4's only (RFC 8200 section 8.1)") {
    for (const ip_meta& ip : {v4, v6}) {
        auto unsummed = datagram(ip, {});
        store_be16(unsummed.data() + 6, 0);
        for (const auto checksum : {checksum_state::unknown, checksum_state::verified})
            CHECK(udp::read(ip, unsummed, checksum).has_value() == ip.is_v4());
    }
}

TEST_CASE("What is written is RFC 768's, of text in several pieces") {
    seeded_random random(2);
    for (const ip_meta& ip : {v4, v6})
        for (std::size_t cut = 0; cut < 12; ++cut) {
            const auto text = test::random_octets(random, 12);
            tx_packet p;
            p.begin(ip);
            p.borrow(octets(text).first(cut));
            p.borrow(octets(text).subspan(cut));
            udp::finish(p, 1234, 53);
            std::vector<octet> written(p.length());
            write(p, written);
            CHECK(written == test::datagram(ip, 17, datagram(ip, text)));
        }
}

TEST_CASE("A sum of nothing is written as 0xffff, since 0 says that there is none") {
    for (const ip_meta& ip : {v4, v6}) {
        // The checksum in the text's only word makes the sum what it would be of nothing.
        std::array<octet, 2> text{};
        copy(octets(datagram(ip, text)).subspan(6, 2), text);
        tx_packet p;
        p.begin(ip);
        p.borrow(text);
        udp::finish(p, 1234, 53);
        CHECK(load_be16(p.headers.data() + p.ip_length + 6) == 0xffff);
    }
}
