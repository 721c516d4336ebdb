// SPDX-License-Identifier: MIT
//
// The two ends of a flow that never ends: one connects when its time has come and always has more to send, the other
// listens and reads all there is. Octets are only counted: for buffers that keep none (phantom_buffers).
#pragma once

#include <cstdint>
#include <limits>

#include <sluice/base/payload.hpp>
#include <sluice/base/result.hpp>
#include <sluice/base/time.hpp>
#include <sluice/state/states.hpp>
#include <sluice/wire/address.hpp>

namespace sluice::sim {

struct endless_source {
    socket_address local{}, remote{};
    instant start{};
    bool has_begun = false;
    error failure = error::none;  // of the connection or a call

    instant wake() const { return has_begun ? never : start; }

    void step(auto& endpoint, instant now) {
        if (!has_begun && now >= start) {
            has_begun = true;
            failure = endpoint.connect(local, remote, now).error();
        }
        if (failure == error::none) failure = endpoint.error();
        if (failure != error::none || endpoint.state() != state::established || endpoint.writable() == 0) return;
        failure = endpoint.send(payload::counted(endpoint.writable()), now).error();
    }
};

struct counting_sink {
    socket_address local{};
    bool has_begun = false;
    std::uint64_t read = 0;
    error failure = error::none;

    void step(auto& endpoint, instant now) {
        if (!has_begun) {
            has_begun = true;
            failure = endpoint.listen(local, now).error();
        }
        const std::size_t there = endpoint.readable();
        if (there == 0) return;
        if (endpoint.consume(there, now)) read += there;
    }
};

}  // namespace sluice::sim
