// SPDX-License-Identifier: MIT
// A peer that sends whatever comes to its mind: segments with any flags, options and lengths, whose numbers lie near
// the windows (others would not get past the first check), or octets that are no segment at all. Each octet of text is
// a function of its sequence number, in both directions, so that a wrong one is seen wherever it turns up. After each
// event the connection is audited, what leaves is read back, and time must be able to go on.
#pragma once

#include <array>
#include <vector>

#include "support/compositions.hpp"
#include "support/lab.hpp"
#include "support/octets.hpp"

namespace bad_input {

using namespace sluice;

constexpr octet text_at(seq s) { return static_cast<octet>(s.number() * 2654435761u >> 24); }

inline std::vector<octet> text_from(seq first, std::size_t length) {
    std::vector<octet> out(length);
    for (octet& o : out) {
        o = text_at(first);
        first += 1;
    }
    return out;
}

/// What the peer puts on the wire; its ports may be wrong.
struct crafted {
    tcp_flags flags{};
    seq sequence{}, acknowledgment{};
    std::uint16_t window = 4000, urgent_pointer = 0;
    std::uint32_t text_length = 0;
    std::vector<octet> options{};  // a multiple of four
    bool to_another_port = false;
};

template <class Tcp>
class target {
    // Whatever comes, no memory is taken: a whole host is its own octets and owns nothing.
    static_assert(std::is_trivially_copyable_v<basic_endpoint<Tcp>>);

public:
    explicit target(bool v6, std::uint64_t number)
        : endpoint_({.seed = number})
        , v6_(v6)
        , here_(v6 ? lab::here_v6 : lab::here)
        , there_(v6 ? lab::there_v6 : lab::there) {}

    const control_block<Tcp>& block() const { return endpoint_.connection().variables(); }
    sluice::state state() const { return endpoint_.state(); }
    const counters& count() const { return endpoint_.count(); }
    /// The first rule that was broken, or null.
    const char* broken = nullptr;

    // ---- the peer --------------------------------------------------------------------------------------------------

    std::vector<octet> packet(const crafted& c) const {
        tx_packet p;
        p.meta = {.source = there_.address, .destination = here_.address};
        const auto text = text_from(c.flags.has(flag::syn) ? c.sequence + 1 : c.sequence, c.text_length);
        p.borrow(text);
        const auto port = static_cast<std::uint16_t>(here_.port + (c.to_another_port ? 1 : 0));
        write_headers(p,
                      {.source_port = there_.port,
                       .destination_port = port,
                       .sequence = c.sequence,
                       .acknowledgment = c.acknowledgment,
                       .flags = c.flags,
                       .window = c.window,
                       .urgent_pointer = c.urgent_pointer},
                      c.options);
        std::vector<octet> out(p.length());
        write(p, out);
        return out;
    }

    void arrives(const crafted& c) {
        arrives(packet(c), checksum_state::unknown);
        if (c.flags.has(flag::rst) && resets_left_) fail("a RST was answered with a RST");
    }
    void arrives(octets data, checksum_state checksum) {
        const auto exact = test::heap(data);  // so that a step past the end is seen
        endpoint_.on_packet({.data = exact, .length = exact.size(), .checksum = checksum}, now_);
        settle();
    }

    // ---- time and the application ----------------------------------------------------------------------------------

    void wait(duration d) {
        const instant end = now_ + d;
        for (int i = 0; endpoint_.next_deadline() <= end; ++i) {
            if (i == 1000) return fail("time does not go on");
            now_ = std::max(now_, endpoint_.next_deadline());
            endpoint_.on_deadline(now_);
            settle();
        }
        now_ = end;
    }

    void listen() { done(endpoint_.listen(here_, now_)); }
    void connect() { done(endpoint_.connect(here_, there_, now_)); }
    void shutdown() { done(endpoint_.shutdown(now_)); }

    void send(std::size_t length) {
        const auto text = text_from(block().queue_end(), length);
        (void)endpoint_.send(text, now_);
        settle();
    }

    void receive(std::size_t most) {
        std::vector<octet> to(most);
        const std::size_t count = endpoint_.receive(to, now_).value_or(0);
        for (std::size_t i = 0; i < count; ++i)
            if (to[i] != text_at(block().rcv.irs + 1 + read_++)) fail("a wrong octet was delivered");
        settle();
    }

private:
    void fail(const char* rule) {
        if (!broken) broken = rule;
    }
    void done(const auto& answer) {
        if (!answer) fail(text(answer.error()));
        settle();
    }

