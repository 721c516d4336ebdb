// SPDX-License-Identifier: MIT
// Two hosts in one io_context, joined by UDP over the loopback. It may be down, in a namespace that nobody has set up.
#pragma once

#include "two_hosts.hpp"

namespace asio_lab {

struct by_udp {
    boost::asio::io_context context;
    io::opened<io::reactor> far_reactor = io::reactor::open(), near_reactor = io::reactor::open();
    std::optional<io::udp> far_link{}, near_link{};
    std::optional<asio::engine<asio_tcp, io::udp>> far{}, near{};

    by_udp() {
        constexpr auto loopback = ip_address::v4(127, 0, 0, 1);
        REQUIRE(far_reactor);
        REQUIRE(near_reactor);
        auto first = io::udp::open({.own = {loopback, 0}}, *far_reactor);
        if (!first) return;
        const io::socket_name self(first->local());
        if (::sendto(first->native_handle(), "x", 1, 0, self.address(), self.length()) != 1) return;
        auto second = io::udp::open({.own = {loopback, 0}, .peers = {{{}, first->local()}}}, *near_reactor);
        REQUIRE(second);
        far_link.emplace(*std::move(first));
        near_link.emplace(*std::move(second));
        far.emplace(context.get_executor(), *far_reactor, *far_link, asio_tcp::settings{.seed = 1}, there);
        near.emplace(context.get_executor(), *near_reactor, *near_link, asio_tcp::settings{.seed = 2}, here);
    }

    bool is_there() const {
        if (!near) MESSAGE("skipped: no loopback here");
        return near.has_value();
    }

    /// Until there is nothing more to do, a minute at most. True if there is not.
    bool run() {
        context.run_for(1min);
        return context.stopped();
    }
};

}  // namespace asio_lab
