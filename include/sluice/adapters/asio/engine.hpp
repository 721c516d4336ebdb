// SPDX-License-Identifier: MIT
//
// A host on a link, driven by an io_context: this is what waits, for the link's reactor by its epoll descriptor and for
// the next deadline by a timer, and then the device has one turn. Nothing else loops, and nothing polls.
//     auto reactor = io::reactor::open();
//     auto link = io::udp::open({...}, *reactor);
//     asio::engine<my_tcp, io::udp> net(context.get_executor(), *reactor, *link, {.seed = io::random_seed()}, address);
#pragma once

#include <utility>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <sluice/adapters/asio/driven_host.hpp>
#include <sluice/host/device.hpp>
#include <sluice/io/reactor.hpp>

namespace sluice::asio {

/// io_context::run() returns when every operation has ended and every connection: as long as one is open its peer has
/// to be answered, and nobody else does that. A stream may outlive the engine, but is closed by its end; link and
/// reactor outlive the engine. With a link that is gone it is as with an engine that is.
template <class Tcp, packet_link Link>
    requires requires(Link& link) { link.next_deadline(); }
class engine final : driver {
public:
    using settings = typename Tcp::settings;

    /// For a link without a reactor: who owns it says when something has come, or there is room again, by `wake`.
    engine(boost::asio::any_io_executor runs_on, Link& link, const settings& s = {}, const host_addresses& own = {})
        : shared_(std::make_shared<driven_host<Tcp>>(runs_on, static_cast<driver&>(*this), s, own)), link_(link),
          device_(shared_->driven, link), timer_(runs_on), epoll_(runs_on) {}

    /// The link waits in this reactor, and no other engine's does.
    engine(boost::asio::any_io_executor runs_on, io::reactor& waits_in, Link& link, const settings& s = {},
           const host_addresses& own = {})
        : engine(std::move(runs_on), link, s, own) {
        reactor_ = &waits_in;
        epoll_.assign(waits_in.native_handle());
    }

    ~engine() {
        shared_->abandon();
        if (epoll_.is_open()) epoll_.release();  // the reactor closes it
    }

    /// The link has something, or room again.
    void wake() { turn_soon(); }

    boost::asio::any_io_executor get_executor() const { return shared_->executor; }
    /// For programs of its own, and to look at; what it was asked to do outside of a turn begins with `wake`.
    sluice::host<Tcp>& host() { return shared_->driven; }
    /// For streams and acceptors.
    const std::shared_ptr<driven_host<Tcp>>& shared() const { return shared_; }

private:
    instant now() override { return link_.now(); }

    void turn_soon() override {
        if (std::exchange(has_turn_, true)) return;
        boost::asio::post(shared_->executor, while_there([this] {
            has_turn_ = false;
            turn();
        }));
    }

    void turn() {
        device_.turn();
        if (is_cut()) shared_->abandon();
        if (!shared_->is_driven() || shared_->driven.is_done()) return rest();
        const instant next = device_.next_deadline();
        if (next <= link_.now()) return turn_soon();  // after the others
        set_timer(next);
        watch();
    }

    /// Nothing will come or go any more; a link that can't be lost doesn't say whether it is.
    bool is_cut() const {
        if constexpr (requires { link_.is_gone(); }) return link_.is_gone();
        else return false;
    }

    /// Nothing is outstanding, for the io_context as well.
    void rest() {
        timer_.cancel();
        timer_at_ = never;
        if (epoll_.is_open()) epoll_.cancel();
    }

    /// One that is set earlier stays: it is for nothing, and a new one is set then.
    void set_timer(instant next) {
        if (next >= timer_at_) return;
        timer_at_ = next;
        timer_.expires_after(next - link_.now());
        timer_.async_wait(while_there([this, next](const boost::system::error_code& code) {
            if (code || timer_at_ != next) return;
            timer_at_ = never;
            turn();
        }));
    }

    void watch() {
        if (reactor_ == nullptr || std::exchange(is_watching_, true)) return;
        epoll_.async_wait(epoll_.wait_read, while_there([this](const boost::system::error_code& code) {
            is_watching_ = false;
            if (!code) reactor_->wait(long_ago);  // tells what has changed, to the link too
            if (!shared_->driven.is_done()) turn();
        }));
    }

    /// What the io_context calls must not find an engine that is gone.
    auto while_there(auto call) {
        return [call, shared = shared_](const auto&... arguments) mutable {
            if (shared->is_driven()) call(arguments...);
        };
    }

    std::shared_ptr<driven_host<Tcp>> shared_;
    Link& link_;
    device<Tcp, Link> device_;
    boost::asio::steady_timer timer_;
    boost::asio::posix::stream_descriptor epoll_;
    io::reactor* reactor_ = nullptr;
    instant timer_at_ = never;
    bool has_turn_ = false, is_watching_ = false;
};

}  // namespace sluice::asio
