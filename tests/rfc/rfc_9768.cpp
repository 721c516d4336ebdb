// SPDX-License-Identifier: MIT
// RFC 9768: Accurate ECN at the wire, with the bench as the peer.
#include <sluice/policy/ecn/accurate_ecn.hpp>

#include "support/compositions.hpp"
#include "support/lab.hpp"

using namespace sluice;

namespace {

using ecn_tcp = tcp<testing::gate_audit, accurate_ecn, every_segment, fixed_buffers<>>;
using slow_tcp = tcp<testing::gate_audit, accurate_ecn, fixed_buffers<>>;

constexpr std::uint32_t each = 1460;
constexpr auto not_ect = ecn_codepoint::not_ect, ect0 = ecn_codepoint::ect0, ect1 = ecn_codepoint::ect1,
               ce = ecn_codepoint::ce;

std::uint8_t ace(const lab::wire_segment& s) { return ace_of(s.flags); }
std::uint32_t at(std::uint32_t segment) { return 1 + segment * each; }

template <class Tcp>
struct bench_of : lab::bench<Tcp> {
    using lab::bench<Tcp>::bench;

    /// Active open, answered by a SYN,ACK with this code.
    void open(std::uint8_t code = 0b010, ecn_codepoint seen = not_ect) {
        REQUIRE(this->connect());
        this->take();
        answer(code, seen);
        REQUIRE(this->state() == state::established);
        this->take();
    }
    void answer(std::uint8_t code, ecn_codepoint seen = not_ect) {
        lab::wire_segment s{.flags = flag::syn | flag::ack | flags_of_ace(code),
                            .sequence = 0,
                            .acknowledgment = 1,
                            .mss = each,
                            .options = this->peer_offers};
        s.ip.ecn = seen;
        this->arrives(s);
    }
    /// Passive open by a SYN with this code; `sent` is the SYN,ACK.
    void ask(std::uint8_t code = 0b111, ecn_codepoint seen = not_ect) {
        REQUIRE(this->listen());
        ask_again(code, seen);
    }
    void ask_again(std::uint8_t code, ecn_codepoint seen = not_ect) {
        lab::wire_segment s{
            .flags = flag::syn | flags_of_ace(code), .sequence = 0, .mss = each, .options = this->peer_offers};
        s.ip.ecn = seen;
        this->arrives(s);
    }
    void acks(std::uint32_t upto, std::uint8_t code, std::optional<accurate_ecn_option> option = {}) {
        lab::wire_segment s{
            .flags = flag::ack | flags_of_ace(code), .sequence = this->next_seq(), .acknowledgment = upto};
        s.accurate_ecn = option;
        this->arrives(s);
    }
    void says(ecn_codepoint seen, std::size_t length = 100, std::uint8_t code = 5) {
        lab::wire_segment s{.flags = flag::ack | flags_of_ace(code),
                            .sequence = this->next_seq(),
                            .acknowledgment = this->next_ack(),
                            .text = lab::text(length)};
        s.ip.ecn = seen;
        this->arrives(s);
    }
    const accurate_ecn& ecn() const { return this->block().ecn; }
    std::uint32_t window() const { return this->block().congestion.window(); }
    std::uint64_t reductions() const { return this->endpoint.count().ecn_reductions; }
    /// The codepoint of new text.
    ecn_codepoint codepoint() {
        this->take();
        REQUIRE(this->send("text"));
        const auto left = this->take_one();
        return left.ip.ecn;
    }
};
using bench = bench_of<ecn_tcp>;

}  // namespace

// ---- section 3.1: the handshake -------------------------------------------------------------------------------------

