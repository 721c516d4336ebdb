// SPDX-License-Identifier: MIT
// What does one flow of bulk data cost, as a multiple of the hand-written minimal loop (floor.hpp) in the same run? Two
// endpoints back to back in memory, MSS 1460, window 64 KiB, one core. Octets are copied into the send buffer, into
// packets, into the receive buffer and out of it; every checksum is written and verified, unless a line says otherwise.
#include "floor.hpp"

#include <memory>

#include <sluice/connection/endpoint.hpp>
#include <sluice/policy/congestion/no_congestion_control.hpp>
#include <sluice/policy/options/no_sack.hpp>
#include <sluice/policy/options/no_timestamps.hpp>
#include <sluice/policy/options/no_window_scale.hpp>
#include <sluice/policy/recovery/go_back_n.hpp>

namespace {

using namespace sluice;
using bench::require;

enum class wire_format { segments, segments_unchecked, super_segments };

template <class Tcp, wire_format Format>
class flow {
    static constexpr std::size_t batch = 32;
    static constexpr std::uint32_t largest = Format == wire_format::super_segments ? 65000 : 1460;
    static constexpr socket_address here{ip_address::v4(10, 0, 0, 1), 1001}, there{ip_address::v4(10, 0, 0, 2), 1002};

    struct frame {
        std::size_t length = 0;
        std::uint16_t segment_size = 0;
        std::array<octet, 128 + largest> octets;
    };

public:
    flow() : frames_(batch), packets_(batch), into_(stream_size) {
        if (Format == wire_format::super_segments) sender_.set_largest_super_segment(largest);
        require(bool(receiver_.listen(there, now_)), "listen");
        require(bool(sender_.connect(here, there, now_)), "connect");
        while (sender_.state() != state::established || receiver_.state() != state::established) {
            carry(sender_, receiver_);
            carry(receiver_, sender_);
        }
    }

    /// Moves so many segments and checks their octets; `every` octet, or just the first eight of each read.
    void transfer(std::size_t segments, bool every = false) {
        const std::uint64_t end = sent_ + segments * std::uint64_t{1460};
        while (taken_ < end) {
            if (sent_ < end)
                sent_ += sender_.send({source_.at(sent_), std::min<std::uint64_t>(end - sent_, stream_size)}, now_)
                             .value_or(0);
            while (carry(sender_, receiver_)) {}
            const std::size_t got = receiver_.receive(into_, now_).value_or(0);
            require(source_.holds(taken_, into_.data(), every ? got : std::min<std::size_t>(got, 8)), "octets");
            taken_ += got;
            now_ += 10us;
            while (carry(receiver_, sender_)) {}
            if (now_ >= sender_.next_deadline()) sender_.on_deadline(now_);
            if (now_ >= receiver_.next_deadline()) receiver_.on_deadline(now_);
        }
        require(sender_.count().retransmitted == 0, "a retransmission without a loss");
    }

private:
    static constexpr std::size_t stream_size = bench::stream::period;

    /// One batch of packets from an endpoint, as octets, into the other.
    bool carry(auto& from, auto& to) {
        const std::size_t count = from.poll_transmit(now_, packets_);
        for (std::size_t i = 0; i < count; ++i) {
            frame& f = frames_[i];
            f.length = Format == wire_format::segments ? write(packets_[i], f.octets) : copy_out(packets_[i], f.octets);
            f.segment_size = packets_[i].segment_size;
        }
        for (std::size_t i = 0; i < count; ++i) {
            const frame& f = frames_[i];
            to.on_packet({.data = octets(f.octets).first(f.length),
                          .length = f.length,
                          .segment_size = f.segment_size,
                          .checksum = Format == wire_format::segments ? checksum_state::unknown : checksum_state::partial},
                         now_);
        }
        return count == batch;
    }

    /// As a link does whose other end needs no checksum.
    static std::size_t copy_out(const tx_packet& p, mutable_octets out) {
        std::memcpy(out.data(), p.headers.data(), p.header_length);
        std::size_t end = p.header_length;
        for (std::size_t i = 0; i < p.spans; ++i) {
            std::memcpy(out.data() + end, p.payload[i].data(), p.payload[i].size());
            end += p.payload[i].size();
        }
        return end;
    }

    bench::stream source_;
    basic_endpoint<Tcp> sender_, receiver_;
    std::vector<frame> frames_;
    std::vector<tx_packet> packets_;
    std::vector<octet> into_;
    instant now_{1s};
    std::uint64_t sent_ = 0, taken_ = 0;
};

void print(const char* what, const bench::result& r) {
    std::printf("%-58s %7.0f ns  %6.1f Gbit/s  %5.2f x\n", what, r.ns, 1460 * 8 / r.ns, r.ratio);
}

}  // namespace

int main() {
    using plain = tcp<no_congestion_control, go_back_n>;
    using bare = tcp<no_window_scale, no_timestamps, no_sack>;
    // On the heap: endpoints hold their buffers.
    const auto minimal = std::make_unique<bench::minimal_flow<>>();
    const auto minimal_unchecked = std::make_unique<bench::minimal_flow<1460, false>>();
    const auto minimal_super = std::make_unique<bench::minimal_flow<21 * 1460, false>>();
    const auto whole = std::make_unique<flow<tcp<>, wire_format::segments>>();
    const auto without_policies = std::make_unique<flow<plain, wire_format::segments>>();
    const auto without_options = std::make_unique<flow<bare, wire_format::segments>>();
    const auto unchecked = std::make_unique<flow<tcp<>, wire_format::segments_unchecked>>();
    const auto super = std::make_unique<flow<tcp<>, wire_format::super_segments>>();
    minimal->transfer(1000, true);
    minimal_unchecked->transfer(1000, true);
    minimal_super->transfer(100, true);
    whole->transfer(10000, true);
    without_policies->transfer(10000, true);
    without_options->transfer(10000, true);
    unchecked->transfer(10000, true);
    super->transfer(10000, true);

    const auto moves = [](auto& flow) { return [&](std::size_t segments) { flow.transfer(segments); }; };
    std::puts("for each 1460 octets");
    const auto checked = bench::race(moves(*minimal), moves(*whole), moves(*without_options), moves(*without_policies));
    print("minimal loop", checked[0]);
    print("sluice, defaults", checked[1]);
    print("sluice, no options", checked[2]);
    print("sluice, no_congestion_control and go_back_n", checked[3]);
    const auto trusted = bench::race(moves(*minimal_unchecked), moves(*unchecked));
    print("minimal loop, no checksums", trusted[0]);
    print("sluice, no checksums", trusted[1]);
    const auto coalesced = bench::race([&](std::size_t n) { minimal_super->transfer((n + 20) / 21); }, moves(*super));
    print("minimal loop, segments of 30660 octets, no checksums", coalesced[0]);
    print("sluice, super-segments, no checksums", coalesced[1]);
}
