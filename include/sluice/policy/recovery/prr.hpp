// SPDX-License-Identifier: MIT
//
// Proportional rate reduction (RFC 9937): on the way from what was in flight to the congestion policy's window, so much
// is sent as arrives, in proportion; below that window no faster than slow start. A part of recovery policies: it is
// told of each ACK and each segment of an episode, and says how much may leave.
#pragma once

#include <algorithm>

#include <sluice/tcb/send_space.hpp>

namespace sluice {

struct prr {
    enum class bound : std::uint8_t {
        safe_ack,      // one segment more for an ACK that shows progress and no further loss (RFC 9937)
        conservative,  // never more than has arrived: CRB of RFC 6937
        slow_start,    // always one segment more: its SSRB
    };
    bound bounded_by = bound::safe_ack;

    std::uint32_t flight_ = 0;     // RecoverFS
    std::uint64_t delivered_ = 0;  // in this episode
    std::uint64_t out_ = 0;        // sent in it
    std::uint64_t most_out_ = 0;   // below the window: what may be sent in it altogether

    /// An episode begins: what was in flight when it was told, but for what had been reported before.
    constexpr void begin(std::uint32_t flight) { *this = {.bounded_by = bounded_by, .flight_ = std::max(flight, 1u)}; }

    constexpr void on_ack(std::uint32_t delivered, bool safe, std::uint32_t mss) {
        if (delivered == 0) return;
        delivered_ += delivered;
        std::uint64_t more = delivered_ > out_ ? delivered_ - out_ : 0;
        if (bounded_by != bound::conservative) more = std::max<std::uint64_t>(more, delivered);
        if (bounded_by == bound::slow_start || (bounded_by == bound::safe_ack && safe)) more += mss;
        most_out_ = out_ + more;
    }
    constexpr void on_sent(std::uint32_t length) { out_ += length; }

    /// sndcnt; the first one of an episode is a whole segment.
    constexpr std::uint32_t quota(std::uint32_t target, std::uint32_t pipe, std::uint32_t mss) const {
        const std::uint64_t in_proportion = (delivered_ * target + flight_ - 1) / flight_;
        const std::uint64_t most = pipe > target ? in_proportion : most_out_;
        std::uint64_t out = most > out_ ? most - out_ : 0;
        if (pipe <= target) out = std::min<std::uint64_t>(out, target - pipe);
        if (out_ == 0) out = std::max<std::uint64_t>(out, mss);
        return static_cast<std::uint32_t>(std::min<std::uint64_t>(out, largest_quota));
    }

private:
    static constexpr std::uint32_t largest_quota = std::uint32_t{1} << 30;
};

}  // namespace sluice
