// SPDX-License-Identifier: MIT
// host/outbox.hpp: every packet leaves once and in order, whatever a link takes at a time, with the payload it had.
#include <doctest/doctest.h>

#include <sluice/host/outbox.hpp>

#include <numeric>
#include <vector>

namespace {

using namespace sluice;

/// Packets of three octets in two pieces, n, n and n; their payload lies in one place that each fill writes anew.
struct source {
    octet next = 1;
    octet last;
    std::vector<octet> text = std::vector<octet>(100);
    int fills = 0;

    std::size_t operator()(std::span<tx_packet> room) {
        ++fills;
        std::size_t built = 0;
        for (; built < room.size() && next <= last; ++next, ++built) {
            tx_packet& p = room[built];
            p.spans = 0;
            p.payload_length = 0;
            std::fill_n(text.begin() + static_cast<std::ptrdiff_t>(3 * built), 3, next);
            p.borrow(octets(text).subspan(3 * built, 1));
            p.borrow(octets(text).subspan(3 * built + 1, 2));
        }
        return built;
    }
    /// The next call into a host may do this to what it lent.
    void scribble() { std::fill(text.begin(), text.end(), octet{0xee}); }
};

struct sink {
    std::size_t room;
    std::vector<octet> got{};

    std::size_t operator()(std::span<const tx_packet> packets) {
        const std::size_t taken = std::min(room, packets.size());
        for (const tx_packet& p : packets.first(taken)) {
            CHECK(p.payload_length == 3);
            std::size_t length = 0;
            for (const octets span : std::span(p.payload).first(p.spans)) {
                CHECK(std::count(span.begin(), span.end(), span[0]) == static_cast<std::ptrdiff_t>(span.size()));
                length += span.size();
            }
            CHECK(length == 3);
            got.push_back(p.payload[0][0]);
        }
        room -= taken;
        return taken;
    }
};

std::vector<octet> up_to(octet last) {
    std::vector<octet> out(last);
    std::iota(out.begin(), out.end(), octet{1});
    return out;
}

}  // namespace

TEST_CASE("with room for all, everything leaves in one go, in batches") {
    outbox<4> box;
    source from{.last = 10};
    sink to{.room = 100};
    static_cast<void>(box.pass_on(9, from, to));
    CHECK(to.got == up_to(10));
    CHECK(box.empty());
    CHECK(from.fills == 4);  // 4, 4, 2, none
}

TEST_CASE("no more batches leave at once than are asked for, and then it says that there may be more") {
    outbox<4> box;
    source from{.last = 10};
    sink to{.room = 100};
    CHECK(box.pass_on(2, from, to));
    CHECK(to.got == up_to(8));
    CHECK_FALSE(box.pass_on(2, from, to));
    CHECK(to.got == up_to(10));
    to.room = 0, from.last = 20;
    CHECK_FALSE(box.pass_on(2, from, to));  // a full link says itself when there is room
}

TEST_CASE("what a link has no room for is kept with its payload, and leaves before anything new is built") {
    for (const std::size_t room : {0u, 1u, 2u, 3u, 5u, 7u}) {
        outbox<4> box;
        source from{.last = 23};
        sink to{.room = 0};
        for (int i = 0; i < 100 && to.got.size() < 23; ++i) {
            to.room = room > 0 ? room : static_cast<std::size_t>(i % 3);
            static_cast<void>(box.pass_on(9, from, to));
            from.scribble();
        }
        CHECK(to.got == up_to(23));
    }
}

TEST_CASE("while something is kept nothing is built") {
    outbox<4> box;
    source from{.last = 8};
    sink to{.room = 2};
    static_cast<void>(box.pass_on(9, from, to));
    CHECK_FALSE(box.empty());
    CHECK(from.fills == 1);
    static_cast<void>(box.pass_on(9, from, to));
    CHECK(from.fills == 1);
    to.room = 2;
    static_cast<void>(box.pass_on(9, from, to));
    CHECK(from.fills == 2);
    CHECK(to.got == up_to(4));
}

TEST_CASE("a packet without payload is kept like any other") {
    outbox<2> box;
    int built = 0;
    const auto fill = [&](std::span<tx_packet> room) {
        if (built == 1) return std::size_t{0};
        room[0].spans = 0;
        return static_cast<std::size_t>(++built);
    };
    std::size_t room = 0, left = 0;
    const auto transmit = [&](std::span<const tx_packet> packets) {
        for (const tx_packet& p : packets.first(room)) CHECK(p.spans == 0);
        left += room;
        return room;
    };
    static_cast<void>(box.pass_on(9, fill, transmit));
    CHECK(left == 0);
    room = 1;
    static_cast<void>(box.pass_on(9, fill, transmit));
    CHECK(left == 1);
    CHECK(box.empty());
}
