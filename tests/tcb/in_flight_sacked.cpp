// SPDX-License-Identifier: MIT
// tcb/in_flight.hpp, what the peer reports: against a table with an entry for each octet, which judges by the words of
// RFC 6675 section 4 and has neither records nor runs.
#include <doctest/doctest.h>

#include <array>
#include <vector>

#include <sluice/base/random.hpp>
#include <sluice/tcb/in_flight.hpp>

namespace {

using namespace sluice;

using records = in_flight<std::array<in_flight_record, 64>>;

/// Counts how often a record is looked at.
struct watched_records {
    static constexpr std::size_t count = 8192;
    static inline std::size_t looks = 0;
    std::vector<in_flight_record> all = std::vector<in_flight_record>(count);

    static constexpr std::size_t size() { return count; }
    in_flight_record& operator[](std::size_t i) { return ++looks, all[i]; }
    const in_flight_record& operator[](std::size_t i) const { return ++looks, all[i]; }
};
using watched_flight = in_flight<watched_records>;
/// The most looks that any round of events takes; a round is a handful of changes.
constexpr std::size_t a_handful = 100;

watched_flight long_flight() {
    watched_flight flight;
    for (std::uint32_t i = 0; i < 6000; ++i) flight.send(seq(i), seq(i + 1), instant(1us * i), true);
    return flight;
}

struct octet_table {
    struct entry {
        bool sacked = false, lost = false, again = false;
    };
    std::vector<entry> octets;  // from SND.UNA on

    std::uint32_t pipe() const {
        std::uint32_t out = 0;
        for (const entry& e : octets) out += !e.sacked && !e.lost;
        return out;
    }
    std::uint32_t sacked() const {
        std::uint32_t out = 0;
        for (const entry& e : octets) out += e.sacked;
        return out;
    }
    /// IsLost: `runs` discontiguous reported ranges above it, or more than `most` octets.
    bool is_lost(std::size_t at, std::uint32_t most, std::uint32_t runs) const {
        std::uint32_t above = 0, ranges = 0;
        for (std::size_t i = at + 1; i < octets.size(); ++i) {
            above += octets[i].sacked;
            ranges += octets[i].sacked && !octets[i - 1].sacked;
        }
        return above > most || ranges >= runs;
    }
    void mark_lost(std::uint32_t most, std::uint32_t runs) {
        for (std::size_t i = 0; i < octets.size(); ++i)
            if (!octets[i].sacked && !octets[i].again && is_lost(i, most, runs)) octets[i].lost = true;
    }
};

void check_same(const records& flight, const octet_table& table, seq una) {
    REQUIRE(flight.pipe() == table.pipe());
    REQUIRE(flight.sacked_octets() == table.sacked());
    for (std::size_t i = table.octets.size(); i-- > 0;) {
        if (!table.octets[i].sacked) continue;
        REQUIRE(flight.highest_sacked() == una + static_cast<std::uint32_t>(i + 1));
        break;
    }
    bool same = true, before = false;
    seq at = una;
    for (list_index i = flight.first(); i != no_index; i = flight.after(i)) {
        const in_flight_record& r = flight[i];
        same &= r.begin == at && !(r.sacked && before);
        before = r.sacked;
        for (; at < r.end; at += 1) {
            const auto& e = table.octets[at - una];
            same &= e.sacked == r.sacked && (e.sacked || e.lost == r.lost);
        }
    }
    REQUIRE(same);
    REQUIRE(at - una == table.octets.size());
    std::size_t in_network = 0, timed = 0;
    for (list_index i = flight.first(); i != no_index; i = flight.after(i))
        in_network += !flight[i].sacked && !flight[i].lost;
    for (list_index i = flight.oldest(); i != no_index; i = flight.sent_after(i)) {
        ++timed;
        REQUIRE(!flight[i].sacked);
        REQUIRE(!flight[i].lost);
    }
    REQUIRE(in_network == timed);
}

}  // namespace

