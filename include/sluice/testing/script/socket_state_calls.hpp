// SPDX-License-Identifier: MIT
//
// fcntl, ioctl and poll of scripts: how a socket is set, how much there is to read or still to be sent, and what a
// program could do with it now.
#pragma once

#include <sluice/testing/script/socket_table.hpp>

namespace sluice::testing::script {

inline answer do_fcntl(socket_table& sockets, const call& c) {
    descriptor* const d = sockets.find(c);
    if (d == nullptr) return bad_descriptor();
    const std::int64_t what = number_or(argument(c, 1), -1);
    if (what == *number_of("F_GETFL")) {
        if (sockets.where.asked.neutral) return answer::of(number_or(c.result));
        return answer::of(*number_of("O_RDWR") | (d->is_nonblocking ? *number_of("O_NONBLOCK") : 0));
    }
    if (what == *number_of("F_SETFL")) {
        d->is_nonblocking = (number_or(argument(c, 2)) & *number_of("O_NONBLOCK")) != 0;
        return answer::of(0);
    }
    if (what == *number_of("F_GETFD") || what == *number_of("F_SETFD")) return answer::of(0);
    return answer::unsupported("fcntl " + word_of(argument(c, 1)));
}

inline answer do_ioctl(socket_table& sockets, const call& c) {
    descriptor* const d = sockets.find(c);
    if (d == nullptr) return bad_descriptor();
    const std::string name = word_of(argument(c, 1));
    const auto facts = sockets.tcp.look(d->opened);
    const auto amount = [&](std::int64_t there) { return compared(name, there, argument(c, 2)); };
    if (name == "FIONBIO") {
        d->is_nonblocking = number_inside(argument(c, 2)).value_or(0) != 0;
        return answer::of(0);
    }
    if (!facts) return answer::failed("EINVAL");
    if (name == "SIOCINQ" || name == "FIONREAD") return amount(static_cast<std::int64_t>(facts->readable));
    if (name == "SIOCOUTQ" || name == "TIOCOUTQ") return amount(facts->unsent + facts->unacknowledged);
    if (name == "SIOCOUTQNSD") return amount(facts->unsent);
    if (name == "SIOCATMARK") return amount(facts->urgent_ahead == 1 ? 1 : 0);
    return answer::unsupported("ioctl " + name);
}

inline std::int64_t events_of(socket_table& sockets, std::int64_t fd, std::int64_t wanted) {
    const auto bit = [](const char* name) { return *number_of(name); };
    const auto it = sockets.descriptors.find(fd);
    if (it == sockets.descriptors.end()) return bit("POLLNVAL");
    const descriptor& d = it->second;
    std::int64_t out = 0;
    if (d.what == descriptor::kind::listening)
        return sockets.tcp.has_to_accept(d.opened) ? wanted & (bit("POLLIN") | bit("POLLRDNORM")) : 0;
    const auto facts = sockets.tcp.look(d.opened);
    if (!facts) return (wanted & bit("POLLOUT")) | bit("POLLHUP");  // a fresh one
    const bool is_over = facts->state == state::closed;
    const bool reads_end = facts->has_ended || d.reads_no_more || is_over;
    const bool writes_end = d.writes_no_more || is_over;
    const auto put = [&](bool holds, std::int64_t bits) { out |= holds ? bits : 0; };
    put(facts->readable >= d.least_to_read() || reads_end, bit("POLLIN") | bit("POLLRDNORM"));
    put(facts->urgent_ahead > 0, bit("POLLPRI"));
    put((has_opened(*facts) && facts->writable > 0) || writes_end, bit("POLLOUT") | bit("POLLWRNORM"));
    put(reads_end, bit("POLLRDHUP"));
    out &= wanted;
    put(facts->error != error::none && !d.has_told_error, bit("POLLERR"));
    put(reads_end && writes_end, bit("POLLHUP"));
    return out;
}

inline answer do_poll(socket_table& sockets, const call& c) {
    std::int64_t ready = 0;
    std::string wrong;
    const value& list = argument(c, 0);
    if (const auto mismatch = wrong_count(c, list, argument(c, 1))) return *mismatch;
    for (const value& each : list.items) {
        const value *const fd = each.field("fd"), *const wanted = each.field("events"),
                           *const seen = each.field("revents");
        if (fd == nullptr || wanted == nullptr) return answer::unsupported("poll without fd and events");
        for (const value* const bits : {wanted, seen})
            if (const auto word = bits != nullptr ? unknown_word(*bits) : std::nullopt)
                return answer::unsupported("the name " + *word);
        const std::int64_t there = events_of(sockets, fd->number, number_or(*wanted));
        ready += there != 0;
        if (seen != nullptr && !seen->is_anything() && number_or(*seen) != there)
            wrong = "revents of " + std::to_string(fd->number) + " are " + names_of_bits(there, "POLL") +
                    ", not " + names_of_bits(number_or(*seen), "POLL");
    }
    const std::int64_t limit = number_or(argument(c, 2));
    const instant end = limit >= 0 ? sockets.began + std::chrono::milliseconds(limit) : never;
    if (ready == 0 && sockets.now < end) return answer::waiting(end);
    return wrong.empty() ? answer::of(ready) : answer::differs(wrong);
}

}  // namespace sluice::testing::script
