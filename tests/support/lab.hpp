// SPDX-License-Identifier: MIT
//
// One endpoint on the bench: the test plays its peer with hand-made segments, moves time by hand and sees whatever
// leaves, as octets that were written, summed and read back. Sequence numbers are relative: `seq` 0 is the peer's ISS,
// `ack` 0 is the endpoint's. Every event is followed by an audit.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <support/wire.hpp>

#include <sluice/testing/audit.hpp>

namespace lab {

using namespace sluice;

inline constexpr socket_address here{ip_address::v4(198, 18, 0, 1), 4000};
inline constexpr socket_address there{ip_address::v4(198, 18, 0, 2), 80};
inline constexpr socket_address here_v6{ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 1}), 4000};
inline constexpr socket_address there_v6{ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 2}), 80};

/// Octets of which each tells its place.
inline std::string text(std::size_t length) {
    std::string out(length, '\0');
    for (std::size_t i = 0; i < length; ++i) out[i] = static_cast<char>('a' + i % 23);
    return out;
}

/// A segment as a test writes it or sees it.
struct wire_segment {
    tcp_flags flags = flag::none;
    std::uint32_t sequence = 0;  // relative to the sender's ISS
    std::uint32_t acknowledgment = 0;  // relative to the receiver's ISS
    std::string text{};
    std::uint16_t window = 65535;
    std::uint16_t urgent_pointer = 0;
    std::optional<std::uint16_t> mss{};
    tcp_options options{};             // besides mss; SACK blocks are relative to the receiver's ISS
    std::vector<octet> raw_options{};  // instead of both; padded by the test
    std::optional<accurate_ecn_option> accurate_ecn{};  // behind the others
    ip_meta ip{};                      // of what was seen; of what arrives, its dscp and ecn
    instant at{};

    bool has(tcp_flags f) const { return flags.has(f); }
    bool is_pure_ack() const { return flags == flag::ack && text.empty(); }
};

template <class Tcp, class Endpoint = basic_endpoint<Tcp>>
class bench {
public:
    using settings = typename Tcp::settings;

    explicit bench(settings s = {}, bool v6 = false);

    Endpoint endpoint;
    instant now{instant(1s)};
    socket_address local;
    socket_address remote;
    seq peer_iss{0x0badf00d};
    tcp_options
        peer_offers{};  // on its SYN, besides the MSS; once timestamps are agreed on, each segment of its has them
    std::vector<wire_segment> sent;  // everything so far that take() has not taken

    seq iss() const { return block().snd.iss; }
    const control_block<Tcp>& block() const { return endpoint.connection().variables(); }
    sluice::state state() const { return endpoint.state(); }

    // ---- the peer ---------------------------------------------------------------------------------------------------

    /// A segment arrives; what it makes leave is in `sent`.
    void arrives(const wire_segment& s) {
        deliver(s);
        flush();
    }

    /// A pure ACK of all below `upto`, and the window behind it.
    void acks(std::uint32_t upto, std::uint16_t window = 65535) {
        arrives({.flags = flag::ack, .sequence = next_seq(), .acknowledgment = upto, .window = window});
    }

    /// The peer's next text in order, which acknowledges everything.
    void says(const std::string& what) {
        arrives({.flags = flag::ack | flag::psh, .sequence = next_seq(), .acknowledgment = next_ack(), .text = what});
    }

    /// Without letting anything leave yet: several segments of one batch.
    void deliver(const wire_segment& s);

    // ---- time -------------------------------------------------------------------------------------------------------

    /// Lets `d` pass, with every deadline in it at its own instant.
    void wait(duration d);

    /// Goes to the next deadline and lets it act; false when there is none.
    bool wait_for_deadline();

    // ---- calls, with what they make leave ---------------------------------------------------------------------------

    result<void> listen();
    result<void> connect();
    result<std::size_t> send(const std::string& text);
    result<std::size_t> send_more(const std::string& text);
    result<std::size_t> send_urgent(const std::string& text);
    result<void> quick_ack(bool wanted);
    result<void> shutdown();
    result<void> close();
    result<void> abort();
    void set_options(const connection_options& o);
    /// Reads up to `most` octets; nothing when the call gives an error (see receive_error).
    std::string receive(std::size_t most = 65536);
    error receive_error = error::none;

    // ---- what leaves ------------------------------------------------------------------------------------------------

    /// Everything that left since the last take.
    std::vector<wire_segment> take() { return std::exchange(sent, {}); }
    /// The one segment that left since the last take.
    wire_segment take_one() {
        REQUIRE(sent.size() == 1);
        return take().front();
    }
    bool quiet() { return take().empty(); }

    std::vector<news> heard();
    bool heard(news wanted) {
        bool found = false;
        for (const news n : heard()) found |= n == wanted;
        return found;
    }

    void flush();

    // ---- the usual ways to a state ----------------------------------------------------------------------------------

