// SPDX-License-Identifier: MIT
// What does a policy cost for each ACK? A sender with the policy in question, all else the defaults with counted
// octets, and a receiver that acknowledges each segment; the path takes 200 us and loses every 20,000th segment, so
// that each policy is where it mostly is: in congestion avoidance, its window full. The time is that of both ends and
// the path, and what one policy takes more than the cheapest of its slot is its own. Then congestion and rtt policies
// alone, told what a connection would tell them.
#include <memory>
#include <string>
#include <vector>

#include <sluice/connection/endpoint.hpp>
#include <sluice/policy/ack/every_segment.hpp>
#include <sluice/policy/buffers/phantom_buffers.hpp>
#include <sluice/policy/congestion/any_of.hpp>
#include <sluice/policy/congestion/cubic.hpp>
#include <sluice/policy/congestion/fixed_window.hpp>
#include <sluice/policy/congestion/no_congestion_control.hpp>
#include <sluice/policy/congestion/reno.hpp>
#include <sluice/policy/congestion/vegas.hpp>
#include <sluice/policy/congestion/westwood.hpp>
#include <sluice/policy/recovery/go_back_n.hpp>
#include <sluice/policy/recovery/newreno_recovery.hpp>
#include <sluice/policy/recovery/prr_recovery.hpp>
#include <sluice/policy/recovery/rack_tlp.hpp>
#include <sluice/policy/recovery/sack_recovery.hpp>
#include <sluice/policy/rtt/fixed_rto.hpp>
#include <sluice/policy/rtt/linux_like.hpp>
#include <sluice/policy/rtt/rfc6298.hpp>

#include "timing.hpp"

namespace {

using namespace sluice;
using bench::require;

constexpr std::uint32_t segment = 1448, most_segments = 256;
constexpr std::uint64_t one_lost_of = 20'000;
constexpr duration each = 1us, delay = 200us;

using receiver_tcp = tcp<every_segment, phantom_buffers>;

template <class Policy>
class path {
    using sender_tcp = tcp<Policy, phantom_buffers>;
    static constexpr socket_address here{ip_address::v4(10, 0, 0, 1), 1001}, there{ip_address::v4(10, 0, 0, 2), 1002};

public:
    path() : sender_(settings<sender_tcp>()), receiver_(settings<receiver_tcp>()) {
        require(bool(receiver_.listen(there, now_)), "listen");
        require(bool(sender_.connect(here, there, now_)), "connect");
        for (int i = 0; i < 8; ++i) exchange();
        require(sender_.state() == state::established, "a handshake");
    }

    /// So many acknowledgments arrive.
    void run(std::size_t acknowledgments) {
        const std::uint64_t end = acknowledgments_ + acknowledgments;
        while (acknowledgments_ < end) exchange();
        const auto& snd = sender_.connection().variables().snd;
        require(snd.una - snd.iss == static_cast<std::uint32_t>(read_ + 1), "all that was acknowledged has been read");
        require(read_ / segment * 20 >= acknowledgments_ * 19, "hardly an ACK without news");
        require(lost_ == sent_ / one_lost_of, "losses");
    }

private:
    struct frame {
        instant arrival;
        std::uint32_t header_length = 0, length = 0;
        std::array<octet, tx_packet::longest_headers> headers;

        void hold(const tx_packet& p) {
            header_length = p.header_length;
            length = static_cast<std::uint32_t>(p.length());
            std::copy_n(p.headers.begin(), header_length, headers.begin());
        }
        void reach(auto& to, instant now) const {
            to.on_packet({.data = octets(headers).first(header_length), .length = length,
                          .checksum = checksum_state::partial},
                         now);
        }
    };

    template <class Tcp>
    static typename Tcp::settings settings() {
        typename Tcp::settings s;
        if constexpr (requires { s.congestion.octets; }) s.congestion.octets = most_segments * segment;
        if constexpr (requires { s.congestion.chosen; }) s.congestion.chosen = "cubic";
        s.buffers.send = s.buffers.receive = most_segments * segment;
        return s;
    }

    /// The next segment arrives, or the sender's next deadline does, and what follows from it at this instant.
    void exchange() {
        if (first_ != last_) {
            const frame& f = queue_[first_++ % queue_.size()];
            now_ = std::max(now_, f.arrival);
            f.reach(receiver_, now_);
        } else if (sender_.next_deadline() != never) {
            now_ = std::max(now_, sender_.next_deadline());
        }
        if (const std::size_t length = receiver_.readable(); length > 0) {
            require(bool(receiver_.consume(length, now_)), "read");
            read_ += length;
        }
        while (receiver_.poll_transmit(now_, {&packet_, 1}) == 1) {
            answer_.hold(packet_);
            answer_.reach(sender_, now_);
            ++acknowledgments_;
        }
        if (now_ >= receiver_.next_deadline()) receiver_.on_deadline(now_);
        if (now_ >= sender_.next_deadline()) sender_.on_deadline(now_);
        if (sender_.state() == state::established && sender_.writable() > 0)
            require(bool(sender_.send(payload::counted(sender_.writable()), now_)), "send");
        while (sender_.poll_transmit(now_, {&packet_, 1}) == 1) {
            if (++sent_ % one_lost_of == 0) {
                ++lost_;
                continue;
            }
            require(last_ - first_ < queue_.size(), "room on the path");
            frame& f = queue_[last_++ % queue_.size()];
            f.hold(packet_);
            free_at_ = std::max(free_at_, now_) + each;
            f.arrival = free_at_ + delay;
        }
    }

