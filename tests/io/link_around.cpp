// SPDX-License-Identifier: MIT
// io/link_around.hpp: a link around another one is as able as that, and passes on what it does not change.
#include <doctest/doctest.h>

#include <sluice/io/link_around.hpp>

#include "memory_link.hpp"

using namespace sluice;

namespace {

struct around : io::link_around<memory_link> {
    explicit around(memory_link& link) : link_around(link) {}
};

/// One that can be waited for elsewhere, and lost.
struct able_link : memory_link {
    instant next_deadline() const { return instant(7s); }
    int native_handle() const { return 9; }
    bool is_gone() const { return true; }
};
struct around_able : io::link_around<able_link> {
    explicit around_able(able_link& link) : link_around(link) {}
};

template <class Link>
concept able = requires(const Link& l) { l.next_deadline(), l.native_handle(), l.is_gone(); };
template <class Link>
concept unable = !requires(const Link& l) { l.next_deadline(); } && !requires(const Link& l) { l.native_handle(); } &&
                 !requires(const Link& l) { l.is_gone(); };
static_assert(packet_link<around> && unable<around>);
static_assert(packet_link<around_able> && able<around_able>);

}  // namespace

TEST_CASE("What it has no call of its own for reaches the inner link, and comes back") {
    able_link inner;
    inner.time = instant(3s);
    inner.can.mtu = 1300;
    inner.room = 1;
    around_able outer(inner);
    CHECK(outer.now() == instant(3s));
    CHECK(outer.capabilities().mtu == 1300);
    const auto text = text_of(10);
    const std::vector packets{data_packet(text), data_packet(text)};
    CHECK(outer.transmit(packets) == 1);
    CHECK(inner.sent.size() == 1);
    inner.coming = {{1, 2, 3}};
    std::array<rx_packet, 2> room;
    REQUIRE(outer.receive(room) == 1);
    CHECK(room[0].data.size() == 3);
    outer.wait(instant(5s));
    CHECK(inner.waits == std::vector{instant(5s)});
    CHECK(outer.next_deadline() == instant(7s));
    CHECK(outer.native_handle() == 9);
    CHECK(outer.is_gone());
}
