// SPDX-License-Identifier: MIT
// Everybody else on a stack's network, as libFuzzer plays them: packets made up of addresses that are in use, answers
// to what the stack has sent, by the rules and against them; that and what came before once more, as it was or altered;
// ICMP errors which quote it, and datagrams that hold no TCP. Text is always what its sequence number says.
#pragma once

#include <array>
#include <deque>

#include "fuzz/script.hpp"
#include "support/icmp.hpp"
#include "support/wire.hpp"

namespace fuzz {

constexpr std::array ours{ip_address::v4(198, 18, 0, 1), ip_address::v4(198, 18, 0, 9),
                          ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 1})};
constexpr std::array theirs{ip_address::v4(198, 18, 0, 2), ip_address::v4(198, 19, 0, 3),
                            ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 2}),
                            ip_address::v6({0xfd00, 0, 0, 1, 0, 0, 0, 3})};
constexpr std::array<std::uint16_t, 4> listening_ports{80, 81, 443, 40001};

class forger {
public:
    static constexpr std::uint8_t anew = 0, by_the_rules = 9;  // of what next() can be asked for

    explicit forger(script& s) : script_(s) {}

    /// One that the stack has sent.
    void hear(octets packet) { keep(sent_, {packet.begin(), packet.end()}); }

    /// The next one that arrives.
    std::vector<octet> next(std::uint8_t what, instant now) {
        std::vector<octet> out = make(what, now);
        keep(came_, out);
        return out;
    }

    ip_address our_address() { return ours[script_.next() % ours.size()]; }
    ip_address their_address() { return theirs[script_.next() % theirs.size()]; }

private:
    using packets = std::deque<std::vector<octet>>;
    static void keep(packets& in, std::vector<octet> packet) {
        in.push_back(std::move(packet));
        if (in.size() > 32) in.pop_front();
    }
    /// Mostly one of the last.
    const std::vector<octet>* pick(const packets& from) {
        if (from.empty()) return nullptr;
        return &from[from.size() - 1 - script_.next() % from.size()];
    }

    // clang-format off
    std::vector<octet> make(std::uint8_t what, instant now) {
        switch (what % 16) {
            case anew: case 1: return fresh(now);
            case 2: return again(came_);
            case 3: return again(sent_);  // back to who has sent it
            case 4: case 5: return icmp_error();
            case 6: return datagram();
            case 7: return altered(again(script_.next() & 1 ? came_ : sent_));
            case 8: return fragment(again(came_));
            case by_the_rules: return obey(now);
            case 10: return reopen();
            default: return answer(now);
        }
    }
    // clang-format on

    // ---- TCP --------------------------------------------------------------------------------------------------------

    std::vector<octet> fresh(instant now) {
        ip_meta ip{.source = their_address()};
        for (ip.destination = our_address(); ip.source.is_v4() != ip.destination.is_v4();)
            ip.destination = ip.source.is_v4() ? ours[0] : ours[2];
        const std::uint8_t ports = script_.next();
        tcp_header tcp{.source_port = static_cast<std::uint16_t>(2000 + ports % 8),
                       .destination_port = listening_ports[ports / 8 % listening_ports.size()]};
        tcp.flags = flags(ports & 128 ? script_.next() : 3);
        tcp.sequence = seq(0xffffff00 + ports) + script_.offset();
        return finish(ip, tcp, {}, now);
    }

    /// By the rules, but for what the script changes: the number that is expected, and all acknowledged.
    std::vector<octet> answer(instant now) {
        const auto* const to = pick(sent_);
        const auto parsed = to ? parse_packet({.data = *to}) : std::nullopt;
        if (!parsed) return fresh(now);
        const segment& s = parsed->segment;
        const ip_meta ip{.source = parsed->ip.destination, .destination = parsed->ip.source};
        tcp_header tcp{.source_port = s.destination_port, .destination_port = s.source_port};
        const std::uint8_t choice = script_.next();
        const seq expected = s.has(flag::ack) ? s.acknowledgment : seq(5000);
        tcp.sequence = expected - (choice & 1) + script_.offset();
        tcp.acknowledgment = (choice & 2 ? s.sequence : s.end()) + script_.offset();
        tcp.flags = s.has(flag::syn) && !s.has(flag::ack) && !(choice & 4) ? flag::syn | flag::ack : flags(choice / 8);
        return finish(ip, tcp, s.options, now);
    }

