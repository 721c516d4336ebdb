// SPDX-License-Identifier: MIT
// What flows: an endless text that both ends know, of a prime period, so that octets which are lost, doubled or in
// another place show, as fast as memory is compared. Each end sends it from a place of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace interop {

class pattern {
public:
    explicit pattern(bool first) : begins_(first ? 0 : 31'337), text_(2 * period) {
        std::uint64_t state = 1;
        for (std::size_t i = 0; i < period; ++i) {
            state = state * 6364136223846793005u + 1442695040888963407u;  // Knuth's generator
            text_[i] = text_[i + period] = static_cast<std::uint8_t>(state >> 56);
        }
    }

    static constexpr std::size_t longest = 65'521;  // that lies in one piece

    const std::uint8_t* at(std::uint64_t place) const { return text_.data() + (begins_ + place) % period; }
    bool is(std::uint64_t place, const std::uint8_t* some, std::size_t length) const {
        for (; length > longest; place += longest, some += longest, length -= longest)
            if (std::memcmp(at(place), some, longest) != 0) return false;
        return std::memcmp(at(place), some, length) == 0;
    }

private:
    static constexpr std::size_t period = longest;

    std::uint64_t begins_;
    std::vector<std::uint8_t> text_;
};

}  // namespace interop
