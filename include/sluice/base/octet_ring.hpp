// SPDX-License-Identifier: MIT
//
// A fixed circular store of octets in which positions are counted from a moving start: `write(5, …)` puts octets five
// past the first one, whether or not the octets before them have come. It keeps no account of what is there; send and
// receive buffers do.
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <type_traits>

#include <sluice/base/bytes.hpp>

namespace sluice {

template <std::size_t Capacity>
class octet_ring {
    static_assert(Capacity > 0);

public:
    /// The store is left unwritten on purpose: a reader only asks for what was written.
    constexpr octet_ring() {
        if (std::is_constant_evaluated()) store_.fill(0);
    }

    static constexpr std::size_t capacity() { return Capacity; }

    constexpr void write(std::size_t offset, octets from) {
        assert(offset + from.size() <= Capacity);
        const std::size_t at = place(offset);
        const std::size_t before_wrap = std::min(from.size(), Capacity - at);
        std::copy_n(from.data(), before_wrap, store_.data() + at);
        std::copy_n(from.data() + before_wrap, from.size() - before_wrap, store_.data());
    }

    constexpr void read(std::size_t offset, mutable_octets to) const {
        const auto [first, second] = view(offset, to.size());
        copy(first, to);
        copy(second, to.subspan(first.size()));
    }

    struct two_spans {
        octets first;
        octets second;
    };

    /// The octets where they lie; valid until they are dropped.
    constexpr two_spans view(std::size_t offset, std::size_t length) const {
        assert(offset + length <= Capacity);
        const std::size_t at = place(offset);
        const std::size_t before_wrap = std::min(length, Capacity - at);
        return {{store_.data() + at, before_wrap}, {store_.data(), length - before_wrap}};
    }

    /// Where up to `most` octets can be written in one piece.
    constexpr mutable_octets room(std::size_t offset, std::size_t most) {
        assert(offset + most <= Capacity);
        const std::size_t at = place(offset);
        return {store_.data() + at, std::min(most, Capacity - at)};
    }

    constexpr void drop(std::size_t length) { start_ = place(length); }

private:
    constexpr std::size_t place(std::size_t offset) const {
        const std::size_t at = start_ + offset;
        return at < Capacity ? at : at - Capacity;
    }

    std::size_t start_ = 0;
    std::array<octet, Capacity> store_;
};

}  // namespace sluice
