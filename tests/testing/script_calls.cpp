// SPDX-License-Identifier: MIT
// testing/script/socket_calls.hpp: a call that is written wrongly fails or is skipped by what is wrong, and is never
// taken for another one.
#include <doctest/doctest.h>

#include <string>

#include <sluice/sluice.hpp>
#include <sluice/testing/packet_script.hpp>

using namespace sluice;
using namespace sluice::testing;
using judged = script::verdict;

namespace {

const std::string listening = R"(--tolerance_usecs=0
0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
)";
const std::string passive = listening + R"(+0 < S 0:0(0) win 32792 <mss 1000>
+0 > S. 0:0(0) ack 1 <...>
+.1 < . 1:1(0) ack 1 win 257
+0 accept(3, ..., ...) = 4
+0 fcntl(4, F_SETFL, O_NONBLOCK) = 0
)";

script::report run(const std::string& text, const script::run_options& options = {}) {
    return run_script<tcp<>>(text + "\n", "test.pkt", options);
}
struct line {
    std::string text, says;
};

}  // namespace

TEST_CASE("a word that stands for nothing is no zero: the script is skipped by its name") {
    for (const line& each : std::initializer_list<line>{
             {"+0 fcntl(4, F_SETFL, O_RDWR|O_NONBLOK) = 0", "the name O_NONBLOK"},
             {"+0 fcntl(4, F_SETFLAGS, O_RDWR) = 0", "the name F_SETFLAGS"},
             {"+0 shutdown(4, SHUT_FOO) = 0", "the name SHUT_FOO"},
             {"+0 setsockopt(4, SOL_TCP, TCP_NODELAY, [ON], 4) = 0", "the name ON"},
             {"+0 write(4, ..., TEN) = 10", "the name TEN"},
             {"+0 send(4, ..., 10, MSG_FOO) = 10", "the name MSG_FOO"},
             {"+0 fcntl(4, F_GETFL) = 2|O_NONBLOK", "the name O_NONBLOK"},
             {"+0 poll([{fd=4, events=POLLFOO}], 1, 0) = 0", "the name POLLFOO"},
             {"+0 fcntl(4, F_DUPFD, 9) = 9", "fcntl F_DUPFD"},
             {"+0 fcntl(4, 77, 9) = 9", "fcntl 77"},
             {"+0 ioctl(4, 77, [9]) = 9", "ioctl 77"},
             {"+0 getsockopt(4, SOL_TCP, 77, [9], [4]) = 0", "the value of 77"}}) {
        CAPTURE(each.text);
        const auto r = run(passive + each.text);
        CHECK(r.verdict == judged::skipped);
        CHECK(r.message == each.says);
        CHECK(r.text() == "test.pkt:11:1: skipped: " + each.says + "\n  " + each.text);
    }
    CHECK(run(passive + "+0 connect(4, {sa_family=AF_FOO}, ...) = -1 EISCONN (x)").verdict == judged::passed);
    CHECK(run(passive + "+0 getsockopt(4, SOL_SOCKET, SO_ERROR, [EPIPE], [4]) = 0").verdict == judged::failed);
}

TEST_CASE("too few or too many arguments fail, and so does a list's length that is not its own") {
    for (const line& each : std::initializer_list<line>{
             {"+0 close() = 0", "arguments of close: 0, not 1"},
             {"+0 listen(3) = 0", "arguments of listen: 1, not 2"},
             {"+0 fcntl(4) = 0", "arguments of fcntl: 1, not 2 to 3"},
             {"+0 setsockopt(4, SOL_TCP, TCP_NODELAY, [1]) = 0", "arguments of setsockopt: 4, not 5"},
             {"+0 write(4, ..., 10, 0) = 10", "arguments of write: 4, not 3"},
             {"+0 poll([{fd=4, events=POLLIN}], 2, 0) = 0", "poll of 2, but the list has 1"},
             {"+0 writev(4, [{..., 10}, {..., 10}], 1) = 20", "writev of 1, but the list has 2"},
             {"+0 readv(4, [{..., 10}], 2) = 20", "readv of 2, but the list has 1"}}) {
        CAPTURE(each.text);
        const auto r = run(passive + each.text);
        CHECK(r.verdict == judged::failed);
        CHECK(r.message == each.says);
    }
}

