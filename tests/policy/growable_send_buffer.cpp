// SPDX-License-Identifier: MIT
// policy/buffers/growable_send_buffer.hpp against a plain queue: whatever is appended, written in place or lent, is
// there at its place until it is dropped; and when nothing is, no memory is held.
#include <doctest/doctest.h>

#include <sluice/policy/buffers/growable_buffers.hpp>
#include <sluice/policy/concepts.hpp>

#include <deque>
#include <list>
#include <vector>

#include <sluice/base/random.hpp>

#include "support/memory.hpp"
#include "support/octets.hpp"

namespace {

using namespace sluice;
using test::memory_books;
using test::metered;

static_assert(buffers_policy<growable_buffers>);
static_assert(sizeof(growable_send_buffer) <= 40);

constexpr std::size_t chunk = block_pool<>::chunk, ring_of_pieces = 256;
constexpr std::size_t plenty = std::size_t{1} << 30;

constexpr growable_buffers sizes(std::size_t send) { return {.send = send, .largest_send = send}; }

growable_send_buffer buffer_of(std::size_t capacity) {
    growable_send_buffer out;
    out.start(sizes(capacity));
    return out;
}

std::vector<octet> joined(const tx_packet& p) {
    std::vector<octet> out;
    for (std::size_t i = 0; i < p.spans; ++i) out.insert(out.end(), p.payload[i].begin(), p.payload[i].end());
    return out;
}

/// A lent run, and where it ends in the stream.
struct loan {
    std::vector<octet> text;
    lent_octets lent{};
    std::uint64_t end = 0;
};

/// The buffer beside a queue of octets.
struct pair_of_buffers {
    memory_books books{};
    block_pool<metered> pool;
    growable_send_buffer buffer;
    std::deque<octet> queue{};
    std::list<loan> loans{};
    std::uint64_t dropped = 0;
    octet next = 0;

    pair_of_buffers(std::size_t capacity, std::size_t limit) : pool(limit, {&books}), buffer(buffer_of(capacity)) {}
    ~pair_of_buffers() { buffer.clear(pool); }

    std::vector<octet> fresh(std::size_t length) {
        std::vector<octet> out(length);
        for (octet& o : out) o = next = static_cast<octet>(next * 5 + 1 + (next == 0));
        return out;
    }
    void take(octets text) { queue.insert(queue.end(), text.begin(), text.end()); }
    /// A chunk, and a ring of pieces, would be of the last eighth.
    bool refuses() const { return books.refuse_all || pool.is_short(2 * chunk); }

