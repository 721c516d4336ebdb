// SPDX-License-Identifier: MIT
//
// Explicit congestion notification as RFC 3168 has it: new text leaves as ECT(0), and one mark is echoed on every ACK
// until the sender says that it has reduced its window. That it does so once a round trip is the core's business.
#pragma once

#include <sluice/policy/reports.hpp>
#include <sluice/policy/slots.hpp>

namespace sluice {

struct classic_ecn {
    using slot = ecn_slot;

    bool asks = true;           // our SYNs
    bool answers = true;        // a peer's that ask
    std::uint8_t ecn_syns = 1;  // that ask for it: what does not come through may have been dropped for that (6.1.1.1)

    bool agreed_ = false;   // each end has had an ECN-setup SYN or SYN,ACK of the other's
    bool plain_ = false;    // one without it has gone one way or the other
    bool echoes_ = false;   // CE has come, and no CWR since
    bool owes_cwr_ = false;

    /// Whether both ends feed back; and whether ours may be marked (6.1.1: no plain SYN, be it sent or received).
    constexpr bool agreed() const { return agreed_; }
    constexpr bool sends_ect() const { return agreed_ && !plain_; }

    /// ECN-setup: a SYN with ECE and CWR, a SYN,ACK with ECE alone. Both on a SYN,ACK come from who reflects what it
    /// does not know.
    constexpr void on_syn(const ecn_arrival_report& r) {
        const bool is_setup =
            r.flags.has(flag::ece) && r.flags.has(flag::cwr) != r.flags.has(flag::ack);
        const bool is_welcome = r.flags.has(flag::ack) ? asks : answers;
        if (is_setup && is_welcome)
            agreed_ = true;
        else
            plain_ = true;
    }

    /// 6.1.3: CWR first, since the mark may be newer. A pure ACK can't have been marked by a queue (6.1.4).
    constexpr ecn_answer on_arrival(const ecn_arrival_report& r) {
        if (r.flags.has(flag::cwr)) echoes_ = false;
        if (agreed_ && r.codepoint == ecn_codepoint::ce && r.octets > 0) echoes_ = true;
        return ecn_answer::nothing;
    }

    constexpr ecn_feedback on_ack(const ecn_ack_report& r) {
        if (!sends_ect() || r.handshake || !r.flags.has(flag::ece)) return {};
        return {.marked = r.delivered, .congestion = true};
    }

    constexpr ecn_marking mark(const ecn_leaving_report& r) {
        ecn_marking out{};
        switch (r.what) {
            case ecn_leaving::syn:
                if (asks && r.tries < ecn_syns)
                    out.flags = flag::ece | flag::cwr;
                else
                    plain_ = true;
                break;
            case ecn_leaving::syn_ack:
                if (sends_ect()) out.flags = flag::ece;
                break;
            case ecn_leaving::new_text:
                if (sends_ect()) out.codepoint = ecn_codepoint::ect0;
                if (owes_cwr_) out.flags |= flag::cwr;
                owes_cwr_ = false;
                [[fallthrough]];
            default:  // 6.1.4 and 6.1.5: nothing else is ECN-capable
                if (echoes_) out.flags |= flag::ece;
        }
        return out;
    }

    /// 6.1.2: for whatever reason.
    constexpr void on_reduction() { owes_cwr_ = sends_ect(); }

    constexpr std::uint8_t handshake() const { return !agreed_ ? 0 : plain_ ? 2 : 1; }
    constexpr void resume(std::uint8_t kept) {
        agreed_ = kept != 0;
        plain_ = kept != 1;
    }
};

}  // namespace sluice
