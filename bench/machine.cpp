// SPDX-License-Identifier: MIT
// What does the compile-time machine cost against the hand-written switch of a sceptic? Time per event, over two lives
// of a connection with the events known at the call, as a connection fires them, and over a random walk. For the sizes
// see machine_size.sh.
#include "machine_by_switch.hpp"
#include "machine_by_table.hpp"
#include "timing.hpp"

#define MACHINE by_switch
#include "machine_dispatch.inc"
#undef MACHINE
#define MACHINE by_table
#include "machine_dispatch.inc"

namespace bench {

// clang-format off
[[gnu::noinline]] void conversation::queue_fin()       { done = done * 31 + 1; }
[[gnu::noinline]] void conversation::send_reset()      { done = done * 31 + 2; }
[[gnu::noinline]] void conversation::tell_connected()  { done = done * 31 + 3; }
[[gnu::noinline]] void conversation::tell_closing()    { done = done * 31 + 4; }
[[gnu::noinline]] void conversation::tell_reset()      { done = done * 31 + 5; }
[[gnu::noinline]] void conversation::tell_refused()    { done = done * 31 + 6; }
[[gnu::noinline]] void conversation::tell_timed_out()  { done = done * 31 + 7; }
[[gnu::noinline]] void conversation::forget_peer()     { done = done * 31 + 8; }
[[gnu::noinline]] void conversation::start_time_wait() { done = done * 31 + 9; }
[[gnu::noinline]] void conversation::release()         { done = done * 31 + 10; }
// clang-format on

}  // namespace bench

namespace {

using namespace sluice;
using bench::conversation;

#define LIVES(machine)                                                                                               \
    [](std::size_t units) {                                                                                          \
        state now = state::closed;                                                                                   \
        conversation c;                                                                                              \
        const auto fire = [&]<event... Events>() {                                                                   \
            ((bench::keep(now), bench::keep(machine::fire<Events>(now, c))), ...);                                   \
        };                                                                                                           \
        for (std::size_t done = 0; done < units; done += 18) {                                                       \
            using e = event;                                                                                         \
            fire.template operator()<e::active_open, e::ack_of_syn, e::send, e::receive, e::send, e::receive,        \
                                     e::close, e::ack_of_fin, e::fin, e::time_wait_timeout>();                       \
            fire.template operator()<e::passive_open, e::syn_accepted, e::ack_of_syn, e::send, e::receive, e::fin,   \
                                     e::close, e::ack_of_fin>();                                                     \
        }                                                                                                            \
        bench::require(now == state::closed, "two lives end in CLOSED");                                             \
    }

/// Events that can happen, each where the ones before it have led.
std::vector<event> random_walk(std::size_t length) {
    std::vector<event> out;
    state now = state::closed;
    conversation c;
    std::uint32_t random = 7;
    while (out.size() < length) {
        const auto e = static_cast<event>((random = random * 1664525 + 1013904223) >> 28);
        bool possible = true;
        for (const row& r : full::table.rows)
            if (r.on == e && r.from.has(now)) possible = r.what != outcome::cannot;
        if (!possible) continue;
        out.push_back(e);
        bench::by_table::dispatch(e, now, c);
    }
    return out;
}

void print(const char* what, const std::array<bench::result, 2>& of) {
    std::printf("%-12s switch %5.2f ns  table %5.2f ns  %5.2f x\n", what, of[0].ns, of[1].ns, of[1].ratio);
}

}  // namespace

int main() {
    const std::vector<event> walk = random_walk(4096);
    const auto walks = [&](auto dispatch) {
        return [&walk, dispatch](std::size_t units) {
            state now = state::closed;
            conversation c;
            for (std::size_t done = 0; done < units; done += walk.size())
                for (const event e : walk) bench::keep(dispatch(e, now, c));
            bench::keep(c.done);
        };
    };
    for (std::size_t i = 0; i < state_count * event_count; ++i) {
        const auto e = static_cast<event>(i / state_count);
        state by_table = static_cast<state>(i % state_count), by_switch = by_table;
        conversation of_table, of_switch;
        const error a = bench::by_table::dispatch(e, by_table, of_table);
        const error b = bench::by_switch::dispatch(e, by_switch, of_switch);
        bench::require(a == b && by_table == by_switch && of_table.done == of_switch.done, "both machines are one");
    }

    std::puts("per event");
    print("two lives", bench::race(LIVES(bench::by_switch), LIVES(bench::by_table)));
    print("random walk", bench::race(walks(bench::by_switch::dispatch), walks(bench::by_table::dispatch)));
}
