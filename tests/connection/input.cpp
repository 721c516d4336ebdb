// SPDX-License-Identifier: MIT
// connection/input.hpp: how often a stranger is answered (RFC 5961 section 7, N15), and that the peer always is (N36).
#include "support/compositions.hpp"
#include "support/lab.hpp"

using namespace sluice;
using lab::bench;

namespace {

/// How many challenge ACKs `count` blind RSTs in the window draw at this instant.
std::size_t challenges(bench<classic_tcp>& b, int count) {
    for (int i = 0; i < count; ++i) b.arrives({.flags = flag::rst, .sequence = 100});
    return b.take().size();
}

}  // namespace

TEST_CASE("challenge ACKs are limited: ten to twenty in five seconds, as many in the next five") {
    bench<classic_tcp> b;
    b.establish();
    const std::size_t first = challenges(b, 1000);
    CHECK(first >= 10);
    CHECK(first <= 20);
    CHECK(challenges(b, 100) == 0);
    b.wait(5s - 1ns);
    CHECK(challenges(b, 100) == 0);
    b.wait(1ns);
    CHECK(challenges(b, 1000) == first);
    CHECK(b.endpoint.count().challenge_acks == 2 * first);
    CHECK(b.endpoint.count().limited == 1000 + 100 + 100 + 1000 - 2 * first);
    CHECK(b.state() == state::established);
}

TEST_CASE("the limit of challenge ACKs is this host's own, so that none knows it beforehand (CVE-2016-5696)") {
    std::vector<std::size_t> seen;
    for (std::uint64_t host = 0; host < 40; ++host) {
        bench<classic_tcp> b({.seed = host});
        b.establish();
        seen.push_back(challenges(b, 100));
    }
    std::sort(seen.begin(), seen.end());
    CHECK(seen.front() >= 10);
    CHECK(seen.back() <= 20);
    CHECK(std::unique(seen.begin(), seen.end()) - seen.begin() >= 6);  // of eleven
}

TEST_CASE("SYNs and ACKs of nothing count towards the same limit") {
    bench<classic_tcp> b;
    b.establish();
    const std::size_t all = challenges(b, 100);
    CHECK(all > 0);
    b.arrives({.flags = flag::syn, .sequence = 1});
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1000});
    CHECK(b.quiet());
}

