// SPDX-License-Identifier: MIT
//
// The calls of Berkeley sockets as scripts use them, on the TCP under test: blocking or not, errors that are told once.
// A call that has to wait says so; whoever runs the script asks again.
#pragma once

#include <sluice/testing/script/socket_state_calls.hpp>

namespace sluice::testing::script {

class sockets : public socket_state_calls {
public:
    sockets(tcp_under_test& tcp, const scene& where, const knobs& k) : socket_state_calls(tcp, where, k) {}

    /// Does the call, or goes on with it. `began` is when it was made.
    answer perform(const call& c, instant now, instant began) {
        struct entry {
            std::string_view name;
            std::size_t least, most;  // arguments
            answer (sockets::*how)(const call&);
        };
        // clang-format off
        static constexpr std::array table = std::to_array<entry>({
            {"socket",     3, 3, &sockets::do_socket},     {"bind",       3, 3, &sockets::do_bind},
            {"listen",     2, 2, &sockets::do_listen},     {"connect",    3, 3, &sockets::do_connect},
            {"accept",     3, 3, &sockets::do_accept},     {"accept4",    4, 4, &sockets::do_accept},
            {"read",       3, 3, &sockets::do_read},       {"write",      3, 3, &sockets::do_write},
            {"recv",       4, 4, &sockets::do_read},       {"send",       4, 4, &sockets::do_write},
            {"recvfrom",   6, 6, &sockets::do_read},       {"sendto",     6, 6, &sockets::do_write},
            {"readv",      3, 3, &sockets::do_readv},      {"writev",     3, 3, &sockets::do_writev},
            {"recvmsg",    3, 3, &sockets::do_recvmsg},    {"sendmsg",    3, 3, &sockets::do_sendmsg},
            {"setsockopt", 5, 5, &sockets::do_setsockopt}, {"getsockopt", 5, 5, &sockets::do_getsockopt},
            {"fcntl",      2, 3, &sockets::do_fcntl},      {"ioctl",      2, 3, &sockets::do_ioctl},
            {"shutdown",   2, 2, &sockets::do_shutdown},   {"close",      1, 1, &sockets::do_close},
            {"poll",       3, 3, &sockets::do_poll},
        });
        // clang-format on
        now_ = now;
        began_ = began;
        const entry* const e = find_named(table, c.name);
        if (e == nullptr) return answer::unsupported("the call " + c.name);
        if (const std::size_t count = c.arguments.size(); count < e->least || count > e->most)
            return answer::differs("arguments of " + c.name + ": " + std::to_string(count) + ", not " +
                                   std::to_string(e->least) +
                                   (e->least < e->most ? " to " + std::to_string(e->most) : ""));
        if (const auto word = unknown_word_in(c)) return answer::unsupported("the name " + *word);
        return (this->*e->how)(c);
    }

private:
    /// What names an option or a request is looked up by who does the call.
    static std::optional<std::string> unknown_word_in(const call& c) {
        const std::size_t looked_up = c.name.ends_with("sockopt") ? 2 : c.name == "ioctl" ? 1 : c.arguments.size();
        for (std::size_t i = 0; i < c.arguments.size(); ++i)
            if (const auto word = unknown_word(c.arguments[i]); word && i != looked_up) return word;
        return unknown_word(c.result);
    }

    // ---- opening ----------------------------------------------------------------------------------------------------

    answer do_socket(const call& c) {
        const std::int64_t type = number(argument(c, 1)), protocol = number(argument(c, 2));
        if ((type & 0xf) != *number_of("SOCK_STREAM")) return answer::unsupported("a socket that is not SOCK_STREAM");
        if (protocol != 0 && protocol != *number_of("IPPROTO_TCP"))
            return answer::unsupported("a protocol that is not TCP");
        const std::int64_t fd = new_number(c);
        if (descriptors_.contains(fd)) return is_open_already(fd);
        descriptor& d = descriptors_[fd];
        d.is_nonblocking = (type & *number_of("SOCK_NONBLOCK")) != 0;
        d.options = tcp_.options_of_new();
        return answer::of(fd);
    }
    /// Of a descriptor: what the script expects; where it expects an error, or anything, the next.
    std::int64_t new_number(const call& c) {
        const std::int64_t fd = c.result.is_number() && c.result.number >= 0 ? c.result.number : next_fd_;
        next_fd_ = std::max(next_fd_, fd + 1);
        return fd;
    }
    static answer is_open_already(std::int64_t fd) { return answer::differs(std::to_string(fd) + " is open already"); }

