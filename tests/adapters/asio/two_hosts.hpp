// SPDX-License-Identifier: MIT
// Two hosts in one io_context, joined by links in memory that lose nothing unless they are told to, or by UDP over the
// loopback; and how long a test waits before it has failed.
#pragma once

#include <sluice/sluice.hpp>

#include <sluice/adapters/asio.hpp>
#include <sluice/io/udp.hpp>

#include <boost/asio/io_context.hpp>

#include <doctest/doctest.h>

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace asio_lab {

using namespace sluice;
using asio_tcp = tcp<growable_buffers>;
using stream = asio::stream<asio_tcp>;
using acceptor = asio::acceptor<asio_tcp>;
using boost::system::error_code;

inline constexpr auto here = ip_address::v4(198, 18, 0, 2), there = ip_address::v4(198, 18, 0, 1);
inline const asio::endpoint service(boost::asio::ip::make_address("198.18.0.1"), 80);

/// What an operation's handler was called with.
struct called {
    std::optional<error_code> code{};
    std::size_t count = 0;

    auto handler() {
        return [this](error_code c, std::size_t n = 0) { code = c, count = n; };
    }
    bool has_come() const { return code.has_value(); }
};

/// One end of a cable in memory.
struct cable_end {
    cable_end* other = nullptr;
    std::function<void()> wake{};
    bool is_cut = false;   // what is sent gets lost
    bool is_lost = false;  // for good
    std::deque<std::vector<octet>> coming{};
    std::vector<std::vector<octet>> lent{};

    instant now() const { return io::monotonic_now(); }
    link_capabilities capabilities() const { return {}; }
    std::size_t receive(std::span<rx_packet> into) {
        lent.clear();
        for (; lent.size() < into.size() && !coming.empty(); coming.pop_front())
            lent.push_back(std::move(coming.front()));
        for (std::size_t i = 0; i < lent.size(); ++i) into[i] = {.data = lent[i], .length = lent[i].size()};
        return lent.size();
    }
    std::size_t transmit(std::span<const tx_packet> packets) {
        if (is_cut) return packets.size();
        for (const tx_packet& each : packets) {
            other->coming.emplace_back(each.length());
            write(each, other->coming.back());
        }
        if (other->wake) other->wake();
        return packets.size();
    }
    void wait(instant) {}
    bool is_gone() const { return is_lost; }
    instant next_deadline() const { return coming.empty() ? never : long_ago; }
};

struct by_cable {
    boost::asio::io_context context;
    cable_end far_end{}, near_end{.other = &far_end};
    std::optional<asio::engine<asio_tcp, cable_end>> far{}, near{};

    by_cable() {
        far_end.other = &near_end;
        far.emplace(context.get_executor(), far_end, asio_tcp::settings{.seed = 1}, there);
        near.emplace(context.get_executor(), near_end, asio_tcp::settings{.seed = 2}, here);
        far_end.wake = [this] {
            if (far) far->wake();
        };
        near_end.wake = [this] {
            if (near) near->wake();
        };
    }

    /// Until there is nothing more to do, a minute at most. True if there is not.
    bool run() {
        context.restart();
        context.run_for(1min);
        return context.stopped();
    }
    /// Until this is so, a minute at most.
    bool run_until(const std::function<bool()>& is_so) {
        context.restart();
        const instant end = io::monotonic_now() + 1min;
        while (!is_so() && io::monotonic_now() < end)
            if (context.run_one_for(1s) == 0 && context.stopped()) break;
        return is_so();
    }
};

/// A connection, from the near one to the far one.
struct connected : by_cable {
    acceptor listening{*far, service};
    std::optional<stream> far_stream{}, near_stream{};

    connected() {
        error_code far_code, near_code;
        listening.async_accept([&](error_code code, stream peer) {
            far_code = code;
            far_stream.emplace(std::move(peer));
        });
        near_stream.emplace(*near);
        bool is_connected = false;
        near_stream->async_connect(service, [&](error_code code) {
            near_code = code;
            is_connected = true;
        });
        REQUIRE(run_until([&] { return is_connected && far_stream; }));
        REQUIRE(!far_code);
        REQUIRE(!near_code);
    }
};

inline std::string text_of(std::size_t length) {
    std::string out(length, ' ');
    for (std::size_t i = 0; i < length; ++i) out[i] = static_cast<char>(i * 7 + i / 251);
    return out;
}

}  // namespace asio_lab
