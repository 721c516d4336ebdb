// SPDX-License-Identifier: MIT
// policy/concepts.hpp: each rule of each slot both ways: a policy that keeps it, and one that breaks only it.
#include <doctest/doctest.h>

#include <sluice/policy/buffers/fixed_buffers.hpp>
#include <sluice/policy/buffers/growable_buffers.hpp>
#include <sluice/policy/buffers/phantom_buffers.hpp>
#include <sluice/policy/compose.hpp>
#include <sluice/policy/concepts.hpp>
#include <sluice/policy/congestion/reno.hpp>
#include <sluice/policy/ecn/no_ecn.hpp>

namespace {

using namespace sluice;

struct anything {};  // an argument that no hook is called with

// ---- any slot ------------------------------------------------------------------------------------------------------

struct no_slot {};
struct slot_without_name {
    struct slot {};
};
struct not_default {
    using slot = ecn_slot;
    explicit not_default(int) {}
};
struct not_copyable {
    using slot = ecn_slot;
    not_copyable() = default;
    not_copyable(const not_copyable&) = delete;
};
static_assert(policy<no_ecn> && !policy<no_slot> && !policy<slot_without_name> && !policy<not_default> &&
              !policy<not_copyable> && !policy<int>);
static_assert(policy_for<no_ecn, ecn_slot> && !policy_for<no_ecn, rtt_slot>);

// ---- congestion ----------------------------------------------------------------------------------------------------

struct window_only {
    using slot = congestion_slot;
    std::uint32_t window() const { return 1; }
};
struct all_hooks : window_only {
    void on_start(const start_report&) {}
    void on_ack(const ack_report&) {}
    void on_congestion(const congestion_report&) {}
    void on_rto(const rto_report&) {}
    void on_idle(const idle_report&) {}
    void on_mss(std::uint32_t) {}
    std::uint32_t ssthresh() const { return 1; }
    congestion_snapshot snapshot() const { return {}; }
    void restore(const congestion_snapshot&) {}
    static constexpr std::string_view name = "all";
    static constexpr congestion_signals responds_to = congestion_signal::loss | congestion_signal::ecn;
};
struct selects : window_only {
    static constexpr std::array<std::string_view, 1> names{"one"};
    bool select(std::string_view, const congestion_snapshot&) { return false; }
    std::string_view selected() const { return "one"; }
};
static_assert(congestion_policy<selects> && has_name<all_hooks> && !has_name<window_only> && !has_name<selects>);
static_assert(signals_of<window_only>() == congestion_signal::loss);
static_assert(signals_of<all_hooks>() == (congestion_signal::loss | congestion_signal::ecn));
struct by_value_and_template : window_only {
    void on_ack(ack_report) {}
    void on_rto(const auto&) {}
    int on_idle(idle_report&&) = delete;
    void on_idle(const idle_report&) {}
};
static_assert(congestion_policy<window_only> && congestion_policy<all_hooks> &&
              congestion_policy<by_value_and_template>);

struct no_window {
    using slot = congestion_slot;
};
struct window_not_const {
    using slot = congestion_slot;
    std::uint32_t window() { return 1; }
};
struct window_no_number {
    using slot = congestion_slot;
    anything window() const { return {}; }
};
struct window_is_int {  // it could be negative
    using slot = congestion_slot;
    int window() const { return 1; }
};
struct window_is_wide {
    using slot = congestion_slot;
    std::uint64_t window() const { return 1; }
};
static_assert(!congestion_policy<no_window> && !congestion_policy<window_not_const> &&
              !congestion_policy<window_no_number> && !congestion_policy<window_is_int> &&
              !congestion_policy<window_is_wide>);
static_assert(!congestion_policy<no_ecn>);

// clang-format off
struct wrong_on_start : window_only { void on_start(anything) {} };
struct wrong_on_ack : window_only { void on_ack(anything) {} };
struct wrong_on_congestion : window_only { void on_congestion(anything) {} };
struct wrong_on_rto : window_only { void on_rto() {} };
struct wrong_on_ecn : window_only { void on_ecn(const congestion_report&) {} };
struct wrong_on_idle : window_only { void on_idle(idle_report&) {} };
struct on_idle_is_data : window_only { int on_idle = 0; };
struct wrong_on_mss : window_only { void on_mss(const start_report&) {} };
struct wrong_ssthresh : window_only { anything ssthresh() const { return {}; } };
struct wrong_snapshot : window_only { std::uint32_t snapshot() const { return 1; } };
struct wrong_restore : window_only { void restore(anything) {} };
struct select_alone : window_only { bool select(std::string_view, const congestion_snapshot&) { return false; } };
struct selects_nothing : selects { void select(std::string_view, const congestion_snapshot&) {} };
struct name_is_a_number : window_only { static constexpr int name = 1; };
struct name_of_each : window_only { std::string_view name = "own"; };
struct wrong_responds_to : window_only { static constexpr int responds_to = 1; };
struct ssthresh_not_const : window_only { std::uint32_t ssthresh() { return 1; } };
class private_on_ack : public window_only { void on_ack(const ack_report&) {} };
struct congestion_on_timeout : window_only { void on_timeout() {} };
struct congestion_on_sample : window_only { void on_sample(duration, std::uint32_t) {} };
// clang-format on
static_assert(!congestion_policy<wrong_on_start> && !congestion_policy<wrong_on_ack> &&
              !congestion_policy<wrong_on_congestion> && !congestion_policy<wrong_on_rto> &&
              !congestion_policy<wrong_on_idle> && !congestion_policy<wrong_on_ecn> &&
              !congestion_policy<on_idle_is_data> && !congestion_policy<wrong_on_mss> &&
              !congestion_policy<wrong_snapshot> && !congestion_policy<wrong_restore> &&
              !congestion_policy<select_alone> && !congestion_policy<selects_nothing> &&
              !congestion_policy<name_is_a_number> && !congestion_policy<name_of_each> &&
              !congestion_policy<wrong_responds_to> && !congestion_policy<wrong_ssthresh> &&
              !congestion_policy<ssthresh_not_const> &&
              !congestion_policy<private_on_ack> && !congestion_policy<congestion_on_timeout> &&
              !congestion_policy<congestion_on_sample>);

// ---- rtt -----------------------------------------------------------------------------------------------------------

struct rto_only {
    using slot = rtt_slot;
    duration rto() const { return 1s; }
};
struct no_rto {
    using slot = rtt_slot;
};
struct rto_in_seconds {
    using slot = rtt_slot;
    int rto() const { return 1; }  // a number without unit is no duration
};
// clang-format off
struct wrong_on_sample : rto_only { void on_sample(anything) {} };
struct wrong_on_timeout : rto_only { void on_timeout(anything) {} };
struct wrong_on_established : rto_only { void on_established() {} };
struct wrong_srtt : rto_only { anything srtt() const { return {}; } };
struct rtt_on_rto : rto_only { void on_rto() {} };
// clang-format on
static_assert(rtt_policy<rto_only> && rtt_policy<rfc6298> && !rtt_policy<no_rto> && !rtt_policy<rto_in_seconds> &&
              !rtt_policy<wrong_on_sample> && !rtt_policy<wrong_on_timeout> && !rtt_policy<wrong_on_established> &&
              !rtt_policy<wrong_srtt> && !rtt_policy<rtt_on_rto>);

// ---- recovery ------------------------------------------------------------------------------------------------------

struct least_recovery {
    using slot = recovery_slot;
    recovery_step on_ack(const recovery_ack_report&, auto&) { return {}; }
    void on_timeout(const recovery_timeout_report&, auto&) {}
};
struct no_on_ack {
    using slot = recovery_slot;
    void on_timeout(const recovery_timeout_report&, auto&) {}
};
struct no_on_timeout {
    using slot = recovery_slot;
    recovery_step on_ack(const recovery_ack_report&, auto&) { return {}; }
};
struct answers_nothing {
    using slot = recovery_slot;
    void on_ack(const recovery_ack_report&, auto&) {}
    void on_timeout(const recovery_timeout_report&, auto&) {}
};
// clang-format off
struct wrong_quota : least_recovery { std::uint32_t quota() const { return 0; } };
struct wrong_in_recovery : least_recovery { bool in_recovery() { return false; } };
struct wrong_after_timeout : least_recovery { anything after_timeout() const { return {}; } };
struct wrong_recovery_start : least_recovery { void on_start(std::uint32_t) {} };
struct wrong_on_marks : least_recovery { void on_marks(recovery_marks_report&) {} };  // it may change nothing
struct recovery_on_rto : least_recovery { void on_rto(const rto_report&) {} };
struct recovery_on_congestion : least_recovery { void on_congestion(const congestion_report&) {} };
// clang-format on
static_assert(recovery_policy<least_recovery> && recovery_policy<newreno_recovery>);
static_assert(!recovery_policy<no_on_ack> && !recovery_policy<no_on_timeout> && !recovery_policy<answers_nothing> &&
              !recovery_policy<wrong_quota> && !recovery_policy<wrong_in_recovery> &&
              !recovery_policy<wrong_after_timeout> && !recovery_policy<wrong_recovery_start> &&
              !recovery_policy<wrong_on_marks> &&
              !recovery_policy<recovery_on_rto> && !recovery_policy<recovery_on_congestion>);

// ---- ack, isn, buffers, lifecycle ----------------------------------------------------------------------------------

struct at_once {
    using slot = ack_slot;
    instant acknowledge_by(const arrival_report& r) { return r.now; }
};
struct acknowledges_never {
    using slot = ack_slot;
};
struct acknowledges_after {
    using slot = ack_slot;
    duration acknowledge_by(const arrival_report&) { return 0ms; }  // a time, not a delay
};
// clang-format off
struct wrong_on_ack_sent : at_once { void on_ack_sent(anything) {} };
struct wrong_on_quick_ack : at_once { void on_quick_ack() {} };
// clang-format on
static_assert(ack_policy<at_once> && !ack_policy<acknowledges_never> && !ack_policy<acknowledges_after> &&
              !ack_policy<wrong_on_ack_sent> && !ack_policy<wrong_on_quick_ack>);

struct least_ecn {
    using slot = ecn_slot;
    void on_syn(const ecn_arrival_report&) {}
    ecn_answer on_arrival(const ecn_arrival_report&) { return {}; }
    ecn_feedback on_ack(const ecn_ack_report&) { return {}; }
    ecn_marking mark(const ecn_leaving_report&) { return {}; }
    void on_reduction() {}
    std::uint8_t handshake() const { return 0; }
    void resume(std::uint8_t) {}
};
struct a_little_ecn {  // all or nothing
    using slot = ecn_slot;
    void on_reduction() {}
};
// clang-format off
struct wrong_on_syn : least_ecn { void on_syn(anything) {} };
struct wrong_on_arrival : least_ecn { void on_arrival(const ecn_arrival_report&) {} };
struct wrong_ecn_ack : least_ecn { void on_ack(const ecn_ack_report&) {} };
struct wrong_mark : least_ecn { ecn_marking mark() { return {}; } };
struct wrong_on_reduction : least_ecn { void on_reduction(seq) {} };
struct handshake_not_const : least_ecn { std::uint8_t handshake() { return 0; } };
struct wrong_resume : least_ecn { void resume() {} };
struct wrong_option : least_ecn { std::optional<accurate_ecn_option> option() const { return {}; } };
struct wrong_unsplittable : least_ecn { bool unsplittable() { return false; } };
struct wrong_contradicts : least_ecn { bool contradicts() const { return false; } };
struct wrong_pure_ack : least_ecn { void owes_pure_ack() const {} };
struct wrong_agreed : least_ecn { bool agreed = false; };
// clang-format on
struct option_alone {
    using slot = ecn_slot;
    std::optional<accurate_ecn_option> option(const ecn_leaving_report&, std::size_t) const { return {}; }
};
static_assert(ecn_policy<no_ecn> && !ecn_takes_part<no_ecn> && ecn_policy<least_ecn> && ecn_takes_part<least_ecn>);
static_assert(!ecn_policy<a_little_ecn> && !ecn_policy<wrong_on_syn> && !ecn_policy<wrong_on_arrival> &&
              !ecn_policy<wrong_ecn_ack> && !ecn_policy<wrong_mark> && !ecn_policy<wrong_on_reduction> &&
              !ecn_policy<handshake_not_const> && !ecn_policy<wrong_resume> && !ecn_policy<wrong_option> &&
              !ecn_policy<wrong_unsplittable> && !ecn_policy<wrong_contradicts> && !ecn_policy<wrong_pure_ack> &&
              !ecn_policy<wrong_agreed> && !ecn_policy<option_alone>);

struct seven {
    using slot = isn_slot;
    seq choose(const socket_address&, const socket_address&, instant) const { return seq(7); }
};
struct chooses_integer {
    using slot = isn_slot;
    std::uint32_t choose(const socket_address&, const socket_address&, instant) const { return 7; }
};
// clang-format off
struct wrong_isn_start : seven { void on_start(std::uint64_t) {} };
// clang-format on
static_assert(isn_policy<seven> && !isn_policy<chooses_integer> && !isn_policy<wrong_isn_start>);

struct half_a_buffer {
    using slot = buffers_slot;
    using send_buffer = fixed_send_buffer<1>;
    using receive_buffer = fixed_receive_buffer<1>;
};
static_assert(buffers_policy<fixed_buffers<>> && !buffers_policy<half_a_buffer>);

struct no_machine {
    using slot = lifecycle_slot;
};
static_assert(lifecycle_policy<full> && !lifecycle_policy<no_machine>);

// ---- observe -------------------------------------------------------------------------------------------------------

struct sees_nothing {
    using slot = observe_slot;
};
struct sees_all : sees_nothing {
    void on_transition(const transition_report&) {}
    void on_sent(const sent_report&) {}
    void on_received(const segment&) {}
    void on_window(const window_report&) {}
};
// clang-format off
struct wrong_on_transition : sees_nothing { void on_transition(anything) {} };
struct wrong_on_sent : sees_nothing { void on_sent(sent_report&) {} };  // it may change nothing
struct wrong_on_received : sees_nothing { void on_received(anything) {} };
struct wrong_on_window : sees_nothing { void on_window() {} };
// clang-format on
static_assert(observer<sees_nothing> && observer<sees_all> && !observer<wrong_on_transition> &&
              !observer<wrong_on_sent> && !observer<wrong_on_received> && !observer<wrong_on_window>);

}  // namespace

TEST_CASE("a policy is one of its own slot only") {
    CHECK(congestion_policy<reno>);
    CHECK_FALSE(congestion_policy<rfc6298>);
    CHECK(rtt_policy<rfc6298>);
    CHECK_FALSE(rtt_policy<reno>);
    CHECK(recovery_policy<newreno_recovery>);
    CHECK_FALSE(recovery_policy<reno>);
    CHECK(ack_policy<delayed_ack>);
    CHECK_FALSE(ack_policy<rfc6298>);
    CHECK(ecn_policy<no_ecn>);
    CHECK_FALSE(ecn_policy<delayed_ack>);
    CHECK(isn_policy<rfc6528>);
    CHECK_FALSE(isn_policy<no_ecn>);
    CHECK(buffers_policy<fixed_buffers<>>);
    CHECK(buffers_policy<growable_buffers>);
    CHECK(buffers_policy<phantom_buffers>);
    CHECK_FALSE(buffers_policy<rfc6528>);
    CHECK(lifecycle_policy<full>);
    CHECK_FALSE(lifecycle_policy<fixed_buffers<>>);
    CHECK_FALSE(observer<full>);
}
