// SPDX-License-Identifier: MIT
// What the examples that speak to real networks have in common: their arguments, and the link that these ask for. One
// program runs on each link alike, since it knows only its host.
#pragma once

#include <sluice/sluice.hpp>

#include <sluice/io/address_text.hpp>
#include <sluice/io/capture.hpp>
#include <sluice/io/ethernet.hpp>
#include <sluice/io/packet_socket.hpp>
#include <sluice/io/raw_socket.hpp>
#include <sluice/io/tun.hpp>
#include <sluice/io/udp.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <sys/signalfd.h>

#include "control.hpp"

using namespace sluice;
using my_tcp = tcp<any_of<cubic, reno, vegas, westwood>, growable_buffers>;

struct arguments {
    std::string link = "sim", name;  // --link KIND[:NAME]
    std::optional<io::address_prefix> own{};
    std::optional<ip_address> peer{};
    std::optional<std::uint16_t> port{};
    std::string congestion = "cubic", pcap, control;
    std::vector<std::string> rest{};

    io::address_prefix address() const { return own.value_or(io::address_prefix{ip_address::v4(198, 18, 0, 2), 24}); }
};

inline const char* const common_options =
    "  --link LINK         sim: a simulated network, with the other side in it (the default)\n"
    "                      tun:NAME: a device to this machine's kernel; needs root, or `unshare -rn`\n"
    "                      packet:INTERFACE: an Ethernet, beside the kernel; root, or `unshare -rn`\n"
    "                      raw:MARK: at --address, which is the kernel's as well, and --port; says first\n"
    "                      how to keep the kernel from answering there\n"
    "                      udp:PORT: inside of UDP, as the side that others send to\n"
    "                      udp:HOST:PORT: inside of UDP, to that side\n"
    "  --address A/LENGTH  sluice's own address (198.18.0.2/24)\n"
    "  --peer B            the other side's address; of a tun, the kernel gets it\n"
    "  --port PORT         of the service\n"
    "  --congestion NAME   cubic, reno, vegas or westwood\n"
    "  --pcap FILE         what passes, for Wireshark\n"
    "  --control PATH      where a server lists its sockets, by `ss PATH`\n";

/// Prints what is wrong with the arguments, and ends.
[[noreturn]] inline void refuse(const std::string& why) {
    std::fprintf(stderr, "%s; --help tells what there is\n", why.c_str());
    std::exit(2);
}

inline std::uint16_t read_port(const std::string& text) {
    char* end = nullptr;
    const long number = std::strtol(text.c_str(), &end, 10);
    if (text.empty() || *end != '\0' || number < 1 || number > 65535) refuse("a port is 1 to 65535, not " + text);
    return static_cast<std::uint16_t>(number);
}

inline arguments read_arguments(int argc, char** argv, const char* usage) {
    arguments out;
    for (int i = 1; i < argc; ++i) {
        const std::string what = argv[i];
        if (what == "--help") {
            std::printf("%s%s", usage, common_options);
            std::exit(0);
        }
        if (what.rfind("--", 0) != 0) {
            out.rest.push_back(what);
            continue;
        }
        const auto is_known = [&](auto... names) { return ((what == names) || ...); };
        if (!is_known("--link", "--address", "--peer", "--port", "--congestion", "--pcap", "--control"))
            refuse("no option " + what);
        if (i + 1 == argc) refuse(what + " wants a value");
        const std::string value = argv[++i];
        if (what == "--link") {
            const std::size_t colon = value.find(':');
            out.link = value.substr(0, colon);
            out.name = colon == std::string::npos ? "" : value.substr(colon + 1);
            if (out.link != "sim" && out.link != "tun" && out.link != "packet" && out.link != "raw" &&
                out.link != "udp")
                refuse("links are sim, tun:NAME, packet:INTERFACE, raw:MARK and udp:PORT, not " + value);
            if (out.link != "sim" && out.name.empty()) refuse(value + " wants a name or port behind a colon");
        } else if (what == "--address") {
            const auto read = io::read_prefix(value);
            const bool has_length = value.find('/') != std::string::npos;
            if (!read || !has_length || !read->address.is_host() || read->address.is_loopback())
                refuse("an address is a host's with its prefix, as 198.18.0.2/24 or fd00::2/64, not " + value);
            out.own = *read;
        } else if (what == "--peer") {
            out.peer = io::read_address(value);
            if (!out.peer) refuse("a peer is 198.18.0.1 or fd00::1, not " + value);
        } else if (what == "--port") {
            out.port = read_port(value);
        } else if (what == "--congestion") {
            if (find_name<my_tcp::congestion_policy>(value).empty())
                refuse("congestion policies are cubic, reno, vegas and westwood, not " + value);
            out.congestion = value;
        } else {
            (what == "--pcap" ? out.pcap : out.control) = value;
        }
    }
    if (out.peer && out.peer->is_v4() != out.address().address.is_v4())
        refuse("--peer and --address want to be of one family");
    if (out.peer == out.address().address) refuse("--peer and --address are the same: sluice needs one of its own");
    if (out.link == "sim" && (out.own || out.peer)) refuse("a simulated network has addresses of its own");
    if (out.link == "sim" && !out.control.empty()) refuse("a simulated network is over before anybody can ask");
    return out;
}

