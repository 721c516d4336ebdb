// SPDX-License-Identifier: MIT
// Two endpoints of any composition and a network between them that does whatever libFuzzer makes up: each packet is
// lost, delayed, doubled or marked, and each application writes, reads, pauses and ends when it is told to. Both ends
// are audited after every event, every octet is verified, and once the network behaves and the applications read, all
// that was written arrives and both ends close: nothing that came before may leave them waiting for each other.
// FUZZ_TRACE=1 fuzz_pair crash-file tells what happened.
#include <array>
#include <vector>

#include <sluice/policy/ack/every_segment.hpp>
#include <sluice/policy/buffers/fixed_buffers.hpp>
#include <sluice/policy/ecn/accurate_ecn.hpp>
#include <sluice/policy/ecn/no_ecn.hpp>
#include <sluice/policy/options/no_sack.hpp>
#include <sluice/policy/options/no_timestamps.hpp>
#include <sluice/policy/recovery/go_back_n.hpp>
#include <sluice/policy/recovery/newreno_recovery.hpp>
#include <sluice/policy/recovery/sack_recovery.hpp>
#include <sluice/sim/ecn_field.hpp>
#include <sluice/sim/pattern.hpp>
#include <sluice/testing/audit.hpp>

#include "fuzz/script.hpp"
#include "support/wire.hpp"

namespace {

using namespace sluice;
using namespace fuzz;

const bool tracing = std::getenv("FUZZ_TRACE") != nullptr;
constexpr std::array<socket_address, 2> addresses{{{lab::client_address, 4000}, {lab::server_address, 80}}};

/// What one application does.
struct application {
    std::uint64_t written = 0, read = 0;
    bool is_reading = true;
    bool has_shut = false;
    bool has_ended = false;  // the peer's end was reached
};

template <class Tcp>
struct end {
    basic_endpoint<Tcp> tcp;
    application app{};
    int number;

    end(const typename Tcp::settings& s, int which) : tcp(s), number(which) {}

    const auto& block() const { return tcp.connection().variables(); }
    bool is_open() const { return synchronized.has(tcp.state()); }

    void write(std::size_t most, bool more, instant now) {
        if (!is_open() || app.has_shut) return;
        std::vector<octet> text(std::min<std::size_t>(most, tcp.writable()));
        for (std::size_t i = 0; i < text.size(); ++i) text[i] = sim::pattern(app.written + i, number);
        if (text.empty()) return;
        const auto taken = more ? tcp.send_more(text, now) : tcp.send(text, now);
        app.written += taken.value_or(0);
    }
    /// How much there was.
    std::size_t read(std::size_t most, instant now) {
        std::vector<octet> into(most);
        const auto got = tcp.receive(into, now);
        app.has_ended = app.has_ended || got.error() == error::closing;
        for (std::size_t i = 0; i < got.value_or(0); ++i)
            require(into[i] == sim::pattern(app.read + i, 1 - number), "a wrong octet was delivered");
        app.read += got.value_or(0);
        return got.value_or(0);
    }
    void shut(instant now) {
        if (is_open() && !app.has_shut) app.has_shut = bool(tcp.shutdown(now));
    }
};

template <class A, class B>
class session {
public:
    explicit session(script& s)
        : script_(s), a_(settings<A>(s), 0), b_(settings<B>(s), 1),
          calm_delay_(std::chrono::milliseconds(1 + s.next())) {}

    void run() {
        const bool simultaneous = script_.next() % 16 == 0;
        require(bool(a_.tcp.connect(addresses[0], addresses[1], now_)), "connect");
        if (simultaneous)
            require(bool(b_.tcp.connect(addresses[1], addresses[0], now_)), "connect");
        else
            require(bool(b_.tcp.listen(addresses[1], now_)), "listen");
        flush();
        for (int i = 0; i < 3000 && !script_.empty(); ++i) {
            const std::uint8_t what = script_.next();
            if (what < 128)
                happen();
            else if (what & 1)
                act(a_, what);
            else
                act(b_, what);
            flush();
        }
        finish();
    }

private:
    struct flying {
        instant arrives;
        int to;
        std::vector<octet> packet;
    };

