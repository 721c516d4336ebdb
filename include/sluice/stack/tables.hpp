// SPDX-License-Identifier: MIT
//
// The variables of a stack: sockets, records, listeners, and the lists and indices through which they are found: by a
// segment's addresses, by the next deadline, by who may send, by who has news. Nothing here knows what a segment means.
#pragma once

#include <sluice/base/slot_table.hpp>
#include <sluice/connection/path_mtu.hpp>
#include <sluice/stack/demux.hpp>
#include <sluice/stack/ephemeral_ports.hpp>
#include <sluice/stack/icmp_queue.hpp>
#include <sluice/stack/listener.hpp>
#include <sluice/stack/own_addresses.hpp>
#include <sluice/stack/path_mtu_cache.hpp>
#include <sluice/stack/syn_cookies.hpp>
#include <sluice/stack/time_wait.hpp>
#include <sluice/stack/timer_wheel.hpp>

namespace sluice {

/// A connection and its places in the stack's lists.
template <class Tcp>
struct socket_slot {
    typename Tcp::connection tcp{};
    timer_entry timer{};
    list_link sending{};
    list_link telling{};          // has news; or, nobody's yet, waits to be accepted
    std::uint64_t cookie = 0;     // the application's
    list_index listener = no_index;  // in whose queue it waits
    bool is_sending = false;
    bool is_telling = false;
    bool has_owner = false;       // a handle
    bool is_filed = false;        // its segments come here
};

/// What a number in the demux stands for.
enum class record_kind : std::uint32_t { connection, half_open, time_wait, listener };
struct filed {
    record_kind kind{};
    list_index index = no_index;

    static constexpr int index_bits = 30;
    constexpr std::uint32_t number() const { return static_cast<std::uint32_t>(kind) << index_bits | index; }
    static constexpr filed of(std::uint32_t number) {
        return {static_cast<record_kind>(number >> index_bits), number & ((std::uint32_t{1} << index_bits) - 1)};
    }
};

template <class Tcp>
struct stack_tables {
    using memory = typename Tcp::buffers_policy::memory_type;
    using socket = socket_slot<Tcp>;
    static constexpr list_index most_records = (list_index{1} << filed::index_bits) - 1;
    static constexpr unsigned most_tries = 16;

    explicit stack_tables(const typename Tcp::settings& s)
        : env(s),
          by_address(secret(), s.buffers.source),
          ports(secret(), s.limits.ephemeral_ports, s.buffers.source),
          cookies(secret(), s.limits.least_peer_mss),
          icmp(s.buffers.source),
          paths(s.buffers.source),
          sockets(std::min(s.limits.most_connections, most_records - 1) + 1, s.buffers.source),
          half_opens(most_records, s.buffers.source),
          time_waits(std::min(s.limits.most_time_waits, most_records), s.buffers.source),
          listeners(most_records, s.buffers.source) {
        std::uint8_t& tries = env.settings.limits.syn_ack_tries;
        if (tries != no_limit) tries = std::min<std::uint8_t>(tries, most_tries - 1);  // a record counts no further
    }

    environment<Tcp> env;
    demux<memory> by_address;
    ephemeral_ports<memory> ports;
    syn_cookies cookies;
    own_addresses own{};
    icmp_queue<memory> icmp;
    path_mtu_cache<memory> paths;

    slot_table<socket, memory> sockets;
    slot_table<half_open, memory> half_opens;
    slot_table<time_wait, memory> time_waits;
    slot_table<listener, memory> listeners;

    timer_wheel<&socket::timer> deadlines;
    index_list<&socket::sending> sending;
    index_list<&socket::telling> telling;
    index_list<&listener::telling> listeners_telling;
    // Those that were sent as often wait as long: each list is in the order of its deadlines.
    std::array<index_list<&half_open::in_turn>, most_tries> answering;
    index_list<&time_wait::in_turn> parting;
    list_index unfolded = no_index;  // the socket in which records are unfolded

    // ---- by address -------------------------------------------------------------------------------------------------

    four_tuple addresses(filed f) const {
        switch (f.kind) {
            case record_kind::connection: return {sockets[f.index].tcp.local(), sockets[f.index].tcp.remote()};
            case record_kind::half_open: return {half_opens[f.index].local(), half_opens[f.index].remote()};
            case record_kind::time_wait: return {time_waits[f.index].local(), time_waits[f.index].remote()};
            case record_kind::listener: return {listeners[f.index].local, {}};
        }
        return {};
    }

    /// Whoever has these addresses. A new incarnation goes before the old one's TIME-WAIT (RFC 9293 MAY-2).
    std::optional<filed> find(const four_tuple& t, tuple_hash hash) const {
        if (const auto living = find_if(t, hash, [](filed f) { return f.kind != record_kind::time_wait; }))
            return living;
        return time_waits.size() > 0 ? find_time_wait(t, hash) : std::nullopt;
    }
    std::optional<filed> find_time_wait(const four_tuple& t, tuple_hash hash) const {
        return find_if(t, hash, [](filed f) { return f.kind == record_kind::time_wait; });
    }

    /// One for this port is preferred to one for every port, then one for this address to one for any.
    list_index find_listener(const socket_address& local) const {
        for (const std::uint16_t port : {local.port, std::uint16_t{0}})
            for (const ip_address& address : {local.address, ip_address{}}) {
                const four_tuple t{{address, port}, {}};
                if (const auto found =
                        find_if(t, by_address.hash(t), [](filed f) { return f.kind == record_kind::listener; }))
                    return found->index;
            }
        return no_index;
    }

