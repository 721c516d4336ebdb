// SPDX-License-Identifier: MIT
//
// Names without their definitions, for headers that only mention them.
#pragma once

namespace sluice {

template <class... Observers>
struct observers;

template <class Congestion, class Rtt, class Recovery, class Ack, class Ecn, class Isn, class Buffers, class Lifecycle,
          class Options, class Observers>
struct basic_tcp;

template <class Tcp>
class basic_connection;

template <class Tcp>
class basic_endpoint;

template <class Tcp>
class basic_stack;

}  // namespace sluice
