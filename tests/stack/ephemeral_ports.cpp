// SPDX-License-Identifier: MIT
// stack/ephemeral_ports.hpp: the algorithm of RFC 6056 section 3.3.4 once more, what outsiders see, and what it costs.
#include <doctest/doctest.h>

#include <sluice/stack/ephemeral_ports.hpp>

#include <array>
#include <set>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using namespace sluice;

constexpr siphash_key key{0x0706050403020100, 0x0f0e0d0c0b0a0908};
constexpr ip_address local = ip_address::v4(192, 0, 2, 1);
constexpr std::uint32_t ports_in_all = 64512;  // 65536 - 1024
constexpr auto all_are_free = [](std::uint16_t) { return true; };
constexpr auto none_is_free = [](std::uint16_t) { return false; };

static_assert(port_range{}.size() == ports_in_all);
static_assert(!std::is_copy_constructible_v<ephemeral_ports<>> && std::is_move_constructible_v<ephemeral_ports<>>);

constexpr socket_address destination(std::uint32_t number) {
    std::array<octet, 4> four{};
    store_be32(four.data(), 10u << 24 | number);
    return {ip_address::v4(octets(four)), 443};
}

/// Allocates with a limit on how often, and keeps books.
struct ledger {
    int allowed = 1'000'000;
    int refused = 0;
    std::vector<std::size_t> taken{}, given_back{};
};
struct counted_memory {
    ledger* books = nullptr;
    void* allocate(std::size_t size) {
        if (books->allowed == 0) return ++books->refused, nullptr;
        --books->allowed;
        books->taken.push_back(size);
        return heap{}.allocate(size);
    }
    void release(void* block, std::size_t size) {
        books->given_back.push_back(size);
        heap{}.release(block, size);
    }
};
static_assert(memory_source<counted_memory>);

/// Pearson's statistic against an even distribution over 64 parts of the range: 63 on average, with a standard
/// deviation of sqrt(2 * 63) = 11.2.
struct even_parts {
    static constexpr double mean = 63, deviation = 11.2;
    std::array<int, 64> seen{};
    int total = 0;

    void add(std::uint32_t place) {
        ++seen.at(place / (ports_in_all / 64));
        ++total;
    }
    double statistic() const {
        const double expected = total / 64.0;
        double out = 0;
        for (const int count : seen) out += (count - expected) * (count - expected) / expected;
        return out;
    }
};
constexpr double flat = even_parts::mean + 5 * even_parts::deviation;

std::uint32_t steps(std::uint16_t from, std::uint16_t to) { return (to + ports_in_all - from) % ports_in_all; }

}  // namespace

TEST_CASE("the first port is first + (F + table[G]) mod size, with F and G of a keyed hash and a random table") {
    for (const auto& [remote, hash] :
         {std::pair{destination(1), siphash(key, local, destination(1).address, 443u)},
          std::pair{destination(2), siphash(key, local, destination(2).address, 443u)},
          std::pair{socket_address{destination(2).address, 80}, siphash(key, local, destination(2).address, 80u)}}) {
        for (const port_range range : {port_range{}, {49152, 65535}, {1, 65535}, {7, 7}}) {
            seeded_random numbers(1), twin(1);
            ephemeral_ports<> ports(key, range);
            std::vector<std::uint16_t> table(65536);
            for (auto& counter : table) counter = static_cast<std::uint16_t>(twin.bits());
            const std::uint32_t size = range.last - range.first + 1u;
            CHECK(ports.choose(local, remote, numbers, all_are_free).value() ==
                  range.first + ((hash >> 32) % size + table[hash % 65536]) % size);
        }
    }
}

TEST_CASE("the ports to one destination step on round the range by 1 to 8, each as often") {
    seeded_random numbers(2);
    ephemeral_ports<> ports(key);
    std::array<int, 9> seen{};
    std::uint16_t last = ports.choose(local, destination(1), numbers, all_are_free).value();
    constexpr int choices = 40'000;  // nearly three laps
    for (int i = 0; i < choices; ++i) {
        const std::uint16_t port = ports.choose(local, destination(1), numbers, all_are_free).value();
        CHECK(port >= 1024);
        const std::uint32_t step = steps(last, port);
        REQUIRE(1 <= step);
        REQUIRE(step <= 8);
        ++seen[step];
        last = port;
    }
    for (int step = 1; step <= 8; ++step) {
        const int off = seen[static_cast<std::size_t>(step)] - choices / 8;
        CHECK(off * off < 25 * choices / 8);
    }
}

