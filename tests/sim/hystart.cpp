// SPDX-License-Identifier: MIT
//
// HyStart++ (RFC 9406 section 4.2) where a link stands still for a moment in slow start: round trips grow longer and
// are short again a round later. That was no queue of ours, and slow start goes on; without that way back the window
// grows by a quarter a round for five rounds, and by a segment from then on.
#include <doctest/doctest.h>

#include <sluice/policy/ack/every_segment.hpp>
#include <sluice/policy/congestion/cubic.hpp>
#include <sluice/policy/recovery/rack_tlp.hpp>

#include "audited.hpp"

using namespace sluice;

namespace {

constexpr duration whole_way = 40ms;

/// Conservative slow start, once begun, goes on to its end.
struct never_resumes : cubic {
    static constexpr std::string_view name = "cubic without resume";
    constexpr void on_ack(const ack_report& r) {
        if (slow_start.in_css_) slow_start.baseline_ = duration::zero();
        cubic::on_ack(r);
    }
};

/// 720 Mbit/s, but for the milliseconds of a pause.
sim::rate_trace with_pause(std::uint64_t from, std::uint64_t to) {
    sim::rate_trace out;
    for (std::uint64_t ms = 1; ms <= 2000; ++ms)
        if (ms < from || ms >= to) out.opportunities_ms.insert(out.opportunities_ms.end(), 60, ms);
    return out;
}

struct start {
    duration time{};       // of 3 MB
    int conservative = 0;  // times that conservative slow start began
    bool ended = false;    // slow start was left for good
};

template <class Congestion>
start starts(const sim::rate_trace& link) {
    using tcp_of = tcp<testing::gate_audit, Congestion, rack_tlp, every_segment>;
    typename tcp_of::settings s;
    s.buffers.send = s.buffers.receive = s.buffers.largest_send = s.buffers.largest_receive = 8u << 20;
    audited::watch watch;
    start out;
    bool was = false;
    const auto r = sim::transfer<tcp_of, tcp_of>(
        {.trace = link,
         .delay = whole_way / 2,
         .queue = 5000,
         .back = sim::link_settings{.delay = whole_way / 2},
         .octets = 3'000'000},
        s, s, [&](auto& w) {
            watch(w);
            const auto& v = w.client().endpoint.connection().variables();
            const bool is = v.congestion.slow_start.in_css_;
            if (is && !was) ++out.conservative;
            was = is;
            out.ended = out.ended || v.congestion.slow_start.over_;
        });
    CHECK_MESSAGE(watch.broken.empty(), watch.broken);
    CHECK(r.complete);
    CHECK(r.retransmitted == 0);
    out.time = r.time;
    MESSAGE(std::string(Congestion::name), ": 3 MB in ", r.time / 1us, " us, conservative slow start ",
            out.conservative, " times, ", std::string(out.ended ? "ended" : "not ended"));
    return out;
}

}  // namespace

TEST_CASE("a pause of 20 ms costs itself and less than a round trip: conservative slow start begins and is left") {
    const start smooth = starts<cubic>(with_pause(0, 0)), paused = starts<cubic>(with_pause(120, 140));
    CHECK(smooth.conservative == 0);
    CHECK(paused.conservative == 1);
    CHECK_FALSE(paused.ended);
    const duration lost = paused.time - smooth.time;
    CHECK(lost >= 20ms);
    CHECK(lost < 20ms + whole_way);
    // Control: five round trips at least.
    const start stays = starts<never_resumes>(with_pause(120, 140));
    CHECK(stays.conservative == 1);
    CHECK(stays.ended);
    CHECK(stays.time - smooth.time > 20ms + 5 * whole_way);
}
