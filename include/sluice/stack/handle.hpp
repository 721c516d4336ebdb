// SPDX-License-Identifier: MIT
//
// How an application names its sockets, and what it hears of them. A handle is a place and a count of how often that
// place was given away: one that is kept past its socket's end is found out (error::bad_handle), and harms nobody
// else's.
#pragma once

#include <sluice/base/index_list.hpp>
#include <sluice/connection/news.hpp>

namespace sluice {

struct handle {
    list_index index = no_index;
    std::uint32_t generation = 0;
    friend constexpr bool operator==(const handle&, const handle&) = default;
};

struct stack_event {
    handle socket;
    news what;
    std::uint64_t cookie = 0;  // the application's own word for the socket
};

}  // namespace sluice
