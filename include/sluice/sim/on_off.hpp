// SPDX-License-Identifier: MIT
//
// When something is on, and when it is off: periods of fixed lengths, or of lengths that are drawn, in integers, so
// that they are the same with every compiler. What it is that goes on and off, this does not know.
#pragma once

#include <algorithm>
#include <cassert>

#include <sluice/base/random.hpp>
#include <sluice/base/time.hpp>
#include <sluice/sim/fraction.hpp>

namespace sluice::sim {

enum class spread : std::uint8_t { fixed, exponential };

/// A number around this mean.
constexpr std::uint64_t draw(std::uint64_t mean, spread how, seeded_random& random) {
    return how == spread::fixed ? mean : scaled(mean, random.exponential());
}
/// A time is one nanosecond at least, so that it passes.
constexpr duration draw(duration mean, spread how, seeded_random& random) {
    if (mean == duration::max()) return mean;
    const std::uint64_t drawn = draw(static_cast<std::uint64_t>(mean.count()), how, random);
    return std::max(duration(static_cast<std::int64_t>(drawn)), duration(1));
}

/// As it stands, always on.
struct on_off_settings {
    duration on = duration::max();  // the mean
    duration off{};                 // likewise
    spread lengths = spread::fixed;
};

class on_off {
public:
    /// On from `start` on. Zero is no time to be on; without any time off it is never off.
    explicit on_off(const on_off_settings& s = {}, instant start = {}, seeded_random random = seeded_random(1))
        : settings_(s), random_(random), until_(start) {
        assert(s.on > duration::zero() && s.off >= duration::zero());
    }

    /// To the period in which `now` lies, or to the first.
    void advance(instant now) {
        while (until_ <= now) change();
    }
    /// To the next period that is on.
    void to_next_on() {
        do change();
        while (!is_on_);
    }

    bool is_on() const { return is_on_; }
    /// Of this period; before the first, its beginning.
    instant began() const { return began_; }
    instant until() const { return until_; }

private:
    void change() {
        assert(until_ != never);
        is_on_ = !is_on_ || settings_.off == duration::zero();
        began_ = until_;
        until_ = after(began_, draw(is_on_ ? settings_.on : settings_.off, settings_.lengths, random_));
    }

    on_off_settings settings_;
    seeded_random random_;
    bool is_on_ = false;
    instant began_{};
    instant until_;
};

}  // namespace sluice::sim
