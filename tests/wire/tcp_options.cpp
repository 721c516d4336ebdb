// SPDX-License-Identifier: MIT
// wire/tcp_options.hpp: RFC 9293 section 3.1, "Options", at every place, of every kind, with every length.
#include <doctest/doctest.h>

#include <sluice/wire/tcp_options.hpp>

#include <algorithm>

#include "support/octets.hpp"

namespace {

using namespace sluice;

constexpr std::size_t most = 40;  // what a data offset of 15 leaves

static_assert(tcp_options::read(test::hex("020405b4"))->mss == 1460);
static_assert(tcp_options::read({}).has_value() && !tcp_options::read({})->mss);
static_assert(!tcp_options::read(test::hex("0200")) && !tcp_options::read(test::hex("0205")));

std::vector<octet> no_operations(std::size_t count) { return std::vector<octet>(count, octet{1}); }
void append(std::vector<octet>& to, octets more) { to.insert(to.end(), more.begin(), more.end()); }

/// What reading must give, by the words of the RFC: whether the lengths are legal, and the MSS that came last.
struct expected {
    bool legal = true;
    std::optional<std::uint16_t> mss;
};
expected judged(octets from) {
    expected out;
    std::size_t at = 0;
    while (at < from.size() && from[at] != 0) {
        if (from[at] == 1) {
            at += 1;
            continue;
        }
        const std::size_t length = at + 1 < from.size() ? from[at + 1] : 0;
        if (length < 2 || at + length > from.size()) return {.legal = false, .mss = {}};
        if (from[at] == 2 && length == 4) out.mss = static_cast<std::uint16_t>(from[at + 2] * 256 + from[at + 3]);
        at += length;
    }
    return out;
}
void check(octets from) {
    const std::vector<octet> exact = test::heap(from);
    const auto read = tcp_options::read(exact);
    const auto right = judged(exact);
    CHECK(read.has_value() == right.legal);
    if (read && right.legal) CHECK(read->mss == right.mss);
}

}  // namespace

TEST_CASE("MUST-4 end of list, no-operation and maximum segment size are read") {
    CHECK(tcp_options::read(test::hex("00"))->mss == std::nullopt);
    CHECK(tcp_options::read(test::hex("01"))->mss == std::nullopt);
    CHECK(tcp_options::read(test::hex("01010101"))->mss == std::nullopt);
    CHECK(tcp_options::read(test::hex("020405b4"))->mss == 1460);
    CHECK(tcp_options::read(test::hex("02040000"))->mss == 0);
    CHECK(tcp_options::read(test::hex("0204ffff"))->mss == 65535);
    CHECK(tcp_options::read(test::hex("01020405b4010000"))->mss == 1460);
    // A SYN of everyday: MSS, SACK permitted, timestamps, no-operation, window scale.
    CHECK(tcp_options::read(test::hex("020405b40402080a000000010000000001030307"))->mss == 1460);
    CHECK(tcp_options::read(test::hex("020405b402040218"))->mss == 536);  // the later one counts
}

TEST_CASE("MUST-64 options are read at any alignment") {
    for (std::size_t before = 0; before + 4 <= most; ++before) {
        CAPTURE(before);
        auto list = no_operations(before);
        append(list, test::hex("020405b4"));
        for (; list.size() <= most; list.push_back(1)) CHECK(tcp_options::read(list)->mss == 1460);
    }
}

TEST_CASE("MUST-6 options of any unknown kind are skipped by their length, whatever is in them") {
    for (unsigned kind = 3; kind <= 255; ++kind) {
        for (std::size_t length = 2; length + 4 <= most; ++length) {
            std::vector<octet> list(length, octet{2});  // looks like options if somebody looks inside
            list[0] = static_cast<octet>(kind);
            list[1] = static_cast<octet>(length);
            append(list, test::hex("020405b4"));
            const auto read = tcp_options::read(list);
            if (!read || read->mss != 1460) FAIL_CHECK("kind " << kind << ", length " << length);
        }
    }
}

TEST_CASE("MUST-7 illegal option lengths, 0, 1 or past the end, are noticed at every place and survived") {
    for (std::size_t before = 0; before <= most - 1; ++before)
        for (std::size_t behind = 1; before + behind <= most; ++behind)  // octets from the kind on
            for (const unsigned kind : {2u, 3u, 8u, 254u})
                for (unsigned length = 0; length <= 255; ++length) {
                    auto list = no_operations(before + behind);
                    list[before] = static_cast<octet>(kind);
                    if (behind > 1) list[before + 1] = static_cast<octet>(length);
                    const bool legal = behind > 1 && length >= 2 && length <= behind;
                    if (tcp_options::read(list).has_value() != legal)
                        FAIL_CHECK(kind << " at " << before << " of " << list.size() << ", length " << length);
                }
}

TEST_CASE("MUST-7 an MSS option of a length that is not its own is no MSS option") {
    for (unsigned length = 2; length <= most; ++length) {
        auto list = no_operations(most);
        list[0] = 2;
        list[1] = static_cast<octet>(length);
        const auto read = tcp_options::read(list);
        REQUIRE(read);
        CHECK(read->mss.has_value() == (length == 4));
    }
}

TEST_CASE("MUST-69 what stands behind the end of the list is padding, never an option or an error") {
    for (std::size_t before = 0; before + 1 + 4 <= most; ++before) {
        auto list = no_operations(before);
        list.push_back(0);
        append(list, test::hex("020405b4"));
        CHECK(tcp_options::read(list)->mss == std::nullopt);
        list.resize(before + 1);
        append(list, test::hex("0300ff"));
        CHECK(tcp_options::read(list).has_value());
        list.resize(most, octet{0});
        CHECK(tcp_options::read(list).has_value());
    }
    CHECK(tcp_options::read(test::hex("020405b400020402"))->mss == 1460);
}

