// SPDX-License-Identifier: MIT
// testing/script/parser.hpp, read_packet.hpp, read_call.hpp: each form of the language, one text that is right and one
// that is not, with the place where it is not; and each form that means nothing to a TCP, by the name that it is
// skipped for.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <sluice/testing/script/parser.hpp>

using namespace sluice;
using namespace sluice::testing::script;

namespace {

/// One row: what is asked of the right text stands in cases of its own below.
struct row {
    const char* form;
    const char* right;
    const char* broken;
    int line, column;
    const char* expected;  // begins so
};

const std::vector<row> rows = {
    // settings and commands
    {"a setting", "--ip_version=ipv4\n--tolerance_usecs=5000\n+0 `true`", "--=ipv4\n+0 `true`", 1, 3,
     "the name of a setting"},
    {"a setting without a value", "--send_omit_free\n--mss = 1000 --verbose\n+0 `true`", "--=\n+0 `true`", 1, 3,
     "the name of a setting"},
    {"a setting in quotes", "--so_flags=\"-a b\" --local_ip=fe80::1\n+0 `true`", "--so_flags=\"-a b\n+0 `true`", 1, 12,
     "'\"' that closes it"},
    {"a definition", "--define=P=IPPROTO_TCP\n+0 f(P) = 3", "--define=IPPROTO_TCP\n+0 f(P) = 3", 1, 1, "a definition"},
    {"what a name stands for", "--define=N=0x10\n--define=L=[1]\n+0 f(N, L, N|1) = N", "--define=N=[1\n+0 f(N) = 3", 2,
     7, "a value behind N"},
    {"a command by its name", "--define=C=`rm x`\n+0 C", "--define=C=`rm x\n+0 C", 1, 10, "'`' that closes it"},
    {"a command before all else", "`sysctl -w x=1`\n0 `true`", "`sysctl -w x=1\n0 close(3) = 0", 1, 1,
     "'`' that closes it"},
    {"a command behind all else", "+0 `a`\n`b`\n", "+0 `a`\n`b`\n+0 `c`", 3, 1,
     "the end behind the command that cleans up"},
    {"a command in time", "+0 `sysctl -w x=1\n  y=2`", "+0 `sysctl", 1, 4, "'`' that closes it"},
    // comments
    {"the first line", "#!/usr/bin/env packetdrill\n+0 `a`", "!/usr/bin/env\n+0 `a`", 1, 1, "a time"},
    {"comments", "// one\n# two\n/* three\n */ +0 `a` // four\n", "/* one\n+0 `a`", 1, 1, "'*/' that closes it"},
    // time
    {"an absolute time", "0.100 `a`\n1 `a`\n.5 `a`", "0.1.2 `a`", 1, 4, "a packet"},
    {"a relative time", "+0.1 `a`\n+0 `a`\n+.5 `a`\n+ 1 `a`", "+x `a`", 1, 2, "a time"},
    {"any time", "* > . 1:1(0) ack 1", "** > . 1:1(0) ack 1", 1, 2, "a packet"},
    {"a range of time", "+0~+0.2 > . 1:1(0)\n0.1~0.3 > . 1:1(0)\n+.1~.2 > . 1:1(0)", "+0.2~+0.1 > . 1:1(0)", 1, 6,
     "a time that is not before the first"},
    {"times for packets that leave", "* > . 1:1(0)\n1~2 > F. 1:1(0)\n* > icmp unreachable", "* < . 1:1(0)", 1, 1,
     "a packet that leaves"},
    {"one moment for the rest", "1 close(3) = 0\n+1 < . 1:1(0)", "+1 `a`\n+1~+2 close(3) = 0", 2, 1,
     "a packet that leaves"},
    {"a call that ends later", "0.1...0.2 close(3) = 0\n+0...0.2 close(3) = 0", "+0...0.2 < . 1:1(0)", 1, 1,
     "a call, since only calls have an end"},
    {"a time too large", "999999999 `a`", "1000000000 `a`", 1, 1, "a time below thirty years"},
    {"a moment without anything", "+0 `a`", "+0 `a`\n+1", 2, 3, "a packet"},
    // packets
    {"a packet that arrives", "+0 < S 0:0(0) win 32792 <mss 1460,sackOK,nop,nop,nop,wscale 7>", "+0 < S 0:1(0)", 1, 8,
     "an end that is begin + length"},
    {"a packet that leaves", "+0 > S. 0:0(0) ack 1 <...>", "+0 > S. 0:0(0) ack", 1, 19, "the acknowledgment number"},
    {"flags", "+0 > F 1:1(0)\n+0 > S 1:1(0)\n+0 > RPUEWCA. 1:1(0)\n+0 > SEWA 1:1(0)\n+0 > . 1:1(0)\n+0 > - 1:1(0)",
     "+0 > SX. 0:0(0)", 1, 6, "flags out of F S R P . U E W C A"},
    {"accurate ECN's counter", "+0 > .5 1:1(0)\n+0 < P.7 1:1(0)\n+0 > S3. 0:0(0)", "+0 > .8 1:1(0)", 1, 6,
     "flags out of F S R P . U E W C A and 0 to 7"},
    {"no ports in place of flags", "+0 > . 8080:8080(0)", "+0 > 8080:8080(0)", 1, 6, "flags"},
    {"sequence numbers", "+0 < . 4294967295:1(2) ack 1", "+0 < . 1:1 ack 1", 1, 12, "sequence numbers"},
    {"a window", "+0 < . 1:1(0) ack 1 win 65535", "+0 < . 1:1(0) ack 1 win 65536", 1, 25, "a window of up to 65535"},
    {"an urgent pointer", "+0 < PU. 1:2(1) ack 1 win 5 urg 1", "+0 < PU. 1:2(1) ack 1 urg x", 1, 27,
     "an urgent pointer"},
    {"IP fields",
     "+0 < [ect0] . 1:1(0)\n+0 < [ce,ttl 3] . 1:1(0)\n+0 > [noecn] . 1:1(0)\n+0 > [tos 0x2,flowlabel 0xabc] . 1:1(0)",
     "+0 < [ect2] . 1:1(0)", 1, 7, "noecn, ect0"},
    {"IP fields in other words", "+0 < (ect0) . 1:1(0)\n+0 < [ecn ce, hlim 3] . 1:1(0)\n+0 > [class 0x2] . 1:1(0)",
     "+0 < (ect0] . 1:1(0)", 1, 11, "')'"},
    {"MSS", "+0 < S 0:0(0) <mss 1460>", "+0 < S 0:0(0) <mss 70000>", 1, 20, "an MSS of up to 65535"},
    {"window scale", "+0 < S 0:0(0) <nop,wscale 14>", "+0 < S 0:0(0) <wscale>", 1, 22, "a shift"},
    {"SACK permitted", "+0 < S 0:0(0) <sackOK,eol>", "+0 < S 0:0(0) <sackok>", 1, 16, "an option"},
    {"SACK blocks", "+0 < . 1:1(0) ack 1 <nop,nop,sack 1001:2001 3001:4001>", "+0 < . 1:1(0) ack 1 <sack 1001>", 1, 31,
     "a SACK block"},
    {"timestamps", "+0 < . 1:1(0) <nop,nop,TS val 100 ecr 200>", "+0 < . 1:1(0) <TS 100>", 1, 19, "'val'"},
    {"fast open's cookie", "+0 < S 0:0(0) <FO 0123456789abcdef,FOEXP ab,FO,exp-FO cd>", "+0 < S 0:0(0) <FO 012>", 1, 19,
     "octets, two hexadecimal digits each"},
    {"an option by its number", "+0 < S 0:0(0) <kind 28 8005>", "+0 < S 0:0(0) <kind 256 00>", 1, 21,
     "an option's kind"},
    {"any options that leave", "+0 > . 1:1(0) <...>", "+0 < . 1:1(0) <...>", 1, 16, "an option"},
    {"a list of options", "+0 < . 1:1(0) <>\n+0 > . 1:1(0) <...>", "+0 < . 1:1(0) <nop nop>", 1, 20,
     "',' or '>' behind an option"},
    {"ICMP",
     "+0 < icmp unreachable frag_needed mtu 1200 [1:1461(1460)]\n+0 < icmp type_3 code_2\n+0 < icmp unreachable",
     "+0 < icmp unreachable frag_needed mtu", 1, 38, "an MTU"},
    {"ICMP that quotes first", "+0 < [1:1461(1460)] icmp unreachable frag_needed mtu 1200",
     "+0 < [1:1461(1460)] . 1:1(0)", 1, 21, "icmp"},
    {"what ICMP quotes", "+0 < icmp packet_too_big mtu 70000 [1:1461(1460)]", "+0 < icmp unreachable [1:1461(1459)]", 1,
     24, "an end that is begin + length"},
    // calls
    {"a call", "+0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3", "+0 socket(..., SOCK_STREAM, IPPROTO_TCP)", 1, 41,
     "'=' and the call's result"},
    {"arguments", "+0 close() = 0\n+0 read(4, ..., 1000) = 1000", "+0 read(4, , 1000) = 1", 1, 12, "a value"},
    {"an errno",
     "+0 accept(3, ..., ...) = -1 EAGAIN (Resource temporarily unavailable)\n+0 accept(3, ..., ...) = -1 EAGAIN",
     "+0 accept(3, ..., ...) = -1 EAGAIN (Resource", 1, 45, "')' behind the note"},
    {"a result with a note", "+0 fcntl(3, F_GETFL) = 0x2 (flags O_RDWR)", "+0 fcntl(3, F_GETFL) = ", 1, 24, "a value"},
    {"two notes", "+0 f() = -1 EAGAIN (a b) (c)", "+0 f() = -1 EAGAIN (a b) (c", 1, 28, "')' behind the note"},
    {"any result", "+0 write(4, ..., 1) = ...", "+0 write(4, ..., 1) = ..", 1, 23, "a value"},
    {"names together", "+0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0", "+0 fcntl(3, F_SETFL, O_RDWR|) = 0", 1, 29,
     "a name or a number"},
    {"a name and its value", "+0 f(a=1, b) = 0", "+0 f(a=, b) = 0", 1, 8, "a value"},
    {"text", "+0 write(4, \"a\\x00\\n\\\\\\\"\" \"b\", 6) = 6", "+0 write(4, \"\\x0\", 1) = 1", 1, 13,
     "text whose escapes are"},
    {"the beginning of a text", "+0 read(4, \"abc\"..., 1000) = 1000", "+0 read(4, \"abc\".., 1000) = 1000", 1, 17,
     "',' or ')'"},
    {"a list", "+0 setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0",
     "+0 setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1, 4) = 0", 1, 49, "',' or ']'"},
    {"a structure", "+0 setsockopt(3, SOL_SOCKET, SO_LINGER, {onoff=1, linger=5}, 8) = 0",
     "+0 f({onoff=1 linger=5}) = 0", 1, 15, "',' or '}'"},
    {"an address", "+0 bind(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr(\"1.2.3.4\")}, ...) = 0",
     "+0 bind(3, {sin_addr=inet_addr(\"1.2.3.4)}, ...) = 0", 1, 32, "'\"' that closes it"},
    {"an address by inet_pton", "+0 bind(3, {sa_family=AF_INET6, inet_pton(AF_INET6, \"::\", &sin6_addr)}, 28) = 0",
     "+0 bind(3, {inet_pton(AF_INET6, \"::\", & )}, 28) = 0", 1, 41, "a name"},
    {"iovecs", "+0 writev(4, [{..., 1000}, {\"ab\" \"cd\", 4}], 2) = 1004",
     "+0 writev(4, [{..., 1000}, {..., }], 2) = 1", 1, 34, "a value"},
    {"a message", "+0 sendmsg(4, {msg_name(...)=..., msg_iov(1)=[{..., 10}], msg_flags=0}, 0) = 10",
     "+0 sendmsg(4, {msg_iov(1)[{..., 10}]}, 0) = 10", 1, 26, "',' or '}'"},
    {"poll", "+0 poll([{fd=3, events=POLLIN|POLLOUT, revents=POLLOUT}], 1, 0) = 1", "+0 poll([{fd=3}, 1, 0) = 1", 1, 22,
     "',' or ']'"},
    {"epoll", "+0 epoll_ctl(5, EPOLL_CTL_ADD, 4, {events=EPOLLIN|EPOLLET, fd=4}) = 0",
     "+0 epoll_ctl(5, {events=, fd=4}) = 0", 1, 25, "a value"},
    {"code", "+0 %{ assert tcpi_snd_cwnd == 10, tcpi_snd_cwnd }%", "+0 %{ assert tcpi_snd_cwnd == 10", 1, 4,
     "'}%' that closes it"},
    {"a number in hexadecimal", "+0 f(0xff, -0x1) = 0", "+0 f(0xfg) = 0", 1, 9, "an end of the number"},
    {"a whole number", "+0 f(9223372036854775807) = 0", "+0 f(9223372036854775808) = 0", 1, 6, "a number"},
};

/// Of the language, and none of a TCP's business.
struct foreign_row {
    const char* text;
    const char* name;
};
const std::vector<foreign_row> foreign_rows = {
    {"+0 < udp (100)", "udp"},
    {"+0 > [ect0] udp 5 > 6 (100)", "udp"},
    {"+0 < udplite (100, 8)", "udplite"},
    {"+0 < sctp: INIT[flgs=0,\n  tag=1]", "sctp"},
    {"+0 < gre: . 1:1(0)", "gre"},
    {"+0 < GREv0: . 1:1(0)", "GREv0"},
    {"+0 < mpls (label 16, tc 0, [S], ttl 64): . 1:1(0)", "mpls"},
    {"+0 < ipv4 [tos 0x1] 1.2.3.4 > 1.2.3.5: . 1:1(0)", "ipv4"},
    {"+0 < ipv6 ::1 > ::2: . 1:1(0)", "ipv6"},
    {"+0 < [dscp CS1, ecn ect0] . 1:1(0)", "dscp"},
    {"+0 < 8080 > 53 . 1:1(0)", "ports of a packet"},
    {"+0 < 1.2.3.4:80 > 1.2.3.5:80 . 1:1(0)", "ports of a packet"},
    {"+0 > addr[a] > addr[b] . 1:1(0)", "addresses of a packet"},
    {"+0 > R 1:1(0)!", "an absolute sequence number"},
    {"+0 > R ...(0)", "any sequence number"},
    {"+0 > . 1:1(0)/udp(9899 > 9899)", "TCP in UDP"},
    {"+0 > . 1:1(0) <nop,nop,TS val ... ecr 5>", "any timestamp"},
    {"+0 > . 1:1(0) <nop,nop,TS val 5 ecr 5!>", "an absolute timestamp"},
    {"+0 > S 0:0(0) <mss 1460,wscale *>", "any window scale"},
    {"+0 < S 0:0(0) <md5 00112233445566778899aabbccddeeff>", "the option md5"},
    {"+0 < S 0:0(0) <AccECN0 ee0b 1 eceb 2 ee1b 3,nop>", "the option AccECN0"},
    {"+0 < S 0:0(0) <exp-AccECN1>", "the option exp-AccECN1"},
    {"+0 < S 0:0(0) <exp-tarr 5>", "the option exp-tarr"},
    {"+0 < S 0:0(0) <mpcapable v1 flags[flag_h] key[a=2, b]>", "the option mpcapable"},
    {"+0 < . 1:1(0) <add_address addr[s=inet_addr(\"1.2.3.4\")] hmac=auto>", "the option add_address"},
    {"+0 < icmp echo_request id 5", "an ICMP echo"},
    {"+0 < icmp unreachable port_unreachable [udp (100)]", "ICMP about udp"},
    {"+0 < icmp unreachable port_unreachable [raw (100)]", "ICMP about raw"},
    {"+0 < [sctp(5)] icmp unreachable", "sctp"},
    {"+0 f({flags [none], sum 0, off 0, key=1, seq 0}) = 0", "a GRE header"},
    {"+0 f({(label 16, tc 0, ttl 64)}) = 0", "a stack of MPLS labels"},
    {"#ifdef FreeBSD\n+0 `a`\n#endif", "#ifdef"},
};

std::string at(const parse_error& e) { return std::to_string(e.where.line) + ':' + std::to_string(e.where.column); }

template <class T>
T only(const std::string& text) {
    const parsed p = parse(text);
    REQUIRE_MESSAGE(!p.error, p.error->text());
    REQUIRE(p.script.events.size() == 1);
    const T* const out = std::get_if<T>(&p.script.events[0].what);
    REQUIRE(out != nullptr);
    return *out;
}

}  // namespace

