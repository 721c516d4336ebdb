// SPDX-License-Identifier: MIT
// io/neighbours.hpp: the states of RFC 4861 section 7.3.2 and the flags of section 7.2.5, in virtual time.
#include <doctest/doctest.h>

#include <sluice/io/neighbours.hpp>

using namespace sluice;

namespace {

constexpr auto whom = ip_address::v4(198, 18, 0, 7);
constexpr hardware_address there{{2, 0, 0, 0, 0, 7}}, elsewhere{{2, 0, 0, 0, 0, 8}};
constexpr std::array<octet, 3> packet{1, 2, 3};

struct bench {
    io::neighbours cache;
    instant now{};
    int to_all = 0, to_one = 0;  // questions
    std::vector<hardware_address> sent{};
    std::vector<octet> first_octets{};
    std::size_t given_up = 0;

    explicit bench(const io::neighbour_settings& s = {}) : cache(s, 1) {}

    auto send() {
        return [this](const hardware_address& to, octets p) {
            sent.push_back(to);
            first_octets.push_back(p[0]);
        };
    }
    void pass(duration time) {
        const instant end = now + time;
        while (now < end) {
            now = std::min(end, cache.next_deadline());
            ask();
        }
    }
    void ask() {
        cache.ask_due(
            now, [&](const ip_address&, const std::optional<hardware_address>& at) { ++(at ? to_one : to_all); },
            [&](octets) { ++given_up; });
    }
    void hold(const ip_address& neighbour = whom) {
        cache.hold(neighbour, packet, now);
        ask();
    }
    void answers(const hardware_address& at = there, bool is_solicited = true, bool overrides = true) {
        cache.has_advertised(whom, at, is_solicited, overrides, now, send());
    }
    bool knows(const hardware_address& at = there) { return cache.look_up(whom, now) == at; }
};

}  // namespace

TEST_CASE("Who is not known is asked at once, then a second apart, three times, and then given up (section 7.2.2)") {
    bench b;
    CHECK_FALSE(b.cache.look_up(whom, b.now));
    b.hold();
    CHECK(b.to_all == 1);
    b.pass(1s - 1ns);
    CHECK(b.to_all == 1);
    b.pass(1ns);
    CHECK(b.to_all == 2);
    b.pass(1s);
    CHECK(b.to_all == 3);
    b.pass(1s - 1ns);
    CHECK(b.cache.count().unanswered == 0);
    b.pass(1ns);
    CHECK(b.to_all == 3);
    CHECK(b.given_up == 1);
    CHECK(b.cache.count().unanswered == 1);
    CHECK(b.cache.count().dropped == 1);
    CHECK(b.cache.next_deadline() == never);
}

TEST_CASE("An answer sends what was held, in its order; of more than three the oldest are gone") {
    bench b;
    for (octet i = 0; i < 5; ++i) b.cache.hold(whom, std::array<octet, 1>{i}, b.now);
    b.ask();
    CHECK(b.to_all == 1);
    b.answers();
    CHECK(b.sent == std::vector{there, there, there});
    CHECK(b.first_octets == std::vector<octet>{2, 3, 4});
    CHECK(b.cache.count().held == 5);
    CHECK(b.cache.count().dropped == 2);
    CHECK(b.knows());
    CHECK(b.cache.next_deadline() == never);
}

TEST_CASE("Reachable for 15 to 45 s; then whoever sends waits 5 s, and it is asked alone (section 7.3.3)") {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        bench b;
        b.cache = io::neighbours({}, seed);
        b.hold();
        b.answers();
        b.pass(15s - 1ns);
        CHECK(b.knows());
        CHECK(b.cache.next_deadline() == never);  // nothing is asked of whom nobody speaks to
        b.pass(30s);
        CHECK(b.knows());
        CHECK(b.cache.next_deadline() == b.now + 5s);
        b.pass(5s);
        CHECK(b.to_one == 1);
        CHECK(b.knows());  // meanwhile it is sent to
        b.answers();
        CHECK(b.cache.next_deadline() == never);
    }
}

TEST_CASE("Who does not answer three questions to it alone is forgotten, and then asked for like a stranger") {
    bench b;
    b.hold();
    b.answers(there, false);  // not asked for: stale from the beginning
    CHECK(b.knows());
    b.pass(5s + 3s - 1ns);
    CHECK(b.to_one == 3);
    CHECK(b.knows());
    b.pass(1ns);
    CHECK_FALSE(b.knows());
    CHECK(b.cache.count().unanswered == 1);
    b.hold();
    CHECK(b.to_all == 2);
}

TEST_CASE("Section 7.2.5: another address does not replace one that is reachable unless it overrides") {
    bench b;
    b.answers();
    CHECK_FALSE(b.knows());  // nobody wanted to know
    b.hold();
    b.answers();
    b.answers(elsewhere, true, false);
    CHECK(b.knows());
    CHECK(b.cache.next_deadline() == b.now + 5s);  // but it is doubted
    b.answers(elsewhere, false, true);
    CHECK(b.knows(elsewhere));
    CHECK(b.cache.next_deadline() == b.now + 5s);
    b.answers(elsewhere);
    CHECK(b.cache.next_deadline() == never);
}

TEST_CASE("Who has asked us is known, and doubted; it does not shake what is known already") {
    bench b;
    b.cache.has_asked(whom, there, b.send());
    CHECK(b.knows());
    CHECK(b.cache.next_deadline() == b.now + 5s);
    b.answers();
    b.cache.has_asked(whom, there, b.send());
    CHECK(b.knows());
    CHECK(b.cache.next_deadline() == never);
    b.cache.has_asked(whom, elsewhere, b.send());
    CHECK(b.knows(elsewhere));
    CHECK(b.cache.next_deadline() == b.now + 5s);
}

TEST_CASE("Full, the cache forgets who does not answer before whom it knows, and of these the longest unused") {
    const auto number = [](octet i) { return ip_address::v4(198, 18, 1, i); };
    bench b({.most = 4});
    for (octet i = 0; i < 4; ++i) b.cache.has_asked(number(i), there, b.send());
    CHECK(b.cache.look_up(number(0), b.now));
    for (octet i = 10; i < 20; ++i) b.hold(number(i));  // a scan
    CHECK(b.cache.count().forgotten == 10);
    CHECK(b.cache.count().dropped == 9);
    for (const octet i : std::array<octet, 3>{0, 2, 3}) CHECK(b.cache.look_up(number(i), b.now));
    CHECK_FALSE(b.cache.look_up(number(1), b.now));
}
