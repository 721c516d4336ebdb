// SPDX-License-Identifier: MIT
// base/block_pool.hpp: which block is handed out, what counts towards the limit, and that the source gets all back.
#include <doctest/doctest.h>

#include <sluice/base/block_pool.hpp>

#include <cstring>
#include <set>
#include <vector>

#include <sluice/base/bytes.hpp>
#include <sluice/base/random.hpp>

#include "support/memory.hpp"

namespace {

using namespace sluice;
using test::memory_books;
using test::metered;

constexpr std::size_t chunk = block_pool<>::chunk, smallest = block_pool<>::smallest;
constexpr std::size_t plenty = std::size_t{1} << 30;

struct counted_pool : memory_books, block_pool<metered> {
    explicit counted_pool(std::size_t limit) : block_pool<metered>(limit, metered{this}) {}
};

bool is_aligned(const void* block) { return reinterpret_cast<std::uintptr_t>(block) % 64 == 0; }

}  // namespace

static_assert(block_pool<>::size_of(0) == 256 && block_pool<>::size_of(1) == 256 && block_pool<>::size_of(256) == 256);
static_assert(block_pool<>::size_of(257) == 512 && block_pool<>::size_of(16384) == 16384);
static_assert(block_pool<>::size_of(16385) == 32768);
static_assert(sizeof(block_pool<>) == 3 * sizeof(std::size_t) + 33 * sizeof(void*),
              "a source without members takes no room");

TEST_CASE("what was given back last is handed out first") {
    block_pool<> pool(plenty);
    void *const a = pool.take(chunk), *const b = pool.take(chunk), *const c = pool.take(chunk);
    CHECK((a != b && b != c && a != c));
    pool.give(a, chunk);
    pool.give(c, chunk);
    pool.give(b, chunk);
    CHECK(pool.take(chunk) == b);
    CHECK(pool.take(chunk) == c);
    CHECK(pool.take(chunk) == a);
}

TEST_CASE("sizes of one class share their blocks, other classes do not") {
    block_pool<> pool(plenty);
    void* const block = pool.take(300);
    pool.give(block, 512);
    CHECK(pool.take(256) != block);
    CHECK(pool.take(513) != block);
    CHECK(pool.take(257) == block);
}

TEST_CASE("blocks are aligned to cache lines and never overlap, whatever their sizes") {
    counted_pool pool(plenty);
    seeded_random numbers(5);
    struct block {
        octet* at;
        std::size_t size;
        octet mark;
    };
    std::vector<block> out;
    std::size_t in_use = 0;
    for (int i = 0; i < 4000; ++i) {
        if (numbers.below(5) < 3 || out.empty()) {
            const std::size_t size = 1 + numbers.below(std::size_t{1} << (4 + numbers.below(13)));
            const auto mark = static_cast<octet>(i);
            auto* const at = static_cast<octet*>(pool.take(size));
            REQUIRE(at);
            CHECK(is_aligned(at));
            std::memset(at, mark, size);
            out.push_back({at, size, mark});
            in_use += pool.size_of(size);
        } else {
            const std::size_t which = numbers.below(out.size());
            const block gone = out[which];
            CHECK(gone.at[0] == gone.mark);
            CHECK(gone.at[gone.size / 2] == gone.mark);
            CHECK(gone.at[gone.size - 1] == gone.mark);
            out[which] = out.back();
            out.pop_back();
            pool.give(gone.at, gone.size);
            in_use -= pool.size_of(gone.size);
        }
        REQUIRE(pool.in_use() == in_use);
        REQUIRE(pool.held() >= in_use);
    }
}

TEST_CASE("a chunk is cut into as many small blocks as it holds before another one is fetched") {
    counted_pool pool(plenty);
    std::set<void*> different;
    for (std::size_t i = 0; i < chunk / smallest; ++i) different.insert(pool.take(smallest));
    CHECK(different.size() == 64);
    CHECK(pool.allocations == 1);
    CHECK(pool.held() == chunk);
    CHECK(pool.in_use() == chunk);
    // All of them lie in that chunk.
    const auto first = reinterpret_cast<std::uintptr_t>(*different.begin());
    for (void* const block : different) CHECK(reinterpret_cast<std::uintptr_t>(block) - first < chunk);
    CHECK(pool.take(smallest));
    CHECK(pool.allocations == 2);
}

TEST_CASE("a chunk that was given back is cut rather than a new one fetched") {
    counted_pool pool(plenty);
    void* const block = pool.take(chunk);
    pool.give(block, chunk);
    CHECK(pool.take(smallest) == block);
    CHECK(pool.allocations == 1);
}

