// SPDX-License-Identifier: MIT
//
// A stack's counters under the names that `nstat` of Linux prints, where it counts the same; what it does not count is
// Sluice….
#pragma once

#include <array>
#include <string>

#include <sluice/connection/counters.hpp>
#include <sluice/trace/text.hpp>

namespace sluice::trace {

struct named_counter {
    const char* name;
    std::uint64_t counters::* value;
};

// clang-format off
inline constexpr auto nstat_names = std::to_array<named_counter>({
    {"IpInAddrErrors",             &counters::misaddressed},
    {"IcmpOutDestUnreachs",        &counters::unreachables_out},
    {"IcmpOutEchoReps",            &counters::echoes_answered},
    {"IcmpOutRateLimitHost",       &counters::icmp_limited},
    {"TcpActiveOpens",             &counters::active_opens},
    {"TcpPassiveOpens",            &counters::passive_opens},
    {"TcpAttemptFails",            &counters::attempt_fails},
    {"TcpEstabResets",             &counters::established_resets},
    {"TcpInSegs",                  &counters::segments_in},
    {"TcpOutSegs",                 &counters::segments_out},
    {"TcpRetransSegs",             &counters::retransmitted},
    {"TcpInErrs",                  &counters::malformed},
    {"TcpOutRsts",                 &counters::resets_out},
    {"TcpExtListenDrops",          &counters::syns_dropped},
    {"TcpExtListenOverflows",      &counters::accept_overflows},
    {"TcpExtOutOfWindowIcmps",     &counters::icmp_ignored},
    {"TcpExtPAWSEstab",            &counters::too_old},
    {"TcpExtSyncookiesSent",       &counters::cookies_sent},
    {"TcpExtSyncookiesRecv",       &counters::cookies_accepted},
    {"TcpExtSyncookiesFailed",     &counters::cookies_refused},
    {"TcpExtTCPChallengeACK",      &counters::challenge_acks},
    {"TcpExtTCPDSACKRecv",         &counters::arrived_twice},
    {"TcpExtTCPFullUndo",          &counters::recoveries_undone},
    {"TcpExtTCPKeepAlive",         &counters::keep_alives},
    {"TcpExtTCPLossProbes",        &counters::tail_probes},
    {"TcpExtTCPLossUndo",          &counters::timeouts_undone},
    {"TcpExtTCPMTUPFail",          &counters::mtu_probes_lost},
    {"TcpExtTCPMTUPSuccess",       &counters::mtu_probes_arrived},
    {"TcpExtTCPOFOQueue",          &counters::out_of_order},
    {"TcpExtTCPRcvQDrop",          &counters::text_dropped},
    {"TcpExtTCPSACKReneging",      &counters::reneged},
    {"TcpExtTCPTimeWaitOverflow",  &counters::time_waits_recycled},
    {"TcpExtTCPTimeouts",          &counters::timeouts},
    {"TcpExtTCPWinProbe",          &counters::window_probes},
    {"TcpExtTWRecycled",           &counters::reincarnations},
    {"SluiceAcksLimited",          &counters::limited},
    {"SluiceBlackHoles",           &counters::black_holes},
    {"SluiceDuplicateAcksIn",      &counters::duplicate_acks_in},
    {"SluiceDuplicateTextIn",      &counters::duplicates_in},
    {"SluiceEcnReductions",        &counters::ecn_reductions},
    {"SluiceFastRecoveries",       &counters::recoveries},
    {"SluiceFragmentsRefused",     &counters::fragments},
    {"SluiceInMarked",             &counters::marked_in},
    {"SluiceInResets",             &counters::resets_in},
    {"SluiceMartians",             &counters::martians},
    {"SluiceMtuProbes",            &counters::mtu_probes},
    {"SluiceOutsideWindow",        &counters::unacceptable},
    {"SluicePathMtusDoubted",      &counters::path_mtus_doubted},
    {"SluicePathMtusLowered",      &counters::path_mtus_lowered},
    {"SluiceRepliesDropped",       &counters::replies_dropped},
    {"SluiceSecondFins",           &counters::second_fins},
    {"SluiceWithoutTimestamp",     &counters::without_timestamp},
});
// clang-format on
static_assert(nstat_names.size() * sizeof(std::uint64_t) == sizeof(counters),
              "a counter without a name, or one with two");

/// A line each, in the order above; without those that are 0 unless asked for.
inline std::string nstat(const counters& count, bool zeros = false) {
    std::string out;
    for (const named_counter& c : nstat_names) {
        const std::uint64_t value = count.*c.value;
        if (value == 0 && !zeros) continue;
        std::string line = c.name;
        line.append(line.size() < 32 ? 32 - line.size() : 0, ' ');
        out += line + digits(value) + '\n';
    }
    return out;
}

}  // namespace sluice::trace
