// SPDX-License-Identifier: MIT
// stack/demux.hpp against std::map and against tables without a past; how long searches are, and whom they ask.
#include <doctest/doctest.h>

#include <sluice/stack/demux.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <type_traits>
#include <vector>

#include <sluice/base/random.hpp>

#include "support/memory.hpp"

namespace {

using namespace sluice;

using table = demux<test::metered_by_block>;
constexpr siphash_key key{0x0706050403020100, 0x0f0e0d0c0b0a0908};

static_assert(!std::is_copy_constructible_v<table> && !std::is_copy_assignable_v<table>);
static_assert(std::is_nothrow_move_constructible_v<table> && std::is_nothrow_move_assignable_v<table>);

constexpr std::size_t entry_octets = 8;

/// Who connects to one server: everything counts up by one, as benchmarks and attackers make it, or is drawn by lot.
enum class kind { ports_v4, hosts_v4, hosts_v6, random_v4, random_v6 };
constexpr std::array<kind, 5> kinds{kind::ports_v4, kind::hosts_v4, kind::hosts_v6, kind::random_v4, kind::random_v6};

std::vector<four_tuple> tuples(kind of, std::uint32_t count) {
    const socket_address server{ip_address::v4(192, 0, 2, 1), 80};
    const socket_address server_v6{ip_address::v6({0x2001, 0xdb8, 0, 0, 0, 0, 0, 1}), 80};
    seeded_random numbers(3);
    std::vector<four_tuple> out;
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto v4 = [](std::uint64_t number) {
            ip_address address = ip_address::v4(0, 0, 0, 0);
            store_be32(address.octets.data() + 12, static_cast<std::uint32_t>(number));
            return address;
        };
        const auto v6 = [](std::uint64_t number) {
            ip_address address = ip_address::v6({0x2001, 0xdb8, 0xffff, 0, 0, 0, 0, 0});
            store_be64(address.octets.data() + 8, number);
            return address;
        };
        const auto port = static_cast<std::uint16_t>(of < kind::random_v4 ? i : numbers.bits());
        switch (of) {
            case kind::ports_v4: out.push_back({server, {v4(i >> 16), port}}); break;
            case kind::hosts_v4: out.push_back({server, {v4(i), 1024}}); break;
            case kind::hosts_v6: out.push_back({server_v6, {v6(i), 1024}}); break;
            case kind::random_v4: out.push_back({server, {v4(numbers.bits()), port}}); break;
            case kind::random_v6: out.push_back({server_v6, {v6(numbers.bits()), port}}); break;
        }
    }
    return out;
}

constexpr auto anybody = [](std::uint32_t) { return true; };

/// A hash whose home is this entry in a table of eight.
constexpr tuple_hash in_eighth(std::uint32_t eighth, std::uint32_t low = 1) { return tuple_hash{eighth << 29 | low}; }

/// What fits without another allocation.
constexpr std::size_t three_quarters(std::size_t entries) { return entries * 3 / 4; }

}  // namespace

TEST_CASE("what is filed under two sockets is found by them, changed and erased by its number as well") {
    demux held(key);
    for (const kind of : {kind::ports_v4, kind::hosts_v6}) {
        const auto who = tuples(of, 3);
        CHECK(!held.find(who[0], anybody));
        REQUIRE(held.insert(who[0], 70));
        REQUIRE(held.insert(who[1], 71));
        CHECK(held.find(who[0], anybody) == 70u);
        CHECK(held.find(held.hash(who[1]), anybody) == 71u);
        CHECK(!held.find(who[2], anybody));

        CHECK(held.change(who[0], 70, 1u << 31));
        CHECK(!held.change(who[0], 70, 72));
        CHECK(held.find(who[0], anybody) == 1u << 31);
        CHECK(!held.erase(who[0], 70));
        CHECK(held.size() == 2);
        CHECK(held.erase(who[0], 1u << 31));
        CHECK(!held.erase(who[0], 1u << 31));
        CHECK(!held.find(who[0], anybody));
        CHECK(held.find(who[1], anybody) == 71u);
        CHECK(held.erase(who[1], 71));
        CHECK(held.size() == 0);
    }
}