TEST_CASE("what is handed out counts by its class, and beyond the limit the answer is no") {
    counted_pool pool(4 * chunk + smallest);
    std::vector<void*> out;
    for (int i = 0; i < 4; ++i) out.push_back(pool.take(chunk));
    CHECK(pool.in_use() == 4 * chunk);
    CHECK(pool.take(smallest + 1) == nullptr);
    CHECK(pool.take(chunk) == nullptr);
    CHECK(pool.allocations == 4);  // the source is not asked in vain
    void* const small = pool.take(1);
    CHECK(small);
    CHECK(pool.in_use() == pool.limit());
    CHECK(pool.take(1) == nullptr);
    pool.give(small, 1);
    pool.give(out.back(), chunk);
    CHECK(pool.take(chunk) == out.back());
}

TEST_CASE("memory is scarce from more than three quarters on, and short from more than seven eighths on") {
    block_pool<> pool(64 * chunk);
    for (int taken = 1; taken <= 64; ++taken) {
        REQUIRE(pool.take(chunk));
        CHECK(pool.is_scarce() == (taken > 48));
        CHECK(pool.is_short() == (taken > 56));
    }
}

TEST_CASE("trimming gives the source what is not in use, but for chunks that were cut") {
    counted_pool pool(plenty);
    void *const kept = pool.take(chunk), *const gone = pool.take(chunk), *const large = pool.take(5 * chunk);
    void* const small = pool.take(smallest);
    CHECK(pool.held() == 11 * chunk);  // 1 + 1 + 8, and one to cut
    pool.give(gone, chunk);
    pool.give(large, 5 * chunk);
    pool.give(small, smallest);
    pool.trim();
    CHECK(pool.releases == 2);
    CHECK(pool.held() == 2 * chunk);
    CHECK(pool.in_use() == chunk);
    pool.trim();
    CHECK(pool.releases == 2);
    // What stays is used as before.
    std::memset(kept, 1, chunk);
    CHECK(pool.take(smallest) == small);
    CHECK(pool.take(chunk));
    CHECK(pool.allocations == 5);
}

TEST_CASE("trimming forgets first, middle and last of what came from the source") {
    for (int freed = 0; freed < 8; ++freed) {
        counted_pool pool(plenty);
        std::vector<void*> out;
        for (int i = 0; i < 3; ++i) out.push_back(pool.take(chunk));
        int count = 0;
        for (int i = 0; i < 3; ++i)
            if (freed >> i & 1) pool.give(out[static_cast<std::size_t>(i)], chunk), ++count;
        pool.trim();
        CHECK(pool.releases == static_cast<std::uint64_t>(count));
        CHECK(pool.held() == static_cast<std::size_t>(3 - count) * chunk);
    }  // and each pool gives back the rest
}

TEST_CASE("at the end the source gets everything back, blocks in use included") {
    memory_books books;
    {
        block_pool<metered> pool(plenty, {&books});
        for (const std::size_t size : {std::size_t{1}, smallest + 1, chunk - 1, chunk, chunk + 1, 100 * chunk})
            pool.take(size);
        void* const given = pool.take(3 * chunk);
        pool.give(given, 3 * chunk);
        CHECK(books.octets > 100 * chunk);
        CHECK(books.releases == 0);
    }
    CHECK(books.octets == 0);
    CHECK(books.releases == books.allocations);
}

TEST_CASE("a pool that moves takes its blocks with it, and what stays behind is an empty pool") {
    memory_books books;
    {
        block_pool<metered> first(plenty, {&books});
        void *const used = first.take(chunk), *const given = first.take(chunk);
        first.give(given, chunk);
        block_pool<metered> second(std::move(first));
        CHECK(second.in_use() == chunk);
        CHECK(second.held() == 2 * chunk);
        CHECK(second.limit() == plenty);
        CHECK(first.in_use() == 0);
        CHECK(first.held() == 0);
        CHECK(first.take(chunk) != given);
        CHECK(first.in_use() == chunk);
        CHECK(second.take(chunk) == given);
        second.give(used, chunk);
        second.give(given, chunk);
        second.trim();
        CHECK(second.held() == 0);
        CHECK(first.held() == chunk);
    }
    CHECK(books.octets == 0);
}

TEST_CASE("when the source says no, at whichever call, nothing changes and the next call may succeed") {
    for (std::uint64_t refused = 1; refused <= 4; ++refused) {
        memory_books books{.refuse_at = refused};
        {
            block_pool<metered> pool(plenty, {&books});
            std::size_t in_use = 0, held = 0;
            int noes = 0;
            for (const std::size_t size : {chunk, smallest, chunk / 2, 2 * chunk, chunk}) {
                void* block = pool.take(size);
                if (!block) {
                    ++noes;
                    CHECK(pool.in_use() == in_use);
                    CHECK(pool.held() == held);
                    block = pool.take(size);
                }
                REQUIRE(block);
                std::memset(block, 1, size);
                in_use += size;
                held = pool.held();
                CHECK(pool.in_use() == in_use);
            }
            CHECK(noes == 1);
        }
        CHECK(books.octets == 0);
    }
}
