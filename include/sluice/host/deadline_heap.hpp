// SPDX-License-Identifier: MIT
//
// Deadlines, the earliest first, those of one instant in the order in which they were set. A pairing heap whose links
// stand in the elements: setting costs O(1), taking the first or any other amortised O(log n), and no memory. An
// element leaves when it is destroyed.
#pragma once

#include <cassert>
#include <cstdint>
#include <utility>

#include <sluice/base/time.hpp>

namespace sluice {

class deadline_node {
public:
    deadline_node() = default;
    deadline_node(const deadline_node&) = delete;
    deadline_node& operator=(const deadline_node&) = delete;
    ~deadline_node() { unset(); }

    bool is_set() const { return before_ != nullptr; }
    instant deadline() const { return is_set() ? deadline_ : never; }

    /// Its children take its place, as one heap: needs no look at the rest.
    void unset() {
        if (!is_set()) return;
        deadline_node* heir = meld_all(std::exchange(child_, nullptr));
        if (heir == nullptr) {
            heir = after_;
        } else {
            heir->after_ = after_;
            if (after_ != nullptr) after_->before_ = heir;
        }
        if (heir != nullptr) heir->before_ = before_;
        (before_->child_ == this ? before_->child_ : before_->after_) = heir;
        before_ = after_ = nullptr;
    }

private:
    template <class Element>
    friend class deadline_heap;

    bool is_earlier(const deadline_node& other) const {
        return deadline_ != other.deadline_ ? deadline_ < other.deadline_ : order_ < other.order_;
    }

    /// The later one becomes the first child of the other, which is returned and whose siblings the caller sets.
    static deadline_node* meld(deadline_node* a, deadline_node* b) {
        if (b->is_earlier(*a)) std::swap(a, b);
        b->before_ = a;
        b->after_ = a->child_;
        if (b->after_ != nullptr) b->after_->before_ = b;
        a->child_ = b;
        return a;
    }

    /// Siblings become one: pairs first, then the pairs from the last one on, which is what makes the cost logarithmic.
    static deadline_node* meld_all(deadline_node* siblings) {
        deadline_node* pairs = nullptr;
        while (siblings != nullptr) {
            deadline_node* pair = siblings;
            deadline_node* second = pair->after_;
            siblings = second != nullptr ? second->after_ : nullptr;
            if (second != nullptr) pair = meld(pair, second);
            pair->after_ = std::exchange(pairs, pair);
        }
        deadline_node* all = pairs;
        if (all != nullptr) pairs = all->after_;
        while (pairs != nullptr) {
            deadline_node* pair = std::exchange(pairs, pairs->after_);
            all = meld(all, pair);
        }
        return all;
    }

    instant deadline_{};
    std::uint64_t order_ = 0;
    deadline_node* before_ = nullptr;  // the sibling before, or the parent of a first child; nullptr: not set
    deadline_node* after_ = nullptr;   // the sibling after
    deadline_node* child_ = nullptr;   // the first one
};

/// Element is derived from deadline_node, and gone before the heap.
template <class Element>
class deadline_heap {
public:
    deadline_heap() = default;
    deadline_heap(const deadline_heap&) = delete;
    deadline_heap& operator=(const deadline_heap&) = delete;
    ~deadline_heap() { assert(empty()); }

    bool empty() const { return above_.child_ == nullptr; }
    /// `never` when there is none.
    instant next() const { return empty() ? never : above_.child_->deadline_; }

    /// Anew if it was set already.
    void set(Element& element, instant deadline) {
        deadline_node* node = &element;
        node->unset();
        node->deadline_ = deadline;
        node->order_ = set_++;
        if (!empty()) node = deadline_node::meld(above_.child_, node);
        node->before_ = &above_;
        above_.child_ = node;
    }

    Element& pop() {
        assert(!empty());
        deadline_node* first = above_.child_;
        first->unset();
        return static_cast<Element&>(*first);
    }

private:
    deadline_node above_;  // whose only child is the earliest
    std::uint64_t set_ = 0;
};

}  // namespace sluice