    void append(std::size_t length) {
        const std::vector<octet> text = fresh(length);
        const std::size_t room = buffer.free(), taken = buffer.append(pool, text);
        CHECK(taken <= std::min(room, length));
        if (!refuses()) CHECK(taken == std::min(room, length));
        take(octets(text).first(taken));
    }
    void write_in_place(std::size_t most, seeded_random& numbers) {
        const std::size_t room = buffer.free();
        const mutable_octets place = buffer.reserve(pool, most);
        CHECK(place.size() <= std::min(room, most));
        CHECK((!place.empty() || most == 0 || room == 0 || refuses()));
        const std::vector<octet> text = fresh(place.empty() ? 0 : numbers.below(place.size() + 1));
        copy(text, place);
        buffer.commit(pool, text.size());
        take(text);
    }
    void lend(std::size_t length) {
        loan& l = loans.emplace_back();
        l.text = fresh(length);
        l.lent.data = l.text;
        const std::size_t room = buffer.free(), in_use = pool.in_use();
        const bool taken = buffer.append_lent(pool, l.lent);
        const bool is_copied = length < 4096 && length <= room;
        const bool fits = is_copied || queue.empty() || (length >= 4096 && room > 0);
        CHECK((taken || !fits || refuses()));
        CHECK((!taken || fits));
        if (taken) take(l.text);
        if (!taken || is_copied) {
            CHECK(l.lent.returned == taken);
            if (!taken) CHECK(pool.in_use() <= in_use);
            loans.pop_back();  // it is its owner's again at once
            return;
        }
        l.end = dropped + queue.size();
    }
    void drop(std::size_t length) {
        buffer.drop(pool, length);
        queue.erase(queue.begin(), queue.begin() + static_cast<std::ptrdiff_t>(length));
        dropped += length;
        for (auto l = loans.begin(); l != loans.end();) {
            CHECK(l->lent.returned == (l->end <= dropped));
            l = l->lent.returned ? loans.erase(l) : std::next(l);
        }
    }
    void look(seeded_random& numbers) {
        const std::size_t from = numbers.below(queue.size() + 1);
        const std::size_t length = numbers.below(std::min<std::size_t>(queue.size() - from, 65536) + 1);
        tx_packet p;
        const std::size_t fits = buffer.lend(from, length, p);
        CHECK(fits <= length);
        CHECK(p.payload_length == fits);
        CHECK((fits == length || p.spans == tx_packet::most_spans));
        CHECK(buffer.lendable(from, length) == fits);
        if (length <= 4096) CHECK(p.spans <= 3);
        const auto begin = queue.begin() + static_cast<std::ptrdiff_t>(from);
        CHECK(joined(p) == std::vector<octet>(begin, begin + static_cast<std::ptrdiff_t>(fits)));
    }
    void check() {
        REQUIRE(buffer.size() == queue.size());
        CHECK(buffer.free() == buffer.capacity() - std::min(buffer.capacity(), queue.size()));
        if (queue.empty()) CHECK(pool.in_use() == 0);
    }
    void step(seeded_random& numbers) {
        const auto size = [&] { return numbers.below(std::size_t{1} << numbers.below(17)); };
        switch (numbers.below(8)) {
            case 0: append(size()); break;
            case 1: write_in_place(size(), numbers); break;
            case 2: lend(size()); break;
            case 3: lend(4095 + numbers.below(3)); break;
            case 4: append(1 + numbers.below(10)); break;
            case 5: drop(numbers.below(queue.size() + 1)); break;
            case 6: drop(std::min<std::size_t>(queue.size(), size())); break;
            default: look(numbers); break;
        }
        look(numbers);
        check();
    }
};

/// Almost 4 GiB go through, so that positions wrap soon.
void go_near_the_wrap(pair_of_buffers& b) {
    const std::vector<octet> some(1 << 20);
    for (int i = 0; i < 4096; ++i) {
        lent_octets lent{.data = octets(some).first(i == 4095 ? some.size() - 300'000 : some.size())};
        REQUIRE(b.buffer.append_lent(b.pool, lent));
        b.buffer.drop(b.pool, lent.data.size());
        REQUIRE(lent.returned);
    }
}

}  // namespace

TEST_CASE("a send buffer is a queue that can be looked into, whichever way octets come, before and after the wrap") {
    for (const bool wraps : {false, true})
        for (std::uint64_t seed = 1; seed <= 6; ++seed) {
            CAPTURE(seed);
            pair_of_buffers b(wraps ? 2 << 20 : 50'000 * seed, plenty);
            if (wraps) go_near_the_wrap(b);
            seeded_random numbers(seed);
            for (int i = 0; i < 1500; ++i) b.step(numbers);
            CHECK(b.dropped > 400'000);
            b.drop(b.queue.size());
            b.check();
        }
}

TEST_CASE("a pool that says no, for want of memory or beyond its limit, leaves a queue that is right") {
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        CAPTURE(seed);
        pair_of_buffers b(1 << 20, seed % 2 == 0 ? plenty : 14 * chunk);
        seeded_random numbers(seed + 100);
        for (int i = 0; i < 1500; ++i) {
            b.books.refuse_all = seed % 2 == 0 && numbers.below(3) != 0;
            b.step(numbers);
            if (numbers.below(20) == 0) b.pool.trim();  // or it would soon have all that it will ever need
        }
        b.books.refuse_all = false;
        b.drop(b.queue.size());
        b.check();
    }
}

TEST_CASE("each single call of the source may be refused: what was taken is there, and nothing more is held") {
    seeded_random numbers(8);
    const std::vector<octet> text = test::random_octets(numbers, 40 * chunk);
    for (std::uint64_t refused = 1; refused <= 42; ++refused) {
        memory_books books{.refuse_at = refused};
        block_pool<metered> pool(plenty, {&books});
        growable_send_buffer buffer = buffer_of(text.size());
        const std::size_t taken = buffer.append(pool, text);
        CHECK(taken % chunk == 0);
        if (books.allocations > refused) CHECK(taken < text.size());
        CHECK(buffer.size() == taken);
        CHECK(buffer.append(pool, octets(text).subspan(taken)) == text.size() - taken);
        for (std::size_t at = 0; at < text.size(); at += 50'000) {
            tx_packet p;
            const std::size_t length = std::min<std::size_t>(50'000, text.size() - at);
            REQUIRE(buffer.lend(at, length, p) == length);
            const auto begin = text.begin() + static_cast<std::ptrdiff_t>(at);
            REQUIRE(joined(p) == std::vector<octet>(begin, begin + static_cast<std::ptrdiff_t>(length)));
        }
        buffer.drop(pool, text.size());
        CHECK(pool.in_use() == 0);
    }
}

TEST_CASE("few lent octets are all copied, or none of them when memory runs out in the middle") {
    memory_books books;
    block_pool<metered> pool(5 * chunk, {&books});
    growable_send_buffer buffer = buffer_of(1 << 20);
    const std::vector<octet> text(2 * chunk, 7);
    REQUIRE(buffer.append(pool, octets(text).first(2 * chunk - 100)) == 2 * chunk - 100);
    lent_octets lent{.data = octets(text).first(101)};
    CHECK_FALSE(buffer.append_lent(pool, lent));
    CHECK_FALSE(lent.returned);
    CHECK(buffer.size() == 2 * chunk - 100);
    lent.data = octets(text).first(100);
    CHECK(buffer.append_lent(pool, lent));
    CHECK(lent.returned);
    CHECK(buffer.size() == 2 * chunk);
    // Nothing but these: a third chunk would be needed for the very first octet, and goes back.
    lent.data = octets(text).first(1);
    CHECK_FALSE(buffer.append_lent(pool, lent));
    buffer.drop(pool, 2 * chunk);
    CHECK(pool.in_use() == 0);
}

TEST_CASE("what was lent leaves from where it lies, takes no chunk, and is returned when all of it is dropped") {
    block_pool<> pool(plenty);
    growable_send_buffer buffer = buffer_of(1 << 20);
    const std::vector<octet> text(100'000);
    lent_octets first{.data = text}, second{.data = octets(text).first(5000), .returned = true};
    REQUIRE(buffer.append_lent(pool, first));
    REQUIRE(buffer.append_lent(pool, second));
    CHECK_FALSE(second.returned);
    CHECK(pool.in_use() == ring_of_pieces);
    tx_packet p;
    CHECK(buffer.lend(99'000, 3000, p) == 3000);
    REQUIRE(p.spans == 2);
    CHECK(p.payload[0].data() == text.data() + 99'000);
    CHECK(p.payload[0].size() == 1000);
    CHECK(p.payload[1].data() == text.data());
    CHECK(p.payload[1].size() == 2000);
    buffer.drop(pool, 99'999);
    CHECK_FALSE(first.returned);
    buffer.drop(pool, 1);
    CHECK(first.returned);
    CHECK_FALSE(second.returned);
    buffer.drop(pool, 5000);
    CHECK(second.returned);
    CHECK(pool.in_use() == 0);
}

TEST_CASE("what is lent takes no memory: any room is enough for it, and none is needed when nothing is queued") {
    const std::vector<octet> text(300'000, octet{7});
    pair_of_buffers b(10'000, 1 << 20);
    lent_octets first{.data = text}, second{.data = text}, few{.data = octets(text).first(4095)};
    REQUIRE(b.buffer.append_lent(b.pool, first));
    CHECK(b.buffer.size() == 300'000);
    CHECK(b.buffer.free() == 0);
    CHECK_FALSE(b.buffer.append_lent(b.pool, second));
    b.buffer.drop(b.pool, 290'001);
    CHECK(b.buffer.free() == 1);
    CHECK_FALSE(b.buffer.append_lent(b.pool, few));  // these would be copied
    REQUIRE(b.buffer.append_lent(b.pool, second));
    b.buffer.drop(b.pool, 9'999);
    CHECK(first.returned);
    CHECK_FALSE(second.returned);
    b.buffer.drop(b.pool, 300'000);
    CHECK(second.returned);
    CHECK(b.pool.in_use() == 0);
    // In a buffer that is smaller than they are, even a few are not copied.
    pair_of_buffers small(1000, 1 << 20);
    REQUIRE(small.buffer.append_lent(small.pool, few));
    CHECK_FALSE(few.returned);
    small.buffer.drop(small.pool, 4095);
    CHECK(few.returned);
}

TEST_CASE("what is refused is not out, and was returned if it was before") {
    for (const std::size_t length : {100u, 4096u})
        for (const bool before : {true, false}) {
            pair_of_buffers b(20'000, 1 << 20);
            const std::vector<octet> text(20'000);
            REQUIRE(b.buffer.append(b.pool, text) == text.size());
            lent_octets lent{.data = octets(text).first(length), .returned = before};
            CHECK_FALSE(b.buffer.append_lent(b.pool, lent));  // no room
            CHECK(lent.returned == before);
            b.buffer.drop(b.pool, text.size());
            b.books.refuse(1, 1000);
            while (void* const block = b.pool.take(256)) static_cast<void>(block);
            CHECK_FALSE(b.buffer.append_lent(b.pool, lent));  // no memory
            CHECK(lent.returned == before);
            CHECK_FALSE(lent.is_out);
        }
}

TEST_CASE("not more is queued than a window can hold, what is lent counted (2^30)") {
    // Only counted: nobody reads it.
    const octet one{};
    constexpr std::size_t most = std::size_t{1} << 30;
    pair_of_buffers b(65'536, 1 << 20);
    lent_octets almost{.data = {&one, most - 65'536}}, rest{.data = {&one, 65'536}}, all{.data = {&one, most}};
    REQUIRE(b.buffer.append_lent(b.pool, all));
    b.buffer.drop(b.pool, most);
    CHECK(all.returned);
    REQUIRE(b.buffer.append_lent(b.pool, rest));
    CHECK_FALSE(b.buffer.append_lent(b.pool, all));
    b.buffer.drop(b.pool, 1);
    CHECK_FALSE(b.buffer.append_lent(b.pool, all));
    REQUIRE(b.buffer.append_lent(b.pool, almost));
    b.buffer.drop(b.pool, most - 1);
    CHECK(almost.returned);
}

TEST_CASE("a buffer that is cleared returns what was lent and gives back all memory") {
    block_pool<> pool(plenty);
    growable_send_buffer buffer = buffer_of(1 << 20);
    const std::vector<octet> text(50'000);
    lent_octets first{.data = text}, second{.data = text};
    buffer.append_lent(pool, first);
    buffer.append(pool, text);
    buffer.append_lent(pool, second);
    buffer.drop(pool, 10);
    buffer.clear(pool);
    CHECK(first.returned);
    CHECK(second.returned);
    CHECK(buffer.size() == 0);
    CHECK(pool.in_use() == 0);
    CHECK(buffer.append(pool, text) == text.size());
    buffer.clear(pool);
    CHECK(pool.in_use() == 0);
}

TEST_CASE("nothing that was written is ever moved, however many pieces come after it") {
    block_pool<> pool(plenty);
    growable_send_buffer buffer = buffer_of(64 << 20);
    const std::vector<octet> text(20'000, 1);
    buffer.append(pool, text);
    tx_packet before;
    buffer.lend(0, 20'000, before);
    for (int i = 0; i < 1000; ++i) buffer.append(pool, text);
    tx_packet after;
    buffer.lend(0, 20'000, after);
    for (std::size_t i = 0; i < 2; ++i) CHECK(before.payload[i].data() == after.payload[i].data());
    buffer.clear(pool);
}

TEST_CASE("a packet has spans for six pieces, and lendable says beforehand how far they go") {
    block_pool<> pool(plenty);
    growable_send_buffer buffer = buffer_of(1 << 20);
    const std::vector<octet> text(4096, 9);
    std::array<lent_octets, 10> lent;
    for (auto& l : lent) {
        buffer.append(pool, octets(text).first(10));
        l.data = text;
        buffer.append_lent(pool, l);
    }
    CHECK(buffer.lendable(0, buffer.size()) == 3 * (10 + 4096));
    CHECK(buffer.lendable(5, buffer.size() - 5) == 3 * (10 + 4096) - 5);
    CHECK(buffer.lendable(10, buffer.size() - 10) == 3 * (10 + 4096));
    CHECK(buffer.lendable(0, 3 * (10 + 4096) - 1) == 3 * (10 + 4096) - 1);
    CHECK(buffer.lendable(0, 12'000) == 12'000);
    // 4096 octets lie in no more than three pieces, wherever they begin.
    for (std::size_t at = 0; at + 4096 <= buffer.size(); ++at) {
        tx_packet p;
        REQUIRE(buffer.lend(at, 4096, p) == 4096);
        REQUIRE(p.spans <= 3);
    }
    // In chunks alone, 64 KiB begun anywhere lie in five pieces.
    buffer.clear(pool);
    const std::vector<octet> much(10 * chunk);
    buffer.append(pool, much);
    CHECK(buffer.lendable(1, 65535) == 65535);
    CHECK(buffer.lendable(chunk - 1, 65536) == 65536);
    CHECK(buffer.lendable(1, 6 * chunk) == 6 * chunk - 1);
    buffer.clear(pool);
}

TEST_CASE("a packet that has spans already gets no more than it has room for") {
    block_pool<> pool(plenty);
    growable_send_buffer buffer = buffer_of(1 << 20);
    const std::vector<octet> text(3 * chunk);
    buffer.append(pool, text);
    tx_packet p;
    for (std::size_t i = 0; i + 1 < tx_packet::most_spans; ++i) p.borrow(octets(text).first(1));
    CHECK(buffer.lend(0, chunk + 5, p) == chunk);
    CHECK(p.spans == tx_packet::most_spans);
    buffer.clear(pool);
}

TEST_CASE("room that was reserved and not used is given back when nothing is committed") {
    block_pool<> pool(plenty);
    growable_send_buffer buffer = buffer_of(1 << 20);
    CHECK(buffer.reserve(pool, 0).empty());
    buffer.commit(pool, 0);
    CHECK(buffer.reserve(pool, 100).size() == 100);
    CHECK(pool.in_use() == chunk + ring_of_pieces);
    buffer.commit(pool, 0);
    CHECK(pool.in_use() == 0);
    // Behind other octets likewise, and then what is lent goes on where they end.
    const std::vector<octet> text(5000, 3);
    lent_octets lent{.data = text};
    buffer.append_lent(pool, lent);
    CHECK(buffer.reserve(pool, 100).size() == 100);
    buffer.commit(pool, 0);
    CHECK(pool.in_use() == ring_of_pieces);
    CHECK(buffer.size() == 5000);
    buffer.clear(pool);
}

TEST_CASE("a reservation is one piece: to the end of a chunk, of the free room, or of what was asked for") {
    block_pool<> pool(plenty);
    growable_send_buffer buffer = buffer_of(chunk + 100);
    CHECK(buffer.reserve(pool, 1 << 20).size() == chunk);
    buffer.commit(pool, 1000);
    const mutable_octets rest = buffer.reserve(pool, 1 << 20);
    CHECK(rest.size() == chunk - 1000);
    buffer.commit(pool, rest.size());
    CHECK(buffer.reserve(pool, 1 << 20).size() == 100);
    buffer.commit(pool, 100);
    CHECK(buffer.reserve(pool, 1).empty());
    buffer.drop(pool, 7);
    CHECK(buffer.reserve(pool, 5).size() == 5);
    buffer.clear(pool);
}

TEST_CASE("the last eighth of the memory is not for octets that are to be sent") {
    block_pool<> pool(16 * chunk);
    growable_send_buffer buffer = buffer_of(1 << 20);
    const std::vector<octet> text(20 * chunk);
    CHECK(buffer.append(pool, text) == 13 * chunk);  // and the ring of 13 pieces
    CHECK(pool.in_use() == 13 * chunk + 2 * ring_of_pieces);
    CHECK(buffer.reserve(pool, 1).empty());
    void* const others = pool.take(chunk);
    CHECK(pool.is_short());
    std::array<lent_octets, 4> lent;
    for (std::size_t i = 0; i < 3; ++i) {
        lent[i].data = octets(text).first(5000);
        CHECK(buffer.append_lent(pool, lent[i]));  // as many as the ring has room for
    }
    lent[3].data = octets(text).first(5000);
    CHECK_FALSE(buffer.append_lent(pool, lent[3]));
    pool.give(others, chunk);
    CHECK(buffer.append_lent(pool, lent[3]));
    buffer.clear(pool);
    CHECK(pool.in_use() == 0);
}

TEST_CASE("the capacity follows twice the congestion window, is never less, and rests while memory is scarce") {
    block_pool<> pool(8 * chunk);
    const growable_buffers policy{.send = 10'000, .largest_send = 100'000};
    growable_send_buffer buffer;
    buffer.start(policy);
    CHECK(buffer.capacity() == 10'000);
    buffer.adapt(pool, policy, 5000);
    CHECK(buffer.capacity() == 10'000);
    buffer.adapt(pool, policy, 15'000);
    CHECK(buffer.capacity() == 30'000);
    buffer.adapt(pool, policy, 1000);
    CHECK(buffer.capacity() == 30'000);
    void* taken[7];
    for (auto& block : taken) block = pool.take(chunk);
    buffer.adapt(pool, policy, 40'000);
    CHECK(buffer.capacity() == 30'000);
    pool.give(taken[0], chunk);
    buffer.adapt(pool, policy, 40'000);  // three quarters
    CHECK(buffer.capacity() == 80'000);
    buffer.adapt(pool, policy, 0xffffffff);
    CHECK(buffer.capacity() == 100'000);
    buffer.start(policy);
    CHECK(buffer.capacity() == 10'000);
}
