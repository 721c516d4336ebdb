// SPDX-License-Identifier: MIT
// host/scheduler.hpp: turns, the order in which coroutines run, and time as it is told.
#include <doctest/doctest.h>

#include <sluice/host/executor.hpp>
#include <sluice/host/scheduler.hpp>
#include <sluice/host/sleep.hpp>

#include <string>

namespace {

using namespace sluice;

task<> writes(std::string& log, char name, int turns) {
    for (int i = 0; i < turns; ++i) {
        log += name;
        co_await next_turn();
    }
}

task<> spawns(executor& runs, std::string& log) {
    log += 'a';
    CHECK(runs.spawn(writes(log, 'c', 1)));
    co_await next_turn();
    log += 'A';
}

task<> asks(executor& runs, bool& running) {
    running = runs.is_running();
    co_return;
}

}  // namespace

TEST_CASE("coroutines run round robin, once a turn, in the order in which they became ready") {
    std::string log;
    executor runs;
    CHECK(runs.spawn(writes(log, 'a', 3)));
    CHECK(runs.spawn(writes(log, 'b', 2)));
    CHECK(runs.spawn(writes(log, 'c', 1)));
    CHECK(log.empty());
    for (const char* expected : {"abc", "abcab", "abcaba"}) {
        CHECK(runs.run_ready());
        CHECK(log == expected);
    }
    CHECK_FALSE(runs.run_ready());
    CHECK(log == "abcaba");
    CHECK(runs.empty());
}

TEST_CASE("a coroutine that is always ready does not keep the loop: a turn ends") {
    std::string log;
    executor runs;
    CHECK(runs.spawn(writes(log, 'x', 1'000'000'000)));
    for (int turn = 0; turn < 5; ++turn) CHECK(runs.run_ready());
    CHECK(log == "xxxxx");
}

TEST_CASE("what becomes ready in a turn runs in the next one, behind what was ready before it") {
    std::string log;
    executor runs;
    CHECK(runs.spawn(spawns(runs, log)));
    CHECK(runs.spawn(writes(log, 'b', 1)));
    CHECK(runs.run_ready());
    CHECK(log == "ab");
    CHECK(runs.run_ready());
    CHECK(log == "abcA");
}

TEST_CASE("a turn with nothing ready does nothing") {
    scheduler runs;
    CHECK_FALSE(runs.has_ready());
    CHECK_FALSE(runs.run_ready());
    CHECK_FALSE(runs.run_ready());
}

TEST_CASE("whether a coroutine runs can be asked, so that a blocking call inside of one can be refused") {
    executor runs;
    bool running = false;
    CHECK(runs.spawn(asks(runs, running)));
    CHECK_FALSE(runs.is_running());
    runs.run_ready();
    CHECK(running);
    CHECK_FALSE(runs.is_running());
}

TEST_CASE("time is what the scheduler was told last, and a delay that would pass the end of time never ends") {
    scheduler runs;
    CHECK(runs.now() == instant{});
    CHECK(runs.after(duration::max()) == never);
    runs.on_deadline(instant(10ns));
    CHECK(runs.now() == instant(10ns));
    CHECK(runs.after(5ns) == instant(15ns));
    CHECK(runs.after(-3ns) == instant(7ns));
    CHECK(runs.after(duration::max()) == never);
    CHECK(runs.after(duration::max() - 10ns) == never);
    CHECK(runs.after(duration::max() - 11ns) == never - 1ns);
}
