// SPDX-License-Identifier: MIT
//
// IP over Ethernet: makes a packet_link of a frame_link. It answers for its own addresses and finds out where others
// are (ARP, RFC 826 with RFC 1122 section 2.3.2; neighbour discovery, RFC 4861), and knows the way to what is not on
// the link. Addresses and gateways are told, not found out: no router advertisements or redirects are read, no
// duplicate addresses looked for (RFC 4862 section 5.4, RFC 5227), and no switch that snoops is told of groups (RFC
// 3810).
#pragma once

#include <algorithm>
#include <array>
#include <deque>
#include <span>
#include <vector>

#include <sluice/io/frame_link.hpp>
#include <sluice/io/link_around.hpp>
#include <sluice/io/neighbours.hpp>
#include <sluice/io/routes.hpp>
#include <sluice/io/wire_form.hpp>
#include <sluice/wire/arp.hpp>
#include <sluice/wire/icmp.hpp>
#include <sluice/wire/neighbour_discovery.hpp>

namespace sluice::io {

struct ethernet_options {
    std::vector<address_prefix> own{};   // addresses to answer for; who shares the prefix is on the link
    std::vector<ip_address> gateways{};  // to all the rest of their family
    std::vector<route> routes{};         // to anything else
    neighbour_settings neighbours{};
    sluice::seed seed{};  // of the times at which neighbours are asked again
};

struct ethernet_counters {
    std::uint64_t without_route = 0;  // packets that leave
    std::uint64_t malformed = 0;      // frames, and what they say about addresses
    std::uint64_t conflicts = 0;      // somebody else has said that an address of ours is theirs
    std::uint64_t answers = 0;        // to those who asked for us
    std::uint64_t lost = 0;           // questions and answers that a full link had no room for
};

/// The link outlives it.
template <frame_link Link>
class ethernet : public link_around<Link> {
public:
    ethernet(Link& link, const ethernet_options& wanted)
        : link_around<Link>(link)
        , own_(wanted.own)
        , neighbours_(wanted.neighbours, wanted.seed) {
        for (const address_prefix& each : wanted.own) {
            routes_.add({each});
            if (!each.address.is_v4()) link_.join(hardware_address::of_group(solicited_node(each.address)));
        }
        for (const ip_address& each : wanted.gateways) routes_.add({{each, 0}, each});
        for (const route& each : wanted.routes) routes_.add(each);
    }

    const ethernet_counters& count() const { return count_; }
    const neighbour_counters& neighbour_count() const { return neighbours_.count(); }

    // ---- packet_link ------------------------------------------------------------------------------------------------

    std::size_t receive(std::span<rx_packet> room) {
        const instant now = link_.now();
        std::size_t filled = 0, count = room.size();
        while (filled == 0 && count == room.size() && count != 0) {
            count = link_.receive(room);
            for (std::size_t i = 0; i < count; ++i)
                if (const auto packet = unwrapped(room[i], now)) room[filled++] = *packet;
        }
        ask_due(now);
        return filled + returned(room.subspan(filled));
    }

    std::size_t transmit(std::span<const tx_packet> packets) {
        const instant now = link_.now();
        std::array<tx_frame, batch> frames;
        std::size_t done = 0;
        while (done < packets.size()) {
            std::size_t count = 0;  // of those in a row whose way is known
            for (; count < batch && done + count < packets.size(); ++count) {
                const auto header = way_of(packets[done + count], now);
                if (!header) break;
                frames[count] = {*header, &packets[done + count]};
            }
            const std::size_t sent = count == 0 ? 0 : link_.transmit(std::span(frames).first(count));
            done += sent;
            if (sent < count) break;
            if (count < batch && done < packets.size()) keep(packets[done++], now);
        }
        ask_due(now);
        return done;
    }

    void wait(instant deadline) {
        if (returned_.empty()) link_.wait(std::min(deadline, neighbours_.next_deadline()));
    }
    instant next_deadline() const
        requires requires(const Link& l) { l.next_deadline(); }
    {
        return returned_.empty() ? std::min(neighbours_.next_deadline(), link_.next_deadline()) : long_ago;
    }

private:
    using link_around<Link>::link_;

    static constexpr std::size_t batch = 32;
    static constexpr std::size_t most_waiting = 256;  // frames of our own, for a link that is full

