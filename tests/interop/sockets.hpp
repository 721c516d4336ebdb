// SPDX-License-Identifier: MIT
// What the programs of the interop tests have in common: sockets of the kernel's, each call bounded by a deadline, and
// what became of it in one word.
#pragma once

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace interop {

inline constexpr int patience = 20;  // seconds for any one call

/// "EOF", or the error's name.
inline std::string word(int number) {
    if (number == EAGAIN) return "too late";
    const char* const name = number == 0 ? "EOF" : ::strerrorname_np(number);
    return name != nullptr ? name : std::to_string(number);
}

[[noreturn]] inline void give_up(const char* what) {
    std::perror(what);
    std::exit(1);
}

struct address {
    sockaddr_storage storage{};
    socklen_t length = 0;
    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

/// Numeric, of either family.
inline address read_address(const char* host, const char* port) {
    addrinfo wanted{}, *found = nullptr;
    wanted.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    wanted.ai_socktype = SOCK_STREAM;
    if (::getaddrinfo(host, port, &wanted, &found) != 0) give_up(host);
    address out;
    std::memcpy(&out.storage, found->ai_addr, found->ai_addrlen);
    out.length = found->ai_addrlen;
    ::freeaddrinfo(found);
    return out;
}

inline void be_patient(int socket) {
    const timeval limit{patience, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

/// Of both families; says "up" to who waits for that.
inline int listen_on(const char* port, int type = SOCK_STREAM) {
    const int socket = ::socket(AF_INET6, type, 0), on = 1, off = 0;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    ::setsockopt(socket, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    const address any = read_address("::", port);
    if (::bind(socket, any.get(), any.length) != 0) give_up("bind");
    if (type == SOCK_STREAM && ::listen(socket, 4096) != 0) give_up("listen");
    std::fprintf(stderr, "up\n");
    return socket;
}

/// As many as are allowed.
inline void raise_limit_of_descriptors() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

inline void say(const std::string& line) {
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
}

}  // namespace interop
