// SPDX-License-Identifier: MIT
// How fast is sluice on a TUN device, talking to the kernel's TCP, as a multiple of the kernel talking to itself?
// One end of a conversation for each process; tun.sh lets them take turns, and has the comparison.
//   bench_tun serve PORT                                            the kernel's end, by blocking sockets
//   bench_tun ask WHO ADDRESS PORT send|receive|both|ping AMOUNT    says how many seconds it took
// WHO is kernel, super (sluice on TUN with super-segments) or plain (sluice on TUN without), and both have the same
// octets to send and to compare. `send` ends when the peer has said that all came as it should.
#include "timing.hpp"

#include <sluice/host/device.hpp>
#include <sluice/host/tcp_socket.hpp>
#include <sluice/host/when_all.hpp>
#include <sluice/io/address_text.hpp>
#include <sluice/io/socket_name.hpp>
#include <sluice/io/tun.hpp>

#include <chrono>
#include <cstring>
#include <thread>

#include <netinet/tcp.h>

namespace {

using namespace sluice;
using bench::require;
using my_tcp = tcp<growable_buffers>;

constexpr auto kernel_address = ip_address::v4(198, 18, 0, 1), own = ip_address::v4(198, 18, 0, 2);  // of the device
constexpr std::size_t at_once = 65'521;  // octets for each call, a prime: so octets in another place show

/// An endless text, of which `at_once` octets lie in one piece wherever one begins.
class endless {
public:
    const octet* at(std::uint64_t place) const { return text_.data() + place % at_once; }
    bool is(std::uint64_t place, octets some) const {
        for (; some.size() > at_once; place += at_once, some = some.subspan(at_once))
            if (std::memcmp(at(place), some.data(), at_once) != 0) return false;
        return std::memcmp(at(place), some.data(), some.size()) == 0;
    }

private:
    static std::vector<octet> twice(std::vector<octet> once) {
        once.resize(2 * at_once);
        std::copy_n(once.begin(), at_once, once.begin() + at_once);
        return once;
    }
    std::vector<octet> text_ = twice(bench::pattern(at_once));
};
const endless text;

octets piece(std::uint64_t place, std::uint64_t end) {
    return {text.at(place), static_cast<std::size_t>(std::min<std::uint64_t>(end - place, at_once))};
}

/// What the one who asks wants, as its first octets say.
struct request {
    enum class kind : std::uint64_t { send, receive, both, ping } what;
    std::uint64_t amount;  // octets each way, or round trips

    std::array<octet, 16> octets_of() const { return std::bit_cast<std::array<octet, 16>>(*this); }
};
constexpr octet good = 'g';

using steady = std::chrono::steady_clock;
double since(steady::time_point begin) { return std::chrono::duration<double>(steady::now() - begin).count(); }

// ---- the kernel's -----------------------------------------------------------------------------------------------

class kernel_socket {
public:
    explicit kernel_socket(io::descriptor of) : of_(std::move(of)), heard_(std::size_t{1} << 18) {
        const int on = 1;
        ::setsockopt(of_.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        // sluice's too; with the machine's own choice, as bbr, it would be policies that are compared.
        require(::setsockopt(of_.number(), IPPROTO_TCP, TCP_CONGESTION, "cubic", 5) == 0, "the kernel has cubic");
    }

    void say(octets some) {
        while (!some.empty()) {
            const ssize_t taken = ::send(of_.number(), some.data(), some.size(), MSG_NOSIGNAL);
            require(taken > 0, "the kernel sends");
            some = some.subspan(static_cast<std::size_t>(taken));
        }
    }
    /// At least one octet, at most so many.
    octets hear(std::uint64_t most) {
        const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(most, heard_.size()));
        const ssize_t got = ::recv(of_.number(), heard_.data(), room, 0);
        require(got > 0, "the kernel receives");
        return octets(heard_).first(static_cast<std::size_t>(got));
    }

