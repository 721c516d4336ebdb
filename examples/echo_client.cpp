// SPDX-License-Identifier: MIT
// Says its words, or what comes in by standard input for `-`, to an echo server, and prints what it hears:
// echo_client --link udp:127.0.0.1:4000 --address 198.18.0.3/24 --peer 198.18.0.2 hello there
// Without --link the server is in a simulated network, too.
#include "on_a_link.hpp"

#include "echo.hpp"

namespace {

std::vector<octet> read_all(std::FILE* from) {
    std::vector<octet> out;
    for (int c; (c = std::fgetc(from)) != EOF;) out.push_back(static_cast<octet>(c));
    return out;
}

std::vector<octet> words_of(const arguments& a) {
    if (a.rest.size() == 1 && a.rest[0] == "-") return read_all(stdin);
    std::string line;
    for (const std::string& each : a.rest) line += (line.empty() ? "" : " ") + each;
    line = (line.empty() ? "hello" : line) + "\n";
    const octets said = as_octets(line);
    return {said.begin(), said.end()};
}

}  // namespace

int main(int argc, char** argv) {
    const arguments a = read_arguments(
        argc, argv,
        {.form = "echo_client [OPTIONS] [WORD ...]\n"
                 "Says the words (hello), or for - what comes by standard input, to an echo server, and prints what it "
                 "hears.\n",
         .port = std::to_string(echo::port)});
    if (a.link != "sim" && !a.peer) refuse("--peer B says who is to echo");
    const std::uint16_t port = a.port.value_or(echo::port);
    const std::vector<octet> words = words_of(a);
    std::vector<octet> heard;
    const program_on client = [&](host<my_tcp>& at, ip_address of_server) -> task<> {
        const auto done = co_await echo::client(at, of_server, words, heard, port);
        if (!done) std::fprintf(stderr, "%s\n", text(done.error()));
    };
    const program_on server = [&](host<my_tcp>& at, ip_address) { return echo::server(at, {}, port); };
    const int failed =
        a.link == "sim" ? run_in_simulation(a, server, client) : run_on_real_link(a, client, role::calls);
    std::fwrite(heard.data(), 1, heard.size(), stdout);
    return failed == 0 && heard == words ? 0 : 1;
}
