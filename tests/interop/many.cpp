// SPDX-License-Identifier: MIT
// many server PORT | many client HOST PORT COUNT: so many connections at a time. The server echoes. The client opens
// all, has each carry text both ways while all are open, says so, waits for a line, and ends them.
#include "sockets.hpp"

#include <array>
#include <chrono>
#include <vector>

#include <fcntl.h>
#include <sys/epoll.h>

namespace {

using namespace interop;
using text = std::array<unsigned char, 64>;

int listen_to(int epoll, int socket, std::uint32_t events) {
    epoll_event wanted{};
    wanted.events = events;
    wanted.data.fd = socket;
    return ::epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &wanted);
}

int serve(const char* port) {
    const int listener = listen_on(port), epoll = ::epoll_create1(0);
    ::fcntl(listener, F_SETFL, O_NONBLOCK);
    listen_to(epoll, listener, EPOLLIN);
    std::array<epoll_event, 256> events;
    while (true) {
        const int count = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
        for (int i = 0; i < count; ++i) {
            const int socket = events[static_cast<std::size_t>(i)].data.fd;
            if (socket == listener) {
                for (int peer; (peer = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;)
                    listen_to(epoll, peer, EPOLLIN);
                continue;
            }
            text some;
            const ssize_t got = ::recv(socket, some.data(), some.size(), 0);
            if (got <= 0) ::close(socket);
            else if (::send(socket, some.data(), static_cast<std::size_t>(got), MSG_NOSIGNAL) != got)
                ::close(socket);  // so little always has room
        }
    }
}

text text_of(std::size_t number) {
    text out;
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<unsigned char>((number >> i % 3 * 8) ^ i);
    return out;
}

/// Opens them, `at_a_time` on their way at any time.
std::vector<int> open_all(const address& server, std::size_t count) {
    constexpr std::size_t at_a_time = 256;
    std::vector<int> out;
    const int epoll = ::epoll_create1(0);
    std::size_t under_way = 0;
    std::array<epoll_event, at_a_time> events;
    while (out.size() < count || under_way > 0) {
        for (; out.size() < count && under_way < at_a_time; ++under_way) {
            const int socket = ::socket(server.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
            if (socket < 0) give_up("socket");
            if (::connect(socket, server.get(), server.length) != 0 && errno != EINPROGRESS) give_up("connect");
            listen_to(epoll, socket, EPOLLOUT);
            out.push_back(socket);
        }
        const int ready = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), patience * 1000);
        if (ready <= 0) give_up("no connection is opened any more");
        for (int i = 0; i < ready; ++i, --under_way) {
            const int socket = events[static_cast<std::size_t>(i)].data.fd;
            socklen_t length = sizeof errno;
            ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &errno, &length);
            if (errno != 0) give_up("connect");
            ::epoll_ctl(epoll, EPOLL_CTL_DEL, socket, nullptr);
            ::fcntl(socket, F_SETFL, 0);
            be_patient(socket);
        }
    }
    ::close(epoll);
    return out;
}

int ask(const address& server, std::size_t count) {
    const auto begin = std::chrono::steady_clock::now();
    const auto passed = [&] {
        return std::to_string(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count()) + " s";
    };
    const std::vector<int> sockets = open_all(server, count);
    say("open after " + passed());
    for (std::size_t i = 0; i < count; ++i)
        if (::send(sockets[i], text_of(i).data(), text().size(), MSG_NOSIGNAL) != text().size()) give_up("send");
    for (std::size_t i = 0; i < count; ++i) {
        text back{};
        if (::recv(sockets[i], back.data(), back.size(), MSG_WAITALL) != back.size()) give_up("recv");
        if (back != text_of(i)) return say("other octets"), 1;
    }
    say("echoed after " + passed());
    std::getchar();
    for (const int each : sockets) ::shutdown(each, SHUT_WR);
    for (const int each : sockets) {
        unsigned char none;
        if (::recv(each, &none, 1, 0) != 0) give_up("end");
    }
    say("ended after " + passed());
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    raise_limit_of_descriptors();
    const std::string role = argc > 1 ? argv[1] : "";
    if (role == "server" && argc == 3) return serve(argv[2]);
    if (role == "client" && argc == 5) return ask(read_address(argv[2], argv[3]), std::strtoul(argv[4], nullptr, 10));
    return std::fprintf(stderr, "many server PORT | client HOST PORT COUNT\n"), 2;
}
