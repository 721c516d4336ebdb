// SPDX-License-Identifier: MIT
// What programs on a host take from the heap: one frame a task, one more around a spawned one, nothing to wait, and for
// a socket's calls nothing at all once a connection has what it needs; and what is answered when there is none. This
// file counts and refuses for the whole program, only while a `heap_watch` lives.
#include <doctest/doctest.h>

#include <sluice/host/executor.hpp>
#include <sluice/host/sleep.hpp>
#include <sluice/host/wait_list.hpp>
#include <sluice/host/when_all.hpp>
#include <sluice/host/with_timeout.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <optional>
#include <utility>

#include "support/hosts.hpp"

namespace {

int taken = 0;
int returned = 0;
int allowed = -1;  // no limit

void* take(std::size_t size, std::size_t alignment = 0) noexcept {
    if (allowed == 0) return nullptr;
    if (allowed > 0) --allowed;
    ++taken;
    return alignment == 0 ? std::malloc(size) : std::aligned_alloc(alignment, size);
}
void give_back(void* block) noexcept {
    if (block != nullptr) ++returned;
    std::free(block);
}

}  // namespace

// Not inline, so that no compiler takes a pair of calls for one that it may leave out.
void* operator new(std::size_t size) {
    if (void* block = take(size)) return block;
#if __cpp_exceptions
    throw std::bad_alloc();
#else
    std::abort();
#endif
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return take(size); }
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
    const auto unit = static_cast<std::size_t>(alignment);
    return take((size + unit - 1) / unit * unit, unit);
}
void operator delete(void* block) noexcept { give_back(block); }
void operator delete(void* block, std::align_val_t) noexcept { give_back(block); }
void operator delete(void* block, std::size_t) noexcept { give_back(block); }
void operator delete(void* block, const std::nothrow_t&) noexcept { give_back(block); }

namespace {

using namespace sluice;

class heap_watch {
public:
    explicit heap_watch(int most = -1) { allowed = most; }
    ~heap_watch() { allowed = -1; }
    int taken_so_far() const { return taken - taken_before_; }
    int held() const { return taken_so_far() - (returned - returned_before_); }

private:
    int taken_before_ = taken;
    int returned_before_ = returned;
};

task<> waits_everywhere(wait_list& list) {
    co_await next_turn();
    co_await sleep_for(1ms);
    co_await sleep_until(instant(5ms));
    for (int i = 0; i < 10; ++i) co_await list.wait();
}

task<int> one() {
    co_await next_turn();
    co_return 1;
}
task<> awaits(int count, int& sum) {
    for (int i = 0; i < count; ++i) sum += co_await one();
}
task<> awaits_both(int& sum) {
    const auto [a, b] = co_await when_all(one(), one());
    sum = a + b;
}
task<> limits_one(int& sum) { sum = (co_await with_timeout(one(), 1s)).value_or(-1); }

task<result<int>> can_fail() { co_return 1; }
task<> needs_frames(std::optional<result<int>>& answer) {
    allowed = 0;
    answer = co_await can_fail();
    allowed = -1;
}
task<> limits_without_memory(result<int>& number, result<int>& own) {
    allowed = 0;
    number = co_await with_timeout(one(), 1s);
    own = co_await with_timeout(can_fail(), 1s);
    allowed = -1;
}
task<> both_without_memory(result<int>& first, result<int>& second) {
    task<result<int>> has_frame = can_fail();
    allowed = 0;
    auto [a, b] = co_await when_all(can_fail(), std::move(has_frame));
    first = a;
    second = b;
    auto [c, d] = co_await when_all(can_fail(), can_fail());  // none of them can begin
    CHECK(c.error() == error::insufficient_resources);
    CHECK(d.error() == error::insufficient_resources);
    allowed = -1;
}

void run_to_end(executor& runs) {
    while (runs.run_ready()) {}
}

}  // namespace

TEST_CASE("to spawn takes two frames, the program's and one around it, and both come back") {
    wait_list list;
    executor runs;
    const heap_watch heap;
    const result<void> spawned = runs.spawn(waits_everywhere(list));
    const int taken_to_spawn = heap.taken_so_far();
    run_to_end(runs);
    runs.on_deadline(instant(1ms));
    run_to_end(runs);
    runs.on_deadline(instant(5ms));
    run_to_end(runs);
    for (int i = 0; i < 10; ++i) {
        list.wake_all();
        run_to_end(runs);
    }
    const int taken_in_all = heap.taken_so_far(), held = heap.held();
    CHECK(spawned);
    CHECK(runs.empty());
    CHECK(taken_to_spawn == 2);
    CHECK(taken_in_all == 2);  // nothing to wait
    CHECK(held == 0);
}

