// SPDX-License-Identifier: MIT
//
// The TCP that a script talks to: what the runner asks of it, and a stack of any composition that answers. The one
// place of the runner that depends on a composition, so that the rest is compiled once for all of them.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include <sluice/policy/congestion/by_name.hpp>
#include <sluice/policy/ecn/accurate_ecn.hpp>
#include <sluice/stack/stack.hpp>
#include <sluice/testing/script/profile.hpp>

namespace sluice::testing::script {

enum class manner { plain, more, urgent };         // of a send
enum class ecn_kind { none, classic, accurate };  // of a composition

class tcp_under_test {
public:
    struct facts {
        sluice::state state{};
        sluice::error error{};
        std::size_t readable = 0, writable = 0;
        std::uint32_t unsent = 0;          // octets that have not left yet
        std::uint32_t unacknowledged = 0;  // that have
        std::uint32_t urgent_ahead = 0;
        bool has_ended = false;            // the peer's FIN has come
        socket_address local{}, remote{};
        connection_options options{};
    };

    virtual ~tcp_under_test() = default;

    /// For connections to come.
    virtual void configure(const knobs& k) = 0;
    virtual connection_options& options_of_new() = 0;

    virtual void on_packet(octets packet, instant now) = 0;
    virtual void on_deadline(instant now) = 0;
    virtual instant next_deadline() = 0;
    /// Whole packets, as they leave.
    virtual std::vector<std::vector<octet>> take_packets(instant now) = 0;

    virtual result<handle> listen(const socket_address& local, std::uint32_t backlog, instant now) = 0;
    virtual result<handle> accept(handle h, instant now) = 0;
    virtual bool has_to_accept(handle h) = 0;
    virtual result<handle> connect(const socket_address& local, const socket_address& remote, instant now) = 0;
    virtual result<std::size_t> send(handle h, octets text, manner how, instant now) = 0;
    virtual result<std::size_t> receive(handle h, mutable_octets to, instant now) = 0;
    virtual result<std::size_t> peek(handle h, mutable_octets to, instant now) = 0;
    virtual result<void> shutdown(handle h, instant now) = 0;
    virtual result<void> close(handle h, instant now) = 0;
    virtual result<void> abort(handle h, instant now) = 0;
    virtual result<void> set_options(handle h, const connection_options& options, instant now) = 0;
    virtual result<void> quick_ack(handle h, bool wanted, instant now) = 0;
    virtual std::optional<facts> look(handle h) = 0;
    virtual std::optional<tcp_info> info(handle h) = 0;
    /// As setsockopt(TCP_CONGESTION) calls it; empty for one that has no name there.
    virtual std::string_view congestion() const = 0;
    virtual ecn_kind ecn() const = 0;
};

template <class Tcp>
class stack_under_test final : public tcp_under_test {
public:
    explicit stack_under_test(const knobs& k) : stack_(settings_of(k)), cookies_(k.syn_cookies.value_or(1) != 0) {}

    void configure(const knobs& k) override { apply(k, stack_.surroundings().settings); }
    connection_options& options_of_new() override { return stack_.surroundings().settings.limits.connection; }

    void on_packet(octets packet, instant now) override {
        stack_.on_packet({.data = packet, .length = packet.size()}, now);
    }
    void on_deadline(instant now) override { stack_.on_deadline(now); }
    instant next_deadline() override { return stack_.next_deadline(); }
    std::vector<std::vector<octet>> take_packets(instant now) override {
        std::vector<std::vector<octet>> out;
        while (stack_.poll_transmit(now, {&room_, 1}) > 0) {
            out.emplace_back(room_.length());
            write(room_, out.back());
        }
        while (stack_.poll_event()) {}
        return out;
    }

