// SPDX-License-Identifier: MIT
//
// The states of RFC 9293 section 3.3.2, and sets of them.
// SYN-RECEIVED is two machine states, because the RFC makes its behaviour depend on how it was entered (MUST-11); they
// print as one.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace sluice {

enum class state : std::uint8_t {
    closed,
    listen,
    syn_sent,
    syn_received_passive,  // by way of LISTEN
    syn_received_active,   // by way of SYN-SENT: simultaneous open
    established,
    fin_wait_1,
    fin_wait_2,
    close_wait,
    closing,
    last_ack,
    time_wait,
};
inline constexpr std::size_t state_count = 12;

/// As the RFC spells it.
constexpr const char* name(state s) {
    switch (s) {
        case state::closed: return "CLOSED";
        case state::listen: return "LISTEN";
        case state::syn_sent: return "SYN-SENT";
        case state::syn_received_passive:
        case state::syn_received_active: return "SYN-RECEIVED";
        case state::established: return "ESTABLISHED";
        case state::fin_wait_1: return "FIN-WAIT-1";
        case state::fin_wait_2: return "FIN-WAIT-2";
        case state::close_wait: return "CLOSE-WAIT";
        case state::closing: return "CLOSING";
        case state::last_ack: return "LAST-ACK";
        case state::time_wait: return "TIME-WAIT";
    }
    return "?";
}

/// A set of enumerators, small enough for a register.
template <class Enum, class Bits = std::uint16_t>
class enum_set {
public:
    constexpr enum_set() = default;
    constexpr enum_set(Enum one) : bits_(static_cast<Bits>(1u << static_cast<unsigned>(one))) {}

    constexpr bool has(Enum e) const { return (std::uint32_t{bits_} >> static_cast<unsigned>(e)) & 1u; }
    constexpr bool empty() const { return bits_ == 0; }
    constexpr int size() const { return std::popcount(static_cast<std::uint32_t>(bits_)); }
    constexpr Enum first() const { return static_cast<Enum>(std::countr_zero(static_cast<std::uint32_t>(bits_))); }
    constexpr enum_set without(enum_set gone) const { return from_bits(bits_ & ~std::uint32_t{gone.bits_}); }
    friend constexpr enum_set operator|(enum_set a, enum_set b) { return from_bits(std::uint32_t{a.bits_} | b.bits_); }
    friend constexpr enum_set operator&(enum_set a, enum_set b) { return from_bits(std::uint32_t{a.bits_} & b.bits_); }
    friend constexpr bool operator==(enum_set, enum_set) = default;

private:
    static constexpr enum_set from_bits(std::uint32_t bits) {
        enum_set out;
        out.bits_ = static_cast<Bits>(bits);
        return out;
    }
    Bits bits_ = 0;
};

using state_set = enum_set<state>;
constexpr state_set operator|(state a, state b) { return state_set(a) | b; }

// clang-format off
inline constexpr state_set
    syn_received = state::syn_received_passive | state::syn_received_active,
    synchronized = state::established | state::fin_wait_1 | state::fin_wait_2 | state::close_wait |
                   state::closing | state::last_ack | state::time_wait,
    all_states   = synchronized | syn_received | state::syn_sent | state::listen | state::closed,
    // What the other side may still send us text in; elsewhere its FIN has come, or the handshake is not done.
    may_receive_text = state::established | state::fin_wait_1 | state::fin_wait_2,
    // What we may still send new text in; in the others our FIN is queued.
    may_send_text    = state_set(state::established) | state::close_wait;
// clang-format on

}  // namespace sluice
