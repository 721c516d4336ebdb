// SPDX-License-Identifier: MIT
//
// A bulk transfer in one call: a scenario says what the network is like and how much is to be sent, transfer<Tcp> lets
// it happen in virtual time, and the report says how it went.
//     const auto report = sim::transfer<my_tcp>({.rate = 10'000'000, .delay = 20ms, .loss = 0.01, .octets = 1 << 20});
#pragma once

#include <optional>
#include <vector>

#include <sluice/sim/capture.hpp>
#include <sluice/sim/metrics.hpp>
#include <sluice/sim/wire_log.hpp>
#include <sluice/sim/world.hpp>

namespace sluice::sim {

struct scenario {
    std::uint64_t rate = 10'000'000;      // bits/s of the link each way; 0: infinite
    rate_trace trace{};                   // the capacity over time from client to server, in the rate's place
    duration delay = 20ms;                // one way
    std::size_t queue = 100;              // packets that wait for the link
    discipline_settings discipline{};     // of both queues
    probability loss{};                   // of each packet, a fraction from 0 to 1; so are those that follow
    gilbert_elliott bursts{};             // losses besides these, in bursts
    probability corruption{};
    probability duplication{};
    probability reordering{};
    duration reordering_delay = 5ms;      // by so much the others overtake
    duration jitter{};                    // each packet takes longer by up to this, evenly drawn
    bool jitter_reorders = false;         // else none overtakes by it
    std::vector<std::uint64_t> drop{};    // the client's n-th packets with data, counted from 1
    std::optional<link_settings> back{};  // the way from server to client, where it is not the same
    std::uint64_t octets = 1 << 20;       // from client to server
    std::uint64_t octets_back = 0;
    std::optional<std::uint16_t> mtu{};   // of both ends; none: each keeps its settings' limits.mtu
    std::uint32_t super_segment = 0;      // octets that the senders build at once; 0: one segment
    bool ipv6 = false;
    bool record = true;                   // samples and wire events, memory for each segment
    bool capture = false;                 // pcapng, memory for each octet
    duration time_limit = 24h;            // of virtual time
    sluice::seed seed = 1;                // of all there is: both ends get theirs from it, instead of settings.seed
};

struct transfer_report {
    bool complete = false;    // every octet arrived, none was wrong, and both ends closed in good order
    error failure = error::none;
    duration time{};          // until the last octet was read at the server; if that never was, until the last event
    double goodput = 0;       // bits/s of what was read at the server, over that time
    counters client{}, server{};
    std::uint64_t segments = 0, retransmitted = 0, recoveries = 0, timeouts = 0;  // of the client
    duration mean_queueing{}, queueing_95{};  // of the client's packets; the 95th percentile
    std::uint64_t events = 0;                 // of the world
    std::vector<trace::window_sample> samples{};  // the client's
    std::vector<trace::wire_event> wire{};
    trace::pcapng packets{};                      // as seen by the client
};

inline world_settings settings_of(const scenario& s) {
    link_settings forth{.rate = s.rate,
                        .delay = s.delay,
                        .queue_packets = s.queue,
                        .discipline = s.discipline,
                        .loss = s.loss,
                        .bursts = s.bursts,
                        .corruption = s.corruption,
                        .duplication = s.duplication,
                        .reordering = s.reordering,
                        .reordering_delay = s.reordering_delay,
                        .jitter = s.jitter,
                        .jitter_reorders = s.jitter_reorders};
    link_settings back = s.back ? *s.back : forth;
    forth.drop = s.drop;
    if (!s.trace.empty()) forth.trace = s.trace, forth.rate = 0;
    return {.links = {forth, back}, .ipv6 = s.ipv6, .super_segment = s.super_segment, .seed = s.seed};
}

/// What tcp<…> makes; a policy alone is none.
template <class Tcp>
concept composition = requires {
    typename Tcp::settings;
    typename Tcp::endpoint;
};

namespace detail {

/// What the two ends say when all is over.
transfer_report report_of(auto& w, error opened, instant last_event) {
    transfer_report report{.failure = opened};
    const bulk& sender = w.client().application;
    const bulk& receiver = w.server().application;
    const auto is_over = [](const auto& h) { return h.endpoint.state() == state::closed; };
    for (const error e : {sender.failure, receiver.failure})
        if (report.failure == error::none) report.failure = e;
    report.complete = report.failure == error::none && sender.is_complete() && receiver.is_complete() &&
                      is_over(w.client()) && is_over(w.server());
    const bool has_arrived = receiver.reader.complete_at != never;
    report.time = (has_arrived ? receiver.reader.complete_at : last_event).time_since_epoch();
    if (report.time > duration::zero())
        report.goodput =
            static_cast<double>(receiver.reader.read) * 8e9 / static_cast<double>(report.time.count());
    report.client = w.client().endpoint.count();
    report.server = w.server().endpoint.count();
    report.segments = report.client.segments_out;
    report.retransmitted = report.client.retransmitted;
    report.recoveries = report.client.recoveries;
    report.timeouts = report.client.timeouts;
    report.events = w.events();
    return report;
}

}  // namespace detail

/// `after(world)` is called after each event with the world<Client, Server> itself: client() and server() are its
/// hosts, each with its endpoint and its application, now() is the time.
template <class Client, class Server, class After>
transfer_report transfer(const scenario& s, typename Client::settings client, typename Server::settings server,
                         After&& after) {
    static_assert(machine<typename Client::lifecycle_policy>::has(event::active_open),
                  "sluice: transfer: the client's lifecycle has no active OPEN: it can't connect");
    static_assert(machine<typename Server::lifecycle_policy>::has(event::passive_open),
                  "sluice: transfer: the server's lifecycle has no passive OPEN: it can't listen");
    static_assert(Client::counts_only == Server::counts_only,
                  "sluice: transfer: one end keeps octets, and the other only counts them: it would wait for them");
    if (s.mtu) client.limits.mtu = server.limits.mtu = *s.mtu;
    bulk_pair ends = bulk_between(s.octets, s.octets_back);
    ends.client.reader.counts_only = ends.server.reader.counts_only = Client::counts_only;
    world<Client, Server> w(settings_of(s), client, server, ends.client, ends.server);
    queueing_delay waits(0);
    window_log windows;
    wire_log wire;
    sim::capture packets;
    w.watch(waits);
    if (s.record) w.watch(wire);
    if (s.capture) w.watch(packets);

    const error opened = w.open().error();
    instant last_event{};
    w.run(instant() + s.time_limit, [&](auto& now) {
        if (s.record) windows.look(now.client().endpoint.connection().variables(), now.now());
        last_event = now.now();
        after(now);
    });

    transfer_report report = detail::report_of(w, opened, last_event);
    report.mean_queueing = waits.mean();
    report.queueing_95 = waits.percentile(95);
    report.samples = windows.take();
    report.wire = wire.take();
    report.packets = packets.file();
    return report;
}

template <class Client, class Server = Client>
transfer_report transfer(const scenario& s, const typename Client::settings& client = {},
                         const typename Server::settings& server = {}) {
    return transfer<Client, Server>(s, client, server, [](const auto&) {});
}

/// Says what is wrong with transfer<reno>.
template <class Client, class Server = Client>
    requires(!composition<Client> || !composition<Server>)
transfer_report transfer(const scenario&, const auto&...) {
    static_assert(composition<Client> && composition<Server>,
                  "sluice: transfer: a policy is no TCP yet: write tcp<reno>, not reno");
    return {};
}

}  // namespace sluice::sim