    answer do_bind(const call& c) {
        descriptor* const d = find(c);
        if (d == nullptr) return bad_descriptor();
        if (d->port != 0 || d->what != descriptor::kind::fresh) return answer::failed("EINVAL");
        d->port = port_of(argument(c, 1)).value_or(where_.ours.port);
        if (d->port == 0) d->port = where_.ours.port;
        return answer::of(0);
    }

    answer do_listen(const call& c) {
        descriptor* const d = find(c);
        if (d == nullptr) return bad_descriptor();
        if (d->what == descriptor::kind::listening) {  // another backlog is not taken
            await_peer(d->port);
            return answer::of(0);
        }
        if (d->what != descriptor::kind::fresh) return answer::failed("EINVAL");
        if (d->port == 0) d->port = where_.ours.port;
        prepare(*d);
        const auto backlog = static_cast<std::uint32_t>(std::clamp<std::int64_t>(number(argument(c, 1), 1), 1, 4096));
        const auto l = tcp_.listen({where_.ours.address, d->port}, backlog, now_);
        if (!l) return l.error() == error::already_open ? answer::failed("EADDRINUSE") : answer::failed(l.error());
        d->what = descriptor::kind::listening;
        d->opened = *l;
        await_peer(d->port);
        return answer::of(0);
    }

    answer do_accept(const call& c) {
        descriptor* const l = find(c);
        if (l == nullptr) return bad_descriptor();
        if (l->what != descriptor::kind::listening) return answer::failed("EINVAL");
        const auto got = tcp_.accept(l->opened, now_);
        if (!got)
            return got.error() == error::would_block ? wait_or(*l, c, "EAGAIN", l->receive_limit)
                                                     : answer::failed(got.error());
        const std::int64_t fd = new_number(c);
        if (descriptors_.contains(fd)) return is_open_already(fd);
        descriptor& d = descriptors_[fd] = *l;  // what was set on the listener is handed down
        d.what = descriptor::kind::open;
        d.opened = *got;
        if (where_.asked.like != profile::freebsd) d.is_nonblocking = false;  // accept(2)
        if (c.name == "accept4") d.is_nonblocking = (number(argument(c, 3)) & *number_of("SOCK_NONBLOCK")) != 0;
        if (const auto facts = tcp_.look(*got)) d.conversation = index_of(facts->remote);
        latest_opened_ = fd;
        return answer::of(fd);
    }

    answer do_connect(const call& c) {
        descriptor* const d = find(c);
        if (d == nullptr) return bad_descriptor();
        using kind = descriptor::kind;
        if (d->what == kind::open || d->what == kind::listening) return answer::failed("EISCONN");
        if (d->what != kind::connecting) {
            if (const auto failed = begin_to_connect(c, *d)) return *failed;
            if (d->is_nonblocking) return answer::failed("EINPROGRESS");
        }
        const auto facts = tcp_.look(d->opened);
        if (!facts) return bad_descriptor();
        if (facts->state == state::closed) {
            d->what = kind::failed;
            return tell_error(*d, *facts).value_or(answer::failed("ECONNABORTED"));
        }
        if (has_opened(*facts)) {
            d->what = kind::open;
            return answer::of(0);
        }
        return wait_or(*d, c, d->is_nonblocking ? "EALREADY" : "EINPROGRESS", d->send_limit);
    }
    std::optional<answer> begin_to_connect(const call& c, descriptor& d) {
        if (d.what == descriptor::kind::failed) static_cast<void>(tcp_.close(d.opened, now_));
        prepare(d);
        const socket_address theirs{where_.theirs.address, port_of(argument(c, 1)).value_or(where_.theirs.port)};
        const auto made = tcp_.connect({where_.ours.address, d.port}, theirs, now_);
        if (!made)
            return answer::failed(made.error() == error::already_open ? "EADDRNOTAVAIL" : errno_of(made.error()));
        d.opened = *made;
        d.what = descriptor::kind::connecting;
        d.has_told_error = false;
        awaits_peer_ = false;
        conversations_.emplace_back(tcp_.look(*made)->local, theirs);
        d.conversation = conversations_.size() - 1;
        latest_opened_ = c.arguments[0].number;
        return {};
    }

    // ---- reading ----------------------------------------------------------------------------------------------------

    answer do_read(const call& c) { return read(c, number(argument(c, 2)), &argument(c, 1)); }
    answer do_readv(const call& c) {
        if (const auto wrong = wrong_count(c, argument(c, 1), argument(c, 2))) return *wrong;
        return read(c, length_of(argument(c, 1)), nullptr);
    }
    answer do_recvmsg(const call& c) {
        const value* const vector = argument(c, 1).field("msg_iov");
        return read(c, vector == nullptr ? 0 : length_of(*vector), nullptr);
    }

