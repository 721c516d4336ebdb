// SPDX-License-Identifier: MIT
// policy/isn/counter_isn.hpp: the bare clock of RFC 9293 section 3.4.1.
#include <doctest/doctest.h>

#include <sluice/policy/concepts.hpp>
#include <sluice/policy/isn/counter_isn.hpp>

namespace {

using namespace sluice;

static_assert(isn_policy<counter_isn> && sizeof(counter_isn) == 4);

}  // namespace

TEST_CASE("the counter begins at its setting and advances by 250000 a second, whoever asks") {
    const socket_address one{ip_address::v4(198, 18, 0, 1), 1}, other{ip_address::v4(198, 18, 0, 2), 2};
    const counter_isn isn{.start = 0xfffffff0};
    CHECK(isn.choose(one, other, instant{}) == seq(0xfffffff0));
    CHECK(isn.choose(other, one, instant(1s)) == seq(0xfffffff0) + 250000);
    CHECK(counter_isn{}.choose(one, other, instant{}) == seq(1));
}
