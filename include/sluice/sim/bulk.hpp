// SPDX-License-Identifier: MIT
//
// An application that writes so many octets, reads so many, and closes in good order: the traffic of a bulk transfer.
// An application of a world is any object with `step(endpoint&, now)`, called after each event at its host, and, if it
// acts by itself, `instant wake() const`, when it next wants to be called; that lies in the future after each step.
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

}  // namespace sluice::sim
