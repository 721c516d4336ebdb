// SPDX-License-Identifier: MIT
// The floor that figures of requests and responses stand on: the least that two hosts with many connections between
// them can do. One octet each way, in packets with IPv4 and TCP headers and checksums, all of it written, read and
// checked; whose packet it is, a hash table by the four-tuple says; a connection is its addresses and two sequence
// numbers. There is no timer, no buffer, no state, and no handshake: the connections are there from the beginning.
#pragma once

#include <bit>
#include <cstring>
#include <vector>

#include <sluice/wire/checksum.hpp>

#include "timing.hpp"

namespace bench {

using sluice::octet;

template <bool Checksums = true>
class minimal_requests {
    static constexpr std::size_t headers = 40, packet_length = headers + 1;
    using packet = std::array<octet, packet_length>;

    struct connection {
        std::array<octet, 12> sockets{};  // as they stand in the headers of what comes
        std::uint32_t nxt = 0;            // SND.NXT
        std::uint32_t expected = 0;       // RCV.NXT
    };

    /// Open addressing, at most half full.
    class host {
    public:
        explicit host(std::size_t count) : places_(std::bit_ceil(2 * count), nobody), connections_(count) {}

        void add(std::uint32_t index, const std::array<octet, 12>& sockets) {
            connections_[index].sockets = sockets;
            std::size_t i = home(sockets.data());
            while (places_[i] != nobody) i = (i + 1) & (places_.size() - 1);
            places_[i] = index;
        }
        connection& operator[](std::uint32_t index) { return connections_[index]; }

        connection* find(const octet* sockets) {
            for (std::size_t i = home(sockets); places_[i] != nobody; i = (i + 1) & (places_.size() - 1)) {
                connection& c = connections_[places_[i]];
                if (std::memcmp(c.sockets.data(), sockets, 12) == 0) return &c;
            }
            return nullptr;
        }

    private:
        static constexpr std::uint32_t nobody = ~std::uint32_t{0};

        std::size_t home(const octet* sockets) const {
            const std::uint64_t first = sluice::load_be64(sockets), last = sluice::load_be32(sockets + 8);
            const std::uint64_t mixed = (first * 0x9e3779b97f4a7c15 ^ last) * 0xff51afd7ed558ccd;
            return static_cast<std::size_t>(mixed >> 32) & (places_.size() - 1);
        }

        std::vector<std::uint32_t> places_;
        std::vector<connection> connections_;
    };

public:
    explicit minimal_requests(std::size_t count)
        : count_(static_cast<std::uint32_t>(count))
        , client_(count)
        , server_(count) {
        for (std::uint32_t i = 0; i < count_; ++i) {
            const auto port = static_cast<std::uint16_t>(1024 + i / 64);
            const octet address = static_cast<octet>(i % 64);
            client_.add(
                i, {10, 0, 1, 1, 10, 0, 0, address, 0, 80, static_cast<octet>(port >> 8), static_cast<octet>(port)});
            server_.add(
                i, {10, 0, 0, address, 10, 0, 1, 1, static_cast<octet>(port >> 8), static_cast<octet>(port), 0, 80});
        }
    }

    /// So many round trips, of one connection after the other; both octets of each are checked.
    void exchange(std::size_t round_trips) {
        for (; round_trips > 0; --round_trips) {
            const auto question = static_cast<octet>(asked_++);
            write(client_[turn_], wire_, question);
            connection* const at_server = server_.find(&wire_[12]);
            require(at_server && read(*at_server, wire_) == question, "a request of the minimal loop");
            write(*at_server, wire_, static_cast<octet>(question + 1));
            connection* const at_client = client_.find(&wire_[12]);
            require(at_client == &client_[turn_], "whose response of the minimal loop");
            require(read(*at_client, wire_) == static_cast<octet>(question + 1), "a response of the minimal loop");
            turn_ = turn_ + 1 == count_ ? 0 : turn_ + 1;
        }
    }

private:
    static sluice::partial_sum pseudo_sum(const octet* addresses) {
        return sluice::partial_sum().add(sluice::octets(addresses, 8)).add_word(6).add_word(21);
    }

    static void write(connection& from, packet& p, octet text) {
        p = {0x45, 0, 0, packet_length, 0, 0, 0x40, 0, 64, 6};
        std::memcpy(&p[12], &from.sockets[4], 4);
        std::memcpy(&p[16], &from.sockets[0], 4);
        std::memcpy(&p[20], &from.sockets[10], 2);
        std::memcpy(&p[22], &from.sockets[8], 2);
        sluice::store_be32(&p[24], from.nxt);
        sluice::store_be32(&p[28], from.expected);
        p[32] = 5 << 4;
        p[33] = 0x18;
        sluice::store_be16(&p[34], 65535);
        p[headers] = text;
        sluice::store_be16(&p[10], sluice::partial_sum().add(sluice::octets(p).first(20)).finish());
        if (Checksums) sluice::store_be16(&p[36], pseudo_sum(&p[12]).add(sluice::octets(p).subspan(20)).finish());
        ++from.nxt;
    }

    /// The octet, or −1 for what is not what was expected.
    static int read(connection& at, const packet& p) {
        if (p[0] != 0x45 || p[9] != 6 || sluice::load_be16(&p[2]) != packet_length || p[32] != 5 << 4) return -1;
        if (sluice::partial_sum().add(sluice::octets(p).first(20)).finish() != 0) return -1;
        if (Checksums && pseudo_sum(&p[12]).add(sluice::octets(p).subspan(20)).finish() != 0) return -1;
        if (sluice::load_be32(&p[24]) != at.expected || sluice::load_be32(&p[28]) != at.nxt) return -1;
        ++at.expected;
        return p[headers];
    }

    std::uint32_t count_, turn_ = 0;
    host client_, server_;
    packet wire_{};
    std::uint32_t asked_ = 0;
};

}  // namespace bench