TEST_CASE("the same key and seed give the same ports, another seed or key others") {
    const auto chosen = [](siphash_key with, std::uint64_t from) {
        seeded_random numbers(from);
        ephemeral_ports<> ports(with);
        std::vector<std::uint16_t> out;
        for (std::uint32_t i = 0; i < 50; ++i)
            out.push_back(ports.choose(local, destination(i % 10), numbers, all_are_free).value());
        return out;
    };
    CHECK(chosen(key, 3) == chosen(key, 3));
    CHECK(chosen(key, 3) != chosen(key, 4));
    CHECK(chosen(key, 3) != chosen({key.first ^ 1, key.second}, 3));
    CHECK(chosen(key, 3) != chosen({key.first, key.second ^ 1}, 3));
}

TEST_CASE("calls to one destination do not move the ports to others") {
    seeded_random numbers(5);
    ephemeral_ports<> ports(key);
    const std::uint16_t before = ports.choose(local, destination(0), numbers, all_are_free).value();
    // Each shares the counter with a chance of 1 in 65536.
    for (std::uint32_t i = 1; i <= 1000; ++i) (void)ports.choose(local, destination(i), numbers, all_are_free).value();
    const std::uint16_t after = ports.choose(local, destination(0), numbers, all_are_free).value();
    CHECK(steps(before, after) <= 8);
}

TEST_CASE("all of local address, remote address and remote port tell destinations apart") {
    seeded_random numbers(6);
    ephemeral_ports<> ports(key);
    const ip_address other_local = ip_address::v4(192, 0, 2, 2);
    const socket_address other_port{destination(1).address, 80};
    const ip_address v6_local = ip_address::v6({0x2001, 0xdb8, 0, 0, 0, 0, 0, 1});
    const socket_address v6{ip_address::v6({0x2001, 0xdb8, 0, 0, 0, 0, 0, 2}), 443};
    const std::uint16_t first = ports.choose(local, destination(1), numbers, all_are_free).value();
    // Near each other by chance: 1 in 2000 altogether.
    for (const auto& [from, to] : {std::pair{local, destination(2)}, std::pair{local, other_port},
                                   std::pair{other_local, destination(1)}, std::pair{v6_local, v6}})
        CHECK(steps(first, ports.choose(from, to, numbers, all_are_free).value()) > 16);
}

TEST_CASE("over many destinations ports are flat, and so are the differences between neighbours; to one they are not") {
    seeded_random numbers(7);
    ephemeral_ports<> ports(key);
    even_parts places, differences, places_of_one, differences_of_one;
    std::uint16_t last = 1024, last_of_one = 1024;
    for (std::uint32_t i = 0; i < 10'000; ++i) {
        const std::uint16_t port = ports.choose(local, destination(i), numbers, all_are_free).value();
        places.add(port - 1024u);
        differences.add(steps(std::exchange(last, port), port));
        // The control: what a hash which is the same for all would do.
        const std::uint16_t of_one = ports.choose(local, destination(65535), numbers, all_are_free).value();
        places_of_one.add(of_one - 1024u);
        differences_of_one.add(steps(std::exchange(last_of_one, of_one), of_one));
    }
    CHECK(places.statistic() < flat);
    CHECK(differences.statistic() < flat);
    CHECK(places_of_one.statistic() > flat);
    CHECK(differences_of_one.statistic() > flat);
}

TEST_CASE("where two destinations share a counter, the ports to one don't tell those to the other") {
    seeded_random numbers(8);
    ephemeral_ports<> ports(key);
    std::array<std::uint32_t, 65536> owner{};
    even_parts apart;
    for (std::uint32_t i = 1; apart.total < 2000; ++i) {
        const std::uint32_t other =
            std::exchange(owner[siphash(key, local, destination(i).address, 443u) % owner.size()], i);
        if (other == 0) continue;
        const std::uint16_t port = ports.choose(local, destination(i), numbers, all_are_free).value();
        apart.add(steps(port, ports.choose(local, destination(other), numbers, all_are_free).value()));
    }
    CHECK(apart.statistic() < flat);
}

TEST_CASE("all ports of a range are given out, each once; then there is none, after each has been asked about once") {
    for (const port_range range : {port_range{}, {5000, 5999}, {65535, 65535}, {1, 9}}) {
        seeded_random numbers(9);
        ephemeral_ports<> ports(key, range);
        std::set<std::uint16_t> taken;
        const auto is_free = [&](std::uint16_t port) { return !taken.contains(port); };
        while (const auto port = ports.choose(local, destination(1), numbers, is_free)) {
            REQUIRE(range.first <= *port);
            REQUIRE(*port <= range.last);
            REQUIRE(taken.insert(*port).second);
        }
        CHECK(taken.size() == range.size());

        std::vector<int> asked(65536);
        const auto none = ports.choose(local, destination(1), numbers, [&](std::uint16_t port) {
            ++asked[port];
            return false;
        });
        CHECK(none.error() == error::insufficient_resources);
        for (std::uint32_t port = 0; port <= 65535; ++port)
            REQUIRE(asked[port] == (range.first <= port && port <= range.last ? 1 : 0));

        // One that is closed is found again.
        const std::uint16_t closed = *taken.begin();
        taken.erase(closed);
        CHECK(ports.choose(local, destination(1), numbers, is_free).value() == closed);
    }
}

