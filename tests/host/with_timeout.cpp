// SPDX-License-Identifier: MIT
// host/with_timeout.hpp: who wins, what the answer is, and that the loser never runs again.
#include <doctest/doctest.h>

#include <sluice/host/executor.hpp>
#include <sluice/host/sleep.hpp>
#include <sluice/host/wait_list.hpp>
#include <sluice/host/with_timeout.hpp>

#include <stdexcept>
#include <string>
#include <type_traits>

namespace {

using namespace sluice;

static_assert(std::is_same_v<with_timeout<int>::answer, result<int>>);
static_assert(std::is_same_v<with_timeout<void>::answer, result<void>>);
static_assert(std::is_same_v<with_timeout<result<int>>::answer, result<int>>, "not a result within a result");
static_assert(std::is_same_v<with_timeout<result<void>>::answer, result<void>>);

constexpr instant at(duration since_start) { return instant(since_start); }

void turn(executor& runs, instant now) {
    runs.on_deadline(now);
    while (runs.run_ready()) {}
}

/// Writes '~' when it is destroyed.
struct mark {
    std::string& log;
    ~mark() { log += '~'; }
};

task<int> number_after(duration delay, std::string& log) {
    const mark destroyed{log};
    co_await sleep_for(delay);
    log += 'n';
    co_return 7;
}
task<result<int>> refused() { co_return error::refused; }
task<> nothing() { co_return; }
task<> waits(wait_list& list, std::string& log) {
    const mark destroyed{log};
    co_await list.wait();
    log += 'w';
}
task<int> fails() {
    throw std::runtime_error("no number");
    co_return 0;
}

void write(std::string& log, result<int> answer) {
    log += answer ? std::to_string(*answer) : std::string(text(answer.error()));
}

task<> limits(duration needed, duration allowed, std::string& log) {
    write(log, co_await with_timeout(number_after(needed, log), allowed));
}
task<> limits_until(duration needed, instant deadline, std::string& log) {
    write(log, co_await with_timeout(number_after(needed, log), deadline));
}
task<> limits_wait(wait_list& list, std::string& log) {
    const result<void> answer = co_await with_timeout(waits(list, log), 10ms);
    log += answer ? "woken" : text(answer.error());
}
task<> gives_own_answers(std::string& log) {
    const result<int> answer = co_await with_timeout(refused(), 1s);
    write(log, answer);
    const result<void> ended = co_await with_timeout(nothing(), 1s);
    CHECK(ended);
    try {
        write(log, co_await with_timeout(fails(), 1s));
    } catch (const std::runtime_error& e) {
        log += std::string(", ") + e.what();
    }
}

task<int> sleeps_after(result<int> before, duration delay, std::string& log) {
    co_await sleep_for(delay);
    write(log, before);
    co_return 1;
}
/// One whole expression: the timeout's objects live on while who awaits waits for something else.
task<> waits_again_within(duration needed, std::string& log) {
    co_await sleeps_after(co_await with_timeout(number_after(needed, log), 10ms), 100ms, log);
    log += '.';
}

task<int> number_woken(wait_list& list) {
    co_await list.wait();
    co_return 7;
}
task<> woken_then_waits(wait_list& list, std::string& log) {
    co_await sleeps_after(co_await with_timeout(number_woken(list), 10ms), 100ms, log);
    log += '.';
}

task<> limits_limits(std::string& log) {
    const auto outer = co_await with_timeout(limits(1h, 20ms, log), 10ms);
    log += outer ? "inner" : "outer";
}

}  // namespace

TEST_CASE("a task that ends in time gives its value, and its alarm is off") {
    std::string log;
    executor runs;
    CHECK(runs.spawn(limits(5ms, 10ms, log)));
    turn(runs, at(0ms));
    CHECK(runs.next_deadline() == at(5ms));
    turn(runs, at(5ms));
    CHECK(log == "n~7");
    CHECK(runs.next_deadline() == never);
    CHECK(runs.empty());
}