TEST_CASE("our SYN has all three flags and is not ECT; each answer of table 2 leads to its mode") {
    using mode = accurate_ecn::mode;
    struct { std::uint8_t code; mode leads_to; ecn_codepoint text; } const answers[] = {
        {0b000, mode::none, not_ect},
        {0b001, mode::classic, ect0},
        {0b010, mode::accurate, ect0},
        {0b011, mode::accurate, not_ect},  // our SYN left as Not-ECT: a path that changes that is not to be trusted
        {0b100, mode::accurate, not_ect},
        {0b101, mode::accurate, ect0},     // reserved: as if the SYN came through unchanged
        {0b110, mode::accurate, not_ect},
        {0b111, mode::none, not_ect},      // who reflects what it does not know
    };
    for (const auto& a : answers) {
        CAPTURE(+a.code);
        bench b;
        REQUIRE(b.connect());
        const auto syn = b.take_one();
        CHECK(ace(syn) == 0b111);
        CHECK(syn.ip.ecn == not_ect);
        CHECK(!syn.accurate_ecn);
        b.answer(a.code);
        CHECK(b.ecn().mode_ == a.leads_to);
        const auto ack = b.take_one();
        CHECK(ace(ack) == (a.leads_to == mode::accurate ? 0b010 : 0));
        CHECK(ack.accurate_ecn.has_value() == (a.leads_to == mode::accurate));
        CHECK(b.codepoint() == a.text);
    }
}

TEST_CASE("each SYN of table 2 is answered in its mode") {
    for (std::uint8_t code = 0; code < 8; ++code) {
        CAPTURE(+code);
        bench b;
        b.ask(code);
        const auto answer = b.take_one();
        // 3168's, none, and whatever later versions of this one may ask with.
        CHECK(ace(answer) == (code == 0b000 ? 0b000 : code == 0b011 ? 0b001 : 0b010));
        CHECK(answer.ip.ecn == not_ect);
        const bool accurate = code != 0b000 && code != 0b011;
        CHECK(answer.accurate_ecn.has_value() == accurate);
        if (accurate) CHECK(*answer.accurate_ecn == accurate_ecn_option{.ect0 = 1, .ce = 0, .ect1 = 1});
        b.acks(1, accurate ? 0b010 : 0b000);
        REQUIRE(b.state() == state::established);
        CHECK(b.codepoint() == (code == 0b000 ? not_ect : ect0));
    }
}

TEST_CASE("what came on the SYN is told by the SYN,ACK, and what came on that by its ACK") {
    struct { ecn_codepoint seen; std::uint8_t code; } const rows[] = {
        {not_ect, 0b010}, {ect1, 0b011}, {ect0, 0b100}, {ce, 0b110}};
    for (const auto& row : rows) {
        CAPTURE(+row.code);
        bench passive;
        passive.ask(0b111, row.seen);
        CHECK(ace(passive.take_one()) == row.code);

        bench active;
        REQUIRE(active.connect());
        active.take();
        active.answer(0b010, row.seen);
        CHECK(ace(active.take_one()) == row.code);
        active.says(not_ect);  // from then on it is a count, which begins with 5, and a marked SYN,ACK counts (table 3)
        CHECK(ace(active.take_one()) == (row.seen == ce ? 6 : 5));
    }
}

TEST_CASE("each ACK of a SYN,ACK has its meaning of table 4") {
    for (std::uint8_t code = 0; code < 8; ++code) {
        CAPTURE(+code);
        bench b;
        b.ask();
        b.take();
        b.acks(1, code);
        CHECK(b.ecn().s_cep_ == (code == 0b110 ? 6 : 5));
        // Zeroed: nothing is ECT any more. The same where our SYN,ACK, which is not, came as something else.
        const bool trusted = code == 0b001 || code == 0b010 || code == 0b101 || code == 0b111;
        CHECK(b.codepoint() == (trusted ? ect0 : not_ect));
        // It goes on to tell what comes (note 1).
        b.acks(b.next_ack(), 5);
        b.take();
        b.says(ce);
        CHECK(ace(b.take_one()) == 6);
    }
}

