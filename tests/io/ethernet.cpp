// SPDX-License-Identifier: MIT
// io/ethernet.hpp over a link in memory whose clock stands until it is told: frames are put in and looked at by hand.
#include <doctest/doctest.h>

#include <sluice/io/ethernet.hpp>
#include <sluice/wire/segment.hpp>

#include "memory_link.hpp"
#include "support/octets.hpp"

using namespace sluice;

namespace {

constexpr hardware_address own{{2, 0, 0, 0, 0, 2}}, other{{2, 0, 0, 0, 0, 1}};
constexpr auto own_v6 = ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 2});
constexpr auto other_v6 = ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 1});
constexpr auto gateway = ip_address::v4(198, 18, 0, 254), far = ip_address::v4(192, 0, 2, 1);

using frame = std::vector<octet>;

struct memory_frame_link : memory_link {
    std::vector<hardware_address> groups{};

    hardware_address hardware() const { return own; }
    void join(const hardware_address& group) { groups.push_back(group); }
    std::size_t transmit(std::span<const io::tx_frame> frames) {
        std::size_t taken = 0;
        for (; taken < frames.size() && room > 0; ++taken, --room) {
            frame whole(ethernet_header::length + frames[taken].packet->length());
            frames[taken].header.write(whole);
            write(*frames[taken].packet, mutable_octets(whole).subspan(ethernet_header::length));
            sent.push_back(whole);
        }
        return taken;
    }
};
static_assert(io::frame_link<memory_frame_link>);
static_assert(packet_link<io::ethernet<memory_frame_link>>);

frame framed(octets packet, std::uint16_t type, hardware_address to = own) {
    frame out(ethernet_header::length);
    ethernet_header{to, other, type}.write(out);
    out.insert(out.end(), packet.begin(), packet.end());
    return out;
}
frame arp_frame(arp::operation what, ip_address sender, ip_address target, hardware_address to = own) {
    std::array<octet, arp::length> packet;
    arp{what, other, sender, what == arp::operation::reply ? own : hardware_address{}, target}.write(packet);
    return framed(packet, ethernet_header::arp, to);
}
frame nd_frame(const neighbour_message& m, hardware_address to = own) {
    std::array<octet, neighbour_message::longest> packet;
    return framed(octets(packet).first(m.write(packet)), ethernet_header::ipv6, to);
}

struct bench {
    memory_frame_link wire;
    io::ethernet<memory_frame_link> link{wire, {.own = {{here, 24}, {own_v6, 64}}, .gateways = {gateway}}};
    std::array<rx_packet, 8> room{};
    std::vector<octet> text = text_of(100);

    std::size_t receive(const frame& f) {
        wire.coming.push_back(f);
        return link.receive(room);
    }
    std::size_t send(ip_address from, ip_address to, std::size_t count = 1) {
        const std::vector packets(count, data_packet(text, 0, from, to));
        return link.transmit(packets);
    }
    void pass(duration time) {
        wire.time += time;
        CHECK(link.receive(room) == 0);
    }
    ethernet_header header(std::size_t i) const { return ethernet_header::read(wire.sent.at(i)); }
    octets inside(std::size_t i) const { return octets(wire.sent.at(i)).subspan(ethernet_header::length); }
};

}  // namespace

TEST_CASE("Asked by all for an address of its own it answers whoever asked; for another's it is silent") {
    bench b;
    CHECK(b.receive(arp_frame(arp::operation::request, there, here, hardware_address::broadcast())) == 0);
    REQUIRE(b.wire.sent.size() == 1);
    CHECK(b.header(0) == ethernet_header{other, own, ethernet_header::arp});
    const auto said = arp::read(b.inside(0));
    REQUIRE(said);
    CHECK(said->what == arp::operation::reply);
    CHECK(said->sender_hardware == own);
    CHECK(said->sender == here);
    CHECK(said->target_hardware == other);
    CHECK(said->target == there);
    CHECK(b.link.count().answers == 1);
    b.receive(arp_frame(arp::operation::request, there, gateway, hardware_address::broadcast()));
    CHECK(b.wire.sent.size() == 1);
}

TEST_CASE("Who has asked needs not be asked: what goes there leaves at once (RFC 826)") {
    bench b;
    b.receive(arp_frame(arp::operation::request, there, here, hardware_address::broadcast()));
    CHECK(b.send(here, there) == 1);
    REQUIRE(b.wire.sent.size() == 2);
    CHECK(b.header(1) == ethernet_header{other, own, ethernet_header::ipv4});
    CHECK(parse_packet({.data = b.inside(1)})->segment.text_length == 100);
}

