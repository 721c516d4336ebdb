// SPDX-License-Identifier: MIT
//
// The calls of Berkeley sockets as scripts use them, on the TCP under test: blocking or not, errors that are told once.
// A call that has to wait says so; whoever runs the script asks again. Here stands which calls there are.
#pragma once

#include <array>

#include <sluice/testing/script/socket_lifetime_calls.hpp>
#include <sluice/testing/script/socket_options.hpp>
#include <sluice/testing/script/socket_state_calls.hpp>
#include <sluice/testing/script/socket_transfer_calls.hpp>

namespace sluice::testing::script {

struct socket_call {
    std::string_view name;
    std::size_t least, most;  // arguments
    answer (*perform)(socket_table&, const call&);
};

// clang-format off
inline constexpr std::array socket_calls = std::to_array<socket_call>({
    {"socket",     3, 3, do_socket},     {"bind",       3, 3, do_bind},
    {"listen",     2, 2, do_listen},     {"connect",    3, 3, do_connect},
    {"accept",     3, 3, do_accept},     {"accept4",    4, 4, do_accept},
    {"read",       3, 3, do_read},       {"write",      3, 3, do_write},
    {"recv",       4, 4, do_read},       {"send",       4, 4, do_write},
    {"recvfrom",   6, 6, do_read},       {"sendto",     6, 6, do_write},
    {"readv",      3, 3, do_readv},      {"writev",     3, 3, do_writev},
    {"recvmsg",    3, 3, do_recvmsg},    {"sendmsg",    3, 3, do_sendmsg},
    {"setsockopt", 5, 5, do_setsockopt}, {"getsockopt", 5, 5, do_getsockopt},
    {"fcntl",      2, 3, do_fcntl},      {"ioctl",      2, 3, do_ioctl},
    {"shutdown",   2, 2, do_shutdown},   {"close",      1, 1, do_close},
    {"poll",       3, 3, do_poll},
});
// clang-format on

/// What names an option or a request is looked up by who does the call.
inline std::optional<std::string> unknown_word_in(const call& c) {
    const std::size_t looked_up = c.name.ends_with("sockopt") ? 2 : c.name == "ioctl" ? 1 : c.arguments.size();
    for (std::size_t i = 0; i < c.arguments.size(); ++i)
        if (const auto word = unknown_word(c.arguments[i]); word && i != looked_up) return word;
    return unknown_word(c.result);
}

/// Does the call, or goes on with it. `began` is when it was made.
inline answer perform(socket_table& sockets, const call& c, instant now, instant began) {
    const socket_call* const known = find_named(socket_calls, c.name);
    if (known == nullptr) return answer::unsupported("the call " + c.name);
    if (const std::size_t count = c.arguments.size(); count < known->least || count > known->most)
        return answer::differs("arguments of " + c.name + ": " + std::to_string(count) + ", not " +
                               std::to_string(known->least) +
                               (known->least < known->most ? " to " + std::to_string(known->most) : ""));
    if (const auto word = unknown_word_in(c)) return answer::unsupported("the name " + *word);
    sockets.now = now;
    sockets.began = began;
    return known->perform(sockets, c);
}

}  // namespace sluice::testing::script
