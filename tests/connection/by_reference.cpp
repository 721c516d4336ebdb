// SPDX-License-Identifier: MIT
// SEND and RECEIVE without a copy: reserve and commit, lend, peek and consume do what send and receive do, with the
// same errors, and octets that are lent leave from where they lie.
#include "support/option_mixes.hpp"

#include <sluice/policy/buffers/fixed_buffers.hpp>
#include <sluice/policy/buffers/growable_buffers.hpp>
#include <sluice/policy/buffers/phantom_buffers.hpp>

using namespace sluice;
using lab::bench;

namespace {

using growable_tcp = tcp<testing::gate_audit, growable_buffers>;
using fixed_tcp = tcp<testing::gate_audit, fixed_buffers<4096, 4096, 16, 4>>;
using phantom_tcp = tcp<testing::gate_audit, phantom_buffers>;

constexpr std::uint32_t mss = 1460;

/// Nothing that a test lends outlives it: declared after what is lent, it takes it back.
struct lending_bench : bench<growable_tcp> {
    using bench<growable_tcp>::bench;
    ~lending_bench() { static_cast<void>(endpoint.abort(now)); }
};

std::vector<octet> octets_of(const std::string& text) { return {text.begin(), text.end()}; }
std::string string_of(octets text) { return {text.begin(), text.end()}; }

std::size_t in_use(const auto& b) { return b.endpoint.surroundings().pool.in_use(); }

/// Everything that may leave now, as packets that have not been written yet.
std::vector<tx_packet> packets(auto& b) {
    std::vector<tx_packet> out;
    std::array<tx_packet, 1> room;
    while (b.endpoint.poll_transmit(b.now, room) == 1) out.push_back(room[0]);
    return out;
}

/// Whatever is queued leaves, without waiting for an ACK or more text.
void switch_nagle_off(auto& b) {
    connection_options options = b.endpoint.connection().options();
    options.nagle = false;
    b.set_options(options);
}

/// Writes `text` in place, piece by piece; how many of it there was room for.
std::size_t write_in_place(auto& b, const std::string& text) {
    std::size_t written = 0;
    while (written < text.size()) {
        const auto place = b.endpoint.reserve(text.size() - written, b.now);
        if (!place) {
            CHECK(place.error() == error::would_block);
            break;
        }
        copy(octets_of(text.substr(written, (*place).size())), *place);
        REQUIRE(b.endpoint.commit((*place).size(), b.now));
        written += (*place).size();
    }
    b.flush();
    return written;
}

}  // namespace

TEST_CASE_TEMPLATE("what is written in place leaves as what is sent does", Tcp, growable_tcp, fixed_tcp) {
    bench<Tcp> by_copy, in_place;
    const std::string text = lab::text(3000);
    by_copy.establish();
    in_place.establish();
    CHECK(*by_copy.send(text) == 3000);
    CHECK(write_in_place(in_place, text) == 3000);
    const auto expected = by_copy.take(), seen = in_place.take();
    REQUIRE(expected.size() == seen.size());
    for (std::size_t i = 0; i < seen.size(); ++i) {
        CHECK(seen[i].text == expected[i].text);
        CHECK(seen[i].sequence == expected[i].sequence);
        CHECK(seen[i].flags == expected[i].flags);
    }
    CHECK(in_place.endpoint.writable() == by_copy.endpoint.writable());
}

TEST_CASE_TEMPLATE("a reservation counts for nothing until it is committed, and then for as much as that says", Tcp,
                   growable_tcp, fixed_tcp) {
    bench<Tcp> b;
    b.establish();
    const auto place = b.endpoint.reserve(100, b.now);
    REQUIRE(place);
    CHECK((*place).size() == 100);
    b.flush();
    CHECK(b.quiet());
    copy(octets_of(lab::text(100)), *place);
    REQUIRE(b.endpoint.commit(40, b.now));
    b.flush();
    CHECK(b.take_one().text == lab::text(40));
}

TEST_CASE_TEMPLATE("when there is no room, reserve says so, and the application hears when there is", Tcp, growable_tcp,
                   fixed_tcp) {
    bench<Tcp> b;
    b.establish();
    const std::size_t room = b.endpoint.writable();
    CHECK(write_in_place(b, std::string(room, 'x')) == room);
    CHECK(b.endpoint.reserve(1, b.now).error() == error::would_block);
    CHECK(b.endpoint.reserve(0, b.now));
    CHECK_FALSE(b.heard(news::writable));
    b.acks(b.take().front().sequence + mss);
    CHECK(b.heard(news::writable));
    const auto place = b.endpoint.reserve(2 * mss, b.now);
    REQUIRE(place);
    REQUIRE(b.endpoint.commit(0, b.now));
}

