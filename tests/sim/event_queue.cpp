// SPDX-License-Identifier: MIT
// The order of events: by time, and at one time as they were planned.
#include <doctest/doctest.h>

#include <vector>

#include <sluice/base/random.hpp>
#include <sluice/sim/event_queue.hpp>

using namespace sluice;

TEST_CASE("an empty queue has nothing next") {
    sim::event_queue<int> queue;
    CHECK(queue.empty());
    CHECK(queue.next() == never);
}

TEST_CASE("events come by time, whatever the order in which they were planned") {
    sim::event_queue<int> queue;
    for (const int at : {5, 1, 4, 2, 3}) queue.push(instant(duration(at)), at);
    for (const int at : {1, 2, 3, 4, 5}) {
        CHECK(queue.next() == instant(duration(at)));
        CHECK(queue.pop() == at);
    }
    CHECK(queue.empty());
}

TEST_CASE("events of one time come in the order in which they were planned") {
    sim::event_queue<int> queue;
    for (int i = 0; i < 1000; ++i) queue.push(instant(1s), i);
    for (int i = 0; i < 1000; ++i) CHECK(queue.pop() == i);
}

TEST_CASE("ten thousand random times with planning in between come out as a stable sort would put them") {
    struct mark {
        instant at;
        int number;
    };
    seeded_random random(11);
    sim::event_queue<mark> queue;
    instant now{};
    mark last{instant{}, -1};
    int planned = 0, happened = 0;
    while (happened < 10'000) {
        const bool plan = planned < 10'000 && (queue.empty() || random.below(2) == 0);
        if (plan) {
            const instant at = now + duration(static_cast<std::int64_t>(random.below(8)));
            queue.push(at, {at, planned++});
            continue;
        }
        const mark next = queue.pop();
        now = next.at;
        REQUIRE((last.at < next.at || (last.at == next.at && last.number < next.number)));
        last = next;
        ++happened;
    }
    CHECK(queue.empty());
}
