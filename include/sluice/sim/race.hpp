// SPDX-License-Identifier: MIT
//
// A race in one call: flows of any TCPs through one bottleneck (a dumbbell: each has a cable of its own at either side,
// ten times as fast), in virtual time, measured. The same settings give the same report.
//     const auto report = sim::race({sim::enter<tcp<mine>>("mine"), sim::enter<tcp<cubic>>("cubic")},
//                                   {.rate = 100'000'000, .rtt = 40ms, .buffer = sim::buffer_size::bdp(1)});
#pragma once

#include <memory>
#include <vector>

#include <sluice/sim/bottleneck_meter.hpp>
#include <sluice/sim/buffer_size.hpp>
#include <sluice/sim/capture.hpp>
#include <sluice/sim/discipline.hpp>
#include <sluice/sim/entrant.hpp>
#include <sluice/sim/flow_beginnings.hpp>
#include <sluice/sim/network.hpp>
#include <sluice/sim/rate_trace.hpp>
#include <sluice/trace/fairness.hpp>
#include <sluice/trace/race_result.hpp>

namespace sluice::sim {

struct race_settings {
    std::uint64_t rate = 100'000'000;          // bits/s of the bottleneck
    rate_trace trace{};                        // its capacity over time; not empty, it stands in the rate's place
    duration rtt = 40ms;                       // without any queue
    buffer_size buffer = buffer_size::bdp(1);  // of the bottleneck; of a trace's mean rate
    discipline_settings discipline{};          // of its queue
    probability loss{};                        // by chance, of what the bottleneck carries to the receivers
    duration time = 60s;                       // more than none
    duration measure_from{};                   // what was before does not count
    bool spread = true;                        // several flows start up to 1 s, and a 60th of the time, later, and
                                               // each packet up to one packet time: no phase effects
    unsigned looks = 1000;                     // at the senders' variables, evenly spaced, besides that at the start
    duration wire_log{};                       // the first so much of each flow, segment by segment
    bool capture = false;                      // pcapng, headers only, of the bottleneck as the senders' side sees it
    sluice::seed seed = 1;

    std::uint64_t mean_rate() const { return trace.empty() ? rate : trace.rate(); }
    std::size_t buffer_octets() const { return buffer.limit_in_octets(mean_rate(), rtt); }
    /// Octets that the bottleneck can carry in the time that is measured.
    double capacity() const {
        if (!trace.empty()) {
            const std::uint64_t chances = trace.opportunities_by(time) - trace.opportunities_by(measure_from);
            return static_cast<double>(chances * rate_trace::octets_each);
        }
        return static_cast<double>(rate) * static_cast<double>((time - measure_from).count()) / 8e9;
    }
};

struct race_report : trace::race_result {
    error failure = error::none;  // of any flow; then the rest tells nothing
    std::uint64_t events = 0;     // of the network
    trace::race_series series{};
    trace::pcapng packets{};
};

namespace detail {

class running_race {
public:
    running_race(const std::vector<entrant>& who, const race_settings& s)
        : settings_(s), network_({.seed = s.seed}), chance_(network_.draw_seed()), beginnings_(s.wire_log) {
        for (const entrant& each : who)
            for (unsigned i = 0; i < each.how.flows; ++i) flows_.push_back({.of = &each});
        const bool spreads = s.spread && flows_.size() > 1;
        for (flow& each : flows_) add(each, spreads ? draw_delay() : duration::zero());
        join(spreads ? packet_time() : duration::zero());
        network_.finish();
    }

    race_report run(auto&& progress) {
        const std::int64_t looks = std::max(settings_.looks, 1u);
        const instant from(settings_.measure_from);
        for (std::int64_t i = 0; i <= looks; ++i) {
            const instant now(settings_.time / looks * i + settings_.time % looks * i / looks);
            if (network_.now() < from && from <= now) {
                network_.run(from);
                begin_measuring();
            }
            network_.run(now);
            look(now);
            progress(now);
        }
        return report();
    }

private:
    struct flow {
        const entrant* of;
        instant start{};
        std::unique_ptr<lane> in{};
        std::uint64_t read_before = 0, retransmitted_before = 0;  // the measurement
        trace::flow_series series{};
    };

    static constexpr std::size_t longest_headers = tx_packet::longest_headers;  // the rest of a packet is zeros

