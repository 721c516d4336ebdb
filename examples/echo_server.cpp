// SPDX-License-Identifier: MIT
// Says back what it hears, to netcat or to echo_client, until it is asked to end (Control-C):
// echo_server --link tun:sluice0 --address 198.18.0.2/24 --peer 198.18.0.1 --port 7
// Without --link it does so in a simulated network, to a client there, and compares.
#include "on_a_link.hpp"

#include "echo.hpp"

int main(int argc, char** argv) {
    const arguments a = read_arguments(
        argc, argv,
        {.form = "echo_server [OPTIONS]\n"
                 "Says back what it hears, until Control-C. Inside of UDP each side has an address of its own:\n"
                 "  build/examples/echo_server --link udp:4000 & build/examples/echo_client --link udp:127.0.0.1:4000 "
                 "--address 198.18.0.3/24 --peer 198.18.0.2 hello there; kill $!\n",
         .port = std::to_string(echo::port),
         .has_control = true});
    if (!a.rest.empty()) refuse("echo_server takes options alone, not " + a.rest[0]);
    const std::uint16_t port = a.port.value_or(echo::port);
    const program_on server = [&](host<my_tcp>& at, ip_address) { return echo::server(at, {.backlog = 1024}, port); };
    if (a.link != "sim") return run_on_real_link(a, server, role::serves);

    const std::vector<octet> words(300'000, octet{'x'});
    std::vector<octet> heard;
    const program_on client = [&](host<my_tcp>& at, ip_address of_server) -> task<> {
        const auto done = co_await echo::client(at, of_server, words, heard, port);
        std::printf("%zu octets said, %zu heard again in %.3f s of virtual time: %s\n", words.size(), heard.size(),
                    std::chrono::duration<double>(at.now().time_since_epoch()).count(), text(done.error()));
    };
    return run_in_simulation(a, server, client) == 0 && heard == words ? 0 : 1;
}
