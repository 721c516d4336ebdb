// SPDX-License-Identifier: MIT
//
// One TCP connection: the calls of RFC 9293 section 3.9.1, and the ways in and out for segments and time. It reads no
// clock and sends nothing by itself: segments and time come in, packets, news and the next deadline go out. What it
// shares with other connections is the environment, an argument of every call. For one connection on its own see
// endpoint.hpp.
#pragma once

#include <sluice/connection/icmp.hpp>
#include <sluice/connection/listen.hpp>
#include <sluice/connection/output.hpp>
#include <sluice/connection/syn_sent.hpp>
#include <sluice/connection/timeouts.hpp>
#include <sluice/connection/timing.hpp>

namespace sluice {

template <class Tcp>
class basic_connection {
    using machine = typename control_block<Tcp>::machine;

public:
    using environment = sluice::environment<Tcp>;

    // ---- calls ------------------------------------------------------------------------------------------------------

    /// Passive OPEN. An unspecified local address stands for any (MUST-43).
    constexpr result<void> listen(environment& env, const socket_address& local) {
        if constexpr (machine::has(event::passive_open)) {
            if (local.port == 0) return error::bad_argument;
            if (const auto refusal = fire<event::passive_open>(c_, env); refusal != error::none) return refusal;
            open_conversation(c_, env);
            c_.listen_on(local);
            c_.remote = {};
            return {};
        } else {
            return error::not_supported;
        }
    }

    /// Active OPEN; from LISTEN too (3.10.1).
    constexpr result<void> connect(environment& env, const socket_address& local, const socket_address& remote) {
        if constexpr (machine::has(event::active_open)) {
            if (const auto answer = machine::template look_up<event::active_open>(c_.state);
                answer.what == outcome::refuses)
                return answer.refusal;  // before the arguments are looked at (3.10.1)
            if (remote.address.is_unspecified() || remote.port == 0) return error::remote_unspecified;
            if (!remote.address.is_host() || remote.address.is_v4() != local.address.is_v4())
                return error::bad_address;  // MUST-46
            if (local.port == 0 || !local.address.is_host()) return error::bad_argument;
            if (!c_.flight.provide(env.pool, 2)) return error::insufficient_resources;
            fire<event::active_open>(c_, env);
            open_conversation(c_, env);
            c_.local = local;
            c_.remote = remote;
            choose_own_side(c_, env);
            return {};
        } else {
            return error::not_supported;
        }
    }

    /// SEND: queues as much as there is room for and says how much. It is pushed (MUST-60), unless the cork is in.
    /// would_block: no room until news::writable; insufficient_resources: room, but no memory.
    constexpr result<std::size_t> send(environment& env, payload data) {
        if (data.is_counted() && !Tcp::counts_only) return error::bad_argument;
        if (const auto refusal = may_send(env); !refusal) return refusal.error();
        const std::size_t room = c_.outgoing.free(), taken = append(env, data);
        c_.more_follows = false;
        if (taken < data.length) c_.wants_room = true;
        arm_window_probe(c_, env);
        if (taken == 0 && data.length > 0) return room > 0 ? error::insufficient_resources : error::would_block;
        return taken;
    }

    /// SEND in two halves, without a copy: where up to `most` octets can be written in one piece; and that so many of
    /// them are. Between the two nothing else may happen to this connection.
    constexpr result<mutable_octets> reserve(environment& env, std::size_t most) {
        if constexpr (Tcp::counts_only) {
            return error::not_supported;
        } else {
            if (const auto refusal = may_send(env); !refusal) return refusal.error();
            const std::size_t room = c_.outgoing.free();
            const mutable_octets place = c_.outgoing.reserve(env.pool, most);
            if (place.size() < most) c_.wants_room = true;
            if (place.empty() && most > 0) return room > 0 ? error::insufficient_resources : error::would_block;
            return place;
        }
    }
    /// bad_argument for more than can have been reserved.
    constexpr result<void> commit(environment& env, std::size_t length) {
        if constexpr (Tcp::counts_only) {
            return error::not_supported;
        } else {
            if (c_.error != error::none) return c_.error;
            if constexpr (requires { c_.outgoing.most_to_commit(); })
                if (length > c_.outgoing.most_to_commit()) return error::bad_argument;
            c_.outgoing.commit(env.pool, length);
            c_.more_follows = false;
            arm_window_probe(c_, env);
            return {};
        }
    }