TEST_CASE("a reservation of which nothing is committed costs nothing") {
    bench<growable_tcp> b;
    b.establish();
    REQUIRE(b.endpoint.reserve(1000, b.now));
    CHECK(in_use(b) > 0);
    REQUIRE(b.endpoint.commit(0, b.now));
    CHECK(in_use(b) == 0);
}

TEST_CASE_TEMPLATE("more than can have been reserved is not committed, and nothing leaves", Tcp, growable_tcp,
                   fixed_tcp) {
    bench<Tcp> b;
    b.establish();
    const std::size_t room = b.endpoint.writable();
    if constexpr (std::is_same_v<Tcp, growable_tcp>) CHECK(b.endpoint.commit(5, b.now).error() == error::bad_argument);
    CHECK(b.endpoint.commit(room + 1, b.now).error() == error::bad_argument);
    REQUIRE(b.endpoint.reserve(100, b.now));
    CHECK(b.endpoint.commit(room + 1, b.now).error() == error::bad_argument);
    CHECK(b.endpoint.writable() == room);
    b.flush();
    CHECK(b.quiet());
    REQUIRE(b.abort());
    CHECK(b.endpoint.commit(1, b.now).error() == error::aborted);
}

TEST_CASE("octets against a shut window are probed for, whichever way they came") {
    std::vector<octet> text = octets_of(lab::text(5000));
    for (const bool lent : {false, true}) {
        lent_octets l{.data = text};
        lending_bench b;
        b.establish(0);
        if (lent)
            REQUIRE(b.endpoint.lend(l, b.now));
        else
            CHECK(write_in_place(b, lab::text(5000)) == 5000);
        b.flush();
        CHECK(b.quiet());
        REQUIRE(b.wait_for_deadline());
        CHECK(b.take_one().text == "a");
        CHECK(b.endpoint.count().window_probes == 1);
        REQUIRE(b.abort());
        CHECK(l.returned == lent);
    }
}

TEST_CASE("octets that are lent leave from where they lie, and once more from there when they are lost") {
    const std::vector<octet> text = octets_of(lab::text(6000));
    lent_octets lent{.data = text};
    lab::mixed<growable_tcp> b(lab::each_mix());
    b.establish();
    switch_nagle_off(b);
    REQUIRE(b.endpoint.lend(lent, b.now));
    const std::size_t before = in_use(b);
    CHECK(before == 256);  // the pieces; no chunk
    const auto left = packets(b);
    REQUIRE(left.size() == 5);
    std::size_t at = 0;
    for (const auto& p : left) {
        REQUIRE(p.spans == 1);
        CHECK(p.payload[0].data() == text.data() + at);
        at += p.payload[0].size();
    }
    CHECK(at == 6000);
    b.now = b.endpoint.next_deadline();
    b.endpoint.on_deadline(b.now);
    const auto again = packets(b);
    REQUIRE(again.size() == 1);
    CHECK(again[0].payload[0].data() == text.data() + (again[0].header().sequence - left[0].header().sequence));
    CHECK_FALSE(lent.returned);
    b.acks(1 + 6000);
    CHECK(lent.returned);
    CHECK(in_use(b) == 0);
}

