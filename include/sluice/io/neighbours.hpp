// SPDX-License-Identifier: MIT
//
// Whose hardware address is whose: the neighbour cache of RFC 4861 section 5.1 with its five states, for ARP as for
// neighbour discovery, which only ask in other words. It asks three times, a second apart; asks again who was not heard
// for half a minute, once something is sent there (section 7.3); holds a few packets meanwhile; and forgets who does
// not answer. Time comes in, questions and packets go out. Not there: hints that TCP makes headway (section 7.3.1).
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include <sluice/base/index_heap.hpp>
#include <sluice/base/random.hpp>
#include <sluice/base/slot_table.hpp>
#include <sluice/base/time.hpp>
#include <sluice/wire/address_hash.hpp>
#include <sluice/wire/ethernet.hpp>

namespace sluice::io {

/// Times are RFC 4861's (section 10).
struct neighbour_settings {
    duration retransmit = 1s;
    int most_questions = 3;
    duration reachable = 30s;   // on average: each time between half and one and a half of it (section 6.3.2)
    duration delay = 5s;        // before one who was not heard for long is asked
    list_index most = 1024;     // then the one forgotten is the longest unanswered, or else the longest unused
    std::size_t most_held = 3;  // packets of each; then the oldest goes (section 7.2.2)
};

struct neighbour_counters {
    std::uint64_t unanswered = 0;  // neighbours that were asked in vain
    std::uint64_t held = 0;        // packets that had to wait for an answer
    std::uint64_t dropped = 0;     // of these: too many, or never answered
    std::uint64_t forgotten = 0;   // neighbours, for want of room
};

class neighbours {
public:
    neighbours(const neighbour_settings& s, seed drawn_from)
        : settings_(s)
        , random_(drawn_from)
        , index_(0, hash{{random_.bits(), random_.bits()}})
        , entries_(s.most) {}

    const neighbour_counters& count() const { return count_; }

    // ---- for packets that leave -------------------------------------------------------------------------------------

    /// Where to send now, if that is known.
    std::optional<hardware_address> look_up(const ip_address& neighbour, instant now) {
        const auto i = find(neighbour);
        if (i == no_index || entries_[i].is == state::incomplete) return {};
        entry& e = entries_[i];
        if (known_.back() != i) {  // the longest unused one is the first
            known_.remove(entries_, i);
            known_.push_back(entries_, i);
        }
        if (e.is == state::stale || (e.is == state::reachable && now >= e.reachable_until)) {
            e.is = state::delay;
            set_deadline(i, now + settings_.delay);
        }
        return e.hardware;
    }

    /// What can't be sent before the neighbour has answered. `ask_due` will ask, at once if it is the first.
    void hold(const ip_address& neighbour, octets packet, instant now) {
        auto i = find(neighbour);
        if (i == no_index) {
            i = add(neighbour, state::incomplete);
            set_deadline(i, now);
        }
        auto& held = entries_[i].held;
        if (held.size() == settings_.most_held) {
            held.erase(held.begin());
            ++count_.dropped;
        }
        held.emplace_back(packet.begin(), packet.end());
        ++count_.held;
    }

    // ---- for what comes ---------------------------------------------------------------------------------------------

    /// It has asked us, and said where it is: that it can be reached nobody knows (section 7.2.3).
    void has_asked(const ip_address& neighbour, const hardware_address& hardware, auto&& send) {
        auto i = find(neighbour);
        if (i == no_index)
            i = add(neighbour, state::stale);
        else if (entries_[i].is != state::incomplete && entries_[i].hardware == hardware)
            return;
        entries_[i].hardware = hardware;
        become(i, state::stale);
        release(i, send);
    }

