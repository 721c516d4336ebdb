// SPDX-License-Identifier: MIT
//
// Accurate ECN (RFC 9768): the receiver counts marked segments, and tells their number mod 8 in three flags (ACE) of
// every segment, and in an option how many octets came with each codepoint. With a peer that knows RFC 3168 alone it is
// classic_ecn; with one that knows neither, or whose path spoils the field, nothing leaves ECN-capable.
#pragma once

#include <algorithm>

#include <sluice/policy/ecn/classic_ecn.hpp>

namespace sluice {

/// AE, CWR and ECE as a number (section 3.2.2), and back.
constexpr std::uint8_t ace_of(tcp_flags flags) {
    return static_cast<std::uint8_t>((flags.has(flag::ae) ? 4 : 0) | (flags.has(flag::cwr) ? 2 : 0) |
                                     (flags.has(flag::ece) ? 1 : 0));
}
constexpr tcp_flags flags_of_ace(std::uint32_t number) {
    return (number & 4 ? flag::ae : flag::none) | (number & 2 ? flag::cwr : flag::none) |
           (number & 1 ? flag::ece : flag::none);
}

/// What came on a SYN or SYN,ACK, told in the answer to it (tables 2 and 3); back, anything else counts as unmarked.
// clang-format off
constexpr std::uint8_t handshake_code(ecn_codepoint seen) {
    switch (seen) {
        case ecn_codepoint::not_ect: return 0b010;
        case ecn_codepoint::ect1:    return 0b011;
        case ecn_codepoint::ect0:    return 0b100;
        case ecn_codepoint::ce:      return 0b110;
    }
    return 0b010;
}
constexpr ecn_codepoint seen_by_code(std::uint8_t code) {
    switch (code) {
        case 0b011: return ecn_codepoint::ect1;
        case 0b100: return ecn_codepoint::ect0;
        case 0b110: return ecn_codepoint::ce;
        default:    return ecn_codepoint::not_ect;
    }
}
// clang-format on

struct accurate_ecn {
    using slot = ecn_slot;

    bool asks = true;                // our SYNs
    bool answers = true;             // a peer's that ask
    std::uint8_t accurate_syns = 2;  // that ask for it, and SYN,ACKs that agree, before one goes without (3.1.4)
    bool send_option = true;
    std::uint8_t option_every = 1;  // of the segments that leave while octets come with the same codepoint (3.2.3.3)
    // How to look for a path that changes codepoints behind the handshake 3.2.2.3 leaves open. Without any that arrived
    // with one: more segments than an initial window, all of which may have left again, and then without it (RFC 3168
    // section 6.1.5).
    std::uint8_t bleached_after = 10;
    std::uint8_t marked_rounds = 4;  // the first ones, in which nothing but CE arrived: "three or four"
    ecn_codepoint capable = ecn_codepoint::ect0;  // ect1: for a congestion policy that RFC 9331 calls scalable

    static constexpr std::uint32_t first_ce_packets = 5, first_ect_octets = 1;  // 3.2.1: what a zeroed field is not

    enum class mode : std::uint8_t { undecided, none, classic, accurate };

    mode mode_ = mode::undecided;
    classic_ecn classic_{};
    bool called_ = false;   // a SYN has fixed the mode, not a SYN,ACK
    bool plain_ = false;    // a SYN or SYN,ACK without ECN has gone one way or the other
    bool mangled_ = false;  // codepoints come as others (3.2.2.3), or field and option don't agree (3.2.3.2.5): nothing
                            // is ECT, but marks may be true
    bool spoiled_ = false;  // all is CE, or the field was zeroed (3.2.2.3, 3.2.2.4): nothing is ECT, nor believed

    // ---- as the receiver of octets
    ecn_codepoint syn_codepoint_ = ecn_codepoint::not_ect;  // of the peer's SYN or SYN,ACK
    bool owes_handshake_ack_ = false;
    bool moved_ = false;        // a count that no option has told
    bool turned_ = false;       // and it is another than before
    bool told_alone_ = false;   // an option has left, on a segment without text and on one with text (3.2.3.2.1)
    bool told_with_text_ = false;
    std::uint8_t since_option_ = 0;  // segments that left
    std::uint8_t since_ack_ = 0;     // marked segments that came
    ecn_codepoint last_ = ecn_codepoint::not_ect;
    ecn_codepoint last_counted_ = ecn_codepoint::ect0;
    std::uint32_t r_cep_ = first_ce_packets;
    std::uint32_t r_ceb_ = 0, r_e0b_ = first_ect_octets, r_e1b_ = first_ect_octets;

