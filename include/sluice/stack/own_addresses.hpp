// SPDX-License-Identifier: MIT
//
// The addresses that a stack speaks from and listens at, each with the length of its network's prefix. It says which
// packets are for us (RFC 1122 section 3.2.1.3), who can't have sent one, and from where to speak to whom (RFC 9293
// MUST-44). It knows nothing of routes: what has to leave is handed to a link, or to who knows the way.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

#include <sluice/base/result.hpp>
#include <sluice/wire/address_prefix.hpp>

namespace sluice {

/// A stack that was never to have an address takes every one for its own, as a gateway must. One whose only address was
/// refused, or taken away, has none.
class own_addresses {
public:
    static constexpr std::size_t most = 16;

    constexpr bool takes_every() const { return takes_every_; }
    constexpr std::span<const address_prefix> list() const { return std::span(list_).first(size_); }

    /// bad_address for one that can be no host's, bad_argument for a prefix that is longer than it; already_open if it
    /// is there.
    constexpr result<void> add(const address_prefix& a) {
        takes_every_ = false;
        if (!a.address.is_host() || a.address.is_loopback()) return error::bad_address;
        if (a.length < 0 || a.length > (a.address.is_v4() ? 32 : 128)) return error::bad_argument;
        if (has(a.address)) return error::already_open;
        if (size_ == most) return error::insufficient_resources;
        list_[size_++] = a;
        return {};
    }
    /// bad_argument if it is not there.
    constexpr result<void> remove(const ip_address& gone) {
        const auto rest = std::remove_if(list_.begin(), list_.begin() + static_cast<std::ptrdiff_t>(size_),
                                         [&](const address_prefix& a) { return a.address == gone; });
        const auto left = static_cast<std::size_t>(rest - list_.begin());
        if (left == std::exchange(size_, left)) return error::bad_argument;
        return {};
    }

    /// A packet to it is for us.
    constexpr bool has(const ip_address& a) const {
        if (takes_every_) return a.is_host() && !a.is_loopback();
        return std::any_of(list().begin(), list().end(), [&](const address_prefix& own) { return own.address == a; });
    }

    /// It may have sent us something: somebody else's, and one host's (RFC 1122 section 3.2.1.3; a land attack has our
    /// own).
    constexpr bool may_come_from(const ip_address& a) const {
        if (!a.is_host() || a.is_loopback()) return false;
        return std::none_of(list().begin(), list().end(),
                            [&](const address_prefix& own) { return own.address == a || is_broadcast(own, a); });
    }

    /// From where to speak to it: the one of its family, and of link-local ones to such (RFC 6724 rule 2), with which
    /// it has the longest prefix in common (rule 8). Nothing if there is none of its family.
    constexpr std::optional<ip_address> towards(const ip_address& remote) const {
        const address_prefix* best = nullptr;
        for (const address_prefix& own : list())
            if (own.address.is_v4() == remote.is_v4() && (best == nullptr || fits(*best, remote) < fits(own, remote)))
                best = &own;
        return best != nullptr ? std::optional(best->address) : std::nullopt;
    }

private:
    static constexpr int fits(const address_prefix& own, const ip_address& remote) {
        const int same_scope = own.address.is_link_local() == remote.is_link_local() ? 256 : 0;
        return same_scope + std::min(common_prefix(own.address, remote), own.length);
    }

    /// To all hosts of its network: behind the prefix there are only ones. A network of two has none (RFC 3021).
    static constexpr bool is_broadcast(const address_prefix& own, const ip_address& a) {
        if (!own.address.is_v4() || !a.is_v4() || own.length >= 31) return false;
        const std::uint32_t hosts = 0xffffffffu >> own.length;
        return own.has(a) && (load_be32(a.octets.data() + 12) & hosts) == hosts;
    }

    std::array<address_prefix, most> list_{};
    std::size_t size_ = 0;
    bool takes_every_ = true;
};

}  // namespace sluice
