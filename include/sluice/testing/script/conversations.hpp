// SPDX-License-Identifier: MIT
//
// All connections of a script, in the order in which they began: whose packet one is that has left, and whom the next
// one is from that arrives. What a script writes is about the last of them.
#pragma once

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <sluice/testing/script/conversation.hpp>

namespace sluice::testing::script {

/// Where scripts take place, unless their settings say otherwise.
struct scene {
    const run_options& asked;
    socket_address ours{ip_address::v4(192, 168, 0, 1), 8080};
    socket_address theirs{ip_address::v4(192, 0, 2, 1), 8080};
};

class conversations {
public:
    explicit conversations(const scene& where) : where_(where) {}

    /// The connection that segments are about: of the last listen or connect, or the one that has followed it.
    conversation& current() {
        if (std::exchange(awaits_peer_, false) || all_.empty())
            all_.emplace_back(
                socket_address{where_.ours.address, listening_port_ != 0 ? listening_port_ : where_.ours.port},
                socket_address{where_.theirs.address, next_port_++});
        return all_.back();
    }
    bool is_current(std::size_t which) const { return which + 1 == all_.size(); }
    conversation& at(std::size_t which) { return all_[which]; }
    /// The same, or the last one, if this has not begun yet.
    conversation& at_or_current(std::size_t which) {
        return all_.empty() ? current() : all_[std::min(which, all_.size() - 1)];
    }

    /// By a connect. Which one it is.
    std::size_t begin(const socket_address& ours, const socket_address& theirs) {
        awaits_peer_ = false;
        all_.emplace_back(ours, theirs);
        return all_.size() - 1;
    }
    /// By a listen: the next segment that arrives is of another connection, from a port of its own to this one.
    void await_peer(std::uint16_t port) {
        awaits_peer_ = true;
        listening_port_ = port;
    }

    /// The latest with this peer.
    std::size_t index_of(const socket_address& theirs) const {
        for (std::size_t i = all_.size(); i-- > 0;)
            if (all_[i].theirs() == theirs) return i;
        return 0;
    }
    /// Whose packet it is, once it has left: nobody's, or the place of a conversation.
    std::optional<std::size_t> owner_of(const sent_packet& p) {
        for (std::size_t i = all_.size(); i-- > 0;) {
            if (!all_[i].is_of(p)) continue;
            if (all_[i].is_succeeded_by(p)) {
                all_.emplace_back(p.from, p.to);
                i = all_.size() - 1;
            }
            all_[i].learn(p);
            return i;
        }
        return {};
    }

private:
    scene where_;
    std::vector<conversation> all_{};
    bool awaits_peer_ = false;
    std::uint16_t listening_port_ = 0;
    std::uint16_t next_port_ = 40000;  // of who connects to us
};

}  // namespace sluice::testing::script