    void settle() {
        std::array<tx_packet, 1> room;
        resets_left_ = false;
        for (int i = 0; endpoint_.poll_transmit(now_, room) == 1; ++i) {
            if (i == 300) return fail("it does not stop to send");
            look_at(room[0]);
        }
        while (endpoint_.poll_event()) {
        }
        if (const char* rule = testing::audit(block())) fail(rule);
        if (const char* rule = endpoint_.observers().broken) fail(rule);
    }

    void look_at(const tx_packet& p) {
        std::array<octet, 2000> data;
        const std::size_t length = write(p, data);
        const auto parsed = parse_packet({.data = octets(data).first(length), .length = length});
        if (!parsed) return fail("what left can't be parsed");
        const segment& s = parsed->segment;
        resets_left_ = resets_left_ || s.has(flag::rst);
        if (block().options.keep_alive_octet) return;
        for (std::size_t i = 0; i < s.text.size(); ++i)
            if (s.text[i] != text_at(s.first_text() + static_cast<std::uint32_t>(i))) fail("a wrong octet left");
    }

    basic_endpoint<Tcp> endpoint_;
    bool v6_;
    socket_address here_, there_;
    instant now_{1s};
    std::uint32_t read_ = 0;
    bool resets_left_ = false;
};

inline std::vector<octet> encoded(const tcp_options& options) {
    std::vector<octet> out(options.length());
    options.write(out);
    return out;
}

/// A connection that stands in this state, by the shortest way, to a peer with or without options.
template <class Tcp>
target<Tcp> standing_in(state s, bool v6, std::uint64_t number, bool options = false) {
    using enum state;
    target<Tcp> t(v6, number);
    const seq irs(static_cast<std::uint32_t>(number * 0x9e3779b9));
    const auto peer = [&](tcp_flags flags, std::uint32_t at) {
        tcp_options with;
        if (options) with.timestamps = timestamps_option{static_cast<std::uint32_t>(number), 0};
        if (options && flags.has(flag::syn)) with.window_scale = 3, with.sack_permitted = true;
        t.arrives({.flags = flags,
                   .sequence = irs + at,
                   .acknowledgment = flags.has(flag::ack) ? t.block().snd.nxt : seq(0),
                   .options = encoded(with)});
    };
    if (s == closed) return t;
    if (s == listen || s == syn_received_passive) {
        t.listen();
        if (s == syn_received_passive) peer(flag::syn, 0);
        return t;
    }
    t.connect();
    if (s == syn_sent) return t;
    peer(s == syn_received_active ? flag::syn : flag::syn | flag::ack, 0);
    if (s == fin_wait_1 || s == fin_wait_2 || s == closing || s == time_wait) t.shutdown();
    if (s == closing)
        t.arrives({.flags = flag::fin | flag::ack,
                   .sequence = irs + 1,
                   .acknowledgment = t.block().snd.una,
                   .options = encoded(
                       options ? tcp_options{.timestamps = timestamps_option{static_cast<std::uint32_t>(number), 0}}
                               : tcp_options{})});
    if (s == fin_wait_2 || s == time_wait) peer(flag::ack, 1);
    if (s == close_wait || s == last_ack || s == time_wait) peer(flag::fin | flag::ack, 1);
    if (s == last_ack) t.shutdown();
    return t;
}

inline std::uint32_t below(seeded_random& numbers, std::uint32_t limit) {
    return static_cast<std::uint32_t>(numbers.below(limit));
}

/// Near one of these, or anywhere.
inline seq near_one_of(seeded_random& numbers, std::initializer_list<seq> places) {
    if (below(numbers, 12) == 0) return seq(static_cast<std::uint32_t>(numbers.bits()));
    const seq place = places.begin()[below(numbers, static_cast<std::uint32_t>(places.size()))];
    return below(numbers, 2) == 0 ? place : place + below(numbers, 9) - 4;
}

template <class Tcp>
crafted anything(seeded_random& numbers, const control_block<Tcp>& c) {
    const auto under = [&](std::uint32_t limit) { return below(numbers, limit); };
    crafted out;
    const seq in_window = c.rcv.nxt + under(c.rcv.wnd() + 1), old = c.rcv.nxt - under(3000);
    out.sequence =
        near_one_of(numbers, {c.rcv.nxt, c.rcv.nxt, c.rcv.nxt, c.rcv.edge, c.rcv.irs, in_window, in_window, old});
    const seq of_flight = c.snd.una + under(c.snd.flight() + 1);
    out.acknowledgment = near_one_of(numbers, {c.snd.una, c.snd.nxt, c.snd.nxt, of_flight, c.snd.iss, c.snd.iss + 1});
    switch (under(8)) {
        case 0: out.flags = tcp_flags(static_cast<std::uint16_t>(numbers.bits())); break;
        case 1: out.flags = flag::ack | flag::fin; break;
        case 2: out.flags = flag::ack | flag::urg; break;
        case 3: out.flags = tcp_flags(static_cast<std::uint16_t>(numbers.bits())).without(flag::rst | flag::syn); break;
        default: out.flags = flag::ack; break;
    }
    const std::uint32_t windows[] = {0, 1, under(3000), under(65536), 65535};
    out.window = static_cast<std::uint16_t>(windows[under(5)]);
    out.urgent_pointer = static_cast<std::uint16_t>(under(2) == 0 ? under(4) : numbers.bits());
    const std::uint32_t lengths[] = {0, 0, 1, 2 + under(3), 536, under(3000)};
    out.text_length = lengths[under(6)];
    if (under(4) == 0) {
        out.options = test::random_octets(numbers, 4 * std::size_t{under(11)});
        if (out.options.size() >= 4 && under(2) == 0)
            tcp_options{.mss = static_cast<std::uint16_t>(numbers.bits())}.write(out.options);
    }
    if (c.uses_timestamps() && under(8) != 0) {
        tcp_options with;
        if constexpr (Tcp::options::timestamps)
            with.timestamps =
                timestamps_option{c.clock.recent() + (under(8) == 0 ? under(100) - 50 : under(3)), under(9)};
        for (std::uint32_t blocks = under(4); c.uses_sack() && blocks > 0; --blocks) {
            const seq begin = c.snd.una - 20 + under(c.snd.flight() + 30);
            with.sack.push_back({begin, begin + under(under(3) == 0 ? 3000 : 40)});
        }
        out.options = encoded(with);
    }
    out.to_another_port = under(50) == 0;
    return out;
}

/// `count` segments for a connection that stands in `s`; one that has moved on is soon replaced.
template <class Tcp>
void shower_with_segments(state s, bool v6, int count, std::uint64_t number, bool options = false) {
    seeded_random numbers{seed(number)};
    const target<Tcp> fresh = standing_in<Tcp>(s, v6, number, options);
    REQUIRE(fresh.broken == nullptr);
    REQUIRE(fresh.state() == s);
    auto t = fresh;
    crafted c;
    for (int i = 0; i < count; ++i) {
        if (t.state() != s && below(numbers, 4) == 0) t = fresh;
        if (below(numbers, 3) != 0) c = anything(numbers, t.block());  // or the same once more
        t.arrives(c);
        switch (below(numbers, 16)) {
            case 0: t.wait(1ms * below(numbers, 2000)); break;
            case 1: t.send(1 + below(numbers, 1500)); break;
            case 2:
            case 3: t.receive(1 + below(numbers, 2000)); break;
        }
        if (t.broken) {
            FAIL_CHECK(std::string(t.broken), ", segment ", i);
            return;
        }
    }
}

/// Octets that no checksum vouches for, taken as if one did: noise, and segments with a few octets changed or missing.
template <class Tcp>
void shower_with_octets(state s, bool v6, int count, std::uint64_t number) {
    seeded_random numbers{seed(number)};
    const target<Tcp> fresh = standing_in<Tcp>(s, v6, number);
    auto t = fresh;
    for (int i = 0; i < count; ++i) {
        if (t.state() != s) t = fresh;
        std::vector<octet> data;
        if (below(numbers, 4) == 0) {
            data = test::random_octets(numbers, below(numbers, 120));
            if (!data.empty()) data[0] = v6 ? 0x60 : 0x45;
        } else {
            auto c = anything(numbers, t.block());
            c.text_length = 0;  // what is changed may make text of it, though
            data = t.packet(c);
            for (auto changes = below(numbers, 4); changes > 0; --changes)
                data[below(numbers, static_cast<std::uint32_t>(data.size()))] = static_cast<octet>(numbers.bits());
            if (below(numbers, 4) == 0) data.resize(below(numbers, static_cast<std::uint32_t>(data.size() + 1)));
        }
        t.arrives(data, below(numbers, 2) == 0 ? checksum_state::verified : checksum_state::partial);
        if (t.broken) {
            FAIL_CHECK(std::string(t.broken), ", packet ", i);
            return;
        }
    }
}

inline void every_state(auto&& act) {
    for (std::size_t s = 0; s < state_count; ++s)
        for (const bool v6 : {false, true}) {
            CAPTURE(name(static_cast<state>(s)));
            CAPTURE(v6);
            act(static_cast<state>(s), v6, 2 * s + v6 + 1);
        }
}

}  // namespace bad_input
