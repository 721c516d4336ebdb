// SPDX-License-Identifier: MIT
// connection/environment.hpp: replies that belong to no connection wait in a short queue, and a flood finds no more
// room.
#include "support/compositions.hpp"
#include "support/lab.hpp"

using namespace sluice;
using lab::bench;

namespace {

constexpr bool first_in_first_out() {
    reply_queue<8> queue;
    std::uint32_t in = 0, out = 0;
    for (int round = 0; round < 7; ++round) {  // around the store more than once
        for (int i = 0; i < 5; ++i) {
            reply r{};
            r.sequence = seq(in++);
            if (!queue.push(r)) return false;
        }
        for (int i = 0; i < 5; ++i)
            if (queue.pop().sequence != seq(out++)) return false;
    }
    return queue.empty();
}
static_assert(first_in_first_out());

}  // namespace

TEST_CASE("replies leave in the order in which they were caused") { CHECK(first_in_first_out()); }

TEST_CASE("of a flood between two polls the first eight are answered, and the others are counted") {
    bench<small_tcp> b;
    for (std::uint32_t i = 0; i < 20; ++i) b.deliver({.flags = flag::ack, .sequence = 5, .acknowledgment = 1000 + i});
    b.flush();
    const auto resets = b.take();
    REQUIRE(resets.size() == 8);
    for (std::uint32_t i = 0; i < 8; ++i) {
        CHECK(resets[i].flags == flag::rst);
        CHECK(resets[i].sequence == 1000 + i);
    }
    CHECK(b.endpoint.count().replies_dropped == 12);
    CHECK(b.endpoint.count().resets_out == 8);
    // The next one is answered again.
    b.arrives({.flags = flag::ack, .sequence = 5, .acknowledgment = 7});
    CHECK(b.take_one().sequence == 7);
}

TEST_CASE("the isn policy gets its secret from the seed, and each environment its own random numbers") {
    const environment<small_tcp> one({.seed = 1}), same({.seed = 1}), other({.seed = 2});
    const auto isn = [](const environment<small_tcp>& e) {
        return e.settings.isn.choose(lab::here, lab::there, instant{});
    };
    CHECK(isn(one) == isn(same));
    CHECK(isn(one) != isn(other));
    CHECK(isn(one) != rfc6528{}.choose(lab::here, lab::there, instant{}));
    auto numbers = one.random, others = other.random;
    CHECK(numbers.bits() != others.bits());
}
