// SPDX-License-Identifier: MIT
// stack/syn_cookies.hpp: RFC 4987 appendix A. Two cookies were computed by another program. What is refused here for
// its hash would be taken by chance once in 2^27: 250000 trials meet that with one seed of 500, and the seeds are
// fixed.
#include <doctest/doctest.h>

#include <sluice/stack/syn_cookies.hpp>

#include <set>
#include <vector>

#include <sluice/base/random.hpp>
#include <sluice/tcb/timestamps.hpp>

namespace {

using namespace sluice;

constexpr syn_cookies cookies({0x0706050403020100, 0x0f0e0d0c0b0a0908});
constexpr duration step = 64s;

/// A SYN as the listener saw it.
struct flow {
    socket_address local{ip_address::v4(192, 0, 2, 1), 80};
    socket_address remote{ip_address::v4(198, 51, 100, 2), 49152};
    seq irs{0x12345678};

    constexpr seq make(std::uint16_t mss, instant now, const syn_cookies& with = cookies) const {
        return with.make(local, remote, irs, mss, now);
    }
    constexpr std::optional<std::uint16_t> mss_of(seq number, instant now, const syn_cookies& with = cookies) const {
        return with.mss_of(local, remote, irs, number, now);
    }
};
constexpr flow v6{{ip_address::v6({0x2001, 0xdb8, 0, 0, 0, 0, 0, 1}), 80},
                  {ip_address::v6({0x2001, 0xdb8, 0, 0, 0, 0, 0, 2}), 49152},
                  seq(0xfffffff0)};

// 5 << 29 | 1000 mod 4 << 27 | the upper 27 bits of SipHash-2-4 of c0000201 c6336402 0050 c000 12345678 00001f45; and
// likewise in the other family, with 2, 3, fffffff0 and 0000001a.
static_assert(flow{}.make(1460, instant(1000 * step)) == seq(0xa59d41e5));
static_assert(v6.make(1220, instant(3 * step)) == seq(0x5c31f550));
static_assert(flow{}.mss_of(seq(0xa59d41e5), instant(1003 * step)) == 1460);
static_assert(v6.mss_of(seq(0x5c31f550), instant(4 * step)) == 1220);
static_assert(!flow{}.mss_of(seq(0xa59d41e5), instant(1004 * step)));
static_assert(!flow{}.mss_of(seq(0xa59d41e4), instant(1003 * step)));

ip_address drawn_address(seeded_random& numbers, bool is_v4) {
    if (is_v4) {
        std::array<octet, 4> four{};
        store_be32(four.data(), static_cast<std::uint32_t>(numbers.bits()));
        return ip_address::v4(octets(four));
    }
    std::array<octet, 16> sixteen{};
    store_be64(sixteen.data(), numbers.bits() | std::uint64_t{1} << 61);  // 2000::/3
    store_be64(sixteen.data() + 8, numbers.bits());
    return ip_address::v6(octets(sixteen));
}
flow drawn_flow(seeded_random& numbers, bool is_v4) {
    return {{drawn_address(numbers, is_v4), static_cast<std::uint16_t>(numbers.bits())},
            {drawn_address(numbers, is_v4), static_cast<std::uint16_t>(numbers.bits())},
            seq(static_cast<std::uint32_t>(numbers.bits()))};
}
std::uint16_t drawn_mss(seeded_random& numbers) { return static_cast<std::uint16_t>(numbers.bits()); }
instant drawn_instant(seeded_random& numbers) {
    return instant(duration(static_cast<std::int64_t>(numbers.below(std::uint64_t{1} << 60))));
}
instant begin_of_step(instant within) { return instant(within.time_since_epoch() / step * step); }

/// Each other flow that differs in one bit of addresses or ports or of the peer's sequence number.
std::vector<flow> one_bit_off(const flow& from) {
    std::vector<flow> out;
    const auto add = [&](auto&& flip) {
        out.push_back(from);
        flip(out.back());
    };
    for (std::size_t bit = 0; bit < 128; ++bit) {
        const auto mask = static_cast<octet>(1 << bit % 8);
        add([&](flow& f) { f.local.address.octets[bit / 8] ^= mask; });
        add([&](flow& f) { f.remote.address.octets[bit / 8] ^= mask; });
    }
    for (int bit = 0; bit < 16; ++bit) {
        const auto mask = static_cast<std::uint16_t>(1 << bit);
        add([&](flow& f) { f.local.port ^= mask; });
        add([&](flow& f) { f.remote.port ^= mask; });
    }
    for (int bit = 0; bit < 32; ++bit) add([&](flow& f) { f.irs = seq(f.irs.number() ^ std::uint32_t{1} << bit); });
    return out;
}

}  // namespace

