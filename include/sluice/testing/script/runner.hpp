// SPDX-License-Identifier: MIT
//
// Runs a script against a TCP in virtual time. Every event has its moment: until then the TCP does what its own timers
// say; then a packet goes in, a call is made, or the next packet that has left is compared. A call that waits is asked
// again after everything that happens. What left and is not asked for is no matter until a later line asks.
#pragma once

#include <deque>

#include <sluice/testing/script/commands.hpp>
#include <sluice/testing/script/expression.hpp>
#include <sluice/testing/script/report.hpp>
#include <sluice/testing/script/settings.hpp>
#include <sluice/testing/script/socket_calls.hpp>
#include <sluice/testing/script/tcp_info_names.hpp>

namespace sluice::testing::script {

class runner {
public:
    runner(const document& script, const run_options& options, maker make) : script_(script), options_(options) {
        out_.file = script.file;
        settings_.tcp = knobs_of(options.like);
        for (const setting& s : script.settings) take_setting(s.name, s.text);
        for (const command& c : script.before) take_command(c);
        if (options.neutral) ask_as_the_script_does();
        for (const auto& [name, text] : options.set) take_setting(name, text);
        if (options.tolerance) settings_.how.tolerance = *options.tolerance;
        settings_.settle();
        tcp_ = make(settings_.tcp);
        sockets_.emplace(socket_table{.tcp = *tcp_, .where = settings_.where, .standing = settings_.tcp});
    }

    report run() {
        if (script_.events.empty()) fail("no event");
        if (!skip_what_is_unknown()) {
            for (const event& e : script_.events) {
                if (is_over()) break;
                event_ = &e;
                happen(e);
            }
            if (!is_over()) finish_call("at the end of the script");
        }
        out_.ran = now_ - start;
        out_.latest = {latest_.begin(), latest_.end()};
        return std::move(out_);
    }

private:
    static constexpr instant start{1000s};
    static constexpr duration longest_wait = std::chrono::hours(24);

    void take_setting(const std::string& name, const std::string& text) {
        if (!settings_.set(name, text)) out_.ignored.push_back("--" + name + '=' + text);
    }
    void take_command(const command& c) {
        if (options_.neutral) return out_.ignored.push_back(c.text);
        for (std::string& each : apply_command(c.text, settings_.tcp)) out_.ignored.push_back(std::move(each));
    }

    /// The command that says so is ignored, so the SYN that leaves says whether it asks for ECN.
    void ask_as_the_script_does() {
        for (const event& e : script_.events) {
            const auto* p = std::get_if<tcp_packet>(&e.what);
            if (p == nullptr || p->way == direction::in || !p->flags.has(flag::syn | flag::ece | flag::cwr)) continue;
            if (p->flags.has(flag::ack)) continue;
            settings_.tcp.ecn = static_cast<std::uint32_t>(p->flags.has(flag::ae) ? ecn_mode::accurate_asks
                                                                                  : ecn_mode::asks);
        }
    }

    // ---- what can't be run ------------------------------------------------------------------------------------------

    bool skip_what_is_unknown() {
        if (const auto missing = missing_ecn()) return skip(*missing), true;
        for (const event& e : script_.events) {
            const std::string what = unknown_in(e);
            if (what.empty()) continue;
            out_.where = e.where;
            out_.line = e.text;
            skip(what);
            return true;
        }
        return false;
    }
    /// That is set, and that the composition does not have.
    std::optional<std::string> missing_ecn() const {
        const ecn_mode mode = mode_of(settings_.tcp).value_or(ecn_mode::none);
        const ecn_kind there = tcp_->ecn();
        const bool is_there = mode == ecn_mode::none || mode == ecn_mode::answers ||
                              (mode == ecn_mode::asks && there == ecn_kind::classic) ||
                              (is_accurate(settings_.tcp) && there == ecn_kind::accurate);
        if (is_there) return {};
        return "ECN of the kind " + std::to_string(static_cast<unsigned>(mode));
    }
    std::string unknown_in(const event& e) const {
        if (const auto* foreign = std::get_if<foreign_packet>(&e.what)) return foreign->what;
        if (std::holds_alternative<icmp_packet>(e.what)) return "ICMP";
        if (const auto* p = std::get_if<tcp_packet>(&e.what)) {
            const bool has_mark = p->ip.ecn && *p->ip.ecn != ip_fields::ecn_mark::noecn;
            if (has_mark || p->flags.has_any(flag::ece | flag::cwr | flag::ae))
                if (tcp_->ecn() == ecn_kind::none) return "ECN";
            if (p->ip.flow_label) return "flow labels";
            for (const option& o : p->options.value_or(std::vector<option>{}))
                if (o.what == option::kind::fast_open) return "fast open";
        }
        return {};
    }

