// SPDX-License-Identifier: MIT
// What does a request of one octet and its response of one octet cost, with one connection and with many, as a multiple
// of a hand-written minimal loop with a hash table (floor_requests.hpp) in the same run? Two stacks in one process,
// each packet as octets, one round trip at a time, of one connection after the other, so that all of them are touched
// in turn.
#include "floor_requests.hpp"
#include "two_stacks.hpp"

#include <memory>

namespace {

using namespace sluice;
using bench::format;
using bench::require;

template <format Format>
class conversation {
    using tcp_type = tcp<growable_buffers>;

public:
    explicit conversation(std::size_t count) : stacks_(settings()), clients_(count) {
        for (std::size_t i = 0; i < count; ++i) clients_[i] = stacks_.open(i).client;
    }

    /// So many round trips; both octets of each are checked.
    void exchange(std::size_t round_trips) {
        auto &client = stacks_.client, &server = stacks_.server;
        for (; round_trips > 0; --round_trips) {
            stacks_.now += step;
            const auto question = static_cast<octet>(asked_++);
            require(say(client, clients_[turn_], question), "a request leaves");
            std::size_t packets = stacks_.settle();
            const auto at_server = hear(server);
            require(at_server && at_server->cookie == turn_ && at_server->text == question, "a request");
            require(say(server, at_server->socket, static_cast<octet>(question + 1)), "a response leaves");
            packets += stacks_.settle();
            const auto at_client = hear(client);
            require(at_client && at_client->socket == clients_[turn_], "whose response");
            require(at_client->text == static_cast<octet>(question + 1), "a response");
            require(packets == 2, "each acknowledges the other, and nothing else is sent");
            turn_ = turn_ + 1 == clients_.size() ? 0 : turn_ + 1;
        }
    }

private:
    static typename tcp_type::settings settings() {
        typename tcp_type::settings s;
        s.ack.quick_start = 0;
        s.buffers.memory = std::size_t{1} << 32;  // each response waits in a chunk of its own until it is acknowledged
        return s;
    }

    /// A connection speaks again within 40 ms, so that no acknowledgment leaves on its own.
    static constexpr duration step = 100ns;

    struct heard {
        handle socket;
        std::uint64_t cookie;
        octet text;
    };

    bool say(auto& stack, handle h, octet text) {
        return stack.send(h, {&text, 1}, stacks_.now).value_or(0) == 1;
    }
    /// As a program does that waits for events.
    std::optional<heard> hear(auto& stack) {
        const auto event = stack.poll_event();
        if (!event || event->what != news::readable) return {};
        std::array<octet, 16> into;
        if (stack.receive(event->socket, into, stacks_.now).value_or(0) != 1) return {};
        if (stack.poll_event()) return {};
        return heard{event->socket, event->cookie, into[0]};
    }

    bench::two_stacks<tcp_type, Format> stacks_;
    std::vector<handle> clients_;
    std::size_t turn_ = 0;
    std::uint32_t asked_ = 0;
};

template <class Contestant>
bench::contestant exchanging(std::string name, std::size_t connections) {
    return {std::move(name), [connections]() -> bench::work {
                auto pair = std::make_shared<Contestant>(connections);
                pair->exchange(connections);  // each of them has been used once
                return [pair](std::size_t round_trips) { pair->exchange(round_trips); };
            }};
}

void print(const std::string& name, const bench::result& r) {
    std::printf("%-58s %7.0f ns  %6.2f M/s  %5.2f x\n", name.c_str(), r.ns, 1e3 / r.ns, r.ratio);
}

void race(bench::program& program, std::size_t connections, const std::string& with) {
    using bench::minimal_requests;
    program.race({exchanging<minimal_requests<true>>("minimal loop" + with, connections),
                  exchanging<conversation<format::checked>>("sluice" + with, connections)},
                 print);
    program.race({exchanging<minimal_requests<false>>("minimal loop" + with + ", no checksums", connections),
                  exchanging<conversation<format::unchecked>>("sluice" + with + ", no checksums", connections)},
                 print);
}

}  // namespace

int main(int count, char** arguments) {
    bench::program program(count, arguments);
    std::puts("for each round trip, one octet each way");
    race(program, 1, ", 1 connection");
    race(program, 1000, ", 1,000 connections");
    race(program, 100'000, ", 100,000 connections");
    return program.finish();
}
