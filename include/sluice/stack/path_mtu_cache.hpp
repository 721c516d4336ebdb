// SPDX-License-Identifier: MIT
//
// What one connection has found out about a path, for the others to the same address (RFC 1191 section 3, RFC 8201
// section 5.2): its MTU, until it may have changed. Each address has one place, which it shares with others: of them
// the latest is remembered. Who collides on purpose makes others find out again, no more.
#pragma once

#include <array>
#include <cstdint>
#include <new>
#include <optional>
#include <utility>

#include <sluice/base/memory.hpp>
#include <sluice/base/siphash.hpp>
#include <sluice/base/time.hpp>
#include <sluice/wire/address.hpp>

namespace sluice {

struct known_path_mtu {
    std::uint16_t mtu = 0;
    std::uint8_t generation = 0;  // of the cache, which has it since then
    instant until{};
};

/// Takes its memory with the first path that is narrower than its link, which mostly never comes; without memory
/// nothing is remembered.
template <memory_source Memory = heap>
class path_mtu_cache {
public:
    static constexpr std::size_t places = 512;

    explicit path_mtu_cache(Memory memory = {}) : memory_(memory) {}
    path_mtu_cache(path_mtu_cache&& other) noexcept
        : memory_(other.memory_),
          table_(std::exchange(other.table_, nullptr)),
          generation_(other.generation_) {}
    path_mtu_cache& operator=(path_mtu_cache other) noexcept {
        std::swap(memory_, other.memory_);
        std::swap(table_, other.table_);
        std::swap(generation_, other.generation_);
        return *this;
    }
    ~path_mtu_cache() {
        if (table_) memory_.release(table_, sizeof(table));
    }

    /// Who tells later may have heard before another did: what lasts longest was heard last.
    void learn(const ip_address& to, const known_path_mtu& known) {
        if (!table_) {
            void* const block = memory_.allocate(sizeof(table));
            if (!block) return;
            table_ = ::new (block) table{};
        }
        entry& e = (*table_)[place_of(to)];
        if (e.to == to && !is_news(known, e.known)) return;
        e = {to, known};
        e.known.generation = ++generation_;
    }
    /// Differs from what it was when there is news, but for once in 256 times.
    std::uint8_t generation() const { return generation_; }

    std::optional<known_path_mtu> find(const ip_address& to, instant now) const {
        if (!table_) return {};
        const entry& e = (*table_)[place_of(to)];
        if (e.known.until <= now || e.to != to) return {};
        return e.known;
    }

    /// What is known now and was not in that generation: what somebody has heard and not believed is not told again.
    std::optional<known_path_mtu> news(const ip_address& to, instant now, std::uint8_t heard) const {
        const auto known = find(to, now);
        const auto age = [&](std::uint8_t of) { return static_cast<std::uint8_t>(generation_ - of); };
        return known && age(known->generation) < age(heard) ? known : std::nullopt;
    }

private:
    struct entry {
        ip_address to{};
        known_path_mtu known{.until = instant::min()};
    };
    using table = std::array<entry, places>;

    static bool is_news(const known_path_mtu& said, const known_path_mtu& known) {
        return said.until != known.until ? said.until > known.until : said.mtu < known.mtu;
    }
    static std::size_t place_of(const ip_address& to) {
        return static_cast<std::size_t>(siphash({}, to.octets) % places);
    }

    [[no_unique_address]] Memory memory_;
    table* table_ = nullptr;
    std::uint8_t generation_ = 0;
};

}  // namespace sluice
