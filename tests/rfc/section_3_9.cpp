// SPDX-License-Identifier: MIT
// RFC 9293 section 3.9: the interface to the application (OPEN, SEND and pushing, Diffserv) and to IP (addresses, TTL).
#include "support/compositions.hpp"
#include "support/lab.hpp"

using namespace sluice;
using lab::bench;

namespace {

using settings = bench<classic_tcp>::settings;
constexpr std::uint32_t mss = 1460;

constexpr ip_address elsewhere = ip_address::v4(198, 18, 0, 77);

const ip_address groups[]{ip_address::v4(224, 0, 0, 1), ip_address::v4(239, 255, 255, 255),
                          ip_address::v4(255, 255, 255, 255)};
const ip_address groups_v6[]{ip_address::v6({0xff02, 0, 0, 0, 0, 0, 0, 1}),
                             ip_address::v6({0xff0e, 0, 0, 0, 0, 0, 0, 9})};

}  // namespace

// ---- OPEN (3.9.1.1) -------------------------------------------------------------------------------------------------

TEST_CASE("MUST-41 a passive OPEN of what is open is an error and changes nothing of it") {
    bench<small_tcp> listening, opening, open, closing;  // whose variables can be copied
    REQUIRE(listening.listen());
    REQUIRE(opening.connect());
    open.establish();
    REQUIRE(open.send("queued"));
    closing.establish();
    REQUIRE(closing.shutdown());
    for (auto* b : {&listening, &opening, &open, &closing}) {
        const auto before = b->block();
        b->take();
        CHECK(b->endpoint.listen({elsewhere, 99}, b->now).error() == error::already_open);
        CHECK(b->quiet());
        CHECK(b->state() == before.state);
        CHECK(b->block().local == before.local);
        CHECK(b->block().remote == before.remote);
        CHECK(b->block().listening_on() == before.listening_on());
        CHECK(b->block().snd.nxt == before.snd.nxt);
        CHECK(b->block().outgoing.size() == before.outgoing.size());
        CHECK(b->endpoint.error() == error::none);
    }
    open.acks(7);
    CHECK(open.block().nothing_owed());
}

TEST_CASE("MUST-41 a passive OPEN of what is closed makes a new record") {
    bench<classic_tcp> b;
    b.establish();
    REQUIRE(b.send("old"));
    REQUIRE(b.abort());
    b.take();
    REQUIRE(b.listen());
    CHECK(b.state() == state::listen);
    CHECK(b.endpoint.error() == error::none);
    CHECK(b.block().outgoing.size() == 0);
    CHECK(b.heard().empty());
}

TEST_CASE("MUST-43 a passive OPEN may name the local address, and then hears of no other") {
    bench<classic_tcp> named, any;
    REQUIRE(named.endpoint.listen(lab::here, named.now));
    REQUIRE(any.endpoint.listen({ip_address{}, lab::here.port}, any.now));
    for (auto* b : {&named, &any}) b->local = {elsewhere, lab::here.port};

    named.arrives({.flags = flag::syn, .sequence = 0});
    CHECK(named.take_one().has(flag::rst));
    CHECK(named.state() == state::listen);

    any.arrives({.flags = flag::syn, .sequence = 0});
    CHECK(any.take_one().flags == (flag::syn | flag::ack));
    CHECK(any.block().local.address == elsewhere);

    named.local = lab::here;
    named.arrives({.flags = flag::syn, .sequence = 0});
    CHECK(named.take_one().flags == (flag::syn | flag::ack));
}

TEST_CASE("MUST-43 an active OPEN speaks from the local address that it names") {
    bench<classic_tcp> b;
    b.local = {elsewhere, 7};
    REQUIRE(b.connect());
    CHECK(b.take_one().ip.source == elsewhere);
}

TEST_CASE("MUST-45 a connection keeps the local address that its first segment came to") {
    bench<classic_tcp> b;
    REQUIRE(b.endpoint.listen({ip_address{}, lab::here.port}, b.now));
    b.local = {elsewhere, lab::here.port};
    b.arrives({.flags = flag::syn, .sequence = 0});
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1});
    REQUIRE(b.state() == state::established);
    b.local = lab::here;  // the same, sent to another address of this host, is not this connection's
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1, .text = "astray"});
    CHECK(b.take().back().has(flag::rst));
    CHECK(b.endpoint.readable() == 0);
    b.local = {elsewhere, lab::here.port};
    REQUIRE(b.send("text"));
    b.wait(1s);
    b.says("text");
    REQUIRE(b.shutdown());
    b.wait(1s);
    REQUIRE(b.abort());
    const auto sent = b.take();
    CHECK(sent.size() > 5);
    for (const auto& s : sent) CHECK(s.ip.source == elsewhere);
}

