// SPDX-License-Identifier: MIT
// sluice on a TUN device, for the kernel to talk to: one of several compositions, driven by its arguments. Says
// "listening" or "connecting" when the device is up; at the end what came, and what it has counted.
#include "endpoint.hpp"

#include <sluice/io/address_text.hpp>

using namespace interop;

int main(int argc, char** argv) {
    options given(argc, argv);
    const manners how(given);
    link_options on(given);
    const std::string composition = given.text("--composition", "rack");
    task_to_do todo{how, {}, {}, given.text("--without"), given.flag("--ecn"), given.number("--syn-time")};
    given.check();

    const auto own = io::read_prefix(how.own);
    const auto peer = io::read_address(how.peer);
    if (!own || !peer) options::refuse("--own ADDRESS/LENGTH and --peer ADDRESS");
    todo.own = *own, todo.peer = *peer;
    on.device.kernel_addresses.push_back({*peer, own->length});
    auto reactor = io::reactor::open();
    if (!reactor) options::refuse(reactor.why().text());
    auto link = chosen_link::open(on, *reactor);
    if (!link) options::refuse(link.why().text());

    if (composition == "rack") return run_rack(todo, **link);
    if (composition == "accurate") return run_accurate(todo, **link);
    if (composition == "newreno") return run_newreno(todo, **link);
    if (composition == "go_back_n") return run_go_back_n(todo, **link);
    if (composition == "probing") return run_probing(todo, **link);
    options::refuse("compositions are rack, accurate, newreno, go_back_n and probing");
}
