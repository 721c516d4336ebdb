// SPDX-License-Identifier: MIT
// Captures, read back by a reader that follows draft-ietf-opsawg-pcapng and knows nothing of the writer.
#include <doctest/doctest.h>

#include <cstdio>
#include <string>
#include <vector>

#include <sluice/trace/pcapng.hpp>

using namespace sluice;
using trace::pcapng;

namespace {

struct option {
    unsigned code;
    std::string value;
    friend bool operator==(const option&, const option&) = default;
};

struct block {
    std::uint32_t type;
    std::string body;
};

std::uint32_t be(const std::string& from, std::size_t at, std::size_t length) {
    REQUIRE(at + length <= from.size());
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < length; ++i) value = value * 256 + static_cast<unsigned char>(from[at + i]);
    return value;
}

std::vector<block> blocks(const pcapng& capture) {
    const std::string all(capture.bytes().begin(), capture.bytes().end());
    std::vector<block> found;
    for (std::size_t at = 0; at < all.size();) {
        const std::uint32_t length = be(all, at + 4, 4);
        REQUIRE(length >= 12);
        REQUIRE(length % 4 == 0);
        REQUIRE(at + length <= all.size());
        REQUIRE(be(all, at + length - 4, 4) == length);  // the same at its end
        found.push_back({be(all, at, 4), all.substr(at + 8, length - 12)});
        at += length;
    }
    return found;
}

std::size_t padded(std::size_t length) { return length + (4 - length % 4) % 4; }

/// From `at` to the end of a body; the padding must be zeros and opt_endofopt must be the last.
std::vector<option> options(const std::string& body, std::size_t at) {
    std::vector<option> found;
    if (at == body.size()) return found;
    for (;;) {
        const unsigned code = be(body, at, 2), length = be(body, at + 2, 2);
        at += 4;
        if (code == 0) {
            CHECK(length == 0);
            CHECK(at == body.size());
            return found;
        }
        REQUIRE(at + padded(length) <= body.size());
        found.push_back({code, body.substr(at, length)});
        for (std::size_t i = at + length; i < at + padded(length); ++i) CHECK(body[i] == '\0');
        at += padded(length);
    }
}

struct packet {
    std::uint32_t interface;
    std::uint64_t time;
    std::uint32_t original_length;
    std::string data;
    std::vector<option> opts;
};

packet enhanced_packet(const block& from) {
    REQUIRE(from.type == 6);
    const std::uint32_t captured = be(from.body, 12, 4);
    REQUIRE(20 + padded(captured) <= from.body.size());
    for (std::size_t i = 20 + captured; i < 20 + padded(captured); ++i) CHECK(from.body[i] == '\0');
    return {be(from.body, 0, 4), std::uint64_t{be(from.body, 4, 4)} << 32 | be(from.body, 8, 4), be(from.body, 16, 4),
        from.body.substr(20, captured), options(from.body, 20 + padded(captured))};
}

const std::vector<octet> some{0x45, 0, 0, 7, 1, 2, 3};

}  // namespace

TEST_CASE("a capture begins with a section header: byte-order magic, version 1.0, length not given (section 4.1)") {
    const auto all = blocks(pcapng());
    REQUIRE(all.size() == 1);
    CHECK(all[0].type == 0x0A0D0D0A);
    CHECK(be(all[0].body, 0, 4) == 0x1A2B3C4D);
    CHECK(be(all[0].body, 4, 2) == 1);
    CHECK(be(all[0].body, 6, 2) == 0);
    CHECK(all[0].body.substr(8) == std::string(8, '\xff'));
}

TEST_CASE("an interface is of LINKTYPE_RAW, has a name and counts nanoseconds (section 4.2)") {
    pcapng capture;
    CHECK(capture.add_interface("client") == 0);
    CHECK(capture.add_interface("srv0") == 1);
    const auto all = blocks(capture);
    REQUIRE(all.size() == 3);
    const std::string_view names[] = {"client", "srv0"};
    for (std::size_t i = 0; i < 2; ++i) {
        const block& each = all[i + 1];
        CHECK(each.type == 1);
        CHECK(be(each.body, 0, 2) == 101);
        CHECK(be(each.body, 2, 2) == 0);
        CHECK(be(each.body, 4, 4) == 0);
        CHECK(options(each.body, 8) == std::vector<option>{{2, std::string(names[i])}, {9, "\x09"}});
    }
}

