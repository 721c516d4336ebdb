// SPDX-License-Identifier: MIT
//
// How the arguments of calls are read, and compared with what is there: a number may be a name, and stand alone or in
// brackets. Knows nothing of sockets.
#pragma once

#include <optional>
#include <string>

#include <sluice/testing/script/answer.hpp>

namespace sluice::testing::script {

inline const value& argument(const call& c, std::size_t i) {
    static const value nothing;
    return i < c.arguments.size() ? c.arguments[i] : nothing;
}

inline std::int64_t number_or(const value& v, std::int64_t otherwise = 0) { return number_of(v).value_or(otherwise); }

/// What an option, a request or a command is named by: its name, or a number's digits.
inline std::string word_of(const value& v) { return v.words.empty() ? std::to_string(v.number) : v.words.front(); }

/// `[1]`, or 1.
inline std::optional<std::int64_t> number_inside(const value& v) {
    if (v.what == value::kind::list) return v.items.size() == 1 ? number_of(v.items[0]) : std::nullopt;
    return number_of(v);
}
inline const value& inside_of(const value& v) {
    return v.what == value::kind::list && v.items.size() == 1 ? v.items[0] : v;
}

inline std::int64_t flags_of(const call& c) {
    const bool is_message = c.name == "recvmsg" || c.name == "sendmsg";
    if (!is_message && c.name != "recv" && c.name != "send" && c.name != "recvfrom" && c.name != "sendto") return 0;
    return number_or(argument(c, is_message ? 2 : 3));
}
inline bool asks_not_to_wait(const call& c) { return (flags_of(c) & *number_of("MSG_DONTWAIT")) != 0; }

/// A list's length that is written twice, by itself and beside it.
inline std::optional<answer> wrong_count(const call& c, const value& list, const value& count) {
    const auto said = number_of(count);
    if (list.what != value::kind::list || !said || *said == static_cast<std::int64_t>(list.items.size())) return {};
    return answer::differs(c.name + " of " + std::to_string(*said) + ", but the list has " +
                           std::to_string(list.items.size()));
}

/// `wanted` is what the script says of it, [1] or 1.
inline answer compared(const std::string& name, std::int64_t there, const value& wanted) {
    const value& inside = inside_of(wanted);
    if (inside.is_anything()) return answer::of(0);
    const auto expected = number_of(inside);
    if (!expected) return answer::unsupported("a value of " + name + " that is not a number");
    if (*expected == there) return answer::of(0);
    return answer::differs(name + " is " + std::to_string(there) + ", not " + std::to_string(*expected));
}

/// The port of `{sa_family=…, sin_port=htons(8080), …}`; of `...` there is none.
inline std::optional<std::uint16_t> port_of(const value& v) {
    for (const char* name : {"sin_port", "sin6_port"})
        if (const value* port = v.field(name)) {
            const value& inner = port->what == value::kind::call && !port->items.empty() ? port->items[0] : *port;
            return static_cast<std::uint16_t>(number_or(inner));
        }
    return {};
}

/// Of an iovec: `[{..., 1000}, {..., 500}]`.
inline std::int64_t length_of(const value& vector) {
    std::int64_t sum = 0;
    for (const value& each : vector.items)
        if (!each.items.empty()) sum += number_or(each.items.back());
    return sum;
}

}  // namespace sluice::testing::script
