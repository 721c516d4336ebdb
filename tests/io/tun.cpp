// SPDX-License-Identifier: MIT
// io/tun.hpp with this machine's kernel at the other end, in a network namespace; and what can happen to a device while
// a host runs on it. Real time: nothing is asserted of how long it takes.
#include <doctest/doctest.h>

#include <sluice/host/device.hpp>
#include <sluice/host/tcp_listener.hpp>
#include <sluice/io/socket_name.hpp>
#include <sluice/io/tun.hpp>

#include <future>

#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "memory_link.hpp"
#include "own_namespace.hpp"

using namespace sluice;
using my_tcp = tcp<growable_buffers>;

namespace {

constexpr std::size_t length = 2'000'000;

task<> send_all(host<my_tcp>& at, octets words) {
    tcp_listener listener(at);
    if (!listener.listen({.port = 7})) co_return;
    auto peer = co_await listener.accept();
    if (!peer) co_return;
    const auto said = co_await peer->send(words);
    if (said) static_cast<void>(peer->shutdown());
    std::array<octet, 1> end;
    static_cast<void>(co_await peer->recv(end));
}
task<> accept_for_ever(host<my_tcp>& at) {
    tcp_listener listener(at);
    if (listener.listen({.port = 7})) static_cast<void>(co_await listener.accept());
}

/// A kernel's client, without waiting.
struct client {
    io::descriptor socket{::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    std::vector<octet> heard{};
    bool is_at_end = false;

    client() {
        const io::socket_name there_name(socket_address{here, 7});
        ::connect(socket.number(), there_name.address(), there_name.length());
    }
    void read() {
        std::array<octet, 1 << 16> some;
        ssize_t got;
        while ((got = ::recv(socket.number(), some.data(), some.size(), 0)) > 0)
            heard.insert(heard.end(), some.begin(), some.begin() + got);
        is_at_end = got == 0;
    }
};

/// A device whose kernel's side is `there`, or nothing where that may not be.
std::optional<io::tun> open(io::reactor& reactor, bool super_segments = true) {
    auto link = io::tun::open({.kernel_addresses = {{there, 24}}, .super_segments = super_segments}, reactor);
    if (link) return *std::move(link);
    MESSAGE("skipped: " << link.why().text());
    return {};
}

/// A device as a privileged parent opens it: one that blocks, with its address and up. Its number alone goes on.
int opened_by_parent(int flags) {
    const int device = ::open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    ifreq wanted{};
    std::string("handed%d").copy(wanted.ifr_name, IFNAMSIZ - 1);
    wanted.ifr_flags = static_cast<short>(flags);
    if (device < 0 || ::ioctl(device, TUNSETIFF, &wanted) != 0) {
        MESSAGE("skipped: " << io::failed("TUN device").text());
        ::close(device);
        return -1;
    }
    const io::interface kernel_side(wanted.ifr_name);
    REQUIRE(kernel_side.add_address({there, 24}));
    REQUIRE(kernel_side.set_up());
    return device;
}

/// Of this thread: all that root may do and others may not (capset(2)).
void drop_rights() {
    __user_cap_header_struct version{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
    REQUIRE(::syscall(SYS_capset, &version, none.data()) == 0);
}

/// Of this thread: to ask what a TUN descriptor is, as Android may forbid it.
void forbid_asking() {
    constexpr auto ioctl_number = static_cast<std::uint32_t>(SYS_ioctl), asks = static_cast<std::uint32_t>(TUNGETIFF);
    std::array program{
        sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ioctl_number, 0, 3),
        sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[1])),
        sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, asks, 0, 1),
        sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
    REQUIRE(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    REQUIRE(::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0);
}

}  // namespace

TEST_CASE("The kernel gets what a host sends, with super-segments and without, though the device is down a while") {
    for (const bool super_segments : {true, false}) {
        const own_namespace apart;
        auto reactor = io::reactor::open();
        REQUIRE(reactor);
        auto link = apart ? open(*reactor, super_segments) : std::nullopt;
        if (!link) return;
        host<my_tcp> own({.seed = 1}, here);
        device loop(own, *link);
        const auto words = text_of(length);
        REQUIRE(own.spawn(send_all(own, words)));
        loop.turn();  // it listens
        client kernels;
        bool was_down = false, is_down = false;
        const instant end = io::monotonic_now() + 1min;
        while (!kernels.is_at_end && io::monotonic_now() < end) {
            loop.turn();
            kernels.read();
            if (!was_down && kernels.heard.size() > length / 10) {
                REQUIRE(link->kernel_side().set_up(false));
                was_down = is_down = true;
            }
            if (is_down && link->count().lost_out > 0) {  // something was sent into the cut
                REQUIRE(link->kernel_side().set_up(true));
                is_down = false;
            }
            reactor->wait(std::min(loop.next_deadline(), io::monotonic_now() + 1ms));
        }
        CHECK(was_down);
        CHECK(kernels.heard == words);
        CHECK(own.stack().count().retransmitted > 0);
        CHECK_FALSE(link->is_gone());
    }
}

