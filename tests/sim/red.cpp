// SPDX-License-Identifier: MIT
// RED against its paper's closed forms: the average, the probability at a fixed average, the even distance of marks.
// The control is drop tail, which neither marks nor drops before it is full.
#include <doctest/doctest.h>

#include <cmath>

#include "link_rig.hpp"

using namespace sluice;
using lab::drop_cause;
using lab::ip_packet;
using lab::packet_event;
using lab::rig;

namespace {

enum class fate { taken, marked, dropped };

/// RED by itself, with always as many packets that wait: each that is taken makes the oldest go.
class held_queue {
public:
    held_queue(const sim::red_settings& s, std::size_t waiting)
        : red_(s, {.limits = {}, .packet_time = 1ms, .random = seeded_random(5)}), waiting_(waiting) {
        // As if each had found an idle link: the average knows nothing of them.
        while (red_.backlog().packets < waiting)
            red_.push(store_, store_.add({.data = ip_packet(40)}), {.now = {}, .must_wait = false}, *this);
    }

    fate next(ecn_codepoint ecn = ecn_codepoint::ect0) {
        last_ = fate::taken;
        red_.push(store_, store_.add({.data = ip_packet(40, ecn)}), {.now = {}, .must_wait = true}, *this);
        if (red_.backlog().packets > waiting_) store_.release(red_.pop(store_, {}, *this));
        return last_;
    }
    /// All go, and the link is idle from then on; who comes after so long finds it so.
    void empty_and_rest(duration idle) {
        const instant now(10s);
        while (!red_.backlog().empty()) store_.release(red_.pop(store_, now, *this));
        red_.pop(store_, now, *this);
        red_.push(store_, store_.add({.data = ip_packet(40)}), {.now = now + idle, .must_wait = false}, *this);
    }
    double average() const { return std::ldexp(static_cast<double>(red_.average()), -32); }

    // what the queue tells
    void drop(list_index i, drop_cause why) {
        CHECK(why == drop_cause::aqm);
        last_ = fate::dropped;
        store_.release(i);
    }
    bool mark(list_index i) {
        if (sim::ecn_of(store_[i].data) == ecn_codepoint::not_ect) return false;
        last_ = fate::marked;
        return true;
    }

private:
    sim::packet_store store_;
    sim::red red_;
    std::size_t waiting_;
    fate last_ = fate::taken;
};

/// From 5 to 15, and 0.1 there; the average is what the last packet has found.
const sim::red_settings at_once{.max_mark = 0.1, .weight_shift = 0};

/// How many packets from one hit to the next, the hit included.
std::size_t distance(held_queue& q, fate hit) {
    std::size_t packets = 0;
    while (true) {
        const fate f = q.next();
        ++packets;
        if (f == hit) return packets;
        REQUIRE(f == fate::taken);
    }
}

}  // namespace

