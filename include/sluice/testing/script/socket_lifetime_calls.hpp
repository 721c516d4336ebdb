// SPDX-License-Identifier: MIT
//
// How the sockets of scripts begin and end: socket, bind, listen, accept, connect, shutdown and close. Errors are those
// of the system that the script is run like.
#pragma once

#include <algorithm>
#include <utility>

#include <sluice/testing/script/socket_table.hpp>

namespace sluice::testing::script {

// ---- opening --------------------------------------------------------------------------------------------------------

/// Of a descriptor: what the script expects; where it expects an error, or anything, the next.
inline std::int64_t new_number(socket_table& sockets, const call& c) {
    const std::int64_t fd = c.result.is_number() && c.result.number >= 0 ? c.result.number : sockets.next_fd;
    sockets.next_fd = std::max(sockets.next_fd, fd + 1);
    return fd;
}
inline answer is_open_already(std::int64_t fd) { return answer::differs(std::to_string(fd) + " is open already"); }

inline answer do_socket(socket_table& sockets, const call& c) {
    const std::int64_t type = number_or(argument(c, 1)), protocol = number_or(argument(c, 2));
    if ((type & 0xf) != *number_of("SOCK_STREAM")) return answer::unsupported("a socket that is not SOCK_STREAM");
    if (protocol != 0 && protocol != *number_of("IPPROTO_TCP"))
        return answer::unsupported("a protocol that is not TCP");
    const std::int64_t fd = new_number(sockets, c);
    if (sockets.descriptors.contains(fd)) return is_open_already(fd);
    descriptor& d = sockets.descriptors[fd];
    d.is_nonblocking = (type & *number_of("SOCK_NONBLOCK")) != 0;
    d.options = sockets.tcp.options_of_new();
    return answer::of(fd);
}

inline answer do_bind(socket_table& sockets, const call& c) {
    descriptor* const d = sockets.find(c);
    if (d == nullptr) return bad_descriptor();
    if (d->port != 0 || d->what != descriptor::kind::fresh) return answer::failed("EINVAL");
    d->port = port_of(argument(c, 1)).value_or(sockets.where.ours.port);
    if (d->port == 0) d->port = sockets.where.ours.port;
    return answer::of(0);
}

inline answer do_listen(socket_table& sockets, const call& c) {
    descriptor* const d = sockets.find(c);
    if (d == nullptr) return bad_descriptor();
    if (d->what == descriptor::kind::listening) {  // another backlog is not taken
        sockets.conversations.await_peer(d->port);
        return answer::of(0);
    }
    if (d->what != descriptor::kind::fresh) return answer::failed("EINVAL");
    if (d->port == 0) d->port = sockets.where.ours.port;
    sockets.prepare(*d);
    const auto backlog = static_cast<std::uint32_t>(std::clamp<std::int64_t>(number_or(argument(c, 1), 1), 1, 4096));
    const auto l = sockets.tcp.listen({sockets.where.ours.address, d->port}, backlog, sockets.now);
    if (!l) return l.error() == error::already_open ? answer::failed("EADDRINUSE") : answer::failed(l.error());
    d->what = descriptor::kind::listening;
    d->opened = *l;
    sockets.conversations.await_peer(d->port);
    return answer::of(0);
}

inline answer do_accept(socket_table& sockets, const call& c) {
    descriptor* const l = sockets.find(c);
    if (l == nullptr) return bad_descriptor();
    if (l->what != descriptor::kind::listening) return answer::failed("EINVAL");
    const auto got = sockets.tcp.accept(l->opened, sockets.now);
    if (!got)
        return got.error() == error::would_block ? sockets.wait_or(*l, c, "EAGAIN", l->receive_limit)
                                                 : answer::failed(got.error());
    const std::int64_t fd = new_number(sockets, c);
    if (sockets.descriptors.contains(fd)) return is_open_already(fd);
    descriptor& d = sockets.descriptors[fd] = *l;  // what was set on the listener is handed down
    d.what = descriptor::kind::open;
    d.opened = *got;
    if (!sockets.is_like(profile::freebsd)) d.is_nonblocking = false;  // accept(2)
    if (c.name == "accept4") d.is_nonblocking = (number_or(argument(c, 3)) & *number_of("SOCK_NONBLOCK")) != 0;
    if (const auto facts = sockets.tcp.look(*got)) d.conversation = sockets.conversations.index_of(facts->remote);
    sockets.latest_opened = fd;
    return answer::of(fd);
}

inline std::optional<answer> begin_to_connect(socket_table& sockets, const call& c, descriptor& d) {
    if (d.what == descriptor::kind::failed) static_cast<void>(sockets.tcp.close(d.opened, sockets.now));
    sockets.prepare(d);
    const scene& where = sockets.where;
    const socket_address theirs{where.theirs.address, port_of(argument(c, 1)).value_or(where.theirs.port)};
    const auto made = sockets.tcp.connect({where.ours.address, d.port}, theirs, sockets.now);
    if (!made)
        return answer::failed(made.error() == error::already_open ? "EADDRNOTAVAIL" : errno_of(made.error()));
    d.opened = *made;
    d.what = descriptor::kind::connecting;
    d.has_told_error = false;
    d.conversation = sockets.conversations.begin(sockets.tcp.look(*made)->local, theirs);
    sockets.latest_opened = c.arguments[0].number;
    return {};
}

inline answer do_connect(socket_table& sockets, const call& c) {
    descriptor* const d = sockets.find(c);
    if (d == nullptr) return bad_descriptor();
    using kind = descriptor::kind;
    if (d->what == kind::open || d->what == kind::listening) return answer::failed("EISCONN");
    if (d->what != kind::connecting) {
        if (const auto failed = begin_to_connect(sockets, c, *d)) return *failed;
        if (d->is_nonblocking) return answer::failed("EINPROGRESS");
    }
    const auto facts = sockets.tcp.look(d->opened);
    if (!facts) return bad_descriptor();
    if (facts->state == state::closed) {
        d->what = kind::failed;
        return sockets.tell_error(*d, *facts).value_or(answer::failed("ECONNABORTED"));
    }
    if (has_opened(*facts)) {
        d->what = kind::open;
        return answer::of(0);
    }
    return sockets.wait_or(*d, c, d->is_nonblocking ? "EALREADY" : "EINPROGRESS", d->send_limit);
}

// ---- ending ---------------------------------------------------------------------------------------------------------

/// What linger waits for: all that was sent, the FIN too, is acknowledged; unless text came that nobody will read.
inline bool is_draining(socket_table& sockets, const descriptor& d) {
    using enum state;
    const auto facts = sockets.tcp.look(d.opened);
    if (!facts || facts->readable > 0) return false;
    return facts->state != fin_wait_2 && facts->state != time_wait && facts->state != closed;
}

inline answer do_close(socket_table& sockets, const call& c) {
    descriptor* const d = sockets.find(c);
    if (d == nullptr) return bad_descriptor();
    if (d->what != descriptor::kind::fresh) {
        bool resets = d->linger == duration::zero() && d->what != descriptor::kind::listening;
        if (d->linger > duration::zero() && !d->is_nonblocking) {
            if (!std::exchange(d->is_closing, true)) static_cast<void>(sockets.tcp.shutdown(d->opened, sockets.now));
            const bool drains = is_draining(sockets, *d);
            if (drains && sockets.now < sockets.began + *d->linger) return answer::waiting(sockets.began + *d->linger);
            resets = drains && sockets.is_like(profile::sluice);  // kernels let the connection finish
        }
        static_cast<void>(resets ? sockets.tcp.abort(d->opened, sockets.now)
                                 : sockets.tcp.close(d->opened, sockets.now));
    }
    sockets.descriptors.erase(c.arguments[0].number);
    return answer::of(0);
}

inline answer do_shutdown(socket_table& sockets, const call& c) {
    descriptor* const d = sockets.find(c);
    if (d == nullptr) return bad_descriptor();
    const std::int64_t how = number_or(argument(c, 1));
    if (how < *number_of("SHUT_RD") || how > *number_of("SHUT_RDWR")) return answer::failed("EINVAL");
    if (d->what == descriptor::kind::fresh) return answer::failed("ENOTCONN");
    if (d->what == descriptor::kind::listening) return answer::unsupported("shutdown of a socket that listens");
    const auto facts = sockets.tcp.look(d->opened);
    if (!facts) return bad_descriptor();
    const bool is_gone = sockets.is_like(profile::linux) && facts->state == state::time_wait;  // a record is left
    if (facts->state == state::closed || is_gone) return answer::failed("ENOTCONN");
    if (how != *number_of("SHUT_WR")) d->reads_no_more = true;
    if (how != *number_of("SHUT_RD")) {
        d->writes_no_more = true;
        if (const auto done = sockets.tcp.shutdown(d->opened, sockets.now); !done && done.error() != error::closing)
            return answer::failed(done.error());
    }
    return answer::of(0);
}

}  // namespace sluice::testing::script
