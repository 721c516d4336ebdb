// SPDX-License-Identifier: MIT
// A user-space NAT: whatever TCP connection a link brings, to any address and port, ends here and goes on over a socket
// of the kernel's; UDP datagrams and pings likewise. To both ends it is as if nobody stood between them. What comes in
// fragments is refused, and what is none of these is dropped.
#pragma once

#include "aside.hpp"
#include "datagrams.hpp"
#include "passage.hpp"

#include <sluice/host/device.hpp>
#include <sluice/host/tcp_listener.hpp>

namespace gateway {

struct counters {
    std::uint64_t carried = 0, refused = 0;
    std::uint32_t now = 0, most = 0;
};

template <class Tcp, packet_link Link>
class service {
public:
    service(const typename Tcp::settings& settings, io::reactor& reactor, Link& link, machine_alias alias = {})
        : reactor_(reactor), link_(link), alias_(alias),
          datagrams_(host_, reactor, alias, [this](octets packet) { link_.send(packet); }),
          host_(settings), loop_(host_, link_) {
        link_.gives([this](const auto&... packet) { return datagrams_.passes_on(packet...); });
    }

    /// From now on. False without memory.
    bool start() {
        static_cast<void>(listener_.set_option(option::nodelay{true}));   // who writes has waited, or did not want to
        static_cast<void>(listener_.set_option(option::keepalive{true}));  // RFC 5382 REQ-5: the idle stay, the dead go
        return listener_.listen({}, {.backlog = 4096, .every_port = true, .asks = true}) && host_.spawn(take_all());
    }

    auto& loop() { return loop_; }
    const counters& count() const { return count_; }
    const datagrams<Tcp>& beside() const { return datagrams_; }
    const auto& stack() const { return host_.stack(); }

private:
    task<> take_all() {
        while (auto client = co_await listener_.accept())
            if (!host_.spawn(pass(*std::move(client)))) ++count_.refused;
    }

    task<> pass(tcp_socket<Tcp> client) {
        passage<Tcp> through(std::move(client));
        count_.most = std::max(count_.most, ++count_.now);
        if (const int why = co_await through.open(reactor_, alias_); why == 0) {
            ++count_.carried;
            co_await through.carry();
        } else {
            ++count_.refused;
            const auto* const asking = through.inside().connection();
            if (const auto what = unreachable_of(why);
                what && asking != nullptr && host_.stack().may_send_icmp_error(host_.now()))
                link_.send(write_unreachable(*what, asking->remote(), asking->local(), asking->variables().rcv.irs));
        }
        --count_.now;
    }

    io::reactor& reactor_;
    aside<Link> link_;
    machine_alias alias_;
    counters count_;
    datagrams<Tcp> datagrams_;
    host<Tcp> host_;  // its programs go before what they use
    tcp_listener<Tcp> listener_{host_};
    device<Tcp, aside<Link>> loop_;
};

}  // namespace gateway