TEST_CASE("our SYN is sent once more with the flags, then without; who agrees to less may have heard that one alone") {
    for (std::uint8_t code = 0b000; code <= 0b010; ++code) {
        CAPTURE(+code);
        bench b;
        REQUIRE(b.connect());
        const auto first = b.take_one();
        b.wait(1s);
        const auto second = b.take_one();
        b.wait(2s);
        const auto third = b.take_one();
        CHECK(ace(first) == 0b111);
        CHECK(ace(second) == 0b111);
        CHECK(ace(third) == 0);
        CHECK(third.sequence == first.sequence);
        b.answer(code);
        // With Accurate ECN the other end counts, whichever of the SYNs it has answered (3.1.5).
        CHECK(b.codepoint() == (code == 0b010 ? ect0 : not_ect));
        CHECK(b.ecn().agreed() == (code != 0));
    }
}

TEST_CASE("our SYN,ACK is sent once more, without the option, then without ECN; the mode stays") {
    bench b;
    b.ask();
    CHECK(b.take_one().accurate_ecn);
    b.wait(1s);
    const auto second = b.take_one();
    CHECK(ace(second) == 0b010);
    CHECK(!second.accurate_ecn);
    b.wait(2s);
    CHECK(ace(b.take_one()) == 0);
    b.acks(1, 0b010);
    CHECK(b.codepoint() == not_ect);
    b.acks(b.next_ack(), 5);
    b.take();
    b.says(ce);
    CHECK(ace(b.take_one()) == 6);
}

TEST_CASE("the first SYN fixes the mode; one without ECN behind it is told what it came as, and means that nothing is "
          "ECT; but marks are believed") {
    bench b;
    b.ask();
    b.take();
    b.ask_again(0b000, ect0);
    CHECK(ace(b.take_one()) == 0b100);
    b.acks(1, 0b010);
    CHECK(b.codepoint() == not_ect);
    b.acks(b.next_ack(), 6);
    CHECK(b.reductions() == 1);

    bench plain;
    plain.ask(0b000);
    plain.take();
    plain.ask_again(0b111);
    CHECK(ace(plain.take_one()) == 0);
}

// The controls: accurate_ecn.hpp, contradicts: either half answers false; input.hpp, take_syn_again does not ask.
TEST_CASE("SYNs of one handshake that ask for both kinds of feedback are reset: none can know which answer was heard") {
    for (const bool accurate_first : {false, true}) {
        CAPTURE(accurate_first);
        bench b;
        b.ask(accurate_first ? 0b111 : 0b011);
        b.take();
        b.ask_again(accurate_first ? 0b011 : 0b100);  // 100: of a later version, as if it were 111
        const auto answer = b.take_one();
        CHECK(answer.flags == (flag::rst | flag::ack));
        CHECK(answer.acknowledgment == 1);
        CHECK(b.state() == state::listen);
        b.ask_again(0b111);
        CHECK(ace(b.take_one()) == 0b010);  // and the next one is nobody's fault
    }
}

TEST_CASE("the same when both ends open, and our SYN is out") {
    bench b;
    REQUIRE(b.connect());
    b.take();
    b.ask_again(0b111);
    b.take();
    REQUIRE(b.state() == state::syn_received_active);
    b.ask_again(0b011);
    CHECK(b.take_one().flags == (flag::rst | flag::ack));
    CHECK(b.state() == state::closed);
}

TEST_CASE("but not the same kind again, nor none: where none was agreed on, nothing can be misread") {
    struct { std::uint8_t first, again, answer; } const syns[] = {
        {0b111, 0b111, 0b010}, {0b111, 0b100, 0b010}, {0b011, 0b011, 0b001},
        {0b011, 0b000, 0b000}, {0b000, 0b111, 0b000}, {0b000, 0b011, 0b000},
    };
    for (const auto& s : syns) {
        CAPTURE(+s.first);
        CAPTURE(+s.again);
        bench b;
        b.ask(s.first);
        b.take();
        b.ask_again(s.again);
        const auto answer = b.take_one();
        CHECK(answer.flags.has(flag::syn));
        CHECK(ace(answer) == s.answer);
    }
}

