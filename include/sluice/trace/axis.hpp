// SPDX-License-Identifier: MIT
//
// One linear axis of a chart: which range it shows, where its ticks stand (steps of 1, 2 or 5 times a power of ten, in
// the unit that suits the range) and what they are called. Knows nothing of pixels.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <sluice/trace/text.hpp>

namespace sluice::trace {

/// What the numbers of an axis count; it is labelled in ns … s, or octets … GiB, as its range asks.
enum class unit : std::uint8_t { none, seconds, octets };

struct quantity {
    std::string name;
    trace::unit unit = trace::unit::none;
};

/// The least of 1, 2, 5 times a power of ten that divides `range` into at most `most` steps.
constexpr double nice_step(double range, int most) {
    if (!(range > 0) || range > 1e300 || most < 1) return 1;
    const double least = range / most;
    double power = 1;
    while (power * 10 <= least) power *= 10;
    while (power > least) power /= 10;
    for (const double factor : {1.0, 2.0, 5.0})
        if (factor * power >= least * (1 - 1e-9)) return factor * power;
    return 10 * power;
}

class axis {
public:
    struct tick {
        double at;
        std::string label;
    };
    enum class fit : std::uint8_t {
        exact,   // from the lowest value to the highest: time
        rounded  // to whole steps: what is measured
    };

    /// A range without extent is widened, so that there is always a scale.
    axis(quantity what, double low, double high, int most_steps, fit end = fit::exact)
        : what_(std::move(what)), low_(low), high_(high > low ? high : low + (low == 0 ? 1 : (low > 0 ? low : -low))) {
        choose_unit();
        step_ = nice_step((high_ - low_) / size_, most_steps) * size_;
        if (what_.unit == unit::octets && step_ < 1) step_ = 1;
        if (end == fit::exact) return;
        low_ = static_cast<double>(first_step()) * step_;
        if (low_ > low) low_ -= step_;
        high_ = static_cast<double>(last_step()) * step_;
        if (high_ < high) high_ += step_;
    }

    double low() const { return low_; }
    double high() const { return high_; }
    double step() const { return step_; }
    /// 0 at the low end, 1 at the high end.
    double place(double value) const { return (value - low_) / (high_ - low_); }

    std::string title() const {
        if (unit_name_.empty()) return what_.name;
        return what_.name.empty() ? unit_name_ : what_.name + " (" + unit_name_ + ')';
    }

    std::vector<tick> ticks() const {
        std::vector<tick> all;
        const double shown_step = step_ / size_;
        int places = 0;
        for (double rest = shown_step; rest < 0.999 && places < 12; rest *= 10) ++places;
        for (std::int64_t i = first_step(); i <= last_step(); ++i)
            all.push_back({static_cast<double>(i) * step_, decimal(static_cast<double>(i) * shown_step, places)});
        return all;
    }

private:
    quantity what_;
    double low_, high_;
    double size_ = 1;  // of the unit in which ticks are written
    double step_ = 1;
    std::string unit_name_;

    void choose_unit() {
        struct named {
            double size;
            const char* name;
        };
        // clang-format off
        static constexpr named times[] = {{1, "s"}, {1e-3, "ms"}, {1e-6, "µs"}, {1e-9, "ns"}};
        static constexpr named sizes[] = {{1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}, {1, "octets"}};
        // clang-format on
        if (what_.unit == unit::none) return;
        const double largest = std::max(high_, -low_);
        for (const named& each : what_.unit == unit::seconds ? times : sizes) {
            size_ = each.size;
            unit_name_ = each.name;
            if (largest >= each.size) return;
        }
    }

    // Inside the range, where a value that misses a step by rounding alone still counts as on it.
    std::int64_t first_step() const {
        const double steps = low_ / step_ - 1e-6;
        const auto below = static_cast<std::int64_t>(steps);
        return static_cast<double>(below) < steps ? below + 1 : below;
    }
    std::int64_t last_step() const {
        const double steps = high_ / step_ + 1e-6;
        const auto below = static_cast<std::int64_t>(steps);
        return static_cast<double>(below) > steps ? below - 1 : below;
    }
};

}  // namespace sluice::trace
