// SPDX-License-Identifier: MIT
//
// One record of what is in flight: consecutive octets that left at one instant, and what is known of them. Which
// records there are, and what they come to, is in_flight's.
#pragma once

#include <cstdint>

#include <sluice/base/index_list.hpp>
#include <sluice/base/time.hpp>
#include <sluice/wire/seq.hpp>

namespace sluice {

struct in_flight_record {
    seq begin;
    seq end;
    instant sent;  // last transmission
    list_link by_sequence;
    list_link by_time;
    std::uint8_t transmissions = 0;
    bool lost = false;    // thought to have left the network without arriving, and not sent again since
    bool sacked = false;  // reported to have arrived; stands in no time order any more
    bool again = false;  // has left again, for a loss: no later report, but the timer tells that it is lost once more
    bool twice = false;  // leaves, or has left, again though the first may still arrive: both count (RFC 6675, SetPipe)
    bool put_back = false;  // lost, but by no congestion: it leaves again as if for the first time

    constexpr std::uint32_t length() const { return end - begin; }
    /// What so many octets of it are in the pipe, if it is neither lost nor reported.
    constexpr std::uint32_t in_pipe(std::uint32_t octets_of_it) const {
        return twice ? 2 * octets_of_it : octets_of_it;
    }
};
static_assert(sizeof(in_flight_record) <= 64);

}  // namespace sluice
