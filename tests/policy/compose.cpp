// SPDX-License-Identifier: MIT
// policy/compose.hpp: any order and any subset of policies name one type, and what is not chosen takes no room.
#include <doctest/doctest.h>

#include <sluice/policy/ack/every_segment.hpp>
#include <sluice/policy/buffers/fixed_buffers.hpp>
#include <sluice/policy/compose.hpp>
#include <sluice/policy/congestion/fixed_window.hpp>
#include <sluice/policy/congestion/no_congestion_control.hpp>
#include <sluice/policy/congestion/reno.hpp>
#include <sluice/policy/isn/counter_isn.hpp>
#include <sluice/policy/lifecycle/client_only.hpp>
#include <sluice/policy/options/mtu_probing.hpp>
#include <sluice/policy/options/no_sack.hpp>
#include <sluice/policy/options/no_timestamps.hpp>
#include <sluice/policy/options/no_window_scale.hpp>
#include <sluice/policy/recovery/go_back_n.hpp>
#include <sluice/policy/recovery/sack_recovery.hpp>
#include <sluice/policy/rtt/fixed_rto.hpp>

#include <type_traits>

namespace {

using namespace sluice;

template <class A, class B>
constexpr bool same = std::is_same_v<A, B>;

struct watcher {
    using slot = observe_slot;
    int sent = 0;
    constexpr void on_sent(const sent_report&) { ++sent; }
};
struct blind_watcher {
    using slot = observe_slot;
};
struct sees_everything {
    using slot = observe_slot;
    int transitions = 0, sent = 0, received = 0, windows = 0;
    constexpr void on_transition(const transition_report&) { ++transitions; }
    constexpr void on_sent(const sent_report&) { ++sent; }
    constexpr void on_received(const segment&) { ++received; }
    constexpr void on_window(const window_report&) { ++windows; }
};

// Nothing chosen: the defaults.
static_assert(
    same<tcp<>,
         basic_tcp<cubic, rfc6298, rack_tlp, delayed_ack, classic_ecn, rfc6528, growable_buffers, full,
                   chosen_options<true, true, true>, observers<>>>);
// Options are left out in any order.
static_assert(same<tcp<no_sack, no_timestamps>, tcp<no_timestamps, no_sack>>);
static_assert(same<tcp<no_sack, no_timestamps>::options, chosen_options<true, false, false>>);
static_assert(same<tcp<no_window_scale>::options, chosen_options<false, true, true>>);
static_assert(same<tcp<mtu_probing>::options, chosen_options<true, true, true, true>> && !tcp<>::probes_mtu);
// One type for each choice, in whatever order it is written.
static_assert(same<tcp<fixed_window, fixed_rto>, tcp<fixed_rto, fixed_window>>);
static_assert(same<tcp<go_back_n, every_segment, client_only, counter_isn>,
                   tcp<counter_isn, client_only, every_segment, go_back_n>>);
static_assert(same<tcp<cubic>, tcp<>> && same<tcp<full, classic_ecn, growable_buffers>, tcp<>>);
static_assert(!same<tcp<fixed_window>, tcp<>>);
// Each policy is in its slot.
using chosen = tcp<counter_isn, client_only, watcher, every_segment, fixed_buffers<1, 2, 3, 4>, fixed_rto, go_back_n,
                   fixed_window>;
static_assert(same<chosen::congestion_policy, fixed_window> && same<chosen::rtt_policy, fixed_rto> &&
              same<chosen::recovery_policy, go_back_n> && same<chosen::ack_policy, every_segment> &&
              same<chosen::ecn_policy, classic_ecn> && same<chosen::isn_policy, counter_isn> &&
              same<chosen::buffers_policy, fixed_buffers<1, 2, 3, 4>> && same<chosen::lifecycle_policy, client_only> &&
              same<chosen::observers_type, observers<watcher>>);
// Observers: any number, in the order they are named.
static_assert(same<tcp<watcher, reno, blind_watcher>::observers_type, observers<watcher, blind_watcher>>);
static_assert(!same<tcp<watcher, blind_watcher>, tcp<blind_watcher, watcher>>);

// Rule 5: nobody who watches takes no byte, and neither does a policy without state.
static_assert(std::is_empty_v<observers<>> && std::is_empty_v<observers<blind_watcher>>);
static_assert(sizeof(observers<watcher>) == sizeof(watcher));
static_assert(sizeof(tcp<blind_watcher>::settings) == sizeof(tcp<>::settings));
static_assert(sizeof(tcp<no_congestion_control>::settings) < sizeof(tcp<>::settings));
static_assert(sizeof(tcp<every_segment>::settings) < sizeof(tcp<>::settings));

}  // namespace

TEST_CASE("settings begin with each policy's own defaults, and each can be set by name") {
    const tcp<>::settings untouched;
    CHECK(untouched.congestion.initial_window == 10);
    CHECK(untouched.rtt.floor == 200ms);
    CHECK(untouched.ack.delay == 40ms);
    CHECK(untouched.recovery.without_sack.duplicate_threshold == 3);
    const tcp<>::settings set{
        .congestion = {.initial_window = 4}, .rtt = {.floor = 1s}, .limits = {.mtu = 1280}, .seed = 7};
    CHECK(set.congestion.initial_window == 4);
    CHECK(set.rtt.floor == 1s);
    CHECK(set.limits.mtu == 1280);
    CHECK(set.seed.words == seed(7).words);
    CHECK(set.ack.delay == 40ms);
}

TEST_CASE("a report goes to every observer that has the hook, and to none that has not") {
    observers<watcher, blind_watcher, sees_everything> all;
    all.on_sent({});
    all.on_sent({});
    all.on_received({});
    all.on_transition({});
    all.on_window({});
    all.on_window({});
    all.on_window({});
    CHECK(static_cast<const watcher&>(all).sent == 2);
    const sees_everything& everything = all;
    CHECK(everything.sent == 2);
    CHECK(everything.received == 1);
    CHECK(everything.transitions == 1);
    CHECK(everything.windows == 3);
}

TEST_CASE("SACKs are read for a recovery policy that uses them, where they are not left out") {
    CHECK(tcp<>::reads_sack);
    CHECK_FALSE(tcp<newreno_recovery>::reads_sack);
    CHECK_FALSE(tcp<go_back_n>::reads_sack);
    CHECK_FALSE(tcp<sack_recovery, no_sack>::reads_sack);
}
