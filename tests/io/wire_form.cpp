// SPDX-License-Identifier: MIT
//
// Packets cut and summed as on a wire.
#include <doctest/doctest.h>

#include <sluice/io/wire_form.hpp>
#include <sluice/wire/segment.hpp>

#include "memory_link.hpp"

using namespace sluice;

namespace {

/// Of the wire: whole, and with right checksums (parse_packet verifies them).
std::vector<octet> joined_text(const std::vector<std::vector<octet>>& packets, std::size_t longest) {
    std::vector<octet> out;
    for (const auto& each : packets) {
        const auto parsed = parse_packet({.data = each, .length = each.size()});
        REQUIRE(parsed);
        CHECK(parsed->segment.sequence == seq(1000) + static_cast<std::uint32_t>(out.size()));
        CHECK(parsed->segment.text.size() <= longest);
        out.insert(out.end(), parsed->segment.text.begin(), parsed->segment.text.end());
    }
    return out;
}

std::vector<std::vector<octet>> forms_of(const auto& packet) {
    std::vector<std::vector<octet>> out;
    io::wire_form form;
    form.of(packet, [&](octets p) { out.emplace_back(p.begin(), p.end()); });
    return out;
}

}  // namespace

TEST_CASE("A super-segment that leaves is on the wire as segments with checksums of their own") {
    const auto text = text_of(10'000);
    const auto packets = forms_of(data_packet(text, 1460));
    CHECK(packets.size() == 7);  // 10,000 / 1,460
    CHECK(joined_text(packets, 1460) == text);
}

TEST_CASE("What the kernel coalesced, or left to be summed, stands on the wire as its sender would have had it") {
    const auto text = text_of(5'000);
    // As a TUN device hands it over: one packet, its checksum field holds the pseudo-header's sum.
    tx_packet sent = data_packet(text, 1448);
    std::vector<octet> whole(sent.headers.begin(), sent.headers.begin() + sent.header_length);
    whole.insert(whole.end(), text.begin(), text.end());
    const rx_packet coalesced{.data = whole, .length = whole.size(), .segment_size = 1448,
                              .checksum = checksum_state::partial};
    const auto packets = forms_of(coalesced);
    CHECK(packets.size() == 4);
    CHECK(joined_text(packets, 1448) == text);
    // The control: as it lies it has no right checksum.
    CHECK(!parse_packet({.data = whole, .length = whole.size()}));
}

TEST_CASE("A packet that came whole is left as it is, be it TCP or not") {
    const std::vector<octet> echo_request{0x45, 0, 0, 28, 0, 0, 0, 0, 64, 1, 0, 0, 198, 18, 0, 1, 198, 18, 0, 2, 8, 0,
                                          0xf7, 0xff, 0, 0, 0, 0};
    const auto packets = forms_of(rx_packet{.data = echo_request, .length = echo_request.size()});
    REQUIRE(packets.size() == 1);
    CHECK(packets[0] == echo_request);
}

TEST_CASE("A finished packet leaves octet by octet as it is") {
    std::vector<octet> wrong = forms_of(data_packet(text_of(700)))[0];
    wrong[wrong.size() - 1] ^= 1;  // its checksum would be mended, were it summed again
    const auto packets = forms_of(io::finished_packet(wrong));
    REQUIRE(packets.size() == 1);
    CHECK(packets[0] == wrong);
    // Its place is used again, for a packet that is not.
    const auto text = text_of(700);
    tx_packet again = io::finished_packet(wrong);
    again.begin({.source = here, .destination = there});
    again.borrow(text);
    write_headers(again, {.source_port = 1, .destination_port = 2}, {});
    const auto whole = forms_of(again);
    REQUIRE(whole.size() == 1);
    CHECK(parse_packet({.data = whole[0], .length = whole[0].size()}));
}
