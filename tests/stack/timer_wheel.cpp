// SPDX-License-Identifier: MIT
// stack/timer_wheel.hpp against a sorted table, and what it costs in looks at the entries.
#include <doctest/doctest.h>

#include <sluice/stack/timer_wheel.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <type_traits>
#include <utility>
#include <vector>

#include <sluice/base/random.hpp>

namespace {

using namespace sluice;

struct element {
    int of_somebody_else = 0;
    timer_entry timer;
};
using wheel = timer_wheel<&element::timer>;
static_assert(sizeof(timer_entry) <= 24);
static_assert(sizeof(wheel) == 11 * 64 * 4 + 11 * 8 + 8);
static_assert(std::is_trivially_copyable_v<wheel>);

constexpr duration year = 365 * 24h;
constexpr instant start = instant(3h + 17ns);

/// Counts each look at an element.
struct counted_elements {
    std::vector<element> held;
    std::uint64_t looks = 0;

    explicit counted_elements(std::size_t count) : held(count) {}
    element& operator[](list_index i) { return ++looks, held[i]; }
};

/// The wheel and its model, a table sorted by deadline and index, which must always answer alike.
struct wheel_and_model {
    counted_elements in;
    wheel w{};
    std::set<std::pair<instant, list_index>> model{};

    explicit wheel_and_model(std::size_t count) : in(count) {}

    void forget(list_index i) { model.erase({in.held[i].timer.deadline, i}); }
    void set(list_index i, instant deadline) {
        forget(i);
        if (deadline != never) model.emplace(deadline, i);
        w.set(in, i, deadline);
        REQUIRE(in.held[i].timer.deadline == deadline);
    }
    void remove(list_index i) {
        forget(i);
        w.remove(in, i);
    }
    instant first_of_model() const { return model.empty() ? never : model.begin()->first; }
    void check_next() { REQUIRE(w.next(in) == first_of_model()); }
    bool take(instant now) {
        const bool due = !model.empty() && model.begin()->first <= now;
        const list_index expected = due ? model.begin()->second : no_index;
        const instant deadline = first_of_model();
        REQUIRE(w.take_expired(in, now) == expected);
        if (!due) return false;
        REQUIRE(in.held[expected].timer.deadline == deadline);
        model.erase(model.begin());
        return true;
    }
};

/// From nothing to two years, each order of magnitude as often as the next one.
duration some_time(seeded_random& numbers) { return duration(numbers.bits() >> (8 + numbers.below(56))); }
instant later(instant at, seeded_random& numbers) { return std::min(at + some_time(numbers), instant(200 * year)); }

struct usage {
    const char* name;
    std::uint64_t later, earlier, never, remove, advance;  // how often in 16
    bool drains;                                           // all that is due, or only some of it
};

void use(wheel_and_model& both, const usage& how, seeded_random& numbers) {
    instant now = start;
    for (int n = 0; n < 30'000; ++n) {
        const auto i = static_cast<list_index>(numbers.below(both.in.held.size()));
        const instant deadline = both.in.held[i].timer.deadline;
        std::uint64_t what = numbers.below(16);
        const auto is = [&](std::uint64_t share) { return what < share || (what -= share, false); };
        if (is(how.later)) {
            both.set(i, later(deadline == never ? now : deadline, numbers));
        } else if (is(how.earlier)) {
            both.set(i, std::max(instant(), (deadline == never ? now : deadline) - some_time(numbers)));
        } else if (is(how.never)) {
            both.set(i, never);
        } else if (is(how.remove)) {
            both.remove(i);
            both.in.held[i] = {};
        } else if (is(how.advance)) {
            if (numbers.below(4) == 0) now = later(now, numbers);
            else if (!both.model.empty()) now = std::max(now, both.first_of_model() - duration(numbers.below(2)));
            for (int taken = 0; (how.drains || taken < 2) && both.take(now);) ++taken;
        } else {
            both.set(i, later(now, numbers));
        }
        if (numbers.below(4) > 0) both.check_next();
        if (now > instant(100 * year)) {  // begin anew: the years to `never` are few
            both = wheel_and_model(both.in.held.size());
            now = start;
        }
    }
    both.check_next();
}

constexpr std::array<list_index, 4> order_in_the_compiler() {
    std::array<element, 4> in{};
    wheel w;
    w.set(in, 0, instant(5s));
    w.set(in, 1, instant(2h));
    w.set(in, 2, instant(1ms));
    w.set(in, 3, instant(1ns));
    w.set(in, 2, instant(7s));  // later
    w.set(in, 1, instant(6s));  // earlier
    w.remove(in, 3);
    if (w.next(in) != instant(5s) || w.take_expired(in, instant(5s - 1ns)) != no_index) return {};
    std::array<list_index, 4> out{};
    for (list_index& i : out) i = w.take_expired(in, instant(7s));
    return out;
}
static_assert(order_in_the_compiler() == std::array<list_index, 4>{0, 1, 2, no_index});

}  // namespace

