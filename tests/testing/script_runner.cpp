// SPDX-License-Identifier: MIT
// testing/script/runner.hpp: scripts pass, and each fails once a single expectation of it is altered, with words that
// say what differs; under --neutral too, save in what that waives.
#include <doctest/doctest.h>

#include <string>

#include <sluice/sluice.hpp>
#include <sluice/testing/packet_script.hpp>

using namespace sluice;
using namespace sluice::testing;
using judged = script::verdict;

namespace {

script::report run(const std::string& text, const script::run_options& options = {}) {
    return run_script<tcp<>>(text, "test.pkt", options);
}

const std::string passive = R"(--tolerance_usecs=0
0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
+0 < S 0:0(0) win 32792 <mss 1000,sackOK,nop,nop,nop,wscale 7>
+0 > S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,nop,nop,nop,wscale 7>
+.1 < . 1:1(0) ack 1 win 257
+0 accept(3, ..., ...) = 4
)";
const std::string active = R"(--tolerance_usecs=0
--tcp_ts_tick_usecs=1000
0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0
+0 connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)
+0 > S 0:0(0) <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7>
+.1 < S. 0:0(0) ack 1 win 5792 <mss 1460,sackOK,TS val 700 ecr 100,nop,wscale 2>
+0 > . 1:1(0) ack 1 <nop,nop,TS val 200 ecr 700>
)";

/// The same with ticks of 10 ms.
std::string in_slow_ticks(std::string text) {
    text.replace(text.find("usecs=1000\n"), 11, "usecs=10000\n");
    return text.replace(text.find("TS val 200"), 10, "TS val 110");
}

struct alteration {
    const char* name;
    std::string whole, from, to;
    const char* says;  // the report
    bool waived = false;  // by --neutral
};

