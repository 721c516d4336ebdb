// SPDX-License-Identifier: MIT
// What lies between two ends in one process, endpoints or stacks: each packet that one builds is made into octets, as a
// link would, and handed to the other. What is left out, checksums or the octets themselves, is left out for both.
#pragma once

#include <cstring>
#include <vector>

#include <sluice/stack/stack.hpp>

#include "timing.hpp"

namespace bench {

enum class format {
    checked,         // octets, with checksums written here and verified there
    unchecked,       // octets, and the link vouches for them
    super_segments,  // the same, in packets of up to 64 KiB
    counted,         // headers; the payload is virtual
};

template <format Format, std::size_t LargestPayload>
class wire {
public:
    static constexpr std::size_t batch = 32;

    /// One batch of packets; says how many.
    std::size_t carry(auto& from, auto& to, sluice::instant now) {
        return carry(from, to, now, [] {});
    }
    /// After every second packet `after_two` is called: then an acknowledgment may be due.
    std::size_t carry(auto& from, auto& to, sluice::instant now, auto&& after_two) {
        const std::size_t count = from.poll_transmit(now, packets_);
        for (std::size_t i = 0; i < count; ++i) frames_[i].length = write(packets_[i], frames_[i].octets);
        for (std::size_t i = 0; i < count; ++i) {
            const frame& f = frames_[i];
            to.on_packet({.data = sluice::octets(f.octets).first(f.length),
                          .length = packets_[i].length(),
                          .segment_size = packets_[i].segment_size,
                          .checksum = vouched},
                         now);
            if (i % 2 == 1) after_two();
        }
        return count;
    }

    /// Takes what `from` says, which is headers alone, for later.
    void collect(auto& from, sluice::instant now) {
        while (from.poll_transmit(now, {&said_, 1}) > 0) {
            require(said_.payload_length == 0, "nothing but acknowledgments");
            headers& h = collected_.emplace_back();
            h.length = write(said_, h.octets);
        }
    }
    void deliver(auto& to, sluice::instant now) {
        for (const headers& h : collected_)
            to.on_packet({.data = sluice::octets(h.octets).first(h.length), .length = h.length, .checksum = vouched},
                         now);
        collected_.clear();
    }

private:
    static constexpr sluice::checksum_state vouched =
        Format == format::checked ? sluice::checksum_state::unknown : sluice::checksum_state::partial;

    struct frame {
        std::size_t length = 0;
        std::array<sluice::octet, sluice::tx_packet::longest_headers + LargestPayload> octets;
    };

    /// How many octets there are.
    static std::size_t write(const sluice::tx_packet& p, sluice::mutable_octets out) {
        if constexpr (Format == format::checked) return sluice::write(p, out);
        std::memcpy(out.data(), p.headers.data(), p.header_length);
        std::size_t end = p.header_length;
        for (std::size_t i = 0; i < p.spans; ++i) {
            std::memcpy(out.data() + end, p.payload[i].data(), p.payload[i].size());
            end += p.payload[i].size();
        }
        return end;
    }

    struct headers {
        std::size_t length = 0;
        std::array<sluice::octet, sluice::tx_packet::longest_headers> octets;
    };

    std::vector<headers> collected_;
    sluice::tx_packet said_;
    std::vector<frame> frames_{batch};
    std::vector<sluice::tx_packet> packets_{batch};
};

}  // namespace bench
