// SPDX-License-Identifier: MIT
// Memory that runs out, and memory that is not asked for: calls say no and work again later, text in order goes before
// text that waits, nothing leaks whatever ends a connection, and a transfer under way takes nothing from the source.
#include <memory>

#include "sim/audited.hpp"
#include "support/lab.hpp"
#include "support/memory.hpp"

#include <sluice/policy/buffers/fixed_buffers.hpp>
#include <sluice/policy/buffers/growable_buffers.hpp>

using namespace sluice;
using lab::bench;
using test::memory_books;
using test::metered;

// What README says of endpoints that keep their buffers inside.
static_assert(sizeof(tcp<fixed_buffers<>>::endpoint) < 146'000);
static_assert(sizeof(tcp<fixed_buffers<2048, 2048, 16, 4>>::endpoint) < 8'500);

namespace {

using counted_buffers = basic_growable_buffers<metered>;
using counted_tcp = tcp<testing::gate_audit, counted_buffers>;

constexpr std::uint32_t mss = 1460;
constexpr std::size_t chunk = 16384, block = 256;

/// The books outlive the bench that writes them.
struct counted_bench : memory_books, bench<counted_tcp> {
    explicit counted_bench(std::size_t memory) : bench<counted_tcp>(settings_of(memory)) {}
    counted_tcp::settings settings_of(std::size_t memory) {
        counted_tcp::settings s;
        s.buffers.memory = memory;
        s.buffers.source = {this};
        return s;
    }
    std::size_t in_use() const { return endpoint.surroundings().pool.in_use(); }
    error send_error(const std::string& text) {
        const std::vector<octet> octets_of(text.begin(), text.end());
        return endpoint.send(octets_of, now).error();
    }
    /// What leaves until all that is queued is acknowledged.
    std::string drain() {
        std::string out;
        for (int round = 0;; ++round) {
            REQUIRE(round < 200);
            for (const auto& s : take()) out += s.text;
            if (block().outgoing.size() == 0) return out;
            if (block().flight.empty())
                REQUIRE(wait_for_deadline());
            else
                acks(next_ack());
        }
    }
    void arrives_at(std::uint32_t sequence, const std::string& text, tcp_flags more = flag::none) {
        arrives({.flags = flag::ack | more, .sequence = sequence, .acknowledgment = next_ack(), .text = text});
    }
};

constexpr std::size_t plenty = std::size_t{1} << 30;

/// Writes a pattern as long as there is memory for it, tries again when there is none, and reads one.
struct patient {
    sim::pattern_writer writer{};
    sim::pattern_reader reader{};
    bool is_shut = false;
    bool is_closed = false;
    std::uint64_t refusals = 0;
    instant again = never;

    instant wake() const { return again; }
    void step(auto& endpoint, instant now) {
        again = never;
        if (is_closed || !synchronized.has(endpoint.state())) return;
        reader.step(endpoint, now);
        writer.step(endpoint, now);
        if (writer.failure == error::insufficient_resources) {
            ++refusals;
            again = now + 10ms;
            writer.failure = error::none;
        }
        if (!is_shut && writer.is_done()) is_shut = static_cast<bool>(endpoint.shutdown(now));
        if (is_shut && reader.has_ended) {
            static_cast<void>(endpoint.close(now));
            is_closed = true;
        }
    }
};
using patient_world = sim::world<counted_tcp, counted_tcp, patient, patient>;

counted_tcp::settings with_memory(std::size_t memory, memory_books& books) {
    counted_tcp::settings s;
    s.buffers.memory = memory;
    s.buffers.source = {&books};
    return s;
}

}  // namespace

TEST_CASE("send says that there is room but no memory, takes what there is memory for, and works again later") {
    counted_bench b(5 * chunk);
    b.establish();
    const std::string text = lab::text(3 * chunk);
    CHECK(*b.send(text) == 2 * chunk);
    CHECK(b.endpoint.writable() == 65'536 - 2 * chunk);
    CHECK(b.send_error("x") == error::insufficient_resources);
    CHECK(b.endpoint.reserve(1, b.now).error() == error::insufficient_resources);
    const std::vector<octet> few(100);
    lent_octets lent{.data = few};
    CHECK(b.endpoint.lend(lent, b.now).error() == error::insufficient_resources);
    // What the peer acknowledges makes room, of memory too, and the application hears of it.
    CHECK((b.drain() == text.substr(0, 2 * chunk)));
    CHECK(b.heard(news::writable));
    CHECK(*b.send("again") == 5);
    CHECK(b.take_one().text == "again");
}

TEST_CASE("a send that took less than it was given, for want of memory, is told when there is room") {
    counted_bench b(5 * chunk);
    b.establish();
    CHECK(*b.send(lab::text(3 * chunk)) == 2 * chunk);
    CHECK_FALSE(b.heard(news::writable));
    b.acks(1 + mss);
    CHECK(b.heard(news::writable));
}

TEST_CASE("the source may say no at any call: a call says so or takes less, and in the end everything has left") {
    for (std::uint64_t refused = 1; refused < 12; ++refused) {
        CAPTURE(refused);
        counted_bench b(plenty);
        b.refuse_at = refused;
        if (!b.connect()) REQUIRE(b.connect());
        b.arrives({.flags = flag::syn | flag::ack, .sequence = 0, .acknowledgment = 1, .mss = mss});
        REQUIRE(b.state() == state::established);
        b.take();
        const std::string text = lab::text(60'000);
        std::string sent;
        for (std::size_t queued = 0; queued < text.size();) {
            queued += b.send(text.substr(queued)).value_or(0);
            sent += b.drain();
        }
        CHECK((sent == text));
        CHECK(b.in_use() == 0);
    }
}

TEST_CASE("without memory for the record of its SYN, connect says so, and nothing is open") {
    counted_bench b(block - 1);
    CHECK(b.connect().error() == error::insufficient_resources);
    CHECK(b.state() == state::closed);
    CHECK(b.quiet());
}

TEST_CASE("a SYN that comes while there is no memory for a record of ours is answered only when it comes again") {
    counted_bench b(plenty);
    b.refuse_all = true;
    REQUIRE(b.listen());
    const lab::wire_segment syn{.flags = flag::syn, .sequence = 0, .mss = mss};
    b.arrives(syn);
    CHECK(b.quiet());
    CHECK(b.state() == state::listen);
    b.refuse_all = false;
    b.arrives(syn);
    CHECK(b.take_one().flags == (flag::syn | flag::ack));
}

TEST_CASE("a SYN whose record another connection has taken meanwhile is tried again after a while") {
    memory_books books;
    environment<counted_tcp> env(with_memory(block, books));
    counted_tcp::connection first, second;
    tx_packet p;
    REQUIRE(first.connect(env, lab::here, lab::there));
    REQUIRE(second.connect(env, {lab::here.address, 4001}, lab::there));
    REQUIRE(first.next_packet(env, p));
    CHECK_FALSE(second.next_packet(env, p));
    CHECK(second.next_deadline() == env.now + 200ms);
    CHECK(testing::audit(second.variables()) == nullptr);
    env.now += 200ms;
    second.on_deadline(env);
    CHECK_FALSE(second.next_packet(env, p));
    CHECK(second.next_deadline() == env.now + 200ms);
    REQUIRE(first.abort(env));
    env.now += 200ms;
    second.on_deadline(env);
    REQUIRE(second.next_packet(env, p));
    CHECK(p.header().flags == (flag::syn | flag::ece | flag::cwr));
}

TEST_CASE("text that lacks a record is tried again after a while, though nothing else happens") {
    counted_bench b(5 * chunk + 2 * block);
    b.establish();
    const std::vector<octet> one{'x'};
    REQUIRE(b.endpoint.send(octets(one), b.now));  // a chunk, and its piece; nothing has left yet
    std::size_t received = 0;
    while (received < 65'535) {  // four chunks, and their row: no memory is left
        const std::size_t length = std::min<std::size_t>(mss, 65'535 - received);
        b.deliver({.flags = flag::ack, .sequence = b.next_seq(), .acknowledgment = 1, .text = lab::text(length)});
        received += length;
    }
    REQUIRE(b.in_use() == 5 * chunk + 2 * block);
    b.flush();
    for (const auto& s : b.take()) CHECK(s.text.empty());
    CHECK(b.endpoint.next_deadline() == b.now + 200ms);
    b.wait(5s);
    CHECK(b.quiet());
    std::vector<octet> all(65'535);
    REQUIRE(*b.endpoint.receive(all, b.now) == all.size());
    REQUIRE(b.wait_for_deadline());
    CHECK(b.take().back().text == "x");
}

TEST_CASE("text in order goes before text that waits: that is forgotten, not reported, and taken when it comes again") {
    counted_bench b(3 * chunk + 2 * block);
    b.peer_offers.sack_permitted = true;
    b.establish();
    const auto stream = lab::text(4 * chunk);
    const auto arrives = [&](std::size_t place, std::size_t length) {
        b.arrives_at(1 + static_cast<std::uint32_t>(place), stream.substr(place, length));
    };
    arrives(3 * chunk + 10, 100);
    CHECK(b.take_one().options.sack.size() == 1);
    CHECK(b.in_use() == chunk + 2 * block);
    std::size_t place = 0;
    for (; place < 2 * chunk; place += 1024) arrives(place, 1024);
    CHECK(b.in_use() == b.endpoint.surroundings().pool.limit());
    CHECK(b.take().back().options.sack.size() == 1);
    // More needs the chunk of what waits.
    arrives(place, 1024);
    arrives(place + 1024, 1024);
    CHECK(b.endpoint.readable() == 2 * chunk + 2048);
    const auto ack = b.take().back();
    CHECK(ack.acknowledgment == 1 + 2 * chunk + 2048);
    CHECK(ack.options.sack.empty());
    CHECK(b.endpoint.count().text_dropped == 0);
    // It comes once more: there is no memory for it, and it has not "come before".
    arrives(3 * chunk + 10, 100);
    CHECK(b.take_one().options.sack.empty());
    CHECK(b.endpoint.count().text_dropped == 1);
    CHECK(b.endpoint.count().duplicates_in == 0);
    std::string got = b.receive(chunk);
    got += b.receive(chunk);
    arrives(3 * chunk + 10, 100);
    CHECK(b.take().back().options.sack.size() == 1);
    for (place = 2 * chunk + 2048; place < 4 * chunk; place += 1024) {
        arrives(place, 1024);
        got += b.receive(1024);
    }
    got += b.receive(4 * chunk);
    CHECK((got == stream));
    CHECK(b.in_use() == 0);
}

TEST_CASE("text in order for which there is no memory at all is as good as lost on its way") {
    counted_bench b(chunk + block);
    b.establish();
    for (int i = 0; i < 16; ++i) b.says(lab::text(1024));
    b.take();
    b.says(lab::text(1024));
    CHECK(b.quiet());
    CHECK(b.endpoint.count().text_dropped == 1);
    CHECK(b.endpoint.readable() == chunk);
    CHECK(b.receive(chunk).size() == chunk);
    b.take();
    b.says(lab::text(1024));
    CHECK(b.endpoint.readable() == 1024);
}

TEST_CASE("whatever ends a connection, text behind a gap is not kept, and nothing leaks") {
    const auto gap = [](counted_bench& b) {
        b.arrives_at(1 + 20'000, lab::text(100));
        REQUIRE(b.in_use() == chunk + 2 * block);
    };
    for (const char* how : {"abort", "reset", "timeout", "close, then text", "close, then nothing", "beyond a FIN"}) {
        const std::string is = how;
        CAPTURE(is);
        counted_bench b(plenty);
        b.establish();
        gap(b);
        if (is == "abort") REQUIRE(b.abort());
        if (is == "reset") b.arrives({.flags = flag::rst, .sequence = b.next_seq()});
        if (is == "timeout") {
            REQUIRE(b.send("unheard"));
            b.wait(10min);
        }
        if (is.starts_with("close")) {
            REQUIRE(b.close());
            b.acks(b.next_ack());
            REQUIRE(b.state() == state::fin_wait_2);
            if (is == "close, then text")
                b.arrives_at(1, "text that nobody will read");
            else
                b.wait(10min);
        }
        if (is == "beyond a FIN") {
            b.arrives_at(1, "the end", flag::fin);
            CHECK(b.receive() == "the end");
            REQUIRE(b.close());
            b.acks(b.next_ack());
        }
        CHECK(b.state() == state::closed);
        CHECK(b.in_use() == 0);
    }
}

TEST_CASE("what is unread when the connection has ended can be read, and holds memory until it is") {
    counted_bench b(plenty);
    b.establish();
    b.arrives_at(1, lab::text(500), flag::fin);
    REQUIRE(b.shutdown());
    b.acks(b.next_ack());
    REQUIRE(b.state() == state::closed);
    CHECK(b.in_use() == chunk + block);
    CHECK(b.receive(200) == lab::text(500).substr(0, 200));
    CHECK(b.receive(300) == lab::text(500).substr(200));
    CHECK(b.in_use() == 0);
}

TEST_CASE("with too little memory at either end, under loss, every octet arrives, and nothing leaks") {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        CAPTURE(seed);
        memory_books at_client, at_server;
        // 50 Mbit/s × 40 ms are 250 kB, and the window is 128 KiB: seven chunks are less.
        const sim::link_settings wire{.rate = 50'000'000, .delay = 20ms, .loss = 0.01};
        const std::uint64_t length = 2'000'000;
        {
            const auto w = std::make_unique<patient_world>(
                sim::world_settings{.links = {wire, wire}, .seed = seed}, with_memory(7 * chunk, at_client),
                with_memory(7 * chunk, at_server), patient{.writer = {.length = length}, .reader = {.length = 300'000}},
                patient{.writer = {.length = 300'000, .sender = 1}, .reader = {.length = length, .sender = 0}});
            REQUIRE(w->open());
            audited::watch audit;
            REQUIRE(w->run(instant(1h), [&](auto& world) { audit(world); }));
            CHECK(audit.broken == "");
            const patient &client = w->client().application, &server = w->server().application;
            CHECK(client.reader.is_intact());
            CHECK(server.reader.is_intact());
            CHECK(client.refusals > 0);
            CHECK(w->server().endpoint.count().text_dropped > 0);
            CHECK(w->client().endpoint.state() == state::closed);
            CHECK(w->server().endpoint.state() == state::closed);
            CHECK(w->client().endpoint.surroundings().pool.in_use() == 0);
            CHECK(w->server().endpoint.surroundings().pool.in_use() == 0);
        }
        CHECK(at_client.octets == 0);
        CHECK(at_server.octets == 0);
    }
}

TEST_CASE("a transfer under way takes nothing from the source: after set-up 10 MB pass without one call") {
    // How often the source is called while 10 MB pass each way, after so many have.
    const auto calls_for_10_mb = [](std::uint64_t set_up, std::size_t largest) {
        memory_books at_client, at_server;
        counted_tcp::settings client = with_memory(plenty, at_client), server = with_memory(plenty, at_server);
        for (auto* s : {&client, &server}) s->buffers.largest_receive = s->buffers.largest_send = largest;
        const sim::link_settings wire{.rate = 100'000'000, .delay = 5ms};
        const std::uint64_t length = set_up + 12'000'000;
        const auto w = std::make_unique<patient_world>(
            sim::world_settings{.links = {wire, wire}}, client, server,
            patient{.writer = {.length = length}, .reader = {.length = length}},
            patient{.writer = {.length = length, .sender = 1}, .reader = {.length = length, .sender = 0}});
        REQUIRE(w->open());
        const auto run_until = [&](std::uint64_t octets_read) {
            while (w->server().application.reader.read < octets_read) w->run(w->now() + 1ms);
        };
        const auto calls = [&] {
            return at_client.allocations + at_client.releases + at_server.allocations + at_server.releases;
        };
        run_until(set_up);
        const std::uint64_t before = calls();
        run_until(set_up + 10'000'000);
        const std::uint64_t made = calls() - before;
        REQUIRE(w->run());
        CHECK(w->client().application.reader.is_intact());
        CHECK(w->server().application.reader.is_intact());
        return made;
    };
    CHECK(calls_for_10_mb(10'000'000, 256 << 10) == 0);
    // Buffers that still grow do call it, and so does the set-up.
    CHECK(calls_for_10_mb(100'000, 256 << 10) > 0);
    CHECK(calls_for_10_mb(1'000'000, 4 << 20) > 0);
}

TEST_CASE("text behind a FIN that came later leaves no memory in use once all before it is read") {
    for (const bool fin_alone : {false, true}) {
        counted_bench b(plenty);
        b.establish();
        b.arrives_at(40001, std::string(100, 'z'));
        if (fin_alone) {
            b.arrives_at(1, "0123456789");
            b.arrives_at(11, "", flag::fin);
        } else {
            b.arrives_at(1, "0123456789", flag::fin);
        }
        CHECK(b.receive() == "0123456789");
        CHECK(b.in_use() == 0);
    }
}
