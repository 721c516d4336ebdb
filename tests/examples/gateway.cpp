// SPDX-License-Identifier: MIT
// examples/gateway: what passes beside TCP, to whom, and what clients hear of those who are not there. In virtual time,
// with sockets of the kernel's on the loopback.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <set>

#include <unistd.h>

#include <sluice/sluice.hpp>

#include "../../examples/gateway/gateway.hpp"
#include "../io/memory_link.hpp"
#include "../io/own_namespace.hpp"

namespace {

using namespace sluice;

using my_tcp = tcp<reno>;
using packet = std::vector<octet>;

constexpr auto alias = ip_address::v4(198, 18, 0, 9), client = ip_address::v4(198, 18, 0, 1);
const my_tcp::settings ten_errors{.limits = {.icmp_errors = 10}, .seed = 1};

/// The gateway's part for datagrams, whose client's side is looked at, and its turns taken, by hand.
struct bench {
    io::opened<io::reactor> reactor = io::reactor::open();
    std::vector<packet> back;  // to the client
    std::function<void()> has_sent = [] {};
    instant now{1h};
    gateway::datagrams<my_tcp> beside{programs, *reactor, {alias}, [this](octets p) {
                                          back.emplace_back(p.begin(), p.end());
                                          has_sent();
                                      }};
    host<my_tcp> programs{ten_errors};  // go before what they use

    bool passes(const packet& p) {
        ip_meta ip;
        const ip_extent extent = read_ip(p, p.size(), ip);
        const std::uint64_t before = beside.passed();
        CHECK(beside.passes_on(ip, extent.protocol, octets(p).subspan(extent.header_length), checksum_state::unknown,
                               now));
        return beside.passed() > before;
    }
    void turn() {
        reactor->wait(instant::min());
        programs.on_deadline(now);
    }
};

struct udp_server {
    io::descriptor socket{::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    io::socket_name peer{};  // who asked last

    udp_server() {
        const io::socket_name any({ip_address::v4(127, 0, 0, 1), 0});
        REQUIRE(::bind(socket.number(), any.address(), any.length()) == 0);
    }
    std::uint16_t port() const { return io::socket_name::of_local(socket.number()).port; }
    bool hears() {
        octet some;
        socklen_t length = sizeof(sockaddr_storage);
        return ::recvfrom(socket.number(), &some, 1, 0, peer.room(), &length) >= 0;
    }
    void says(const char* text) {
        REQUIRE(::sendto(socket.number(), text, std::strlen(text), 0, peer.address(), sizeof(sockaddr_in)) > 0);
    }
};

packet asked(const socket_address& server, std::uint16_t from = 5000) {
    return gateway::write_udp({client, from}, server, as_octets("?"));
}

/// Nothing for another packet.
std::optional<octet> unreachable_code(const packet& p) {
    ip_meta ip;
    const ip_extent extent = read_ip(p, p.size(), ip);
    const auto message = icmp::read(ip, octets(p).subspan(extent.header_length));
    if (extent.protocol != protocol_icmp || !message || message->type != icmp::v4::unreachable) return {};
    return message->code;
}

}  // namespace

TEST_CASE("gateway: a datagram comes to a server, and back, after any time of silence") {
    bench b;
    udp_server server;
    for (int i = 0; i < 3; ++i, b.now += 1h) {
        b.back.clear();
        CHECK(b.passes(asked({alias, server.port()})));
        b.turn();
        REQUIRE(server.hears());
        server.says("yes");
        b.turn();
        REQUIRE(b.back.size() == 1);
        CHECK(b.back[0] == gateway::write_udp({alias, server.port()}, {client, 5000}, as_octets("yes")));
    }
}

TEST_CASE("gateway: no loopback is spoken to, nor as one (RFC 1122 section 3.2.1.3)") {
    bench b;
    udp_server server;
    const auto own = ip_address::v4(127, 0, 0, 1), other = ip_address::v4(127, 9, 9, 9);
    const auto own_v6 = ip_address::v6({0, 0, 0, 0, 0, 0, 0, 1});
    const auto client_v6 = ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 1});
    const std::uint16_t port = server.port();
    for (const auto& to : {own, other}) CHECK_FALSE(b.passes(asked({to, port})));
    for (const auto& from : {own, other})
        CHECK_FALSE(b.passes(gateway::write_udp({from, 5000}, {alias, port}, as_octets("?"))));
    CHECK_FALSE(b.passes(gateway::write_udp({client_v6, 5000}, {own_v6, port}, as_octets("?"))));
    CHECK_FALSE(b.passes(gateway::write_udp({own_v6, 5000}, {client_v6, port}, as_octets("?"))));
    CHECK(b.beside.flows() == 0);
    CHECK_FALSE(server.hears());
}

