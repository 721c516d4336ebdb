// SPDX-License-Identifier: MIT
//
// Compares an endpoint with the oracle: each segment kind, call and timeout in each stand, on a copy of it. Whatever
// differs is named by stand, stimulus and field; after ten differences a run gives up.
#pragma once

#include <sstream>

#include <sluice/policy/buffers/fixed_buffers.hpp>

#include "oracle_stands.hpp"

namespace oracle {

inline answer named(sluice::error e) {
    switch (e) {
        case sluice::error::none: return answer::ok;
        case sluice::error::not_open: return answer::not_open;
        case sluice::error::remote_unspecified: return answer::remote_unspecified;
        case sluice::error::already_open: return answer::already_open;
        case sluice::error::closing: return answer::closing;
        case sluice::error::would_block: return answer::would_block;
        case sluice::error::reset: return answer::reset;
        case sluice::error::refused: return answer::refused;
        case sluice::error::aborted: return answer::aborted;
        case sluice::error::timed_out: return answer::timed_out;
        default: FAIL("an error that the oracle does not know: " << sluice::text(e)); return answer::ok;
    }
}

template <class Bench>
unsigned heard(Bench& b) {
    unsigned out = 0;
    while (const auto n = b.endpoint.poll_event()) switch (*n) {
            case sluice::news::connected: out |= connected; break;
            case sluice::news::readable: out |= readable; break;
            case sluice::news::urgent: out |= urgent; break;
            case sluice::news::peer_closed: out |= peer_closed; break;
            case sluice::news::failed: out |= failed; break;
            case sluice::news::closed: out |= ended; break;
            case sluice::news::unresponsive: out |= unresponsive; break;
            case sluice::news::drained: break;  // ours, not the RFC's
            case sluice::news::soft_error: break;  // of ICMP, which the oracle knows nothing of
            default: FAIL("news that the oracle does not expect"); break;
        }
    return out;
}

inline std::string describe(const arriving& s) {
    std::ostringstream out;
    out << "<SEQ=" << s.seq << "><" << s.text << " octets>";
    if (s.ack) out << "<ACK=" << s.ack_number << ">";
    out << "<WND=" << s.window << "><CTL=" << (s.syn ? "S" : "") << (s.fin ? "F" : "") << (s.rst ? "R" : "")
        << (s.ack ? "A" : "") << (s.urg ? "U" : "") << ">";
    return out.str();
}

/// One run over all cells of one composition.
template <class Tcp>
class examination {
public:
    explicit examination(const bench_of<Tcp>& fresh) : fresh_(fresh), stands_(all_stands<Tcp>(fresh)) {}

    int cells = 0;
    int differences = 0;

    const std::vector<stand<Tcp>>& stands() const { return stands_; }

    // ---- segments ---------------------------------------------------------------------------------------------------

    static constexpr int segments_a_stand = 11 * (1 + 11 * 2) * 8 * 5;

    /// Every combination of control bits, sequence and acknowledgment numbers below, at, inside, at the edge of and
    /// beyond what they may be, lengths, and windows; or one in so many of them.
    void segments(int one_in = 1) {
        int next = 0;
        const auto one = [&](const stand<Tcp>& from, const arriving& s) {
            if (next++ % one_in == 0) segment(from, s);
        };
        constexpr number window = room_of<Tcp>;
        for (const auto& from : stands_) {
            const tcb& t = from.is;
            const number numbers[] = {t.rcv_nxt - 100, t.rcv_nxt - 2,  t.rcv_nxt - 1, t.rcv_nxt,
                                      t.rcv_nxt + 3,   t.rcv_edge - 1, t.rcv_edge,    t.rcv_nxt + (number{1} << 30)};
            const number acks[] = {t.una - t.max_wnd - 1,
                                   t.una - t.max_wnd,
                                   -1,
                                   0,
                                   t.una - 1,
                                   t.una,
                                   t.una + 1,
                                   t.nxt - 1,
                                   t.nxt,
                                   t.nxt + 1,
                                   t.nxt + (number{1} << 30)};
            const number lengths[] = {0, 1, 4, t.rcv_wnd(), window + 8};
            for (int bits = 0; bits < 11; ++bits) {
                arriving s{.syn = (bits & 1) != 0, .fin = (bits & 2) != 0, .rst = (bits & 4) != 0};
                if (bits >= 8) s = {.syn = bits == 10, .fin = bits == 9, .urg = true, .pointer = 3};
                for (const number seq : numbers)
                    for (const number text : lengths) {
                        s.seq = seq, s.text = text;
                        s.ack = false, s.ack_number = 0, s.window = peers_window;
                        one(from, s);
                        for (const number ack : acks)
                            for (const number wnd : {peers_window, number{0}}) {
                                s.ack = true, s.ack_number = ack, s.window = wnd;
                                one(from, s);
                                if (differences > 10) return;
                            }
                    }
            }
        }
    }

