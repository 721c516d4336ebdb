// SPDX-License-Identifier: MIT
// Lists the sockets of a running host as `ss -ti` does, and its counters as nstat does: the echo server of echo.hpp
// while three clients speak to it over lossy links, and again when all is over. g++ -std=c++20 -O2 -Iinclude
// examples/ss.cpp -o ss && ./ss
#include <sluice/sluice.hpp>

#include <cstdio>

#include <sluice/trace/nstat.hpp>
#include <sluice/trace/ss.hpp>

#include "echo.hpp"

using namespace sluice;
using my_tcp = tcp<growable_buffers>;

task<> visit(host<my_tcp>& from, ip_address server, const std::vector<octet>& words, bool& is_content) {
    std::vector<octet> heard;
    const auto done = co_await echo::client(from, server, words, heard);
    is_content = done && heard == words;
}

int main() {
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
