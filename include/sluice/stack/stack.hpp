// SPDX-License-Identifier: MIT
//
// Many connections behind one address or several: whose segment it is, who may send next, whose time has come. Like a
// connection it reads no clock and sends nothing by itself: packets and time come in, packets, events and the next
// deadline go out. What a segment means to its connection is decided in connection/; here is only decided which one it is.
#pragma once

#include <sluice/base/slot_table.hpp>
#include <sluice/stack/demux.hpp>
#include <sluice/stack/ephemeral_ports.hpp>
#include <sluice/stack/half_open.hpp>
#include <sluice/stack/listener.hpp>
#include <sluice/stack/syn_cookies.hpp>
#include <sluice/stack/time_wait.hpp>
#include <sluice/stack/timer_wheel.hpp>

namespace sluice {

template <class Tcp>
class basic_stack {
    using memory = typename Tcp::buffers_policy::memory_type;
    using connection = typename Tcp::connection;

public:
    using settings = typename Tcp::settings;

    explicit basic_stack(const settings& s = {})
        : env_(s),
          demux_(key(), memory_source_of(s)),
          ports_(key(), {}, memory_source_of(s)),
          cookies_(key()),
          sockets_(s.limits.most_connections, memory_source_of(s)),
          half_opens_(no_index, memory_source_of(s)),
          time_waits_(s.limits.most_time_waits, memory_source_of(s)),
          listeners_(no_index, memory_source_of(s)) {}
    basic_stack(basic_stack&&) = default;

    // ---- calls (their errors stand at connection.hpp's) ------------------------------------------------------------------

    /// Waits for connections to this socket; an unspecified address stands for any (MUST-43).
    result<handle> listen(const socket_address& local, instant now, listen_options options = {},
                          std::uint64_t cookie = 0);
    /// The connection that has waited longest; would_block while there is none.
    result<handle> accept(handle listening, std::uint64_t cookie = 0);
    /// From a port of its choice, if local.port is 0 (RFC 6056).
    result<handle> connect(socket_address local, const socket_address& remote, instant now, std::uint64_t cookie = 0);
