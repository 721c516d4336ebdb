// SPDX-License-Identifier: MIT
// A segment in one line, as tcpdump writes it.
#include <doctest/doctest.h>

#include <vector>

#include <sluice/trace/wire_event.hpp>

using namespace sluice;
using namespace sluice::trace;

namespace {

const seq iss_a(1000), iss_b(5000);

wire_event segment_of(int from, std::uint32_t sequence, std::uint32_t acknowledgment, tcp_flags flags,
    std::uint32_t text_length = 0) {
    wire_event event;
    event.from = from;
    event.header.sequence = seq(sequence);
    event.header.acknowledgment = seq(acknowledgment);
    event.header.flags = flags;
    event.header.window = 65535;
    event.text_length = text_length;
    return event;
}

}  // namespace

TEST_CASE("a handshake reads as tcpdump prints it, with relative numbers") {
    wire_event syn = segment_of(0, 1000, 0, flag::syn);
    syn.options.mss = 1460;
    CHECK(describe(syn, iss_a, iss_b) == "S 0:0(0) win 65535 <mss 1460>");
    wire_event syn_ack = segment_of(1, 5000, 1001, flag::syn | flag::ack);
    syn_ack.options.mss = 1460;
    CHECK(describe(syn_ack, iss_b, iss_a) == "S. 0:0(0) ack 1 win 65535 <mss 1460>");
    CHECK(describe(segment_of(0, 1001, 5001, flag::ack), iss_a, iss_b) == ". ack 1 win 65535");
}

TEST_CASE("text is first octet, the octet after it, and length; an empty segment has no sequence number") {
    CHECK(describe(segment_of(0, 1001, 5001, flag::psh | flag::ack, 100), iss_a, iss_b) ==
          "P. 1:101(100) ack 1 win 65535");
    CHECK(describe(segment_of(0, 1101, 5001, flag::fin | flag::ack), iss_a, iss_b) == "F. 101:101(0) ack 1 win 65535");
    CHECK(describe(segment_of(0, 1101, 0, flag::rst), iss_a, iss_b) == "R 101:101(0) win 65535");
}

TEST_CASE("numbers are relative across the end of the sequence space") {
    const seq near_end(0xFFFFFFF0);
    CHECK(describe(segment_of(0, 0xFFFFFFF1, 5001, flag::ack, 32), near_end, iss_b) == ". 1:33(32) ack 1 win 65535");
    CHECK(describe(segment_of(1, 5001, 0x00000011, flag::ack), iss_b, near_end) == ". ack 33 win 65535");
}

TEST_CASE("an acknowledgment number without ACK, and an urgent pointer without URG, are not shown") {
    wire_event event = segment_of(0, 1001, 5001, flag::psh, 1);
    event.header.urgent_pointer = 7;
    CHECK(describe(event, iss_a, iss_b) == "P 1:2(1) win 65535");
    event.header.flags |= flag::urg | flag::ack;
    CHECK(describe(event, iss_a, iss_b) == "P.U 1:2(1) ack 1 win 65535 urg 7");
}

TEST_CASE("all nine flags have tcpdump's letters in tcpdump's order") {
    CHECK(describe(tcp_flags(0x1ff)) == "FSRP.UEWe");
    CHECK(describe(flag::none) == "none");
    CHECK(describe(flag::syn | flag::ece | flag::cwr) == "SEW");
}

TEST_CASE("SEG.LEN counts text, SYN and FIN (RFC 9293 section 3.3.1)") {
    CHECK(segment_of(0, 0, 0, flag::syn).length() == 1);
    CHECK(segment_of(0, 0, 0, flag::fin | flag::ack, 10).length() == 11);
    CHECK(segment_of(0, 0, 0, flag::ack).length() == 0);
}

TEST_CASE("initial sequence numbers are those of the first SYNs") {
    const std::vector<wire_event> events{segment_of(0, 1000, 0, flag::syn),
        segment_of(1, 5000, 1001, flag::syn | flag::ack), segment_of(0, 1001, 5001, flag::ack),
        segment_of(0, 7777, 0, flag::syn)};  // a second SYN is not the connection's
    const auto iss = initial_sequences(events);
    CHECK(iss[0] == iss_a);
    CHECK(iss[1] == iss_b);
}

TEST_CASE("a SYN counts even when the trace has segments before it") {
    const std::vector<wire_event> events{segment_of(1, 9, 1001, flag::ack), segment_of(0, 1000, 0, flag::syn),
        segment_of(1, 5000, 1001, flag::syn | flag::ack)};
    const auto iss = initial_sequences(events);
    CHECK(iss[0] == iss_a);
    CHECK(iss[1] == iss_b);
}

TEST_CASE("without a SYN the first text octet is number 1, and a peer that sent nothing is known by its ACKs") {
    const std::vector<wire_event> one_way{segment_of(0, 2001, 6001, flag::ack, 100)};
    CHECK(initial_sequences(one_way)[0] == seq(2000));
    CHECK(initial_sequences(one_way)[1] == seq(6000));
    const std::vector<wire_event> both{segment_of(0, 2001, 6101, flag::ack), segment_of(1, 6001, 2001, flag::ack, 100)};
    CHECK(initial_sequences(both)[1] == seq(6000));
    const std::vector<wire_event> reset_first{segment_of(0, 0, 0, flag::rst), segment_of(0, 2001, 0, flag::none, 1)};
    CHECK(initial_sequences(reset_first)[0] == seq(2000));
    CHECK(initial_sequences({})[0] == seq(0));
}

TEST_CASE("a segment's options and its scaled window are part of its line") {
    wire_event syn, ack;
    syn.header = {.flags = flag::syn, .window = 65535};
    syn.options = {.mss = 1460, .window_scale = 7, .sack_permitted = true, .timestamps = timestamps_option{1, 0}};
    CHECK(describe(syn, seq(0), seq(0)) == "S 0:0(0) win 65535 <mss 1460,ws 7,sackOK,TS>");
    ack.header = {.acknowledgment = seq(101), .flags = flag::ack, .window = 2};
    ack.window_shift = 7;
    ack.options.timestamps = timestamps_option{1, 1};
    ack.options.sack.push_back({seq(300), seq(400)});
    CHECK(describe(ack, seq(0), seq(100)) == ". ack 1 win 256 <sack 200:300>");
}
