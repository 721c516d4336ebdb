// SPDX-License-Identifier: MIT
//
// A link's queue, under one of the disciplines that there are: which one is a value, `codel_settings{.target = 1ms}`.
// Its limits are the link's, whatever the discipline.
#pragma once

#include <type_traits>
#include <variant>

#include <sluice/sim/codel.hpp>
#include <sluice/sim/drop_tail.hpp>
#include <sluice/sim/fq_codel.hpp>
#include <sluice/sim/red.hpp>
#include <sluice/sim/step_marking.hpp>

namespace sluice::sim {

using discipline_settings =
    std::variant<drop_tail_settings, red_settings, codel_settings, fq_codel_settings, step_marking_settings>;

class queue_discipline {
public:
    queue_discipline(const discipline_settings& s, const queue_surroundings& around)
        : limits_(around.limits), which_(made(s, around)) {}

    const sim::backlog& backlog() const {
        return std::visit([](const auto& queue) -> const sim::backlog& { return queue.backlog(); }, which_);
    }
    bool has_room(std::size_t length) const { return limits_.have_room(backlog(), length); }

    void push(packet_store& store, list_index i, const arrival& at, auto&& fates) {
        std::visit([&](auto& queue) { queue.push(store, i, at, fates); }, which_);
    }
    list_index pop(packet_store& store, instant now, auto&& fates) {
        return std::visit([&](auto& queue) { return queue.pop(store, now, fates); }, which_);
    }

private:
    using any = std::variant<drop_tail, red, codel, fq_codel, step_marking>;

    static any made(const discipline_settings& s, const queue_surroundings& around) {
        return std::visit(
            [&](const auto& one) -> any {
                return typename std::remove_cvref_t<decltype(one)>::discipline(one, around);
            },
            s);
    }

    queue_limits limits_;
    any which_;
};

}  // namespace sluice::sim
