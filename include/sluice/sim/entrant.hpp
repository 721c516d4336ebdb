// SPDX-License-Identifier: MIT
//
// Who takes part in a race: a name, a TCP, and how many flows of it start when, how far away. What its type is nobody
// asks any more, so that a program can choose it at run time:
//     std::vector<sim::entrant> who{sim::enter<tcp<reno>>("reno"), sim::enter<tcp<mine>>("mine", {.flows = 3})};
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include <sluice/connection/endpoint.hpp>
#include <sluice/policy/buffers/phantom_buffers.hpp>
#include <sluice/sim/endless.hpp>
#include <sluice/sim/metrics.hpp>
#include <sluice/sim/network.hpp>

namespace sluice::sim {

struct entry {
    unsigned flows = 1;
    duration start{};
    duration delay{};  // of its own cable, each way, besides the path's
};

/// One flow in a network.
class lane {
public:
    lane() = default;
    lane(const lane&) = delete;
    lane& operator=(const lane&) = delete;
    virtual ~lane() = default;

    virtual node_id client() const = 0;
    virtual node_id server() const = 0;
    virtual trace::window_sample look(instant now) const = 0;  // at the client
    virtual std::uint64_t read() const = 0;                    // octets, at the server
    virtual const counters& count() const = 0;                 // the client's
    virtual error failure() const = 0;
};

namespace detail {

/// The same TCP with buffers that keep no octets: nobody reads them here.
template <class Tcp>
struct counting;
template <class Congestion, class Rtt, class Recovery, class Ack, class Ecn, class Isn, class Buffers, class Lifecycle,
          class Options, class Observers>
struct counting<basic_tcp<Congestion, Rtt, Recovery, Ack, Ecn, Isn, Buffers, Lifecycle, Options, Observers>> {
    using type = basic_tcp<Congestion, Rtt, Recovery, Ack, Ecn, Isn, phantom_buffers, Lifecycle, Options, Observers>;
};

template <class Tcp>
class lane_of final : public lane {
public:
    /// Buffers that are never what limits the flow.
    lane_of(network& in, typename Tcp::settings settings, instant start, std::size_t room)
        : client_(in.add_host<Tcp, endless_source>(with_room(settings, room)))
        , server_(in.add_host<Tcp, counting_sink>(with_room(settings, room))) {
        client_.application = {.local = client_.address, .remote = server_.address, .start = start};
        server_.application = {.local = server_.address};
    }

    node_id client() const override { return client_.node; }
    node_id server() const override { return server_.node; }
    trace::window_sample look(instant now) const override {
        return window_of(client_.endpoint.connection().variables(), now);
    }
    std::uint64_t read() const override { return server_.application.read; }
    const counters& count() const override { return client_.endpoint.count(); }
    error failure() const override {
        const error own = client_.application.failure;
        return own != error::none ? own : server_.application.failure;
    }

private:
    static typename Tcp::settings with_room(typename Tcp::settings settings, std::size_t room) {
        settings.buffers.send = std::max(settings.buffers.send, room);
        settings.buffers.receive = std::max(settings.buffers.receive, room);
        return settings;
    }

    host<typename Tcp::endpoint, endless_source>& client_;
    host<typename Tcp::endpoint, counting_sink>& server_;
};

/// What remains of a TCP's type: how to make a lane of it.
class lane_maker {
public:
    virtual ~lane_maker() = default;
    virtual std::unique_ptr<lane> make(network& in, instant start, std::size_t room) const = 0;
};

template <class Tcp>
class lane_maker_of final : public lane_maker {
public:
    explicit lane_maker_of(const typename Tcp::settings& s) : settings_(s) {}
    std::unique_ptr<lane> make(network& in, instant start, std::size_t room) const override {
        return std::make_unique<lane_of<Tcp>>(in, settings_, start, room);
    }

private:
    typename Tcp::settings settings_;
};

}  // namespace detail

/// Made by enter<…>.
struct entrant {
    std::string policy;
    std::shared_ptr<const detail::lane_maker> maker;
    entry how{};
};

/// Octets are only counted, whatever the composition's buffers are. The settings are of that composition.
template <class Tcp>
entrant enter(std::string name, const entry& how = {},
              const typename detail::counting<Tcp>::type::settings& settings = {}) {
    using racing = typename detail::counting<Tcp>::type;
    return {std::move(name), std::make_shared<detail::lane_maker_of<racing>>(settings), how};
}

}  // namespace sluice::sim
