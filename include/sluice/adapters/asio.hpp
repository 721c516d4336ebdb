// SPDX-License-Identifier: MIT
//
// sluice's TCP for programs of Boost.Asio (1.74 or later): an engine lets an io_context drive a host on a link, and its
// streams and acceptors have the calls of asio's own sockets, for callbacks, futures and awaitables, for Beast's HTTP
// and asio's ssl::stream. With CMake link sluice::asio, which is there where Boost is. No threads of its own: one
// thread runs an engine and all that is on it, or a strand does.
#pragma once

#include <sluice/adapters/asio/acceptor.hpp>
#include <sluice/adapters/asio/engine.hpp>
#include <sluice/adapters/asio/stream.hpp>