TEST_CASE("Neighbour discovery answers as RFC 4861 section 7.2.4 has it; it hears the group of its address") {
    bench b;
    CHECK(b.wire.groups == std::vector<hardware_address>{{{0x33, 0x33, 0xff, 0, 0, 2}}});
    const neighbour_message question{.what = neighbour_message::kind::solicitation,
                                     .source = other_v6,
                                     .destination = solicited_node(own_v6),
                                     .target = own_v6,
                                     .hardware = other};
    CHECK(b.receive(nd_frame(question, b.wire.groups[0])) == 0);
    REQUIRE(b.wire.sent.size() == 1);
    CHECK(b.header(0) == ethernet_header{other, own, ethernet_header::ipv6});
    const auto said = neighbour_message::read({.data = b.inside(0)});
    REQUIRE(said);
    CHECK(said->what == neighbour_message::kind::advertisement);
    CHECK(said->source == own_v6);
    CHECK(said->destination == other_v6);
    CHECK(said->target == own_v6);
    CHECK(said->is_solicited);
    CHECK(said->overrides);
    CHECK(said->hardware == own);
    CHECK(b.send(own_v6, other_v6) == 1);  // and knows now who has asked
    CHECK(b.header(1) == ethernet_header{other, own, ethernet_header::ipv6});
}

TEST_CASE("Who looks whether an address of ours is free (RFC 4862) is answered for all to hear") {
    bench b;
    b.receive(nd_frame({.what = neighbour_message::kind::solicitation,
                        .source = {},
                        .destination = solicited_node(own_v6),
                        .target = own_v6},
                       b.wire.groups[0]));
    REQUIRE(b.wire.sent.size() == 1);
    CHECK(b.header(0).destination == hardware_address{{0x33, 0x33, 0, 0, 0, 1}});
    const auto said = neighbour_message::read({.data = b.inside(0)});
    REQUIRE(said);
    CHECK(said->destination == all_nodes);
    CHECK_FALSE(said->is_solicited);
}

TEST_CASE("For a stranger it asks, with its own address for the prefix, and sends what it held when that answers") {
    bench b;
    CHECK(b.send(here, there, 2) == 2);
    REQUIRE(b.wire.sent.size() == 1);
    CHECK(b.header(0) == ethernet_header{hardware_address::broadcast(), own, ethernet_header::arp});
    const auto asked = arp::read(b.inside(0));
    REQUIRE(asked);
    CHECK(asked->what == arp::operation::request);
    CHECK(asked->sender == here);
    CHECK(asked->target == there);
    b.receive(arp_frame(arp::operation::reply, there, here));
    REQUIRE(b.wire.sent.size() == 3);
    CHECK(b.header(2) == ethernet_header{other, own, ethernet_header::ipv4});
    CHECK(parse_packet({.data = b.inside(2)})->segment.text_length == 100);

    CHECK(b.send(own_v6, other_v6) == 1);
    REQUIRE(b.wire.sent.size() == 4);
    CHECK(b.header(3).destination == hardware_address{{0x33, 0x33, 0xff, 0, 0, 1}});
    const auto solicited = neighbour_message::read({.data = b.inside(3)});
    REQUIRE(solicited);
    CHECK(solicited->source == own_v6);
    CHECK(solicited->destination == solicited_node(other_v6));
    CHECK(solicited->target == other_v6);
    CHECK(solicited->hardware == own);
    b.receive(nd_frame({.what = neighbour_message::kind::advertisement,
                        .source = other_v6,
                        .destination = own_v6,
                        .target = other_v6,
                        .is_solicited = true,
                        .hardware = other}));
    REQUIRE(b.wire.sent.size() == 5);
    CHECK(b.header(4) == ethernet_header{other, own, ethernet_header::ipv6});
}

TEST_CASE("What is not on the link goes to the gateway, which is asked for; without a route it is counted, and lost") {
    bench b;
    CHECK(b.send(here, far) == 1);
    REQUIRE(b.wire.sent.size() == 1);
    CHECK(arp::read(b.inside(0))->target == gateway);
    b.receive(arp_frame(arp::operation::reply, gateway, here));
    REQUIRE(b.wire.sent.size() == 2);
    CHECK(b.header(1).destination == other);
    CHECK(destination_of(b.inside(1)) == far);
    CHECK(b.link.count().without_route == 0);
    CHECK(b.send(own_v6, ip_address::v6({0x2001, 0xdb8, 0, 0, 0, 0, 0, 1})) == 1);
    CHECK(b.link.count().without_route == 1);
    CHECK(b.wire.sent.size() == 2);
}

