// SPDX-License-Identifier: MIT
// policy/limits.hpp: the defaults keep the bounds that RFC 9293 sets them.
#include <doctest/doctest.h>

#include <sluice/policy/limits.hpp>

namespace {

using namespace sluice;

constexpr limits l{};
constexpr connection_options o{};

static_assert(l.syn_time >= 180s);                                                              // MUST-23
static_assert(o.r1 >= 3 && o.r2_time >= 100s);                                                  // SHLD-10, SHLD-11
static_assert(!o.keep_alive && o.keep_alive_idle >= 2h);                                        // MUST-25, MUST-28
static_assert(o.keep_alive_tries > 1);                                                          // MUST-29
static_assert(l.sws_override >= 100ms && l.sws_override <= 1s);                                 // 3.8.6.2.1
static_assert(o.nagle && !o.user_timeout);                                                      // SHLD-7, MUST-37
static_assert(l.stray_ack_interval > 0ms && l.challenge_acks > 0 && l.challenge_period == 5s);  // RFC 5961 section 7

}  // namespace

TEST_CASE("limits that can be switched off can't be reached by counting") {
    CHECK(no_limit == 255);
    CHECK(no_time_limit == duration::max());
    CHECK(o.r2 < no_limit);
    CHECK(l.syn_ack_tries < no_limit);
}