const std::vector<alteration> alterations = {
    {"a flag", passive, "> S. 0:0(0)", "> S 0:0(0)", "differs in its flags"},
    {"another flag",
     passive + "+0 write(4, ..., 10) = 10\n+0 > P. 1:11(10) ack 1\n+0 close(4) = 0\n+0 > F. 11:11(0) ack 1\n",
     "> F. 11", "> . 11", "differs in its flags"},
    {"a sequence number", passive + "+0 write(4, ..., 10) = 10\n+0 > P. 1:11(10) ack 1\n+.3 > P. 1:11(10) ack 1\n",
     "+.3 > P. 1:11(10)", "+.3 > P. 11:21(10)", "differs in its sequence numbers"},
    {"a length",
     passive + "+0 write(4, ..., 1000) = 1000\n+0 > P. 1:1001(1000) ack 1\n",
     "1:1001(1000)", "1:1002(1001)", "of this segment only 1000 octets came"},
    {"an acknowledgment", passive + "+0 < P. 1:1001(1000) ack 1 win 257\n+0 > . 1:1(0) ack 1001\n",
     "> . 1:1(0) ack 1001", "> . 1:1(0) ack 1000", "differs in its ack"},
    {"a window", passive, "ack 1 win 65535", "ack 1 win 65534", "differs in its window", true},
    {"an MSS", passive, "<mss 1460,sackOK", "<mss 1459,sackOK", "differs in its options", true},
    {"the order of options", active, "<mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7>",
     "<mss 1460,nop,wscale 7,sackOK,TS val 100 ecr 0>", "differs in its options", true},
    {"a timestamp's echo", active, "TS val 200 ecr 700", "TS val 200 ecr 701", "differs in its options"},
    {"a timestamp", active, "TS val 200 ecr 700", "TS val 201 ecr 700", "differs in its options"},
    {"a timestamp of ticks of 10 ms", in_slow_ticks(active), "TS val 110 ecr 700", "TS val 111 ecr 700",
     "differs in its options"},
    {"a SACK block", passive + "+0 < P. 1001:2001(1000) ack 1 win 257\n+0 > . 1:1(0) ack 1 <nop,nop,sack 1001:2001>\n",
     "sack 1001:2001", "sack 1001:2002", "differs in its options"},
    {"a time, too late", passive + "+0 write(4, ..., 10) = 10\n+0 > P. 1:11(10) ack 1\n+.3 > P. 1:11(10) ack 1\n",
     "+.3 >", "+.29 >", "no packet left until"},
    {"a time, too early", passive + "+0 write(4, ..., 10) = 10\n+0 > P. 1:11(10) ack 1\n+.3 > P. 1:11(10) ack 1\n",
     "+.3 >", "+.31 >", "0.010000 s too early"},
    {"a range of times", passive + "+0 write(4, ..., 10) = 10\n+0 > P. 1:11(10) ack 1\n+.1~+.4 > P. 1:11(10) ack 1\n",
     "+.1~+.4", "+.05~+.1", "no packet left until"},
    {"a missing packet",
     passive + "+0 write(4, ..., 10) = 10\n+0 > P. 1:11(10) ack 1\n+0 close(4) = 0\n+0 > F. 11:11(0) ack 1\n",
     "+0 > P. 1:11(10) ack 1\n", "", "differs in its flags, sequence numbers"},
    {"an extra packet", passive + "+0 write(4, ..., 10) = 10\n+0 > P. 1:11(10) ack 1\n", "+0 > P. 1:11(10) ack 1\n",
     "+0 > P. 1:11(10) ack 1\n+0 > . 11:11(0) ack 1\n", "no packet left until"},
    {"an errno", passive + "+0 fcntl(4, F_SETFL, O_RDWR|O_NONBLOCK) = 0\n+0 read(4, ..., 10) = -1 EAGAIN (x)\n",
     "-1 EAGAIN", "-1 ECONNRESET", "read gives -1 EAGAIN, not -1 ECONNRESET"},
    {"a result", passive + "+0 < P. 1:11(10) ack 1 win 257\n+0 read(4, ..., 100) = 10\n", "= 10\n", "= 11\n",
     "read gives 10, not 11"},
    {"an error instead of success", passive + "+0 write(4, ..., 10) = 10\n", "= 10\n", "= -1 EPIPE (x)\n",
     "write gives 10, not -1 EPIPE"},
    {"the end of a call", passive + "+0...0.2 read(4, ..., 100) = 10\n+.2 < P. 1:11(10) ack 1 win 257\n", "+0...0.2",
     "+0...0.1", "read ended at 0.300000, expected at 0.200000"},
    {"a call that has no time to wait", passive + "+0...0.2 read(4, ..., 100) = 10\n+.2 < P. 1:11(10) ack 1 win 257\n",
     "+0...0.2 read", "+0 read", "read ended at 0.300000, expected at 0.100000"},
    {"a call that never ends", passive + "+0...0.2 read(4, ..., 100) = 10\n+.2 < P. 1:11(10) ack 1 win 257\n",
     "+.2 < P. 1:11(10) ack 1 win 257\n", "", "the call still waits at the end of the script"},
    {"SO_ERROR",
     active + "+0 < R. 1:1(0) ack 1 win 0 <nop,nop,TS val 701 ecr 200>\n+0 getsockopt(3, SOL_SOCKET, SO_ERROR, "
              "[ECONNRESET], [4]) = 0\n",
     "[ECONNRESET]", "[0]", "SO_ERROR is ECONNRESET, not 0"},
    {"an assertion", passive + "+0 %{ assert tcpi_snd_cwnd == 10 }%\n", "== 10", "== 9",
     "tcpi_snd_cwnd == 9   (tcpi_snd_cwnd = 10)"},
    {"an urgent pointer", passive + "+0 send(4, ..., 5, MSG_OOB) = 5\n+0 > PU. 1:6(5) ack 1 urg 5\n", "urg 5", "urg 4",
     "differs in its urgent pointer"},
    {"an acknowledgment without its flag",
     passive + "+0 < . 1:1(0) ack 7 win 257\n+0 > . 1:1(0) ack 1\n+0 close(4) = 0\n+0 > F. 1:1(0) ack 1\n"
               "+0 < . 1:1(0) ack 2 win 257\n+60 < . 1:1(0) ack 9 win 257\n+0 > R 9:9(0) ack 0 urg 0\n",
     "ack 0 urg 0", "ack 1 urg 0", "differs in its ack"},
    {"a hop limit", passive + "+0 write(4, ..., 10) = 10\n+0 > [ttl 64] P. 1:11(10) ack 1\n", "ttl 64", "ttl 63",
     "differs in its IP fields"},
    {"what is left to read", passive + "+0 < P. 1:11(10) ack 1 win 257\n+0 ioctl(4, SIOCINQ, [10]) = 0\n", "[10]",
     "[9]", "SIOCINQ is 10, not 9"},
    {"readiness", passive + "+0 poll([{fd=4, events=POLLIN|POLLOUT, revents=POLLOUT}], 1, 0) = 1\n", "revents=POLLOUT",
     "revents=POLLIN", "revents of 4 are POLLOUT, not POLLIN"},
};

