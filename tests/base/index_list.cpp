// SPDX-License-Identifier: MIT
// base/index_list.hpp against std::list, with elements that stand in two lists at once.
#include <doctest/doctest.h>

#include <sluice/base/index_list.hpp>

#include <algorithm>
#include <array>
#include <list>

#include <sluice/base/random.hpp>

namespace {

using namespace sluice;

struct element {
    list_link by_age;
    list_link by_turn;
};
using elements = std::array<element, 40>;

template <auto Link>
std::list<list_index> forwards(const elements& in, const index_list<Link>& list) {
    std::list<list_index> out;
    for (list_index i = list.front(); i != no_index && out.size() <= in.size(); i = (in[i].*Link).after)
        out.push_back(i);
    return out;
}
template <auto Link>
std::list<list_index> backwards(const elements& in, const index_list<Link>& list) {
    std::list<list_index> out;
    for (list_index i = list.back(); i != no_index && out.size() <= in.size(); i = (in[i].*Link).before)
        out.push_front(i);
    return out;
}

/// The list and its model, which must always look alike from both ends.
template <auto Link>
struct pair_of_lists {
    index_list<Link> list;
    std::list<list_index> model;

    void step(elements& in, seeded_random& numbers) {
        const auto i = static_cast<list_index>(numbers.below(in.size()));
        const auto found = std::find(model.begin(), model.end(), i);
        if (found != model.end()) {
            model.erase(found);
            list.remove(in, i);
        } else if (model.empty() || numbers.below(3) == 0) {
            model.push_back(i);
            list.push_back(in, i);
        } else if (numbers.below(3) == 0) {
            model.push_front(i);
            list.insert_after(in, no_index, i);
        } else {
            const auto place = std::next(model.begin(), static_cast<int>(numbers.below(model.size())));
            list.insert_after(in, *place, i);
            model.insert(std::next(place), i);
        }
    }
    void check(const elements& in) const {
        CHECK(list.empty() == model.empty());
        CHECK(list.front() == (model.empty() ? no_index : model.front()));
        CHECK(list.back() == (model.empty() ? no_index : model.back()));
        CHECK(forwards(in, list) == model);
        CHECK(backwards(in, list) == model);
    }
};

constexpr std::array<list_index, 3> order_in_the_compiler() {
    std::array<element, 5> in{};
    index_list<&element::by_age> list;
    list.push_back(in, 4);
    list.push_back(in, 1);
    list.insert_after(in, no_index, 0);
    list.insert_after(in, 0, 3);
    list.remove(in, 4);
    const list_index second = in[list.front()].by_age.after;
    return {list.front(), second, in[second].by_age.after};
}
static_assert(order_in_the_compiler() == std::array<list_index, 3>{0, 3, 1});

}  // namespace

TEST_CASE("an index list holds what a std::list would, in two orders over one array") {
    elements in;
    seeded_random numbers(21);
    pair_of_lists<&element::by_age> ages;
    pair_of_lists<&element::by_turn> turns;
    ages.check(in);
    for (int i = 0; i < 5000; ++i) {
        if (numbers.below(2) == 0) ages.step(in, numbers);
        else turns.step(in, numbers);
        ages.check(in);
        turns.check(in);
    }
}

TEST_CASE("array and list can be copied, and the copies go their own way") {
    elements in;
    index_list<&element::by_age> list;
    for (const list_index i : {5u, 6u, 7u}) list.push_back(in, i);
    elements other_in = in;
    auto other = list;
    other.remove(other_in, 6);
    CHECK(forwards(in, list) == std::list<list_index>{5, 6, 7});
    CHECK(forwards(other_in, other) == std::list<list_index>{5, 7});
}