TEST_CASE("lent octets are returned when the peer has acknowledged them all, not before") {
    const std::vector<octet> text = octets_of(lab::text(5000));
    lent_octets first{.data = text}, second{.data = text};
    lending_bench b;
    b.establish();
    switch_nagle_off(b);
    CHECK(*b.send("ab") == 2);
    REQUIRE(b.endpoint.lend(first, b.now));
    REQUIRE(b.endpoint.lend(second, b.now));
    b.flush();
    std::string sent;
    for (const auto& s : b.take()) sent += s.text;
    CHECK((sent == "ab" + lab::text(5000) + lab::text(5000)));
    b.acks(1 + 2 + 4999);
    CHECK_FALSE(first.returned);
    b.acks(1 + 2 + 5000);
    CHECK(first.returned);
    CHECK_FALSE(second.returned);
    b.acks(1 + 2 + 9999);
    CHECK_FALSE(second.returned);
    b.acks(1 + 2 + 10'000);
    CHECK(second.returned);
}

TEST_CASE("a few lent octets are copied and returned at once") {
    bench<growable_tcp> b;
    b.establish();
    std::vector<octet> text = octets_of("hello");
    lent_octets lent{.data = text};
    REQUIRE(b.endpoint.lend(lent, b.now));
    CHECK(lent.returned);
    text[0] = 'j';
    b.flush();
    CHECK(b.take_one().text == "hello");
}

TEST_CASE("lending is all or nothing, and the application hears when to try again") {
    const std::vector<octet> text = octets_of(lab::text(70'000));
    lent_octets first{.data = text}, second{.data = text};
    lending_bench b;
    b.establish();
    REQUIRE(b.endpoint.lend(first, b.now));
    CHECK(b.endpoint.lend(second, b.now).error() == error::would_block);
    CHECK_FALSE(second.returned);
    CHECK(b.endpoint.writable() == 0);
    b.flush();
    b.take();
    b.acks(1 + 10 * mss);
    CHECK(b.heard(news::writable));
    CHECK(b.endpoint.writable() == 65'536 - (70'000 - 10 * mss));
    CHECK(b.endpoint.lend(second, b.now));  // there is room, and it needs no memory
}

TEST_CASE("more is lent than the buffer could ever hold, in one piece or in several") {
    const std::string text = lab::text(300'000);
    const std::vector<octet> from = octets_of(text);
    lent_octets lent{.data = from};
    lending_bench b;
    b.establish();
    REQUIRE(b.endpoint.lend(lent, b.now));
    std::string got;
    while (!lent.returned) {
        b.flush();
        const auto sent = b.take();
        REQUIRE_FALSE(sent.empty());
        for (const auto& s : sent) got += s.text;
        b.acks(1 + static_cast<std::uint32_t>(got.size()));
    }
    CHECK(got == text);
    // More than 2^30 octets, of which none is read.
    lent_octets too_many{.data = {from.data(), (std::size_t{1} << 30) + 1}};
    CHECK(b.endpoint.lend(too_many, b.now).error() == error::bad_argument);
}

TEST_CASE("whatever ends the connection returns what was lent") {
    const std::vector<octet> text = octets_of(lab::text(50'000));
    for (const char* how : {"abort", "reset", "timeout", "new connection"}) {
        INFO(std::string(how));
        lent_octets lent{.data = text};
        lending_bench b;
        b.establish();
        REQUIRE(b.endpoint.lend(lent, b.now));
        b.flush();
        b.acks(1 + 3 * mss);
        REQUIRE_FALSE(lent.returned);
        if (how == std::string("abort")) REQUIRE(b.abort());
        if (how == std::string("reset")) b.arrives({.flags = flag::rst, .sequence = b.next_seq()});
        if (how == std::string("timeout")) b.wait(10min);
        if (how == std::string("new connection")) {
            REQUIRE(b.abort());
            REQUIRE(b.connect());
        }
        CHECK(lent.returned);
        if (how != std::string("new connection")) CHECK(in_use(b) == 0);
    }
}

TEST_CASE_TEMPLATE("drained says when all that was sent is acknowledged, the FIN too once there is one", Tcp,
                   growable_tcp, fixed_tcp, phantom_tcp) {
    bench<Tcp> b;
    b.establish();
    switch_nagle_off(b);
    CHECK(b.endpoint.drained(b.now));
    REQUIRE(b.endpoint.send(payload::counted(Tcp::counts_only ? 2000 : 0), b.now));
    if constexpr (!Tcp::counts_only) REQUIRE(b.endpoint.send(octets_of(lab::text(2000)), b.now));
    CHECK(b.endpoint.drained(b.now).error() == error::would_block);
    b.flush();
    b.acks(1 + 1999);
    CHECK(b.heard(news::writable));
    CHECK(b.endpoint.drained(b.now).error() == error::would_block);
    b.acks(1 + 2000);
    CHECK(b.heard(news::writable));
    CHECK(b.endpoint.drained(b.now));
    REQUIRE(b.endpoint.shutdown(b.now));
    b.flush();
    CHECK(b.endpoint.drained(b.now).error() == error::would_block);
    b.acks(1 + 2001);
    CHECK(b.heard(news::drained));
    CHECK(b.endpoint.drained(b.now));
    REQUIRE(b.abort());
    CHECK(b.endpoint.drained(b.now).error() == error::aborted);
}

TEST_CASE("what is lent is out until it is returned, and that can be asked") {
    const std::vector<octet> text = octets_of(lab::text(5000));
    lent_octets lent{.data = text};
    lending_bench b;
    b.establish();
    switch_nagle_off(b);
    CHECK(*b.send("before") == 6);
    CHECK_FALSE(b.endpoint.connection().has_lent());
    REQUIRE(b.endpoint.lend(lent, b.now));
    CHECK(*b.send("behind") == 6);
    b.flush();
    for (const std::uint32_t acked : {6u, 6u + 4999u}) {
        b.acks(1 + acked);
        CHECK(b.endpoint.connection().has_lent());
        CHECK(lent.is_out);
    }
    b.acks(1 + 6 + 5000);
    CHECK_FALSE(b.endpoint.connection().has_lent());
    CHECK_FALSE(lent.is_out);
}

TEST_CASE("a super-segment has no more octets than it has spans for, and only whole segments before more to come") {
    std::vector<octet> text = octets_of(lab::text(4096));
    std::array<lent_octets, 4> lent;
    lending_bench b;
    b.endpoint.set_largest_super_segment(65'000);
    b.establish();
    switch_nagle_off(b);
    std::string all;
    for (auto& l : lent) {
        CHECK(*b.endpoint.send(octets_of("0123456789"), b.now) == 10);
        l.data = text;
        REQUIRE(b.endpoint.lend(l, b.now));
        all += "0123456789" + lab::text(4096);
    }
    std::string sent;
    std::vector<std::uint32_t> lengths;
    while (sent.size() < all.size()) {
        const auto left = packets(b);
        REQUIRE(!left.empty());
        for (const auto& p : left) {
            const std::size_t before = sent.size();
            for (std::size_t k = 0; k < p.spans; ++k) sent += string_of(p.payload[k]);
            CHECK(sent.size() - before == p.payload_length);
            lengths.push_back(p.payload_length);
        }
        b.deliver({.flags = flag::ack, .sequence = 1, .acknowledgment = b.next_ack()});
    }
    CHECK((sent == all));
    // The initial window is ten segments, of which six pieces hold eight: 3 * (10 + 4096) octets, in whole segments.
    CHECK(lengths == std::vector<std::uint32_t>{8 * mss, 2 * mss, mss, 4 * (10 + 4096) - 11 * mss});
    for (const auto& l : lent) CHECK(l.returned);
    CHECK(in_use(b) == 0);
}

TEST_CASE_TEMPLATE("what is looked at is there until it is dealt with, and then the window opens as for receive", Tcp,
                   growable_tcp, fixed_tcp) {
    bench<Tcp> by_copy, in_place;
    for (auto* b : {&by_copy, &in_place}) {
        b->establish();
        b->says(lab::text(1400));
        b->says(lab::text(1400));
        b->take();
    }
    auto& b = in_place;
    const auto there = b.endpoint.peek(b.now);
    REQUIRE(there);
    CHECK(string_of(*there) == lab::text(1400) + lab::text(1400));
    CHECK((*b.endpoint.peek(b.now)).data() == (*there).data());
    CHECK(b.endpoint.readable() == 2800);
    for (const std::size_t part : {1u, 1399u, 1000u, 400u}) {
        by_copy.receive(part);
        REQUIRE(b.endpoint.consume(part, b.now));
        b.flush();
        CHECK(b.endpoint.readable() == by_copy.endpoint.readable());
        CHECK(b.block().rcv.wnd() == by_copy.block().rcv.wnd());
        CHECK(b.take().size() == by_copy.take().size());
        if (b.endpoint.readable() > 0)
            CHECK(string_of(*b.endpoint.peek(b.now)) ==
                  (lab::text(1400) + lab::text(1400)).substr(2800 - b.endpoint.readable()));
    }
    CHECK(b.endpoint.peek(b.now).error() == error::would_block);
}

TEST_CASE("what has been dealt with opens a window that was shut, and the peer is told") {
    bench<fixed_tcp> b;
    b.establish();
    for (int i = 0; i < 4; ++i) b.says(lab::text(1024));
    CHECK(b.block().rcv.wnd() == 0);
    b.take();
    REQUIRE(b.endpoint.consume(1024, b.now));
    b.flush();
    CHECK(b.quiet());  // less than a segment
    REQUIRE(b.endpoint.consume(1024, b.now));
    b.flush();
    CHECK(b.take_one().window == 2048);
}

TEST_CASE("what lies in two chunks is looked at in two pieces, and no chunk outlives what it holds") {
    bench<growable_tcp> b;
    b.establish();
    std::string text;
    for (int i = 0; i < 12; ++i) {
        b.says(lab::text(1400 + static_cast<std::size_t>(i)));
        text += lab::text(1400 + static_cast<std::size_t>(i));
    }
    CHECK(in_use(b) == 2 * 16384 + 256);
    CHECK(string_of(*b.endpoint.peek(b.now)) == text.substr(0, 16384));
    REQUIRE(b.endpoint.consume(16384, b.now));
    CHECK(in_use(b) == 16384 + 256);
    CHECK(string_of(*b.endpoint.peek(b.now)) == text.substr(16384));
    REQUIRE(b.endpoint.consume(text.size() - 16384, b.now));
    CHECK(in_use(b) == 0);
}

TEST_CASE_TEMPLATE("more than there is can't be dealt with", Tcp, growable_tcp, fixed_tcp, phantom_tcp) {
    bench<Tcp> b;
    b.establish();
    CHECK(b.endpoint.consume(1, b.now).error() == error::bad_argument);
    b.says("abc");
    CHECK(b.endpoint.consume(4, b.now).error() == error::bad_argument);
    CHECK(b.endpoint.readable() == 3);
    CHECK(b.endpoint.consume(3, b.now));
}

TEST_CASE_TEMPLATE("in a state that has no SEND or RECEIVE, the calls by reference say what the others say", Tcp,
                   growable_tcp, fixed_tcp) {
    bench<Tcp> b;
    const std::vector<octet> text(5000);
    lent_octets lent{.data = text, .returned = true};
    const auto check = [&](error to_send, error to_receive) {
        std::array<octet, 1> one{};
        CHECK(b.endpoint.send(octets(one), b.now).error() == to_send);
        CHECK(b.endpoint.reserve(1, b.now).error() == to_send);
        if constexpr (Tcp::takes_lent) {
            CHECK(b.endpoint.lend(lent, b.now).error() == to_send);
            CHECK(lent.returned);
        }
        CHECK(b.endpoint.receive(one, b.now).error() == to_receive);
        CHECK(b.endpoint.peek(b.now).error() == to_receive);
    };
    check(error::not_open, error::not_open);
    b.establish();
    b.arrives({.flags = flag::ack | flag::fin, .sequence = 1, .acknowledgment = 1});
    REQUIRE(b.shutdown());
    check(error::closing, error::closing);
    REQUIRE(b.abort());
    b.establish();
    b.arrives({.flags = flag::rst, .sequence = b.next_seq()});
    check(error::reset, error::reset);
    CHECK(b.endpoint.consume(0, b.now).error() == error::reset);
}

TEST_CASE("what the composition leaves out is not supported") {
    bench<phantom_tcp> phantom;
    phantom.establish();
    lent_octets lent{};
    CHECK(phantom.endpoint.reserve(1, phantom.now).error() == error::not_supported);
    CHECK(phantom.endpoint.lend(lent, phantom.now).error() == error::not_supported);
    phantom.says("text");
    CHECK(phantom.endpoint.peek(phantom.now).error() == error::not_supported);
    CHECK(phantom.receive() == std::string(4, '\0'));
    bench<fixed_tcp> fixed;
    fixed.establish();
    CHECK(fixed.endpoint.lend(lent, fixed.now).error() == error::not_supported);
    // And only what counts alone takes octets that are only counted.
    CHECK(fixed.endpoint.send(payload::counted(5), fixed.now).error() == error::bad_argument);
    CHECK(*phantom.endpoint.send(payload::counted(5), phantom.now) == 5);
    phantom.flush();
    CHECK(phantom.sent.back().text == std::string(5, '\0'));
}

TEST_CASE("virtual text that meets buffers of real octets is dropped") {
    bench<growable_tcp> b;
    b.establish();
    tx_packet p;
    p.meta = {.source = b.remote.address, .destination = b.local.address};
    p.payload_length = 100;
    write_headers(p,
                  {.source_port = b.remote.port,
                   .destination_port = b.local.port,
                   .sequence = b.block().rcv.nxt,
                   .acknowledgment = b.block().snd.nxt,
                   .flags = flag::ack,
                   .window = 1000},
                  {});
    b.endpoint.on_packet(
        {.data = octets(p.headers).first(p.header_length), .length = p.length(), .checksum = checksum_state::partial},
        b.now);
    b.flush();
    CHECK(b.endpoint.readable() == 0);
    CHECK(b.quiet());
}