    void say_all(std::uint64_t amount) {
        for (std::uint64_t said = 0; said < amount; said += piece(said, amount).size()) say(piece(said, amount));
    }
    void hear_all(std::uint64_t amount) {
        for (std::uint64_t heard = 0; heard < amount;) {
            const octets some = hear(amount - heard);
            require(text.is(heard, some), "what came to the kernel is what was sent");
            heard += some.size();
        }
    }
    void both(std::uint64_t amount) {
        std::thread saying([&] { say_all(amount); });
        hear_all(amount);
        saying.join();
    }

private:
    io::descriptor of_;
    std::vector<octet> heard_;
};

void serve_one(kernel_socket at) {
    request wanted;
    for (std::size_t have = 0; have < sizeof wanted;) {
        const octets some = at.hear(sizeof wanted - have);
        std::memcpy(reinterpret_cast<octet*>(&wanted) + have, some.data(), some.size());
        have += some.size();
    }
    switch (wanted.what) {
        case request::kind::send:
            at.hear_all(wanted.amount);
            return at.say({&good, 1});
        case request::kind::receive: return at.say_all(wanted.amount);
        case request::kind::both:
            at.both(wanted.amount);
            return at.say({&good, 1});
        case request::kind::ping:
            for (; wanted.amount > 0; --wanted.amount) {
                const auto answer = static_cast<octet>(at.hear(1)[0] + 1);
                at.say({&answer, 1});
            }
    }
}

void serve(std::uint16_t port) {
    const io::descriptor listening(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const io::socket_name any(socket_address{ip_address::v4(0, 0, 0, 0), port});
    require(::bind(listening.number(), any.address(), any.length()) == 0, "bind");
    require(::listen(listening.number(), 1) == 0, "listen");
    std::puts("listening");
    std::fflush(stdout);
    while (true) {
        io::descriptor accepted(::accept4(listening.number(), nullptr, nullptr, SOCK_CLOEXEC));
        serve_one(kernel_socket(std::move(accepted)));
    }
}

double ask_by_kernel(socket_address whom, request wanted) {
    io::descriptor made(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const io::socket_name there(whom);
    require(::connect(made.number(), there.address(), there.length()) == 0, "the kernel connects");
    kernel_socket at(std::move(made));
    const auto begin = steady::now();
    at.say(wanted.octets_of());
    switch (wanted.what) {
        case request::kind::send:
            at.say_all(wanted.amount);
            require(at.hear(1)[0] == good, "all has come");
            break;
        case request::kind::receive: at.hear_all(wanted.amount); break;
        case request::kind::both:
            at.both(wanted.amount);
            require(at.hear(1)[0] == good, "all has come");
            break;
        case request::kind::ping:
            for (std::uint64_t i = 0; i < wanted.amount; ++i) {
                const auto question = static_cast<octet>(i);
                at.say({&question, 1});
                require(at.hear(1)[0] == static_cast<octet>(question + 1), "an answer");
            }
    }
    return since(begin);
}

// ---- sluice's ---------------------------------------------------------------------------------------------------

task<> say(tcp_socket<my_tcp>& at, octets some) {
    const auto done = co_await at.send(some);
    require(bool(done), "sluice sends");
}
task<octet> hear_one(tcp_socket<my_tcp>& at) {
    octet one = 0;
    const auto got = co_await at.recv({&one, 1});
    require(got.value_or(0) == 1, "sluice receives");
    co_return one;
}

task<> say_all(tcp_socket<my_tcp>& at, std::uint64_t amount) {
    for (std::uint64_t said = 0; said < amount; said += piece(said, amount).size())
        co_await say(at, piece(said, amount));
}
task<> hear_all(tcp_socket<my_tcp>& at, std::uint64_t amount) {
    std::vector<octet> room(std::size_t{1} << 18);
    for (std::uint64_t heard = 0; heard < amount;) {
        const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(amount - heard, room.size()));
        const auto got = co_await at.recv(mutable_octets(room).first(most));
        require(got.value_or(0) > 0, "sluice receives");
        require(text.is(heard, octets(room).first(*got)), "what came to sluice is what was sent");
        heard += *got;
    }
}

task<double> ask_by_sluice(host<my_tcp>& from, socket_address whom, request wanted) {
    tcp_socket at(from);
    const auto connected = co_await at.connect(whom);
    require(bool(connected), "sluice connects");
    const auto begin = steady::now();
    const auto said = wanted.octets_of();
    co_await say(at, said);
    switch (wanted.what) {
        case request::kind::send:
            co_await say_all(at, wanted.amount);
            require(co_await hear_one(at) == good, "all has come");
            break;
        case request::kind::receive: co_await hear_all(at, wanted.amount); break;
        case request::kind::both:
            co_await when_all(say_all(at, wanted.amount), hear_all(at, wanted.amount));
            require(co_await hear_one(at) == good, "all has come");
            break;
        case request::kind::ping:
            for (std::uint64_t i = 0; i < wanted.amount; ++i) {
                const auto question = static_cast<octet>(i);
                co_await say(at, {&question, 1});
                require(co_await hear_one(at) == static_cast<octet>(question + 1), "an answer");
            }
    }
    co_return since(begin);
}

double ask_by_sluice(bool super_segments, socket_address whom, request wanted) {
    auto reactor = io::reactor::open();
    require(bool(reactor), "a reactor");
    auto link = io::tun::open({.name = "bench%d", .kernel_addresses = {{kernel_address, 24}},
                               .super_segments = super_segments}, *reactor);
    if (!link) {
        std::fprintf(stderr, "%s\n", link.why().text().c_str());
        std::exit(77);
    }
    host<my_tcp> at({.seed = io::random_seed()}, own);
    device loop(at, *link);
    const auto took = loop.block_on(ask_by_sluice(at, whom, wanted));
    require(bool(took), "the device stays");
    return *took;
}

[[noreturn]] void refuse() {
    std::fputs("bench_tun serve PORT | ask kernel|super|plain ADDRESS PORT send|receive|both|ping AMOUNT\n", stderr);
    std::exit(2);
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> given(argv, argv + argc);
    const auto port_of = [](const std::string& s) { return static_cast<std::uint16_t>(std::atoi(s.c_str())); };
    if (argc == 3 && given[1] == "serve") serve(port_of(given[2]));
    if (argc != 7 || given[1] != "ask") refuse();
    const std::string& who = given[2];
    const auto address = io::read_address(given[3]);
    if (!address || (who != "kernel" && who != "super" && who != "plain")) refuse();
    const socket_address whom{*address, port_of(given[4])};
    request wanted{.what = {}, .amount = std::strtoull(given[6].c_str(), nullptr, 10)};
    if (given[5] == "send") wanted.what = request::kind::send;
    else if (given[5] == "receive") wanted.what = request::kind::receive;
    else if (given[5] == "both") wanted.what = request::kind::both;
    else if (given[5] == "ping") wanted.what = request::kind::ping;
    else refuse();
    std::printf("%.6f\n", who == "kernel" ? ask_by_kernel(whom, wanted) : ask_by_sluice(who == "super", whom, wanted));
}
