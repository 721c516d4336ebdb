// SPDX-License-Identifier: MIT
//
// What arriving SACK blocks say: which octets in flight have arrived (RFC 2018), and which of ours arrived twice (RFC
// 2883). A peer repeats each block in several ACKs, so blocks that stood in the last one are not looked up again.
#pragma once

#include <algorithm>
#include <optional>

#include <sluice/tcb/send_space.hpp>
#include <sluice/wire/tcp_options.hpp>

namespace sluice {

class scoreboard {
public:
    struct news {
        std::uint32_t octets = 0;               // that were not known to have arrived
        std::optional<sack_block> duplicate{};  // arrived twice
    };

    /// The blocks of one segment, after what its ACK acknowledges is gone from `flight`.
    constexpr news take(const sack_blocks& blocks, seq ack, const send_space& snd, auto& flight) {
        news out;
        const std::size_t first = is_duplicate(blocks, ack) ? 1 : 0;
        if (first == 1 && is_ours(blocks[0], snd)) out.duplicate = blocks[0];
        sack_blocks known;
        for (std::size_t i = first; i < blocks.size(); ++i) {
            const sack_block& block = blocks[i];
            if (!is_ours(block, snd) || block.end <= snd.una) continue;
            if (std::find(last_.begin(), last_.end(), block) != last_.end()) {
                known.push_back(block);
                continue;
            }
            const auto found = flight.mark_sacked(later(block.begin, snd.una), block.end);
            if (found.complete) known.push_back(block);
            out.octets += found.octets;
        }
        last_ = known;
        return out;
    }

    constexpr void forget() { last_ = {}; }

private:
    /// RFC 2883 section 4: below the ACK of the same segment, or inside of the second block.
    static constexpr bool is_duplicate(const sack_blocks& blocks, seq ack) {
        if (blocks.empty()) return false;
        const sack_block& first = blocks[0];
        return first.end <= ack ||
               (blocks.size() > 1 && blocks[1].begin <= first.begin && first.end <= blocks[1].end);
    }

    /// N32: anything else is stale or made up.
    static constexpr bool is_ours(const sack_block& block, const send_space& snd) {
        const std::uint32_t oldest = std::min(snd.max_wnd, snd.acked);
        return block.begin < block.end && snd.una - oldest <= block.begin && block.end <= snd.nxt;
    }

    sack_blocks last_;
};

}  // namespace sluice
