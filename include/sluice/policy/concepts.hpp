// SPDX-License-Identifier: MIT
//
// What a policy of each slot must have, may have, and is told: one table a slot, as comment and as concept. A required
// member that is missing, or an optional one that can't be called as its table says, does not compile. An optional one
// that is absent is not called and costs nothing; one that is misspelt is absent, too, and only other slots' names for
// the same thing are refused. Settings are public members with defaults; state may be, too.
#pragma once

#include <array>
#include <concepts>
#include <string_view>
#include <type_traits>

#include <sluice/base/memory.hpp>
#include <sluice/base/payload.hpp>
#include <sluice/policy/hooks.hpp>
#include <sluice/policy/reports.hpp>
#include <sluice/policy/slots.hpp>
#include <sluice/tcb/in_flight.hpp>
#include <sluice/wire/address.hpp>
#include <sluice/wire/packet.hpp>
#include <sluice/wire/segment.hpp>

namespace sluice {

template <class P>
concept policy = std::default_initializable<P> && std::copyable<P> && !std::is_final_v<P> &&  // see hooks.hpp
                 requires { P::slot::name; };

template <class P, class Slot>
concept policy_for = policy<P> && std::same_as<typename P::slot, Slot>;

// The congestion slot: how much may be in the network. One a connection.
//   required  uint32_t window() const                    octets: always the target, never inflated. More than 2^30
//                                                        counts as 2^30; less than one segment, when nothing is in
//                                                        flight, as one
//   optional  void on_start(const start_report&)         ESTABLISHED
//             void on_ack(const ack_report&)             an ACK of new data, or one that changed what is in flight
//             void on_congestion(const congestion_report&)  loss found by ACKs, once an episode
//             void on_rto(const rto_report&)             the retransmission timer expired
//             void on_undo(const undo_report&)           the last of these two was for nothing: nothing had been lost
//             void on_ecn(const ecn_report&)             marks, once a round trip; absent: on_congestion is told
//             void on_idle(const idle_report&)           sending goes on after more than an RTO of silence
//             void on_mss(uint32_t)                      in mid-connection: the segments are of another size from now on
//             uint32_t ssthresh() const                  octets; below it cwnd_limited means flight > window / 2 (RFC 7661)
//             uint64_t pacing_rate() const               octets a second at which data leaves; 0: at once
//             uint32_t pacing_burst() const              octets that leave at once all the same, at first and after a pause
//             congestion_snapshot snapshot() const       another is to go on from here; absent: window() and ssthresh()
//             void restore(const congestion_snapshot&)   goes on from there, its own past forgotten; absent: it is told
//                                                        on_start again, and begins with a window of its own
//             bool select(string_view, const congestion_snapshot&)  goes over to the policy of this name (any_of);
//                                                        false: there is none. With it, string_view selected() const,
//                                                        and names, a static array of them
//             static constexpr string_view name          as setsockopt calls it; absent: it can't be asked for by name
//             static constexpr congestion_signals responds_to   what it gives way to; absent: loss
//   refused   on_timeout, on_sample                      other slots' names for what on_rto and on_ack tell
// clang-format off
template <class P> concept has_window               = requires(const P& p) { { p.window() } -> std::same_as<std::uint32_t>; };
template <class P> concept congestion_names_ok      = hook::absent<P, hook::on_timeout> && hook::absent<P, hook::on_sample>;
template <class P> concept congestion_on_start_ok   = hook::absent<P, hook::on_start>      || requires(P& p, const start_report& r) { p.on_start(r); };
template <class P> concept congestion_on_ack_ok     = hook::absent<P, hook::on_ack>        || requires(P& p, const ack_report& r) { p.on_ack(r); };
template <class P> concept congestion_on_congestion_ok = hook::absent<P, hook::on_congestion> || requires(P& p, const congestion_report& r) { p.on_congestion(r); };
template <class P> concept congestion_on_rto_ok     = hook::absent<P, hook::on_rto>        || requires(P& p, const rto_report& r) { p.on_rto(r); };
template <class P> concept congestion_on_undo_ok    = hook::absent<P, hook::on_undo>       || requires(P& p, const undo_report& r) { p.on_undo(r); };
template <class P> concept congestion_on_ecn_ok     = hook::absent<P, hook::on_ecn>        || requires(P& p, const ecn_report& r) { p.on_ecn(r); };
template <class P> concept congestion_on_idle_ok    = hook::absent<P, hook::on_idle>       || requires(P& p, const idle_report& r) { p.on_idle(r); };
template <class P> concept congestion_on_mss_ok     = hook::absent<P, hook::on_mss>        || requires(P& p, std::uint32_t mss) { p.on_mss(mss); };
template <class P> concept congestion_ssthresh_ok   = hook::absent<P, hook::ssthresh>      || requires(const P& p) { { p.ssthresh() } -> std::convertible_to<std::uint32_t>; };
template <class P> concept congestion_pacing_rate_ok  = hook::absent<P, hook::pacing_rate>  || requires(const P& p) { { p.pacing_rate() } -> std::same_as<std::uint64_t>; };
template <class P> concept congestion_pacing_burst_ok = hook::absent<P, hook::pacing_burst> || requires(const P& p) { { p.pacing_burst() } -> std::convertible_to<std::uint32_t>; };
template <class P> concept congestion_snapshot_ok   = hook::absent<P, hook::snapshot>      || requires(const P& p) { { p.snapshot() } -> std::same_as<congestion_snapshot>; };
template <class P> concept congestion_restore_ok    = hook::absent<P, hook::restore>       || requires(P& p, const congestion_snapshot& s) { p.restore(s); };
template <class P> concept congestion_select_ok     = hook::absent<P, hook::select>        || requires(P& p, const P& seen, std::string_view name, const congestion_snapshot& s) { { p.select(name, s) } -> std::same_as<bool>; { seen.selected() } -> std::same_as<std::string_view>; P::names; };
template <class P> concept congestion_name_ok       = hook::absent<P, hook::name>          || requires { typename std::bool_constant<(std::string_view(P::name).size() > 0)>; };
template <class P> concept congestion_responds_to_ok = hook::absent<P, hook::responds_to>  || requires { typename std::bool_constant<congestion_signals(P::responds_to).empty()>; };
template <class P> concept has_name                 = !hook::absent<P, hook::name> && congestion_name_ok<P>;
// clang-format on
template <class P>
concept congestion_policy =
    policy_for<P, congestion_slot> && congestion_names_ok<P> && has_window<P> && congestion_on_start_ok<P> &&
    congestion_on_ack_ok<P> && congestion_on_congestion_ok<P> && congestion_on_rto_ok<P> && congestion_on_undo_ok<P> &&
    congestion_on_ecn_ok<P> && congestion_on_idle_ok<P> && congestion_on_mss_ok<P> && congestion_ssthresh_ok<P> &&
    congestion_pacing_rate_ok<P> && congestion_pacing_burst_ok<P> && congestion_snapshot_ok<P> &&
    congestion_restore_ok<P> && congestion_select_ok<P> && congestion_name_ok<P> && congestion_responds_to_ok<P>;

/// What a congestion policy gives way to.
template <class P>
constexpr congestion_signals signals_of() {
    if constexpr (requires { P::responds_to; }) return P::responds_to;
    else return congestion_signal::loss;
}

// The rtt slot: the retransmission timeout. One a connection.
//   required  duration rto() const                       back-off included
//   optional  void on_sample(duration, uint32_t)         the round trip of data sent once, and how many samples a round
//                                                        trip may bring (RFC 7323 appendix G)
//             void on_timeout()                          the timer expired: back off (RFC 6298 section 5.5)
//             void on_undo(optional<duration>)           the last time it did was too early; the round trip, if known
//             void on_established(bool syn_timed_out)     section 5.7
//             optional<duration> srtt() const, rttvar() const   for those who look
//             static constexpr bool follows_rfc6298      the conformance kit compares with section 2's formulas
//   refused   on_rto                                     here it is on_timeout
// clang-format off
template <class P> concept has_rto               = requires(const P& p) { { p.rto() } -> std::convertible_to<duration>; };
template <class P> concept rtt_names_ok          = hook::absent<P, hook::on_rto>;
template <class P> concept rtt_on_sample_ok      = hook::absent<P, hook::on_sample>      || requires(P& p, duration d, std::uint32_t n) { p.on_sample(d, n); };
template <class P> concept rtt_on_timeout_ok     = hook::absent<P, hook::on_timeout>     || requires(P& p) { p.on_timeout(); };
template <class P> concept rtt_on_undo_ok        = hook::absent<P, hook::on_undo>        || requires(P& p, std::optional<duration> d) { p.on_undo(d); };
template <class P> concept rtt_on_established_ok = hook::absent<P, hook::on_established> || requires(P& p, bool b) { p.on_established(b); };
template <class P> concept rtt_srtt_ok           = hook::absent<P, hook::srtt>           || requires(const P& p) { { p.srtt() } -> std::convertible_to<std::optional<duration>>; };
template <class P> concept rtt_rttvar_ok         = hook::absent<P, hook::rttvar>         || requires(const P& p) { { p.rttvar() } -> std::convertible_to<std::optional<duration>>; };
// clang-format on
template <class P>
concept rtt_policy = policy_for<P, rtt_slot> && rtt_names_ok<P> && has_rto<P> && rtt_on_sample_ok<P> &&
    rtt_on_timeout_ok<P> && rtt_on_undo_ok<P> && rtt_on_established_ok<P> && rtt_srtt_ok<P> && rtt_rttvar_ok<P>;

// The recovery slot: what is lost, and the path to the target. One a connection. Losses are marked in the records.
//   required  recovery_step on_ack(const recovery_ack_report&, in_flight&)   after the ACK's records are gone
//             void on_timeout(const recovery_timeout_report&, in_flight&)    the first lost record is sent at once
//   optional  static constexpr bool uses_sack = true       what the peer reports is marked in the records; absent: it is not
//             void on_start(const recovery_start_report&)  our SYN is about to leave, and again at ESTABLISHED
//             uint32_t quota(const quota_report&) const   octets that may leave; absent: target − pipe
//             bool in_recovery() const                    an episode that ACKs began is not over
//             bool after_timeout() const                  what was out at the last timeout is not all acknowledged
//             bool find_more(const quota_report&, in_flight&)  quota is left in an episode, nothing is marked lost, nothing
//                                                          new may leave: marks more, or answers no
//             void on_sent(const recovery_sent_report&, const in_flight&)   something with text, SYN or FIN leaves
//             void on_marks(const recovery_marks_report&)  marks have reduced the target; more may be out
//             instant deadline() const                     asked after each of these: when time alone tells something …
//             recovery_step on_deadline(const recovery_timeout_report&, in_flight&)   … and then; something is in flight
//   refused   on_rto, on_congestion                       here they are on_timeout, and recovery_step::entered
template <class P>
concept recovers = requires(P& p, in_flight<std::array<in_flight_record, 4>>& flight, const recovery_ack_report& ack,
                            const recovery_timeout_report& timeout) {
    { p.on_ack(ack, flight) } -> std::same_as<recovery_step>;
    p.on_timeout(timeout, flight);
};
// clang-format off
template <class P> concept recovery_names_ok         = hook::absent<P, hook::on_rto> && hook::absent<P, hook::on_congestion>;
template <class P> concept recovery_on_start_ok      = hook::absent<P, hook::on_start>      || requires(P& p, const recovery_start_report& r) { p.on_start(r); };
template <class P> concept recovery_quota_ok         = hook::absent<P, hook::quota>         || requires(const P& p, const quota_report& r) { { p.quota(r) } -> std::convertible_to<std::uint32_t>; };
template <class P> concept recovery_in_recovery_ok   = hook::absent<P, hook::in_recovery>   || requires(const P& p) { { p.in_recovery() } -> std::convertible_to<bool>; };
template <class P> concept recovery_find_more_ok     = hook::absent<P, hook::find_more>     || requires(P& p, const quota_report& r, in_flight<std::array<in_flight_record, 4>>& flight) { { p.find_more(r, flight) } -> std::convertible_to<bool>; };
template <class P> concept recovery_on_sent_ok       = hook::absent<P, hook::on_sent>       || requires(P& p, const recovery_sent_report& r, const in_flight<std::array<in_flight_record, 4>>& flight) { p.on_sent(r, flight); };
template <class P> concept recovery_on_marks_ok      = hook::absent<P, hook::on_marks>      || requires(P& p, const recovery_marks_report& r) { p.on_marks(r); };
template <class P> concept recovery_deadline_ok      = hook::absent<P, hook::deadline>      || requires(const P& p) { { p.deadline() } -> std::same_as<instant>; };
template <class P> concept recovery_on_deadline_ok   = (hook::absent<P, hook::on_deadline> && hook::absent<P, hook::deadline>) || requires(P& p, const recovery_timeout_report& r, in_flight<std::array<in_flight_record, 4>>& flight) { { p.on_deadline(r, flight) } -> std::same_as<recovery_step>; p.deadline(); };
template <class P> concept recovery_after_timeout_ok = hook::absent<P, hook::after_timeout> || requires(const P& p) { { p.after_timeout() } -> std::convertible_to<bool>; };
// clang-format on
template <class P>
concept recovery_policy = policy_for<P, recovery_slot> && recovery_names_ok<P> && recovers<P> &&
    recovery_on_start_ok<P> && recovery_quota_ok<P> && recovery_in_recovery_ok<P> && recovery_after_timeout_ok<P> &&
    recovery_find_more_ok<P> && recovery_on_sent_ok<P> && recovery_on_marks_ok<P> && recovery_deadline_ok<P> &&
    recovery_on_deadline_ok<P>;

// The ack slot: when to acknowledge. One a connection.
//   required  instant acknowledge_by(const arrival_report&)   text or FIN came; now, or a deadline; held under 0.5 s (MUST-40)
//   optional  void on_ack_sent()                              a segment with our ACK has left
//             void on_quick_ack(bool)                         the application wants ACKs at once, or as late as may be
// clang-format off
template <class P> concept has_acknowledge_by = requires(P& p, const arrival_report& r) { { p.acknowledge_by(r) } -> std::same_as<instant>; };
template <class P> concept ack_on_ack_sent_ok = hook::absent<P, hook::on_ack_sent> || requires(P& p) { p.on_ack_sent(); };
template <class P> concept ack_on_quick_ack_ok = hook::absent<P, hook::on_quick_ack> || requires(P& p, bool wanted) { p.on_quick_ack(wanted); };
// clang-format on
template <class P>
concept ack_policy =
    policy_for<P, ack_slot> && has_acknowledge_by<P> && ack_on_ack_sent_ok<P> && ack_on_quick_ack_ok<P>;

// The ecn slot: codepoints and feedback. One a connection. It has the first seven, and takes part; or none of all,
// as no_ecn, and nothing of the slot is compiled. That the window is reduced once a round trip is the core's business.
//   required  void on_syn(const ecn_arrival_report&)         the peer's SYN or SYN,ACK, maybe not for the first time
//             ecn_answer on_arrival(const ecn_arrival_report&)  a segment whose numbers are acceptable, SYNs not
//             ecn_feedback on_ack(const ecn_ack_report&)     what it says of ours
//             ecn_marking mark(const ecn_leaving_report&)    a segment leaves
//             void on_reduction()                            the congestion policy has reduced its window
//             uint8_t handshake() const                      what a half-open record keeps: three bits, 0 is a SYN
//                                                            without ECN …
//             void resume(uint8_t)                           … and from there on: instead of on_syn
//   optional  optional<accurate_ecn_option> option(const ecn_leaving_report&, size_t room) const
//                                                            asked, maybe twice, before mark
//             bool unsplittable() const                      CWR, as it is, belongs on each segment: no super-segments,
//                                                            of which only the first slice keeps it
//             bool contradicts(const ecn_arrival_report&) const  the peer's SYN again: the two ends may understand each
//                                                            other wrongly, and the connection is reset
//             bool owes_pure_ack() const                     the ACK of a SYN,ACK leaves before any text
//             bool agreed() const                            for those who look
// clang-format off
template <class P> concept ecn_on_syn_ok       = requires(P& p, const ecn_arrival_report& r) { p.on_syn(r); };
template <class P> concept ecn_on_arrival_ok   = requires(P& p, const ecn_arrival_report& r) { { p.on_arrival(r) } -> std::same_as<ecn_answer>; };
template <class P> concept ecn_on_ack_ok       = requires(P& p, const ecn_ack_report& r) { { p.on_ack(r) } -> std::same_as<ecn_feedback>; };
template <class P> concept ecn_mark_ok         = requires(P& p, const ecn_leaving_report& r) { { p.mark(r) } -> std::same_as<ecn_marking>; };
template <class P> concept ecn_on_reduction_ok = requires(P& p) { p.on_reduction(); };
template <class P> concept ecn_handshake_ok    = requires(P& p, const P& seen, std::uint8_t kept) { { seen.handshake() } -> std::same_as<std::uint8_t>; p.resume(kept); };
template <class P> concept ecn_option_ok       = hook::absent<P, hook::option>       || requires(const P& p, const ecn_leaving_report& r, std::size_t n) { { p.option(r, n) } -> std::same_as<std::optional<accurate_ecn_option>>; };
template <class P> concept ecn_unsplittable_ok = hook::absent<P, hook::unsplittable> || requires(const P& p) { { p.unsplittable() } -> std::same_as<bool>; };
template <class P> concept ecn_contradicts_ok  = hook::absent<P, hook::contradicts>  || requires(const P& p, const ecn_arrival_report& r) { { p.contradicts(r) } -> std::same_as<bool>; };
template <class P> concept ecn_pure_ack_ok     = hook::absent<P, hook::owes_pure_ack> || requires(const P& p) { { p.owes_pure_ack() } -> std::same_as<bool>; };
template <class P> concept ecn_agreed_ok       = hook::absent<P, hook::agreed>       || requires(const P& p) { { p.agreed() } -> std::same_as<bool>; };
template <class P> concept ecn_has_nothing     = hook::absent<P, hook::on_syn> && hook::absent<P, hook::on_arrival> && hook::absent<P, hook::on_ack> && hook::absent<P, hook::mark> && hook::absent<P, hook::on_reduction> &&
                                                 hook::absent<P, hook::handshake> && hook::absent<P, hook::resume> && hook::absent<P, hook::option> && hook::absent<P, hook::unsplittable> && hook::absent<P, hook::contradicts> && hook::absent<P, hook::owes_pure_ack> && hook::absent<P, hook::agreed>;
// clang-format on
template <class P>
concept ecn_takes_part = policy_for<P, ecn_slot> && ecn_on_syn_ok<P> && ecn_on_arrival_ok<P> && ecn_on_ack_ok<P> &&
                         ecn_mark_ok<P> && ecn_on_reduction_ok<P> && ecn_handshake_ok<P> && ecn_option_ok<P> &&
                         ecn_unsplittable_ok<P> && ecn_contradicts_ok<P> && ecn_pure_ack_ok<P> && ecn_agreed_ok<P>;
template <class P>
concept ecn_policy = policy_for<P, ecn_slot> && (ecn_has_nothing<P> || ecn_takes_part<P>);

// The isn slot: initial sequence numbers. One a stack.
//   required  seq choose(const socket_address& local, const socket_address& remote, instant now) const
//   optional  void on_start(uint64_t bits, uint64_t bits)     secret bits of the stack's seed
//             uint32_t timestamp_offset(const socket_address& local, const socket_address& remote) const
//                                                            added to the clock of RFC 7323's timestamps; absent: 0
// clang-format off
template <class P> concept has_choose      = requires(const P& p, const socket_address& a, instant now) { { p.choose(a, a, now) } -> std::same_as<seq>; };
template <class P> concept isn_on_start_ok = hook::absent<P, hook::on_start> || requires(P& p, std::uint64_t bits) { p.on_start(bits, bits); };
template <class P> concept isn_timestamp_offset_ok = hook::absent<P, hook::timestamp_offset> || requires(const P& p, const socket_address& a) { { p.timestamp_offset(a, a) } -> std::same_as<std::uint32_t>; };
// clang-format on
template <class P>
concept isn_policy = policy_for<P, isn_slot> && has_choose<P> && isn_on_start_ok<P> && isn_timestamp_offset_ok<P>;

// The buffers slot: where octets, records and intervals wait. One a stack; of its types each connection has one. Every
// length is in octets, offsets count from the first octet that is there, and `pool` is what the connections share.
//   required  pool                        pool(const Policy&)
//             replies                     size_t: answers that are no connection's, and wait to leave
//             records                     of in_flight_record, as std::array and pool_array are
//             intervals                   a basic_interval_set<seq, …>: what is held behind gaps
//             send_buffer                 octets from SND.UNA on
//               size_t capacity() const, size() const, free() const
//               size_t append(pool&, octets)               SEND: as many as there is room and memory for
//               mutable_octets reserve(pool&, size_t most) SEND in two halves: room in one piece, none without memory
//               void commit(pool&, size_t length)          and so much of it is written
//               size_t lend(size_t offset, size_t length, tx_packet&) const   a segment leaves; as many as it has
//                                                          spans for
//               void drop(pool&, size_t length)            acknowledged
//               void clear(pool&)                          the connection is over: gives back all
//             receive_buffer              octets that are not read yet, and behind them others in their places
//               size_t capacity() const, size() const, free() const
//               static size_t largest(const Policy&)       that capacity() will ever be: the window scale follows
//               bool write(pool&, size_t offset, payload)  text comes, `offset` behind what is in order; false: no memory
//               void commit(size_t length)                 so many more are in order
//               octets peek() const                        RECEIVE in two halves: what lies in one piece
//               void consume(pool&, size_t length)         and so much of it is dealt with
//               size_t read(pool&, mutable_octets)         RECEIVE
//               void clear(pool&)
//   optional  send_buffer: size_t most_to_commit() const   no reserve() can have given more: commit of that is refused
//             counts_only = true          nothing is kept: append takes a payload; no reserve, commit, peek
//             tunes = true                receive_buffer: void adapt(pool&, const Policy&, size_t wanted)
//             lent                        what an application lends, with `octets data`. send_buffer:
//                                         bool append_lent(pool&, lent&), bool has_room_for_lent(size_t) const,
//                                         bool has_lent() const, size_t most_lent
//             of either buffer: void start(const Policy&)  a conversation begins
//             of send_buffer:   void adapt(pool&, const Policy&, uint32_t cwnd)   the congestion window has moved
//                               size_t lendable(size_t offset, size_t length) const  as lend, without lending
//             of receive_buffer: void forget_beyond(pool&) text behind gaps goes: text in order needs its memory
//             of records and the store of intervals: grow(pool&, size_t), give_back(pool&)
//   a stack requires memory_type, a memory_source, and a member `source` of it: where its tables come from
template <class P>
concept buffers_types = requires {
    typename P::send_buffer;
    typename P::receive_buffer;
    typename P::records;
    typename P::intervals;
    typename P::pool;
    { P::replies } -> std::convertible_to<std::size_t>;
};
template <class P>
concept buffers_pool_ok = std::constructible_from<typename P::pool, const P&>;
template <class P>
concept buffers_records_ok = requires(typename P::records& r, std::size_t i) {
    { r[i] } -> std::same_as<in_flight_record&>;
    { r.size() } -> std::convertible_to<std::size_t>;
};
template <class P>
concept buffers_intervals_ok = requires(typename P::intervals& held, const typename P::intervals& seen, seq s) {
    { held.add(s, s) } -> std::convertible_to<bool>;
    { seen.empty() } -> std::convertible_to<bool>;
    seen.all(), seen.first_overlap(s, s);
    held.remove_below(s), held.remove_from(s), held.clear();
};
template <class B>
concept has_buffer_sizes = std::default_initializable<B> && requires(const B& b) {
    { b.capacity() } -> std::convertible_to<std::size_t>;
    { b.size() } -> std::convertible_to<std::size_t>;
    { b.free() } -> std::convertible_to<std::size_t>;
};
template <class P>
concept keeps_octets = !requires { requires P::counts_only; };
template <class P>
concept buffers_send_ok = has_buffer_sizes<typename P::send_buffer> &&
    requires(typename P::send_buffer& b, const typename P::send_buffer& seen, typename P::pool& pool, std::size_t n,
             tx_packet& to) {
        { seen.lend(n, n, to) } -> std::convertible_to<std::size_t>;
        b.drop(pool, n), b.clear(pool);
    };
template <class P>
concept buffers_append_ok = requires(typename P::send_buffer& b, typename P::pool& pool, std::size_t n, octets o,
                                     payload text) {
    requires !keeps_octets<P> || requires {
        { b.append(pool, o) } -> std::convertible_to<std::size_t>;
        { b.reserve(pool, n) } -> std::convertible_to<mutable_octets>;
        b.commit(pool, n);
    };
    requires keeps_octets<P> || requires { { b.append(pool, text) } -> std::convertible_to<std::size_t>; };
};
template <class P>
concept buffers_receive_ok = has_buffer_sizes<typename P::receive_buffer> &&
    requires(typename P::receive_buffer& b, const typename P::receive_buffer& seen, typename P::pool& pool,
             const P& policy, std::size_t n, payload text, mutable_octets to) {
        { P::receive_buffer::largest(policy) } -> std::convertible_to<std::size_t>;
        { b.write(pool, n, text) } -> std::convertible_to<bool>;
        { b.read(pool, to) } -> std::convertible_to<std::size_t>;
        b.commit(n), b.consume(pool, n), b.clear(pool);
        requires !keeps_octets<P> || requires { { seen.peek() } -> std::convertible_to<octets>; };
    };
template <class P>
concept buffers_tunes_ok = !requires { requires P::tunes; } ||
    requires(typename P::receive_buffer& b, typename P::pool& pool, const P& policy, std::size_t n) {
        b.adapt(pool, policy, n);
    };
template <class P>
concept buffers_lent_ok = !requires { typename P::lent; } ||
    requires(typename P::send_buffer& b, const typename P::send_buffer& seen, typename P::pool& pool,
             typename P::lent& lent, std::size_t n) {
        { lent.data } -> std::convertible_to<octets>;
        { b.append_lent(pool, lent) } -> std::convertible_to<bool>;
        { seen.has_room_for_lent(n) } -> std::convertible_to<bool>;
        { seen.has_lent() } -> std::convertible_to<bool>;
        { seen.most_lent } -> std::convertible_to<std::size_t>;
    };
template <class P>
concept buffers_policy = policy_for<P, buffers_slot> && buffers_types<P> && buffers_pool_ok<P> &&
                         buffers_records_ok<P> && buffers_intervals_ok<P> && buffers_send_ok<P> &&
                         buffers_append_ok<P> && buffers_receive_ok<P> && buffers_tunes_ok<P> && buffers_lent_ok<P>;
template <class P>
concept buffers_for_stack = requires(const P& p) {
    typename P::memory_type;
    { p.source } -> std::convertible_to<typename P::memory_type>;
} && memory_source<typename P::memory_type>;

// The lifecycle slot: a transition table, `static constexpr auto table`.
template <class P>
concept has_table = requires { P::table.rows; };
template <class P>
concept lifecycle_policy = policy_for<P, lifecycle_slot> && has_table<P>;

// The options slot: which TCP options take part, and what is not everybody's; any number of policies, each about one.
// It has one of these:
//   static constexpr option_kind leaves_out     timestamps, window_scale or sack
//   static constexpr bool probes_mtu = true     larger packets are tried out (RFC 4821)
template <class P>
concept leaves_an_option_out = requires { { P::leaves_out } -> std::convertible_to<option_kind>; }
&&(P::leaves_out == option_kind::timestamps || P::leaves_out == option_kind::window_scale ||
   P::leaves_out == option_kind::sack);
template <class P>
concept asks_for_something = requires { requires P::probes_mtu; };

// The observe slot: who watches; any number. They see values and change nothing.
//   optional  void on_transition(const transition_report&)
//             void on_sent(const sent_report&)            a segment leaves; RSTs are no connection's and not told
//             void on_received(const segment&)            a segment for this connection, before its checks
//             void on_window(const window_report&)        after each ACK and each retransmission timeout
// clang-format off
template <class P> concept observe_on_transition_ok = hook::absent<P, hook::on_transition> || requires(P& p, const transition_report& r) { p.on_transition(r); };
template <class P> concept observe_on_sent_ok       = hook::absent<P, hook::on_sent>       || requires(P& p, const sent_report& r) { p.on_sent(r); };
template <class P> concept observe_on_received_ok   = hook::absent<P, hook::on_received>   || requires(P& p, const segment& s) { p.on_received(s); };
template <class P> concept observe_on_window_ok     = hook::absent<P, hook::on_window>     || requires(P& p, const window_report& r) { p.on_window(r); };
// clang-format on
template <class P>
concept observer = policy_for<P, observe_slot> && observe_on_transition_ok<P> && observe_on_sent_ok<P> &&
                   observe_on_received_ok<P> && observe_on_window_ok<P>;

}  // namespace sluice