    // ---- what comes -------------------------------------------------------------------------------------------------

    /// The packet inside, if it is one for the host.
    std::optional<rx_packet> unwrapped(const rx_packet& frame, instant now) {
        if (frame.data.size() < ethernet_header::length) {
            ++count_.malformed;
            return {};
        }
        const auto header = ethernet_header::read(frame.data);
        const bool is_ours = header.destination == link_.hardware();
        if (!is_ours && !header.destination.is_group()) return {};  // a link that hears everything
        rx_packet packet = frame;
        packet.data = frame.data.subspan(ethernet_header::length);
        packet.length -= ethernet_header::length;
        if (header.type == ethernet_header::arp) {
            on_arp(packet.data, is_ours, now);
            return {};
        }
        if (header.type == ethernet_header::ipv6 && neighbour_message::is_one(packet.data)) {
            on_neighbour_message(packet, header.source, now);
            return {};
        }
        if (header.type != ethernet_header::ipv4 && header.type != ethernet_header::ipv6) return {};
        // To all on the link, but for one host: RFC 1122 section 3.3.6 wants that dropped in silence.
        if (!is_ours && destination_of(packet.data).is_host()) return {};
        return packet;
    }

    void on_arp(octets packet, bool is_to_us, instant now) {
        const auto said = arp::read(packet);
        if (!said) return void(++count_.malformed);
        if (is_own(said->sender)) return void(++count_.conflicts);
        const bool is_for_us = is_own(said->target);
        const bool is_answer = said->what == arp::operation::reply && is_for_us && is_to_us;
        if (said->what == arp::operation::request && is_for_us && is_on_link(said->sender))
            neighbours_.has_asked(said->sender, said->sender_hardware, resend());
        else
            neighbours_.has_advertised(said->sender, said->sender_hardware, is_answer, true, now, resend());
        if (said->what != arp::operation::request || !is_for_us) return;
        ++count_.answers;
        say_arp({arp::operation::reply, link_.hardware(), said->target, said->sender_hardware, said->sender},
                said->sender_hardware);
    }

    void on_neighbour_message(const rx_packet& packet, const hardware_address& from, instant now) {
        const auto said = neighbour_message::read(packet);
        if (!said) return void(++count_.malformed);
        if (said->what == neighbour_message::kind::advertisement) {
            if (is_own(said->target)) return void(++count_.conflicts);
            neighbours_.has_advertised(said->target, said->hardware, said->is_solicited, said->overrides, now,
                                       resend());
            return;
        }
        if (!is_own(said->target)) return;
        if (is_own(said->source)) return void(++count_.conflicts);
        if (said->hardware && is_on_link(said->source)) neighbours_.has_asked(said->source, *said->hardware, resend());
        const bool is_nobodys = said->source.is_unspecified();
        ++count_.answers;
        say({.what = neighbour_message::kind::advertisement,
             .source = said->target,
             .destination = is_nobodys ? all_nodes : said->source,
             .target = said->target,
             .is_solicited = !is_nobodys,
             .overrides = true,
             .hardware = link_.hardware()},
            is_nobodys ? hardware_address::of_group(all_nodes) : said->hardware.value_or(from));
    }

    /// To the host, what a router would have told it: its neighbour does not answer (RFC 4861 section 7.2.2).
    void give_back(octets unsent) {
        tx_packet told;
        const ip_address self = source_of(unsent);
        const bool is_v4 = self.is_v4();
        told.begin({.source = self, .destination = self});
        told.borrow(unsent.first(std::min<std::size_t>(unsent.size(), 512)));  // "as much as possible" is more; enough
        if (is_v4)
            icmp::finish(told, icmp::v4::unreachable, 1, 0);
        else
            icmp::finish(told, icmp::v6::unreachable, 3, 0);
        std::vector<octet> whole(told.length());
        write(told, whole);
        returned_.push_back(std::move(whole));
    }
    std::size_t returned(std::span<rx_packet> room) {
        lent_.clear();
        for (; lent_.size() < room.size() && !returned_.empty(); returned_.pop_front())
            lent_.push_back(std::move(returned_.front()));
        for (std::size_t i = 0; i < lent_.size(); ++i) room[i] = {.data = lent_[i], .length = lent_[i].size()};
        return lent_.size();
    }