    /// Of two empty segments outside the window at one instant the second draws no answer (N15); with text each does
    /// (N36).
    void limits() {
        for (const auto& from : stands_) {
            if (from.is.state == closed || from.is.state == listen || from.is.state == syn_sent) continue;
            for (const number text : {0, 1}) {
                ++cells;
                const auto where = [&] { return std::string(from.name) + ", twice outside the window"; };
                bench_of<Tcp> b = from.at;
                const auto s =
                    on_wire({.ack = true, .seq = from.is.rcv_nxt - 7, .ack_number = from.is.una, .text = text});
                b.arrives(s);
                b.arrives(s);
                expect(b.take().size() == (text == 0 ? 1 : 2), where, "number of segments that leave");
            }
        }
    }

    // ---- calls ------------------------------------------------------------------------------------------------------

    void calls() {
        static constexpr const char* names[] = {"OPEN passive",
                                                "OPEN active",
                                                "OPEN active without a remote",
                                                "SEND",
                                                "SEND urgent",
                                                "RECEIVE",
                                                "CLOSE of sending",
                                                "CLOSE",
                                                "ABORT",
                                                "STATUS"};
        for (const auto& from : stands_)
            for (int i = 0; i < call_count; ++i) {
                const auto what = static_cast<call>(i);
                if (!can_be_called(from, what)) continue;
                ++cells;
                const answered expected = after_call(from.is, what, 3, room_of<Tcp>);
                bench_of<Tcp> b = from.at;
                const auto [how, text] = made(b, what, from.is.queued);
                const auto where = [&] { return std::string(from.name) + ", " + names[i]; };
                expect(how == expected.how, where, "answer");
                expect(text == expected.text, where, "delivered text");
                compare(b, from.at, expected.after, where);
            }
    }

    // ---- time -------------------------------------------------------------------------------------------------------

    /// What time does to a stand; the retransmission timeout is known with and without a sample.
    void timeouts(sluice::duration rto_sampled, sluice::duration rto_unsampled) {
        for (const auto& from : stands_) {
            const tcb& t = from.is;
            const bool in_flight = t.una < t.nxt;
            const auto rto = t.una == 0 ? rto_unsampled : rto_sampled;
            user_timeout(from, in_flight);
            if (in_flight) {
                retransmission(from, rto);
                retries(from);
            } else {
                at_rest(from);
            }
        }
    }

    /// In a stack a call needs a handle, which 34 stands have; and two OPENs would be another connection's.
    static constexpr int calls_in_all = in_stack<Tcp> ? 34 * (call_count - 2) : stand_count<Tcp> * call_count;
    static bool can_be_called(const stand<Tcp>& from, call what) {
        if constexpr (in_stack<Tcp>)
            return from.at.endpoint.has_owner() && from.is.state != closed && what != call::open_passive &&
                   what != call::open_active_without_remote;
        else
            return true;
    }

