// SPDX-License-Identifier: MIT
//
// Places for up to 2^32 − 1 objects which never move and are known by a 32-bit index: pages of 64 from a memory source,
// found through a directory. Who takes a place gets the one that was released last. A place counts its releases, so
// that {index, generation} can be kept as a handle: it turns stale with its object, and stays so until that place has
// been released 2^32 times.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

#include <sluice/base/index_list.hpp>
#include <sluice/base/memory.hpp>
#include <sluice/base/result.hpp>

namespace sluice {

/// Memory grows by a page, and by a directory of twice the size now and then; it comes back with the table's end.
template <class T, memory_source Memory = heap>
class slot_table {
public:
    /// Never more than `limit` objects at a time.
    explicit slot_table(list_index limit = no_index, Memory memory = {}) : memory_(memory), limit_(limit) {}
    slot_table(slot_table&& other) noexcept
        : memory_(other.memory_), directory_(std::exchange(other.directory_, {}))
        , pages_(std::exchange(other.pages_, 0)), fresh_(std::exchange(other.fresh_, 0))
        , unused_(std::exchange(other.unused_, no_index)), size_(std::exchange(other.size_, 0)), limit_(other.limit_) {}
    slot_table& operator=(slot_table other) noexcept {
        std::swap(memory_, other.memory_);
        std::swap(directory_, other.directory_);
        std::swap(pages_, other.pages_);
        std::swap(fresh_, other.fresh_);
        std::swap(unused_, other.unused_);
        std::swap(size_, other.size_);
        std::swap(limit_, other.limit_);
        return *this;
    }
    ~slot_table() {
        if constexpr (!std::is_trivially_destructible_v<T>) for_each([](list_index, T& object) { object.~T(); });
        while (pages_ > 0) give_back(directory_[--pages_]);
        give_back(directory_);
    }

    list_index size() const { return size_; }

    /// Makes a T{arguments…}. An error, and no change, at the limit or without memory.
    template <class... Arguments>
    result<list_index> take(Arguments&&... arguments) {
        if (size_ == limit_) return error::insufficient_resources;
        const bool again = unused_ != no_index;
        if (!again && fresh_ / page_size == pages_ && !add_pages(pages_ + 1)) return error::insufficient_resources;
        const list_index i = again ? unused_ : fresh_;
        slot& place = slot_of(i);
        if (again) unused_ = place.next_unused;
        else ++fresh_;
        ::new (static_cast<void*>(&place.object)) T{std::forward<Arguments>(arguments)...};
        page_of(i).live |= bit(i);
        ++size_;
        return i;
    }

    /// Ends the object. Its handles are stale from here on, for its own destructor as well.
    void release(list_index i) {
        assert(is_live(i));
        page_of(i).live &= ~bit(i);
        ++page_of(i).generations[i % page_size];
        slot& place = slot_of(i);
        place.object.~T();
        place.next_unused = unused_;
        unused_ = i;
        --size_;
    }

    T& operator[](list_index i) {
        assert(is_live(i));
        return slot_of(i).object;
    }
    const T& operator[](list_index i) const {
        assert(is_live(i));
        return slot_of(i).object;
    }

    bool is_live(list_index i) const { return i < fresh_ && (page_of(i).live & bit(i)) != 0; }
    /// The object that this handle was made for is still there.
    bool is_live(list_index i, std::uint32_t generation) const {
        return is_live(i) && page_of(i).generations[i % page_size] == generation;
    }
    std::uint32_t generation(list_index i) const {
        assert(is_live(i));
        return page_of(i).generations[i % page_size];
    }

    /// visit(index, object), by index. It may release any object and take new ones, which are visited or not.
    void for_each(auto&& visit) { visit_live<T>(visit); }
    void for_each(auto&& visit) const { visit_live<const T>(visit); }

    /// Memory for `count` objects in all: until there are more, nothing is allocated. If there is not enough for all of
    /// them, an error, and no change.
    result<void> reserve(list_index count) {
        const list_index pages = count / page_size + (count % page_size != 0);
        if (count > limit_ || (pages > pages_ && !add_pages(pages))) return error::insufficient_resources;
        return {};
    }

private:
    static constexpr list_index page_size = 64;
    static constexpr list_index fewest_pages = 8;  // in a directory: a cache line

    union slot {
        slot() {}   // holds neither yet
        ~slot() {}  // holds neither any more
        list_index next_unused;
        T object;
    };
    /// The objects stand in front, so that each of 64 octets has a cache line of its own.
    struct page {
        std::array<slot, page_size> slots;
        std::array<std::uint32_t, page_size> generations{};
        std::uint64_t live = 0;
    };
    static_assert(alignof(page) <= 64, "a memory source aligns to 64 octets, no more");

    static constexpr std::uint64_t bit(list_index i) { return std::uint64_t{1} << i % page_size; }

    page& page_of(list_index i) const { return *directory_[i / page_size]; }
    slot& slot_of(list_index i) const { return page_of(i).slots[i % page_size]; }

    template <class Object>
    void visit_live(auto&& visit) const {
        for (list_index p = 0; p < pages_ && p * page_size < fresh_; ++p) {
            page& visited = *directory_[p];
            for (std::uint64_t left = visited.live; left != 0; left &= (left - 1) & visited.live) {
                const auto i = static_cast<list_index>(std::countr_zero(left));
                visit(p * page_size + i, static_cast<Object&>(visited.slots[i].object));
            }
        }
    }

    /// Until there are `count`; or, without memory for all of them, none.
    bool add_pages(list_index count) {
        std::span<page*> directory = directory_;
        if (count > directory.size()) directory = make_directory(std::bit_ceil(std::max(count, fewest_pages)));
        if (directory.empty()) return false;

        list_index made = pages_;
        while (made < count && (directory[made] = make_page()) != nullptr) ++made;
        const bool complete = made == count;
        if (complete) {
            pages_ = count;
            std::swap(directory, directory_);
        }
        // What is not needed now: the old directory, or all that was new.
        while (made > pages_) give_back(directory[--made]);
        if (directory.data() != directory_.data()) give_back(directory);
        return complete;
    }

    page* make_page() {
        void* const block = memory_.allocate(sizeof(page));
        return block != nullptr ? ::new (block) page : nullptr;
    }
    /// With the pages that there are.
    std::span<page*> make_directory(std::size_t size) {
        auto* const block = static_cast<page**>(memory_.allocate(size * sizeof(page*)));
        if (block == nullptr) return {};
        for (std::size_t p = 0; p < size; ++p)
            ::new (static_cast<void*>(block + p)) page*(p < pages_ ? directory_[p] : nullptr);
        return {block, size};
    }
    void give_back(page* p) { memory_.release(p, sizeof(page)); }
    void give_back(std::span<page*> directory) {
        if (!directory.empty()) memory_.release(directory.data(), directory.size_bytes());
    }

    [[no_unique_address]] Memory memory_;
    std::span<page*> directory_;
    list_index pages_ = 0;
    list_index fresh_ = 0;          // places from here on were never used
    list_index unused_ = no_index;  // the place released last; each knows the one released before it
    list_index size_ = 0;
    list_index limit_;
};

}  // namespace sluice
