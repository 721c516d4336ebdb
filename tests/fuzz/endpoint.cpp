// SPDX-License-Identifier: MIT
// Drives one endpoint with whatever libFuzzer makes up: each few octets are a step in time and a call, a segment or raw
// octets. Segments are built near what the endpoint would take, or random numbers would never get past its first check.
// Every text octet is a function of its sequence number, so that a wrong octet delivered or sent is seen; after every
// event the connection is audited, each packet that left is read back, and time must be able to go on.
// FUZZ_TRACE=1 fuzz_endpoint crash-file tells what happened.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <sluice/policy/ack/every_segment.hpp>
#include <sluice/policy/buffers/fixed_buffers.hpp>
#include <sluice/policy/congestion/any_of.hpp>
#include <sluice/policy/congestion/fixed_window.hpp>
#include <sluice/policy/congestion/vegas.hpp>
#include <sluice/policy/congestion/westwood.hpp>
#include <sluice/policy/ecn/accurate_ecn.hpp>
#include <sluice/policy/ecn/no_ecn.hpp>
#include <sluice/policy/isn/counter_isn.hpp>
#include <sluice/policy/lifecycle/client_only.hpp>
#include <sluice/policy/lifecycle/server_only.hpp>
#include <sluice/policy/recovery/go_back_n.hpp>
#include <sluice/policy/recovery/newreno_recovery.hpp>
#include <sluice/policy/recovery/prr_recovery.hpp>
#include <sluice/policy/rtt/linux_like.hpp>
#include <sluice/testing/audit.hpp>

#include "fuzz/script.hpp"
#include "support/wire.hpp"

namespace {

using namespace sluice;
using namespace fuzz;

const bool tracing = std::getenv("FUZZ_TRACE") != nullptr;

constexpr socket_address here{ip_address::v4(198, 18, 0, 1), 4000}, there{ip_address::v4(198, 18, 0, 2), 80};

template <class Tcp>
class session {
public:
    explicit session(script& s) : script_(s), endpoint_(settings(s)) {
        const std::uint8_t link = s.next();
        if (link & 1) endpoint_.set_largest_super_segment(1000u * (link >> 1));
        now_ += std::chrono::seconds(s.next());
    }

    void run() {
        for (int i = 0; i < 400 && !script_.empty(); ++i) {
            pass_time();
            const std::uint8_t what = script_.next();
            if (what >= 96)
                arrive(what);
            else
                call(what % 16);
            if (what % 8 != 7) flush();  // else more comes in the same batch
        }
        flush();
        // Whatever has happened, time alone brings no trouble.
        for (int i = 0; i < 200 && endpoint_.next_deadline() != never; ++i) expire();
    }

private:
    static typename Tcp::settings settings(script& s) {
        typename Tcp::settings out;
        const std::uint8_t bits = s.next();
        out.seed = s.next();
        out.limits.mtu = bits & 1 ? 1500 : 300;
        out.limits.least_peer_mss = bits & 2 ? 216 : 1;
        out.limits.connection.nagle = bits & 4;
        out.limits.connection.keep_alive = bits & 8;
        out.limits.connection.keep_alive_octet = bits & 16;
        if (bits & 32) out.limits.connection.r2 = no_limit;
        if (bits & 64) out.limits.user_timeout = no_time_limit;
        return out;
    }

    /// One line: which way, the segment in relative numbers, and what was before.
    void trace(const char* what, const tcp_header& tcp, std::size_t length) const {
        if (!tracing) return;
        const auto& c = block();
        std::fprintf(stderr, "%11.6f %-12s %s flags=%03x in.seq=%d out.seq=%d ack=%d length=%zu window=%u up=%u\n",
                     static_cast<double>(now_.time_since_epoch().count()) / 1e9, name(c.state), what, tcp.flags.bits(),
                     static_cast<int>(tcp.sequence - c.rcv.irs), static_cast<int>(tcp.sequence - c.snd.iss),
                     static_cast<int>(tcp.acknowledgment - (*what == '<' ? c.snd.iss : c.rcv.irs)), length, tcp.window,
                     tcp.urgent_pointer);
    }
    void trace(const char* what, unsigned number) const {
        if (tracing)
            std::fprintf(stderr, "%11.6f %-12s -- %s %u\n", static_cast<double>(now_.time_since_epoch().count()) / 1e9,
                         name(block().state), what, number);
    }

