// SPDX-License-Identifier: MIT
//
// What the calls of scripts work on: descriptors by the script's numbers, the connections behind them, and how
// arguments are read.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <sluice/testing/script/conversation.hpp>
#include <sluice/testing/script/names.hpp>
#include <sluice/testing/script/under_test.hpp>

namespace sluice::testing::script {

/// What a call has come to so far.
struct answer {
    enum class kind { value, error, waits, unsupported, mismatch };
    kind what = kind::value;
    std::int64_t number = 0;
    std::string text{};  // the errno's name; what is not supported; what is not as the script says
    instant wakes = never;  // of one that waits: when it ends by itself

    static answer of(std::int64_t number) { return {.number = number}; }
    static answer failed(std::string_view name) {
        return {.what = kind::error, .number = -1, .text = std::string(name)};
    }
    static answer failed(error e) { return failed(errno_of(e)); }
    static answer waiting(instant until = never) { return {.what = kind::waits, .wakes = until}; }
    static answer unsupported(std::string what) { return {.what = kind::unsupported, .text = std::move(what)}; }
    static answer differs(std::string what) { return {.what = kind::mismatch, .text = std::move(what)}; }
};

/// Where scripts take place, unless their settings say otherwise.
struct scene {
    const run_options& asked;
    socket_address ours{ip_address::v4(192, 168, 0, 1), 8080};
    socket_address theirs{ip_address::v4(192, 0, 2, 1), 8080};
};

class socket_table {
public:
    socket_table(tcp_under_test& tcp, const scene& where, const knobs& k) : tcp_(tcp), where_(where), knobs_(k) {}

    void set(const knobs& k) { knobs_ = k; }

    /// The connection that segments are about: of the last listen or connect, or the one that has followed it.
    conversation& current() {
        if (std::exchange(awaits_peer_, false) || conversations_.empty())
            conversations_.emplace_back(
                socket_address{where_.ours.address, listening_port_ != 0 ? listening_port_ : where_.ours.port},
                socket_address{where_.theirs.address, next_port_++});
        return conversations_.back();
    }
    bool is_current(std::size_t which) const { return which + 1 == conversations_.size(); }
    conversation& at(std::size_t which) { return conversations_[which]; }
    /// Whose packet it is, once it has left: nobody's, or the place of a conversation.
    std::optional<std::size_t> owner_of(const sent_packet& p) {
        for (std::size_t i = conversations_.size(); i-- > 0;) {
            if (!conversations_[i].is_of(p)) continue;
            if (conversations_[i].is_succeeded_by(p)) {
                conversations_.emplace_back(p.from, p.to);
                i = conversations_.size() - 1;
            }
            conversations_[i].learn(p);
            return i;
        }
        return {};
    }

    /// Of the connection that scripts assert things about: what was accepted or connected last.
    std::optional<tcp_info> info() {
        const auto it = descriptors_.find(latest_opened_);
        return it == descriptors_.end() ? std::nullopt : tcp_.info(it->second.opened);
    }

protected:
    struct descriptor {
        enum class kind { fresh, listening, connecting, failed, open };
        kind what = kind::fresh;
        handle opened{};
        bool is_nonblocking = false;
        bool has_told_error = false;
        bool reads_no_more = false, writes_no_more = false;
        std::size_t conversation = 0;
        std::uint16_t port = 0;  // bound to
        connection_options options{};
        knobs own{};
        std::optional<duration> linger{};
        bool is_closing = false;  // a close that lingers
        std::size_t written = 0, read = 0;  // by a call that still waits
        duration receive_limit = no_time_limit, send_limit = no_time_limit;  // SO_RCVTIMEO, SO_SNDTIMEO
        std::map<std::string, std::int64_t> set{};  // what getsockopt says again
    };

    // ---- arguments --------------------------------------------------------------------------------------------------