TEST_CASE("a task that does not is destroyed where it waits, and its own alarm is off as well") {
    std::string log;
    executor runs;
    CHECK(runs.spawn(limits(50ms, 10ms, log)));
    turn(runs, at(0ms));
    CHECK(runs.next_deadline() == at(10ms));
    turn(runs, at(10ms));
    CHECK(log == "~timed out");
    CHECK(runs.next_deadline() == never);
    CHECK(runs.empty());
}

TEST_CASE("a deadline can be an instant too, and one in the past lets the task run to its first wait") {
    std::string log;
    executor runs;
    turn(runs, at(1s));
    CHECK(runs.spawn(limits_until(20ms, at(1s + 30ms), log)));
    CHECK(runs.spawn(limits_until(20ms, at(900ms), log)));
    turn(runs, at(1s));
    CHECK(runs.next_deadline() == at(900ms));
    turn(runs, at(1s));
    CHECK(log == "~timed out");
    turn(runs, at(1s + 20ms));
    CHECK(log == "~timed outn~7");
}

TEST_CASE("when both have their time in one instant, the one that was set first wins") {
    std::string log;
    {
        // The limit is set before the task begins, so its alarm goes off before the task's.
        executor runs;
        CHECK(runs.spawn(limits(10ms, 10ms, log)));
        turn(runs, at(0ms));
        turn(runs, at(10ms));
        CHECK(log == "~timed out");
        CHECK(runs.empty());
    }
    log.clear();
    for (const bool woken_first : {true, false}) {
        wait_list list;
        executor runs;
        CHECK(runs.spawn(limits_wait(list, log)));
        turn(runs, at(0ms));
        if (woken_first) list.wake_all();
        runs.on_deadline(at(10ms));
        list.wake_all();
        while (runs.run_ready()) {}
        CHECK(log == (woken_first ? "w~woken" : "w~woken~timed out"));
        CHECK(list.empty());
        CHECK(runs.empty());
    }
}

TEST_CASE("a task's own errors and exceptions are the answer") {
    std::string log;
    executor runs;
    CHECK(runs.spawn(gives_own_answers(log)));
    turn(runs, at(0ms));
    CHECK(log == "connection refused, no number");
    CHECK(runs.next_deadline() == never);
}

TEST_CASE("the loser does not wake who waits for something else within the same expression") {
    for (const duration needed : {5ms, 50ms}) {
        std::string log;
        executor runs;
        CHECK(runs.spawn(waits_again_within(needed, log)));
        for (const duration now : {0ms, 5ms, 10ms, 50ms, 104ms}) turn(runs, at(now));
        CHECK(log == (needed == 5ms ? "n~" : "~"));
        turn(runs, at(110ms));
        CHECK(log == (needed == 5ms ? "n~7." : "~timed out."));
        CHECK(runs.empty());
    }
}

TEST_CASE("neither does an alarm that has gone off, but too late") {
    std::string log;
    wait_list list;
    executor runs;
    CHECK(runs.spawn(woken_then_waits(list, log)));
    turn(runs, at(0ms));
    list.wake_all();
    turn(runs, at(10ms));
    CHECK(log.empty());
    CHECK(runs.next_deadline() == at(110ms));
    turn(runs, at(110ms));
    CHECK(log == "7.");
}

TEST_CASE("a limit within a limit: the one that is over first destroys all that is inside") {
    std::string log;
    executor runs;
    CHECK(runs.spawn(limits_limits(log)));
    turn(runs, at(0ms));
    turn(runs, at(10ms));
    CHECK(log == "~outer");
    CHECK(runs.next_deadline() == never);
}

TEST_CASE("who awaits with a limit can be destroyed at every point") {
    // 0: not begun. 1: both wait. 2: the task is to wake. 3: the alarm too. 4: ended.
    for (int point = 0; point <= 4; ++point) {
        std::string log;
        {
            wait_list list;
            executor runs;
            CHECK(runs.spawn(limits_wait(list, log)));
            if (point >= 1) turn(runs, at(0ms));
            if (point >= 2) list.wake_all();
            if (point >= 3) runs.on_deadline(at(10ms));
            if (point >= 4) runs.run_ready();
        }
        CHECK(log == (point == 0 ? "" : point == 4 ? "w~woken" : "~"));
    }
}