    // ---- what leaves ------------------------------------------------------------------------------------------------

    /// By its header, which packets have whose sender was somebody else (finished_packet), too.
    std::optional<ip_address> next_hop(const tx_packet& packet) const {
        return routes_.next_hop(destination_of(octets(packet.headers).first(packet.header_length)));
    }
    std::optional<ethernet_header> way_of(const tx_packet& packet, instant now) {
        const auto hop = next_hop(packet);
        const auto to = hop ? neighbours_.look_up(*hop, now) : std::nullopt;
        if (!to) return {};
        return ethernet_header{*to, link_.hardware(), type_of(*hop)};
    }
    void keep(const tx_packet& packet, instant now) {
        const auto hop = next_hop(packet);
        if (!hop || own_for(*hop) == nullptr) return void(++count_.without_route);
        form_.of(packet, [&](octets p) { neighbours_.hold(*hop, p, now); });
    }

    void ask_due(instant now) {
        neighbours_.ask_due(
            now, [&](const ip_address& whom, const std::optional<hardware_address>& at) { ask(whom, at); },
            [&](octets packet) { give_back(packet); });
        while (!waiting_.empty()) {
            const tx_packet packet = finished_packet(waiting_.front().packet);
            const tx_frame frame{waiting_.front().header, &packet};
            if (link_.transmit(std::span(&frame, 1)) == 0) return;
            waiting_.pop_front();
        }
    }
    void ask(const ip_address& whom, const std::optional<hardware_address>& at) {
        const address_prefix* const own = own_for(whom);
        if (own == nullptr) return;
        if (whom.is_v4()) {
            const auto to = at.value_or(hardware_address::broadcast());
            say_arp({arp::operation::request, link_.hardware(), own->address, {}, whom}, to);
            return;
        }
        const ip_address group = solicited_node(whom);
        say({.what = neighbour_message::kind::solicitation,
             .source = own->address,
             .destination = at ? whom : group,
             .target = whom,
             .hardware = link_.hardware()},
            at.value_or(hardware_address::of_group(group)));
    }

    void say_arp(const arp& what, const hardware_address& to) {
        std::array<octet, arp::length> packet;
        what.write(packet);
        send_soon({to, link_.hardware(), ethernet_header::arp}, packet);
    }
    void say(const neighbour_message& what, const hardware_address& to) {
        std::array<octet, neighbour_message::longest> packet;
        send_soon({to, link_.hardware(), ethernet_header::ipv6}, octets(packet).first(what.write(packet)));
    }
    /// For packets that were held.
    auto resend() {
        return [&](const hardware_address& to, octets packet) {
            send_soon({to, link_.hardware(), type_of(destination_of(packet))}, packet);
        };
    }
    void send_soon(const ethernet_header& header, octets packet) {
        if (waiting_.size() == most_waiting) return void(++count_.lost);
        waiting_.push_back({header, {packet.begin(), packet.end()}});
    }

    // ---- addresses --------------------------------------------------------------------------------------------------

    static std::uint16_t type_of(const ip_address& a) {
        return a.is_v4() ? ethernet_header::ipv4 : ethernet_header::ipv6;
    }
    bool is_own(const ip_address& a) const {
        return std::any_of(own_.begin(), own_.end(), [&](const address_prefix& each) { return each.address == a; });
    }
    bool is_on_link(const ip_address& a) const { return routes_.next_hop(a) == a; }
    /// From which to speak to this one: the one in its prefix, or else any of its family.
    const address_prefix* own_for(const ip_address& a) const {
        const address_prefix* any = nullptr;
        for (const address_prefix& each : own_) {
            if (each.has(a)) return &each;
            if (each.address.is_v4() == a.is_v4()) any = &each;
        }
        return any;
    }

    struct own_frame {
        ethernet_header header;
        std::vector<octet> packet;
    };

    std::vector<address_prefix> own_;
    routes routes_;
    neighbours neighbours_;
    std::deque<own_frame> waiting_;
    std::deque<std::vector<octet>> returned_;
    std::vector<std::vector<octet>> lent_;  // to the host, until its next receive
    wire_form form_;
    ethernet_counters count_;
};

}  // namespace sluice::io
