// SPDX-License-Identifier: MIT
// What both machines act on: a connection of which only the actions exist. They are functions of another translation
// unit, so that neither side can see into them.
#pragma once

#include <sluice/state/machine.hpp>

namespace bench {

struct conversation {
    void queue_fin();
    void send_reset();
    void tell_connected();
    void tell_closing();
    void tell_reset();
    void tell_refused();
    void tell_timed_out();
    void forget_peer();
    void start_time_wait();
    void release();

    std::uint64_t done = 0;  // a hash of all that was done, in order
};

}  // namespace bench