TEST_CASE("a new wheel is empty in every slot: who is set first looks at itself only") {
    // Also when the compiler has run one before, as above: g++ 12 may begin the next one with what that left.
    for (duration wait = 1ns; wait < 100 * year; wait += wait / 8 + 1ns) {
        counted_elements in(1);
        wheel w;
        w.set(in, 0, instant(wait));
        CHECK(in.looks <= 3);
        CHECK(in.held[0].timer.link.child == no_index);
    }
}

TEST_CASE("the wheel answers as a sorted table does, whatever is set, moved, removed and taken") {
    for (const usage& how : {
             usage{"mixed", 3, 3, 1, 1, 4, true},
             usage{"mostly later, as an ACK moves a timer", 10, 1, 1, 0, 3, true},
             usage{"mostly earlier", 1, 10, 0, 1, 2, true},
             usage{"overdue ones are left, and others set below them", 4, 4, 1, 1, 4, false},
             usage{"time runs", 1, 1, 1, 1, 10, true},
         }) {
        INFO(how.name);
        seeded_random numbers(7);
        for (const std::size_t count : {2u, 40u}) {
            wheel_and_model both(count);
            use(both, how, numbers);
        }
    }
}

TEST_CASE("a deadline is met to the nanosecond, from one away to a hundred years") {
    for (const instant now : {instant(), start, instant(50 * year + 1ns)}) {
        for (duration wait = 1ns; wait < 100 * year; wait *= 2) {
            wheel_and_model both(1);
            both.set(0, now);
            CHECK(both.take(now));
            both.set(0, now + wait);
            both.check_next();
            CHECK_FALSE(both.take(now));
            CHECK_FALSE(both.take(now + wait - 1ns));
            CHECK(both.take(now + wait));
            both.check_next();
        }
    }
}

TEST_CASE("an empty wheel has no deadline, and takes nothing even at the end of time") {
    wheel_and_model both(2);
    CHECK(both.w.next(both.in) == never);
    CHECK(both.w.take_expired(both.in, never) == no_index);
    both.set(0, never);
    CHECK(both.w.next(both.in) == never);
    CHECK(both.w.take_expired(both.in, never) == no_index);
    both.remove(0);
    both.remove(1);
    CHECK(both.w.next(both.in) == never);
}

TEST_CASE("a deadline of never is not waited for, also when it moves there from just before it") {
    for (const instant before : {start, never - 1ns, never - 1s}) {
        wheel_and_model both(1);
        both.set(0, before);
        both.check_next();
        both.set(0, never);
        both.check_next();
        CHECK(both.w.take_expired(both.in, never) == no_index);
        both.set(0, before);
        both.check_next();
        CHECK(both.take(never));
    }
}

TEST_CASE("a deadline in the past is due at once, before all that are to come") {
    wheel_and_model both(4);
    both.set(0, start);
    CHECK(both.take(start));
    both.set(0, start + 1ns);
    both.set(1, start - 1h);
    both.set(2, instant());
    both.set(3, start);
    both.check_next();
    for (const bool due : {true, true, true, false}) CHECK(both.take(start) == due);
}

