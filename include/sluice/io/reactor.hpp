// SPDX-License-Identifier: MIT
//
// Where a thread waits for all that it reads and writes: its links and the descriptors of its programs, by epoll
// (Linux). A `watched` is one descriptor, told of each change once (EPOLLET): try first, and when the system answers
// EAGAIN
//     while ((n = ::read(fd, …)) < 0 && errno == EAGAIN) co_await input.readable();
// The reactor knows neither TCP nor hosts: links wait in it (packet_link.hpp), and whom it wakes the host runs.
#pragma once

#include <algorithm>
#include <array>
#include <climits>
#include <memory>

#include <sys/epoll.h>

#include <sluice/host/wait_list.hpp>
#include <sluice/io/descriptor.hpp>
#include <sluice/io/failure.hpp>
#include <sluice/io/system.hpp>

namespace sluice::io {

class reactor {
public:
    /// Fails when the process has no descriptors left.
    static opened<reactor> open() {
        descriptor made(::epoll_create1(EPOLL_CLOEXEC));
        if (!made) return failed("epoll_create1", "raise the limit of open files: ulimit -n");
        return reactor(std::move(made));
    }

    /// Until something has changed or the deadline has come, and tells it to who watches.
    inline void wait(instant deadline);

    int native_handle() const { return epoll_.number(); }

private:
    friend class watched;
    explicit reactor(descriptor epoll) : epoll_(std::move(epoll)) {}

    descriptor epoll_;
};

/// What the reactor knows of one descriptor. Stays where it is; the descriptor is its owner's, and is closed after
/// this.
class watched {
public:
    watched() = default;
    watched(watched&& other) noexcept { *this = std::move(other); }
    watched& operator=(watched&& other) noexcept {
        std::swap(state_, other.state_);
        return *this;
    }

    /// Fails when the system has no memory for it, or the descriptor is a file's, which is always ready.
    static opened<watched> add(reactor& at, int number) {
        watched out;
        out.state_ = std::make_unique<state>();
        out.state_->epoll = at.native_handle();
        out.state_->number = number;
        epoll_event wanted{};
        wanted.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
        wanted.data.ptr = out.state_.get();
        if (::epoll_ctl(at.native_handle(), EPOLL_CTL_ADD, number, &wanted) != 0) {
            const failure why = failed("epoll_ctl");
            out.state_->number = -1;
            return why;
        }
        return out;
    }

    // ---- for programs: returns when there may be something since the call before; one at a time ---------------------

    [[nodiscard]] auto readable() { return change(*state_, &state::may_read, &state::readers); }
    [[nodiscard]] auto writable() { return change(*state_, &state::may_write, &state::writers); }

    // ---- for links: what to try, until the system says that there is no more ----------------------------------------

    bool may_read() const { return state_->may_read; }
    void has_read_all() { state_->may_read = false; }
    /// The system has said that something is wrong, once each time; a call will tell what.
    bool takes_error() { return std::exchange(state_->has_error, false); }

private:
    friend reactor;

    struct state {
        int epoll = -1, number = -1;
        bool may_read = true, may_write = true, has_error = false;
        wait_list readers, writers;

        state() = default;
        state(const state&) = delete;
        state& operator=(const state&) = delete;
        ~state() {
            if (number >= 0) ::epoll_ctl(epoll, EPOLL_CTL_DEL, number, nullptr);
        }
    };

    struct change {
        state& of;
        bool state::*may;
        decltype(of.readers.wait()) waiting;

        change(state& s, bool state::*m, wait_list state::*list) : of(s), may(m), waiting((s.*list).wait()) {}
        bool await_ready() const noexcept { return of.*may; }
        template <class Coroutine>
        void await_suspend(Coroutine coroutine) noexcept {
            waiting.await_suspend(coroutine);
        }
        void await_resume() const noexcept { of.*may = false; }
    };

    std::unique_ptr<state> state_;
};

void reactor::wait(instant deadline) {
    const instant now = monotonic_now();
    const duration left = deadline > now ? deadline - now : duration::zero();
    timespec limit{};
    limit.tv_sec = static_cast<time_t>(left.count() / 1'000'000'000);
    limit.tv_nsec = static_cast<long>(left.count() % 1'000'000'000);
    std::array<epoll_event, 64> changed;
    const int most = static_cast<int>(changed.size());
    int count = ::epoll_pwait2(epoll_.number(), changed.data(), most, deadline == never ? nullptr : &limit, nullptr);
    if (count < 0 && errno != EINTR) {  // before Linux 5.11, or forbidden: whole milliseconds, not before the deadline
        const auto whole = std::min<std::int64_t>((left.count() + 999'999) / 1'000'000, INT_MAX);
        count = ::epoll_wait(epoll_.number(), changed.data(), most, deadline == never ? -1 : static_cast<int>(whole));
    }
    for (int i = 0; i < count; ++i) {
        auto& one = *static_cast<watched::state*>(changed[static_cast<std::size_t>(i)].data.ptr);
        const std::uint32_t what = changed[static_cast<std::size_t>(i)].events;
        constexpr std::uint32_t ended = EPOLLERR | EPOLLHUP;  // a call will tell which
        if ((what & EPOLLERR) != 0) one.has_error = true;
        if ((what & (EPOLLIN | EPOLLRDHUP | ended)) != 0) {
            one.may_read = true;
            one.readers.wake_all();
        }
        if ((what & (EPOLLOUT | ended)) != 0) {
            one.may_write = true;
            one.writers.wake_all();
        }
    }
}

}  // namespace sluice::io
