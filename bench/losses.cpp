// SPDX-License-Identifier: MIT
// Does an ACK cost more the more is in flight, while segments are lost at random, or none are? Two endpoints with SACK
// (RFC 6675) and a window that nothing changes, and between them a path that is long enough to hold the window: one
// segment arrives each microsecond of virtual time, and each is acknowledged. The time is that of both ends and the
// path; octets are only counted, so that what grows is not the caches' share of them. The goal: from 64 KiB to 64 MiB
// no more than 1.3 times as much.
#include <map>
#include <memory>

#include <sluice/connection/endpoint.hpp>
#include <sluice/policy/ack/every_segment.hpp>
#include <sluice/policy/buffers/phantom_buffers.hpp>
#include <sluice/policy/congestion/fixed_window.hpp>
#include <sluice/policy/recovery/sack_recovery.hpp>

#include "timing.hpp"

namespace {

using namespace sluice;
using bench::require;
using tcp_type = tcp<fixed_window, sack_recovery, every_segment, phantom_buffers>;

class lossy_path {
    static constexpr socket_address here{ip_address::v4(10, 0, 0, 1), 1001}, there{ip_address::v4(10, 0, 0, 2), 1002};
    static constexpr std::uint32_t segment = 1448;
    static constexpr duration each = 1us;

public:
    lossy_path(std::uint32_t window, std::uint32_t lost_per_thousand)
        : window_(window), sender_(settings(window)), receiver_(settings(window)) {
        require(bool(receiver_.listen(there, now_)), "listen");
        require(bool(sender_.connect(here, there, now_)), "connect");
        for (int i = 0; i < 8; ++i) exchange();
        require(sender_.state() == state::established, "a handshake");
        lost_per_thousand_ = lost_per_thousand;
    }

    /// So many acknowledgments arrive.
    void run(std::size_t acknowledgments) {
        for (const std::uint64_t end = acknowledged_ + acknowledgments; acknowledged_ < end;) exchange();
        look();
    }

    /// The most that there was when a run ended.
    std::uint32_t segments_in_flight() const { return most_octets_ / segment; }
    std::uint32_t records_in_flight() const { return most_records_; }
    /// With 64 MiB: 40,552 segments.
    bool fills_its_window() const { return most_octets_ >= window_ / 8 * 7; }

private:
    struct frame {
        instant arrival;
        std::uint32_t header_length = 0;
        std::uint32_t length = 0;
        std::array<octet, tx_packet::longest_headers> headers;

        void hold(const tx_packet& p) {
            header_length = p.header_length;
            length = static_cast<std::uint32_t>(p.length());
            std::copy_n(p.headers.begin(), header_length, headers.begin());
        }
        void reach(basic_endpoint<tcp_type>& to, instant now) const {
            to.on_packet({.data = octets(headers).first(header_length), .length = length,
                          .checksum = checksum_state::partial},
                         now);
        }
    };

    static tcp_type::settings settings(std::uint32_t window) {
        tcp_type::settings s;
        s.congestion.octets = window;
        s.buffers.send = s.buffers.receive = std::size_t{1} << 29;
        return s;
    }

    /// The next segment arrives, or the sender's next deadline, and what follows from it at this instant.
    void exchange() {
        if (first_ != last_) {
            frame& f = queue_[first_++ % queue_.size()];
            now_ = std::max(now_, f.arrival);
            f.reach(receiver_, now_);
        } else if (sender_.next_deadline() != never) {
            now_ = std::max(now_, sender_.next_deadline());
        }
        if (const std::size_t length = receiver_.readable(); length > 0)
            require(bool(receiver_.consume(length, now_)), "read");
        while (receiver_.poll_transmit(now_, {&packet_, 1}) == 1) {
            answer_.hold(packet_);
            answer_.reach(sender_, now_);
            ++acknowledged_;
        }
        if (now_ >= receiver_.next_deadline()) receiver_.on_deadline(now_);
        if (now_ >= sender_.next_deadline()) sender_.on_deadline(now_);
        if (sender_.state() == state::established && sender_.writable() > 0)
            require(bool(sender_.send(payload::counted(sender_.writable()), now_)), "send");
        while (sender_.poll_transmit(now_, {&packet_, 1}) == 1) {
            if (random_.below(1000) < lost_per_thousand_) continue;
            require(last_ - first_ < queue_.size(), "room on the path");
            frame& f = queue_[last_++ % queue_.size()];
            f.hold(packet_);
            free_at_ = std::max(free_at_, now_) + each;
            f.arrival = free_at_ + window_ / segment * each;
        }
    }

    void look() {
        const auto& c = sender_.connection().variables();
        most_octets_ = std::max(most_octets_, c.flight.pipe());
        std::uint32_t records = 0;
        for (list_index i = c.flight.first(); i != no_index; i = c.flight.after(i)) ++records;
        most_records_ = std::max(most_records_, records);
    }

    std::uint32_t window_;
    std::uint32_t lost_per_thousand_ = 0;
    basic_endpoint<tcp_type> sender_, receiver_;
    std::vector<frame> queue_{2 * window_ / segment + 64};
    std::size_t first_ = 0, last_ = 0;
    tx_packet packet_;
    frame answer_;
    seeded_random random_{seed(1)};
    instant now_{1s}, free_at_{};
    std::uint64_t acknowledged_ = 0;
    std::uint32_t most_octets_ = 0, most_records_ = 0;
};

void race(bench::program& program, std::uint32_t lost_per_thousand, const std::string& loss) {
    constexpr std::size_t least = 200'000;
    std::map<std::string, std::shared_ptr<lossy_path>> paths;
    std::vector<bench::contestant> contestants;
    const auto add = [&](std::uint32_t window, std::string name) {
        contestants.push_back({name, [=, &paths]() -> bench::work {
                                   auto path = std::make_shared<lossy_path>(window, lost_per_thousand);
                                   for (int look = 0; look < 4; ++look) path->run(least / 4);
                                   require(path->fills_its_window(), "a full window");
                                   paths[name] = path;
                                   return [path](std::size_t acknowledgments) { path->run(acknowledgments); };
                               }});
    };
    add(64 << 10, "64 KiB" + loss);
    add(256 << 10, "256 KiB" + loss);
    add(1 << 20, "1 MiB" + loss);
    add(16 << 20, "16 MiB" + loss);
    add(64 << 20, "64 MiB" + loss);
    program.race(
        contestants,
        [&](const std::string& name, const bench::result& r) {
            const lossy_path& path = *paths.at(name);
            std::printf("%-58s %7.0f ns  %5.2f x  %6u segments in flight, %6u records\n", name.c_str(), r.ns, r.ratio,
                        path.segments_in_flight(), path.records_in_flight());
        },
        least);
}

}  // namespace

int main(int count, char** arguments) {
    bench::program program(count, arguments);
    std::puts("for each ACK");
    race(program, 0, ", nothing lost");
    race(program, 10, ", 1 % lost");
    race(program, 50, ", 5 % lost");
    return program.finish();
}
