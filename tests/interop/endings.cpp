// SPDX-License-Identifier: MIT
// endings server PORT | endings client HOST PORT CLOSED_PORT [UNREACHABLE...]: all the ways in which a connection can
// end, one after the other, and what each side has seen of them, a line each: octets, their sum, and how it ended.
// Whether something stands between the two may make no difference to a line.
#include "sockets.hpp"

#include <array>
#include <functional>
#include <vector>

#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>

namespace {

using namespace interop;

/// One side of a connection.
class side {
public:
    side(std::string who, int socket) : who_(std::move(who)), socket_(socket) { be_patient(socket_); }
    side(const side&) = delete;
    ~side() { close(); }

    void say(std::size_t length) {
        std::vector<unsigned char> text(length);
        for (std::size_t i = 0; i < length; ++i) text[i] = static_cast<unsigned char>(i * 7 + (i >> 8));
        for (std::size_t sent = 0; sent < length;) {
            const ssize_t now = ::send(socket_, text.data() + sent, length - sent, MSG_NOSIGNAL);
            if (now < 0) return note("wrote " + std::to_string(sent) + " octets, then " + word(errno));
            sent += static_cast<std::size_t>(now);
        }
    }
    /// So many octets, or to the end.
    void hear(std::size_t most) {
        std::array<unsigned char, 16'384> some;
        std::size_t count = 0;
        std::uint32_t sum = 0;
        while (count < most) {
            const ssize_t got = ::recv(socket_, some.data(), std::min(some.size(), most - count), 0);
            if (got <= 0) {
                note("read " + std::to_string(count) + " octets, sum " + std::to_string(sum) + ", then " +
                     word(got == 0 ? 0 : errno));
                return;
            }
            count += static_cast<std::size_t>(got);
            for (ssize_t i = 0; i < got; ++i) sum = sum * 31 + some[static_cast<std::size_t>(i)];
        }
        note("read " + std::to_string(count) + " octets, sum " + std::to_string(sum));
    }
    /// Until all has left: what still waits for its turn goes with a reset.
    void drain() {
        for (int left = 1; left > 0;)
            if (::ioctl(socket_, SIOCOUTQNSD, &left) != 0) give_up("SIOCOUTQNSD");
    }
    void hear_all() { hear(~std::size_t{0}); }
    /// Until so many are there, unread.
    void await(std::size_t length) {
        std::vector<unsigned char> seen(length);
        ::recv(socket_, seen.data(), length, MSG_PEEK | MSG_WAITALL);
    }
    /// Until the connection is broken; then what writing says, and once more.
    void write_when_broken() {
        pollfd what{socket_, 0, 0};
        ::poll(&what, 1, patience * 1000);
        say(1);
        say(1);
    }
    void end() { ::shutdown(socket_, SHUT_WR); }
    void close() {
        if (socket_ >= 0) ::close(socket_);
        socket_ = -1;
    }
    void reset() {
        const linger at_once{1, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        close();
    }

private:
    void note(const std::string& what) { interop::say(who_ + ": " + what); }

    std::string who_;
    int socket_;
};

/// What each of the two does. `one` is the client and `other` the server, and then the other way round.
struct ending {
    const char* name;
    void (*one)(side&);
    void (*other)(side&);
};

constexpr std::array endings{
    ending{"ends first, when all is said",
           [](side& s) { s.say(5000), s.hear(3000), s.end(), s.hear_all(); },
           [](side& s) { s.hear(5000), s.say(3000), s.hear_all(), s.close(); }},
    ending{"ends while the other one does",
           [](side& s) { s.say(4000), s.hear(4000), s.end(), s.hear_all(); },
           [](side& s) { s.say(4000), s.hear(4000), s.end(), s.hear_all(); }},
    ending{"ends, and hears a long answer",
           [](side& s) { s.say(5000), s.end(), s.hear_all(); },
           [](side& s) { s.hear_all(), s.say(1'000'000), s.close(); }},
    ending{"ends without a word",
           [](side& s) { s.end(), s.hear_all(); },
           [](side& s) { s.hear_all(), s.end(); }},
    ending{"says much and closes",
           [](side& s) { s.say(1'000'000), s.close(); },
           [](side& s) { s.hear_all(); }},
    ending{"resets when all is heard",
           [](side& s) { s.say(5000), s.hear(1), s.reset(); },
           [](side& s) { s.hear(5000), s.say(1), s.hear_all(); }},
    ending{"resets right behind its text",
           [](side& s) { s.say(10'000), s.drain(), s.reset(); },
           [](side& s) { s.hear_all(); }},
    ending{"resets what the other one has ended",
           [](side& s) { s.hear_all(), s.reset(); },
           [](side& s) { s.say(100), s.end(), s.hear_all(); }},
    ending{"ends, and resets the answer",
           [](side& s) { s.end(), s.hear(1000), s.reset(); },
           [](side& s) { s.hear_all(), s.say(1000), s.write_when_broken(); }},
    ending{"closes with text unread",
           [](side& s) { s.hear(1), s.await(4999), s.close(); },
           [](side& s) { s.say(5000), s.hear_all(); }},
    ending{"resets, and the other one writes",
           [](side& s) { s.hear(5), s.reset(); },
           [](side& s) { s.say(5), s.write_when_broken(), s.hear_all(); }},
};

int serve(const char* port) {
    const int listener = listen_on(port);
    while (true) {
        const int socket = ::accept(listener, nullptr, nullptr);
        if (socket < 0) give_up("accept");
        std::array<unsigned char, 2> which{};
        be_patient(socket);
        if (::recv(socket, which.data(), 2, MSG_WAITALL) != 2 || which[0] >= endings.size()) {
            say("server: nobody");
            ::close(socket);
            continue;
        }
        const ending& e = endings[which[0]];
        say(std::string("-- ") + (which[1] == 0 ? "client " : "server ") + e.name);
        side server("server", socket);
        (which[1] == 0 ? e.other : e.one)(server);
    }
}

int connect_to(const address& to) {
    const int socket = ::socket(to.storage.ss_family, SOCK_STREAM, 0);
    be_patient(socket);
    if (::connect(socket, to.get(), to.length) == 0) return socket;
    say("client: connect, " + word(errno));
    ::close(socket);
    return -1;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string role = argc > 1 ? argv[1] : "";
    if (role == "server" && argc == 3) return serve(argv[2]);
    if (role != "client" || argc < 5) return std::fprintf(stderr, "endings server PORT | client HOST PORT CLOSED\n"), 2;
    const address server = read_address(argv[2], argv[3]);
    for (unsigned char by = 0; by < 2; ++by)
        for (unsigned char i = 0; i < endings.size(); ++i) {
            say(std::string("-- ") + (by == 0 ? "client " : "server ") + endings[i].name);
            const int socket = connect_to(server);
            if (socket < 0) continue;
            const std::array<unsigned char, 2> which{i, by};
            if (::send(socket, which.data(), 2, MSG_NOSIGNAL) != 2) give_up("send");
            side client("client", socket);
            (by == 0 ? endings[i].one : endings[i].other)(client);
        }
    say("-- nobody listens");
    connect_to(read_address(argv[2], argv[4]));
    for (int i = 5; i < argc; ++i) {
        say("-- nobody is there");
        connect_to(read_address(argv[i], argv[3]));
    }
}
