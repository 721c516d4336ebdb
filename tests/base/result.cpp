// SPDX-License-Identifier: MIT
// base/result.hpp: a value or an error, never both, and a text of its own for each error.
#include <doctest/doctest.h>

#include <sluice/base/result.hpp>

#include <set>
#include <string>

namespace {

using namespace sluice;

constexpr result<int> half_of(int number) {
    if (number % 2 != 0) return error::bad_argument;
    return number / 2;
}
constexpr result<void> want_even(int number) {
    if (number % 2 != 0) return error::bad_argument;
    return {};
}

static_assert(half_of(8) && *half_of(8) == 4 && half_of(8).error() == error::none);
static_assert(!half_of(7) && half_of(7).error() == error::bad_argument && half_of(7).value_or(-1) == -1);
static_assert(want_even(8) && !want_even(7) && want_even(7).error() == error::bad_argument);
static_assert(!std::is_convertible_v<result<int>, bool> && !std::is_convertible_v<result<void>, bool>,
    "a result is no number by accident");

}  // namespace

TEST_CASE("a result holds its value or its error") {
    CHECK(half_of(8));
    CHECK(*half_of(8) == 4);
    CHECK(half_of(8).value() == 4);
    CHECK(half_of(8).value_or(-1) == 4);
    CHECK(half_of(8).error() == error::none);
    CHECK_FALSE(half_of(7));
    CHECK(half_of(7).value_or(-1) == -1);
    CHECK(half_of(7).error() == error::bad_argument);
    CHECK(want_even(8));
    CHECK(want_even(8).error() == error::none);
    CHECK_FALSE(want_even(7));
    CHECK(want_even(7).error() == error::bad_argument);
}

struct only_moves {
    int number = 0;
    constexpr only_moves() = default;
    constexpr explicit only_moves(int n) : number(n) {}
    constexpr only_moves(only_moves&& other) : number(std::exchange(other.number, 0)) {}
};

TEST_CASE("a value that only moves is taken out of a result that is given up") {
    result<only_moves> got{only_moves(4)};
    CHECK(got);
    CHECK((*std::move(got)).number == 4);
    CHECK(result<only_moves>(only_moves(5)).value().number == 5);
}

TEST_CASE("a value is used in place, and changed there") {
    result<only_moves> got{only_moves(4)};
    CHECK(got->number == 4);
    CHECK((*got).number == 4);
    got->number = 5;
    (*got).number += 1;
    got.value().number += 1;
    const result<only_moves>& seen = got;
    CHECK(seen->number == 7);
    CHECK(&*seen == &*got);
    CHECK(&seen.value() == &*got);
    // Out of a temporary comes a value.
    static_assert(std::is_same_v<decltype(*result<int>(1)), int>);
    static_assert(std::is_same_v<decltype(result<int>(1).value()), int>);
    static_assert(*result<int>() == 0 && result<int>());
}

TEST_CASE("each error has a text of its own, and those of RFC 9293 section 3.10 are the RFC's words") {
    std::set<std::string> texts;
    int errors = 0;
    for (std::string each; (each = text(static_cast<error>(errors))) != "?"; ++errors) texts.insert(each);
    CHECK(errors == static_cast<int>(error::bad_header) + 1);
    CHECK(texts.size() == static_cast<std::size_t>(errors));
    CHECK(std::string(text(error::not_open)) == "connection does not exist");
    CHECK(std::string(text(error::insufficient_resources)) == "insufficient resources");
    CHECK(std::string(text(error::remote_unspecified)) == "remote socket unspecified");
    CHECK(std::string(text(error::already_open)) == "connection already exists");
    CHECK(std::string(text(error::closing)) == "connection closing");
    CHECK(std::string(text(error::reset)) == "connection reset");
    CHECK(std::string(text(error::refused)) == "connection refused");
    // The RFC's "connection aborted due to user timeout" would be wrong of a call whose limit is over.
    CHECK(std::string(text(error::timed_out)) == "timed out");
}
