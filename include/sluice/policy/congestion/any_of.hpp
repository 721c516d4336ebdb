// SPDX-License-Identifier: MIT
//
// A congestion policy that is chosen at run time, by name, and changed in mid-connection: `tcp<any_of<reno, cubic>>`,
// `.congestion = {.chosen = "cubic"}`. All of them are there, each with its settings, which costs the sum of their
// sizes and eight octets; only the chosen one is told anything. The others know nothing of the connection until they
// are restored from a snapshot of the one before (policy/concepts.hpp).
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <string_view>

#include <sluice/policy/concepts.hpp>

namespace sluice {

template <class... Policies>
struct any_of {
    static constexpr std::size_t count = sizeof...(Policies);
    static_assert(count > 0 && count < 256, "sluice: any_of: of nothing there is nothing to choose, and 255 are most");
    static_assert((congestion_policy<Policies> && ...), "sluice: any_of: each must be a policy of the congestion slot");
    static_assert((has_name<Policies> && ...),
                  "sluice: any_of: each policy must have `static constexpr std::string_view name`");

    using slot = congestion_slot;
    static constexpr congestion_signals responds_to = (congestion_signals() | ... | signals_of<Policies>());

    static constexpr std::array<std::string_view, count> names{Policies::name...};
    static constexpr bool names_differ = [] {
        for (std::size_t i = 0; i < count; ++i)
            if (std::count(names.begin(), names.end(), names[i]) != 1) return false;
        return true;
    }();
    static_assert(names_differ, "sluice: any_of: two policies have the same name");

    /// One of them. A name that none has is an assertion, and without assertions the first; who does not know whether
    /// there is one asks select, or find_name (by_name.hpp).
    struct choice {
        std::uint8_t index = 0;

        constexpr choice() = default;
        constexpr choice(std::string_view name) : index(static_cast<std::uint8_t>(place_of(name) % count)) {
            assert(place_of(name) < count && "none of them has this name");
        }
        constexpr choice(const char* name) : choice(std::string_view(name)) {}
    };

    template <class P>
    struct member {
        [[no_unique_address]] P policy{};
    };
    struct members : member<Policies>... {};

    choice chosen{};
    std::uint32_t mss_ = 0;  // 0: nothing has begun
    [[no_unique_address]] members all_{};

    /// One of them, for its settings: `settings.congestion.of<cubic>().initial_window = 4`.
    template <class P>
    constexpr P& of() {
        return static_cast<member<P>&>(all_).policy;
    }
    template <class P>
    constexpr const P& of() const {
        return static_cast<const member<P>&>(all_).policy;
    }

    constexpr std::string_view selected() const { return names[chosen.index]; }

    /// Goes over to the policy of this name, at once; false: there is none. What the one before does not tell of the
    /// connection, `known` does. Before on_start nothing is handed over.
    constexpr bool select(std::string_view name, const congestion_snapshot& known = {}) {
        const std::size_t place = place_of(name);
        if (place == count) return false;
        if (place == chosen.index) return true;
        const congestion_snapshot before = look(known);
        chosen.index = static_cast<std::uint8_t>(place);
        if (mss_ != 0) tell_chosen([&](auto& policy) { take_over(policy, before); });
        return true;
    }

    // ---- the hooks: each is there if one of them has it -------------------------------------------------------------

    template <class Hook>
    static constexpr bool is_own = std::is_same_v<Hook, hook::on_start> || std::is_same_v<Hook, hook::select> ||
                                   std::is_same_v<Hook, hook::responds_to>;
    template <class Hook>
    static constexpr bool lacks = !is_own<Hook> && (hook::absent<Policies, Hook> && ...);

