// SPDX-License-Identifier: MIT
// base/windowed_filter.hpp against a filter that remembers everything.
#include <doctest/doctest.h>

#include <sluice/base/windowed_filter.hpp>

#include <vector>

#include <sluice/base/random.hpp>
#include <sluice/base/time.hpp>

namespace {

using namespace sluice;

struct at_least {
    constexpr bool operator()(auto a, auto b) const { return a >= b; }
};
struct at_most {
    constexpr bool operator()(auto a, auto b) const { return a <= b; }
};

using largest = windowed_filter<int, int, at_least>;

struct sample {
    int value;
    int at;
};

/// What is promised, judged by all samples: the answer is a sample of the window; none that came since beats it; and it
/// is the best of all as long as that one is inside.
void check_promises(const std::vector<sample>& all, int window, int answer) {
    const int now = all.back().at;
    sample best = all.front();
    for (const sample& s : all)
        if (s.value >= best.value) best = s;
    if (now - best.at <= window) {
        CHECK(answer == best.value);
        return;
    }
    bool is_sample = false;
    for (auto s = all.rbegin(); s != all.rend() && now - s->at <= window && !is_sample; ++s) {
        CHECK(s->value <= answer);
        is_sample = s->value == answer;
    }
    CHECK(is_sample);
}

constexpr int after(std::initializer_list<sample> samples) {
    largest filter(0);
    for (const auto& [value, at] : samples) filter.update(value, at, 8);
    return filter.best();
}

// Window 8: a quarter is 2, a half 4.
static_assert(after({}) == 0);
static_assert(after({{5, 1}}) == 5);
static_assert(after({{5, 1}, {9, 2}, {7, 3}}) == 9, "a better one takes all");
static_assert(after({{9, 1}, {7, 2}, {3, 9}}) == 9, "as old as the window is inside");
static_assert(after({{9, 1}, {7, 4}, {3, 10}}) == 7, "older is not: the next best follows");
static_assert(after({{9, 1}, {7, 4}, {5, 6}, {3, 13}}) == 5, "and the third, when two left at once");
static_assert(after({{9, 1}, {7, 4}, {3, 6}, {2, 13}}) == 3, "a third is taken after half of the window, good or not");
static_assert(after({{9, 1}, {3, 20}}) == 3, "nothing is left in the window");
static_assert(after({{9, 1}, {9, 8}, {3, 16}}) == 9, "an equal sample renews the best");
static_assert(after({{9, 0}, {8, 2}, {1, 9}}) == 1, "the price of constant space: nothing worse is kept for a quarter");

}  // namespace

TEST_CASE("when the best ages out the next ones follow, which were taken after a quarter and a half of the window") {
    CHECK(after({{9, 1}, {7, 4}, {3, 10}}) == 7);
    CHECK(after({{9, 1}, {7, 4}, {5, 6}, {3, 13}}) == 5);
    CHECK(after({{9, 1}, {7, 4}, {3, 6}, {2, 13}}) == 3);
    CHECK(after({{9, 0}, {8, 2}, {1, 9}}) == 1);
    CHECK(after({{9, 0}, {8, 3}, {1, 9}}) == 8);
}

TEST_CASE("the windowed filter keeps its promises over every short sequence") {
    // Six samples of three values and three gaps each; shorter sequences are the beginnings of these.
    constexpr std::array<int, 3> gaps{0, 2, 5};
    for (int code = 0; code < 9 * 9 * 9 * 9 * 9 * 9; ++code) {
        largest filter(-1);
        std::array<sample, 6> all{};
        int now = 0, rest = code;
        sample best{-1, 0};
        for (std::size_t count = 0; count < all.size(); ++count, rest /= 9) {
            now += gaps[static_cast<std::size_t>(rest % 3)];
            all[count] = {rest / 3 % 3, now};
            if (all[count].value >= best.value) best = all[count];
            const int answer = filter.update(all[count].value, now, 8);
            bool is_sample = false;
            for (std::size_t i = 0; i <= count; ++i)
                is_sample = is_sample || (all[i].value == answer && now - all[i].at <= 8);
            if (!is_sample || (now - best.at <= 8 && answer != best.value))
                FAIL_CHECK("sequence " << code << ", sample " << count << ": " << answer);
        }
    }
}

TEST_CASE("the windowed filter keeps its promises over long random sequences") {
    seeded_random numbers(11);
    for (int run = 0; run < 300; ++run) {
        const int window = static_cast<int>(4 + numbers.below(20));
        const std::uint64_t most_gap = 1 + numbers.below(run % 10 == 0 ? 40 : 6), values = 2 + numbers.below(50);
        largest filter(-1);
        std::vector<sample> all;
        int now = 0;
        for (int i = 0; i < 100; ++i) {
            now += static_cast<int>(numbers.below(most_gap));
            all.push_back({static_cast<int>(numbers.below(values)), now});
            const int answer = filter.update(all.back().value, now, window);
            CHECK(filter.best() == answer);
            check_promises(all, window, answer);
        }
    }
}

TEST_CASE("a steady rise or fall is followed at once, or within one window") {
    largest rising(0), falling(100'000);
    falling.reset(100'000, 0);
    for (int t = 1; t < 1000; ++t) {
        CHECK(rising.update(t, t, 10) == t);
        const int answer = falling.update(100'000 - t, t, 10);
        CHECK(answer >= 100'000 - t);
        CHECK(answer <= 100'000 - t + 10);
    }
}

TEST_CASE("the smallest round trip of ten seconds is forgotten when it is older than that") {
    windowed_filter<duration, instant, at_most> filter(duration::max());
    CHECK(filter.best() == duration::max());
    const instant start{5s};
    CHECK(filter.update(40ms, start, 10s) == 40ms);
    CHECK(filter.update(60ms, start + 4s, 10s) == 40ms);
    CHECK(filter.update(90ms, start + 10s, 10s) == 40ms);
    CHECK(filter.update(90ms, start + 10s + 1ns, 10s) == 60ms);
    CHECK(filter.update(30ms, start + 11s, 10s) == 30ms);
    filter.reset(70ms, start + 12s);
    CHECK(filter.best() == 70ms);
}

TEST_CASE("time may be an unsigned count that wraps") {
    windowed_filter<unsigned, std::uint32_t, at_least> filter(0);
    const std::uint32_t wrap = ~std::uint32_t{0};
    filter.reset(9, wrap - 2);
    CHECK(filter.update(5, wrap, 4) == 9);
    CHECK(filter.update(4, 1, 4) == 9);
    CHECK(filter.update(4, 2, 4) == 5);
}
