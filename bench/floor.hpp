// SPDX-License-Identifier: MIT
// The floor that bulk figures stand on: the least that a sender and a receiver can do for one flow without loss. Octets
// come from an application into a send buffer, go into packets with IPv4 and TCP headers, and from there into the other
// application's buffer: three copies, the latter two summing on their way, or fewer. Every second segment is
// acknowledged by a real packet. All headers are written, read and checked; there is no timer, no recovery, no
// reordering, no second state. What a TCP costs above this is what it does more.
#pragma once

#include <cstring>
#include <vector>

#include <sluice/wire/checksum.hpp>

#include "timing.hpp"

namespace bench {

using sluice::octet;

/// An endless stream of octets with a period, so that any stretch of it lies somewhere in one piece.
class stream {
public:
    static constexpr std::size_t period = 65536;
    explicit stream(std::vector<octet> octets = pattern(period)) : octets_(std::move(octets)) {
        octets_.insert(octets_.end(), octets_.begin(), octets_.end());
    }
    const octet* at(std::uint64_t offset) const { return octets_.data() + offset % period; }
    bool holds(std::uint64_t offset, const octet* octets, std::size_t length) const {
        return std::memcmp(at(offset), octets, length) == 0;
    }

private:
    std::vector<octet> octets_;
};

/// What is done to each octet.
enum class handling {
    checked,  // three copies, the latter two summing
    copied,   // the same without sums: the link vouches for the octets
    lent,     // one copy less: the sender's application lends its octets
    counted,  // no octets at all, only their number
};

template <std::uint32_t Mss = 1460, handling How = handling::checked, std::uint32_t Window = 65535>
class minimal_flow {
    static constexpr std::size_t headers = 40;
    static constexpr std::uint32_t slots = Window / Mss;
    static constexpr bool has_octets = How != handling::counted;
    static constexpr std::uint32_t acks = 0x10, push = 0x18;

    struct frame {
        std::size_t length = 0;
        std::array<octet, headers + (has_octets ? Mss : 0)> octets;
    };
    struct host {
        std::array<octet, headers> header{};  // of every packet that it sends, but for what changes
        std::uint64_t pseudo = 0;             // sum of the pseudo-header, but for the length
        std::uint32_t nxt = 0;                // SND.NXT
        std::uint32_t una = 0;
        std::uint32_t expected = 0;           // RCV.NXT
    };

public:
    minimal_flow() : buffer_(slots * std::size_t{Mss}), wire_(slots), back_(slots) {
        start(sender_, 1, 2);
        start(receiver_, 2, 1);
    }

    /// Moves so many segments and checks their octets; `every` octet, or just the first eight of each.
    void transfer(std::size_t segments, bool every = false) {
        const std::uint64_t end = moved_ + segments * std::uint64_t{Mss};
        while (moved_ < end) {
            // The application fills the send buffer, whose places are given back by acknowledgments.
            while (queued_ < end && queued_ - moved_ < slots * std::uint64_t{Mss}) {
                if constexpr (How == handling::checked || How == handling::copied)
                    std::memcpy(&buffer_[queued_ % buffer_.size()], source_.at(queued_), Mss);
                queued_ += Mss;
            }
            std::size_t sent = 0, acknowledged = 0;
            while (sender_.nxt != static_cast<std::uint32_t>(queued_) && sender_.nxt - sender_.una + Mss <= Window) {
                write(sender_, wire_[sent++], push, How == handling::lent ? source_.at(sent_) : &buffer_[send_at_],
                      Mss);
                sender_.nxt += Mss;
                sent_ += Mss;
                send_at_ = send_at_ + Mss == buffer_.size() ? 0 : send_at_ + Mss;
            }
            for (std::size_t i = 0; i < sent; ++i) {
                const frame& f = wire_[i];
                require(receive(receiver_, f, into_.data()) == Mss, "a segment of the minimal loop");
                if constexpr (has_octets)
                    require(source_.holds(taken_, into_.data(), every ? Mss : 8), "octets of the minimal loop");
                taken_ += Mss;
                receiver_.expected += Mss;
                if (i % 2 == 1 || i + 1 == sent) write(receiver_, back_[acknowledged++], acks, nullptr, 0);
            }
            for (std::size_t i = 0; i < acknowledged; ++i) {
                require(receive(sender_, back_[i], nullptr) == 0, "an acknowledgment of the minimal loop");
                const std::uint32_t ack = sluice::load_be32(&back_[i].octets[28]);
                moved_ += ack - sender_.una;
                sender_.una = ack;
            }
        }
    }

private:
    static void start(host& h, octet from, octet to) {
        auto* p = h.header.data();
        p[0] = 0x45;
        sluice::store_be16(p + 6, 0x4000);
        p[8] = 64;
        p[9] = 6;
        sluice::store_be32(p + 12, 0x0a000000u | from);
        sluice::store_be32(p + 16, 0x0a000000u | to);
        sluice::store_be16(p + 20, static_cast<std::uint16_t>(1000 + from));
        sluice::store_be16(p + 22, static_cast<std::uint16_t>(1000 + to));
        p[32] = 5 << 4;
        sluice::store_be16(p + 34, std::min(Window, 65535u));
        h.pseudo = sluice::partial_sum().add(sluice::octets(p + 12, 8)).add_word(6).folded();
    }

