// SPDX-License-Identifier: MIT
// base/random.hpp against the published outputs of its two generators, and against a second writing of both.
#include <doctest/doctest.h>

#include <cmath>

#include <sluice/base/random.hpp>

namespace {

using namespace sluice;
using words = std::array<std::uint64_t, 4>;

// The generators once more, as their authors' texts put them: a function of the state each.
constexpr std::uint64_t splitmix64(std::uint64_t& x) {
    std::uint64_t z = (x += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}
constexpr std::uint64_t rotated(std::uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }
constexpr std::uint64_t xoshiro256ss(words& s) {
    const std::uint64_t result = rotated(s[1] * 5, 7) * 9;
    const std::uint64_t a = s[0] ^ s[3] ^ s[1], b = s[0] ^ s[1] ^ s[2];
    const std::uint64_t c = s[0] ^ s[2] ^ (s[1] << 17), d = rotated(s[1] ^ s[3], 45);
    s = {a, b, c, d};
    return result;
}

constexpr words first_four(seed from) {
    seeded_random numbers(from);
    words out{};
    for (auto& word : out) word = numbers.bits();
    return out;
}

// Published: the outputs for the state {1, 2, 3, 4}, and splitmix64's for 1234567.
static_assert(first_four(seed(words{1, 2, 3, 4})) == words{11520, 0, 1509978240, 1215971899390074240});
static_assert(seed(1234567).words ==
              words{6457827717110365317u, 3203168211198807973u, 9817491932198370423u, 4593380528125082431u});

}  // namespace

TEST_CASE("xoshiro256** from the state 1, 2, 3, 4 gives its authors' numbers") {
    // clang-format off
    constexpr std::array<std::uint64_t, 10> published{
        11520, 0, 1509978240, 1215971899390074240, 1216172134540287360, 607988272756665600, 16172922978634559625u,
        8476171486693032832, 10595114339597558777u, 2904607092377533576};
    // clang-format on
    seeded_random numbers(seed(words{1, 2, 3, 4}));
    for (const auto number : published) CHECK(numbers.bits() == number);
}

TEST_CASE("an integer seed is expanded by splitmix64, and the same seed gives the same numbers") {
    CHECK(seed(1234567).words ==
          words{6457827717110365317u, 3203168211198807973u, 9817491932198370423u, 4593380528125082431u});
    for (const std::uint64_t number : {std::uint64_t{0}, std::uint64_t{7}, ~std::uint64_t{0}}) {
        std::uint64_t expanding = number;
        words state{};
        for (auto& word : state) word = splitmix64(expanding);
        CHECK(seed(number).words == state);
        seeded_random one(number), other(number);
        for (int i = 0; i < 1000; ++i) {
            const std::uint64_t expected = xoshiro256ss(state);
            CHECK(one.bits() == expected);
            CHECK(other.bits() == expected);
        }
    }
    CHECK(first_four(7) == words{0xb358faf74ef9765a, 0x475c3d964f482cd2, 0xd6f1d349952c7996, 0xfb2938731e807240});
}

TEST_CASE("the seed of nothing but zeros, where the generator would stand still, counts as the integer 0") {
    CHECK(first_four(seed(words{})) == first_four(0));
    CHECK(first_four(0)[0] == 0x99ec5f36cb75f2b4);
}

TEST_CASE("below draws each number equally often and draws again where a remainder would be uneven") {
    seeded_random numbers(1);
    for (const std::uint64_t limit : {1u, 2u, 3u, 7u, 10u}) {
        std::array<int, 10> seen{};
        constexpr int draws = 60'000;
        for (int i = 0; i < draws; ++i) {
            const std::uint64_t drawn = numbers.below(limit);
            REQUIRE(drawn < limit);
            ++seen[drawn];
        }
        // Five standard deviations of a count, sqrt(draws / limit) at most.
        const double expected = draws / static_cast<double>(limit);
        for (std::size_t i = 0; i < limit; ++i) {
            CHECK(seen[i] > expected - 5 * 245);
            CHECK((seen[i] - expected) * (seen[i] - expected) <= 25 * expected);
        }
    }

    // With limit 3 * 2^62 a remainder alone would give the lower third half of all numbers.
    constexpr std::uint64_t third = std::uint64_t{1} << 62;
    std::array<int, 3> seen{};
    for (int i = 0; i < 30'000; ++i) ++seen[numbers.below(3 * third) / third];
    for (const int count : seen) CHECK((count - 10'000) * (count - 10'000) < 25 * 10'000);
    CHECK(numbers.below(~std::uint64_t{0}) < ~std::uint64_t{0});
}

TEST_CASE("happens is true as often as its chance says: never, half, nearly always") {
    seeded_random numbers(2);
    int half = 0, rare = 0;
    for (int i = 0; i < 40'000; ++i) {
        CHECK_FALSE(numbers.happens(0));
        half += numbers.happens(std::uint32_t{1} << 31);
        rare += numbers.happens(std::uint32_t{1} << 25);  // 1 in 128: 312.5
    }
    CHECK((half - 20'000) * (half - 20'000) < 25 * 10'000);
    CHECK((rare - 312) * (rare - 312) < 25 * 310);
}

TEST_CASE("happens draws one number, and is true when its upper half is below the chance") {
    seeded_random numbers(4), twin(4);
    for (int i = 0; i < 100; ++i) {
        const auto drawn = static_cast<std::uint32_t>(twin.bits() >> 32);
        CHECK_FALSE(numbers.happens(drawn));
        twin.bits();
        numbers.bits();
        CHECK(numbers.happens(static_cast<std::uint32_t>(twin.bits() >> 32) + 1));
    }
}

// Of n numbers, n · e^-x are above x, give or take five standard deviations; the mean is 1, give or take 5 / sqrt(n).
// (A row that is accepted whatever its length, the control, is a mutant with half the mean.)
TEST_CASE("exponential numbers have mean 1, and are above x with probability e^-x") {
    seeded_random numbers(6);
    constexpr int draws = 200'000;
    std::array<int, 9> above{};
    double sum = 0;
    for (int i = 0; i < draws; ++i) {
        const double x = static_cast<double>(numbers.exponential()) / 4294967296.0;
        sum += x;
        for (std::size_t k = 0; k < above.size(); ++k) above[k] += x > 0.5 * static_cast<double>(k) ? 1 : 0;
    }
    CHECK(std::abs(sum / draws - 1) < 5 / std::sqrt(draws));
    for (std::size_t k = 1; k < above.size(); ++k) {
        const double chance = std::exp(-0.5 * static_cast<double>(k));
        CHECK(std::abs(above[k] - draws * chance) < 5 * std::sqrt(draws * chance * (1 - chance)));
    }
}

TEST_CASE("an exponential number is made by comparisons alone: the row that falls, once more by its definition") {
    seeded_random numbers(7), twin(7);
    for (int i = 0; i < 1000; ++i) {
        std::uint64_t whole = 0, first = 0;
        for (int falling = 0; falling % 2 == 0;) {
            first = twin.bits();
            falling = 1;
            for (std::uint64_t last = first, next = twin.bits(); next < last; next = twin.bits()) {
                last = next;
                ++falling;
            }
            if (falling % 2 == 0) ++whole;
        }
        CHECK(numbers.exponential() == whole * 4294967296 + first / 4294967296);
        CHECK(numbers.bits() == twin.bits());
    }
}

TEST_CASE("a fork is seeded by the next four numbers and then leaves its parent alone") {
    seeded_random parent(3), twin(3);
    seeded_random child = parent.fork();
    words state{};
    for (auto& word : state) word = twin.bits();
    for (int i = 0; i < 100; ++i) CHECK(child.bits() == xoshiro256ss(state));
    for (int i = 0; i < 100; ++i) CHECK(parent.bits() == twin.bits());
}
