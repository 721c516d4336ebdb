// SPDX-License-Identifier: MIT
//
// One connection as a script sees it. Numbers of its own side are relative to where the script says that it began, so
// they are moved on their way in and out; the other side's are what the script says. Text is not written in scripts: it
// is a pattern by its place in the stream, so that what arrives can be compared. Where each side begins is learnt from
// what leaves: what arrives may be refused.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <sluice/tcb/timestamps.hpp>
#include <sluice/testing/script/packet_text.hpp>
#include <sluice/testing/script/profile.hpp>
#include <sluice/testing/script/sent_packet.hpp>

namespace sluice::testing::script {

/// What is compared, and how closely.
struct strictness {
    const run_options& asked;
    std::optional<duration> timestamp_tick{};  // none: the values of our timestamps are not compared
    duration tolerance = 4ms;
};

/// What an octet is, so many behind the first of a stream.
constexpr octet pattern(std::size_t at) { return static_cast<octet>((at * 131 + (at >> 8) * 7 + 17) & 0xff); }

class conversation {
public:
    conversation(const socket_address& ours, const socket_address& theirs) : ours_(ours), theirs_(theirs) {}

    const socket_address& ours() const { return ours_; }
    const socket_address& theirs() const { return theirs_; }
    bool is_of(const sent_packet& p) const { return p.from == ours_ && p.to == theirs_; }
    /// A SYN with another number is of another connection between the same two sockets.
    bool is_succeeded_by(const sent_packet& p) const {
        return p.live.flags.has(flag::syn) && live_iss_.value_or(p.live.begin) != p.live.begin;
    }
    void learn(const sent_packet& p) {
        const bool is_syn = p.live.flags.has(flag::syn);
        if (is_syn) live_iss_ = p.live.begin;
        if (!p.live.ack || p.live.flags.has(flag::rst)) return;
        if (is_syn) irs_ = *p.live.ack - 1;
        has_taken_syn_ = true;
    }

    /// What the application has handed over to be sent: it is compared with what leaves.
    std::vector<octet> said{};
    /// How much of the other side's stream has been read.
    std::size_t heard = 0;

    // ---- in ---------------------------------------------------------------------------------------------------------

    /// As they arrive; a header has room for tcp_options::most_octets.
    std::vector<octet> options_of(const tcp_packet& p) const {
        std::vector<octet> out;
        for (const option& o : p.options.value_or(std::vector<option>{})) put_option(out, o);
        while (out.size() % 4 != 0) out.push_back(0);
        return out;
    }
    /// A packet whose options have room.
    std::vector<octet> build(const tcp_packet& p) {
        if (p.flags.has(flag::syn) && !has_taken_syn_) irs_ = p.begin;
        std::vector<octet> text(p.length);
        const std::uint32_t first = p.begin + (p.flags.has(flag::syn) ? 1u : 0u) - (irs_.value_or(0) + 1);
        for (std::size_t i = 0; i < text.size(); ++i) text[i] = pattern(first + i);

        const std::vector<octet> options = options_of(p);

        tx_packet out;
        out.meta = {.source = theirs_.address, .destination = ours_.address};
        if (p.ip.hop_limit) out.meta.hop_limit = static_cast<std::uint8_t>(*p.ip.hop_limit);
        if (p.ip.traffic_class) {
            out.meta.dscp = static_cast<std::uint8_t>(*p.ip.traffic_class >> 2);
            out.meta.ecn = static_cast<ecn_codepoint>(*p.ip.traffic_class & 3);
        }
        if (p.ip.ecn) out.meta.ecn = codepoint_of(*p.ip.ecn);
        out.borrow(text);
        write_headers(out,
                      {.source_port = theirs_.port,
                       .destination_port = ours_.port,
                       .sequence = seq(p.begin),
                       .acknowledgment = seq(p.ack ? *p.ack + offset() : 0),
                       .flags = p.flags,
                       .window = static_cast<std::uint16_t>(p.window.value_or(0)),
                       .urgent_pointer = static_cast<std::uint16_t>(p.urgent.value_or(0))},
                      options);
        std::vector<octet> packet(out.length());
        write(out, packet);
        return packet;
    }

    // ---- out --------------------------------------------------------------------------------------------------------

    /// The packet in the script's numbers. What the script calls the beginning is learnt from a SYN. The RST of CLOSED
    /// has number 0 whatever was before (RFC 9293 section 3.10.7.1), and is not moved.
    tcp_packet in_script_numbers(const sent_packet& sent, const tcp_packet& expected, const strictness& how) {
        tcp_packet out = sent.live;
        if (out.flags.has(flag::syn) && expected.flags.has(flag::syn)) script_iss_ = expected.begin;
        const bool is_of_closed = out.flags == (flag::rst | flag::ack) && out.begin == 0;
        if (!is_of_closed) out.begin -= offset(), out.end -= offset();
        if (out.flags.has(flag::syn) && how.asked.like != profile::sluice)
            out.options = lay_out(sent.meaning, how.asked.like);
        for (option& o : *out.options)
            if (o.what == option::kind::timestamps)
                o.value = script_timestamp(o.value, timestamps_of(expected), how);
        if (!expected.ip.ecn) out.ip.ecn.reset();
        if (!expected.ip.traffic_class) out.ip.traffic_class.reset();
        if (!expected.ip.hop_limit) out.ip.hop_limit.reset();
        return out;
    }

