// SPDX-License-Identifier: MIT
//
// Whose segment it is: from two sockets (RFC 9293 section 3.4.1) to the number that the stack has filed under them, at
// the same cost among a million connections as among one. Open addressing with linear probing; an entry is that number
// and 32 bits of a keyed hash, so that nobody outside can choose who collides with whom. It must not know what the
// number means: the sockets stay with the stack's records.
#pragma once

#include <algorithm>
#include <cassert>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <optional>
#include <span>
#include <utility>

#include <sluice/base/memory.hpp>
#include <sluice/base/result.hpp>
#include <sluice/base/siphash.hpp>
#include <sluice/wire/four_tuple.hpp>

namespace sluice {

/// What a segment's sockets hash to, never 0: computed once, good for every call about that segment.
enum class tuple_hash : std::uint32_t {};

/// At most three quarters of the table are in use: a search looks at 2.5 entries on average, or at 8.5 if there is
/// nothing to find (Knuth, The Art of Computer Programming, section 6.4), and eight share a cache line. What was erased
/// leaves no trace.
template <memory_source Memory = heap>
class demux {
public:
    /// The key is secret: random bits.
    explicit demux(siphash_key key, Memory memory = {}) : memory_(memory), key_(key) {}
    demux(demux&& other) noexcept
        : memory_(other.memory_), key_(other.key_), entries_(std::exchange(other.entries_, {}))
        , size_(std::exchange(other.size_, 0)) {}
    demux& operator=(demux other) noexcept {
        std::swap(memory_, other.memory_);
        std::swap(key_, other.key_);
        std::swap(entries_, other.entries_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~demux() { give_back(entries_); }

    std::size_t size() const { return size_; }

    tuple_hash hash(const four_tuple& sockets) const {
        const auto bits = static_cast<std::uint32_t>(siphash(key_, sockets));
        return tuple_hash{bits == 0 ? 1 : bits};
    }

    /// `is_it(value)` compares the sockets in full. It is asked only where all 32 bits of the hash agree.
    std::optional<std::uint32_t> find(tuple_hash hash, std::predicate<std::uint32_t> auto&& is_it) const {
        const entry* const found = search(hash, is_it);
        return found != nullptr ? std::optional(found->value) : std::nullopt;
    }
    std::optional<std::uint32_t> find(const four_tuple& sockets, std::predicate<std::uint32_t> auto&& is_it) const {
        return find(hash(sockets), is_it);
    }

    /// The caller has made sure that these sockets are not there yet. Fails only when the table would have to grow and
    /// there is no memory; it grows to twice its size and files all anew in one go, unless enough is reserved.
    result<void> insert(tuple_hash hash, std::uint32_t value) {
        assert(hash != nobody);
        if (const auto ready = reserve(size_ + 1); !ready) return ready;
        file({hash, value});
        ++size_;
        return {};
    }
    result<void> insert(const four_tuple& sockets, std::uint32_t value) { return insert(hash(sockets), value); }

    /// False if it is not there.
    bool change(tuple_hash hash, std::uint32_t value, std::uint32_t instead) {
        entry* const found = search(hash, [&](std::uint32_t other) { return other == value; });
        if (found == nullptr) return false;
        found->value = instead;
        return true;
    }
    bool change(const four_tuple& sockets, std::uint32_t value, std::uint32_t instead) {
        return change(hash(sockets), value, instead);
    }

    /// False if it is not there.
    bool erase(tuple_hash hash, std::uint32_t value) {
        const entry* const found = search(hash, [&](std::uint32_t other) { return other == value; });
        if (found == nullptr) return false;
        close_up(static_cast<std::size_t>(found - entries_.data()));
        --size_;
        return true;
    }
    bool erase(const four_tuple& sockets, std::uint32_t value) { return erase(hash(sockets), value); }

    /// Memory for `count` in all: until there are more, nothing is allocated or filed anew.
    result<void> reserve(std::size_t count) {
        if (count <= room(entries_.size())) return {};
        if (count > room(most_entries)) return error::insufficient_resources;
        std::size_t wide = std::max(2 * entries_.size(), fewest_entries);
        while (room(wide) < count) wide *= 2;
        return widen(wide);
    }

    /// How many entries a search looks at that finds nothing: for those who measure.
    std::size_t probes(tuple_hash hash) const {
        if (size_ == 0) return 0;
        std::size_t count = 1;
        for (std::size_t i = home(hash); entries_[i].hash != nobody; i = after(i)) ++count;
        return count;
    }

private:
    static constexpr tuple_hash nobody{0};

    struct entry {
        tuple_hash hash = nobody;
        std::uint32_t value = 0;
    };
    static_assert(sizeof(entry) == 8);

    static constexpr std::size_t fewest_entries = 8;  // a cache line
    /// As many as the hash can tell apart, and memory could hold.
    static constexpr int most_bits = std::min(32, std::numeric_limits<std::size_t>::digits - 4);
    static constexpr std::size_t most_entries = std::size_t{1} << most_bits;

    static constexpr std::size_t room(std::size_t entries) { return entries - entries / 4; }

    /// By the front bits: but for collisions, entries stand in the order of their hashes, and so a wider table is
    /// filled from its front to its end.
    std::size_t home(tuple_hash hash) const {
        return static_cast<std::size_t>(std::uint64_t{entries_.size()} * static_cast<std::uint32_t>(hash) >> 32);
    }
    std::size_t after(std::size_t i) const { return (i + 1) & (entries_.size() - 1); }

    entry* search(tuple_hash hash, auto&& is_it) const {
        if (size_ == 0) return nullptr;
        for (std::size_t i = home(hash); entries_[i].hash != nobody; i = after(i))
            if (entries_[i].hash == hash && is_it(entries_[i].value)) return &entries_[i];
        return nullptr;
    }

    void file(entry e) {
        std::size_t i = home(e.hash);
        while (entries_[i].hash != nobody) i = after(i);
        entries_[i] = e;
    }

    /// An entry that follows moves into the hole, unless its home lies behind that; then the hole is where it was.
    void close_up(std::size_t hole) {
        const auto distance = [&](std::size_t from, std::size_t to) { return (to - from) & (entries_.size() - 1); };
        for (std::size_t i = after(hole); entries_[i].hash != nobody; i = after(i)) {
            if (distance(home(entries_[i].hash), i) < distance(hole, i)) continue;
            entries_[hole] = entries_[i];
            hole = i;
        }
        entries_[hole] = {};
    }

    result<void> widen(std::size_t size) {
        auto* const block = static_cast<entry*>(memory_.allocate(size * sizeof(entry)));
        if (block == nullptr) return error::insufficient_resources;
        for (std::size_t i = 0; i < size; ++i) ::new (static_cast<void*>(block + i)) entry;
        const std::span<entry> narrow = std::exchange(entries_, {block, size});
        for (const entry& e : narrow)
            if (e.hash != nobody) file(e);
        give_back(narrow);
        return {};
    }

    void give_back(std::span<entry> entries) {
        if (!entries.empty()) memory_.release(entries.data(), entries.size_bytes());
    }

    [[no_unique_address]] Memory memory_;
    siphash_key key_;
    std::span<entry> entries_;  // none, or a power of two
    std::size_t size_ = 0;
};
static_assert(sizeof(demux<>) == sizeof(siphash_key) + 3 * sizeof(std::size_t));

}  // namespace sluice