TEST_CASE("every number can be filed, 0 and all ones too") {
    demux held(key);
    const auto who = tuples(kind::hosts_v4, 2);
    REQUIRE(held.insert(who[0], 0));
    REQUIRE(held.insert(who[1], ~0u));
    CHECK(held.find(who[0], anybody) == 0u);
    CHECK(held.find(who[1], anybody) == ~0u);
}

TEST_CASE("is_it is asked for those with the same hash, one after the other, until it says yes") {
    demux held(key);
    const tuple_hash hash{5};
    for (std::uint32_t value = 0; value < 40; ++value) REQUIRE(held.insert(hash, value));
    REQUIRE(held.insert(tuple_hash{6}, 100));
    REQUIRE(held.insert(tuple_hash{4}, 101));
    for (std::uint32_t value = 0; value < 40; ++value) {
        std::uint32_t asked = 0;
        const auto found = held.find(hash, [&](std::uint32_t other) {
            CHECK(other < 40);
            return ++asked, other == value;
        });
        CHECK(found == value);
        CHECK(asked <= 40);
    }
    CHECK(held.change(hash, 17, 117));
    CHECK(held.erase(hash, 23));
    for (std::uint32_t value = 0; value < 40; ++value)
        CHECK(held.find(hash, [&](std::uint32_t other) { return other == value; }).has_value() ==
              (value != 17 && value != 23));
    CHECK(held.find(hash, [](std::uint32_t other) { return other == 117; }) == 117u);
}

TEST_CASE("a table of sockets holds what a std::map would, whatever comes and goes") {
    for (const kind of : {kind::ports_v4, kind::random_v6}) {
        test::block_books books;
        {
            const auto who = tuples(of, 400);
            table held(key, {&books});
            std::map<std::uint32_t, std::uint32_t> model;  // which of `who`: its number
            seeded_random numbers(8);
            const auto find = [&](std::uint32_t i) {
                return held.find(who[i], [&](std::uint32_t value) { return model.count(i) > 0 && model[i] == value; });
            };
            for (std::uint32_t step = 0; step < 20'000; ++step) {
                const auto i = static_cast<std::uint32_t>(numbers.below(who.size()));
                const auto value = static_cast<std::uint32_t>(numbers.bits());
                const auto found = find(i);
                CHECK(found.has_value() == (model.count(i) > 0));
                if (found) CHECK(*found == model[i]);
                if (!found) {
                    REQUIRE(held.insert(who[i], value));
                    model[i] = value;
                } else if (numbers.below(3) == 0) {
                    CHECK(held.change(who[i], model[i], value));
                    model[i] = value;
                } else {
                    CHECK(held.erase(who[i], model[i]));
                    model.erase(i);
                }
                CHECK(held.size() == model.size());
                if (step % 500 == 0)
                    for (std::uint32_t k = 0; k < who.size(); ++k) CHECK(find(k).has_value() == (model.count(k) > 0));
            }
        }
        CHECK(books.octets == 0);
    }
}

TEST_CASE("six of eight entries, at any homes: when one leaves, the others are found as if it had never been there") {
    // Which entries are in use depends on who is there alone, not on who came when (Knuth, section 6.4).
    constexpr std::uint32_t all = 8 * 8 * 8 * 8 * 8 * 8;
    std::uint32_t wrong = 0;
    test::block_books books;
    table held(key, {&books}), fresh(key, {&books});
    for (std::uint32_t homes = 0; homes < all; ++homes) {
        const auto hash = [&](std::uint32_t i) { return in_eighth(homes >> 3 * i & 7, i + 1); };
        const std::uint32_t gone = homes % 6;
        for (std::uint32_t i = 0; i < 6; ++i) wrong += !held.insert(hash(i), i);
        for (std::uint32_t i = 6; i-- > 0;)
            if (i != gone) wrong += !fresh.insert(hash(i), i);
        wrong += !held.erase(hash(gone), gone);
        for (std::uint32_t i = 0; i < 6; ++i) wrong += held.find(hash(i), anybody).has_value() != (i != gone);
        for (std::uint32_t eighth = 0; eighth < 8; ++eighth)
            wrong += held.probes(in_eighth(eighth)) != fresh.probes(in_eighth(eighth));
        for (std::uint32_t i = 0; i < 6; ++i) {
            if (i == gone) continue;
            wrong += !held.erase(hash(i), i);
            wrong += !fresh.erase(hash(i), i);
        }
        wrong += held.size() != 0 || fresh.size() != 0;
    }
    CHECK(wrong == 0);
    CHECK(books.octets == 2 * 8 * entry_octets);
}