    // ---- time -------------------------------------------------------------------------------------------------------

    /// Everything that the TCP does by itself until then.
    void advance(instant to) {
        flush();
        for (instant next; !is_over() && (next = next_deadline()) <= to;) {
            now_ = std::max(now_, next);
            if (tcp_->next_deadline() <= now_) tcp_->on_deadline(now_);
            flush();
            go_on_with_call();
        }
        now_ = std::max(now_, to);
    }
    instant next_deadline() { return std::min(tcp_->next_deadline(), waits_ ? waits_->wakes : never); }
    void flush() {
        for (auto& packet : tcp_->take_packets(now_)) {
            left_.push_back(read_sent(std::move(packet), now_));
            left_.back().owner = sockets_->conversations.owner_of(left_.back());
        }
    }

    struct span_of_time {
        instant earliest, latest;
        bool is_exact;
    };
    span_of_time moment_of(const event_time& t) const {
        const instant from = t.how == event_time::kind::absolute ? start : anchor_;
        if (t.how == event_time::kind::any) return {anchor_, instant::max(), false};
        return {from + t.at, from + t.latest.value_or(t.at), !t.latest};
    }

    // ---- events -----------------------------------------------------------------------------------------------------

    void happen(const event& e) {
        const span_of_time when = moment_of(e.when);
        if (when.earliest < anchor_) return fail("its time is before the event before it");
        if (const auto* p = std::get_if<tcp_packet>(&e.what); p != nullptr && p->way == direction::out) {
            expect_packet(*p, when);
        } else {
            if (e.when.how != event_time::kind::any) advance(when.earliest);
            if (is_over()) return;
            if (p != nullptr) arrive(*p, e);
            else if (std::holds_alternative<call>(e.what)) begin_call(e);
            else if (const auto* text = std::get_if<code>(&e.what)) check_code(*text, e);
            else if (const auto* shell = std::get_if<command>(&e.what)) run_command(*shell);
        }
        // What is relative to an event with an exact time is relative to that, and else to when it happened.
        anchor_ = when.is_exact ? when.earliest : std::max(now_, anchor_);
    }

    void arrive(const tcp_packet& p, const event& e) {
        note(now_, e.text);
        conversation& with = sockets_->conversations.current();
        if (const std::size_t length = with.options_of(p).size(); length > tcp_options::most_octets)
            return fail("options of " + std::to_string(length) + " octets, at most " +
                        std::to_string(tcp_options::most_octets));
        const auto packet = with.build(p);
        tcp_->on_packet(packet, now_);
        flush();
        go_on_with_call();
    }

