// SPDX-License-Identifier: MIT
//
// What an ICMP error means to its connection: RFC 9293 section 3.9.2.2, with the checks of RFC 5927 before it, for
// anybody can send one. Errors end no connection that both sides have opened, and none that may pass ends any (N41).
#pragma once

#include <sluice/connection/path_mtu.hpp>
#include <sluice/connection/transitions.hpp>
#include <sluice/wire/icmp.hpp>

namespace sluice {

/// As an application knows them. `none`: it is no error to speak of.
constexpr error error_of(icmp_kind kind) {
    switch (kind) {
        case icmp_kind::network_unreachable: return error::network_unreachable;
        case icmp_kind::host_unreachable:
        case icmp_kind::source_route_failed:
        case icmp_kind::time_exceeded: return error::host_unreachable;
        case icmp_kind::protocol_unreachable: return error::protocol_unreachable;
        case icmp_kind::port_unreachable: return error::refused;
        case icmp_kind::prohibited: return error::prohibited;
        case icmp_kind::parameter_problem: return error::bad_header;
        case icmp_kind::too_big:
        case icmp_kind::source_quench: break;
    }
    return error::none;
}

/// Whether what it quotes can be ours and still on its way (RFC 5927 section 4.1): an outsider has to guess a number
/// that is in flight.
template <class Tcp>
constexpr bool quotes_what_is_out(const control_block<Tcp>& c, const icmp_error& e) {
    const bool is_open = (syn_received | synchronized).has(c.state) || c.state == state::syn_sent;
    return is_open && c.snd.una <= e.sequence && e.sequence < c.snd.nxt;
}

/// An error that may pass: the application hears of it (MUST-47), unless it does not want to (SHLD-20), and of the last
/// one when the connection is given up without an answer to what met it (SHLD-25, N42). A half-open connection of a
/// listener is nobody's yet.
template <class Tcp>
constexpr void note_soft_error(control_block<Tcp>& c, error what) {
    c.path.soft_error = what;
    c.path.soft_error_at = c.snd.una;
    if (c.options.error_reports && c.state != state::syn_received_passive) c.tell(news::soft_error);
}

/// Nobody takes TCP there, or nobody listens (SHLD-26): as a RST would say it.
template <class Tcp>
constexpr void hear_hard_error(control_block<Tcp>& c, environment<Tcp>& env, error what) {
    if (synchronized.has(c.state)) return note_soft_error(c, what);  // N41: RFC 5927 section 5.2
    fire<event::reset>(c, env);
    if (c.state == state::closed) c.error = what;
}

template <class Tcp>
constexpr void hear_icmp(control_block<Tcp>& c, environment<Tcp>& env, const icmp_error& e) {
    if (e.kind == icmp_kind::source_quench) return;  // MUST-55
    if (!quotes_what_is_out(c, e)) return void(++env.count.icmp_ignored);
    switch (e.kind) {
        case icmp_kind::too_big: return hear_too_big(c, env, e);
        case icmp_kind::protocol_unreachable:
        case icmp_kind::port_unreachable: return hear_hard_error(c, env, error_of(e.kind));
        default: return note_soft_error(c, error_of(e.kind));  // MUST-56
    }
}

}  // namespace sluice