TEST_CASE("a search wraps around the end of the table, and so does what closes up behind an erased entry") {
    demux held(key);
    for (std::uint32_t i = 0; i < 6; ++i) REQUIRE(held.insert(tuple_hash{~i}, i));
    CHECK(held.probes(in_eighth(7)) == 7);
    CHECK(held.probes(in_eighth(0)) == 6);
    CHECK(held.probes(in_eighth(5)) == 1);
    REQUIRE(held.erase(tuple_hash{~0u}, 0));
    CHECK(held.probes(in_eighth(7)) == 6);
    for (std::uint32_t i = 1; i < 6; ++i) CHECK(held.find(tuple_hash{~i}, anybody) == i);
}

TEST_CASE("a long past costs nothing: after a million comings and goings searches are as short as in a new table") {
    const auto who = tuples(kind::random_v4, 3000);
    demux held(key), fresh(key);
    REQUIRE(held.reserve(768));
    REQUIRE(fresh.reserve(768));
    std::vector<tuple_hash> hashes;
    for (const four_tuple& sockets : who) hashes.push_back(held.hash(sockets));
    seeded_random numbers(5);
    std::vector<std::uint32_t> there(768), elsewhere(3000 - 768);
    std::iota(there.begin(), there.end(), 0u);
    std::iota(elsewhere.begin(), elsewhere.end(), 768u);
    std::uint32_t wrong = 0;
    for (const std::uint32_t i : there) wrong += !held.insert(hashes[i], i);
    for (int step = 0; step < 500'000; ++step) {
        std::uint32_t& leaves = there[numbers.below(there.size())];
        std::uint32_t& comes = elsewhere[numbers.below(elsewhere.size())];
        wrong += !held.erase(hashes[leaves], leaves);
        wrong += !held.insert(hashes[comes], comes);
        std::swap(leaves, comes);
    }
    CHECK(wrong == 0);
    for (const std::uint32_t i : there) wrong += !fresh.insert(hashes[i], i);
    for (const tuple_hash hash : hashes) wrong += held.probes(hash) != fresh.probes(hash);
    CHECK(wrong == 0);
}

TEST_CASE("a table grows when three quarters are in use, to twice its size, and finds everybody again") {
    test::block_books books;
    table held(key, {&books});
    const auto who = tuples(kind::hosts_v4, 3000);
    CHECK(books.octets == 0);
    for (std::uint32_t i = 0; i < who.size(); ++i) {
        REQUIRE(held.insert(who[i], i));
        std::size_t entries = 8;
        while (three_quarters(entries) < i + 1) entries *= 2;
        CHECK(books.octets == entries * entry_octets);
        CHECK(books.blocks.size() == 1);
    }
    for (std::uint32_t i = 0; i < who.size(); ++i) CHECK(held.find(who[i], [&](auto v) { return v == i; }) == i);
}

TEST_CASE("what is reserved is allocated at once, and nothing after that") {
    for (const std::size_t count : {1u, 6u, 7u, 12u, 13u, 768u, 769u}) {
        CAPTURE(count);
        test::block_books books;
        table held(key, {&books});
        REQUIRE(held.reserve(count));
        std::size_t entries = 8;
        while (three_quarters(entries) < count) entries *= 2;
        CHECK(books.octets == entries * entry_octets);
        for (std::uint32_t i = 0; i < count; ++i) REQUIRE(held.insert(tuple_hash{i + 1}, i));
        REQUIRE(held.reserve(count));
        REQUIRE(held.reserve(0));
        CHECK(books.allocations == 1);
        REQUIRE(held.reserve(8 * count));
        CHECK(books.allocations == 2);
        for (std::uint32_t i = 0; i < count; ++i) CHECK(held.find(tuple_hash{i + 1}, anybody) == i);
    }
}

