// SPDX-License-Identifier: MIT
//
// From a script's text to what it says: settings, the commands before all else, and events with their times. One
// function for each form of the language, called from the one before; the cursor keeps the first thing that is wrong.
#pragma once

#include <sluice/testing/script/read_call.hpp>
#include <sluice/testing/script/read_packet.hpp>

namespace sluice::testing::script {

struct parsed {
    document script{};
    std::optional<parse_error> error{};
};

class parser {
public:
    explicit parser(std::string_view text) : in_(text) {}

    parsed read(const std::string& file) {
        parsed out;
        out.script.file = file;
        while (in_.sees("--")) read_setting(out.script.settings);
        while (in_.peek() == '`') out.script.before.push_back(read_command());
        while (!in_.at_end() && in_.peek() != '`') out.script.events.push_back(read_event());
        if (in_.peek() == '`') read_command();  // that cleans up: here is nothing to be cleaned
        if (!in_.at_end()) in_.fail("the end behind the command that cleans up");
        out.error = in_.error();
        if (out.error) out.error->file = file;
        return out;
    }

private:
    void read_setting(std::vector<setting>& all) {
        setting out{.where = in_.here()};
        const std::size_t from = in_.offset();
        in_.accept("--");
        out.name = in_.word("the name of a setting");
        if (in_.accept("=")) out.text = in_.until_blank_outside_quotes();
        if (out.name == "define") return define(out, from);
        if (out.text.starts_with('"')) out.text = out.text.substr(1, out.text.size() - 2);
        all.push_back(std::move(out));
    }
    /// `--define=PROTOCOL=IPPROTO_TCP`, `--define=CC="reno"`, ``--define=CLEAN=`rm x` ``
    void define(const setting& s, std::size_t from) {
        const std::size_t equals = s.text.find('=');
        if (equals == 0 || equals == std::string::npos)
            return in_.fail("a definition: '--define=NAME=value'", s.where, from);
        defined_[s.text.substr(0, equals)] = s.text.substr(equals + 1);
    }

    // ---- events -----------------------------------------------------------------------------------------------------

    event read_event() {
        event out{.where = in_.here()};
        const std::size_t begin = in_.offset();
        if (in_.sees("#ifdef ")) in_.leave("#ifdef");
        out.when = read_time();
        if (in_.peek() == '<' || in_.peek() == '>')
            std::visit([&](auto&& packet) { out.what = std::move(packet); }, packet_reader(in_).read());
        else if (in_.peek() == '`')
            out.what = read_command();
        else if (in_.sees("%{"))
            out.what = read_code();
        else if (in_.sees_word())
            read_call(out);
        else
            in_.fail("a packet ('<' or '>'), a call, a `command` or %{ code }%");
        if (!in_.error()) out.text = std::string(in_.between(begin, in_.end_of_last()));
        check_time(out, begin);
        if (!in_.foreign().empty()) out.what = foreign_packet{in_.foreign()};
        return out;
    }
    void read_call(event& out) {
        const auto stands_for = defined_.find(in_.look_at_word());
        if (stands_for == defined_.end() || !stands_for->second.starts_with('`')) {
            out.what = call_reader(in_, defined_).read();
            return;
        }
        in_.word("a command");
        out.what = command{stands_for->second.substr(1, stands_for->second.size() - 2)};
    }
    code read_code() {
        const place mark = in_.here();
        return {in_.quoted("%{", "}%", "code"), {mark.line, mark.column + 2}};
    }
    command read_command() { return {in_.quoted("`", "`", "a `command`")}; }

    // ---- time -------------------------------------------------------------------------------------------------------

    event_time read_time() {
        constexpr std::string_view form = "a time: '0.1', '+0.1' or '*'";
        event_time out;
        if (in_.accept("*")) {
            out.how = event_time::kind::any;
            return out;
        }
        if (in_.accept("+")) out.how = event_time::kind::relative;
        else if (!cursor::is_digit(in_.peek()) && in_.peek() != '.') return in_.fail(form), out;
        out.at = in_.seconds(form);
        if (in_.accept("~"))
            out.latest = read_second_time(out.at);
        else if (in_.accept("..."))
            out.end = read_second_time(out.at);
        return out;
    }
    duration read_second_time(duration first) {
        const place begin = in_.here();
        const std::size_t from = in_.offset();
        in_.accept("+");
        const duration out = in_.seconds("the second time");
        if (out < first) in_.fail("a time that is not before the first", begin, from);
        return out;
    }
    void check_time(const event& e, std::size_t from) {
        const auto leaves = [](const auto* packet) { return packet != nullptr && packet->way == direction::out; };
        const bool is_for_range = leaves(std::get_if<tcp_packet>(&e.what)) || leaves(std::get_if<icmp_packet>(&e.what));
        const bool is_range = e.when.how == event_time::kind::any || e.when.latest;
        if (e.when.end && !std::holds_alternative<call>(e.what))
            in_.fail("a call, since only calls have an end", e.where, from);
        if (is_range && !is_for_range)
            in_.fail("a packet that leaves, since the rest happens at one moment", e.where, from);
    }

    cursor in_;
    call_reader::definitions defined_{};
};

/// What the text of a script says; `file` is only a name for reports.
inline parsed parse(std::string_view text, const std::string& file = "script") { return parser(text).read(file); }

}  // namespace sluice::testing::script
