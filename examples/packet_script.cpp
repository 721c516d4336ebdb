// SPDX-License-Identifier: MIT
// Packet scripts against a TCP of one's own: each file named is run in virtual time; without any, a handshake.
// g++ -std=c++20 -O2 -Iinclude examples/packet_script.cpp -o packet_script && ./packet_script my_test.pkt
#include <sluice/sluice.hpp>
#include <sluice/testing/packet_script.hpp>

#include <cstdio>
#include <fstream>
#include <sstream>

#include "usage.hpp"

using my_tcp = sluice::tcp<sluice::reno, sluice::every_segment>;

constexpr const char* handshake = R"(
   0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
  +0 bind(3, ..., ...) = 0
  +0 listen(3, 1) = 0
  +0 < S 0:0(0) win 65535 <mss 1460>
  +0 > S. 0:0(0) ack 1 <mss 1460>
+.05 < . 1:1(0) ack 1 win 65535
  +0 accept(3, ..., ...) = 4
  +0 < P. 1:101(100) ack 1 win 65535
  +0 > . 1:1(0) ack 101
  +0 read(4, ..., 1000) = 100
)";

bool passes(const std::string& text, const char* name) {
    const auto report = sluice::testing::run_script<my_tcp>(text, name);
    std::puts(report.text().c_str());
    return report.verdict != sluice::testing::script::verdict::failed;
}

int main(int argc, char** argv) {
    const auto names = words_for(argc, argv,
                                 "packet_script [SCRIPT ...]\n"
                                 "Runs packet scripts in virtual time; without any, a handshake.\n",
                                 any_number);
    bool good = !names.empty() || passes(handshake, "handshake");
    for (const std::string& name : names) {
        std::ifstream file(name);
        std::stringstream text;
        text << file.rdbuf();
        if (!file) std::printf("%s: it can't be read\n", name.c_str());
        good = file && passes(text.str(), name.c_str()) && good;
    }
    return good ? 0 : 1;
}
