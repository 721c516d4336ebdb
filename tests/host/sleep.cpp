// SPDX-License-Identifier: MIT
// host/sleep.hpp: who wakes when, in which order, and that destroying a sleeper leaves no alarm behind.
#include <doctest/doctest.h>

#include <sluice/host/executor.hpp>
#include <sluice/host/sleep.hpp>

#include <optional>
#include <string>

namespace {

using namespace sluice;

task<> until(instant deadline, std::string& log, char name) {
    co_await sleep_until(deadline);
    log += name;
}
task<> for_long(duration delay, int times, std::string& log, char name) {
    for (int i = 0; i < times; ++i) {
        co_await sleep_for(delay);
        log += name;
    }
}

constexpr instant at(duration since_start) { return instant(since_start); }

void turn(executor& runs, instant now) {
    runs.on_deadline(now);
    while (runs.run_ready()) {}
}

}  // namespace

TEST_CASE("sleepers wake by their deadlines, not before, and the next deadline is exact") {
    std::string log;
    executor runs;
    CHECK(runs.next_deadline() == never);
    CHECK(runs.spawn(until(at(30ms), log, 'c')));
    CHECK(runs.spawn(until(at(10ms), log, 'a')));
    CHECK(runs.spawn(until(at(20ms), log, 'b')));
    turn(runs, at(0ms));
    CHECK(runs.next_deadline() == at(10ms));
    turn(runs, at(10ms) - 1ns);
    CHECK(log.empty());
    turn(runs, at(10ms));
    CHECK(log == "a");
    CHECK(runs.next_deadline() == at(20ms));
    turn(runs, at(40ms));
    CHECK(log == "abc");
    CHECK(runs.next_deadline() == never);
    CHECK(runs.empty());
}

TEST_CASE("sleepers with one deadline wake in the order in which they lay down") {
    std::string log;
    executor runs;
    for (const char name : {'a', 'b', 'c', 'd', 'e'}) CHECK(runs.spawn(until(at(1s), log, name)));
    turn(runs, at(0s));
    turn(runs, at(2s));
    CHECK(log == "abcde");
}

TEST_CASE("a delay counts from the time that was told last") {
    std::string log;
    executor runs;
    turn(runs, at(100ms));
    CHECK(runs.spawn(for_long(5ms, 2, log, 'x')));
    turn(runs, at(101ms));
    CHECK(runs.next_deadline() == at(106ms));
    turn(runs, at(109ms));  // late, and the next delay counts from here
    CHECK(log == "x");
    CHECK(runs.next_deadline() == at(114ms));
    turn(runs, at(114ms));
    CHECK(log == "xx");
}

TEST_CASE("who sleeps until a time that has passed, or for no time, wakes when the time is told again") {
    std::string log;
    executor runs;
    turn(runs, at(1s));
    CHECK(runs.spawn(until(at(500ms), log, 'p')));
    CHECK(runs.spawn(for_long(0ns, 1, log, 'z')));
    CHECK_FALSE(runs.run_ready());
    CHECK(runs.next_deadline() == at(500ms));
    CHECK(log.empty());
    turn(runs, at(1s));
    CHECK(log == "pz");
}

TEST_CASE("who sleeps until never, or longer than time lasts, has no deadline") {
    std::string log;
    executor runs;
    turn(runs, at(1s));
    CHECK(runs.spawn(until(never, log, 'n')));
    CHECK(runs.spawn(for_long(duration::max(), 1, log, 'm')));
    turn(runs, at(1s));
    CHECK(runs.next_deadline() == never);
    turn(runs, never - 1ns);
    CHECK(log.empty());
    CHECK_FALSE(runs.empty());
}

TEST_CASE("a sleeper can be destroyed while it sleeps, and when it is to wake but has not run yet") {
    std::string log;
    for (const bool has_gone_off : {false, true}) {
        executor runs;
        CHECK(runs.spawn(until(at(1s), log, 'x')));
        CHECK(runs.spawn(until(at(2s), log, 'y')));
        turn(runs, at(0s));
        if (has_gone_off) {
            runs.on_deadline(at(1s));
            CHECK(runs.has_ready());
        }
    }
    CHECK(log.empty());
}
