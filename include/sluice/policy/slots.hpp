// SPDX-License-Identifier: MIT
//
// The slots that a TCP is composed of. A policy says which one it is for: `using slot = sluice::congestion_slot;`.
#pragma once

namespace sluice {

// clang-format off
struct congestion_slot { static constexpr const char* name = "congestion"; };  // the target window
struct rtt_slot        { static constexpr const char* name = "rtt"; };         // SRTT, RTO, back-off
struct recovery_slot   { static constexpr const char* name = "recovery"; };    // what is lost, what to send again
struct ack_slot        { static constexpr const char* name = "ack"; };         // when to acknowledge
struct ecn_slot        { static constexpr const char* name = "ecn"; };         // codepoints and feedback
struct isn_slot        { static constexpr const char* name = "isn"; };         // initial sequence numbers
struct buffers_slot    { static constexpr const char* name = "buffers"; };     // where bytes and records wait
struct lifecycle_slot  { static constexpr const char* name = "lifecycle"; };   // which states exist
struct options_slot    { static constexpr const char* name = "options"; };     // which TCP options are used: any number
struct observe_slot    { static constexpr const char* name = "observe"; };     // who watches: any number
// clang-format on

}  // namespace sluice