    void expect_packet(const tcp_packet& wanted, const span_of_time& when) {
        tcp_packet rest = wanted;
        while (true) {
            if (!wait_for_packet(when)) {
                if (rest.begin != wanted.begin)
                    out_.message +=
                        ": of this segment only " + std::to_string(rest.begin - wanted.begin) + " octets came";
                return;
            }
            const sent_packet sent = std::move(left_.front());
            left_.pop_front();
            if (sent.broken) return fail(*sent.broken);
            if (!sent.owner) return fail("a packet to somebody else: " + text_of(sent.live));
            if (!sockets_->conversations.is_current(*sent.owner)) {
                note(sent.at, "passed over, of a connection before: " + text_of(sent.live));
                continue;
            }
            conversation& with = sockets_->conversations.at(*sent.owner);
            const tcp_packet actual = with.in_script_numbers(sent, rest, settings_.how);
            const bool is_part = actual.length > 0 && actual.length < rest.length && actual.begin == rest.begin;
            if (!compare(part_of(rest, actual, is_part), actual, sent, when)) return;
            if (const auto wrong = with.wrong_text(sent)) return fail(*wrong);
            note(sent.at, text_of(actual));
            if (!is_part) return;
            rest.begin += actual.length;  // a longer scripted segment may be several
            rest.length -= actual.length;
            if (rest.urgent) *rest.urgent -= std::min(*rest.urgent, actual.length);
        }
    }
    bool wait_for_packet(const span_of_time& when) {
        const bool is_any = when.latest == instant::max();
        const instant limit = is_any ? now_ + longest_wait : when.latest + settings_.how.tolerance;
        flush();
        while (left_.empty() && !is_over() && next_deadline() <= limit) advance(next_deadline());
        if (is_over()) return false;
        if (!left_.empty()) return true;
        if (is_any) return fail("no packet leaves any more"), false;
        now_ = std::max(now_, limit);
        return fail("no packet left until " + seconds_text(limit - start)), false;
    }
    /// The first part of what the script has as one segment.
    static tcp_packet part_of(const tcp_packet& whole, const tcp_packet& part, bool is_part) {
        tcp_packet out = whole;
        if (!is_part) return out;
        out.length = part.length;
        out.end = part.end;
        out.flags = whole.flags.without(flag::fin | flag::psh) | (part.flags.has(flag::psh) ? flag::psh : flag::none);
        return out;
    }
    bool compare(const tcp_packet& wanted, const tcp_packet& actual, const sent_packet& sent,
                 const span_of_time& when) {
        const auto differ = conversation::differences(wanted, actual, settings_.how);
        std::string late;
        if (sent.at < when.earliest - settings_.how.tolerance ||
            (when.latest != instant::max() && sent.at > when.latest + settings_.how.tolerance)) {
            const bool is_early = sent.at < when.earliest;
            const duration apart = is_early ? when.earliest - sent.at : sent.at - when.latest;
            late = "it left at " + seconds_text(sent.at - start) + ", " + seconds_text(apart) + " s too " +
                   (is_early ? "early" : "late") + ": expected at " + seconds_text(when.earliest - start) +
                   (when.is_exact ? "" : " to " + seconds_text(when.latest - start));
        }
        if (differ.empty() && late.empty()) return true;
        std::string message;
        for (const field f : differ)
            message += (message.empty() ? "" : ", ") + std::string(field_names[static_cast<std::size_t>(f)]);
        if (!message.empty()) message = "a packet left that differs in its " + message;
        if (!late.empty()) message += (message.empty() ? "" : "; ") + late;
        out_.detail = side_by_side(wanted, actual, differ);
        fail(message);
        return false;
    }

    void check_code(const code& text, const event& e) {
        if (waits_ && now_ > waits_->ends + settings_.how.tolerance) return finish_call("when code is run");
        note(now_, e.text);
        tcp_->on_deadline(now_);  // nothing is due: but it says how long ago things were
        const auto facts = sockets_->info();
        bool lacks_connection = false;
        const evaluator::names names = [&](const std::string& name) {
            lacks_connection = lacks_connection || (!facts && !number_of(name));
            return number_of_info(name, facts.value_or(tcp_info{}));
        };
        const verdict_of_code result = evaluator(text.text, names).run();
        if (!result.unknown.empty()) skip(result.unknown + " in code");
        else if (lacks_connection) fail("there is no connection");
        else if (!result.holds) fail("this does not hold: " + result.failed);
        if (is_over()) out_.where = text.where_of(result.where);
    }

    void run_command(const command& c) {
        take_command(c);
        if (const auto missing = missing_ecn()) return skip(*missing);
        tcp_->configure(settings_.tcp);
        sockets_->standing = settings_.tcp;
    }