    static void write(const host& from, frame& f, std::uint32_t flags, const octet* text, std::size_t length) {
        octet* p = f.octets.data();
        std::memcpy(p, from.header.data(), headers);
        sluice::store_be16(p + 2, static_cast<std::uint16_t>(headers + length));
        sluice::store_be32(p + 24, from.nxt);
        sluice::store_be32(p + 28, from.expected);
        p[33] = static_cast<octet>(flags);
        sluice::store_be16(p + 10, sluice::partial_sum().add(sluice::octets(p, 20)).finish());
        f.length = headers + length;
        if constexpr (How == handling::checked) {
            sluice::partial_sum sum(from.pseudo + 20 + length);
            sum.add(sluice::octets(p + 20, 20));
            if (length > 0) sum.add(sluice::copy_and_sum({text, length}, {p + headers, length}));
            sluice::store_be16(p + 36, sum.finish());
        } else if (has_octets && length > 0) {
            std::memcpy(p + headers, text, length);
        }
    }

    /// Length of the text, which is copied to `into`.
    static std::size_t receive(const host& at, const frame& f, octet* into) {
        const octet* p = f.octets.data();
        if (p[0] != 0x45 || p[9] != 6 || sluice::load_be16(p + 2) != f.length) return ~std::size_t{0};
        if (sluice::partial_sum().add(sluice::octets(p, 20)).finish() != 0) return ~std::size_t{0};
        if (std::memcmp(p + 12, &at.header[16], 4) != 0 || std::memcmp(p + 20, &at.header[22], 2) != 0)
            return ~std::size_t{0};
        if (p[32] != 5 << 4 || sluice::load_be32(p + 24) != at.expected) return ~std::size_t{0};
        const std::size_t length = f.length - headers;
        if ((length > 0) != (into != nullptr)) return ~std::size_t{0};
        if constexpr (How == handling::checked) {
            sluice::partial_sum sum(at.pseudo + 20 + length);
            sum.add(sluice::octets(p + 20, 20));
            if (into) sum.add(sluice::copy_and_sum({p + headers, length}, {into, length}));
            if (sum.finish() != 0) return ~std::size_t{0};
        } else if (has_octets && into) {
            std::memcpy(into, p + headers, length);
        }
        return length;
    }

    stream source_;
    host sender_, receiver_;
    std::vector<octet> buffer_;
    std::vector<frame> wire_, back_;
    std::array<octet, has_octets ? Mss : 1> into_{};
    std::size_t send_at_ = 0;
    std::uint64_t queued_ = 0, sent_ = 0, taken_ = 0, moved_ = 0;
};

}  // namespace bench
