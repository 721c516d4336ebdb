// SPDX-License-Identifier: MIT
//
// Virtual time, and any number of hosts and routers joined by cables, a link each way. Everything that happens is an
// event at an instant; the next one happens at once, however far away it is, and costs the same among thousands of
// hosts as between two, but for the event queue's logarithm. The same seed gives the same packets, octet for octet. It
// decides nothing of TCP's: it drives the endpoints by the calls that any driver makes.
#pragma once

#include <array>
#include <cassert>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <sluice/base/index_list.hpp>
#include <sluice/base/random.hpp>
#include <sluice/base/result.hpp>
#include <sluice/sim/address.hpp>
#include <sluice/sim/bulk.hpp>
#include <sluice/sim/event_queue.hpp>
#include <sluice/sim/host.hpp>
#include <sluice/sim/link.hpp>
#include <sluice/sim/router.hpp>
#include <sluice/sim/routes.hpp>
#include <sluice/sim/tap.hpp>

namespace sluice::sim {

/// Numbered as they are joined, from 0.
enum class cable_id : std::uint32_t {};

struct network_settings {
    bool ipv6 = false;
    sluice::seed seed = 1;
};

class network {
public:
    explicit network(const network_settings& s = {}) : random_(s.seed), is_ipv6_(s.ipv6) {}
    network(const network&) = delete;
    network& operator=(const network&) = delete;

    // ---- building ---------------------------------------------------------------------------------------------------

    /// A host with one connection. The seed in its settings is the network's to give. The host stays where it is.
    template <class Tcp, class Application = bulk>
    auto& add_host(typename Tcp::settings settings = {}, Application application = {}) {
        settings.seed = draw_seed();
        return add_endpoint<typename Tcp::endpoint>(std::move(application), settings.limits.mtu, settings);
    }

    /// A host with anything that can be driven like an endpoint, made from the arguments. Where its link pushes back,
    /// it waits until the longest packet would find room.
    template <class Endpoint, class Application>
    auto& add_endpoint(Application application, std::size_t longest_packet, auto&&... arguments) {
        constexpr std::uint16_t discard = 9;
        const socket_address address{next_address(), discard};
        auto made = std::make_unique<host<Endpoint, Application>>(node_id{count()}, longest_packet, address,
                                                                  std::move(application),
                                                                  std::forward<decltype(arguments)>(arguments)...);
        auto& out = *made;
        add({.host = std::move(made)});
        return out;
    }

    /// Which the next host will have.
    ip_address next_address() const { return address_of(count(), is_ipv6_); }

    /// For what is added and wants random numbers.
    sluice::seed draw_seed() {
        return sluice::seed({random_.bits(), random_.bits(), random_.bits(), random_.bits()});
    }

    node_id add_router() {
        const node_id number{count()};
        add({.router = static_cast<std::uint32_t>(counters_.size())});
        counters_.push_back({});
        out_of_.push_back({});
        return number;
    }

    /// A host takes one cable, a router any number.
    cable_id join(node_id a, node_id b, const link_settings& there, const link_settings& back) {
        const cable_id cable{static_cast<std::uint32_t>(cables_.size())};
        assert(a != b && !is_finished_);
        cables_.emplace_back();
        lay(a, b, there);
        lay(b, a, back);
        return cable;
    }
    cable_id join(node_id a, node_id b, const link_settings& both) { return join(a, b, both, both); }

    /// Computes the routes. From here on nothing is added, and each application has had its first step.
    void finish() {
        assert(!is_finished_);
        routes_ = routes(out_of_);
        is_finished_ = true;
        for (std::uint32_t n = 0; n < nodes_.size(); ++n)
            if (nodes_[n].host) serve(n);
    }

    /// One cable, or all that are joined so far. The tap outlives the network, and knows the ends of a cable as 0 and
    /// 1, in the order in which they were given to join.
    void watch(cable_id cable, auto& tap) { cables_[index(cable)].watchers.add(tap); }
    void watch(auto& tap) {
        for (cable_state& each : cables_) each.watchers.add(tap);
    }

    // ---- running ----------------------------------------------------------------------------------------------------

