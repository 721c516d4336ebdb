// SPDX-License-Identifier: MIT
//
// What a host keeps of each socket: which connection or listener of the stack it stands for, its options, and who waits
// for it, one program in each direction at most. To wait takes no memory: who waits stands in its coroutine's frame.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <sluice/host/scheduler.hpp>
#include <sluice/host/socket_options.hpp>
#include <sluice/stack/handle.hpp>
#include <sluice/wire/address.hpp>

namespace sluice {

enum class direction : std::uint8_t {
    in,      // recv, peek, accept
    out,     // send, reserve, lend, drained, connect, answer, close
    urgent,
    end,
};

/// One wait for one socket.
class socket_waiter : public waiter {
public:
    /// After something has happened to the socket: what is waited for has come, or never will.
    virtual bool is_due() = 0;

    void enter(socket_waiter*& place) {
        place_ = &place;
        place = this;
    }
    void leave_socket() {
        if (place_ != nullptr) *std::exchange(place_, nullptr) = nullptr;
    }
    bool is_in_socket() const { return place_ != nullptr; }

    /// The socket is closed: it waits for nothing any more.
    void dismiss() {
        leave_socket();
        is_dismissed_ = true;
        wake();
    }
    bool is_dismissed() const { return is_dismissed_; }

protected:
    ~socket_waiter() { leave_socket(); }

private:
    socket_waiter** place_ = nullptr;  // where the socket knows it
    bool is_dismissed_ = false;
};

struct socket_state {
    handle opened{};          // of the stack; before connect and listen there is none
    socket_address local{};   // bound to
    socket_options options{};
    std::array<socket_waiter*, 4> waiting{};

    bool is_open() const { return opened.index != no_index; }
    socket_waiter*& waiting_for(direction d) { return waiting[static_cast<std::size_t>(d)]; }

    /// Something has happened. Who was woken already keeps its place, so that nobody takes away what it woke for.
    void wake_due() {
        for (socket_waiter* each : waiting)
            if (each != nullptr && !each->is_linked() && each->is_due()) each->wake();
    }
    void dismiss_all() {
        for (socket_waiter* each : waiting)
            if (each != nullptr) each->dismiss();
    }
};

}  // namespace sluice
