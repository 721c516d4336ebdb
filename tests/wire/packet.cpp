// SPDX-License-Identifier: MIT
// wire/packet.hpp: building, writing and cutting packets, checked octet by octet and by the parser of the other end.
#include <doctest/doctest.h>

#include <sluice/wire/packet.hpp>

#include <numeric>

#include <sluice/wire/segment.hpp>

#include "parsed.hpp"
#include "support/octets.hpp"

namespace {

using namespace sluice;

constexpr ip_meta v4{ip_address::v4(192, 0, 2, 1), ip_address::v4(198, 51, 100, 2)};
constexpr ip_meta v6{
    ip_address::v6({0x2001, 0xdb8, 0, 0, 0, 0, 0, 1}), ip_address::v6({0x2001, 0xdb8, 0, 0, 0, 0, 0, 2})};

constexpr auto syn = test::hex("c00000501234567800000000a002faf037da0000020405b40402080a000000010000000001030307");
constexpr auto hello = test::hex("c0000050123456799abcdef1501801f6db1b000068656c6c6f");
constexpr auto v6_syn = test::hex("c000005000000001000000005002ffff941c0000");

using bytes = std::vector<octet>;

/// A packet that borrows `spans` of text. Its header is `hello`'s but for the flags.
tx_packet built(const ip_meta& ip, const std::vector<bytes>& spans, tcp_flags flags, std::uint16_t segment_size = 0,
    std::uint32_t virtual_length = 0, bool with_option = false) {
    tx_packet out;
    out.meta = ip;
    for (const bytes& span : spans) out.borrow(span);
    out.payload_length += virtual_length;
    out.segment_size = segment_size;
    tcp_header tcp = tcp_header::read(hello);
    tcp.flags = flags;
    constexpr auto option = test::hex("020405b4");
    write_headers(out, tcp, with_option ? octets(option) : octets());
    return out;
}
bytes written(const tx_packet& packet) {
    bytes out(packet.length() + 3, octet{0xee});
    CHECK(write(packet, out) == packet.length());
    CHECK((out[packet.length()] == 0xee && out[packet.length() + 2] == 0xee));
    return {out.begin(), out.end() - 3};
}
/// By the textbook: the sum over pseudo-header and segment of a right packet is ffff.
bool sums_up(const ip_meta& ip, octets packet) {
    const octets tcp = packet.subspan(ip.is_v4() ? 20 : 40);
    const std::array<octet, 4> rest{0, 6, static_cast<octet>(tcp.size() >> 8), static_cast<octet>(tcp.size())};
    std::uint16_t sum = test::textbook_sum(rest);
    for (const octets part : {ip.source.in_header(), ip.destination.in_header(), tcp})
        sum = test::textbook_sum(part, sum);
    return sum == 0xffff;
}

constexpr std::array<octet, 45> hello_in_the_compiler() {
    const auto text = test::hex("68656c6c6f");
    tx_packet packet;
    packet.meta = v4;
    packet.borrow(octets(text).first(3));
    packet.borrow(octets(text).subspan(3));
    write_headers(packet, tcp_header::read(hello), {});
    const tx_packet copied = packet;  // a queue in the compiler may do so
    std::array<octet, 45> out{};
    write(copied, out);
    return out;
}
static_assert(parse_packet({.data = hello_in_the_compiler()})->segment.sequence == seq(0x12345679));

/// The text counts its octets from 0. (Not written inside the lambda below, because to clang 14 a default member
/// initialiser that names another member is no constant in one.)
constexpr bool is_right(const tx_packet& slice) {
    std::array<octet, 64> out{};
    const auto parsed = parse_packet({.data = octets(out).first(write(slice, out))});
    return parsed && parsed->segment.text[0] == parsed->segment.sequence - seq(0x12345679);
}
constexpr bool splits_in_the_compiler() {
    std::array<octet, 10> text{};
    std::iota(text.begin(), text.end(), octet{0});
    tx_packet packet;
    packet.meta = v4;
    packet.borrow(text);
    packet.segment_size = 4;
    write_headers(packet, tcp_header::read(hello), {});
    std::array<std::size_t, 4> lengths{};
    std::size_t count = 0;
    bool good = true;
    split(packet, [&](const tx_packet& slice) {
        lengths[count++] = slice.payload_length;
        good = good && is_right(slice);
    });
    return good && count == 3 && lengths == std::array<std::size_t, 4>{4, 4, 2, 0};
}
static_assert(splits_in_the_compiler());

}  // namespace

