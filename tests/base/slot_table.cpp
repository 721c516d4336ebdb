// SPDX-License-Identifier: MIT
// base/slot_table.hpp against std::map: places and what is in them, handles, memory, and the lack of it.
#include <doctest/doctest.h>

#include <sluice/base/slot_table.hpp>

#include <array>
#include <map>
#include <memory>
#include <vector>

#include <sluice/base/random.hpp>

#include "support/memory.hpp"

namespace {

using namespace sluice;

/// Knows how many there are of it, and whether it has been moved.
struct tracked {
    std::uint32_t number;
    int* alive;
    tracked* self;

    tracked(std::uint32_t n, int& count) : number(n), alive(&count), self(this) { ++count; }
    tracked(const tracked&) = delete;
    ~tracked() {
        CHECK(self == this);
        --*alive;
    }
};

struct plain {
    std::uint32_t number = 0;
    std::uint32_t more = 0;
};
template <class T = plain>
using table = slot_table<T, test::metered_by_block>;

static_assert(!std::is_copy_constructible_v<table<>> && !std::is_copy_assignable_v<table<>>);
static_assert(std::is_nothrow_move_constructible_v<table<>> && std::is_nothrow_move_assignable_v<table<>>);
static_assert(sizeof(slot_table<tracked>) <= 40);

constexpr std::size_t page_octets(std::size_t object) { return 64 * object + 64 * 4 + 8; }

struct handle {
    list_index index;
    std::uint32_t generation;
};

}  // namespace

TEST_CASE("a slot table holds what a std::map would, its objects stay where they are, and no handle ever lies") {
    struct entry {
        std::uint32_t number;
        std::uint32_t generation;
        tracked* place;
    };
    int alive = 0;
    test::block_books books;
    {
        table<tracked> held(no_index, {&books});
        std::map<list_index, entry> model;
        std::vector<handle> stale;
        seeded_random numbers(1);
        for (std::uint32_t step = 0; step < 30'000; ++step) {
            // It grows for a while, then it shrinks, then again.
            if (numbers.below(10) < (step / 5000 % 2 == 0 ? 7u : 3u)) {
                const auto i = held.take(step, alive);
                REQUIRE(i);
                REQUIRE(model.count(*i) == 0);
                model[*i] = {step, held.generation(*i), &held[*i]};
            } else if (!model.empty()) {
                auto victim = model.lower_bound(static_cast<list_index>(numbers.below(2000)));
                if (victim == model.end()) victim = model.begin();
                stale.push_back({victim->first, victim->second.generation});
                held.release(victim->first);
                model.erase(victim);
            }
            CHECK(held.size() == model.size());
            CHECK(alive == static_cast<int>(model.size()));
            if (step % 1000 != 0) continue;
            for (const auto& [i, e] : model) {
                CHECK(held.is_live(i, e.generation));
                CHECK(&held[i] == e.place);
                CHECK(held[i].number == e.number);
            }
            for (const handle& h : stale) CHECK(!held.is_live(h.index, h.generation));
            std::vector<list_index> seen;
            std::as_const(held).for_each([&](list_index i, const tracked& object) {
                CHECK(object.number == model.at(i).number);
                seen.push_back(i);
            });
            CHECK(seen.size() == model.size());
            CHECK(std::is_sorted(seen.begin(), seen.end()));
        }
        CHECK(alive > 0);
        CHECK(stale.size() > 1000);
    }
    CHECK(alive == 0);
    CHECK(books.blocks.empty());
}

TEST_CASE("places are taken from 0 on, and the one released last is the next one taken") {
    slot_table<plain> held;
    for (list_index i = 0; i < 200; ++i) CHECK(held.take().value() == i);
    for (const list_index i : {7u, 199u, 64u}) held.release(i);
    for (const list_index i : {64u, 199u, 7u, 200u}) CHECK(held.take().value() == i);
}

TEST_CASE("objects are made of what is handed to take, aggregates too") {
    slot_table<plain> pairs;
    const list_index i = pairs.take(3u, 4u).value();
    CHECK(pairs[i].number == 3);
    CHECK(pairs[i].more == 4);
    pairs.release(i);
    CHECK(pairs.take().value() == i);
    CHECK(pairs[i].number == 0);

    slot_table<std::unique_ptr<int>> owners;
    auto five = std::make_unique<int>(5);
    CHECK(*owners[owners.take(std::move(five)).value()] == 5);
}