TEST_CASE("the ACK of a SYN,ACK leaves before text that waits, and that of a SYN,ACK that comes again says the same") {
    bench b;
    REQUIRE(b.connect());
    REQUIRE(b.send("waits for the handshake"));
    b.take();
    b.answer(0b010, ce);
    const auto left = b.take();
    REQUIRE(left.size() == 2);
    CHECK(left[0].text.empty());
    CHECK(ace(left[0]) == 0b110);
    CHECK(left[1].text.size() == 23);
    CHECK(ace(left[1]) == 6);
    b.answer(0b010, ce);
    CHECK(ace(b.take_one()) == 0b110);
    b.says(not_ect);
    CHECK(ace(b.take_one()) == 6);  // once more, and not counted twice
}

TEST_CASE("a copy of the SYN,ACK that comes behind text is acknowledged with the count: only the ACK of the SYN,ACK "
          "alone bears what that came as (section 3.2.2.1)") {
    bench b;
    b.open();
    b.says(not_ect);
    CHECK(ace(b.take_one()) == 5);
    b.answer(0b010);
    CHECK(ace(b.take_one()) == 5);
}

TEST_CASE("both ends open at once, and both count") {
    bench b;
    REQUIRE(b.connect());
    b.take();
    b.arrives({.flags = flag::syn | flags_of_ace(0b111), .sequence = 0, .mss = each});
    CHECK(ace(b.take_one()) == 0b010);
    b.arrives({.flags = flag::syn | flag::ack | flags_of_ace(0b010),
               .sequence = 0,
               .acknowledgment = 1,
               .text = "which makes it no pure ACK",
               .mss = each});
    REQUIRE(b.state() == state::established);
    CHECK(b.ecn().s_cep_ == 5);
    CHECK(b.codepoint() == ect0);
}

// ---- section 3.2.2: the field --------------------------------------------------------------------------------------

TEST_CASE("each marked segment is counted, text or not, and the count is told mod 8") {
    bench b;
    b.open();
    for (int n = 1; n <= 20; ++n) {
        b.says(ce);
        CHECK(ace(b.take_one()) == (5 + n) % 8);
    }
    b.says(ect0);
    CHECK(ace(b.take_one()) == (5 + 20) % 8);
    lab::wire_segment ack{
        .flags = flag::ack | flags_of_ace(5), .sequence = b.next_seq(), .acknowledgment = b.next_ack()};
    ack.ip.ecn = ce;
    b.arrives(ack);
    CHECK(b.quiet());
    b.says(ect0);
    CHECK(ace(b.take_one()) == (5 + 21) % 8);
    ack.sequence = b.next_seq() + 1'000'000;  // out of the window
    b.arrives(ack);
    b.take();
    b.says(ect0);
    CHECK(ace(b.take_one()) == (5 + 21) % 8);
}

TEST_CASE("CE behind what was not, and a second CE, are acknowledged at once where others wait") {
    bench_of<slow_tcp> b;
    b.open();
    for (int n = 0; n < 40; ++n) {  // past the first segments, which never wait
        b.says(ect0);
        b.wait(50ms);
    }
    b.take();
    b.says(ect0);
    CHECK(b.quiet());
    b.says(ce);
    CHECK(ace(b.take_one()) == 6);
    b.says(ce);
    CHECK(b.quiet());
    b.says(ce);
    CHECK(ace(b.take_one()) == 0);
    b.says(ect0);  // another counter grows (3.2.3.3)
    CHECK(b.take_one().accurate_ecn);
    b.says(ect0);
    CHECK(b.quiet());
}