    basic_endpoint<sender_tcp> sender_;
    basic_endpoint<receiver_tcp> receiver_;
    std::vector<frame> queue_{2 * most_segments};
    std::size_t first_ = 0, last_ = 0;
    tx_packet packet_;
    frame answer_;
    instant now_{1s}, free_at_{};
    std::uint64_t acknowledgments_ = 0, sent_ = 0, lost_ = 0, read_ = 0;
};

/// A congestion policy that is told of as many ACKs, with no connection around it. Those without on_ack cost nothing.
template <class Policy>
class told {
public:
    told() {
        if constexpr (requires { policy_.chosen; }) policy_.chosen = "cubic";
        policy_.on_start({.now = now_, .mss = segment});
        run(one_lost_of);
    }
    void run(std::size_t acknowledgments) {
        for (std::size_t i = 0; i < acknowledgments; ++i) tell();
        bench::keep(policy_);
        require(policy_.window() >= 2 * segment, "a window");
    }

private:
    void tell() {
        now_ += each;
        const std::uint32_t flight = std::min(policy_.window(), most_segments * segment);
        if (++told_ % one_lost_of == 0) policy_.on_congestion({.now = now_, .flight = flight, .pipe = flight});
        policy_.on_ack({.now = now_, .newly_acked = segment, .delivered = segment, .pipe_before = flight,
                        .pipe = flight - segment, .rtt = delay + each, .min_rtt = delay + each, .srtt = delay + each,
                        .cwnd_limited = true, .round_start = told_ % most_segments == 0});
    }

    Policy policy_{};
    instant now_{1s};
    std::uint64_t told_ = 0;
};

/// An rtt policy that is given as many samples.
template <class Policy>
class sampled {
public:
    void run(std::size_t samples) {
        for (std::size_t i = 0; i < samples; ++i) {
            policy_.on_sample(delay + static_cast<std::int64_t>(i % 16) * each, most_segments / 2);
            bench::keep(policy_);
        }
        require(policy_.rto() > delay, "a timeout longer than the round trip");
    }

private:
    Policy policy_{};
};

template <class What>
bench::contestant contestant(std::string name) {
    return {std::move(name), []() -> bench::work {
                auto what = std::make_shared<What>();
                what->run(2 * one_lost_of);
                return [what](std::size_t units) { what->run(units); };
            }};
}

using either = any_of<reno, cubic>;

void race(bench::program& program, const std::vector<bench::contestant>& contestants) {
    double cheapest = 0;
    program.race(
        contestants,
        [&](const std::string& name, const bench::result& r) {
            if (cheapest == 0) cheapest = r.ns;
            std::printf("%-48s %7.1f ns  %+6.1f ns  %5.2f x\n", name.c_str(), r.ns, r.ns - cheapest, r.ratio);
        },
        one_lost_of);
}

}  // namespace

int main(int count, char** arguments) {
    bench::program program(count, arguments);
    std::puts("for each ACK, and the segment that it answers: with the congestion policy");
    race(program, {contestant<path<no_congestion_control>>("no_congestion_control"),
                   contestant<path<fixed_window>>("fixed_window"), contestant<path<reno>>("reno"),
                   contestant<path<westwood>>("westwood"), contestant<path<vegas>>("vegas"),
                   contestant<path<cubic>>("cubic"), contestant<path<either>>("any_of<reno, cubic>, cubic")});
    std::puts("with the recovery policy");
    race(program, {contestant<path<go_back_n>>("go_back_n"), contestant<path<newreno_recovery>>("newreno_recovery"),
                   contestant<path<sack_recovery>>("sack_recovery"), contestant<path<prr_recovery>>("prr_recovery"),
                   contestant<path<rack_tlp>>("rack_tlp")});
    std::puts("with the rtt policy");
    race(program, {contestant<path<fixed_rto>>("fixed_rto"), contestant<path<rfc6298>>("rfc6298"),
                   contestant<path<linux_like>>("linux_like")});
    std::puts("the congestion policy alone");
    race(program, {contestant<told<reno>>("reno alone"), contestant<told<westwood>>("westwood alone"),
                   contestant<told<vegas>>("vegas alone"), contestant<told<cubic>>("cubic alone"),
                   contestant<told<either>>("any_of<reno, cubic>, cubic, alone")});
    std::puts("the rtt policy alone, a sample");
    race(program, {contestant<sampled<fixed_rto>>("fixed_rto alone"), contestant<sampled<rfc6298>>("rfc6298 alone"),
                   contestant<sampled<linux_like>>("linux_like alone")});
    return program.finish();
}
