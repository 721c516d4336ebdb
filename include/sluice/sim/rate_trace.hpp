// SPDX-License-Identifier: MIT
//
// A capacity that was measured and is played back: mahimahi's trace of delivery opportunities, a line for each, which
// is the time in milliseconds when up to 1500 octets can leave; at its last time it begins again. Several packets share
// an opportunity, a larger one takes several, and what nobody uses is lost. Integers only, and no time is rounded.
#pragma once

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <vector>

#include <sluice/base/time.hpp>

namespace sluice::sim {

struct rate_trace {
    std::vector<std::uint64_t> opportunities_ms{};  // in ascending order; the last one is above 0

    static constexpr std::size_t octets_each = 1500;

    constexpr bool empty() const { return opportunities_ms.empty(); }
    constexpr duration period() const { return std::chrono::milliseconds(opportunities_ms.back()); }
    /// How many there are at a time or before, from the beginning, at which one may already be.
    constexpr std::uint64_t opportunities_by(duration time) const {
        const auto rounds = static_cast<std::uint64_t>(time / period());
        const auto rest = static_cast<std::uint64_t>(time % period() / 1ms);
        const auto after = std::upper_bound(opportunities_ms.begin(), opportunities_ms.end(), rest);
        return rounds * opportunities_ms.size() + static_cast<std::uint64_t>(after - opportunities_ms.begin());
    }
    /// Bits a second on average, rounded down.
    constexpr std::uint64_t rate() const {
        return opportunities_ms.size() * octets_each * 8 * 1000 / opportunities_ms.back();
    }
};

struct rate_trace_reading {
    rate_trace trace{};
    std::size_t line = 0;           // the first wrong one, from 1; 0: none
    const char* problem = nullptr;  // with it

    explicit operator bool() const { return line == 0; }
};

/// The last line may have no end. No blank lines, no comments, no signs: mahimahi has none.
inline rate_trace_reading read_rate_trace(std::string_view text) {
    constexpr std::uint64_t latest = 1'000'000'000'000;  // ms: as nanoseconds it still fits
    rate_trace_reading out;
    auto& times = out.trace.opportunities_ms;
    std::size_t line = 0;
    const auto wrong = [&](const char* problem) { return rate_trace_reading{{}, line, problem}; };
    while (!text.empty()) {
        ++line;
        const std::string_view rest = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(rest.size() + 1, text.size()));
        const std::string_view word = rest.ends_with('\r') ? rest.substr(0, rest.size() - 1) : rest;
        std::uint64_t time = 0;
        const auto [end, failure] = std::from_chars(word.data(), word.data() + word.size(), time);
        if (word.empty() || end != word.data() + word.size() || failure != std::errc{} || time > latest)
            return wrong("not a time in milliseconds");
        if (!times.empty() && time < times.back()) return wrong("a time before that of the line above");
        times.push_back(time);
    }
    line = std::max<std::size_t>(line, 1);
    if (times.empty()) return wrong("no delivery opportunity");
    if (times.back() == 0) return wrong("the last time is 0: the trace takes no time");
    return out;
}

/// A transmitter that follows a trace, from its beginning at the instant 0.
class trace_follower {
public:
    trace_follower() = default;
    explicit trace_follower(const rate_trace& trace) : trace_(trace) {
        assert(trace.empty() || trace.opportunities_ms.back() > 0);
        assert(std::is_sorted(trace.opportunities_ms.begin(), trace.opportunities_ms.end()));
    }

    /// Whether there is an opportunity of which something is left.
    bool is_open(instant now) const { return at_ == now && left_ > 0; }

    /// Opens the next opportunity, and says when it is: the one that follows if its forerunner has been used up just
    /// now, else the first to come.
    instant next(instant now) {
        if (at_ == now)
            follow();
        else
            find(now);
        return at_;
    }

    /// When the last of so many octets will have left; in what is left of that opportunity others may leave too.
    instant send(std::size_t length) {
        while (length > left_) {
            length -= left_;
            follow();
        }
        left_ -= length;
        return at_;
    }

    /// Nothing waits any more: what is left is lost, and so are those of this instant that would follow.
    void forgo() {
        at_ = never;
        left_ = 0;
    }

private:
    void follow() {
        ++next_;
        if (next_ == trace_.opportunities_ms.size()) {
            next_ = 0;
            begin_ += trace_.period();
        }
        open();
    }

    void find(instant now) {
        const auto& times = trace_.opportunities_ms;
        begin_ = instant(now.time_since_epoch() / trace_.period() * trace_.period());
        const auto passed = static_cast<std::uint64_t>((now - begin_) / 1ms);
        const auto first = std::upper_bound(times.begin(), times.end(), passed);
        next_ = static_cast<std::size_t>(first - times.begin());
        open();
    }

    void open() {
        at_ = begin_ + std::chrono::milliseconds(trace_.opportunities_ms[next_]);
        left_ = rate_trace::octets_each;
    }

    rate_trace trace_;
    instant begin_{};       // of the round
    std::size_t next_ = 0;  // the one that is open
    instant at_ = never;    // its time
    std::size_t left_ = 0;  // octets of it
};

}  // namespace sluice::sim
