// SPDX-License-Identifier: MIT
//
// The calls of Berkeley sockets as scripts use them, on the TCP under test: descriptors by the script's numbers, blocking
// or not, errors that are told once, options by their names. A call that has to wait says so; whoever runs the script
// asks again.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <sluice/testing/script/conversation.hpp>
#include <sluice/testing/script/names.hpp>
#include <sluice/testing/script/under_test.hpp>

namespace sluice::testing::script {

/// What a call has come to so far.
struct answer {
    enum class kind { value, error, waits, unsupported, mismatch };
    kind what = kind::value;
    std::int64_t number = 0;
    std::string text{};  // the errno's name; what is not supported; what is not as the script says
    instant wakes = never;  // of one that waits: when it ends by itself

    static answer of(std::int64_t number) { return {.number = number}; }
    static answer failed(std::string_view name) { return {.what = kind::error, .number = -1, .text = std::string(name)}; }
    static answer failed(error e) { return failed(errno_of(e)); }
    static answer waiting(instant until = never) { return {.what = kind::waits, .wakes = until}; }
    static answer unsupported(std::string what) { return {.what = kind::unsupported, .text = std::move(what)}; }
    static answer differs(std::string what) { return {.what = kind::mismatch, .text = std::move(what)}; }
};

/// Where scripts take place, unless their settings say otherwise.
struct scene {
    socket_address ours{ip_address::v4(192, 168, 0, 1), 8080};
    socket_address theirs{ip_address::v4(192, 0, 2, 1), 8080};
    std::uint16_t first_port_of_theirs = 40000;  // of who connects to us
    bool accepts_whatever = false;  // what getters say of buffers and flags is not compared
};

class sockets {
public:
    sockets(tcp_under_test& tcp, const scene& where, const knobs& k) : tcp_(tcp), where_(where), knobs_(k) {}

    /// Does the call, or goes on with it. `began` is when it was made.
    answer perform(const call& c, instant now, instant began) {
        struct entry {
            std::string_view name;
            answer (sockets::*how)(const call&);
        };
        // clang-format off
        static constexpr std::array table = std::to_array<entry>({
            {"socket", &sockets::do_socket},       {"bind", &sockets::do_bind},         {"listen", &sockets::do_listen},
            {"accept", &sockets::do_accept},       {"accept4", &sockets::do_accept},    {"connect", &sockets::do_connect},
            {"read", &sockets::do_read},           {"recv", &sockets::do_read},         {"recvfrom", &sockets::do_read},
            {"readv", &sockets::do_readv},         {"recvmsg", &sockets::do_recvmsg},
            {"write", &sockets::do_write},         {"send", &sockets::do_write},        {"sendto", &sockets::do_write},
            {"writev", &sockets::do_writev},       {"sendmsg", &sockets::do_sendmsg},
            {"close", &sockets::do_close},         {"shutdown", &sockets::do_shutdown},
            {"fcntl", &sockets::do_fcntl},         {"ioctl", &sockets::do_ioctl},       {"poll", &sockets::do_poll},
            {"setsockopt", &sockets::do_setsockopt}, {"getsockopt", &sockets::do_getsockopt},
        });
        // clang-format on
        now_ = now;
        began_ = began;
        for (const entry& e : table)
            if (e.name == c.name) return (this->*e.how)(c);
        return answer::unsupported("the call " + c.name);
    }

    void set(const knobs& k) { knobs_ = k; }

    /// The connection that segments are about: of the last listen or connect.
    conversation& current() {
        if (listens_ && !has_peer_) {
            begin_conversation({where_.theirs.address, next_port_++});
            has_peer_ = true;
        }
        if (conversations_.empty()) begin_conversation({where_.theirs.address, next_port_++});
        return conversations_.back();
    }
    conversation* of(const sent_packet& p) {
        for (auto it = conversations_.rbegin(); it != conversations_.rend(); ++it)
            if (it->is_of(p)) return &*it;
        return nullptr;
    }

