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

TEST_CASE("what an application may set: no header is too small for it, and nothing ends before it could begin") {
    const auto answer = [](auto&& change) {
        connection_options changed;
        change(changed);
        return check(changed);
    };
    static_assert(check(connection_options{}) == error::none);
    const auto taken = [&](auto&& change) { CHECK(answer(change) == error::none); };
    const auto refused = [&](auto&& change) { CHECK(answer(change) == error::bad_argument); };
    taken([](auto& c) { c.dscp = 63; });
    refused([](auto& c) { c.dscp = 64; });
    taken([](auto& c) { c.hop_limit = 1; });
    refused([](auto& c) { c.hop_limit = 0; });
    taken([](auto& c) { c.keep_alive_tries = 1; });
    taken([](auto& c) { c.keep_alive_tries = no_limit; });
    refused([](auto& c) { c.keep_alive_tries = 0; });
    taken([](auto& c) { c.r2_time = 0s; });
    refused([](auto& c) { c.r2_time = -1ns; });
    for (const duration good : {duration(1ns), duration(1h), no_time_limit - 1ns, no_time_limit}) {
        taken([&](auto& c) { c.keep_alive_idle = good; });
        taken([&](auto& c) { c.keep_alive_interval = good; });
        taken([&](auto& c) { c.user_timeout = good; });
        taken([&](auto& c) { c.r2_time = good; });
    }
    for (const duration bad : {duration(0ns), duration(-1ns), duration(-1h), duration::min()}) {
        refused([&](auto& c) { c.keep_alive_idle = bad; });
        refused([&](auto& c) { c.keep_alive_interval = bad; });
        refused([&](auto& c) { c.user_timeout = bad; });
    }
}
