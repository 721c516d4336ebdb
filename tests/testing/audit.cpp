// SPDX-License-Identifier: MIT
//
// The audits themselves: every rule is seen to fail. Each row takes a healthy connection, damages one
// thing and names the rule that must notice. No public operation of in_flight breaks three of them, so there a record
// is written to: "a record of something never sent", "what was reported is not the sum of its records", and that what
// is reported is not lost.
#include <string>

#include "support/compositions.hpp"
#include "support/lab.hpp"

using namespace lab;
using sluice::testing::audit;
using sluice::testing::gate_audit;

namespace {

std::string said(const char* rule) { return rule ? rule : "nothing"; }

// ---- transmissions --------------------------------------------------------------------------------------------------

struct sent_row {
    transmission why;
    std::uint32_t length, segments, allowed, window_left;
    const char* rule;
    sent_report report() const {
        return {.why = why, .length = length, .segments = segments, .allowed = allowed, .window_left = window_left};
    }
};

// clang-format off
constexpr sent_row transmissions[] = {
    // why                               length seg. allowed window  rule
    {transmission::new_data,                100,  2,    100,    100, nullptr},
    {transmission::new_data,                101,  2,    100,    101, "new data beyond the gate"},
    {transmission::new_data,                101,  2,    101,    100, "new data beyond the right edge"},
    {transmission::limited_transmit,        100,  2,    100,    100, nullptr},
    {transmission::limited_transmit,        101,  2,    100,    101, "new data beyond the gate"},
    {transmission::f_rto,                   101,  2,    100,    101, "new data beyond the gate"},
    {transmission::limited_transmit,        101,  2,    101,    100, "new data beyond the right edge"},
    {transmission::least_segment,           100,  1,    100,    100, nullptr},
    {transmission::least_segment,           101,  1,    100,    101, "new data beyond the gate"},
    {transmission::least_segment,           101,  1,    101,    100, "new data beyond the right edge"},
    {transmission::least_segment,           100,  2,    100,    100, "more than the least segment"},
    {transmission::retransmission,          100,  2,    100,      0, nullptr},
    {transmission::retransmission,          101,  2,    100,    101, "a retransmission beyond cwnd − pipe"},
    {transmission::forced_retransmission,   100,  1,      0,      0, nullptr},
    {transmission::forced_retransmission,   100,  2,    100,    100, "a forced retransmission of other than one segment"},
    {transmission::forced_retransmission,     0,  1,    100,    100, "a forced retransmission of other than one segment"},
    {transmission::window_probe,              1,  1,      0,      0, nullptr},
    {transmission::window_probe,              2,  1,    100,    100, "a window probe of more than one octet"},
    {transmission::handshake,                 1,  1,      0,      0, nullptr},
    {transmission::handshake,                 2,  1,    100,    100, "a SYN that takes more than one number"},
    {transmission::keep_alive,                0,  1,      0,      0, nullptr},
    {transmission::keep_alive,                1,  1,    100,    100, "an acknowledgment that takes sequence space"},
    {transmission::acknowledgment,            0,  1,      0,      0, nullptr},
    {transmission::acknowledgment,            1,  1,    100,    100, "an acknowledgment that takes sequence space"},
};
// clang-format on

// ---- healthy connections --------------------------------------------------------------------------------------------

using end = bench<small_tcp>;
using block = control_block<small_tcp>;

/// Two bursts of two segments are in flight, the second of each is reported; text of the peer's own has come out of
/// order.
void sending(end& e) {
    e.peer_offers.sack_permitted = true;
    e.establish(65535, 300);
    REQUIRE(e.send(text(600)));
    e.wait(1ms);
    REQUIRE(e.send(text(600)));
    tcp_options report;
    report.sack.push_back({seq(301), seq(601)});
    report.sack.push_back({seq(901), seq(1201)});
    e.arrives({.flags = flag::ack, .sequence = 101, .acknowledgment = 1, .text = text(50), .options = report});
    REQUIRE(e.block().flight.sacked_octets() == 600);
    REQUIRE(e.block().flight.pipe() == 600);
    REQUIRE(e.block().assembly.held().size() == 1);
}

// clang-format off
void closed(end&) {}
void listening(end& e)  { REQUIRE(e.listen()); }
void idle(end& e)       { e.establish(); }
void text_waits(end& e) { e.establish(0); REQUIRE(e.send(text(10))); }  // for a window
void fin_waits(end& e)  { e.establish(0); REQUIRE(e.shutdown()); REQUIRE(e.block().fin_unsent()); }
void probing(end& e)    { text_waits(e); REQUIRE(e.wait_for_deadline()); REQUIRE(e.block().flight.pipe() == 1); }
void owned(end& e)      { e.establish(); REQUIRE(e.shutdown()); e.acks(2); REQUIRE(e.state() == state::fin_wait_2); }
void orphan(end& e)     { owned(e); REQUIRE(e.close()); }
void time_wait(end& e)  { owned(e); e.arrives({.flags = flag::fin | flag::ack, .sequence = 1, .acknowledgment = 2}); }
// clang-format on

block reached(void (*way)(end&)) {
    end e;
    way(e);
    return e.block();
}

// ---- damage ---------------------------------------------------------------------------------------------------------

in_flight_record& written(block& c, list_index i) { return const_cast<in_flight_record&>(c.flight[i]); }
/// Of those of `sending`.
list_index first_reported(const block& c) { return c.flight.after(c.flight.first()); }

/// The record was acknowledged, and is marked lost all the same.
void lose_what_is_gone(block& c) {
    const list_index gone = c.flight.first();
    c.snd.una = c.flight[gone].end;
    c.flight.acknowledge(c.snd.una);
    c.flight.mark_lost(gone);
}

void believe_no_report(block& c) {
    in_flight_record& r = written(c, first_reported(c));
    r.sacked = false;
    r.lost = true;
}

struct damage_row {
    void (*way)(end&);
    void (*damage)(block&);
    const char* rule;
};

// clang-format off
const damage_row damages[] = {
    {closed,     [](block& c) { c.flight = reached(sending).flight; }, "records in flight without a connection"},
    {listening,  [](block& c) { c.flight = reached(sending).flight; }, "records in flight without a connection"},
    {closed,     [](block& c) { c.timer.set(timer::time_wait, instant(9s)); }, "a timer without a connection"},
    {listening,  [](block& c) { c.timer.set(timer::keep_alive, instant(9s)); }, "a timer without a connection"},
    {idle,       [](block& c) { c.snd.nxt = c.snd.una - 1; }, "SND.NXT before SND.UNA"},
    {idle,       [](block& c) { c.rcv.edge = c.rcv.nxt - 1; }, "the receive window is negative"},
    {sending,    [](block& c) { c.flight.clear(); }, "unacknowledged numbers without a record"},
    {sending,    [](block& c) { c.flight.send(c.snd.nxt + 1, c.snd.nxt + 2, instant(9s), false); }, "records in flight leave a gap or overlap"},
    {sending,    [](block& c) { c.flight.send(c.snd.nxt - 1, c.snd.nxt + 1, instant(9s), false); }, "records in flight leave a gap or overlap"},
    {sending,    [](block& c) { c.snd.una += 1; }, "records in flight leave a gap or overlap"},
    {sending,    [](block& c) { c.flight.send(c.snd.nxt, c.snd.nxt, instant(9s), false); }, "an empty record"},
    {sending,    [](block& c) { written(c, c.flight.first()).transmissions = 0; }, "a record of something never sent"},
    {sending,    [](block& c) { c.flight.split(first_reported(c), c.snd.una + 450); }, "a reported record that is lost, or two in one run"},
    {sending,    [](block& c) { written(c, first_reported(c)).lost = true; }, "a reported record that is lost, or two in one run"},
    {sending,    [](block& c) { c.snd.nxt += 1; }, "records in flight do not end at SND.NXT"},
    {sending,    lose_what_is_gone, "the pipe is not the sum of its records"},
    {sending,    believe_no_report, "what was reported is not the sum of its records"},
    {sending,    [](block& c) { c.agreed.sack = false; }, "a report without SACK"},
    {sending,    [](block& c) { c.flight.mark_sacked(c.snd.una, c.snd.una + 100); }, "a report that the ACK contradicts, without a timer"},
    {sending,    [](block& c) { c.flight.resend(c.flight.first(), instant(0s)); }, "the order of transmissions is no order of time"},
    {idle,       [](block& c) { no_pool none{0}; c.outgoing.drop(none, 1); }, "more queued than the send buffer holds"},
    {idle,       [](block& c) { c.incoming.commit(c.incoming.capacity() + 1); }, "more unread than the receive buffer holds"},
    {idle,       [](block& c) { c.rcv.edge = c.rcv.nxt + static_cast<std::uint32_t>(c.incoming.free() + 1); }, "the offered window is larger than the buffer's room"},
    {owned,      [](block& c) { c.incoming.commit(c.incoming.free()); }, "the offered window is larger than the buffer's room"},
    {sending,    [](block& c) { c.rcv.nxt = c.assembly.held()[0].begin; }, "out-of-order text outside the window"},
    {sending,    [](block& c) { c.rcv.edge = c.assembly.held()[0].end - 1; }, "out-of-order text outside the window"},
    {sending,    [](block& c) { c.timer.stop(timer::retransmission); }, "unacknowledged data without a timer"},
    {probing,    [](block& c) { c.timer.stop(timer::window_probe); }, "unacknowledged data without a timer"},
    {idle,       [](block& c) { c.timer.set(timer::retransmission, instant(9s)); }, "a retransmission timer with nothing in flight"},
    {text_waits, [](block& c) { c.timer.stop_all(); }, "withheld data or FIN without a deadline"},
    {fin_waits,  [](block& c) { c.timer.stop_all(); }, "withheld data or FIN without a deadline"},
    {time_wait,  [](block& c) { c.timer.stop(timer::time_wait); }, "TIME-WAIT without its timer"},
    {orphan,     [](block& c) { c.timer.stop(timer::time_wait); }, "an orphan in FIN-WAIT-2 for ever"},
    {owned,      [](block& c) { c.owned = false; }, "an orphan in FIN-WAIT-2 for ever"},
    {idle,       [](block& c) { c.snd.start(c.snd.iss); }, "a SYN that does not leave"},
};
// clang-format on

}  // namespace

TEST_CASE("each kind of transmission has its bound, and one octet or segment more breaks it") {
    for (const sent_row& row : transmissions) {
        CAPTURE(&row - transmissions);
        gate_audit gate;
        gate.on_sent(row.report());
        CHECK(said(gate.broken) == said(row.rule));
    }
}

TEST_CASE("the gate's audit counts every transmission and keeps the first rule that was broken") {
    gate_audit gate;
    for (const sent_row& row : transmissions) gate.on_sent(row.report());
    CHECK(gate.transmissions == std::size(transmissions));
    CHECK(said(gate.broken) == "new data beyond the gate");
}

TEST_CASE("the audit finds nothing in a healthy connection, and names the rule that one damage breaks") {
    for (const damage_row& row : damages) {
        CAPTURE(&row - damages);
        block c = reached(row.way);
        REQUIRE(said(audit(c)) == "nothing");
        row.damage(c);
        CHECK(said(audit(c)) == said(row.rule));
    }
}