    /// Of the connection that scripts assert things about.
    std::optional<tcp_info> info() {
        for (const std::int64_t fd : {latest_accepted_, latest_connected_})
            if (const auto it = descriptors_.find(fd); it != descriptors_.end())
                if (const auto out = tcp_.info(it->second.opened)) return out;
        return {};
    }

private:
    struct descriptor {
        enum class kind { fresh, listening, connecting, open };
        kind what = kind::fresh;
        handle opened{};
        bool is_nonblocking = false;
        bool has_told_error = false;
        bool reads_no_more = false;
        std::size_t conversation = 0;
        std::uint16_t port = 0;  // bound to
        connection_options options{};
        knobs own{};
        std::optional<duration> linger{};
        bool is_closing = false;  // a close that lingers
        std::size_t written = 0;  // by a call that still waits
        std::map<std::string, std::int64_t> set{};  // what getsockopt says again
    };

    // ---- arguments ---------------------------------------------------------------------------------------------------

    static const value& argument(const call& c, std::size_t i) {
        static const value nothing;
        return i < c.arguments.size() ? c.arguments[i] : nothing;
    }
    static std::int64_t number(const value& v, std::int64_t otherwise = 0) { return number_of(v).value_or(otherwise); }
    /// `[1]`, or 1.
    static std::optional<std::int64_t> number_inside(const value& v) {
        if (v.what == value::kind::list) return v.items.size() == 1 ? number_of(v.items[0]) : std::nullopt;
        return number_of(v);
    }
    static bool asks_not_to_wait(const call& c) {
        if (c.name != "recv" && c.name != "send" && c.name != "recvfrom" && c.name != "sendto") return false;
        return (number(argument(c, 3)) & *number_of("MSG_DONTWAIT")) != 0;
    }
    descriptor* find(const call& c, std::size_t at = 0) {
        const auto it = descriptors_.find(number(argument(c, at), -1));
        return it == descriptors_.end() ? nullptr : &it->second;
    }
    static answer bad_descriptor() { return answer::failed("EBADF"); }
    answer wait_or(const descriptor& d, const call& c, std::string_view name) const {
        return d.is_nonblocking || asks_not_to_wait(c) ? answer::failed(name) : answer::waiting();
    }

    /// The port of `{sa_family=…, sin_port=htons(8080), …}`; of `...` there is none.
    static std::optional<std::uint16_t> port_of(const value& v) {
        for (const char* name : {"sin_port", "sin6_port"})
            if (const value* port = v.field(name)) {
                const value& inner = port->what == value::kind::call && !port->items.empty() ? port->items[0] : *port;
                return static_cast<std::uint16_t>(number(inner));
            }
        return {};
    }

    // ---- opening -----------------------------------------------------------------------------------------------------

    answer do_socket(const call& c) {
        const std::int64_t type = number(argument(c, 1)), protocol = number(argument(c, 2));
        if ((type & 0xf) != *number_of("SOCK_STREAM")) return answer::unsupported("a socket that is not SOCK_STREAM");
        if (protocol != 0 && protocol != *number_of("IPPROTO_TCP")) return answer::unsupported("a protocol that is not TCP");
        descriptor& d = add(c);
        d.is_nonblocking = (type & *number_of("SOCK_NONBLOCK")) != 0;
        d.options = tcp_.options_of_new();
        return answer::of(c.result.number);
    }
    /// Under the number that the script expects.
    descriptor& add(const call& c) {
        const std::int64_t fd = c.result.is_number() ? c.result.number : next_fd_;
        next_fd_ = std::max(next_fd_, fd) + 1;
        return descriptors_[fd] = descriptor{};
    }

    answer do_bind(const call& c) {
        descriptor* const d = find(c);
        if (d == nullptr) return bad_descriptor();
        if (d->port != 0) return answer::failed("EINVAL");
        d->port = port_of(argument(c, 1)).value_or(where_.ours.port);
        if (d->port == 0) d->port = where_.ours.port;
        return answer::of(0);
    }

    answer do_listen(const call& c) {
        descriptor* const d = find(c);
        if (d == nullptr) return bad_descriptor();
        if (d->what == descriptor::kind::listening) return answer::of(0);  // another backlog is not taken
        if (d->what != descriptor::kind::fresh) return answer::failed("EINVAL");
        if (d->port == 0) d->port = where_.ours.port;
        prepare(*d);
        const auto backlog = static_cast<std::uint32_t>(std::clamp<std::int64_t>(number(argument(c, 1), 1), 1, 4096));
        const auto l = tcp_.listen({where_.ours.address, d->port}, backlog, now_);
        if (!l) return l.error() == error::already_open ? answer::failed("EADDRINUSE") : answer::failed(l.error());
        d->what = descriptor::kind::listening;
        d->opened = *l;
        listens_ = true;
        has_peer_ = false;
        listening_port_ = d->port;
        return answer::of(0);
    }

