// SPDX-License-Identifier: MIT
// Two packet_links with a wire between them, in memory and in virtual time: who waits at one end lets the other end
// have its turn, and then time go on. A test says how much room a link has.
#pragma once

#include <doctest/doctest.h>

#include <array>
#include <deque>
#include <functional>
#include <vector>

#include <sluice/host/packet_link.hpp>

namespace lab {

using namespace sluice;

struct wire {
    struct arrival {
        instant at;
        std::vector<octet> data;
    };
    instant now{};
    duration delay = 10ms;
    std::array<std::deque<arrival>, 2> to{};
    std::size_t room = 1000;  // packets that a way holds
    std::size_t carried = 0, refused = 0, longest = 0;

    instant next() const {
        instant out = never;
        for (const auto& each : to)
            if (!each.empty()) out = std::min(out, each.front().at);
        return out;
    }
};

struct pair_link {
    wire& joins;
    std::size_t side;
    link_capabilities can{};
    std::function<void()> others_turn{};
    std::function<instant()> others_deadline{};
    std::vector<std::vector<octet>> held{};  // until the next receive
    std::size_t at_once = 0, most_at_once = 0;  // taken since the last one

    instant now() { return joins.now; }
    link_capabilities capabilities() const { return can; }

    std::size_t receive(std::span<rx_packet> batch) {
        held.clear();
        at_once = 0;
        auto& mine = joins.to[side];
        while (held.size() < batch.size() && !mine.empty() && mine.front().at <= joins.now) {
            held.push_back(std::move(mine.front().data));
            mine.pop_front();
        }
        for (std::size_t i = 0; i < held.size(); ++i) batch[i] = {.data = held[i], .length = held[i].size()};
        return held.size();
    }

    std::size_t transmit(std::span<const tx_packet> batch) {
        auto& theirs = joins.to[1 - side];
        std::size_t taken = 0;
        for (; taken < batch.size() && theirs.size() < joins.room; ++taken) {
            joins.longest = std::max(joins.longest, batch[taken].length());
            split(batch[taken], [&](const tx_packet& p) {
                theirs.push_back({joins.now + joins.delay, std::vector<octet>(p.length())});
                write(p, theirs.back().data);
                ++joins.carried;
            });
        }
        joins.refused += batch.size() - taken;
        most_at_once = std::max(most_at_once, at_once += taken);
        return taken;
    }

    void wait(instant deadline) {
        REQUIRE(deadline > joins.now);
        others_turn();
        const instant next = std::min({deadline, joins.next(), others_deadline()});
        REQUIRE_MESSAGE(next != never, "it would wait for ever");
        joins.now = std::max(joins.now, next);
    }
};
static_assert(packet_link<pair_link>);

}  // namespace lab
