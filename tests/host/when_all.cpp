// SPDX-License-Identifier: MIT
// host/when_all.hpp: the order of tasks side by side, their answers, exceptions, and destruction halfway.
#include <doctest/doctest.h>

#include <sluice/host/executor.hpp>
#include <sluice/host/sleep.hpp>
#include <sluice/host/when_all.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <tuple>
#include <variant>

namespace {

using namespace sluice;

task<int> number(std::string& log, char name, int turns, int value) {
    log += name;
    for (int i = 0; i < turns; ++i) {
        co_await next_turn();
        log += name;
    }
    co_return value;
}
task<> nothing(std::string& log, char name, int turns) { co_await number(log, name, turns, 0); }
task<> fails(std::string& log, const char* what, int turns) {
    co_await nothing(log, what[0], turns);
    throw std::runtime_error(what);
}
task<std::unique_ptr<int>> pointer(int value) { co_return std::make_unique<int>(value); }

task<> all_numbers(std::string& log, int& sum) {
    const auto [a, b, c] = co_await when_all(number(log, 'a', 2, 1), number(log, 'b', 0, 20), number(log, 'c', 1, 300));
    log += '!';
    sum = a + b + c;
}
task<> all_nothing(std::string& log) {
    static_assert(std::is_void_v<decltype(when_all(nothing(log, 'a', 0)).await_resume())>);
    co_await when_all(nothing(log, 'a', 0), nothing(log, 'b', 1));
    log += '!';
}
task<> mixed(std::string& log, int& out) {
    std::tuple<std::monostate, std::unique_ptr<int>> both = co_await when_all(nothing(log, 'a', 1), pointer(6));
    out = *std::get<1>(both);
}
task<> none(std::string& log) {
    co_await when_all();
    log += '!';
}
task<> catches(std::string& log) {
    try {
        co_await when_all(fails(log, "late", 2), fails(log, "early", 0), nothing(log, 'z', 3));
    } catch (const std::runtime_error& e) {
        log += std::string("!") + e.what();
    }
}
task<> within(std::string& log) {
    co_await when_all(all_nothing(log), all_nothing(log));
    log += '.';
}

}  // namespace

TEST_CASE("tasks side by side take turns, and who awaits them goes on when the last one has ended") {
    std::string log;
    int sum = 0;
    executor runs;
    CHECK(runs.spawn(all_numbers(log, sum)));
    CHECK(runs.run_ready());
    CHECK(log.empty());
    CHECK(runs.run_ready());
    CHECK(log == "abc");
    CHECK(runs.run_ready());
    CHECK(log == "abcac");
    CHECK_FALSE(runs.run_ready());
    CHECK(log == "abcaca!");
    CHECK(sum == 321);
}

TEST_CASE("tasks without a value give none, beside one with a value a std::monostate") {
    std::string log;
    int value = 0;
    executor runs;
    CHECK(runs.spawn(all_nothing(log)));
    while (runs.run_ready()) {}
    CHECK(log == "abb!");
    CHECK(runs.spawn(mixed(log, value)));
    while (runs.run_ready()) {}
    CHECK(value == 6);
}

TEST_CASE("to await none is to go on") {
    std::string log;
    executor runs;
    CHECK(runs.spawn(none(log)));
    CHECK_FALSE(runs.run_ready());
    CHECK(log == "!");
}

TEST_CASE("of several exceptions the first task's is thrown, when all have ended") {
    std::string log;
    executor runs;
    CHECK(runs.spawn(catches(log)));
    while (runs.run_ready()) {}
    CHECK(log == "lezlzlzz!late");
}

TEST_CASE("tasks side by side can hold others side by side") {
    std::string log;
    executor runs;
    CHECK(runs.spawn(within(log)));
    while (runs.run_ready()) {}
    CHECK(log == "ababb!b!.");
}

TEST_CASE("who awaits several can be destroyed before they begin, between and with some ended") {
    for (int turns = 0; turns < 4; ++turns) {
        std::string log;
        int sum = 0;
        {
            executor runs;
            CHECK(runs.spawn(all_numbers(log, sum)));
            for (int i = 0; i < turns; ++i) runs.run_ready();
        }
        CHECK(log == std::string("abcac").substr(0, turns < 2 ? 0 : turns == 2 ? 3 : 5));
        CHECK(sum == 0);
    }
}
