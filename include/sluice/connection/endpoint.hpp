// SPDX-License-Identifier: MIT
//
// One connection with an environment of its own: a whole TCP host that speaks to one peer. It can be copied at any
// moment, and runs in the compiler. Who drives it (examples/by_hand.cpp) hands it its packets, calls on_deadline once
// next_deadline() <= now, and after every call, receive too, poll_transmit until it answers 0. The `now` of each call
// is the time, which never goes back.
#pragma once

#include <sluice/connection/arrival.hpp>
#include <sluice/connection/connection.hpp>

namespace sluice {

template <class Tcp>
class basic_endpoint {
public:
    using settings = typename Tcp::settings;

    constexpr explicit basic_endpoint(const settings& s = {}) : env_(s) {}

    // ---- calls ------------------------------------------------------------------------------------------------------

    // What the RFC's calls do, and which errors they give, stands at connection.hpp's.
    constexpr result<void> listen(const socket_address& local, instant now) {
        return connection_.listen(at(now), local);
    }
    constexpr result<void> connect(const socket_address& local, const socket_address& remote, instant now) {
        return connection_.connect(at(now), local, remote);
    }
    /// Takes as much as there is room for and says how much; would_block while there is none, until news::writable.
    constexpr result<std::size_t> send(payload data, instant now) { return connection_.send(at(now), data); }
    /// The same, and the end of it waits for more, 200 ms at most.
    constexpr result<std::size_t> send_more(payload data, instant now) { return connection_.send_more(at(now), data); }
    constexpr result<std::size_t> send_urgent(payload data, instant now) {
        return connection_.send_urgent(at(now), data);
    }
    /// What has come in order; would_block while there is nothing, closing once the peer has ended and all is read.
    constexpr result<std::size_t> receive(mutable_octets to, instant now) { return connection_.receive(at(now), to); }
    /// All that was sent is acknowledged, and what was lent is returned; would_block until then.
    constexpr result<void> drained(instant now) { return at(now), connection_.drained(); }
    /// Both without a copy, in two halves. What is lent has to stay until it is returned, or until an abort().
    constexpr result<mutable_octets> reserve(std::size_t most, instant now) {
        return connection_.reserve(at(now), most);
    }
    constexpr result<void> commit(std::size_t length, instant now) { return connection_.commit(at(now), length); }
    constexpr result<void> lend(auto& lent, instant now) { return connection_.lend(at(now), lent); }
    constexpr auto peek(instant now) { return connection_.peek(at(now)); }
    constexpr result<void> consume(std::size_t length, instant now) { return connection_.consume(at(now), length); }
    /// Half of a close: our side ends behind what is queued, and receiving goes on.
    constexpr result<void> shutdown(instant now) { return connection_.shutdown(at(now)); }
    /// The application lets go, and TCP finishes alone. With octets unread it resets: they would be lost.
    constexpr result<void> close(instant now) { return connection_.close(at(now)); }
    constexpr result<void> abort(instant now) { return connection_.abort(at(now)); }
    constexpr result<void> quick_ack(bool wanted, instant now) { return connection_.quick_ack(at(now), wanted); }
    constexpr result<void> set_options(const connection_options& options, instant now) {
        return connection_.set_options(at(now), options);
    }

    /// TCP_CONGESTION (connection.hpp). Before connect, it is the settings' `congestion.chosen` that counts.
    constexpr result<void> set_congestion(std::string_view name, instant now) {
        return connection_.set_congestion(at(now), name);
    }

    // ---- packets and time -------------------------------------------------------------------------------------------

    /// A packet with its IP header. Hand in this endpoint's own only: a segment that is not its connection's, which
    /// each is once that is CLOSED, is answered with a RST. Of ICMP it hears errors, and answers none.
    constexpr void on_packet(const rx_packet& packet, instant now) {
        open_packet(
            at(now), packet, [&](const ip_meta& ip, const segment& s) { take(ip, s); },
            [&] { open_other(env_, packet, [&](const icmp_error& e) { hear(e); }, [](const other_datagram&) {}); });
    }

    /// A segment whose IP header somebody else has read.
    constexpr void on_segment(const ip_meta& ip, const rx_packet& payload, instant now) {
        open_segment(at(now), ip, payload, [&](const ip_meta&, const segment& s) { take(ip, s); });
    }

    /// For when next_deadline() has come, late or not.
    constexpr void on_deadline(instant now) { connection_.on_deadline(at(now)); }

    /// Builds up to room.size() packets that leave now, and says how many. Their payload is borrowed until the next
    /// call: `write` makes octets of a packet before that. With super-segments on, `split` cuts it first
    /// (wire/packet.hpp).
    constexpr std::size_t poll_transmit(instant now, std::span<tx_packet> room) {
        at(now);
        std::size_t built = 0;
        for (; built < room.size(); ++built) {
            if (!env_.replies.empty()) {
                build<sends_ecn_options<Tcp>>(env_.replies.pop(), room[built]);
            } else if (!connection_.next_packet(env_, room[built])) {
                break;
            }
        }
        return built;
    }

    /// `never` while nothing is awaited.
    constexpr instant next_deadline() const { return connection_.next_deadline(); }
    /// What has happened, each kind once until it is taken; nothing when all is told.
    constexpr std::optional<news> poll_event() { return connection_.poll_event(); }

    // ---- what there is to know --------------------------------------------------------------------------------------

    constexpr const typename Tcp::connection& connection() const { return connection_; }
    constexpr const environment<Tcp>& surroundings() const { return env_; }
    constexpr auto& observers() { return env_.settings.observe; }
    /// The one of this type: observer<my_counter>().
    template <class Observer>
    constexpr Observer& observer() {
        return static_cast<Observer&>(observers());
    }
    constexpr const counters& count() const { return env_.count; }
    constexpr sluice::state state() const { return connection_.state(); }
    constexpr sluice::error error() const { return connection_.error(); }
    constexpr std::size_t readable() const { return connection_.readable(); }
    constexpr std::size_t writable() const { return connection_.writable(); }
    /// The link takes no larger packets than this, be it only at times.
    constexpr void limit_mtu(std::uint16_t mtu) {
        env_.limit_mtu(mtu);
        connection_.on_link_mtu(env_);
    }
    /// Octets of payload that the link takes in one super-segment; 0: one segment at a time.
    constexpr void set_largest_super_segment(std::uint32_t length) { env_.largest_super_segment = length; }

private:
    constexpr environment<Tcp>& at(instant now) {
        env_.now = now;
        return env_;
    }

    constexpr void take(const ip_meta& ip, const segment& s) {
        if (connection_.is_for({ip.destination, s.destination_port}, {ip.source, s.source_port}))
            connection_.on_segment(env_, ip, s);
        else
            arrives_in_closed(env_, ip, s);
    }

    constexpr void hear(const icmp_error& e) {
        if (connection_.is_for(e.local, e.remote)) connection_.on_icmp(env_, e);
    }

    environment<Tcp> env_;
    typename Tcp::connection connection_{};
};

}  // namespace sluice
