// SPDX-License-Identifier: MIT
// sluice's end of each conversation, as programs of a host, of any composition.
#pragma once

#include <sluice/host/error.hpp>
#include <sluice/sluice.hpp>

#include <cstring>

#include "options.hpp"
#include "pattern.hpp"

namespace interop {

using namespace sluice;

template <class Tcp>
class conversation {
public:
    conversation(host<Tcp>& at, const manners& how, ip_address peer)
        : at_(at), how_(how), peer_(peer), ours_(how.first), theirs_(!how.first) {}

    /// Until all have ended.
    task<> run() {
        if (!how_.listens) {
            for (std::uint64_t i = 0; i < how_.connections; ++i)
                if (!at_.spawn(connect())) co_return;
            co_return;
        }
        tcp_listener listener(at_);
        set_options(listener);
        if (!listener.listen({.port = how_.port}, {.backlog = 4096})) co_return;
        for (std::uint64_t i = 0; i < how_.connections; ++i) {
            auto accepted = co_await listener.accept();
            if (!accepted || !at_.spawn(hold(*std::move(accepted)))) co_return;
        }
    }

    account book;

private:
    static constexpr auto ms = [](std::uint64_t n) { return std::chrono::milliseconds(n); };

    struct state {
        tcp_socket<Tcp> socket;
        std::uint64_t sent = 0, received = 0;
        error failed = error::none;
    };

    void set_options(auto& socket) const {
        if (how_.keep_alive == 0) return;
        must(socket.set_option(option::keepalive{true}));
        must(socket.set_option(option::keepalive_idle{ms(how_.keep_alive)}));
        must(socket.set_option(option::keepalive_interval{ms(how_.keep_alive)}));
        must(socket.set_option(option::keepalive_count{2}));
    }
    static void must(const result<void>& done) {
        if (!done) options::refuse(text(done.error()));
    }

    task<> connect() {
        tcp_socket socket(at_);
        set_options(socket);
        if (how_.own_port != 0) must(socket.bind({{}, how_.own_port}));
        if (const auto done = co_await socket.connect({peer_, how_.port}); !done) {
            ++book.connections;
            if (ended(done.error()) != how_.ends) ++book.otherwise;
            book.told = std::string(" ended=") + ended(done.error());
            co_return;
        }
        co_await hold(std::move(socket));
    }

    task<> hold(tcp_socket<Tcp> connected) {
        state s{.socket = std::move(connected)};
        if (how_.answers) {
            co_await hear(s);
            co_await speak(s);
        } else {
            co_await when_all(speak(s), hear(s));
        }
        settle(s);
        if (how_.resets) static_cast<void>(s.socket.abort());
    }

    task<> speak(state& s) {
        co_await sleep_for(ms(how_.idle));
        while (s.sent < how_.sends) {
            const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(how_.sends - s.sent, pattern::longest));
            std::size_t taken = 0;
            const auto done = co_await s.socket.send(octets(ours_.at(s.sent), most), &taken);
            s.sent += taken;
            if (!done) co_return note(s, done.error());
        }
        if (how_.resets) co_return;
        if (const auto done = s.socket.shutdown(); !done) note(s, done.error());
    }
    /// What comes is compared where it lies.
    task<> hear(state& s) {
        co_await sleep_for(ms(how_.pause));
        while (!how_.resets || s.received < how_.receives) {
            const auto some = co_await s.socket.peek();
            if (!some) co_return note(s, some.error());
            if ((*some).empty()) co_return;
            if (!theirs_.is(s.received, (*some).data(), (*some).size())) ++book.wrong;
            s.received += (*some).size();
            must(s.socket.consume((*some).size()));
        }
    }

    static void note(state& s, error why) {
        if (s.failed == error::none) s.failed = why;
    }
    static const char* ended(error why) {
        switch (why) {
            case error::none: return "fin";
            case error::reset: return "reset";
            case error::refused: return "refused";
            case error::timed_out: return "timeout";
            default: return strerrorname_np(static_cast<int>(to_errc(why)));  // as the kernel's end has it
        }
    }

    void settle(const state& s) {
        ++book.connections;
        book.sent += s.sent;
        book.received += s.received;
        if (ended(s.failed) != how_.ends && !how_.resets) ++book.otherwise;
        book.told = std::string(" ended=") + ended(s.failed);
        if (const auto i = s.socket.info())
            book.told += agreed_options(i->tcpi_options) + " mss=" + std::to_string(i->tcpi_snd_mss);
    }

    host<Tcp>& at_;
    manners how_;
    ip_address peer_;
    pattern ours_, theirs_;
};

}  // namespace interop
