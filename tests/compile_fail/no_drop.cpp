// SPDX-License-Identifier: MIT
// A send buffer that never gets rid of what is acknowledged.
// expect: sluice: buffers slot: send_buffer must have capacity, size, free, lend, drop and clear
// near: hoarder
#include <sluice/policy/buffers/fixed_buffers.hpp>
#include <sluice/policy/compose.hpp>

struct hoarder_buffer {
    std::size_t capacity() const { return 0; }
    std::size_t size() const { return 0; }
    std::size_t free() const { return 0; }
    std::size_t append(sluice::no_pool&, sluice::octets) { return 0; }
    sluice::mutable_octets reserve(sluice::no_pool&, std::size_t) { return {}; }
    void commit(sluice::no_pool&, std::size_t) {}
    std::size_t lend(std::size_t, std::size_t length, sluice::tx_packet&) const { return length; }
    void clear(sluice::no_pool&) {}
#ifdef SLUICE_CONTROL
    void drop(sluice::no_pool&, std::size_t) {}
#endif
};

struct hoarder : sluice::fixed_buffers<> {
    using send_buffer = hoarder_buffer;
};

using made = sluice::tcp<hoarder>::settings;