TEST_CASE("every form of the language is read, and where one is broken is told by line, column and what was expected") {
    for (const row& r : rows) {
        CAPTURE(r.form);
        const parsed right = parse(r.right);
        CHECK_MESSAGE(!right.error, right.error->text());
        CHECK(!right.script.events.empty());
        const parsed broken = parse(r.broken, "broken.pkt");
        REQUIRE(broken.error);
        CHECK(at(*broken.error) == std::to_string(r.line) + ':' + std::to_string(r.column));
        CHECK_MESSAGE(broken.error->expected.starts_with(r.expected), broken.error->expected);
        CHECK(broken.error->text().starts_with("broken.pkt:" + at(*broken.error) + ": expected "));
    }
}

TEST_CASE("what means nothing to a TCP is known by its name, and what stands behind it is not read") {
    for (const foreign_row& r : foreign_rows) {
        CAPTURE(r.text);
        const parsed p = parse("+0 `a`\n" + std::string(r.text) + "\n+0 > who knows\n");
        CHECK_MESSAGE(!p.error, p.error->text());
        REQUIRE(p.script.events.size() == 2);
        const auto* const what = std::get_if<foreign_packet>(&p.script.events[1].what);
        REQUIRE(what != nullptr);
        CHECK(what->what == r.name);
        CHECK(p.script.events[1].where.line == 2);
    }
}

