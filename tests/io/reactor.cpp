// SPDX-License-Identifier: MIT
//
// Programs that wait for descriptors, in one thread.
#include <doctest/doctest.h>

#include <string>

#include <sys/socket.h>

#include <sluice/host/executor.hpp>
#include <sluice/io/reactor.hpp>

using namespace sluice;

namespace {

struct two_ends {
    io::descriptor left, right;
    two_ends() {
        int numbers[2] = {-1, -1};
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, numbers) == 0);
        left = io::descriptor(numbers[0]), right = io::descriptor(numbers[1]);
    }
};

task<> read_all(io::watched& input, int number, std::string& heard, bool& ended) {
    char some[16];
    while (true) {
        const ssize_t length = ::read(number, some, sizeof some);
        if (length == 0) break;
        if (length > 0) heard.append(some, static_cast<std::size_t>(length));
        else co_await input.readable();
    }
    ended = true;
}

task<> write_all(io::watched& output, int number, std::string said) {
    while (!said.empty()) {
        const ssize_t length = ::write(number, said.data(), said.size());
        if (length > 0) said.erase(0, static_cast<std::size_t>(length));
        else co_await output.writable();
    }
    ::shutdown(number, SHUT_WR);
}

}  // namespace

TEST_CASE("Programs wait for descriptors: more than a socket holds passes, and its end is told") {
    two_ends pair;
    auto reactor = io::reactor::open();
    REQUIRE(reactor);
    auto left = io::watched::add(*reactor, pair.left.number()), right = io::watched::add(*reactor, pair.right.number());
    REQUIRE(left);
    REQUIRE(right);
    const std::string said(3'000'000, 's');
    std::string heard;
    bool ended = false;
    executor programs;
    REQUIRE(programs.spawn(write_all(*left, pair.left.number(), said)));
    REQUIRE(programs.spawn(read_all(*right, pair.right.number(), heard, ended)));
    while (!programs.empty()) {
        if (!programs.run_ready()) reactor->wait(never);
    }
    CHECK(ended);
    CHECK(heard == said);
}

TEST_CASE("A wait ends at its deadline, and at once when that has passed") {
    auto reactor = io::reactor::open();
    REQUIRE(reactor);
    const instant deadline = io::monotonic_now() + 2ms;
    reactor->wait(deadline);
    CHECK(io::monotonic_now() >= deadline);
    reactor->wait(instant::min());
}

TEST_CASE("A file is refused with a reason, since it is always ready") {
    auto reactor = io::reactor::open();
    REQUIRE(reactor);
    const io::descriptor file(::open("/proc/self/status", O_RDONLY));
    const auto refused = io::watched::add(*reactor, file.number());
    REQUIRE(!refused);
    CHECK(refused.why().text() == "epoll_ctl: Operation not permitted");
}

TEST_CASE("What is no longer watched is not told: its descriptor can be closed, and its number used again") {
    two_ends first;
    auto reactor = io::reactor::open();
    REQUIRE(reactor);
    {
        auto gone = io::watched::add(*reactor, first.left.number());
        REQUIRE(gone);
    }
    auto again = io::watched::add(*reactor, first.left.number());
    CHECK(again);
}
