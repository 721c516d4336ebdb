// SPDX-License-Identifier: MIT
// What does one flow of bulk data cost, as a multiple of the hand-written minimal loop (floor.hpp) in the same run, and
// does it grow with the window? Two endpoints back to back in memory, one core. Octets are copied into the send buffer,
// into packets, into the receive buffer and out of it, and every checksum is written and verified, unless a line says
// otherwise. The sender fills the window, and the receiver acknowledges every second segment, as the minimal loop does;
// then it reads, and then the acknowledgments come back. Each batch of 32 packets takes 1 us of virtual time.
#include "floor.hpp"
#include "wire.hpp"

#include <memory>

#include <sluice/connection/endpoint.hpp>
#include <sluice/policy/buffers/phantom_buffers.hpp>
#include <sluice/policy/congestion/fixed_window.hpp>
#include <sluice/policy/congestion/no_congestion_control.hpp>
#include <sluice/policy/options/no_sack.hpp>
#include <sluice/policy/options/no_timestamps.hpp>
#include <sluice/policy/options/no_window_scale.hpp>
#include <sluice/policy/recovery/go_back_n.hpp>

namespace {

using namespace sluice;
using bench::format;
using bench::handling;
using bench::require;

constexpr std::uint32_t ethernet = 1460, jumbo = 8960, super = 21 * 1460;  // octets in a segment of the minimal loop

template <class Tcp, format Format, handling How, std::uint32_t Segment>
class flow {
    static constexpr std::uint32_t largest = Format == format::super_segments ? 65000
                                             : Format == format::counted      ? 0
                                                                              : Segment;
    static constexpr socket_address here{ip_address::v4(10, 0, 0, 1), 1001}, there{ip_address::v4(10, 0, 0, 2), 1002};
    static constexpr std::size_t loan = 16384;

public:
    explicit flow(const typename Tcp::settings& s) : sender_(s), receiver_(s), into_(stream_size) {
        if (Format == format::super_segments) sender_.set_largest_super_segment(largest);
        require(bool(receiver_.listen(there, now_)), "listen");
        require(bool(sender_.connect(here, there, now_)), "connect");
        while (sender_.state() != state::established || receiver_.state() != state::established) {
            carry(sender_, receiver_);
            carry(receiver_, sender_);
        }
        if (How == handling::lent) loans_.resize(sender_.writable() / loan + 2);
    }

    flow(const flow&) = delete;
    ~flow() { static_cast<void>(sender_.abort(now_)); }  // returns what is lent

    /// Moves so many octets and checks them; `every` octet, or just the first eight of each read.
    void transfer(std::uint64_t octets, bool every = false) {
        const std::uint64_t end = sent_ + octets;
        while (taken_ < end) {
            while (sent_ < end && send(end - sent_)) {}
            while (wire_.carry(sender_, receiver_, now_, [&] { wire_.collect(receiver_, now_); }) == wire::batch)
                now_ += 1us;
            while (receive(every)) {}
            now_ += 10us;
            wire_.deliver(sender_, now_);
            carry(receiver_, sender_);
            if (now_ >= sender_.next_deadline()) sender_.on_deadline(now_);
            if (now_ >= receiver_.next_deadline()) receiver_.on_deadline(now_);
        }
        require(sender_.count().retransmitted == 0, "a retransmission without a loss");
    }

private:
    static constexpr std::size_t stream_size = bench::stream::period;
    using wire = bench::wire<Format, largest>;

    std::size_t carry(auto& from, auto& to) { return wire_.carry(from, to, now_); }

    bool send(std::uint64_t most) {
        if constexpr (How == handling::lent) {
            lent_octets& next = loans_[lent_ % loans_.size()];
            if (lent_ >= loans_.size()) require(next.returned || !room_for_loan(), "a loan that is not returned");
            if (!room_for_loan()) return false;
            next.data = {source_.at(sent_), loan};
            if (!sender_.lend(next, now_)) return false;
            ++lent_;
            sent_ += loan;
            return true;
        } else {
            const std::size_t length = std::min<std::uint64_t>(most, stream_size);
            const auto taken = How == handling::counted ? sender_.send(payload::counted(length), now_)
                                                        : sender_.send({source_.at(sent_), length}, now_);
            sent_ += taken.value_or(0);
            return taken.value_or(0) == length;
        }
    }
    bool room_for_loan() const { return sender_.writable() >= loan; }

    bool receive(bool every) {
        if constexpr (How == handling::lent) {
            const octets got = receiver_.peek(now_).value_or(octets());
            check(got.data(), got.size(), every);
            return !got.empty() && receiver_.consume(got.size(), now_);
        } else if constexpr (How == handling::counted) {
            const std::size_t got = receiver_.readable();
            taken_ += got;
            return got > 0 && receiver_.consume(got, now_);
        } else {
            const std::size_t got = receiver_.receive(into_, now_).value_or(0);
            check(into_.data(), got, every);
            return got == into_.size();
        }
    }

    void check(const octet* octets, std::size_t length, bool every) {
        require(source_.holds(taken_, octets, every ? length : std::min<std::size_t>(length, 8)), "octets");
        taken_ += length;
    }

