// SPDX-License-Identifier: MIT
//
// One stack on the bench, and the test as everybody else: hand-made segments from any address, time by hand, and what
// leaves as it was written, summed and read back. Numbers are absolute.
#pragma once

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include <support/wire.hpp>

#include <sluice/policy/buffers/growable_buffers.hpp>
#include <sluice/stack/stack.hpp>

namespace lab {

/// The ISS that the test chose, the same for all.
struct given_isn {
    using slot = isn_slot;
    std::uint32_t iss = 7000;
    std::uint32_t offset = 0;
    constexpr seq choose(const socket_address&, const socket_address&, instant) const { return seq(iss); }
    constexpr std::uint32_t timestamp_offset(const socket_address&, const socket_address&) const { return offset; }
};

/// A segment as a test writes it.
struct shot {
    tcp_flags flags = flag::none;
    seq sequence{};
    seq acknowledgment{};
    std::string text{};
    std::uint16_t window = 65535;
    tcp_options options{};
};

/// A segment that left.
struct seen {
    socket_address from, to;
    tcp_flags flags;
    seq sequence, acknowledgment;
    std::string text;
    std::uint32_t window;
    tcp_options options;
    instant at;
    std::vector<octet> wire;

    bool has(tcp_flags f) const { return flags.has(f); }
};

inline std::vector<octet> on_wire(const socket_address& from, const socket_address& to, const shot& s) {
    const std::vector<octet> text(s.text.begin(), s.text.end());
    return make_segment(
        from, to, {.sequence = s.sequence, .acknowledgment = s.acknowledgment, .flags = s.flags, .window = s.window},
        s.options, text);
}

template <class Tcp>
class stack_bench {
public:
    using settings = typename Tcp::settings;

    explicit stack_bench(const settings& s = {});

    typename Tcp::stack stack;
    instant now{instant(1s)};
    std::vector<seen> sent;  // everything that take() has not taken

    static constexpr socket_address peer{client_address, 40000};

    void arrives(const shot& s, const socket_address& from = peer, const socket_address& to = server_socket) {
        deliver(s, from, to);
        flush();
    }
    /// Without letting anything leave yet.
    void deliver(const shot& s, const socket_address& from = peer, const socket_address& to = server_socket);

    /// Lets `d` pass, with every deadline in it at its own instant.
    void wait(duration d);

    void flush();

    std::vector<seen> take() { return std::exchange(sent, {}); }
    seen take_one() {
        REQUIRE(sent.size() == 1);
        return take().front();
    }
    bool quiet() { return take().empty(); }

    handle listen(listen_options options = {}, const socket_address& local = server_socket);
    std::string read(handle h);
    error last_error = error::none;

    const auto& tables() const { return stack.variables(); }
    const counters& count() const { return stack.count(); }

    /// Nothing is left of anybody but `listeners`.
    void check_empty(std::size_t listeners = 0);

private:
    void see(const tx_packet& super);
};

// Not in the class, where they would be inline: of the stacks that tests share (stacks.cpp) no other file has to
// compile these then, nor what they call.

template <class Tcp>
stack_bench<Tcp>::stack_bench(const settings& s) : stack(s) {}

template <class Tcp>
void stack_bench<Tcp>::deliver(const shot& s, const socket_address& from, const socket_address& to) {
    const auto packet = on_wire(from, to, s);
    stack.on_packet({.data = packet}, now);
}

template <class Tcp>
void stack_bench<Tcp>::wait(duration d) {
    const instant end = now + d;
    flush();
    while (stack.next_deadline() <= end) {
        now = std::max(now, stack.next_deadline());
        stack.on_deadline(now);
        flush();
        REQUIRE_MESSAGE(stack.next_deadline() > now, "a deadline has come, and stays");
    }
    now = end;
}

template <class Tcp>
void stack_bench<Tcp>::flush() {
    std::array<tx_packet, 4> room;
    while (const std::size_t count = stack.poll_transmit(now, room))
        for (std::size_t i = 0; i < count; ++i) see(room[i]);
}

template <class Tcp>
handle stack_bench<Tcp>::listen(listen_options options, const socket_address& local) {
    const auto l = stack.listen(local, now, options);
    REQUIRE(l);
    return *l;
}

template <class Tcp>
std::string stack_bench<Tcp>::read(handle h) {
    std::vector<octet> out(65536);
    const auto got = stack.receive(h, out, now);
    last_error = got.error();
    flush();
    return {out.begin(), out.begin() + static_cast<std::ptrdiff_t>(got.value_or(0))};
}

template <class Tcp>
void stack_bench<Tcp>::check_empty(std::size_t listeners) {
    flush();
    CHECK(tables().sockets.size() == (tables().unfolded == no_index ? 0u : 1u));
    CHECK(tables().half_opens.size() == 0);
    CHECK(tables().time_waits.size() == 0);
    CHECK(tables().listeners.size() == listeners);
    CHECK(tables().by_address.size() == listeners);
    CHECK(stack.next_deadline() == never);
    if constexpr (requires { stack.surroundings().pool.in_use(); }) CHECK(stack.surroundings().pool.in_use() == 0);
}

template <class Tcp>
void stack_bench<Tcp>::see(const tx_packet& super) {
    each_sent(super, [&](octets packet, const datagram_segment& parsed) {
        const segment& s = parsed.segment;
        sent.push_back({.from = {parsed.ip.source, s.source_port},
                        .to = {parsed.ip.destination, s.destination_port},
                        .flags = s.flags,
                        .sequence = s.sequence,
                        .acknowledgment = s.acknowledgment,
                        .text = {s.text.begin(), s.text.end()},
                        .window = s.window,
                        .options = s.options,
                        .at = now,
                        .wire = {packet.begin(), packet.end()}});
    });
}

/// All defaults, and the same with sequence numbers that a test knows.
using default_stack_tcp = tcp<growable_buffers>;
using known_isn_tcp = tcp<growable_buffers, given_isn>;
extern template class stack_bench<default_stack_tcp>;
extern template class stack_bench<known_isn_tcp>;

}  // namespace lab