TEST_CASE("what was far away when it was looked at does not keep out what is set earlier afterwards") {
    wheel_and_model both(100);
    both.set(0, start + 2h);
    for (list_index i = 99; i > 0; --i) {
        both.check_next();
        both.set(i, start + 7ms * i);
        both.check_next();
        CHECK_FALSE(both.take(start));
    }
    for (list_index i = 1; i < 100; ++i) {
        both.check_next();
        CHECK(both.take(start + 7ms * i));
    }
}

TEST_CASE("a deadline that moves later, bit by bit, is due when it says, and not before") {
    wheel_and_model both(2);
    for (const duration step : {duration(1ns), duration(1ms), duration(3s), duration(5s), duration(2h)}) {
        instant now = start + 1s;
        both.set(0, now);
        both.set(1, start + year);
        for (int n = 0; n < 50; ++n) {
            both.set(0, now + step);
            if (n % 3 == 0) both.check_next();
            CHECK_FALSE(both.take(now));
            now += step;
        }
        CHECK(both.take(now));
        both = wheel_and_model(2);
    }
}

TEST_CASE("of one deadline, the lower index comes first, whatever was set first") {
    wheel_and_model both(1000);
    seeded_random numbers(5);
    for (list_index i = 0; i < 1000; ++i) {
        const list_index scattered = i * 7 % 1000;
        if (numbers.below(2) == 0) both.set(scattered, start - duration(numbers.below(1000)));  // from where it moves
        both.set(scattered, start + 1s);
    }
    for (list_index i = 0; i < 1000; ++i) CHECK(both.w.take_expired(both.in, start + 1s) == i);
}

TEST_CASE("elements and wheel can be copied, and the copies go their own way") {
    wheel_and_model both(10);
    for (list_index i = 0; i < 10; ++i) both.set(i, start + 1s * i);
    wheel_and_model other = both;
    for (list_index i = 0; i < 10; i += 2) other.remove(i);
    for (int n = 0; n < 10; ++n) CHECK(both.take(start + 1h));
    for (int n = 0; n < 5; ++n) CHECK(other.take(start + 1h));
    CHECK_FALSE(other.take(start + 1h));
}

// ---- what it costs: looks at the entries, of which 100,000 stand in the wheel --------------------------------------

namespace {

constexpr list_index crowd = 100'000;

/// Taken one by one, each at its time, with a look at the next deadline between.
std::uint64_t looks_to_drain(counted_elements& in, wheel& w) {
    in.looks = 0;
    instant last{};
    list_index count = 0;
    for (instant now = w.next(in); now != never; now = w.next(in)) {
        REQUIRE(last <= now);
        REQUIRE(w.take_expired(in, now) != no_index);
        last = now;
        ++count;
    }
    CHECK(count == crowd);
    return in.looks / crowd;
}

}  // namespace

TEST_CASE("setting costs at most 6 looks, and draining with next() between 40 an entry, however wide they are spread") {
    for (const instant from : {instant(), start, instant(30 * year)}) {
        for (const duration span :
             {duration(1ns), duration(1us), duration(1ms), duration(200ms), duration(60s), duration(2h), 5 * year}) {
            counted_elements in(crowd);
            wheel w;
            seeded_random numbers(9);
            for (list_index i = 0; i < crowd; ++i) {
                in.looks = 0;
                w.set(in, i, from + duration(numbers.below(static_cast<std::uint64_t>(span.count()))));
                REQUIRE(in.looks <= 6);
            }
            CHECK(looks_to_drain(in, w) <= 40);
        }
    }
}

TEST_CASE("all that are overdue by years are drained at 40 looks an entry") {
    counted_elements in(crowd);
    wheel w;
    seeded_random numbers(10);
    for (list_index i = 0; i < crowd; ++i) w.set(in, i, start + duration(numbers.below(1'000'000'000'000)));
    in.looks = 0;
    for (list_index i = 0; i < crowd; ++i) {
        REQUIRE(w.next(in) != never);
        REQUIRE(w.take_expired(in, start + 9 * year) != no_index);
    }
    CHECK(in.looks <= 40 * std::uint64_t{crowd});
}

