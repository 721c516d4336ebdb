// SPDX-License-Identifier: MIT
// testing/script/socket_options.hpp: what getsockopt tells is compared with what a script says, and what can't be set
// here is skipped by its name.
#include <doctest/doctest.h>

#include <string>

#include <sluice/sluice.hpp>
#include <sluice/testing/packet_script.hpp>

using namespace sluice;
using namespace sluice::testing;
using judged = script::verdict;

namespace {

const std::string passive = R"(--tolerance_usecs=0
0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 setsockopt(3, SOL_SOCKET, SO_RCVBUF, [20000], 4) = 0
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
+0 < S 0:0(0) win 32792 <mss 1000>
+0 > S. 0:0(0) ack 1 <...>
+.1 < . 1:1(0) ack 1 win 257
+0 accept(3, ..., ...) = 4
)";

script::report run(const std::string& line, const script::run_options& options = {}) {
    return run_script<tcp<>>(passive + line + "\n", "test.pkt", options);
}

}  // namespace

TEST_CASE("what getsockopt tells is compared: another value fails, and the report says both") {
    struct told {
        std::string name, right, wrong;
        const char* says;
        bool waived = false;  // by --neutral
    };
    for (const told& each : std::initializer_list<told>{
             {"SOL_TCP, TCP_NODELAY", "[0]", "[1]", "TCP_NODELAY is 0, not 1", true},
             {"SOL_TCP, TCP_MAXSEG", "[1000]", "[1460]", "TCP_MAXSEG is 1000, not 1460", true},
             {"SOL_SOCKET, SO_RCVBUF", "[20000]", "[40000]", "SO_RCVBUF is 20000, not 40000", true},
             {"SOL_SOCKET, SO_LINGER", "{onoff=0, linger=0}", "{onoff=1, linger=0}", "onoff is 0, not 1"},
             {"SOL_SOCKET, SO_LINGER", "{onoff=0, linger=0}", "{onoff=0, linger=1}", "linger is 0, not 1"},
             {"SOL_TCP, TCP_INFO", "{tcpi_rto=..., tcpi_snd_cwnd=10}", "{tcpi_rto=..., tcpi_snd_cwnd=9}",
              "tcpi_snd_cwnd is 10, not 9"},
             {"SOL_TCP, TCP_NOPUSH", "[0]", "[1]", "TCP_NOPUSH is 0, not 1", true},
         }) {
        CAPTURE(each.name);
        const std::string before = "+0 getsockopt(4, " + each.name + ", ", after = ", [4]) = 0";
        CHECK(run(before + each.right + after).verdict == judged::passed);
        const auto wrong = run(before + each.wrong + after);
        CHECK(wrong.verdict == judged::failed);
        CHECK(wrong.message == each.says);
        CHECK((run(before + each.wrong + after, {.neutral = true}).verdict == judged::passed) == each.waived);
    }
}

TEST_CASE("Linux tells twice of a buffer what was set") {
    const script::run_options as_linux{.like = script::profile::linux};
    CHECK(run("+0 getsockopt(4, SOL_SOCKET, SO_RCVBUF, [40000], [4]) = 0", as_linux).verdict == judged::passed);
    CHECK(run("+0 getsockopt(4, SOL_SOCKET, SO_RCVBUF, [20000], [4]) = 0", as_linux).verdict == judged::failed);
}

