// SPDX-License-Identifier: MIT
// policy/buffers/growable_receive_buffer.hpp against a map of octets: what comes at whatever place is there when it is
// read, what comes far ahead costs one chunk, and what is idle costs nothing.
#include <doctest/doctest.h>

#include <sluice/policy/buffers/growable_buffers.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include <sluice/base/random.hpp>

#include "support/memory.hpp"
#include "support/octets.hpp"

namespace {

using namespace sluice;
using test::memory_books;
using test::metered;

static_assert(sizeof(growable_receive_buffer) <= 40);

constexpr std::size_t chunk = block_pool<>::chunk, row = 256;  // a row of 32 chunks
constexpr std::size_t plenty = std::size_t{1} << 30;

growable_receive_buffer buffer_of(std::size_t capacity) {
    growable_receive_buffer out;
    out.start(growable_buffers{.receive = capacity, .largest_receive = capacity});
    return out;
}

/// What the octet at this place of the stream is.
octet octet_at(std::uint64_t place) { return static_cast<octet>(place * 167 + place / 251 + place / 65521); }

std::vector<octet> stream(std::uint64_t from, std::size_t length) {
    std::vector<octet> out(length);
    for (std::size_t i = 0; i < length; ++i) out[i] = octet_at(from + i);
    return out;
}

/// The buffer beside runs of places that have come: [begin, end) by begin.
struct pair_of_buffers {
    memory_books books{};
    block_pool<metered> pool;
    growable_receive_buffer buffer;
    std::uint64_t read = 0, nxt = 0;
    std::map<std::uint64_t, std::uint64_t> held{};
    std::uint64_t reach = 0;

    pair_of_buffers(std::size_t capacity, std::size_t limit) : pool(limit, {&books}), buffer(buffer_of(capacity)) {}

    void hold(std::uint64_t begin, std::uint64_t end) {
        auto at = held.lower_bound(begin);
        if (at != held.begin() && std::prev(at)->second >= begin) --at;
        while (at != held.end() && at->first <= end) {
            begin = std::min(begin, at->first);
            end = std::max(end, at->second);
            at = held.erase(at);
        }
        held[begin] = end;
    }
    void arrives(std::uint64_t offset, std::size_t length) {
        const bool was_short = pool.is_short();
        const std::vector<octet> text = stream(nxt + offset, length);
        const bool kept = buffer.write(pool, offset, text);
        if (offset > 0 && was_short && length > 0) CHECK_FALSE(kept);
        if (!kept) {
            CHECK((was_short || books.refuse_all || pool.in_use() + 2 * chunk > pool.limit()));
            return;
        }
        if (length == 0) return;
        hold(nxt + offset, nxt + offset + length);
        reach = std::max(reach, nxt + offset + length);
        if (held.begin()->first > nxt) return;
        buffer.commit(held.begin()->second - nxt);
        nxt = held.begin()->second;
        held.erase(held.begin());
    }
    void take(std::size_t most, bool by_peek) {
        if (by_peek) {
            const octets there = buffer.peek();
            CHECK(there.empty() == (nxt == read));
            CHECK(there.size() <= chunk);
            const std::size_t taken = std::min(most, there.size());
            CHECK(std::vector<octet>(there.begin(), there.end()) == stream(read, there.size()));
            buffer.consume(pool, taken);
            read += taken;
        } else {
            std::vector<octet> to(most);
            const std::size_t taken = buffer.read(pool, to);
            CHECK(taken == std::min<std::uint64_t>(most, nxt - read));
            to.resize(taken);
            CHECK(to == stream(read, taken));
            read += taken;
        }
    }
    void forget_beyond() {
        buffer.forget_beyond(pool);
        held.clear();
        reach = nxt;
    }
    /// `exactly`: there was memory for everything, so that just the chunks which hold something are in use.
    void check(bool exactly) {
        REQUIRE(buffer.size() == nxt - read);
        CHECK(buffer.free() == buffer.capacity() - (nxt - read));
        reach = std::max(reach, read);
        if (reach == read) base = read;
        CHECK((reach > read || pool.in_use() == 0));
        if (!exactly) return;
        std::set<std::uint64_t> chunks;
        const auto add = [&](std::uint64_t begin, std::uint64_t end) {
            for (std::uint64_t i = (begin - base) / chunk; begin < end && i <= (end - 1 - base) / chunk; ++i)
                chunks.insert(i);
        };
        add(read - (read - base) % chunk, nxt);  // of the first, some may have been read
        for (const auto& [begin, end] : held) add(begin, end);
        CHECK(pool.in_use() / chunk == chunks.size());
    }
    std::uint64_t base = 0;  // where a chunk begins: the first octet after the buffer was idle
};

}  // namespace

