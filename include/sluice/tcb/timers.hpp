// SPDX-License-Identifier: MIT
//
// A connection's timers as deadlines. Whoever drives the connection asks for the next one and comes back then; nothing
// here measures time.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include <sluice/base/time.hpp>

namespace sluice {

enum class timer : std::uint8_t {
    retransmission,  // RFC 6298
    window_probe,    // RFC 9293 section 3.8.6.1
    delayed_ack,     // section 3.8.6.3
    sws_override,    // section 3.8.6.2.1 (4); and memory is asked for again
    keep_alive,      // section 3.8.4
    user_timeout,    // section 3.10.8
    reneging,        // RFC 2018 section 8, N31
    recovery,        // the recovery policy's own (RFC 8985 sections 6.2 and 7.2)
    time_wait,       // 2MSL; in FIN-WAIT-2 the limit of an orphan's wait
};
inline constexpr std::size_t timer_count = 9;

class timers {
public:
    constexpr timers() { deadlines_.fill(never); }

    constexpr instant operator[](timer t) const { return deadlines_[static_cast<std::size_t>(t)]; }
    constexpr bool runs(timer t) const { return (*this)[t] != never; }
    constexpr void set(timer t, instant deadline) { deadlines_[static_cast<std::size_t>(t)] = deadline; }
    constexpr void stop(timer t) { set(t, never); }
    constexpr void stop_all() { deadlines_.fill(never); }
    constexpr instant next() const { return *std::min_element(deadlines_.begin(), deadlines_.end()); }

    /// True once for a timer whose time has come; it stops.
    constexpr bool take_expired(timer t, instant now) {
        if (now < (*this)[t]) return false;
        stop(t);
        return true;
    }

private:
    std::array<instant, timer_count> deadlines_;
};

}  // namespace sluice
