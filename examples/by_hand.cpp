// SPDX-License-Identifier: MIT
// Two endpoints driven by hand, without the simulator: who calls what when, over a wire that takes 10 ms.
// g++ -std=c++20 -O2 -Iinclude examples/by_hand.cpp -o by_hand && ./by_hand
#include <sluice/sluice.hpp>

#include <cstdio>
#include <vector>

#include "usage.hpp"

using namespace sluice;
using my_tcp = tcp<fixed_buffers<4096, 4096, 16, 4>>;

struct arrival {
    instant at;
    std::size_t host;
    std::vector<octet> packet;
};

int main(int argc, char** argv) {
    words_for(argc, argv,
              "by_hand\n"
              "Two endpoints driven by hand. There is nothing to choose.\n");
    const socket_address here{ip_address::v4(198, 18, 0, 1), 49152}, there{ip_address::v4(198, 18, 0, 2), 80};
    my_tcp::endpoint client({.seed = 1}), server({.seed = 2});
    my_tcp::endpoint* const hosts[] = {&client, &server};
    std::vector<octet> question(100'000), heard;
    for (std::size_t i = 0; i < question.size(); ++i) question[i] = static_cast<octet>(i * 31 >> 3);

    std::size_t sent = 0;
    std::vector<arrival> wire;  // in the order of time
    instant now{};              // a real driver reads a clock
    if (!server.listen(there, now) || !client.connect(here, there, now)) return 1;
    while (true) {
        // The applications: one sends all it has, then closes; the other reads to the end, then closes.
        if (sent < question.size()) {
            sent += client.send(octets(question).subspan(sent), now).value_or(0);
            if (sent == question.size() && !client.close(now)) return 1;
        }
        std::array<octet, 1000> some;
        auto got = server.receive(some, now);
        for (; got; got = server.receive(some, now)) heard.insert(heard.end(), some.begin(), some.begin() + *got);
        if (got.error() == error::closing) static_cast<void>(server.close(now));  // again does no harm

        // After every call: what can leave, leaves.
        for (const std::size_t from : {0u, 1u})
            for (tx_packet packet; hosts[from]->poll_transmit(now, {&packet, 1}) == 1;) {
                wire.push_back({now + 10ms, 1 - from, std::vector<octet>(packet.length())});
                write(packet, wire.back().packet);
            }

        // Then time goes on to whatever comes first: a packet or a deadline.
        const instant arrives = wire.empty() ? never : wire[0].at;
        const instant next = std::min({client.next_deadline(), server.next_deadline(), arrives});
        if (next == never) break;
        now = next;
        for (; !wire.empty() && wire[0].at <= now; wire.erase(wire.begin()))
            hosts[wire[0].host]->on_packet({.data = wire[0].packet}, now);
        for (my_tcp::endpoint* host : hosts)
            if (host->next_deadline() <= now) host->on_deadline(now);
    }
    const bool good = heard == question && client.state() == state::closed && server.state() == state::closed;
    std::printf("%zu octets, %s\n", heard.size(), good ? "all right, and both ends are closed" : "WRONG");
    return good ? 0 : 1;
}
