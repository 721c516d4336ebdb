// SPDX-License-Identifier: MIT
// What does a checksum cost, and what a copy that sums on its way, against memcpy of the same octets? Everything lies
// in the caches that its size fits into.
#include "timing.hpp"

#include <cstring>

#include <sluice/wire/checksum.hpp>

int main() {
    using namespace sluice;
    std::puts("octets    memcpy ns   sum ns  (x memcpy)   copy and sum ns  (x memcpy)   copy and sum Gbit/s");
    for (const std::size_t length : {20u, 40u, 64u, 256u, 536u, 1460u, 4096u, 9000u, 16384u, 65535u}) {
        const std::vector<octet> from = bench::pattern(length);
        std::vector<octet> to(length);
        const std::uint16_t wanted = partial_sum(detail::sum_by_octets(from)).folded();
        const auto [copied, summed, both] = bench::race(
            [&](std::size_t units) {
                for (; units > 0; --units) {
                    std::memcpy(to.data(), from.data(), length);
                    bench::keep(to);
                }
            },
            [&](std::size_t units) {
                for (; units > 0; --units) {
                    bench::keep(from);
                    const std::uint16_t sum = partial_sum().add(from).folded();
                    bench::keep(sum);
                    bench::require(sum == wanted, "the sum");
                }
            },
            [&](std::size_t units) {
                for (; units > 0; --units) {
                    bench::keep(from);
                    const std::uint16_t sum = copy_and_sum(from, to).folded();
                    bench::keep(to);
                    bench::require(sum == wanted, "the sum of what was copied");
                }
            });
        bench::require(from == to, "the copy");
        std::printf("%6zu  %11.1f  %7.1f  %10.2f  %16.1f  %10.2f  %20.0f\n", length, copied.ns, summed.ns, summed.ratio,
                    both.ns, both.ratio, 8 * static_cast<double>(length) / both.ns);
    }
}
