// SPDX-License-Identifier: MIT
//
// What a link and its queue tell each other. Every discipline has `push(store, packet, arrival, fates)`, which takes a
// packet or lets it go, `pop(store, now, fates)`, which answers the packet to transmit, or `no_index` when there is
// none: then the link is idle from now on; and `backlog()`. What happens to packets the queue tells the fates:
// `drop(packet, cause)`, after which it is no longer in the queue, and `mark(packet)`, which makes it CE and is false
// where it is not ECN-capable.
#pragma once

#include <cstddef>

#include <sluice/base/random.hpp>
#include <sluice/base/time.hpp>

namespace sluice::sim {

/// Stands for a queue without this limit.
inline constexpr std::size_t unlimited = ~std::size_t{0};

/// What waits in a queue.
struct backlog {
    std::size_t packets = 0;
    std::size_t octets = 0;

    constexpr bool empty() const { return packets == 0; }
};

struct queue_limits {
    std::size_t packets = unlimited;
    std::size_t octets = unlimited;

    /// For a packet of this length beside what there is already.
    constexpr bool have_room(const backlog& there, std::size_t length) const {
        return there.packets < packets && there.octets <= octets && length <= octets - there.octets;
    }
    constexpr bool are_exceeded_by(const backlog& there) const {
        return there.packets > packets || there.octets > octets;
    }
};

struct arrival {
    instant now;
    bool must_wait;  // else the transmitter takes it at once, and no limit applies
};

/// For a discipline to be made with.
struct queue_surroundings {
    queue_limits limits{};
    duration packet_time{};  // to transmit 1500 octets
    seeded_random random{sluice::seed(1)};
};

}  // namespace sluice::sim