TEST_CASE("MUST-46 an OPEN to a group of hosts, or to nobody, is an error and sends nothing") {
    for (const ip_address& group : groups) {
        bench<classic_tcp> b;
        b.remote.address = group;
        CHECK(b.connect().error() == error::bad_address);
        CHECK(b.state() == state::closed);
        CHECK(b.quiet());
    }
    for (const ip_address& group : groups_v6) {
        bench<classic_tcp> b({}, true);
        b.remote.address = group;
        CHECK(b.connect().error() == error::bad_address);
        CHECK(b.quiet());
    }
    bench<classic_tcp> b;
    b.remote.address = ip_address::v4(0, 0, 0, 0);
    CHECK(b.connect().error() == error::remote_unspecified);
    b.remote = {elsewhere, 0};
    CHECK(b.connect().error() == error::remote_unspecified);
    b.remote = lab::there_v6;  // another family than ours
    CHECK(b.connect().error() == error::bad_address);
    CHECK(b.quiet());
}

// ---- SEND and pushing (3.9.1.2) -------------------------------------------------------------------------------------

TEST_CASE("MUST-60 text is not held back for ever, whatever holds it back: Nagle, SWS avoidance or the window") {
    bench<classic_tcp> b;
    b.establish();
    REQUIRE(b.send("a"));
    REQUIRE(b.send("b"));  // Nagle: until the ACK
    CHECK(b.take().size() == 1);
    b.acks(2);
    CHECK(b.take_one().text == "b");
    b.acks(3, 100);
    REQUIRE(b.send(lab::text(1000)));  // a silly window: until the override timer
    b.wait(1s);
    CHECK(b.take().at(0).text.size() == 100);
    b.acks(103, 0);
    b.wait(1s);  // a shut window: until the probe
    CHECK(!b.quiet());
}

TEST_CASE("MUST-61 the last segment of what is queued has PSH, and no other") {
    bench<classic_tcp> b;
    b.establish();
    REQUIRE(b.send(lab::text(4 * mss)));
    const auto whole = b.take();
    REQUIRE(whole.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) CHECK(whole[i].has(flag::psh) == (i == 3));
    b.acks(1 + 4 * mss);
    REQUIRE(b.send("short"));
    CHECK(b.take_one().has(flag::psh));
}

TEST_CASE("MUST-61 PSH is on the last segment also when a link cuts them itself, and when it is sent again") {
    bench<classic_tcp> b;
    b.endpoint.set_largest_super_segment(65000);
    b.establish();
    REQUIRE(b.send(lab::text(4 * mss)));
    const auto whole = b.take();
    REQUIRE(whole.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) CHECK(whole[i].has(flag::psh) == (i == 3));
    b.acks(1 + 3 * mss);
    b.wait(1s);
    const auto again = b.take();
    REQUIRE(!again.empty());
    CHECK(again[0].sequence == 1 + 3 * mss);
    CHECK(again[0].has(flag::psh));
}

TEST_CASE("SHLD-27 MAY-16 what several calls send while it waits becomes one segment with one PSH") {
    bench<classic_tcp> b;
    b.establish();
    REQUIRE(b.send("first"));
    b.take();
    for (const char* word : {"one ", "two ", "three"}) REQUIRE(b.send(word));
    CHECK(b.quiet());
    b.acks(6);
    const auto sent = b.take_one();
    CHECK(sent.text == "one two three");
    CHECK(sent.has(flag::psh));
}

TEST_CASE("MAY-15 text that is sent without a push waits for text with one, or for the end") {
    bench<classic_tcp> b;
    b.establish();
    REQUIRE(b.send_more("one "));
    CHECK(b.quiet());
    REQUIRE(b.send("two "));
    CHECK(b.take_one().text == "one two ");
    b.acks(9);
    REQUIRE(b.send_more("three"));
    REQUIRE(b.shutdown());
    const auto last = b.take_one();
    CHECK(last.text == "three");
    CHECK(last.has(flag::fin));
}

TEST_CASE("MAY-16 of what is not pushed only whole segments leave") {
    bench<classic_tcp> b;
    b.establish();
    b.set_options({.cork = true});
    REQUIRE(b.send(lab::text(mss - 1)));
    CHECK(b.quiet());
    REQUIRE(b.send("12"));
    CHECK(b.take_one().text.size() == mss);
}

TEST_CASE("SHLD-28 segments are of the largest size whenever there is enough, however it was sent") {
    bench<classic_tcp> b;
    b.establish();
    for (int i = 0; i < 100; ++i) REQUIRE(b.send(lab::text(333)));
    std::uint32_t acked = 1;
    std::size_t small = 0, seen = 0;
    while (!b.block().nothing_owed()) {
        for (const auto& s : b.take()) {
            ++seen;
            small += s.text.size() < mss;
            acked = s.sequence + static_cast<std::uint32_t>(s.text.size());
        }
        b.acks(acked);
    }
    CHECK(small == 2);  // the first, when there was no more, and the last
    CHECK(seen == 1 + (99 * 333 + mss - 1) / mss);
}

// ---- Diffserv and TTL (3.9.1.9, 3.9.2) ------------------------------------------------------------------------------

