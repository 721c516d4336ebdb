// SPDX-License-Identifier: MIT
// What does simulated time cost? One flow with all defaults, CUBIC among them, and octets that are only counted, over
// three hops: an access of ten times the rate on each side of a bottleneck with a buffer of what its path holds. A
// minute at 100 Mbit/s and 40 ms, for which the goal is 0.35 s; and the cost of a data packet, its ACK included, in
// that network and at 10 Gbit/s and 10 ms, where 25 times as much is in flight: the goal is 1.3 times as much.
#include <memory>
#include <string>

#include <sluice/connection/endpoint.hpp>
#include <sluice/policy/buffers/phantom_buffers.hpp>
#include <sluice/policy/compose.hpp>
#include <sluice/sim/endless.hpp>
#include <sluice/sim/topology.hpp>

#include "timing.hpp"

namespace {

using namespace sluice;
using bench::require;
using tcp_type = tcp<phantom_buffers>;

constexpr std::uint32_t packet_length = 1500;

class three_hops {
public:
    three_hops(std::uint64_t rate, duration round) : rate_(rate), round_(round) {
        const std::uint64_t held = rate / (8 * packet_length) * static_cast<std::uint64_t>(round / 1ms) / 1000;
        sim::link_settings bottleneck{.rate = rate, .delay = round / 2};
        bottleneck.queue_packets = held;
        tcp_type::settings s;
        s.buffers.send = s.buffers.receive = std::size_t{8} * held * packet_length;
        client_ = &net_.add_host<tcp_type, sim::endless_source>(s);
        server_ = &net_.add_host<tcp_type, sim::counting_sink>(s);
        client_->application = {.local = client_->address, .remote = server_->address};
        server_->application = {.local = server_->address};
        const sim::dumbbell at = sim::join_dumbbell(net_, bottleneck, bottleneck);
        net_.join(client_->node, at.left, {.rate = 10 * rate});
        net_.join(at.right, server_->node, {.rate = 10 * rate});
        net_.finish();
    }

    void run(duration d) {
        net_.run(net_.now() + d);
        require(client_->application.failure == error::none, "a connection");
    }
    /// As many data packets arrive, or some of a round trip more.
    void run_packets(std::size_t count) {
        const std::uint64_t segment = client_->endpoint.connection().variables().mss;
        const std::uint64_t before = server_->application.read;
        const instant began = net_.now();
        while (server_->application.read - before < count * segment) run(round_ / 50);
        const double seconds = static_cast<double>((net_.now() - began).count()) / 1e9;
        require(static_cast<double>(count * segment * 8) > 0.85 * static_cast<double>(rate_) * (seconds - 0.01),
                "a link in use");
    }
    /// Of what the link can carry, by what has been read.
    double share(duration of) const {
        return static_cast<double>(server_->application.read) * 8e9 /
               (static_cast<double>(rate_) * static_cast<double>(of.count()));
    }

private:
    std::uint64_t rate_;
    duration round_;
    sim::network net_{{.seed = 1}};
    sim::host<tcp_type::endpoint, sim::endless_source>* client_ = nullptr;
    sim::host<tcp_type::endpoint, sim::counting_sink>* server_ = nullptr;
};

bench::contestant packets(std::string name, std::uint64_t rate, duration round) {
    return {std::move(name), [=]() -> bench::work {
                auto path = std::make_shared<three_hops>(rate, round);
                path->run(200 * round);  // slow start is over, and the first losses are repaired
                return [path](std::size_t count) { path->run_packets(count); };
            }};
}

void minutes(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        three_hops path(100'000'000, 40ms);
        path.run(60s);
        require(path.share(60s) > 0.9, "a link in use");
    }
}

}  // namespace

int main(int count, char** arguments) {
    bench::program program(count, arguments);
    std::puts("for each data packet, its ACK included");
    program.race({packets("100 Mbit/s, 40 ms", 100'000'000, 40ms), packets("10 Gbit/s, 10 ms", 10'000'000'000, 10ms)},
                 [](const std::string& name, const bench::result& r) {
                     std::printf("%-48s %7.0f ns  %5.2f x\n", name.c_str(), r.ns, r.ratio);
                 },
                 20'000);
    std::puts("in all");
    program.race({{"a minute at 100 Mbit/s, 40 ms", [] { return bench::work(minutes); }}},
                 [](const std::string& name, const bench::result& r) {
                     std::printf("%-48s %7.3f s\n", name.c_str(), r.ns / 1e9);
                 });
    return program.finish();
}