    /// Of the longest packet at the bottleneck.
    duration packet_time() const {
        constexpr std::uint64_t bits = 1500 * 8;
        return duration(static_cast<std::int64_t>(bits * 1'000'000'000 / settings_.mean_rate()));
    }
    duration draw_delay() {
        const duration most = std::min<duration>(1s, settings_.time / 60);
        return duration(static_cast<std::int64_t>(chance_.below(static_cast<std::uint64_t>(most.count()) + 1)));
    }

    /// Four times what path and buffer can hold never limits a flow.
    std::size_t room() const {
        const std::size_t waiting = settings_.buffer_octets();
        const double held = bandwidth_delay_product(settings_.mean_rate(), settings_.rtt);
        const double all = 4 * (held + (waiting == unlimited ? 0.0 : static_cast<double>(waiting)));
        return static_cast<std::size_t>(std::min(all, double{largest_window}));
    }

    void add(flow& f, duration later) {
        f.start = instant(f.of->how.start + later);
        f.in = f.of->maker->make(network_, f.start, room());
        f.series.policy = f.of->policy;
    }

    void join(duration jitter) {
        const link_settings forth{.rate = settings_.trace.empty() ? settings_.rate : 0,
                                  .trace = settings_.trace,
                                  .delay = settings_.rtt / 2,
                                  .queue_packets = settings_.buffer.limit_in_packets(),
                                  .queue_octets = settings_.buffer_octets(),
                                  .discipline = settings_.discipline,
                                  .loss = settings_.loss};
        const link_settings back{.rate = settings_.mean_rate(), .delay = settings_.rtt - settings_.rtt / 2};
        const std::uint64_t faster = 10 * settings_.mean_rate();
        const node_id left = network_.add_router(), right = network_.add_router();
        const cable_id bottleneck = network_.join(left, right, forth, back);
        for (const flow& f : flows_) {
            const link_settings access{.rate = faster, .delay = f.of->how.delay};
            link_settings jittered = access;
            jittered.jitter = jitter;
            const cable_id own = network_.join(f.in->client(), left, jittered, access);
            network_.join(right, f.in->server(), link_settings{.rate = faster});
            beginnings_.watch(network_, own, f.start, f.in->server());
        }
        network_.watch(bottleneck, meter_);
        if (settings_.wire_log > duration::zero()) network_.watch(bottleneck, beginnings_);
        if (settings_.capture) network_.watch(bottleneck, packets_);
    }

    void begin_measuring() {
        meter_.restart();
        for (flow& f : flows_) {
            f.read_before = f.in->read();
            f.retransmitted_before = f.in->count().retransmitted;
        }
    }

    void look(instant now) {
        at_.push_back(now);
        queue_.push_back(meter_.take_mean_wait());
        for (flow& f : flows_) {
            f.series.samples.push_back(f.in->look(now));
            f.series.read.push_back(f.in->read());
        }
    }

    trace::flow_result result_of(const flow& f) const {
        const bottleneck_meter::of_flow there = meter_.flow_to(static_cast<std::uint32_t>(f.in->server()));
        const instant begin = std::max(f.start, instant(settings_.measure_from));
        const duration time = instant(settings_.time) - begin;
        const double bits = 8.0 * static_cast<double>(f.in->read() - f.read_before);
        return {.policy = f.of->policy,
                .goodput_bps = time > duration::zero() ? bits * 1e9 / static_cast<double>(time.count()) : 0,
                .rtt_ms = mean_rtt(f),
                .retransmitted = f.in->count().retransmitted - f.retransmitted_before,
                .lost = there.lost,
                .marked = there.marked};
    }

    double mean_rtt(const flow& f) const {
        double sum = 0, count = 0;
        for (const trace::window_sample& each : f.series.samples) {
            if (each.srtt == duration::zero() || each.at < instant(settings_.measure_from)) continue;
            sum += static_cast<double>(each.srtt.count()) / 1e6;
            ++count;
        }
        return count == 0 ? 0 : sum / count;
    }

    race_report report() {
        race_report out;
        std::vector<double> goodputs;
        double all = 0;
        for (flow& f : flows_) {
            out.flows.push_back(result_of(f));
            out.losses += out.flows.back().lost;
            out.marks += out.flows.back().marked;
            goodputs.push_back(out.flows.back().goodput_bps);
            all += goodputs.back();
            if (out.failure == error::none) out.failure = f.in->failure();
            f.series.wire = beginnings_.take(f.in->server());
            out.series.flows.push_back(std::move(f.series));
        }
        if (all > 0)
            for (trace::flow_result& each : out.flows) each.share = each.goodput_bps / all;
        out.jain = trace::jain(goodputs);
        const double capacity = settings_.capacity();
        out.utilisation = capacity > 0 ? static_cast<double>(meter_.carried()) / capacity : 0;
        out.queue_mean_ms = static_cast<double>(meter_.waits().mean().count()) / 1e6;
        out.queue_p95_ms = static_cast<double>(meter_.waits().percentile(95).count()) / 1e6;
        out.events = network_.events();
        out.series.at = std::move(at_);
        out.series.queue = std::move(queue_);
        out.packets = packets_.file();
        return out;
    }

    race_settings settings_;
    network network_;
    seeded_random chance_;
    std::vector<flow> flows_;
    bottleneck_meter meter_;
    flow_beginnings beginnings_;
    sim::capture packets_{seen_from::host_0, longest_headers};
    std::vector<instant> at_;
    std::vector<duration> queue_;
};

}  // namespace detail

/// `progress(instant)` is called as often as the senders' variables are looked at.
template <class Progress>
race_report race(const std::vector<entrant>& who, const race_settings& s, Progress&& progress) {
    return detail::running_race(who, s).run(progress);
}
inline race_report race(const std::vector<entrant>& who, const race_settings& s = {}) {
    return race(who, s, [](instant) {});
}

}  // namespace sluice::sim