    answer read(const call& c, std::int64_t most, const value* expected) {
        descriptor* const d = find(c);
        if (d == nullptr) return bad_descriptor();
        const auto has = [&](const char* name) { return (flags_of(c) & *number_of(name)) != 0; };
        if (has("MSG_OOB")) return read_urgent(*d);
        if (has("MSG_ERRQUEUE")) return answer::unsupported("MSG_ERRQUEUE");
        if (d->what == descriptor::kind::fresh || d->what == descriptor::kind::listening)
            return answer::failed("ENOTCONN");
        if (!tcp_.look(d->opened)) return bad_descriptor();
        if (most <= 0) return answer::of(0);

        const auto wanted = static_cast<std::size_t>(std::min<std::int64_t>(most, 1 << 26));
        const std::size_t least = has("MSG_WAITALL") ? wanted : std::min(wanted, least_to_read(*d));
        const bool peeks = has("MSG_PEEK");
        if (const auto wrong = peeks ? peek_at(*d, wanted) : take(*d, wanted)) return *wrong;
        const auto facts = *tcp_.look(d->opened);
        const bool is_last = facts.has_ended || facts.error != error::none || d->reads_no_more;
        if (d->read < least && !is_last) {
            const answer waits = wait_or(*d, c, "EAGAIN", d->receive_limit);
            if (waits.what == answer::kind::waits || d->read == 0) return waits;
        }
        const std::size_t got = std::exchange(d->read, 0);
        if (got == 0)
            if (const auto told = tell_error(*d, facts)) return *told;
        if (expected != nullptr && expected->what == value::kind::text && expected->text.size() != got)
            return answer::differs("another length was read than the text of the script has");
        return answer::of(static_cast<std::int64_t>(got));
    }
    /// Urgent octets stay in line (N33), as they do at Linux with SO_OOBINLINE: there they can't be read beside it.
    static answer read_urgent(const descriptor& d) {
        const auto in_line = d.set.find("SO_OOBINLINE");
        if (in_line != d.set.end() && in_line->second != 0) return answer::failed("EINVAL");
        return answer::unsupported("MSG_OOB when reading, without SO_OOBINLINE");
    }

    /// What is there, behind what this call has read already; an answer if it is not what arrived.
    std::optional<answer> take(descriptor& d, std::size_t wanted) {
        std::vector<octet> place(wanted - d.read);
        const auto taken = tcp_.receive(d.opened, place, now_);
        const bool has_no_end = tcp_.look(d.opened)->error == error::none;  // it never opened
        if (taken.error() == error::not_open && has_no_end) return answer::failed(taken.error());
        const std::size_t got = taken.value_or(0);
        conversation& with = conversation_of(d);
        if (const auto wrong = wrong_octets(with, octets(place).first(got))) return wrong;
        with.heard += got;
        d.read += got;
        return {};
    }
    /// Each time from the first octet on.
    std::optional<answer> peek_at(descriptor& d, std::size_t wanted) {
        std::vector<octet> place(std::min(wanted, tcp_.look(d.opened)->readable));
        d.read = tcp_.peek(d.opened, place, now_).value_or(0);
        if (d.read < place.size()) return answer::unsupported("MSG_PEEK over what does not lie in one piece");
        return wrong_octets(conversation_of(d), place);
    }
    static std::optional<answer> wrong_octets(const conversation& with, octets there) {
        for (std::size_t i = 0; i < there.size(); ++i)
            if (there[i] != pattern(with.heard + i))
                return answer::differs("octet " + std::to_string(with.heard + i) +
                                       " of what is read is not what arrived");
        return {};
    }

    /// Of an iovec: `[{..., 1000}, {..., 500}]`.
    static std::int64_t length_of(const value& vector) {
        std::int64_t sum = 0;
        for (const value& each : vector.items)
            if (!each.items.empty()) sum += number(each.items.back());
        return sum;
    }

    // ---- writing ----------------------------------------------------------------------------------------------------

    answer do_write(const call& c) { return write(c, text_of_argument(argument(c, 1), number(argument(c, 2)))); }
    answer do_writev(const call& c) {
        if (const auto wrong = wrong_count(c, argument(c, 1), argument(c, 2))) return *wrong;
        return write(c, text_of_vector(argument(c, 1)));
    }
    answer do_sendmsg(const call& c) {
        const value* const vector = argument(c, 1).field("msg_iov");
        return write(c, vector == nullptr ? std::vector<octet>() : text_of_vector(*vector));
    }

