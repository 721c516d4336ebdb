// SPDX-License-Identifier: MIT
//
// The timestamps of one connection (RFC 7323): what is sent as TSval, what is remembered to be echoed as TSecr, and
// which segments are too old to be believed (PAWS). The clock ticks once a millisecond, so that it wraps in 24.8 days.
// It knows no header: whether a segment has the option, and may be without, is the connection's business.
#pragma once

#include <optional>

#include <sluice/base/time.hpp>
#include <sluice/wire/seq.hpp>

namespace sluice {

class timestamps {
public:
    static constexpr duration tick = 1ms;
    /// Longer ago, "older" and "newer" can't be told apart any more (section 5.5).
    static constexpr duration longest_memory = 24 * 24h;

    /// Ours. The offset is the same for each incarnation of a pair of sockets (RFC 6191, section 5.8).
    constexpr void start(std::uint32_t offset, instant now) {
        *this = {};
        offset_ = offset;
        began_ = value(now);
    }

    /// Our first value left then, and not now.
    constexpr void began_at(instant first) { began_ = value(first); }

    /// The next value is so many ticks less, and all later ones too.
    constexpr void set_back(std::uint32_t ticks) {
        offset_ -= ticks;
        began_ -= ticks;
    }

    constexpr std::uint32_t value(instant now) const {
        return offset_ + static_cast<std::uint32_t>(now.time_since_epoch() / tick);
    }
    constexpr std::uint32_t recent() const { return recent_; }

    /// PAWS (section 5.3 R1).
    constexpr bool is_old(std::uint32_t theirs, instant now) const {
        return seq(theirs) < seq(recent_) && is_known() && now - recent_at_ < longest_memory;
    }

    /// An acceptable segment (section 4.3): only what begins at or before the last ACK that left is echoed, so that a
    /// sample takes delayed ACKs and losses into account.
    constexpr void take(std::uint32_t theirs, seq sequence, instant now) {
        if (is_old(theirs, now) || (last_ack_sent_ < sequence && is_known())) return;
        recent_ = theirs;
        recent_at_ = now;
    }
    constexpr void ack_sent(seq ack) { last_ack_sent_ = ack; }

    /// What an echo says about the round trip, to the tick; nothing for one that we can't have sent.
    constexpr std::optional<duration> round_trip(std::uint32_t echo, instant now) const {
        const std::uint32_t ours = value(now);
        if (ours - echo > ours - began_) return {};
        return (ours - echo) * tick;
    }

    /// What bears the timestamp that is echoed left before this: the end of its tick.
    constexpr std::optional<instant> left_before(std::uint32_t echo, instant now) const {
        const auto age = round_trip(echo, now);
        if (!age) return {};
        return instant(now.time_since_epoch() / tick * tick) - *age + tick;
    }

private:
    constexpr bool is_known() const { return recent_at_ != never; }

    std::uint32_t offset_ = 0;
    std::uint32_t began_ = 0;   // our first value
    std::uint32_t recent_ = 0;  // TS.Recent
    seq last_ack_sent_{};       // Last.ACK.sent
    instant recent_at_ = never;
};

}  // namespace sluice
