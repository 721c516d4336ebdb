// SPDX-License-Identifier: MIT
// Buffers for one connection, in a stack.
// expect: sluice: buffers slot: for a stack, a policy must have a memory_type
// near: homeless
#include <sluice/connection/endpoint.hpp>
#include <sluice/policy/buffers/fixed_buffers.hpp>
#include <sluice/stack/stack.hpp>

struct homeless {
    using slot = sluice::buffers_slot;
    using pool = sluice::no_pool;
    using send_buffer = sluice::fixed_send_buffer<4096>;
    using receive_buffer = sluice::fixed_receive_buffer<4096>;
    using records = std::array<sluice::in_flight_record, 16>;
    using intervals = sluice::interval_set<sluice::seq, 4>;
    static constexpr std::size_t replies = 8;
#ifdef SLUICE_CONTROL
    using memory_type = sluice::heap;
    memory_type source{};
#endif
};

sluice::tcp<homeless>::endpoint enough_for_one;
sluice::tcp<homeless>::stack many;
