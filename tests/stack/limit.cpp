// SPDX-License-Identifier: MIT
// stack/tables.hpp: at most so many connections. What is kept as a record speaks though all of them are taken, and
// though there is no memory for one more.
#include <doctest/doctest.h>

#include "support/stack_bench.hpp"

namespace {

using namespace sluice;
using lab::server_socket;
using tcp_type = tcp<growable_buffers, lab::given_isn>;
using bench = lab::stack_bench<tcp_type>;

constexpr seq irs{0xfffffff0}, iss{7000};
constexpr socket_address other{lab::client_address, 2};

bench::settings at_most(std::uint32_t connections) {
    bench::settings s;
    s.limits.most_connections = connections;
    return s;
}
auto connect(bench& b) {
    const auto c = b.stack.connect({server_socket.address, 0}, {lab::client_address, 80}, b.now);
    b.flush();
    b.take();
    return c;
}
lab::shot syn() { return {.flags = flag::syn, .sequence = irs}; }
lab::shot ack(const std::string& text = {}) {
    return {.flags = flag::ack, .sequence = irs + 1, .acknowledgment = iss + 1, .text = text};
}
lab::shot fin() { return {.flags = flag::ack | flag::fin, .sequence = irs + 1, .acknowledgment = iss + 2}; }

handle establish(bench& b, handle l) {
    b.arrives(syn());
    b.arrives(ack());
    b.take();
    const auto c = b.stack.accept(l, b.now);
    REQUIRE(c);
    return *c;
}
/// A record in TIME-WAIT.
void part(bench& b, handle l) {
    REQUIRE(b.stack.close(establish(b, l), b.now));
    b.flush();
    b.arrives(fin());
    REQUIRE(b.tables().time_waits.size() == 1);
    b.take();
}

}  // namespace

TEST_CASE("there are as many connections as the limit says, opened or accepted, with and without records beside them") {
    for (const std::uint32_t most : {1u, 2u, 65u}) {
        bench b(at_most(most));
        std::vector<handle> all;
        for (std::uint32_t i = 0; i < most; ++i) {
            const auto c = connect(b);
            REQUIRE(c);
            all.push_back(*c);
        }
        CHECK(connect(b).error() == error::insufficient_resources);
        const handle l = b.listen({.cookies = false});
        b.arrives(syn());
        CHECK(b.take_one().flags == (flag::syn | flag::ack));
        b.arrives(ack());  // as if it had been lost on its way
        CHECK(b.quiet());
        CHECK(b.stack.accept(l, b.now).error() == error::would_block);
        CHECK(b.stack.abort(all.front(), b.now));
        b.flush();
        b.take();
        b.arrives(ack("text"));
        CHECK(b.take_one().acknowledgment == irs + 5);
        CHECK(b.stack.accept(l, b.now));
        CHECK(connect(b).error() == error::insufficient_resources);
    }
}

TEST_CASE("a cookie's ACK is dropped while there are as many connections as may be, and good afterwards") {
    bench b(at_most(1));
    const handle l = b.listen({.backlog = 1});
    b.arrives(syn(), other);
    b.take();
    b.arrives(syn());
    const auto cookie = b.take_one();
    const auto c = connect(b);
    REQUIRE(c);
    lab::shot answer = ack();
    answer.acknowledgment = cookie.sequence + 1;
    b.arrives(answer);
    CHECK(b.quiet());
    CHECK(b.count().cookies_accepted == 0);
    CHECK(b.stack.abort(*c, b.now));
    b.flush();
    b.take();
    b.arrives(answer);
    CHECK(b.stack.accept(l, b.now));
}

TEST_CASE("MUST-13 a FIN that comes again in TIME-WAIT is acknowledged though every connection is taken") {
    bench b(at_most(2));
    part(b, b.listen());
    while (connect(b)) {}
    b.arrives(fin());
    CHECK(b.take_one().flags == flag::ack);
    CHECK(b.stack.next_deadline() <= b.now + 60s);
}

TEST_CASE("a half-open record's SYN,ACK leaves again, and it can be challenged, though every connection is taken") {
    bench b(at_most(2));
    const handle l = b.listen();
    b.arrives(syn());
    b.arrives(syn(), other);
    b.arrives(ack(), other);  // which takes the socket in which records were unfolded
    REQUIRE(b.stack.accept(l, b.now));
    while (connect(b)) {}
    b.take();
    b.arrives({.flags = flag::rst, .sequence = irs + 5});
    CHECK(b.take_one().flags == flag::ack);
    b.wait(1s);
    bool answered_again = false;
    for (const auto& s : b.take()) answered_again |= s.flags == (flag::syn | flag::ack) && s.to == bench::peer;
    CHECK(answered_again);
    CHECK(b.tables().half_opens.size() == 1);
}

TEST_CASE("without memory half-open records wait, each as long as before, and go on when there is some") {
    bench::settings s;
    s.buffers.memory = 1 << 16;
    bench b(s);
    const handle l = b.listen();
    const instant begin = b.now;
    b.arrives(syn(), other);
    b.now += 500ms;
    b.arrives(syn());
    b.take();
    auto& pool = b.stack.surroundings().pool;
    std::vector<void*> hoard;
    while (void* const block = pool.take(pool.smallest)) hoard.push_back(block);
    b.wait(10s);  // both are due, again and again, in their order
    CHECK(b.quiet());
    CHECK(b.tables().half_opens.size() == 2);
    for (void* const block : hoard) pool.give(block, pool.smallest);
    b.wait(1s);
    const auto answers = b.take();
    REQUIRE(answers.size() == 2);
    CHECK(answers[0].to == other);
    CHECK(answers[0].at == begin + 11s);
    CHECK(answers[1].to == bench::peer);
    CHECK(answers[1].at == begin + 11s + 500ms);
    b.arrives(ack("text"));
    const auto c = b.stack.accept(l, b.now);
    REQUIRE(c);
    CHECK(b.read(*c) == "text");
    CHECK(b.stack.abort(*c, b.now));
    CHECK(b.stack.close(l, b.now));
    b.check_empty();
}