    // ---- as their sender
    bool first_heard_ = false;
    bool option_heard_ = false, option_spoiled_ = false;
    bool arrived_capable_ = false, arrived_unmarked_ = false;
    std::uint32_t s_cep_ = first_ce_packets;
    std::uint32_t s_ceb_ = 0;      // mod 2^24, what was guessed between two options included
    bool was_told_ = true;         // s_ceb_ is what an option has said
    std::uint32_t shortest_ = ~std::uint32_t{0};  // text of an ECN-capable segment that left
    std::uint32_t came_through_ = 0;  // octets, no more counted than the limit needs
    std::uint8_t rounds_ = 0;

    constexpr bool agreed() const { return mode_ == mode::accurate || (mode_ == mode::classic && classic_.agreed()); }
    /// 3.1.5: who was called can't know whether a plain segment of the handshake was the one that counted; who called
    /// has heard that the other end counts.
    constexpr bool sends_ect() const {
        return mode_ == mode::accurate && !(plain_ && called_) && !mangled_ && !spoiled_;
    }

    // ---- the handshake (3.1) ----------------------------------------------------------------------------------------

    constexpr void on_syn(const ecn_arrival_report& r) {
        const std::uint8_t code = ace_of(r.flags);
        const bool first = mode_ == mode::undecided;
        if (r.flags.has(flag::ack))
            hear_syn_ack(code, r.codepoint);
        else
            hear_syn(code, r.codepoint);
        if (mode_ == mode::classic) classic_.on_syn(r);
        if (!first && code == 0) plain_ = true;  // the first has fixed the mode (3.1.5)
    }

    /// 3.1.5: a SYN that asks for the other kind of feedback than the one that has fixed the mode. Of two answers the
    /// peer may have heard either, and would read ours as it means them. Where no kind was agreed on, none is feared.
    constexpr bool contradicts(const ecn_arrival_report& r) const {
        const std::uint8_t code = ace_of(r.flags);
        return mode_ == mode::classic ? code != 0b000 && code != 0b011 : mode_ == mode::accurate && code == 0b011;
    }

    constexpr std::uint8_t handshake() const {
        if (mode_ == mode::classic) return classic_.handshake() == 1 ? 1 : 7;
        if (mode_ != mode::accurate) return 0;
        return plain_ ? 2 : static_cast<std::uint8_t>(3 + static_cast<std::uint8_t>(syn_codepoint_));
    }
    constexpr void resume(std::uint8_t kept) {
        mode_ = kept == 0 ? mode::none : kept == 1 || kept == 7 ? mode::classic : mode::accurate;
        called_ = true;
        classic_.resume(kept == 1 ? 1 : kept == 7 ? 2 : 0);
        plain_ = kept == 2 || kept == 7;
        if (kept >= 3 && kept < 7) syn_codepoint_ = static_cast<ecn_codepoint>(kept - 3);
    }

    // ---- what has come (3.2.1, 3.2.2.5.1) ---------------------------------------------------------------------------

    constexpr ecn_answer on_arrival(const ecn_arrival_report& r) {
        if (mode_ == mode::classic) return classic_.on_arrival(r);
        if (mode_ != mode::accurate) return ecn_answer::nothing;
        const bool is_marked = r.codepoint == ecn_codepoint::ce;
        if (is_marked) {
            r_cep_ += r.segments;
            since_ack_ = static_cast<std::uint8_t>(std::min<std::uint32_t>(since_ack_ + r.segments, 255));
        }
        if (r.octets == 0) return since_ack_ >= 3 ? ecn_answer::bare_ack : ecn_answer::nothing;
        const bool begins_to_be_marked = is_marked && last_ != ecn_codepoint::ce;
        const bool turns = count(r.codepoint, r.octets);
        last_ = r.codepoint;
        return begins_to_be_marked || turns || since_ack_ >= 2 ? ecn_answer::ack_now : ecn_answer::nothing;
    }

    // ---- what leaves ------------------------------------------------------------------------------------------------

    constexpr ecn_marking mark(const ecn_leaving_report& r) {
        if (r.what == ecn_leaving::syn) {
            if (asks && r.tries < accurate_syns) return {.flags = flags_of_ace(0b111)};
            plain_ = classic_.plain_ = true;
            return {};
        }
        if (mode_ == mode::classic) return classic_.mark(r);
        if (mode_ != mode::accurate) return {};
        if (r.what == ecn_leaving::syn_ack) {
            if (r.tries < accurate_syns) return {.flags = flags_of_ace(handshake_code(syn_codepoint_))};
            plain_ = true;  // it stays in its mode (3.1.4.2)
            return {};
        }
        note_told(r);
        since_ack_ = 0;
        if (owes_handshake_ack_ && r.what == ecn_leaving::no_text && !r.has_sack) {  // 3.2.2.1
            owes_handshake_ack_ = false;
            return {.flags = flags_of_ace(handshake_code(syn_codepoint_))};
        }
        if (r.what != ecn_leaving::new_text || !sends_ect()) return {.flags = flags_of_ace(r_cep_)};
        shortest_ = std::min(shortest_, r.shortest);
        return {.flags = flags_of_ace(r_cep_), .codepoint = capable};
    }