TEST_CASE("what can't be set, told or asked for here is skipped by its name") {
    for (const auto& each : std::initializer_list<std::pair<const char*, const char*>>{
             {"setsockopt(3, SOL_TCP, TCP_DEFER_ACCEPT, [1], 4) = 0", "the option TCP_DEFER_ACCEPT"},
             {"setsockopt(4, SOL_SOCKET, SO_MAX_PACING_RATE, [1], 4) = 0", "the option SO_MAX_PACING_RATE"},
             {"setsockopt(4, SOL_TCP, TCP_WINDOW_CLAMP, [1], 4) = 0", "the option TCP_WINDOW_CLAMP"},
             {"setsockopt(4, SOL_TCP, 255, [1], 4) = 0", "the option 255"},
             {"setsockopt(4, SOL_TCP, TCP_CONGESTION, \"bbr\", 3) = 0", "congestion control by bbr"},
             {"getsockopt(4, SOL_TCP, TCP_CONGESTION, \"bbr\", [3]) = 0", "congestion control by bbr"},
             {"getsockopt(4, SOL_SOCKET, SO_SNDBUF, [1], [4]) = 0", "the value of SO_SNDBUF"},
             {"getsockopt(4, SOL_TCP, TCP_CORK, [A_NAME], [4]) = 0", "the name A_NAME"},
             {"getsockopt(4, SOL_TCP, TCP_INFO, {tcpi_reordering=3}, [9]) = 0", "tcpi_reordering by getsockopt"},
             {"getsockopt(4, SOL_TCP, TCP_INFO, {1, 2}, [9]) = 0", "TCP_INFO without names"},
             {"send(4, ..., 10, MSG_SOMETHING) = 10", "the name MSG_SOMETHING"},
             {"recv(4, ..., 10, MSG_SOMETHING) = 10", "the name MSG_SOMETHING"},
             {"send(4, ..., 10, MSG_ZEROCOPY) = 10", "MSG_ZEROCOPY"},
             {"recv(4, ..., 10, MSG_ERRQUEUE) = 10", "MSG_ERRQUEUE"},
             {"recv(4, ..., 1, MSG_OOB) = 1", "MSG_OOB when reading, without SO_OOBINLINE"},
         }) {
        CAPTURE(each.first);
        const auto r = run(std::string("+0 ") + each.first);
        CHECK(r.verdict == judged::skipped);
        CHECK(r.message == each.second);
    }
}

TEST_CASE("an option at another level than its own is ENOPROTOOPT; a level that is a number is not judged") {
    for (const char* right : {"SOL_SOCKET, SO_KEEPALIVE", "SOL_TCP, TCP_NODELAY", "IPPROTO_TCP, TCP_NODELAY",
                              "IPPROTO_IP, IP_TOS", "SOL_IP, IP_TTL", "IPPROTO_IPV6, IPV6_TCLASS", "6, TCP_NODELAY"})
        CHECK_MESSAGE(run(std::string("+0 setsockopt(4, ") + right + ", [1], 4) = 0").verdict == judged::passed, right);
    for (const char* wrong : {"SOL_TCP, SO_KEEPALIVE", "SOL_SOCKET, TCP_NODELAY", "IPPROTO_TCP, IP_TOS",
                              "IPPROTO_IP, TCP_NODELAY", "IPPROTO_IP, IPV6_TCLASS"})
        for (const char* call : {"+0 setsockopt(4, ", "+0 getsockopt(4, "}) {
            const auto r = run(std::string(call) + wrong + ", [1], 4) = -1 ENOPROTOOPT (x)");
            CHECK_MESSAGE(r.verdict == judged::passed, r.text());
        }
}

TEST_CASE("a buffer's size that nobody set may be asked for, if it is not compared; TCP_NOPUSH is TCP_CORK") {
    CHECK(run("+0 getsockopt(4, SOL_SOCKET, SO_SNDBUF, ..., [4]) = 0").verdict == judged::passed);
    const std::string corked = "+0 setsockopt(4, IPPROTO_TCP, TCP_NOPUSH, [1], 4) = 0\n"
                               "+0 write(4, ..., 10) = 10\n+0.15 > P. 1:11(10) ack 1";
    CHECK(run("+0 setsockopt(4, SOL_TCP, TCP_NOPUSH, [1], 4) = 0\n+0 getsockopt(4, SOL_TCP, TCP_CORK, [1], [4]) = 0")
              .verdict == judged::passed);
    CHECK(run(corked).message == "no packet left until 0.250000");  // a cork holds 200 ms
}
