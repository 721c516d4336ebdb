// SPDX-License-Identifier: MIT
// base/time.hpp: integer nanoseconds with a sign, far enough for any world, and no clock to read.
#include <doctest/doctest.h>

#include <sluice/base/time.hpp>

#include <algorithm>
#include <type_traits>

namespace {

using namespace sluice;

static_assert(std::is_same_v<duration::rep, std::int64_t> && std::is_same_v<duration::period, std::nano>);
static_assert(duration(1s) == duration(1'000'000'000) && duration(1us) == duration(1000));
static_assert(instant{} + 24h * 365 * 290 < never, "290 years lie before the deadline that is not set");
static_assert(instant{} - instant(1ns) == -1ns, "differences have a sign");
static_assert(!std::is_convertible_v<double, duration>, "nothing rounds by accident");

template <class Clock>
concept can_be_read = requires { Clock::now(); };
static_assert(can_be_read<std::chrono::steady_clock> && !can_be_read<virtual_clock>);

}  // namespace

TEST_CASE("after as long as there is, or longer, is never") {
    CHECK(after(instant(5s), 2s) == instant(7s));
    CHECK(after(instant(5s), -2s) == instant(3s));
    for (const instant from : {instant(), instant(1ns), instant(24h * 365 * 290)}) {
        CHECK(after(from, duration::max()) == never);
        CHECK(after(from, never - from) == never);
        CHECK(after(from, never - from - 1ns) == never - 1ns);
        CHECK(after(from, 1ns) == from + 1ns);
    }
    CHECK(after(instant(-1ns), duration::max()) == never - 1ns);
}

TEST_CASE("a deadline that is not set is later than every other") {
    CHECK(never > instant{} + 24h * 365 * 290);
    CHECK(std::min(never, instant{} + 1ns) == instant{} + 1ns);
    CHECK(never == instant::max());
}