std::string altered(const alteration& a) {
    std::string out = a.whole;
    const std::size_t at = out.rfind(a.from);
    REQUIRE(at != std::string::npos);
    return out.replace(at, a.from.size(), a.to);
}

}  // namespace

TEST_CASE("a script passes, and fails when any one of its expectations is altered: the report says what differs") {
    for (const alteration& a : alterations) {
        CAPTURE(a.name);
        const auto right = run(a.whole);
        CHECK_MESSAGE(right.verdict == judged::passed, right.text());
        const auto wrong = run(altered(a));
        CHECK(wrong.verdict == judged::failed);
        CHECK_MESSAGE(wrong.text().find(a.says) != std::string::npos, wrong.text());
        CHECK(wrong.where.line > 1);

        const auto neutral = run(altered(a), {.neutral = true});
        CHECK_MESSAGE((neutral.verdict == judged::passed) == a.waived, neutral.text());
    }
}

TEST_CASE("with --check-push a flag more counts") {
    const std::string text = passive + "+0 write(4, ..., 10) = 10\n+0 > . 1:11(10) ack 1\n";
    CHECK(run(text).verdict == judged::passed);
    const auto strict = run(text, {.check_push = true});
    CHECK(strict.verdict == judged::failed);
    CHECK(strict.message == "a packet left that differs in its flags");
}

TEST_CASE("a failure shows the line, both packets with what differs marked, and the last ten events") {
    const auto r = run(passive + "+0 write(4, ..., 10) = 10\n+0 > P. 1:8(7) ack 1\n");
    CHECK(r.line == "+0 > P. 1:8(7) ack 1");
    CHECK(r.where.line == 10);
    CHECK(r.where.column == 1);
    CHECK(r.detail ==
          "  expected: > P. 1:8(7)   ack 1\n"
          "  actual:   > P. 1:11(10) ack 1 win 1008 <>\n"
          "                 ^^^^^^^^");
    REQUIRE(r.latest.size() >= 4);
    CHECK(r.latest.back() == "0.100000 +0 write(4, ..., 10) = 10");
    CHECK(r.latest.size() <= 10);
    CHECK(r.text().starts_with(
        "test.pkt:10:1: failed: a packet left that differs in its sequence numbers\n  +0 > P. 1:8(7) ack 1\n"));
    CHECK(r.json().starts_with("{\"file\":\"test.pkt\",\"verdict\":\"failed\",\"line\":10,\"column\":1,"));
}

TEST_CASE("what leaves on a connection before is passed over, and the report says so") {
    const auto r = run(
        passive + "+0 close(4) = 0\n+0 listen(3, 1) = 0\n+.01 < S 0:0(0) win 5000 <mss 1000>\n+0 > S 0:0(0) ack 1\n");
    CHECK(r.verdict == judged::failed);
    CHECK(r.message == "a packet left that differs in its flags");
    CHECK(r.latest.back().starts_with("0.100000 passed over, of a connection before: > "));
}

