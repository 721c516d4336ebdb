// SPDX-License-Identifier: MIT
//
// What the calls of scripts work on: descriptors by the script's numbers, the TCP under test, and the connections
// behind both. The calls themselves are functions on it, in files by what they are about.
#pragma once

#include <map>
#include <string>

#include <sluice/testing/script/call_arguments.hpp>
#include <sluice/testing/script/conversations.hpp>
#include <sluice/testing/script/under_test.hpp>

namespace sluice::testing::script {

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

    /// What poll calls readable, and a call that waits is content with.
    std::size_t least_to_read() const {
        const auto it = set.find("SO_RCVLOWAT");
        return it == set.end() ? 1 : static_cast<std::size_t>(it->second);
    }
};

inline bool has_opened(const tcp_under_test::facts& f) {
    return synchronized.has(f.state) && !syn_received.has(f.state);
}

inline answer bad_descriptor() { return answer::failed("EBADF"); }

struct socket_table {
    tcp_under_test& tcp;
    scene where;
    knobs standing;                // what holds for every connection that begins
    instant now{}, began{};        // of the call that is made
    script::conversations conversations{where};

    std::map<std::int64_t, descriptor> descriptors{};
    std::int64_t next_fd = 3;
    std::int64_t latest_opened = -1;

    bool is_like(profile p) const { return where.asked.like == p; }

    /// The one that an argument names.
    descriptor* find(const call& c, std::size_t at = 0) {
        const auto it = descriptors.find(number_or(argument(c, at), -1));
        return it == descriptors.end() ? nullptr : &it->second;
    }
    conversation& conversation_of(const descriptor& d) { return conversations.at_or_current(d.conversation); }

    /// Of the connection that scripts assert things about: what was accepted or connected last.
    std::optional<tcp_info> info() const {
        const auto it = descriptors.find(latest_opened);
        return it == descriptors.end() ? std::nullopt : tcp.info(it->second.opened);
    }

    /// For as long as SO_RCVTIMEO or SO_SNDTIMEO lets it; the error's name is what it is then.
    answer wait_or(const descriptor& d, const call& c, std::string_view name, duration limit) const {
        const instant end = after(began, limit);
        return d.is_nonblocking || asks_not_to_wait(c) || now >= end ? answer::failed(name) : answer::waiting(end);
    }

    /// What this socket's options say, for the connection that it begins now.
    void prepare(const descriptor& d) {
        tcp.options_of_new() = d.options;
        tcp.configure(standing);
        tcp.configure(d.own);
    }

    /// The error that ended a connection is told once, by whichever call comes first.
    std::optional<answer> tell_error(descriptor& d, const tcp_under_test::facts& f) const {
        if (f.error == error::none || d.has_told_error) return {};
        d.has_told_error = true;
        return answer::failed(errno_of_end(f));
    }
    /// In CLOSE-WAIT Linux takes a RST for the end of writing alone.
    std::string_view errno_of_end(const tcp_under_test::facts& f) const {
        const bool is_pipe = is_like(profile::linux) && f.error == error::reset && f.has_ended;
        return is_pipe ? "EPIPE" : errno_of(f.error);
    }
};

}  // namespace sluice::testing::script