TEST_CASE("to await takes the frame of the awaited task, which comes back before the next one") {
    executor runs;
    int sum = 0;
    const heap_watch heap;
    const bool spawned{runs.spawn(awaits(100, sum))};
    int most = 0;
    do most = std::max(most, heap.held());
    while (runs.run_ready());
    const int taken_in_all = heap.taken_so_far(), held = heap.held();
    CHECK(spawned);
    CHECK(sum == 100);
    CHECK(taken_in_all == 2 + 100);
    CHECK(most == 3);
    CHECK(held == 0);
}

TEST_CASE("when_all and with_timeout take nothing for themselves") {
    executor runs;
    int sum = 0, limited = 0;
    const heap_watch heap;
    bool spawned{runs.spawn(awaits_both(sum))};
    run_to_end(runs);
    const int taken_by_both = heap.taken_so_far();
    spawned = runs.spawn(limits_one(limited)) && spawned;
    run_to_end(runs);
    const int taken_in_all = heap.taken_so_far(), held = heap.held();
    CHECK(spawned);
    CHECK(sum == 2);
    CHECK(limited == 1);
    CHECK(taken_by_both == 2 + 2);
    CHECK(taken_in_all - taken_by_both == 2 + 1);
    CHECK(held == 0);
}

TEST_CASE("a conversation takes nothing: neither to wait, nor to send and receive, small words or large") {
    lab::connected p;
    std::array<octet, 20'000> said{}, heard{};
    const auto echo = [](tcp_socket<lab::host_tcp>& with, mutable_octets place) -> task<> {
        while (true) {
            const auto got = co_await with.recv(place);
            if (got.value_or(0) == 0) co_return;
            const auto said_back = co_await with.send(place.first(*got));
            if (!said_back) co_return;
        }
    };
    wait_list next_round;
    std::size_t answered = 0;
    const auto talk = [&]() -> task<> {
        while (true) {
            co_await next_round.wait();
            for (const std::size_t length : {std::size_t{1}, std::size_t{1000}, said.size()}) {
                const auto sent = co_await p.near.send(octets(said).first(length));
                if (!sent) co_return;
                for (std::size_t sum = 0; sum < length;) {
                    const auto got = co_await p.near.recv(heard);
                    if (!got) co_return;
                    sum += *got;
                }
                ++answered;
            }
        }
    };
    std::array<octet, 20'000> place;
    p.spawn(p.server, echo(p.far, place));
    p.spawn(p.client, talk());
    const auto rounds = [&](int count) {
        for (int i = 0; i < count; ++i) {
            next_round.wake_all();
            p.settle();
        }
    };
    rounds(20);
    const heap_watch heap;
    rounds(200);
    const int taken_in_all = heap.taken_so_far(), held = heap.held();
    CHECK(answered == 220 * 3);
    CHECK(taken_in_all == 0);
    CHECK(held == 0);
}

TEST_CASE("a call with a time limit takes one frame") {
    lab::connected p;
    std::array<octet, 10> place;
    error answer{};
    const auto limited = [&]() -> task<> {
        const auto got = co_await with_timeout(p.near.recv(place), 1s);
        answer = got.error();
    };
    const heap_watch heap;
    p.spawn(p.client, limited());
    p.pass(2s);
    const int taken_in_all = heap.taken_so_far(), held = heap.held();
    CHECK(answer == error::timed_out);
    CHECK(taken_in_all == 2 + 1);
    CHECK(held == 0);
}

TEST_CASE("spawn answers insufficient_resources when there is no memory for either frame, and nothing is left behind") {
    for (const int frames : {0, 1, 2}) {
        wait_list list;
        executor runs;
        error answer = error::none;
        int held = 0;
        {
            const heap_watch heap(frames);
            answer = runs.spawn(waits_everywhere(list)).error();
            held = heap.held();
        }
        CHECK(answer == (frames == 2 ? error::none : error::insufficient_resources));
        CHECK(held == (frames == 2 ? 2 : 0));
        CHECK(runs.empty() == (frames < 2));
    }
}

TEST_CASE("a task without memory for its frame answers insufficient_resources where its result can say so") {
    executor runs;
    std::optional<result<int>> answer;
    CHECK(runs.spawn(needs_frames(answer)));
    run_to_end(runs);
    REQUIRE(answer);
    CHECK(answer->error() == error::insufficient_resources);
}

TEST_CASE("with_timeout says so for every task, and when_all for each that can't begin") {
    executor runs;
    result<int> number = 0, own = 0, first = 0, second = 0;
    CHECK(runs.spawn(limits_without_memory(number, own)));
    CHECK(runs.spawn(both_without_memory(first, second)));
    run_to_end(runs);
    CHECK(number.error() == error::insufficient_resources);
    CHECK(own.error() == error::insufficient_resources);
    CHECK(first.error() == error::insufficient_resources);
    CHECK(second.value_or(0) == 1);
    CHECK(runs.empty());
}
