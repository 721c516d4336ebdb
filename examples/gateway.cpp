// SPDX-License-Identifier: MIT
// Carries every TCP connection, UDP datagram and ping that comes through a TUN device on over sockets of the kernel's,
// as a VPN client does. Any program whose packets are routed into the device runs through sluice's TCP:
// gateway --link tun:sluice0
// The device then moves to the programs' network namespace, or at least what the gateway itself sends must not be
// routed into it; tests/interop/behind_gateway.sh shows how. With --address A what goes to A, and nothing else, is for
// this machine's own loopback. Without --link it checks itself.
#include "on_a_link.hpp"

#include "gateway/by_itself.hpp"

#include <sys/resource.h>

namespace {

/// A connection takes one: as many as the system lets us have. Beyond the hard limit that wants CAP_SYS_RESOURCE.
void raise_limit_of_descriptors() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    const rlim_t allowed = limit.rlim_max;
    for (const rlim_t wanted : {std::max(rlim_t{1} << 20, allowed), allowed}) {
        limit.rlim_cur = limit.rlim_max = wanted;
        if (::setrlimit(RLIMIT_NOFILE, &limit) == 0) return;
    }
}

template <packet_link Link>
int serve(const arguments& a, io::reactor& reactor, Link& link) {
    my_tcp::settings settings{.seed = io::random_seed()};
    settings.congestion.select(a.congestion);
    settings.limits.icmp_errors = 1000;  // for many, as Linux has it (icmp_msgs_per_sec)
    settings.buffers.largest_send = settings.buffers.largest_receive = 1 << 20;  // the kernel has buffers, too
    gateway::service<my_tcp, Link> service(settings, reactor, link,
                                             {a.own ? a.own->address : ip_address{}});
    if (!service.start()) return 1;
    hold_signals();
    std::fprintf(stderr, "%s: up\n", a.name.c_str());
    const bool is_good = static_cast<bool>(service.loop().block_on(until_signal(reactor)));
    const auto number = [](auto n) { return static_cast<unsigned long long>(n); };
    std::fprintf(stderr, "%llu carried, at most %llu at a time, %llu left; %llu refused\n",
                 number(service.count().carried), number(service.count().most), number(service.count().now),
                 number(service.count().refused));
    std::fprintf(stderr, "%llu datagrams, %llu dropped; %llu fragments refused\n",
                 number(service.beside().passed()), number(service.beside().dropped()),
                 number(service.stack().count().fragments));
    return is_good ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    arguments a = read_arguments(
        argc, argv,
        {.form = "gateway [OPTIONS]\n"
                 "Carries every TCP connection and UDP datagram that comes by its link on over the kernel's sockets,\n"
                 "and pings, if net.ipv4.ping_group_range has our group; until Control-C. A server's long\n"
                 "datagrams come back in fragments; those of clients are refused, and counted.\n"
                 "With --address A what goes to A, and nothing else, is for this machine's own loopback.\n",
         .port = "",
         .links = {"tun", "packet", "udp"},
         .alone = "it checks itself over the loopback"});
    if (!a.rest.empty()) refuse("gateway takes options alone, not " + a.rest[0]);
    if (a.link == "sim") return gateway::by_itself<my_tcp>();
    raise_limit_of_descriptors();
    auto reactor = io::reactor::open();
    if (!reactor) return complain(reactor.why());
    return use_real_link(a, *reactor, [&](auto& link) { return serve(a, *reactor, link); });
}
