// SPDX-License-Identifier: MIT
//
// Packets on their way from a host to a link. What a full link has no room for is kept here, payload and all, since the
// host lends payload only until its next call; while something is kept nothing new is taken. So nothing is lost.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include <sluice/wire/packet.hpp>

namespace sluice {

template <std::size_t Batch>
class outbox {
public:
    bool empty() const { return sent_ == filled_; }

    /// `fill(span<tx_packet>)` and `transmit(span<const tx_packet>)` say how many; until one of them has no more, or so
    /// many batches have left: true then, since there may be more.
    bool pass_on(std::size_t batches, auto&& fill, auto&& transmit) {
        for (; batches > 0; --batches) {
            if (empty()) {
                sent_ = 0;
                filled_ = fill(std::span<tx_packet>(packets_));
                is_kept_ = false;
                if (filled_ == 0) return false;
            }
            sent_ += transmit(std::span<const tx_packet>(packets_).subspan(sent_, filled_ - sent_));
            if (empty()) continue;
            keep();
            return false;
        }
        return true;
    }

private:
    void keep() {
        if (is_kept_) return;
        is_kept_ = true;
        for (std::size_t i = sent_; i < filled_; ++i) {
            tx_packet& p = packets_[i];
            std::vector<octet>& copied = texts_[i];
            copied.clear();
            for (const octets span : std::span(p.payload).first(p.spans))
                copied.insert(copied.end(), span.begin(), span.end());
            p.payload[0] = copied;
            p.spans = copied.empty() ? 0 : 1;
        }
    }

    std::array<tx_packet, Batch> packets_;
    std::array<std::vector<octet>, Batch> texts_;
    std::size_t sent_ = 0, filled_ = 0;
    bool is_kept_ = false;
};

}  // namespace sluice