TEST_CASE("octets at any places, in any order, are read as they were sent, and cost the chunks that they lie in") {
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        CAPTURE(seed);
        const std::size_t capacity = seed % 2 == 0 ? 200'000 : 3 << 20;  // within one row of chunks, and beyond it
        pair_of_buffers b(capacity, plenty);
        seeded_random numbers(seed);
        for (int i = 0; i < 1500; ++i) {
            const std::size_t room = b.buffer.free();
            const std::uint64_t offset = numbers.below(2) == 0 || room == 0 ? 0 : numbers.below(room);
            const std::size_t length =
                std::min<std::size_t>(room - offset, numbers.below(std::size_t{1} << numbers.below(17)));
            switch (numbers.below(8)) {
                case 0: b.take(numbers.below(100'000), false); break;
                case 1: b.take(numbers.below(2 * chunk), true); break;
                case 2: b.take(numbers.below(100), numbers.below(2) == 0); break;
                case 3:
                    if (numbers.below(10) == 0) b.forget_beyond();
                    break;
                default: b.arrives(offset, length); break;
            }
            b.check(true);
        }
        CHECK(b.read > 500'000);
        b.forget_beyond();
        while (b.nxt > b.read) b.take(chunk, false);
        CHECK(b.pool.in_use() == 0);
    }
}

TEST_CASE("a pool that says no, for want of memory or beyond its limit, leaves octets that are right") {
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        CAPTURE(seed);
        pair_of_buffers b(3 << 20, seed % 2 == 0 ? plenty : 40 * chunk);
        seeded_random numbers(seed + 50);
        for (int i = 0; i < 1500; ++i) {
            b.books.refuse_all = seed % 2 == 0 && numbers.below(3) != 0;
            const std::size_t room = b.buffer.free();
            const std::uint64_t offset = numbers.below(2) == 0 || room == 0 ? 0 : numbers.below(room);
            const std::size_t length = std::min<std::size_t>(room - offset, numbers.below(60'000));
            if (numbers.below(3) == 0)
                b.take(numbers.below(60'000), numbers.below(2) == 0);
            else
                b.arrives(offset, length);
            if (numbers.below(30) == 0) b.forget_beyond();
            if (numbers.below(20) == 0) b.pool.trim();
            b.check(false);
        }
        CHECK(b.read > 500'000);
        b.forget_beyond();
        while (b.nxt > b.read) b.take(chunk, false);
        b.buffer.clear(b.pool);
        CHECK(b.pool.in_use() == 0);
    }
}

TEST_CASE("octets far ahead cost one chunk each, and the row of them") {
    block_pool<> pool(plenty);
    growable_receive_buffer buffer = buffer_of(64 << 20);
    const std::array<octet, 1> one{1};
    REQUIRE(buffer.write(pool, (64 << 20) - 1, one));
    CHECK(pool.in_use() == chunk + 4096 * sizeof(void*));
    for (std::size_t i = 1; i < 16; ++i) REQUIRE(buffer.write(pool, i * (4 << 20), one));
    CHECK(pool.in_use() == 16 * chunk + 4096 * sizeof(void*));
    CHECK(buffer.size() == 0);
    CHECK(buffer.peek().empty());
    buffer.clear(pool);
    CHECK(pool.in_use() == 0);
}

TEST_CASE("the row grows when it has gone around, and what lies in it stays where it is") {
    for (std::size_t turned = 0; turned < 33; ++turned) {
        CAPTURE(turned);
        block_pool<> pool(plenty);
        growable_receive_buffer buffer = buffer_of(8 << 20);
        const auto put = [&](std::uint64_t place, std::uint64_t offset, std::size_t length) {
            REQUIRE(buffer.write(pool, offset, stream(place, length)));
        };
        // Something is always held, so that the row turns by so many places.
        put(0, 0, 100);
        buffer.commit(100);
        std::uint64_t read = 0, nxt = 100;
        for (std::size_t i = 0; i < turned; ++i) {
            put(nxt, 0, chunk);
            buffer.commit(chunk);
            nxt += chunk;
            std::vector<octet> to(chunk);
            REQUIRE(buffer.read(pool, to) == chunk);
            CHECK(to == stream(read, chunk));
            read += chunk;
        }
        CHECK(pool.in_use() == chunk + row);
        put(nxt, 0, 31 * chunk);  // the row is full
        buffer.commit(31 * chunk);
        nxt += 31 * chunk;
        CHECK(pool.in_use() == 32 * chunk + row);
        put(nxt + 9 * chunk, 9 * chunk, 10);
        put(nxt, 0, 9 * chunk);
        buffer.commit(9 * chunk + 10);
        nxt += 9 * chunk + 10;
        CHECK(pool.in_use() == 41 * chunk + 2 * row);
        std::vector<octet> all(nxt - read);
        CHECK(buffer.read(pool, all) == all.size());
        CHECK(all == stream(read, all.size()));
        CHECK(pool.in_use() == 0);
    }
}

TEST_CASE("what is forgotten beyond the last octet in order gives back its chunks, and only those") {
    block_pool<> pool(plenty);
    growable_receive_buffer buffer = buffer_of(1 << 20);
    REQUIRE(buffer.write(pool, 0, stream(0, 2 * chunk)));
    buffer.commit(2 * chunk);
    REQUIRE(buffer.write(pool, 10, stream(2 * chunk + 10, 10)));
    REQUIRE(buffer.write(pool, 5 * chunk, stream(7 * chunk, 10)));
    CHECK(pool.in_use() == 4 * chunk + row);
    buffer.forget_beyond(pool);
    CHECK(pool.in_use() == 2 * chunk + row);
    REQUIRE(buffer.write(pool, 0, stream(2 * chunk, 50)));
    buffer.commit(50);
    REQUIRE(buffer.write(pool, 40, stream(2 * chunk + 90, 10)));  // in the chunk of the last octets
    buffer.forget_beyond(pool);
    CHECK(pool.in_use() == 3 * chunk + row);
    std::vector<octet> all(2 * chunk + 50);
    CHECK(buffer.read(pool, all) == all.size());
    CHECK(all == stream(0, all.size()));
    CHECK(pool.in_use() == 0);
    // With nothing in order, all of it goes.
    REQUIRE(buffer.write(pool, 10, stream(10, 10)));
    buffer.forget_beyond(pool);
    CHECK(pool.in_use() == 0);
}

TEST_CASE("an idle buffer gives all back, one that still waits for something before what it has does not") {
    block_pool<> pool(plenty);
    growable_receive_buffer buffer = buffer_of(1 << 20);
    REQUIRE(buffer.write(pool, 0, stream(0, 100)));
    buffer.commit(100);
    buffer.consume(pool, 100);
    CHECK(pool.in_use() == 0);
    REQUIRE(buffer.write(pool, 0, stream(0, 100)));
    buffer.commit(100);
    REQUIRE(buffer.write(pool, 50, stream(150, 50)));
    buffer.consume(pool, 100);
    CHECK(pool.in_use() == chunk + row);
    REQUIRE(buffer.write(pool, 0, stream(100, 50)));
    buffer.commit(100);
    std::vector<octet> rest(200);
    CHECK(buffer.read(pool, rest) == 100);
    rest.resize(100);
    CHECK(rest == stream(100, 100));
    CHECK(pool.in_use() == 0);
}

TEST_CASE("when memory is short, only text in order may take what is left of it") {
    block_pool<> pool(16 * chunk);
    growable_receive_buffer buffer = buffer_of(1 << 20);
    void* taken[14];
    for (auto& block : taken) block = pool.take(chunk);
    CHECK_FALSE(pool.is_short());
    REQUIRE(buffer.write(pool, 5000, stream(5000, 10)));  // seven eighths are in use, not more
    CHECK(pool.is_short());
    CHECK_FALSE(buffer.write(pool, 6000, stream(6000, 10)));  // though it would need no memory
    CHECK(buffer.write(pool, 6000, payload()));               // nothing needs nothing
    CHECK(buffer.write(pool, 0, stream(0, 5000)));
    buffer.commit(5010);
    CHECK_FALSE(buffer.write(pool, 0, stream(5010, 2 * chunk)));
    CHECK(buffer.write(pool, 0, stream(5010, 100)));
    buffer.commit(100);
    std::vector<octet> all(5110);
    CHECK(buffer.read(pool, all) == 5110);
    CHECK(all == stream(0, 5110));
    CHECK(pool.in_use() == 14 * chunk);
}

TEST_CASE("text for which there is not enough memory holds none while it does not come again") {
    block_pool<> pool(4 * chunk);
    growable_receive_buffer buffer = buffer_of(1 << 20);
    CHECK_FALSE(buffer.write(pool, 0, stream(0, 4 * chunk)));  // and a row
    CHECK(pool.in_use() == 0);
    REQUIRE(buffer.write(pool, 0, stream(0, 100)));
    buffer.commit(100);
    CHECK_FALSE(buffer.write(pool, 0, stream(100, 4 * chunk)));
    CHECK(pool.in_use() == chunk + row);
    buffer.consume(pool, 100);
    CHECK(pool.in_use() == 0);
}

TEST_CASE("the capacity becomes what is wanted up to the largest, is never less, and rests while memory is scarce") {
    block_pool<> pool(8 * chunk);
    const growable_buffers policy{.receive = 10'000, .largest_receive = 100'000};
    growable_receive_buffer buffer;
    buffer.start(policy);
    CHECK(buffer.capacity() == 10'000);
    CHECK(buffer.free() == 10'000);
    CHECK(buffer.largest(policy) == 100'000);
    CHECK(buffer.largest(growable_buffers{.receive = 7, .largest_receive = 5}) == 7);
    buffer.adapt(pool, policy, 30'000);
    CHECK(buffer.capacity() == 30'000);
    buffer.adapt(pool, policy, 20'000);
    CHECK(buffer.capacity() == 30'000);
    void* taken[7];
    for (auto& block : taken) block = pool.take(chunk);
    buffer.adapt(pool, policy, 40'000);
    CHECK(buffer.capacity() == 30'000);
    pool.give(taken[0], chunk);
    buffer.adapt(pool, policy, 40'000);  // three quarters
    CHECK(buffer.capacity() == 40'000);
    buffer.adapt(pool, policy, ~std::size_t{0});
    CHECK(buffer.capacity() == 100'000);
    buffer.start(policy);
    CHECK(buffer.capacity() == 10'000);
}