    // ---- sockets ----------------------------------------------------------------------------------------------------

    /// After anything that has happened to it: who looks for it by time, by news, or by something to send, finds it.
    void settle(list_index i) {
        socket& s = sockets[i];
        if (const auto& c = s.tcp.variables(); c.path.generation != paths.generation() && c.flight.empty())
            hear_path(i);
        deadlines.set(sockets, i, s.tcp.next_deadline());
        if (s.tcp.state() == state::closed) unfile(i);
        if (!s.is_sending) {
            s.is_sending = true;
            sending.push_back(sockets, i);
        }
        if (s.has_owner && !s.is_telling && s.tcp.has_news()) {
            s.is_telling = true;
            telling.push_back(sockets, i);
        }
    }

    /// Nothing of it leaves until it is let: as if it were among those that send, where its link says that it is not.
    void hold_back(list_index i) {
        sockets[i].is_sending = true;
        sockets[i].sending = {i, i};
    }
    bool is_held_back(list_index i) const { return sockets[i].is_sending && sockets[i].sending.before == i; }
    void let_leave(list_index i) {
        sockets[i].is_sending = false;
        settle(i);
    }

    /// Its segments are nobody's from now on.
    void unfile(list_index i) {
        socket& s = sockets[i];
        if (!std::exchange(s.is_filed, false)) return;
        by_address.erase({s.tcp.local(), s.tcp.remote()}, filed{record_kind::connection, i}.number());
    }

    /// What is known of a path, to a connection that opens, or is open; and from one that has found out.
    void recall_path(list_index i) {
        control_block<Tcp>& c = sockets[i].tcp.variables();
        c.path.generation = paths.generation();
        if (const auto known = paths.find(c.remote.address, env.now)) expect_path_mtu(c, known->mtu, known->until);
    }
    void hear_path(list_index i) {
        control_block<Tcp>& c = sockets[i].tcp.variables();
        const auto known = paths.news(c.remote.address, env.now, std::exchange(c.path.generation, paths.generation()));
        if (known) hear_path_mtu(c, env, known->mtu, known->until);
    }
    void remember_path(list_index i) {
        const control_block<Tcp>& c = sockets[i].tcp.variables();
        if (c.path.raise_at == never || path_mtu(c) >= largest_mtu(c)) return;
        paths.learn(c.remote.address, {.mtu = static_cast<std::uint16_t>(path_mtu(c)), .until = c.path.raise_at});
    }

    void release(list_index i) {
        socket& s = sockets[i];
        unfile(i);
        remember_path(i);
        s.tcp.forget(env);
        deadlines.remove(sockets, i);
        if (s.is_sending) sending.remove(sockets, i);
        if (s.is_telling) telling.remove(sockets, i);
        sockets.release(i);
    }

    /// Within the limit, and with memory for it and for the socket in which records are unfolded, which is beside the
    /// limit: whoever has records keeps one, or they could say nothing while all others are taken.
    bool has_room_for_connection() {
        const list_index connections = sockets.size() - (unfolded != no_index ? 1 : 0);
        const list_index most = std::min(env.settings.limits.most_connections, most_records - 1);
        return connections < most && sockets.reserve(connections + 2);
    }

    /// A socket for a record to be unfolded in, CLOSED; no_index without memory.
    list_index scratch() {
        if (unfolded == no_index) unfolded = sockets.take().value_or(no_index);
        return unfolded;
    }
    /// What was unfolded is a record again, or gone.
    void fold_up() {
        auto& tcp = sockets[unfolded].tcp;
        tcp.forget(env);
        tcp.variables().state = state::closed;
    }

    /// A SYN,ACK of Accurate ECN has its option, as the counts begin.
    static bool begins_counting([[maybe_unused]] const tcp_header& header, [[maybe_unused]] octets list) {
        if constexpr (sends_ecn_options<Tcp>)
            return header.flags.has(flag::syn) && accurate_ecn_option::read(list);
        else
            return false;
    }
    /// What it says leaves with the replies; what finds no room there counts as lost on its way.
    void emit(typename Tcp::connection& tcp) {
        tx_packet p;
        while (!env.replies.full() && tcp.next_packet(env, p)) {
            const tcp_header header = p.header();
            const octets list = p.tcp().subspan(tcp_header::length);
            env.replies.push({.local = {p.meta.source, header.source_port},
                              .remote = {p.meta.destination, header.destination_port},
                              .sequence = header.sequence,
                              .acknowledgment = header.acknowledgment,
                              .flags = header.flags,
                              .window = header.window,
                              .options = *tcp_options::read(list),
                              .dscp = p.meta.dscp,
                              .hop_limit = p.meta.hop_limit,
                              .begins_counting = begins_counting(header, list)});
        }
    }

private:
    siphash_key secret() {
        const std::uint64_t first = env.random.bits();
        return {first, env.random.bits()};
    }

    std::optional<filed> find_if(const four_tuple& t, tuple_hash hash, auto&& fits) const {
        const auto number = by_address.find(hash, [&](std::uint32_t n) {
            return fits(filed::of(n)) && addresses(filed::of(n)) == t;
        });
        return number ? std::optional(filed::of(*number)) : std::nullopt;
    }
};

}  // namespace sluice