TEST_CASE("a broken line is found behind right ones, and every cut of a right text is read or refused, nothing else") {
    const std::string good = "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n\n+0 < S 0:0(0) win 1 <mss 1,nop> // x\n";
    const parsed p = parse(good + "+.1 accept(3, ..., ...) =\n");
    REQUIRE(p.error);
    CHECK(at(*p.error) == "5:1");
    CHECK(p.error->found == "the end");
    CHECK(p.script.events.size() == 3);
    for (const row& r : rows) {
        const std::string whole = r.right;
        for (std::size_t length = 0; length < whole.size(); ++length) {
            const parsed cut = parse(whole.substr(0, length));
            if (cut.error) CHECK(cut.error->where.line >= 1);
        }
    }
}

TEST_CASE("times: what counts from where") {
    const auto time_of = [](const std::string& text) {
        const parsed p = parse(text + (text.find("...") == std::string::npos ? " > . 1:1(0)" : " close(3) = 0"));
        REQUIRE(!p.error);
        return p.script.events[0].when;
    };
    CHECK(time_of("0.25").how == event_time::kind::absolute);
    CHECK(time_of("0.25").at == 250ms);
    CHECK(time_of("+.000001").how == event_time::kind::relative);
    CHECK(time_of("+.000001").at == 1us);
    CHECK(time_of("*").how == event_time::kind::any);
    CHECK(time_of("+0.1~+0.3").latest == duration(300ms));
    CHECK(!time_of("+0.1~+0.3").end);
    CHECK(time_of("1...2.5").end == duration(2500ms));
    CHECK(!time_of("1...2.5").latest);
}