TEST_CASE("a packet's octets, lengths, interface and time come back (section 4.3)") {
    pcapng capture;
    capture.add_interface("a");
    capture.add_interface("b");
    // 2^32 + 5 ns: the upper half of the time stands first
    capture.add_packet(1, instant(duration(4'294'967'301)), some, 1500);
    const auto all = blocks(capture);
    REQUIRE(all.size() == 4);
    CHECK(be(all[3].body, 4, 4) == 1);
    CHECK(be(all[3].body, 8, 4) == 5);
    const packet got = enhanced_packet(all[3]);
    CHECK(got.interface == 1);
    CHECK(got.time == 4'294'967'301);
    CHECK(got.original_length == 1500);
    CHECK(got.data == std::string(some.begin(), some.end()));
    CHECK(got.opts.empty());
    CHECK(all[3].body.size() == 20 + 8);  // without options there is no end of options either
}

TEST_CASE("packets of every length modulo four are padded with zeros") {
    pcapng capture;
    capture.add_interface("a");
    for (std::size_t length = 0; length <= some.size(); ++length)
        capture.add_packet(0, instant(1s), octets(some).first(length), length, "x");
    const auto all = blocks(capture);
    REQUIRE(all.size() == 2 + some.size() + 1);
    for (std::size_t length = 0; length <= some.size(); ++length) {
        const packet got = enhanced_packet(all[2 + length]);
        CHECK(got.data.size() == length);
        CHECK(got.opts == std::vector<option>{{1, "x"}});
    }
}

TEST_CASE("comment and direction are options 1 and 2 of a packet (sections 3.5, 4.3.1)") {
    pcapng capture;
    capture.add_interface("a");
    capture.add_packet(0, instant(0s), some, 7, "lost", pcapng::direction::outbound);
    capture.add_packet(0, instant(0s), some, 7, {}, pcapng::direction::inbound);
    const auto all = blocks(capture);
    CHECK(enhanced_packet(all[2]).opts == std::vector<option>{{1, "lost"}, {2, std::string("\0\0\0\2", 4)}});
    CHECK(enhanced_packet(all[3]).opts == std::vector<option>{{2, std::string("\0\0\0\1", 4)}});
}

TEST_CASE("a comment longer than an option can be is cut between two characters") {
    pcapng capture;
    capture.add_interface("a");
    std::string long_text;
    while (long_text.size() < 70'000) long_text += "µ";  // two octets each: 65535 would cut one in half
    capture.add_packet(0, instant(0s), some, 7, long_text);
    const auto opts = enhanced_packet(blocks(capture)[2]).opts;
    REQUIRE(opts.size() == 1);
    CHECK(opts[0].value == long_text.substr(0, 65'534));
}

TEST_CASE("a time before the epoch of the virtual clock is written as the epoch") {
    pcapng capture;
    capture.add_interface("a");
    capture.add_packet(0, instant(-1ns), some, 7);
    CHECK(enhanced_packet(blocks(capture)[2]).time == 0);
}

TEST_CASE("a saved capture is the same octets, and a path that can't be written is reported") {
    pcapng capture;
    capture.add_interface("a");
    capture.add_packet(0, instant(1s), some, 7);
    const std::string path = "sluice_test_capture.pcapng";
    REQUIRE(capture.save(path));
    std::FILE* file = std::fopen(path.c_str(), "rb");
    REQUIRE(file);
    std::vector<octet> read(capture.bytes().size() + 1);
    read.resize(std::fread(read.data(), 1, read.size(), file));
    std::fclose(file);
    std::remove(path.c_str());
    CHECK(read == std::vector<octet>(capture.bytes().begin(), capture.bytes().end()));
    CHECK_FALSE(capture.save("no/such/directory/capture.pcapng"));
}
