// SPDX-License-Identifier: MIT
//
// What a link around another one leaves as it is: all but what it has calls of its own for. What the inner one does not
// have (packet_link.hpp's optional calls) the outer one has not either.
#pragma once

#include <sluice/host/packet_link.hpp>

namespace sluice::io {

/// The inner link, of packets or of frames, outlives it.
template <class Link>
class link_around {
public:
    instant now() const { return link_.now(); }
    link_capabilities capabilities() const { return link_.capabilities(); }
    std::size_t receive(std::span<rx_packet> room) { return link_.receive(room); }
    std::size_t transmit(std::span<const tx_packet> packets) { return link_.transmit(packets); }
    void wait(instant deadline) { link_.wait(deadline); }
    instant next_deadline() const
        requires requires(const Link& l) { l.next_deadline(); }
    {
        return link_.next_deadline();
    }
    auto native_handle() const
        requires requires(const Link& l) { l.native_handle(); }
    {
        return link_.native_handle();
    }
    bool is_gone() const
        requires requires(const Link& l) { l.is_gone(); }
    {
        return link_.is_gone();
    }

protected:
    explicit link_around(Link& link) : link_(link) {}
    ~link_around() = default;

    Link& link_;
};

}  // namespace sluice::io
