// SPDX-License-Identifier: MIT
// One machine as one function, for its size and for random walks: define MACHINE as by_table or by_switch.
// No #pragma once: it is included for either.
#include "machine_conversation.hpp"

namespace bench::MACHINE {

error dispatch(event e, state& now, conversation& c);

error dispatch(event e, state& now, conversation& c) {
    switch (e) {
        case event::passive_open: return fire<event::passive_open>(now, c);
        case event::active_open: return fire<event::active_open>(now, c);
        case event::send: return fire<event::send>(now, c);
        case event::receive: return fire<event::receive>(now, c);
        case event::close: return fire<event::close>(now, c);
        case event::abort: return fire<event::abort>(now, c);
        case event::syn_accepted: return fire<event::syn_accepted>(now, c);
        case event::ack_of_syn: return fire<event::ack_of_syn>(now, c);
        case event::ack_of_fin: return fire<event::ack_of_fin>(now, c);
        case event::fin: return fire<event::fin>(now, c);
        case event::reset: return fire<event::reset>(now, c);
        case event::syn_in_window: return fire<event::syn_in_window>(now, c);
        case event::user_timeout: return fire<event::user_timeout>(now, c);
        case event::retries_exhausted: return fire<event::retries_exhausted>(now, c);
        case event::time_wait_timeout: return fire<event::time_wait_timeout>(now, c);
        case event::orphan_timeout: return fire<event::orphan_timeout>(now, c);
    }
    return error::none;
}

}  // namespace bench::MACHINE
