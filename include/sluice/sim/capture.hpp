// SPDX-License-Identifier: MIT
//
// A tap that writes pcapng, from where one host stands, as tcpdump would there: what it sends when it enters the link,
// and what reaches it. From where both stand, each packet that arrives is in the capture twice, on two interfaces.
#pragma once

#include <sluice/sim/tap.hpp>
#include <sluice/trace/pcapng.hpp>

namespace sluice::sim {

enum class seen_from : std::uint8_t { host_0, host_1, both };

class capture {
public:
    /// Of each packet so many octets at most: its headers, where the rest tells nothing.
    explicit capture(seen_from where = seen_from::host_0, std::size_t longest = ~std::size_t{0}) : longest_(longest) {
        for (const int host : {0, 1})
            if (where == seen_from::both || where == (host == 0 ? seen_from::host_0 : seen_from::host_1))
                interface_[host] = static_cast<int>(file_.add_interface(host == 0 ? "host 0" : "host 1"));
    }

    void on_packet(const packet_report& r) {
        if (r.what == packet_event::sent) write(r, r.from, trace::pcapng::direction::outbound);
        if (r.what == packet_event::delivered) write(r, 1 - r.from, trace::pcapng::direction::inbound);
    }

    const trace::pcapng& file() const { return file_; }

private:
    void write(const packet_report& r, int host, trace::pcapng::direction heading) {
        if (interface_[host] < 0) return;
        const packet& p = r.packet;
        const char* comment = p.is_corrupted ? "corrupted on the way" : p.is_copy ? "duplicated on the way" : "";
        const octets kept = octets(p.data).first(std::min(p.data.size(), longest_));
        file_.add_packet(static_cast<std::uint32_t>(interface_[host]), r.now, kept, p.data.size(), comment, heading);
    }

    trace::pcapng file_;
    std::size_t longest_;
    int interface_[2] = {-1, -1};
};

}  // namespace sluice::sim
