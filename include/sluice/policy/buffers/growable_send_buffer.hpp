// SPDX-License-Identifier: MIT
//
// A send buffer that takes memory when there is something to keep, a chunk at a time, and gives it back as the peer
// acknowledges: nothing that was written is ever moved. An application may also lend it octets of its own, which are
// sent from where they lie. How much it may hold follows the congestion window.
#pragma once

#include <cassert>

#include <sluice/base/block_pool.hpp>
#include <sluice/base/payload.hpp>
#include <sluice/base/pool_array.hpp>
#include <sluice/policy/reports.hpp>
#include <sluice/wire/packet.hpp>

namespace sluice {

/// Octets of the application's that are sent from where they lie. Neither they nor this move, or go, until `returned`
/// is true: the peer has acknowledged them all, or the connection is over. Who can't wait aborts, which returns them at
/// once.
struct lent_octets {
    octets data{};
    bool returned = false;
    bool is_out = false;  // TCP reads them still; not the application's

    ~lent_octets() { assert(!is_out && "lent octets must outlive their connection, or be returned"); }
};

class growable_send_buffer {
public:
    std::size_t capacity() const { return capacity_; }
    std::size_t size() const { return end_ - begin_; }
    std::size_t free() const { return capacity_ > size() ? capacity_ - size() : 0; }

    void start(const auto& policy) { capacity_ = static_cast<std::uint32_t>(policy.send); }
    /// Twice the congestion window keeps the network busy while the application sleeps.
    void adapt(const auto& pool, const auto& policy, std::uint32_t cwnd) {
        const std::size_t wanted = std::min<std::size_t>(std::size_t{2} * cwnd, policy.largest_send);
        if (wanted > capacity_ && !pool.is_scarce()) capacity_ = static_cast<std::uint32_t>(wanted);
    }

    /// Takes as much as there is room and memory for and says how much.
    std::size_t append(auto& pool, octets data) {
        std::size_t taken = 0;
        while (taken < data.size()) {
            const mutable_octets place = reserve(pool, data.size() - taken);
            if (place.empty()) break;
            copy(data.subspan(taken, place.size()), place);
            commit(pool, place.size());
            taken += place.size();
        }
        return taken;
    }

    /// No reserve() can have given more.
    std::size_t most_to_commit() const { return std::min<std::size_t>(free(), chunk_left()); }
    /// Where the next octets, up to `most`, may be written in one piece; they count when they are committed, which has
    /// to be before anything else happens here.
    mutable_octets reserve(auto& pool, std::size_t most) {
        most = std::min(most, free());
        if (most == 0 || (chunk_left() == 0 && !add_chunk(pool))) return {};
        piece& last = at(count_ - 1);
        return {last.mine + (end_ - last.begin), std::min<std::size_t>(most, chunk_left())};
    }
    void commit(auto& pool, std::size_t length) {
        if (length == 0) return cut(pool, size());  // nothing after all
        end_ += static_cast<std::uint32_t>(length);
        at(count_ - 1).end = end_;
    }

    /// More than can ever be in flight (RFC 7323 section 2.3): sequence numbers would not tell its ends apart.
    static constexpr std::size_t most_lent = largest_window;
    /// The capacity is a limit of memory, of which lent octets take none: they need no more than any room at all,
    /// whatever their number, and always find it when nothing is queued.
    bool has_room_for_lent(std::size_t length) const {
        if (size() == 0 || length <= free()) return true;
        return length >= least_worth_lending && free() > 0 && size() + length <= most_lent;
    }
    /// All of it, or nothing, and then `lent` is as it was; a few octets are not worth a piece of their own, are
    /// copied, and returned at once.
    bool append_lent(auto& pool, lent_octets& lent) {
        assert(!lent.is_out);
        if (!has_room_for_lent(lent.data.size())) return false;
        if (lent.data.size() < least_worth_lending && lent.data.size() <= free()) {
            const std::size_t before = size();
            if (append(pool, lent.data) != lent.data.size()) {
                cut(pool, before);
                return false;
            }
            return lent.returned = true;
        }
        if (!add(pool, {.theirs = lent.data.data(), .owner = &lent, .begin = end_, .end = end_})) return false;
        lent.returned = false;
        lent.is_out = true;
        commit(pool, lent.data.size());
        return true;
    }

    /// Some of it is the application's own, and not returned yet.
    bool has_lent() const {
        for (std::size_t i = 0; i < count_; ++i)
            if (at(i).owner) return true;
        return false;
    }

    /// How much of it one packet has spans for.
    std::size_t lendable(std::size_t offset, std::size_t length) const {
        if (length <= least_worth_lending) return length;  // never more than three pieces
        std::uint32_t place = begin_ + static_cast<std::uint32_t>(offset);
        const std::uint32_t end = place + static_cast<std::uint32_t>(length);
        std::size_t i = find(place);
        for (std::size_t spans = 0; place != end && spans < tx_packet::most_spans; ++i) {
            place += std::min(end - place, at(i).end - place);
            ++spans;
        }
        return length - (end - place);
    }

