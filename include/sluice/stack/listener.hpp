// SPDX-License-Identifier: MIT
//
// A socket that waits for connections, and how many may wait in it: half open, or ready to be accepted.
#pragma once

#include <sluice/base/time.hpp>
#include <sluice/stack/handle.hpp>
#include <sluice/wire/address.hpp>

namespace sluice {

struct listen_options {
    std::uint32_t backlog = 128;  // half-open connections at a time, and as many that nobody has accepted yet
    bool cookies = true;          // RFC 4987: beyond the backlog, SYNs are answered and forgotten
    bool every_port = false;      // local.port is 0, and any will do for which nobody else listens
    bool asks = false;            // a SYN can be accepted, and is not answered until then: basic_stack::answer
};

struct listener {
    socket_address local;
    listen_options options{};
    std::uint64_t cookie = 0;
    std::uint32_t half_open = 0;
    std::uint32_t to_accept = 0;
    list_index longest_waiting = no_index, latest = no_index;  // of those to accept
    instant cookies_until{};  // until then an ACK may bring one back
    list_link telling{};
    bool has_news = false;

    bool is_full() const { return to_accept >= options.backlog; }
};

}  // namespace sluice
