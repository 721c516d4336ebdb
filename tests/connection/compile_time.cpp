// SPDX-License-Identifier: MIT
// TCP at compile time: two connections open over a link with 10 ms each way, a client asks with 4 KiB, a server answers
// with 4 KiB, given segments are lost, found and sent again, both sides close, both end CLOSED: while this compiles.
// What is undefined behaviour cannot compile. The same conversations run once more in the program, for the sanitizers.
#include <doctest/doctest.h>

#include <array>

#include <sluice/policy/buffers/fixed_buffers.hpp>
#include <sluice/policy/congestion/reno.hpp>
#include <sluice/policy/isn/counter_isn.hpp>
#include <sluice/policy/recovery/sack_recovery.hpp>
#include <sluice/testing/audit.hpp>

namespace {

using namespace sluice;

constexpr std::size_t amount = 4096;  // octets each way
constexpr std::uint16_t mss = 512;    // so that they are eight segments
constexpr duration one_way = 10ms;

using small_tcp = tcp<fixed_buffers<8192, 8192, 16, 4>, reno, sack_recovery, counter_isn, testing::gate_audit>;

/// Octet n of what an end says.
constexpr octet spoken(bool client, std::size_t n) { return static_cast<octet>(n * 7 + n / 256 + (client ? 0 : 101)); }

struct packet {
    instant arrives;
    bool from_client;
    std::size_t length;
    std::array<octet, mss + 100> data;
};

/// Packets on their way, first in, first out.
class link {
public:
    constexpr bool empty() const { return first_ == end_; }
    constexpr const packet& front() const { return packets_[first_ % packets_.size()]; }
    constexpr void pop() { ++first_; }
    constexpr packet& push() { return packets_[end_++ % packets_.size()]; }

private:
    std::array<packet, 16> packets_{};
    std::size_t first_ = 0, end_ = 0;
};

/// One end of the conversation: a TCP and the application on top of it.
struct end {
    small_tcp::endpoint tcp;
    bool client;
    std::uint32_t lost;  // bit n: the n-th packet with text that leaves here is lost, counted from 0
    std::uint32_t texts = 0;
    std::size_t read = 0;
    bool has_spoken = false, has_closed = false, intact = true;
    const char* broken = nullptr;

    constexpr end(bool is_client, std::uint32_t lost_ones, std::uint16_t mtu, bool sack, bool timestamps)
        : tcp({.isn = {.start = is_client ? 0xfffffa00 : 0x7ffff800},  // so that the numbers wrap on the way
               .limits = {.mtu = mtu, .window_scale = sack, .timestamps = timestamps, .sack = sack}})
        , client(is_client)
        , lost(lost_ones) {}

    /// The client speaks first, the server when it has heard all; who has spoken and heard all closes.
    constexpr void run_application(instant now) {
        std::array<octet, 700> some{};
        while (const auto count = tcp.receive(some, now))
            for (std::size_t i = 0; i < *count; ++i) intact = intact && some[i] == spoken(!client, read++);
        if (!has_spoken && (client || read == amount)) {
            std::array<octet, amount> all{};
            for (std::size_t n = 0; n < amount; ++n) all[n] = spoken(client, n);
            const auto taken = tcp.send(all, now);
            has_spoken = taken && *taken == amount;
        }
        if (!has_closed && has_spoken && read == amount) has_closed = bool(tcp.shutdown(now));
    }

