// SPDX-License-Identifier: MIT
// policy/buffers/fixed_buffers.hpp: both buffers against a plain queue of octets.
#include <doctest/doctest.h>

#include <sluice/policy/buffers/fixed_buffers.hpp>
#include <sluice/policy/concepts.hpp>

#include <deque>
#include <vector>

#include <sluice/base/random.hpp>

namespace {

using namespace sluice;

static_assert(buffers_policy<fixed_buffers<>> && buffers_policy<fixed_buffers<1, 1, 1, 1>>);
// The defaults: 64 KiB out, what an unscaled window can offer in.
static_assert(fixed_buffers<>::send_buffer::capacity() == 65536 &&
              fixed_buffers<>::receive_buffer::capacity() == 65535);
// A buffer is its octets and two numbers.
static_assert(sizeof(fixed_send_buffer<4096>) == 4096 + 2 * sizeof(std::size_t));
static_assert(sizeof(fixed_receive_buffer<4096>) == 4096 + 2 * sizeof(std::size_t));
static_assert(std::is_empty_v<fixed_buffers<>>);

no_pool none{0};

/// What a packet borrows.
std::vector<octet> lent(const auto& buffer, std::size_t from, std::size_t length) {
    tx_packet p;
    CHECK(buffer.lend(from, length, p) == length);
    std::vector<octet> out;
    for (std::size_t i = 0; i < p.spans; ++i) out.insert(out.end(), p.payload[i].begin(), p.payload[i].end());
    return out;
}

}  // namespace

TEST_CASE("a send buffer is a queue that can be looked into, and takes no more than it holds") {
    seeded_random numbers(3);
    fixed_send_buffer<37> buffer;
    std::deque<octet> queue;
    octet next = 0;
    for (int i = 0; i < 5000; ++i) {
        if (numbers.below(2) == 0) {
            std::vector<octet> data(numbers.below(50));
            for (octet& o : data) o = next++;
            const std::size_t room = buffer.free(), taken = buffer.append(none, data);
            CHECK(taken == std::min(room, data.size()));
            queue.insert(queue.end(), data.begin(), data.begin() + static_cast<std::ptrdiff_t>(taken));
            next = static_cast<octet>(next - (data.size() - taken));
        } else {
            const std::size_t gone = numbers.below(queue.size() + 1);
            buffer.drop(none, gone);
            queue.erase(queue.begin(), queue.begin() + static_cast<std::ptrdiff_t>(gone));
        }
        CHECK(buffer.size() == queue.size());
        CHECK(buffer.size() + buffer.free() == 37);
        const std::size_t from = numbers.below(queue.size() + 1), length = numbers.below(queue.size() - from + 1);
        const auto begin = queue.begin() + static_cast<std::ptrdiff_t>(from);
        CHECK(lent(buffer, from, length) ==
              std::vector<octet>(begin, begin + static_cast<std::ptrdiff_t>(length)));
    }
    buffer.clear(none);
    CHECK(buffer.size() == 0);
    CHECK(buffer.free() == 37);
}

TEST_CASE("a receive buffer keeps octets at their places until the ones before them have come") {
    fixed_receive_buffer<8> buffer;
    std::vector<octet> to(8);
    octet next = 1;
    for (int round = 0; round < 20; ++round) {  // twice around and more
        const std::vector<octet> front{next, static_cast<octet>(next + 1)};
        const std::vector<octet> rear{static_cast<octet>(next + 2), static_cast<octet>(next + 3),
                                      static_cast<octet>(next + 4)};
        buffer.write(none, 2, rear);
        CHECK(buffer.size() == 0);
        CHECK(buffer.free() == 8);
        buffer.write(none, 0, front);
        buffer.commit(5);
        CHECK(buffer.size() == 5);
        CHECK(buffer.free() == 3);
        CHECK(buffer.read(none, mutable_octets(to).first(2)) == 2);
        CHECK(to[0] == next);
        CHECK(buffer.read(none, to) == 3);  // no more than there is
        for (octet k = 0; k < 3; ++k) CHECK(to[k] == static_cast<octet>(next + 2 + k));
        CHECK(buffer.read(none, to) == 0);
        next = static_cast<octet>(next + 5);
    }
    buffer.write(none, 0, to);
    buffer.commit(8);
    CHECK(buffer.free() == 0);
    buffer.clear(none);
    CHECK(buffer.free() == 8);
}
