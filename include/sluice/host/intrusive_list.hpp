// SPDX-License-Identifier: MIT
//
// A doubly linked list whose links stand in the elements: entering and leaving cost no memory and no search. An element
// stands in one list at most and leaves it when it is destroyed, which is what makes it safe to destroy a coroutine
// that waits. (base/index_list.hpp is for what can be copied; a coroutine cannot.)
#pragma once

#include <cassert>

namespace sluice {

/// A circle; alone, it is a circle of one.
class list_node {
public:
    list_node() = default;
    list_node(const list_node&) = delete;
    list_node& operator=(const list_node&) = delete;
    ~list_node() { leave(); }

    bool is_linked() const { return after_ != this; }

    void leave() {
        before_->after_ = after_;
        after_->before_ = before_;
        before_ = after_ = this;
    }

private:
    template <class Element>
    friend class intrusive_list;

    void enter_before(list_node& place) {
        leave();
        before_ = place.before_;
        after_ = &place;
        before_->after_ = after_->before_ = this;
    }

    list_node* before_ = this;
    list_node* after_ = this;
};

/// Element is derived from list_node. Elements may outlive the list; they are then in none.
template <class Element>
class intrusive_list {
public:
    intrusive_list() = default;
    intrusive_list(const intrusive_list&) = delete;
    intrusive_list& operator=(const intrusive_list&) = delete;
    ~intrusive_list() {
        while (!empty()) head_.after_->leave();
    }

    bool empty() const { return !head_.is_linked(); }

    Element& front() const { return element(head_.after_); }
    Element& back() const { return element(head_.before_); }

    /// From wherever it stands.
    void push_back(Element& element) { static_cast<list_node&>(element).enter_before(head_); }

    Element& pop_front() {
        Element& first = front();
        static_cast<list_node&>(first).leave();
        return first;
    }

private:
    Element& element(list_node* node) const {
        assert(node != &head_);
        return static_cast<Element&>(*node);
    }

    list_node head_;
};

}  // namespace sluice
