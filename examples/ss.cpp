// SPDX-License-Identifier: MIT
// ss PATH: lists the sockets of a running server as `ss -ti` does; PATH is what the server was given by --control.
// ss: lists those of a simulated one, and its counters as nstat does: the echo server of echo.hpp while three clients
// speak to it over lossy links, and again when all is over. g++ -std=c++20 -O2 -Iinclude examples/ss.cpp -o ss && ./ss
#include <sluice/sluice.hpp>

#include <cstdio>

#include <sluice/trace/nstat.hpp>
#include <sluice/trace/ss.hpp>

#include "control.hpp"
#include "echo.hpp"
#include "usage.hpp"

using namespace sluice;
using my_tcp = tcp<growable_buffers>;

task<> visit(host<my_tcp>& from, ip_address server, const std::vector<octet>& words, bool& is_content) {
    std::vector<octet> heard;
    const auto done = co_await echo::client(from, server, words, heard);
    is_content = done && heard == words;
}

/// Prints all that the host behind the UNIX socket has to say.
int ask(const std::string& path) {
    auto name = control::name_of(path);
    if (!name) return std::fprintf(stderr, "%s\n", name.why().text().c_str()), 1;
    const io::descriptor door(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::connect(door.number(), reinterpret_cast<const sockaddr*>(&*name), sizeof *name) != 0) {
        std::fprintf(stderr, "%s\n", io::failed(path, "does a server run with --control there?").text().c_str());
        return 1;
    }
    std::array<char, 4096> some;
    std::size_t told = 0;
    for (ssize_t length; (length = ::read(door.number(), some.data(), some.size())) > 0;)
        told += std::fwrite(some.data(), 1, static_cast<std::size_t>(length), stdout);
    return told > 0 ? 0 : 1;
}

int main(int argc, char** argv) {
    const auto named = words_for(argc, argv,
                                 "ss [PATH]\n"
                                 "The sockets of a server that was given --control PATH; or of a simulated one.\n",
                                 1);
    if (!named.empty()) return ask(named[0]);
    sim::network world({.seed = 3});
    auto& server = sim::add_programs<my_tcp>(world);
    const auto router = world.add_router();
    world.join(server.node, router, {.rate = 10'000'000, .delay = 5ms});
    if (!server.endpoint.spawn(echo::server(server.endpoint))) return 1;

    const std::vector<octet> words(200'000, octet{'x'});
    std::array<bool, 3> is_content{};
    for (bool& content : is_content) {
        auto& from = sim::add_programs<my_tcp>(world);
        world.join(from.node, router, {.rate = 2'000'000, .delay = 20ms, .loss = 0.01});
        if (!from.endpoint.spawn(visit(from.endpoint, server.address.address, words, content))) return 1;
    }
    world.finish();

    world.run(instant(400ms));
    const std::string busy = trace::ss(server.endpoint.stack());
    std::printf("after 0.4 s\n%s\n", busy.c_str());
    world.run();
    const std::string over = trace::ss(server.endpoint.stack());
    std::printf("when all is over\n%s\n%s", over.c_str(), trace::nstat(server.endpoint.stack().count()).c_str());

    std::size_t open = 0;
    for (std::size_t at = 0; (at = busy.find("\nESTAB ", at)) != std::string::npos; ++at) ++open;
    const bool is_good = open == 3 && is_content[0] && is_content[1] && is_content[2] &&
                         over.find("ESTAB") == std::string::npos && over.find("LISTEN") != std::string::npos;
    std::puts(is_good ? "\nthree connections, all as they should be" : "\nwrong");
    return is_good ? 0 : 1;
}
