// SPDX-License-Identifier: MIT
//
// What an engine's streams share with it: the host, and who drives it. It stays as long as one of them does, since
// handlers that an io_context destroys after the engine may have streams with them.
#pragma once

#include <memory>
#include <utility>

#include <boost/asio/any_io_executor.hpp>

#include <sluice/host/host.hpp>
#include <sluice/host/socket_call.hpp>

namespace sluice::asio {

/// What gives a host its turns: an engine.
class driver {
public:
    virtual instant now() = 0;
    /// Not inside of the call, and once for all calls until then.
    virtual void turn_soon() = 0;

protected:
    ~driver() = default;
};

/// An operation that has not ended.
template <class Tcp>
struct outstanding : list_node {
    explicit outstanding(const socket_ref<Tcp>& awaits) : of(awaits) {}
    socket_ref<Tcp> of;
};

template <class Tcp>
class driven_host {
public:
    using settings = typename Tcp::settings;

    driven_host(boost::asio::any_io_executor runs_on, driver& by, const settings& s, const host_addresses& own)
        : executor(std::move(runs_on)), driven(s, own), driver_(&by) {}

    /// There is an engine still.
    bool is_driven() const { return driver_ != nullptr; }

    /// Around a call from outside of a turn: the host learns how late it is, as what is sent now is timed from now; and
    /// what leaves is sent in a moment.
    void catch_up() {
        if (!driven.is_running()) driven.on_deadline(driver_ != nullptr ? driver_->now() : driven.now());
        if (driver_ != nullptr) driver_->turn_soon();
    }

    /// The engine goes: what has not ended is told so.
    void abandon() {
        driver_ = nullptr;
        while (!operations.empty())
            if (socket_state* const s = operations.pop_front().of.state()) s->dismiss_all();
        catch_up();
    }

    boost::asio::any_io_executor executor;
    host<Tcp> driven;
    intrusive_list<outstanding<Tcp>> operations;

private:
    driver* driver_;
};

}  // namespace sluice::asio
