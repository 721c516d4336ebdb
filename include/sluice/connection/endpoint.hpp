// SPDX-License-Identifier: MIT
//
// One connection with an environment of its own: a whole TCP host that speaks to one peer. Time is the `now` of each call.
// It can be copied at any moment, and runs in the compiler.
#pragma once

#include <sluice/connection/connection.hpp>

namespace sluice {

template <class Tcp>
class basic_endpoint {
public:
    using settings = typename Tcp::settings;

    constexpr explicit basic_endpoint(const settings& s = {}) : env_(s) {}

    // ---- calls ----------------------------------------------------------------------------------------------------------

    constexpr result<void> listen(const socket_address& local, instant now) { return connection_.listen(at(now), local); }
    constexpr result<void> connect(const socket_address& local, const socket_address& remote, instant now) {
        return connection_.connect(at(now), local, remote);
    }
    constexpr result<std::size_t> send(octets data, instant now) { return connection_.send(at(now), data); }
    constexpr result<std::size_t> send_urgent(octets data, instant now) { return connection_.send_urgent(at(now), data); }
    constexpr result<std::size_t> receive(mutable_octets to, instant now) { return connection_.receive(at(now), to); }
    constexpr result<void> shutdown(instant now) { return connection_.shutdown(at(now)); }
    constexpr result<void> close(instant now) { return connection_.close(at(now)); }
    constexpr result<void> abort(instant now) { return connection_.abort(at(now)); }
    constexpr result<void> set_options(const connection_options& options, instant now) {
        return connection_.set_options(at(now), options);
    }

    // ---- packets and time -------------------------------------------------------------------------------------------------

    /// A packet with its IP header.
    constexpr void on_packet(const rx_packet& packet, instant now) {
        at(now);
        if (const auto parsed = parse_packet(packet))
            take(parsed->ip, parsed->segment);
        else
            ++env_.count.malformed;
    }

    /// A segment whose IP header somebody else has read.
    constexpr void on_segment(const ip_meta& ip, const rx_packet& payload, instant now) {
        at(now);
        if (const auto parsed = parse_segment(ip, payload))
            take(ip, *parsed);
        else
            ++env_.count.malformed;
    }

    constexpr void on_deadline(instant now) { connection_.on_deadline(at(now)); }

    /// Builds up to room.size() packets that leave now. Their payload is borrowed until the next call.
    constexpr std::size_t poll_transmit(instant now, std::span<tx_packet> room) {
        at(now);
        std::size_t built = 0;
        for (; built < room.size(); ++built) {
            if (!env_.replies.empty()) {
                build(env_.replies.pop(), room[built]);
                ++env_.count.segments_out;
            } else if (!connection_.next_packet(env_, room[built])) {
                break;
            }
        }
        return built;
    }

    constexpr instant next_deadline() const { return connection_.next_deadline(); }
    constexpr std::optional<news> poll_event() { return connection_.poll_event(); }

    // ---- what there is to know --------------------------------------------------------------------------------------------

    constexpr const typename Tcp::connection& connection() const { return connection_; }
    constexpr const environment<Tcp>& surroundings() const { return env_; }
    constexpr auto& observers() { return env_.settings.observe; }
    constexpr const counters& count() const { return env_.count; }
    constexpr sluice::state state() const { return connection_.state(); }
    constexpr sluice::error error() const { return connection_.error(); }
    constexpr std::size_t readable() const { return connection_.readable(); }
    constexpr std::size_t writable() const { return connection_.writable(); }
    /// Octets of payload that the link takes in one super-segment; 0: one segment at a time.
    constexpr void set_largest_super_segment(std::uint32_t length) { env_.largest_super_segment = length; }

private:
    constexpr environment<Tcp>& at(instant now) {
        env_.now = now;
        return env_;
    }

    constexpr void take(const ip_meta& ip, const segment& s) {
        env_.count.segments_in += s.segments;
        // Neither end may be a group of hosts (MUST-57, MUST-63).
        if (!ip.source.is_host() || !ip.destination.is_host()) return;
        if (connection_.is_for({ip.destination, s.destination_port}, {ip.source, s.source_port}))
            connection_.on_segment(env_, ip, s);
        else
            arrives_in_closed(env_, ip, s);
    }

    environment<Tcp> env_;
    typename Tcp::connection connection_{};
};

}  // namespace sluice
