// SPDX-License-Identifier: MIT
// base/pool_array.hpp: what is there stays when it grows, all that the block has room for is used, and the pool gets
// back what it gave.
#include <doctest/doctest.h>

#include <sluice/base/pool_array.hpp>

#include <array>

#include <sluice/base/block_pool.hpp>

#include "support/memory.hpp"

namespace {

using namespace sluice;

constexpr std::size_t plenty = std::size_t{1} << 30;

template <std::size_t Size>
struct element {
    std::array<unsigned char, Size> octets;
};

}  // namespace

static_assert(sizeof(pool_array<int>) == 2 * sizeof(void*));
static_assert(!std::is_copy_constructible_v<pool_array<int>> && !std::is_copy_assignable_v<pool_array<int>>);
static_assert(std::is_nothrow_move_constructible_v<pool_array<int>> &&
              std::is_nothrow_move_assignable_v<pool_array<int>>);

TEST_CASE("an array grows to all that its block has room for, and what is there stays") {
    block_pool<> pool(plenty);
    pool_array<std::uint32_t> numbers;
    CHECK(numbers.size() == 0);
    std::uint32_t filled = 0;
    for (const std::size_t room : {64u, 128u, 256u, 4096u, 8192u, 65536u}) {
        REQUIRE(numbers.grow(pool, room / 2 + 1));
        CHECK(numbers.size() == room);
        for (std::uint32_t i = 0; i < filled; ++i) CHECK(numbers[i] == 7 * i);
        for (; filled < room; ++filled) numbers[filled] = 7 * filled;
        CHECK(pool.in_use() == room * sizeof(std::uint32_t));  // the block before it was given back
    }
    numbers.give_back(pool);
    CHECK(numbers.size() == 0);
    CHECK(pool.in_use() == 0);
}

TEST_CASE("an array that is large enough asks for nothing") {
    block_pool<> pool(plenty);
    pool_array<std::uint32_t> numbers;
    CHECK(numbers.grow(pool, 0));
    CHECK(numbers.data() == nullptr);
    REQUIRE(numbers.grow(pool, 1));
    const auto* const before = numbers.data();
    CHECK(numbers.grow(pool, 64));
    CHECK(numbers.data() == before);
    numbers.give_back(pool);
    numbers.give_back(pool);  // twice is once
    CHECK(pool.in_use() == 0);
}

TEST_CASE_TEMPLATE("the pool gets back blocks of the class that it gave, for elements of any size", Element, element<1>,
                   element<3>, element<40>, element<100>, element<129>, element<255>, element<257>, element<3000>) {
    block_pool<> pool(plenty);
    for (std::size_t wanted = 1; wanted < 200; ++wanted) {
        pool_array<Element> all;
        REQUIRE(all.grow(pool, wanted));
        CHECK(all.size() >= wanted);
        CHECK(all.size() * sizeof(Element) <= pool.in_use());
        CHECK(pool.in_use() < (all.size() + 1) * sizeof(Element));
        REQUIRE(all.grow(pool, 2 * wanted + 1));
        all.give_back(pool);
        REQUIRE(pool.in_use() == 0);
    }
}

TEST_CASE("an array has a bound, which it reaches and does not pass, and counts its block right all the same") {
    block_pool<> pool(plenty);
    pool_array<element<40>, 5> few;
    CHECK_FALSE(few.grow(pool, 6));
    CHECK(pool.in_use() == 0);
    CHECK(few.grow(pool, 5));
    CHECK(few.size() == 5);
    CHECK_FALSE(few.grow(pool, 6));
    CHECK(few.size() == 5);
    few.give_back(pool);
    CHECK(pool.in_use() == 0);
}

TEST_CASE("when the pool says no, the array is what it was") {
    block_pool<> pool(1024);
    pool_array<std::uint64_t> numbers;
    REQUIRE(numbers.grow(pool, 64));
    for (std::uint64_t i = 0; i < 64; ++i) numbers[i] = i;
    CHECK_FALSE(numbers.grow(pool, 65));  // 1024 octets more, while the old 512 are still there
    CHECK(numbers.size() == 64);
    CHECK(pool.in_use() == 512);
    for (std::uint64_t i = 0; i < 64; ++i) CHECK(numbers[i] == i);
    numbers.give_back(pool);
    CHECK(numbers.grow(pool, 128));
    numbers.give_back(pool);
    CHECK(pool.in_use() == 0);
}

TEST_CASE("an array that moves takes its block with it") {
    block_pool<> pool(plenty);
    pool_array<std::uint32_t> first;
    REQUIRE(first.grow(pool, 10));
    first[9] = 1234;
    pool_array<std::uint32_t> second(std::move(first)), third;
    CHECK(first.size() == 0);
    CHECK(first.data() == nullptr);
    third = std::move(second);
    CHECK(second.size() == 0);
    CHECK(third.size() == 64);
    CHECK(third[9] == 1234);
    first.give_back(pool);
    second.give_back(pool);
    CHECK(pool.in_use() == 256);
    third.give_back(pool);
    CHECK(pool.in_use() == 0);
}
