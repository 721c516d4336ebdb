// SPDX-License-Identifier: MIT
// wire/tcp_header.hpp: each field of RFC 9293 section 3.1 in its place, in both directions.
#include <doctest/doctest.h>

#include <sluice/wire/tcp_header.hpp>

#include "support/octets.hpp"

namespace {

using namespace sluice;

constexpr auto spelled = test::hex("c0000050123456789abcdef0a1b2fedc00001234");

constexpr bool read_in_the_compiler() {
    const tcp_header tcp = tcp_header::read(spelled);
    std::array<octet, 20> out{};
    tcp.write(out);
    return tcp.sequence == seq(0x12345678) && tcp.data_offset == 40 && out == spelled;
}
static_assert(read_in_the_compiler());

constexpr std::array<tcp_flags, 9> each_flag{
    flag::fin, flag::syn, flag::rst, flag::psh, flag::ack, flag::urg, flag::ece, flag::cwr, flag::ae};

}  // namespace

TEST_CASE("the fields stand where the RFC's figure 1 has them") {
    const tcp_header tcp = tcp_header::read(spelled);
    CHECK(tcp.source_port == 0xc000);
    CHECK(tcp.destination_port == 0x0050);
    CHECK(tcp.sequence == seq(0x12345678));
    CHECK(tcp.acknowledgment == seq(0x9abcdef0));
    CHECK(tcp.data_offset == 40);
    CHECK(tcp.flags == (flag::ae | flag::cwr | flag::urg | flag::ack | flag::syn));
    CHECK(tcp.window == 0xfedc);
    CHECK(tcp.urgent_pointer == 0x1234);
    std::array<octet, 20> out{};
    tcp.write(out);
    CHECK(out == spelled);
}

TEST_CASE("MUST-1 the window is unsigned: with its top bit set it is large, not negative") {
    for (const std::uint32_t window : {0u, 1u, 0x7fffu, 0x8000u, 0xffffu}) {
        auto octets_of = spelled;
        store_be16(octets_of.data() + 14, static_cast<std::uint16_t>(window));
        const tcp_header tcp = tcp_header::read(octets_of);
        const std::uint32_t wide = tcp.window;
        CHECK(wide == window);
        std::array<octet, 20> out{};
        tcp.write(out);
        CHECK(out == octets_of);
    }
}

TEST_CASE("the flags are single bits in the order of the header, AE in the octet before the others") {
    for (std::size_t i = 0; i < each_flag.size(); ++i) {
        std::array<octet, 20> octets_of{};
        tcp_header{.flags = each_flag[i]}.write(octets_of);
        CHECK(load_be16(octets_of.data() + 12) == (0x5000 | 1 << i));
        CHECK(tcp_header::read(octets_of).flags == each_flag[i]);
        CHECK(each_flag[i].bits() == 1 << i);
    }
}

TEST_CASE("every data offset and every reserved bit is read without loss of the others") {
    for (unsigned word = 0; word <= 0xffff; ++word) {
        auto octets_of = spelled;
        store_be16(octets_of.data() + 12, static_cast<std::uint16_t>(word));
        const tcp_header tcp = tcp_header::read(octets_of);
        if (tcp.data_offset != (word >> 12) * 4 || tcp.flags.bits() != (word & 0x1ff)) FAIL_CHECK("word " << word);
    }
}

TEST_CASE("flags combine like sets") {
    constexpr tcp_flags syn_ack = flag::syn | flag::ack;
    CHECK(syn_ack.has(flag::syn));
    CHECK(syn_ack.has(syn_ack));
    CHECK(syn_ack.has(flag::none));
    CHECK_FALSE(syn_ack.has(flag::syn | flag::fin));
    CHECK(syn_ack.has_any(flag::syn | flag::fin));
    CHECK_FALSE(syn_ack.has_any(flag::rst | flag::fin));
    CHECK_FALSE(syn_ack.has_any(flag::none));
    CHECK(syn_ack.without(flag::syn) == flag::ack);
    CHECK(syn_ack.without(flag::rst) == syn_ack);
    tcp_flags grown = flag::fin;
    grown |= flag::psh;
    CHECK(grown == (flag::fin | flag::psh));
    CHECK(tcp_flags(0xffff).bits() == 0x1ff);
}