    /// Differences are counted, and the first ones shown.
    void expect(bool holds, const auto& where, const char* field) {
        if (holds) return;
        if (differences++ <= 10) FAIL_CHECK(where() << ": " << std::string(field));
    }

private:
    void segment(const stand<Tcp>& from, const arriving& s) {
        ++cells;
        bench_of<Tcp> b = from.at;
        b.arrives(on_wire(s));
        const tcb expected = after_segment(from.is, s, room_of<Tcp>);
        const auto where = [&] { return std::string(from.name) + ", " + describe(s); };
        compare(b, from.at, expected, where);
    }

    static lab::wire_segment on_wire(const arriving& s) {
        using namespace sluice;
        tcp_flags flags;
        if (s.syn) flags |= flag::syn;
        if (s.ack) flags |= flag::ack;
        if (s.fin) flags |= flag::fin;
        if (s.rst) flags |= flag::rst;
        if (s.urg) flags |= flag::urg;
        const number first = s.seq + s.syn;
        return {.flags = flags,
                .sequence = static_cast<std::uint32_t>(s.seq),
                .acknowledgment = static_cast<std::uint32_t>(s.ack_number),
                .text = peers_text(first, first + s.text),
                .window = static_cast<std::uint16_t>(s.window),
                .urgent_pointer = static_cast<std::uint16_t>(s.pointer)};
    }

    static std::pair<answer, std::string> made(bench_of<Tcp>& b, call what, number queued) {
        const auto of = [](const auto& result) { return named(result.error()); };
        switch (what) {
            case call::open_passive: return {of(b.listen()), ""};
            case call::open_active: return {of(b.connect()), ""};
            case call::open_active_without_remote: {
                const auto got = b.endpoint.connect(b.local, {sluice::ip_address{}, 80}, b.now);
                b.flush();
                return {of(got), ""};
            }
            case call::send: return {of(b.send(own_text(queued, queued + 3))), ""};
            case call::send_urgent: return {of(b.send_urgent(own_text(queued, queued + 3))), ""};
            case call::receive: {
                const std::string text = b.receive();
                return {named(b.receive_error), text};
            }
            case call::shutdown: return {of(b.shutdown()), ""};
            case call::close: return {of(b.close()), ""};
            case call::abort: return {of(b.abort()), ""};
            case call::status: break;
        }
        return {answer::ok, ""};
    }

    /// State, answers, news, variables, timer, text.
    void compare(bench_of<Tcp>& b, const bench_of<Tcp>& before, tcb t, const auto& where) {
        const bool is_record = has_become_record(b);
        if (is_record) t = as_record(t);
        same_segments(b.take(), t.answers, where);
        expect(printed(t.state) == std::string(sluice::name(b.state())), where, "state");
        expect(heard(b) == (has_owner(b) ? t.news : 0u), where, "news");
        expect(named(b.endpoint.error()) == (has_owner(b) ? t.fate : answer::ok), where, "error");
        expect(b.endpoint.count().second_fins - before.endpoint.count().second_fins == t.second_fin, where,
               "second FINs");
        const auto& c = b.block();
        const auto own = [&](number n) { return b.iss() + static_cast<std::uint32_t>(n); };
        const auto peers = [&](number n) { return b.peer_iss + static_cast<std::uint32_t>(n); };
        if (t.state != closed && t.state != listen) {
            expect(c.snd.una == own(t.una), where, "SND.UNA");
            expect(c.snd.nxt == own(t.nxt), where, "SND.NXT");
        }
        if (t.state != closed && t.state != listen && t.state != syn_sent) {
            expect(c.rcv.nxt == peers(t.rcv_nxt), where, "RCV.NXT");
            expect(c.rcv.edge == peers(t.rcv_edge), where, "RCV.NXT + RCV.WND");
        }
        if (t.state != closed && t.state != listen && t.state != syn_sent && !(is_record && t.state == time_wait)) {
            expect(c.snd.wnd == t.wnd, where, "SND.WND");
            expect(c.snd.max_wnd == t.max_wnd, where, "MAX.SND.WND");
            expect(c.snd.wl1 == peers(t.wl1), where, "SND.WL1");
            if (!t.opening() && t.una > 0) expect(c.snd.wl2 == own(t.wl2), where, "SND.WL2");
            expect(c.rcv.urgent == t.urgent_pending, where, "urgent mode");
            if (t.urgent_pending) expect(c.rcv.up == peers(t.rcv_up), where, "RCV.UP");
        }
        if (t.state == time_wait) {
            const auto due = t.starts_time_wait ? b.now + 2 * before.endpoint.surroundings().settings.limits.msl
                                                : before.endpoint.next_deadline();
            expect(b.endpoint.next_deadline() == due, where, "2MSL timer");
        }
        if (t.opening()) same_origin(b, t, where);
        if (!t.held.empty() && t.takes_text() && t.owned) {  // what is missing comes: nothing was kept wrongly
            const number missing = t.held.front().first - t.rcv_nxt;
            if (missing > 0) {
                arriving rest{.ack = true, .seq = t.rcv_nxt, .ack_number = t.nxt, .text = missing, .window = t.wnd};
                b.arrives(on_wire(rest));
                tcb filled = t;
                filled.answers.clear();
                filled = after_segment(filled, rest, room_of<Tcp>);
                same_segments(b.take(), filled.answers, where);
                expect(printed(filled.state) == std::string(sluice::name(b.state())), where,
                       "state after the gap is filled");
                return delivered(b, filled, where);
            }
        }
        delivered(b, t, where);
    }

