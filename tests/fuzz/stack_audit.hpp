// SPDX-License-Identifier: MIT
// What must hold of a stack between two calls, after everything that could leave has left: each of its connections
// passes its own audit, whoever is filed is found and is somebody's, the counts are those of the lists, and no limit is
// passed.
#pragma once

#include <sluice/stack/stack.hpp>
#include <sluice/testing/audit.hpp>

namespace fuzz {

using namespace sluice;

template <class Tcp>
class stack_audit {
public:
    /// `in_order`: no deadline was missed by more than a record can tell from one to come.
    stack_audit(const basic_stack<Tcp>& s, bool in_order) : t_(s.variables()), in_order_(in_order) {}

    /// The first rule that does not hold, or null.
    const char* broken() {
        t_.sockets.for_each(
            [&](list_index i, const auto& s) { i == t_.unfolded ? look_at_scratch(s) : look_at(i, s); });
        t_.half_opens.for_each([&](list_index h, const half_open& r) { look_at(h, r); });
        t_.time_waits.for_each([&](list_index w, const time_wait& r) { look_at(w, r); });
        t_.listeners.for_each([&](list_index l, const listener& r) { look_at(l, r); });
        look_at_order(t_.parting, t_.time_waits);
        for (const auto& tried : t_.answering) look_at_order(tried, t_.half_opens);
        check(listed_ == t_.time_waits.size() + t_.half_opens.size(), "a record that nobody waits for");
        check(filed_ == t_.by_address.size(), "somebody is filed who is gone");
        const limits& most = t_.env.settings.limits;
        const list_index connections = t_.sockets.size() - (t_.unfolded != no_index ? 1 : 0);
        check(connections <= most.most_connections, "more connections than the limit");
        check(t_.time_waits.size() <= most.most_time_waits, "more TIME-WAITs than the limit");
        return rule_;
    }

private:
    void check(bool holds, const char* rule) {
        if (!holds && !rule_) rule_ = rule;
    }
    bool is_found(filed f) const {
        const four_tuple a = t_.addresses(f);
        const tuple_hash hash = t_.by_address.hash(a);
        const auto found = f.kind == record_kind::time_wait ? t_.find_time_wait(a, hash) : t_.find(a, hash);
        return found && found->kind == f.kind && found->index == f.index;
    }

    void look_at_scratch(const socket_slot<Tcp>& s) {
        check(s.tcp.state() == state::closed && !s.is_filed && !s.has_owner, "what is unfolded is somebody's");
    }
    void look_at(list_index i, const socket_slot<Tcp>& s) {
        const bool waits = s.listener != no_index;
        check(s.has_owner || waits || s.tcp.state() != state::closed, "a socket that is nobody's, and over");
        check(!s.has_owner || !waits, "a socket that is somebody's, and waits to be accepted");
        check(s.is_filed || s.tcp.state() == state::closed || s.tcp.state() == state::time_wait,
              "a connection that hears nothing");
        check(s.timer.deadline == s.tcp.next_deadline(), "a deadline that nobody waits for");
        if (s.is_filed) ++filed_, check(is_found({record_kind::connection, i}), "a connection that is not found");
        if (t_.is_held_back(i)) return;  // its SYN,ACK does not leave, which another audit would find
        check(!s.is_sending, "a connection has not sent all that it could");
        if (const char* rule = testing::audit(s.tcp.variables())) check(false, rule);
    }
    void look_at(list_index h, const half_open& r) {
        ++filed_;
        check(is_found({record_kind::half_open, h}), "a half-open record that is not found");
        check(t_.find_listener(r.local()) != no_index, "a half-open record without a listener");
    }
    void look_at(list_index w, const time_wait&) {
        ++filed_;
        check(is_found({record_kind::time_wait, w}), "a TIME-WAIT that is not found");
    }
    void look_at(list_index l, const listener& r) {
        ++filed_;
        check(is_found({record_kind::listener, l}), "a listener that is not found");
        std::uint32_t half_open_here = 0, waiting = 0;
        t_.half_opens.for_each(
            [&](list_index, const half_open& h) { half_open_here += t_.find_listener(h.local()) == l; });
        check(half_open_here == r.half_open, "a listener's half-open records are not as many as it counts");
        list_index last = no_index;
        for (list_index i = r.longest_waiting; i != no_index; i = t_.sockets[i].telling.after, ++waiting) {
            check(t_.sockets[i].listener == l, "who waits in a listener's queue waits for another");
            last = i;
        }
        check(waiting == r.to_accept && last == r.latest, "a listener's queue is not as long as it counts");
        check(waiting <= r.options.backlog, "more wait to be accepted than the backlog");
    }
    /// Those in a list end one after the other.
    void look_at_order(const auto& list, const auto& records) {
        instant before = instant::min();
        for (list_index i = list.front(); i != no_index; i = records[i].in_turn.after, ++listed_) {
            const instant due = records[i].due().near(t_.env.now);
            check(!in_order_ || before <= due, "records are not in the order in which they end");
            before = due;
        }
    }

    const stack_tables<Tcp>& t_;
    bool in_order_;
    std::size_t filed_ = 0, listed_ = 0;
    const char* rule_ = nullptr;
};

}  // namespace fuzz
