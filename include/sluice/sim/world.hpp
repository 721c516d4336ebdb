// SPDX-License-Identifier: MIT
//
// Virtual time, two hosts with an application each, and a link each way between them. Everything that happens is an
// event at an instant; the next one happens at once, however far away it is. The same seed gives the same packets,
// octet for octet. It decides nothing of TCP's: it drives the endpoints by the calls that any driver makes.
#pragma once

#include <array>
#include <cassert>
#include <cstdint>

#include <sluice/connection/endpoint.hpp>
#include <sluice/sim/bulk.hpp>
#include <sluice/sim/event_queue.hpp>
#include <sluice/sim/link.hpp>
#include <sluice/sim/tap.hpp>

namespace sluice::sim {

struct network {
    std::array<link_settings, 2> links{};  // from host 0 to host 1, and back
    bool ipv6 = false;
    std::uint32_t super_segment = 0;       // octets of payload that a host's link takes at once; 0: one segment
    sluice::seed seed = 1;
};

/// Of a network that nobody has: RFC 2544's for measurements, or a unique local one.
constexpr ip_address address_of(octet host, bool ipv6) {
    return ipv6 ? ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, static_cast<std::uint16_t>(host + 1)})
                : ip_address::v4(198, 18, 0, static_cast<octet>(host + 1));
}

template <class Tcp, class Application>
struct host {
    typename Tcp::endpoint endpoint;
    Application application;
    socket_address address;
    instant wakes = never;  // the event that is planned for it
};

template <class Client, class Server = Client, class ClientApplication = bulk, class ServerApplication = bulk>
class world {
public:
    /// The endpoints' seeds come from the network's. The hosts have addresses, and nothing is open yet.
    explicit world(const network& n, typename Client::settings client = {}, typename Server::settings server = {},
                   ClientApplication client_application = {}, ServerApplication server_application = {})
        : random_(n.seed),
          client_{.endpoint = typename Client::endpoint(seeded(client)),
                  .application = client_application,
                  .address = {address_of(0, n.ipv6), 49152}},
          server_{.endpoint = typename Server::endpoint(seeded(server)),
                  .application = server_application,
                  .address = {address_of(1, n.ipv6), 9}},
          links_{link(n.links[0], random_.fork()), link(n.links[1], random_.fork())} {
        client_.endpoint.set_largest_super_segment(n.super_segment);
        server_.endpoint.set_largest_super_segment(n.super_segment);
    }
    world(const world&) = delete;
    world& operator=(const world&) = delete;

    instant now() const { return now_; }
    std::uint64_t events() const { return events_; }
    const link& way(int from) const { return links_[static_cast<std::size_t>(from)]; }
    auto& client() { return client_; }
    auto& server() { return server_; }

    /// The tap outlives the world.
    void watch(auto& tap) { taps_.add(tap); }

    /// Host 1 listens, host 0 connects. The first error, if there is one.
    result<void> open() {
        const auto listening = server_.endpoint.listen(server_.address, now_);
        const auto connecting = client_.endpoint.connect(client_.address, server_.address, now_);
        serve(server_, 1);
        serve(client_, 0);
        return listening ? connecting : listening;
    }

    /// After calls from outside: the host's application has its step, and what can leave, leaves.
    void serve(int which) {
        if (which == 0)
            serve(client_, 0);
        else
            serve(server_, 1);
    }

    /// Lets everything happen that is due by `until`, and calls `after(*this)` after each event. True when nothing is
    /// planned any more, ever: then it is still the time of the last event. Else it is `until` now. (A timer that was
    /// stopped stays in the plan until its time, when nothing happens.)
    template <class After>
    bool run(instant until, After&& after) {
        while (!queue_.empty() && queue_.next() <= until) {
            const instant before = now_;
            now_ = queue_.next();
            if (!happen(queue_.pop())) {
                now_ = before;
                continue;
            }
            ++events_;
            after(*this);
        }
        if (queue_.empty()) return true;
        now_ = until;
        return false;
    }
    bool run(instant until = never) {
        return run(until, [](const world&) {});
    }

private:
    struct event {
        enum class kind : std::uint8_t { wake, link };
        kind what;
        std::uint8_t where;  // the host, or the link from it
        link_event of_link;
    };

