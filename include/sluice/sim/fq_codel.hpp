// SPDX-License-Identifier: MIT
//
// FQ-CoDel (RFC 8290): flows are hashed to queues, each under CoDel's law, and served by deficit round robin, a quantum
// of octets a turn; a queue that begins comes before all that are in their rounds. Above the limit the fattest queue
// loses from its head, so that the packet that has just come is rarely the one to go.
#pragma once

#include <cassert>
#include <cstdint>
#include <vector>

#include <sluice/sim/codel.hpp>
#include <sluice/sim/flow_hash.hpp>

namespace sluice::sim {

/// The RFC's values, section 5.2; its limit of packets would be `link_settings.queue_packets = 10'240`.
struct fq_codel_settings {
    using discipline = class fq_codel;

    codel_settings codel{};
    std::size_t queues = 1024;
    std::size_t quantum = 1514;  // octets
};

class fq_codel {
public:
    fq_codel(const fq_codel_settings& s, const queue_surroundings& around)
        : settings_(s), limits_(around.limits), queues_(s.queues) {
        assert(s.queues > 0 && s.quantum > 0);
        seeded_random random = around.random;
        key_ = {random.bits(), random.bits()};
    }

    const sim::backlog& backlog() const { return backlog_; }

    void push(packet_store& store, list_index i, const arrival& at, auto&& fates) {
        const auto to = static_cast<list_index>(flow_hash(key_, store[i].data) % queues_.size());
        queue& its = queues_[to];
        change(its, [&] { its.waiting.append(store, i); });
        if (its.stands == place::nowhere) {
            its.deficit = quantum();
            stand(to, place::among_new);
        }
        while (at.must_wait && limits_.are_exceeded_by(backlog_)) {
            queue& fat = fattest();
            list_index gone = no_index;
            change(fat, [&] { gone = fat.waiting.take(store); });
            fates.drop(gone, drop_cause::queue_full);
        }
    }

    list_index pop(packet_store& store, instant now, auto&& fates) {
        while (!new_.empty() || !old_.empty()) {
            const list_index turn = new_.empty() ? old_.front() : new_.front();
            queue& its = queues_[turn];
            if (its.deficit <= 0) {
                its.deficit += quantum();
                stand(turn, place::among_old);
                continue;
            }
            list_index i = no_index;
            change(its, [&] { i = its.law.pop(settings_.codel, its.waiting, store, now, fates); });
            if (i != no_index) {
                its.deficit -= static_cast<std::int64_t>(store[i].data.size());
                return i;
            }
            // A new queue has its turn among the old ones before it is nowhere: else it would be new again with its
            // next packet, and the others would wait for it for ever (section 4.2).
            stand(turn, its.stands == place::among_new ? place::among_old : place::nowhere);
        }
        return no_index;
    }

private:
    enum class place : std::uint8_t { nowhere, among_new, among_old };
    struct queue {
        packet_fifo waiting{};
        codel_law law{};
        std::int64_t deficit = 0;  // octets that it may still send in this turn
        place stands = place::nowhere;
        list_link link{};
    };
    using queue_list = index_list<&queue::link>;

    std::int64_t quantum() const { return static_cast<std::int64_t>(settings_.quantum); }

    /// At the end of this list.
    void stand(list_index which, place where) {
        queue& its = queues_[which];
        if (its.stands != place::nowhere) (its.stands == place::among_new ? new_ : old_).remove(queues_, which);
        its.stands = where;
        if (where != place::nowhere) (where == place::among_new ? new_ : old_).push_back(queues_, which);
    }

    /// Does something to one queue, and counts what it is then.
    void change(const queue& its, auto&& how) {
        backlog_.packets -= its.waiting.backlog().packets;
        backlog_.octets -= its.waiting.backlog().octets;
        how();
        backlog_.packets += its.waiting.backlog().packets;
        backlog_.octets += its.waiting.backlog().octets;
    }

    /// The one with the most octets (section 4.1), for which all are looked at: only an overload pays for that.
    queue& fattest() {
        queue* fat = &queues_.front();
        for (queue& each : queues_)
            if (each.waiting.backlog().octets > fat->waiting.backlog().octets) fat = &each;
        return *fat;
    }

    fq_codel_settings settings_;
    queue_limits limits_;
    siphash_key key_;
    std::vector<queue> queues_;
    queue_list new_, old_;
    sim::backlog backlog_{};
};

}  // namespace sluice::sim
