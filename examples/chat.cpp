// SPDX-License-Identifier: MIT
// A room in which everybody hears what the others say: a server with two programs for each guest, one that reads and
// one that writes, and three guests who say scripted lines.
// g++ -std=c++20 -O2 -Iinclude examples/chat.cpp -o chat && ./chat
#include <sluice/sluice.hpp>

#include <cstdio>
#include <list>
#include <string>
#include <vector>

#include "usage.hpp"

using namespace sluice;
using my_tcp = tcp<growable_buffers>;
using stream = tcp_socket<my_tcp>;

constexpr std::uint16_t chat_port = 6667;

/// Cuts what comes into lines.
struct line_reader {
    stream& from;
    std::string pending{};

    /// Empty at the end.
    task<std::string> next() {
        std::array<octet, 256> some;
        for (std::size_t end; (end = pending.find('\n')) == std::string::npos;) {
            const auto got = co_await from.recv(some);
            if (got.value_or(0) == 0) co_return std::string();
            pending += as_text(octets(some).first(*got));
        }
        std::string line = pending.substr(0, pending.find('\n') + 1);
        pending.erase(0, line.size());
        co_return line;
    }
};

struct guest {
    explicit guest(stream from) : socket(std::move(from)) {}

    stream socket;
    std::string to_say{};  // to this guest
    bool has_left = false;
    wait_list news{};
};

class room {
public:
    task<> open(host<my_tcp>& at) {
        tcp_listener listener(at);
        if (!listener.listen({.address = {}, .port = chat_port})) co_return;
        while (true) {
            auto accepted = co_await listener.accept();
            if (!accepted) co_return;
            guests_.emplace_back(*std::move(accepted));
            if (!at.spawn(welcome(guests_.back()))) co_return;
        }
    }

private:
    task<> welcome(guest& one) {
        co_await when_all(listen_to(one), talk_to(one));
        guests_.remove_if([&](const guest& each) { return &each == &one; });
    }
    task<> listen_to(guest& one) {
        line_reader lines{one.socket};
        while (true) {
            const std::string line = co_await lines.next();
            if (line.empty()) break;
            for (guest& each : guests_) {
                if (&each == &one) continue;
                each.to_say += line;
                each.news.wake_all();
            }
        }
        one.has_left = true;
        one.news.wake_all();
    }
    task<> talk_to(guest& one) {
        while (!one.has_left || !one.to_say.empty()) {
            if (one.to_say.empty()) co_await one.news.wait();
            const std::string now = std::exchange(one.to_say, {});
            const auto said = co_await one.socket.send(as_octets(now));
            if (!said) co_return;
        }
    }

    std::list<guest> guests_;
};

struct scripted_line {
    duration when;
    const char* text;
};

/// Who says the lines at their times, and writes down what is heard, until it leaves.
struct visitor {
    std::string name;
    std::vector<scripted_line> script;
    std::string heard{};

    task<> visit(host<my_tcp>& from, ip_address server) {
        stream socket(from);
        const auto connected = co_await socket.connect({server, chat_port});
        if (connected) co_await when_all(talk(socket), listen(socket));
    }
    task<> talk(stream& to) {
        for (const scripted_line& each : script) {
            co_await sleep_until(instant(each.when));
            const std::string line = name + ": " + each.text + '\n';
            const auto said = co_await to.send(as_octets(line));
            if (!said) co_return;
        }
        co_await sleep_until(instant(10s));
        static_cast<void>(to.shutdown());
    }
    task<> listen(stream& from) {
        line_reader lines{from};
        while (true) {
            const std::string line = co_await lines.next();
            if (line.empty()) break;
            std::printf("  %-5s hears  %s", name.c_str(), line.c_str());
            heard += line;
        }
    }
};

int main(int argc, char** argv) {
    words_for(argc, argv,
              "chat\n"
              "A room in which three guests speak, in a simulated network. There is nothing to choose.\n");
    sim::network world({.seed = 1});
    auto& server = sim::add_programs<my_tcp>(world);
    const auto router = world.add_router();
    world.join(server.node, router, {.rate = 10'000'000, .delay = 1ms});
    room parlour;
    bool is_good = server.endpoint.spawn(parlour.open(server.endpoint)).error() == error::none;

    std::vector<visitor> visitors{{"alice", {{1s, "is anybody here?"}, {4s, "all three of us, then"}}},
                                  {"bob", {{2s, "I am"}}},
                                  {"carol", {{3s, "so am I"}, {5s, "good"}}}};
    for (visitor& each : visitors) {
        auto& from = sim::add_programs<my_tcp>(world);
        world.join(from.node, router, {.rate = 1'000'000, .delay = 20ms, .loss = 0.02});
        is_good = from.endpoint.spawn(each.visit(from.endpoint, server.address.address)) && is_good;
    }
    world.finish();
    world.run();

    const char* const expected[] = {
        "bob: I am\ncarol: so am I\ncarol: good\n",
        "alice: is anybody here?\ncarol: so am I\nalice: all three of us, then\ncarol: good\n",
        "alice: is anybody here?\nbob: I am\nalice: all three of us, then\n"};
    for (std::size_t i = 0; i < visitors.size(); ++i) is_good = is_good && visitors[i].heard == expected[i];
    std::puts(is_good ? "everybody heard all that the others said" : "somebody missed something");
    return is_good ? 0 : 1;
}
