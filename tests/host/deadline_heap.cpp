// SPDX-License-Identifier: MIT
// host/deadline_heap.hpp against a std::set, the order among equals, leaving by destruction, and no recursion.
#include <doctest/doctest.h>

#include <sluice/host/deadline_heap.hpp>

#include <cstddef>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include <sluice/base/random.hpp>

namespace {

using namespace sluice;

struct element : deadline_node {
    int number = 0;
};

constexpr instant at(std::int64_t nanoseconds) { return instant(duration(nanoseconds)); }

}  // namespace

TEST_CASE("a deadline heap gives what a sorted set would, those of one instant in the order in which they were set") {
    std::vector<element> elements(60);
    deadline_heap<element> heap;
    std::set<std::pair<std::pair<instant, int>, element*>> model;
    std::vector<int> order(elements.size());
    const auto key = [&](element& e) {
        return std::pair(std::pair(e.deadline(), order[static_cast<std::size_t>(&e - elements.data())]), &e);
    };
    seeded_random numbers(4);
    int planned = 0;
    for (int step = 0; step < 40'000; ++step) {
        // Few instants, so that many are equal; the heap fills and drains by turns.
        const bool filling = step / 200 % 2 == 0;
        element& one = elements[static_cast<std::size_t>(numbers.below(elements.size()))];
        if (numbers.below(4) < (filling ? 3u : 1u)) {
            if (one.is_set()) model.erase(key(one));
            const instant deadline = at(static_cast<std::int64_t>(numbers.below(12)));
            heap.set(one, deadline);
            REQUIRE(one.deadline() == deadline);
            order[static_cast<std::size_t>(&one - elements.data())] = planned++;
            model.insert(key(one));
        } else if (numbers.below(3) == 0) {
            if (one.is_set()) model.erase(key(one));
            one.unset();
            REQUIRE_FALSE(one.is_set());
            REQUIRE(one.deadline() == never);
        } else if (!model.empty()) {
            element* first = model.begin()->second;
            model.erase(model.begin());
            REQUIRE(&heap.pop() == first);
            REQUIRE_FALSE(first->is_set());
        }
        REQUIRE(heap.empty() == model.empty());
        REQUIRE(heap.next() == (model.empty() ? never : model.begin()->first.first));
    }
    while (!heap.empty()) heap.pop();
}

TEST_CASE("an element leaves the heap when it is destroyed, wherever it stands") {
    // The last one set last becomes the root, one of its children, or a grandchild, and has children or has none.
    for (std::size_t gone = 0; gone < 7; ++gone) {
        deadline_heap<element> heap;
        std::vector<std::unique_ptr<element>> elements;
        for (int i = 0; i < 7; ++i) {
            elements.push_back(std::make_unique<element>());
            elements.back()->number = i;
            heap.set(*elements.back(), at(i * 3 % 7));
        }
        const instant best = heap.next();
        heap.set(heap.pop(), best);  // children become grandchildren
        elements[gone].reset();
        std::vector<std::int64_t> left;
        while (!heap.empty()) left.push_back(heap.pop().number * 3 % 7);
        std::vector<std::int64_t> expected;
        for (std::int64_t time = 0; time < 7; ++time)
            if (time != static_cast<std::int64_t>(gone) * 3 % 7) expected.push_back(time);
        CHECK(left == expected);
    }
}

TEST_CASE("a hundred thousand deadlines in the worst orders neither recurse nor take quadratic time") {
    // Were one operation linear, this would be ten thousand million steps. What the tree looks like is adversarial for
    // a recursive walk: rising deadlines make one long row of children, falling ones one long chain.
    constexpr int many = 100'000;
    for (const int sign : {1, -1}) {
        std::vector<element> elements(many);
        deadline_heap<element> heap;
        for (int i = 0; i < many; ++i) heap.set(elements[static_cast<std::size_t>(i)], at(sign * i));
        for (std::size_t i = 0; i < many; i += 2) elements[i].unset();
        instant last = instant::min();
        int count = 0;
        for (; !heap.empty(); ++count) {
            const instant next = heap.next();
            REQUIRE(last < next);
            last = next;
            heap.pop();
        }
        CHECK(count == many / 2);
    }
}
