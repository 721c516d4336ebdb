// SPDX-License-Identifier: MIT
// io/packet_socket.hpp at both ends of a pair of veth, in a network namespace whose kernel has no address there: what
// comes is what was sent, and what lies is counted.
#include <doctest/doctest.h>

#include <sluice/host/device.hpp>
#include <sluice/host/tcp_listener.hpp>
#include <sluice/io/ethernet.hpp>
#include <sluice/io/packet_socket.hpp>

#include "memory_link.hpp"
#include "own_namespace.hpp"

using namespace sluice;
using my_tcp = tcp<growable_buffers>;

namespace {

constexpr std::size_t length = 3'000'000;

task<> send_all(host<my_tcp>& at, octets words) {
    tcp_listener listener(at);
    if (!listener.listen({.port = 7})) co_return;
    auto peer = co_await listener.accept();
    if (!peer) co_return;
    const auto said = co_await peer->send(words);
    if (said) static_cast<void>(peer->shutdown());
}
task<> hear_all(host<my_tcp>& at, std::vector<octet>& heard) {
    tcp_socket socket(at);
    const auto done = co_await socket.connect({here, 7});
    if (!done) co_return;
    std::array<octet, 8192> some;
    while (true) {
        const auto got = co_await socket.recv(some);
        if (got.value_or(0) == 0) co_return;
        heard.insert(heard.end(), some.begin(), some.begin() + static_cast<std::ptrdiff_t>(*got));
    }
}

/// Both ends of an Ethernet; nothing where they may not be.
struct ends {
    own_namespace apart;
    io::opened<io::reactor> reactor = io::reactor::open();
    std::optional<io::packet_socket> near{}, far{};

    explicit ends(bool super_segments = true) {
        if (!apart || !apart.ip("link add near0 type veth peer name far0")) return;
        for (const char* each : {"near0 ", "far0 "})  // without an address of its own the kernel looks for no router
            if (!apart.ip(("link set " + std::string(each) + "addrgenmode none up").c_str())) return;
        for (auto* each : {&near, &far}) {
            auto link = io::packet_socket::open({.interface = each == &near ? "near0" : "far0",
                                                 .super_segments = super_segments,
                                                 .receive_blocks = 4,
                                                 .transmit_blocks = 2},
                                                *reactor);
            if (!link) {
                MESSAGE("skipped: " << link.why().text());
                return;
            }
            each->emplace(*std::move(link));
        }
    }
    explicit operator bool() const { return near && far; }

    /// Sends a frame as it is.
    void send(octets packet, std::uint16_t type = ethernet_header::ipv4) {
        const tx_packet whole = io::finished_packet(packet);
        const io::tx_frame frame{{near->hardware(), far->hardware(), type}, &whole};
        CHECK(far->transmit(std::span(&frame, 1)) == 1);
    }
};

}  // namespace

TEST_CASE("Two hosts find each other and speak TCP over a wire, with super-segments and without") {
    for (const bool super_segments : {true, false}) {
        ends wire(super_segments);
        if (!wire) return;
        io::ethernet near(*wire.near, {.own = {{here, 24}}}), far(*wire.far, {.own = {{there, 24}}});
        host<my_tcp> near_host({.seed = 1}, here), far_host({.seed = 2}, there);
        device near_loop(near_host, near), far_loop(far_host, far);
        const auto words = text_of(length);
        std::vector<octet> heard;
        REQUIRE(near_host.spawn(send_all(near_host, words)));
        near_loop.turn();
        REQUIRE(far_host.spawn(hear_all(far_host, heard)));
        const instant end = io::monotonic_now() + 1min;
        while ((near_host.has_programs() || far_host.has_programs()) && io::monotonic_now() < end) {
            near_loop.turn();
            far_loop.turn();
            near.wait(instant::min());  // both wait in one reactor; and what a ring has kept goes on
            far.wait(std::min({near_loop.next_deadline(), far_loop.next_deadline(), io::monotonic_now() + 10ms}));
        }
        CHECK(heard == words);
        CHECK(near.count().answers == 1);
        CHECK(far.neighbour_count().held == 1);  // the SYN
        CHECK(wire.near->count().lost_out == 0);
        // About 64 KiB a packet, or else 1,448 octets.
        if (super_segments) {
            CHECK(wire.near->count().packets_out < length / 1448);
            CHECK(wire.far->count().lost_in == 0);
        } else {
            CHECK(wire.near->count().packets_out >= length / 1448);
        }
    }
}