    const control_block<Tcp>& block() const { return endpoint_.connection().variables(); }

    void pass_time() {
        const std::uint8_t how = script_.next();
        if (how < 128) return;
        if (how < 200) {
            const instant end = now_ + std::chrono::microseconds(1u << (how % 24));
            for (int i = 0; endpoint_.next_deadline() <= end; ++i) {
                require(i < 100000, "time does not go on");
                expire();
            }
            now_ = end;
        } else if (endpoint_.next_deadline() != never) {
            expire();
        }
    }

    void expire() {
        now_ = std::max(now_, endpoint_.next_deadline());
        trace("deadline", 0);
        endpoint_.on_deadline(now_);
        flush();
        require(endpoint_.next_deadline() > now_, "a deadline that has passed stays");
    }

    void call(std::uint8_t which) {
        trace("call", which);
        switch (which) {
            case 0: (void)endpoint_.listen(here, now_); break;
            case 1: (void)endpoint_.connect(here, there, now_); break;
            case 2: send(script_.next_16() % 5000, manner::plain); break;
            case 3: send(script_.next(), manner::plain); break;
            case 4: send(script_.next(), manner::urgent); break;
            case 5: receive(script_.next_16() % 5000); break;
            case 6: receive(script_.next()); break;
            case 7: (void)endpoint_.shutdown(now_); break;
            case 8: (void)endpoint_.close(now_); break;
            case 9: (void)endpoint_.abort(now_); break;
            case 10: set_options(script_.next()); break;
            case 11: send(script_.next_16() % 5000, manner::more); break;
            case 12: cork(script_.next() & 1); break;
            case 13: (void)endpoint_.quick_ack(script_.next() & 1, now_); break;
            case 14: select_congestion(script_.next() % 3); break;
            default:
                while (endpoint_.poll_event()) {}
                break;
        }
    }

    enum class manner { plain, more, urgent };

    void send(std::size_t length, manner how) {
        const std::vector<octet> text = text_from(block().queue_end(), length);
        const auto taken = how == manner::urgent ? endpoint_.send_urgent(text, now_)
                           : how == manner::more ? endpoint_.send_more(text, now_)
                                                 : endpoint_.send(text, now_);
        require(taken.value_or(0) <= length, "more was taken than given");
    }

    void receive(std::size_t most) {
        const auto& c = block();
        const bool fin_received = c.assembly.fin() && *c.assembly.fin() < c.rcv.nxt;
        const seq first =
            c.rcv.nxt - static_cast<std::uint32_t>(endpoint_.readable()) - (fin_received ? 1u : 0u);
        std::vector<octet> into(most);
        const std::size_t got = endpoint_.receive(into, now_).value_or(0);
        require(got <= most, "more was read than asked for");
        require_text(octets(into).first(got), first, "a wrong octet was delivered");
    }

    void cork(bool on) {
        connection_options o = endpoint_.connection().options();
        o.cork = on;
        (void)endpoint_.set_options(o, now_);
    }

    void select_congestion(std::uint8_t which) {
        constexpr std::array names{"reno", "cubic", "vegas"};
        if constexpr (requires { endpoint_.set_congestion(names[which], now_); })
            (void)endpoint_.set_congestion(names[which], now_);
    }

    void set_options(std::uint8_t bits) {
        connection_options o = endpoint_.connection().options();
        o.nagle = bits & 1;
        o.keep_alive = bits & 2;
        o.keep_alive_octet = bits & 4;
        o.keep_alive_idle = bits & 8 ? 10s : 2h;
        if (bits & 32) o.user_timeout = bits & 16 ? 3s : no_time_limit;
        o.r2 = bits & 64 ? 2 : no_limit;
        o.r2_time = bits & 128 ? 1s : 100s;
        (void)endpoint_.set_options(o, now_);
    }

