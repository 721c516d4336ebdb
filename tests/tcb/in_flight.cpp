// SPDX-License-Identifier: MIT
// tcb/in_flight.hpp against a naive model that keeps every octet by itself: who left when, how often, and is lost.
#include <doctest/doctest.h>

#include <sluice/tcb/in_flight.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include <sluice/base/random.hpp>

namespace {

using namespace sluice;

template <std::size_t Count>
using flight_of = in_flight<std::array<in_flight_record, Count>>;

constexpr instant at(int ms) { return instant(std::chrono::milliseconds(ms)); }

/// One octet that is out.
struct one_octet {
    instant sent;
    int transmissions = 1;
    bool lost = false;
};

/// Places count from the first octet ever sent.
struct model {
    std::map<std::uint32_t, one_octet> out;
    std::uint32_t una = 0, nxt = 0;
    std::uint32_t lost_ever = 0;

    std::uint32_t pipe() const {
        return static_cast<std::uint32_t>(
            std::count_if(out.begin(), out.end(), [](const auto& o) { return !o.second.lost; }));
    }
    void mark_lost(std::uint32_t from, std::uint32_t to) {
        for (std::uint32_t i = from; i < to; ++i) {
            lost_ever += !out[i].lost;
            out[i].lost = true;
        }
    }
};

/// Every record against its octets; both orders; the pipe.
template <class Flight>
void check_same(const Flight& f, const model& m, seq base) {
    std::uint32_t place = m.una;
    std::size_t in_network = 0, timed = 0;
    bool same = true;
    for (list_index i = f.first(); i != no_index; i = f.after(i)) {
        in_network += !f[i].lost;
        same = same && f[i].begin - base == place && f[i].begin < f[i].end;
        for (; same && place != f[i].end - base; ++place) {
            const one_octet& o = m.out.at(place);
            same = same && o.sent == f[i].sent && o.transmissions == f[i].transmissions && o.lost == f[i].lost;
        }
    }
    CHECK(same);
    CHECK(place == m.nxt);
    instant before = instant::min();
    bool ordered = true;
    for (list_index i = f.oldest(); i != no_index; i = f.sent_after(i), ++timed) {
        ordered = ordered && before <= f[i].sent;
        before = f[i].sent;
    }
    CHECK(ordered);
    CHECK(timed == in_network);
    CHECK(f.empty() == m.out.empty());
    CHECK(f.pipe() == m.pipe());
    CHECK(f.lost_octets() == m.lost_ever);
}

template <class Flight>
std::vector<list_index> indices(const Flight& f) {
    std::vector<list_index> out;
    for (list_index i = f.first(); i != no_index; i = f.after(i)) out.push_back(i);
    return out;
}

constexpr bool in_the_compiler() {
    flight_of<3> f;
    f.send(seq(0xfffffff0), seq(8), at(1), true);
    f.send(seq(8), seq(10), at(1), true);  // the same burst
    if (f.first() != f.last() || !f.split(f.first(), seq(0))) return false;
    f.mark_lost(f.first());
    f.resend(f.next_lost(), at(2));
    return f.pipe() == 26 && f.oldest() == f.last() && f.acknowledge(seq(10)).octets == 26 && f.empty();
}
static_assert(in_the_compiler());

}  // namespace

TEST_CASE_TEMPLATE("records in flight agree with single octets through any sends, cuts, losses and ACKs", Flight,
                   flight_of<4>, flight_of<16>, flight_of<64>) {
    seeded_random numbers(23);
    for (const std::uint32_t start : {0u, 0x7ffffe00u, 0xfffffe00u}) {
        const seq base(start);
        const auto number = [&](std::uint32_t place) { return base + place; };
        Flight f;
        model m;
        int now = 0;
        for (int step = 0; step < 6000; ++step) {
            now += static_cast<int>(numbers.below(2));
            const auto all = indices(f);
            const list_index any = all.empty() ? no_index : all[numbers.below(all.size())];
            const auto from = [&](list_index i) { return f[i].begin - base; };
            const auto to = [&](list_index i) { return f[i].end - base; };
            switch (numbers.below(7)) {
                case 0:
                case 1: {
                    if (f.full()) break;
                    const auto length = 1 + static_cast<std::uint32_t>(numbers.below(9));
                    f.send(number(m.nxt), number(m.nxt + length), at(now), numbers.below(4) != 0);
                    for (std::uint32_t i = 0; i < length; ++i) m.out[m.nxt + i] = {.sent = at(now)};
                    m.nxt += length;
                    break;
                }
                case 2: {
                    if (any == no_index || f[any].length() < 2) break;
                    const auto cut = from(any) + 1 + static_cast<std::uint32_t>(numbers.below(f[any].length() - 1));
                    const bool room = !f.full();
                    const std::size_t before = all.size();
                    CHECK(f.split(any, number(cut)) == room);
                    CHECK(indices(f).size() == before + room);
                    break;
                }
                case 3:
                    if (any == no_index) break;
                    m.mark_lost(from(any), to(any));
                    f.mark_lost(any);
                    break;
                case 4: {
                    // The lost record that stands lowest, by the octets.
                    const auto lowest =
                        std::find_if(m.out.begin(), m.out.end(), [](const auto& o) { return o.second.lost; });
                    const list_index i = f.next_lost();
                    CHECK((i == no_index) == (lowest == m.out.end()));
                    if (i == no_index) break;
                    CHECK(from(i) == lowest->first);
                    for (std::uint32_t k = from(i); k < to(i); ++k)
                        m.out[k] = {.sent = at(now), .transmissions = std::min(m.out[k].transmissions + 1, 255)};
                    f.resend(i, at(now));
                    break;
                }
                case 5: {
                    if (m.una == m.nxt) break;
                    const auto ack = m.una + static_cast<std::uint32_t>(numbers.below(m.nxt - m.una + 1));
                    const auto got = f.acknowledge(number(ack));
                    std::optional<instant> newest;
                    std::uint32_t again = 0;
                    for (std::uint32_t i = m.una; i < ack; ++i) {
                        if (!newest || *newest < m.out[i].sent) newest = m.out[i].sent;
                        again += m.out[i].transmissions > 1;
                    }
                    CHECK(got.octets == ack - m.una);
                    CHECK(got.sent == newest);
                    CHECK(got.retransmitted == again);
                    m.out.erase(m.out.begin(), m.out.lower_bound(ack));
                    m.una = ack;
                    break;
                }
                case 6:
                    if (numbers.below(8) != 0) break;
                    m.mark_lost(m.una, m.nxt);
                    f.mark_all_lost();
                    break;
            }
            check_same(f, m, base);
        }
    }
}