    /// SEND of octets that stay the application's until they are returned (growable_send_buffer.hpp): all or nothing.
    /// Any number up to 2^30, more is a bad_argument: they take no memory, so that any room at all is enough for them.
    constexpr result<void> lend(environment& env, auto& lent) {
        if constexpr (!Tcp::takes_lent) {
            return error::not_supported;
        } else {
            if (const auto refusal = may_send(env); !refusal) return refusal.error();
            if (lent.data.size() > c_.outgoing.most_lent) return error::bad_argument;
            const bool fits = c_.outgoing.has_room_for_lent(lent.data.size());
            if (!c_.outgoing.append_lent(env.pool, lent)) {
                c_.wants_room = true;
                return fits ? error::insufficient_resources : error::would_block;
            }
            c_.more_follows = false;
            arm_window_probe(c_, env);
            return {};
        }
    }

    /// SEND without the PUSH flag (MAY-15): what makes no whole segment waits for the next call, for the end, or as
    /// long as a sender that avoids silly windows waits (3.8.6.2.1).
    constexpr result<std::size_t> send_more(environment& env, payload data) {
        const auto taken = send(env, data);
        if (taken) c_.more_follows = true;
        return taken;
    }

    /// SEND with the URGENT flag: the pointer goes to the end of what is queued with this call (3.8.5, MUST-62).
    constexpr result<std::size_t> send_urgent(environment& env, payload data) {
        const auto taken = send(env, data);
        if (taken && *taken > 0) {
            c_.snd.up = c_.queue_end();
            c_.snd.urgent = true;
        }
        return taken;
    }

    /// RECEIVE: what has come in order. error::closing once the peer's FIN is reached, would_block while there is
    /// nothing.
    constexpr result<std::size_t> receive(environment& env, mutable_octets to) {
        if (const auto refusal = may_receive(env); !refusal) return refusal.error();
        const std::size_t taken = c_.incoming.read(env.pool, to);
        note_read(env, taken);
        return taken;
    }

    /// RECEIVE in two halves, without a copy: what has come, as far as it lies in one piece; and that so much of what
    /// there is has been dealt with.
    constexpr result<octets> peek(environment& env) {
        if constexpr (Tcp::counts_only) {
            return error::not_supported;
        } else {
            if (const auto refusal = may_receive(env); !refusal) return refusal.error();
            return c_.incoming.peek();
        }
    }
    constexpr result<void> consume(environment& env, std::size_t length) {
        if (c_.error != error::none) return c_.error;
        if (length > c_.incoming.size()) return error::bad_argument;
        c_.incoming.consume(env.pool, length);
        note_read(env, length);
        return {};
    }

    /// All that was sent is acknowledged, the FIN of shutdown() too: what was lent is returned. would_block until then,
    /// with news when to ask again; after any other error, too, nothing is out any more.
    constexpr result<void> drained() {
        if (c_.error != error::none) return c_.error;
        if (c_.outgoing.size() > 0) c_.wants_room = true;
        const bool ends = (c_.fin_queued || c_.close_waits) && c_.state != state::closed;
        if (c_.outgoing.size() > 0 || (ends && !c_.fin_acknowledged())) return error::would_block;
        return {};
    }

    /// CLOSE of the sending side (3.10.4); receiving goes on (N28).
    constexpr result<void> shutdown(environment& env) {
        if (c_.close_waits) return error::closing;
        if (syn_received.has(c_.state) && c_.outgoing.size() > 0) {
            c_.close_waits = true;  // 3.10.4: queued until ESTABLISHED
            return {};
        }
        const auto refusal = fire<event::close>(c_, env);
        arm_window_probe(c_, env);
        return refusal;
    }

    /// The application has done with the connection: TCP finishes alone. Unread octets, and octets that still come,
    /// mean that something was lost, and are answered with a RST (SHLD-3, MAY-1, N27).
    constexpr result<void> close(environment& env) {
        c_.owned = false;
        if (c_.incoming.size() > 0 && (may_receive_text | state::close_wait).has(c_.state)) return abort(env);
        if (c_.state != state::closed && (c_.fin_queued || c_.close_waits)) {  // its sending side is shut down already
            limit_orphan(c_, env);
            return {};
        }
        return shutdown(env);
    }

