// SPDX-License-Identifier: MIT
//
// A heap through the elements of an array, by 32-bit indices like index_list: the first is always known, and of the
// rest no more is sorted than that takes (a pairing heap: Fredman, Sedgewick, Sleator, Tarjan, Algorithmica 1, 1986).
// The order is by key, then by index, and so never depends on the past. Adding is O(1), removing amortised O(log n).
#pragma once

#include <utility>

#include <sluice/base/index_list.hpp>

namespace sluice {

struct heap_link {
    list_index child = no_index;   // the first of those known to come later
    list_index before = no_index;  // the sibling before, or the parent of a first child
    list_index after = no_index;   // the sibling after
};

/// `Access::link(element)` is an element's heap_link, `Access::key(element)` what it is ordered by, which must not
/// change while it is in the heap. The array is an argument of each call, so that the heap holds no pointer.
template <class Access>
class index_heap {
public:
    constexpr list_index first() const { return root_; }
    constexpr bool empty() const { return root_ == no_index; }

    constexpr void add(auto& elements, list_index i) {
        Access::link(elements[i]) = {};
        root_ = empty() ? i : meld(elements, root_, i);
    }

    constexpr void remove(auto& elements, list_index i) {
        const heap_link link = Access::link(elements[i]);
        const list_index orphans = meld_siblings(elements, link.child);
        if (i == root_) {
            root_ = orphans;
            return;
        }
        heap_link& before = Access::link(elements[link.before]);
        (before.child == i ? before.child : before.after) = link.after;
        if (link.after != no_index) Access::link(elements[link.after]).before = link.before;
        if (orphans != no_index) root_ = meld(elements, root_, orphans);
    }

    /// Takes all out, in any order, at O(1) each. `take(i)` may put it elsewhere at once.
    constexpr void clear(auto& elements, auto take) {
        list_index i = std::exchange(root_, no_index);
        if (i != no_index) Access::link(elements[i]).before = Access::link(elements[i]).after = no_index;
        while (i != no_index) {
            const heap_link link = Access::link(elements[i]);
            list_index rest = link.before;  // now: where to go on when these siblings are done
            for (const list_index more : {link.after, link.child}) {
                if (more == no_index) continue;
                Access::link(elements[more]).before = rest;
                rest = more;
            }
            take(i);
            i = rest;
        }
    }

private:
    /// Of two that have no parent, the later one becomes a child of the other, which is returned.
    static constexpr list_index meld(auto& elements, list_index a, list_index b) {
        auto* first = &elements[a];
        auto* later = &elements[b];
        const auto key_a = Access::key(*first), key_b = Access::key(*later);
        if (key_b < key_a || (key_b == key_a && b < a)) {
            std::swap(a, b);
            std::swap(first, later);
        }
        heap_link& parent = Access::link(*first);
        heap_link& child = Access::link(*later);
        child.before = a;
        child.after = parent.child;
        if (parent.child != no_index) Access::link(elements[parent.child]).before = b;
        parent.child = b;
        return a;
    }

    /// First in pairs, then the pairs with each other from the last one on: the bound on the cost rests on this order.
    static constexpr list_index meld_siblings(auto& elements, list_index i) {
        list_index pairs = no_index;  // linked backwards
        while (i != no_index) {
            list_index pair = i;
            const list_index other = Access::link(elements[i]).after;
            i = no_index;
            if (other != no_index) {
                i = Access::link(elements[other]).after;
                pair = meld(elements, pair, other);
            }
            Access::link(elements[pair]).after = pairs;
            pairs = pair;
        }
        list_index all = no_index;
        while (pairs != no_index) {
            const list_index pair = pairs;
            pairs = Access::link(elements[pair]).after;
            all = all == no_index ? pair : meld(elements, all, pair);
        }
        return all;
    }

    list_index root_ = no_index;  // its own links to siblings mean nothing
};

}  // namespace sluice