    /// In which fields `actual` is not what the script says.
    static std::vector<field> differences(const tcp_packet& expected, const tcp_packet& actual, const strictness& how) {
        std::vector<field> out;
        const auto compare = [&](field f, bool same) {
            if (!same) out.push_back(f);
        };
        const auto flags = [&](tcp_flags f) { return how.asked.check_push ? f : f.without(flag::psh); };
        const auto same = [](const auto& wanted, const auto& there) { return !wanted || wanted == there; };
        const bool is_syn = expected.flags.has(flag::syn);
        compare(field::ip, same_mark(expected.ip.ecn, actual.ip.ecn) &&
                               same(expected.ip.traffic_class, actual.ip.traffic_class) &&
                               same(expected.ip.hop_limit, actual.ip.hop_limit));
        compare(field::flags, flags(expected.flags) == flags(actual.flags));
        compare(field::numbers, expected.begin == actual.begin && expected.length == actual.length);
        compare(field::ack, same(expected.ack, actual.ack.value_or(0)));  // without the flag the field is there, too
        compare(field::window, how.asked.neutral || same(expected.window, actual.window));
        compare(field::urgent, same(expected.urgent, actual.urgent.value_or(0)));
        compare(field::options, !expected.options || (how.asked.neutral && is_syn) ||
                                    text_of(*expected.options) == text_of(*actual.options));
        return out;
    }

    /// What is wrong with the text, which scripts don't write.
    std::optional<std::string> wrong_text(const sent_packet& sent) const {
        if (!live_iss_ || sent.live.length == 0 || sent.live.flags.has(flag::rst)) return {};
        const std::uint32_t first = sent.live.begin - (*live_iss_ + 1);
        for (std::size_t i = 0; i < sent.live.length; ++i) {
            const std::size_t at = first + i;
            const octet there = sent.octets[sent.text_begin + i];
            const bool is_garbage = sent.live.length == 1 && there == 0 && first + 1 >= said.size();  // MAY-6
            if (is_garbage || (at < said.size() && there == said[at])) continue;
            return "octet " + std::to_string(at) + " of the stream is not what was sent";
        }
        return {};
    }

private:
    using ecn_mark = ip_fields::ecn_mark;
    static ecn_codepoint codepoint_of(ecn_mark m) {
        switch (m) {
            case ecn_mark::ect0: return ecn_codepoint::ect0;
            case ecn_mark::ect1: return ecn_codepoint::ect1;
            case ecn_mark::ce: return ecn_codepoint::ce;
            default: return ecn_codepoint::not_ect;
        }
    }
    /// `ect01` is either.
    static bool same_mark(const std::optional<ecn_mark>& wanted, const std::optional<ecn_mark>& there) {
        if (wanted != ecn_mark::ect01) return !wanted || wanted == there;
        return there == ecn_mark::ect0 || there == ecn_mark::ect1;
    }

    std::uint32_t offset() const { return live_iss_.value_or(0) - script_iss_; }

    static const option* timestamps_of(const tcp_packet& p) {
        if (p.options)
            for (const option& o : *p.options)
                if (o.what == option::kind::timestamps) return &o;
        return nullptr;
    }

    /// Our timestamp in the script's numbers, as far as the script fixes it: by the first one, and by how many ticks
    /// have passed since.
    std::uint32_t script_timestamp(std::uint32_t live, const option* expected, const strictness& how) {
        if (expected == nullptr) return live;
        std::uint32_t out = expected->value;
        if (!clocks_.empty() && how.timestamp_tick) {
            const clock_pair& first = clocks_.front();
            const duration passed = static_cast<std::int32_t>(live - first.live) * timestamps::tick;
            const duration by_script = static_cast<std::int32_t>(expected->value - first.script) * *how.timestamp_tick;
            if (std::chrono::abs(passed - by_script) > how.tolerance)
                out = first.script + static_cast<std::uint32_t>(passed / *how.timestamp_tick);
        }
        clocks_.push_back({expected->value, live});
        return out;
    }
    std::uint32_t live_timestamp(std::uint32_t script) const {
        for (auto it = clocks_.rbegin(); it != clocks_.rend(); ++it)
            if (it->script == script) return it->live;
        return clocks_.empty() ? script : clocks_.front().live + (script - clocks_.front().script);
    }

    void put_option(std::vector<octet>& out, const option& o) const {
        using kind = option::kind;
        const auto head = [&](unsigned number, std::size_t length) {
            out.push_back(static_cast<octet>(number));
            out.push_back(static_cast<octet>(length));
        };
        const auto put = [&](std::uint32_t value, int octets) {
            while (octets-- > 0) out.push_back(static_cast<octet>(value >> (8 * octets)));
        };
        switch (o.what) {
            case kind::end: out.push_back(0); break;
            case kind::nop: out.push_back(1); break;
            case kind::mss: head(2, 4), put(o.value, 2); break;
            case kind::window_scale: head(3, 3), put(o.value, 1); break;
            case kind::sack_permitted: head(4, 2); break;
            case kind::sack:
                head(5, 2 + 8 * o.blocks.size());
                for (const auto& [begin, end] : o.blocks) put(begin + offset(), 4), put(end + offset(), 4);
                break;
            case kind::timestamps: head(8, 10), put(o.value, 4), put(live_timestamp(o.echo), 4); break;
            case kind::fast_open:
            case kind::other:
                head(o.what == kind::other ? o.number : 34, 2 + o.data.size());
                out.insert(out.end(), o.data.begin(), o.data.end());
                break;
        }
    }

    struct clock_pair {
        std::uint32_t script, live;
    };

    socket_address ours_, theirs_;
    std::uint32_t script_iss_ = 0;
    std::optional<std::uint32_t> live_iss_{}, irs_{};
    bool has_taken_syn_ = false;  // of the other side
    std::vector<clock_pair> clocks_{};
};

}  // namespace sluice::testing::script