    result<handle> listen(const socket_address& local, std::uint32_t backlog, instant now) override {
        return stack_.listen(local, now, {.backlog = backlog, .cookies = cookies_});
    }
    result<handle> accept(handle h, instant now) override { return stack_.accept(h, now); }
    bool has_to_accept(handle h) override { return stack_.to_accept(h) > 0; }
    result<handle> connect(const socket_address& local, const socket_address& remote, instant now) override {
        return stack_.connect(local, remote, now);
    }
    result<std::size_t> send(handle h, octets text, manner how, instant now) override {
        if (how == manner::urgent) return stack_.send_urgent(h, text, now);
        return how == manner::more ? stack_.send_more(h, text, now) : stack_.send(h, text, now);
    }
    result<std::size_t> receive(handle h, mutable_octets to, instant now) override {
        return stack_.receive(h, to, now);
    }
    result<std::size_t> peek(handle h, mutable_octets to, instant now) override {
        const auto there = stack_.peek(h, now);
        if (!there) return there.error();
        const octets taken = (*there).first(std::min(to.size(), (*there).size()));
        copy(taken, to);
        return taken.size();
    }
    result<void> shutdown(handle h, instant now) override { return stack_.shutdown(h, now); }
    result<void> close(handle h, instant now) override { return stack_.close(h, now); }
    result<void> abort(handle h, instant now) override { return stack_.abort(h, now); }
    result<void> set_options(handle h, const connection_options& options, instant now) override {
        return stack_.set_options(h, options, now);
    }
    result<void> quick_ack(handle h, bool wanted, instant now) override { return stack_.quick_ack(h, wanted, now); }
    std::optional<facts> look(handle h) override {
        const auto* const tcp = stack_.look(h);
        if (tcp == nullptr) return {};
        const auto& c = tcp->variables();
        const auto unsent = static_cast<std::uint32_t>(c.unsent());
        const auto queued = static_cast<std::uint32_t>(c.outgoing.size());
        return facts{.state = tcp->state(),
                     .error = tcp->error(),
                     .readable = tcp->readable(),
                     .writable = tcp->writable(),
                     .unsent = unsent,
                     .unacknowledged = queued - std::min(queued, unsent),
                     .urgent_ahead = tcp->urgent_ahead(),
                     .has_ended = c.fin_received(),
                     .local = tcp->local(),
                     .remote = tcp->remote(),
                     .options = tcp->options()};
    }
    std::optional<tcp_info> info(handle h) override {
        const auto out = stack_.info(h);
        return out ? std::optional(*out) : std::nullopt;
    }

    std::string_view congestion() const override {
        return name_of(stack_.variables().env.settings.congestion);
    }
    ecn_kind ecn() const override {
        return sends_ecn_options<Tcp> ? ecn_kind::accurate : Tcp::uses_ecn ? ecn_kind::classic : ecn_kind::none;
    }

private:
    using settings = typename Tcp::settings;

    static settings settings_of(const knobs& k) {
        settings out;
        apply(k, out);
        return out;
    }
    /// What the composition's policies have of it.
    static void apply(const knobs& k, settings& s) {
        const auto put = [](const auto& from, auto& to) {
            if (from) to = static_cast<std::remove_reference_t<decltype(to)>>(*from);
        };
        put(k.mtu, s.limits.mtu);
        put(k.sack, s.limits.sack);
        put(k.timestamps, s.limits.timestamps);
        put(k.window_scale, s.limits.window_scale);
        put(k.msl, s.limits.msl);
        put(k.orphan_fin_wait_2, s.limits.orphan_fin_wait_2);
        put(k.user_timeout, s.limits.user_timeout);
        put(k.user_timeout_option, s.limits.connection.user_timeout_option);
        put(k.keep_alive_octet, s.limits.connection.keep_alive_octet);
        if constexpr (requires { s.ecn.asks; s.ecn.answers; }) {
            put(asks_for_ecn(k), s.ecn.asks);
            put(answers_ecn(k), s.ecn.answers);
        }
        if constexpr (requires { s.ecn.ecn_syns; }) put(k.ecn_syns, s.ecn.ecn_syns);
        if constexpr (requires { s.ecn.accurate_syns; }) put(k.ecn_syns, s.ecn.accurate_syns);
        if constexpr (requires { s.congestion.initial_window; }) put(k.initial_window, s.congestion.initial_window);
        if constexpr (requires { s.rtt.initial; }) put(k.rto_initial, s.rtt.initial);
        if constexpr (requires { s.rtt.floor; }) put(k.rto_floor, s.rtt.floor);
        if constexpr (requires { s.rtt.after_lost_syn; }) put(k.rto_after_lost_syn, s.rtt.after_lost_syn);
        if constexpr (requires { s.ack.delay; }) put(k.ack_delay, s.ack.delay);
        if constexpr (requires { s.ack.every; }) put(k.ack_every, s.ack.every);
        if constexpr (requires { s.ack.quick_start; }) put(k.ack_quick_start, s.ack.quick_start);
        if constexpr (requires { s.buffers.largest_receive; }) {
            put(k.receive_buffer, s.buffers.receive);
            put(k.largest_receive_buffer, s.buffers.largest_receive);
            put(k.send_buffer, s.buffers.send);
            put(k.largest_send_buffer, s.buffers.largest_send);
        }
    }

    typename Tcp::stack stack_;
    bool cookies_;
    tx_packet room_;
};

/// Makes the TCP for one run of one script.
using maker = std::unique_ptr<tcp_under_test> (*)(const knobs&);

template <class Tcp>
std::unique_ptr<tcp_under_test> make_under_test(const knobs& k) {
    return std::make_unique<stack_under_test<Tcp>>(k);
}

/// Of these policies, and of the ECN policy that the script asks for.
template <class... Policies>
std::unique_ptr<tcp_under_test> make_with_ecn(const knobs& k) {
    if (is_accurate(k)) return make_under_test<tcp<Policies..., accurate_ecn>>(k);
    return make_under_test<tcp<Policies..., classic_ecn>>(k);
}

}  // namespace sluice::testing::script