TEST_CASE("gateway: a server that always has more to say leaves others, and the reactor, their turn") {
    bench b;
    udp_server server;
    CHECK(b.passes(asked({alias, server.port()})));
    REQUIRE(server.hears());
    b.has_sent = [&] {
        if (b.back.size() < 1000) server.says("and");
    };
    server.says("first");
    b.turn();
    CHECK(b.back.size() == 32);
    CHECK(b.programs.next_deadline() > b.now);  // so that a device waits in its link, and so in the reactor
    while (b.back.size() < 1000 && b.programs.next_deadline() < b.now + 1s) {
        b.now = b.programs.next_deadline();
        b.turn();
    }
    CHECK(b.back.size() == 1000);
}

TEST_CASE("gateway: that nobody listens is told, and takes no other datagram's place") {
    bench b;
    const std::uint16_t port = udp_server().port();  // which is gone by then
    for (int i = 1; i <= 3; ++i) {
        CHECK(b.passes(asked({alias, port})));  // the kernel's loopback answers at once
        CHECK(b.back.size() == std::size_t(i - 1));
    }
    b.turn();
    REQUIRE(b.back.size() == 3);
    for (const packet& each : b.back) CHECK(unreachable_code(each) == 3);
}

// RFC 4443 section 2.4 f, RFC 1812 section 4.3.2.8
TEST_CASE("gateway: that no way leads there is told by UDP and TCP alike, but not too often") {
    own_namespace inside;  // it has no routes
    if (!inside) return;
    const auto nowhere = ip_address::v4(198, 18, 9, 9);
    bench b;
    for (int second = 0; second < 2; ++second, b.now += 1s) {
        b.back.clear();
        for (int i = 0; i < 100; ++i) CHECK_FALSE(b.passes(asked({nowhere, 53})));
        CHECK(b.back.size() >= 5);  // each counts as one or two
        CHECK(b.back.size() <= 10);
        for (const packet& each : b.back) CHECK(unreachable_code(each) == 0);
    }
    CHECK(b.beside.flows() == 0);

    memory_link link;
    link.time = instant(1h);
    gateway::service<my_tcp, memory_link> service(ten_errors, *b.reactor, link);
    REQUIRE(service.start());
    io::wire_form form;
    for (std::uint16_t i = 0; i < 100; ++i) {
        tx_packet syn;
        syn.meta = {.source = client, .destination = nowhere};
        write_headers(syn, {.source_port = static_cast<std::uint16_t>(5000 + i), .destination_port = 80,
                            .sequence = seq(i), .flags = flag::syn, .window = 65'535}, {});
        form.of(syn, [&](octets p) { link.coming.emplace_back(p.begin(), p.end()); });
    }
    for (int i = 0; i < 10; ++i) service.loop().turn();
    const auto told =
        std::count_if(link.sent.begin(), link.sent.end(), [](const packet& p) { return unreachable_code(p) == 0; });
    CHECK(told >= 5);
    CHECK(told <= 10);
    CHECK(service.count().refused == 100);
    CHECK(std::ssize(link.sent) == 100 + told);  // each hears a RST
}

TEST_CASE("gateway: what answers a ping is whom it was sent to, and nobody else who knows its identifier") {
    own_namespace inside;
    if (!inside || !own_namespace::ip("link set lo up") || !own_namespace::ip("address add 198.18.1.2/32 dev lo") ||
        !own_namespace::ip("address add 198.18.1.3/32 dev lo"))
        return;
    std::ofstream("/proc/sys/net/ipv4/ping_group_range") << "0 " << ::getgid() << std::flush;
    const auto server = ip_address::v4(198, 18, 1, 2), other = ip_address::v4(198, 18, 1, 3);
    tx_packet request;
    request.begin({.source = client, .destination = server});
    request.borrow(as_octets("truth"));
    icmp::finish(request, icmp::v4::echo, 0, 0x12340001);
    io::descriptor raw(::socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ICMP));
    bench b;
    if (!raw || !b.passes(gateway::whole(request))) {
        MESSAGE("skipped: no ping sockets, or no raw ones");
        return;
    }
    b.turn();  // the server's reply

    std::array<octet, 100> heard;
    REQUIRE(::recv(raw.number(), heard.data(), heard.size(), 0) == 20 + 8 + 5);
    REQUIRE(heard[20] == icmp::v4::echo);
    const std::uint32_t outside = load_be32(&heard[20 + icmp::at::rest]);
    tx_packet lie;
    lie.begin({.source = other, .destination = server});
    lie.borrow(as_octets("lies!"));
    icmp::finish(lie, icmp::v4::echo_reply, 0, outside);
    const packet forged = gateway::whole(lie);
    const io::socket_name from({other, 0}), to({server, 0});
    REQUIRE(::bind(raw.number(), from.address(), from.length()) == 0);
    REQUIRE(::sendto(raw.number(), &forged[20], 13, 0, to.address(), to.length()) == 13);
    b.turn();

    tx_packet reply;
    reply.begin({.source = server, .destination = client});
    reply.borrow(as_octets("truth"));
    icmp::finish(reply, icmp::v4::echo_reply, 0, 0x12340001);
    REQUIRE(b.back.size() == 1);
    CHECK(b.back[0] == gateway::whole(reply));
}

TEST_CASE("gateway: a datagram of IPv4 may be cut on its way, whether it fits here or not (RFC 791)") {
    gateway::fragments cut;
    const auto sent = [&](std::size_t length) {
        std::vector<packet> out;
        const packet whole = gateway::write_udp({alias, 53}, {client, 5000}, text_of(length));
        cut.of(whole, 1500, [&](octets p) { out.emplace_back(p.begin(), p.end()); });
        return out;
    };
    std::set<std::uint16_t> numbers;
    for (const std::size_t length : {0u, 1472u, 1473u}) {
        const auto pieces = sent(length);
        CHECK(pieces.size() == (length > 1472 ? 2u : 1u));
        for (const packet& each : pieces) {
            CHECK((load_be16(&each[ipv4::at::fragment]) & ipv4::dont_fragment) == 0);
            CHECK(partial_sum().add(octets(each).first(ipv4::header_length)).finish() == 0);
            CHECK(load_be16(&each[ipv4::at::total_length]) == each.size());
        }
        numbers.insert(load_be16(&pieces[0][ipv4::at::identification]));
    }
    CHECK(numbers.size() == 3);
    const packet text = text_of(1472);
    CHECK(std::equal(text.begin(), text.end(), sent(1472)[0].begin() + 28));

    // Of IPv6 nobody may but who sends: what fits stays as it is.
    const auto v6 = ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 1});
    const packet whole = gateway::write_udp({v6, 53}, {v6, 5000}, text_of(1452));
    cut.of(whole, 1500, [&](octets p) { CHECK(std::equal(p.begin(), p.end(), whole.begin(), whole.end())); });
}
