// SPDX-License-Identifier: MIT
//
// A stack, the programs that use it, and its addresses. Driven as a stack is: packets and time come in, packets and the
// next deadline go out, and between the two the programs run whose sockets or sleeps have something for them. It reads
// no clock, and does not know what carries its packets: a device (host/device.hpp) or a simulated network does.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <span>
#include <utility>

#include <sluice/base/slot_table.hpp>
#include <sluice/host/executor.hpp>
#include <sluice/host/socket_state.hpp>
#include <sluice/stack/stack.hpp>

namespace sluice {

/// What most hosts begin with, one of each family at most; `stack().add_address` adds more. A host that has none takes
/// every address for its own.
struct host_addresses {
    ip_address v4{}, v6{};

    constexpr host_addresses() = default;
    constexpr host_addresses(const ip_address& one) { (one.is_v4() ? v4 : v6) = one; }
    constexpr host_addresses(const ip_address& four, const ip_address& six) : v4(four), v6(six) {}
};

/// There is no loopback: what it sends to an address of its own leaves as everything else does.
/// Outlives its sockets, but for those that its programs hold: programs that have not ended go with it.
template <class Tcp>
class host {
public:
    using settings = typename Tcp::settings;

    explicit host(const settings& s = {}, const host_addresses& own = {})
        : addresses_(own), stack_(s), sockets_(no_index, s.buffers.source),
          options_{.connection = s.limits.connection, .congestion = name_of(s.congestion)} {
        for (const ip_address& each : {own.v4, own.v6})
            if (!each.is_unspecified()) {
                [[maybe_unused]] const auto added = stack_.add_address(each, each.is_v4() ? 32 : 128);
                assert(added);
            }
    }
    host(const host&) = delete;
    host& operator=(const host&) = delete;

    // ---- for the loop -----------------------------------------------------------------------------------------------
    // After each call, and each call of a program's from outside, poll_transmit until it answers 0.

    /// A packet with its IP header; then who waits for it runs.
    void on_packet(const rx_packet& packet, instant now) {
        programs_.on_deadline(now);
        stack_.on_packet(packet, now);
        run_programs();
    }
    /// A segment whose IP header somebody else has read.
    void on_segment(const ip_meta& ip, const rx_packet& payload, instant now) {
        programs_.on_deadline(now);
        stack_.on_segment(ip, payload, now);
        run_programs();
    }

    /// For when next_deadline() has come, late or not; or to tell the time.
    void on_deadline(instant now) {
        programs_.on_deadline(now);
        if (stack_.next_deadline() <= now) stack_.on_deadline(now);
        run_programs();
    }

    /// Builds up to room.size() packets that leave now, and says how many. Their payload is borrowed until the next
    /// call.
    std::size_t poll_transmit(instant now, std::span<tx_packet> room) { return stack_.poll_transmit(now, room); }

    /// At once while a program is ready; `never` while nothing is awaited.
    instant next_deadline() {
        return programs_.has_ready() ? now() : std::min(stack_.next_deadline(), programs_.next_deadline());
    }

    /// One turn: each program runs for which something has come. True when there are more by then.
    bool run_programs(instant now) {
        programs_.on_deadline(now);
        return run_programs();
    }
    bool run_programs() {
        tell_news();
        programs_.run_ready();
        tell_news();
        return programs_.has_ready();
    }

    // ---- for programs -----------------------------------------------------------------------------------------------

    /// It begins with the next turn. Fails when there is no memory for it.
    result<void> spawn(task<> program) { return programs_.spawn(std::move(program)); }

    /// What the loop told last.
    instant now() const { return programs_.now(); }
    const host_addresses& addresses() const { return addresses_; }

    // ---- what there is to know --------------------------------------------------------------------------------------

    /// Who calls now is one of the programs.
    bool is_running() const { return programs_.is_running(); }
    bool has_programs() const { return !programs_.empty(); }
    /// Every program has ended, and every connection. Those in TIME-WAIT only keep their addresses from being used.
    bool is_done() const {
        const auto& t = stack_.variables();
        return !has_programs() && t.sockets.size() == (t.unfolded == no_index ? 0u : 1u);
    }
    auto& stack() { return stack_; }
    const auto& stack() const { return stack_; }

    // ---- for sockets (basic_socket.hpp) -----------------------------------------------------------------------------

    /// A handle that no socket has when there is no memory.
    handle add_socket() {
        const auto i = sockets_.take(socket_state{.options = options_});
        return i ? handle{*i, sockets_.generation(*i)} : handle{};
    }
    /// nullptr for a stale one.
    socket_state* find(handle h) { return sockets_.is_live(h.index, h.generation) ? &sockets_[h.index] : nullptr; }

    /// The socket is gone at once; who waits for it is told; TCP finishes alone, or by a RST if that is asked for, or
    /// if it still reads what a program has lent it, which may be gone next.
    result<void> remove(handle h, bool abort) {
        socket_state* const s = find(h);
        if (s == nullptr) return error::bad_handle;
        result<void> answer;
        const auto* const tcp = stack_.look(s->opened);
        if (tcp != nullptr && tcp->has_lent()) abort = true;
        if (s->is_open()) answer = abort ? stack_.abort(s->opened, now()) : stack_.close(s->opened, now());
        s->dismiss_all();
        sockets_.release(h.index);
        return answer;
    }

private:
    /// The cookie of what is open in the stack is its socket's index here.
    void tell_news() {
        while (const auto e = stack_.poll_event()) sockets_[static_cast<list_index>(e->cookie)].wake_due();
    }

    host_addresses addresses_;
    basic_stack<Tcp> stack_;
    slot_table<socket_state, typename Tcp::buffers_policy::memory_type> sockets_;
    socket_options options_;
    executor programs_;  // the last: what its programs hold is closed when they are destroyed
};

}  // namespace sluice