TEST_CASE("no search asks about one port twice") {
    seeded_random numbers(10);
    ephemeral_ports<> ports(key, {1000, 1099});
    for (int i = 0; i < 300; ++i) {
        std::set<std::uint16_t> asked;
        bool twice = false;
        const auto free_port = static_cast<std::uint16_t>(1000 + numbers.below(100));
        const auto chosen = ports.choose(local, destination(1), numbers, [&](std::uint16_t port) {
            twice |= !asked.insert(port).second;
            return port == free_port;
        });
        CHECK(chosen.value() == free_port);
        CHECK_FALSE(twice);
    }
}

TEST_CASE("with one port of a thousand left, a whole lap of questions finds them all, not a lap each") {
    seeded_random numbers(11);
    ephemeral_ports<> ports(key);
    std::set<std::uint16_t> left;
    for (std::uint32_t port = 1024; port <= 65535; port += 1000) left.insert(static_cast<std::uint16_t>(port));
    const std::size_t free_ports = left.size();
    std::uint32_t questions = 0;
    for (std::size_t i = 0; i < free_ports; ++i) {
        const auto port = ports.choose(local, destination(1), numbers, [&](std::uint16_t asked) {
            ++questions;
            return left.contains(asked);
        });
        left.erase(port.value());
    }
    CHECK(left.empty());
    CHECK(questions <= ports_in_all);
}

TEST_CASE("a source of memory that says no makes the call fail, nothing is asked, and the next call may succeed") {
    ledger books{.allowed = 0};
    {
        seeded_random numbers(12);
        ephemeral_ports<counted_memory> ports(key, {}, {&books});
        bool asked = false;
        const auto is_free = [&](std::uint16_t) { return asked = true; };
        CHECK(ports.choose(local, destination(1), numbers, is_free).error() == error::insufficient_resources);
        CHECK(ports.make_table(numbers).error() == error::insufficient_resources);
        CHECK(books.refused == 2);
        CHECK_FALSE(asked);
        books.allowed = 1;
        CHECK(ports.choose(local, destination(1), numbers, is_free));
        CHECK(ports.choose(local, destination(2), numbers, is_free));
        CHECK(ports.choose(local, destination(2), numbers, none_is_free).error() == error::insufficient_resources);
    }
    CHECK(books.refused == 2);
    CHECK(books.taken == std::vector<std::size_t>{131072});
    CHECK(books.given_back == books.taken);
}

TEST_CASE("a table made before makes no difference but that no choice needs memory") {
    ledger books{.allowed = 2};
    seeded_random numbers(13), twin(13);
    ephemeral_ports<counted_memory> early(key, {}, {&books}), late(key, {}, {&books});
    CHECK(early.make_table(numbers));
    CHECK(early.make_table(numbers));
    CHECK(books.taken.size() == 1);
    for (std::uint32_t i = 0; i < 20; ++i)
        CHECK(early.choose(local, destination(i % 3), numbers, all_are_free).value() ==
              late.choose(local, destination(i % 3), twin, all_are_free).value());
    CHECK(books.taken.size() == 2);
}

TEST_CASE("the table moves with its owner and is given back once") {
    ledger books, other_books;
    {
        seeded_random numbers(14);
        ephemeral_ports<counted_memory> ports(key, {}, {&books});
        const std::uint16_t first = ports.choose(local, destination(1), numbers, all_are_free).value();
        ephemeral_ports<counted_memory> moved(std::move(ports));
        ephemeral_ports<counted_memory> assigned({1, 2}, {10, 20}, {&other_books});
        CHECK(assigned.make_table(numbers));
        assigned = std::move(moved);
        CHECK(other_books.given_back.size() == 1);
        CHECK(steps(first, assigned.choose(local, destination(1), numbers, all_are_free).value()) <= 8);
        CHECK(books.given_back.empty());
    }
    CHECK(books.taken.size() == 1);
    CHECK(books.given_back == books.taken);
    CHECK(other_books.given_back == other_books.taken);
}