    answer do_accept(const call& c) {
        descriptor* const l = find(c);
        if (l == nullptr) return bad_descriptor();
        if (l->what != descriptor::kind::listening) return answer::failed("EINVAL");
        const auto got = tcp_.accept(l->opened, now_);
        if (!got) return got.error() == error::would_block ? wait_or(*l, c, "EAGAIN") : answer::failed(got.error());
        const descriptor from = *l;  // `add` may move it
        descriptor& d = add(c);
        d.what = descriptor::kind::open;
        d.opened = *got;
        d.options = from.options;
        d.linger = from.linger;
        d.port = from.port;
        d.own = from.own;
        d.set = from.set;
        if (c.name == "accept4") d.is_nonblocking = (number(argument(c, 3)) & *number_of("SOCK_NONBLOCK")) != 0;
        if (const auto facts = tcp_.look(*got)) d.conversation = index_of(facts->remote);
        latest_accepted_ = c.result.number;
        return answer::of(c.result.number);
    }

    answer do_connect(const call& c) {
        descriptor* const d = find(c);
        if (d == nullptr) return bad_descriptor();
        if (d->what == descriptor::kind::open) return answer::failed("EISCONN");
        if (d->what == descriptor::kind::listening) return answer::failed("EISCONN");
        if (d->what == descriptor::kind::fresh) {
            const value& to = argument(c, 1);
            prepare(*d);
            const socket_address theirs{where_.theirs.address, port_of(to).value_or(where_.theirs.port)};
            const socket_address ours{where_.ours.address, d->port};
            const auto made = tcp_.connect(ours, theirs, now_);
            if (!made) return answer::failed(made.error() == error::already_open ? "EADDRNOTAVAIL" : errno_of(made.error()));
            d->opened = *made;
            d->what = descriptor::kind::connecting;
            listens_ = false;
            conversations_.emplace_back(tcp_.look(*made)->local, theirs);
            d->conversation = conversations_.size() - 1;
            latest_connected_ = c.arguments[0].number;
            if (d->is_nonblocking) return answer::failed("EINPROGRESS");
        }
        const auto facts = tcp_.look(d->opened);
        if (!facts) return bad_descriptor();
        if (const auto told = tell_error(*d, *facts)) return *told;
        if (has_opened(*facts)) {
            d->what = descriptor::kind::open;
            return answer::of(0);
        }
        return d->is_nonblocking ? answer::failed("EALREADY") : answer::waiting();
    }
    static bool has_opened(const tcp_under_test::facts& f) {
        return synchronized.has(f.state) && !syn_received.has(f.state);
    }

    /// What this socket's options say, for the connection that it begins now.
    void prepare(const descriptor& d) {
        tcp_.options_of_new() = d.options;
        knobs k = knobs_;
        const auto overlay = [](auto& to, const auto& from) {
            if (from) to = from;
        };
        overlay(k.mtu, d.own.mtu);
        overlay(k.receive_buffer, d.own.receive_buffer);
        overlay(k.largest_receive_buffer, d.own.largest_receive_buffer);
        overlay(k.send_buffer, d.own.send_buffer);
        overlay(k.largest_send_buffer, d.own.largest_send_buffer);
        overlay(k.orphan_fin_wait_2, d.own.orphan_fin_wait_2);
        tcp_.configure(k);
    }

    void begin_conversation(const socket_address& theirs) {
        conversations_.emplace_back(socket_address{where_.ours.address, listening_port_ != 0 ? listening_port_ : where_.ours.port},
                                    theirs);
    }
    std::size_t index_of(const socket_address& theirs) const {
        for (std::size_t i = conversations_.size(); i-- > 0;)
            if (conversations_[i].theirs() == theirs) return i;
        return 0;
    }
    conversation& conversation_of(const descriptor& d) {
        if (conversations_.empty()) return current();
        return conversations_[std::min(d.conversation, conversations_.size() - 1)];
    }

