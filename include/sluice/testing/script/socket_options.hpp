// SPDX-License-Identifier: MIT
//
// setsockopt and getsockopt of scripts: options by their names, and what they do to the TCP under test.
#pragma once

#include <sluice/testing/script/socket_table.hpp>

namespace sluice::testing::script {

class socket_option_calls : public socket_table {
protected:
    using socket_table::socket_table;

    answer do_setsockopt(const call& c) {
        descriptor* const d = find(c);
        if (d == nullptr) return bad_descriptor();
        const value& which = argument(c, 2);
        const std::string name = which.words.empty() ? "of a number" : which.words.front();
        const value& how = argument(c, 3);
        const auto given = number_inside(how);
        connection_options& o = d->options;
        const auto seconds = [&] { return std::chrono::seconds(given.value_or(0)); };

        for (const char* harmless : {"SO_REUSEADDR", "SO_REUSEPORT", "SO_PRIORITY", "SO_MARK", "SO_OOBINLINE", "SO_DEBUG",
                                     "SO_DONTROUTE", "IPV6_V6ONLY", "SO_INCOMING_CPU", "TCP_FUNCTION_BLK", "IP_MTU_DISCOVER", "IPV6_MTU_DISCOVER"})
            if (name == harmless) return remember(*d, name, given);
        if (name == "SO_RCVBUF" || name == "SO_SNDBUF" || name == "SO_RCVBUFFORCE" || name == "SO_SNDBUFFORCE") {
            if (where_.accepts_whatever) return remember(*d, name, given);
            const auto size = static_cast<std::uint32_t>(std::clamp<std::int64_t>(given.value_or(0), 1, 1 << 30));
            if (name.starts_with("SO_RCV")) d->own.receive_buffer = d->own.largest_receive_buffer = size;
            else d->own.send_buffer = d->own.largest_send_buffer = size;
            return remember(*d, name, given);
        }
        if (name == "SO_LINGER") {
            const value *const on = how.field("onoff"), *const time = how.field("linger");
            if (on == nullptr || time == nullptr) return answer::unsupported("SO_LINGER without onoff and linger");
            d->linger = number(*on) != 0 ? std::optional<duration>(std::chrono::seconds(number(*time))) : std::nullopt;
            return answer::of(0);
        }
        if (name == "TCP_MAXSEG") {
            const std::uint32_t headers = where_.ours.address.is_v4() ? 40 : 60;
            d->own.mtu = static_cast<std::uint32_t>(std::clamp<std::int64_t>(given.value_or(536), 28, 65000)) + headers;
            return remember(*d, name, given);
        }
        if (name == "TCP_CONGESTION") {
            const std::string wanted = how.text == "newreno" ? "reno" : how.text;
            return wanted == tcp_.congestion() ? answer::of(0) : answer::unsupported("congestion control by " + how.text);
        }
        if (name == "TCP_LINGER2") {
            d->own.orphan_fin_wait_2 = seconds();
            prepare(*d);
            return remember(*d, name, given);
        }
        if (name == "TCP_NODELAY") o.nagle = given.value_or(0) == 0;
        else if (name == "TCP_CORK") o.cork = given.value_or(0) != 0;
        else if (name == "SO_KEEPALIVE") o.keep_alive = given.value_or(0) != 0;
        else if (name == "TCP_KEEPIDLE") o.keep_alive_idle = seconds();
        else if (name == "TCP_KEEPINTVL") o.keep_alive_interval = seconds();
        else if (name == "TCP_KEEPCNT") o.keep_alive_tries = static_cast<std::uint8_t>(given.value_or(0));
        else if (name == "TCP_USER_TIMEOUT") {
            if (given.value_or(0) == 0) o.user_timeout.reset();
            else o.user_timeout = std::chrono::milliseconds(*given);
        } else if (name == "IP_TTL" || name == "IPV6_UNICAST_HOPS") o.hop_limit = static_cast<std::uint8_t>(given.value_or(64));
        else if (name == "IP_TOS" || name == "IPV6_TCLASS") o.dscp = static_cast<std::uint8_t>(given.value_or(0) >> 2);
        else return answer::unsupported("the option " + name);
        remember(*d, name, given);
        if (!tcp_.look(d->opened)) return answer::of(0);
        const auto done = tcp_.set_options(d->opened, o, now_);
        return done || done.error() == error::not_open ? answer::of(0) : answer::failed(done.error());
    }
    static answer remember(descriptor& d, const std::string& name, std::optional<std::int64_t> given) {
        d.set[name] = given.value_or(0);
        return answer::of(0);
    }

    answer do_getsockopt(const call& c) {
        descriptor* const d = find(c);
        if (d == nullptr) return bad_descriptor();
        const value& which = argument(c, 2);
        const std::string name = which.words.empty() ? "of a number" : which.words.front();
        const value& wanted = argument(c, 3);
        if (name == "SO_ERROR") return say_error(*d, wanted);
        if (name == "TCP_INFO") {
            if (wanted.is_anything()) return answer::of(0);
            return answer::unsupported("TCP_INFO by getsockopt");
        }
        const auto expected = number_inside(wanted);
        if (!expected || where_.accepts_whatever) return answer::of(0);
        std::int64_t there = 0;
        const auto facts = tcp_.look(d->opened);
        if (name == "TCP_MAXSEG" && facts) {
            const auto info = tcp_.info(d->opened);
            there = info ? info->tcpi_snd_mss : 0;
        } else if (name == "TCP_NODELAY") {
            there = d->options.nagle ? 0 : 1;
        } else if (const auto it = d->set.find(name); it != d->set.end()) {
            there = it->second;
        } else {
            return answer::unsupported("the value of " + name);
        }
        if (there == *expected) return answer::of(0);
        return answer::differs(name + " is " + std::to_string(there) + ", not " + std::to_string(*expected));
    }

    answer say_error(descriptor& d, const value& wanted) {
        const auto facts = tcp_.look(d.opened);
        std::string_view there;
        if (facts) {
            if (const auto told = tell_error(d, *facts)) there = errno_of(facts->error);
            if (d.what == descriptor::kind::connecting && has_opened(*facts)) d.what = descriptor::kind::open;
        }
        if (wanted.is_anything()) return answer::of(0);
        const value& inside = wanted.what == value::kind::list && wanted.items.size() == 1 ? wanted.items[0] : wanted;
        const std::string expected = inside.words.empty() ? name_of(inside.number) : inside.words.front();
        if (expected == there) return answer::of(0);
        return answer::differs("SO_ERROR is " + std::string(there.empty() ? "0" : there) + ", not " +
                               (expected.empty() ? "0" : expected));
    }
    static std::string name_of(std::int64_t number) {
        for (const auto& each : errors)
            if (each.number == number) return std::string(each.name);
        return number == 0 ? "" : std::to_string(number);
    }
};

}  // namespace sluice::testing::script
