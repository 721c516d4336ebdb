// SPDX-License-Identifier: MIT
//
// TCP options (RFC 9293 section 3.2): read at any alignment (MUST-64) and on any segment (MUST-5), unknown kinds skipped by
// their length octet (MUST-6), illegal lengths survived (MUST-7). What an option means is the connection's business.
#pragma once

#include <optional>

#include <sluice/base/bytes.hpp>

namespace sluice {

enum class option_kind : octet { end = 0, no_operation = 1, mss = 2 };

struct tcp_options {
    std::optional<std::uint16_t> mss;  // only ever meaningful, and only ever sent, on a SYN (MUST-65)

    /// Nothing when a length octet is below 2 or points past the end: what follows can't be told apart any more. A known kind
    /// whose length is not the kind's own is skipped like an unknown one.
    static constexpr std::optional<tcp_options> read(octets from) {
        tcp_options out;
        while (!from.empty()) {
            const auto kind = static_cast<option_kind>(from[0]);
            if (kind == option_kind::end) break;  // zero padding follows (MUST-69); it is not looked at
            if (kind == option_kind::no_operation) {
                from = from.subspan(1);
                continue;
            }
            if (from.size() < 2 || from[1] < 2 || from[1] > from.size()) return {};
            const octets body = from.subspan(2, from[1] - 2u);
            switch (kind) {
                case option_kind::mss:
                    if (body.size() == 2) out.mss = load_be16(body.data());
                    break;
                default: break;
            }
            from = from.subspan(from[1]);
        }
        return out;
    }

    /// Octets that `write` takes, padded to a multiple of four.
    constexpr std::size_t length() const { return mss ? 4 : 0; }

    constexpr void write(mutable_octets out) const {
        if (mss) {
            out[0] = static_cast<octet>(option_kind::mss);
            out[1] = 4;
            store_be16(out.data() + 2, *mss);
        }
    }
};

}  // namespace sluice