/// A program, once there is a host for it; and with whom it is to speak.
using program_on = std::function<task<>(host<my_tcp>&, ip_address)>;

/// Ends with the first signal of those that ask a process to end.
inline task<> until_signal(io::reactor& at) {
    sigset_t asked;
    sigemptyset(&asked);
    sigaddset(&asked, SIGINT);
    sigaddset(&asked, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &asked, nullptr);
    const io::descriptor signals(::signalfd(-1, &asked, SFD_NONBLOCK | SFD_CLOEXEC));
    auto watching = io::watched::add(at, signals.number());
    signalfd_siginfo which;
    while (watching && ::read(signals.number(), &which, sizeof which) != sizeof which) co_await watching->readable();
}

inline int complain(const io::failure& why) {
    std::fprintf(stderr, "%s\n", why.text().c_str());
    return 1;
}

/// With the program on a host behind the link, until the program has ended; `serves`: until a signal.
template <packet_link Link>
int drive(const arguments& a, io::reactor& reactor, Link& link, const program_on& program, bool serves) {
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
    const ip_address other = a.peer.value_or(ip_address{});
    if (!own.spawn(program(own, other)) || (door && !own.spawn(door->serve(own)))) return 1;
    loop.turn();  // who serves listens before anybody is told
    const bool waits = a.link == "udp" && a.name.find(':') == std::string::npos;
    std::fprintf(stderr, "%s: %s\n", a.name.c_str(), waits ? "waiting" : "up");
    const result<void> ended = serves ? loop.block_on(until_signal(reactor)) : loop.run();
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

/// use(link), with the link that the arguments ask for.
int use_real_link(const arguments& a, io::reactor& reactor, auto&& use) {
    if (a.link == "tun") {
        io::tun_options wanted{.name = a.name};
        if (a.peer) wanted.kernel_addresses.push_back({*a.peer, a.address().length});
        auto link = io::tun::open(wanted, reactor);
        return link ? use_captured(a, *link, use) : complain(link.why());
    }
    if (a.link == "packet") {
        auto link = io::packet_socket::open({.interface = a.name}, reactor);
        if (!link) return complain(link.why());
        io::ethernet over(*link, {.own = {a.address()}, .seed = io::random_seed()});
        return use_captured(a, over, use);
    }
    if (a.link == "raw") {
        if (!a.port) refuse("raw:MARK wants a --port of its own");
        const io::raw_socket_options wanted{.own = a.address().address, .first_port = *a.port, .last_port = *a.port,
                                            .mark = read_port(a.name)};
        auto link = io::raw_socket::open(wanted, reactor);
        if (!link) return complain(link.why());
        std::fprintf(stderr, "so that the kernel does not answer: %s\n", io::silence_kernel(wanted).c_str());
        return use_captured(a, *link, use);
    }
    io::udp_options wanted;
    if (const std::size_t colon = a.name.rfind(':'); colon != std::string::npos) {
        const auto outside = io::read_address(a.name.substr(0, colon));
        if (!outside) refuse("udp:HOST:PORT wants an address, not " + a.name);
        wanted.peers.push_back({{}, {*outside, read_port(a.name.substr(colon + 1))}});
    } else {
        wanted.own.port = read_port(a.name);
    }
    auto link = io::udp::open(wanted, reactor);
    return link ? use_captured(a, *link, use) : complain(link.why());
}

inline int run_on_real_link(const arguments& a, const program_on& program, bool serves) {
    if (!serves && !a.control.empty()) refuse("--control is for servers, which stay");
    auto reactor = io::reactor::open();
    if (!reactor) return complain(reactor.why());
    return use_real_link(a, *reactor, [&](auto& link) { return drive(a, *reactor, link, program, serves); });
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
