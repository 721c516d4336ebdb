// SPDX-License-Identifier: MIT
//
// A packet in a simulated network: octets of its own, and what the network knows of it besides. A store keeps the
// packets of a link in one place, so that queues and events hold indices; a slot's memory is used again.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include <sluice/base/bytes.hpp>
#include <sluice/base/index_list.hpp>
#include <sluice/base/time.hpp>

namespace sluice::sim {

struct packet {
    std::vector<octet> data;         // from the IP header on
    std::uint64_t number = 0;        // of the cable's packets, counted as they enter it
    std::uint32_t text_length = 0;   // octets of TCP payload
    bool is_corrupted = false;
    bool is_copy = false;            // the network's, not the sender's
    instant sent{};                  // entered the link
    instant arrival{};               // at the wire's end, once it is on it
    std::uint64_t turn = 0;          // among what happens then
    duration queued{};               // waited there before its transmission began
    list_link place{};               // in the link's queue, or among those on the wire
};

class packet_store {
public:
    packet& operator[](list_index i) { return slots_[i]; }
    const packet& operator[](list_index i) const { return slots_[i]; }
    std::size_t size() const { return slots_.size() - unused_.size(); }

    list_index add(packet&& p) {
        if (unused_.empty()) {
            slots_.push_back(std::move(p));
            return static_cast<list_index>(slots_.size() - 1);
        }
        const list_index i = unused_.back();
        unused_.pop_back();
        slots_[i] = std::move(p);
        return i;
    }

    void release(list_index i) { unused_.push_back(i); }

private:
    std::vector<packet> slots_;
    std::vector<list_index> unused_;
};

}  // namespace sluice::sim
