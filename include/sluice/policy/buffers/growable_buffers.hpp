// SPDX-License-Identifier: MIT
//
// Buffers that grow with what they hold, from a pool that the stack's connections share: 16 KiB chunks for octets,
// blocks for records and intervals, all of it given back when idle. Windows and buffers are tuned to the path within
// bounds.
#pragma once

#include <sluice/base/interval_set.hpp>
#include <sluice/policy/buffers/growable_receive_buffer.hpp>
#include <sluice/policy/buffers/growable_send_buffer.hpp>
#include <sluice/policy/slots.hpp>
#include <sluice/tcb/in_flight.hpp>

namespace sluice {

/// Sizes in octets. Above 1 GiB nothing can be offered or in flight (RFC 7323 section 2.3).
template <memory_source Memory = heap>
struct basic_growable_buffers {
    using slot = buffers_slot;
    using send_buffer = growable_send_buffer;
    using receive_buffer = growable_receive_buffer;
    using lent = lent_octets;
    using records = pool_array<in_flight_record>;
    using intervals = basic_interval_set<seq, pool_array<interval<seq>, 4096>>;  // bounded against attack

    static constexpr bool tunes = true;
    using memory_type = Memory;
    static constexpr std::size_t replies = 256;

    struct pool : block_pool<Memory> {
        explicit pool(const basic_growable_buffers& policy) : block_pool<Memory>(policy.memory, policy.source) {}
    };

    std::size_t receive = 128 << 10, largest_receive = 6 << 20;  // practice
    std::size_t send = 64 << 10, largest_send = 4 << 20;
    std::size_t memory = std::size_t{1} << 30;  // of all connections together
    [[no_unique_address]] Memory source{};
};
using growable_buffers = basic_growable_buffers<>;

}  // namespace sluice
