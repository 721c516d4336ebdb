// SPDX-License-Identifier: MIT
// base/interval_set.hpp against a bitmap, and across the end of the sequence space.
#include <doctest/doctest.h>

#include <sluice/base/interval_set.hpp>

#include <bitset>

#include <sluice/base/random.hpp>
#include <sluice/wire/seq.hpp>

namespace {

using namespace sluice;

constexpr std::size_t places = 64;
using bitmap = std::bitset<places>;

bitmap range(std::size_t begin, std::size_t end) {
    bitmap out;
    for (std::size_t i = begin; i < end; ++i) out.set(i);
    return out;
}

std::size_t runs(const bitmap& bits) {
    std::size_t out = 0;
    for (std::size_t i = 0; i < places; ++i) out += bits[i] && (i == 0 || !bits[i - 1]);
    return out;
}

/// Sorted, none empty, none touching, and together just the set bits.
template <class Set>
void check_same(const Set& set, const bitmap& bits, seq base) {
    bitmap held;
    for (std::size_t i = 0; i < set.size(); ++i) {
        const auto [begin, end] = set[i];
        CHECK(begin < end);
        if (i > 0) CHECK(set[i - 1].end < begin);
        held |= range(begin - base, end - base);
    }
    CHECK((held == bits));
    CHECK(set.all().size() == set.size());
    CHECK(set.empty() == bits.none());
    CHECK(set.size() <= set.capacity());
}

constexpr bool bridges_in_the_compiler() {
    interval_set<int, 3> set;
    if (!set.add(0, 2) || !set.add(8, 9) || !set.add(4, 6) || set.add(11, 12)) return false;
    if (!set.add(2, 4) || set.size() != 2 || set[0] != interval<int>{0, 6}) return false;  // full, yet it bridges
    set.remove_below(5);
    return set[0] == interval<int>{5, 6} && set[1] == interval<int>{8, 9};
}
static_assert(bridges_in_the_compiler());

}  // namespace

TEST_CASE_TEMPLATE("an interval set holds what a bitmap would, or says that it has no room", Set, interval_set<seq, 1>,
    interval_set<seq, 2>, interval_set<seq, 4>, interval_set<seq, 32>) {
    seeded_random numbers(31);
    // Ordinary, over the middle of the space, over its end.
    for (const std::uint32_t start : {0u, 0x7fffffe0u, 0xffffffe0u}) {
        const seq base(start);
        Set set;
        bitmap bits;
        for (int i = 0; i < 3000; ++i) {
            const std::size_t begin = numbers.below(places);
            const std::size_t end = begin + 1 + numbers.below(std::min<std::size_t>(places - begin, 12));
            const auto at = [&](std::size_t place) { return base + static_cast<std::uint32_t>(place); };
            if (numbers.below(8) == 0) {
                set.remove_below(at(begin));
                bits &= ~range(0, begin);
            } else if (numbers.below(8) == 0) {
                set.remove_from(at(begin));
                bits &= range(0, begin);
            } else {
                const bitmap more = bits | range(begin, end);
                const bool fits = runs(more) <= set.capacity();
                CHECK(set.add(at(begin), at(end)) == fits);
                if (fits) bits = more;
            }
            check_same(set, bits, base);
            if (numbers.below(200) == 0) {
                set.clear();
                bits.reset();
                CHECK(set.empty());
            }
        }
    }
}

TEST_CASE("intervals that touch become one, and a full set still grows what it has") {
    CHECK(bridges_in_the_compiler());
    interval_set<int, 2> set;
    CHECK(set.add(10, 20));
    CHECK(set.add(30, 40));
    CHECK_FALSE(set.add(21, 29));
    CHECK(set.size() == 2);
    CHECK(set.add(20, 21));
    CHECK(set.add(29, 30));
    CHECK(set[0] == interval<int>{10, 21});
    CHECK(set[1] == interval<int>{29, 40});
    CHECK(set.add(0, 100));
    CHECK(set.size() == 1);
    CHECK(set[0] == interval<int>{0, 100});
    set.remove_below(100);
    CHECK(set.empty());
}