    /// ABORT (3.10.5).
    constexpr result<void> abort(environment& env) {
        const auto refusal = fire<event::abort>(c_, env);
        if (refusal != error::none) return refusal;
        c_.error = error::aborted;
        drop_received(c_, env);
        return {};
    }

    /// Whether what comes is to be acknowledged at once, as of now and of what is owed, or as late as the ACK policy
    /// has it (3.8.6.3). Where that goes from here is the policy's: this is a push, and no option that stays.
    constexpr result<void> quick_ack(environment&, bool wanted) {
        if (c_.state == state::closed) return error::not_open;
        if constexpr (requires { c_.ack.on_quick_ack(wanted); }) c_.ack.on_quick_ack(wanted);
        if (wanted && c_.timer.runs(timer::delayed_ack)) c_.ack_now = true;
        return {};
    }

    /// What may change while the connection lives (3.9.1, 3.9.2). What it begins with are the settings' limits.
    constexpr const connection_options& options() const { return c_.options; }
    constexpr result<void> set_options(environment& env, const connection_options& options) {
        if (c_.state == state::closed) return error::not_open;
        if (const sluice::error wrong = check(options); wrong != error::none) return wrong;
        const bool was_told = c_.options.user_timeout_option;
        const auto told = own_user_timeout(c_, env);
        const bool pushes = (c_.options.cork && !options.cork) || (c_.options.nagle && !options.nagle);
        if (pushes && is_held_back(c_) && c_.unsent() > 0)
            c_.override_now = true;  // what waits leaves, whatever Nagle says
        c_.options = options;
        if (options.user_timeout_option && c_.rcv.synchronized && (!was_told || told != own_user_timeout(c_, env)))
            c_.tell_user_timeout = c_.ack_now = true;
        watch_idle_peer(c_, env.now);
        restart_user_timeout(c_, env);
        return {};
    }

    /// TCP_CONGESTION: by which policy, and goes over to another one of any_of's, in mid-connection too. not_supported:
    /// the composition has none of this name.
    constexpr std::string_view congestion() const { return name_of(c_.congestion); }
    constexpr result<void> set_congestion(environment& env, std::string_view name) {
        if (c_.state == state::closed) return error::not_open;
        if (!select_congestion(c_, env, name)) return error::not_supported;
        return {};
    }

    // ---- segments and time ------------------------------------------------------------------------------------------

    /// Whether a segment between these two sockets is this connection's.
    constexpr bool is_for(const socket_address& local, const socket_address& remote) const {
        if (c_.state == state::closed) return false;
        if (c_.state != state::listen) return local == c_.local && remote == c_.remote;
        return local.port == c_.local.port &&
               (c_.local.address.is_unspecified() || c_.local.address == local.address);
    }

    constexpr void on_segment(environment& env, const ip_meta& ip, const segment& s) {
        env.observe().on_received(s);
        c_.totals.segments_in += s.segments;
        arrives(env, ip, s);
        arm_window_probe(c_, env);
    }

    /// An ICMP error that quotes a segment between these two sockets.
    constexpr void on_link_mtu(const environment& env) { hear_link_mtu(c_, env.settings.limits.mtu); }
    constexpr void on_icmp(environment& env, const icmp_error& e) { hear_icmp(c_, env, e); }

    constexpr void on_deadline(environment& env) {
        on_timeouts(c_, env);
        arm_window_probe(c_, env);
    }

    /// Fills `p` with the next packet; false when there is none to send now.
    constexpr bool next_packet(environment& env, tx_packet& p) {
        const bool built = sluice::next_packet(c_, env, p);
        arm_window_probe(c_, env);
        return built;
    }

    constexpr instant next_deadline() const { return c_.next_deadline(); }

    constexpr bool has_news() const { return !c_.pending_news.empty(); }
    constexpr std::optional<news> poll_event() {
        for (std::size_t i = 0; i < news_count; ++i) {
            const auto n = static_cast<news>(i);
            if (!c_.pending_news.has(n)) continue;
            c_.pending_news = c_.pending_news.without(n);
            return n;
        }
        return {};
    }

    // ---- what there is to know --------------------------------------------------------------------------------------

