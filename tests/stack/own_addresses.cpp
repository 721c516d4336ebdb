// SPDX-License-Identifier: MIT
// stack/own_addresses.hpp: which packets are for us, who can't have sent one, and from where to speak to whom; and that
// a stack goes by it.
#include <doctest/doctest.h>

#include <sluice/stack/own_addresses.hpp>

#include "support/stack_bench.hpp"

namespace {

using namespace sluice;

constexpr ip_address v4(octet a, octet b, octet c, octet d) { return ip_address::v4(a, b, c, d); }
constexpr ip_address v6(std::uint16_t first, std::uint16_t second, std::uint16_t last) {
    return ip_address::v6({first, second, 0, 0, 0, 0, 0, last});
}

own_addresses of(std::initializer_list<address_prefix> list) {
    own_addresses out;
    for (const address_prefix& each : list) REQUIRE(out.add(each));
    return out;
}

using bench = lab::stack_bench<lab::default_stack_tcp>;
constexpr ip_address other = ip_address::v4(198, 18, 0, 7);

TEST_CASE("whose last address is taken away has none; who never had one has all") {
    own_addresses own;
    CHECK(own.takes_every());
    CHECK(own.has(v4(192, 0, 2, 1)));
    CHECK(own.has(v6(0x2001, 0xdb8, 1)));
    for (const ip_address& nobody : {ip_address{}, v4(0, 0, 0, 0), v4(224, 0, 0, 1), v4(127, 0, 0, 1), v6(0, 0, 1)})
        CHECK_FALSE(own.has(nobody));
    REQUIRE(own.add({v4(192, 0, 2, 1), 24}));
    CHECK_FALSE(own.takes_every());
    CHECK(own.has(v4(192, 0, 2, 1)));
    CHECK_FALSE(own.has(v4(192, 0, 2, 2)));
    REQUIRE(own.remove(v4(192, 0, 2, 1)));
    CHECK_FALSE(own.takes_every());
    CHECK_FALSE(own.has(v4(192, 0, 2, 1)));
    CHECK(own.remove(v4(192, 0, 2, 1)).error() == error::bad_argument);
}

TEST_CASE(
    "an address that can be nobody's, a prefix that is too long, one more than there is room for: each is refused") {
    own_addresses own;
    for (const ip_address& nobody : {ip_address{}, v4(0, 0, 0, 0), v4(255, 255, 255, 255), v4(224, 0, 0, 1),
                                     v4(127, 1, 2, 3), v6(0, 0, 1), v6(0xff02, 0, 1)})
        CHECK(own.add({nobody, 0}).error() == error::bad_address);
    CHECK(own.add({v4(192, 0, 2, 1), 33}).error() == error::bad_argument);
    CHECK(own.add({v6(0xfd00, 0, 1), 129}).error() == error::bad_argument);
    CHECK(own.add({v4(192, 0, 2, 1), -1}).error() == error::bad_argument);
    CHECK_FALSE(own.takes_every());  // who mistypes the only one does not become a gateway
    for (std::size_t i = 0; i < own_addresses::most; ++i)
        REQUIRE(own.add({v4(192, 0, 2, static_cast<octet>(i + 1)), 32}));
    CHECK(own.add({v4(192, 0, 2, 1), 24}).error() == error::already_open);
    CHECK(own.add({v6(0xfd00, 0, 1), 64}).error() == error::insufficient_resources);
    CHECK(own.list().size() == own_addresses::most);
    REQUIRE(own.remove(v4(192, 0, 2, 5)));
    CHECK(own.add({v6(0xfd00, 0, 1), 128}));
}

TEST_CASE("the one with the longest prefix in common speaks, of remote's family and scope (MUST-44, RFC 6724)") {
    const auto own = of({{v4(10, 0, 0, 1), 8},
                         {v4(192, 0, 2, 1), 24},
                         {v4(192, 0, 3, 1), 24},
                         {v4(169, 254, 1, 1), 16},
                         {v6(0xfe80, 0, 1), 64},
                         {v6(0x2001, 0xdb8, 1), 64},
                         {v6(0xfd00, 0, 1), 64}});
    CHECK(own.towards(v4(10, 200, 0, 1)) == v4(10, 0, 0, 1));
    CHECK(own.towards(v4(192, 0, 3, 77)) == v4(192, 0, 3, 1));
    CHECK(own.towards(v4(192, 0, 2, 77)) == v4(192, 0, 2, 1));
    CHECK(own.towards(v4(169, 254, 9, 9)) == v4(169, 254, 1, 1));
    CHECK(own.towards(v6(0x2001, 0xdb9, 9)) == v6(0x2001, 0xdb8, 1));
    CHECK(own.towards(v6(0xfd01, 0, 9)) == v6(0xfd00, 0, 1));  // and not link-local, though fe80 is like fd01, too
    CHECK(own.towards(v6(0xfe80, 0, 9)) == v6(0xfe80, 0, 1));
    CHECK_FALSE(of({{v4(10, 0, 0, 1), 8}}).towards(v6(0xfd00, 0, 1)));
    CHECK_FALSE(own_addresses().towards(v4(10, 0, 0, 1)));
    // No more of an address counts than its prefix: here both have 8 bits in common, and the first is asked first.
    const auto wide = of({{v4(10, 1, 0, 1), 8}, {v4(10, 2, 0, 1), 8}});
    CHECK(wide.towards(v4(10, 2, 0, 9)) == v4(10, 1, 0, 1));
}

TEST_CASE("a source that is ours, a group's, a network's broadcast or nobody's has sent nothing") {
    const auto own = of({{v4(192, 0, 2, 1), 24}, {v4(10, 0, 0, 2), 31}, {v6(0xfd00, 0, 1), 64}});
    for (const ip_address& martian :
         {v4(192, 0, 2, 1), v4(192, 0, 2, 255), v4(255, 255, 255, 255), v4(127, 0, 0, 1), v4(224, 0, 0, 1),
          v4(0, 0, 0, 0), v6(0xfd00, 0, 1), v6(0, 0, 1), ip_address{}, v6(0xff02, 0, 1)})
        CHECK_FALSE(own.may_come_from(martian));
    for (const ip_address& host : {v4(192, 0, 2, 2), v4(192, 0, 3, 255), v4(10, 0, 0, 3), v6(0xfd00, 0, 2)})
        CHECK(own.may_come_from(host));
    CHECK(own_addresses().may_come_from(v4(192, 0, 2, 255)));
}

// ---- a stack that has some ------------------------------------------------------------------------------------------

TEST_CASE("a SYN for somebody else is dropped and counted; for each address of ours it is answered") {
    bench b;
    REQUIRE(b.stack.add_address(lab::server_address, 24));
    REQUIRE(b.stack.add_address(other, 24));
    b.listen({}, {{}, 80});
    for (const ip_address& own : {lab::server_address, other}) {
        b.arrives({.flags = flag::syn, .sequence = seq(1)}, b.peer, {own, 80});
        CHECK(b.take_one().from == socket_address{own, 80});
        b.arrives({.flags = flag::syn, .sequence = seq(1)}, b.peer, {own, 81});
        CHECK(b.take_one().has(flag::rst));
    }
    CHECK(b.count().misaddressed == 0);
    for (const std::uint16_t port : {std::uint16_t{80}, std::uint16_t{81}})
        b.arrives({.flags = flag::syn, .sequence = seq(1)}, b.peer, {v4(198, 18, 0, 99), port});
    CHECK(b.quiet());
    CHECK(b.count().misaddressed == 2);
    CHECK(b.count().martians == 0);
}

TEST_CASE("a land attack and other martians are dropped and counted, by a stack that takes every address too") {
    for (const bool has_address : {false, true}) {
        bench b;
        if (has_address) REQUIRE(b.stack.add_address(lab::server_address, 24));
        b.listen();
        std::uint64_t martians = 0;
        const auto refuses = [&](const ip_address& from) {
            b.arrives({.flags = flag::syn, .sequence = seq(1)}, {from, 80});
            CHECK(b.quiet());
            CHECK(b.count().martians == ++martians);
        };
        refuses(lab::server_address);
        refuses(v4(127, 0, 0, 1));
        refuses(v4(224, 0, 0, 5));
        refuses(v4(255, 255, 255, 255));
        refuses(v4(0, 0, 0, 0));
        if (has_address) refuses(v4(198, 18, 0, 255));
        CHECK(b.tables().half_opens.size() == 0);
    }
}

TEST_CASE("MUST-44 who names no address of its own speaks from the one that is nearest to remote's") {
    bench b;
    for (const address_prefix& own : std::initializer_list<address_prefix>{
             {v4(198, 18, 0, 2), 24}, {v4(198, 19, 0, 2), 24}, {v6(0xfd00, 0, 2), 64}, {v6(0xfd00, 1, 2), 64}})
        REQUIRE(b.stack.add_address(own.address, static_cast<std::uint8_t>(own.length)));
    const auto source_towards = [&](const ip_address& remote, const ip_address& unspecified) {
        REQUIRE(b.stack.connect({unspecified, 0}, {remote, 80}, b.now));
        b.flush();
        return b.take_one().from.address;
    };
    CHECK(source_towards(v4(198, 19, 0, 9), {}) == v4(198, 19, 0, 2));
    CHECK(source_towards(v4(198, 18, 0, 9), v4(0, 0, 0, 0)) == v4(198, 18, 0, 2));
    CHECK(source_towards(v6(0xfd00, 1, 9), {}) == v6(0xfd00, 1, 2));
    CHECK(source_towards(v6(0xfd00, 0, 9), v4(0, 0, 0, 0)) == v6(0xfd00, 0, 2));
}

TEST_CASE("a call from or to what there is no address for is refused") {
    bench b;
    REQUIRE(b.stack.add_address(lab::server_address, 24));
    const socket_address remote{lab::client_address, 80}, far{v6(0xfd00, 0, 9), 80};
    CHECK(b.stack.connect({}, far, b.now).error() == error::network_unreachable);
    CHECK(b.stack.connect({other, 0}, remote, b.now).error() == error::bad_argument);
    CHECK(b.stack.connect({lab::server_address, 0}, far, b.now).error() == error::bad_address);
    CHECK(b.stack.connect({}, {{}, 80}, b.now).error() == error::remote_unspecified);
    CHECK(b.stack.listen({other, 80}, b.now).error() == error::bad_argument);
    REQUIRE(b.stack.add_address(other, 24));
    CHECK(b.stack.listen({other, 80}, b.now));
    CHECK(b.stack.connect({other, 0}, remote, b.now));
}

}  // namespace