TEST_CASE("every third marked ACK is answered, without SACK blocks and with what is never marked: no two ends "
          "go on so") {
    bench b;
    b.peer_offers.sack_permitted = true;
    b.open();
    const lab::wire_segment gap{
        .flags = flag::ack | flags_of_ace(5), .sequence = 1001, .acknowledgment = 1, .text = "behind a gap"};
    b.arrives(gap);
    CHECK(!b.take_one().options.sack.empty());
    lab::wire_segment ack{.flags = flag::ack | flags_of_ace(5), .sequence = 1, .acknowledgment = 1};
    ack.ip.ecn = ce;
    for (int n = 1; n <= 9; ++n) {
        b.arrives(ack);
        if (n % 3 != 0) {
            CHECK(b.quiet());
            continue;
        }
        const auto answer = b.take_one();
        CHECK(ace(answer) == (5 + n) % 8);
        CHECK(answer.options.sack.empty());
        CHECK(answer.ip.ecn == not_ect);
    }
}

TEST_CASE("what the field says reduces the window once a round trip, without CWR; what wrapped is counted on "
          "the safe side") {
    bench b;
    b.open();
    REQUIRE(b.send(lab::text(40 * each)));
    b.take();
    b.acks(at(2), 5);
    CHECK(b.reductions() == 0);
    b.acks(at(3), 6);
    CHECK(b.reductions() == 1);
    b.acks(at(4), 7);
    CHECK(b.reductions() == 1);
    CHECK(b.ecn().s_cep_ == 7);
    for (const auto& s : b.take()) CHECK(ace(s) == 5);  // its own count, no CWR
    b.acks(b.next_ack(), 7);  // ten or so at once, and the field stands where it stood: eight may have been marked
    CHECK(b.ecn().s_cep_ == 7 + 8);
    CHECK(b.reductions() == 1);  // all of them were sent before the reduction
    b.acks(b.next_ack(), 0);
    CHECK(b.reductions() == 2);
}

TEST_CASE("the safest likely case (appendix A.2.1)") {
    struct { std::uint32_t packets, least, most; } const rows[] = {
        {1, 0, 0}, {7, 0, 0},   {8, 0, 8},  {9, 1, 9},   {8, 1, 1},
        {2, 5, 5}, {15, 7, 15}, {15, 0, 8}, {16, 0, 16}, {23, 7, 23}};
    for (const auto& row : rows) CHECK(accurate_ecn::safest(row.packets, row.least) == row.most);
}

TEST_CASE("an ACK that may be older than another says nothing") {
    bench b;
    b.open();
    REQUIRE(b.send(lab::text(40 * each)));
    b.acks(at(4), 7);
    REQUIRE(b.reductions() == 1);
    b.acks(at(2), 5);  // 6 more, mod 8
    b.acks(at(4), 6);
    CHECK(b.ecn().s_cep_ == 7);
}

TEST_CASE("a field that is zero in the first ACK after the handshake was zeroed on its way; that it is not 5 "
          "means nothing") {
    for (std::uint8_t first = 0; first < 8; ++first) {
        bench b;
        b.open();
        REQUIRE(b.send("text"));
        b.acks(b.next_ack(), first);
        CHECK(b.codepoint() == (first == 0 ? not_ect : ect0));
        b.acks(b.next_ack(), (first + 1) & 7u);
        if (first == 0) CHECK(b.reductions() == 0);
    }
}

TEST_CASE("with its CWR bit set the field needs segments of their own: hardware would keep it on the first "
          "slice alone") {
    for (const int marks : {0, 1}) {
        bench b;
        b.open();
        b.endpoint.set_largest_super_segment(65535);
        for (int n = 0; n < marks; ++n) b.says(ce);  // 6 is 110
        b.take();
        REQUIRE(b.send(lab::text(4 * each)));
        for (const auto& s : b.take()) CHECK(ace(s) == 5 + marks);
    }
}

// ---- section 3.2.3: the option -------------------------------------------------------------------------------------

