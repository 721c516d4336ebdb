// SPDX-License-Identifier: MIT
// stack/stack.hpp: which ports connections get that are opened from here (the algorithm: ephemeral_ports.cpp).
#include <doctest/doctest.h>

#include "support/stack_bench.hpp"

#include <set>

namespace {

using namespace sluice;
using tcp_type = tcp<growable_buffers>;
using bench = lab::stack_bench<tcp_type>;

constexpr socket_address far{ip_address::v4(203, 0, 113, 1), 443}, further{ip_address::v4(203, 0, 113, 2), 443};
constexpr socket_address anywhere{lab::server_address, 0};

tcp_type::settings few_ports(std::uint16_t first, std::uint16_t last) {
    tcp_type::settings s;
    s.limits.ephemeral_ports = {first, last};
    return s;
}
std::uint16_t port_of(const bench& b, handle h) { return b.stack.look(h)->local().port; }

/// The peer's SYN,ACK.
void answer(bench& b, handle h) {
    const auto& v = b.stack.look(h)->variables();
    const socket_address local = v.local, remote = v.remote;
    b.arrives({.flags = flag::syn | flag::ack, .sequence = seq(1), .acknowledgment = v.snd.iss + 1}, remote, local);
    REQUIRE(b.stack.look(h)->state() == state::established);
}

}  // namespace

TEST_CASE("to one destination each port of the range is given once, then there is none; another destination has all") {
    bench b(few_ports(5000, 5009));
    std::set<std::uint16_t> ports, others;
    std::vector<handle> open;
    for (int i = 0; i < 10; ++i) {
        const auto c = b.stack.connect(anywhere, far, b.now);
        REQUIRE(c);
        open.push_back(*c);
        ports.insert(port_of(b, *c));
    }
    CHECK(ports.size() == 10);
    CHECK(*ports.begin() == 5000);
    CHECK(*ports.rbegin() == 5009);
    const std::size_t sockets = b.tables().sockets.size();
    CHECK(b.stack.connect(anywhere, far, b.now).error() == error::insufficient_resources);
    CHECK(b.tables().sockets.size() == sockets);
    for (int i = 0; i < 10; ++i) others.insert(port_of(b, *b.stack.connect(anywhere, further, b.now)));
    CHECK(others == ports);
    // One is given back: it is the one that is found.
    const std::uint16_t freed = port_of(b, open[4]);
    CHECK(b.stack.abort(open[4], b.now));
    b.flush();
    const auto again = b.stack.connect(anywhere, far, b.now);
    REQUIRE(again);
    CHECK(port_of(b, *again) == freed);
}

TEST_CASE("a port in TIME-WAIT to a destination is not given for that destination, until it is over") {
    bench b(few_ports(5000, 5001));
    const auto first = b.stack.connect(anywhere, far, b.now);
    REQUIRE(first);
    const std::uint16_t port = port_of(b, *first);
    b.flush();
    answer(b, *first);
    const seq our_next = b.stack.look(*first)->variables().snd.nxt + 1;
    CHECK(b.stack.close(*first, b.now));
    b.flush();
    b.arrives({.flags = flag::ack | flag::fin, .sequence = seq(2), .acknowledgment = our_next}, far,
              {anywhere.address, port});
    REQUIRE(b.tables().time_waits.size() == 1);
    for (int i = 0; i < 4; ++i) {  // whatever the search begins with
        const auto second = b.stack.connect(anywhere, far, b.now);
        REQUIRE(second);
        CHECK(port_of(b, *second) != port);
        CHECK(b.stack.connect(anywhere, far, b.now).error() == error::insufficient_resources);
        CHECK(b.stack.abort(*second, b.now));
        b.flush();
    }
    CHECK(b.stack.connect({anywhere.address, port}, far, b.now).error() == error::already_open);
    b.wait(60s);
    const auto c = b.stack.connect(anywhere, far, b.now), d = b.stack.connect(anywhere, far, b.now);
    REQUIRE(c);
    REQUIRE(d);
    CHECK(port_of(b, *c) + port_of(b, *d) == 5000 + 5001);
}

TEST_CASE("a pair of sockets is opened once: by name, and when a listener has it already, be it half open") {
    bench b;
    CHECK(b.stack.connect({anywhere.address, 7}, far, b.now));
    CHECK(b.stack.connect({anywhere.address, 7}, far, b.now).error() == error::already_open);
    CHECK(b.stack.connect({anywhere.address, 7}, further, b.now));
    b.listen();
    b.arrives({.flags = flag::syn, .sequence = seq(1)});
    REQUIRE(b.tables().half_opens.size() == 1);
    CHECK(b.stack.connect(lab::server_socket, bench::peer, b.now).error() == error::already_open);
}

TEST_CASE("what can't be opened is refused as section 3.10.1 says, and nothing is left of it") {
    bench b;
    const socket_address v6{ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 1}), 80};
    CHECK(b.stack.connect(anywhere, {far.address, 0}, b.now).error() == error::remote_unspecified);
    CHECK(b.stack.connect(anywhere, {{}, 80}, b.now).error() == error::remote_unspecified);
    CHECK(b.stack.connect(anywhere, {ip_address::v4(224, 0, 0, 1), 80}, b.now).error() == error::bad_address);
    CHECK(b.stack.connect(anywhere, v6, b.now).error() == error::bad_address);
    CHECK(b.stack.connect({ip_address::v4(0, 0, 0, 0), 0}, far, b.now).error() == error::bad_argument);
    b.check_empty();
}

TEST_CASE("without a range of the test's own every port that is not well-known may be given") {
    bench b;
    std::set<std::uint16_t> ports;
    for (int i = 0; i < 2000; ++i) {
        const auto c = b.stack.connect(anywhere, far, b.now);
        REQUIRE(c);
        ports.insert(port_of(b, *c));
    }
    CHECK(ports.size() == 2000);
    CHECK(*ports.begin() >= 1024);
}
