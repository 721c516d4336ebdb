// SPDX-License-Identifier: MIT
//
// Shortest paths through a graph of routers, by hops, computed once for every pair: breadth first from each
// destination. Of several ways that are equally short a router takes the one that was joined first. It knows numbers
// only, not what they stand for.
#pragma once

#include <cstdint>
#include <vector>

#include <sluice/base/index_list.hpp>

namespace sluice::sim {

/// A way out of a router, to another one that has one back.
struct way_out {
    std::uint32_t to;
    std::uint32_t way;
};

class routes {
public:
    routes() = default;
    /// What leads out of each router, in the order of joining.
    explicit routes(const std::vector<std::vector<way_out>>& routers) : routers_(routers.size()) {
        first_way_.resize(routers_ * routers_, no_index);
        for (std::uint32_t to = 0; to < routers_; ++to) find(routers, to);
    }

    /// The way on which a router forwards what is for another one; `no_index` if they are not connected.
    std::uint32_t way(std::uint32_t from, std::uint32_t to) const { return first_way_[to * routers_ + from]; }

private:
    void find(const std::vector<std::vector<way_out>>& routers, std::uint32_t to) {
        std::vector<std::uint32_t> distance(routers_, no_index), reached{to};
        distance[to] = 0;
        for (std::size_t i = 0; i < reached.size(); ++i)
            for (const way_out& each : routers[reached[i]])
                if (distance[each.to] == no_index) {
                    distance[each.to] = distance[reached[i]] + 1;
                    reached.push_back(each.to);
                }
        for (const std::uint32_t from : reached)
            for (const way_out& each : routers[from])
                if (distance[each.to] + 1 == distance[from]) {
                    first_way_[to * routers_ + from] = each.way;
                    break;
                }
    }

    std::size_t routers_ = 0;
    std::vector<std::uint32_t> first_way_;  // for each destination, from each router
};

}  // namespace sluice::sim