TEST_CASE("the option counts octets of text by codepoint; retransmissions, which are not ECT, have no count") {
    bench b;
    b.open();
    b.says(ect0, 300);
    CHECK(b.take_one().accurate_ecn == accurate_ecn_option{.ect0 = 301, .ce = 0, .ect1 = 1});
    b.says(ce, 50);
    CHECK(b.take_one().accurate_ecn == accurate_ecn_option{.ect0 = 301, .ce = 50, .ect1 = 1});
    b.says(ect1, 7);
    CHECK(b.take_one().accurate_ecn ==
          accurate_ecn_option{.ect0 = 301, .ce = 50, .ect1 = 8, .fields = 3, .ect1_first = true});
    b.says(not_ect, 1000);
    CHECK(!b.take_one().accurate_ecn);  // nothing has changed
}

TEST_CASE("as often as it is told to, and always where another count grows") {
    ecn_tcp::settings s;
    s.ecn.option_every = 3;
    bench b(s);
    b.open();
    b.says(ce);
    b.take();
    b.says(ect0);
    CHECK(b.take_one().accurate_ecn);
    for (int n = 1; n <= 9; ++n) {
        b.says(ect0);
        CHECK(b.take_one().accurate_ecn.has_value() == (n % 3 == 0));
    }
    b.says(ce);
    CHECK(b.take_one().accurate_ecn);

    s.ecn.send_option = false;
    bench none(s);
    none.open();
    none.says(ect0);
    CHECK(!none.take_one().accurate_ecn);
}

TEST_CASE("SACK blocks come first: beside two of them and timestamps there is room for two counts, beside three "
          "for none") {
    bench b;
    b.peer_offers.sack_permitted = true;
    b.peer_offers.timestamps = timestamps_option{};
    b.open();
    for (std::uint32_t hole = 0; hole < 3; ++hole) {
        lab::wire_segment s{.flags = flag::ack | flags_of_ace(5), .sequence = 1001 + hole * 1000, .acknowledgment = 1,
                            .text = lab::text(100)};
        s.ip.ecn = ect0;
        b.arrives(s);
        const auto ack = b.take_one();
        CHECK(ack.options.sack.size() == hole + 1);
        CHECK(ack.options.length() + (ack.accurate_ecn ? ack.accurate_ecn->length() : 0) <= 40);
        const unsigned fields = hole == 0 ? 3 : hole == 1 ? 2 : 0;
        REQUIRE(ack.accurate_ecn.has_value() == (fields > 0));
        if (fields > 0) CHECK(ack.accurate_ecn->fields == fields);
    }
}

TEST_CASE("beside text the option takes its room from it, once the first has gone only when a count has grown") {
    bench b;
    b.open();
    REQUIRE(b.send(lab::text(3 * each)));
    auto left = b.take();
    REQUIRE(left.size() == 4);
    CHECK(left[0].text.size() == each - 12);
    CHECK(left[0].accurate_ecn);
    CHECK(left[1].text.size() == each);
    CHECK(!left[1].accurate_ecn);
}

TEST_CASE("the peer's option tells octets, in either order, and corrects what the field let us fear") {
    for (const bool ect1_first : {false, true}) {
        bench b;
        b.open();
        REQUIRE(b.send(lab::text(40 * each)));
        accurate_ecn_option o{.ect0 = 1 + 9 * each, .ce = each, .ect1 = 1};
        o.ect1_first = ect1_first;
        b.acks(at(9), 5, o);  // ten or so acknowledged, the field stands: 8 marks, or none?
        CHECK(b.ecn().s_ceb_ == each);
        CHECK(b.reductions() == 1);
        b.acks(at(10), 5, o);
        CHECK(b.ecn().s_ceb_ == each);
    }
    bench b;
    b.open();
    REQUIRE(b.send(lab::text(40 * each)));
    b.acks(at(9), 5, accurate_ecn_option{.ect0 = 1 + 9 * each, .ce = 0, .ect1 = 1});
    CHECK(b.ecn().s_cep_ == 5);
    CHECK(b.reductions() == 0);
    bench control;  // without the option
    control.open();
    REQUIRE(control.send(lab::text(40 * each)));
    control.acks(at(9), 5);
    CHECK(control.ecn().s_cep_ == 13);
    CHECK(control.reductions() == 1);
}

