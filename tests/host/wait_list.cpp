// SPDX-License-Identifier: MIT
// host/wait_list.hpp: who is woken, in which order, and that destroying who waits leaves nothing behind.
#include <doctest/doctest.h>

#include <sluice/host/executor.hpp>
#include <sluice/host/wait_list.hpp>

#include <memory>
#include <optional>
#include <string>

namespace {

using namespace sluice;

task<> waits(wait_list& list, std::string& log, char name, int times = 1) {
    for (int i = 0; i < times; ++i) {
        co_await list.wait();
        log += name;
    }
}

task<> wakes_then_waits(wait_list& list, std::string& log) {
    list.wake_all();
    co_await list.wait();
    log += 'w';
}

/// Three who wait, each in an executor of its own, so that each can be destroyed alone.
struct three {
    wait_list list;
    std::string log;
    std::optional<executor> a{std::in_place}, b{std::in_place}, c{std::in_place};

    three() {
        char name = 'a';
        for (auto* each : {&a, &b, &c}) {
            CHECK((*each)->spawn(waits(list, log, name++)));
            (*each)->run_ready();
        }
    }
    void run() {
        for (auto* each : {&a, &b, &c})
            if (*each) (*each)->run_ready();
    }
};

}  // namespace

TEST_CASE("those who wait are woken first come first woken, one or all, and run with the next turn") {
    wait_list list;
    std::string log;
    executor runs;
    CHECK(list.empty());
    for (const char name : {'a', 'b', 'c', 'd'}) CHECK(runs.spawn(waits(list, log, name)));
    CHECK_FALSE(runs.run_ready());
    CHECK_FALSE(list.empty());
    list.wake_one();
    CHECK(log.empty());
    CHECK(runs.has_ready());
    CHECK_FALSE(runs.run_ready());
    CHECK(log == "a");
    list.wake_all();
    CHECK(list.empty());
    runs.run_ready();
    CHECK(log == "abcd");
    CHECK(runs.empty());
}

TEST_CASE("a wake that finds nobody is forgotten") {
    wait_list list;
    std::string log;
    executor runs;
    list.wake_one();
    list.wake_all();
    CHECK(runs.spawn(waits(list, log, 'a')));
    CHECK_FALSE(runs.run_ready());
    CHECK_FALSE(runs.run_ready());
    CHECK(log.empty());
}

TEST_CASE("who waits again stands behind the others") {
    wait_list list;
    std::string log;
    executor runs;
    CHECK(runs.spawn(waits(list, log, 'a', 2)));
    CHECK(runs.spawn(waits(list, log, 'b', 2)));
    runs.run_ready();
    for (int i = 0; i < 4; ++i) {
        list.wake_one();
        runs.run_ready();
    }
    CHECK(log == "abab");
}

TEST_CASE("who wakes all and then waits is not woken by that") {
    wait_list list;
    std::string log;
    executor runs;
    CHECK(runs.spawn(waits(list, log, 'a')));
    CHECK(runs.spawn(wakes_then_waits(list, log)));
    CHECK(runs.run_ready());
    CHECK_FALSE(runs.run_ready());
    CHECK(log == "a");
    CHECK_FALSE(list.empty());
}

TEST_CASE("who is destroyed while it waits leaves the list, at either end and in the middle") {
    for (const int gone : {0, 1, 2}) {
        three t;
        (gone == 0 ? t.a : gone == 1 ? t.b : t.c).reset();
        t.list.wake_all();
        t.run();
        CHECK(t.log == std::string("abc").erase(static_cast<std::size_t>(gone), 1));
    }
}

TEST_CASE("who is destroyed after it was woken does not run, and nobody else runs in its place") {
    three t;
    t.list.wake_one();
    t.a.reset();
    t.run();
    CHECK(t.log.empty());
    t.list.wake_one();
    t.run();
    CHECK(t.log == "b");
}

TEST_CASE("who waits when the list is destroyed sleeps on until it is destroyed") {
    std::string log;
    executor runs;
    auto list = std::make_unique<wait_list>();
    CHECK(runs.spawn(waits(*list, log, 'a')));
    runs.run_ready();
    list.reset();
    CHECK_FALSE(runs.run_ready());
    CHECK(log.empty());
    CHECK_FALSE(runs.empty());
}
