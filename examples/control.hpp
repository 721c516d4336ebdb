// SPDX-License-Identifier: MIT
// A UNIX socket at which a running host lists its sockets for whoever calls: `ss PATH`, or `nc -U PATH`. It is a
// program of the host as others are, and waits in the same reactor.
#pragma once

#include <sluice/host/host.hpp>
#include <sluice/io/reactor.hpp>
#include <sluice/trace/ss.hpp>

#include <string>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace control {

using namespace sluice;

inline io::opened<sockaddr_un> name_of(const std::string& path) {
    sockaddr_un out{};
    out.sun_family = AF_UNIX;
    if (path.size() >= sizeof out.sun_path) return io::failure{path, ENAMETOOLONG, "107 characters at most"};
    path.copy(out.sun_path, path.size());
    return out;
}

/// Why there can't be a socket: something else's, or somebody's who may be gone.
inline io::failure taken(const std::string& path, const sockaddr_un& name) {
    struct stat is{};
    if (::lstat(path.c_str(), &is) != 0 || !S_ISSOCK(is.st_mode))
        return {path, EADDRINUSE, S_ISDIR(is.st_mode) ? "a directory: name a file in it that is not there yet"
                                                      : "a file, which stays as it is: choose another path"};
    const io::descriptor knocking(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const bool is_answered =
        ::connect(knocking.number(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0 || errno == EAGAIN;
    return {path, EADDRINUSE, is_answered ? "another program listens there: choose another path"
                                          : "a program that is gone has left it: remove it"};
}

inline task<> answer(io::reactor& at, io::descriptor caller, std::string list) {
    auto watching = io::watched::add(at, caller.number());
    if (!watching) co_return;
    for (std::size_t sent = 0; sent < list.size();) {
        const ssize_t more =
            ::send(caller.number(), list.data() + sent, list.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (more > 0) sent += static_cast<std::size_t>(more);
        else if (errno == EAGAIN) co_await watching->writable();
        else if (errno != EINTR) co_return;
    }
}

/// The file goes when this does.
class door {
public:
    static io::opened<door> open(const std::string& path, io::reactor& at) {
        auto name = name_of(path);
        if (!name) return name.why();
        io::descriptor listening(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        if (!listening) return io::failed("a UNIX socket");
        if (::bind(listening.number(), reinterpret_cast<const sockaddr*>(&*name), sizeof *name) != 0)
            return errno == EADDRINUSE ? taken(path, *name) : io::failed(path);
        door out(path, std::move(listening), at);
        if (::listen(out.listening_.number(), 8) != 0) return io::failed(path);
        auto watching = io::watched::add(at, out.listening_.number());
        if (!watching) return watching.why();
        out.calls_ = *std::move(watching);
        return out;
    }
    door(door&& other) noexcept
        : path_(std::exchange(other.path_, {})), listening_(std::move(other.listening_)),
          calls_(std::move(other.calls_)), at_(other.at_) {}
    ~door() {
        if (!path_.empty()) ::unlink(path_.c_str());
    }

    template <class Tcp>
    task<> serve(host<Tcp>& of) {
        while (true) {
            io::descriptor caller(::accept4(listening_.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
            if (!caller) co_await calls_.readable();
            else static_cast<void>(of.spawn(answer(at_, std::move(caller), trace::ss(of.stack()))));
        }
    }

private:
    door(std::string path, io::descriptor listening, io::reactor& at)
        : path_(std::move(path)), listening_(std::move(listening)), at_(at) {}

    std::string path_;
    io::descriptor listening_;
    io::watched calls_;
    io::reactor& at_;
};

}  // namespace control
