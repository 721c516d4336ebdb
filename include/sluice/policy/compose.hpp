// SPDX-License-Identifier: MIT
//
// tcp<Policies...>: takes policies in any order, any subset, and names one type for each choice: basic_tcp with its
// slots in a fixed order. What is not named is the default. The checks stand in the alias, so that a wrong policy is
// reported before anything is made of it.
#pragma once

#include <type_traits>

#include <sluice/base/random.hpp>
#include <sluice/fwd.hpp>
#include <sluice/policy/ack/delayed_ack.hpp>
#include <sluice/policy/buffers/growable_buffers.hpp>
#include <sluice/policy/congestion/cubic.hpp>
#include <sluice/policy/ecn/classic_ecn.hpp>
#include <sluice/policy/isn/rfc6528.hpp>
#include <sluice/policy/lifecycle/full.hpp>
#include <sluice/policy/limits.hpp>
#include <sluice/policy/recovery/rack_tlp.hpp>
#include <sluice/policy/rtt/rfc6298.hpp>
#include <sluice/policy/rules.hpp>

namespace sluice {

/// All who watch, by value; a report goes to each that has the hook.
template <class... Observers>
struct observers : Observers... {
    constexpr void on_transition(const transition_report& r) {
        each([&](auto& o) { if constexpr (requires { o.on_transition(r); }) o.on_transition(r); });
    }
    constexpr void on_sent(const sent_report& r) {
        each([&](auto& o) { if constexpr (requires { o.on_sent(r); }) o.on_sent(r); });
    }
    constexpr void on_received(const segment& s) {
        each([&](auto& o) { if constexpr (requires { o.on_received(s); }) o.on_received(s); });
    }
    constexpr void on_window(const window_report& r) {
        each([&](auto& o) { if constexpr (requires { o.on_window(r); }) o.on_window(r); });
    }

private:
    constexpr void each(auto&& tell) { (tell(static_cast<Observers&>(*this)), ...); }
};

/// Which options take part: all but those that a policy of the options slot leaves out; and what else one asks for.
template <bool WindowScale, bool Timestamps, bool Sack, bool MtuProbing = false>
struct chosen_options {
    static constexpr bool window_scale = WindowScale;
    static constexpr bool timestamps = Timestamps;
    static constexpr bool sack = Sack;
    static constexpr bool mtu_probing = MtuProbing;
};

/// One choice for every slot. Written as tcp<…>.
template <class Congestion, class Rtt, class Recovery, class Ack, class Ecn, class Isn, class Buffers, class Lifecycle,
          class Options, class Observers>
struct basic_tcp {
    using congestion_policy = Congestion;
    using rtt_policy = Rtt;
    using recovery_policy = Recovery;
    using ack_policy = Ack;
    using ecn_policy = Ecn;
    using isn_policy = Isn;
    using buffers_policy = Buffers;
    using lifecycle_policy = Lifecycle;
    using options = Options;
    using observers_type = Observers;

    /// SACKs are sent unless the composition leaves them out; they are read if the recovery policy makes something of
    /// them.
    static constexpr bool reads_sack = Options::sack && requires { requires Recovery::uses_sack; };

    /// Larger packets are tried out; only SACKs tell of a lost one that it was the only one (RFC 4821 section 7.6.2).
    static constexpr bool probes_mtu = Options::mtu_probing;
    static_assert(!probes_mtu || reads_sack,
                  "sluice: options slot: mtu_probing needs SACK, and a recovery policy that makes something of it");

    /// Where the congestion policy names a rate, packets leave one after the other.
    static constexpr bool paces = requires(const Congestion& c) { c.pacing_rate(); };

    /// ECN: nothing of it is there for a policy that takes no part.
    static constexpr bool uses_ecn = requires { &Ecn::handshake; };
    /// Buffers that keep no octets.
    static constexpr bool counts_only = requires { requires Buffers::counts_only; };
    /// Buffers that send octets from where the application has them.
    static constexpr bool takes_lent = requires { typename Buffers::lent; };
    /// Records of what is in flight take memory, of which there may be none.
    static constexpr bool grows_records =
        requires(typename Buffers::records& r, typename Buffers::pool& p) { r.grow(p, 1); };
    /// Buffers whose sizes follow the path.
    static constexpr bool tunes_buffers = requires { requires Buffers::tunes; };

