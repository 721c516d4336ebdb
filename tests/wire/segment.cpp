// SPDX-License-Identifier: MIT
// wire/segment.hpp: from the octets of a packet to SEG.SEQ, SEG.LEN and so on; and every way of being malformed.
#include <doctest/doctest.h>

#include <sluice/wire/segment.hpp>

#include "support/octets.hpp"

namespace {

using namespace sluice;

constexpr ip_meta v4{ip_address::v4(192, 0, 2, 1), ip_address::v4(198, 51, 100, 2)};
constexpr ip_meta v6{
    ip_address::v6({0x2001, 0xdb8, 0, 0, 0, 0, 0, 1}), ip_address::v6({0x2001, 0xdb8, 0, 0, 0, 0, 0, 2})};

constexpr auto syn = test::hex("c00000501234567800000000a002faf037da0000020405b40402080a000000010000000001030307");
constexpr auto hello = test::hex("c0000050123456799abcdef1501801f6db1b000068656c6c6f");
constexpr auto v6_syn = test::hex("c000005000000001000000005002ffff941c0000");

using packet = std::vector<octet>;

packet with_ip(const ip_meta& ip, octets tcp) {
    const std::size_t header = ip.is_v4() ? 20 : 40;
    packet out(header + tcp.size());
    ip.is_v4() ? ipv4::write(ip, out.size(), out) : ipv6::write(ip, out.size(), out);
    copy(tcp, mutable_octets(out).subspan(header));
    return out;
}
/// Makes the TCP checksum right again, without help from what is tested.
void mend(const ip_meta& ip, packet& tcp) {
    if (tcp.size() < 18) return;
    store_be16(tcp.data() + 16, 0);
    std::array<octet, 4> rest{0, 6, static_cast<octet>(tcp.size() >> 8), static_cast<octet>(tcp.size())};
    std::uint16_t sum = test::textbook_sum(rest);
    for (const octets part : {ip.source.in_header(), ip.destination.in_header(), octets(tcp)})
        sum = test::textbook_sum(part, sum);
    store_be16(tcp.data() + 16, static_cast<std::uint16_t>(~sum));
}

bool inside(octets part, octets whole) {
    return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

constexpr bool parses_in_the_compiler() {
    const auto first = parse_segment(v4, {.data = syn});
    const auto second = parse_segment(v4, {.data = hello});
    return first && first->options.mss == 1460 && first->length() == 1 && first->end() == seq(0x12345679) && second &&
           second->text.size() == 5 && second->text[4] == 'o' && parse_segment(v6, {.data = v6_syn});
}
static_assert(parses_in_the_compiler());

}  // namespace

TEST_CASE("known segments of both families are read field by field") {
    const auto first = parse_segment(v4, {.data = syn});
    REQUIRE(first);
    CHECK(first->source_port == 49152);
    CHECK(first->destination_port == 80);
    CHECK(first->sequence == seq(0x12345678));
    CHECK(first->acknowledgment == seq(0));
    CHECK(first->flags == flag::syn);
    CHECK(first->window == 64240);
    CHECK(first->options.mss == 1460);
    CHECK(first->text.empty());
    CHECK(first->length() == 1);
    CHECK(first->first_text() == seq(0x12345679));

    const auto second = parse_segment(v4, {.data = hello});
    REQUIRE(second);
    CHECK(second->sequence == seq(0x12345679));
    CHECK(second->acknowledgment == seq(0x9abcdef1));
    CHECK(second->flags == (flag::psh | flag::ack));
    CHECK(second->window == 502);
    CHECK(test::heap(second->text) == packet{'h', 'e', 'l', 'l', 'o'});
    CHECK(second->text_length == 5);
    CHECK(second->segments == 1);
    CHECK(second->end() == seq(0x1234567e));

    const auto third = parse_segment(v6, {.data = v6_syn});
    REQUIRE(third);
    CHECK(third->sequence == seq(1));
    CHECK(third->window == 65535);
    CHECK(third->options.mss == std::nullopt);
}

TEST_CASE("a whole packet gives IP's part too, and padding of the link is no text") {
    ip_meta ip = v4;
    ip.dscp = 10;
    ip.ecn = ecn_codepoint::ce;
    ip.hop_limit = 3;
    packet whole = with_ip(ip, hello);
    whole.resize(60, octet{0xee});
    const auto parsed = parse_packet({.data = whole});
    REQUIRE(parsed);
    CHECK(parsed->ip == ip);
    CHECK(test::heap(parsed->segment.text) == packet{'h', 'e', 'l', 'l', 'o'});
    CHECK(parsed->segment.text_length == 5);

    packet other = with_ip(v6, v6_syn);
    other.resize(80, octet{0xee});
    const auto parsed_v6 = parse_packet({.data = other});
    REQUIRE(parsed_v6);
    CHECK(parsed_v6->ip == v6);
    CHECK(parsed_v6->segment.text_length == 0);
    CHECK_FALSE(parse_packet({}));
}

TEST_CASE("MUST-1 a window with its top bit set is read as large") {
    for (const std::uint32_t window : {0x7fffu, 0x8000u, 0xffffu}) {
        packet tcp = test::heap(hello);
        store_be16(tcp.data() + 14, static_cast<std::uint16_t>(window));
        mend(v4, tcp);
        const auto parsed = parse_segment(v4, {.data = tcp});
        REQUIRE(parsed);
        CHECK(std::uint32_t{parsed->window} == window);
    }
}

TEST_CASE("MUST-3 any flipped bit of a segment is noticed, and so is another address or length") {
    for (const octets known : {octets(syn), octets(hello)}) {
        CHECK(parse_segment(v4, {.data = known}));
        for (std::size_t bit = 0; bit < 8 * known.size(); ++bit) {
            packet tcp = test::heap(known);
            tcp[bit / 8] ^= static_cast<octet>(1 << bit % 8);
            CHECK_FALSE(parse_segment(v4, {.data = tcp}));
        }
        for (std::size_t bit = 0; bit < 32; ++bit) {
            ip_meta other = v4;
            other.source.octets[12 + bit / 8] ^= static_cast<octet>(1 << bit % 8);
            CHECK_FALSE(parse_segment(other, {.data = known}));
            other = v4;
            other.destination.octets[12 + bit / 8] ^= static_cast<octet>(1 << bit % 8);
            CHECK_FALSE(parse_segment(other, {.data = known}));
        }
    }
    CHECK(parse_segment(v6, {.data = v6_syn}));
    for (std::size_t bit = 0; bit < 8 * v6_syn.size(); ++bit) {
        packet whole = with_ip(v6, v6_syn);
        whole[40 + bit / 8] ^= static_cast<octet>(1 << bit % 8);
        CHECK_FALSE(parse_packet({.data = whole}));
    }
    packet longer = test::heap(hello);
    longer.push_back(0);  // the octets sum alike; the pseudo-header's length does not
    CHECK_FALSE(parse_segment(v4, {.data = longer}));
}

TEST_CASE("MUST-3 only a link that vouches for a packet spares the sum") {
    packet tcp = test::heap(hello);
    tcp[16] ^= 0xff;
    CHECK_FALSE(parse_segment(v4, {.data = tcp}));
    CHECK(parse_segment(v4, {.data = tcp, .checksum = checksum_state::verified}));
    CHECK(parse_segment(v4, {.data = tcp, .checksum = checksum_state::partial}));
}

TEST_CASE("a segment cut short anywhere is refused, and never read past its end") {
    for (const octets known : {octets(syn), octets(hello)}) {
        for (std::size_t length = 0; length <= known.size(); ++length) {
            packet cut = test::heap(known.first(length));
            CHECK(parse_segment(v4, {.data = cut}).has_value() == (length == known.size()));
            mend(v4, cut);  // now it is a shorter segment with a right sum: good if the header is there
            const std::size_t header = (known[12] >> 4) * 4u;
            CHECK(parse_segment(v4, {.data = cut}).has_value() == (length >= header));
        }
        const packet whole = with_ip(v4, known);
        for (std::size_t length = 0; length < whole.size(); ++length)
            CHECK_FALSE(parse_packet({.data = test::heap(octets(whole).first(length))}));
    }
    const packet whole = with_ip(v6, v6_syn);
    for (std::size_t length = 0; length < whole.size(); ++length)
        CHECK_FALSE(parse_packet({.data = test::heap(octets(whole).first(length))}));
}

TEST_CASE("every data offset is right only between the fixed header and the segment's end") {
    for (std::size_t size = 20; size <= 64; ++size)
        for (unsigned offset = 0; offset < 16; ++offset) {
            packet tcp(size, octet{1});  // as options: no-operations
            copy(octets(syn).first(20), tcp);
            tcp[12] = static_cast<octet>(offset << 4);
            mend(v4, tcp);
            const auto parsed = parse_segment(v4, {.data = tcp});
            REQUIRE(parsed.has_value() == (offset >= 5 && offset * 4 <= size));
            if (parsed) {
                CHECK(parsed->text.size() == size - offset * 4);
                CHECK(parsed->text_length == size - offset * 4);
            }
        }
}

TEST_CASE("MUST-7 a segment with an illegal option length is refused as a whole, at any place in the header") {
    for (std::size_t at = 20; at < 39; ++at)
        for (unsigned length = 0; length <= 255; ++length) {
            packet tcp(45, octet{1});
            copy(octets(syn).first(20), tcp);
            tcp[at] = 77;
            tcp[at + 1] = static_cast<octet>(length);
            mend(v4, tcp);
            // The text behind the header is no room for options.
            if (parse_segment(v4, {.data = tcp}).has_value() != (length >= 2 && at + length <= 40))
                FAIL_CHECK("option at " << at << ", length " << length);
        }
}

TEST_CASE("SEG.LEN counts text, SYN and FIN, through the end of the space") {
    segment s;
    s.sequence = seq(0xffffffff);
    CHECK(s.length() == 0);
    CHECK(s.end() == seq(0xffffffff));
    s.flags = flag::syn;
    CHECK(s.length() == 1);
    CHECK(s.first_text() == seq(0));
    s.text_length = 10;
    CHECK(s.end() == seq(10));
    s.flags = flag::syn | flag::fin | flag::ack | flag::psh | flag::urg;
    CHECK(s.length() == 12);
    CHECK(s.has(flag::syn | flag::fin));
    CHECK_FALSE(s.has(flag::rst));
}

TEST_CASE("virtual text counts in length and sum as zeros would") {
    packet tcp = test::heap(octets(hello).first(20));
    tcp.resize(20 + 3000, octet{0});
    mend(v4, tcp);
    const octets headers = octets(tcp).first(20);
    const auto parsed = parse_segment(v4, {.data = headers, .length = tcp.size()});
    REQUIRE(parsed);
    CHECK(parsed->text.empty());
    CHECK(parsed->text_length == 3000);
    CHECK(parsed->end() == parsed->sequence + 3000);
    CHECK_FALSE(parse_segment(v4, {.data = headers, .length = tcp.size() - 1}));
    // Less than there is:
    CHECK_FALSE(parse_segment(v4, {.data = tcp, .length = tcp.size() - 1, .checksum = checksum_state::verified}));

    const packet whole = with_ip(v4, tcp);
    for (std::size_t held = 40; held <= whole.size(); held += 37) {
        const packet part = test::heap(octets(whole).first(held));
        const auto parsed_packet = parse_packet({.data = part, .length = whole.size()});
        REQUIRE(parsed_packet);
        CHECK(parsed_packet->segment.text.size() == held - 40);
        CHECK(parsed_packet->segment.text_length == 3000);
    }
}

TEST_CASE("a coalesced segment stands for as many as the link put together, and for one at least") {
    packet tcp = test::heap(octets(hello).first(20));
    const auto count = [&](std::size_t text, std::uint16_t segment_size) {
        return parse_segment(v4, {.data = tcp,
                                     .length = 20 + text,
                                     .segment_size = segment_size,
                                     .checksum = checksum_state::verified})
            ->segments;
    };
    CHECK(count(0, 0) == 1);
    CHECK(count(5000, 0) == 1);
    CHECK(count(0, 1460) == 1);
    CHECK(count(1, 1460) == 1);
    CHECK(count(1460, 1460) == 1);
    CHECK(count(1461, 1460) == 2);
    CHECK(count(2920, 1460) == 2);
    CHECK(count(65495, 1) == 65495);
}

TEST_CASE("any octets at all are refused or read within their bounds") {
    seeded_random numbers(91);
    for (int i = 0; i < 60'000; ++i) {
        packet p = test::random_octets(numbers, numbers.below(130));
        if (p.size() > 0) p[0] = static_cast<octet>(numbers.below(2) == 0 ? 0x45 + numbers.below(3) : 0x60);
        // Half of them are made to look like TCP in what an attacker would set right first.
        if (p.size() >= 40 && numbers.below(2) == 0) {
            const bool is_v4 = p[0] != 0x60;
            store_be16(p.data() + (is_v4 ? 2 : 4), static_cast<std::uint16_t>(p.size() - (is_v4 ? 0 : 40)));
            p[is_v4 ? 9 : 6] = 6;
            if (is_v4) {
                store_be16(p.data() + 6, 0);
                store_be16(p.data() + 10, 0);
                store_be16(p.data() + 10,
                    static_cast<std::uint16_t>(~test::textbook_sum(octets(p).first((p[0] & 0xfu) * 4u))));
            }
        }
        p.shrink_to_fit();
        const std::size_t length = p.size() + (numbers.below(4) == 0 ? numbers.below(3000) : 0);
        const auto checksum = numbers.below(2) == 0 ? checksum_state::unknown : checksum_state::verified;
        const auto parsed = parse_packet({.data = p,
            .length = length,
            .segment_size = static_cast<std::uint16_t>(numbers.below(3)),
            .checksum = checksum});
        if (!parsed) continue;
        CHECK(inside(parsed->segment.text, p));
        CHECK(parsed->segment.text.size() <= parsed->segment.text_length);
        CHECK(parsed->segment.text_length + 40 <= length);
        CHECK(parsed->segment.segments >= 1);
    }
}

TEST_CASE("a known packet with any few octets changed is refused or read within its bounds") {
    seeded_random numbers(92);
    int read = 0;
    for (int i = 0; i < 40'000; ++i) {
        const bool is_v4 = numbers.below(2) == 0;
        packet tcp = test::heap(numbers.below(2) == 0 ? octets(syn) : octets(hello));
        for (std::uint64_t n = numbers.below(4); n > 0; --n)
            tcp[numbers.below(tcp.size())] = static_cast<octet>(numbers.bits());
        mend(is_v4 ? v4 : v6, tcp);
        const packet p = with_ip(is_v4 ? v4 : v6, tcp);
        const auto parsed = parse_packet({.data = p});
        if (!parsed) continue;
        ++read;
        CHECK(inside(parsed->segment.text, p));
        CHECK(parsed->segment.text.size() == parsed->segment.text_length);
        CHECK(parsed->segment.text.size() + 20 <= tcp.size());
    }
    CHECK(read > 20'000);  // two in three keep offset and option lengths
}