TEST_CASE("what can't be parsed fails, by line and column; what is not there yet is skipped by its name") {
    const auto broken = run(passive + "+0 write(4, ..., 10) 10\n");
    CHECK(broken.verdict == judged::failed);
    CHECK(broken.head() == "test.pkt:9:22: failed: expected '=' and the call's result, found '10'");
    for (const auto& each : std::initializer_list<std::pair<const char*, const char*>>{
             {"+0 < icmp unreachable frag_needed mtu 1200 [1:1461(1460)]", "ICMP"},
             {"+0 < S 0:0(0) win 5 <mss 1000,FO 0123456789abcdef>", "fast open"},
             {"+0 setsockopt(3, SOL_TCP, TCP_FASTOPEN, [5], 4) = 0", "the option TCP_FASTOPEN"},
             {"+0 < udp (1000)", "udp"},
             {"+0 sendfile(4, 5, [0], 100) = 100", "the call sendfile"},
             {"+0 setsockopt(3, SOL_TCP, TCP_NO_SUCH_THING, [5], 4) = 0", "the option TCP_NO_SUCH_THING"},
             {"+0 %{ assert tcpi_reordering == 3 }%", "tcpi_reordering in code"}}) {
        CAPTURE(each.first);
        const auto r = run(passive + each.first + "\n");
        CHECK(r.verdict == judged::skipped);
        CHECK(r.message == each.second);
        CHECK(r.where.line == 9);
    }
}

TEST_CASE("ECN of a kind that the composition does not have is skipped; what kernels do by default is not asked for") {
    using without = tcp<no_ecn>;
    for (const char* line :
         {"+0 < [ect0] . 1:1(0) ack 1 win 5", "+0 < EP. 1:2(1) ack 1 win 5", "+0 > [ce] . 1:1(0) ack 1"}) {
        CAPTURE(line);
        const auto r = run_script<without>(passive + line + "\n", "test.pkt");
        CHECK(r.verdict == judged::skipped);
        CHECK(r.message == "ECN");
        CHECK(r.where.line == 9);
    }
    CHECK(run_script<without>(passive, "test.pkt").verdict == judged::passed);
    CHECK(run_script<without>("--ecn=1\n" + passive, "test.pkt").message == "ECN of the kind 1");
    for (const std::string mode : {"0", "1", "2"})
        CHECK(run("--ecn=" + mode + '\n' + passive).verdict == judged::passed);
    for (const std::string mode : {"3", "4", "5", "6"}) {
        const auto r = run("--ecn=" + mode + '\n' + passive);
        CHECK(r.verdict == judged::skipped);
        CHECK(r.message == "ECN of the kind " + mode);
        CHECK(run(passive + "+0 `sysctl -q net.ipv4.tcp_ecn=" + mode + "`\n+0 close(4) = 0\n").message == r.message);
    }
    for (const std::string mode : {"3", "5"})
        CHECK(run_script<tcp<accurate_ecn>>("--ecn=" + mode + '\n' + passive, "test.pkt").verdict == judged::passed);
    CHECK(run_script<tcp<accurate_ecn>>("--ecn=1\n" + passive, "test.pkt").message == "ECN of the kind 1");
}

TEST_CASE("under --neutral, where commands are ignored, a SYN that leaves says which ECN it asks for") {
    const auto asking = [](const std::string& flags) {
        return "`sysctl -q net.ipv4.tcp_ecn=1`\n0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"
               "+0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0\n+0 connect(3, ..., ...) = -1 EINPROGRESS (in progress)\n"
               "+0 > " + flags + " 0:0(0) <...>\n";
    };
    for (const bool neutral : {false, true}) {
        CHECK(run(asking("SEW"), {.neutral = neutral}).verdict == judged::passed);
        CHECK((run(asking("S"), {.neutral = neutral}).verdict == judged::passed) == neutral);
    }
    CHECK(run(asking("SAEW"), {.neutral = true}).message == "ECN of the kind 3");
    CHECK(run_script<tcp<accurate_ecn>>(asking("SAEW"), "test.pkt", {.neutral = true}).verdict == judged::passed);
}

