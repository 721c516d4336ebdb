// SPDX-License-Identifier: MIT
// The link that the arguments of an example ask for, and the example's program on it. One program runs on each link
// alike, since it knows only its host.
#pragma once

#include <sluice/sluice.hpp>

#include <sluice/io/capture.hpp>
#include <sluice/io/ethernet.hpp>
#include <sluice/io/packet_socket.hpp>
#include <sluice/io/raw_socket.hpp>
#include <sluice/io/tun.hpp>
#include <sluice/io/udp.hpp>

#include <csignal>
#include <functional>

#include <sys/signalfd.h>

#include "arguments.hpp"
#include "control.hpp"

/// A program, once there is a host for it; and with whom it is to speak.
using program_on = std::function<task<>(host<my_tcp>&, ip_address)>;

/// Signals that ask a process to end wait from here on, for until_signal.
inline sigset_t hold_signals() {
    sigset_t asked;
    sigemptyset(&asked);
    sigaddset(&asked, SIGINT);
    sigaddset(&asked, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &asked, nullptr);
    return asked;
}

/// Ends with the first of them.
inline task<> until_signal(io::reactor& at) {
    const sigset_t asked = hold_signals();
    const io::descriptor signals(::signalfd(-1, &asked, SFD_NONBLOCK | SFD_CLOEXEC));
    auto watching = io::watched::add(at, signals.number());
    signalfd_siginfo which;
    while (watching && ::read(signals.number(), &which, sizeof which) != sizeof which) co_await watching->readable();
}

inline int complain(const io::failure& why) {
    std::fprintf(stderr, "%s\n", why.text().c_str());
    return 1;
}

/// What a program does: it connects and ends, waits to be connected to and ends, or stays until a signal.
enum class role { calls, is_called, serves };

inline task<> wait_for(wait_list& what) { co_await what.wait(); }

/// Once, and only if no segment has come. By then TCP has asked twice (RFC 6298: its first timeout is 1 s), so that a
/// server that is begun together with its client need not be the first.
template <packet_link Link>
task<> say_if_nobody_answers(const arguments& a, const host<my_tcp>& own, const Link& link, wait_list& is_over) {
    const result<void> over = co_await with_timeout(wait_for(is_over), 1500ms);
    if (over || own.stack().count().segments_in > 0) co_return;
    bool is_nobody_there = false;
    if constexpr (requires { link.count().unreachable; }) is_nobody_there = link.count().unreachable > 0;
    const std::string why = is_nobody_there ? "nobody listens at UDP " + a.name : "is the other side there?";
    std::fprintf(stderr, "no answer yet from %s: %s\n", trace::text(*a.peer).c_str(), why.c_str());
}
inline task<> to_its_end(task<> program, wait_list& is_over) {
    co_await std::move(program);
    is_over.wake_all();
}
template <packet_link Link>
task<> call(const arguments& a, const host<my_tcp>& own, const Link& link, task<> program) {
    wait_list is_over;
    co_await when_all(say_if_nobody_answers(a, own, link, is_over), to_its_end(std::move(program), is_over));
}

/// With the program on a host behind the link, until the program has ended, or a signal.
template <packet_link Link>
int drive(const arguments& a, io::reactor& reactor, Link& link, const program_on& program, role is) {
    my_tcp::settings settings{.seed = io::random_seed()};
    settings.congestion.select(a.congestion);
    std::optional<control::door> door;
    if (!a.control.empty()) {
        auto opened = control::door::open(a.control, reactor);
        if (!opened) return complain(opened.why());
        door.emplace(*std::move(opened));
    }
    host<my_tcp> own(settings, a.address().address);
    device loop(own, link);
    task<> does = program(own, a.peer.value_or(ip_address{}));
    if (is == role::calls) does = call(a, own, link, std::move(does));
    if (!own.spawn(std::move(does)) || (door && !own.spawn(door->serve(own)))) return 1;
    if (is == role::serves) hold_signals();
    loop.turn();  // who serves listens before anybody is told
    const bool waits = a.link == "udp" && a.name.find(':') == std::string::npos;
    std::fprintf(stderr, "%s: %s\n", a.name.c_str(), waits ? "waiting" : "up");
    const result<void> ended = is == role::serves ? loop.block_on(until_signal(reactor)) : loop.run();
    if (!ended) std::fprintf(stderr, "%s: %s\n", a.name.c_str(), text(ended.error()));
    return ended ? 0 : 1;
}