    /// Active open, answered: the peer's SYN,ACK has been acknowledged. `sent` is empty afterwards.
    void establish(std::uint16_t window = 65535, std::optional<std::uint16_t> mss = 1460);

    /// Passive open, all three segments.
    void accept(std::uint16_t window = 65535, std::optional<std::uint16_t> mss = 1460);

    /// SND.NXT and RCV.NXT, relative: what a well-behaved next segment of the peer carries.
    std::uint32_t full_segment() const { return block().mss; }
    std::uint32_t next_ack() const { return block().snd.nxt - iss(); }
    std::uint32_t next_seq() const { return block().rcv.nxt - peer_iss; }

    /// What the peer's clock says, in its ticks of a millisecond.
    std::uint32_t peer_clock() const { return 5'000'000 + static_cast<std::uint32_t>((now - instant()) / 1ms); }
    /// The TSval of what left last with this number; of the last segment at all where none had it.
    std::uint32_t value_of(std::uint32_t sequence) const {
        const auto found = values_.find(sequence);
        return found == values_.end() ? last_value_ : found->second;
    }

private:
    /// The options that a segment of the peer's leaves with.
    tcp_options complete(const wire_segment& s) const;

    static tcp_options relative(tcp_options options, seq to) {
        const sack_blocks blocks = std::exchange(options.sack, {});
        for (const sack_block& b : blocks) options.sack.push_back({seq(b.begin - to), seq(b.end - to)});
        return options;
    }

    octets bytes(const std::string& text) {
        scratch_.assign(text.begin(), text.end());
        return scratch_;
    }

    template <class T>
    T then(T answer) {
        flush();
        return answer;
    }

    void see(const tx_packet& super);

    void audited();

    std::vector<octet> scratch_;
    std::uint32_t last_value_ = 0;  // the last TSval seen
    std::map<std::uint32_t, std::uint32_t> values_;  // and the last one of each number
};

// Not in the class, where they would be inline: of the shared compositions (compositions.hpp) no other file has to
// compile these then, nor what they call.

template <class Tcp, class Endpoint>
bench<Tcp, Endpoint>::bench(settings s, bool v6)
    : endpoint(s), local(v6 ? here_v6 : here), remote(v6 ? there_v6 : there) {}

template <class Tcp, class Endpoint>
void bench<Tcp, Endpoint>::deliver(const wire_segment& s) {
    std::vector<octet> options = s.raw_options;
    if (options.empty()) {
        const tcp_options chosen = complete(s);
        options.resize(chosen.length());
        chosen.write(options);
    }
    if (s.accurate_ecn) {
        options.resize(options.size() + s.accurate_ecn->length());
        s.accurate_ecn->write(mutable_octets(options).last(s.accurate_ecn->length()));
    }
    const std::vector<octet> text(s.text.begin(), s.text.end());
    const auto packet =
        make_segment({.source = remote.address, .destination = local.address, .dscp = s.ip.dscp, .ecn = s.ip.ecn},
                     {.source_port = remote.port,
                      .destination_port = local.port,
                      .sequence = peer_iss + s.sequence,
                      .acknowledgment = s.has(flag::ack) ? iss() + s.acknowledgment : seq(s.acknowledgment),
                      .flags = s.flags,
                      .window = s.window,
                      .urgent_pointer = s.urgent_pointer},
                     options, text);
    endpoint.on_packet({.data = packet}, now);
}

template <class Tcp, class Endpoint>
void bench<Tcp, Endpoint>::wait(duration d) {
    const instant end = now + d;
    while (endpoint.next_deadline() <= end) {
        now = std::max(now, endpoint.next_deadline());
        endpoint.on_deadline(now);
        flush();
    }
    now = end;
}

template <class Tcp, class Endpoint>
bool bench<Tcp, Endpoint>::wait_for_deadline() {
    if (endpoint.next_deadline() == never) return false;
    wait(std::max(endpoint.next_deadline() - now, duration::zero()));
    return true;
}

template <class Tcp, class Endpoint>
result<void> bench<Tcp, Endpoint>::listen() {
    return then(endpoint.listen(local, now));
}

template <class Tcp, class Endpoint>
result<void> bench<Tcp, Endpoint>::connect() {
    return then(endpoint.connect(local, remote, now));
}

template <class Tcp, class Endpoint>
result<std::size_t> bench<Tcp, Endpoint>::send(const std::string& text) {
    return then(endpoint.send(bytes(text), now));
}

template <class Tcp, class Endpoint>
result<std::size_t> bench<Tcp, Endpoint>::send_more(const std::string& text) {
    return then(endpoint.send_more(bytes(text), now));
}

template <class Tcp, class Endpoint>
result<std::size_t> bench<Tcp, Endpoint>::send_urgent(const std::string& text) {
    return then(endpoint.send_urgent(bytes(text), now));
}

