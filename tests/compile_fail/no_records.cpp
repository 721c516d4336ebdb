// SPDX-License-Identifier: MIT
// A buffers policy without a store for records.
// expect: sluice: buffers slot: a policy must have the types .*records
// near: forgetful
#include <sluice/policy/buffers/fixed_buffers.hpp>
#include <sluice/policy/compose.hpp>

struct forgetful {
    using slot = sluice::buffers_slot;
    using pool = sluice::no_pool;
    static constexpr std::size_t replies = 8;
    using send_buffer = sluice::fixed_send_buffer<4>;
    using receive_buffer = sluice::fixed_receive_buffer<4>;
    using intervals = sluice::interval_set<sluice::seq, 4>;
#ifdef SLUICE_CONTROL
    using records = std::array<sluice::in_flight_record, 4>;
#endif
};

using made = sluice::tcp<forgetful>::settings;
