// SPDX-License-Identifier: MIT
// testing/script/settings.hpp, report.hpp: what is not understood is told, and what is told is JSON whatever it says.
#include <doctest/doctest.h>

#include <string>

#include <sluice/sluice.hpp>
#include <sluice/testing/packet_script.hpp>

using namespace sluice;
using namespace sluice::testing;
using judged = script::verdict;

namespace {

script::report run(const std::string& text) { return run_script<tcp<>>(text, "test.pkt"); }

}  // namespace

TEST_CASE("a setting of another name, or without a value for it, is ignored, and the report says so") {
    for (const char* text : {"foo=1", "mtu=abc", "ip_version=ipv9", "tolerance_usecs=abc", "tcp_ts_tick_usecs=x",
                             "mss=xyz", "bind_port=80x", "connect_port=65536", "rto_floor=soon"}) {
        const auto r = run("--" + std::string(text) + "\n0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n");
        CHECK(r.ignored == std::vector{"--" + std::string(text)});
    }
    for (const char* text : {"mtu=1400", "ip_version=ipv6", "ip_version=ipv4", "tolerance_usecs=10", "mss=1000",
                             "bind_port=80", "rto_floor=5ms"}) {
        const auto r = run("--" + std::string(text) + "\n0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n");
        CHECK_MESSAGE(r.ignored.empty(), text);
    }
}

TEST_CASE("a failure says what was ignored: that may be why") {
    const auto r = run("`./set_up.sh`\n0 close(3) = 0\n");
    CHECK(r.verdict == judged::failed);
    CHECK(r.text().ends_with("\n    ignored: ./set_up.sh"));
}

TEST_CASE("a script without any event fails") {
    for (const char* text : {"", "// a word\n", "--mtu=1400\n`true`\n"}) {
        CHECK(run(text).verdict == judged::failed);
        CHECK(run(text).message == "no event");
    }
}

TEST_CASE("what stands behind a call's result is an errno's name only behind -1") {
    const auto r = run("0 read(3, ..., 100) = 100 trailing\n");
    CHECK(r.head() == "test.pkt:1:27: failed: expected a time: '0.1', '+0.1' or '*', found 'trailing'");
}

TEST_CASE("options that have no room in a header fail, and are not cut") {
    const auto syn = [](const std::string& options) {
        return run("0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 bind(3, ..., ...) = 0\n+0 listen(3, 1) = 0\n"
                   "+0 < S 0:0(0) win 5000 <mss 1000" + options + ">\n");
    };
    const std::string two = ",TS val 1 ecr 0,TS val 1 ecr 0,TS val 1 ecr 0";  // 34 octets with the MSS
    CHECK(syn(two + ",wscale 7,wscale 7").verdict == judged::passed);
    CHECK(syn(two + ",wscale 7,wscale 7,nop").message == "options of 44 octets, at most 40");
}

TEST_CASE("JSON keeps UTF-8, and escapes octets that are none") {
    const auto json = [](const std::string& message) { return script::report{.file = message}.json(); };
    for (const std::string kept : {"\xc3\xa9", "\xe2\x86\x92", "\xf0\x9f\x99\x82", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"})
        CHECK(json(kept).starts_with("{\"file\":\"" + kept + "\","));
    for (const auto& [octets, escaped] : std::initializer_list<std::pair<std::string, std::string>>{
             {"\xff", "\\u00ff"},
             {"\xc3", "\\u00c3"},
             {"\x80", "\\u0080"},
             {"\xc0\xaf", "\\u00c0\\u00af"},                     // overlong
             {"\xe0\x9f\xbf", "\\u00e0\\u009f\\u00bf"},          // overlong
             {"\xed\xa0\x80", "\\u00ed\\u00a0\\u0080"},          // a surrogate
             {"\xf4\x90\x80\x80", "\\u00f4\\u0090\\u0080\\u0080"},  // beyond U+10FFFF
             {"\xe2\x86x", "\\u00e2\\u0086x"},
             {"\n\"\\", "\\u000a\\\"\\\\"}})
        CHECK(json(octets).starts_with("{\"file\":\"" + escaped + "\","));
}
