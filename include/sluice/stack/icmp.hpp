// SPDX-License-Identifier: MIT
//
// Whose an ICMP error is (RFC 9293 section 3.9.2.2, MUST-54): what it quotes of our segment names the connection, or
// the record that stands for one. What it means is decided in connection/icmp.hpp.
#pragma once

#include <sluice/stack/passive.hpp>

namespace sluice {

/// A half-open record is unfolded for it, as for a segment. In TIME-WAIT nothing is on its way any more.
template <class Tcp>
void pass_on(stack_tables<Tcp>& t, const icmp_error& e) {
    const four_tuple addresses{e.local, e.remote};
    const auto found = t.find(addresses, t.by_address.hash(addresses));
    if (found && found->kind == record_kind::connection) {
        t.sockets[found->index].tcp.on_icmp(t.env, e);
        t.remember_path(found->index);
        return t.settle(found->index);
    }
    if (found && found->kind == record_kind::half_open) {
        const list_index i = t.scratch();
        if (i == no_index || !unfold(t.half_opens[found->index], t.sockets[i].tcp.variables(), t.env)) return;
        t.sockets[i].tcp.on_icmp(t.env, e);
        return judge_half_open(t, found->index);
    }
    ++t.env.count.icmp_ignored;
}

}  // namespace sluice