    /// The error that ended a connection is told once, by whichever call comes first.
    std::optional<answer> tell_error(descriptor& d, const tcp_under_test::facts& f) {
        if (f.error == error::none || d.has_told_error) return {};
        d.has_told_error = true;
        return answer::failed(f.error);
    }

    // ---- reading -----------------------------------------------------------------------------------------------------

    answer do_read(const call& c) {
        const std::int64_t flags = c.name == "read" ? 0 : number(argument(c, 3));
        return read(c, number(argument(c, 2)), flags, &argument(c, 1));
    }
    answer do_readv(const call& c) { return read(c, length_of(argument(c, 1)), 0, nullptr); }
    answer do_recvmsg(const call& c) {
        const value* const vector = argument(c, 1).field("msg_iov");
        return read(c, vector == nullptr ? 0 : length_of(*vector), number(argument(c, 2)), nullptr);
    }

    answer read(const call& c, std::int64_t most, std::int64_t flags, const value* expected) {
        descriptor* const d = find(c);
        if (d == nullptr) return bad_descriptor();
        if ((flags & *number_of("MSG_OOB")) != 0) return answer::unsupported("MSG_OOB when reading");
        if ((flags & *number_of("MSG_ERRQUEUE")) != 0) return answer::unsupported("MSG_ERRQUEUE");
        if (d->what == descriptor::kind::fresh || d->what == descriptor::kind::listening) return answer::failed("ENOTCONN");
        const auto facts = tcp_.look(d->opened);
        if (!facts) return bad_descriptor();
        if (facts->readable == 0) {
            if (const auto told = tell_error(*d, *facts)) return *told;
            if (facts->error != error::none || d->reads_no_more) return answer::of(0);
        }
        const bool waits_for_all = (flags & *number_of("MSG_WAITALL")) != 0;
        if (waits_for_all && facts->readable < static_cast<std::size_t>(most) && !facts->has_ended)
            return wait_or(*d, c, "EAGAIN");
        std::vector<octet> place(static_cast<std::size_t>(std::clamp<std::int64_t>(most, 0, 1 << 26)));
        const bool peeks = (flags & *number_of("MSG_PEEK")) != 0;
        if (place.empty()) return answer::of(0);
        const auto got = peeks ? tcp_.peek(d->opened, place, now_) : tcp_.receive(d->opened, place, now_);
        if (!got) {
            if (got.error() == error::would_block) return wait_or(*d, c, "EAGAIN");
            return got.error() == error::closing ? answer::of(0) : answer::failed(got.error());
        }
        conversation& with = conversation_of(*d);
        for (std::size_t i = 0; i < *got; ++i)
            if (place[i] != pattern(with.heard + i))
                return answer::differs("octet " + std::to_string(with.heard + i) + " of what was read is not what arrived");
        if (!peeks) with.heard += *got;
        if (expected != nullptr && expected->what == value::kind::text && expected->text.size() != *got)
            return answer::differs("another length was read than the text of the script has");
        return answer::of(static_cast<std::int64_t>(*got));
    }

    /// Of an iovec: `[{..., 1000}, {..., 500}]`.
    static std::int64_t length_of(const value& vector) {
        std::int64_t sum = 0;
        for (const value& each : vector.items)
            if (!each.items.empty()) sum += number(each.items.back());
        return sum;
    }

    // ---- writing -----------------------------------------------------------------------------------------------------

    answer do_write(const call& c) {
        const std::int64_t flags = c.name == "write" ? 0 : number(argument(c, 3));
        return write(c, text_of_argument(argument(c, 1), number(argument(c, 2))), flags);
    }
    answer do_writev(const call& c) { return write(c, text_of_vector(argument(c, 1)), 0); }
    answer do_sendmsg(const call& c) {
        const value* const vector = argument(c, 1).field("msg_iov");
        return write(c, vector == nullptr ? std::vector<octet>() : text_of_vector(*vector), number(argument(c, 2)));
    }