TEST_CASE("a cookie is good in its own step and the three behind it, from the first nanosecond to the last") {
    seeded_random numbers(1);
    const std::array<duration, 3> places{0ns, 32s, step - 1ns};
    for (int i = 0; i < 50; ++i) {
        const flow f = drawn_flow(numbers, i % 2 == 0);
        const instant zero = i == 0 ? instant{} : begin_of_step(drawn_instant(numbers));
        for (const duration made : places) {
            const seq number = f.make(1460, zero + made);
            for (int age = 0; age <= 3; ++age)
                for (const duration read : places) CHECK(f.mss_of(number, zero + age * step + read) == 1460);
        }
    }
}

TEST_CASE("a cookie is refused from the fourth step on, also where the same two bits of the count come again") {
    seeded_random numbers(2);
    for (int i = 0; i < 50; ++i) {
        const flow f = drawn_flow(numbers, i % 2 == 0);
        const instant zero = begin_of_step(drawn_instant(numbers));
        const seq number = f.make(1460, zero + step - 1ns);
        for (int age = 4; age <= 80; ++age) {
            CHECK_FALSE(f.mss_of(number, zero + age * step));
            CHECK_FALSE(f.mss_of(number, zero + (age + 1) * step - 1ns));
        }
        for (int bit = 7; bit < 24; ++bit) CHECK_FALSE(f.mss_of(number, zero + (1 << bit) * step));
    }
}

TEST_CASE("a cookie from the future is refused") {
    const flow f;
    for (const std::int64_t now : {0, 1, 2, 3, 1000})
        for (int ahead = 1; ahead <= 16; ++ahead)
            CHECK_FALSE(f.mss_of(f.make(1460, instant((now + ahead) * step)), instant(now * step)));
}

TEST_CASE("one bit more or less in an address, a port, the peer's sequence number or the cookie, and it is refused") {
    seeded_random numbers(3);
    for (int i = 0; i < 200; ++i) {
        const flow f = drawn_flow(numbers, i % 2 == 0);
        const instant made = drawn_instant(numbers), now = made + static_cast<int>(numbers.below(4)) * step;
        const seq number = f.make(drawn_mss(numbers), made);
        REQUIRE(f.mss_of(number, now));
        int taken = 0;
        for (const flow& other : one_bit_off(f)) taken += other.mss_of(number, now).has_value();
        for (int bit = 0; bit < 32; ++bit)
            taken += f.mss_of(seq(number.number() ^ std::uint32_t{1} << bit), now).has_value();
        CHECK(taken == 0);  // of 320 + 32
    }
}

TEST_CASE("local and remote are not interchangeable") {
    const flow f, reversed{f.remote, f.local, f.irs};
    CHECK_FALSE(reversed.mss_of(f.make(1460, instant{}), instant{}));
    flow ports_exchanged = f;
    std::swap(ports_exchanged.local.port, ports_exchanged.remote.port);
    CHECK_FALSE(ports_exchanged.mss_of(f.make(1460, instant{}), instant{}));
}