/// use(link), with what passes written to a file where that is asked for.
template <packet_link Link>
int use_captured(const arguments& a, Link& link, auto&& use) {
    if (a.pcap.empty()) return use(link);
    auto file = io::capture_file::open(a.pcap);
    if (!file) return complain(file.why());
    io::captured seen(link, *file, a.name);
    return use(seen);
}

/// use(link), with the link that the arguments ask for; then they have its name as it is.
int use_real_link(arguments& a, io::reactor& reactor, auto&& use) {
    if (a.link == "tun") {
        io::tun_options wanted{.name = a.name};
        if (a.peer) wanted.kernel_addresses.push_back({*a.peer, a.address().length});
        auto link = io::tun::open(wanted, reactor);
        if (!link) return complain(link.why());
        a.name = link->kernel_side().name();  // of sluice%d
        return use_captured(a, *link, use);
    }
    if (a.link == "packet") {
        if (auto up = io::interface(a.name).is_up(); up && !*up)
            std::fprintf(stderr, "%s is down, nothing will come: ip link set %s up\n", a.name.c_str(), a.name.c_str());
        auto link = io::packet_socket::open({.interface = a.name}, reactor);
        if (!link) return complain(link.why());
        io::ethernet over(*link, {.own = {a.address()}, .seed = io::random_seed()});
        return use_captured(a, over, use);
    }
    if (a.link == "raw") {
        if (!a.port) refuse("raw:MARK wants a --port of its own");
        const io::raw_socket_options wanted{.own = a.address().address, .first_port = *a.port, .last_port = *a.port,
                                            .mark = read_mark(a.name)};
        auto link = io::raw_socket::open(wanted, reactor);
        if (!link) return complain(link.why());
        std::fprintf(stderr, "so that the kernel does not answer: %s\n", io::silence_kernel(wanted).c_str());
        return use_captured(a, *link, use);
    }
    io::udp_options wanted;
    if (const std::size_t colon = a.name.rfind(':'); colon != std::string::npos) {
        const bool has_brackets = colon > 2 && a.name.front() == '[' && a.name[colon - 1] == ']';
        const auto outside = io::read_address(has_brackets ? a.name.substr(1, colon - 2) : a.name.substr(0, colon));
        if (!outside) refuse("udp:HOST:PORT wants an address, not " + a.name);
        wanted.peers.push_back({{}, {*outside, read_port(a.name.substr(colon + 1))}});
    } else {
        wanted.own.port = read_port(a.name);
    }
    auto link = io::udp::open(wanted, reactor);
    return link ? use_captured(a, *link, use) : complain(link.why());
}

inline int run_on_real_link(arguments a, const program_on& program, role is) {
    auto reactor = io::reactor::open();
    if (!reactor) return complain(reactor.why());
    return use_real_link(a, *reactor, [&](auto& link) {
        if (a.link == "tun" && !a.peer && !io::interface(a.name).has_address())
            std::fprintf(stderr, "%s: the kernel's side has no address: --peer B gives it one, or "
                                 "`ip address add B/%d dev %s`\n",
                         a.name.c_str(), a.address().length, a.name.c_str());
        return drive(a, *reactor, link, program, is);
    });
}

/// Both sides in one simulated network, 20 ms apart, with one packet in a thousand lost.
inline int run_in_simulation(const arguments& a, const program_on& server, const program_on& client) {
    sim::network world({.seed = 1});
    my_tcp::settings settings;
    settings.congestion.select(a.congestion);
    auto& far = sim::add_programs<my_tcp>(world, settings);
    auto& near = sim::add_programs<my_tcp>(world, settings);
    world.join(far.node, near.node, {.rate = 100'000'000, .delay = 10ms, .loss = 0.001});
    sim::capture seen(sim::seen_from::host_0);
    world.watch(seen);
    const ip_address server_address = far.address.address, client_address = near.address.address;
    if (!far.endpoint.spawn(server(far.endpoint, client_address))) return 1;
    if (!near.endpoint.spawn(client(near.endpoint, server_address))) return 1;
    world.finish();
    world.run();
    if (!a.pcap.empty() && !seen.file().save(a.pcap)) refuse("can't write " + a.pcap);
    return 0;
}