TEST_CASE("Packets that are cut short, lie about their length or have a bad checksum are counted, and answer nothing") {
    ends wire;
    if (!wire) return;
    io::ethernet near(*wire.near, {.own = {{here, 24}}});
    host<my_tcp> own({.seed = 1}, here);
    device loop(own, near);
    const auto text = text_of(100);
    const tx_packet p = data_packet(text, 0, there, here);
    std::vector<octet> good(p.length());
    write(p, good);
    const auto changed = [&](std::size_t at, octet value) {
        auto out = good;
        out[at] = value;
        if (at < 20) {  // the header's checksum is right, so that it is not that which is noticed
            store_be16(&out[10], 0);
            store_be16(&out[10], partial_sum().add(octets(out).first(20)).finish());
        }
        return out;
    };
    std::vector<std::vector<octet>> bad{
        {good.begin(), good.begin() + 100},  // less than it says
        {good.begin(), good.begin() + 30},   // not even a TCP header
        changed(3, 141),                     // says to be longer than it is
        changed(3, 30),                      // no room for TCP
        changed(0, 0x4f),                    // a header longer than it is: options that are TCP's header
        changed(32, 0x10),                   // a TCP header of 4 octets
        changed(32, 0xf0),                   // options that are text
        changed(139, 0),                     // a bad checksum
    };
    for (const auto& each : bad) wire.send(each);
    wire.send(octets(good).first(10), ethernet_header::arp);
    const instant end = io::monotonic_now() + 1min;
    while (own.stack().count().malformed + near.count().malformed < bad.size() + 1 && io::monotonic_now() < end) {
        loop.turn();
        near.wait(io::monotonic_now() + 10ms);
    }
    CHECK(own.stack().count().malformed == bad.size());
    CHECK(near.count().malformed == 1);
    CHECK(own.stack().count().segments_out == 0);
}

TEST_CASE("An interface that is not there, and one that is no Ethernet, are refused with a reason") {
    const own_namespace apart;
    auto reactor = io::reactor::open();
    REQUIRE(reactor);
    const auto none = io::packet_socket::open({.interface = "none0"}, *reactor);
    REQUIRE(!none);
    CHECK(none.why().text() == "none0: No such device (`ip link` lists what there is)");
    const auto loopback = io::packet_socket::open({.interface = "lo"}, *reactor);
    REQUIRE(!loopback);
    CHECK(loopback.why().text() == "frames of lo (it is no Ethernet)");
}

TEST_CASE("What leaves while the interface is down is lost, and counted; up again it carries, deleted it is gone") {
    ends wire;
    if (!wire) return;
    const auto text = text_of(100);
    const tx_packet p = data_packet(text);
    std::vector<octet> packet(p.length());
    write(p, packet);
    REQUIRE(io::interface("far0").set_up(false));
    for (int i = 0; i < 100; ++i) wire.send(packet);  // more than its ring has room for
    CHECK(wire.far->count().lost_out == 100);
    wire.far->wait(instant::min());
    std::array<rx_packet, 4> room;
    CHECK(wire.far->receive(room) == 0);
    CHECK_FALSE(wire.far->is_gone());
    REQUIRE(io::interface("far0").set_up(true));
    wire.send(packet);
    CHECK(wire.far->count().lost_out == 100);
    const instant end = io::monotonic_now() + 1min;
    std::size_t got = 0;
    while ((got = wire.near->receive(room)) == 0 && io::monotonic_now() < end)
        wire.near->wait(io::monotonic_now() + 10ms);
    REQUIRE(got == 1);
    CHECK(std::equal(packet.begin(), packet.end(), room[0].data.begin() + 14, room[0].data.end()));
    REQUIRE(wire.apart.ip("link delete far0"));
    while (!wire.far->is_gone() && io::monotonic_now() < end) {
        wire.far->wait(io::monotonic_now() + 10ms);
        wire.far->receive(room);
    }
    CHECK(wire.far->is_gone());
}
