// SPDX-License-Identifier: MIT
//
// What a captured link leaves in its file.
#include <doctest/doctest.h>

#include <cstdio>
#include <string>

#include <sluice/io/capture.hpp>
#include <sluice/wire/segment.hpp>

#include "memory_link.hpp"

using namespace sluice;

namespace {

std::vector<octet> read_file(const std::string& name) {
    std::vector<octet> out;
    std::FILE* const file = std::fopen(name.c_str(), "rb");
    REQUIRE(file != nullptr);
    for (int c; (c = std::fgetc(file)) != EOF;) out.push_back(static_cast<octet>(c));
    std::fclose(file);
    return out;
}

/// The packets of a pcapng file: its blocks of type 6 (section 4.3).
std::vector<std::vector<octet>> packets_in(const std::vector<octet>& file) {
    std::vector<std::vector<octet>> out;
    for (std::size_t at = 0; at + 12 <= file.size(); at += load_be32(file.data() + at + 4)) {
        if (load_be32(file.data() + at) != 6) continue;
        const std::size_t length = load_be32(file.data() + at + 20);
        out.emplace_back(file.begin() + static_cast<std::ptrdiff_t>(at + 28),
                         file.begin() + static_cast<std::ptrdiff_t>(at + 28 + length));
    }
    return out;
}

struct temporary {
    std::string name = "test_io_capture.pcapng";
    ~temporary() { std::remove(name.c_str()); }
};

}  // namespace

TEST_CASE("A capture has what passes, both ways, cut and with right checksums") {
    const temporary file;
    memory_link wire;
    {
        auto kept = io::capture_file::open(file.name);
        REQUIRE(kept);
        io::captured seen(wire, *kept, "memory");
        const auto text = text_of(4000);
        const tx_packet p = data_packet(text, 1460);
        CHECK(seen.transmit(std::span(&p, 1)) == 1);
        wire.coming.push_back(wire.sent[0]);
        std::array<rx_packet, 4> room;
        CHECK(seen.receive(room) == 1);
    }
    const auto packets = packets_in(read_file(file.name));
    CHECK(packets.size() == 4);
    for (const auto& each : packets) CHECK(parse_packet({.data = each, .length = each.size()}));
}

TEST_CASE("A capture ends at its limit of packets, and of each it keeps no more than asked") {
    const temporary file;
    memory_link wire;
    {
        auto kept = io::capture_file::open(file.name, {.packets = 2, .octets_of_each = 60});
        REQUIRE(kept);
        io::captured seen(wire, *kept, "memory");
        const auto text = text_of(4000);
        const tx_packet p = data_packet(text, 1460);
        CHECK(seen.transmit(std::span(&p, 1)) == 1);
        CHECK(wire.sent.size() == 3);
    }
    const auto packets = packets_in(read_file(file.name));
    REQUIRE(packets.size() == 2);
    CHECK(packets[0].size() == 60);
}

TEST_CASE("A file that can't be made is refused with its name") {
    const auto refused = io::capture_file::open("no/such/directory/x.pcapng");
    REQUIRE(!refused);
    CHECK(refused.why().text() == "no/such/directory/x.pcapng: No such file or directory");
}
