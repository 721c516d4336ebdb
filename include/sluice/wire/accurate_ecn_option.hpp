// SPDX-License-Identifier: MIT
//
// The option of Accurate ECN (RFC 9768 section 3.2.3). It stands beside tcp_options, not in it: only who takes part
// looks for it.
#pragma once

#include <algorithm>
#include <array>
#include <optional>

#include <sluice/base/bytes.hpp>

namespace sluice {

/// How many octets of text have come with each codepoint, mod 2^24. As many of the three numbers as there is room for:
/// ECT(0), CE, ECT(1), or the other way round.
struct accurate_ecn_option {
    static constexpr octet kind_0 = 172, kind_1 = 174;  // by which of the two orders it has
    static constexpr std::uint32_t circle = 0xffffff;

    std::uint32_t ect0 = 0;
    std::uint32_t ce = 0;
    std::uint32_t ect1 = 0;
    std::uint8_t fields = 3;
    bool ect1_first = false;

    constexpr bool has_ect0() const { return fields >= (ect1_first ? 3 : 1); }
    constexpr bool has_ce() const { return fields >= 2; }
    constexpr bool has_ect1() const { return fields >= (ect1_first ? 1 : 3); }

    /// With the no-operations before it: a multiple of four.
    static constexpr std::size_t length(unsigned fields) { return (2 + 3 * fields + 3) / 4 * 4; }
    constexpr std::size_t length() const { return length(fields); }

    constexpr void write(mutable_octets out) const {
        octet* at = out.data();
        for (std::size_t fill = length() - 2 - 3u * fields; fill > 0; --fill) *at++ = 1;
        *at++ = ect1_first ? kind_1 : kind_0;
        *at++ = static_cast<octet>(2 + 3 * fields);
        for (unsigned i = 0; i < fields; ++i) {
            *at++ = static_cast<octet>(number(i) >> 16);
            store_be16(at, static_cast<std::uint16_t>(number(i)));
            at += 2;
        }
    }

    /// The first one of a list of options that tcp_options::read takes. Of a length that is none of its own the whole
    /// numbers count.
    static constexpr std::optional<accurate_ecn_option> read(octets list) {
        while (!list.empty() && list[0] != 0) {
            if (list[0] == 1) {
                list = list.subspan(1);
                continue;
            }
            if (list.size() < 2 || list[1] < 2 || list[1] > list.size()) break;
            if (list[0] == kind_0 || list[0] == kind_1) return read_one(list[0], list.subspan(2, list[1] - 2u));
            list = list.subspan(list[1]);
        }
        return {};
    }

    friend constexpr bool operator==(const accurate_ecn_option&, const accurate_ecn_option&) = default;

private:
    constexpr std::uint32_t number(unsigned place) const {
        if (place == 1) return ce;
        return (place == 0) == ect1_first ? ect1 : ect0;
    }
    static constexpr accurate_ecn_option read_one(octet kind, octets body) {
        accurate_ecn_option out{.fields = static_cast<std::uint8_t>(std::min<std::size_t>(body.size() / 3, 3)),
                                .ect1_first = kind == kind_1};
        for (unsigned i = 0; i < out.fields; ++i) {
            const std::uint32_t value = std::uint32_t{body[3 * i]} << 16 | load_be16(body.data() + 3 * i + 1);
            (i == 1 ? out.ce : (i == 0) == out.ect1_first ? out.ect1 : out.ect0) = value;
        }
        return out;
    }
};

}  // namespace sluice
