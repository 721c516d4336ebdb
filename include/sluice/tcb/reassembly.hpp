// SPDX-License-Identifier: MIT
//
// Puts text in order (RFC 9293 section 3.10.7.4 seventh, SHLD-31). Octets go to their place in the receive buffer at
// once; here is only kept which of those beyond RCV.NXT have come, and where the peer's FIN stands.
#pragma once

#include <optional>

#include <sluice/base/interval_set.hpp>
#include <sluice/base/payload.hpp>
#include <sluice/wire/seq.hpp>

namespace sluice {

/// Intervals is a basic_interval_set<seq, …>.
template <class Intervals>
class reassembly {
public:
    struct taken {
        seq nxt;               // RCV.NXT now
        bool kept;             // false: there is no memory, or no interval, for it
        interval<seq> before;  // the first part of it that was held already; empty when none was
    };

    /// Text of which `nxt` or something later is the first octet, trimmed to the window. What can't be kept is dropped:
    /// it will come again. For text in order, what is not in order makes room (RFC 2018 section 8 allows that).
    constexpr taken take(auto& pool, auto& buffer, seq nxt, seq first, payload text) {
        const seq end = first + static_cast<std::uint32_t>(text.length);
        taken out{.nxt = nxt, .kept = false, .before = held_part(first, end)};
        if (first != nxt) {
            provide(pool);
            out.kept = buffer.write(pool, first - nxt, text) && held_.add(first, end);
            if (!out.kept) forget_octets(pool, buffer, nxt);
            return out;
        }
        out.kept = buffer.write(pool, 0, text);
        if constexpr (requires { buffer.forget_beyond(pool); }) {
            if (!out.kept && has_gap()) {
                buffer.forget_beyond(pool);
                forget_text(pool);
                out.kept = buffer.write(pool, 0, text);
            }
        }
        if (!out.kept) return out;
        out.nxt = end;
        for (std::size_t i = 0; i < held_.size() && held_[i].begin <= out.nxt; ++i)
            out.nxt = later(out.nxt, held_[i].end);
        held_.remove_below(out.nxt);
        buffer.commit(out.nxt - nxt);
        rest(pool);
        return out;
    }

    /// N26: nothing follows a FIN, not even what came before it, and a second one at another number counts for nothing.
    constexpr void note_fin(auto& pool, auto& buffer, seq nxt, seq at) {
        if (fin_) return;
        fin_ = at;
        if (held_.empty()) return;
        held_.remove_from(at);
        forget_octets(pool, buffer, nxt);
        rest(pool);
    }
    /// The peer's FIN has been received, and all before it.
    constexpr void end_at(seq fin) { fin_ = fin; }
    constexpr std::optional<seq> fin() const { return fin_; }

    constexpr bool has_gap() const { return !held_.empty(); }
    constexpr const Intervals& held() const { return held_; }

    constexpr void forget_text(auto& pool) {
        held_.clear();
        rest(pool);
    }
    constexpr void clear(auto& pool) {
        forget_text(pool);
        fin_.reset();
    }

private:
    constexpr interval<seq> held_part(seq first, seq end) const {
        const auto found = held_.first_overlap(first, end);
        if (found == held_.all().end()) return {first, first};
        return {later(first, found->begin), earlier(end, found->end)};
    }

    /// What was written beyond all that is held goes.
    constexpr void forget_octets(auto& pool, auto& buffer, seq nxt) {
        const std::uint32_t reach = held_.empty() ? 0 : held_[held_.size() - 1].end - nxt;
        if constexpr (requires { buffer.forget_beyond(pool, reach); }) buffer.forget_beyond(pool, reach);
    }

    constexpr void provide(auto& pool) {
        if constexpr (requires { held_.store().grow(pool, 1); })
            if (held_.size() == held_.capacity()) held_.store().grow(pool, held_.size() + 1);
    }
    constexpr void rest(auto& pool) {
        if constexpr (requires { held_.store().give_back(pool); })
            if (held_.empty()) held_.store().give_back(pool);
    }

    [[no_unique_address]] Intervals held_;
    std::optional<seq> fin_;
};

}  // namespace sluice