TEST_CASE("MUST-2 known segments of both families are written with the checksums computed by hand") {
    tx_packet first;
    first.meta = v4;
    write_headers(first, tcp_header::read(syn), octets(syn).subspan(20));
    CHECK(first.length() == 60);
    CHECK(first.header().data_offset == 40);
    const bytes first_written = written(first);
    CHECK(bytes(first_written.begin() + 20, first_written.end()) == test::heap(syn));
    CHECK(test::parse_v4(first_written, 60)->meta == v4);

    const std::vector<bytes> text{{'h', 'e'}, {'l', 'l', 'o'}};
    const tx_packet second = built(v4, text, flag::psh | flag::ack);
    const bytes second_written = written(second);
    CHECK(bytes(second_written.begin() + 20, second_written.end()) == test::heap(hello));
    CHECK(second_written == test::heap(hello_in_the_compiler()));

    tx_packet third;
    third.meta = v6;
    write_headers(third, tcp_header::read(v6_syn), {});
    const bytes third_written = written(third);
    CHECK(bytes(third_written.begin() + 40, third_written.end()) == test::heap(v6_syn));
    CHECK(test::parse_v6(third_written, 60)->meta == v6);
}

TEST_CASE("before it is written the checksum field holds the pseudo-header's sum, as an offload wants it") {
    const std::vector<bytes> text{{'h', 'e', 'l', 'l', 'o'}};
    for (const ip_meta& ip : {v4, v6}) {
        const tx_packet packet = built(ip, text, flag::psh | flag::ack);
        CHECK(load_be16(packet.tcp().data() + 16) == pseudo_header_sum(ip, 25).folded());
    }
}

TEST_CASE("MUST-2 text in spans of any lengths, odd ones too, is written whole and summed right") {
    seeded_random numbers(101);
    for (int i = 0; i < 4000; ++i) {
        const ip_meta& ip = numbers.below(2) == 0 ? v4 : v6;
        std::vector<bytes> spans;
        bytes text;
        for (std::uint64_t n = numbers.below(tx_packet::most_spans + 1); n > 0; --n) {
            spans.push_back(test::random_octets(numbers, numbers.below(40)));
            text.insert(text.end(), spans.back().begin(), spans.back().end());
        }
        const auto virtual_length = static_cast<std::uint32_t>(numbers.below(3) == 0 ? numbers.below(50) : 0);
        text.resize(text.size() + virtual_length, octet{0});
        const tx_packet packet = built(ip, spans, flag::ack, 0, virtual_length, numbers.below(2) == 0);
        const bytes out = written(packet);
        CHECK(sums_up(ip, out));
        const auto parsed = parse_packet({.data = out});
        REQUIRE(parsed);
        CHECK(parsed->ip == ip);
        CHECK(test::heap(parsed->segment.text) == text);
        // Without its virtual octets it is the same segment.
        const auto headers_only = parse_packet({.data = octets(out).first(packet.header_length), .length = out.size(),
            .checksum = checksum_state::partial});
        REQUIRE(headers_only);
        CHECK(headers_only->segment.text_length == text.size());
    }
}

TEST_CASE("empty spans take no place, and a packet counts the segments it stands for") {
    tx_packet packet;
    for (int i = 0; i < 20; ++i) packet.borrow({});
    CHECK(packet.spans == 0);
    CHECK(packet.segments() == 1);
    packet.segment_size = 100;
    CHECK(packet.segments() == 1);  // a FIN alone, from a connection that always says how large its segments are
    for (const auto& [length, count] : {std::pair{1u, 1u}, {100u, 1u}, {101u, 2u}, {200u, 2u}, {201u, 3u}}) {
        packet.payload_length = length;
        CHECK(packet.segments() == count);
    }
}

