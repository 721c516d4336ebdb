// SPDX-License-Identifier: MIT
// The echo of echo.hpp in a simulated world: a server, and three clients far away from it that lose packets.
// g++ -std=c++20 -O2 -Iinclude examples/echo.cpp -o echo && ./echo
#include <sluice/sluice.hpp>

#include <cstdio>

#include "echo.hpp"
#include "usage.hpp"

using namespace sluice;
using my_tcp = tcp<growable_buffers>;

struct visitor {
    std::vector<octet> words, heard;
    bool is_content = false;

    task<> visit(host<my_tcp>& from, ip_address server) {
        const auto done = co_await with_timeout(echo::client(from, server, words, heard), 1min);
        is_content = done && heard == words;
        std::printf("%8.3f s  %zu octets said, %zu heard: %s\n",
                    std::chrono::duration<double>(from.now().time_since_epoch()).count(), words.size(), heard.size(),
                    is_content ? "the same" : text(done.error()));
    }
};

int main(int argc, char** argv) {
    words_for(argc, argv,
              "echo\n"
              "An echo server and three clients in a simulated network. There is nothing to choose; echo_server has "
              "links.\n");
    sim::network world({.seed = 1});
    auto& server = sim::add_programs<my_tcp>(world);
    const auto router = world.add_router();
    world.join(server.node, router, {.rate = 10'000'000, .delay = 5ms});
    bool is_good = server.endpoint.spawn(echo::server(server.endpoint)).error() == error::none;

    std::vector<visitor> visitors(3);
    for (visitor& each : visitors) {
        auto& from = sim::add_programs<my_tcp>(world);
        world.join(from.node, router, {.rate = 2'000'000, .delay = 30ms, .loss = 0.02});
        each.words.assign(100'000, static_cast<octet>('a' + (&each - visitors.data())));
        is_good = from.endpoint.spawn(each.visit(from.endpoint, server.address.address)) && is_good;
    }
    world.finish();
    world.run();
    for (const visitor& each : visitors) is_good = is_good && each.is_content;
    return is_good ? 0 : 1;
}