TEST_CASE("the option's counts wrap at 2^24") {
    bench b;
    b.open();
    b.says(ce);
    auto& c = const_cast<control_block<ecn_tcp>&>(b.block());
    c.ecn.r_ceb_ = 0xffffff;
    b.take();
    b.says(ce, 2);
    CHECK(b.take_one().accurate_ecn->ce == 1);
    c.ecn.s_ceb_ = 0xffffff;
    REQUIRE(b.send(lab::text(each)));
    b.acks(b.next_ack(), 6, accurate_ecn_option{.ect0 = 1, .ce = 99, .ect1 = 1});
    CHECK(c.marks.heard.marked == 100);
}

TEST_CASE("a count of ECT that is zero in the first option was zeroed on its way: the field is believed alone") {
    bench b;
    b.open();
    REQUIRE(b.send(lab::text(40 * each)));
    b.acks(at(1), 6, accurate_ecn_option{.ect0 = 0, .ce = 0, .ect1 = 0});
    CHECK(b.reductions() == 1);
    CHECK(b.block().marks.heard.marked == each);
}

TEST_CASE("a path that bleaches: ten segments come through, and none as ECT; so nothing leaves as ECT any more, but "
          "marks are believed") {
    const auto codepoints_are = [](ecn_codepoint expected, bool bleached, const ecn_tcp::settings& settings) {
        bench b(settings);
        b.open();
        REQUIRE(b.send(lab::text(43 * each)));
        for (std::uint32_t n = 1; n <= 12; ++n)
            b.acks(at(n), 5, accurate_ecn_option{.ect0 = (bleached ? 1 : 1 + n * each), .ce = 0, .ect1 = 1});
        b.take();
        b.acks(at(13), 5);
        const auto left = b.take();
        CHECK(!left.empty());
        for (const auto& s : left) CHECK(s.ip.ecn == expected);
        b.acks(at(14), 6);
        CHECK(b.reductions() == 1);
    };
    codepoints_are(not_ect, true, {});
    codepoints_are(ect0, false, {});
    codepoints_are(ect0, true, {.ecn = {.bleached_after = 255}});  // control: who does not look for it goes on
}

TEST_CASE("an option that tells of marks where the field can't have come round was mangled, or the field was: nothing "
          "leaves as ECT any more (section 3.2.3.2.5)") {
    const auto codepoint_after = [](std::uint8_t field, bool is_short = false) {
        bench b;
        b.peer_offers.sack_permitted = true;
        b.open();
        if (is_short) REQUIRE(b.send(lab::text(100)));
        REQUIRE(b.send(lab::text(43 * each)));
        b.acks(at(1), 5, accurate_ecn_option{.ect0 = 1 + each, .ce = 0, .ect1 = 1});
        b.acks(at(3), field, accurate_ecn_option{.ect0 = 1 + 2 * each, .ce = each, .ect1 = 1});
        CHECK(b.reductions() == 1);
        b.take();
        for (std::uint32_t n = 4; n <= 10; ++n) b.acks(at(n), field);
        const auto left = b.take();
        REQUIRE(!left.empty());
        return left.front().ip.ecn;
    };
    CHECK(codepoint_after(5) == not_ect);
    CHECK(codepoint_after(6) == ect0);
    CHECK(codepoint_after(5, true) == ect0);  // of segments so short, eight would fit into two full ones
}