    constexpr void transmit(link& out, instant now) {
        std::array<tx_packet, 1> room{};
        while (tcp.poll_transmit(now, room) == 1) {
            if (room[0].payload_length > 0 && (lost >> texts++ & 1u)) continue;
            packet& p = out.push();
            p.arrives = now + one_way;
            p.from_client = client;
            p.length = write(room[0], p.data);
        }
        if (!broken) broken = testing::audit(tcp.connection().variables());
        if (!broken) broken = tcp.observers().broken;
    }
};

struct tally {
    std::uint64_t client_sent, server_sent;              // segments
    std::uint64_t client_again, server_again;            // retransmissions
    std::uint64_t client_reductions, server_reductions;  // of the window: episodes and timeouts
    std::uint32_t client_ssthresh;                       // which tells how large they were
    duration took;
    friend constexpr bool operator==(const tally&, const tally&) = default;
};

struct talk {
    std::uint32_t lost_from_client, lost_from_server;
    bool v6;
    bool sack;  // and window scale
    bool timestamps;
    tally expected;
};

/// Nothing at all if either end did not get every octet right, or broke a rule of the audit, or did not end CLOSED.
constexpr tally converse(const talk& what) {
    const auto mtu = static_cast<std::uint16_t>(mss + (what.v6 ? 60 : 40) + (what.timestamps ? 12 : 0));
    end client(true, what.lost_from_client, mtu, what.sack, what.timestamps),
        server(false, what.lost_from_server, mtu, what.sack, what.timestamps);
    const auto address = [&](octet host) {
        return what.v6 ? ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, host}) : ip_address::v4(198, 18, 0, host);
    };
    const socket_address here{address(1), 1000}, there{address(2), 80};
    link wire;
    instant now{};
    if (!server.tcp.listen(there, now) || !client.tcp.connect(here, there, now)) return {};

    for (int event = 0; event < 500; ++event) {
        for (end* e : {&client, &server}) {
            e->run_application(now);
            e->transmit(wire, now);
        }
        const instant arrival = wire.empty() ? never : wire.front().arrives;
        const instant next = std::min({arrival, client.tcp.next_deadline(), server.tcp.next_deadline()});
        if (next == never) {
            const bool closed = client.tcp.state() == state::closed && server.tcp.state() == state::closed;
            const bool heard = client.intact && server.intact && client.read == amount && server.read == amount;
            if (!closed || !heard || client.broken || server.broken) return {};
            const counters &c = client.tcp.count(), &s = server.tcp.count();
            return {.client_sent = c.segments_out,
                    .server_sent = s.segments_out,
                    .client_again = c.retransmitted,
                    .server_again = s.retransmitted,
                    .client_reductions = c.recoveries + c.timeouts,
                    .server_reductions = s.recoveries + s.timeouts,
                    .client_ssthresh = client.tcp.connection().variables().congestion.ssthresh(),
                    .took = now.time_since_epoch()};
        }
        now = next;
        if (arrival <= now) {
            const packet& p = wire.front();
            auto& to = p.from_client ? server.tcp : client.tcp;
            to.on_packet({.data = octets(p.data).first(p.length), .length = p.length}, now);
            wire.pop();
        } else {
            client.tcp.on_deadline(now);
            server.tcp.on_deadline(now);
        }
    }
    return {};
}