    static const value& argument(const call& c, std::size_t i) {
        static const value nothing;
        return i < c.arguments.size() ? c.arguments[i] : nothing;
    }
    static std::int64_t number(const value& v, std::int64_t otherwise = 0) { return number_of(v).value_or(otherwise); }
    /// What an option, a request or a command is named by: its name, or a number's digits.
    static std::string word_of(const value& v) { return v.words.empty() ? std::to_string(v.number) : v.words.front(); }
    /// `[1]`, or 1.
    static std::optional<std::int64_t> number_inside(const value& v) {
        if (v.what == value::kind::list) return v.items.size() == 1 ? number_of(v.items[0]) : std::nullopt;
        return number_of(v);
    }
    static std::int64_t flags_of(const call& c) {
        const bool is_message = c.name == "recvmsg" || c.name == "sendmsg";
        if (!is_message && c.name != "recv" && c.name != "send" && c.name != "recvfrom" && c.name != "sendto") return 0;
        return number(argument(c, is_message ? 2 : 3));
    }
    static bool asks_not_to_wait(const call& c) { return (flags_of(c) & *number_of("MSG_DONTWAIT")) != 0; }
    /// A list's length that is written twice, by itself and beside it.
    static std::optional<answer> wrong_count(const call& c, const value& list, const value& count) {
        const auto said = number_of(count);
        if (list.what != value::kind::list || !said || *said == static_cast<std::int64_t>(list.items.size())) return {};
        return answer::differs(c.name + " of " + std::to_string(*said) + ", but the list has " +
                               std::to_string(list.items.size()));
    }
    descriptor* find(const call& c, std::size_t at = 0) {
        const auto it = descriptors_.find(number(argument(c, at), -1));
        return it == descriptors_.end() ? nullptr : &it->second;
    }
    static answer bad_descriptor() { return answer::failed("EBADF"); }
    /// For as long as SO_RCVTIMEO or SO_SNDTIMEO lets it; the error's name is what it is then.
    answer wait_or(const descriptor& d, const call& c, std::string_view name, duration limit) const {
        const instant end = after(began_, limit);
        return d.is_nonblocking || asks_not_to_wait(c) || now_ >= end ? answer::failed(name) : answer::waiting(end);
    }

    /// The port of `{sa_family=…, sin_port=htons(8080), …}`; of `...` there is none.
    static std::optional<std::uint16_t> port_of(const value& v) {
        for (const char* name : {"sin_port", "sin6_port"})
            if (const value* port = v.field(name)) {
                const value& inner = port->what == value::kind::call && !port->items.empty() ? port->items[0] : *port;
                return static_cast<std::uint16_t>(number(inner));
            }
        return {};
    }

    // ---- connections ------------------------------------------------------------------------------------------------

    static bool has_opened(const tcp_under_test::facts& f) {
        return synchronized.has(f.state) && !syn_received.has(f.state);
    }

    /// What this socket's options say, for the connection that it begins now.
    void prepare(const descriptor& d) {
        tcp_.options_of_new() = d.options;
        tcp_.configure(knobs_);
        tcp_.configure(d.own);
    }

    /// The next segment that arrives is of another connection, from a port of its own to this one.
    void await_peer(std::uint16_t port) {
        awaits_peer_ = true;
        listening_port_ = port;
    }
    std::size_t index_of(const socket_address& theirs) const {
        for (std::size_t i = conversations_.size(); i-- > 0;)
            if (conversations_[i].theirs() == theirs) return i;
        return 0;
    }
    conversation& conversation_of(const descriptor& d) {
        if (conversations_.empty()) return current();
        return conversations_[std::min(d.conversation, conversations_.size() - 1)];
    }

    /// The error that ended a connection is told once, by whichever call comes first.
    std::optional<answer> tell_error(descriptor& d, const tcp_under_test::facts& f) {
        if (f.error == error::none || d.has_told_error) return {};
        d.has_told_error = true;
        return answer::failed(errno_of_end(f));
    }
    /// In CLOSE-WAIT Linux takes a RST for the end of writing alone.
    std::string_view errno_of_end(const tcp_under_test::facts& f) const {
        const bool is_pipe = where_.asked.like == profile::linux && f.error == error::reset && f.has_ended;
        return is_pipe ? "EPIPE" : errno_of(f.error);
    }

    tcp_under_test& tcp_;
    scene where_;
    knobs knobs_;
    instant now_{}, began_{};

    std::map<std::int64_t, descriptor> descriptors_{};
    std::int64_t next_fd_ = 3;
    std::int64_t latest_opened_ = -1;

    std::vector<conversation> conversations_{};
    bool awaits_peer_ = false;
    std::uint16_t listening_port_ = 0;
    std::uint16_t next_port_ = 40000;  // of who connects to us
};

}  // namespace sluice::testing::script
