// SPDX-License-Identifier: MIT
//
// The smallest (or largest) sample of a sliding window in constant space (Kathleen Nichols' algorithm): the best, the
// best of what came after it, and the best of what came after that. The answer always is a sample inside the window,
// and exact while the best of all samples is inside; when that one ages out the next follows, which may be second to
// one that was not kept. Knows no clock: the window moves only when a sample comes, and its length is an argument.
#pragma once

#include <array>

namespace sluice {

/// Better(a, b): a is at least as good as b. Of Time it needs `==` and a difference that compares and divides.
template <class Value, class Time, class Better>
class windowed_filter {
public:
    using span = decltype(Time{} - Time{});

    /// `worst` is the answer as long as there is no sample: one that every sample is better than.
    constexpr explicit windowed_filter(Value worst) { reset(worst, {}); }

    constexpr Value best() const { return best_[0].value; }

    constexpr void reset(Value value, Time now) { best_.fill({value, now}); }

    constexpr Value update(Value value, Time now, span window) {
        const sample fresh{value, now};
        if (Better{}(value, best_[0].value) || now - best_[2].at > window) {
            best_.fill(fresh);
            return value;
        }
        if (Better{}(value, best_[1].value)) {
            best_[1] = best_[2] = fresh;
        } else if (Better{}(value, best_[2].value)) {
            best_[2] = fresh;
        }
        age(fresh, window);
        return best();
    }

private:
    struct sample {
        Value value;
        Time at;
    };

    /// Drops what left the window. A runner-up that is the same sample as the one before it is replaced, good or not,
    /// after a quarter and a half of the window, so that there is always one to follow.
    constexpr void age(sample fresh, span window) {
        const span since_best = fresh.at - best_[0].at;
        if (since_best > window) {
            best_ = {best_[1], best_[2], fresh};
            if (fresh.at - best_[0].at > window) best_ = {best_[1], best_[2], fresh};
        } else if (best_[1].at == best_[0].at && since_best > window / 4) {
            best_[1] = best_[2] = fresh;
        } else if (best_[2].at == best_[1].at && since_best > window / 2) {
            best_[2] = fresh;
        }
    }

    std::array<sample, 3> best_{};
};

}  // namespace sluice
