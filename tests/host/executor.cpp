// SPDX-License-Identifier: MIT
// host/executor.hpp: who owns a program, from spawn to its end or the executor's.
#include <doctest/doctest.h>

#include <sluice/host/executor.hpp>
#include <sluice/host/sleep.hpp>
#include <sluice/host/wait_list.hpp>

#include <cstdlib>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace sluice;

struct mark {
    std::string& log;
    char name;
    ~mark() { log += name; }
};

task<> lives(std::string& log, char name, int turns) {
    const mark destroyed{log, name};
    for (int i = 0; i < turns; ++i) co_await next_turn();
}
task<> waits(wait_list& list, std::string& log, char name) {
    const mark destroyed{log, name};
    co_await list.wait();
}
task<> spawns(executor& runs, std::string& log) {
    CHECK(runs.spawn(lives(log, 'c', 0)));
    co_return;
}

task<> fails() {
    co_await next_turn();
    throw std::runtime_error("nobody awaits this");
}

/// Spawns and wakes while it is being destroyed.
struct last_words {
    executor& runs;
    wait_list& list;
    std::string& log;
    ~last_words() {
        CHECK(runs.spawn(lives(log, 's', 1)));
        list.wake_all();
    }
};
task<> speaks_at_the_end(executor& runs, wait_list& list, std::string& log) {
    const last_words said{runs, list, log};
    co_await list.wait();
}

}  // namespace

TEST_CASE("a program's frame goes when the program ends") {
    std::string log;
    executor runs;
    CHECK(runs.empty());
    CHECK(runs.spawn(lives(log, 'a', 0)));
    CHECK(runs.spawn(lives(log, 'b', 1)));
    CHECK_FALSE(runs.empty());
    CHECK(runs.run_ready());
    CHECK(log == "a");
    CHECK_FALSE(runs.empty());
    CHECK_FALSE(runs.run_ready());
    CHECK(log == "ab");
    CHECK(runs.empty());
}

TEST_CASE("an executor destroys the programs that have not ended, the last one first") {
    std::string log;
    wait_list list;
    {
        executor runs;
        CHECK(runs.spawn(lives(log, 'a', 5)));
        CHECK(runs.spawn(waits(list, log, 'b')));
        CHECK(runs.spawn(lives(log, 'e', 0)));
        CHECK(runs.spawn(waits(list, log, 'c')));
        runs.run_ready();
        CHECK(log == "e");
        CHECK(runs.spawn(lives(log, 'd', 0)));  // never begins, so there is nothing of its to destroy
    }
    CHECK(log == "ecba");
    CHECK(list.empty());
}

TEST_CASE("a program can spawn others") {
    std::string log;
    executor runs;
    CHECK(runs.spawn(spawns(runs, log)));
    CHECK(runs.run_ready());
    CHECK(log.empty());
    CHECK_FALSE(runs.run_ready());
    CHECK(log == "c");
    CHECK(runs.empty());
}

TEST_CASE("programs may spawn and wake while they are being destroyed") {
    std::string log;
    wait_list list;
    {
        executor runs;
        CHECK(runs.spawn(waits(list, log, 'a')));
        CHECK(runs.spawn(speaks_at_the_end(runs, list, log)));
        runs.run_ready();
    }
    CHECK(log == "a");
    CHECK(list.empty());
}

TEST_CASE("an empty task can't be spawned") {
    executor runs;
    const result<void> answer = runs.spawn(task<>());
    CHECK(answer.error() == error::insufficient_resources);
    CHECK(runs.empty());
    CHECK_FALSE(runs.has_ready());
}

TEST_CASE("a program that ends by an exception ends the process") {
    constexpr int terminated = 42;
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        std::set_terminate([] { std::_Exit(terminated); });
        executor runs;
        if (!runs.spawn(fails()) || !runs.run_ready()) std::_Exit(1);
        runs.run_ready();
        std::_Exit(0);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == terminated);
}
