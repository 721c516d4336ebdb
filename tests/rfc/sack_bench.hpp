// SPDX-License-Identifier: MIT
//
// A receiver, and a sender with a flight of segments, whose peer has permitted SACK. Numbers are relative to each ISS.
#pragma once

#include "support/option_mixes.hpp"

namespace sack_bench {

using namespace sluice;
using lab::bench;

using blocks = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

inline blocks of(const tcp_options& options) {
    blocks out;
    for (const sack_block& b : options.sack) out.emplace_back(b.begin.number(), b.end.number());
    return out;
}

inline tcp_options sacks(std::initializer_list<std::pair<std::uint32_t, std::uint32_t>> ranges) {
    tcp_options out;
    for (const auto& [begin, end] : ranges) out.sack.push_back({seq(begin), seq(end)});
    return out;
}

struct receiver : bench<classic_tcp> {
    explicit receiver(bool timestamps = false, std::uint32_t first = 1) {
        peer_offers.sack_permitted = true;
        if (timestamps) peer_offers.timestamps = timestamps_option{};
        establish();
        // The RFCs' examples begin at round numbers.
        for (std::uint32_t at = 1; at < first;) {
            const auto length = std::min(first - at, 1000u);
            arrives({.flags = flag::ack, .sequence = at, .acknowledgment = 1, .text = lab::text(length)});
            at += length;
        }
        bench::receive();
        wait(50ms);
        take();
    }

    /// Text [begin, end) arrives; gives the ACK that it draws, or the last of several.
    lab::wire_segment gets(std::uint32_t begin, std::uint32_t end) {
        arrives({.flags = flag::ack, .sequence = begin, .acknowledgment = 1, .text = lab::text(end - begin)});
        wait(50ms);
        const auto left = take();
        REQUIRE(!left.empty());
        return left.back();
    }
};

struct sender : receiver {
    explicit sender(bool timestamps = false, int segments = 20, std::uint32_t window = 40) : receiver(timestamps) {
        // Far from any limit of the window: slow start has grown it.
        each = full_segment();
        for (int round = 0; block().congestion.window() < window * each; ++round) {
            REQUIRE(round < 100);
            REQUIRE(send(lab::text(std::min(window + 1, 44u) * each)));
            while (!block().nothing_owed()) acks(next_ack());
        }
        take();
        first = next_ack();
        REQUIRE(send(lab::text(static_cast<std::size_t>(segments) * each)));
        REQUIRE(take().size() == static_cast<std::size_t>(segments));
    }
    std::uint32_t each = 0, first = 0;
    std::uint32_t at(std::uint32_t segment) const { return first + segment * each; }

    /// An ACK of all below segment `upto`, with blocks in segments.
    std::vector<lab::wire_segment> hears(std::uint32_t upto,
                                         std::initializer_list<std::pair<std::uint32_t, std::uint32_t>> runs) {
        tcp_options o;
        for (const auto& [begin, end] : runs) o.sack.push_back({seq(at(begin)), seq(at(end))});
        arrives({.flags = flag::ack, .sequence = next_seq(), .acknowledgment = at(upto), .options = o});
        return take();
    }
};

}  // namespace sack_bench
