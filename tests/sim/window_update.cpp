// SPDX-License-Identifier: MIT
// What a reader that keeps up has to tell: nothing. Whatever the unit of the window and the size of a segment, an ACK
// for two segments (SHLD-19) offers what has been read, and no ACK leaves for that alone.
#include <array>

#include <doctest/doctest.h>

#include <sluice/policy/buffers/growable_buffers.hpp>

#include "audited.hpp"

using namespace sluice;

namespace {

using large_tcp = tcp<testing::gate_audit, growable_buffers>;

}  // namespace

// The control: with an offered window that is rounded down before it is compared (control_block.hpp, offered) each
// segment of 524 octets seems to make a whole unit of 2 KiB that the peer does not know of, and is answered: 2001.
TEST_CASE("a reader that keeps up draws an ACK for two segments, and no more, in windows of any unit") {
    constexpr std::uint64_t segments = 2000;
    struct window {
        std::size_t buffer;
        std::uint16_t mtu;
    };
    constexpr std::array<window, 7> windows{{{64 << 20, 576},
                                             {64 << 20, 1500},
                                             {64 << 20, 9000},
                                             {1 << 20, 576},
                                             {256 << 10, 1500},
                                             {1 << 16, 576},
                                             {std::size_t{1} << 30, 576}}};
    for (const window& each : windows) {
        const std::size_t buffer = each.buffer;
        const std::uint16_t mtu = each.mtu;
        CAPTURE(buffer);
        CAPTURE(mtu);
        large_tcp::settings s;
        s.buffers.receive = s.buffers.largest_receive = buffer;
        s.ack.quick_start = 0;
        const auto r = audited::transfer<large_tcp>({.rate = 100'000'000,
                                                     .delay = 5ms,
                                                     .queue = 10'000,
                                                     .octets = segments * (mtu - 40u - 12u),
                                                     .mtu = mtu,
                                                     .record = false},
                                                    s, s);
        CHECK(r.complete);
        CHECK(r.retransmitted == 0);
        // SYN,ACK; the first segment's, where a SYN could not offer all there is (RFC 7323 section 2.2); one for two
        // segments, of which the last one comes with the FIN and is answered with one.
        CHECK(r.server.segments_out == 1 + (buffer > 65536 ? 1 : 0) + segments / 2);
    }
}
