// SPDX-License-Identifier: MIT
// trace/ss.hpp and nstat.hpp: a stack's sockets and counters as text.
#include <doctest/doctest.h>

#include "support/pair.hpp"

#include <sluice/policy/buffers/growable_buffers.hpp>
#include <sluice/trace/nstat.hpp>
#include <sluice/trace/ss.hpp>

namespace {

using namespace sluice;
using pair = lab::pair<tcp<growable_buffers>>;

std::vector<std::string> lines(const std::string& text) {
    std::vector<std::string> out(1);
    for (const char c : text)
        if (c == '\n') out.emplace_back();
        else out.back() += c;
    out.pop_back();
    return out;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("every socket has its line: listeners, half-open ones, connections, TIME-WAITs") {
    pair p;
    const handle l = p.listen({.backlog = 7});
    const auto [c, s] = p.open(l);
    const auto gone = p.open(l);
    REQUIRE(p.client.send(c, std::vector<octet>(3000), p.now));
    p.settle();
    REQUIRE(p.client.close(gone.client, p.now));
    p.settle();
    REQUIRE(p.server.close(gone.server, p.now));
    p.settle();
    // A SYN whose answer is lost.
    p.passes = [](bool from_client, const segment&) { return from_client; };
    REQUIRE(p.client.connect({lab::client_address, 9999}, lab::server_socket, p.now));
    p.settle();

    const auto server = lines(trace::ss(p.server, false));
    REQUIRE(server.size() == 4);
    CHECK(server[1] == "LISTEN     0      7      198.18.0.2:80          *:*");
    const std::string port = std::to_string(p.client.look(c)->local().port);
    std::vector<std::string> expected{"ESTAB      3000   0      198.18.0.2:80          198.18.0.1:" + port,
                                      "SYN-RECV   0      0      198.18.0.2:80          198.18.0.1:9999"};
    if (port > "9999") std::swap(expected[0], expected[1]);
    CHECK(server[2] == expected[0]);
    CHECK(server[3] == expected[1]);

    const std::string client = trace::ss(p.client);
    CHECK(has(client, "SYN-SENT   0      0      198.18.0.1:9999        198.18.0.2:80\n"));
    CHECK(has(client, "TIME-WAIT  0      0      198.18.0.1:"));
    CHECK(has(client, " mss:1448 "));
    CHECK(has(client, " bytes_acked:3001 "));  // and the SYN
    CHECK(has(client, " phase:resting\n"));
    CHECK(has(client, " phase:opening\n"));
    static_cast<void>(s);
}

TEST_CASE("counters have nstat's names; what is 0 is left out unless it is asked for") {
    pair p;
    const handle l = p.listen();
    const auto [c, s] = p.open(l);
    REQUIRE(p.server.abort(s, p.now));
    p.settle();
    REQUIRE(p.client.connect({lab::client_address, 0}, {lab::server_address, 81}, p.now));
    p.settle();
    const std::string client = trace::nstat(p.client.count()), server = trace::nstat(p.server.count());
    CHECK(has(client, "TcpActiveOpens                  2\n"));
    CHECK(has(client, "TcpAttemptFails                 1\n"));
    CHECK(has(client, "TcpEstabResets                  1\n"));
    CHECK(has(server, "TcpPassiveOpens                 1\n"));
    CHECK(has(server, "TcpEstabResets                  1\n"));
    CHECK(has(server, "TcpOutRsts                      2\n"));
    CHECK_FALSE(has(server, "TcpActiveOpens"));
    CHECK(lines(trace::nstat(p.server.count(), true)).size() == trace::nstat_names.size());
    static_cast<void>(c);
}