    constexpr std::uint32_t window() const {
        std::uint32_t out = 0;
        tell_chosen([&](const auto& policy) { out = policy.window(); });
        return out;
    }
    constexpr std::uint32_t ssthresh() const
        requires(!lacks<hook::ssthresh>)
    {
        std::uint32_t out = largest_window;
        tell_chosen([&](const auto& policy) { out = ssthresh_of(policy); });
        return out;
    }
    constexpr void on_start(const start_report& r) {
        mss_ = r.mss;
        tell_chosen([&](auto& p) { if constexpr (requires { p.on_start(r); }) p.on_start(r); });
    }
    // clang-format off
    constexpr void on_ack(const ack_report& r)               requires(!lacks<hook::on_ack>)        { tell_chosen([&](auto& p) { if constexpr (requires { p.on_ack(r); }) p.on_ack(r); }); }
    constexpr void on_congestion(const congestion_report& r) requires(!lacks<hook::on_congestion>) { tell_chosen([&](auto& p) { if constexpr (requires { p.on_congestion(r); }) p.on_congestion(r); }); }
    constexpr void on_rto(const rto_report& r)               requires(!lacks<hook::on_rto>)        { tell_chosen([&](auto& p) { if constexpr (requires { p.on_rto(r); }) p.on_rto(r); }); }
    constexpr void on_undo(const undo_report& r)             requires(!lacks<hook::on_undo>)       { tell_chosen([&](auto& p) { if constexpr (requires { p.on_undo(r); }) p.on_undo(r); }); }
    constexpr void on_ecn(const ecn_report& r)               requires(!lacks<hook::on_ecn>)        { tell_chosen([&](auto& p) { tell_of_marks(p, r); }); }
    constexpr void on_idle(const idle_report& r)             requires(!lacks<hook::on_idle>)       { tell_chosen([&](auto& p) { if constexpr (requires { p.on_idle(r); }) p.on_idle(r); }); }
    constexpr void on_mss(std::uint32_t mss)                 requires(!lacks<hook::on_mss>)        { mss_ = mss; tell_chosen([&](auto& p) { if constexpr (requires { p.on_mss(mss); }) p.on_mss(mss); }); }
    constexpr std::uint64_t pacing_rate() const              requires(!lacks<hook::pacing_rate>)   { std::uint64_t out = 0; tell_chosen([&](const auto& p) { if constexpr (requires { p.pacing_rate(); }) out = p.pacing_rate(); }); return out; }
    constexpr std::uint32_t pacing_burst() const             requires(!lacks<hook::pacing_burst>)  { std::uint32_t out = 0; tell_chosen([&](const auto& p) { if constexpr (requires { p.pacing_burst(); }) out = p.pacing_burst(); }); return out; }
    // clang-format on

private:
    /// As the connection would.
    static constexpr void tell_of_marks(auto& policy, const ecn_report& r) {
        const congestion_report loss{.now = r.now, .flight = r.flight, .pipe = r.pipe};
        if constexpr (requires { policy.on_ecn(r); })
            policy.on_ecn(r);
        else if constexpr (requires { policy.on_congestion(loss); })
            policy.on_congestion(loss);
    }

    static constexpr std::size_t place_of(std::string_view name) {
        std::size_t i = 0;
        while (i < count && names[i] != name) ++i;
        return i;
    }

    constexpr void tell_chosen(auto&& does) { visit(*this, does); }
    constexpr void tell_chosen(auto&& does) const { visit(*this, does); }
    static constexpr void visit(auto& self, auto& does) {
        std::size_t i = 0;
        static_cast<void>(((i++ == self.chosen.index && (does(self.template of<Policies>()), true)) || ...));
    }

    /// What the next one takes over.
    constexpr congestion_snapshot look(congestion_snapshot known) const {
        if (known.mss == 0) known.mss = mss_;
        tell_chosen([&](const auto& policy) {
            if constexpr (requires { policy.snapshot(); }) {
                const congestion_snapshot own = policy.snapshot();
                known.window = own.window;
                known.ssthresh = own.ssthresh;
                if (own.min_rtt) known.min_rtt = own.min_rtt;
            } else {
                known.window = std::min(policy.window(), largest_window);
                known.ssthresh = ssthresh_of(policy);
            }
        });
        return known;
    }

    /// One that does not say where slow start ends never leaves it (connection/ask.hpp).
    static constexpr std::uint32_t ssthresh_of(const auto& policy) {
        if constexpr (requires { policy.ssthresh(); }) return policy.ssthresh();
        else return largest_window;
    }

    static constexpr void take_over(auto& policy, const congestion_snapshot& before) {
        const start_report start{.now = before.now, .mss = before.mss, .random = before.random};
        if constexpr (requires { policy.restore(before); }) policy.restore(before);
        else if constexpr (requires { policy.on_start(start); }) policy.on_start(start);
    }
};

}  // namespace sluice