    answer write(const call& c, const std::vector<octet>& text) {
        descriptor* const d = find(c);
        if (d == nullptr) return bad_descriptor();
        const auto has = [&](const char* name) { return (flags_of(c) & *number_of(name)) != 0; };
        for (const char* name : {"MSG_FASTOPEN", "MSG_ZEROCOPY"})
            if (has(name)) return answer::unsupported(name);
        if (d->what == descriptor::kind::fresh || d->what == descriptor::kind::listening)
            return answer::failed("EPIPE");
        const auto facts = tcp_.look(d->opened);
        if (!facts) return bad_descriptor();
        if (const auto told = tell_error(*d, *facts)) return *told;
        if (facts->error != error::none) return answer::failed("EPIPE");
        if (text.empty()) return answer::of(0);
        const bool is_opening = !has_opened(*facts) && facts->state != state::closed;
        if (is_opening && where_.asked.like == profile::linux) return wait_or(*d, c, "EAGAIN", d->send_limit);
        const octets rest = octets(text).subspan(std::min(d->written, text.size()));
        const manner how = has("MSG_OOB") ? manner::urgent : has("MSG_MORE") ? manner::more : manner::plain;
        const auto sent = tcp_.send(d->opened, rest, how, now_);
        if (!sent && sent.error() != error::would_block) return answer::failed(sent.error());
        const std::size_t taken = sent.value_or(0);
        conversation& with = conversation_of(*d);
        with.said.insert(with.said.end(), rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(taken));
        d->written += taken;
        if (taken < rest.size()) {
            const answer waits = wait_or(*d, c, "EAGAIN", d->send_limit);
            if (waits.what == answer::kind::waits || d->written == 0) return waits;
        }
        return answer::of(static_cast<std::int64_t>(std::exchange(d->written, 0)));
    }

    static std::vector<octet> text_of_argument(const value& v, std::int64_t length) {
        std::vector<octet> out(static_cast<std::size_t>(std::clamp<std::int64_t>(length, 0, 1 << 26)));
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = i < v.text.size() ? static_cast<octet>(v.text[i]) : static_cast<octet>(i * 37 + 11);
        return out;
    }
    static std::vector<octet> text_of_vector(const value& vector) {
        std::vector<octet> out;
        for (const value& each : vector.items) {
            if (each.items.empty()) continue;
            const auto one = text_of_argument(each.items.front(), number(each.items.back()));
            out.insert(out.end(), one.begin(), one.end());
        }
        return out;
    }

    // ---- ending -----------------------------------------------------------------------------------------------------

    answer do_close(const call& c) {
        descriptor* const d = find(c);
        if (d == nullptr) return bad_descriptor();
        if (d->what != descriptor::kind::fresh) {
            bool resets = d->linger == duration::zero() && d->what != descriptor::kind::listening;
            if (d->linger > duration::zero() && !d->is_nonblocking) {
                if (!std::exchange(d->is_closing, true)) static_cast<void>(tcp_.shutdown(d->opened, now_));
                const bool drains = is_draining(*d);
                if (drains && now_ < began_ + *d->linger) return answer::waiting(began_ + *d->linger);
                resets = drains && where_.asked.like == profile::sluice;  // kernels let the connection finish
            }
            static_cast<void>(resets ? tcp_.abort(d->opened, now_) : tcp_.close(d->opened, now_));
        }
        descriptors_.erase(c.arguments[0].number);
        return answer::of(0);
    }

    /// What linger waits for: all that was sent, the FIN too, is acknowledged; unless text came that nobody will read.
    bool is_draining(const descriptor& d) {
        using enum state;
        const auto facts = tcp_.look(d.opened);
        if (!facts || facts->readable > 0) return false;
        return facts->state != fin_wait_2 && facts->state != time_wait && facts->state != closed;
    }

    answer do_shutdown(const call& c) {
        descriptor* const d = find(c);
        if (d == nullptr) return bad_descriptor();
        const std::int64_t how = number(argument(c, 1));
        if (how < *number_of("SHUT_RD") || how > *number_of("SHUT_RDWR")) return answer::failed("EINVAL");
        if (d->what == descriptor::kind::fresh) return answer::failed("ENOTCONN");
        if (d->what == descriptor::kind::listening) return answer::unsupported("shutdown of a socket that listens");
        const auto facts = tcp_.look(d->opened);
        if (!facts) return bad_descriptor();
        const bool is_gone =
            where_.asked.like == profile::linux && facts->state == state::time_wait;  // a record is left
        if (facts->state == state::closed || is_gone) return answer::failed("ENOTCONN");
        if (how != *number_of("SHUT_WR")) d->reads_no_more = true;
        if (how != *number_of("SHUT_RD")) {
            d->writes_no_more = true;
            if (const auto done = tcp_.shutdown(d->opened, now_); !done && done.error() != error::closing)
                return answer::failed(done.error());
        }
        return answer::of(0);
    }
};

}  // namespace sluice::testing::script