    bench::stream source_;
    basic_endpoint<Tcp> sender_, receiver_;
    wire wire_;
    std::vector<octet> into_;
    std::vector<lent_octets> loans_;
    std::size_t lent_ = 0;
    instant now_{1s};
    std::uint64_t sent_ = 0, taken_ = 0;
};

/// On the heap: endpoints hold their buffers, and some windows are large. Units are `Unit` octets.
template <class Tcp, format Format, handling How, std::uint32_t Segment, std::uint32_t Unit>
bench::contestant sluice_flow(std::string name, const typename Tcp::settings& settings = {}) {
    return {std::move(name), [settings]() -> bench::work {
                auto moving = std::make_shared<flow<Tcp, Format, How, Segment>>(settings);
                moving->transfer(std::uint64_t{10000} * Unit, true);
                return [moving](std::size_t units) { moving->transfer(std::uint64_t{units} * Unit); };
            }};
}
template <handling How, std::uint32_t Segment, std::uint32_t Window, std::uint32_t Unit>
bench::contestant minimal_flow(std::string name) {
    return {std::move(name), []() -> bench::work {
                auto moving = std::make_shared<bench::minimal_flow<Segment, How, Window>>();
                moving->transfer(1000, true);
                return [moving](std::size_t units) { moving->transfer((units * Unit + Segment - 1) / Segment); };
            }};
}

template <std::uint32_t Unit>
void print(const std::string& name, const bench::result& r) {
    std::printf("%-58s %7.0f ns  %6.1f Gbit/s  %5.2f x\n", name.c_str(), r.ns, Unit * 8 / r.ns, r.ratio);
}

/// Windows above 64 KiB: buffers that grow, as far as the window, and no congestion control that would have to find it.
template <class Buffers>
using wide = tcp<Buffers, fixed_window>;

template <class Buffers>
typename wide<Buffers>::settings with_window(std::uint32_t window, std::uint16_t mtu) {
    typename wide<Buffers>::settings s;
    s.congestion.octets = window;
    s.limits.mtu = mtu;
    s.buffers.send = window;
    s.buffers.receive = 2 * window;  // memory is taken for what has come
    if constexpr (requires { s.buffers.largest_send; }) {
        s.buffers.largest_send = s.buffers.send;
        s.buffers.largest_receive = s.buffers.receive;
    }
    return s;
}

template <class Buffers, format Format, handling How, std::uint32_t Segment, std::uint32_t Unit, std::uint32_t Window>
void race_one(bench::program& program, const std::string& what) {
    program.race({minimal_flow<How, Segment, Window, Unit>("minimal loop, " + what),
                  sluice_flow<wide<Buffers>, Format, How, Unit, Unit>("sluice, " + what,
                                                                       with_window<Buffers>(Window, Unit + 40))},
                 print<Unit>);
}

template <std::uint32_t Window>
void race_window(bench::program& program, const std::string& window) {
    using real = growable_buffers;
    using phantom = phantom_buffers;
    // clang-format off
    race_one<real,    format::checked,        handling::checked, ethernet, ethernet, Window>(program, window);
    race_one<real,    format::unchecked,      handling::copied,  ethernet, ethernet, Window>(program, window + ", no checksums");
    race_one<real,    format::unchecked,      handling::lent,    ethernet, ethernet, Window>(program, window + ", no checksums, lent and peeked");
    race_one<phantom, format::counted,        handling::counted, ethernet, ethernet, Window>(program, window + ", no octets");
    race_one<real,    format::checked,        handling::checked, jumbo,    jumbo,    Window>(program, window + ", MTU 9000");
    race_one<real,    format::unchecked,      handling::copied,  jumbo,    jumbo,    Window>(program, window + ", MTU 9000, no checksums");
    race_one<real,    format::super_segments, handling::copied,  super,    ethernet, Window>(program, window + ", super-segments, no checksums");
    race_one<real,    format::super_segments, handling::lent,    super,    ethernet, Window>(program, window + ", super-segments, no checksums, lent and peeked");
    // clang-format on
}

}  // namespace

int main(int count, char** arguments) {
    bench::program program(count, arguments);
    using plain = tcp<no_congestion_control, go_back_n>;
    using bare = tcp<no_window_scale, no_timestamps, no_sack>;
    std::puts("for each segment: 1460 octets, or 8960 with MTU 9000; a super-segment counts as many");
    program.race({minimal_flow<handling::checked, ethernet, 65535, ethernet>("minimal loop"),
                  sluice_flow<tcp<>, format::checked, handling::checked, ethernet, ethernet>("sluice, defaults"),
                  sluice_flow<bare, format::checked, handling::checked, ethernet, ethernet>("sluice, no options"),
                  sluice_flow<plain, format::checked, handling::checked, ethernet, ethernet>(
                      "sluice, no_congestion_control and go_back_n")},
                 print<ethernet>);
    race_window<64 << 10>(program, "64 KiB");
    race_window<256 << 10>(program, "256 KiB");
    race_window<1 << 20>(program, "1 MiB");
    race_window<16 << 20>(program, "16 MiB");
    return program.finish();
}
