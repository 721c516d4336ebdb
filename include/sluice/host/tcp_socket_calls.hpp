// SPDX-License-Identifier: MIT
//
// The calls of a tcp_socket that may have to wait, each as socket_wait takes it (socket_call.hpp): what is tried of the
// stack, and when it is done. What they mean to a program stands at tcp_socket's.
#pragma once

#include <sluice/host/socket_call.hpp>

namespace sluice::calls {

template <class Tcp>
struct connecting {
    using answer = result<void>;
    static constexpr direction waits_in = direction::out;
    socket_ref<Tcp> of;
    socket_address remote;
    bool has_begun = false;

    answer attempt() {
        socket_state* const s = of.state();
        if (s == nullptr) return of.missing();
        if (!has_begun) {
            if (const answer begun = begin(*s); !begun) return begun;
            has_begun = true;
        }
        const auto* const tcp = of.at->stack().look(s->opened);
        if ((syn_received | state::syn_sent).has(tcp->state())) return error::would_block;
        if (tcp->error() == error::none && tcp->state() != state::closed) return {};
        const error why = tcp->error() != error::none ? tcp->error() : error::aborted;  // shutdown() ends SYN-SENT
        give_up();
        return why;
    }
    void give_up() {
        socket_state* const s = of.state();
        static_cast<void>(of.at->stack().abort(std::exchange(s->opened, {}), of.at->now()));
    }

private:
    answer begin(socket_state& s) {
        if (s.is_open()) return error::already_open;
        auto& stack = of.at->stack();
        const auto opened = stack.connect(s.local, remote, of.at->now(), of.socket.index);
        if (!opened) return opened.error();
        s.opened = *opened;
        return apply(s.options, stack, s.opened, of.at->now());
    }
};

enum class manner : std::uint8_t { plain, more, urgent };

template <class Tcp>
struct sending {
    using answer = result<std::size_t>;
    static constexpr direction waits_in = direction::out;
    socket_ref<Tcp> of;
    payload rest;
    std::size_t* told = nullptr;
    manner how = manner::plain;
    std::size_t taken = 0;

    answer attempt() {
        do {
            const auto now_taken = of.ask([&](auto& stack, handle h, instant now) {
                switch (how) {
                    case manner::more: return stack.send_more(h, rest, now);
                    case manner::urgent: return stack.send_urgent(h, rest, now);
                    case manner::plain: break;
                }
                return stack.send(h, rest, now);
            });
            if (!now_taken) return now_taken.error();
            rest = rest.from(*now_taken);
            taken += *now_taken;
            if (told != nullptr) *told = taken;
        } while (rest.length > 0);
        return taken;
    }
};

template <class Tcp>
struct sending_some {
    using answer = result<std::size_t>;
    static constexpr direction waits_in = direction::out;
    socket_ref<Tcp> of;
    payload data;

    answer attempt() {
        return of.ask([&](auto& stack, handle h, instant now) { return stack.send(h, data, now); });
    }
};

template <class Tcp>
struct reserving {
    using answer = result<mutable_octets>;
    static constexpr direction waits_in = direction::out;
    socket_ref<Tcp> of;
    std::size_t most;

    answer attempt() {
        return of.ask([&](auto& stack, handle h, instant now) { return stack.reserve(h, most, now); });
    }
    bool is_due() { return attempt().error() != error::would_block; }
};

template <class Tcp, class Lent>
struct lending {
    using answer = result<void>;
    static constexpr direction waits_in = direction::out;
    socket_ref<Tcp> of;
    Lent* lent;

    answer attempt() {
        return of.ask([&](auto& stack, handle h, instant now) { return stack.lend(h, *lent, now); });
    }
};

template <class Tcp>
struct awaiting_acks {
    using answer = result<void>;
    static constexpr direction waits_in = direction::out;
    socket_ref<Tcp> of;

    answer attempt() {
        return of.ask([](auto& stack, handle h, instant now) { return stack.drained(h, now); });
    }
};

template <class Tcp>
struct receiving {
    using answer = result<std::size_t>;
    static constexpr direction waits_in = direction::in;
    socket_ref<Tcp> of;
    mutable_octets to;

    answer attempt() { return receive(to); }
    bool is_due() { return receive({}).error() != error::would_block; }

private:
    answer receive(mutable_octets place) {
        const answer got =
            of.ask([&](auto& stack, handle h, instant now) { return stack.receive(h, place, now); });
        return got.error() == error::closing ? answer(0) : got;
    }
};

template <class Tcp>
struct peeking {
    using answer = result<octets>;
    static constexpr direction waits_in = direction::in;
    socket_ref<Tcp> of;

    answer attempt() {
        const answer got = of.ask([](auto& stack, handle h, instant now) { return stack.peek(h, now); });
        return got.error() == error::closing ? answer(octets{}) : got;
    }
    bool is_due() { return attempt().error() != error::would_block; }
};

template <class Tcp>
struct awaiting_urgent {
    using answer = result<std::uint32_t>;
    static constexpr direction waits_in = direction::urgent;
    socket_ref<Tcp> of;

    answer attempt() {
        return of.ask([](auto& stack, handle h, instant now) -> answer {
            const std::uint32_t ahead = stack.look(h)->urgent_ahead();
            if (ahead > 0) return ahead;
            const auto got = stack.receive(h, {}, now);
            return got ? error::would_block : got.error();
        });
    }
};

/// What linger waits for: all that was sent, the FIN too, is acknowledged.
template <class Tcp>
struct draining {
    using answer = result<void>;
    static constexpr direction waits_in = direction::out;
    socket_ref<Tcp> of;

    answer attempt() {
        return of.ask([](auto& stack, handle h, instant) -> answer {
            const auto& tcp = *stack.look(h);
            if (tcp.error() != error::none) return tcp.error();
            if (tcp.readable() > 0) return error::aborted;  // nobody is going to read that
            const bool is_drained = tcp.state() == state::closed || tcp.variables().fin_acknowledged();
            return is_drained ? answer() : error::would_block;
        });
    }
};

}  // namespace sluice::calls
