// SPDX-License-Identifier: MIT
//
// Puts text in order (RFC 9293 section 3.10.7.4 seventh, SHLD-31). Octets go to their place in the receive buffer at once;
// here is only kept which of those beyond RCV.NXT have come, and where the peer's FIN stands.
#pragma once

#include <optional>

#include <sluice/base/bytes.hpp>
#include <sluice/wire/seq.hpp>

namespace sluice {

/// Intervals is an interval_set<seq, N> or anything with its members.
template <class Intervals>
class reassembly {
public:
    /// Text of which `nxt` or something later is the first octet, trimmed to the window. Returns the new RCV.NXT.
    /// Out of intervals, the newest out-of-order text is dropped: it will come again.
    constexpr seq take(auto& buffer, seq nxt, seq first, octets text) {
        const seq end = first + static_cast<std::uint32_t>(text.size());
        if (first != nxt) {
            if (held_.add(first, end)) buffer.write(first - nxt, text);
            return nxt;
        }
        buffer.write(0, text);
        seq arrived = end;
        for (std::size_t i = 0; i < held_.size() && held_[i].begin <= arrived; ++i) arrived = later(arrived, held_[i].end);
        held_.remove_below(arrived);
        buffer.commit(arrived - nxt);
        return arrived;
    }

    /// N26: nothing follows a FIN, not even what came before it, and a second one at another number counts for nothing.
    constexpr void note_fin(seq at) {
        if (fin_) return;
        fin_ = at;
        held_.remove_from(at);
    }
    constexpr std::optional<seq> fin() const { return fin_; }

    constexpr bool has_gap() const { return !held_.empty(); }
    constexpr const Intervals& held() const { return held_; }

private:
    Intervals held_;
    std::optional<seq> fin_;
};

}  // namespace sluice
