// SPDX-License-Identifier: MIT
//
// A sender on a path of 100 Mbit/s and 40 ms that loses 30 % of the data for two seconds, and is clean before and
// after: in virtual time, with octets that are only counted. What many a sender does not come back from.
#pragma once

#include <sluice/connection/endpoint.hpp>
#include <sluice/policy/buffers/phantom_buffers.hpp>
#include <sluice/policy/compose.hpp>
#include <sluice/sim/network.hpp>

namespace sluice::testing {

struct bursty_path {
    std::uint64_t rate = 100'000'000;
    duration round_trip = 40ms;
    std::size_t queue = 333;              // a bandwidth-delay product of packets
    sim::probability loss = 0.3;
    instant begins{2s}, ends{4s};         // the losses
    instant until{12s};
    sluice::seed seed = 1;
};

struct comeback {
    duration longest_silence{};           // of the sender's
    instant next_ack = never;             // the first progress behind the losses
    std::uint32_t window = 0;             // segments: the largest in twenty round trips from then
    instant filled = never;               // the first five round trips in which 80 % of the link were used again
    std::uint64_t losses = 0;
};

namespace detail {

/// Loses what comes while the time is bad.
template <class Tcp>
struct lossy_endpoint : Tcp::endpoint {
    lossy_endpoint(const typename Tcp::settings& s, const bursty_path& on)
        : Tcp::endpoint(s), path(on), random(on.seed) {}

    void on_packet(const rx_packet& packet, instant now) {
        if (path.begins <= now && now < path.ends && path.loss.happens(random)) return void(++lost);
        Tcp::endpoint::on_packet(packet, now);
    }

    bursty_path path;
    seeded_random random;
    std::uint64_t lost = 0;
};

struct counted_source {
    void step(auto& endpoint, instant now) {
        if (endpoint.state() == state::established)
            while (endpoint.send(payload::counted(1 << 20), now)) {}
    }
};
struct counted_sink {
    void step(auto& endpoint, instant now) {
        if (const std::size_t there = endpoint.readable(); there > 0) static_cast<void>(endpoint.consume(there, now));
    }
};

/// When the link is in use again, as seen at its far end.
struct use_watch {
    const bursty_path& path;
    instant since = path.ends;
    std::uint64_t octets = 0;
    instant filled = never;

    void on_packet(const sim::packet_report& r) {
        if (r.from != 0 || r.what != sim::packet_event::delivered || r.now < since || filled != never) return;
        const duration period = 5 * path.round_trip;
        if (r.now - since >= period) {
            since = r.now;
            octets = 0;
        }
        octets += r.packet.data.size();
        const auto milliseconds = static_cast<std::uint64_t>(period / 1ms);
        if (octets * 8 >= path.rate / 1000 * milliseconds / 10 * 8) filled = r.now;
    }
};

/// When the sender sends.
struct silence_watch {
    instant last{};
    duration longest{};
    void on_packet(const sim::packet_report& r) {
        if (r.from != 0 || r.what != sim::packet_event::sent) return;
        longest = std::max(longest, r.now - last);
        last = r.now;
    }
};

}  // namespace detail

/// `policies` are any but the buffers.
template <class... Policies>
comeback after_losses(const bursty_path& path, const auto& set_up) {
    using sender = tcp<Policies..., phantom_buffers>;
    typename sender::settings settings;
    settings.buffers.send = settings.buffers.receive = 4u << 20;
    set_up(settings);
    sim::network net({.seed = path.seed});
    auto& client = net.add_host<sender>(settings, detail::counted_source{});
    settings.seed = net.draw_seed();
    auto& server = net.add_endpoint<detail::lossy_endpoint<sender>>(detail::counted_sink{}, settings.limits.mtu,
                                                                    settings, path);
    const sim::cable_id cable = net.join(
        client.node, server.node, {.rate = path.rate, .delay = path.round_trip / 2, .queue_packets = path.queue});
    detail::silence_watch silence;
    net.watch(cable, silence);
    detail::use_watch use{.path = path};
    net.watch(cable, use);
    net.finish();
    static_cast<void>(net.open(client, server));

    comeback out;
    std::uint64_t acknowledged = 0;
    net.run(path.until, [&](const sim::network&) {
        const auto& c = client.endpoint.connection().variables();
        if (net.now() < path.ends) {
            acknowledged = c.totals.acknowledged;
            return;
        }
        if (out.next_ack == never && c.totals.acknowledged > acknowledged) out.next_ack = net.now();
        if (out.next_ack != never && net.now() <= out.next_ack + 20 * path.round_trip)
            out.window = std::max(out.window, target_window(c) / c.mss);
    });
    out.longest_silence = std::max(silence.longest, path.until - silence.last);
    out.filled = use.filled;
    out.losses = server.endpoint.lost;
    return out;
}

}  // namespace sluice::testing
