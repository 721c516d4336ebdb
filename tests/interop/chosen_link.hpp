// SPDX-License-Identifier: MIT
// A TUN device, watched and harmed as the arguments have it: the capture is of what the device sees, and the misfortune
// stands between it and the host. One type for all of it, so that each composition is compiled once.
#pragma once

#include <sluice/io/capture.hpp>
#include <sluice/io/fault_injector.hpp>
#include <sluice/io/tun.hpp>

#include <memory>
#include <string>

#include "options.hpp"

namespace interop {

using namespace sluice;

struct link_options {
    io::tun_options device{};
    std::string pcap;
    io::capture_limits kept{};
    io::faults harm{};
    bool is_harmed = false;

    explicit link_options(options& o) : pcap(o.text("--pcap")) {
        device.name = o.text("--tun", "sluice0");
        device.super_segments = !o.flag("--plain");
        device.mtu = static_cast<std::uint16_t>(o.number("--mtu", 1500));
        kept.packets = 50'000;
        sim::link_settings way;
        const auto share = [&](const char* name) { return static_cast<double>(o.number(name)) / 1000; };
        way.loss = share("--loss");  // per mille, each
        way.duplication = share("--duplicate");
        way.corruption = share("--corrupt");
        way.reordering = share("--reorder");
        way.reordering_delay = std::chrono::milliseconds(o.number("--late", 2));
        way.delay = std::chrono::milliseconds(o.number("--delay"));
        way.rate = o.number("--rate");
        if (way.rate > 0) way.queue_packets = 100;
        harm = {.out = way, .in = way, .seed = 1};
        for (const char* each : {"--loss", "--duplicate", "--corrupt", "--reorder", "--delay", "--rate"})
            is_harmed = is_harmed || o.number(each) > 0;
    }
};

class chosen_link {
    struct seen_device {
        io::tun device;
        std::optional<io::capture_file> file{};
        std::optional<io::captured<io::tun>> seen{};

        instant now() const { return device.now(); }
        link_capabilities capabilities() const { return device.capabilities(); }
        std::size_t receive(std::span<rx_packet> room) { return seen ? seen->receive(room) : device.receive(room); }
        std::size_t transmit(std::span<const tx_packet> packets) {
            return seen ? seen->transmit(packets) : device.transmit(packets);
        }
        void wait(instant deadline) { device.wait(deadline); }
    };

public:
    static io::opened<std::unique_ptr<chosen_link>> open(const link_options& wanted, io::reactor& at) {
        auto device = io::tun::open(wanted.device, at);
        if (!device) return device.why();
        std::unique_ptr<chosen_link> out(new chosen_link{{*std::move(device)}});
        if (!wanted.pcap.empty()) {
            auto file = io::capture_file::open(wanted.pcap, wanted.kept);
            if (!file) return file.why();
            out->below_.file.emplace(*std::move(file));
            out->below_.seen.emplace(out->below_.device, *out->below_.file, wanted.device.name);
        }
        if (wanted.is_harmed) out->harm_.emplace(out->below_, wanted.harm);
        return out;
    }

    instant now() const { return below_.now(); }
    link_capabilities capabilities() const { return harm_ ? harm_->capabilities() : below_.capabilities(); }
    std::size_t receive(std::span<rx_packet> room) { return harm_ ? harm_->receive(room) : below_.receive(room); }
    std::size_t transmit(std::span<const tx_packet> packets) {
        return harm_ ? harm_->transmit(packets) : below_.transmit(packets);
    }
    void wait(instant deadline) { harm_ ? harm_->wait(deadline) : below_.wait(deadline); }

    /// What the faults have done, for who wants to see that they did.
    std::string told() const {
        if (!harm_) return "";
        const auto& t = harm_->count();
        return " dropped=" + std::to_string(t.dropped) + " corrupted=" + std::to_string(t.corrupted) +
               " duplicated=" + std::to_string(t.duplicated) + " passed=" + std::to_string(t.passed);
    }

private:
    explicit chosen_link(seen_device below) : below_(std::move(below)) {}

    seen_device below_;
    std::optional<io::fault_injector<seen_device>> harm_;
};
static_assert(packet_link<chosen_link>);

}  // namespace interop