TEST_CASE("MUST-48 SHLD-22 the Diffserv field is the application's to set, and goes to IP unchanged in every segment") {
    for (const bool v6 : {false, true}) {
        for (std::uint8_t dscp = 0; dscp < 64; ++dscp) {
            settings s;
            s.limits.connection.dscp = dscp;
            bench<classic_tcp> b(s, v6);
            REQUIRE(b.connect());
            b.wait(1s);
            b.arrives({.flags = flag::syn | flag::ack, .sequence = 0, .acknowledgment = 1, .mss = 1220});
            REQUIRE(b.send(lab::text(3000)));
            b.says("text");
            b.wait(1s);
            REQUIRE(b.abort());
            const auto sent = b.take();
            REQUIRE(sent.size() >= 6);
            for (const auto& each : sent) CHECK(each.ip.dscp == dscp);
        }
    }
}

TEST_CASE("SHLD-21 the Diffserv field can be changed while the connection lives") {
    bench<classic_tcp> b;
    b.establish();
    REQUIRE(b.send("before"));
    CHECK(b.take_one().ip.dscp == 0);
    b.acks(7);
    auto options = b.endpoint.connection().options();
    options.dscp = 46;
    b.set_options(options);
    REQUIRE(b.send("after"));
    CHECK(b.take_one().ip.dscp == 46);
    b.wait(1s);
    for (const auto& again : b.take()) CHECK(again.ip.dscp == 46);
    REQUIRE(b.abort());
    CHECK(b.take_one().ip.dscp == 46);
}

ip_meta marked(std::uint8_t dscp) {
    ip_meta out;
    out.dscp = dscp;
    return out;
}

TEST_CASE("MAY-9 the Diffserv field of what arrives is passed up, unless the segment is not the peer's") {
    for (const bool v6 : {false, true}) {
        bench<classic_tcp> b({}, v6);
        b.establish();
        CHECK(b.endpoint.connection().received_dscp() == 0);
        b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1, .text = "x", .ip = marked(46)});
        CHECK(b.endpoint.connection().received_dscp() == 46);
        b.arrives({.flags = flag::ack, .sequence = 1'000'000, .acknowledgment = 1, .ip = marked(8)});
        CHECK(b.endpoint.connection().received_dscp() == 46);
        b.arrives({.flags = flag::ack, .sequence = 2, .acknowledgment = 1, .ip = marked(10)});
        CHECK(b.endpoint.connection().received_dscp() == 10);
    }
}

TEST_CASE("MUST-49 the time to live is 64 and can be set, before and while the connection lives") {
    bench<classic_tcp> usual;
    REQUIRE(usual.connect());
    CHECK(usual.take_one().ip.hop_limit == 64);
    for (const bool v6 : {false, true}) {
        settings s;
        s.limits.connection.hop_limit = 255;
        bench<classic_tcp> b(s, v6);
        REQUIRE(b.connect());
        b.arrives({.flags = flag::syn | flag::ack, .sequence = 0, .acknowledgment = 1});
        for (const auto& each : b.take()) CHECK(each.ip.hop_limit == 255);
        auto options = b.endpoint.connection().options();
        options.hop_limit = 3;
        b.set_options(options);
        REQUIRE(b.send("near"));
        CHECK(b.take_one().ip.hop_limit == 3);
    }
}

// ---- addresses that can't be a peer's (3.9.2.3) ---------------------------------------------------------------------

TEST_CASE("MUST-57 what is addressed to a group of hosts is dropped without a word, in every state") {
    for (const bool v6 : {false, true}) {
        for (const ip_address& group : v6 ? std::vector<ip_address>(std::begin(groups_v6), std::end(groups_v6))
                                          : std::vector<ip_address>(std::begin(groups), std::end(groups))) {
            bench<classic_tcp> closed({}, v6), listening({}, v6), open({}, v6);
            REQUIRE(listening.endpoint.listen({ip_address{}, lab::here.port}, listening.now));
            open.establish();
            for (auto* b : {&closed, &listening, &open}) {
                const state before = b->state();
                b->local.address = group;
                b->arrives({.flags = flag::syn, .sequence = 0});
                b->arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1, .text = "hello, all"});
                CHECK(b->state() == before);
                CHECK(b->quiet());
                CHECK(b->endpoint.readable() == 0);
            }
        }
    }
}

TEST_CASE("MUST-63 a SYN from an address that can be nobody's is ignored") {
    std::vector<ip_address> nobody(std::begin(groups), std::end(groups));
    nobody.push_back(ip_address::v4(0, 0, 0, 0));
    for (const ip_address& source : nobody) {
        bench<classic_tcp> closed, listening;
        REQUIRE(listening.listen());
        for (auto* b : {&closed, &listening}) {
            const state before = b->state();
            b->remote.address = source;
            b->arrives({.flags = flag::syn, .sequence = 0});
            CHECK(b->quiet());
            CHECK(b->state() == before);
        }
    }
    std::vector<ip_address> nobody_v6(std::begin(groups_v6), std::end(groups_v6));
    nobody_v6.push_back(ip_address{});
    for (const ip_address& source : nobody_v6) {
        bench<classic_tcp> listening({}, true);
        REQUIRE(listening.listen());
        listening.remote.address = source;
        listening.arrives({.flags = flag::syn, .sequence = 0});
        CHECK(listening.quiet());
        CHECK(listening.state() == state::listen);
    }
}