TEST_CASE("more than a table can ever hold is refused before memory is asked for") {
    test::block_books books;
    table held(key, {&books});
    CHECK(held.reserve(~std::size_t{0}).error() == error::insufficient_resources);
    CHECK(held.reserve(three_quarters(std::size_t{1} << 32) + 1).error() == error::insufficient_resources);
    CHECK(books.allocations == 0);
}

TEST_CASE("refused memory, whichever call it is, is an error that changes nothing, and the next try goes well") {
    constexpr std::uint32_t count = 100;
    for (std::size_t refused = 1; refused <= 5; ++refused) {  // 8, 16 … 256 entries: six calls
        CAPTURE(refused);
        test::block_books books;
        table held(key, {&books});
        const auto who = tuples(kind::random_v6, count);
        books.refuse(refused);
        int errors = 0;
        for (std::uint32_t i = 0; i < count; ++i) {
            auto inserted = held.insert(who[i], i);
            if (!inserted) {
                CHECK(inserted.error() == error::insufficient_resources);
                CHECK(i == (refused == 1 ? 0 : three_quarters(std::size_t{4} << (refused - 1))));
                CHECK(held.size() == i);
                for (std::uint32_t k = 0; k < count; ++k) CHECK(held.find(who[k], anybody).has_value() == (k < i));
                ++errors;
                books.refuse(1);
                CHECK(!held.reserve(2 * count));
                CHECK(held.size() == i);
                if (i > 0) {  // room by erasing
                    CHECK(held.erase(who[0], 0));
                    CHECK(held.insert(who[0], 0));
                }
                inserted = held.insert(who[i], i);
            }
            REQUIRE(inserted);
        }
        CHECK(errors == 1);
        for (std::uint32_t i = 0; i < count; ++i) CHECK(held.find(who[i], anybody) == i);
    }
}

TEST_CASE("in a table as full as can be, searches are as long as with hashes drawn by lot, whoever connects") {
    // Knuth: ½ (1 + 1/(1 − α)²) entries a search that finds nothing. Pittel, 1987: the longest run of entries in use
    // grows like ln n / (α − 1 − ln α).
    constexpr std::uint32_t entries = 1 << 16, count = entries / 4 * 3;
    const double load = 0.75;
    const double average = 0.5 * (1 + 1 / ((1 - load) * (1 - load)));
    const double longest = std::log(entries) / (load - 1 - std::log(load));
    for (const kind of : kinds) {
        CAPTURE(static_cast<int>(of));
        test::block_books books;
        table held(key, {&books});
        const auto who = tuples(of, count);
        for (std::uint32_t i = 0; i < count; ++i) REQUIRE(held.insert(who[i], i));
        REQUIRE(books.octets == entries * entry_octets);
        double sum = 0;
        std::size_t most = 0;
        for (std::uint32_t home = 0; home < entries; ++home) {
            const std::size_t probes = held.probes(tuple_hash{home << 16 | 1});
            sum += static_cast<double>(probes);
            most = std::max(most, probes);
        }
        CHECK(sum / entries == doctest::Approx(average).epsilon(0.1));
        CHECK(static_cast<double>(most) < longest);
    }
}

TEST_CASE("the one connection in 2^32 whose hash is 0, which marks what is not in use, is found as well") {
    demux held(siphash_key{1, 2});
    const four_tuple rare{{ip_address::v4(192, 0, 2, 1), 80}, {ip_address::v4(198, 0, 36, 192), 60502}};
    REQUIRE(static_cast<std::uint32_t>(siphash({1, 2}, rare)) == 0);
    CHECK(held.hash(rare) != tuple_hash{0});
    REQUIRE(held.insert(rare, 12));
    CHECK(held.find(rare, anybody) == 12u);
    CHECK(held.erase(rare, 12));
    CHECK(!held.find(rare, anybody));
}

