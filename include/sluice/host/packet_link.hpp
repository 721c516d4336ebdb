// SPDX-License-Identifier: MIT
//
// What carries a host's packets over a real network: anything with these five calls. It knows nothing of TCP, and its
// clock is the host's: monotone, and read once a round.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include <sluice/base/time.hpp>
#include <sluice/wire/packet.hpp>

namespace sluice {

struct link_capabilities {
    std::uint16_t mtu = 1500;
    std::uint32_t largest_super_segment = 0;  // octets of payload that it takes at once, and cuts; 0: one segment
    bool virtual_payload = false;             // octets that are only counted can pass
};

/// | call              | what it does                                                                                 |
/// |-------------------|----------------------------------------------------------------------------------------------|
/// | now()             | the time                                                                                     |
/// | capabilities()    | what it can do; never changes                                                                |
/// | receive(batch)    | fills in packets that have come, and says how many; they stay until the next receive         |
/// | transmit(batch)   | sends packets, the first ones first, and says how many it had room for                       |
/// | wait(deadline)    | returns when something has come, or there is room again after transmit found too little, or  |
/// |                   | the deadline has come (`never`: none), or before that                                        |
/// | next_deadline()   | optional but for loops that wait elsewhere (adapters/asio): when it has to be asked though   |
/// |                   | no packet comes; long_ago while it has not given all that has come. That something comes, or |
/// |                   | there is room, such a loop hears from the reactor of the link, or from its owner             |
/// | is_gone()         | if there: nothing will come or go any more, and the loop ends with link_gone                 |
template <class Link>
concept packet_link = requires(Link& link, std::span<rx_packet> in, std::span<const tx_packet> out, instant deadline) {
    { link.now() } -> std::same_as<instant>;
    { link.capabilities() } -> std::same_as<link_capabilities>;
    { link.receive(in) } -> std::same_as<std::size_t>;
    { link.transmit(out) } -> std::same_as<std::size_t>;
    link.wait(deadline);
};

}  // namespace sluice