    /// Which SYN-RECEIVED it is shows when it is reset.
    void same_origin(bench_of<Tcp> b, const tcb& t, const auto& where) {
        b.arrives(on_wire({.rst = true, .seq = t.rcv_nxt}));
        const tcb expected = after_segment(t, {.rst = true, .seq = t.rcv_nxt}, room_of<Tcp>);
        expect(printed(expected.state) == std::string(sluice::name(b.state())), where, "origin of SYN-RECEIVED");
    }

    static bool has_owner(const bench_of<Tcp>& b) {
        if constexpr (in_stack<Tcp>)
            return b.endpoint.has_owner();
        else
            return true;
    }
    static bool has_become_record(const bench_of<Tcp>& b) {
        if constexpr (in_stack<Tcp>)
            return b.endpoint.is_record();
        else
            return false;
    }

    /// The text that RECEIVE now gives, and what it says when there is no more.
    void delivered(bench_of<Tcp>& b, const tcb& t, const auto& where) {
        if (!has_owner(b)) return;
        const answered first = after_call(t, call::receive, 0, room_of<Tcp>);
        expect(b.receive() == first.text, where, "delivered text");
        expect(named(b.receive_error) == first.how, where, "RECEIVE's answer");
        const answered then = after_call(first.after, call::receive, 0, room_of<Tcp>);
        expect(b.receive().empty(), where, "text delivered twice");
        expect(named(b.receive_error) == then.how, where, "RECEIVE's answer at the end");
    }

    void same_segments(const std::vector<lab::wire_segment>& got, const std::vector<leaving>& wanted,
                       const auto& where) {
        expect(got.size() == wanted.size(), where, "number of segments that leave");
        if (got.size() != wanted.size()) return;
        for (std::size_t i = 0; i < got.size(); ++i) {
            using namespace sluice;
            const auto& s = got[i];
            const leaving& w = wanted[i];
            expect(s.has(flag::syn) == w.syn && s.has(flag::ack) == w.ack && s.has(flag::fin) == w.fin &&
                       s.has(flag::rst) == w.rst && s.has(flag::urg) == w.urg,
                   where, "control bits of what leaves");
            expect(s.sequence == static_cast<std::uint32_t>(w.seq), where, "SEQ of what leaves");
            expect(s.acknowledgment == static_cast<std::uint32_t>(w.ack_number), where, "ACK of what leaves");
            expect(s.text == w.text, where, "text of what leaves");
            expect(s.has(flag::psh) == !w.text.empty(), where, "PSH of what leaves");
            if (w.window) expect(s.window == *w.window, where, "window of what leaves");
        }
    }