TEST_CASE("a handle turns stale when its object is released, and the next object in that place has another one") {
    slot_table<plain> held;
    const list_index i = held.take().value();
    std::uint32_t last = held.generation(i);
    for (int round = 0; round < 1000; ++round) {
        CHECK(held.is_live(i, last));
        held.release(i);
        CHECK(!held.is_live(i));
        CHECK(!held.is_live(i, last));
        CHECK(!held.is_live(i, last + 1));  // the next one's, which is not there yet
        REQUIRE(held.take().value() == i);
        CHECK(held.generation(i) == last + 1);
        last = held.generation(i);
    }
}

TEST_CASE("an object is gone for its handles before its destructor runs, which may release another one") {
    struct node {
        slot_table<node>* owner;
        list_index other;
        handle self;
        ~node() {
            CHECK(!owner->is_live(self.index, self.generation));
            if (other != no_index) owner->release(other);
        }
    };
    slot_table<node> held;
    const list_index leaf = held.take(&held, no_index, handle{0, 0}).value();
    const list_index root = held.take(&held, leaf, handle{1, 0}).value();
    held.release(root);
    CHECK(held.size() == 0);
    CHECK(held.take(&held, no_index, handle{1, 1}).value() == root);
    CHECK(held.take(&held, no_index, handle{0, 1}).value() == leaf);
    held.release(root);
    held.release(leaf);
}

TEST_CASE("no place is live that was never taken") {
    slot_table<plain> held;
    CHECK(!held.is_live(0));
    CHECK(held.take().value() == 0);
    for (const list_index i : {1u, 63u, 64u, 511u, 512u, 1u << 31, no_index - 1, no_index}) {
        CHECK(!held.is_live(i));
        CHECK(!held.is_live(i, 0));
    }
    REQUIRE(held.reserve(1000));
    CHECK(!held.is_live(64));
}

TEST_CASE("for_each goes by index, over what is live, and lets its visitor change the objects") {
    slot_table<plain> held;
    for (std::uint32_t i = 0; i < 300; ++i) REQUIRE(held.take(i));
    for (const list_index i : {0u, 63u, 64u, 128u, 299u}) held.release(i);
    std::vector<std::uint32_t> seen;
    held.for_each([&](list_index i, plain& object) {
        CHECK(object.number == i);
        object.more = 9;
        seen.push_back(i);
    });
    CHECK(seen.size() == 295);
    CHECK(std::is_sorted(seen.begin(), seen.end()));
    std::as_const(held).for_each([](list_index, const plain& object) { CHECK(object.more == 9); });
}

TEST_CASE("a visitor may release objects, and those are not visited any more") {
    slot_table<plain> held;
    for (std::uint32_t i = 0; i < 300; ++i) REQUIRE(held.take(i));
    std::uint32_t next = 0;
    held.for_each([&](list_index i, plain&) {
        CHECK(i == next);
        held.release(i);
        held.release(i + 1);
        next = i + 2;
    });
    CHECK(next == 300);
    CHECK(held.size() == 0);
}

TEST_CASE("a visitor may take new objects, even if pages and directory grow by that") {
    slot_table<plain> held;
    for (std::uint32_t i = 0; i < 100; ++i) REQUIRE(held.take(i));
    std::uint32_t visited = 0;
    held.for_each([&](list_index, plain& object) {
        if (object.number < 100)
            for (int more = 0; more < 10; ++more) REQUIRE(held.take(100u));
        visited += object.number < 100;
    });
    CHECK(visited == 100);
    CHECK(held.size() == 1100);
}

TEST_CASE("there are never more objects than the limit says") {
    int alive = 0;
    slot_table<tracked> held(65);
    for (std::uint32_t i = 0; i < 65; ++i) REQUIRE(held.take(i, alive));
    CHECK(held.take(65u, alive).error() == error::insufficient_resources);
    CHECK(alive == 65);
    CHECK(held.size() == 65);
    CHECK(!held.is_live(65));
    held.release(3);
    CHECK(held.take(66u, alive).value() == 3);
    CHECK(held.take(67u, alive).error() == error::insufficient_resources);
    CHECK(held.reserve(65));
    CHECK(held.reserve(66).error() == error::insufficient_resources);
    CHECK(slot_table<plain>(0).take().error() == error::insufficient_resources);
}

TEST_CASE("a page holds 64 objects, 33 bits each that say which, and nothing else") {
    test::block_books books;
    table<std::array<std::uint64_t, 8>> held(no_index, {&books});
    REQUIRE(held.take());
    CHECK(books.octets == page_octets(64) + 8 * sizeof(void*));
    CHECK(reinterpret_cast<std::uintptr_t>(&held[0]) % 64 == 0);

    test::block_books small_books;
    table<char> small(no_index, {&small_books});
    REQUIRE(small.take());
    CHECK(small_books.octets == page_octets(4) + 8 * sizeof(void*));  // an unused place holds the next one's index
}

