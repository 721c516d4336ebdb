// SPDX-License-Identifier: MIT
//
// A host of a network: what speaks TCP there, and the application that uses it. The endpoint is anything with the calls
// of a driver: on_packet(rx_packet, now), on_deadline(now), poll_transmit(now, room) and next_deadline(), as a
// basic_endpoint has them. The application has `step(endpoint&, now)`, called after each event at its host, and, if it
// acts by itself, `instant wake() const`, when it next wants to be called; that lies in the future after each step.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>

#include <sluice/base/time.hpp>
#include <sluice/wire/packet.hpp>

namespace sluice::sim {

/// Hosts and routers, numbered together as they are added, from 0.
enum class node_id : std::uint32_t {};

/// What a network sees of a host, whose type it does not know.
class any_host {
public:
    any_host(node_id number, std::size_t longest) : node(number), longest_packet(longest) {}
    any_host(const any_host&) = delete;
    any_host& operator=(const any_host&) = delete;
    virtual ~any_host() = default;

    virtual void on_packet(const rx_packet& packet, instant now) = 0;
    /// For when due() has come.
    virtual void on_due(instant now) = 0;
    virtual void step(instant now) = 0;
    virtual std::size_t poll_transmit(instant now, std::span<tx_packet> room) = 0;
    virtual instant due() = 0;

    const node_id node;
    const std::size_t longest_packet;  // that it may send
};

template <class Endpoint, class Application>
class host final : public any_host {
public:
    /// The arguments are the endpoint's, which never moves.
    host(node_id number, std::size_t longest, const socket_address& local, Application user, auto&&... arguments)
        : any_host(number, longest), endpoint(std::forward<decltype(arguments)>(arguments)...),
          application(std::move(user)), address(local) {}

    void on_packet(const rx_packet& packet, instant now) override { endpoint.on_packet(packet, now); }
    void on_due(instant now) override {
        if (endpoint.next_deadline() <= now) endpoint.on_deadline(now);
    }
    void step(instant now) override { application.step(endpoint, now); }
    std::size_t poll_transmit(instant now, std::span<tx_packet> room) override {
        return endpoint.poll_transmit(now, room);
    }
    instant due() override {
        instant at = endpoint.next_deadline();
        if constexpr (requires { application.wake(); }) at = std::min(at, application.wake());
        return at;
    }

    Endpoint endpoint;
    Application application;
    socket_address address;
};

}  // namespace sluice::sim
