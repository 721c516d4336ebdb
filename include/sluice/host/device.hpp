// SPDX-License-Identifier: MIT
//
// The loop that drives a host over a packet_link: packets in, programs, packets out, and waiting for the next. It ends
// when the programs have, or when one task has: so calls block for those who have no loop of their own.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <concepts>
#include <optional>
#include <utility>

#include <sluice/host/host.hpp>
#include <sluice/host/outbox.hpp>
#include <sluice/host/packet_link.hpp>
#include <sluice/host/socket_call.hpp>

namespace sluice {

/// Host and link outlive it, and are nobody else's meanwhile.
template <class Tcp, packet_link Link>
class device {
public:
    device(host<Tcp>& driven, Link& link) : host_(driven), link_(link) {
        const link_capabilities can = link.capabilities();
        assert(!Tcp::counts_only || can.virtual_payload);
        auto& env = driven.stack().surroundings();
        env.largest_super_segment = can.largest_super_segment;
        driven.stack().limit_mtu(can.mtu);
    }

    /// Until every program and every connection has ended. Called by a program, would_deadlock; without a link,
    /// link_gone.
    result<void> run() {
        if (host_.is_running()) return error::would_deadlock;
        turn();
        while (!host_.is_done()) {
            if (is_cut()) return error::link_gone;
            wait();
            turn();
        }
        return {};
    }

    /// Until the task has ended, whatever else happens meanwhile. The answer is the task's own where that can be an
    /// error, and a result<T> where it can't; called by a program, would_deadlock. Without a link,
    /// link_gone, and the host is not to be driven again: what the task awaits may be gone with this call.
    template <class T>
    auto block_on(task<T> awaited) -> typename with_timeout<T>::answer {
        if (host_.is_running()) return error::would_deadlock;
        std::optional<typename with_timeout<T>::answer> out;
        if (const auto spawned = host_.spawn(hand_over(std::move(awaited), out)); !spawned) return spawned.error();
        turn();
        while (!out) {
            if (is_cut()) return error::link_gone;
            wait();
            turn();
        }
        return *std::move(out);
    }
    template <class Call>
    auto block_on(socket_operation<Call> awaited) {
        return block_on(task<typename Call::answer>(std::move(awaited)));
    }

    /// with_timeout, when_all, sleep_for and the like.
    template <class Awaited>
        requires requires(Awaited& awaited) { awaited.await_resume(); }
    auto block_on(Awaited&& awaited) {
        return block_on(await(awaited));
    }

    /// What there is to do now, for a loop of one's own; that calls it again when the link has something or wants
    /// something, or next_deadline() has come.
    void turn() {
        const instant now = link_.now();
        host_.run_programs(now);  // who was spawned to listen does, before what has come is taken
        const std::size_t count = link_.receive(received_);
        for (std::size_t i = 0; i < count; ++i) host_.on_packet(received_[i], now);
        host_.on_deadline(now);
        has_more_ = leaving_.pass_on(batches, [&](std::span<tx_packet> room) { return host_.poll_transmit(now, room); },
                                     [&](std::span<const tx_packet> packets) { return link_.transmit(packets); });
    }
    instant next_deadline() {
        const instant hosts = due();
        if constexpr (requires { link_.next_deadline(); }) return std::min(hosts, link_.next_deadline());
        else return hosts;
    }

private:
    static constexpr std::size_t batch = 32;
    static constexpr std::size_t batches = 2;  // that leave before it looks at what has come: a link's queue may have
                                               // no room for all the ACKs of a window

    instant due() { return has_more_ ? host_.now() : host_.next_deadline(); }
    void wait() {
        if (const instant next = due(); next > host_.now()) link_.wait(next);
    }

    /// A link that can't be lost doesn't say whether it is.
    bool is_cut() const {
        if constexpr (requires { { link_.is_gone() } -> std::same_as<bool>; }) return link_.is_gone();
        else return false;
    }

    /// It stays where it is, in the call that blocks.
    template <class Awaited>
    static auto await(Awaited& awaited) -> task<decltype(awaited.await_resume())> {
        co_return co_await awaited;
    }

    template <class T, class Answer>
    static task<> hand_over(task<T> awaited, std::optional<Answer>& out) {
        if constexpr (std::is_void_v<T>) {
            co_await std::move(awaited);
            out.emplace();
        } else {
            out.emplace(co_await std::move(awaited));
        }
    }

    host<Tcp>& host_;
    Link& link_;
    std::array<rx_packet, batch> received_;
    outbox<batch> leaving_;
    bool has_more_ = false;
};

}  // namespace sluice
