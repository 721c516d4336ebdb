// SPDX-License-Identifier: MIT
// The other end of each conversation: the kernel's TCP, by plain sockets that don't block. Says "listening" when it
// does; at the end what came, and what TCP_INFO knows.
#include <chrono>
#include <utility>
#include <vector>

#include <netinet/tcp.h>
#include <poll.h>

#include "options.hpp"
#include "pattern.hpp"
#include "sockets.hpp"

using namespace interop;
using steady = std::chrono::steady_clock;

namespace {

address named(const std::string& host, std::uint16_t port) {
    return read_address(host.c_str(), std::to_string(port).c_str());
}

void must(bool done, const char* call) {
    if (!done) give_up(call);
}

class kernel_peer {
public:
    explicit kernel_peer(const manners& m)
        : how_(m), ours_(m.first), theirs_(!m.first), began_(steady::now()), heard_(1 << 20) {}

    int run() {
        if (how_.listens) listen();
        else
            for (std::uint64_t i = 0; i < how_.connections; ++i) connect();
        std::vector<pollfd> waits;
        while (!open_.empty() || listening_ >= 0) {
            if (elapsed(began_) > how_.deadline) break;
            waits.clear();
            if (listening_ >= 0) waits.push_back({listening_, POLLIN, 0});
            for (const connection& c : open_) waits.push_back({c.socket, wanted(c), 0});
            must(::poll(waits.data(), waits.size(), is_timed() ? 20 : 1000) >= 0 || errno == EINTR, "poll");
            std::size_t place = waits.size();
            for (std::size_t i = open_.size(); i-- > 0;)
                if (const short what = waits[--place].revents; what != 0 || is_timed()) serve(i, what);
            if (listening_ >= 0 && waits[0].revents != 0) accept();
        }
        return book_.tell("kernel", how_, static_cast<double>(elapsed(began_)) / 1000);
    }

private:
    struct connection {
        int socket;
        steady::time_point began = steady::now();
        std::uint64_t sent = 0, received = 0;
        bool is_connected = false, has_shut = false, has_heard_end = false;
    };

    static std::uint64_t elapsed(steady::time_point since) {
        return static_cast<std::uint64_t>((steady::now() - since) / std::chrono::milliseconds(1));
    }
    bool is_timed() const { return how_.pause + how_.idle > 0; }
    bool may_read(const connection& c) const { return elapsed(c.began) >= how_.pause && !c.has_heard_end; }
    bool may_write(const connection& c) const {
        return elapsed(c.began) >= how_.idle && !c.has_shut && (!how_.answers || c.has_heard_end);
    }
    short wanted(const connection& c) const {
        return static_cast<short>((may_read(c) ? POLLIN : 0) | (may_write(c) || !c.is_connected ? POLLOUT : 0));
    }