    /// The server listens, the client connects. The first error, if there is one.
    result<void> open(auto& client, auto& server) {
        const auto listening = server.endpoint.listen(server.address, now_);
        const auto connecting = client.endpoint.connect(client.address, server.address, now_);
        serve(server.node);
        serve(client.node);
        return listening ? connecting : listening;
    }

    /// After calls from outside: the host's application has its step, and what can leave, leaves.
    void serve(node_id which) { serve(index(which)); }

    /// Lets everything happen that is due by `until`, and calls `after(*this)` after each event. True when nothing is
    /// planned any more, ever: then it is still the time of the last event. Else it is `until` now. (A timer that was
    /// stopped stays in the plan until its time, when nothing happens.)
    template <class After>
    bool run(instant until, After&& after) {
        assert(is_finished_);
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
        return run(until, [](const network&) {});
    }

    /// The path has changed: both links of the cable take packets of so many octets from now on.
    void set_mtu(cable_id cable, std::size_t mtu) {
        for (const std::uint32_t way : {index(cable) * 2, index(cable) * 2 + 1}) ways_[way].over.set_mtu(mtu);
    }

    // ---- what there is to know --------------------------------------------------------------------------------------

    instant now() const { return now_; }
    std::uint64_t events() const { return events_; }
    /// The link of a cable that leads away from one of its ends, 0 or 1.
    const link& way(cable_id cable, int from) const {
        return ways_[index(cable) * 2 + static_cast<std::uint32_t>(from)].over;
    }
    const router_counters& router(node_id which) const { return counters_[nodes_[index(which)].router]; }

private:
    struct node_state {
        std::unique_ptr<any_host> host{};  // a router has none
        std::uint32_t way = no_index;      // a host's only one
        instant wakes = never;             // the event that is planned for the host
        std::uint32_t router = no_index;   // a router's place among the routers
    };
    struct cable_state {
        taps watchers{};
        std::uint64_t packets = 0;
    };
    /// Way 2c leads from end 0 of cable c, and way 2c + 1 from end 1.
    struct way_to {
        link over;
        std::uint32_t from, to;
    };
    struct event {
        enum class kind : std::uint8_t { wake, link };
        kind what;
        std::uint32_t where;  // the host, or the way
        link_event of_link;
    };

    /// What a link sees of the network.
    struct side {
        network& of;
        std::uint32_t way;
        std::uint64_t turn() { return of.queue_.turn(); }
        void schedule(instant at, std::uint64_t turn, link_event e) {
            of.queue_.push(at, turn, event{event::kind::link, way, e});
        }
        void tell(packet_event what, drop_cause why, const packet& p) {
            of.cables_[way / 2].watchers.on_packet(
                {.now = of.now_, .what = what, .why = why, .from = static_cast<int>(way % 2), .packet = p});
        }
    };

    static std::uint32_t index(node_id n) { return static_cast<std::uint32_t>(n); }
    static std::uint32_t index(cable_id c) { return static_cast<std::uint32_t>(c); }
    std::uint32_t count() const { return static_cast<std::uint32_t>(nodes_.size()); }

    void add(node_state&& n) {
        assert(!is_finished_);
        nodes_.push_back(std::move(n));
    }

    void lay(node_id a, node_id b, const link_settings& settings) {
        node_state &from = nodes_[index(a)], &to = nodes_[index(b)];
        const auto way = static_cast<std::uint32_t>(ways_.size());
        assert(!from.host || from.way == no_index);
        if (from.host) from.way = way;
        if (!from.host && !to.host) out_of_[from.router].push_back({to.router, way});
        ways_.push_back({link(settings, random_.fork()), index(a), index(b)});
    }

    // ---- events -----------------------------------------------------------------------------------------------------

