// SPDX-License-Identifier: MIT
//
// Those who watch the packets on a cable, a world's only one or one of a network's: each packet is reported when it
// enters a link, when a queue marks it there, and when it is delivered at its other end or dropped on the way. A tap is
// any object with `on_packet(const packet_report&)`; it changes nothing.
#pragma once

#include <cstdint>
#include <vector>

#include <sluice/sim/packet.hpp>

namespace sluice::sim {

enum class packet_event : std::uint8_t {
    sent,
    delivered,
    dropped,
    marked,  // made CE by the link's queue; what came as CE is not told again
};

enum class drop_cause : std::uint8_t {
    none,
    queue_full,
    aqm,     // by the queue's discipline, to keep it short
    loss,    // by chance
    chosen,  // by the link's settings
    too_big,  // for the link
};

/// How many there are.
inline constexpr std::size_t drop_causes = static_cast<std::size_t>(drop_cause::too_big) + 1;

constexpr const char* name(drop_cause cause) {
    switch (cause) {
        case drop_cause::none: return "not dropped";
        case drop_cause::queue_full: return "queue full";
        case drop_cause::aqm: return "dropped to keep the queue short";
        case drop_cause::loss: return "lost by chance";
        case drop_cause::chosen: return "chosen to be dropped";
        case drop_cause::too_big: return "too big for the link";
    }
    return "?";
}

struct packet_report {
    instant now;
    packet_event what;
    drop_cause why;
    int from;  // which end of the cable it entered; in a world, the host that sent it
    const sim::packet& packet;
};

/// The taps of one cable, by reference: they outlive it.
class taps {
public:
    template <class Tap>
    void add(Tap& tap) {
        all_.push_back({&tap, [](void* to, const packet_report& r) { static_cast<Tap*>(to)->on_packet(r); }});
    }
    void on_packet(const packet_report& report) const {
        for (const one& each : all_) each.tell(each.tap, report);
    }

private:
    struct one {
        void* tap;
        void (*tell)(void*, const packet_report&);
    };
    std::vector<one> all_;
};

}  // namespace sluice::sim
