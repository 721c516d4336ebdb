// SPDX-License-Identifier: MIT
//
// Traffic that answers to nothing: datagrams at a constant rate, all the time or on and off, and who counts them at the
// other end. Hosts of a network like those that speak TCP, without a connection.
#pragma once

#include <cstdint>

#include <sluice/sim/network.hpp>
#include <sluice/sim/on_off.hpp>
#include <sluice/sim/udp.hpp>

namespace sluice::sim {

struct datagram_settings {
    std::uint64_t rate = 1'000'000;  // bits/s of whole packets, while it is on
    std::uint16_t length = 1500;     // octets of a packet, its IP header and all
    ecn_codepoint ecn = ecn_codepoint::not_ect;
    on_off_settings times{};
    instant start{};
    instant stop = never;
};

/// Driven like an endpoint. In each period that is on the n-th packet, from 0, is due n intervals after its beginning,
/// to the nanosecond below.
class datagram_source {
public:
    datagram_source(const datagram_settings& s, const ip_address& from, const ip_address& to, seeded_random random)
        : settings_(s), times_(s.times, s.start, random) {
        assert(s.rate > 0);
        ip_ = {.source = from, .destination = to, .ecn = s.ecn};
        begin_period();
    }

    /// Those that have left, or wait for a link that pushes back.
    std::uint64_t due_so_far() const { return sent_ + waiting_; }
    std::uint64_t sent() const { return sent_; }

    void on_packet(const rx_packet&, instant) {}
    void on_deadline(instant now) {
        for (; next_ <= now; plan()) ++waiting_;
    }
    instant next_deadline() const { return next_; }
    std::size_t poll_transmit(instant now, std::span<tx_packet> room) {
        on_deadline(now);
        std::size_t built = 0;
        for (; built < room.size() && waiting_ > 0; --waiting_, ++built)
            room[built] = udp_packet(ip_, discard, discard, sent_++, settings_.length);
        return built;
    }

private:
    static constexpr std::uint16_t discard = 9;

    void begin_period() {
        times_.to_next_on();
        next_ = times_.began() < settings_.stop ? times_.began() : never;
        rest_ = 0;
    }

    void plan() {
        const std::uint64_t bits_times_ns = std::uint64_t{settings_.length} * 8 * 1'000'000'000;
        next_ += duration(static_cast<std::int64_t>(bits_times_ns / settings_.rate));
        rest_ += bits_times_ns % settings_.rate;
        if (rest_ >= settings_.rate) rest_ -= settings_.rate, next_ += duration(1);
        if (next_ >= times_.until()) return begin_period();
        if (next_ >= settings_.stop) next_ = never;
    }

    datagram_settings settings_;
    ip_meta ip_;
    on_off times_;
    instant next_ = never;
    std::uint64_t rest_ = 0;  // of nanoseconds, times the rate
    std::uint64_t waiting_ = 0, sent_ = 0;
};

/// What came, as it came: copies count again.
struct datagram_sink {
    std::uint64_t packets = 0;
    std::uint64_t octets = 0;         // of whole packets
    std::uint64_t ce = 0;             // of the packets
    std::uint64_t refused = 0;        // no datagrams, or corrupted ones
    std::uint64_t highest_after = 0;  // one more than the highest number
    instant last = never;             // when the latest came

    /// While each comes once, and none overtakes.
    std::uint64_t missing() const { return highest_after - packets; }

    void on_packet(const rx_packet& p, instant now) {
        const auto came = read_datagram(p.data);
        if (!came) {
            ++refused;
            return;
        }
        ++packets;
        octets += came->length;
        ce += came->ip.ecn == ecn_codepoint::ce ? 1 : 0;
        highest_after = std::max(highest_after, came->number + 1);
        last = now;
    }
    void on_deadline(instant) {}
    instant next_deadline() const { return never; }
    std::size_t poll_transmit(instant, std::span<tx_packet>) { return 0; }
};

/// The application of a host that needs none.
struct unattended {
    void step(auto&, instant) {}
};

/// Joined like a flow.
struct datagram_flow {
    host<datagram_source, unattended>& client;
    host<datagram_sink, unattended>& server;
};

/// Adds the two hosts. It begins by itself.
inline datagram_flow add_datagrams(network& in, const datagram_settings& s = {}) {
    auto& sink = in.add_endpoint<datagram_sink>(unattended{}, s.length);
    const ip_address own = in.next_address();
    auto& source = in.add_endpoint<datagram_source>(unattended{}, s.length, s, own, sink.address.address,
                                                    seeded_random(in.draw_seed()));
    return {source, sink};
}

}  // namespace sluice::sim