    /// As a peer does that wants what we want: what was sent last is acknowledged, a SYN answered, a FIN returned.
    std::vector<octet> obey(instant now) {
        const auto parsed = sent_.empty() ? std::nullopt : parse_packet({.data = sent_.back()});
        if (!parsed) return fresh(now);
        const segment& s = parsed->segment;
        tcp_options o;
        if (s.options.timestamps) o.timestamps = timestamps_option{stamp(now), s.options.timestamps->value};
        const bool opens = s.has(flag::syn) && !s.has(flag::ack);
        o.sack_permitted = opens;
        const seq next = s.has(flag::ack) ? s.acknowledgment : seq(5000);
        return lab::make_segment({parsed->ip.destination, s.destination_port}, {parsed->ip.source, s.source_port},
                                 {.sequence = next,
                                  .acknowledgment = s.end(),
                                  .flags = flag::ack | (opens              ? flag::syn
                                                        : s.has(flag::fin) ? flag::fin
                                                                           : flag::none),
                                  .window = 65535},
                                 o);
    }

    /// A new incarnation, perhaps, of what the last one was about.
    std::vector<octet> reopen() {
        const auto parsed = sent_.empty() ? std::nullopt : parse_packet({.data = sent_.back()});
        if (!parsed) return {};
        const segment& s = parsed->segment;
        return lab::make_segment({parsed->ip.destination, s.destination_port}, {parsed->ip.source, s.source_port},
                                 {.sequence = s.acknowledgment + script_.offset(), .flags = flag::syn}, {});
    }

    static std::uint32_t stamp(instant now) { return static_cast<std::uint32_t>(now.time_since_epoch() / 1ms); }

    tcp_flags flags(std::uint8_t which) {
        constexpr std::uint16_t usual[] = {0x10, 0x10, 0x18, 0x02, 0x12, 0x11, 0x04, 0x14, 0x19, 0x30, 0xc2, 0x1c2};
        return tcp_flags(which % 16 < std::size(usual) ? usual[which % 16] : script_.next_16());
    }

    /// Window, text, options, marks.
    std::vector<octet> finish(ip_meta ip, tcp_header tcp, const tcp_options& heard, instant now) {
        const std::uint8_t how = script_.next();
        constexpr std::uint16_t windows[] = {65535, 0, 1000, 65535};
        tcp.window = windows[how & 3];
        std::size_t length = 0;
        if (how & 4) length = how & 8 ? script_.next_16() % 2000 : script_.next();
        if (tcp.flags.has(flag::urg)) tcp.urgent_pointer = script_.next();
        if (how & 16) ip.ecn = static_cast<ecn_codepoint>(how >> 6);
        tcp_options o;
        if (how & 32) {
            const std::uint32_t echo = heard.timestamps ? heard.timestamps->value : 0;
            o.timestamps = timestamps_option{stamp(now) + script_.offset(), echo + script_.offset()};
        }
        if (tcp.flags.has(flag::syn)) {
            const std::uint8_t offers = script_.next();
            if (offers & 1) o.mss = offers & 8 ? script_.next_16() : std::uint16_t{1460};
            if (offers & 2) o.window_scale = static_cast<std::uint8_t>(offers >> 4);
            o.sack_permitted = offers & 4;
        } else if (how == 255) {
            const seq begin = tcp.acknowledgment + script_.next_16();
            o.sack.push_back({begin, begin + (1 + script_.next_16())});
        }
        std::vector<octet> options(o.length());
        o.write(options);
        return lab::make_segment(ip, tcp, options,
                                 text_from(tcp.sequence + (tcp.flags.has(flag::syn) ? 1 : 0), length));
    }