TEST_CASE("A neighbour that does not answer is asked three times in three seconds; then the host is told, by ICMP") {
    for (const bool is_v4 : {true, false}) {
        bench b;
        const ip_address from = is_v4 ? here : own_v6, to = is_v4 ? there : other_v6;
        CHECK(b.send(from, to) == 1);
        b.link.wait(never);
        CHECK(b.wire.waits.back() == instant(1s));
        b.pass(1s);
        b.pass(1s);
        CHECK(b.wire.sent.size() == 3);
        CHECK(b.link.neighbour_count().unanswered == 0);
        b.wire.time += 1s;
        REQUIRE(b.link.receive(b.room) == 1);
        CHECK(b.wire.sent.size() == 3);
        CHECK(b.link.neighbour_count().unanswered == 1);
        CHECK(b.link.neighbour_count().dropped == 1);
        b.link.wait(never);
        CHECK(b.wire.waits.back() == never);

        const octets told = b.room[0].data;
        const ip_meta ip{.source = source_of(told), .destination = destination_of(told)};
        CHECK(ip.destination == from);
        const std::size_t header = is_v4 ? 20 : 40;
        const auto message = icmp::read(ip, told.subspan(header));
        REQUIRE(message);
        const auto error = icmp::read_error(ip, *message);
        REQUIRE(error);
        CHECK(error->kind == icmp_kind::host_unreachable);
        CHECK(error->remote == socket_address{to, 2});
        CHECK(error->local == socket_address{from, 1});
        CHECK(error->sequence == seq(1000));
    }
}

TEST_CASE("What a full link has no room for is offered again, and nothing is held twice") {
    bench b;
    b.receive(arp_frame(arp::operation::request, there, here, hardware_address::broadcast()));
    b.wire.room = 1;
    const std::vector packets{data_packet(b.text), data_packet(b.text), data_packet(b.text, 0, here, far)};
    CHECK(b.link.transmit(packets) == 1);
    CHECK(b.link.neighbour_count().held == 0);
    b.wire.room = 9;
    CHECK(b.link.transmit(std::span(packets).subspan(1)) == 2);
    CHECK(b.link.neighbour_count().held == 1);
    CHECK(b.wire.sent.size() == 4);  // an answer, two packets, a question
}

TEST_CASE("Frames for others, of other types, for nobody in particular, and too short ones do not reach the host") {
    bench b;
    const tx_packet p = data_packet(b.text, 0, there, here);
    std::vector<octet> packet(p.length());
    write(p, packet);
    CHECK(b.receive(framed(packet, ethernet_header::ipv4)) == 1);
    CHECK(b.room[0].data.size() == packet.size());
    CHECK(b.receive(framed(packet, ethernet_header::ipv4, hardware_address{{2, 0, 0, 0, 0, 9}})) == 0);
    CHECK(b.receive(framed(packet, ethernet_header::ipv4, hardware_address::broadcast())) == 0);
    CHECK(b.receive(framed(packet, 0x8100)) == 0);
    CHECK(b.link.count().malformed == 0);
    CHECK(b.receive(frame(13)) == 0);
    CHECK(b.receive(framed(octets(packet).first(20), ethernet_header::arp)) == 0);
    CHECK(b.link.count().malformed == 2);
}

TEST_CASE("ICMPv6 that is no neighbour's goes up, and what comes padded keeps the length that its header says") {
    bench b;
    tx_packet echo;
    echo.begin({.source = other_v6, .destination = own_v6});
    icmp::finish(echo, icmp::v6::echo, 0, 1);
    std::vector<octet> packet(echo.length());
    write(echo, packet);
    packet.resize(60);
    CHECK(b.receive(framed(packet, ethernet_header::ipv6)) == 1);
}

TEST_CASE("Somebody else with our address is counted, and not believed") {
    bench b;
    b.receive(arp_frame(arp::operation::request, here, here, hardware_address::broadcast()));
    b.receive(nd_frame({.what = neighbour_message::kind::advertisement,
                        .source = own_v6,
                        .destination = all_nodes,
                        .target = own_v6,
                        .overrides = true,
                        .hardware = other}));
    CHECK(b.link.count().conflicts == 2);
    CHECK(b.wire.sent.empty());
}
