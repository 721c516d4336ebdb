// SPDX-License-Identifier: MIT
//
// Many connections behind one address or several. Like a connection a stack reads no clock and sends nothing by itself:
// packets and time come in, packets, events and the next deadline go out. What a segment means to its connection is
// decided in connection/; here is decided whose segment it is, who may send next, and whose time has come.
#pragma once

#include <sluice/connection/arrival.hpp>
#include <sluice/connection/info.hpp>
#include <sluice/stack/icmp.hpp>
#include <sluice/stack/icmp_answers.hpp>
#include <sluice/stack/parting.hpp>

namespace sluice {

template <class Tcp>
class basic_stack {
    static_assert(buffers_for_stack<typename Tcp::buffers_policy>,
                  "sluice: buffers slot: for a stack, a policy must have a memory_type, and a member `source` of it");
    using tables = stack_tables<Tcp>;
    using socket = typename tables::socket;

public:
    using settings = typename Tcp::settings;

    explicit basic_stack(const settings& s = {}) : t_(s) {}

    // ---- addresses --------------------------------------------------------------------------------------------------

    /// Ours from now on; `prefix_length` says how much of it is the network's. Before the first one a stack takes every
    /// address for its own, as a gateway must, and answers nothing but TCP; from then on what is for others is dropped
    /// and counted, and echo requests and datagrams for nobody are answered.
    result<void> add_address(const ip_address& own, std::uint8_t prefix_length) {
        return t_.own.add({own, prefix_length});
    }
    /// Its connections stay, and are not heard of again: close or abort them.
    result<void> remove_address(const ip_address& own) { return t_.own.remove(own); }
    const own_addresses& addresses() const { return t_.own; }

    // ---- calls: what the RFC's do, and which errors they give, stands at connection.hpp's ---------------------------

    /// Waits for connections to this socket. An unspecified address, of either family, stands for any of both
    /// (MUST-43), as an IPv6 socket's does elsewhere. Port 0 stands for every port where the options say so.
    result<handle> listen(const socket_address& local, instant now, listen_options options = {},
                          std::uint64_t cookie = 0) {
        at(now);
        if constexpr (!machine<typename Tcp::lifecycle_policy>::has(event::passive_open)) return error::not_supported;
        if constexpr (!machine<typename Tcp::lifecycle_policy>::has(event::active_open))
            if (options.asks) return error::not_supported;
        if ((local.port == 0) != options.every_port || options.backlog == 0) return error::bad_argument;
        const socket_address own{local.address.is_unspecified() ? ip_address{} : local.address, local.port};
        if (!own.address.is_unspecified() && !t_.own.takes_every() && !t_.own.has(own.address))
            return error::bad_argument;
        const four_tuple addresses{own, {}};
        if (const list_index same = t_.find_listener(own); same != no_index && t_.listeners[same].local == own)
            return error::already_open;
        const auto l = t_.listeners.take(listener{.local = own, .options = options, .cookie = cookie});
        if (!l) return l.error();
        if (const auto done = t_.by_address.insert(addresses, filed{record_kind::listener, *l}.number()); !done) {
            t_.listeners.release(*l);
            return done.error();
        }
        recount_half_open(t_);
        t_.scratch();  // for half-open records, while there is memory
        return handle{*l | listening, t_.listeners.generation(*l)};
    }

    /// The connection that has waited longest; would_block while there is none.
    result<handle> accept(handle h, instant now, std::uint64_t cookie = 0) {
        at(now);
        if (!is_listener(h)) return error::bad_handle;
        const list_index i = take_longest_waiting(t_, place(h));
        if (i == no_index) return error::would_block;
        return own(i, cookie);
    }

    /// One that came to a listener which asks has a SYN that nobody has answered: now it is, and what becomes of it is
    /// told as of what connect() opens. Instead, abort() and close() refuse it with a RST. bad_argument for any other.
    result<void> answer(handle h, instant now) {
        at(now);
        if (!is_socket(h)) return error::bad_handle;
        if (!t_.is_held_back(h.index)) return error::bad_argument;
        sluice::answer(t_, h.index);
        return {};
    }