    // ---- once more --------------------------------------------------------------------------------------------------

    std::vector<octet> again(const packets& from) {
        const auto* const one = pick(from);
        return one ? *one : std::vector<octet>();
    }
    /// One octet is another: the checksum says so, or nothing that it covers.
    std::vector<octet> altered(std::vector<octet> packet) {
        if (packet.empty()) return packet;
        packet[script_.next_16() % packet.size()] ^= static_cast<octet>(script_.next() | 1);
        if (script_.next() % 8 == 0) packet.resize(script_.next_16() % (packet.size() + 1));
        return packet;
    }
    std::vector<octet> fragment(std::vector<octet> packet) {
        if (packet.size() < ipv4::header_length || packet[0] >> 4 != 4) {
            octet part[16]{protocol_tcp, 0, 0, 1};
            return test::datagram({.source = theirs[2], .destination = ours[2]}, 44, part);
        }
        store_be16(packet.data() + 6, script_.next_16());
        store_be16(packet.data() + 10, 0);
        const auto header = octets(packet).first(ipv4::header_length);
        store_be16(packet.data() + 10, static_cast<std::uint16_t>(~test::textbook_sum(header)));
        return packet;
    }

    // ---- no TCP -----------------------------------------------------------------------------------------------------

    /// About something that the stack has sent, or nearly; from whom it went to, or a router.
    std::vector<octet> icmp_error() {
        std::vector<octet> quoted = again(sent_);
        if (quoted.empty()) return {};
        const ip_address from = destination_of(quoted), to = source_of(quoted);
        const bool is_v4 = from.is_v4();
        const std::size_t header = is_v4 ? ipv4::header_length : ipv6::header_length;
        const std::uint8_t choice = script_.next();
        if (choice & 64 && quoted.size() >= header + 8)
            store_be32(quoted.data() + header + 4, load_be32(quoted.data() + header + 4) + script_.offset());
        if (choice & 128) quoted.resize(script_.next() % (quoted.size() + 1));
        constexpr octet v4_types[] = {3, 3, 3, 4, 5, 11, 12, 0}, v6_types[] = {1, 1, 2, 2, 3, 4, 5, 127};
        const octet type = is_v4 ? v4_types[choice & 7] : v6_types[choice & 7];
        const octet code = choice & 16 ? 4 : script_.next() % 18;
        constexpr std::uint32_t mtus[] = {0, 68, 296, 576, 1280, 1400, 1500, 70'000};
        const ip_meta ip{.source = choice & 32 ? from : is_v4 ? theirs[1] : theirs[3], .destination = to};
        return test::icmp_packet(ip, type, code, mtus[script_.next() % 8], quoted);
    }

    /// Echo requests, UDP, and what nobody knows.
    std::vector<octet> datagram() {
        const std::uint8_t choice = script_.next();
        const bool is_v4 = choice & 1;
        const ip_meta ip{.source = is_v4 ? theirs[choice >> 1 & 1] : theirs[2 + (choice >> 1 & 1)],
                         .destination = is_v4 ? ours[choice >> 2 & 1] : ours[2]};
        const std::vector<octet> body(choice & 8 ? script_.next_16() % 1500 : script_.next());
        if (choice & 16) return test::icmp_packet(ip, is_v4 ? 8 : 128, 0, choice, body);
        std::vector<octet> payload(8 + body.size());
        store_be16(payload.data() + 4, static_cast<std::uint16_t>(payload.size() + script_.offset()));
        return test::datagram(ip, choice & 32 ? octet{17} : script_.next(), payload);
    }

    script& script_;
    packets sent_{}, came_{};
};

}  // namespace fuzz
