// SPDX-License-Identifier: MIT
//
// The words of scripts that stand for numbers: errno's names, flags, levels and options of sockets, states of tcp_info.
// Numbers are Linux's; where a script compares them, it compares them with each other.
#pragma once

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <sluice/host/error.hpp>
#include <sluice/testing/script/syntax.hpp>

namespace sluice::testing::script {

struct named_number {
    std::string_view name;
    std::int64_t number;
};

// clang-format off
inline constexpr std::array known_numbers = std::to_array<named_number>({
    {"AF_UNSPEC", 0}, {"AF_UNIX", 1}, {"AF_INET", 2}, {"AF_INET6", 10}, {"PF_INET", 2}, {"PF_INET6", 10},
    {"SOCK_STREAM", 1}, {"SOCK_DGRAM", 2}, {"SOCK_RAW", 3}, {"SOCK_SEQPACKET", 5},
    {"SOCK_NONBLOCK", 04000}, {"SOCK_CLOEXEC", 02000000},
    {"IPPROTO_IP", 0}, {"IPPROTO_ICMP", 1}, {"IPPROTO_TCP", 6}, {"IPPROTO_UDP", 17}, {"IPPROTO_IPV6", 41},
    {"IPPROTO_ICMPV6", 58}, {"IPPROTO_SCTP", 132}, {"IPPROTO_UDPLITE", 136}, {"IPPROTO_MPTCP", 262},
    {"SOL_SOCKET", 1}, {"SOL_TCP", 6}, {"SOL_IP", 0}, {"SOL_IPV6", 41},
    {"F_DUPFD", 0}, {"F_GETFD", 1}, {"F_SETFD", 2}, {"F_GETFL", 3}, {"F_SETFL", 4}, {"FD_CLOEXEC", 1},
    {"O_RDONLY", 0}, {"O_WRONLY", 1}, {"O_RDWR", 2}, {"O_ACCMODE", 3}, {"O_APPEND", 02000}, {"O_NONBLOCK", 04000},
    {"O_NDELAY", 04000}, {"O_ASYNC", 020000}, {"O_CLOEXEC", 02000000},
    {"SHUT_RD", 0}, {"SHUT_WR", 1}, {"SHUT_RDWR", 2},
    {"MSG_OOB", 1}, {"MSG_PEEK", 2}, {"MSG_TRUNC", 0x20}, {"MSG_DONTWAIT", 0x40}, {"MSG_EOR", 0x80}, {"MSG_WAITALL", 0x100},
    {"MSG_ERRQUEUE", 0x2000}, {"MSG_NOSIGNAL", 0x4000}, {"MSG_MORE", 0x8000},
    {"MSG_ZEROCOPY", 0x4000000}, {"MSG_FASTOPEN", 0x20000000},
    {"POLLIN", 1}, {"POLLPRI", 2}, {"POLLOUT", 4}, {"POLLERR", 8}, {"POLLHUP", 0x10}, {"POLLNVAL", 0x20},
    {"POLLRDNORM", 0x40}, {"POLLRDBAND", 0x80}, {"POLLWRNORM", 0x100}, {"POLLWRBAND", 0x200}, {"POLLMSG", 0x400},
    {"POLLREMOVE", 0x1000}, {"POLLRDHUP", 0x2000},
    {"TCP_ESTABLISHED", 1}, {"TCP_SYN_SENT", 2}, {"TCP_SYN_RECV", 3}, {"TCP_FIN_WAIT1", 4}, {"TCP_FIN_WAIT2", 5},
    {"TCP_TIME_WAIT", 6}, {"TCP_CLOSE", 7}, {"TCP_CLOSE_WAIT", 8}, {"TCP_LAST_ACK", 9}, {"TCP_LISTEN", 10},
    {"TCP_CLOSING", 11}, {"TCP_NEW_SYN_RECV", 12},
    {"TCP_CA_Open", 0}, {"TCP_CA_Disorder", 1}, {"TCP_CA_CWR", 2}, {"TCP_CA_Recovery", 3}, {"TCP_CA_Loss", 4},
    {"TCP_CA_OPEN", 0}, {"TCP_CA_DISORDER", 1}, {"TCP_CA_RECOVERY", 3}, {"TCP_CA_LOSS", 4},
    {"TCPI_OPT_TIMESTAMPS", 1}, {"TCPI_OPT_SACK", 2}, {"TCPI_OPT_WSCALE", 4}, {"TCPI_OPT_ECN", 8},
    {"TCPI_OPT_ECN_SEEN", 16}, {"TCPI_OPT_SYN_DATA", 32}, {"TCP_INFINITE_SSTHRESH", 0x7fffffff},
    {"INADDR_ANY", 0}, {"INADDR_LOOPBACK", 0x7f000001}, {"NULL", 0},
});

/// POSIX's, with what each says.
struct named_error {
    std::string_view name;
    int number;
    std::string_view says;
};
inline constexpr std::array errors = std::to_array<named_error>({
    {"EAGAIN", EAGAIN, "Resource temporarily unavailable"},
    {"EWOULDBLOCK", EWOULDBLOCK, "Resource temporarily unavailable"},
    {"EINPROGRESS", EINPROGRESS, "Operation now in progress"},
    {"EALREADY", EALREADY, "Operation already in progress"},
    {"ECONNREFUSED", ECONNREFUSED, "Connection refused"},
    {"ECONNRESET", ECONNRESET, "Connection reset by peer"},
    {"ECONNABORTED", ECONNABORTED, "Software caused connection abort"},
    {"ETIMEDOUT", ETIMEDOUT, "Connection timed out"},
    {"ENOTCONN", ENOTCONN, "Transport endpoint is not connected"},
    {"EISCONN", EISCONN, "Transport endpoint is already connected"},
    {"EPIPE", EPIPE, "Broken pipe"},
    {"EINVAL", EINVAL, "Invalid argument"},
    {"EBADF", EBADF, "Bad file descriptor"},
    {"EOPNOTSUPP", EOPNOTSUPP, "Operation not supported"},
    {"EADDRINUSE", EADDRINUSE, "Address already in use"},
    {"EADDRNOTAVAIL", EADDRNOTAVAIL, "Cannot assign requested address"},
    {"EDESTADDRREQ", EDESTADDRREQ, "Destination address required"},
    {"ENOBUFS", ENOBUFS, "No buffer space available"},
    {"ENOPROTOOPT", ENOPROTOOPT, "Protocol not available"},
    {"EHOSTUNREACH", EHOSTUNREACH, "No route to host"},
    {"ENETUNREACH", ENETUNREACH, "Network is unreachable"},
    {"EMSGSIZE", EMSGSIZE, "Message too long"},
    {"EPROTO", EPROTO, "Protocol error"},
    {"EDEADLK", EDEADLK, "Resource deadlock avoided"},
    {"ENOMEM", ENOMEM, "Cannot allocate memory"},
    {"EINTR", EINTR, "Interrupted system call"},
    {"EFAULT", EFAULT, "Bad address"},
    {"EPERM", EPERM, "Operation not permitted"},
    {"ENOTSOCK", ENOTSOCK, "Socket operation on non-socket"},
    {"EAFNOSUPPORT", EAFNOSUPPORT, "Address family not supported by protocol"},
});
// clang-format on

inline std::optional<std::int64_t> number_of(std::string_view name) {
    for (const auto& known : known_numbers)
        if (known.name == name) return known.number;
    return {};
}

/// What a number or or'ed names come to; nothing for a name that is not known, or for another kind of value.
inline std::optional<std::int64_t> number_of(const value& v) {
    if (v.what != value::kind::number && v.what != value::kind::word) return {};
    std::int64_t out = v.number;
    for (const std::string& word : v.words) {
        const auto known = number_of(word);
        if (!known) return {};
        out |= *known;
    }
    return out;
}

/// The first word that stands for nothing, here or in lists; in structures who looks for a field says what it may be.
inline std::optional<std::string> unknown_word(const value& v) {
    const auto is_known = [](const std::string& word) {
        const auto has_name = [&](const named_error& e) { return e.name == word; };
        return number_of(word) || std::any_of(errors.begin(), errors.end(), has_name);
    };
    if (v.what == value::kind::word)
        for (const std::string& word : v.words)
            if (!is_known(word)) return word;
    if (v.what == value::kind::list)
        for (const value& each : v.items)
            if (const auto word = unknown_word(each)) return word;
    return {};
}

/// `POLLIN|POLLHUP`: bits by the names that begin so.
inline std::string names_of_bits(std::int64_t bits, std::string_view beginning) {
    std::string out;
    for (const auto& [name, number] : known_numbers)
        if (name.starts_with(beginning) && (bits & number) != 0) out += (out.empty() ? "" : "|") + std::string(name);
    return out.empty() ? std::to_string(bits) : out;
}

/// The name of the errno that a call gives for an error of ours (host/error.hpp).
inline std::string_view errno_of(error e) {
    for (const named_error& each : errors)
        if (each.number == static_cast<int>(to_errc(e))) return each.name;
    return "";
}

}  // namespace sluice::testing::script
