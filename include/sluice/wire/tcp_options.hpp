// SPDX-License-Identifier: MIT
//
// TCP options (RFC 9293 section 3.2): read at any alignment (MUST-64) and on any segment (MUST-5), unknown kinds
// skipped by their length octet (MUST-6), illegal lengths survived (MUST-7). What an option means is the connection's
// business.
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include <sluice/base/bytes.hpp>
#include <sluice/wire/seq.hpp>

namespace sluice {

enum class option_kind : octet {
    end = 0,
    no_operation = 1,
    mss = 2,
    window_scale = 3,    // RFC 7323
    sack_permitted = 4,  // RFC 2018
    sack = 5,
    timestamps = 8,      // RFC 7323
    user_timeout = 28,   // RFC 5482
};

/// TSval and TSecr.
struct timestamps_option {
    std::uint32_t value = 0;
    std::uint32_t echo = 0;
    friend constexpr bool operator==(const timestamps_option&, const timestamps_option&) = default;
};

/// Octets that have arrived, [begin, end).
struct sack_block {
    seq begin{};
    seq end{};
    friend constexpr bool operator==(const sack_block&, const sack_block&) = default;
};

/// Up to four: more have no room in a header (RFC 2018 section 3). Nearly every segment has none, and pays for none.
class sack_blocks {
public:
    static constexpr std::size_t most = 4;

    constexpr sack_blocks() : none_() {}

    constexpr std::size_t size() const { return size_; }
    constexpr bool empty() const { return size_ == 0; }
    constexpr const sack_block& operator[](std::size_t i) const { return blocks_[i]; }
    constexpr const sack_block* begin() const { return empty() ? nullptr : blocks_.data(); }
    constexpr const sack_block* end() const { return begin() + size_; }
    constexpr void push_back(const sack_block& block) {
        if (empty()) std::construct_at(&blocks_);
        blocks_[size_++] = block;
    }
    friend constexpr bool operator==(const sack_blocks& a, const sack_blocks& b) {
        return std::equal(a.begin(), a.end(), b.begin(), b.end());
    }

private:
    std::uint8_t size_ = 0;
    union {
        char none_;
        std::array<sack_block, most> blocks_;
    };
};

struct tcp_options {
    std::optional<std::uint16_t> mss{};  // the first three are only ever sent on a SYN (MUST-65), and only count there
    std::optional<std::uint8_t> window_scale{};   // a shift, as it stands there
    bool sack_permitted = false;
    std::optional<timestamps_option> timestamps{};
    sack_blocks sack{};
    std::optional<std::uint16_t> user_timeout{};  // as it stands there: the granularity bit, then 15 bits

    static constexpr std::size_t most_octets = 40;
    static constexpr std::size_t timestamps_length =
        12;  // with two octets before it, for alignment (RFC 7323 appendix A)
    static constexpr std::size_t sack_length(std::size_t blocks) { return blocks == 0 ? 0 : 4 + 8 * blocks; }

    /// Nothing when a length octet is below 2 or points past the end: what follows can't be told apart any more. A
    /// known kind whose length is not the kind's own is skipped like an unknown one.
    static constexpr std::optional<tcp_options> read(octets from) {
        tcp_options out;
        if (!out.read_all(from)) return {};
        return out;
    }

    /// The same into options that are empty so far.
    constexpr bool read_all(octets from) {
        while (!from.empty()) {
            const auto kind = static_cast<option_kind>(from[0]);
            if (kind == option_kind::end) break;  // zero padding follows (MUST-69); it is not looked at
            if (kind == option_kind::no_operation) {
                from = from.subspan(1);
                continue;
            }
            if (from.size() < 2 || from[1] < 2 || from[1] > from.size()) return false;
            read_one(kind, from.subspan(2, from[1] - 2u));
            from = from.subspan(from[1]);
        }
        return true;
    }

    /// Octets that `write` takes, a multiple of four.
    constexpr std::size_t length() const {
        const std::size_t four = std::size_t{mss.has_value()} + window_scale.has_value() + user_timeout.has_value() +
                                 (sack_permitted && !timestamps ? 1u : 0u);
        return 4 * four + (timestamps ? timestamps_length : 0) + sack_length(sack.size());
    }

    /// Each option begins where its numbers are aligned; what is free before it is taken by no-operations, or by
    /// SACK-permitted, which is two octets long.
    constexpr void write(mutable_octets out) const {
        octet* at = out.data();
        const auto two = [&](option_kind kind, std::size_t length) {
            *at++ = static_cast<octet>(kind);
            *at++ = static_cast<octet>(length);
        };
        const auto fill = [&](std::size_t count) {
            while (count-- > 0) *at++ = static_cast<octet>(option_kind::no_operation);
        };
        const auto put16 = [&](std::uint16_t value) { store_be16(at, value), at += 2; };
        const auto put32 = [&](std::uint32_t value) { store_be32(at, value), at += 4; };
        if (mss) two(option_kind::mss, 4), put16(*mss);
        if (sack_permitted) two(option_kind::sack_permitted, 2);
        if (sack_permitted != timestamps.has_value()) fill(2);
        if (timestamps) two(option_kind::timestamps, 10), put32(timestamps->value), put32(timestamps->echo);
        if (window_scale) fill(1), two(option_kind::window_scale, 3), *at++ = *window_scale;
        if (user_timeout) two(option_kind::user_timeout, 4), put16(*user_timeout);
        if (sack.empty()) return;
        fill(2), two(option_kind::sack, 2 + 8 * sack.size());
        for (const sack_block& block : sack) put32(block.begin.number()), put32(block.end.number());
    }

    friend constexpr bool operator==(const tcp_options&, const tcp_options&) = default;

private:
    constexpr void read_one(option_kind kind, octets body) {
        switch (kind) {
            case option_kind::mss:
                if (body.size() == 2) mss = load_be16(body.data());
                break;
            case option_kind::window_scale:
                if (body.size() == 1) window_scale = body[0];
                break;
            case option_kind::sack_permitted:
                if (body.empty()) sack_permitted = true;
                break;
            case option_kind::sack:
                if (body.empty() || body.size() % 8 != 0) break;
                sack = {};
                for (; !body.empty() && sack.size() < sack_blocks::most; body = body.subspan(8))
                    sack.push_back({seq(load_be32(body.data())), seq(load_be32(body.data() + 4))});
                break;
            case option_kind::timestamps:
                if (body.size() == 8) timestamps = {load_be32(body.data()), load_be32(body.data() + 4)};
                break;
            case option_kind::user_timeout:
                if (body.size() == 2) user_timeout = load_be16(body.data());
                break;
            default: break;
        }
    }
};

}  // namespace sluice
