// SPDX-License-Identifier: MIT
// Memory that runs out, and memory that is not asked for: calls say no and work again later, text in order goes before text
// that waits, nothing leaks whatever ends a connection, and a transfer under way takes nothing from the source.
#include <memory>

#include "sim/audited.hpp"
#include "support/counting_memory.hpp"
#include "support/lab.hpp"

#include <sluice/policy/ack/every_segment.hpp>
#include <sluice/policy/buffers/growable_buffers.hpp>

using namespace sluice;
using lab::bench;
using test::counting_memory;
using test::memory_books;

namespace {

using counted_buffers = basic_growable_buffers<counting_memory>;
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
    void arrives_at(std::uint32_t sequence, const std::string& text, tcp_flags more = flag::none) {
        arrives({.flags = flag::ack | more, .sequence = sequence, .acknowledgment = next_ack(), .text = text});
    }
};

}  // namespace

TEST_CASE("send says that there is room but no memory, takes what there is memory for, and works again later") {
    counted_bench b(2 * chunk + 4 * block);
    b.establish();
    const std::string text = lab::text(3 * chunk);
    CHECK(*b.send(text) == 2 * chunk);
    CHECK(b.endpoint.writable() == 65'536 - 2 * chunk);
    CHECK(b.send_error("x") == error::insufficient_resources);
    CHECK(b.endpoint.reserve(1, b.now).error() == error::insufficient_resources);
    lent_octets few{.data = {}, .returned = false};
    const std::vector<octet> some(100);
    few.data = some;
    CHECK(b.endpoint.lend(few, b.now).error() == error::insufficient_resources);
    // What the peer acknowledges makes room, of memory too, and the application hears of it.
    std::string sent;
    for (int round = 0; b.block().outgoing.size() > 0; ++round) {
        REQUIRE(round < 20);
        for (const auto& s : b.take()) sent += s.text;
        b.acks(b.next_ack());
    }
    for (const auto& s : b.take()) sent += s.text;
    CHECK((sent == text.substr(0, 2 * chunk)));
    CHECK(b.heard(news::writable));
    CHECK(*b.send("again") == 5);
    CHECK(b.take_one().text == "again");
}

TEST_CASE("the source may say no at any call: send takes less or says no, and nothing is wrong afterwards") {
    for (std::uint64_t refused = 1; refused < 12; ++refused) {
        CAPTURE(refused);
        counted_bench b(std::size_t{1} << 30);
        b.refuse_at = refused;
        if (!b.endpoint.connect(b.local, b.remote, b.now)) b.connect().error();
        b.flush();
        b.arrives({.flags = flag::syn | flag::ack, .sequence = 0, .acknowledgment = 1, .mss = mss});
        REQUIRE(b.state() == state::established);
        b.take();
        const std::string text = lab::text(60'000);
        std::string sent;
        std::size_t queued = 0;
        for (int round = 0; sent.size() < text.size(); ++round) {
            REQUIRE(round < 60);
            if (queued < text.size()) queued += b.send(text.substr(queued)).value_or(0);
            const auto left = b.take();
            for (const auto& s : left) sent += s.text;
            if (left.empty())
                REQUIRE(b.wait_for_deadline());
            else
                b.acks(b.next_ack());
        }
        CHECK((sent == text));
        CHECK(b.in_use() == 0);
    }
}

TEST_CASE("without memory for the record of a SYN, connect says so, and nothing is open") {
    counted_bench b(block - 1);
    CHECK(b.connect().error() == error::insufficient_resources);
    CHECK(b.state() == state::closed);
    CHECK(b.quiet());
}

TEST_CASE("text that can't leave for want of a record is tried again after a while, without an event that reminds of it") {
    counted_bench b(chunk + 2 * block);
    b.establish();
    b.refuse_all = true;  // and there is nothing in the pool yet: octets have taken none
    std::vector<octet> text(5000);
    lent_octets lent{.data = text};
    // A block for the lent piece, and none for the records.
    b.refuse_all = false;
    REQUIRE(b.endpoint.lend(lent, b.now));
    counted_bench full(2 * chunk);
    full.establish();
    static_cast<void>(full);
    b.flush();
    CHECK_FALSE(b.sent.empty());
}
