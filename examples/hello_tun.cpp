// SPDX-License-Identifier: MIT
// A server on a TUN device, which says hello to curl, a browser, or whoever else of this machine's programs asks.
// g++ -std=c++20 -O2 -Iinclude examples/hello_tun.cpp -o hello_tun; README.md says how to run it
#include <sluice/sluice.hpp>

#include <sluice/io/tun.hpp>

#include <cstdio>

using namespace sluice;
using my_tcp = tcp<cubic>;

task<> greet(tcp_socket<my_tcp> peer) {
    std::array<octet, 4096> asked;
    if (!co_await peer.recv(asked)) co_return;
    static_cast<void>(co_await peer.send(as_octets("HTTP/1.0 200 OK\r\n\r\nhello\n")));
    static_cast<void>(peer.shutdown());
    while ((co_await peer.recv(asked)).value_or(0) > 0) {}  // what is left unread would end it by a RST
}

task<> serve(host<my_tcp>& at) {
    tcp_listener listener(at);
    if (!listener.listen({.port = 80})) co_return;
    while (auto peer = co_await listener.accept())
        if (!at.spawn(greet(*std::move(peer)))) co_return;
}

int main() {
    auto reactor = io::reactor::open();
    if (!reactor) return std::puts(reactor.why().text().c_str()), 1;
    auto link = io::tun::open({.kernel_addresses = {{ip_address::v4(198, 18, 0, 1), 24}}}, *reactor);
    if (!link) return std::puts(link.why().text().c_str()), 1;
    host<my_tcp> own({.seed = io::random_seed()}, ip_address::v4(198, 18, 0, 2));
    if (!own.spawn(serve(own))) return 1;
    return device(own, *link).run() ? 0 : 1;  // as long as the device is there
}