TEST_CASE("packets: each number where it belongs") {
    const auto p =
        only<tcp_packet>("+0 > [ttl 3] PU. 1001:2001(1000) ack 7 win 9 urg 5 <nop,nop,TS val 11 ecr 12,sack 1:2 3:4>");
    CHECK(p.way == testing::script::direction::out);
    CHECK(p.ip.hop_limit == 3u);
    CHECK(p.flags == (flag::psh | flag::urg | flag::ack));
    CHECK(p.begin == 1001);
    CHECK(p.end == 2001);
    CHECK(p.length == 1000);
    CHECK(p.ack == 7u);
    CHECK(p.window == 9u);
    CHECK(p.urgent == 5u);
    REQUIRE(p.options);
    REQUIRE(p.options->size() == 4);
    CHECK((*p.options)[2].value == 11);
    CHECK((*p.options)[2].echo == 12);
    CHECK((*p.options)[3].blocks == std::vector<std::pair<std::uint32_t, std::uint32_t>>{{1, 2}, {3, 4}});

    CHECK(only<tcp_packet>("+0 > [hlim 5, class 0x3] . 1:1(0)").ip.hop_limit == 5u);
    CHECK(only<tcp_packet>("+0 > (ecn ect01) . 1:1(0)").ip.ecn == ip_fields::ecn_mark::ect01);
    CHECK(only<tcp_packet>("+0 > .6 1:1(0)").flags ==
          (flag::ack | flag::ae | flag::cwr));  // RFC 9768, 3.2.1: AE, CWR, ECE
    CHECK(only<tcp_packet>("+0 > .1 1:1(0)").flags == (flag::ack | flag::ece));
    CHECK(only<tcp_packet>("+0 > .0 1:1(0)").flags == flag::ack);
    CHECK(only<tcp_packet>("+0 > SEWA 0:0(0)").flags == (flag::syn | flag::ece | flag::cwr | flag::ae));
    CHECK(!only<tcp_packet>("+0 > . 1:1(0) <...>").options);
    CHECK(!only<tcp_packet>("+0 > . 1:1(0)").options);
    CHECK(only<tcp_packet>("+0 > . 1:1(0) <>").options->empty());
    CHECK(!only<tcp_packet>("+0 > . 1:1(0)").ack);
    CHECK(only<tcp_packet>("+0 < S 0:0(0) <kind 28 8005>").options->front().data == std::vector<std::uint8_t>{0x80, 5});

    const auto icmp = only<icmp_packet>("+0 < icmp unreachable frag_needed mtu 1200 [1:1461(1460)]");
    CHECK(icmp.type == "unreachable");
    CHECK(icmp.code == "frag_needed");
    CHECK(icmp.mtu == 1200u);
    CHECK(icmp.quoted == std::pair<std::uint32_t, std::uint32_t>(1, 1460));
    CHECK(only<icmp_packet>("+0 < [1:1461(1460)] icmp unreachable").quoted == icmp.quoted);
}