TEST_CASE("every MSS comes back as the largest of eight which is not above it, the smallest ones as 216") {
    const flow f;
    std::set<std::uint16_t> seen;
    for (std::uint32_t mss = 0; mss <= 65535; ++mss) {
        std::uint16_t expected = 216;
        for (const int entry : {536, 1220, 1360, 1440, 1460, 8940, 8960})
            if (entry <= static_cast<int>(mss)) expected = static_cast<std::uint16_t>(entry);
        const seq number = f.make(static_cast<std::uint16_t>(mss), instant(7 * step));
        REQUIRE(f.mss_of(number, instant(9 * step)) == expected);
        seen.insert(expected);
    }
    CHECK(seen == std::set<std::uint16_t>(syn_cookies::mss_table.begin(), syn_cookies::mss_table.end()));
}

TEST_CASE("two stacks with different keys don't take each other's cookies") {
    seeded_random numbers(4);
    for (int bit = 0; bit < 128; ++bit) {
        const std::uint64_t low = numbers.bits(), high = numbers.bits();
        const std::uint64_t first = bit < 64 ? std::uint64_t{1} << bit : 0;
        const std::uint64_t second = bit < 64 ? 0 : std::uint64_t{1} << (bit - 64);
        const syn_cookies one({low, high}), other({low ^ first, high ^ second});
        const flow f = drawn_flow(numbers, bit % 2 == 0);
        const seq number = f.make(1440, instant{}, one);
        CHECK(f.mss_of(number, instant{}, one) == 1440);
        CHECK_FALSE(f.mss_of(number, instant{}, other));
    }
}

TEST_CASE("at any time there is one good number for each of the 32 beginnings: a guess is right once in 2^27") {
    seeded_random numbers(5);
    const flow f = drawn_flow(numbers, true);
    const instant now = drawn_instant(numbers);
    std::set<std::uint32_t> beginnings;
    for (int age = 0; age <= 3; ++age) {
        for (const std::uint16_t mss : syn_cookies::mss_table) {
            const seq number = f.make(mss, now - age * step);
            REQUIRE(f.mss_of(number, now) == mss);
            beginnings.insert(number.number() >> 27);
            for (int i = 0; i < 5000; ++i) {
                const std::uint32_t guess = (number.number() & ~0x7ffffffu) | (numbers.bits() & 0x7ffffffu);
                CHECK((seq(guess) == number || !f.mss_of(seq(guess), now)));
            }
        }
    }
    CHECK(beginnings.size() == 32);
}

TEST_CASE("each of the 27 bits of hash is one half of the time, and changes as often with the flow, the MSS or time") {
    seeded_random numbers(6);
    constexpr int trials = 4000;
    struct counts {
        int ones = 0, by_irs = 0, by_remote = 0, by_mss = 0, by_time = 0;
    };
    std::array<counts, 27> bits{};
    for (int i = 0; i < trials; ++i) {
        const flow f = drawn_flow(numbers, i % 2 == 0);
        flow later = f, neighbour = f;
        later.irs += 1;
        neighbour.remote.port ^= 1;
        const instant now = drawn_instant(numbers);
        const std::uint32_t number = f.make(1460, now).number();
        for (std::size_t bit = 0; bit < bits.size(); ++bit) {
            const auto changes = [&](seq other) { return static_cast<int>((number ^ other.number()) >> bit & 1); };
            bits[bit].ones += static_cast<int>(number >> bit & 1);
            bits[bit].by_irs += changes(later.make(1460, now));
            bits[bit].by_remote += changes(neighbour.make(1460, now));
            bits[bit].by_mss += changes(f.make(1440, now));
            bits[bit].by_time += changes(f.make(1460, now + 4 * step));
        }
    }
    // Five standard deviations, of sqrt(4000) / 2 each.
    for (const counts& c : bits)
        for (const int count : {c.ones, c.by_irs, c.by_remote, c.by_mss, c.by_time})
            CHECK(4 * (count - trials / 2) * (count - trials / 2) < 25 * trials);
}