    // ---- calls ------------------------------------------------------------------------------------------------------

    /// One that waits.
    struct waiting_call {
        const event* made_by;
        instant began;
        instant ends;
        instant wakes = never;
    };

    void begin_call(const event& e) {
        finish_call("when the next is made");
        if (is_over()) return;
        instant ends = now_;
        if (e.when.end) ends = (e.when.how == event_time::kind::absolute ? start : anchor_) + *e.when.end;
        waits_ = waiting_call{.made_by = &e, .began = now_, .ends = ends};
        go_on_with_call();
        flush();
    }

    void go_on_with_call() {
        if (!waits_ || is_over()) return;
        const waiting_call w = *waits_;
        const call& c = std::get<call>(w.made_by->what);
        const answer a = perform(*sockets_, c, now_, w.began);
        waits_->wakes = a.wakes;
        if (a.what == answer::kind::waits) return;
        waits_.reset();
        flush();
        const event* const here = std::exchange(event_, w.made_by);
        note(now_, w.made_by->text);
        judge(c, a, w);
        if (!is_over()) event_ = here;
    }

    void judge(const call& c, const answer& a, const waiting_call& w) {
        if (a.what == answer::kind::unsupported) return skip(a.text);
        if (a.what == answer::kind::mismatch) return fail(a.text);
        const bool is_error = a.what == answer::kind::error;
        const std::string got = is_error ? "-1 " + a.text : std::to_string(a.number);
        const auto expected = number_of(c.result);
        const auto same_name = [](std::string_view name) {
            return name == "EWOULDBLOCK" ? std::string_view("EAGAIN") : name;
        };
        const bool same_error = c.error.empty() || same_name(c.error) == a.text;  // none: any fits
        const bool same = c.result.is_anything() || (expected == a.number && (is_error ? same_error : c.error.empty()));
        if (!same)
            return fail(c.name + " gives " + got + ", not " +
                        (expected ? std::to_string(*expected) : "a name that is not known") +
                        (c.error.empty() ? "" : ' ' + c.error));
        if (now_ > w.ends + settings_.how.tolerance || now_ < w.ends - settings_.how.tolerance)
            fail(c.name + " ended at " + seconds_text(now_ - start) + ", expected at " + seconds_text(w.ends - start));
    }

    /// Before another call is made, and at the end of the script: one that waits has to be done in its time.
    void finish_call(const char* when) {
        if (!waits_) return;
        const instant limit = waits_->ends + settings_.how.tolerance;
        while (waits_ && !is_over() && next_deadline() <= limit) advance(next_deadline());
        if (!waits_ || is_over()) return;
        event_ = waits_->made_by;
        waits_.reset();
        fail(std::string("the call still waits ") + when);
    }

    // ---- the report -------------------------------------------------------------------------------------------------

    bool is_over() const { return out_.verdict != verdict::passed; }
    void conclude(verdict v, const std::string& message) {
        if (is_over()) return;
        out_.verdict = v;
        out_.message = message;
        if (event_ != nullptr) {
            out_.where = event_->where;
            out_.line = event_->text;
        }
    }
    void fail(const std::string& message) { conclude(verdict::failed, message); }
    void skip(const std::string& what) { conclude(verdict::skipped, what); }

    void note(instant at, const std::string& what) {
        latest_.push_back(seconds_text(at - start) + ' ' + what);
        if (latest_.size() > 10) latest_.pop_front();
    }

    const document& script_;
    run_options options_;
    settings settings_{options_};

    std::unique_ptr<tcp_under_test> tcp_{};
    std::optional<socket_table> sockets_{};
    instant now_ = start;
    instant anchor_ = start;  // what relative times count from
    std::deque<sent_packet> left_{};
    std::optional<waiting_call> waits_{};

    const event* event_ = nullptr;
    report out_{};
    std::deque<std::string> latest_{};
};

}  // namespace sluice::testing::script
