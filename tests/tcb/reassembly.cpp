// SPDX-License-Identifier: MIT
// tcb/reassembly.hpp against a bitmap: whatever pieces come in whatever order, what is handed over is what was sent.
#include <doctest/doctest.h>

#include <sluice/tcb/reassembly.hpp>

#include <algorithm>
#include <bitset>
#include <vector>

#include <sluice/base/interval_set.hpp>
#include <sluice/base/random.hpp>
#include <sluice/policy/buffers/fixed_buffers.hpp>

namespace {

using namespace sluice;

constexpr std::size_t window = 64;
using buffer = fixed_receive_buffer<window>;
no_pool none{0};

/// What the peer's octet at this place of its stream is.
octet octet_at(std::uint32_t place) { return static_cast<octet>(place * 167 + place / 251); }

std::vector<octet> stream(std::uint32_t from, std::uint32_t length) {
    std::vector<octet> out;
    for (std::uint32_t i = 0; i < length; ++i) out.push_back(octet_at(from + i));
    return out;
}

}  // namespace

TEST_CASE("text in order is handed over at once and leaves no gap") {
    reassembly<interval_set<seq, 4>> r;
    buffer in;
    const auto text = stream(0, 10);
    CHECK(r.take(none, in, seq(5), seq(5), text).nxt == seq(15));
    CHECK(in.size() == 10);
    CHECK_FALSE(r.has_gap());
}

TEST_CASE_TEMPLATE("text in any pieces and any order is put together as a bitmap would", Intervals,
                   interval_set<seq, 1>, interval_set<seq, 3>, interval_set<seq, 16>) {
    seeded_random numbers(17);
    for (const std::uint32_t start : {0u, 0x7fffff00u, 0xffffff00u}) {
        reassembly<Intervals> r;
        buffer in;
        std::bitset<2048> here;           // places at or beyond RCV.NXT that are held
        std::uint32_t nxt = 0, read = 0;  // places in the stream: RCV.NXT, and what the application has taken
        for (int i = 0; i < 4000 && nxt < 1900; ++i) {
            // Trimmed as input does it: from RCV.NXT on, and within the window.
            const std::uint32_t room = static_cast<std::uint32_t>(in.free());
            if (room > 0 && numbers.below(4) != 0) {
                const std::uint32_t first =
                    nxt + (numbers.below(3) == 0 ? 0 : static_cast<std::uint32_t>(numbers.below(room)));
                const std::uint32_t length =
                    1 + static_cast<std::uint32_t>(numbers.below(std::min(nxt + room - first, 20u)));
                const auto before = here;
                for (std::uint32_t k = first; k < first + length; ++k) here.set(k);
                std::uint32_t runs = 0;
                for (std::uint32_t k = nxt; k < nxt + window + 1; ++k) runs += here[k] && (k == nxt || !here[k - 1]);
                if (first != nxt && runs > r.held().capacity()) here = before;  // the newest is dropped

                const seq got = r.take(none, in, seq(start + nxt), seq(start + first), stream(first, length)).nxt;
                while (here[nxt]) ++nxt;
                CHECK(got == seq(start + nxt));
                CHECK(r.has_gap() == ((here >> nxt).any()));
                for (const auto& held : r.held().all())
                    for (seq s = held.begin; s < held.end; s += 1) CHECK(here[s - seq(start)]);
            } else {
                std::vector<octet> to(1 + numbers.below(40));
                const std::size_t taken = in.read(none, to);
                to.resize(taken);
                CHECK(to == stream(read, static_cast<std::uint32_t>(taken)));
                read += static_cast<std::uint32_t>(taken);
            }
            CHECK(in.size() == nxt - read);
        }
        CHECK(nxt >= 1900);
    }
}

TEST_CASE("a gap that closes hands over everything up to the next gap, and no further") {
    reassembly<interval_set<seq, 4>> r;
    buffer in;
    seq nxt(0xfffffffe);
    const seq start = nxt;
    const auto piece = [&](std::uint32_t from, std::uint32_t length) {
        nxt = r.take(none, in, nxt, start + from, stream(from, length)).nxt;
    };
    piece(4, 4);   // 4..8
    piece(12, 4);  // 12..16
    piece(2, 3);   // joins the first
    CHECK(nxt == start);
    CHECK(r.held().size() == 2);
    piece(0, 2);
    CHECK(nxt == start + 8);
    CHECK(r.held().size() == 1);
    piece(8, 6);  // overlaps into the second
    CHECK(nxt == start + 16);
    CHECK_FALSE(r.has_gap());
    std::vector<octet> all(16);
    CHECK(in.read(none, all) == 16);
    CHECK(all == stream(0, 16));
}