TEST_CASE("MUST-68 MUST-69 what is written is options with a length octet, and zeros behind an end of list") {
    for (const auto& mss : {std::optional<std::uint16_t>{}, std::optional<std::uint16_t>{0},
             std::optional<std::uint16_t>{1460}, std::optional<std::uint16_t>{65535}}) {
        const tcp_options options{.mss = mss};
        REQUIRE(options.length() % 4 == 0);
        REQUIRE(options.length() <= most);
        std::vector<octet> out(options.length() + 1, octet{0xee});
        options.write(out);
        CHECK(out.back() == 0xee);
        out.pop_back();
        std::size_t at = 0;
        while (at < out.size() && out[at] != 0) {
            if (out[at] == 1) {
                at += 1;
                continue;
            }
            REQUIRE(at + 1 < out.size());
            REQUIRE(out[at + 1] >= 2);
            at += out[at + 1];
        }
        REQUIRE(at <= out.size());
        CHECK(std::all_of(out.begin() + static_cast<std::ptrdiff_t>(at), out.end(), [](octet o) { return o == 0; }));
        CHECK(tcp_options::read(out)->mss == mss);
    }
}

TEST_CASE("any octets as options are read as the RFC's words say, and nothing past them") {
    seeded_random numbers(71);
    for (int i = 0; i < 20'000; ++i) {
        auto list = test::random_octets(numbers, numbers.below(most + 1));
        // Most random octets are unknown kinds with lengths too long: make half of them small.
        for (octet& o : list)
            if (numbers.below(2) == 0) o = static_cast<octet>(numbers.below(6));
        check(list);
    }
}

TEST_CASE("every list of up to five octets out of the interesting ones is read as the RFC's words say") {
    constexpr std::array<octet, 8> interesting{0, 1, 2, 3, 4, 5, 8, 255};
    for (std::size_t length = 0; length <= 5; ++length) {
        for (std::size_t code = 0; code < std::size_t{1} << 3 * length; ++code) {
            std::array<octet, 5> list{};
            for (std::size_t i = 0; i < length; ++i) list[i] = interesting[code >> 3 * i & 7];
            check(octets(list).first(length));
        }
    }
}

TEST_CASE("the options of RFC 2018, 5482 and 7323 are read as their RFCs lay them out") {
    // A SYN of everyday: MSS, SACK permitted, timestamps, no-operation, window scale.
    const auto syn = tcp_options::read(test::hex("020405b40402080a00000001000000ff01030307"));
    REQUIRE(syn);
    CHECK(*syn ==
          tcp_options{.mss = 1460, .window_scale = 7, .sack_permitted = true, .timestamps = timestamps_option{1, 255}});
    const auto ack = tcp_options::read(test::hex("0101080a0000000a0000000b0101050a00000100000002001c048005"));
    REQUIRE(ack);
    CHECK(ack->timestamps == timestamps_option{10, 11});
    REQUIRE(ack->sack.size() == 1);
    CHECK(ack->sack[0] == sack_block{seq(256), seq(512)});
    CHECK(ack->user_timeout == 0x8005);
}

TEST_CASE("MUST-7 a known kind of a length that is not its own is passed over: it says nothing") {
    for (const unsigned kind : {3u, 4u, 5u, 8u, 28u})
        for (unsigned length = 2; length <= most; ++length) {
            auto list = no_operations(most);
            list[0] = static_cast<octet>(kind);
            list[1] = static_cast<octet>(length);
            const auto read = tcp_options::read(list);
            REQUIRE(read);
            CHECK(read->window_scale.has_value() == (kind == 3 && length == 3));
            CHECK(read->sack_permitted == (kind == 4 && length == 2));
            CHECK(read->sack.size() == (kind == 5 && length > 2 && length % 8 == 2 ? length / 8 : 0));
            CHECK(read->timestamps.has_value() == (kind == 8 && length == 10));
            CHECK(read->user_timeout.has_value() == (kind == 28 && length == 4));
        }
}

TEST_CASE("of more blocks than a header has room for, the first four are read") {
    std::vector<octet> list(2 + 8 * 6, octet{9});
    list[0] = 5;
    list[1] = static_cast<octet>(list.size());
    CHECK(tcp_options::read(list)->sack.size() == 4);
}

TEST_CASE("every mix of options is written in a multiple of four octets, numbers at their alignment, and read back the "
          "same") {
    for (int set = 0; set < 64; ++set)
        for (std::size_t blocks = 0; blocks <= 4; ++blocks) {
            tcp_options options;
            if (set & 1) options.mss = 1460;
            if (set & 2) options.window_scale = 14;
            if (set & 4) options.sack_permitted = true;
            if (set & 8) options.timestamps = timestamps_option{0x01020304, 0xfffefdfc};
            if (set & 16) options.user_timeout = 0x8001;
            for (std::uint32_t i = 0; i < blocks; ++i) options.sack.push_back({seq(100 * i), seq(100 * i + 50)});
            if (options.length() > most) continue;
            REQUIRE(options.length() % 4 == 0);
            std::vector<octet> out(options.length() + 1, octet{0xee});
            options.write(out);
            CHECK(out.back() == 0xee);
            out.pop_back();
            CHECK(tcp_options::read(out) == options);
            for (std::size_t at = 0; at < out.size(); at += out[at] == 1 ? 1 : out[at + 1])
                if (out[at] == 8 || out[at] == 5) CHECK((at + 2) % 4 == 0);
        }
    CHECK(tcp_options{.mss = 1460, .window_scale = 7, .sack_permitted = true, .timestamps = timestamps_option{}}
              .length() == 20);
}
