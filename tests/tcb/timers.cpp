// SPDX-License-Identifier: MIT
// tcb/timers.hpp: each timer by itself, and the next deadline of all.
#include <doctest/doctest.h>

#include <sluice/tcb/timers.hpp>

#include <map>

#include <sluice/base/random.hpp>

namespace {

using namespace sluice;

constexpr timer nth(std::size_t i) { return static_cast<timer>(i); }
constexpr instant at(duration d) { return instant(d); }

constexpr bool expires_once() {
    timers t;
    t.set(timer::delayed_ack, at(40ms));
    if (t.take_expired(timer::delayed_ack, at(40ms) - 1ns)) return false;  // one nanosecond early
    return t.take_expired(timer::delayed_ack, at(40ms)) && !t.take_expired(timer::delayed_ack, at(50ms));
}
static_assert(expires_once());

}  // namespace

TEST_CASE("no timer runs at first, and there is no next deadline") {
    const timers t;
    for (std::size_t i = 0; i < timer_count; ++i) CHECK_FALSE(t.runs(nth(i)));
    CHECK(t.next() == never);
}

TEST_CASE("a timer that does not run never expires") {
    timers t;
    for (std::size_t i = 0; i < timer_count; ++i) CHECK_FALSE(t.take_expired(nth(i), never - 1ns));
}

TEST_CASE("timers agree with a list of deadlines through any sets, stops and expiries") {
    seeded_random numbers(41);
    timers t;
    std::map<timer, instant> running;
    instant now{};
    for (int i = 0; i < 20000; ++i) {
        const timer which = nth(numbers.below(timer_count));
        switch (numbers.below(5)) {
            case 0:
            case 1: {
                const instant deadline = now + duration(numbers.below(100));
                t.set(which, deadline);
                running[which] = deadline;
                break;
            }
            case 2:
                t.stop(which);
                running.erase(which);
                break;
            case 3: {
                now += duration(numbers.below(20));
                const bool expired = running.contains(which) && running[which] <= now;
                CHECK(t.take_expired(which, now) == expired);
                if (expired) running.erase(which);
                break;
            }
            case 4:
                if (numbers.below(50) != 0) break;
                t.stop_all();
                running.clear();
                break;
        }
        instant next = never;
        for (const auto& [one, deadline] : running) next = std::min(next, deadline);
        CHECK(t.next() == next);
        for (std::size_t k = 0; k < timer_count; ++k) {
            CHECK(t.runs(nth(k)) == running.contains(nth(k)));
            if (t.runs(nth(k))) CHECK(t[nth(k)] == running[nth(k)]);
        }
    }
}