    constexpr sluice::state state() const { return c_.state; }
    constexpr sluice::error error() const { return c_.error; }
    /// The last that ICMP has told of and that ended nothing, however long ago.
    constexpr sluice::error soft_error() const { return c_.path.soft_error; }
    constexpr const socket_address& local() const { return c_.local; }
    constexpr const socket_address& remote() const { return c_.remote; }
    constexpr std::size_t readable() const { return c_.incoming.size(); }
    constexpr std::size_t writable() const { return c_.outgoing.free(); }
    /// Octets of the application's are being sent from where they lie.
    constexpr bool has_lent() const {
        if constexpr (Tcp::takes_lent) return c_.outgoing.has_lent();
        else return false;
    }
    /// What the network, or the peer, has marked its segments with lately (RFC 2474; MAY-9).
    constexpr std::uint8_t received_dscp() const { return c_.received_dscp; }
    /// Unread octets up to and including the last urgent one that was announced (MUST-33).
    constexpr std::uint32_t urgent_ahead() const { return c_.rcv.urgent ? c_.rcv.up - c_.first_unread() : 0; }

    /// Every variable, for those who look: audits, tests, listings; and for the stack, which keeps some states as
    /// records.
    constexpr const control_block<Tcp>& variables() const { return c_; }
    constexpr control_block<Tcp>& variables() { return c_; }

    /// The record is needed no more: what it holds of the stack's memory goes back.
    constexpr void forget(environment& env) {
        drop_conversation(c_, env);
        drop_received(c_, env);
    }

private:
    // Always inline: g++ 12 merges this function of two compositions into one, and then warns of the other's size.
    [[gnu::always_inline]] constexpr result<void> may_send(environment& env) {
        if (c_.error != error::none) return c_.error;
        if (const auto refusal = fire<event::send>(c_, env); refusal != error::none) return refusal;
        if (c_.close_waits) return error::closing;
        return {};
    }

    /// There is something to read; else why there is not.
    [[gnu::always_inline]] constexpr result<void> may_receive(environment& env) {
        if (c_.error != error::none) return c_.error;
        if (c_.incoming.size() > 0) return {};
        if (const auto refusal = fire<event::receive>(c_, env); refusal != error::none)
            return c_.state == state::closed && c_.fin_received() ? error::closing : refusal;  // the end outlives it
        return c_.owned ? error::would_block : error::closing;
    }

    constexpr std::size_t append(environment& env, payload data) {
        if constexpr (Tcp::counts_only)
            return c_.outgoing.append(env.pool, data);
        else
            return c_.outgoing.append(env.pool, data.data);
    }

    /// The application has taken so much.
    constexpr void note_read(environment& env, std::size_t taken) {
        if (c_.rcv.urgent && c_.rcv.up <= c_.first_unread()) c_.rcv.urgent = false;
        if constexpr (Tcp::tunes_buffers)
            if (const auto wanted = c_.tuning.on_read(env.now, taken, c_.full_segment_of_peer()))
                c_.incoming.adapt(env.pool, env.settings.buffers, *wanted);
        consider_window_update();
    }

    constexpr void arrives(environment& env, const ip_meta& ip, const segment& s) {
        if (c_.state == state::closed) return arrives_in_closed(env, ip, s);
        if constexpr (machine::has(state::listen))
            if (c_.state == state::listen) return arrives_in_listen(c_, env, ip, s);
        if constexpr (machine::has(state::syn_sent))
            if (c_.state == state::syn_sent) return arrives_in_syn_sent(c_, env, ip, s);
        arrives_when_synchronized(c_, env, ip, s);
    }

    /// The application has made room: worth a segment of its own once two segments, or half of the buffer, are free
    /// that the peer doesn't know of; or one, when the peer may be waiting for it.
    constexpr void consider_window_update() {
        if (!may_receive_text.has(c_.state)) return;
        const std::uint32_t known = c_.rcv.known_wnd(), possible = c_.possible_offer();
        const auto half = static_cast<std::uint32_t>(c_.incoming.capacity() / 2);
        const std::uint32_t segment = c_.full_segment_of_peer(), step = known < segment ? segment : 2 * segment;
        if (possible >= known + std::min(half, step)) c_.ack_now = true;
    }

    control_block<Tcp> c_{};
};

}  // namespace sluice
