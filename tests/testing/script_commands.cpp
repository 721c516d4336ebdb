// SPDX-License-Identifier: MIT
// testing/script/commands.hpp: which shell commands say something to a TCP, and what.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <sluice/testing/script/commands.hpp>

using namespace sluice;
using namespace sluice::testing::script;

namespace {

knobs knobs_after(const std::string& text) {
    knobs out;
    apply_command(text, out);
    return out;
}

}  // namespace

TEST_CASE("sysctl by a word, by quoted words and by a file below /proc/sys say the same") {
    for (const char* text : {"sysctl -q net.ipv4.tcp_rmem=\"4096 87380 6291456\"",
                             "sysctl -w 'net.ipv4.tcp_rmem=4096 87380 6291456'",
                             "sysctl -q -w net.ipv4.tcp_rmem='4096\t87380\t6291456' net.ipv4.unheard_of=1",
                             "true && sysctl net/ipv4/tcp_rmem=\"4096 87380 6291456\"; true",
                             "echo 4096 87380 6291456 > /proc/sys/net/ipv4/tcp_rmem",
                             "echo '4096 87380 6291456' >/proc/sys/net/ipv4/tcp_rmem\n"}) {
        CAPTURE(text);
        const knobs k = knobs_after(text);
        CHECK(k.receive_buffer == 87380u);
        CHECK(k.largest_receive_buffer == 6291456u);
        CHECK(!k.send_buffer);
    }
}

TEST_CASE("Linux's and FreeBSD's names, each in its own unit") {
    CHECK(knobs_after("sysctl net.ipv4.tcp_fin_timeout=30").orphan_fin_wait_2 == duration(30s));
    CHECK(knobs_after("sysctl net.inet.tcp.finwait2_timeout=30000").orphan_fin_wait_2 == duration(30s));
    CHECK(knobs_after("sysctl net.ipv4.tcp_rto_min_us=5000").rto_floor == duration(5ms));
    CHECK(knobs_after("sysctl net.inet.tcp.rexmit_initial=3000").rto_initial == duration(3s));
    CHECK(knobs_after("sysctl net.inet.tcp.delacktime=100").ack_delay == duration(100ms));
    CHECK(knobs_after("sysctl net.inet.tcp.delayed_ack=0").ack_every == 1u);
    CHECK(knobs_after("sysctl net.ipv4.tcp_ecn=1").ecn == 1u);
    CHECK(knobs_after("sysctl net.ipv4.tcp_ecn_fallback=0").ecn_syns == 255u);
    CHECK(!knobs_after("sysctl net.ipv4.tcp_ecn_fallback=1").ecn_syns);
    CHECK(knobs_after("sysctl net.inet.tcp.ecn.enable=2").ecn == 2u);
    CHECK(knobs_after("sysctl net.inet.tcp.ecn.enable=4").ecn == 5u);  // Accurate ECN for who asks: Linux counts on
    const knobs off = knobs_after(
        "sysctl net.ipv4.tcp_sack=0 net.ipv4.tcp_timestamps=0 net.ipv4.tcp_window_scaling=0");
    CHECK(off.sack == 0u);
    CHECK(off.timestamps == 0u);
    CHECK(off.window_scale == 0u);
    const knobs bsd = knobs_after(
        "sysctl net.inet.tcp.rfc1323=0 net.inet.tcp.recvspace=1000 net.inet.tcp.sendbuf_max=2000");
    CHECK(bsd.timestamps == 0u);
    CHECK(bsd.window_scale == 0u);
    CHECK(bsd.receive_buffer == 1000u);
    CHECK(bsd.largest_send_buffer == 2000u);
}

TEST_CASE("a buffer that is not to grow is at most what it is at first") {
    const knobs k = knobs_after("sysctl net.inet.tcp.recvspace=1000; sysctl net.inet.tcp.recvbuf_auto=0");
    CHECK(k.largest_receive_buffer == 1000u);
    CHECK(!k.largest_send_buffer);
    const std::string rmem = "sysctl net.ipv4.tcp_rmem='1 2000 3000' net.ipv4.tcp_moderate_rcvbuf=";
    CHECK(knobs_after(rmem + '0').largest_receive_buffer == 2000u);
    CHECK(knobs_after(rmem + '1').largest_receive_buffer == 3000u);
    CHECK(knobs_after("sysctl net.inet.tcp.sendspace=500 net.inet.tcp.sendbuf_auto=0").largest_send_buffer == 500u);
}

TEST_CASE("routes and links: the initial window, the floor of the RTO, the MTU") {
    CHECK(knobs_after("ip route change default via 1.2.3.4 dev tun0 initcwnd 20").initial_window == 20u);
    CHECK(knobs_after("ip -4 route replace 1.2.3.0/24 rto_min 5ms").rto_floor == duration(5ms));
    CHECK(knobs_after("ip link set dev tun0 mtu 1400").mtu == 1400u);
    CHECK(knobs_after("ip route change 1.2.3.4 mtu lock 1300").mtu == 1300u);
}

TEST_CASE("what says nothing to a TCP changes nothing, and is told so") {
    for (const char* text :
         {"../common/defaults.sh", "cat /proc/sys/net/ipv4/tcp_sack", "sysctl net.ipv4.tcp_sack",
          "sysctl -q net.ipv4.unheard_of=0", "sysctl net.ipv4.tcp_sack=often", "sysctl net.ipv4.tcp_rmem=4096",
          "ip route add initcwnd", "echo 0 > /tmp/net/ipv4/tcp_sack", "echo 'net.ipv4.tcp_sack", ">", "> /proc/sys/"}) {
        CAPTURE(text);
        knobs k;
        CHECK(apply_command(text, k).size() == 1);
        CHECK(!k.sack);
        CHECK(!k.receive_buffer);
    }
}

TEST_CASE("what is understood is not told; what stands beside it is, each command and each setting of its own") {
    const auto ignored_of = [](const std::string& text) {
        knobs k;
        return apply_command(text, k);
    };
    using list = std::vector<std::string>;
    CHECK(ignored_of("../common/defaults.sh; sysctl -q net.ipv4.tcp_foo=1 net.ipv4.tcp_sack=0") ==
          list{"../common/defaults.sh", "net.ipv4.tcp_foo=1"});
    CHECK(ignored_of("sysctl net.ipv4.tcp_rmem=\"1 2\" net.ipv4.tcp_wmem='1 2 3'").empty());
    CHECK(ignored_of("sysctl net.ipv4.tcp_foo='1 2'") == list{"net.ipv4.tcp_foo=1 2"});
    CHECK(ignored_of("echo 1 > /proc/sys/net/ipv4/tcp_foo") == list{"net.ipv4.tcp_foo=1"});
    CHECK(ignored_of("ip link set dev tun0 mtu 1400; ip link set dev tun0 up") == list{"ip link set dev tun0 up"});
    CHECK(ignored_of("sysctl net.inet.tcp.delayed_ack=1") == list{"net.inet.tcp.delayed_ack=1"});
    CHECK(ignored_of("").empty());
}