    /// Lends a packet the octets where they lie, from `offset` on; as many as it has spans for, and says how many.
    std::size_t lend(std::size_t offset, std::size_t length, tx_packet& to) const {
        std::uint32_t place = begin_ + static_cast<std::uint32_t>(offset);
        const std::uint32_t end = place + static_cast<std::uint32_t>(length);
        for (std::size_t i = find(place); place != end && to.spans < tx_packet::most_spans; ++i) {
            const piece& from = at(i);
            const std::size_t part = std::min(end - place, from.end - place);
            to.borrow({from.first() + (place - from.begin), part});
            place += static_cast<std::uint32_t>(part);
        }
        return length - (end - place);
    }

    void drop(auto& pool, std::size_t length) {
        begin_ += static_cast<std::uint32_t>(length);
        while (count_ > 0 && passed(at(0))) {
            give_back(pool, at(0));
            first_ = (first_ + 1) & mask();
            --count_;
            if (near_ > 0) --near_;
        }
        if (count_ == 0) forget(pool);
    }

    void clear(auto& pool) {
        for (std::size_t i = 0; i < count_; ++i) give_back(pool, at(i));
        forget(pool);
    }

private:
    static constexpr std::uint32_t chunk = block_pool<>::chunk;
    static constexpr std::size_t least_worth_lending = 4096;

    /// Octets [begin, end) of the stream, in a chunk of ours or where the application has them.
    struct piece {
        octet* mine = nullptr;
        const octet* theirs = nullptr;
        lent_octets* owner = nullptr;
        std::uint32_t begin = 0;
        std::uint32_t end = 0;
        const octet* first() const { return mine ? mine : theirs; }
    };

    std::uint32_t mask() const { return std::bit_floor(static_cast<std::uint32_t>(pieces_.size())) - 1; }
    piece& at(std::size_t i) { return pieces_[(first_ + i) & mask()]; }
    const piece& at(std::size_t i) const { return pieces_[(first_ + i) & mask()]; }
    /// All of it is acknowledged. A chunk goes back though it had room: an idle connection holds none.
    bool passed(const piece& p) const { return static_cast<std::int32_t>(p.end - begin_) <= 0; }

    std::uint32_t chunk_left() const {
        if (count_ == 0 || !at(count_ - 1).mine) return 0;
        return chunk - (at(count_ - 1).end - at(count_ - 1).begin);
    }
    bool add_chunk(auto& pool) {
        void* const memory = pool.is_short(chunk) ? nullptr : pool.take(chunk);
        if (!memory) return false;
        if (add(pool, {.mine = static_cast<octet*>(memory), .begin = end_, .end = end_})) return true;
        pool.give(memory, chunk);
        return false;
    }
    bool add(auto& pool, const piece& p) {
        if (pieces_.size() == 0 || count_ == mask() + 1) {
            const std::uint32_t before = pieces_.size() == 0 ? 0 : mask() + 1;
            if (pool.is_short() || !pieces_.grow(pool, before == 0 ? 8 : 2 * before)) return false;
            // What had wrapped around now goes on behind the old end.
            for (std::uint32_t i = 0; i < first_; ++i) pieces_[before + i] = pieces_[i];
        }
        pieces_[(first_ + count_) & mask()] = p;
        ++count_;
        return true;
    }

    /// The piece that holds the octet. Sending goes forward, so it mostly is the one of last time or the next.
    std::size_t find(std::uint32_t place) const {
        const auto holds = [&](std::size_t i) { return i < count_ && place - at(i).begin < at(i).end - at(i).begin; };
        for (int i = 0; i < 2; ++i)
            if (holds(near_ + static_cast<std::uint32_t>(i))) return near_ += static_cast<std::uint32_t>(i);
        std::uint32_t low = 0, high = count_;  // the last piece that begins at or before the place
        while (high - low > 1) {
            const std::uint32_t middle = low + (high - low) / 2;
            (static_cast<std::int32_t>(at(middle).begin - place) <= 0 ? low : high) = middle;
        }
        return near_ = low;
    }

    void give_back(auto& pool, piece& p) {
        if (p.mine) pool.give(p.mine, chunk);
        if (!p.owner) return;
        p.owner->is_out = false;
        p.owner->returned = true;
    }
    void forget(auto& pool) {
        pieces_.give_back(pool);
        first_ = count_ = near_ = 0;
        begin_ = end_;
    }
    /// What was appended last goes again, down to `length` octets; it is less than a chunk holds.
    void cut(auto& pool, std::size_t length) {
        end_ = begin_ + static_cast<std::uint32_t>(length);
        if (count_ == 0) return;
        at(count_ - 1).end = end_;
        if (at(count_ - 1).begin != end_) return;
        give_back(pool, at(count_ - 1));
        if (--count_ == 0) forget(pool);
    }

    std::uint32_t capacity_ = 0;
    std::uint32_t begin_ = 0;  // places in the stream, modulo 2^32: SND.UNA's octet, and behind the last one
    std::uint32_t end_ = 0;
    std::uint32_t first_ = 0;  // of the pieces, which go around
    std::uint32_t count_ = 0;
    mutable std::uint32_t near_ = 0;
    pool_array<piece> pieces_;
};

}  // namespace sluice
