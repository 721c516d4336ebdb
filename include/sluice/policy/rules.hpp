// SPDX-License-Identifier: MIT
//
// The concepts of concepts.hpp as error messages: one static_assert a rule, so that the compiler's first error names
// the slot and what is wrong, and the lines around it the policy.
#pragma once

#include <sluice/policy/concepts.hpp>
#include <sluice/state/machine.hpp>

namespace sluice::rules {

// clang-format off
template <class P>
struct any_slot {
    static_assert(requires { P::slot::name; },   "sluice: not a policy: it must say which slot it is for, as in `using slot = sluice::congestion_slot;`");
    static_assert(!std::is_final_v<P>,           "sluice: not a policy: it must not be final, or its hooks can't be seen");
    static_assert(std::default_initializable<P>, "sluice: not a policy: it must be default constructible");
    static_assert(std::copyable<P>,              "sluice: not a policy: it must be copyable");
    static constexpr bool kept = true;
};

template <class P, class Slot>
struct slot;  // the rules of one slot

template <class P>
struct slot<P, congestion_slot> {
    static_assert(hook::absent<P, hook::on_timeout>, "sluice: congestion slot: there is no on_timeout: here it is on_rto");
    static_assert(hook::absent<P, hook::on_sample>,  "sluice: congestion slot: there is no on_sample: ack_report::rtt tells the round trip");
    static_assert(has_window<P>,                     "sluice: congestion slot: a policy must have `std::uint32_t window() const`, of exactly this type");
    static_assert(congestion_on_start_ok<P>,         "sluice: congestion slot: on_start must be public and take a const start_report&");
    static_assert(congestion_on_ack_ok<P>,           "sluice: congestion slot: on_ack must be public and take a const ack_report&");
    static_assert(congestion_on_congestion_ok<P>,    "sluice: congestion slot: on_congestion must be public and take a const congestion_report&");
    static_assert(congestion_on_rto_ok<P>,           "sluice: congestion slot: on_rto must be public and take a const rto_report&");
    static_assert(congestion_on_undo_ok<P>,          "sluice: congestion slot: on_undo must be public and take a const undo_report&");
    static_assert(congestion_on_ecn_ok<P>,           "sluice: congestion slot: on_ecn must be public and take a const ecn_report&");
    static_assert(congestion_on_idle_ok<P>,          "sluice: congestion slot: on_idle must be public and take a const idle_report&");
    static_assert(congestion_on_mss_ok<P>,           "sluice: congestion slot: on_mss must be public and take a uint32_t");
    static_assert(congestion_pacing_rate_ok<P>,      "sluice: congestion slot: pacing_rate must be `std::uint64_t pacing_rate() const`, octets a second");
    static_assert(congestion_pacing_burst_ok<P>,     "sluice: congestion slot: pacing_burst must be `std::uint32_t pacing_burst() const`");
    static_assert(congestion_ssthresh_ok<P>,         "sluice: congestion slot: ssthresh must be `std::uint32_t ssthresh() const`");
    static_assert(congestion_snapshot_ok<P>,         "sluice: congestion slot: snapshot must be `congestion_snapshot snapshot() const`");
    static_assert(congestion_restore_ok<P>,          "sluice: congestion slot: restore must be public and take a const congestion_snapshot&");
    static_assert(congestion_select_ok<P>,           "sluice: congestion slot: select must be `bool select(std::string_view, const congestion_snapshot&)`, with `std::string_view selected() const` and `names`");
    static_assert(congestion_name_ok<P>,             "sluice: congestion slot: name must be `static constexpr std::string_view name`");
    static_assert(congestion_responds_to_ok<P>,      "sluice: congestion slot: responds_to must be `static constexpr congestion_signals responds_to`");
    static constexpr bool kept = true;
};

template <class P>
struct slot<P, rtt_slot> {
    static_assert(hook::absent<P, hook::on_rto>, "sluice: rtt slot: there is no on_rto: here it is on_timeout");
    static_assert(has_rto<P>,                    "sluice: rtt slot: a policy must have `duration rto() const`");
    static_assert(rtt_on_sample_ok<P>,           "sluice: rtt slot: on_sample must be public and take a duration and a std::uint32_t");
    static_assert(rtt_on_timeout_ok<P>,          "sluice: rtt slot: on_timeout must be public and take nothing");
    static_assert(rtt_on_undo_ok<P>,             "sluice: rtt slot: on_undo must be public and take a std::optional<duration>");
    static_assert(rtt_on_established_ok<P>,      "sluice: rtt slot: on_established must be public and take a bool");
    static_assert(rtt_srtt_ok<P>,                "sluice: rtt slot: srtt must be `std::optional<duration> srtt() const`");
    static_assert(rtt_rttvar_ok<P>,              "sluice: rtt slot: rttvar must be `std::optional<duration> rttvar() const`");
    static constexpr bool kept = true;
};

template <class P>
struct slot<P, recovery_slot> {
    static_assert(hook::absent<P, hook::on_rto>,        "sluice: recovery slot: there is no on_rto: here it is on_timeout");
    static_assert(hook::absent<P, hook::on_congestion>, "sluice: recovery slot: there is no on_congestion: here an episode begins with recovery_step::entered");
    static_assert(recovers<P>,                          "sluice: recovery slot: a policy must have `recovery_step on_ack(const recovery_ack_report&, auto& flight)` and `void on_timeout(const recovery_timeout_report&, auto& flight)`");
    static_assert(recovery_on_start_ok<P>,              "sluice: recovery slot: on_start must be public and take a const recovery_start_report&");
    static_assert(recovery_quota_ok<P>,                 "sluice: recovery slot: quota must be `std::uint32_t quota(const quota_report&) const`");
    static_assert(recovery_in_recovery_ok<P>,           "sluice: recovery slot: in_recovery must be `bool in_recovery() const`");
    static_assert(recovery_after_timeout_ok<P>,         "sluice: recovery slot: after_timeout must be `bool after_timeout() const`");
    static_assert(recovery_on_sent_ok<P>,               "sluice: recovery slot: on_sent must be public and take a const recovery_sent_report& and the records");
    static_assert(recovery_deadline_ok<P>,              "sluice: recovery slot: deadline must be `instant deadline() const`");
    static_assert(recovery_on_deadline_ok<P>,           "sluice: recovery slot: deadline and on_deadline go together: `recovery_step on_deadline(const recovery_timeout_report&, auto& flight)`");
    static_assert(recovery_on_marks_ok<P>,              "sluice: recovery slot: on_marks must be public and take a const recovery_marks_report&");
    static_assert(recovery_find_more_ok<P>,             "sluice: recovery slot: find_more must be `bool find_more(const quota_report&, auto& flight)`");
    static constexpr bool kept = true;
};

template <class P>
struct slot<P, ack_slot> {
    static_assert(has_acknowledge_by<P>, "sluice: ack slot: a policy must have `instant acknowledge_by(const arrival_report&)`");
    static_assert(ack_on_ack_sent_ok<P>, "sluice: ack slot: on_ack_sent must be public and take nothing");
    static_assert(ack_on_quick_ack_ok<P>, "sluice: ack slot: on_quick_ack must be public and take a bool");
    static constexpr bool kept = true;
};

template <class P>
struct slot<P, ecn_slot> {
    static constexpr bool nothing = ecn_has_nothing<P>;
    static_assert(nothing || ecn_mark_ok<P>,         "sluice: ecn slot: a policy that takes part must have `ecn_marking mark(const ecn_leaving_report&)`");
    static_assert(nothing || ecn_on_syn_ok<P>,       "sluice: ecn slot: a policy that takes part must have `void on_syn(const ecn_arrival_report&)`");
    static_assert(nothing || ecn_on_arrival_ok<P>,   "sluice: ecn slot: a policy that takes part must have `ecn_answer on_arrival(const ecn_arrival_report&)`");
    static_assert(nothing || ecn_on_ack_ok<P>,       "sluice: ecn slot: a policy that takes part must have `ecn_feedback on_ack(const ecn_ack_report&)`");
    static_assert(nothing || ecn_on_reduction_ok<P>, "sluice: ecn slot: a policy that takes part must have `void on_reduction()`");
    static_assert(nothing || ecn_handshake_ok<P>,    "sluice: ecn slot: a policy that takes part must have `std::uint8_t handshake() const` and `void resume(std::uint8_t)`");
    static_assert(ecn_option_ok<P>,                  "sluice: ecn slot: option must be `std::optional<accurate_ecn_option> option(const ecn_leaving_report&, std::size_t room) const`");
    static_assert(ecn_unsplittable_ok<P>,            "sluice: ecn slot: unsplittable must be `bool unsplittable() const`");
    static_assert(ecn_contradicts_ok<P>,             "sluice: ecn slot: contradicts must be `bool contradicts(const ecn_arrival_report&) const`");
    static_assert(ecn_pure_ack_ok<P>,                "sluice: ecn slot: owes_pure_ack must be `bool owes_pure_ack() const`");
    static_assert(ecn_agreed_ok<P>,                  "sluice: ecn slot: agreed must be `bool agreed() const`");
    static constexpr bool kept = true;
};

template <class P>
struct slot<P, isn_slot> {
    static_assert(has_choose<P>,      "sluice: isn slot: a policy must have `seq choose(const socket_address& local, const socket_address& remote, instant now) const`");
    static_assert(isn_on_start_ok<P>, "sluice: isn slot: on_start must be public and take two std::uint64_t");
    static_assert(isn_timestamp_offset_ok<P>, "sluice: isn slot: timestamp_offset must be `std::uint32_t timestamp_offset(const socket_address& local, const socket_address& remote) const`");
    static constexpr bool kept = true;
};

template <class P>
struct slot<P, buffers_slot> {
    static_assert(buffers_types<P>, "sluice: buffers slot: a policy must have the types pool, send_buffer, receive_buffer, records and intervals, and a number of replies");
    static_assert(buffers_pool_ok<P>,      "sluice: buffers slot: pool must be constructible from a const reference to the policy");
    static_assert(buffers_records_ok<P>,   "sluice: buffers slot: records must be an array of in_flight_record, as std::array and pool_array are");
    static_assert(buffers_intervals_ok<P>, "sluice: buffers slot: intervals must be a basic_interval_set of seq");
    static_assert(buffers_send_ok<P>,      "sluice: buffers slot: send_buffer must have capacity, size, free, lend, drop and clear as policy/concepts.hpp has them");
    static_assert(buffers_append_ok<P>,    "sluice: buffers slot: send_buffer must have append, reserve and commit as policy/concepts.hpp has them; with counts_only, append of a payload");
    static_assert(buffers_receive_ok<P>,   "sluice: buffers slot: receive_buffer must have capacity, largest, size, free, write, commit, peek, consume, read and clear as policy/concepts.hpp has them");
    static_assert(buffers_tunes_ok<P>,     "sluice: buffers slot: with tunes, receive_buffer must have `void adapt(pool&, const Policy&, std::size_t wanted)`");
    static_assert(buffers_lent_ok<P>,      "sluice: buffers slot: with lent, send_buffer must have append_lent, has_room_for_lent, has_lent and most_lent as policy/concepts.hpp has them");
    static constexpr bool kept = true;
};

template <class P>
struct slot<P, lifecycle_slot> {
    static_assert(has_table<P>, "sluice: lifecycle slot: a policy must have a transition table, `static constexpr auto table`");
    static constexpr bool kept = [] {
        if constexpr (has_table<P>) return sizeof(machine<P>) > 0;  // which has to pass the proofs
        return false;
    }();
};

template <class P>
struct slot<P, options_slot> {
    static_assert(leaves_an_option_out<P> || asks_for_something<P>, "sluice: options slot: a policy must have `static constexpr option_kind leaves_out`, one of timestamps, window_scale and sack, or `static constexpr bool probes_mtu = true`");
    static constexpr bool kept = true;
};

template <class P>
struct slot<P, observe_slot> {
    static_assert(observe_on_transition_ok<P>, "sluice: observe slot: on_transition must be public and take a const transition_report&");
    static_assert(observe_on_sent_ok<P>,       "sluice: observe slot: on_sent must be public and take a const sent_report&");
    static_assert(observe_on_received_ok<P>,   "sluice: observe slot: on_received must be public and take a const segment&");
    static_assert(observe_on_window_ok<P>,     "sluice: observe slot: on_window must be public and take a const window_report&");
    static constexpr bool kept = true;
};
// clang-format on

}  // namespace sluice::rules