    int make() const {
        const address own = named(how_.own.empty() ? how_.peer : how_.own, 0);
        const int made = ::socket(own.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        must(made >= 0, "socket");
        const auto set = [&](int level, int which, int value) {
            must(::setsockopt(made, level, which, &value, sizeof value) == 0, "setsockopt");
        };
        set(SOL_SOCKET, SO_REUSEADDR, 1);
        if (how_.receive_buffer > 0) set(SOL_SOCKET, SO_RCVBUF, static_cast<int>(how_.receive_buffer));
        if (how_.send_buffer > 0) set(SOL_SOCKET, SO_SNDBUF, static_cast<int>(how_.send_buffer));
        if (how_.keep_alive > 0) {
            const int seconds = static_cast<int>((how_.keep_alive + 999) / 1000);
            set(SOL_SOCKET, SO_KEEPALIVE, 1);
            set(IPPROTO_TCP, TCP_KEEPIDLE, seconds), set(IPPROTO_TCP, TCP_KEEPINTVL, seconds);
            set(IPPROTO_TCP, TCP_KEEPCNT, 2);
        }
        if (!how_.congestion.empty())
            must(::setsockopt(made, IPPROTO_TCP, TCP_CONGESTION, how_.congestion.data(),
                              static_cast<socklen_t>(how_.congestion.size())) == 0, "TCP_CONGESTION");
        return made;
    }

    void listen() {
        listening_ = make();
        const address any = named(how_.own, how_.port);
        must(::bind(listening_, any.get(), any.length) == 0, "bind");
        must(::listen(listening_, 4096) == 0, "listen");
        std::puts("listening");
        std::fflush(stdout);
    }
    void accept() {
        for (int made; (made = ::accept4(listening_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
            open_.push_back({.socket = made, .is_connected = true});
            if (++opened_ == how_.connections) {
                ::close(std::exchange(listening_, -1));
                return;
            }
        }
    }
    void connect() {
        const int made = make();
        if (how_.own_port != 0) {
            const address own = named(how_.own, how_.own_port);
            must(::bind(made, own.get(), own.length) == 0, "bind");
        }
        const address peer = named(how_.peer, how_.port);
        must(::connect(made, peer.get(), peer.length) == 0 || errno == EINPROGRESS, "connect");
        open_.push_back({.socket = made});
    }

    /// All that it can do now; at its end it is gone.
    void serve(std::size_t i, short what) {
        connection& c = open_[i];
        if (what != 0) c.is_connected = true;  // or has failed
        if (!c.is_connected) return;
        int failed = pending(c);
        if (failed == 0) failed = receive(c);
        if (failed == 0) failed = send(c);
        const bool is_over = c.has_heard_end && c.has_shut;
        const bool resets = how_.resets && c.received == how_.receives;
        if (failed == 0 && !is_over && !resets) return;
        const std::string ended = failed == 0              ? "fin"
                                  : failed == ECONNRESET   ? "reset"
                                  : failed == EPIPE        ? "reset"
                                  : failed == ETIMEDOUT    ? "timeout"
                                  : failed == ECONNREFUSED ? "refused"
                                                           : ::strerrorname_np(failed);
        settle(c, resets && failed == 0 ? how_.ends : ended);
        if (resets) {
            const linger at_once{1, 0};
            ::setsockopt(c.socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        }
        ::close(c.socket);
        open_[i] = open_.back();
        open_.pop_back();
    }

    /// What has ended it, once; or 0.
    static int pending(const connection& c) {
        int failed = 0;
        socklen_t length = sizeof failed;
        ::getsockopt(c.socket, SOL_SOCKET, SO_ERROR, &failed, &length);
        return failed;
    }

    /// errno, or 0.
    int receive(connection& c) {
        while (may_read(c)) {
            const ssize_t got = ::recv(c.socket, heard_.data(), heard_.size(), 0);
            if (got < 0) return errno == EAGAIN ? 0 : errno;
            if (got == 0) c.has_heard_end = true;
            const auto length = static_cast<std::size_t>(got);
            if (!theirs_.is(c.received, heard_.data(), length)) ++book_.wrong;
            c.received += length;
        }
        return 0;
    }
    int send(connection& c) {
        while (may_write(c) && c.sent < how_.sends) {
            const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(how_.sends - c.sent, pattern::longest));
            const ssize_t taken = ::send(c.socket, ours_.at(c.sent), most, MSG_NOSIGNAL);
            if (taken < 0) return errno == EAGAIN ? 0 : errno;
            c.sent += static_cast<std::uint64_t>(taken);
        }
        if (!may_write(c) || how_.resets) return 0;
        if (::shutdown(c.socket, SHUT_WR) != 0) return errno == ENOTCONN ? pending(c) : errno;  // reset just now
        c.has_shut = true;
        return 0;
    }

    void settle(const connection& c, const std::string& ended) {
        ++book_.connections;
        book_.sent += c.sent;
        book_.received += c.received;
        if (ended != how_.ends) ++book_.otherwise;
        tcp_info i{};
        socklen_t length = sizeof i;
        ::getsockopt(c.socket, IPPROTO_TCP, TCP_INFO, &i, &length);
        retransmitted_ += i.tcpi_total_retrans;
        char congestion[16] = "";
        length = sizeof congestion - 1;
        ::getsockopt(c.socket, IPPROTO_TCP, TCP_CONGESTION, congestion, &length);
        book_.told = " ended=" + ended + agreed_options(i.tcpi_options) + " congestion=" + congestion +
                     " mss=" + std::to_string(i.tcpi_snd_mss) + " retransmitted=" + std::to_string(retransmitted_);
    }

    manners how_;
    pattern ours_, theirs_;
    steady::time_point began_;
    std::vector<std::uint8_t> heard_;
    int listening_ = -1;
    std::uint64_t opened_ = 0, retransmitted_ = 0;
    std::vector<connection> open_;
    account book_;
};

}  // namespace

int main(int argc, char** argv) {
    options given(argc, argv);
    const manners how(given);
    given.check();
    return kernel_peer(how).run();
}