    /// RFC 3168's word for a reduction is no flag here, but a part of a number.
    constexpr void on_reduction() { classic_.on_reduction(); }
    constexpr bool owes_pure_ack() const { return owes_handshake_ack_; }
    constexpr bool unsplittable() const { return mode_ == mode::accurate && (r_cep_ & 2) != 0; }

    /// 3.2.3.3: at once where another count than before grows, else as often as it is told to; and once on each kind of
    /// segment to see that it comes through (3.2.3.2.1). A SYN,ACK that was lost may have been lost for it (3.2.3.2.2).
    /// SACK blocks have had their room before.
    constexpr std::optional<accurate_ecn_option> option(const ecn_leaving_report& r, std::size_t room) const {
        if (!send_option || mode_ != mode::accurate || r.what == ecn_leaving::syn) return {};
        const bool told = r.what == ecn_leaving::no_text ? told_alone_ : told_with_text_;
        const bool due = r.what == ecn_leaving::syn_ack
                             ? r.tries == 0
                             : !told || turned_ || (moved_ && since_option_ + 1 >= option_every);
        const std::uint8_t fields = room >= accurate_ecn_option::length(3)   ? 3
                                    : room >= accurate_ecn_option::length(2) ? 2
                                                                             : 0;
        if (!due || fields == 0) return {};
        return accurate_ecn_option{.ect0 = r_e0b_ & accurate_ecn_option::circle,
                                   .ce = r_ceb_ & accurate_ecn_option::circle,
                                   .ect1 = r_e1b_ & accurate_ecn_option::circle,
                                   .fields = fields,
                                   .ect1_first = last_counted_ == ecn_codepoint::ect1};
    }

    // ---- what is heard of ours (3.2.2.2, appendix A) ----------------------------------------------------------------

    constexpr ecn_feedback on_ack(const ecn_ack_report& r) {
        if (mode_ == mode::classic) return classic_.on_ack(r);
        if (mode_ != mode::accurate) return {};
        const std::uint8_t ace = ace_of(r.flags);
        if (r.handshake && r.pure) return hear_handshake_ack(ace), ecn_feedback{};
        if (!first_heard_) {
            first_heard_ = true;
            if (ace == 0) spoiled_ = true;  // 3.2.2.4
        }
        if (r.delivered == 0) return {};  // it may be older than what was heard last (A.1)
        const std::uint32_t packets = (r.delivered + r.mss - 1) / std::max(r.mss, 1u);
        const std::uint32_t least = (ace - s_cep_) & 7;
        const std::uint32_t most = safest(packets, least);
        ecn_feedback out{};
        if (r.option && is_believed(*r.option, r)) {
            out.marked = marked_octets(*r.option, r.delivered);
            if (out.marked > 0 && least == 0 && is_sure(r)) mangled_ = true;
            was_told_ = true;
            s_cep_ += matching(least, most, out.marked, r.mss);
        } else {
            out.marked = std::min(most * r.mss, r.delivered);
            was_told_ = false;
            s_cep_ += most;
            s_ceb_ += out.marked;
        }
        out.congestion = out.marked > 0 || least > 0;
        watch_path(out.marked, r);
        if (spoiled_ || r.handshake) return {};  // but what is not ECT may have been made so, and marked (3.1.5)
        return out;
    }

    /// A.2.1: of the numbers of marked segments that fit, the largest that so many acknowledged segments allow; at
    /// least what the field says if it has wrapped at most once.
    static constexpr std::uint32_t safest(std::uint32_t packets, std::uint32_t least) {
        return packets <= least ? least : packets - ((packets - least) & 7);
    }
    /// A.2.2: the fewest that so many octets need.
    static constexpr std::uint32_t matching(std::uint32_t least, std::uint32_t most, std::uint32_t marked,
                                            std::uint32_t mss) {
        const std::uint32_t needed = mss == 0 ? least : (marked + mss - 1) / mss;
        return needed <= least ? least : std::min(most, least + (needed - least + 7) / 8 * 8);
    }

private:
    /// A SYN of 3168's is one; any that is neither plain nor that is from a newer version of this one (3.1.2).
    constexpr void hear_syn(std::uint8_t code, ecn_codepoint seen) {
        if (mode_ == mode::undecided) {
            mode_ = code == 0b000 || !answers ? mode::none : code == 0b011 ? mode::classic : mode::accurate;
            called_ = true;
        }
        syn_codepoint_ = seen;  // of the latest, whatever its flags (3.1.5)
    }

