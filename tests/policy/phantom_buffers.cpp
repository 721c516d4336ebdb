// SPDX-License-Identifier: MIT
// policy/buffers/phantom_buffers.hpp: both buffers count as one that keeps octets would, and keep none.
#include <doctest/doctest.h>

#include <sluice/policy/buffers/phantom_buffers.hpp>
#include <sluice/policy/concepts.hpp>

#include <vector>

#include <sluice/base/random.hpp>

namespace {

using namespace sluice;

static_assert(buffers_policy<phantom_buffers>);
static_assert(sizeof(phantom_send_buffer) == 2 * sizeof(std::size_t));
static_assert(sizeof(phantom_receive_buffer) == 2 * sizeof(std::size_t));

struct bench {
    phantom_buffers policy{.receive = 1000, .send = 800, .memory = 4096};
    phantom_buffers::pool pool{policy};
    phantom_send_buffer out;
    phantom_receive_buffer in;
    bench() {
        out.start(policy);
        in.start(policy);
    }
};

}  // namespace

TEST_CASE("a send buffer takes what there is room for, octets or not, and gives it all as virtual payload") {
    bench b;
    CHECK(b.out.capacity() == 800);
    CHECK(b.out.append(b.pool, payload::counted(500)) == 500);
    const std::vector<octet> real(200);
    CHECK(b.out.append(b.pool, real) == 200);
    CHECK(b.out.append(b.pool, payload::counted(std::size_t{1} << 40)) == 100);
    CHECK(b.out.append(b.pool, payload::counted(1)) == 0);
    CHECK(b.out.size() == 800);
    CHECK(b.out.free() == 0);
    tx_packet p;
    CHECK(b.out.lend(10, 700, p) == 700);
    CHECK(p.payload_length == 700);
    CHECK(p.spans == 0);
    b.out.drop(b.pool, 300);
    CHECK(b.out.size() == 500);
    CHECK(b.out.free() == 300);
    b.out.clear(b.pool);
    CHECK(b.out.free() == 800);
    CHECK(b.pool.in_use() == 0);
}

TEST_CASE("a receive buffer counts what is in order, and reads zeros") {
    bench b;
    CHECK(b.in.capacity() == 1000);
    CHECK(b.in.largest(b.policy) == 1000);
    CHECK(b.in.write(b.pool, 400, payload::counted(100)));
    CHECK(b.in.size() == 0);
    CHECK(b.in.write(b.pool, 0, payload::counted(400)));
    b.in.commit(500);
    CHECK(b.in.size() == 500);
    CHECK(b.in.free() == 500);
    std::vector<octet> to(300, 9);
    CHECK(b.in.read(b.pool, to) == 300);
    CHECK(to == std::vector<octet>(300, 0));
    to.assign(300, 9);
    CHECK(b.in.read(b.pool, to) == 200);
    CHECK(to[199] == 0);
    CHECK(to[200] == 9);
    CHECK(b.in.read(b.pool, to) == 0);
    b.in.commit(1000);
    CHECK(b.in.free() == 0);
    b.in.consume(b.pool, 999);
    CHECK(b.in.size() == 1);
    b.in.clear(b.pool);
    CHECK(b.in.free() == 1000);
    CHECK(b.pool.in_use() == 0);
}

TEST_CASE("records and intervals are real, within the policy's memory") {
    bench b;
    CHECK(b.pool.limit() == 4096);
    phantom_buffers::records records;
    REQUIRE(records.grow(b.pool, 1));
    CHECK(b.pool.in_use() == 256);
    CHECK_FALSE(records.grow(b.pool, 4096 / sizeof(in_flight_record) + 1));
    records.give_back(b.pool);
}