    /// From a port of the stack's choice if local.port is 0 (RFC 6056), and from one of its addresses if that is left
    /// unspecified (MUST-44). network_unreachable: it has none of remote's family.
    result<handle> connect(socket_address local, const socket_address& remote, instant now, std::uint64_t cookie = 0) {
        at(now);
        if (local.address.is_unspecified() && !t_.own.takes_every() && remote.address.is_host()) {
            const auto own = t_.own.towards(remote.address);
            if (!own) return error::network_unreachable;
            local.address = *own;
        }
        if (!t_.own.takes_every() && remote.address.is_host() && !t_.own.has(local.address)) return error::bad_argument;
        if (local.port == 0) {
            const auto is_free = [&](std::uint16_t port) { return !is_taken({{local.address, port}, remote}); };
            const auto port = t_.ports.choose(local.address, remote, t_.env.random, is_free);
            if (!port) return port.error();
            local.port = *port;
        }
        const four_tuple addresses{local, remote};
        if (is_taken(addresses)) return error::already_open;
        if (!t_.has_room_for_connection()) return error::insufficient_resources;
        const auto i = t_.sockets.take();
        if (!i) return i.error();
        socket& s = t_.sockets[*i];
        auto done = s.tcp.connect(t_.env, local, remote);
        if (done) done = t_.by_address.insert(addresses, filed{record_kind::connection, *i}.number());
        if (!done) {
            t_.release(*i);
            return done.error();
        }
        s.is_filed = true;
        t_.recall_path(*i);
        return own(*i, cookie);
    }

    result<std::size_t> send(handle h, payload data, instant now) {
        return call(h, now, [&](auto& tcp) { return tcp.send(t_.env, data); });
    }
    result<std::size_t> send_more(handle h, payload data, instant now) {
        return call(h, now, [&](auto& tcp) { return tcp.send_more(t_.env, data); });
    }
    result<std::size_t> send_urgent(handle h, payload data, instant now) {
        return call(h, now, [&](auto& tcp) { return tcp.send_urgent(t_.env, data); });
    }
    result<mutable_octets> reserve(handle h, std::size_t most, instant now) {
        return call(h, now, [&](auto& tcp) { return tcp.reserve(t_.env, most); });
    }
    result<void> commit(handle h, std::size_t length, instant now) {
        return call(h, now, [&](auto& tcp) { return tcp.commit(t_.env, length); });
    }
    /// They stay until they are returned: also past close(), after which TCP finishes alone. abort() returns them at
    /// once.
    result<void> lend(handle h, auto& lent, instant now) {
        return call(h, now, [&](auto& tcp) { return tcp.lend(t_.env, lent); });
    }
    result<void> drained(handle h, instant now) {
        return call(h, now, [](auto& tcp) { return tcp.drained(); });
    }
    result<std::size_t> receive(handle h, mutable_octets to, instant now) {
        return call(h, now, [&](auto& tcp) { return tcp.receive(t_.env, to); });
    }
    result<octets> peek(handle h, instant now) {
        return call(h, now, [&](auto& tcp) { return tcp.peek(t_.env); });
    }
    result<void> consume(handle h, std::size_t length, instant now) {
        return call(h, now, [&](auto& tcp) { return tcp.consume(t_.env, length); });
    }
    result<void> shutdown(handle h, instant now) {
        return call(h, now, [&](auto& tcp) { return tcp.shutdown(t_.env); });
    }
    result<void> quick_ack(handle h, bool wanted, instant now) {
        return call(h, now, [&](auto& tcp) { return tcp.quick_ack(t_.env, wanted); });
    }
    result<void> set_options(handle h, const connection_options& options, instant now) {
        return call(h, now, [&](auto& tcp) { return tcp.set_options(t_.env, options); });
    }
    result<void> set_congestion(handle h, std::string_view name, instant now) {
        return call(h, now, [&](auto& tcp) { return tcp.set_congestion(t_.env, name); });
    }

    /// The application lets go: the handle is stale from here on, and TCP finishes alone. A listener's connections that
    /// nobody has accepted are reset.
    result<void> close(handle h, instant now) {
        return let_go(h, now, [&](auto& tcp) { return tcp.close(t_.env); });
    }
    /// The same, at once: the peer hears a RST.
    result<void> abort(handle h, instant now) {
        return let_go(h, now, [&](auto& tcp) { return tcp.abort(t_.env); });
    }

    // ---- packets and time -------------------------------------------------------------------------------------------

