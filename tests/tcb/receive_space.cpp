// SPDX-License-Identifier: MIT
// tcb/receive_space.hpp: table 6 of RFC 9293 against a list of the numbers in the window, and the window's right edge.
#include <doctest/doctest.h>

#include <sluice/tcb/receive_space.hpp>

#include <array>
#include <vector>

namespace {

using namespace sluice;

constexpr std::array<std::uint32_t, 4> places{1000, 0x7ffffff8, 0x80000000, 0xfffffff8};

receive_space at(std::uint32_t nxt, std::uint32_t window) {
    receive_space r;
    r.start(seq(nxt) - 1, window);
    return r;
}

/// The window, number by number.
std::vector<std::uint32_t> numbers_in(std::uint32_t nxt, std::uint32_t window) {
    std::vector<std::uint32_t> out;
    for (std::uint32_t i = 0; i < window; ++i) out.push_back(nxt + i);
    return out;
}

bool is_among(std::uint32_t number, const std::vector<std::uint32_t>& all) {
    return std::find(all.begin(), all.end(), number) != all.end();
}

/// Table 6, row by row; with N37, by which what has no length may stand at the right edge as well.
bool table_6(std::uint32_t nxt, std::uint32_t window, std::uint32_t first, std::uint32_t length) {
    const auto inside = numbers_in(nxt, window);
    if (length == 0 && window == 0) return first == nxt;
    if (length == 0 && window > 0) return is_among(first, inside) || first == nxt + window;
    if (length > 0 && window == 0) return false;
    return is_among(first, inside) || is_among(first + length - 1, inside);
}

}  // namespace

TEST_CASE("a segment is acceptable where table 6 says so, and an empty one at the edge, for every small window") {
    for (const std::uint32_t place : places)
        for (std::uint32_t window = 0; window < 10; ++window) {
            const auto r = at(place, window);
            for (std::uint32_t length = 0; length < 14; ++length)
                for (int offset = -16; offset < 16; ++offset) {
                    const std::uint32_t first = place + static_cast<std::uint32_t>(offset);
                    CHECK(r.acceptable(seq(first), length) == table_6(place, window, first, length));
                }
        }
}

TEST_CASE("what lies half the space away is outside of the largest window") {
    for (const std::uint32_t place : places) {
        const auto r = at(place, 1u << 30);
        CHECK(r.acceptable(seq(place), 1));
        CHECK(r.acceptable(seq(place) + ((1u << 30) - 1), 0));
        CHECK(r.acceptable(seq(place) + (1u << 30), 0));  // the edge itself
        CHECK_FALSE(r.acceptable(seq(place) + ((1u << 30) + 1), 0));
        CHECK_FALSE(r.acceptable(seq(place) + (1u << 30), 1));
        CHECK_FALSE(r.acceptable(seq(place) + 0x7fffffff, 1));
        CHECK_FALSE(r.acceptable(seq(place) + 0x80000000, 1));
        CHECK_FALSE(r.acceptable(seq(place) - 1, 1));
        CHECK(r.acceptable(seq(place) - 1, 2));
    }
}

TEST_CASE("a peer's SYN sets RCV.NXT behind itself and the window behind that") {
    receive_space r;
    r.urgent = true;
    r.start(seq(0xffffffff), 65535);
    CHECK(r.synchronized);
    CHECK(r.irs == seq(0xffffffff));
    CHECK(r.nxt == seq(0));
    CHECK(r.up == seq(0));
    CHECK(r.edge == seq(65535));
    CHECK(r.wnd() == 65535);
    CHECK_FALSE(r.urgent);
}

TEST_CASE("the right edge moves by at least a segment or half of the buffer, and never to the left") {
    // RFC 9293 3.8.6.2.2: RCV.BUFF - RCV.USER - RCV.WND >= min(Fr * RCV.BUFF, Eff.snd.MSS), Fr = 1/2.
    for (const std::uint32_t place : places)
        for (const std::uint32_t buffer : {8u, 20u})
            for (const std::uint32_t mss : {3u, 6u, 50u})
                for (std::uint32_t window = 0; window <= buffer; ++window)
                    for (std::uint32_t unread = 0; unread + window <= buffer + 4; ++unread) {
                        if (unread > buffer) continue;
                        auto r = at(place, window);
                        const std::uint32_t free = buffer - unread;
                        // With unread octets as many as leave less than the window, the edge stays where it was
                        // promised.
                        const std::uint32_t reduction = free > window ? free - window : 0;
                        const bool moves = reduction > 0 && reduction >= std::min(buffer / 2, mss);
                        CHECK(r.offer(free, buffer, mss) == moves);
                        CHECK(r.wnd() == (moves ? free : window));
                        CHECK(r.nxt == seq(place));
                    }
}

TEST_CASE("a receiver whose reader takes one octet at a time offers no silly window") {
    // The classic syndrome: a full buffer, read octet by octet, must open by whole segments.
    constexpr std::uint32_t buffer = 4000, mss = 1000;
    auto r = at(0xfffffff0, 0);
    std::uint32_t moves = 0;
    for (std::uint32_t read = 1; read <= buffer; ++read) {
        if (!r.offer(read, buffer, mss)) continue;
        ++moves;
        CHECK(r.wnd() % mss == 0);
    }
    CHECK(moves == buffer / mss);
    CHECK(r.wnd() == buffer);
}

TEST_CASE("what a segment can't say of the window, for want of room to round up, the peer does not know of") {
    static_assert(sizeof(receive_space) == 20);  // it lies in what was padding
    auto tight = at(1000, 5000);
    CHECK(tight.known_wnd() == 5000);
    CHECK(tight.field(5000, 10) == 4);  // five units are 5120, more than is free
    CHECK(tight.wnd() == 5000);
    CHECK(tight.known_wnd() == 4096);
    tight.nxt += 4500;  // some of it beyond what the peer knew of
    CHECK(tight.known_wnd() == 0);

    auto roomy = at(1000, 5000);
    CHECK(roomy.field(5120, 10) == 5);
    CHECK(roomy.wnd() == 5120);
    CHECK(roomy.known_wnd() == 5120);
}