TEST_CASE("two keys file the same sockets in two orders") {
    const demux one(key), other(siphash_key{key.first, key.second + 1}), same(key);
    const auto who = tuples(kind::ports_v4, 1001);
    int equal = 0, agree = 0;
    for (std::size_t i = 0; i < 1000; ++i) {
        CHECK(one.hash(who[i]) == same.hash(who[i]));
        equal += one.hash(who[i]) == other.hash(who[i]);
        agree += (one.hash(who[i]) < one.hash(who[i + 1])) == (other.hash(who[i]) < other.hash(who[i + 1]));
    }
    CHECK(equal == 0);
    CHECK(agree > 400);  // half of them, but for chance
    CHECK(agree < 600);
}

TEST_CASE("a hash has 32 bits of SipHash") {
    const demux held(key);
    std::uint32_t ones = 0, zeros = 0;
    for (const four_tuple& sockets : tuples(kind::hosts_v4, 64)) {
        const auto hash = static_cast<std::uint32_t>(held.hash(sockets));
        CHECK(hash == static_cast<std::uint32_t>(siphash(key, sockets)));
        ones |= hash;
        zeros |= ~hash;
    }
    CHECK(ones == ~0u);
    CHECK(zeros == ~0u);
}

TEST_CASE("a table that is moved takes its entries with it, and leaves one behind that is empty and good") {
    test::block_books books, other_books;
    const auto who = tuples(kind::hosts_v6, 20);
    {
        table held(key, {&books}), other({1, 2}, {&other_books});
        for (std::uint32_t i = 0; i < 20; ++i) REQUIRE(held.insert(who[i], i));
        REQUIRE(other.insert(who[0], 99));
        other = std::move(held);
        CHECK(other_books.octets == 0);
        CHECK(other.size() == 20);
        for (std::uint32_t i = 0; i < 20; ++i) CHECK(other.find(who[i], anybody) == i);
        CHECK(held.size() == 0);
        CHECK(!held.find(who[3], anybody));
        CHECK(held.probes(held.hash(who[3])) == 0);
        REQUIRE(held.insert(who[3], 33));
        CHECK(held.find(who[3], anybody) == 33u);
        const table third(std::move(other));
        CHECK(third.find(who[3], anybody) == 3u);
    }
    CHECK(books.octets == 0);
}

TEST_CASE("among a million, only sockets whose 32 bits of hash agree are ever compared") {
#ifdef __OPTIMIZE__
    constexpr std::uint32_t count = 1'000'000;
#else
    constexpr std::uint32_t count = 50'000;
#endif
    demux held(key);
    REQUIRE(held.reserve(count));
    const auto who = tuples(kind::ports_v4, 2 * count);
    std::uint32_t wrong = 0, asked = 0, asked_in_vain = 0;
    for (std::uint32_t i = 0; i < count; ++i) wrong += !held.insert(who[i], i);
    for (std::uint32_t i = 0; i < count; ++i)
        wrong += held.find(who[i], [&](auto other) { return ++asked, who[other] == who[i]; }) != i;
    for (std::uint32_t i = count; i < 2 * count; ++i)
        wrong += held.find(who[i], [&](auto other) { return ++asked_in_vain, who[other] == who[i]; }).has_value();
    // Of n (n − 1) / 2 pairs one in 2^32 agrees, and one of the two has to be passed on the way to the other.
    const double pairs = 0.5 * count * (count - 1) / 4294967296.0;
    CHECK(asked - count <= pairs + 6 * std::sqrt(pairs) + 1);
    CHECK(asked_in_vain <= 2 * pairs + 6 * std::sqrt(2 * pairs) + 1);
    for (std::uint32_t i = 0; i < count; ++i) wrong += !held.erase(who[i], i);
    CHECK(wrong == 0);
    CHECK(held.size() == 0);
}