// The average is 10, halfway from 5 to 15: p_b is half of 0.1, and the distance is even over 1 … 20. Of 20,000 each
// length has 1000, five standard deviations are 154; the mean is 10.5, five standard deviations of it are 0.2. (Without
// the count of those that were spared, distances would have no bound: a mutant of `strikes` fails all three.)
TEST_CASE("at a fixed average the distance from mark to mark is even over 1 … 1/p") {
    held_queue q(at_once, 10);
    std::vector<int> of_length(21);
    std::size_t sum = 0;
    for (int i = 0; i < 20'000; ++i) {
        const std::size_t length = distance(q, fate::marked);
        REQUIRE(length <= 20);
        ++of_length[length];
        sum += length;
    }
    CHECK(q.average() == 10);
    for (std::size_t length = 1; length <= 20; ++length) CHECK(std::abs(of_length[length] - 1000) < 154);
    CHECK(std::abs(static_cast<double>(sum) / 20'000 - 10.5) < 0.2);
}

// Halfway from 15 to 30: p_b = 0.1 + 0.9 / 2 = 0.55. The next is hit with 0.55, else surely the one after: 1.45 packets
// on average, and 5 σ of the mean of 10,000 are 0.025. A packet that is ECN-capable is dropped there all the same.
TEST_CASE("in gentle mode the probability rises on to 1 at twice the upper threshold, and there are only drops") {
    sim::red_settings s = at_once;
    s.min_packets = 4;
    s.max_packets = 16;
    held_queue q(s, 24);
    std::size_t packets = 0;
    for (int i = 0; i < 10'000; ++i) packets += distance(q, fate::dropped);
    CHECK(std::abs(static_cast<double>(packets) / 10'000 - 1.45) < 0.025);

    for (const std::size_t waiting : {32u, 33u, 1000u}) {
        held_queue full(s, waiting);
        for (int i = 0; i < 1000; ++i) CHECK(full.next() == fate::dropped);
    }
    s.gentle = false;
    held_queue harsh(s, 16);
    for (int i = 0; i < 1000; ++i) CHECK(harsh.next() == fate::dropped);
    held_queue below(s, 15);
    for (int i = 0; i < 1000; ++i) CHECK(below.next() != fate::dropped);
}

TEST_CASE("below the lower threshold nothing happens; above it, what can't be marked is dropped") {
    held_queue below(at_once, 4), above(at_once, 10);
    int dropped = 0;
    for (int i = 0; i < 10'000; ++i) {
        CHECK(below.next() == fate::taken);
        const fate f = above.next(ecn_codepoint::not_ect);
        CHECK(f != fate::marked);
        dropped += f == fate::dropped ? 1 : 0;
    }
    CHECK(std::abs(dropped - 952) < 82);  // 1 in 10.5; as many distances of mean 10.5 and σ 5.8 vary by 5 · 16.3

    sim::red_settings blind = at_once;
    blind.ecn = false;
    held_queue q(blind, 10);
    for (int i = 0; i < 1000; ++i) CHECK(q.next() != fate::marked);
}

TEST_CASE("the average moves by 2^-9 of the way to what each packet finds") {
    held_queue q({}, 4);
    for (int n = 1; n <= 2000; ++n) {
        q.next();
        CHECK(std::abs(q.average() - 4 * (1 - std::pow(1 - 1 / 512.0, n))) < 1e-5);
    }
}

TEST_CASE("an idle link makes the average fall as if so many packets had found nothing as could have been sent") {
    for (const int missed : {0, 1, 355, 5000}) {  // of 1 ms each
        held_queue q({}, 4);
        for (int n = 0; n < 2000; ++n) q.next();
        const double before = q.average();
        q.empty_and_rest(missed * 1ms + 999us);
        CHECK(std::abs(q.average() - before * std::pow(1 - 1 / 512.0, missed)) < 1e-5);
    }
    held_queue q({}, 4);
    q.next();
    q.empty_and_rest(1000h);
    CHECK(q.average() == 0);
}

TEST_CASE("a link under RED marks early where drop tail waits until it is full") {
    const auto run = [](const sim::discipline_settings& discipline) {
        rig r({.rate = 12'000'000, .queue_packets = 50, .discipline = discipline});  // 1 ms each
        for (int i = 0; i < 4000; ++i) {  // twenty in 19 ms: the queue wanders between 10 and some more
            r.offer(ip_packet(1500, ecn_codepoint::ect0));
            r.run(r.now + (i < 15 ? 100us : 1ms));
        }
        return r;
    };
    const rig red = run(sim::red_settings{}), tail = run(sim::drop_tail_settings{});
    CHECK(red.count(packet_event::marked) > 100);
    CHECK(red.count(packet_event::dropped, drop_cause::queue_full) == 0);
    CHECK(tail.count(packet_event::marked) == 0);
    for (const auto& each : red.arrivals) CHECK(partial_sum().add(octets(each.data).first(20)).finish() == 0);
}
