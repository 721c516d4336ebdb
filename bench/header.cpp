// SPDX-License-Identifier: MIT
// What does it cost to write and to read the headers of a segment, against the same by hand for IPv4 with no options,
// from a header that is already there but for what changes? No payload is touched: it counts as verified.
#include "timing.hpp"

#include <cstring>

#include <sluice/wire/segment.hpp>

namespace {

using namespace sluice;

struct fields {
    std::uint32_t sequence, acknowledgment;
    std::uint16_t window;
};

/// What a minimal sender does: patch a prepared header, sum the IP header, leave the pseudo-header's sum in TCP's.
std::size_t write_by_hand(const std::array<octet, 40>& prepared, std::uint16_t pseudo, const fields& f, octet* out) {
    std::memcpy(out, prepared.data(), 40);
    store_be16(out + 2, 40);
    store_be32(out + 24, f.sequence);
    store_be32(out + 28, f.acknowledgment);
    store_be16(out + 34, f.window);
    store_be16(out + 10, partial_sum().add(octets(out, 20)).finish());
    store_be16(out + 36, partial_sum(pseudo).add_word(20).folded());
    return 40;
}

bool read_by_hand(const octet* p, std::size_t length, fields& f) {
    if (length < 40 || p[0] != 0x45 || load_be16(p + 2) > length || p[9] != 6 || (p[6] & 0xbf) != 0 || p[7] != 0)
        return false;
    if (partial_sum().add(octets(p, 20)).finish() != 0 || p[32] >> 4 != 5) return false;
    f = {load_be32(p + 24), load_be32(p + 28), load_be16(p + 34)};
    return true;
}

void print(const char* what, const bench::result& r) { std::printf("%-28s %6.1f ns  %5.2f x\n", what, r.ns, r.ratio); }

}  // namespace

int main() {
    const auto meta = [](bool v6) {
        ip_meta out{.source = ip_address::v4(10, 0, 0, 1), .destination = ip_address::v4(10, 0, 0, 2)};
        if (v6) {
            out.source = ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 1});
            out.destination = ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 2});
        }
        return out;
    };
    const auto header = [](std::size_t i) {
        return tcp_header{.source_port = 1001,
                          .destination_port = 1002,
                          .sequence = seq(static_cast<std::uint32_t>(i)),
                          .acknowledgment = seq(static_cast<std::uint32_t>(i * 7)),
                          .flags = flag::ack,
                          .window = static_cast<std::uint16_t>(i * 3)};
    };
    const auto builds = [&](bool v6, bool with_mss) {
        return [meta = meta(v6), with_mss, header](std::size_t units) {
            tx_packet p;
            std::array<octet, 4> mss{};
            tcp_options{.mss = 1460}.write(mss);
            for (; units > 0; --units) {
                p.meta = meta;
                write_headers(p, header(units), octets(mss).first(with_mss ? 4 : 0));
                bench::keep(p);
            }
        };
    };
    tx_packet v4, v4_mss, v6;
    v4.meta = v4_mss.meta = meta(false);
    v6.meta = meta(true);
    std::array<octet, 4> mss{};
    tcp_options{.mss = 1460}.write(mss);
    write_headers(v4, header(9), {});
    write_headers(v4_mss, header(9), mss);
    write_headers(v6, header(9), {});

    std::array<octet, 40> prepared, by_hand;
    std::memcpy(prepared.data(), v4.headers.data(), 40);
    store_be16(prepared.data() + 10, 0);
    const std::uint16_t pseudo = pseudo_header_sum(v4.meta, 0).folded();
    write_by_hand(prepared, pseudo, {9, 63, 27}, by_hand.data());
    bench::require(std::memcmp(by_hand.data(), v4.headers.data(), 40) == 0, "both build the same");

    std::puts("build");
    const auto built = bench::race(
        [&](std::size_t units) {
            for (; units > 0; --units) {
                const auto i = static_cast<std::uint32_t>(units);
                write_by_hand(prepared, pseudo, {i, i * 7, static_cast<std::uint16_t>(i * 3)}, by_hand.data());
                bench::keep(by_hand);
            }
        },
        builds(false, false), builds(false, true), builds(true, false));
    print("by hand, IPv4", built[0]);
    print("IPv4", built[1]);
    print("IPv4 with MSS option", built[2]);
    print("IPv6", built[3]);

    const auto reads = [](const tx_packet& p) {
        return [&p](std::size_t units) {
            const rx_packet packet{.data = octets(p.headers).first(p.header_length),
                                   .length = p.header_length,
                                   .checksum = checksum_state::verified};
            for (; units > 0; --units) {
                bench::keep(p);
                const auto parsed = parse_packet(packet);
                bench::require(parsed && parsed->segment.sequence == seq(9), "what was read");
                bench::keep(*parsed);
            }
        };
    };
    std::puts("read");
    const auto read = bench::race(
        [&](std::size_t units) {
            for (; units > 0; --units) {
                bench::keep(by_hand);
                fields f{};
                const bool holds = read_by_hand(v4.headers.data(), 40, f);
                bench::require(holds && f.sequence == 9, "what was read by hand");
                bench::keep(f);
            }
        },
        reads(v4), reads(v4_mss), reads(v6));
    print("by hand, IPv4", read[0]);
    print("IPv4", read[1]);
    print("IPv4 with MSS option", read[2]);
    print("IPv6", read[3]);
}
