// SPDX-License-Identifier: MIT
//
// setsockopt and getsockopt of scripts: what the options do to the TCP under test, and what is told of them. Values are
// as Linux gives them.
#pragma once

#include <algorithm>
#include <array>

#include <sluice/testing/script/option_names.hpp>
#include <sluice/testing/script/socket_table.hpp>
#include <sluice/testing/script/tcp_info_names.hpp>

namespace sluice::testing::script {

/// Each option is of one level; levels and options that are numbers are not judged.
inline bool is_of_another_level(const call& c) {
    struct level {
        std::string_view beginning, name;
    };
    constexpr std::array levels = std::to_array<level>(
        {{"SO_", "SOL_SOCKET"}, {"TCP_", "SOL_TCP"}, {"IP_", "SOL_IP"}, {"IPV6_", "SOL_IPV6"}});
    const value& said = argument(c, 1);
    const std::string option = word_of(argument(c, 2));
    for (const level& each : levels)
        if (option.starts_with(each.beginning))
            return said.what == value::kind::word && number_of(said) != number_of(each.name);
    return false;
}

inline answer remember(descriptor& d, const std::string& name, std::int64_t given) {
    d.set[name] = given;
    return answer::of(0);
}

/// The composition's own is there, and no other.
inline answer is_controlled_by(const socket_table& sockets, const std::string& name) {
    const bool is_own = (name == "newreno" ? "reno" : name) == sockets.tcp.congestion();
    return is_own ? answer::of(0) : answer::unsupported("congestion control by " + name);
}

// ---- setting --------------------------------------------------------------------------------------------------------

inline answer set_number(socket_table& sockets, descriptor& d, const connection_option& o, std::int64_t given) {
    if (given < o.least || given > o.most) return answer::failed("EINVAL");
    o.write(d.options, given);
    if (d.what == descriptor::kind::listening) sockets.prepare(d);
    if (!sockets.tcp.look(d.opened)) return answer::of(0);
    const auto done = sockets.tcp.set_options(d.opened, d.options, sockets.now);
    return done || done.error() == error::not_open ? answer::of(0) : answer::failed(done.error());
}

/// Counts for connections that begin later.
inline answer set_buffer(socket_table& sockets, descriptor& d, const std::string& name, std::int64_t given) {
    if (sockets.where.asked.neutral) return answer::of(0);
    const auto size = static_cast<std::uint32_t>(std::clamp<std::int64_t>(given, 1, 1 << 30));
    if (name == "SO_RCVBUF") d.own.receive_buffer = d.own.largest_receive_buffer = size;
    else d.own.send_buffer = d.own.largest_send_buffer = size;
    return remember(d, name,
                    given * (sockets.is_like(profile::linux) ? 2 : 1));  // socket(7): room for bookkeeping
}

inline answer set_linger(descriptor& d, const value& how) {
    const value *const on = how.field("onoff"), *const time = how.field("linger");
    if (on == nullptr || time == nullptr) return answer::unsupported("SO_LINGER without onoff and linger");
    d.linger = number_or(*on) != 0 ? std::optional<duration>(std::chrono::seconds(number_or(*time))) : std::nullopt;
    return remember(d, "SO_LINGER", number_or(*time));
}

/// Of a call that waits; none by zeros.
inline answer set_limit(duration& limit, const value& how) {
    const value *const seconds = how.field("tv_sec"), *const microseconds = how.field("tv_usec");
    if (seconds == nullptr || microseconds == nullptr)
        return answer::unsupported("a limit without tv_sec and tv_usec");
    limit = std::chrono::seconds(number_or(*seconds)) + std::chrono::microseconds(number_or(*microseconds));
    if (limit == duration::zero()) limit = no_time_limit;
    return answer::of(0);
}

inline answer set_largest_segment(socket_table& sockets, descriptor& d, std::int64_t given) {
    if (given != 0 && (given < 88 || given > 32767)) return answer::failed("EINVAL");  // Linux's bounds
    const std::uint32_t headers = sockets.where.ours.address.is_v4() ? 40 : 60;
    if (given == 0) d.own.mtu.reset();
    else d.own.mtu = static_cast<std::uint32_t>(given) + headers;
    return remember(d, "TCP_MAXSEG", given);
}

/// Before there is a connection, it is about how that begins.
inline answer set_quick_ack(socket_table& sockets, descriptor& d, bool wanted) {
    if (!sockets.tcp.look(d.opened)) {
        if (wanted) d.own.ack_quick_start.reset();
        else d.own.ack_quick_start = 0;
        if (d.what == descriptor::kind::listening) sockets.prepare(d);
    } else {
        static_cast<void>(sockets.tcp.quick_ack(d.opened, wanted, sockets.now));
    }
    return remember(d, "TCP_QUICKACK", wanted);
}

inline answer do_setsockopt(socket_table& sockets, const call& c) {
    descriptor* const d = sockets.find(c);
    if (d == nullptr) return bad_descriptor();
    if (is_of_another_level(c)) return answer::failed("ENOPROTOOPT");
    const std::string name = word_of(argument(c, 2));
    const value& how = argument(c, 3);
    const std::int64_t given = number_inside(how).value_or(0);

    if (const auto* const o = find_named(connection_option_names, name)) return set_number(sockets, *d, *o, given);
    if (find_named(harmless_option_names, name) != nullptr) return remember(*d, name, given);
    if (name == "SO_RCVBUF" || name == "SO_SNDBUF" || name == "SO_RCVBUFFORCE" || name == "SO_SNDBUFFORCE")
        return set_buffer(sockets, *d, name.substr(0, 9), given);
    if (name == "SO_RCVLOWAT")
        return remember(*d, name, given < 0 ? detail::int_max : std::max<std::int64_t>(given, 1));
    if (name == "SO_RCVTIMEO") return set_limit(d->receive_limit, how);
    if (name == "SO_SNDTIMEO") return set_limit(d->send_limit, how);
    if (name == "SO_LINGER") return set_linger(*d, how);
    if (name == "TCP_MAXSEG") return set_largest_segment(sockets, *d, given);
    if (name == "TCP_QUICKACK") return set_quick_ack(sockets, *d, given != 0);
    if (name == "TCP_LINGER2") {
        d->own.orphan_fin_wait_2 = std::chrono::seconds(std::clamp<std::int64_t>(given, 0, 120));
        sockets.prepare(*d);
        return remember(*d, name, std::clamp<std::int64_t>(given, -1, 120));
    }
    if (name == "TCP_CONGESTION") return is_controlled_by(sockets, how.text);
    if (name == "TCP_DEFER_ACCEPT" && given == 0) return answer::of(0);  // what is never deferred
    return answer::unsupported("the option " + name);
}

// ---- telling --------------------------------------------------------------------------------------------------------

inline std::optional<std::int64_t> number_of_option(const socket_table& sockets, const descriptor& d,
                                                    const std::string& name) {
    if (const auto* const o = find_named(connection_option_names, name)) return o->read(d.options);
    if (name == "SO_TYPE") return number_of("SOCK_STREAM");
    if (name == "SO_PROTOCOL") return number_of("IPPROTO_TCP");
    if (name == "SO_DOMAIN") return number_of(sockets.where.ours.address.is_v4() ? "AF_INET" : "AF_INET6");
    if (name == "SO_ACCEPTCONN") return d.what == descriptor::kind::listening;
    if (name == "TCP_MAXSEG")
        if (const auto info = sockets.tcp.info(d.opened)) return info->tcpi_snd_mss;
    if (const auto it = d.set.find(name); it != d.set.end()) return it->second;
    if (name == "SO_RCVLOWAT" || name == "SO_SNDLOWAT" || name == "TCP_QUICKACK") return 1;
    if (name == "TCP_DEFER_ACCEPT") return 0;
    if (name == "TCP_MAXSEG") return 536;
    if (name == "TCP_LINGER2") {
        const auto of_all = sockets.standing.orphan_fin_wait_2;
        return d.own.orphan_fin_wait_2.value_or(of_all.value_or(60s)) / 1s;
    }
    if (const auto* const o = find_named(harmless_option_names, name)) return o->at_first;
    return {};
}

inline std::string errno_name(std::int64_t number) {
    for (const auto& each : errors)
        if (each.number == number) return std::string(each.name);
    return number == 0 ? "" : std::to_string(number);
}

/// Is told once.
inline answer say_error(socket_table& sockets, descriptor& d, const value& wanted) {
    const auto facts = sockets.tcp.look(d.opened);
    std::string_view there;
    if (facts && sockets.tell_error(d, *facts)) there = sockets.errno_of_end(*facts);
    const value& inside = inside_of(wanted);
    if (inside.is_anything()) return answer::of(0);
    const std::string expected = inside.words.empty() ? errno_name(inside.number) : inside.words.front();
    if (expected == there) return answer::of(0);
    return answer::differs("SO_ERROR is " + std::string(there.empty() ? "0" : there) + ", not " +
                           (expected.empty() ? "0" : expected));
}

inline answer say_linger(const descriptor& d, const value& wanted) {
    const value& inside = inside_of(wanted);
    const value *const on = inside.field("onoff"), *const time = inside.field("linger");
    const auto set = d.set.find("SO_LINGER");
    if (on != nullptr)
        if (const answer a = compared("onoff", d.linger.has_value(), *on); a.what != answer::kind::value) return a;
    return time != nullptr ? compared("linger", set != d.set.end() ? set->second : 0, *time) : answer::of(0);
}

/// Fields of it, by name; what a socket without a connection can tell is only its state.
inline answer say_info(const socket_table& sockets, const descriptor& d, const value& wanted) {
    const auto info = sockets.tcp.info(d.opened);
    const bool listens = d.what == descriptor::kind::listening;
    const tcp_info without{.tcpi_state = listens ? state::listen : state::closed};
    for (const value& each : inside_of(wanted).items) {
        if (each.name.empty()) return answer::unsupported("TCP_INFO without names");
        const auto there = number_of_info(each.name, info.value_or(without));
        if (!there) return answer::unsupported(each.name + " by getsockopt");
        if (!info && each.name != "tcpi_state") return answer::differs("there is no connection");
        const answer told = compared(each.name, static_cast<std::int64_t>(*there), each);
        if (told.what != answer::kind::value) return told;
    }
    return answer::of(0);
}

inline answer do_getsockopt(socket_table& sockets, const call& c) {
    descriptor* const d = sockets.find(c);
    if (d == nullptr) return bad_descriptor();
    if (is_of_another_level(c)) return answer::failed("ENOPROTOOPT");
    const std::string name = word_of(argument(c, 2));
    const value& wanted = argument(c, 3);
    if (name == "SO_ERROR") return say_error(sockets, *d, wanted);
    if (name == "TCP_INFO") return say_info(sockets, *d, wanted);
    if (name == "SO_LINGER") return say_linger(*d, wanted);
    if (name == "TCP_CONGESTION") return wanted.is_anything() ? answer::of(0) : is_controlled_by(sockets, wanted.text);
    if (sockets.where.asked.neutral) return answer::of(0);
    const auto there = number_of_option(sockets, *d, name);
    const bool is_buffer = name == "SO_RCVBUF" || name == "SO_SNDBUF";  // of which the composition knows the size
    if (is_buffer && inside_of(wanted).is_anything()) return answer::of(0);
    return there ? compared(name, *there, wanted) : answer::unsupported("the value of " + name);
}

}  // namespace sluice::testing::script