TEST_CASE("MUST-2 a super-segment is cut into slices that are right segments and make up the whole") {
    seeded_random numbers(102);
    constexpr tcp_flags all = flag::ack | flag::psh | flag::fin | flag::cwr | flag::ece;
    for (int i = 0; i < 3000; ++i) {
        const ip_meta& ip = numbers.below(2) == 0 ? v4 : v6;
        std::vector<bytes> spans;
        bytes text;
        for (std::uint64_t n = 1 + numbers.below(tx_packet::most_spans); n > 0; --n) {
            spans.push_back(test::random_octets(numbers, 1 + numbers.below(60)));
            text.insert(text.end(), spans.back().begin(), spans.back().end());
        }
        const auto virtual_length = static_cast<std::uint32_t>(numbers.below(3) == 0 ? numbers.below(90) : 0);
        text.resize(text.size() + virtual_length, octet{0});
        const auto segment_size = static_cast<std::uint16_t>(1 + numbers.below(70));
        const bool with_option = numbers.below(2) == 0;
        const tx_packet packet = built(ip, spans, all, segment_size, virtual_length, with_option);

        bytes joined;
        std::uint32_t slices = 0;
        split(packet, [&](const tx_packet& slice) {
            CHECK(slice.segments() == 1);
            const bytes out = written(slice);
            CHECK(sums_up(ip, out));
            const auto parsed = parse_packet({.data = out});
            REQUIRE(parsed);
            const segment& s = parsed->segment;
            CHECK(parsed->ip == ip);
            CHECK(s.sequence == seq(0x12345679) + static_cast<std::uint32_t>(joined.size()));
            CHECK(s.acknowledgment == seq(0x9abcdef1));
            CHECK(s.window == 502);
            CHECK(s.options.mss.has_value() == with_option);
            joined.insert(joined.end(), s.text.begin(), s.text.end());
            ++slices;
            const bool first = slices == 1, last = slices == packet.segments();
            CHECK(s.has(flag::ack | flag::ece));
            CHECK(s.has(flag::cwr) == first);
            CHECK(s.has(flag::fin) == last);
            CHECK(s.has(flag::psh) == last);
            CHECK((last || s.text.size() == segment_size));
        });
        CHECK(joined == text);
        CHECK(slices == packet.segments());
        CHECK(slices == (text.size() + segment_size - 1) / segment_size);
    }
}

TEST_CASE("slices through the end of the sequence space go on from zero") {
    const std::vector<bytes> text{bytes(30, 7)};
    tx_packet packet = built(v4, text, flag::ack, 10);
    tcp_header tcp = packet.header();
    tcp.sequence = seq(0xfffffff6);
    write_headers(packet, tcp, {});
    std::vector<std::uint32_t> begins;
    split(packet, [&](const tx_packet& slice) { begins.push_back(slice.header().sequence.number()); });
    CHECK(begins == std::vector<std::uint32_t>{0xfffffff6, 0, 10});
}

TEST_CASE("what needs no cutting is handed on as it is: one segment, a FIN alone, less than one slice") {
    const std::vector<bytes> text{{1, 2, 3}};
    for (const tx_packet& packet : {built(v4, text, flag::ack), built(v4, {}, flag::fin | flag::ack, 1460),
             built(v6, text, flag::psh | flag::cwr, 3)}) {
        int slices = 0;
        split(packet, [&](const tx_packet& slice) {
            ++slices;
            CHECK(written(slice) == written(packet));
        });
        CHECK(slices == 1);
    }
}

TEST_CASE("a super-segment of 64 KiB less headers, all virtual, is cut without a single octet of text") {
    const tx_packet packet = built(v4, {}, flag::ack | flag::psh, 1448, 65160);  // 45 * 1448
    std::uint32_t slices = 0;
    split(packet, [&](const tx_packet& slice) {
        CHECK(slice.spans == 0);
        CHECK(slice.payload_length == 1448);
        CHECK(test::parse_v4(octets(slice.headers).first(40), slice.length())->total_length == 1488);
        ++slices;
    });
    CHECK(slices == 45);
}

TEST_CASE("the destination of a packet that nobody has verified: what is too short for one goes nowhere") {
    for (const ip_meta& ip : {v4, v6}) {
        const bytes whole = written(built(ip, {}, flag::ack));
        CHECK(destination_of(whole) == ip.destination);
        const std::size_t header = ip.is_v4() ? 20 : 40;
        CHECK(destination_of(octets(whole).first(header)) == ip.destination);
        for (std::size_t n = 0; n < 20; ++n) CHECK(destination_of(octets(whole).first(n)) == ip_address{});
    }
}
