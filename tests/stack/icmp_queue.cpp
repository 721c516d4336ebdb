// SPDX-License-Identifier: MIT
// stack/icmp_queue.hpp: what waits leaves as it was, in turn, within bounds of number, octets, memory and time.
#include <doctest/doctest.h>

#include <sluice/stack/icmp_queue.hpp>

#include "support/icmp.hpp"
#include "support/memory.hpp"

namespace {

using namespace sluice;

constexpr ip_meta there{ip_address::v4(198, 18, 0, 2), ip_address::v4(198, 18, 0, 1)};

std::vector<octet> popped(auto& queue) {
    tx_packet p;
    queue.pop(p);
    std::vector<octet> out(p.length());
    write(p, out);
    return out;
}

TEST_CASE("messages leave in turn, with what they carry, whatever came in between") {
    icmp_queue<> queue;
    seeded_random random(3);
    std::vector<std::vector<octet>> expected;
    for (int round = 0; round < 200; ++round) {
        const auto body = test::random_octets(random, random.below(1400));
        const auto number = static_cast<std::uint32_t>(random.bits());
        if (queue.push({.ip = there, .type = 0, .code = 0, .rest = number, .body = body}))
            expected.push_back(test::icmp_packet(there, 0, 0, number, body));
        for (std::uint64_t i = random.below(3); i > 0 && !queue.empty(); --i) {
            CHECK(popped(queue) == expected.front());
            expected.erase(expected.begin());
        }
    }
    for (; !queue.empty(); expected.erase(expected.begin())) CHECK(popped(queue) == expected.front());
    CHECK(expected.empty());
}

TEST_CASE("there are sixteen at most, and 16 KiB") {
    icmp_queue<> queue;
    for (std::size_t i = 0; i < 16; ++i) CHECK(queue.push({.ip = there}));
    CHECK_FALSE(queue.push({.ip = there}));
    popped(queue);
    CHECK(queue.push({.ip = there}));

    icmp_queue<> wide;
    const std::vector<octet> half(8192), one(1);
    CHECK(wide.push({.ip = there, .body = half}));
    CHECK(wide.push({.ip = there, .body = half}));
    CHECK_FALSE(wide.push({.ip = there, .body = one}));
    while (!wide.empty()) popped(wide);
    CHECK(wide.push({.ip = there, .body = one}));
}

TEST_CASE("memory is taken once, for the first, and given back; without, nothing waits") {
    test::memory_books books;
    {
        icmp_queue<test::metered> queue(test::metered{&books});
        CHECK(books.octets == 0);
        books.refuse_all = true;
        CHECK_FALSE(queue.push({.ip = there}));
        CHECK(queue.empty());
        books.refuse_all = false;
        for (int i = 0; i < 100; ++i) {
            CHECK(queue.push({.ip = there}));
            popped(queue);
        }
        CHECK(books.octets == icmp_queue<>::room);
        CHECK(books.allocations == 2);
        CHECK(queue.push({.ip = there}));
        icmp_queue<test::metered> moved = std::move(queue);
        CHECK_FALSE(moved.empty());
        CHECK(popped(moved) == test::icmp_packet(there, 0, 0, 0, {}));
    }
    CHECK(books.octets == 0);
}

TEST_CASE("errors are limited: so many a second and at once, each counted once or twice by chance") {
    icmp_queue<> queue;
    seeded_random random(5);
    const auto sent_at = [&](instant now) {
        int count = 0;
        while (queue.may_send_error(now, 10, random)) ++count;
        return count;
    };
    CHECK_FALSE(queue.may_send_error(instant(1s), 0, random));  // none are wanted
    const int at_once = sent_at(instant(1s));
    CHECK(at_once >= 5);
    CHECK(at_once <= 10);
    CHECK(sent_at(instant(1s)) == 0);
    CHECK(sent_at(instant(1050ms)) == 0);
    int later = 0;
    for (instant now(1s); now < instant(101s); now += 10ms) later += sent_at(now);
    CHECK(later > 500);  // a hundred seconds, ten tokens each
    CHECK(later < 1000);
    CHECK(later == doctest::Approx(1000 / 1.5).epsilon(0.1));
    CHECK(sent_at(instant(200s)) >= 5);
}

}  // namespace