    /// What a link sees of the world.
    struct side {
        world& of;
        std::uint8_t from;
        void schedule(instant at, link_event e) { of.queue_.push(at, event{event::kind::link, from, e}); }
        void tell(packet_event what, drop_cause why, const packet& p) {
            of.taps_.on_packet({.now = of.now_, .what = what, .why = why, .from = from, .packet = p});
        }
    };

    template <class Settings>
    Settings& seeded(Settings& s) {
        s.seed = seed({random_.bits(), random_.bits(), random_.bits(), random_.bits()});
        return s;
    }

    /// False for a wake-up that is no longer wanted.
    bool happen(event e) {
        if (e.what == event::kind::wake) return e.where == 0 ? wake(client_, 0) : wake(server_, 1);
        link& over = links_[e.where];
        if (e.of_link.what == link_event::kind::transmitted) {
            over.on_transmitted(e.of_link.packet, now_, side{*this, e.where});
            if (over.settings().pushes_back) serve(e.where);
        } else {
            e.where == 0 ? deliver(server_, 1, over, e.of_link.packet) : deliver(client_, 0, over, e.of_link.packet);
        }
        return true;
    }

    void deliver(auto& to, std::uint8_t which, link& over, list_index i) {
        const packet& p = over[i];
        side{*this, static_cast<std::uint8_t>(1 - which)}.tell(packet_event::delivered, drop_cause::none, p);
        to.endpoint.on_packet({.data = p.data, .length = p.data.size()}, now_);
        over.release(i);
        serve(to, which);
    }

    bool wake(auto& h, std::uint8_t which) {
        if (h.wakes != now_) return false;
        h.wakes = never;
        if (due(h) > now_) {  // the deadline has moved on
            plan(h, which);
            return false;
        }
        if (h.endpoint.next_deadline() <= now_) h.endpoint.on_deadline(now_);
        serve(h, which);
        return true;
    }

    void serve(auto& h, std::uint8_t which) {
        h.application.step(h.endpoint, now_);
        transmit(h, which);
        plan(h, which);
    }

    void transmit(auto& h, std::uint8_t which) {
        link& over = links_[which];
        const std::size_t largest = h.endpoint.surroundings().settings.limits.mtu;
        std::array<tx_packet, 1> room;
        while (over.takes(largest) && h.endpoint.poll_transmit(now_, room) == 1) {
            split(room[0], [&](const tx_packet& slice) {
                packet p{.data = std::vector<octet>(slice.length()),
                         .number = packets_++,
                         .text_length = slice.payload_length};
                write(slice, p.data);
                over.offer(std::move(p), now_, side{*this, which});
            });
        }
    }

    static instant due(const auto& h) {
        instant at = h.endpoint.next_deadline();
        if constexpr (requires { h.application.wake(); }) at = std::min(at, h.application.wake());
        return at;
    }

    /// A deadline that moves later finds out when its old event comes.
    void plan(auto& h, std::uint8_t which) {
        const instant at = due(h);
        if (at >= h.wakes) return;
        assert(at > now_ && "a deadline that has passed and is not taken would stop the world");
        queue_.push(at, event{event::kind::wake, which, {}});
        h.wakes = at;
    }

    seeded_random random_;
    host<Client, ClientApplication> client_;
    host<Server, ServerApplication> server_;
    std::array<link, 2> links_;
    sim::taps taps_;
    event_queue<event> queue_;
    instant now_{};
    std::uint64_t events_ = 0;
    std::uint64_t packets_ = 0;
};

}  // namespace sluice::sim
