// SPDX-License-Identifier: MIT
//
// The plainest queue discipline: first in, first out, and what does not fit is dropped. The packet that is being
// transmitted has left the queue.
#pragma once

#include <cstddef>

#include <sluice/sim/packet.hpp>

namespace sluice::sim {

/// Stands for a queue without this limit.
inline constexpr std::size_t unlimited = ~std::size_t{0};

class drop_tail {
public:
    explicit drop_tail(std::size_t most_packets = unlimited, std::size_t most_octets = unlimited)
        : most_packets_(most_packets), most_octets_(most_octets) {}

    bool empty() const { return packets_ == 0; }
    std::size_t packets() const { return packets_; }
    std::size_t octets() const { return octets_; }
    bool has_room(std::size_t length) const {
        return packets_ < most_packets_ && octets_ <= most_octets_ && length <= most_octets_ - octets_;
    }

    /// False when there is no room: the packet is the caller's to drop.
    bool push(packet_store& store, list_index i) {
        const std::size_t length = store[i].data.size();
        if (!has_room(length)) return false;
        order_.push_back(store, i);
        ++packets_;
        octets_ += length;
        return true;
    }

    list_index pop(packet_store& store) {
        const list_index i = order_.front();
        order_.remove(store, i);
        --packets_;
        octets_ -= store[i].data.size();
        return i;
    }

private:
    std::size_t most_packets_, most_octets_;
    std::size_t packets_ = 0, octets_ = 0;
    index_list<&packet::place> order_;
};

}  // namespace sluice::sim