TEST_CASE("a deadline that moves later costs one look each time, and is found out once") {
    counted_elements in(crowd);
    wheel w;
    for (list_index i = 0; i < crowd; ++i) w.set(in, i, start + 1s + 1us * i);
    w.next(in);
    in.looks = 0;
    for (int n = 1; n <= 1000; ++n) w.set(in, 500, start + 2s + 1ms * n);
    CHECK(in.looks == 1000);
    in.looks = 0;
    for (int n = 1; n <= 1000; ++n) {  // next() has nothing to find out as long as it is not the first
        w.set(in, 500, start + 3s + 1ms * n);
        w.next(in);
    }
    CHECK(in.looks <= 1000 * 4);
    // Over more than 4 s it is filed anew now and then: still a constant.
    in.looks = 0;
    for (int n = 1; n <= 1000; ++n) w.set(in, 500, start + 5s + 1s * n);
    CHECK(in.looks <= 1000 * 4);
}

TEST_CASE("to ask what is due among a crowd whose time has not begun costs a constant") {
    counted_elements in(crowd);
    wheel w;
    for (list_index i = 0; i < crowd; ++i) w.set(in, i, start + 2h + 1us * i);
    in.looks = 0;
    for (int n = 0; n < 1000; ++n) REQUIRE(w.take_expired(in, start + 1ms * n) == no_index);
    CHECK(in.looks <= 1000 * 4);
}

TEST_CASE("a crowd that is set before all that the wheel held is drained at 40 looks an entry") {
    counted_elements in(crowd);
    wheel w;
    seeded_random numbers(13);
    w.set(in, 0, start + 1s);
    REQUIRE(w.take_expired(in, start) == no_index);
    for (list_index i = 1; i < crowd; ++i) w.set(in, i, start + duration(numbers.below(1'000'000'000)));
    CHECK(looks_to_drain(in, w) <= 40);
}

TEST_CASE("that the first of all moves later does not cost a look at all others each time") {
    for (const duration later : {duration(2s), duration(2h)}) {
        counted_elements in(crowd);
        wheel w;
        for (list_index i = 0; i < crowd; ++i) w.set(in, i, start + 2h + 1us * i);
        in.looks = 0;
        for (list_index i = 0; i < crowd; ++i) {
            REQUIRE(w.next(in) == start + 2h + 1us * i);
            w.set(in, i, start + 2h + 1us * i + later);
        }
        // 17 comparisons each, at three looks and some, is what sorting them takes.
        CHECK(in.looks <= 100 * std::uint64_t{crowd});
    }
}

TEST_CASE("timers that come and go before a crowd far away don't touch it") {
    counted_elements in(crowd + 1);
    wheel w;
    for (list_index i = 0; i < crowd; ++i) w.set(in, i, start + 2h + 1us * (i % 1000));
    w.next(in);
    in.looks = 0;
    for (int n = 1; n <= 1000; ++n) {
        w.set(in, crowd, start + 1ms * n);
        REQUIRE(w.next(in) == start + 1ms * n);
        REQUIRE(w.take_expired(in, start + 1ms * n) == crowd);
        REQUIRE(w.next(in) == start + 2h);
    }
    CHECK(in.looks <= 1000 * 40);
}

TEST_CASE("removing in any order costs a constant") {
    counted_elements in(crowd);
    wheel w;
    seeded_random numbers(12);
    for (list_index i = 0; i < crowd; ++i) w.set(in, i, start + duration(numbers.below(60'000'000'000)));
    in.looks = 0;
    for (list_index i = 0; i < crowd; ++i) w.remove(in, i * 7919 % crowd);
    CHECK(in.looks <= 10 * std::uint64_t{crowd});
    CHECK(w.next(in) == never);
}
