// SPDX-License-Identifier: MIT
// The search for the path's MTU, in the compiler: where it ends, and how many packets it takes.
#include <doctest/doctest.h>

#include <sluice/tcb/mtu_search.hpp>

namespace {

using namespace sluice;

struct outcome_of_search {
    int probes = 0;
    int lost = 0;
    std::uint16_t found = 0;
};

/// On a path that takes up to `real`.
constexpr outcome_of_search search_on(std::uint16_t real, std::uint16_t low, std::uint16_t high) {
    mtu_search s;
    s.begin(low, high);
    outcome_of_search out;
    for (; !s.is_over(); ++out.probes) {
        s.sent();
        if (s.probe <= real) s.arrived();
        else s.lost(), ++out.lost;
    }
    out.found = s.low;
    return out;
}

/// Whatever the path takes, the search ends within a step below it, and has tried each half once: the highest, and then
/// no more than log2 of the range over the step.
constexpr bool ends_everywhere(std::uint16_t low, std::uint16_t high, int most_probes) {
    for (std::uint32_t real = low; real <= high; ++real) {
        const auto out = search_on(static_cast<std::uint16_t>(real), low, high);
        if (out.found > real || real - out.found >= mtu_search::step || out.probes > most_probes) return false;
    }
    return true;
}
static_assert(ends_everywhere(1024, 1500, 1 + 6));  // 476 / 8 is less than 2^6
static_assert(ends_everywhere(65528, 65535, 1));

TEST_CASE("of every size between IPv6's least and a jumbo frame it finds the next below, in eleven probes") {
    CHECK(ends_everywhere(1280, 9000, 1 + 10));  // 7720 / 8 is less than 2^10; more than a compiler likes to count
}

// An outage that is over costs one probe.
static_assert(search_on(1500, 1024, 1500).probes == 1 && search_on(1500, 1024, 1500).lost == 0);

// Nothing to look for.
static_assert([] {
    mtu_search s;
    s.begin(1493, 1500);
    return s.is_over();
}());

// Who says how much less the path takes saves the rest: 1400 is tried, and is the end.
static_assert([] {
    mtu_search s;
    s.begin(1024, 1500);
    s.sent();
    s.bound(1400);
    return !s.awaits() && s.next() == 1400;
}());
// What a router says of a probe counts once that is lost: then 1400 is tried next. One that arrives gives it the lie,
// and what is said of no probe, or is no news of it, is not heard (RFC 4821 section 7.6.2).
constexpr mtu_search hears_of_probe(std::uint32_t most) {
    mtu_search s;
    s.begin(1024, 1500);
    s.sent();
    s.hear(most);
    return s;
}
static_assert([] {
    mtu_search s = hears_of_probe(1400);
    if (s.high != 1500 || !s.awaits()) return false;
    s.lost();
    if (s.high != 1400 || s.next() != 1400) return false;
    s.sent();
    s.lost();  // and somebody who says nothing takes less
    return s.high == 1399 && s.next() == 1212;
}());
static_assert([] {
    mtu_search s = hears_of_probe(1400);
    s.arrived();
    return s.low == 1500 && s.is_over();
}());
static_assert([] {
    for (const std::uint32_t most : {0u, 1023u, 1500u, 70000u}) {
        mtu_search s = hears_of_probe(most);
        s.lost();
        if (s.high != 1499 || s.next() != 1262) return false;
    }
    mtu_search s;
    s.begin(1024, 1500);
    s.hear(1400);
    s.sent();
    s.lost();
    return s.high == 1499;
}());

// Below what got through before, that is not known any more.
static_assert([] {
    mtu_search s;
    s.begin(1500, 1500);
    s.bound(1400);
    return s.low == 1400 && s.high == 1400 && s.is_over();
}());

// A probe of which nobody knows what has become is tried again.
static_assert([] {
    mtu_search s;
    s.begin(1024, 1500);
    s.sent();
    s.forget();
    return !s.awaits() && s.next() == 1500;
}());

// RFC 1191 section 7.1.
static_assert(plateau_below(1500) == 1492 && plateau_below(1492) == 1006 && plateau_below(1024) == 1006 &&
              plateau_below(300) == 296 && plateau_below(68) == 68 && plateau_below(1) == 68);

}  // namespace

TEST_CASE("a search for the path's MTU ends within a step of it, whatever it is") {
    for (const std::uint16_t real : std::array<std::uint16_t, 6>{1024, 1031, 1280, 1400, 1492, 1500}) {
        const auto out = search_on(real, 1024, 1500);
        CHECK(out.found <= real);
        CHECK(real - out.found < mtu_search::step);
    }
}
