// SPDX-License-Identifier: MIT
//
// An array that grows, of values that can be copied octet by octet, in a block of a pool that is an argument of each
// call. It does not own its block: who holds the array gives the block back. So it is as small as can be, and moves
// freely, but a copy would share the block: there is none.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

namespace sluice {

/// At most `Most` elements.
template <class T, std::uint32_t Most = ~std::uint32_t{0}>
class pool_array {
    static_assert(std::is_trivially_copyable_v<T>);

public:
    pool_array() = default;
    pool_array(pool_array&& from) noexcept
        : data_(std::exchange(from.data_, nullptr)), size_(std::exchange(from.size_, 0)) {}
    pool_array& operator=(pool_array&& from) noexcept {
        data_ = std::exchange(from.data_, nullptr);
        size_ = std::exchange(from.size_, 0);
        return *this;
    }

    /// How many elements there is room for.
    std::size_t size() const { return size_; }
    T* data() { return data_; }
    const T* data() const { return data_; }
    T& operator[](std::size_t i) { return data_[i]; }
    const T& operator[](std::size_t i) const { return data_[i]; }

    /// Room for at least so many; those that are there stay. False when the pool says no.
    bool grow(auto& pool, std::size_t wanted) {
        if (wanted <= size_) return true;
        if (wanted > Most) return false;
        const std::size_t size = pool.size_of(wanted * sizeof(T)), room = std::min<std::size_t>(size / sizeof(T), Most);
        void* const block = pool.take(size);
        if (!block) return false;
        if (size_ > 0) std::memcpy(block, data_, size_ * sizeof(T));
        give_back(pool);
        data_ = static_cast<T*>(block);
        size_ = static_cast<std::uint32_t>(room);
        return true;
    }

    void give_back(auto& pool) {
        if (data_) pool.give(data_, size_ * sizeof(T));
        data_ = nullptr;
        size_ = 0;
    }

private:
    T* data_ = nullptr;
    std::uint32_t size_ = 0;
};

}  // namespace sluice
