// SPDX-License-Identifier: MIT
// A link and the world around it, for tests of links and their queues: what was reported, and what came out when.
#pragma once

#include <vector>

#include <sluice/sim/event_queue.hpp>
#include <sluice/sim/link.hpp>
#include <sluice/wire/packet.hpp>

namespace lab {

using namespace sluice;
using sim::drop_cause;
using sim::link_event;
using sim::packet_event;

struct rig {
    struct fate {
        std::uint64_t number;
        packet_event what;
        drop_cause why;
        instant at;
    };
    struct arrival {
        std::uint64_t number;
        instant at;
        duration queued;
        bool is_copy;
        std::vector<octet> data;
    };

    explicit rig(const sim::link_settings& s, seed from = 1) : link(s, seeded_random(from)) {}

    sim::link link;
    sim::event_queue<link_event> events;
    std::vector<fate> fates;
    std::vector<arrival> arrivals;
    instant now{};
    std::uint64_t offered = 0;

    std::uint64_t turn() { return events.turn(); }
    void schedule(instant at, std::uint64_t turn, link_event e) { events.push(at, turn, e); }
    void tell(packet_event what, drop_cause why, const sim::packet& p) { fates.push_back({p.number, what, why, now}); }

    /// Packets are numbered from 0.
    void offer(std::size_t length, std::uint32_t text_length = 1) {
        offer(std::vector<octet>(length, octet{0xaa}), text_length);
    }
    void offer(std::vector<octet> data, std::uint32_t text_length = 1) {
        link.offer({.data = std::move(data), .number = offered++, .text_length = text_length}, now, *this);
    }
    void run(instant until = never) {
        while (!events.empty() && events.next() <= until) {
            now = events.next();
            const link_event e = events.pop();
            if (e.what == link_event::kind::transmitted) {
                link.on_transmitted(e.packet, now, *this);
                continue;
            }
            const sim::packet p = link.take(e.packet, *this);
            arrivals.push_back({p.number, now, p.queued, p.is_copy, p.data});
        }
        if (until != never) now = until;
    }
    std::size_t count(packet_event what, drop_cause why = drop_cause::none) const {
        std::size_t n = 0;
        for (const fate& f : fates) n += f.what == what && f.why == why ? 1 : 0;
        return n;
    }
    std::vector<std::uint64_t> numbers(packet_event what, drop_cause why = drop_cause::none) const {
        std::vector<std::uint64_t> out;
        for (const fate& f : fates)
            if (f.what == what && f.why == why) out.push_back(f.number);
        return out;
    }
    std::vector<std::uint64_t> dropped(drop_cause why) const { return numbers(packet_event::dropped, why); }
    std::vector<instant> times(packet_event what, drop_cause why = drop_cause::none) const {
        std::vector<instant> out;
        for (const fate& f : fates)
            if (f.what == what && f.why == why) out.push_back(f.at);
        return out;
    }
};

/// An IP packet of one flow, of so many octets; flows differ by their source port alone.
inline std::vector<octet> ip_packet(std::size_t length, ecn_codepoint ecn = ecn_codepoint::not_ect,
                                    std::uint16_t flow = 1, bool ipv6 = false) {
    tx_packet p;
    p.meta = {.source = ipv6 ? ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 1}) : ip_address::v4(198, 18, 0, 1),
              .destination = ipv6 ? ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 2}) : ip_address::v4(198, 18, 0, 2),
              .dscp = 46,
              .ecn = ecn};
    const std::size_t headers = (ipv6 ? ipv6::header_length : ipv4::header_length) + tcp_header::length;
    p.payload_length = static_cast<std::uint32_t>(length - headers);
    write_headers(p, {.source_port = flow, .destination_port = 9}, {});
    std::vector<octet> out(length);
    write(p, out);
    return out;
}

}  // namespace lab
