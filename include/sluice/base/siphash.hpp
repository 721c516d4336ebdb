// SPDX-License-Identifier: MIT
//
// SipHash-2-4 (Aumasson and Bernstein, 2012): the keyed pseudo-random function behind initial sequence numbers (RFC
// 6528) and everything else that an outsider must not be able to predict (MUST-9).
#pragma once

#include <bit>
#include <cstdint>

#include <sluice/base/bytes.hpp>

namespace sluice {

struct siphash_key {
    std::uint64_t first = 0;
    std::uint64_t second = 0;
};

constexpr std::uint64_t siphash(siphash_key key, octets message) {
    std::uint64_t v0 = key.first ^ 0x736f6d6570736575, v1 = key.second ^ 0x646f72616e646f6d;
    std::uint64_t v2 = key.first ^ 0x6c7967656e657261, v3 = key.second ^ 0x7465646279746573;
    const auto rounds = [&](int count) {
        for (; count > 0; --count) {
            v0 += v1, v1 = std::rotl(v1, 13) ^ v0, v0 = std::rotl(v0, 32);
            v2 += v3, v3 = std::rotl(v3, 16) ^ v2;
            v0 += v3, v3 = std::rotl(v3, 21) ^ v0;
            v2 += v1, v1 = std::rotl(v1, 17) ^ v2, v2 = std::rotl(v2, 32);
        }
    };
    const auto absorb = [&](std::uint64_t word) { v3 ^= word, rounds(2), v0 ^= word; };

    std::size_t done = 0;
    for (; done + 8 <= message.size(); done += 8) absorb(load_le64(message.data() + done));
    std::uint64_t last = static_cast<std::uint64_t>(message.size()) << 56;
    for (std::size_t i = 0; done + i < message.size(); ++i)
        last |= static_cast<std::uint64_t>(message[done + i]) << (8 * i);
    absorb(last);
    v2 ^= 0xff;
    rounds(4);
    return v0 ^ v1 ^ v2 ^ v3;
}

}  // namespace sluice
