// SPDX-License-Identifier: MIT
// Hands out the files of a directory, to curl or any browser, over sluice's TCP:
// http_server --link tun:sluice0 --address 198.18.0.2/24 --peer 198.18.0.1 --port 80 DIRECTORY
// Without --link it does so in a simulated network, to a client there, and compares what arrived.
#include "on_a_link.hpp"

#include "http.hpp"

int main(int argc, char** argv) {
    const arguments a = read_arguments(argc, argv,
                                       {.form = "http_server [OPTIONS] [DIRECTORY]\n"
                                                "Hands out the files of a directory (.) by HTTP, until Control-C.\n",
                                        .port = "80",
                                        .has_control = true});
    if (a.rest.size() > 1) refuse("http_server takes one directory, and not " + a.rest[1] + " besides");
    const std::filesystem::path directory = a.rest.empty() ? "." : a.rest[0];
    auto files = http::directory::open(directory);
    if (!files) refuse(files.why().text());
    const std::uint16_t port = a.port.value_or(80);
    const program_on server = [&](host<my_tcp>& at, ip_address) { return http::server(at, port, *files); };
    if (a.link != "sim") return run_on_real_link(a, server, role::serves);

    const auto any = http::any_file_of(directory);
    if (!any) refuse("no file in " + directory.string());
    const std::string name = any->filename();
    bool is_good = false;
    const program_on client = [&](host<my_tcp>& at, ip_address from) -> task<> {
        const auto got = co_await http::get(at, {from, port}, http::encoded("/" + name));
        is_good = got == http::octets_of(*any);
        std::printf("%s: %zu octets in %.3f s of virtual time\n", name.c_str(), got ? got->size() : 0,
                    std::chrono::duration<double>(at.now().time_since_epoch()).count());
    };
    return run_in_simulation(a, server, client) == 0 && is_good ? 0 : 1;
}