    template <class Tcp>
    static typename Tcp::settings settings(script& s) {
        typename Tcp::settings out;
        const std::uint8_t bits = s.next();
        out.seed = s.next();
        out.limits.mtu = bits & 1 ? 1500 : 300;
        out.limits.connection.nagle = bits & 4;
        out.limits.connection.r2 = no_limit;  // whatever the network did, it was not for ever
        out.limits.user_timeout = no_time_limit;
        return out;
    }

    // ---- what happens -----------------------------------------------------------------------------------------------

    /// The next packet arrives, or the next deadline comes. False: there is neither.
    bool happen() {
        const instant due = std::min(a_.tcp.next_deadline(), b_.tcp.next_deadline());
        std::size_t first = 0;
        for (std::size_t i = 1; i < packets_.size(); ++i)
            if (packets_[i].arrives < packets_[first].arrives) first = i;
        if (!packets_.empty() && packets_[first].arrives <= due) {
            const flying p = std::move(packets_[first]);
            packets_.erase(packets_.begin() + static_cast<std::ptrdiff_t>(first));
            now_ = std::max(now_, p.arrives);
            if (p.to == 0)
                a_.tcp.on_packet({.data = p.packet}, now_);
            else
                b_.tcp.on_packet({.data = p.packet}, now_);
            return true;
        }
        if (due == never) return false;
        now_ = std::max(now_, due);
        if (a_.tcp.next_deadline() <= now_) a_.tcp.on_deadline(now_);
        if (b_.tcp.next_deadline() <= now_) b_.tcp.on_deadline(now_);
        return true;
    }

