// SPDX-License-Identifier: MIT
//
// One connection of a stack, looked at as if it were an endpoint, so that the oracle can examine it: calls go to its
// handle, or to its listener's; what stands in its place, be it a record, is unfolded to be looked at. A stack can't be
// copied; this can: a copy does again what was done before.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include <sluice/connection/endpoint.hpp>
#include <sluice/stack/stack.hpp>

namespace oracle {

using namespace sluice;

template <class Tcp>
class stack_endpoint {
    using block = control_block<Tcp>;

public:
    using settings = typename Tcp::settings;

    explicit stack_endpoint(const settings& s)
        : settings_(s)
        , shadow_env_(s)
        , stack_(std::make_unique<basic_stack<Tcp>>(s)) {}
    stack_endpoint(const stack_endpoint& other) : stack_endpoint(other.settings_) { repeat(other); }
    stack_endpoint& operator=(const stack_endpoint& other) {
        if (this == &other) return *this;
        *this = stack_endpoint(other.settings_);
        repeat(other);
        return *this;
    }
    stack_endpoint(stack_endpoint&&) = default;
    stack_endpoint& operator=(stack_endpoint&&) = default;

    // ---- what an endpoint's owner calls -----------------------------------------------------------------------------

    result<void> listen(const socket_address& local, instant now) {
        return done([=](stack_endpoint& e) -> result<void> {
            const auto l = e.stack_->listen(local, now);
            if (!l) return l.error();
            e.listener_ = *l;
            return {};
        });
    }
    result<void> connect(const socket_address& local, const socket_address& remote, instant now) {
        return done([=](stack_endpoint& e) -> result<void> {
            const auto c = e.stack_->connect(local, remote, now);
            if (!c) return c.error();
            e.take(*c);
            return {};
        });
    }
    result<std::size_t> send(octets data, instant now) {
        return done(
            [text = copied(data), now](stack_endpoint& e) { return e.stack_->send(e.connection_, octets(text), now); });
    }
    result<std::size_t> send_urgent(octets data, instant now) {
        return done([text = copied(data), now](stack_endpoint& e) {
            return e.stack_->send_urgent(e.connection_, octets(text), now);
        });
    }
    result<std::size_t> receive(mutable_octets to, instant now) {
        log_.push_back([length = to.size(), now](stack_endpoint& e) {
            std::vector<octet> nowhere(length);
            static_cast<void>(e.stack_->receive(e.connection_, nowhere, now));
        });
        return stack_->receive(connection_, to, now);
    }
    result<void> shutdown(instant now) {
        return done([=](stack_endpoint& e) { return e.stack_->shutdown(e.connection_, now); });
    }
    result<void> close(instant now) {
        return done([=](stack_endpoint& e) { return e.stack_->close(e.connection_, now); });
    }
    result<void> abort(instant now) {
        return done([=](stack_endpoint& e) { return e.stack_->abort(e.connection_, now); });
    }
    /// A record has none of its own.
    result<void> set_options(const connection_options& options, instant now) {
        if (!has_owner()) return {};
        return done([=](stack_endpoint& e) { return e.stack_->set_options(e.connection_, options, now); });
    }

    void on_packet(const rx_packet& packet, instant now) {
        done([wire = copied(packet.data), now](stack_endpoint& e) {
            e.stack_->on_packet({.data = wire, .length = wire.size()}, now);
        });
    }
    void on_deadline(instant now) {
        done([=](stack_endpoint& e) { e.stack_->on_deadline(now); });
    }
    std::size_t poll_transmit(instant now, std::span<tx_packet> room) {
        log_.push_back([most = room.size(), now](stack_endpoint& e) {
            std::vector<tx_packet> nowhere(most);
            e.poll(now, nowhere);
        });
        return poll(now, room);
    }
    /// What its owner hears; nobody hears of a record.
    std::optional<news> poll_event() {
        return done([](stack_endpoint& e) -> std::optional<news> {
            while (const auto told = e.stack_->poll_event())
                if (told->socket == e.connection_) return told->what;
            return {};
        });
    }

    // ---- what there is to know --------------------------------------------------------------------------------------

    bool has_owner() const { return stack_->look(connection_) != nullptr; }
    bool is_record() const { return standing_in().index != no_index && standing_in().kind != record_kind::connection; }

    sluice::state state() const {
        if (has_owner()) return stack_->look(connection_)->state();
        const filed there = standing_in();
        if (there.index == no_index) return listener_ && !sockets_ ? state::listen : state::closed;
        switch (there.kind) {
            case record_kind::half_open: return state::syn_received_passive;
            case record_kind::time_wait: return state::time_wait;
            default: return tables().sockets[there.index].tcp.state();
        }
    }
    sluice::error error() const { return has_owner() ? stack_->look(connection_)->error() : error::none; }
    instant next_deadline() const { return stack_->next_deadline(); }
    const counters& count() const { return stack_->count(); }
    environment<Tcp>& surroundings() const { return stack_->surroundings(); }
    auto& observers() const { return stack_->surroundings().observe(); }

    struct view {
        const block& seen;
        const block& variables() const { return seen; }
        const connection_options& options() const { return seen.options; }
    };
    view connection() const {
        if (has_owner()) return {stack_->look(connection_)->variables()};
        const filed there = standing_in();
        if (there.index != no_index && there.kind == record_kind::connection)
            return {tables().sockets[there.index].tcp.variables()};
        shadow_ = {};
        shadow_env_.now = surroundings().now;
        if (there.index != no_index && there.kind == record_kind::half_open)
            REQUIRE(unfold(tables().half_opens[there.index], shadow_, shadow_env_));
        if (there.index != no_index && there.kind == record_kind::time_wait)
            unfold(tables().time_waits[there.index], shadow_, shadow_env_);
        shadow_.snd.iss = settings_.isn.choose({}, {}, {});  // for who counts from there: TIME-WAIT has forgotten it
        return {shadow_};
    }

private:
    using action = std::function<void(stack_endpoint&)>;

    static std::vector<octet> copied(octets data) { return {data.begin(), data.end()}; }
    const auto& tables() const { return stack_->variables(); }

    auto done(auto what) {
        log_.push_back([what](stack_endpoint& e) { static_cast<void>(what(e)); });
        return what(*this);
    }
    void repeat(const stack_endpoint& other) {
        for (const action& a : other.log_) a(*this);
        log_ = other.log_;
    }
    void take(handle h) {
        connection_ = h;
        sockets_ = {stack_->look(h)->local(), stack_->look(h)->remote()};
    }
    std::size_t poll(instant now, std::span<tx_packet> room) {
        const std::size_t count = stack_->poll_transmit(now, room);
        if (listener_ && !sockets_)
            if (const auto c = stack_->accept(*listener_, now)) take(*c);
        return count;
    }

    /// What has the connection's addresses now, if anything has.
    filed standing_in() const {
        filed out;
        if (sockets_) {
            if (const auto found = tables().find(*sockets_, tables().by_address.hash(*sockets_))) out = *found;
        } else {
            tables().half_opens.for_each([&](list_index i, const half_open&) { out = {record_kind::half_open, i}; });
        }
        return out;
    }

    settings settings_;
    mutable block shadow_{};
    mutable environment<Tcp> shadow_env_;
    std::unique_ptr<basic_stack<Tcp>> stack_;
    std::optional<handle> listener_{};
    handle connection_{};
    std::optional<four_tuple> sockets_{};
    std::vector<action> log_;
};

}  // namespace oracle