TEST_CASE("without SACK eight marks may have come behind a gap, and the field round to where it was: nothing was "
          "mangled (section 3.2.3.2.5)") {
    for (const std::uint32_t marks : {7u, 8u}) {
        CAPTURE(marks);
        bench b;
        b.open();
        REQUIRE(b.send(lab::text(40 * each)));
        const auto option = [](std::uint32_t unmarked, std::uint32_t marked) {
            return accurate_ecn_option{.ect0 = 1 + unmarked * each, .ce = marked * each, .ect1 = 1};
        };
        for (std::uint32_t n = 1; n <= 10; ++n) b.acks(at(n), 5, option(n, 0));
        b.take();
        // Two are lost, the next ones come marked; the first one leaves again, as Not-ECT, and arrives.
        for (std::uint32_t n = 1; n <= marks; ++n) b.acks(at(10), (5 + n) & 7u, option(10, n));
        const auto left = b.take();
        REQUIRE(!left.empty());
        CHECK(left.back().sequence == at(10));
        b.acks(at(11), (5 + marks) & 7u, option(10, marks));
        CHECK(b.ecn().sends_ect());
    }
}

TEST_CASE("nothing but CE through the first four rounds is no queue's work (section 3.2.2.3): nothing is ECT from the "
          "fifth on, nor believed") {
    for (const int unmarked : {-1, 0, 3}) {
        CAPTURE(unmarked);
        bench b;
        b.open();
        std::uint8_t marks = 5;
        for (int n = 0; n < 8; ++n) {
            CHECK(b.codepoint() == (n > 4 && unmarked < 0 ? not_ect : ect0));
            b.acks(b.next_ack(), (n == unmarked ? marks : ++marks) & 7u);
            b.wait(3s);
        }
        CHECK(b.reductions() == (unmarked < 0 ? 4 : 7));
    }
    bench patient({.ecn = {.marked_rounds = 255}});  // control
    patient.open();
    std::uint8_t marks = 5;
    for (int n = 0; n < 8; ++n) {
        CHECK(patient.codepoint() == ect0);
        patient.acks(patient.next_ack(), ++marks & 7u);
        patient.wait(3s);
    }
    CHECK(patient.reductions() == 8);
}

TEST_CASE("who sends no ECT for what the path changes still hears of marks (section 3.2.2.3), but not where the field "
          "was zeroed (table 4, note 1)") {
    struct { std::uint8_t code; ecn_codepoint text; std::uint64_t reductions; } const rows[] = {
        {0b010, ect0, 1}, {0b011, not_ect, 1}, {0b100, not_ect, 1}, {0b000, not_ect, 0}};
    for (const auto& row : rows) {
        CAPTURE(+row.code);
        bench called;
        called.ask();
        called.take();
        called.acks(1, row.code);
        CHECK(called.codepoint() == row.text);
        called.acks(called.next_ack(), 6);
        CHECK(called.reductions() == row.reductions);
        if (row.code == 0b000) continue;
        bench calls;
        calls.open(row.code);
        CHECK(calls.codepoint() == row.text);
        calls.acks(calls.next_ack(), 6);
        CHECK(calls.reductions() == row.reductions);
    }
}

TEST_CASE("switched off, it neither asks nor agrees") {
    ecn_tcp::settings s;
    s.ecn.asks = s.ecn.answers = false;
    bench b(s);
    REQUIRE(b.connect());
    CHECK(ace(b.take_one()) == 0b000);
    b.answer(0b010);
    CHECK(ace(b.take_one()) == 0b000);
    CHECK(b.codepoint() == not_ect);
    for (const int code : {0b011, 0b111}) {
        bench called(s);
        called.ask(static_cast<std::uint8_t>(code));
        CHECK(ace(called.take_one()) == 0b000);
    }
}

TEST_CASE("with a peer that knows RFC 3168 alone it echoes and says CWR as that has it") {
    bench b;
    b.open(0b001);
    b.says(ce, 100, 0);
    CHECK(b.take_one().has(flag::ece));
    REQUIRE(b.send(lab::text(40 * each)));
    b.take();
    b.acks(at(1), 0b001);
    CHECK(b.reductions() == 1);
    b.acks(at(4), 0b000);
    const auto left = b.take();
    REQUIRE(!left.empty());
    CHECK(left.front().has(flag::cwr));
    CHECK(!left.front().accurate_ecn);
}
