// SPDX-License-Identifier: MIT
// One conversation by one composition over a link, and how it went. Each composition is compiled in a file of its own
// (endpoint_*.cpp); endpoint.cpp chooses among them by name.
#pragma once

#include <sluice/trace/nstat.hpp>

#include "chosen_link.hpp"
#include "conversation.hpp"

namespace interop {

struct task_to_do {
    manners how;
    io::address_prefix own;
    ip_address peer;
    std::string without;  // ts,sack,wscale
    bool asks_for_ecn;
    std::uint64_t syn_time;  // milliseconds; 0: as it is
};

using any_congestion = any_of<cubic, reno, vegas, westwood>;

int run_rack(const task_to_do&, chosen_link&);
int run_accurate(const task_to_do&, chosen_link&);
int run_newreno(const task_to_do&, chosen_link&);
int run_go_back_n(const task_to_do&, chosen_link&);
int run_probing(const task_to_do&, chosen_link&);

template <class Tcp>
int run(const task_to_do& todo, chosen_link& link) {
    const manners& how = todo.how;
    const auto has = [&](const char* name) { return todo.without.find(name) == std::string::npos; };
    typename Tcp::settings settings{.seed = io::random_seed()};
    settings.limits.timestamps = has("ts");
    settings.limits.sack = has("sack");
    settings.limits.window_scale = has("wscale");
    if (!how.congestion.empty() && find_name<typename Tcp::congestion_policy>(how.congestion).empty())
        options::refuse("no congestion policy " + how.congestion);
    if (!how.congestion.empty()) settings.congestion.select(how.congestion);
    if constexpr (requires { settings.ecn.asks; }) settings.ecn.asks = todo.asks_for_ecn;
    else if (todo.asks_for_ecn) options::refuse("this composition has no ECN");
    if (todo.syn_time > 0) settings.limits.syn_time = std::chrono::milliseconds(todo.syn_time);
    if (how.receive_buffer > 0) settings.buffers.receive = settings.buffers.largest_receive = how.receive_buffer;
    if (how.send_buffer > 0) settings.buffers.send = settings.buffers.largest_send = how.send_buffer;

    host<Tcp> own(settings, todo.own.address);
    device loop(own, link);
    conversation<Tcp> talk(own, how, todo.peer);
    const instant begin = link.now();
    loop.turn();
    std::puts(how.listens ? "listening" : "connecting");
    std::fflush(stdout);
    if (!own.spawn(talk.run())) return 1;
    const instant end = begin + std::chrono::milliseconds(how.deadline);
    for (loop.turn(); !own.is_done() && link.now() < end; loop.turn())
        link.wait(std::min(loop.next_deadline(), end));
    const double seconds = std::chrono::duration<double>(link.now() - begin).count();
    talk.book.told += link.told();
    const int failed = talk.book.tell("sluice", how, seconds);
    std::fputs(trace::nstat(own.stack().count()).c_str(), stdout);
    return failed;
}

}  // namespace interop