    /// It says where it is (section 7.2.5; ARP's answers say so each time, and overrule what they said before).
    /// send(hardware_address, octets) is called for what was held.
    void has_advertised(const ip_address& neighbour, const std::optional<hardware_address>& hardware, bool is_solicited,
                        bool overrides, instant now, auto&& send) {
        const auto i = find(neighbour);
        if (i == no_index) return;
        entry& e = entries_[i];
        const bool is_other = hardware && e.hardware != *hardware;
        if (e.is == state::incomplete) {
            if (!hardware) return;
        } else if (is_other && !overrides) {
            if (e.is == state::reachable) become(i, state::stale);
            return;
        }
        if (hardware) e.hardware = *hardware;
        if (is_solicited) {
            const std::int64_t whole = settings_.reachable.count();
            e.reachable_until =
                now + duration(whole / 2 + static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(whole))));
            become(i, state::reachable);
        } else if (is_other || e.is == state::incomplete) {
            become(i, state::stale);
        }
        release(i, send);
    }

    // ---- for time ---------------------------------------------------------------------------------------------------

    instant next_deadline() const { return deadlines_.empty() ? never : entries_[deadlines_.first()].due; }

    /// ask(ip_address, where): all of its group, or the one station if `where` is known. give_up(octets): for each
    /// packet that was held for one who has not answered.
    void ask_due(instant now, auto&& ask, auto&& give_up) {
        while (next_deadline() <= now) {
            const list_index i = deadlines_.first();
            entry& e = entries_[i];
            if (e.questions == settings_.most_questions) {
                ++count_.unanswered;
                count_.dropped += e.held.size();
                for (const auto& packet : e.held) give_up(octets(packet));
                forget(i);
                continue;
            }
            if (e.is == state::delay) e.is = state::probe;
            ++e.questions;
            set_deadline(i, now + settings_.retransmit);
            ask(e.address, e.is == state::probe ? std::optional(e.hardware) : std::nullopt);
        }
    }

private:
    enum class state : std::uint8_t { incomplete, reachable, stale, delay, probe };
    struct entry {
        ip_address address;
        hardware_address hardware{};
        state is = state::incomplete;
        int questions = 0;  // since it was heard of, or since the delay was over
        instant reachable_until{};
        instant due = never;  // the next question, or the end
        list_link order{};
        heap_link deadline{};
        std::vector<std::vector<octet>> held{};
    };
    struct by_deadline {
        static heap_link& link(entry& e) { return e.deadline; }
        static instant key(const entry& e) { return e.due; }
    };
    struct hash {
        siphash_key key;
        std::size_t operator()(const ip_address& a) const { return siphash(key, a.octets); }
    };

    list_index find(const ip_address& neighbour) const {
        const auto found = index_.find(neighbour);
        return found == index_.end() ? no_index : found->second;
    }
    /// The unresolved go first, so that a scan of a prefix does not push out whom we speak to (RFC 6583 section 7.1).
    list_index add(const ip_address& neighbour, state is) {
        if (entries_.size() == settings_.most) {
            ++count_.forgotten;
            const list_index oldest = unresolved_.empty() ? known_.front() : unresolved_.front();
            count_.dropped += entries_[oldest].held.size();
            forget(oldest);
        }
        const list_index i = *entries_.take(entry{.address = neighbour, .is = is});
        list_of(i).push_back(entries_, i);
        index_.emplace(neighbour, i);
        return i;
    }
    void forget(list_index i) {
        set_deadline(i, never);
        list_of(i).remove(entries_, i);
        index_.erase(entries_[i].address);
        entries_.release(i);
    }
    /// Reachable or stale: asks no more.
    void become(list_index i, state is) {
        list_of(i).remove(entries_, i);
        entries_[i].is = is;
        list_of(i).push_back(entries_, i);
        entries_[i].questions = 0;
        set_deadline(i, never);
    }
    void release(list_index i, auto&& send) {
        for (const auto& packet : entries_[i].held) send(entries_[i].hardware, octets(packet));
        entries_[i].held.clear();
    }
    void set_deadline(list_index i, instant due) {
        if (entries_[i].due != never) deadlines_.remove(entries_, i);
        entries_[i].due = due;
        if (due != never) deadlines_.add(entries_, i);
    }
    auto list_of(list_index i) -> index_list<&entry::order>& {
        return entries_[i].is == state::incomplete ? unresolved_ : known_;
    }

    neighbour_settings settings_;
    seeded_random random_;
    std::unordered_map<ip_address, list_index, hash> index_;
    slot_table<entry> entries_;
    index_list<&entry::order> known_, unresolved_;  // in the order of use, and of asking
    index_heap<by_deadline> deadlines_;
    neighbour_counters count_;
};

}  // namespace sluice::io