TEST_CASE("without a free interval the newest out-of-order text is dropped and the rest stays right") {
    reassembly<interval_set<seq, 1>> r;
    buffer in;
    seq nxt(100);
    nxt = r.take(none, in, nxt, seq(110), stream(10, 5)).nxt;
    nxt = r.take(none, in, nxt, seq(120), stream(20, 5)).nxt;  // no room for it
    CHECK(r.held().size() == 1);
    nxt = r.take(none, in, nxt, seq(100), stream(0, 10)).nxt;
    CHECK(nxt == seq(115));
    CHECK_FALSE(r.has_gap());
}

TEST_CASE("the first FIN stands, and another one at another number counts for nothing") {
    reassembly<interval_set<seq, 4>> r;
    buffer in;
    CHECK_FALSE(r.fin().has_value());
    r.note_fin(none, in, seq(0), seq(0));
    r.note_fin(none, in, seq(0), seq(9));
    CHECK(r.fin() == seq(0));
}

TEST_CASE("whatever came before a FIN, exactly the text below it is handed over") {
    seeded_random numbers(26);
    const auto below = [&](std::uint32_t limit) { return static_cast<std::uint32_t>(numbers.below(limit)); };
    for (int world = 0; world < 3000; ++world) {
        const seq start(world % 3 == 0 ? 0xffffffe0u : 77u);
        const std::uint32_t fin = 2 + below(window - 2);  // its place
        reassembly<interval_set<seq, 4>> r;
        buffer in;
        // First pieces that leave a gap at the front: some, by mistake or malice, across the FIN's place or beyond it.
        for (int i = 0; i < 5; ++i) {
            const std::uint32_t first = 1 + below(window - 1), length = 1 + below(window - first);
            CHECK(r.take(none, in, start, start + first, stream(first, length)).nxt == start);
        }
        r.note_fin(none, in, start, start + fin);
        for (const auto& held : r.held().all()) CHECK(held.end <= start + fin);
        // Then the rest in any order, none of it past the FIN, until nothing is missing.
        std::uint32_t nxt = 0;
        while (nxt < fin) {
            const std::uint32_t first = below(3) == 0 ? nxt : nxt + below(fin - nxt), length = 1 + below(fin - first);
            nxt = r.take(none, in, start + nxt, start + first, stream(first, length)).nxt - start;
        }
        CHECK(nxt == fin);
        CHECK_FALSE(r.has_gap());
        std::vector<octet> all(window);
        all.resize(in.read(none, all));
        CHECK(all == stream(0, fin));
    }
}

namespace {

/// Says how far beyond what is in order it was told to keep.
struct keeps_beyond : buffer {
    std::size_t reach = 0;
    constexpr bool write(no_pool& pool, std::size_t offset, payload text) {
        reach = std::max(reach, size() + offset + text.length);
        return buffer::write(pool, offset, text);
    }
    constexpr void forget_beyond(no_pool&, std::size_t offset = 0) { reach = size() + offset; }
};

}  // namespace

TEST_CASE("nothing stays in the buffer beyond what is held: not behind a FIN, nor what found no interval") {
    reassembly<interval_set<seq, 2>> r;
    keeps_beyond in;
    const seq start(100);
    CHECK(r.take(none, in, start, start + 10, stream(10, 5)).kept);
    CHECK(r.take(none, in, start, start + 20, stream(20, 5)).kept);
    CHECK_FALSE(r.take(none, in, start, start + 40, stream(40, 5)).kept);
    CHECK(in.reach == 25);
    r.note_fin(none, in, start, start + 22);
    CHECK(in.reach == 22);
    CHECK(r.take(none, in, start, start, stream(0, 20)).nxt == start + 22);
    CHECK(in.reach == 22);

    reassembly<interval_set<seq, 2>> alone;
    keeps_beyond other;
    CHECK(alone.take(none, other, start, start + 10, stream(10, 5)).kept);
    alone.note_fin(none, other, start, start + 4);
    CHECK(other.reach == 0);
}