TEST_CASE("two ends that find each other's empty ACKs unacceptable fall silent: one answer each 500 ms") {
    bench<classic_tcp> b;
    b.establish();
    const lab::wire_segment stray{.flags = flag::ack, .sequence = 100'000, .acknowledgment = 1};
    b.arrives(stray);
    CHECK(b.take().size() == 1);
    b.wait(500ms - 1ns);
    for (int i = 0; i < 100; ++i) b.arrives(stray);
    CHECK(b.quiet());
    b.wait(1ns);
    for (int i = 0; i < 100; ++i) b.arrives(stray);
    CHECK(b.take().size() == 1);
    CHECK(b.endpoint.count().limited == 199);
}

TEST_CASE("no limiter keeps back the ACK of new text, of text that came again, or of a window probe") {
    bench<small_tcp> b;
    b.establish();
    for (int i = 0; i < 100; ++i) {  // both limiters are used up
        b.arrives({.flags = flag::rst, .sequence = 100});
        b.arrives({.flags = flag::ack, .sequence = 100'000, .acknowledgment = 1});
    }
    b.take();
    for (int i = 0; i < 50; ++i) {
        b.says("new");
        CHECK(b.receive() == "new");
        b.wait(40ms);
        CHECK(b.take().size() >= 1);
        b.arrives({.flags = flag::rst, .sequence = b.next_seq() + 1});
        b.take();
        b.arrives({.flags = flag::ack, .sequence = b.next_seq() - 3, .acknowledgment = 1, .text = "new"});
        CHECK(b.take().size() == 1);
    }
    while (b.block().rcv.wnd() > 0) b.says(lab::text(std::min<std::size_t>(b.block().rcv.wnd(), 500)));
    b.wait(1s);
    b.take();
    for (int i = 0; i < 50; ++i) {
        b.arrives({.flags = flag::ack, .sequence = b.next_seq(), .acknowledgment = 1, .text = "p"});
        CHECK(b.take().size() == 1);
    }
}

TEST_CASE("a second FIN at another number is counted and changes nothing; text behind the first is cut off") {
    bench<classic_tcp> b;
    b.establish();
    b.arrives({.flags = flag::ack | flag::fin, .sequence = 4, .acknowledgment = 1, .text = "def"});
    b.arrives({.flags = flag::ack | flag::fin, .sequence = 9, .acknowledgment = 1, .text = "ij"});
    CHECK(b.endpoint.count().second_fins == 1);
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1, .text = "abcdefgh"});
    CHECK(b.receive() == "abcdef");
    CHECK(b.state() == state::close_wait);
    CHECK(b.block().rcv.nxt - b.peer_iss == 8);
}

TEST_CASE("a FIN alone is taken when the window is shut") {
    bench<small_tcp> b;
    b.establish();
    b.says(lab::text(1024));
    b.says(lab::text(1024));
    b.take();
    b.arrives({.flags = flag::ack | flag::fin, .sequence = 2049, .acknowledgment = 1});  // N20
    CHECK(b.state() == state::close_wait);
    CHECK(b.take_one().acknowledgment == 2050);
}

TEST_CASE("out of intervals the newest text behind gaps is dropped, and nothing that was kept is lost") {
    bench<small_tcp> b;  // four intervals
    b.establish();
    const std::string all = lab::text(120);
    for (std::uint32_t i = 1; i < 12; i += 2)
        b.arrives({.flags = flag::ack, .sequence = 1 + 10 * i, .acknowledgment = 1, .text = all.substr(10 * i, 10)});
    CHECK(b.block().assembly.held().size() == 4);
    for (std::uint32_t i = 0; i < 12; i += 2)
        b.arrives({.flags = flag::ack, .sequence = 1 + 10 * i, .acknowledgment = 1, .text = all.substr(10 * i, 10)});
    std::string got = b.receive();
    b.arrives({.flags = flag::ack,
               .sequence = b.next_seq(),
               .acknowledgment = 1,
               .text = all.substr(got.size())});
    got += b.receive();
    CHECK(got == all);
}

TEST_CASE("whatever the limit of challenge ACKs is set to, between it and twice as many leave; with no limit all do") {
    for (const int limit : {0, 1, 100, 130, 200, 254, 255})
        for (std::uint64_t host = 0; host < 10; ++host) {
            classic_tcp::settings s;
            s.limits.challenge_acks = static_cast<std::uint8_t>(limit);
            s.seed = host;
            bench<classic_tcp> b(s);
            b.establish();
            const std::size_t count = challenges(b, 1000);
            if (limit == no_limit) {
                CHECK(count == 1000);
                continue;
            }
            CHECK(count >= static_cast<std::size_t>(limit));
            CHECK(count <= 2 * static_cast<std::size_t>(limit));
        }
}

TEST_CASE("what came twice is reported only beside an ACK that may be its sender's (RFC 5961 section 5)") {
    for (const bool genuine : {true, false}) {
        bench<classic_tcp> b;
        b.peer_offers.sack_permitted = true;
        b.establish();
        b.says("text");
        b.wait(50ms);
        b.take();
        b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = genuine ? 1u : 0x55555555u, .text = "text"});
        CHECK(b.take_one().options.sack.size() == (genuine ? 1u : 0u));
        b.arrives({.flags = flag::ack, .sequence = 3, .acknowledgment = genuine ? 1u : 0x55555555u, .text = "xtand"});
        b.wait(50ms);
        CHECK(b.take_one().options.sack.size() == (genuine ? 1u : 0u));
    }
}