TEST_CASE("Packets of one receive lie apart, the shortest and the longest, and the next gives what had no room") {
    const own_namespace apart;
    auto reactor = io::reactor::open();
    REQUIRE(reactor);
    auto link = apart ? io::tun::open({.kernel_addresses = {{there, 24}}, .mtu = 65'535}, *reactor)
                      : io::failed("a network namespace", "it is not allowed here");
    if (!link) {
        MESSAGE("skipped: " << link.why().text());
        return;
    }
    const io::descriptor kernels(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const io::socket_name there_name(socket_address{here, 7});
    constexpr std::size_t headers = 28, count = 96;  // of IPv4 and UDP; more than 2 MiB
    const auto words = [](std::size_t i) { return std::vector<octet>(i % 2 == 0 ? i : 65'507 - i, octet(i)); };
    for (std::size_t i = 0; i < count; ++i) {
        const auto said = words(i);
        const auto [to, length_of_it] = std::pair(there_name.address(), there_name.length());
        REQUIRE(::sendto(kernels.number(), said.data(), said.size(), 0, to, length_of_it) >= 0);
    }
    std::array<rx_packet, 128> room;
    std::size_t heard = 0, receives = 0;
    for (std::size_t filled; (filled = link->receive(room)) > 0; ++receives)
        for (const rx_packet& each : std::span(room).first(filled)) {
            if (each.data[0] >> 4 != 4) continue;  // the kernel asks for IPv6's neighbours
            const auto said = words(heard++);
            CHECK(std::ranges::equal(each.data.subspan(headers), said));
        }
    CHECK(heard == count);
    CHECK(receives > 1);
}

TEST_CASE("A device that somebody deletes ends the loop that runs on it, with a word, and for each call after it") {
    const own_namespace apart;
    auto reactor = io::reactor::open();
    REQUIRE(reactor);
    auto link = apart ? open(*reactor) : std::nullopt;
    if (!link || !apart.ip("-V > /dev/null")) return;
    host<my_tcp> own({.seed = 1}, here);
    device loop(own, *link);
    REQUIRE(own.spawn(accept_for_ever(own)));
    loop.turn();
    REQUIRE(apart.ip(("link delete " + link->kernel_side().name()).c_str()));
    const auto ended = loop.run();
    CHECK(ended.error() == error::link_gone);
    CHECK(link->is_gone());
    CHECK(link->count().errors >= 1);
    CHECK(loop.run().error() == error::link_gone);
}

TEST_CASE("Out of descriptors, a reactor and a device are refused with the remedy") {
    const own_namespace apart;
    auto reactor = io::reactor::open();
    REQUIRE(reactor);
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    rlimit none = before;
    none.rlim_cur = 3;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
    const auto other = io::reactor::open();
    const auto link = io::tun::open({}, *reactor);
    ::setrlimit(RLIMIT_NOFILE, &before);
    REQUIRE(!other);
    CHECK(other.why().text() == "epoll_create1: Too many open files (raise the limit of open files: ulimit -n)");
    REQUIRE(!link);
    CHECK(link.why().text() == "/dev/net/tun: Too many open files (raise the limit of open files: ulimit -n)");
}

TEST_CASE("A name that the kernel refuses for a TUN device is refused with the cause") {
    const own_namespace apart;
    auto reactor = io::reactor::open();
    REQUIRE(reactor);
    const auto why = [&](const std::string& name) {
        const auto link = io::tun::open({.name = name}, *reactor);
        REQUIRE(!link);
        return link.why().text();
    };
    CHECK(why("sixteenletters_0") == "interface sixteenletters_0 (a name has 15 characters at most)");
    CHECK(why("a/b") == "interface a/b (a name has no slash, colon or blank in it, and is not . or ..)");
    auto taken = apart ? open(*reactor) : std::nullopt;
    if (!taken) return;
    const std::string name = taken->kernel_side().name();
    CHECK(why(name) ==
          "TUN device " + name + ": Device or resource busy (another program has it: choose another name)");
    CHECK(why("lo") == "TUN device lo: Invalid argument (it is there, and no TUN: choose another name)");
    CHECK(why("tun%s") ==
          "TUN device tun%s: Invalid argument (no name for a device: take one as sluice0, or sluice%d)");
    if (!apart.ip("tuntap add name tap0 mode tap")) return;
    CHECK(why("tap0") ==
          "TUN device tap0: Invalid argument (it is there, as a TAP for Ethernet: choose another name)");
}

TEST_CASE("A further queue is refused where the device was not made for many, and where it was, it is there") {
    const own_namespace apart;
    auto reactor = io::reactor::open();
    REQUIRE(reactor);
    auto single = apart ? open(*reactor) : std::nullopt;
    if (!single) return;
    const auto further = single->another_queue(*reactor);
    REQUIRE(!further);
    CHECK(further.why().remedy == "it is there, and not with many_queues alike");
    auto first = io::tun::open({.many_queues = true}, *reactor);
    REQUIRE(first);
    auto second = first->another_queue(*reactor);
    REQUIRE(second);
    CHECK(second->kernel_side().name() == first->kernel_side().name());
}

TEST_CASE("Who has no rights adopts what somebody else has opened: what it is the kernel tells, or the options do") {
    for (const bool super_segments : {true, false})
        for (const bool may_ask : {true, false}) {
            const own_namespace apart;
            if (!apart) return;
            const int handed = opened_by_parent(IFF_TUN | IFF_NO_PI | (super_segments ? IFF_VNET_HDR : 0));
            if (handed < 0) return;
            std::async(std::launch::async, [&] {
                drop_rights();
                if (!may_ask) forbid_asking();
                auto reactor = io::reactor::open();
                REQUIRE(reactor);
                CHECK_FALSE(io::tun::open({}, *reactor));  // it has no rights
                // Where the kernel tells, what the options say of it does not matter.
                auto link = io::tun::adopt(io::descriptor(handed),
                                           {.mtu = 1400, .super_segments = super_segments != may_ask}, *reactor);
                REQUIRE(link);
                CHECK(link->kernel_side().name() == (may_ask ? "handed0" : ""));
                CHECK(link->capabilities().mtu == 1400);
                CHECK((link->capabilities().largest_super_segment > 0) == super_segments);
                const auto more = link->another_queue(*reactor);
                REQUIRE(!more);
                CHECK((more.why().remedy == "the kernel hides its name") == !may_ask);
                std::array<rx_packet, 32> room;
                REQUIRE((::fcntl(link->native_handle(), F_GETFL) & O_NONBLOCK) != 0);  // though it was opened without
                while (link->receive(room) > 0) {}
                host<my_tcp> own({.seed = 1}, here);
                device loop(own, *link);
                const auto words = text_of(length);
                REQUIRE(own.spawn(send_all(own, words)));
                loop.turn();
                client kernels;
                const instant end = io::monotonic_now() + 1min;
                while (!kernels.is_at_end && io::monotonic_now() < end) {
                    loop.turn();
                    kernels.read();
                    reactor->wait(std::min(loop.next_deadline(), io::monotonic_now() + 1ms));
                }
                CHECK(kernels.heard == words);
            }).get();
        }
}

TEST_CASE("A descriptor that is no TUN device's is not adopted, and the word says why") {
    const own_namespace apart;
    auto reactor = io::reactor::open();
    REQUIRE(reactor);
    const auto refused = [&](int number) {
        const auto link = io::tun::adopt(io::descriptor(number), {}, *reactor);
        return link ? "adopted" : link.why().text();
    };
    const std::string what = "a TUN device to adopt: ";
    CHECK(refused(-1) == what + "Bad file descriptor");
    CHECK(refused(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) ==
          what + "Inappropriate ioctl for device (the descriptor is another thing's)");
    std::array<int, 2> pipe{};
    REQUIRE(::pipe2(pipe.data(), O_CLOEXEC) == 0);
    const io::descriptor others(::dup(pipe[0])), end(pipe[1]);
    CHECK(refused(pipe[0]) == what + "Inappropriate ioctl for device (the descriptor is another thing's)");
    CHECK((::fcntl(others.number(), F_GETFL) & O_NONBLOCK) == 0);  // and it stays as it was, for who has it too
    if (!apart) return;
    const int unattached = ::open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    if (unattached < 0) return;
    CHECK(refused(unattached) == what + "File descriptor in bad state (it is attached to no device: TUNSETIFF)");
    const int ethernet = opened_by_parent(IFF_TAP | IFF_NO_PI);
    if (ethernet >= 0) CHECK(refused(ethernet) == "device handed0 (it is a TAP: open it with IFF_TUN)");
}

TEST_CASE("Of a device in another namespace there are no further queues here, and none of its name is made") {
    const own_namespace theirs;
    if (!theirs) return;
    const int handed = opened_by_parent(IFF_TUN | IFF_NO_PI | IFF_MULTI_QUEUE);
    if (handed < 0) return;
    const own_namespace apart;
    REQUIRE(apart);
    auto reactor = io::reactor::open();
    REQUIRE(reactor);
    auto link = io::tun::adopt(io::descriptor(handed), {}, *reactor);
    REQUIRE(link);
    CHECK(link->kernel_side().name() == "handed0");
    CHECK_FALSE(link->another_queue(*reactor));
    CHECK_FALSE(io::interface("handed0").index());
}