    /// One instance a slot, and the limits. A connection begins with copies.
    struct settings {
        [[no_unique_address]] Congestion congestion{};
        [[no_unique_address]] Rtt rtt{};
        [[no_unique_address]] Recovery recovery{};
        [[no_unique_address]] Ack ack{};
        [[no_unique_address]] Ecn ecn{};
        [[no_unique_address]] Isn isn{};
        [[no_unique_address]] Buffers buffers{};
        [[no_unique_address]] Observers observe{};
        sluice::limits limits{};
        sluice::seed seed{};
    };

    using connection = basic_connection<basic_tcp>;
    using endpoint = basic_endpoint<basic_tcp>;
    using stack = basic_stack<basic_tcp>;
};

namespace detail {

template <class Slot, class... Policies>
inline constexpr int in_slot = (0 + ... + int{std::is_same_v<typename Policies::slot, Slot>});

template <class P, class... Policies>
inline constexpr int times_named = (0 + ... + int{std::is_same_v<P, Policies>});

template <option_kind Kind, class P>
constexpr bool is_without() {
    if constexpr (std::is_same_v<typename P::slot, options_slot> && requires { P::leaves_out; })
        return P::leaves_out == Kind;
    else
        return false;
}
template <option_kind Kind, class... Policies>
inline constexpr bool leaves_out = (is_without<Kind, Policies>() || ...);

template <class P>
inline constexpr bool asks_for_probes = requires { requires P::probes_mtu; };

/// Without SACK there is no code for it.
template <class... Policies>
using usual_recovery = std::conditional_t<leaves_out<option_kind::sack, Policies...>, newreno_recovery, rack_tlp>;

/// The first of the policies that is for the slot; the default stands last.
template <class Slot, class First, class... Rest>
constexpr auto pick() {
    if constexpr (std::is_same_v<typename First::slot, Slot>)
        return std::type_identity<First>{};
    else
        return pick<Slot, Rest...>();
}

template <class Slot, class... Policies>
using picked = typename decltype(pick<Slot, Policies...>())::type;

template <class Joined, class... Policies>
struct watching {
    using type = Joined;
};
template <class... Joined, class First, class... Rest>
struct watching<observers<Joined...>, First, Rest...>
    : watching<std::conditional_t<std::is_same_v<typename First::slot, observe_slot>, observers<Joined..., First>,
                                  observers<Joined...>>,
               Rest...> {};

template <class... Policies>
    requires(rules::any_slot<Policies>::kept && ...) && (rules::slot<Policies, typename Policies::slot>::kept && ...)
struct composed {
    // clang-format off
    static_assert(in_slot<congestion_slot, Policies...> <= 1, "sluice: congestion slot: two policies, room for one");
    static_assert(in_slot<rtt_slot,        Policies...> <= 1, "sluice: rtt slot: two policies, room for one");
    static_assert(in_slot<recovery_slot,   Policies...> <= 1, "sluice: recovery slot: two policies, room for one");
    static_assert(in_slot<ack_slot,        Policies...> <= 1, "sluice: ack slot: two policies, room for one");
    static_assert(in_slot<ecn_slot,        Policies...> <= 1, "sluice: ecn slot: two policies, room for one");
    static_assert(in_slot<isn_slot,        Policies...> <= 1, "sluice: isn slot: two policies, room for one");
    static_assert(in_slot<buffers_slot,    Policies...> <= 1, "sluice: buffers slot: two policies, room for one");
    static_assert(in_slot<lifecycle_slot,  Policies...> <= 1, "sluice: lifecycle slot: two policies, room for one");
    static_assert(((!std::is_same_v<typename Policies::slot, observe_slot> || times_named<Policies, Policies...> == 1) && ...),
                  "sluice: observe slot: the same observer twice");

    using type = basic_tcp<picked<congestion_slot, Policies..., cubic>,
                           picked<rtt_slot,        Policies..., rfc6298>,
                           picked<recovery_slot,   Policies..., usual_recovery<Policies...>>,
                           picked<ack_slot,        Policies..., delayed_ack>,
                           picked<ecn_slot,        Policies..., classic_ecn>,
                           picked<isn_slot,        Policies..., rfc6528>,
                           picked<buffers_slot,    Policies..., growable_buffers>,
                           picked<lifecycle_slot,  Policies..., full>,
                           chosen_options<!leaves_out<option_kind::window_scale, Policies...>,
                                          !leaves_out<option_kind::timestamps,   Policies...>,
                                          !leaves_out<option_kind::sack,         Policies...>,
                                          (asks_for_probes<Policies> || ...)>,
                           typename watching<observers<>, Policies...>::type>;
    // clang-format on
};

}  // namespace detail

template <class... Policies>
using tcp = typename detail::composed<Policies...>::type;

}  // namespace sluice
