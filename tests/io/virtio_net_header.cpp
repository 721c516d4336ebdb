// SPDX-License-Identifier: MIT
//
// What is said to the kernel of a packet, by the numbers of virtio's specification.
#include <doctest/doctest.h>

#include <sluice/io/virtio_net_header.hpp>

#include "memory_link.hpp"

using namespace sluice;
using io::virtio_net_header;

TEST_CASE("A segment asks for its checksum: where its sum begins, and where it is stored") {
    const auto text = text_of(100);
    const auto h = virtio_net_header::before(data_packet(text));
    CHECK(h.flags == 1);          // VIRTIO_NET_HDR_F_NEEDS_CSUM
    CHECK(h.gso_type == 0);       // VIRTIO_NET_HDR_GSO_NONE
    CHECK(h.checksum_start == 20);
    CHECK(h.checksum_offset == 16);
    CHECK(virtio_net_header::read(h.octets_of()).checksum_start == 20);
}

TEST_CASE("A super-segment says into which segments it is cut, and that CWR stays on the first") {
    const auto text = text_of(4000);
    tx_packet packet = data_packet(text, 1460);
    auto h = virtio_net_header::before(packet);
    CHECK(h.gso_type == 1);  // TCPV4
    CHECK(h.gso_size == 1460);
    CHECK(h.header_length == 40);
    tcp_header cwr = packet.header();
    cwr.flags = cwr.flags | flag::cwr;
    write_headers(packet, cwr, {});
    CHECK(virtio_net_header::before(packet).gso_type == (1 | 0x80));  // VIRTIO_NET_HDR_GSO_ECN

    const auto six = data_packet(text, 1440, ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 2}),
                                 ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 1}));
    h = virtio_net_header::before(six);
    CHECK(h.gso_type == 4);  // TCPV6
    CHECK(h.checksum_start == 40);
}

TEST_CASE("What stands before a packet that came says what its checksum is worth") {
    CHECK(virtio_net_header{.flags = 1}.checksum() == checksum_state::partial);
    CHECK(virtio_net_header{.flags = 2}.checksum() == checksum_state::verified);
    CHECK(virtio_net_header{}.checksum() == checksum_state::unknown);
    CHECK(virtio_net_header{.gso_type = 1, .gso_size = 1448}.segment_size() == 1448);
    CHECK(virtio_net_header{.gso_size = 1448}.segment_size() == 0);
}

TEST_CASE("A finished packet asks for nothing") {
    const auto text = text_of(40);
    CHECK(virtio_net_header::before(io::finished_packet(text)).flags == 0);
}