// What must leave, counted by hand. All eight segments fit into the initial window of ten; each of the first sixteen
// segments that come is acknowledged at once, alone, unless the application has something to say just then.
//   client  SYN; 8 of text, the first of which acknowledges the SYN,ACK; then, of the answer, ACKs of segments 1 to 7;
//           the 8th carries the server's FIN, and its ACK carries ours                               1 + 8 + 7 + 1 = 17
//   server  SYN,ACK; ACKs of segments 1 to 7; the answer, whose first segment acknowledges the 8th, and whose last has
//           our FIN; the ACK of the client's FIN                                                     1 + 7 + 8 + 1 = 17
// SYN at 0, text at 20, answer at 30, FIN at 40, ACK at 50 ms, when 2 MSL of 60 s begin.
//
// Segments 2 and 5 lost: 3, 4, 6, 7 and 8 each draw a duplicate ACK, the third of which sends 2 again and halves the
// flight of seven segments to 1792 octets. The ACK of 2 to 4 is partial and sends 5 again. So 2 segments more from the
// client; the server's ACKs are those of 1, five duplicates and one of 2 to 4: seven as before. 2 is found missing at
// 40 ms and arrives at 50, 5 arrives at 70: the answer begins 40 ms later.
//
// The 8th lost: nothing comes back after the ACKs of 1 to 7, so a timeout sends it again; 2 MSS is the least ssthresh.
// Those ACKs come at 40 ms; the RTO is 200 ms, the floor; the copy arrives at 250 instead of 30 ms.
//
// All eight lost: the timeout at 220 ms halves 8 segments to 2048 octets; slow start sends 1, then 2, then 4, then what
// is left, one round trip of 20 ms each: the last arrives at 220 + 60 + 10. The first of them acknowledges the SYN,ACK,
// whose own timeout is a second away. Eight segments again.
//
// With SACK, 2 and 5 are found in one round trip: the reports of 6 and of 8 are the third above them. Both leave at 40
// ms, and the answer begins 20 ms later than without loss.
//
// Timestamps take their room from a larger MTU here, and change nothing. What only a timeout finds costs the same with
// SACK. The last two are for the program only, to spare compilers.
//
// The other direction is the same: the FIN rides on segment 8 and is ACKed, in its turn, when all before it has come.
// clang-format off
constexpr std::array<talk, 12> conversations{{
    // client lost  server lost   IPv6   SACK   stamps  sent    again  reduced  ssthresh
    {0,             0,            false, false, false, {17, 17, 0, 0,  0, 0,    1u << 30, 60s +  50ms}},
    {0,             0,            true,  false, false, {17, 17, 0, 0,  0, 0,    1u << 30, 60s +  50ms}},
    {0b00010010,    0,            false, false, false, {19, 17, 2, 0,  1, 0,    1792,     60s +  90ms}},
    {0b00010010,    0b00010010,   false, false, false, {19, 19, 2, 2,  1, 1,    1792,     60s + 130ms}},
    {0b00010010,    0b00010010,   true,  false, false, {19, 19, 2, 2,  1, 1,    1792,     60s + 130ms}},
    {0b10000000,    0,            false, false, false, {18, 17, 1, 0,  1, 0,    1024,     60s + 270ms}},
    {0b11111111,    0,            false, false, false, {25, 17, 8, 0,  1, 0,    2048,     60s + 310ms}},
    {0,             0,            false, true,  true,  {17, 17, 0, 0,  0, 0,    1u << 30, 60s +  50ms}},
    {0b00010010,    0,            false, true,  true,  {19, 17, 2, 0,  1, 0,    1792,     60s +  70ms}},
    {0b00010010,    0b00010010,   true,  true,  true,  {19, 19, 2, 2,  1, 1,    1792,     60s +  90ms}},
    {0b10000000,    0,            false, true,  true,  {18, 17, 1, 0,  1, 0,    1024,     60s + 270ms}},
    {0b11111111,    0,            false, true,  true,  {25, 17, 8, 0,  1, 0,    2048,     60s + 310ms}},
}};
// clang-format on

static_assert(converse(conversations[0]) == conversations[0].expected);
static_assert(converse(conversations[1]) == conversations[1].expected);
static_assert(converse(conversations[2]) == conversations[2].expected);
static_assert(converse(conversations[3]) == conversations[3].expected);
static_assert(converse(conversations[4]) == conversations[4].expected);
static_assert(converse(conversations[5]) == conversations[5].expected);
static_assert(converse(conversations[6]) == conversations[6].expected);
static_assert(converse(conversations[7]) == conversations[7].expected);
static_assert(converse(conversations[8]) == conversations[8].expected);
static_assert(converse(conversations[9]) == conversations[9].expected);

}  // namespace

TEST_CASE("two connections lose segments, recover and close in the program as in the compiler") {
    for (talk c : conversations)
        for (const bool timestamps : {false, true}) {
            c.timestamps = timestamps;
            CAPTURE(c.lost_from_client);
            CAPTURE(c.lost_from_server);
            CAPTURE(c.sack);
            CAPTURE(timestamps);
            const tally o = converse(c);
            CHECK(o.client_sent == c.expected.client_sent);
            CHECK(o.server_sent == c.expected.server_sent);
            CHECK(o.client_again == c.expected.client_again);
            CHECK(o.server_again == c.expected.server_again);
            CHECK(o.client_reductions == c.expected.client_reductions);
            CHECK(o.server_reductions == c.expected.server_reductions);
            CHECK(o.client_ssthresh == c.expected.client_ssthresh);
            CHECK(o.took.count() == c.expected.took.count());
        }
}