    // ---- timeouts ---------------------------------------------------------------------------------------------------

    /// The head of the queue leaves again after one RTO and after two more, and nothing else changes.
    void retransmission(const stand<Tcp>& from, sluice::duration rto) {
        ++cells;
        const tcb& t = from.is;
        const auto where = [&] { return std::string(from.name) + ", retransmission timeout"; };
        const bool syn = t.una == 0;
        leaving head{.syn = syn, .ack = t.state != syn_sent, .seq = t.una, .ack_number = t.rcv_nxt};
        if (!syn) {
            // Text and FIN that left at one instant are one burst: they leave again together.
            head.text = own_text(t.una, t.queued);
            head.fin = t.fin_sent();
        }
        bench_of<Tcp> b = from.at;
        b.wait(rto - sluice::duration(1));
        expect(b.quiet(), where, "something left before it");
        b.wait(sluice::duration(1));
        only_head(b, head);
        tcb expected = t;
        expected.answers = {head};
        compare(b, from.at, expected, where);

        b = from.at;
        b.wait(rto);
        b.take();
        b.wait(2 * rto - sluice::duration(1));
        expect(b.quiet(), where, "the timer did not back off");
        b.wait(sluice::duration(1));
        only_head(b, head);
        same_segments(b.take(), {head}, where);
    }

    /// A FIN behind an unacknowledged SYN may leave again with it; what else the window allows is for other tests.
    static void only_head(bench_of<Tcp>& b, const leaving& head) {
        if (head.syn && b.sent.size() == 2 && b.sent[1].has(sluice::flag::fin)) b.sent.pop_back();
    }

    /// So long after the first unacknowledged octet left, and without one never.
    void user_timeout(const stand<Tcp>& from, bool in_flight) {
        ++cells;
        if (!has_owner(from.at)) return;  // nobody to set one
        const auto where = [&] { return std::string(from.name) + ", user timeout"; };
        bench_of<Tcp> b = from.at;
        auto options = b.endpoint.connection().options();
        options.user_timeout = std::chrono::seconds(20);
        options.r2 = sluice::no_limit;
        options.keep_alive = false;
        if (from.is.state != closed) b.set_options(options);
        b.wait(std::chrono::seconds(20) - sluice::duration(1));
        b.take();
        expect(printed(from.is.state) == std::string(sluice::name(b.state())), where, "it came early");
        heard(b);
        b.wait(sluice::duration(1));
        tcb expected = from.is;
        if (in_flight) {
            end(expected, answer::timed_out, true);
            compare(b, from.at, expected, where);
        } else {
            expect(printed(from.is.state) == std::string(sluice::name(b.state())), where, "nothing was unacknowledged");
        }
    }

    /// R1 and R2, and the limits of SYNs.
    void retries(const stand<Tcp>& from) {
        ++cells;
        const auto where = [&] { return std::string(from.name) + ", R2"; };
        bench_of<Tcp> b = from.at;
        auto options = b.endpoint.connection().options();
        options.user_timeout = sluice::no_time_limit;
        b.set_options(options);
        const tcb& t = from.is;
        tcb expected = t;
        if (t.state == syn_received_passive) {
            back_to_listen(expected);  // and nobody is told
        } else {
            end(expected, answer::timed_out, true);
            expected.news |= unresponsive;
        }
        for (int i = 0; i < 100 && std::string(sluice::name(b.state())) == printed(t.state); ++i) {
            b.take();
            b.wait_for_deadline();
        }
        expect(b.now - from.at.now >= std::chrono::seconds(t.state == syn_received_passive ? 31 : 100), where,
               "it came early");
        if (t.state == syn_sent || t.state == syn_received_active)
            expect(b.now - from.at.now >= std::chrono::minutes(3), where, "MUST-23");
        expect(b.quiet(), where, "something left at the end");
        compare(b, from.at, expected, where);
    }