    /// A packet with its IP header.
    void on_packet(const rx_packet& packet, instant now) {
        open_packet(
            at(now), packet, [&](const ip_meta& ip, const segment& s) { arrives(ip, s); },
            [&] {
                open_other(
                    t_.env, packet, [&](const icmp_error& e) { pass_on(t_, e); },
                    [&](const other_datagram& d) { answer_other(t_, d); });
            });
    }
    /// A segment whose IP header somebody else has read.
    void on_segment(const ip_meta& ip, const rx_packet& payload, instant now) {
        open_segment(at(now), ip, payload, [&](const ip_meta&, const segment& s) { arrives(ip, s); });
    }

    /// For when next_deadline() has come, late or not.
    void on_deadline(instant now) {
        at(now);
        for (list_index i; (i = t_.deadlines.take_expired(t_.sockets, now)) != no_index;) {
            auto& tcp = t_.sockets[i].tcp;
            const std::uint32_t before = tcp.variables().mss;
            tcp.on_deadline(t_.env);
            if (tcp.variables().mss < before) t_.remember_path(i);
            t_.settle(i);
        }
        for (auto& tried : t_.answering)
            while (!tried.empty() && t_.half_opens[tried.front()].due().near(now) <= now)
                answer_again(t_, tried.front());
        while (!t_.parting.empty() && t_.time_waits[t_.parting.front()].due().near(now) <= now)
            depart(t_, t_.parting.front());
    }

    /// Builds up to room.size() packets that leave now, one of each connection in turn, and says how many. Their
    /// payload is borrowed until the next call.
    std::size_t poll_transmit(instant now, std::span<tx_packet> room) {
        at(now);
        std::size_t built = 0;
        while (built < room.size() && !t_.icmp.empty()) t_.icmp.pop(room[built++]);
        while (built < room.size()) {
            if (!t_.env.replies.empty()) {
                build<sends_ecn_options<Tcp>>(t_.env.replies.pop(), room[built++]);
                continue;
            }
            const list_index i = t_.sending.front();
            if (i == no_index) break;
            socket& s = t_.sockets[i];
            t_.sending.remove(t_.sockets, i);
            if (s.tcp.next_packet(t_.env, room[built])) {
                ++built;
                t_.sending.push_back(t_.sockets, i);
                t_.deadlines.set(t_.sockets, i, s.tcp.next_deadline());
            } else {
                s.is_sending = false;
                t_.deadlines.set(t_.sockets, i, s.tcp.next_deadline());
                rest(i);
            }
        }
        return built;
    }

    /// `never` while nothing is awaited. Exact: then something is due.
    instant next_deadline() {
        const instant now = t_.env.now;
        instant earliest = t_.deadlines.next(t_.sockets);
        if (t_.half_opens.size() > 0)
            for (const auto& tried : t_.answering)
                if (!tried.empty()) earliest = std::min(earliest, t_.half_opens[tried.front()].due().near(now));
        if (!t_.parting.empty()) earliest = std::min(earliest, t_.time_waits[t_.parting.front()].due().near(now));
        return earliest;
    }

    /// What has happened to whom, each kind once until it is taken; nothing when all is told.
    std::optional<stack_event> poll_event() {
        if (const list_index l = t_.listeners_telling.front(); l != no_index) {
            t_.listeners_telling.remove(t_.listeners, l);
            t_.listeners[l].has_news = false;
            return stack_event{{l | listening, t_.listeners.generation(l)}, news::acceptable, t_.listeners[l].cookie};
        }
        while (!t_.telling.empty()) {
            const list_index i = t_.telling.front();
            socket& s = t_.sockets[i];
            const auto what = s.tcp.poll_event();
            if (what) return stack_event{{i, t_.sockets.generation(i)}, *what, s.cookie};
            t_.telling.remove(t_.sockets, i);
            s.is_telling = false;
        }
        return {};
    }

    /// The link takes no larger packets than this, be it only at times. Every connection hears of it.
    void limit_mtu(std::uint16_t mtu) {
        t_.env.limit_mtu(mtu);
        t_.sockets.for_each([&](list_index, socket& s) { s.tcp.on_link_mtu(t_.env); });
    }

    /// For a gateway that writes ICMP errors itself, in the names of those for whom it answers: whether one may leave
    /// now. They count among the stack's own, of which limits.icmp_errors leave a second (RFC 4443 section 2.4 f).
    bool may_send_icmp_error(instant now) { return sluice::may_send_icmp_error(t_, now); }

    // ---- what there is to know --------------------------------------------------------------------------------------

