// SPDX-License-Identifier: MIT
//
// A doubly linked list through the elements of an array, by 32-bit indices instead of pointers: the whole can be
// copied, and an element can stand in several lists at once, one link member each.
#pragma once

#include <cassert>
#include <cstdint>

namespace sluice {

using list_index = std::uint32_t;
inline constexpr list_index no_index = ~list_index{0};

struct list_link {
    list_index before = no_index;
    list_index after = no_index;
};

/// The list whose links are the member `Link` of the elements. The array is an argument of each call, so that the list
/// holds no pointer.
template <auto Link>
class index_list {
public:
    constexpr list_index front() const { return front_; }
    constexpr list_index back() const { return back_; }
    constexpr bool empty() const { return front_ == no_index; }

    constexpr void push_back(auto& elements, list_index i) { insert_after(elements, back_, i); }

    /// `place == no_index` puts it in front of all.
    constexpr void insert_after(auto& elements, list_index place, list_index i) {
        const list_index after = place == no_index ? front_ : (elements[place].*Link).after;
        elements[i].*Link = {place, after};
        (place == no_index ? front_ : (elements[place].*Link).after) = i;
        (after == no_index ? back_ : (elements[after].*Link).before) = i;
    }

    constexpr void remove(auto& elements, list_index i) {
        const list_link link = elements[i].*Link;
        (link.before == no_index ? front_ : (elements[link.before].*Link).after) = link.after;
        (link.after == no_index ? back_ : (elements[link.after].*Link).before) = link.before;
    }

private:
    list_index front_ = no_index;
    list_index back_ = no_index;
};

}  // namespace sluice