    /// With nothing in flight: 2MSL ends TIME-WAIT, an ownerless FIN-WAIT-2 is timed, everything else rests for ever,
    /// but for window probes.
    void at_rest(const stand<Tcp>& from) {
        ++cells;
        const tcb& t = from.is;
        const auto where = [&] { return std::string(from.name) + ", at rest"; };
        bench_of<Tcp> b = from.at;
        const auto state = [&] { return std::string(sluice::name(b.state())); };
        if (t.state == time_wait || (t.state == fin_wait_2 && !t.owned)) {
            const auto left =
                std::chrono::seconds(t.state == time_wait ? 59 : 60);  // a second has gone by in TIME-WAIT
            b.wait(left - sluice::duration(1));
            expect(state() == printed(t.state), where, "it ended early");
            b.wait(sluice::duration(1));
            tcb expected = t;
            end(expected, answer::ok, false);
            compare(b, from.at, expected, where);
        } else if (t.unsent() > 0 || (t.fin_queued && !t.fin_sent())) {
            // One octet, or the FIN, against the shut window (N21); for as long as it is answered nothing ends
            // (MUST-37).
            for (int i = 0; i < 50; ++i) {
                expect(b.wait_for_deadline(), where, "no window probe");
                const auto probes = b.take();
                expect(probes.size() == 1, where, "number of window probes");
                if (probes.size() != 1) return;
                const bool is_fin = t.queued == t.una;
                expect(probes[0].text == (is_fin ? "" : own_text(t.una, t.una + 1)), where, "text of a window probe");
                expect(probes[0].has(sluice::flag::fin) == is_fin, where, "FIN of a window probe");
                expect(probes[0].sequence == static_cast<std::uint32_t>(t.una), where, "SEQ of a window probe");
                b.arrives(on_wire({.ack = true, .seq = t.rcv_nxt, .ack_number = t.una, .window = 0}));
                expect(b.quiet(), where, "an answer to an answer");
            }
            expect(state() == printed(t.state), where, "a stand-off that is kept up ends nothing");
        } else {
            b.wait(std::chrono::hours(24));
            expect(b.quiet(), where, "something left");
            expect(state() == printed(t.state), where, "it ended");
            expect(heard(b) == 0u, where, "news");
        }
    }

    bench_of<Tcp> fresh_;
    std::vector<stand<Tcp>> stands_;
};

/// The ISS that the test chose.
struct given_isn {
    using slot = sluice::isn_slot;
    std::uint32_t iss = 0;
    constexpr sluice::seq choose(const sluice::socket_address&, const sluice::socket_address&, sluice::instant) const {
        return sluice::seq(iss);
    }
};

/// Small enough that a window is soon shut, and a copy cheap.
using few_octets = sluice::fixed_buffers<2048, 2048, 16, 4>;

/// All of it, with both ends' ISS; or, of the segments, one in so many.
template <class Tcp>
void examine(std::uint32_t own_iss, std::uint32_t peers_iss, sluice::duration rto, bool v6 = false, int one_in = 1) {
    typename Tcp::settings settings;
    settings.isn.iss = own_iss;
    bench_of<Tcp> fresh(settings, v6);
    fresh.peer_iss = sluice::seq(peers_iss);
    examination<Tcp> all(fresh);
    REQUIRE(all.stands().size() == stand_count<Tcp>);
    all.calls();
    CHECK(all.cells == all.calls_in_all);
    all.cells = 0;
    all.timeouts(rto, std::chrono::seconds(1));
    CHECK(all.cells == timeout_cells<Tcp>);
    all.cells = 0;
    all.segments(one_in);
    CHECK(all.cells == (stand_count<Tcp> * all.segments_a_stand + one_in - 1) / one_in);
    all.cells = 0;
    all.limits();
    CHECK(all.cells == 2 * (stand_count<Tcp> - (in_stack<Tcp> ? 7 : 8)));  // CLOSED, LISTEN and SYN-SENT have no window
    CHECK(all.differences == 0);
}

}  // namespace oracle