    // ---- what comes in ----------------------------------------------------------------------------------------------

    void arrive(std::uint8_t what) {
        if (what >= 250) return raw(what);
        const auto& c = block();
        const std::uint8_t choice = script_.next();
        const seq sequences[] = {c.rcv.nxt, c.rcv.irs, c.rcv.edge, c.rcv.nxt - 1};
        const seq acks[] = {c.snd.nxt, c.snd.una, c.snd.iss, c.snd.nxt - 1};
        const std::uint16_t windows[] = {65535, 0, static_cast<std::uint16_t>(c.snd.wnd), script_.next()};
        const std::uint16_t usual[] = {0x10, 0x10, 0x18, 0x02, 0x12, 0x11, 0x04, 0x14, 0x19, 0x30};
        const std::uint8_t kind = what % 16;
        tcp_header tcp{.source_port = there.port, .destination_port = here.port};
        tcp.flags = tcp_flags(kind < 10 ? usual[kind] : script_.next_16());
        tcp.sequence = sequences[choice & 3] + script_.offset();
        tcp.acknowledgment = acks[choice >> 2 & 3] + script_.offset();
        tcp.window = windows[choice >> 4 & 3];
        std::size_t length = 0;
        if (choice & 64) length = choice & 128 ? script_.next_16() % 3000 : script_.next();
        if (tcp.flags.has(flag::urg)) tcp.urgent_pointer = script_.next_16();
        ip_meta ip{.source = there.address, .destination = here.address};
        const std::uint8_t marks = script_.next();
        if (marks & 8) tcp.flags = tcp.flags | tcp_flags(static_cast<std::uint16_t>((marks & 7) << 6));  // AE, CWR, ECE
        ip.ecn = static_cast<ecn_codepoint>(marks >> 4 & 3);
        std::array<octet, tcp_options::most_octets> options{};
        std::size_t options_length = 0;
        if (kind == 15) {  // as they come
            options_length = script_.next() % 11 * 4u;
            copy(script_.next_octets(options_length), options);
        } else {
            options_length = write_options(tcp.flags.has(flag::syn), options);
        }

        trace("<", tcp, length);
        const std::vector<octet> text = text_from(tcp.sequence + (tcp.flags.has(flag::syn) ? 1 : 0), length);
        const auto packet = lab::make_segment(ip, tcp, octets(options).first(options_length), text);
        endpoint_.on_packet({.data = packet}, now_);
    }

    /// What a peer would write, or nearly: an offer on a SYN; elsewhere timestamps of its clock and ours, SACK blocks
    /// about what is out, the first perhaps below SND.UNA, and RFC 9768's counts. Their length.
    std::size_t write_options(bool syn, mutable_octets out) {
        const std::uint8_t which = script_.next();
        tcp_options o;
        if (which & 8) {
            const auto clock = static_cast<std::uint32_t>(now_.time_since_epoch() / 1ms);
            o.timestamps = timestamps_option{clock + script_.offset(), our_stamp_ + script_.offset()};
        }
        if (syn) {
            o.mss = which & 1 ? std::uint16_t{1460} : script_.next_16();
            if (which & 2) o.window_scale = static_cast<std::uint8_t>(script_.next() % 20);
            o.sack_permitted = which & 4;
        } else {
            for (int n = which & 3; n > 0; --n) o.sack.push_back(block_near(which & 4 && o.sack.empty()));
        }
        o.write(out);
        const std::size_t length = o.length();
        if (syn || !(which & 16) || length + accurate_ecn_option::length(3) > out.size()) return length;
        const std::uint32_t ect = script_.next_16() * 16u;
        const accurate_ecn_option counts{.ect0 = 1 + ect,
                                         .ce = script_.next_16() + script_.offset(),
                                         .ect1 = 1,
                                         .fields = static_cast<std::uint8_t>(which >> 5 & 3),
                                         .ect1_first = (which & 128) != 0};
        counts.write(out.subspan(length));
        return length + counts.length();
    }
    sack_block block_near(bool below) {
        const auto& c = block();
        const std::uint32_t outstanding = c.snd.nxt - c.snd.una + 1;
        seq begin = c.snd.una + script_.next_16() % outstanding;
        if (below) begin = begin - script_.next_16();
        return {begin, begin + (1 + script_.next_16() % outstanding)};
    }

