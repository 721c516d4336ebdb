// SPDX-License-Identifier: MIT
// state/events.hpp: every event and action has a name of its own, since diagrams and audits are read by them.
#include <doctest/doctest.h>

#include <sluice/state/events.hpp>

#include <set>
#include <string>

namespace {

using namespace sluice;

static_assert(sizeof(event_set) == 4 && sizeof(action_set) == 2);
static_assert((event::fin | event::reset).size() == 2);
static_assert((action::release | action::send_reset).has(action::release));

template <class Enum>
std::set<std::string> names(std::size_t count) {
    std::set<std::string> out;
    for (std::size_t i = 0; i < count; ++i) out.insert(name(static_cast<Enum>(i)));
    return out;
}

}  // namespace

TEST_CASE("every event has a name of its own") {
    CHECK(names<event>(event_count).size() == event_count);
    CHECK_FALSE(names<event>(event_count).contains("?"));
    CHECK(std::string(name(static_cast<event>(event_count))) == "?");
}

TEST_CASE("every action has a name of its own") {
    CHECK(names<action>(action_count).size() == action_count);
    CHECK_FALSE(names<action>(action_count).contains("?"));
    CHECK(std::string(name(static_cast<action>(action_count))) == "?");
}
