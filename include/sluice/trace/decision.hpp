// SPDX-License-Identifier: MIT
//
// One decision of a congestion policy: what it was told, the window before and after, and what it could know. And two
// places that keep decisions: a ring of fixed size, and a log without end. Knows neither the policy nor what is made of
// it (json_log.hpp).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include <sluice/base/time.hpp>

namespace sluice::trace {

/// Which hook was called.
enum class told : std::uint8_t { start, ack, congestion, timeout, undo, marks, idle, selected, restored };

constexpr const char* name(told what) {
    switch (what) {
        case told::start: return "on_start";
        case told::ack: return "on_ack";
        case told::congestion: return "on_congestion";
        case told::timeout: return "on_rto";
        case told::undo: return "on_undo";
        case told::marks: return "on_ecn";
        case told::idle: return "on_idle";
        case told::selected: return "select";
        case told::restored: return "restore";
    }
    return "?";
}

struct decision {
    instant at{};
    std::uint64_t connection = 0;  // its random bits of start_report; 0 for a policy without on_start
    told what{};
    std::uint32_t window_before = 0, window = 0;
    std::optional<std::uint32_t> ssthresh_before{}, ssthresh{};  // of a policy that has one
    std::optional<std::uint32_t> in_flight{};  // what it was told of it: the pipe, or at a timeout FlightSize
    std::uint32_t newly_acked = 0, newly_lost = 0;
    bool in_recovery = false;
    bool app_limited = false;
    std::optional<duration> rtt{}, min_rtt{}, srtt{};

    friend constexpr bool operator==(const decision&, const decision&) = default;
};

/// The last so many.
template <std::size_t Size>
class decision_ring {
public:
    static_assert(Size > 0);

    constexpr void on_decision(const decision& d) { kept_[count_++ % Size] = d; }
    /// Of all that there were.
    constexpr std::uint64_t count() const { return count_; }
    constexpr std::size_t size() const { return count_ < Size ? static_cast<std::size_t>(count_) : Size; }
    /// The oldest that is kept is 0.
    constexpr const decision& operator[](std::size_t i) const {
        return kept_[static_cast<std::size_t>((count_ - size() + i) % Size)];
    }

private:
    std::array<decision, Size> kept_{};
    std::uint64_t count_ = 0;
};

struct decision_log {
    std::vector<decision> all{};
    void on_decision(const decision& d) { all.push_back(d); }
};

}  // namespace sluice::trace