TEST_CASE("any reports, ACKs, losses and retransmissions leave what a table of single octets says") {
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        CAPTURE(seed);
        seeded_random numbers(seed);
        const auto up_to = [&](std::size_t n) { return static_cast<std::uint32_t>(numbers.below(n)); };
        records flight;
        octet_table table;
        const seq start(0xffffff00u + up_to(200));
        seq una = start, nxt = start;
        const std::uint32_t most = 6, runs = 3;
        instant now{};
        for (int step = 0; step < 200; ++step) {
            now += 1ms;
            switch (up_to(6)) {
                case 0:  // new octets
                    if (!flight.crowded() && table.octets.size() < 100) {
                        const std::uint32_t length = 1 + up_to(8);
                        flight.send(nxt, nxt + length, now, true);
                        nxt += length;
                        table.octets.resize(table.octets.size() + length);
                    }
                    break;
                case 1: case 2: case 3: {  // a report
                    if (table.octets.empty()) break;
                    const std::uint32_t begin = up_to(table.octets.size());
                    const std::uint32_t end = begin + 1 + up_to(std::min<std::size_t>(table.octets.size() - begin, 12));
                    std::uint32_t fresh = 0;
                    for (std::uint32_t i = begin; i < end; ++i) {
                        auto& e = table.octets[i];
                        fresh += !e.sacked;
                        e = {.sacked = true};
                    }
                    const auto found = flight.mark_sacked(una + begin, una + end);
                    REQUIRE(found.complete);
                    REQUIRE(found.octets == fresh);
                    table.mark_lost(most, runs);
                    flight.mark_lost_below_sacked(most, runs);
                    break;
                }
                case 4: {  // an ACK
                    const std::uint32_t gone = up_to(std::min<std::size_t>(table.octets.size() + 1, 10));
                    std::uint32_t reported = 0;
                    for (std::uint32_t i = 0; i < gone; ++i) reported += table.octets[i].sacked;
                    const auto found = flight.acknowledge(una + gone);
                    REQUIRE(found.octets == gone);
                    REQUIRE(found.sacked == reported);
                    table.octets.erase(table.octets.begin(), table.octets.begin() + gone);
                    una += gone;
                    break;
                }
                default:  // what is lost leaves again
                    if (const list_index i = flight.next_lost(); i != no_index) {
                        for (seq at = flight[i].begin; at < flight[i].end; at += 1)
                            table.octets[at - una] = {.again = true};
                        flight.resend(i, now);
                    }
            }
            check_same(flight, table, una);
            if (step % 50 == 49) {
                flight.forget_sacked();
                for (auto& e : table.octets) e.sacked = false;
                check_same(flight, table, una);
                flight.mark_all_lost();
                for (auto& e : table.octets) e.lost = true;
                check_same(flight, table, una);
                while (flight.next_lost() != no_index) flight.resend(flight.next_lost(), now);
                for (auto& e : table.octets) e = {.again = true};
            }
        }
    }
}

TEST_CASE("a report inside of a burst needs records for its ends; without them nothing of it is believed") {
    in_flight<std::array<in_flight_record, 2>> flight;
    flight.send(seq(0), seq(100), instant(), true);
    const auto found = flight.mark_sacked(seq(40), seq(60));
    CHECK_FALSE(found.complete);
    CHECK(flight.pipe() + flight.sacked_octets() == 100);
    CHECK(flight.sacked_octets() == 0);
    CHECK(flight.mark_sacked(seq(0), seq(100)).octets == 100);
    CHECK(flight.pipe() == 0);
}

TEST_CASE("the next unjudged record is only lost below something reported, and the last one once") {
    records flight;
    for (std::uint32_t i = 0; i < 5; ++i) flight.send(seq(10 * i), seq(10 * i + 10), instant(1ms * i), true);
    CHECK_FALSE(flight.mark_next_doubtful(10));
    flight.mark_sacked(seq(20), seq(30));
    CHECK(flight.mark_next_doubtful(4));
    CHECK(flight[flight.next_lost()].begin == seq(0));
    CHECK(flight[flight.next_lost()].end == seq(4));
    CHECK(flight.mark_next_doubtful(10));
    CHECK(flight.mark_next_doubtful(10));
    CHECK_FALSE(flight.mark_next_doubtful(10));
    CHECK(flight.pipe() == 20);
    CHECK(flight.mark_last_lost(3));
    CHECK(flight.pipe() == 17);
    CHECK_FALSE(flight.mark_last_lost(3));
}

TEST_CASE("to find out what is lost costs the same however much is in flight behind it") {
    watched_flight flight = long_flight();
    for (std::uint32_t i = 0; i < 3000; i += 20) {
        watched_records::looks = 0;
        flight.mark_sacked(seq(i + 1), seq(i + 20));
        flight.mark_lost_below_sacked(2, 3);
        const list_index lost = flight.next_lost();
        REQUIRE(lost != no_index);
        CHECK(flight[lost].begin == seq(i));
        flight.resend(lost, instant(10ms));
        CHECK(flight.next_lost() == no_index);
        CHECK(watched_records::looks < 20 * a_handful);
    }
}