TEST_CASE("n objects take n / 64 allocations, and one each time the directory doubles") {
    test::block_books books;
    {
        table<> held(no_index, {&books});
        const list_index first = held.take().value();
        const plain* const place = &held[first];
        for (std::uint32_t i = 1; i < 64 * 1024; ++i) REQUIRE(held.take());
        CHECK(books.allocations == 1024 + 8);  // 8, 16 … 1024 pages
        CHECK(books.blocks.size() == 1024 + 1);
        CHECK(&held[first] == place);
        for (std::uint32_t i = 0; i < 64 * 1024; ++i) held.release(i);
        for (std::uint32_t i = 0; i < 64 * 1024; ++i) REQUIRE(held.take());
        CHECK(books.allocations == 1024 + 8);
    }
    CHECK(books.octets == 0);
}

TEST_CASE("what is reserved is allocated at once, and nothing after that") {
    test::block_books books;
    table<> held(no_index, {&books});
    REQUIRE(held.reserve(1000));
    CHECK(books.allocations == 16 + 1);
    for (std::uint32_t i = 0; i < 1000; ++i) REQUIRE(held.take());
    REQUIRE(held.reserve(1000));
    REQUIRE(held.reserve(10));
    REQUIRE(held.reserve(1024));
    CHECK(books.allocations == 16 + 1);
    REQUIRE(held.reserve(1025));
    CHECK(books.allocations == 17 + 2);
    for (std::uint32_t i = 0; i < 1000; ++i) CHECK(held.is_live(i, 0));
}

TEST_CASE("refused memory, whichever call it is, is an error that changes nothing, and the next try goes well") {
    constexpr std::uint32_t count = 64 * 9;
    constexpr std::size_t calls = 9 + 2;
    for (std::size_t refused = 1; refused <= calls; ++refused) {
        CAPTURE(refused);
        int alive = 0;
        test::block_books books;
        table<tracked> held(no_index, {&books});
        books.refuse(refused);
        int errors = 0;
        for (std::uint32_t i = 0; i < count; ++i) {
            const std::size_t octets = books.octets;
            auto taken = held.take(i, alive);
            if (!taken) {
                CHECK(taken.error() == error::insufficient_resources);
                CHECK(books.octets == octets);
                CHECK(held.size() == i);
                CHECK(alive == static_cast<int>(i));
                CHECK(!held.is_live(i));
                ++errors;
                taken = held.take(i, alive);
            }
            REQUIRE(taken.value() == i);
        }
        CHECK(errors == 1);
        CHECK(alive == count);
        held.for_each([](list_index i, const tracked& object) { CHECK(object.number == i); });
    }
}

TEST_CASE("a refused reserve gives back what it got, and leaves the objects alone") {
    constexpr std::size_t calls = 8 + 1;  // pages 2 … 9 and a wider directory
    for (std::size_t refused = 1; refused <= calls + 1; ++refused) {
        CAPTURE(refused);
        test::block_books books;
        table<> held(no_index, {&books});
        REQUIRE(held.take(5u));
        const auto before = books.blocks;
        books.refuse(refused);
        const auto reserved = held.reserve(64 * 9);
        CHECK(static_cast<bool>(reserved) == (refused > calls));
        if (refused <= calls) {
            CHECK(reserved.error() == error::insufficient_resources);
            CHECK(books.blocks == before);
        }
        CHECK(held.size() == 1);
        CHECK(held[0].number == 5);
        for (std::uint32_t i = 1; i < 64; ++i) CHECK(held.take().value() == i);
        books.refuse_nothing();
        for (std::uint32_t i = 64; i < 64 * 9; ++i) CHECK(held.take().value() == i);
    }
}

TEST_CASE("a table that is moved takes its objects with it, and leaves one behind that is empty and good") {
    int alive = 0;
    test::block_books books, other_books;
    {
        table<tracked> held(100, {&books});
        for (std::uint32_t i = 0; i < 100; ++i) REQUIRE(held.take(i, alive));
        held.release(50);
        const tracked* const place = &held[70];
        table<tracked> other(1, {&other_books});
        REQUIRE(other.take(0u, alive));
        other = std::move(held);
        CHECK(alive == 99);
        CHECK(other_books.octets == 0);
        CHECK(other.size() == 99);
        CHECK(&other[70] == place);
        CHECK(other.is_live(99, 0));
        CHECK(other.take(50u, alive).value() == 50);
        CHECK(other.take(100u, alive).error() == error::insufficient_resources);

        CHECK(held.size() == 0);
        CHECK(!held.is_live(70));
        CHECK(held.take(7u, alive).value() == 0);
        const table<tracked> third(std::move(other));
        CHECK(third.size() == 100);
        CHECK(alive == 101);
    }
    CHECK(alive == 0);
    CHECK(books.octets == 0);
}
