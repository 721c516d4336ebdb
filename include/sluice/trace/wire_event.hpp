// SPDX-License-Identifier: MIT
//
// One segment's way over the wire, seen from outside: what a tap between two hosts knows, and its description in one
// line as tcpdump writes it, with sequence numbers relative to the initial ones.
// Knows no connection: whether a segment is a retransmission is the tap's to say.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>

#include <sluice/base/time.hpp>
#include <sluice/trace/text.hpp>
#include <sluice/wire/tcp_header.hpp>
#include <sluice/wire/tcp_options.hpp>

namespace sluice::trace {

struct wire_event {
    instant sent;
    instant arrived = never;  // never: it was lost
    int from = 0;             // host 0 or host 1
    tcp_header header;
    tcp_options options{};
    std::uint8_t window_shift = 0;  // of header.window (RFC 7323)
    std::uint32_t text_length = 0;
    bool retransmission = false;

    constexpr bool lost() const { return arrived == never; }
    constexpr std::uint32_t window() const { return std::uint32_t{header.window} << window_shift; }
    /// SEG.LEN (RFC 9293 section 3.3.1).
    constexpr std::uint32_t length() const {
        return text_length + (header.flags.has(flag::syn) ? 1u : 0u) + (header.flags.has(flag::fin) ? 1u : 0u);
    }
};

/// In tcpdump's letters and order; a header without any flag is "none".
inline std::string describe(tcp_flags flags) {
    struct letter {
        tcp_flags which;
        char sign;
    };
    // clang-format off
    static constexpr std::array<letter, 9> letters{{
        {flag::fin, 'F'}, {flag::syn, 'S'}, {flag::rst, 'R'}, {flag::psh, 'P'}, {flag::ack, '.'},
        {flag::urg, 'U'}, {flag::ece, 'E'}, {flag::cwr, 'W'}, {flag::ae, 'e'}}};
    // clang-format on
    std::string text;
    for (const letter& each : letters)
        if (flags.has(each.which)) text += each.sign;
    return text.empty() ? "none" : text;
}

/// "mss 1460,ws 7,sackOK,TS" of a SYN; of others the SACK blocks, "sack 1:1461".
inline std::string describe(const tcp_options& options, bool syn, seq iss_of_receiver) {
    std::string text;
    const auto add = [&](const std::string& what) { text += (text.empty() ? "" : ",") + what; };
    if (options.mss) add("mss " + digits(*options.mss));
    if (options.window_scale) add("ws " + digits(*options.window_scale));
    if (options.sack_permitted) add("sackOK");
    if (options.timestamps && syn) add("TS");
    for (const sack_block& block : options.sack)
        add("sack " + digits(block.begin - iss_of_receiver) + ':' + digits(block.end - iss_of_receiver));
    return text;
}

/// "S. 0:0(0) ack 1 win 65535 <mss 1460>": first and next text octet, how many, and the rest of what decides.
inline std::string describe(const wire_event& event, seq iss_of_sender, seq iss_of_receiver) {
    const tcp_header& header = event.header;
    std::string text = describe(header.flags);
    if (event.text_length > 0 || header.flags.has_any(flag::syn | flag::fin | flag::rst)) {
        const std::uint32_t first = header.sequence - iss_of_sender;
        text += ' ' + digits(first) + ':' + digits(first + event.text_length) + '(' + digits(event.text_length) + ')';
    }
    if (header.flags.has(flag::ack)) text += " ack " + digits(header.acknowledgment - iss_of_receiver);
    text += " win " + digits(event.window());
    if (header.flags.has(flag::urg)) text += " urg " + digits(header.urgent_pointer);
    const std::string options = describe(event.options, header.flags.has(flag::syn), iss_of_receiver);
    if (!options.empty()) text += " <" + options + '>';
    return text;
}

/// The ISS of either host: its first SYN's number. Without a SYN, what makes its first text octet number 1, as far as
/// its own segments or the peer's acknowledgments tell.
inline std::array<seq, 2> initial_sequences(std::span<const wire_event> events) {
    enum class source { none, acknowledgment, segment, syn };
    std::array<seq, 2> iss;
    std::array<source, 2> found{};
    const auto offer = [&](int host, seq number, source from) {
        const auto i = static_cast<std::size_t>(host);
        if (from > found[i]) iss[i] = number, found[i] = from;
    };
    for (const wire_event& event : events) {
        const int sender = event.from == 0 ? 0 : 1;
        if (event.header.flags.has(flag::syn)) {
            offer(sender, event.header.sequence, source::syn);
            continue;
        }
        if (event.header.flags.has(flag::rst)) continue;  // its numbers may be anything (RFC 9293 section 3.5.2)
        offer(sender, event.header.sequence - 1, source::segment);
        if (event.header.flags.has(flag::ack))
            offer(1 - sender, event.header.acknowledgment - 1, source::acknowledgment);
    }
    return iss;
}

}  // namespace sluice::trace
