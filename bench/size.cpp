// SPDX-License-Identifier: MIT
// How large is a connection? Whole, and without what the buffers policy keeps in it: text, in-flight records,
// intervals.
#include <cstdio>

#include <sluice/connection/endpoint.hpp>
#include <sluice/policy/buffers/fixed_buffers.hpp>
#include <sluice/policy/congestion/reno.hpp>
#include <sluice/policy/lifecycle/client_only.hpp>
#include <sluice/policy/recovery/sack_recovery.hpp>

namespace {

template <class Tcp>
void print(const char* what) {
    using block = sluice::control_block<Tcp>;
    using buffers = typename Tcp::buffers_policy;
    constexpr std::size_t text = sizeof(typename buffers::send_buffer) + sizeof(typename buffers::receive_buffer);
    constexpr std::size_t books = sizeof(typename buffers::records) + sizeof(typename buffers::intervals);
    std::printf("%-34s %8zu %8zu %8zu %8zu %10zu\n", what, sizeof(typename Tcp::connection), text, books,
                sizeof(block) - text - books, sizeof(sluice::environment<Tcp>));
}

}  // namespace

int main() {
    using tiny = sluice::fixed_buffers<512, 512, 4, 2>;
    std::printf("%-34s %8s %8s %8s %8s %10s\n", "octets", "whole", "text", "records", "the rest", "per stack");
    print<sluice::tcp<>>("defaults");
    print<sluice::tcp<sluice::reno, sluice::sack_recovery>>("reno, sack_recovery");
    print<sluice::tcp<tiny>>("fixed_buffers<512, 512, 4, 2>");
    print<sluice::tcp<tiny, sluice::client_only>>("the same, client_only");
}