template <class Tcp, class Endpoint>
result<void> bench<Tcp, Endpoint>::quick_ack(bool wanted) {
    return then(endpoint.quick_ack(wanted, now));
}

template <class Tcp, class Endpoint>
result<void> bench<Tcp, Endpoint>::shutdown() {
    return then(endpoint.shutdown(now));
}

template <class Tcp, class Endpoint>
result<void> bench<Tcp, Endpoint>::close() {
    return then(endpoint.close(now));
}

template <class Tcp, class Endpoint>
result<void> bench<Tcp, Endpoint>::abort() {
    return then(endpoint.abort(now));
}

template <class Tcp, class Endpoint>
void bench<Tcp, Endpoint>::set_options(const connection_options& o) {
    REQUIRE(endpoint.set_options(o, now));
    flush();
}

template <class Tcp, class Endpoint>
std::string bench<Tcp, Endpoint>::receive(std::size_t most) {
    std::string out(most, '\0');
    std::vector<octet> into(most);
    const auto got = endpoint.receive(into, now);
    receive_error = got.error();
    flush();
    const std::size_t count = got.value_or(0);
    return {into.begin(), into.begin() + static_cast<std::ptrdiff_t>(count)};
}

template <class Tcp, class Endpoint>
std::vector<news> bench<Tcp, Endpoint>::heard() {
    std::vector<news> out;
    while (const auto n = endpoint.poll_event()) out.push_back(*n);
    return out;
}

template <class Tcp, class Endpoint>
void bench<Tcp, Endpoint>::flush() {
    std::array<tx_packet, 1> room;
    while (endpoint.poll_transmit(now, room) == 1) see(room[0]);
    audited();
}

template <class Tcp, class Endpoint>
void bench<Tcp, Endpoint>::establish(std::uint16_t window, std::optional<std::uint16_t> mss) {
    REQUIRE(connect());
    arrives({.flags = flag::syn | flag::ack,
             .sequence = 0,
             .acknowledgment = 1,
             .window = window,
             .mss = mss,
             .options = peer_offers});
    REQUIRE(state() == state::established);
    take();
    heard();
}

template <class Tcp, class Endpoint>
void bench<Tcp, Endpoint>::accept(std::uint16_t window, std::optional<std::uint16_t> mss) {
    REQUIRE(listen());
    arrives({.flags = flag::syn, .sequence = 0, .window = window, .mss = mss, .options = peer_offers});
    arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1, .window = window});
    REQUIRE(state() == state::established);
    take();
    heard();
}

template <class Tcp, class Endpoint>
tcp_options bench<Tcp, Endpoint>::complete(const wire_segment& s) const {
    tcp_options out = s.options;
    if (s.mss) out.mss = s.mss;
    out.sack = {};
    for (const sack_block& b : s.options.sack)
        out.sack.push_back({iss() + b.begin.number(), iss() + b.end.number()});
    const bool due = s.has(flag::syn) ? peer_offers.timestamps.has_value() : block().uses_timestamps();
    if (due && !(s.options.timestamps && s.options.timestamps->value != 0))
        out.timestamps = {.value = peer_clock(), .echo = s.has(flag::ack) ? last_value_ : 0};
    return out;
}

template <class Tcp, class Endpoint>
void bench<Tcp, Endpoint>::see(const tx_packet& super) {
    each_sent(super, [&](octets, const datagram_segment& packet) {
        const segment& s = packet.segment;
        CHECK(s.source_port == local.port);
        CHECK(s.destination_port == remote.port);
        const bool is_rst = s.has(flag::rst);
        if (s.options.timestamps) last_value_ = values_[s.sequence - iss()] = s.options.timestamps->value;
        // <SEQ=0> of a RST to a segment without ACK is absolute.
        sent.push_back({.flags = s.flags,
                        .sequence = is_rst && s.sequence == seq(0) ? 0 : s.sequence - iss(),
                        .acknowledgment = s.has(flag::ack) ? s.acknowledgment - peer_iss : 0,
                        .text = {s.text.begin(), s.text.end()},
                        .window = static_cast<std::uint16_t>(s.window),
                        .urgent_pointer = static_cast<std::uint16_t>(s.up - s.sequence),
                        .mss = s.options.mss,
                        .options = relative(s.options, peer_iss),
                        .accurate_ecn = accurate_ecn_option::read(s.option_list),
                        .ip = packet.ip,
                        .at = now});
    });
}

template <class Tcp, class Endpoint>
void bench<Tcp, Endpoint>::audited() {
    const char* broken = sluice::testing::audit(block());
    CHECK_MESSAGE(broken == nullptr, std::string(broken ? broken : ""));
    if constexpr (requires { endpoint.observers().broken; }) {
        const char* beyond = endpoint.observers().broken;
        CHECK_MESSAGE(beyond == nullptr, std::string(beyond ? beyond : ""));
    }
}

}  // namespace lab
