// SPDX-License-Identifier: MIT
//
// Packets as a pcapng capture (draft-ietf-opsawg-pcapng), for Wireshark and tcpdump: one section, interfaces of
// bare IP packets, times in nanoseconds of the virtual clock. The section says that its integers are big-endian.
// Knows no connection and reads no clock: the same calls give the same octets.
#pragma once

#include <cassert>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/base/bytes.hpp>
#include <sluice/base/time.hpp>
#include <sluice/trace/file.hpp>

namespace sluice::trace {

class pcapng {
public:
    /// As the interface sees it; the values of epb_flags bits 0 and 1 (section 4.3.1).
    enum class direction : std::uint8_t { unknown = 0, inbound = 1, outbound = 2 };

    /// Section Header Block (section 4.1).
    pcapng() {
        const auto block = begin_block(0x0A0D0D0A);
        put32(0x1A2B3C4D);  // byte-order magic
        put16(1);           // version 1.0
        put16(0);
        put32(~0u);  // the section's length is not given
        put32(~0u);
        end_block(block);
    }

    /// Interface Description Block (section 4.2). Answers the number by which packets name it. libpcap, and so tcpdump,
    /// reads one interface of bare IP packets only (1.10.3: it compares our link type with its own number for it);
    /// Wireshark reads any number.
    std::uint32_t add_interface(std::string_view name) {
        const auto block = begin_block(1);
        put16(link_type_raw);
        put16(0);
        put32(0);  // no snapshot limit
        put_option(if_name, name);
        put16(if_tsresol);
        put16(1);
        bytes_.push_back(9);  // units of 10^-9 seconds
        pad();
        put32(opt_endofopt);
        end_block(block);
        return interfaces_++;
    }

    /// Enhanced Packet Block (section 4.3). `captured` begins with the IP header; `original_length` counts what was
    /// left out, too. A time before the epoch is written as the epoch.
    void add_packet(std::uint32_t interface, instant at, octets captured, std::size_t original_length,
                    std::string_view comment = {}, direction heading = direction::unknown) {
        assert(interface < interfaces_ && original_length >= captured.size());
        const auto block = begin_block(6);
        put32(interface);
        const duration since_epoch = std::max(at.time_since_epoch(), duration::zero());
        put64(static_cast<std::uint64_t>(since_epoch.count()));
        put32(static_cast<std::uint32_t>(captured.size()));
        put32(static_cast<std::uint32_t>(original_length));
        bytes_.insert(bytes_.end(), captured.begin(), captured.end());
        pad();
        if (!comment.empty()) put_option(opt_comment, comment);
        if (heading != direction::unknown) {
            put16(epb_flags);
            put16(4);
            put32(static_cast<std::uint32_t>(heading));
        }
        if (!comment.empty() || heading != direction::unknown) put32(opt_endofopt);
        end_block(block);
    }

    octets bytes() const { return bytes_; }
    /// What has been written elsewhere; the capture goes on behind it.
    void forget_bytes() { bytes_.clear(); }
    bool save(const std::string& path) const { return save_file(path, bytes()); }

private:
    static constexpr std::uint16_t link_type_raw = 101;  // LINKTYPE_RAW: IPv4 or IPv6, told by the first octet
    static constexpr std::uint16_t opt_endofopt = 0, opt_comment = 1, if_name = 2, epb_flags = 2, if_tsresol = 9;
    static constexpr std::size_t longest_option = 0xffff;

    std::vector<octet> bytes_;
    std::uint32_t interfaces_ = 0;

    octet* grow(std::size_t by) {
        bytes_.resize(bytes_.size() + by);
        return bytes_.data() + bytes_.size() - by;
    }
    void put16(std::uint16_t value) { store_be16(grow(2), value); }
    void put32(std::uint32_t value) { store_be32(grow(4), value); }
    void put64(std::uint64_t value) { store_be64(grow(8), value); }
    void pad() { bytes_.resize((bytes_.size() + 3) / 4 * 4); }

    /// A comment that is too long is cut between two characters.
    void put_option(std::uint16_t code, std::string_view text) {
        std::size_t length = std::min(text.size(), longest_option);
        while (length < text.size() && length > 0 && (text[length] & 0xC0) == 0x80) --length;
        put16(code);
        put16(static_cast<std::uint16_t>(length));
        bytes_.insert(bytes_.end(), text.begin(), text.begin() + static_cast<std::ptrdiff_t>(length));
        pad();
    }

    // A block's length stands at its head and again at its end (section 3.1), so that it can be read backwards.
    std::size_t begin_block(std::uint32_t type) {
        const std::size_t begin = bytes_.size();
        put32(type);
        put32(0);
        return begin;
    }
    void end_block(std::size_t begin) {
        const auto length = static_cast<std::uint32_t>(bytes_.size() - begin + 4);
        store_be32(bytes_.data() + begin + 4, length);
        put32(length);
    }
};

}  // namespace sluice::trace