    /// Octets as they come, with or without a checksum to pass.
    void raw(std::uint8_t what) {
        const octets some = script_.next_octets(script_.next());
        const std::vector<octet> own(some.begin(), some.end());  // its end is guarded
        rx_packet packet{.data = own, .length = own.size()};
        if (what & 1) packet.checksum = checksum_state::verified;
        trace("raw octets", static_cast<unsigned>(own.size()));
        if (what & 2)
            endpoint_.on_packet(packet, now_);
        else
            endpoint_.on_segment({.source = there.address, .destination = here.address}, packet, now_);
    }

    // ---- what must hold afterwards ----------------------------------------------------------------------------------

    void flush() {
        std::array<tx_packet, 3> room;
        for (std::size_t packets = 0;;) {
            const std::size_t built = endpoint_.poll_transmit(now_, room);
            for (std::size_t i = 0; i < built; ++i) split(room[i], [&](const tx_packet& p) { see(p); });
            packets += built;
            require(packets < 20000, "packets leave without end");
            if (built == 0) break;
        }
        const char* rule = testing::audit(block());
        require(rule == nullptr, rule);
        const char* beyond = endpoint_.observers().broken;
        require(beyond == nullptr, beyond);
    }

    void see(const tx_packet& p) {
        require(p.length() <= endpoint_.surroundings().settings.limits.mtu, "a packet above the MTU");
        const std::vector<octet> packet = lab::octets_of(p);
        const segment s = lab::checked(packet).segment;
        if (s.options.timestamps) our_stamp_ = s.options.timestamps->value;
        trace(">", p.header(), p.payload_length);
        const bool keep_alive = s.text_length == 1 && s.sequence == block().snd.nxt - 1 && s.text[0] == 0;
        if (!keep_alive) require_text(s.text, s.first_text(), "a wrong octet was sent");
    }

    script& script_;
    basic_endpoint<Tcp> endpoint_;
    instant now_{1s};
    std::uint32_t our_stamp_ = 0;  // the last TSval that has left
};

using audited = testing::gate_audit;
// The defaults but for their buffers (cubic, rack_tlp, classic_ecn), and with them; then what differs in each slot.
using small_tcp = tcp<audited, fixed_buffers<2048, 2048, 16, 4>>;
using default_tcp = tcp<audited>;
using tiny_tcp = tcp<audited, fixed_buffers<700, 900, 3, 1>, every_segment, counter_isn>;
using plain_tcp = tcp<audited, fixed_buffers<8192, 4096, 4, 2>, fixed_window, go_back_n, linux_like, no_ecn>;
using client_tcp = tcp<audited, fixed_buffers<2048, 2048, 16, 4>, client_only>;
using server_tcp = tcp<audited, fixed_buffers<2048, 2048, 16, 4>, server_only, newreno_recovery, reno>;
using accurate_tcp = tcp<audited, fixed_buffers<8192, 8192, 16, 4>, accurate_ecn, any_of<reno, cubic, vegas>>;
using prr_tcp = tcp<audited, fixed_buffers<8192, 4096, 8, 3>, accurate_ecn, westwood, prr_recovery>;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    script s(octets(data, size));
    switch (s.next() % 10) {
        case 0: session<tiny_tcp>(s).run(); break;
        case 1: session<plain_tcp>(s).run(); break;
        case 2: session<client_tcp>(s).run(); break;
        case 3: session<server_tcp>(s).run(); break;
        case 4: session<prr_tcp>(s).run(); break;
        case 5: session<default_tcp>(s).run(); break;
        case 6:
        case 7: session<accurate_tcp>(s).run(); break;
        default: session<small_tcp>(s).run(); break;
    }
    return 0;
}
