// SPDX-License-Identifier: MIT
// host/host.hpp: when programs run, what the next deadline is, and what is left when a host ends.
#include "support/hosts.hpp"

namespace {

using namespace sluice;
using plain_host = host<lab::host_tcp>;

task<> note_times(plain_host& at, std::vector<instant>& times) {
    times.push_back(at.now());
    co_await sleep_for(5ms);
    times.push_back(at.now());
    co_await next_turn();
    times.push_back(at.now());
}

}  // namespace

TEST_CASE("a program begins with the next turn, and the next deadline is at once until then") {
    plain_host h;
    std::vector<instant> times;
    CHECK(h.next_deadline() == never);
    h.on_deadline(instant(1s));
    CHECK(h.now() == instant(1s));
    CHECK(h.spawn(note_times(h, times)));
    CHECK(times.empty());
    CHECK(h.next_deadline() == instant(1s));
    CHECK(h.has_programs());
    h.on_deadline(instant(1s));
    CHECK(times == std::vector{instant(1s)});
    CHECK(h.next_deadline() == instant(1s) + 5ms);
    h.on_deadline(instant(2s));  // late
    CHECK(times == std::vector{instant(1s), instant(2s)});
    CHECK(h.next_deadline() == instant(2s));
    CHECK_FALSE(h.run_programs());
    CHECK(times.size() == 3);
    CHECK(h.next_deadline() == never);
    CHECK(h.is_done());
}

TEST_CASE("the next deadline is the earlier of the stack's and the programs'") {
    lab::hosts p;
    p.passes = [](bool, const segment&) { return false; };
    tcp_socket socket(p.client);
    error answer{};
    p.spawn(p.client, lab::keep_error(2500ms, socket.connect(lab::echo_port), answer));
    CHECK(p.client.next_deadline() == instant(1s));  // RFC 6298 section 2.1
    p.pass(1s);
    CHECK(p.client.next_deadline() == instant(2500ms));
    p.pass(1500ms);
    CHECK(answer == error::timed_out);
    CHECK(p.client.next_deadline() == never);
}

TEST_CASE("a packet runs who waits for it before it is answered, so that answer and ACK are one segment") {
    lab::connected p;
    std::array<octet, 10> place;
    int packets = 0;
    const auto echo = [&]() -> task<> {
        const auto got = co_await p.far.recv(place);
        const auto sent = co_await p.far.send(octets(place).first(got.value_or(0)));
        CHECK(sent.value_or(0) == 10);
    };
    p.spawn(p.server, echo());
    p.passes = [&](bool from_client, const segment& s) {
        if (!from_client) ++packets;
        if (!from_client) CHECK(s.text_length == 10);
        return true;
    };
    error answer{};
    p.spawn(p.client, lab::keep_error(p.near.send(lab::message(10)), answer));
    CHECK(packets == 1);
}

TEST_CASE("segments whose IP header somebody else has read do as well") {
    plain_host client({}, lab::client_address), server({}, lab::server_address);
    tcp_listener listener(server);
    CHECK(listener.listen(lab::echo_port));
    tcp_socket socket(client);
    error answer{};
    CHECK(client.spawn(lab::keep_error(socket.connect(lab::echo_port), answer)));
    client.on_deadline({});
    const auto carry = [](plain_host& from, plain_host& to) {
        for (tx_packet p; from.poll_transmit({}, {&p, 1}) == 1;) {
            std::array<octet, 1500> wire;
            const octets written = octets(wire).first(write(p, wire));
            to.on_segment(p.meta, {.data = written.subspan(p.ip_length)}, {});
        }
    };
    for (int i = 0; i < 3; ++i) {
        carry(client, server);
        carry(server, client);
    }
    CHECK(answer == error::none);
}