TEST_CASE("calls: arguments, structures, results") {
    const auto c =
        only<call>("+0 sendmsg(4, {msg_name(...)=..., msg_iov(2)=[{\"a\" \"b\", 2},{..., 0x10}], msg_flags=0},"
                   " MSG_DONTWAIT|MSG_OOB|1) = -1 EAGAIN (x y)");
    CHECK(c.name == "sendmsg");
    REQUIRE(c.arguments.size() == 3);
    CHECK(c.arguments[0].number == 4);
    const value* const iov = c.arguments[1].field("msg_iov");
    REQUIRE(iov != nullptr);
    REQUIRE(iov->items.size() == 2);
    CHECK(iov->items[0].items[0].text == "ab");
    CHECK(iov->items[1].items[1].number == 16);
    CHECK(c.arguments[1].field("msg_flags")->number == 0);
    CHECK(c.arguments[1].field("msg_control") == nullptr);
    CHECK(c.arguments[2].words == std::vector<std::string>{"MSG_DONTWAIT", "MSG_OOB"});
    CHECK(c.arguments[2].number == 1);
    CHECK(c.result.number == -1);
    CHECK(c.error == "EAGAIN");
    CHECK(only<call>("+0 write(4, ..., 1) = ...").result.is_anything());
    CHECK(only<call>("+0 f(\"a\\x00\\n\\\"\" \"\\t\") = 0").arguments[0].text == std::string("a\0\n\"\t", 5));
    CHECK(only<call>("+0 f(\"abc\"...) = 0").arguments[0].is_anything());
    CHECK(only<call>("+0 f(a=7) = 0").arguments[0].name == "a");
}

