// SPDX-License-Identifier: MIT
//
// The earliest of many deadlines: a hierarchical timing wheel that is only an index. Deadlines live in the entries and
// stay exact; one that moves later stays where it is filed until that place comes up. Each slot is a heap: to look into
// a far one moves nothing down, so that an earlier deadline can still come in. It must not know what a deadline is for.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>

#include <sluice/base/index_heap.hpp>
#include <sluice/base/time.hpp>

namespace sluice {

/// What an element needs to stand in a wheel. All but the deadline is the wheel's own, and that is written by it too.
struct timer_entry {
    using lead_time = std::chrono::duration<std::uint32_t, std::nano>;
    static constexpr lead_time not_filed = lead_time::max();

    instant deadline = never;
    lead_time lead = not_filed;  // by so much it is filed too early, at most 4 s
    heap_link link;

    constexpr bool is_filed() const { return lead != not_filed; }
    constexpr instant filed() const { return deadline - lead; }
};
static_assert(sizeof(timer_entry) == 24);

/// The wheel of those whose timer_entry is their member `Entry`. The array of them is an argument of each call, so that
/// the wheel holds no pointer. Time begins at instant().
template <auto Entry>
class timer_wheel {
public:
    constexpr void set(auto& entries, list_index i, instant deadline) {
        assert(deadline >= instant());
        timer_entry& entry = entries[i].*Entry;
        if (entry.is_filed()) {
            const duration lead = deadline - entry.filed();
            if (lead >= 0ns && lead < timer_entry::not_filed && deadline != never) {
                entry.deadline = deadline;
                entry.lead = std::chrono::duration_cast<timer_entry::lead_time>(lead);
                return;
            }
            unfile(entries, i);
        }
        entry.deadline = deadline;
        if (deadline != never) file(entries, i);
    }

    /// The element goes away, or nobody waits for its deadline any more.
    constexpr void remove(auto& entries, list_index i) {
        if ((entries[i].*Entry).is_filed()) unfile(entries, i);
    }

    /// The earliest deadline; `never` when there is none.
    constexpr instant next(auto& entries) {
        const list_index i = first(entries);
        return i == no_index ? never : (entries[i].*Entry).deadline;
    }

    /// Takes out the first whose time has come, by deadline, then by index; no_index when there is none. Its deadline
    /// can still be read. `now` never goes back.
    constexpr list_index take_expired(auto& entries, instant now) {
        spread_begun(entries, now);
        const list_index i = first(entries);
        if (i == no_index || now < (entries[i].*Entry).deadline) return no_index;
        unfile(entries, i);
        return i;
    }

private:
    // Time is a number of eleven digits of six bits, in nanoseconds. A deadline's place is the highest digit in which
    // it differs from origin_, which is its level, and the value of that digit. Nothing is filed before origin_, so the
    // places stand in the order of time; and as origin_ moves only into the first one in use, to spread it, all others
    // stay right.
    static constexpr std::size_t digit_bits = 6, digit_values = 1 << digit_bits, levels = 11;
    static constexpr std::size_t places = levels * digit_values;
    static_assert(levels * digit_bits >= 63);

    struct access {
        static constexpr heap_link& link(auto& element) { return (element.*Entry).link; }
        static constexpr instant key(const auto& element) { return (element.*Entry).filed(); }
    };

    static constexpr std::uint64_t number(instant at) {
        return static_cast<std::uint64_t>(at.time_since_epoch().count());
    }

    constexpr std::size_t place_of(instant at) const {
        const std::uint64_t when = number(std::max(at, origin_)), differing = when ^ number(origin_);
        const std::size_t level = (static_cast<std::size_t>(std::bit_width(differing | 1)) - 1) / digit_bits;
        return level * digit_values + (when >> level * digit_bits) % digit_values;
    }

    /// `places` when nothing is filed.
    constexpr std::size_t first_place() const {
        std::size_t begin = 0;
        for (const std::uint64_t used : in_use_) {
            if (used != 0) return begin + static_cast<std::size_t>(std::countr_zero(used));
            begin += digit_values;
        }
        return places;
    }

    /// The one with the earliest deadline. Those that are filed too early are filed anew when they come up.
    constexpr list_index first(auto& entries) {
        for (std::size_t place = first_place(); place != places; place = first_place()) {
            const list_index i = slots_[place].first();
            if ((entries[i].*Entry).lead == 0ns) return i;
            unfile(entries, i);
            file(entries, i);
        }
        return no_index;
    }

    constexpr void file(auto& entries, list_index i) {
        timer_entry& entry = entries[i].*Entry;
        entry.lead = entry.lead.zero();
        const std::size_t place = place_of(entry.deadline);
        slots_[place].add(entries, i);
        note(place);
    }

    constexpr void unfile(auto& entries, list_index i) {
        timer_entry& entry = entries[i].*Entry;
        const std::size_t place = place_of(entry.filed());
        slots_[place].remove(entries, i);
        note(place);
        entry.lead = timer_entry::not_filed;
    }

    /// Once the time of the first slot in use has begun, what it holds goes to lower levels: after ten times at most to
    /// a slot of one nanosecond, where all have one deadline.
    constexpr void spread_begun(auto& entries, instant now) {
        const std::size_t place = first_place();
        if (place == places || place < digit_values || place_of(now) < place) return;
        origin_ = std::min(now, (entries[slots_[place].first()].*Entry).filed());
        slots_[place].clear(entries, [&](list_index i) { file(entries, i); });
        note(place);
    }

    constexpr void note(std::size_t place) {
        const std::uint64_t bit = std::uint64_t{1} << place % digit_values;
        std::uint64_t& used = in_use_[place / digit_values];
        used = slots_[place].empty() ? used & ~bit : used | bit;
    }

    std::array<index_heap<access>, places> slots_;  // no {}: g++ 12 would begin with what a static_assert left
    std::array<std::uint64_t, levels> in_use_{};  // a bit for each slot
    instant origin_{};
};

}  // namespace sluice
