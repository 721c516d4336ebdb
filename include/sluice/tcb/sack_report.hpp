// SPDX-License-Identifier: MIT
//
// Which SACK blocks the next segment carries (RFC 2018 section 4, RFC 2883 section 4): first what arrived twice, then
// what the last segment is part of, then what was reported most recently, so that each run is reported several times.
#pragma once

#include <algorithm>
#include <array>
#include <optional>

#include <sluice/wire/tcp_options.hpp>

namespace sluice {

/// `held` are the intervals that wait for what is missing before them: an interval_set<seq, N> or anything with its
/// members.
class sack_report {
public:
    /// A segment that begins here now is held.
    constexpr void note_arrival(const auto& held, seq at) {
        std::array<seq, sack_blocks::most> kept{at};
        std::size_t count = 1;
        for (std::size_t i = 0; i < size_ && count < kept.size(); ++i)
            if (!same_run(held, recent_[i], at)) kept[count++] = recent_[i];
        recent_ = kept;
        size_ = static_cast<std::uint8_t>(count);
    }

    /// [begin, end) has arrived before. It is reported once, and the run that holds it, if it is not acknowledged,
    /// next. Of two parts of one segment the first is reported (RFC 2883 section 4.2, example 5).
    constexpr void note_duplicate(const auto& held, seq begin, seq end) {
        if (!has_duplicate()) duplicate_ = {begin, end};
        if (held.first_overlap(begin, end) != held.all().end()) note_arrival(held, begin);
    }

    constexpr bool has_duplicate() const { return duplicate_.begin != duplicate_.end; }
    constexpr bool empty(const auto& held) const { return !has_duplicate() && held.empty(); }

    /// Where the peer's `fin` stands is known before it can be taken; its number is part of the run before it.
    constexpr sack_blocks blocks(const auto& held, std::optional<seq> fin, std::size_t room) const {
        sack_blocks out;
        if (has_duplicate() && room > 0) out.push_back(duplicate_);
        for (std::size_t i = 0; i < size_ && out.size() < room; ++i) {
            const auto run = held.first_overlap(recent_[i], recent_[i] + 1);
            if (run != held.all().end()) out.push_back({run->begin, run->end == fin ? run->end + 1 : run->end});
        }
        return out;
    }

    /// The blocks have left.
    constexpr void sent() { duplicate_ = {}; }

private:
    static constexpr bool same_run(const auto& held, seq a, seq b) {
        const auto run = held.first_overlap(b, b + 1);
        return run != held.all().end() && run->begin <= a && a < run->end;
    }

    std::array<seq, sack_blocks::most> recent_{};  // a number of each run, the latest first
    sack_block duplicate_{};  // none while it is empty
    std::uint8_t size_ = 0;
};

}  // namespace sluice
