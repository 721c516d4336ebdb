// SPDX-License-Identifier: MIT
//
// What carries Ethernet frames: a packet_link (host/packet_link.hpp), but that each packet has an Ethernet header
// before it, and that somebody has to know whose hardware address belongs there (io/ethernet.hpp).
#pragma once

#include <sluice/host/packet_link.hpp>
#include <sluice/wire/ethernet.hpp>

namespace sluice::io {

/// The packet is borrowed for as long as the call that it is handed to.
struct tx_frame {
    ethernet_header header;
    const tx_packet* packet = nullptr;
};

/// | call              | what it does, beside what packet_link.hpp says                                               |
/// |-------------------|----------------------------------------------------------------------------------------------|
/// | hardware()        | its own address                                                                              |
/// | join(group)       | frames to this group are wanted, too                                                         |
/// | capabilities()    | of the packets inside                                                                        |
/// | receive(batch)    | frames, with their headers                                                                   |
template <class Link>
concept frame_link = requires(Link& link, std::span<rx_packet> in, std::span<const tx_frame> out, instant deadline,
                              hardware_address group) {
    { link.now() } -> std::same_as<instant>;
    { link.capabilities() } -> std::same_as<link_capabilities>;
    { link.hardware() } -> std::same_as<hardware_address>;
    link.join(group);
    { link.receive(in) } -> std::same_as<std::size_t>;
    { link.transmit(out) } -> std::same_as<std::size_t>;
    link.wait(deadline);
};

}  // namespace sluice::io