// ---- options in the timestamp --------------------------------------------------------------------------------------

namespace {

constexpr std::uint32_t unit = 64;

std::vector<cookie_options> all_mixes() {
    std::vector<cookie_options> out;
    for (const bool sack : {false, true}) {
        out.push_back({.sack = sack});
        for (std::uint8_t shift = 0; shift <= 14; ++shift) out.push_back({.window_scale = shift, .sack = sack});
    }
    return out;
}

/// Every place within a unit, before and behind the wrap and half-way; and as many by chance.
std::vector<std::uint32_t> clock_values() {
    std::vector<std::uint32_t> out;
    for (std::uint32_t i = 0; i < 4 * unit; ++i) {
        out.push_back(i - 2 * unit);
        out.push_back(0x80000000u + i - 2 * unit);
    }
    seeded_random numbers(7);
    while (out.size() < 1024) out.push_back(static_cast<std::uint32_t>(numbers.bits()));
    return out;
}

// clang-format off
static_assert(encode_options(1000, {.window_scale =  7, .sack = true})  == 15 * 64 + 16 + 7);
static_assert(encode_options(1000, {.window_scale =  7, .sack = false}) == 15 * 64 + 7);
static_assert(encode_options(1000, {})                                  == 15 * 64 + 15);
static_assert(encode_options( 991, {.sack = true})                      == 15 * 64 + 31);  // the clock itself
static_assert(encode_options( 990, {.sack = true})                      == 14 * 64 + 31);  // never ahead of it
static_assert(encode_options(   5, {.sack = true})                      == 0xffffffff - 63 + 31);
// clang-format on
static_assert(decode_options(983) == cookie_options{.window_scale = 7, .sack = true});

}  // namespace

TEST_CASE("options come back from the echo, for all mixes and all places of the clock, and the clock is never passed") {
    for (const cookie_options& offered : all_mixes()) {
        for (const std::uint32_t clock : clock_values()) {
            const std::uint32_t value = encode_options(clock, offered);
            REQUIRE(decode_options(value) == offered);
            REQUIRE(clock - value < unit);  // modulo 2^32: neither ahead nor a unit behind
            REQUIRE((value & 0x20) == 0);   // kept for ECN
        }
    }
    CHECK(all_mixes().size() == 32);
}

TEST_CASE("no segment behind a SYN,ACK with options looks old, nor does the same SYN,ACK sent again") {
    for (const cookie_options& offered : all_mixes()) {
        for (const std::uint32_t clock : clock_values()) {
            timestamps peer;
            peer.start(0, instant{});
            peer.take(encode_options(clock, offered), seq(0), instant{});
            REQUIRE_FALSE(peer.is_old(clock, instant{}));
            REQUIRE_FALSE(peer.is_old(encode_options(clock + 1, offered), instant{}));
            REQUIRE_FALSE(peer.is_old(encode_options(clock + unit, offered), instant{}));
        }
    }
}

TEST_CASE("a shift above 14 counts as 14 (RFC 7323 section 2.3) and disturbs no other bit") {
    for (std::uint8_t shift = 255; shift > 14; --shift)
        for (const bool sack : {false, true})
            CHECK(decode_options(encode_options(12345, {.window_scale = shift, .sack = sack})) ==
                  cookie_options{.window_scale = std::uint8_t{14}, .sack = sack});
}

TEST_CASE("only the five lowest bits of an echo are read, and no echo gives a shift above 14") {
    seeded_random numbers(8);
    for (std::uint8_t low = 0; low < 32; ++low) {
        cookie_options expected{.sack = low >= 16};
        if (low % 16 != 15) expected.window_scale = low % 16;
        for (int i = 0; i < 10; ++i)
            CHECK(decode_options((static_cast<std::uint32_t>(numbers.bits()) & ~31u) | low) == expected);
    }
}