    answer write(const call& c, const std::vector<octet>& text, std::int64_t flags) {
        descriptor* const d = find(c);
        if (d == nullptr) return bad_descriptor();
        for (const char* name : {"MSG_FASTOPEN", "MSG_ZEROCOPY"})
            if ((flags & *number_of(name)) != 0) return answer::unsupported(name);
        const bool is_more = (flags & *number_of("MSG_MORE")) != 0;
        if (is_more) return answer::unsupported("MSG_MORE");
        if (d->what == descriptor::kind::fresh || d->what == descriptor::kind::listening) return answer::failed("EPIPE");
        const auto facts = tcp_.look(d->opened);
        if (!facts) return bad_descriptor();
        if (const auto told = tell_error(*d, *facts)) return *told;
        if (facts->error != error::none) return answer::failed("EPIPE");
        if (text.empty()) return answer::of(0);
        const octets rest = octets(text).subspan(std::min(d->written, text.size()));
        const bool is_urgent = (flags & *number_of("MSG_OOB")) != 0;
        const auto sent = tcp_.send(d->opened, rest, is_urgent, now_);
        if (!sent && sent.error() != error::would_block) return answer::failed(sent.error());
        const std::size_t taken = sent.value_or(0);
        conversation& with = conversation_of(*d);
        with.said.insert(with.said.end(), rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(taken));
        const bool may_wait = !d->is_nonblocking && !asks_not_to_wait(c);
        if (taken < rest.size() && may_wait) {
            d->written += taken;
            return answer::waiting();
        }
        if (taken == 0) return answer::failed("EAGAIN");
        return answer::of(static_cast<std::int64_t>(std::exchange(d->written, 0) + taken));
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

    // ---- ending ------------------------------------------------------------------------------------------------------

    answer do_close(const call& c) {
        descriptor* const d = find(c);
        if (d == nullptr) return bad_descriptor();
        if (d->what != descriptor::kind::fresh) {
            const bool resets = d->linger == duration::zero() && d->what != descriptor::kind::listening;
            const bool lingers = d->linger > duration::zero() && !d->is_nonblocking;
            if (lingers && !d->is_closing) {
                d->is_closing = true;
                static_cast<void>(tcp_.shutdown(d->opened, now_));
            }
            if (lingers) {
                const auto facts = tcp_.look(d->opened);
                const bool is_done = !facts || facts->state == state::fin_wait_2 || facts->state == state::time_wait ||
                                     facts->state == state::closed;
                if (!is_done && now_ < began_ + *d->linger) return answer::waiting(began_ + *d->linger);
            }
            static_cast<void>(resets ? tcp_.abort(d->opened, now_) : tcp_.close(d->opened, now_));
        }
        descriptors_.erase(c.arguments[0].number);
        return answer::of(0);
    }

    answer do_shutdown(const call& c) {
        descriptor* const d = find(c);
        if (d == nullptr) return bad_descriptor();
        if (d->what == descriptor::kind::fresh) return answer::failed("ENOTCONN");
        if (d->what == descriptor::kind::listening) return answer::unsupported("shutdown of a socket that listens");
        const auto facts = tcp_.look(d->opened);
        if (!facts) return bad_descriptor();
        if (facts->state == state::closed) return answer::failed("ENOTCONN");
        const std::int64_t how = number(argument(c, 1));
        if (how != *number_of("SHUT_WR")) d->reads_no_more = true;
        if (how != *number_of("SHUT_RD"))
            if (const auto done = tcp_.shutdown(d->opened, now_); !done && done.error() != error::closing)
                return answer::failed(done.error());
        return answer::of(0);
    }

    // ---- flags, amounts, readiness -----------------------------------------------------------------------------------

    answer do_fcntl(const call& c) {
        descriptor* const d = find(c);
        if (d == nullptr) return bad_descriptor();
        const std::int64_t what = number(argument(c, 1), -1);
        if (what == *number_of("F_GETFL")) {
            if (where_.accepts_whatever) return answer::of(number(c.result));
            return answer::of(*number_of("O_RDWR") | (d->is_nonblocking ? *number_of("O_NONBLOCK") : 0));
        }
        if (what == *number_of("F_SETFL")) {
            d->is_nonblocking = (number(argument(c, 2)) & *number_of("O_NONBLOCK")) != 0;
            return answer::of(0);
        }
        if (what == *number_of("F_GETFD") || what == *number_of("F_SETFD")) return answer::of(0);
        return answer::unsupported("fcntl of another kind");
    }

    answer do_ioctl(const call& c) {
        descriptor* const d = find(c);
        if (d == nullptr) return bad_descriptor();
        const value& what = argument(c, 1);
        const std::string name = what.words.empty() ? "of a number" : what.words.front();
        const auto facts = tcp_.look(d->opened);
        const auto says = [&](std::int64_t value) {
            const auto expected = number_inside(argument(c, 2));
            if (expected && *expected != value)
                return answer::differs(name + " says " + std::to_string(value) + ", not " + std::to_string(*expected));
            return answer::of(0);
        };
        if (name == "FIONBIO") {
            d->is_nonblocking = number_inside(argument(c, 2)).value_or(0) != 0;
            return answer::of(0);
        }
        if (!facts) return answer::failed("EINVAL");
        if (name == "SIOCINQ" || name == "FIONREAD") return says(static_cast<std::int64_t>(facts->readable));
        if (name == "SIOCOUTQ" || name == "TIOCOUTQ") return says(facts->unsent + facts->unacknowledged);
        if (name == "SIOCOUTQNSD") return says(facts->unsent);
        if (name == "SIOCATMARK") return says(facts->urgent_ahead == 1 ? 1 : 0);
        return answer::unsupported("ioctl " + name);
    }

    answer do_poll(const call& c) {
        std::int64_t ready = 0;
        std::string wrong;
        const value& list = argument(c, 0);
        for (const value& each : list.items) {
            const value *const fd = each.field("fd"), *const wanted = each.field("events"), *const seen = each.field("revents");
            if (fd == nullptr || wanted == nullptr) return answer::unsupported("poll without fd and events");
            const std::int64_t there = events_of(fd->number, number(*wanted));
            ready += there != 0;
            if (seen != nullptr && !seen->is_anything() && number(*seen) != there)
                wrong = "revents of " + std::to_string(fd->number) + " are " + std::to_string(there) + ", not " +
                        std::to_string(number(*seen));
        }
        const std::int64_t limit = number(argument(c, 2));
        const instant end = limit >= 0 ? began_ + std::chrono::milliseconds(limit) : never;
        if (ready == 0 && now_ < end) return answer::waiting(end);
        return wrong.empty() ? answer::of(ready) : answer::differs(wrong);
    }
    std::int64_t events_of(std::int64_t fd, std::int64_t wanted) {
        const auto bit = [](const char* name) { return *number_of(name); };
        const auto it = descriptors_.find(fd);
        if (it == descriptors_.end()) return bit("POLLNVAL");
        const descriptor& d = it->second;
        std::int64_t out = 0;
        if (d.what == descriptor::kind::listening)
            return tcp_.has_to_accept(d.opened) ? wanted & (bit("POLLIN") | bit("POLLRDNORM")) : 0;
        const auto facts = tcp_.look(d.opened);
        if (!facts) return wanted & bit("POLLOUT");
        const bool is_over = facts->state == state::closed;
        const auto put = [&](bool holds, std::int64_t bits) { out |= holds ? bits : 0; };
        put(facts->readable > 0 || facts->has_ended || is_over, bit("POLLIN") | bit("POLLRDNORM"));
        put(facts->urgent_ahead > 0, bit("POLLPRI"));
        put((has_opened(*facts) && facts->writable > 0) || is_over, bit("POLLOUT") | bit("POLLWRNORM"));
        put(facts->has_ended || is_over, bit("POLLRDHUP"));
        out &= wanted;
        put(facts->error != error::none && !d.has_told_error, bit("POLLERR"));
        put(is_over, bit("POLLHUP"));
        return out;
    }

    // ---- options of sockets ------------------------------------------------------------------------------------------

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

    tcp_under_test& tcp_;
    scene where_;
    knobs knobs_;
    instant now_{}, began_{};

    std::map<std::int64_t, descriptor> descriptors_{};
    std::int64_t next_fd_ = 3;
    std::int64_t latest_accepted_ = -1, latest_connected_ = -1;

    std::vector<conversation> conversations_{};
    bool listens_ = false, has_peer_ = false;
    std::uint16_t listening_port_ = 0;
    std::uint16_t next_port_ = where_.first_port_of_theirs;
};

}  // namespace sluice::testing::script