TEST_CASE("packets for another host are dropped without a word, by a host that has addresses") {
    const auto syn_to = [](const ip_address& to) {
        return lab::make_segment({to.is_v4() ? lab::client_address : lab::client_v6, 1}, {to, 2}, {.flags = flag::syn});
    };
    const ip_address other_v4 = ip_address::v4(192, 0, 2, 1);
    const ip_address other_v6 = ip_address::v6({0x2001, 0xdb8, 0, 0, 0, 0, 0, 1});
    const auto speaks = [](plain_host& h) {
        tx_packet p;
        return h.poll_transmit({}, {&p, 1}) == 1;
    };
    const auto answers = [&](plain_host& h, const ip_address& to) {
        const auto wire = syn_to(to);
        h.on_packet({.data = wire}, {});
        const bool to_packet = speaks(h);
        const std::size_t ip = to.is_v4() ? ipv4::header_length : ipv6::header_length;
        const ip_address from = to.is_v4() ? lab::client_address : lab::client_v6;
        h.on_segment({.source = from, .destination = to}, {.data = octets(wire).subspan(ip)}, {});
        CHECK(speaks(h) == to_packet);
        return to_packet;
    };
    plain_host both({}, {lab::server_address, lab::server_v6}), four({}, lab::server_address), any;
    CHECK(answers(both, lab::server_address));  // a RST: nobody listens
    CHECK(answers(both, lab::server_v6));
    CHECK_FALSE(answers(both, other_v4));
    CHECK_FALSE(answers(both, other_v6));
    CHECK(answers(four, lab::server_address));
    CHECK_FALSE(answers(four, lab::server_v6));
    CHECK(answers(any, other_v4));
    CHECK(answers(any, other_v6));
    for (const auto& whole : {syn_to(lab::server_address), syn_to(lab::server_v6)})
        for (std::size_t length = 0; length < whole.size(); ++length) {
            const std::vector<octet> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
            both.on_packet({.data = cut}, {});
            CHECK_FALSE(speaks(both));
        }
}

TEST_CASE("is_running is for those who are called by programs") {
    plain_host h;
    bool is_running = false;
    const auto ask = [&]() -> task<> {
        is_running = h.is_running();
        co_return;
    };
    CHECK(h.spawn(ask()));
    CHECK_FALSE(h.is_running());
    h.on_deadline({});
    CHECK(is_running);
    CHECK_FALSE(h.is_running());
}

TEST_CASE("a host is done when its programs and its connections are, though addresses rest in TIME-WAIT") {
    lab::connected p;
    CHECK_FALSE(p.client.is_done());
    p.near = {};
    p.settle();
    CHECK_FALSE(p.client.is_done());
    p.far = {};
    p.settle();
    CHECK(p.client.is_done());
    CHECK(p.client.stack().variables().time_waits.size() == 1);
    CHECK(p.client.next_deadline() != never);
}

TEST_CASE("programs that wait for anything go with their host") {
    const auto serve = [](plain_host& at) -> task<> {
        tcp_listener listener(at);
        CHECK(listener.listen(lab::echo_port));
        auto first = co_await listener.accept();
        tcp_socket<lab::host_tcp> socket = *std::move(first);
        co_await when_all(socket.recv({}), socket.urgent(), listener.accept());
    };
    const auto ask = [](plain_host& at) -> task<> {
        tcp_socket socket(at), other(at);
        CHECK(co_await socket.connect(lab::echo_port));
        co_await when_all(socket.recv({}), other.connect({lab::server_address, 9}));
    };
    const auto data = lab::message(1'000'000);
    const auto fill = [&](plain_host& at) -> task<> {
        tcp_socket socket(at);
        CHECK(co_await socket.connect(lab::echo_port));
        CHECK(socket.set_option(option::linger{1h}));
        const auto sent = co_await with_timeout(socket.send(data), 1s);
        CHECK(sent.error() == error::timed_out);
        CHECK(co_await socket.close());
    };
    lab::hosts p;
    p.spawn(p.server, serve(p.server));
    p.spawn(p.client, fill(p.client));
    p.passes = [](bool, const segment& s) { return s.destination_port != 9 && s.source_port != 9; };
    p.spawn(p.client, ask(p.client));
    p.pass(10s);
    CHECK(p.client.has_programs());
    CHECK(p.server.has_programs());
}

TEST_CASE("a socket that is closed gives its place back") {
    plain_host h;
    const handle first = h.add_socket();
    CHECK(h.find(first) != nullptr);
    CHECK(h.remove(first, false));
    CHECK(h.find(first) == nullptr);
    CHECK(h.remove(first, true).error() == error::bad_handle);
    const handle second = h.add_socket();
    CHECK(second.index == first.index);
    CHECK(second.generation != first.generation);
    CHECK(h.find({}) == nullptr);
    CHECK(h.remove(second, false));
}