    /// Table 2. All three flags on a SYN,ACK come from who reflects what it does not know.
    constexpr void hear_syn_ack(std::uint8_t code, ecn_codepoint seen) {
        if (mode_ == mode::undecided) {
            mode_ = code == 0b000 || code == 0b111 || !asks ? mode::none
                    : code == 0b001                         ? mode::classic
                                                            : mode::accurate;
            // 3.2.2.3: our SYN left as Not-ECT, and whoever turns that into something else does so with text, too.
            if (mode_ == mode::accurate && seen_by_code(code) != ecn_codepoint::not_ect) mangled_ = true;
            if (mode_ == mode::accurate && seen == ecn_codepoint::ce) ++r_cep_;  // table 3
        }
        syn_codepoint_ = seen;
        owes_handshake_ack_ = mode_ == mode::accurate;
    }

    /// Table 4, with its note 1; 3.2.2.3.
    constexpr void hear_handshake_ack(std::uint8_t ace) {
        if (ace == 0) spoiled_ = true;
        if (seen_by_code(ace) != ecn_codepoint::not_ect) mangled_ = true;
        if (ace == 0b110) s_cep_ = first_ce_packets + 1;
    }

    /// True when another count than before grows. What is not ECN-capable has none.
    constexpr bool count(ecn_codepoint codepoint, std::uint32_t length) {
        if (codepoint == ecn_codepoint::not_ect) return false;
        (codepoint == ecn_codepoint::ce ? r_ceb_ : codepoint == ecn_codepoint::ect0 ? r_e0b_ : r_e1b_) += length;
        moved_ = true;
        const bool turns = codepoint != last_counted_;
        last_counted_ = codepoint;
        turned_ |= turns;
        return turns;
    }

    constexpr void note_told(const ecn_leaving_report& r) {
        if (!r.has_option) {
            if (since_option_ < 255) ++since_option_;
            return;
        }
        (r.what == ecn_leaving::no_text ? told_alone_ : told_with_text_) = true;
        moved_ = turned_ = false;
        since_option_ = 0;
    }

    /// An option that has the count, and was not zeroed on its way (3.2.3.2.4). That nothing came as it left is told
    /// here, too (3.2.2.3).
    constexpr bool is_believed(const accurate_ecn_option& o, const ecn_ack_report& r) {
        const bool first = !option_heard_;
        option_heard_ = true;
        if (first && ((o.has_ect0() && o.ect0 == 0) || (o.has_ect1() && o.ect1 == 0))) option_spoiled_ = true;
        if (option_spoiled_ || !o.has_ce()) return false;
        if ((o.has_ect0() && o.ect0 != first_ect_octets) || (o.has_ect1() && o.ect1 != first_ect_octets) || o.ce != 0)
            arrived_capable_ = true;
        const bool nothing_came = o.has_ect0() && o.has_ect1() && !arrived_capable_;
        if (nothing_came && came_through_ + r.delivered > bleached_after * r.mss) mangled_ = true;
        return true;
    }

    /// 3.2.3.2.5: the field can't have come round to where it was since the last option. All that has arrived since is
    /// acknowledged, since nothing waits behind a gap; and though octets are counted here, no segments, none of them
    /// was shorter than any that left.
    constexpr bool is_sure(const ecn_ack_report& r) const {
        return was_told_ && r.pure && r.sack && r.delivered / 8 < shortest_;
    }

    /// What the option adds to what is known.
    constexpr std::uint32_t marked_octets(const accurate_ecn_option& o, std::uint32_t delivered) {
        const std::uint32_t more = (o.ce - s_ceb_) & accurate_ecn_option::circle;
        const bool less = more > accurate_ecn_option::circle / 2;  // more was guessed than there were
        s_ceb_ = o.ce;
        return less ? 0 : std::min(more, delivered);
    }

    /// 3.2.2.3: nothing but CE from the first segment on.
    constexpr void watch_path(std::uint32_t marked, const ecn_ack_report& r) {
        came_through_ = std::min(came_through_ + r.delivered, (bleached_after + 1u) * r.mss);
        if (marked + r.mss <= r.delivered || marked == 0) arrived_unmarked_ = true;
        if (r.round_start && rounds_ <= marked_rounds) ++rounds_;
        if (!arrived_unmarked_ && rounds_ > marked_rounds) spoiled_ = true;
    }
};

}  // namespace sluice