TEST_CASE("what is lost again, below what else is lost, comes first") {
    records flight;
    for (std::uint32_t i = 0; i < 6; ++i) flight.send(seq(i), seq(i + 1), instant(1ms * i), true);
    const list_index lowest = flight.first(), next = flight.after(lowest);
    flight.mark_lost(next);
    CHECK(flight.next_lost() == next);
    flight.mark_lost(lowest);
    CHECK(flight.next_lost() == lowest);
    flight.resend(lowest, instant(10ms));
    CHECK(flight.next_lost() == next);
    flight.resend(next, instant(11ms));
    CHECK(flight.next_lost() == no_index);
    flight.mark_lost(lowest);
    CHECK(flight.next_lost() == lowest);
    flight.mark_lost(next);
    CHECK(flight.acknowledge(seq(1)).octets == 1);
    CHECK(flight.next_lost() == next);
    flight.mark_sacked(seq(1), seq(2));
    CHECK(flight.next_lost() == no_index);
}

TEST_CASE("reports of what was sent again, in between reports of what is new, are both found at once") {
    watched_flight flight = long_flight();
    for (std::uint32_t i = 1; i < 4000; i += 2) flight.mark_sacked(seq(i), seq(i + 1));  // every second one is missing
    for (std::uint32_t i = 0; i < 1000; ++i) {
        watched_records::looks = 0;
        CHECK(flight.mark_sacked(seq(4000 + i), seq(4001 + i)).octets == 1);
        CHECK(flight.mark_sacked(seq(1), seq(2 * i + 4)).octets == 1);  // one gap more is filled
        CHECK(watched_records::looks < 2 * a_handful);
    }
}

TEST_CASE("however far apart two reports are, one costs a bounded walk, and the next one goes on from there") {
    static in_flight<std::array<in_flight_record, 8192>> flight;
    for (std::uint32_t i = 0; i < 4000; ++i) flight.send(seq(i), seq(i + 1), instant(1ms * i), true);
    flight.mark_sacked(seq(1), seq(2));
    int tries = 1;
    while (tries < 10 && !flight.mark_sacked(seq(3500), seq(3501)).complete) ++tries;
    CHECK(tries == 4);  // 1024 records a time
    CHECK(flight.sacked_octets() == 2);
    CHECK(flight.mark_sacked(seq(3501), seq(3600)).octets == 99);  // at the end of what was reported: at once
}

TEST_CASE(
    "what leaves again although it may not be lost counts twice, until it arrives or is lost (RFC 6675, SetPipe)") {
    records flight;
    for (std::uint32_t i = 0; i < 5; ++i) flight.send(seq(10 * i), seq(10 * i + 10), instant(1ms * i), true);
    flight.mark_sacked(seq(30), seq(40));
    const auto send_again = [&] {
        REQUIRE(flight.mark_next_doubtful(10));
        flight.resend(flight.next_lost(), instant(9ms));
    };
    CHECK(flight.pipe() == 40);
    send_again();
    CHECK(flight.pipe() == 50);
    flight.acknowledge(seq(4));  // of 0 to 10 a part
    CHECK(flight.pipe() == 42);
    flight.acknowledge(seq(10));
    CHECK(flight.pipe() == 30);
    send_again();
    CHECK(flight.pipe() == 40);
    flight.mark_sacked(seq(10), seq(20));
    CHECK(flight.pipe() == 20);
    send_again();
    CHECK(flight.pipe() == 30);
    flight.mark_all_lost();
    CHECK(flight.pipe() == 0);
    flight.resend(flight.next_lost(), instant(10ms));  // after a timeout it is out once
    CHECK(flight.pipe() == 10);
}

TEST_CASE("a FIN takes no room: a full segment that ends in one is cut nowhere") {
    records flight;
    flight.send(seq(0), seq(20), instant(), true);
    flight.send(seq(20), seq(31), instant(1ms), true, true);
    CHECK_FALSE(flight.ends_in_fin(flight.first()));
    flight.cut_to_segment(flight.last(), 10);
    CHECK(flight[flight.last()].begin == seq(20));
    flight.cut_to_segment(flight.first(), 10);
    CHECK(flight[flight.first()].end == seq(10));
    CHECK(flight.mark_last_lost(10));
    CHECK(flight[flight.next_lost()].begin == seq(20));
    CHECK(flight.pipe() == 20);
    flight.cut_to_segment(flight.last(), 9);
    CHECK(flight[flight.last()].begin == seq(29));
}
