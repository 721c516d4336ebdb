// SPDX-License-Identifier: MIT
// host/intrusive_list.hpp against std::list, and what happens when an element or the list itself is destroyed.
#include <doctest/doctest.h>

#include <sluice/host/intrusive_list.hpp>

#include <algorithm>
#include <array>
#include <list>
#include <optional>

#include <sluice/base/random.hpp>

namespace {

using namespace sluice;

struct element : list_node {
    int number = 0;
};

/// Takes all, from the front.
std::list<int> drained(intrusive_list<element>& list) {
    std::list<int> out;
    while (!list.empty()) out.push_back(list.pop_front().number);
    return out;
}

}  // namespace

TEST_CASE("an intrusive list holds what a std::list would") {
    std::array<element, 20> elements;
    for (int i = 0; i < 20; ++i) elements[static_cast<std::size_t>(i)].number = i;
    intrusive_list<element> list;
    std::list<int> model;
    seeded_random numbers(3);
    for (int step = 0; step < 5000; ++step) {
        const auto i = static_cast<std::size_t>(numbers.below(elements.size()));
        if (numbers.below(3) > 0) {
            list.push_back(elements[i]);
            model.remove(elements[i].number);
            model.push_back(elements[i].number);
        } else if (numbers.below(2) == 0) {
            elements[i].leave();
            model.remove(elements[i].number);
        } else if (!model.empty()) {
            CHECK(list.pop_front().number == model.front());
            model.pop_front();
        }
        CHECK(list.empty() == model.empty());
        for (const element& each : elements)
            CHECK(each.is_linked() == (std::find(model.begin(), model.end(), each.number) != model.end()));
        if (model.empty()) continue;
        CHECK(list.front().number == model.front());
        CHECK(list.back().number == model.back());
    }
    CHECK(drained(list) == model);
}

TEST_CASE("an element leaves the list when it is destroyed, and enters another one by leaving the first") {
    element first{{}, 1}, last{{}, 3};
    std::optional<element> middle;
    middle.emplace().number = 2;
    intrusive_list<element> list, other;
    for (element* each : {&first, &*middle, &last}) list.push_back(*each);
    middle.reset();
    other.push_back(first);
    CHECK(drained(list) == std::list<int>{3});
    CHECK(drained(other) == std::list<int>{1});
}

TEST_CASE("the elements of a destroyed list are in none, and can enter another one") {
    element first{{}, 1}, last{{}, 2};
    {
        intrusive_list<element> gone;
        gone.push_back(first);
        gone.push_back(last);
    }
    CHECK_FALSE(first.is_linked());
    CHECK_FALSE(last.is_linked());
    intrusive_list<element> list;
    list.push_back(last);
    CHECK(drained(list) == std::list<int>{2});
}