TEST_CASE("settings and definitions: what is quoted keeps its blanks, and names stand for numbers, names, text and "
          "commands") {
    const parsed p =
        parse("--so_flags=\"-a b\" --define=N=7 --define=P=MSG_OOB\n--define=T=\"a b\" --define=C=`rm x y`\n"
              "+0 f(N, P|N, T) = N\n+0 C\n");
    REQUIRE_MESSAGE(!p.error, p.error->text());
    REQUIRE(p.script.settings.size() == 1);  // a definition is none
    CHECK(p.script.settings[0].text == "-a b");
    const call& c = std::get<call>(p.script.events[0].what);
    CHECK(c.arguments[0].number == 7);
    CHECK(c.arguments[1].words == std::vector<std::string>{"MSG_OOB"});
    CHECK(c.arguments[1].number == 7);
    CHECK(c.arguments[2].text == "a b");
    CHECK(c.result.number == 7);
    CHECK(std::get<command>(p.script.events[1].what).text == "rm x y");
}

TEST_CASE("values stand in each other sixteen deep, and no deeper") {
    const auto nested = [](std::size_t depth) {
        return "+0 f(" + std::string(depth, '[') + "1" + std::string(depth, ']') + ") = 0";
    };
    CHECK(!parse(nested(15)).error);
    CHECK(parse(nested(16)).error);
    CHECK(parse(nested(100'000)).error);
}
