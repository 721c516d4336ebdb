// SPDX-License-Identifier: MIT
// A TCP socket of this machine's kernel whose calls are awaited where they would block. What fails says so by errno.
#pragma once

#include <sluice/io/reactor.hpp>
#include <sluice/io/socket_name.hpp>

#include <cerrno>

#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>

namespace gateway {

/// An address that stands for the gateway's own machine inside, as other user-space NATs have it: nobody else would be
/// allowed to name a loopback in a packet (RFC 1122 section 3.2.1.3). Unspecified: none does.
struct machine_alias {
    ip_address address{};

    socket_address outside(const socket_address& server) const {
        if (address.is_unspecified() || server.address != address) return server;
        return {address.is_v4() ? ip_address::v4(127, 0, 0, 1) : ip_address::v6({0, 0, 0, 0, 0, 0, 0, 1}), server.port};
    }
};

using namespace sluice;

class kernel_socket {
public:
    /// 0, or why there is no connection.
    task<int> connect(io::reactor& at, socket_address to) {
        socket_ = io::descriptor(::socket(to.address.is_v4() ? AF_INET : AF_INET6,
                                          SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        if (!socket_) co_return errno;
        set(IPPROTO_TCP, TCP_NODELAY);  // Nagle's algorithm is for who writes, not for who passes on
        set(SOL_SOCKET, SO_KEEPALIVE);
        const io::socket_name name(to);
        const auto is_under_way = [&] {
            const bool is_done = ::connect(socket_.number(), name.address(), name.length()) == 0 || errno == EISCONN;
            if (is_done) errno = 0;
            return errno == EINPROGRESS || errno == EALREADY;
        };
        if (!is_under_way() && errno != 0) co_return errno;
        auto watching = io::watched::add(at, socket_.number());
        if (!watching) co_return watching.why().number;
        watched_ = *std::move(watching);
        errno = 0;
        while (is_under_way()) co_await watched_.writable();
        co_return errno;
    }

    /// As read(2) and send(2): a negative number when there is nothing now, or something went wrong.
    ssize_t read(mutable_octets place) { return ::recv(socket_.number(), place.data(), place.size(), 0); }
    ssize_t write(octets text) { return ::send(socket_.number(), text.data(), text.size(), MSG_NOSIGNAL); }
    auto readable() { return watched_.readable(); }
    auto writable() { return watched_.writable(); }

    /// The other side reads an end of file behind what was written.
    void shutdown() { ::shutdown(socket_.number(), SHUT_WR); }
    /// Octets that were written and have not left yet.
    int unsent() const {
        int out = 0;
        return ::ioctl(socket_.number(), SIOCOUTQNSD, &out) == 0 ? out : 0;
    }
    /// The other side hears a RST, and who waits here wakes up: that is what disconnecting does (connect(2)).
    void reset() {
        sockaddr nobody{};
        nobody.sa_family = AF_UNSPEC;
        ::connect(socket_.number(), &nobody, sizeof nobody);
    }

    /// What has gone wrong without a call that said so, or 0.
    int error() const {
        int out = 0;
        socklen_t length = sizeof out;
        ::getsockopt(socket_.number(), SOL_SOCKET, SO_ERROR, &out, &length);
        return out;
    }

private:
    void set(int level, int name) {
        const int on = 1;
        ::setsockopt(socket_.number(), level, name, &on, sizeof on);
    }

    io::descriptor socket_;
    io::watched watched_;  // goes before the descriptor is closed
};

inline bool would_block(int why) { return why == EAGAIN || why == EINTR; }

}  // namespace gateway