    /// nullptr for a stale handle.
    const typename Tcp::connection* look(handle h) const { return is_socket(h) ? &t_.sockets[h.index].tcp : nullptr; }
    /// Under the names of Linux's tcp_info, as of the last call.
    result<tcp_info> info(handle h) const {
        if (!is_socket(h)) return error::bad_handle;
        return sluice::info(t_.sockets[h.index].tcp.variables(), t_.env.now);
    }
    /// How many connections wait in a listener to be accepted.
    std::uint32_t to_accept(handle h) const { return is_listener(h) ? t_.listeners[place(h)].to_accept : 0; }
    bool is_open(handle h) const { return is_socket(h) || is_listener(h); }
    const counters& count() const { return t_.env.count; }
    environment<Tcp>& surroundings() { return t_.env; }
    const tables& variables() const { return t_; }

private:
    static constexpr list_index listening = list_index{1} << 31;  // in a handle's index

    environment<Tcp>& at(instant now) {
        t_.env.now = now;
        return t_.env;
    }
    static list_index place(handle h) { return h.index & ~listening; }
    bool is_listener(handle h) const {
        return h.index != no_index && (h.index & listening) != 0 && t_.listeners.is_live(place(h), h.generation);
    }
    bool is_socket(handle h) const {
        return (h.index & listening) == 0 && t_.sockets.is_live(h.index, h.generation) && t_.sockets[h.index].has_owner;
    }
    bool is_taken(const four_tuple& addresses) const {
        return t_.find(addresses, t_.by_address.hash(addresses)).has_value();
    }

    handle own(list_index i, std::uint64_t cookie) {
        socket& s = t_.sockets[i];
        s.has_owner = true;
        s.cookie = cookie;
        s.telling = {};
        t_.settle(i);
        return {i, t_.sockets.generation(i)};
    }

    template <class Call>
    auto call(handle h, instant now, Call&& do_it) -> decltype(do_it(std::declval<typename Tcp::connection&>())) {
        at(now);
        if (!is_socket(h)) return error::bad_handle;
        const auto answer = do_it(t_.sockets[h.index].tcp);
        t_.settle(h.index);
        return answer;
    }

    result<void> let_go(handle h, instant now, auto&& end) {
        at(now);
        if (is_listener(h)) {
            close_listener(t_, place(h));
            return {};
        }
        if (!is_socket(h)) return error::bad_handle;
        socket& s = t_.sockets[h.index];
        const bool is_over = s.tcp.state() == state::closed;
        const bool asks = t_.is_held_back(h.index);
        const result<void> answer = asks ? s.tcp.abort(t_.env) : end(s.tcp);
        s.has_owner = false;
        if (std::exchange(s.is_telling, false)) t_.telling.remove(t_.sockets, h.index);
        asks ? t_.let_leave(h.index) : t_.settle(h.index);
        return is_over ? result<void>() : answer;
    }

    /// It has nothing to send now. What is over, or needs no more than a record, makes room.
    void rest(list_index i) {
        socket& s = t_.sockets[i];
        const bool is_nobodys = !s.has_owner && s.listener == no_index;
        if (s.tcp.state() == state::closed && is_nobodys)
            t_.release(i);
        else if (s.tcp.state() == state::time_wait && is_nobodys)
            part(t_, i);
    }

    void arrives(const ip_meta& ip, const segment& s) {
        const four_tuple addresses{{ip.destination, s.destination_port}, {ip.source, s.source_port}};
        const tuple_hash hash = t_.by_address.hash(addresses);
        if (const auto found = t_.find(addresses, hash)) {
            switch (found->kind) {
                case record_kind::connection:
                    if (s.has(flag::syn) && (arrives_before_parting(t_, found->index, addresses, hash, ip, s) ||
                                             asks_anew(t_, found->index, addresses, hash, ip, s)))
                        return;
                    t_.sockets[found->index].tcp.on_segment(t_.env, ip, s);
                    return t_.settle(found->index);
                case record_kind::half_open: return arrives_for_half_open(t_, found->index, addresses, ip, s);
                case record_kind::time_wait: return arrives_in_time_wait(t_, found->index, addresses, hash, ip, s);
                case record_kind::listener: break;  // no remote address is unspecified
            }
        }
        if (!admits(t_, ip)) return;  // whose connection it is has an address of ours
        if (const list_index l = t_.find_listener(addresses.local); l != no_index)
            return arrives_in_listen(t_, l, addresses, hash, ip, s);
        arrives_in_closed(t_.env, ip, s);
    }

    tables t_;
};

template <class Tcp>
using stack = typename Tcp::stack;

}  // namespace sluice