TEST_CASE("octets of one instant are one burst, unless it was sent again, lost, or must stand alone") {
    flight_of<8> f;
    f.send(seq(0), seq(1), at(1), false);  // a SYN
    f.send(seq(1), seq(5), at(1), false);  // what follows it never joins it
    f.send(seq(5), seq(9), at(1), true);
    CHECK(indices(f).size() == 2);
    f.send(seq(9), seq(12), at(2), true);  // later
    CHECK(indices(f).size() == 3);
    f.mark_lost(f.last());
    f.send(seq(12), seq(13), at(2), true);  // the last one is lost
    CHECK(indices(f).size() == 4);
    f.mark_lost(f.last());
    f.resend(f.last(), at(3));
    f.send(seq(13), seq(14), at(3), true);  // sent twice already
    CHECK(indices(f).size() == 5);
    CHECK(f[f.last()].transmissions == 1);
}

TEST_CASE("a retransmission becomes the newest in time and keeps its place in sequence") {
    flight_of<4> f;
    for (std::uint32_t i = 0; i < 3; ++i) f.send(seq(10 * i), seq(10 * i + 10), at(static_cast<int>(i)), true);
    const auto by_sequence = indices(f);
    CHECK(f.oldest() == by_sequence[0]);
    f.mark_lost(by_sequence[0]);
    f.resend(by_sequence[0], at(5));
    CHECK(indices(f) == by_sequence);
    CHECK(f.oldest() == by_sequence[1]);
    CHECK(f.sent_after(by_sequence[2]) == by_sequence[0]);
}

TEST_CASE("the number of transmissions stops at 255") {
    flight_of<1> f;
    f.send(seq(0), seq(1), at(0), true);
    for (int i = 0; i < 300; ++i) f.resend(f.first(), at(i));
    CHECK(f[f.first()].transmissions == 255);
}

TEST_CASE("one record is kept back for cutting, unless there is only one") {
    flight_of<3> f;
    for (std::uint32_t i = 0; i < 2; ++i) {
        CHECK_FALSE(f.crowded());
        f.send(seq(10 * i), seq(10 * i + 10), at(static_cast<int>(i)), true);
    }
    CHECK(f.crowded());
    CHECK_FALSE(f.full());
    CHECK(f.split(f.first(), seq(5)));
    CHECK(f.full());
    CHECK_FALSE(f.split(f.last(), seq(15)));
    f.acknowledge(seq(5));
    CHECK(f.split(f.last(), seq(15)));
    flight_of<1> one;
    CHECK_FALSE(one.crowded());
    one.send(seq(0), seq(10), at(0), true);
    CHECK(one.crowded());
}

TEST_CASE("all records can be used, given back, and used again") {
    flight_of<3> f;
    for (std::uint32_t round = 0; round < 5; ++round) {
        const seq begin(100 * round);
        for (std::uint32_t i = 0; i < 3; ++i) {
            CHECK_FALSE(f.full());
            f.send(begin + i, begin + i + 1, at(static_cast<int>(10 * round + i)), true);
        }
        CHECK(f.full());
        CHECK(f.acknowledge(begin + 3).octets == 3);
        CHECK(f.empty());
        CHECK(f.pipe() == 0);
    }
    f.send(seq(0), seq(5), at(0), true);
    f.mark_lost(f.first());
    f.clear();
    CHECK(f.empty());
    CHECK(f.pipe() == 0);
    CHECK(f.next_lost() == no_index);
    CHECK_FALSE(f.full());
}

TEST_CASE("what left in longer bursts than so much is put back: it leaves again as if for the first time") {
    flight_of<8> f;
    f.send(seq(0), seq(1000), at(1), true);
    f.send(seq(1000), seq(1500), at(2), true);
    f.send(seq(1500), seq(2501), at(3), true);
    CHECK(!f.put_back_longer(1001));
    CHECK(f.put_back_longer(999));
    CHECK(f.pipe() == 500);
    CHECK(f.lost_now() == 2001);
    const list_index first = f.next_lost();
    CHECK(f[first].begin == seq(0));
    f.resend(first, at(4));
    CHECK(f[first].transmissions == 2);
    CHECK(!f[first].again);  // a later report may call it lost
    CHECK(f.pipe() == 1500);
    CHECK(f[f.next_lost()].begin == seq(1500));
}
