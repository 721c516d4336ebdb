// SPDX-License-Identifier: MIT
// base/index_heap.hpp against std::set, and what it costs in looks at the elements.
#include <doctest/doctest.h>

#include <sluice/base/index_heap.hpp>

#include <array>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include <sluice/base/random.hpp>

namespace {

using namespace sluice;

struct element {
    std::uint32_t key = 0;
    heap_link link;
};
struct access {
    static constexpr heap_link& link(element& e) { return e.link; }
    static constexpr std::uint32_t key(const element& e) { return e.key; }
};
using heap = index_heap<access>;

/// Counts each look at an element.
struct counted_elements {
    std::vector<element> held;
    std::uint64_t looks = 0;

    explicit counted_elements(std::size_t count) : held(count) {}
    element& operator[](list_index i) { return ++looks, held[i]; }
};

/// By key, then by index.
using sorted = std::set<std::pair<std::uint32_t, list_index>>;

list_index front(const sorted& model) { return model.empty() ? no_index : model.begin()->second; }

sorted drained(counted_elements& in, heap& from) {
    sorted out;
    for (list_index last = no_index; !from.empty();) {
        const list_index i = from.first();
        from.remove(in, i);
        out.emplace(in.held[i].key, i);
        CHECK(out.rbegin()->second == i);
        CHECK(i != last);
        last = i;
    }
    return out;
}

constexpr std::array<list_index, 4> order_in_the_compiler() {
    std::array<element, 6> in{};
    in[1].key = 7;
    in[3].key = in[4].key = 5;
    in[5].key = 9;
    heap h;
    for (const list_index i : {5u, 4u, 1u, 3u, 0u}) h.add(in, i);
    h.remove(in, 0);
    std::array<list_index, 4> out{};
    for (list_index& i : out) {
        i = h.first();
        h.remove(in, i);
    }
    return out;
}
static_assert(order_in_the_compiler() == std::array<list_index, 4>{3, 4, 1, 5});

}  // namespace

TEST_CASE("the first of an index heap is that of a std::set, whatever is added and removed") {
    for (const std::uint32_t keys : {1u, 8u, 1'000'000u}) {
        counted_elements in(60);
        seeded_random numbers(keys);
        heap h;
        sorted model;
        for (int n = 0; n < 20'000; ++n) {
            // Whole stretches of adding and of removing, so that trees grow deep and wide.
            const bool growing = n / 50 % 2 == 0;
            const bool removes = numbers.below(4) == 0 ? growing : !growing;
            const auto i = removes && numbers.below(3) > 0 && !model.empty()
                               ? front(model)
                               : static_cast<list_index>(numbers.below(in.held.size()));
            const bool held = model.contains({in.held[i].key, i});
            if (held && removes) {
                model.erase({in.held[i].key, i});
                h.remove(in, i);
            } else if (!held && !removes) {
                in.held[i].key = static_cast<std::uint32_t>(numbers.below(keys));
                model.emplace(in.held[i].key, i);
                h.add(in, i);
            }
            REQUIRE(h.first() == front(model));
            REQUIRE(h.empty() == model.empty());
        }
        CHECK(drained(in, h) == model);
    }
}

TEST_CASE("a heap that is cleared gives each of its elements once, and they may go to another one at once") {
    counted_elements in(500);
    seeded_random numbers(3);
    heap h, other;
    h.clear(in, [](list_index) { FAIL("there is none"); });
    sorted model;
    for (list_index i = 0; i < in.held.size(); ++i) {
        in.held[i].key = static_cast<std::uint32_t>(numbers.below(100));
        model.emplace(in.held[i].key, i);
        h.add(in, i);
    }
    for (int n = 0; n < 100; ++n) {  // which sorts it in part
        model.erase(model.begin());
        h.remove(in, h.first());
    }
    in.looks = 0;
    int taken = 0;
    h.clear(in, [&](list_index i) {
        CHECK(h.empty());
        ++taken;
        other.add(in, i);
    });
    CHECK(taken == 400);
    CHECK(drained(in, other) == model);
    for (list_index i = 0; i < 400; ++i) h.add(in, i);
    in.looks = 0;
    h.clear(in, [](list_index) {});
    CHECK(in.looks <= 400 * 3 + 2);  // itself and at most two who wait for it
}

TEST_CASE("elements and heap can be copied, and the copies go their own way") {
    counted_elements in(3);
    heap h;
    for (const list_index i : {2u, 0u, 1u}) {
        in.held[i].key = i;
        h.add(in, i);
    }
    counted_elements other_in = in;
    heap other = h;
    other.remove(other_in, 0);
    CHECK(drained(in, h) == sorted{{0, 0}, {1, 1}, {2, 2}});
    CHECK(drained(other_in, other) == sorted{{1, 1}, {2, 2}});
}

TEST_CASE("adding costs a constant, and taking out the first one the logarithm of what is held") {
    constexpr std::uint32_t count = 1 << 16;
    for (const int order : {0, 1, 2}) {  // random, ascending, descending
        counted_elements in(count);
        seeded_random numbers(11);
        heap h;
        for (list_index i = 0; i < count; ++i) {
            in.held[i].key = order == 0 ? static_cast<std::uint32_t>(numbers.bits() >> 32) : order == 1 ? i : count - i;
            const std::uint64_t before = in.looks;
            h.add(in, i);
            REQUIRE(in.looks - before <= 4);
        }
        in.looks = 0;
        while (!h.empty()) h.remove(in, h.first());
        CHECK(in.looks <= std::uint64_t{count} * 16 * 7);  // 16 comparisons an element would be a perfect sort
    }
}

TEST_CASE("removing what nothing has been sorted behind costs a constant") {
    counted_elements in(1000);
    heap h;
    for (list_index i = 0; i < 1000; ++i) {
        in.held[i].key = i;
        h.add(in, i);
    }
    for (list_index i = 1; i < 1000; ++i) {
        in.looks = 0;
        h.remove(in, i);
        REQUIRE(in.looks <= 3);
    }
    CHECK(h.first() == 0);
}
