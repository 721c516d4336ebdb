// SPDX-License-Identifier: MIT
// host/task.hpp: when a task runs, what it gives, what becomes of its frame, and how deep the stack gets.
#include <doctest/doctest.h>

#include <sluice/host/executor.hpp>
#include <sluice/host/sleep.hpp>
#include <sluice/host/task.hpp>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace {

using namespace sluice;

static_assert(!std::is_copy_constructible_v<task<>> && !std::is_copy_assignable_v<task<>>);
static_assert(std::is_nothrow_move_constructible_v<task<>> && std::is_nothrow_move_assignable_v<task<>>);
static_assert(sizeof(task<int>) == sizeof(void*));

/// Writes when it is destroyed.
struct mark {
    std::string* log;
    char name;
    mark(std::string& to, char with) : log(&to), name(with) {}
    mark(const mark&) = delete;
    mark& operator=(const mark&) = delete;
    ~mark() { *log += name; }
};

void run_to_end(executor& runs) {
    while (runs.run_ready()) {}
}

task<int> answer(std::string& log) {
    log += 'i';
    co_return 42;
}
task<> asks(std::string& log) {
    task<int> later = answer(log);
    log += '(';
    const int value = co_await std::move(later);
    log += value == 42 ? ')' : '?';
}

task<std::unique_ptr<int>> only_movable() { co_return std::make_unique<int>(7); }
task<> takes_only_movable(int& out) { out = *co_await only_movable(); }

task<result<int>> half(int number) {
    if (number % 2 != 0) co_return error::bad_argument;
    co_return number / 2;
}
task<> halves(result<int>& even, result<int>& odd) {
    even = co_await half(8);
    odd = co_await half(7);
}

task<std::uint64_t> one() { co_return 1; }
task<> long_loop(int count, std::uint64_t& sum) {
    for (int i = 0; i < count; ++i) sum += co_await one();
}
task<std::uint64_t> deep(int depth) {
    if (depth == 0) {
        co_await next_turn();
        co_return 0;
    }
    co_return 1 + co_await deep(depth - 1);
}
task<> long_chain(int depth, std::uint64_t& sum) { sum = co_await deep(depth); }

task<> waits(std::string& log) {
    const mark local(log, 'l');
    co_await next_turn();
    log += '?';
}
task<> outer(std::string& log) {
    const mark local(log, 'o');
    co_await waits(log);
    log += '?';
}
task<> leaves(std::string& log) {
    const mark local(log, 'l');
    co_return;
}
task<> awaits_leaves(std::string& log) {
    co_await leaves(log);
    log += 'a';
}
task<> awaits_from(task<>& elsewhere) { co_await std::move(elsewhere); }
task<> with_argument(std::unique_ptr<mark>) { co_return; }

task<> fails_at(int depth) {
    if (depth > 0) co_await fails_at(depth - 1);
    else throw std::runtime_error("deep");
}
task<int> fails_with_value() {
    co_await next_turn();
    throw std::runtime_error("no value");
    co_return 1;
}
task<> catches(std::string& log) {
    try {
        co_await fails_at(5);
    } catch (const std::runtime_error& e) {
        log += e.what();
    }
    try {
        log += std::to_string(co_await fails_with_value());
    } catch (const std::runtime_error& e) {
        log += std::string(", ") + e.what();
    }
    const int value = co_await answer(log);
    log += std::to_string(value);
}

}  // namespace

TEST_CASE("a task begins when it is awaited, and who awaits it goes on in the same turn") {
    std::string log;
    executor runs;
    CHECK(runs.spawn(asks(log)));
    CHECK(log.empty());
    CHECK_FALSE(runs.run_ready());
    CHECK(log == "(i)");
}

TEST_CASE("results go by value, and need not be copyable") {
    executor runs;
    int value = 0;
    result<int> even = 0, odd = 0;
    CHECK(runs.spawn(takes_only_movable(value)));
    CHECK(runs.spawn(halves(even, odd)));
    run_to_end(runs);
    CHECK(value == 7);
    CHECK(*even == 4);
    CHECK(odd.error() == error::bad_argument);
}

TEST_CASE("a million tasks awaited in a row need no stack") {
    executor runs;
    std::uint64_t sum = 0;
    CHECK(runs.spawn(long_loop(1'000'000, sum)));
    CHECK_FALSE(runs.run_ready());
    CHECK(sum == 1'000'000);
}

TEST_CASE("a million tasks within each other need no stack, neither going in nor coming back") {
    executor runs;
    std::uint64_t sum = 0;
    CHECK(runs.spawn(long_chain(1'000'000, sum)));
    CHECK(runs.run_ready());
    CHECK(sum == 0);
    CHECK_FALSE(runs.run_ready());
    CHECK(sum == 1'000'000);
}

TEST_CASE("a task that never began is destroyed with its arguments") {
    std::string log;
    { const task<> unused = with_argument(std::make_unique<mark>(log, 'x')); }
    CHECK(log == "x");
}

TEST_CASE("a task that waits is destroyed from the inside out") {
    std::string log;
    {
        executor runs;
        CHECK(runs.spawn(outer(log)));
        CHECK(runs.run_ready());
        CHECK(log.empty());
    }
    CHECK(log == "lo");
}

TEST_CASE("a task's own variables are gone when who awaits it goes on") {
    std::string log;
    executor runs;
    CHECK(runs.spawn(awaits_leaves(log)));
    run_to_end(runs);
    CHECK(log == "la");
}

TEST_CASE("to await a task takes it over from where it was kept, and it goes with who awaits it") {
    std::string log;
    task<> kept = waits(log);
    {
        executor runs;
        CHECK(runs.spawn(awaits_from(kept)));
        CHECK(kept);
        CHECK(runs.run_ready());
        CHECK_FALSE(kept);
        CHECK(log.empty());
    }
    CHECK(log == "l");
}

TEST_CASE("to move a task empties it, and what it is moved over is destroyed") {
    std::string log;
    task<> a = with_argument(std::make_unique<mark>(log, 'a'));
    task<> b = std::move(a);
    CHECK_FALSE(a);
    CHECK(b);
    task<> c = with_argument(std::make_unique<mark>(log, 'c'));
    b = std::move(c);
    CHECK(log == "a");
    CHECK_FALSE(c);
    task<>& same = b;
    b = std::move(same);
    CHECK(b);
    CHECK(log == "a");
    b = {};
    CHECK(log == "ac");
    CHECK_FALSE(b);
}

TEST_CASE("an exception reaches who awaits, through any number of tasks, and both go on living") {
    std::string log;
    executor runs;
    CHECK(runs.spawn(catches(log)));
    run_to_end(runs);
    CHECK(log == "deep, no valuei42");
}
