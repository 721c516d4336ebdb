// SPDX-License-Identifier: MIT
//
// Flows that come and go: TCP connections from one host to another, each with so many octets to send, that begin at
// fixed or drawn distances, as many at a time as there happen to be. Programs over the stack, as an application would
// write them; reported is how long each took.
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include <sluice/host/sleep.hpp>
#include <sluice/host/tcp_listener.hpp>
#include <sluice/sim/on_off.hpp>
#include <sluice/sim/pattern.hpp>
#include <sluice/sim/programs.hpp>

namespace sluice::sim {

struct short_flow_settings {
    std::size_t flows = 100;
    duration interval = 100ms;                  // the mean time from one beginning to the next
    spread intervals = spread::exponential;     // arrivals are a Poisson process
    std::uint64_t octets = 15'000;              // that a flow sends, on average; never less than 8
    spread sizes = spread::fixed;
    duration start{};                           // the first may begin an interval after this
};

struct short_flow {
    std::uint64_t octets;
    instant began;          // connect was called
    instant ended = never;  // the last octet was read at the other end
    error failure = error::none;

    bool is_complete() const { return ended != never && failure == error::none; }
};

struct short_flow_log {
    short_flow_settings settings;
    seeded_random random;
    std::vector<short_flow> flows{};  // in the order of their beginning
    std::uint64_t wrong = 0;          // octets that are not what was sent

    std::size_t complete() const {
        return static_cast<std::size_t>(
            std::count_if(flows.begin(), flows.end(), [](const short_flow& f) { return f.is_complete(); }));
    }
    /// Of those that are complete, in ascending order.
    std::vector<duration> completion_times() const {
        std::vector<duration> out;
        for (const short_flow& each : flows)
            if (each.is_complete()) out.push_back(each.ended - each.began);
        std::sort(out.begin(), out.end());
        return out;
    }
};

namespace detail {

using shared_log = std::shared_ptr<short_flow_log>;
inline constexpr std::uint64_t number_length = 8;  // a flow begins with its number

inline octet short_flow_octet(std::uint64_t flow, std::uint64_t place) {
    return place < number_length ? static_cast<octet>(flow >> (8 * place)) : pattern(place, static_cast<int>(flow));
}

template <class Tcp>
task<result<void>> send_short_flow(sluice::host<Tcp>& at, socket_address to, std::uint64_t flow, std::uint64_t length) {
    tcp_socket socket(at);
    if (const auto connected = co_await socket.connect(to); !connected) co_return connected;
    std::array<octet, 4096> some;
    for (std::uint64_t place = 0; place < length;) {
        const std::size_t count = std::min<std::uint64_t>(some.size(), length - place);
        for (std::size_t i = 0; i < count; ++i) some[i] = short_flow_octet(flow, place + i);
        const auto sent = co_await socket.send(octets(some).first(count));
        if (!sent) co_return sent.error();
        place += count;
    }
    if (const auto shut = socket.shutdown(); !shut) co_return shut;
    const auto end = co_await socket.recv(some);  // none: the other end has read all and closes
    if (!end) co_return end.error();
    co_return co_await socket.close();
}

template <class Tcp>
task<> begin_short_flow(sluice::host<Tcp>& at, socket_address to, shared_log log, std::uint64_t flow) {
    const auto done = co_await send_short_flow(at, to, flow, log->flows[flow].octets);
    log->flows[flow].failure = done.error();
}

/// Begins each at its time, and waits for none.
template <class Tcp>
task<> begin_short_flows(sluice::host<Tcp>& at, socket_address to, shared_log log) {
    const short_flow_settings& s = log->settings;
    instant next = at.now() + s.start;
    while (log->flows.size() < s.flows) {
        next += draw(s.interval, s.intervals, log->random);
        const std::uint64_t length = std::max(draw(s.octets, s.sizes, log->random), number_length);
        co_await sleep_until(next);
        log->flows.push_back({.octets = length, .began = at.now()});
        const auto begun = at.spawn(begin_short_flow(at, to, log, log->flows.size() - 1));
        log->flows.back().failure = begun.error();
    }
}

template <class Tcp>
task<> receive_short_flow(sluice::host<Tcp>& at, tcp_socket<Tcp> peer, shared_log log) {
    std::array<octet, 4096> some;
    std::uint64_t flow = 0, place = 0;
    while (true) {
        const auto got = co_await peer.recv(some);
        if (got.value_or(0) == 0) co_return;
        for (std::size_t i = 0; i < *got; ++i, ++place) {
            if (place < number_length) flow |= std::uint64_t{some[i]} << (8 * place);
            if (some[i] != short_flow_octet(flow, place)) ++log->wrong;
        }
        if (place < number_length || flow >= log->flows.size()) continue;
        if (place == log->flows[flow].octets) log->flows[flow].ended = at.now();
    }
}

template <class Tcp>
task<> accept_short_flows(sluice::host<Tcp>& at, socket_address local, shared_log log) {
    tcp_listener listener(at);
    if (!listener.listen(local, {.backlog = 1024})) co_return;
    while (true) {
        auto peer = co_await listener.accept();
        if (!peer || !at.spawn(receive_short_flow(at, *std::move(peer), log))) co_return;
    }
}

}  // namespace detail

/// Joined like a flow. The log is whole when the network has come to rest.
template <class Tcp>
struct short_flows {
    program_host<Tcp>& client;
    program_host<Tcp>& server;
    std::shared_ptr<const short_flow_log> log;
};

/// Adds the two hosts. They begin by themselves.
template <class Tcp>
short_flows<Tcp> add_short_flows(network& in, const short_flow_settings& s = {},
                                 const typename Tcp::settings& both = {}) {
    auto &client = add_programs<Tcp>(in, both), &server = add_programs<Tcp>(in, both);
    const auto log = std::make_shared<short_flow_log>(short_flow_log{s, seeded_random(in.draw_seed())});
    // Without memory for a program there are no flows, and the log says so.
    static_cast<void>(server.endpoint.spawn(detail::accept_short_flows(server.endpoint, server.address, log)));
    static_cast<void>(
        client.endpoint.spawn(detail::begin_short_flows(client.endpoint, server.address, log)));
    return {client, server, log};
}

}  // namespace sluice::sim
