// SPDX-License-Identifier: MIT
//
// setsockopt and getsockopt of scripts: what the options do to the TCP under test, and what is told of them. Values are
// as Linux gives them.
#pragma once

#include <sluice/testing/script/option_names.hpp>
#include <sluice/testing/script/socket_table.hpp>
#include <sluice/testing/script/tcp_info_names.hpp>

namespace sluice::testing::script {

class socket_option_calls : public socket_table {
protected:
    using socket_table::socket_table;

    /// Each option is of one level; levels and options that are numbers are not judged.
    static bool is_of_another_level(const call& c) {
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

    // ---- setting ----------------------------------------------------------------------------------------------------

    answer do_setsockopt(const call& c) {
        descriptor* const d = find(c);
        if (d == nullptr) return bad_descriptor();
        if (is_of_another_level(c)) return answer::failed("ENOPROTOOPT");
        const std::string name = word_of(argument(c, 2));
        const value& how = argument(c, 3);
        const std::int64_t given = number_inside(how).value_or(0);

        if (const auto* const o = find_named(connection_option_names, name)) return set_number(*d, *o, given);
        if (find_named(harmless_option_names, name) != nullptr) return remember(*d, name, given);
        if (name == "SO_RCVBUF" || name == "SO_SNDBUF" || name == "SO_RCVBUFFORCE" || name == "SO_SNDBUFFORCE")
            return set_buffer(*d, name.substr(0, 9), given);
        if (name == "SO_RCVLOWAT")
            return remember(*d, name, given < 0 ? detail::int_max : std::max<std::int64_t>(given, 1));
        if (name == "SO_RCVTIMEO") return set_limit(d->receive_limit, how);
        if (name == "SO_SNDTIMEO") return set_limit(d->send_limit, how);
        if (name == "SO_LINGER") return set_linger(*d, how);
        if (name == "TCP_MAXSEG") return set_largest_segment(*d, given);
        if (name == "TCP_QUICKACK") return set_quick_ack(*d, given != 0);
        if (name == "TCP_LINGER2") {
            d->own.orphan_fin_wait_2 = std::chrono::seconds(std::clamp<std::int64_t>(given, 0, 120));
            prepare(*d);
            return remember(*d, name, std::clamp<std::int64_t>(given, -1, 120));
        }
        if (name == "TCP_CONGESTION") return is_controlled_by(how.text);
        if (name == "TCP_DEFER_ACCEPT" && given == 0) return answer::of(0);  // what is never deferred
        return answer::unsupported("the option " + name);
    }

    answer set_number(descriptor& d, const connection_option& o, std::int64_t given) {
        if (given < o.least || given > o.most) return answer::failed("EINVAL");
        o.write(d.options, given);
        if (d.what == descriptor::kind::listening) prepare(d);
        if (!tcp_.look(d.opened)) return answer::of(0);
        const auto done = tcp_.set_options(d.opened, d.options, now_);
        return done || done.error() == error::not_open ? answer::of(0) : answer::failed(done.error());
    }
    /// Counts for connections that begin later.
    answer set_buffer(descriptor& d, const std::string& name, std::int64_t given) {
        if (where_.asked.neutral) return answer::of(0);
        const auto size = static_cast<std::uint32_t>(std::clamp<std::int64_t>(given, 1, 1 << 30));
        if (name == "SO_RCVBUF") d.own.receive_buffer = d.own.largest_receive_buffer = size;
        else d.own.send_buffer = d.own.largest_send_buffer = size;
        return remember(d, name,
                        given * (where_.asked.like == profile::linux ? 2 : 1));  // socket(7): room for bookkeeping
    }
    answer set_linger(descriptor& d, const value& how) {
        const value *const on = how.field("onoff"), *const time = how.field("linger");
        if (on == nullptr || time == nullptr) return answer::unsupported("SO_LINGER without onoff and linger");
        d.linger = number(*on) != 0 ? std::optional<duration>(std::chrono::seconds(number(*time))) : std::nullopt;
        return remember(d, "SO_LINGER", number(*time));
    }
    /// Of a call that waits; none by zeros.
    static answer set_limit(duration& limit, const value& how) {
        const value *const seconds = how.field("tv_sec"), *const microseconds = how.field("tv_usec");
        if (seconds == nullptr || microseconds == nullptr)
            return answer::unsupported("a limit without tv_sec and tv_usec");
        limit = std::chrono::seconds(number(*seconds)) + std::chrono::microseconds(number(*microseconds));
        if (limit == duration::zero()) limit = no_time_limit;
        return answer::of(0);
    }
    answer set_largest_segment(descriptor& d, std::int64_t given) {
        if (given != 0 && (given < 88 || given > 32767)) return answer::failed("EINVAL");  // Linux's bounds
        const std::uint32_t headers = where_.ours.address.is_v4() ? 40 : 60;
        if (given == 0) d.own.mtu.reset();
        else d.own.mtu = static_cast<std::uint32_t>(given) + headers;
        return remember(d, "TCP_MAXSEG", given);
    }
    /// Before there is a connection, it is about how that begins.
    answer set_quick_ack(descriptor& d, bool wanted) {
        if (!tcp_.look(d.opened)) {
            if (wanted) d.own.ack_quick_start.reset();
            else d.own.ack_quick_start = 0;
            if (d.what == descriptor::kind::listening) prepare(d);
        } else {
            static_cast<void>(tcp_.quick_ack(d.opened, wanted, now_));
        }
        return remember(d, "TCP_QUICKACK", wanted);
    }
    /// The composition's own is there, and no other.
    answer is_controlled_by(const std::string& name) const {
        const bool is_own = (name == "newreno" ? "reno" : name) == tcp_.congestion();
        return is_own ? answer::of(0) : answer::unsupported("congestion control by " + name);
    }
    static answer remember(descriptor& d, const std::string& name, std::int64_t given) {
        d.set[name] = given;
        return answer::of(0);
    }

    // ---- telling ----------------------------------------------------------------------------------------------------

    answer do_getsockopt(const call& c) {
        descriptor* const d = find(c);
        if (d == nullptr) return bad_descriptor();
        if (is_of_another_level(c)) return answer::failed("ENOPROTOOPT");
        const std::string name = word_of(argument(c, 2));
        const value& wanted = argument(c, 3);
        if (name == "SO_ERROR") return say_error(*d, wanted);
        if (name == "TCP_INFO") return say_info(*d, wanted);
        if (name == "SO_LINGER") return say_linger(*d, wanted);
        if (name == "TCP_CONGESTION") return wanted.is_anything() ? answer::of(0) : is_controlled_by(wanted.text);
        if (where_.asked.neutral) return answer::of(0);
        const auto there = number_of_option(*d, name);
        const bool is_buffer = name == "SO_RCVBUF" || name == "SO_SNDBUF";  // of which the composition knows the size
        if (is_buffer && inside_of(wanted).is_anything()) return answer::of(0);
        return there ? says(name, *there, wanted) : answer::unsupported("the value of " + name);
    }

    std::optional<std::int64_t> number_of_option(const descriptor& d, const std::string& name) const {
        if (const auto* const o = find_named(connection_option_names, name)) return o->read(d.options);
        if (name == "SO_TYPE") return number_of("SOCK_STREAM");
        if (name == "SO_PROTOCOL") return number_of("IPPROTO_TCP");
        if (name == "SO_DOMAIN") return number_of(where_.ours.address.is_v4() ? "AF_INET" : "AF_INET6");
        if (name == "SO_ACCEPTCONN") return d.what == descriptor::kind::listening;
        if (name == "TCP_MAXSEG")
            if (const auto info = tcp_.info(d.opened)) return info->tcpi_snd_mss;
        if (const auto it = d.set.find(name); it != d.set.end()) return it->second;
        if (name == "SO_RCVLOWAT" || name == "SO_SNDLOWAT" || name == "TCP_QUICKACK") return 1;
        if (name == "TCP_DEFER_ACCEPT") return 0;
        if (name == "TCP_MAXSEG") return 536;
        if (name == "TCP_LINGER2") return d.own.orphan_fin_wait_2.value_or(knobs_.orphan_fin_wait_2.value_or(60s)) / 1s;
        if (const auto* const o = find_named(harmless_option_names, name)) return o->at_first;
        return {};
    }

    /// What poll calls readable, and a call that waits is content with.
    static std::size_t least_to_read(const descriptor& d) {
        const auto it = d.set.find("SO_RCVLOWAT");
        return it == d.set.end() ? 1 : static_cast<std::size_t>(it->second);
    }

    /// `wanted` is what the script says of it, [1] or 1.
    static answer says(const std::string& name, std::int64_t there, const value& wanted) {
        const value& inside = inside_of(wanted);
        if (inside.is_anything()) return answer::of(0);
        const auto expected = number_of(inside);
        if (!expected) return answer::unsupported("a value of " + name + " that is not a number");
        if (*expected == there) return answer::of(0);
        return answer::differs(name + " is " + std::to_string(there) + ", not " + std::to_string(*expected));
    }
    static const value& inside_of(const value& v) {
        return v.what == value::kind::list && v.items.size() == 1 ? v.items[0] : v;
    }

    /// Is told once.
    answer say_error(descriptor& d, const value& wanted) {
        const auto facts = tcp_.look(d.opened);
        std::string_view there;
        if (facts && tell_error(d, *facts)) there = errno_of_end(*facts);
        const value& inside = inside_of(wanted);
        if (inside.is_anything()) return answer::of(0);
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

    static answer say_linger(const descriptor& d, const value& wanted) {
        const value& inside = inside_of(wanted);
        const value *const on = inside.field("onoff"), *const time = inside.field("linger");
        const auto set = d.set.find("SO_LINGER");
        if (on != nullptr)
            if (const answer a = says("onoff", d.linger.has_value(), *on); a.what != answer::kind::value) return a;
        return time != nullptr ? says("linger", set != d.set.end() ? set->second : 0, *time) : answer::of(0);
    }

    /// Fields of it, by name; what a socket without a connection can tell is only its state.
    answer say_info(const descriptor& d, const value& wanted) {
        const auto info = tcp_.info(d.opened);
        const bool listens = d.what == descriptor::kind::listening;
        const tcp_info without{.tcpi_state = listens ? state::listen : state::closed};
        for (const value& each : inside_of(wanted).items) {
            if (each.name.empty()) return answer::unsupported("TCP_INFO without names");
            const auto there = number_of_info(each.name, info.value_or(without));
            if (!there) return answer::unsupported(each.name + " by getsockopt");
            if (!info && each.name != "tcpi_state") return answer::differs("there is no connection");
            const answer compared = says(each.name, static_cast<std::int64_t>(*there), each);
            if (compared.what != answer::kind::value) return compared;
        }
        return answer::of(0);
    }
};

}  // namespace sluice::testing::script