TEST_CASE("a descriptor that is open is not given again; one that is given for an error is told by its number") {
    for (const line& each : std::initializer_list<line>{
             {passive + "+0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3", "3 is open already"},
             {passive.substr(0, passive.find("+0 accept")) + "+0 accept(3, ..., ...) = 3", "3 is open already"},
             {passive.substr(0, passive.find("+0 accept")) + "+0 accept(3, ..., ...) = -1 EAGAIN (x)",
              "accept gives 4, not -1 EAGAIN"},
             {passive + "+0 socket(..., SOCK_STREAM, IPPROTO_TCP) = -1 EINVAL (x)", "socket gives 5, not -1 EINVAL"}}) {
        CAPTURE(each.text);
        CHECK(run(each.text).message == each.says);
    }
}

TEST_CASE("-1 without a name is any error, and no success") {
    CHECK(run(passive + "+0 read(4, ..., 10) = -1").verdict == judged::passed);
    CHECK(run(passive + "+0 write(4, ..., 10) = -1").message == "write gives 10, not -1");
}

TEST_CASE("shutdown: how is SHUT_RD, SHUT_WR or SHUT_RDWR; at Linux TIME-WAIT is not connected any more") {
    CHECK(run(passive + "+0 shutdown(4, 3) = -1 EINVAL (x)").verdict == judged::passed);
    CHECK(run(passive + "+0 shutdown(4, -1) = -1 EINVAL (x)").verdict == judged::passed);
    const std::string waits = passive + "+0 shutdown(4, SHUT_WR) = 0\n+0 > F. 1:1(0) ack 1\n"
                                        "+0 < F. 1:1(0) ack 2 win 257\n* > . 2:2(0) ack 2\n+0 shutdown(4, SHUT_RD) = ";
    const auto at_linux = run(waits + "-1 ENOTCONN (x)", {.like = script::profile::linux});
    CHECK_MESSAGE(at_linux.verdict == judged::passed, at_linux.text());
    CHECK(run(waits + "0").verdict == judged::passed);
}

TEST_CASE("without a connection an assertion about one fails; a name that does not exist is skipped") {
    const std::string half_open = listening + "+0 < S 0:0(0) win 32792 <mss 1000>\n+0 > S. 0:0(0) ack 1 <...>\n";
    CHECK(run(half_open + "+0 %{ assert tcpi_snd_cwnd == 10 }%").message == "there is no connection");
    CHECK(run(half_open + "+0 %{ assert tcpi_snd_cwnd == 10 }%").verdict == judged::failed);
    CHECK(run(half_open + "+0 %{ assert tcpi_reordering == 3 }%").verdict == judged::skipped);
    CHECK(run(half_open + "+0 %{ assert TCP_CLOSE == 7 }%").verdict == judged::passed);
    CHECK(run(half_open + "+0 getsockopt(3, SOL_TCP, TCP_INFO, {tcpi_snd_cwnd=10}, [9]) = 0").message ==
          "there is no connection");
}

TEST_CASE("a call whose time is over fails before code looks at what it should have made") {
    std::string waits = listening.substr(0, listening.find("+0 fcntl")) + listening.substr(listening.find("+0 bind")) +
                        "+0...0.1 accept(3, ..., ...) = 4\n+.2 %{ assert tcpi_snd_cwnd == 10 }%";
    CHECK(run(waits).message == "the call still waits when code is run");
    CHECK(run(waits).line == "+0...0.1 accept(3, ..., ...) = 4");
    waits.replace(waits.find("+.2"), 3, "+.1");  // it may still end now
    CHECK(run(waits).message == "there is no connection");
}

TEST_CASE("an assertion that does not hold is placed at its own line") {
    const auto r = run(passive + "+0 %{ assert tcpi_snd_cwnd == 10\n  assert tcpi_snd_cwnd == 9 }%");
    CHECK(r.head() == "test.pkt:12:3: failed: this does not hold: tcpi_snd_cwnd == 9   (tcpi_snd_cwnd = 10)");
    CHECK(run(passive + "+0 %{ assert 0 }%").head().starts_with("test.pkt:11:7: failed: "));
}