TEST_CASE("codepoints that leave are compared, and those that arrive arrive") {
    const std::string both =
        "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 bind(3, ..., ...) = 0\n+0 listen(3, 1) = 0\n"
        "+0 < SEW 0:0(0) win 5000 <mss 1000>\n+0 > SE. 0:0(0) ack 1 <mss 1460>\n"
        "+0 < . 1:1(0) ack 1 win 5000\n+0 accept(3, ..., ...) = 4\n";
    for (const std::string mark : {"ect0", "ect01", "ect1", "ce", "noecn"}) {
        CAPTURE(mark);
        const auto r = run(both + "+0 write(4, ..., 100) = 100\n+0 > [" + mark + "] P. 1:101(100) ack 1\n");
        CHECK((r.verdict == judged::passed) == mark.starts_with("ect0"));
        if (!mark.starts_with("ect0")) CHECK(r.message == "a packet left that differs in its IP fields");
    }
    for (const std::string mark : {"ect0", "ect1", "ce", "noecn", "tos 3", "tos 2"})
        CHECK(run(both + "+0 < [" + mark + "] P. 1:101(100) ack 1 win 5000\n+0 > " +
                  (mark == "ce" || mark == "tos 3" ? "E." : ".") + " 1:1(0) ack 101\n")
                  .verdict == judged::passed);
    CHECK(run(both + "+0 < [ect01] P. 1:101(100) ack 1 win 5000\n").verdict == judged::failed);
}

TEST_CASE("a segment of the script may be several of the TCP's, and FIN belongs to the last") {
    CHECK(run(passive + "+0 setsockopt(4, SOL_TCP, TCP_CORK, [1], 4) = 0\n+0 write(4, ..., 2500) = 2500\n+0 close(4) = "
                        "0\n+0 > FP. 1:2501(2500) ack 1\n")
              .verdict == judged::passed);
    CHECK(run(passive + "+0 write(4, ..., 3000) = 3000\n+0 > P. 1:3001(3000) ack 1\n").verdict == judged::passed);
    CHECK(run(passive + "+0 send(4, ..., 3000, MSG_OOB) = 3000\n+0 > PU. 1:3001(3000) ack 1 urg 3000\n").verdict ==
          judged::passed);
    const auto wrong = run(passive + "+0 write(4, ..., 3000) = 3000\n+0 > P. 1:4001(4000) ack 1\n");
    CHECK(wrong.verdict == judged::failed);
    CHECK(wrong.message.starts_with("no packet left until"));
}

TEST_CASE("a close that lingers resets when its time is over; as kernels have it, the connection goes on") {
    const std::string text =
        passive + "+0 setsockopt(4, SOL_SOCKET, SO_LINGER, {onoff=1, linger=1}, 8) = 0\n"
                  "+0...1 close(4) = 0\n+0 > F. 1:1(0) ack 1\n"
                  "+.3 > F. 1:1(0) ack 1\n+.3 > F. 1:1(0) ack 1\n";  // a probe, and the timer that it has put off
    CHECK(run(text + "+.4 > R. 2:2(0) ack 1\n").verdict == judged::passed);
    CHECK(run(text + "+.6 > F. 1:1(0) ack 1\n").verdict == judged::failed);
    for (const auto like : {script::profile::linux, script::profile::freebsd}) {
        const auto goes_on = run(text + "+.6 > F. 1:1(0) ack 1\n", {.like = like, .neutral = true});
        CHECK_MESSAGE(goes_on.verdict == judged::passed, goes_on.text());
    }
}

