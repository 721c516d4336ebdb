// SPDX-License-Identifier: MIT
//
// What policies are told. A report is a plain value: no policy reaches into a connection. Octets are octets of sequence
// space; `now` is the time of the event.
#pragma once

#include <cstdint>
#include <optional>

#include <sluice/base/time.hpp>
#include <sluice/state/events.hpp>
#include <sluice/wire/accurate_ecn_option.hpp>
#include <sluice/wire/ip_meta.hpp>
#include <sluice/wire/tcp_header.hpp>
#include <sluice/wire/tcp_options.hpp>

namespace sluice {

/// No congestion window needs to be larger: RFC 7323 section 2.3 bounds the peer's at the same. A larger one counts as
/// this.
inline constexpr std::uint32_t largest_window = std::uint32_t{1} << 30;

/// Why a segment left: the gate's own, or one of its named exceptions.
enum class transmission : std::uint8_t {
    handshake,
    new_data,
    retransmission,
    forced_retransmission,  // the first of an episode, a partial ACK's, the timeout's
    limited_transmit,       // RFC 3042: a quota beyond the target
    tail_loss_probe,        // RFC 8985 section 7.3
    f_rto,                  // RFC 5682: new data that tells whether a timeout was one too many
    least_segment,          // the window is below one segment, and nothing is in the network
    window_probe,
    keep_alive,
    acknowledgment,
};

/// The connection has become ESTABLISHED and its MSS is known.
struct start_report {
    instant now{};
    std::uint32_t mss = 0;           // Eff.snd.MSS
    std::uint32_t syn_retries = 0;   // how often our SYN or SYN-ACK was sent again
    std::uint64_t random = 0;        // bits of this connection's own
};

/// An ACK has been processed. Counts are byte counts, so an ACK for many segments counts as many (RFC 3465).
struct ack_report {
    instant now{};
    std::uint32_t newly_acked = 0;     // by SND.UNA's advance
    std::uint32_t newly_sacked = 0;    // reported for the first time, above SND.UNA
    std::uint32_t delivered = 0;       // found to have arrived: both, less what had been reported before
    std::uint32_t newly_lost = 0;
    std::uint32_t marked = 0;          // of `delivered`, what came with CE as far as the peer tells (ecn slot)
    std::uint32_t pipe_before = 0;     // octets in the network before this ACK, and after it
    std::uint32_t pipe = 0;
    std::uint32_t segments = 1;        // how many coalesced segments brought it
    std::optional<duration> rtt{};     // a sample of data sent once (Karn)
    std::optional<duration> min_rtt{};  // over the last ten seconds
    std::optional<duration> srtt{};     // of the rtt policy, if it has one
    bool app_limited = false;     // the application, not the network or the peer, held back what was acknowledged
    bool cwnd_limited = false;    // the window() was what limited the flight in this round trip
    bool round_start = false;     // the first ACK of data sent after the last round began
    bool in_recovery = false;     // no growth: between detection of a loss and its repair, or marks are told (RFC 3168)
    bool after_timeout = false;   // what was out at the last timeout is not all acknowledged yet
};

/// Loss has been found by ACKs: the beginning of an episode, told once.
struct congestion_report {
    instant now{};
    std::uint32_t flight = 0;  // FlightSize, without what limited transmit sent (RFC 5681 section 3.2); at most the
                               // window: with SACK more may be unacknowledged, as what was reported makes room for new
    std::uint32_t pipe = 0;
};

/// The network has marked what was sent (RFC 3168 section 6.1.2): told once a round trip.
struct ecn_report {
    instant now{};
    std::uint32_t flight = 0;  // FlightSize, before this ACK
    std::uint32_t pipe = 0;
    std::uint32_t marked = 0;  // ack_report's
};

/// The retransmission timer expired.
struct rto_report {
    instant now{};
    std::uint32_t flight = 0;  // FlightSize, at most the window before the losses that are being repaired
    bool first = true;  // not yet the second time for the same octet (RFC 5681 section 3.1)
};

/// The last reduction was for nothing: nothing had been lost (RFC 3522, RFC 5682, D-SACK).
struct undo_report {
    instant now{};
    std::uint32_t flight = 0;       // after the ACK that told
    std::uint32_t newly_acked = 0;  // by it
    bool timeout = false;           // it was on_rto's, not on_congestion's
};

/// New data leaves after nothing had left for longer than an RTO.
struct idle_report {
    instant now{};
    duration idle{};
};

/// What one congestion policy leaves to the next in mid-connection: the windows are the policy's to tell, what it keeps
/// no books of is the connection's.
struct congestion_snapshot {
    instant now{};
    std::uint64_t random = 0;  // as of start_report
    std::uint32_t window = 0;
    std::uint32_t ssthresh = largest_window;  // none yet
    std::uint32_t mss = 0;
    bool in_recovery = false;
    std::optional<duration> min_rtt{};  // of ten seconds, or of as long as the policy remembers it
    std::optional<duration> srtt{};
};

/// What makes a congestion policy give way. It says so for those who judge it (testing/conformance.hpp).
enum class congestion_signal : std::uint8_t { loss, ecn, delay, model };  // model: of the path, by what it delivers
using congestion_signals = enum_set<congestion_signal>;
constexpr congestion_signals operator|(congestion_signal a, congestion_signal b) { return congestion_signals(a) | b; }

/// To recovery policies: what the handshake has found out.
struct recovery_start_report {
    seq iss{};
    bool sack = false;  // both ends use selective acknowledgments
};

/// To recovery policies: one ACK.
struct recovery_ack_report {
    instant now{};
    seq ack{};
    seq nxt{};
    std::uint32_t newly_acked = 0;
    std::uint32_t newly_sacked = 0;
    std::uint32_t delivered = 0;  // found to have arrived: both, less what had been reported before
    std::uint32_t mss = 0;
    std::uint32_t target = 0;   // the congestion policy's window
    bool duplicate = false;     // RFC 5681 section 2, all five conditions
    std::optional<sack_block> arrived_twice{};  // D-SACK
    std::uint32_t acked_again = 0;          // of what is newly acknowledged, what had left more than once
    bool sampled = false;                   // a round trip was measured
    std::optional<duration> min_rtt{};      // over the last ten seconds
    std::optional<duration> srtt{};         // of the rtt policy, if it has one
    std::optional<instant> echo_before{};   // what is echoed left before this: the end of its timestamp's tick
    instant rto_at = never;                 // when the retransmission timer expires
    std::uint32_t unsent = 0;               // octets of new data for which there is a record, and room at the peer
    bool has_small = false;                 // of what is out a segment was not full-sized
};

/// To recovery policies: something with text, SYN or FIN leaves, and is in the records.
struct recovery_sent_report {
    instant now{};
    transmission why{};
    seq begin{};
    std::uint32_t length = 0;
    std::uint32_t mss = 0;
    instant rto_at = never;
    bool has_small = false;  // as in an ACK's report
};

/// To recovery policies: the network has marked what was sent, and the congestion policy has reduced its window.
struct recovery_marks_report {
    instant now{};
    std::uint32_t target = 0;     // as it is now
    std::uint32_t pipe = 0;       // after this ACK
    std::uint32_t delivered = 0;  // by it
    std::uint32_t mss = 0;
};

struct recovery_timeout_report {
    instant now{};
    seq nxt{};
    std::uint32_t target = 0;  // at a deadline of its own: the congestion policy's window
};

/// How much may be sent on the way to the target?
struct quota_report {
    std::uint32_t target = 0;
    std::uint32_t pipe = 0;
    std::uint32_t flight = 0;  // SND.NXT − SND.UNA
    std::uint32_t mss = 0;
};

/// What makes a window smaller.
enum class reduction : std::uint8_t { none, episode, timeout };

/// A recovery policy's answer to an ACK.
struct recovery_step {
    bool entered = false;        // an episode begins: the congestion policy is told
    bool retransmit_now = false;  // one segment, whatever the gate says; the policy names its clause
    bool keep_timer = false;     // this ACK of new data does not restart the retransmission timer
    std::uint32_t limited_transmit = 0;  // octets of the flight that only limited transmit let out
    bool repaired = false;  // a probe has repaired a loss: congestion without an episode (RFC 8985 section 7.4)
    reduction needless = reduction::none;  // the last one: nothing had been lost (RFC 4015)
    bool probe = false;     // one segment, new or the last one again, whatever the gate says (RFC 8985 section 7.3)
};

/// To ACK policies: text, a FIN or both have been received in the window.
struct arrival_report {
    instant now{};
    std::uint32_t octets = 0;    // of text, and of options that took room from it
    std::uint32_t largest = 0;   // the most of them in a segment of the peer's: what "full-sized" means
    bool in_order = true;        // it began at RCV.NXT, and nothing is missing behind it
    bool fin = false;
};

/// To ECN policies: a segment that counts has come, marked by the network.
struct ecn_arrival_report {
    tcp_flags flags{};
    ecn_codepoint codepoint = ecn_codepoint::not_ect;
    std::uint32_t octets = 0;    // of text, all that it had
    std::uint32_t segments = 1;  // coalesced by the link: all of one codepoint
};

/// An ECN policy's answer: is it to be acknowledged at once?
enum class ecn_answer : std::uint8_t {
    nothing,
    ack_now,
    bare_ack,  // without SACK blocks: it answers ACKs, and is no duplicate (RFC 9768 section 3.2.2.5.1)
};

/// To ECN policies: what the ACK of a segment that is no SYN says of ours.
struct ecn_ack_report {
    tcp_flags flags{};
    std::optional<accurate_ecn_option> option{};
    std::uint32_t delivered = 0;  // octets found to have arrived; 0: it may be older than others that have come
    std::uint32_t mss = 0;
    bool handshake = false;  // it acknowledges our SYN,ACK
    bool pure = false;       // neither text nor SACK blocks
    bool sack = false;       // SACK blocks tell what waits behind a gap
    bool round_start = false;  // it acknowledges something that left after the round before was acknowledged
};

/// An ECN policy's answer.
struct ecn_feedback {
    std::uint32_t marked = 0;  // octets, newly known to have come with CE
    bool congestion = false;   // the window is to be reduced, unless it was in this round trip; it does not grow
};

enum class ecn_leaving : std::uint8_t {
    syn,
    syn_ack,
    new_text,
    old_text,  // sent before, or a window probe
    no_text,
};

/// To ECN policies: a segment leaves.
struct ecn_leaving_report {
    ecn_leaving what{};
    std::uint8_t tries = 0;    // times our SYN or SYN,ACK has timed out
    bool has_option = false;   // option() has put one on it
    bool has_sack = false;
    std::uint32_t shortest = 0;  // octets of text; of a super-segment, in its shortest slice
};

/// What a segment bears: of flags ECE, CWR and AE.
struct ecn_marking {
    tcp_flags flags{};
    ecn_codepoint codepoint = ecn_codepoint::not_ect;
};

// ---- to observers ---------------------------------------------------------------------------------------------------

struct transition_report {
    instant now{};
    state from{};
    state to{};
    event on{};
};

struct sent_report {
    instant now{};
    transmission why{};
    seq begin{};
    std::uint32_t length = 0;  // sequence space
    std::uint32_t segments = 1;
    std::uint32_t allowed = 0;  // what the gate, or for a retransmission its first term, said before
    std::uint32_t window_left = 0;  // of the peer's window, before
};

/// The variables people plot, after each ACK and each timeout.
struct window_report {
    instant now{};
    std::uint32_t cwnd = 0;
    std::uint32_t pipe = 0;
    std::uint32_t flight = 0;
    std::uint32_t peer_window = 0;
    std::optional<duration> srtt{};
    duration rto{};
    bool in_recovery = false;
};

}  // namespace sluice
