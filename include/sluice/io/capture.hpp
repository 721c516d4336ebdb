// SPDX-License-Identifier: MIT
//
// A link whose packets are written to a pcapng file as they pass, for Wireshark and tcpdump: as on a wire, cut and with
// their checksums finished, by this machine's wall clock. The file is complete at each moment but for its last
// kilobytes.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <string>

#include <time.h>

#include <sluice/io/failure.hpp>
#include <sluice/io/link_around.hpp>
#include <sluice/io/wire_form.hpp>
#include <sluice/trace/pcapng.hpp>

namespace sluice::io {

struct capture_limits {
    std::uint64_t packets = ~std::uint64_t{0};   // then nothing more is written
    std::size_t octets_of_each = 1 << 16;        // headers alone: 128
};

/// The file; for one link or several.
class capture_file {
public:
    static opened<capture_file> open(const std::string& path, const capture_limits& limits = {}) {
        std::FILE* const file = std::fopen(path.c_str(), "wb");
        if (file == nullptr) return failed(path);
        return capture_file(file, limits);
    }
    capture_file(capture_file&&) = default;
    capture_file& operator=(capture_file&&) = default;
    ~capture_file() {
        if (file_) flush();
    }

    std::uint32_t add_interface(std::string_view name) { return text_.add_interface(name); }
    void add(std::uint32_t interface, octets packet, trace::pcapng::direction heading) {
        if (packets_ == limits_.packets) return;
        ++packets_;
        text_.add_packet(interface, wall_clock(), packet.first(std::min(packet.size(), limits_.octets_of_each)),
                         packet.size(), {}, heading);
        if (text_.bytes().size() > buffered) flush();
    }
    /// False when the disk did not take it all.
    bool flush() {
        const octets some = text_.bytes();
        is_whole_ = std::fwrite(some.data(), 1, some.size(), file_.get()) == some.size() && is_whole_;
        text_.forget_bytes();
        return std::fflush(file_.get()) == 0 && is_whole_;
    }

private:
    static constexpr std::size_t buffered = 1 << 16;

    capture_file(std::FILE* file, const capture_limits& limits) : file_(file), limits_(limits) {}

    static instant wall_clock() {
        timespec t{};
        ::clock_gettime(CLOCK_REALTIME, &t);
        return instant(duration(std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec));
    }

    struct closer {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    std::unique_ptr<std::FILE, closer> file_;
    capture_limits limits_;
    trace::pcapng text_;
    std::uint64_t packets_ = 0;
    bool is_whole_ = true;
};

/// Link and file outlive it.
template <packet_link Link>
class captured : public link_around<Link> {
public:
    captured(Link& link, capture_file& file, std::string_view name)
        : link_around<Link>(link), file_(file), interface_(file.add_interface(name)) {}

    const auto& count() const
        requires requires(const Link& l) { l.count(); }
    {
        return link_.count();
    }
    std::size_t receive(std::span<rx_packet> room) {
        const std::size_t count = link_.receive(room);
        for (const rx_packet& each : room.first(count)) keep(each, trace::pcapng::direction::inbound);
        return count;
    }
    std::size_t transmit(std::span<const tx_packet> packets) {
        const std::size_t count = link_.transmit(packets);
        for (const tx_packet& each : packets.first(count)) keep(each, trace::pcapng::direction::outbound);
        return count;
    }

private:
    using link_around<Link>::link_;

    void keep(const auto& packet, trace::pcapng::direction heading) {
        form_.of(packet, [&](octets whole) { file_.add(interface_, whole, heading); });
    }

    capture_file& file_;
    std::uint32_t interface_;
    wire_form form_;
};

}  // namespace sluice::io