TEST_CASE("profiles of kernels have their ways: calls where RFC and kernels differ") {
    const auto passes = [](const std::string& text, script::profile like) {
        return run(text, {.like = like, .neutral = true}).verdict == judged::passed;
    };
    using enum script::profile;
    const std::string closed =
        passive + "+0 < F. 1:1(0) ack 1 win 257\n* > . 1:1(0) ack 2\n+0 < R. 2:2(0) ack 1 win 257\n";
    CHECK(passes(closed + "+0 write(4, ..., 9) = -1 EPIPE (x)\n", linux));
    CHECK(passes(closed + "+0 getsockopt(4, SOL_SOCKET, SO_ERROR, [EPIPE], [4]) = 0\n", linux));
    CHECK(passes(closed + "+0 write(4, ..., 9) = -1 ECONNRESET (x)\n", freebsd));

    const std::string opening = active.substr(0, active.find("+.1")) + "+0 write(3, ..., 9) = ";
    CHECK(passes(opening + "-1 EAGAIN (x)\n", linux));
    CHECK(passes(opening + "9\n", sluice));

    std::string read_of_nothing = passive + "+0 read(4, ..., 9) = -1 EAGAIN (x)\n";
    read_of_nothing.insert(read_of_nothing.find("+0 accept"), "+0 fcntl(3, F_SETFL, O_NONBLOCK) = 0\n");
    CHECK(passes(read_of_nothing, freebsd));
    CHECK(!passes(read_of_nothing, linux));

    const auto buffer = [](const std::string& size, script::profile like) {
        return run("0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 setsockopt(3, SOL_SOCKET, SO_SNDBUF, [9000], 4) = "
                   "0\n"
                   "+0 getsockopt(3, SOL_SOCKET, SO_SNDBUF, [" +
                       size + "], [4]) = 0\n",
                   {.like = like})
                   .verdict == judged::passed;
    };
    CHECK(buffer("18000", linux));
    CHECK(buffer("9000", sluice));
}

TEST_CASE("commands are not run: what they say to a TCP is taken over, the rest is named; under --neutral all is") {
    const std::string text = R"(`sysctl -q net.ipv4.tcp_timestamps=0 net.ipv4.tcp_sack=0 && ./set_up.sh`
0 `rm -rf nothing`
0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0
+0 connect(3, ..., ...) = -1 EINPROGRESS (x)
+0 > S 0:0(0) <mss 1460,nop,wscale 7>
)";
    const auto own = run(text);
    CHECK_MESSAGE(own.verdict == judged::passed, own.text());
    CHECK(own.ignored == std::vector<std::string>{"./set_up.sh", "rm -rf nothing"});
    CHECK(run(text, {.neutral = true}).ignored.size() == 2);
    CHECK(run(text.substr(text.find('\n') + 1)).verdict == judged::failed);  // control
}

TEST_CASE("profiles write SYNs in their system's order") {
    const auto syn = [](const std::string& options) {
        return "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 fcntl(3, F_SETFL, O_NONBLOCK) = 0\n"
               "+0 connect(3, ..., ...) = -1 EINPROGRESS (x)\n+0 > S 0:0(0) win 65535 <" + options + ">\n";
    };
    const auto linux_syn = [](const std::string& options) {
        return "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 fcntl(3, F_SETFL, O_NONBLOCK) = 0\n"
               "+0 connect(3, ..., ...) = -1 EINPROGRESS (x)\n+0 > S 0:0(0) win 64240 <" + options + ">\n";
    };
    const auto passes = [](const std::string& text, script::profile like) {
        const auto r = run(text, {.like = like});
        INFO(r.text());
        return r.verdict == judged::passed;
    };
    using script::profile;
    CHECK(passes(syn("mss 1460,nop,wscale 6,sackOK,TS val 1 ecr 0"), profile::freebsd));
    CHECK(passes("`sysctl net.inet.tcp.rfc1323=0`\n" + syn("mss 1460,sackOK,eol,eol"), profile::freebsd));
    CHECK(passes(linux_syn("mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7"), profile::linux));
    CHECK(passes("`sysctl net.ipv4.tcp_timestamps=0`\n" + linux_syn("mss 1460,nop,nop,sackOK,nop,wscale 7"),
                 profile::linux));
    CHECK(
        passes("`sysctl net.ipv4.tcp_timestamps=0`\n" + syn("mss 1460,sackOK,nop,nop,nop,wscale 7"), profile::sluice));
    CHECK(!passes(syn("mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 6"), profile::freebsd));
}

TEST_CASE("IPv6: the same script with an MTU that leaves the same MSS") {
    const script::run_options v6{.set = {{"ip_version", "ipv6"}, {"mtu", "1520"}}};
    for (const alteration& a : alterations) {
        CAPTURE(a.name);
        CHECK(run(a.whole, v6).verdict == judged::passed);
        CHECK(run(altered(a), v6).verdict == judged::failed);
    }
}
