// SPDX-License-Identifier: MIT
// handshake [picture.svg]: a question, an answer, and every segment that it took, drawn as a ladder of text; with a
// file name, as a picture too. Then the same where nobody listens.
// g++ -std=c++20 -O2 -Iinclude examples/handshake.cpp -o handshake && ./handshake
#include <sluice/sluice.hpp>
#include <sluice/trace/file.hpp>
#include <sluice/trace/ladder.hpp>

#include <cstdio>
#include <string>

#include "usage.hpp"

using namespace sluice;
using my_tcp = tcp<growable_buffers>;

constexpr std::array<octet, 4> question{'p', 'i', 'n', 'g'};

task<> answer_one(host<my_tcp>& at) {
    tcp_listener listener(at);
    if (!listener.listen({.address = {}, .port = 80})) co_return;
    auto accepted = co_await listener.accept();
    if (!accepted) co_return;
    tcp_socket<my_tcp> peer = *std::move(accepted);
    std::array<octet, 100> heard;
    const auto got = co_await peer.recv(heard);
    const auto said = co_await peer.send(octets(heard).first(got.value_or(0)));
    if (!said) co_return;
    const auto end = co_await peer.recv(heard);  // before it closes as well
    if (end.value_or(0) > 0) std::puts("more questions than one");
}

task<> ask(host<my_tcp>& at, socket_address server, error& how) {
    tcp_socket socket(at);
    const auto connected = co_await socket.connect(server);
    how = connected.error();
    if (!connected) co_return;
    const auto asked = co_await socket.send(question);
    how = asked.error();
    if (!asked) co_return;
    std::array<octet, 100> heard;
    const auto got = co_await socket.recv(heard);
    how = got.error();
}

/// What a world saw of one question, asked at this port.
struct conversation {
    error how = error::would_block;
    std::vector<trace::wire_event> wire{};

    std::string flags() const {
        std::string out;
        for (const trace::wire_event& each : wire) out += trace::describe(each.header.flags) + ' ';
        return out;
    }
};

conversation ask_at(std::uint16_t port) {
    sim::network world({.seed = 1});
    sim::wire_log wire;
    auto &client = sim::add_programs<my_tcp>(world), &server = sim::add_programs<my_tcp>(world);
    world.join(client.node, server.node, {.delay = 20ms});
    world.watch(wire);
    conversation out;
    if (server.endpoint.spawn(answer_one(server.endpoint)) &&
        client.endpoint.spawn(ask(client.endpoint, {server.address.address, port}, out.how))) {
        world.finish();
        world.run();
    }
    out.wire = wire.take();
    std::printf("port %d: %s\n%s\n", port, text(out.how), trace::ladder_text(out.wire).c_str());
    return out;
}

int main(int argc, char** argv) {
    const auto words = words_for(argc, argv,
                                 "handshake [PICTURE.svg]\n"
                                 "A connection segment by segment, as a ladder; into a file as a picture.\n",
                                 1);
    const conversation answered = ask_at(80), refused = ask_at(81);
    bool is_good = answered.how == error::none && answered.flags() == "SEW S.E P. P. F. F. . " &&
                   refused.how == error::refused && refused.flags() == "SEW R. ";
    if (!words.empty()) {
        const trace::ladder_names names{"A connection", {"client", "server"}};
        is_good = trace::save_file(words[0], trace::ladder(answered.wire, instant::min(), never, names)) && is_good;
    }
    return is_good ? 0 : 1;
}