    void act(auto& at, std::uint8_t what) {
        switch (what >> 1 & 15) {
            case 0: case 1: at.write(script_.next_16() % 20'000, false, now_); break;
            case 2: case 3: at.write(script_.next(), false, now_); break;
            case 4: at.write(script_.next_16() % 3'000, true, now_); break;
            case 5: case 6: at.read(script_.next_16() % 20'000, now_); break;
            case 7: at.read(script_.next(), now_); break;
            case 8: at.app.is_reading = !at.app.is_reading; break;
            case 9: if (script_.next() % 8 == 0) at.shut(now_); break;
            case 10: (void)at.tcp.quick_ack(script_.next() & 1, now_); break;
            case 11: now_ += std::chrono::milliseconds(script_.next()); break;
            case 12: if (is_set_up()) now_ += std::chrono::seconds(script_.next()); break;
            case 13: {
                connection_options o = at.tcp.connection().options();
                o.nagle = script_.next() & 1;
                (void)at.tcp.set_options(o, now_);
                break;
            }
            default: at.read(at.app.is_reading ? 65'536 : 0, now_); break;
        }
        overtake();
    }
    /// Time that an application has let pass: what was due in it comes now, late.
    void overtake() {
        for (int i = 0; std::min(a_.tcp.next_deadline(), b_.tcp.next_deadline()) <= now_; ++i) {
            require(i < 1000, "a deadline that has passed stays");
            if (a_.tcp.next_deadline() <= now_) a_.tcp.on_deadline(now_);
            if (b_.tcp.next_deadline() <= now_) b_.tcp.on_deadline(now_);
        }
    }

    /// The network behaves, the applications read, write no more, and end.
    void finish() {
        is_calm_ = true;
        const instant limit = now_ + 24h;
        for (int i = 0; !is_over(); ++i) {
            while (a_.read(65'536, now_) + b_.read(65'536, now_) > 0) {}
            a_.shut(now_), b_.shut(now_);
            flush();
            if (is_over()) break;
            require(happen(), "both ends wait for each other for ever");
            flush();
            require(now_ < limit && i < 2'000'000, "both ends are not done in a day");
        }
        if (has_failed() && !is_set_up()) return;  // a handshake of which every segment was lost gives up
        require(!has_failed(), "an end has failed");
        require(a_.app.read == b_.app.written && b_.app.read == a_.app.written, "not all that was written was read");
    }
    bool has_failed() const { return a_.tcp.error() != error::none || b_.tcp.error() != error::none; }
    bool is_over() const {
        if (has_failed()) return true;
        return a_.app.has_ended && b_.app.has_ended && is_done(a_.tcp.state()) && is_done(b_.tcp.state());
    }
    static bool is_done(state s) { return s == state::time_wait || s == state::closed; }

    // ---- packets ----------------------------------------------------------------------------------------------------

    void flush() {
        for (int packets = 0;; ++packets) {
            require(packets < 20'000, "packets leave without end");
            if (take(a_) + take(b_) == 0) break;
        }
        audit(a_), audit(b_);
        has_been_open_[0] |= a_.is_open(), has_been_open_[1] |= b_.is_open();
    }
    bool is_set_up() const { return has_been_open_[0] && has_been_open_[1]; }
    static void audit(auto& at) {
        if (const char* rule = testing::audit(at.block())) broken(rule);
        if (const char* beyond = at.tcp.observers().broken) broken(beyond);
    }
    std::size_t take(auto& from) {
        std::array<tx_packet, 4> room;
        const std::size_t built = from.tcp.poll_transmit(now_, room);
        for (std::size_t i = 0; i < built; ++i)
            lab::each_sent(room[i], [&](octets packet, const datagram_segment& sent) {
                travel(packet, sent, 1 - from.number);
            });
        return built;
    }

    /// Lost, late, doubled, marked, or as it should.
    void travel(octets packet, const datagram_segment& sent, int to) {
        const std::uint8_t fate = is_calm_ ? 0 : script_.next();
        duration delay = calm_delay_;
        if (fate >= 224) delay += std::chrono::milliseconds(script_.next() * 8);
        if (tracing)
            std::fprintf(stderr, "%12.6f %d> flags=%03x seq=%u ack=%u length=%u window=%u %s\n",
                         static_cast<double>(now_.time_since_epoch().count()) / 1e9, 1 - to, sent.segment.flags.bits(),
                         sent.segment.sequence.number(), sent.segment.acknowledgment.number(), sent.segment.text_length,
                         sent.segment.window, fate >= 160 && fate < 192 ? "lost" : fate >= 224 ? "late" : "");
        if (fate >= 160 && fate < 192) return;
        std::vector<octet> own(packet.begin(), packet.end());
        if (fate >= 192 && fate < 208 && sim::ecn_of(own) != ecn_codepoint::not_ect) sim::mark_ce(own);
        packets_.push_back({now_ + delay, to, own});
        if (fate >= 208 && fate < 224) packets_.push_back({now_ + 2 * delay, to, own});
    }
    script& script_;
    end<A> a_;
    end<B> b_;
    duration calm_delay_;
    instant now_{1s};
    std::vector<flying> packets_{};
    bool is_calm_ = false;
    std::array<bool, 2> has_been_open_{};
};

using audited = testing::gate_audit;
using default_tcp = tcp<audited>;
using small_tcp = tcp<audited, fixed_buffers<4096, 4096, 8, 3>, reno, sack_recovery>;
using plain_tcp = tcp<audited, fixed_buffers<8192, 4096, 6, 2>, newreno_recovery, no_sack, no_timestamps, no_ecn>;
using accurate_tcp = tcp<audited, accurate_ecn, every_segment, fixed_buffers<65536, 65536, 64, 8>>;
using backward_tcp = tcp<audited, fixed_buffers<16384, 16384, 16, 4>, go_back_n>;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    script s(octets(data, size));
    switch (s.next() % 8) {
        case 0: session<small_tcp, default_tcp>(s).run(); break;
        case 1: session<default_tcp, plain_tcp>(s).run(); break;
        case 2: session<accurate_tcp, accurate_tcp>(s).run(); break;
        case 3: session<accurate_tcp, default_tcp>(s).run(); break;
        case 4: session<backward_tcp, small_tcp>(s).run(); break;
        case 5: session<small_tcp, backward_tcp>(s).run(); break;
        default: session<default_tcp, default_tcp>(s).run(); break;
    }
    return 0;
}