    /// False for a wake-up that is no longer wanted.
    bool happen(event e) {
        if (e.what == event::kind::wake) return wake(e.where);
        auto& [over, from, to] = ways_[e.where];
        if (e.of_link.what == link_event::kind::transmitted) {
            over.on_transmitted(e.of_link.packet, now_, side{*this, e.where});
            if (over.settings().pushes_back && nodes_[from].host) serve(from);
            return true;
        }
        packet p = over.take(e.of_link.packet, side{*this, e.where});
        side{*this, e.where}.tell(packet_event::delivered, drop_cause::none, p);
        if (nodes_[to].host)
            deliver(to, p);
        else
            forward(to, std::move(p));
        return true;
    }

    void deliver(std::uint32_t to, const packet& p) {
        nodes_[to].host->on_packet({.data = p.data, .length = p.data.size()}, now_);
        serve(to);
    }

    void forward(std::uint32_t at, packet&& p) {
        router_counters& count = counters_[nodes_[at].router];
        switch (take_hop(p.data)) {
            case hop::expired: ++count.expired; return;
            case hop::malformed: ++count.malformed; return;
            case hop::taken: break;
        }
        const std::uint32_t way = way_to_host(at, destination_of(p.data));
        if (way == no_index) return void(++count.unroutable);
        const link_settings& next = ways_[way].over.settings();
        if (p.data.size() > next.mtu) {
            ++count.too_big;
            if (!next.hides_mtu) say_too_big(at, p.data, next.mtu);
        } else {
            ++count.forwarded;
        }
        send(way, std::move(p));  // where what is too big is seen to be dropped
    }

    void say_too_big(std::uint32_t at, octets dropped, std::size_t mtu) {
        packet answer{.data = too_big_answer(address_of(at, is_ipv6_), dropped, mtu)};
        const std::uint32_t back = way_to_host(at, destination_of(answer.data));
        if (back != no_index) send(back, std::move(answer));
    }

    /// From a router. All hosts that hang on one router are reached alike up to there.
    std::uint32_t way_to_host(std::uint32_t at, const ip_address& address) const {
        const auto destination = node_at(address);
        if (!destination || *destination >= nodes_.size() || nodes_[*destination].way == no_index) return no_index;
        const std::uint32_t away = nodes_[*destination].way, last = ways_[away].to;
        if (last == at) return away ^ 1;
        return nodes_[last].host ? no_index : routes_.way(nodes_[at].router, nodes_[last].router);
    }

    bool wake(std::uint32_t which) {
        node_state& n = nodes_[which];
        if (n.wakes != now_) return false;
        n.wakes = never;
        if (n.host->due() > now_) {  // the deadline has moved on
            plan(n, which);
            return false;
        }
        n.host->on_due(now_);
        serve(which);
        return true;
    }

    void serve(std::uint32_t which) {
        node_state& n = nodes_[which];
        n.host->step(now_);
        transmit(n);
        plan(n, which);
    }

    void transmit(node_state& n) {
        if (n.way == no_index) return;
        std::array<tx_packet, 1> room;
        while (ways_[n.way].over.takes(n.host->longest_packet) && n.host->poll_transmit(now_, room) == 1) {
            split(room[0], [&](const tx_packet& slice) {
                packet p{.data = std::vector<octet>(slice.length()), .text_length = slice.payload_length};
                write(slice, p.data);
                send(n.way, std::move(p));
            });
        }
    }

    void send(std::uint32_t way, packet&& p) {
        p.number = cables_[way / 2].packets++;
        ways_[way].over.offer(std::move(p), now_, side{*this, way});
    }

    /// A deadline that moves later finds out when its old event comes.
    void plan(node_state& n, std::uint32_t which) {
        const instant at = n.host->due();
        if (at >= n.wakes) return;
        assert(at > now_ && "a deadline that has passed and is not taken would stop the world");
        queue_.push(at, event{event::kind::wake, which, {}});
        n.wakes = at;
    }

    seeded_random random_;
    bool is_ipv6_;
    bool is_finished_ = false;
    std::vector<node_state> nodes_;
    std::vector<router_counters> counters_;     // of the routers
    std::vector<std::vector<way_out>> out_of_;  // each router, to others
    std::vector<cable_state> cables_;
    std::vector<way_to> ways_;
    routes routes_;
    event_queue<event> queue_;
    instant now_{};
    std::uint64_t events_ = 0;
};

}  // namespace sluice::sim
