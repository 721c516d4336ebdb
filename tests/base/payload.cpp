// SPDX-License-Identifier: MIT
// base/payload.hpp: octets that are there come first, and cutting keeps count of those that are not.
#include <doctest/doctest.h>

#include <sluice/base/payload.hpp>

#include <array>
#include <string>
#include <vector>

namespace {

using namespace sluice;

constexpr std::array<octet, 5> five{1, 2, 3, 4, 5};

}  // namespace

static_assert(payload().length == 0 && !payload().is_counted());
static_assert(payload(five).length == 5 && !payload(five).is_counted());
static_assert(payload(five.data(), 3).length == 3 && payload(five.data(), 3).data.size() == 3);
static_assert(payload::counted(7).length == 7 && payload::counted(7).is_counted() && payload::counted(7).data.empty());
static_assert(!payload::counted(0).is_counted());
static_assert(payload(octets(five), 9).is_counted() && !payload(octets(five), 5).is_counted());
static_assert(!std::is_convertible_v<std::string, payload>, "characters are no octets");

TEST_CASE("the front and the rest of a payload are the whole, wherever it is cut") {
    for (std::size_t there = 0; there <= 5; ++there)
        for (std::size_t counted = 0; counted <= 4; ++counted) {
            const payload whole(octets(five).first(there), there + counted);
            CHECK(whole.is_counted() == (counted > 0));
            for (std::size_t at = 0; at <= whole.length; ++at) {
                const payload front = whole.first(at), rest = whole.from(at);
                CHECK(front.length == at);
                CHECK(front.length + rest.length == whole.length);
                CHECK(front.is_counted() == (at > there));
                CHECK(rest.is_counted() == (counted > 0 && at < whole.length));
                std::vector<octet> joined(front.data.begin(), front.data.end());
                joined.insert(joined.end(), rest.data.begin(), rest.data.end());
                CHECK(joined == std::vector<octet>(five.begin(), five.begin() + static_cast<std::ptrdiff_t>(there)));
                CHECK(front.data.size() == std::min(at, there));
            }
        }
}

TEST_CASE("anything that is a run of octets is a payload") {
    std::vector<octet> some{1, 2, 3};
    const mutable_octets span(some);
    CHECK(payload(some).length == 3);
    CHECK(payload(span).data.data() == some.data());
    const auto length = [](payload p) { return p.length; };
    CHECK(length(some) == 3);
    CHECK(length(five) == 5);
}
