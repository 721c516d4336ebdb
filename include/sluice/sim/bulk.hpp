// SPDX-License-Identifier: MIT
//
// An application that writes so many octets, reads so many, and closes in good order: the traffic of a bulk transfer.
// Whose it is, and over what it goes, it does not know.
#pragma once

#include <sluice/sim/pattern.hpp>
#include <sluice/state/states.hpp>

namespace sluice::sim {

struct bulk {
    pattern_writer writer{};
    pattern_reader reader{};
    bool ends_last = false;  // shuts down only after the peer has

    bool is_shut = false;
    bool is_closed = false;
    error failure = error::none;  // of the connection or a call

    /// Everything was written, everything was read and was right, and both sides have ended.
    bool is_complete() const {
        return failure == error::none && writer.is_done() && reader.is_intact() && is_closed;
    }

    void step(auto& endpoint, instant now) {
        if (failure == error::none) failure = endpoint.error();
        if (is_closed || failure != error::none || !synchronized.has(endpoint.state())) return;
        reader.step(endpoint, now);
        if (!is_shut) writer.step(endpoint, now);
        if (!is_shut && writer.is_done() && (!ends_last || reader.has_ended)) {
            note(endpoint.shutdown(now));
            is_shut = true;
        }
        note(writer.failure);
        note(reader.failure);
        if (is_shut && reader.has_ended) {
            // What the machine says to a second CLOSE is no failure: the connection finishes alone.
            static_cast<void>(endpoint.close(now));
            is_closed = true;
        }
    }

private:
    void note(error e) {
        if (failure == error::none) failure = e;
    }
    void note(const result<void>& r) { note(r.error()); }
};

/// The two ends of one transfer. Who sends is part of each stream, so that no octet passes for another sender's.
struct bulk_pair {
    bulk client, server;
};
constexpr bulk_pair bulk_between(std::uint64_t octets, std::uint64_t octets_back, int client = 0, int server = 1) {
    return {.client = {.writer = {.length = octets, .sender = client},
                       .reader = {.length = octets_back, .sender = server}},
            .server = {.writer = {.length = octets_back, .sender = server},
                       .reader = {.length = octets, .sender = client},
                       .ends_last = true}};
}

}  // namespace sluice::sim
