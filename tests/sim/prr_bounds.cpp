// SPDX-License-Identifier: MIT
//
// Proportional rate reduction (RFC 9937 section 6) held to its own formula, ACK by ACK: a flight of 100 segments that
// loses 1, 10 or 60 of them, on the way to 50 or 70; entered with 3 or with 30 reported, ACKs for one segment or for
// ten. What the formula allows is reckoned here once more, from what the ACKs told; never is more out than that, nor a
// segment less, and the last ACK leaves the network within one segment of ssthresh. Every event is audited.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <type_traits>
#include <vector>

#include <sluice/policy/ack/every_segment.hpp>
#include <sluice/policy/buffers/phantom_buffers.hpp>
#include <sluice/policy/options/no_timestamps.hpp>
#include <sluice/policy/recovery/prr_recovery.hpp>
#include <sluice/policy/recovery/rack_tlp.hpp>
#include <sluice/sim/endless.hpp>

#include "audited.hpp"

using namespace sluice;

namespace {

constexpr std::uint32_t mss = 1460, flight_segments = 100;

/// A hundred segments until something is lost, then so many per cent of them: what is asked of PRR is asked at an
/// ssthresh that is known.
struct cut_once {
    using slot = congestion_slot;
    std::uint32_t left = 50;
    std::uint32_t segments_ = flight_segments;
    constexpr std::uint32_t window() const { return segments_ * mss; }
    constexpr void on_congestion(const congestion_report&) { segments_ = left; }
};

/// The formula, and what was out beyond it.
struct bound {
    std::uint32_t ssthresh = 0;
    std::uint64_t flight = 0, delivered = 0, out = 0;  // RecoverFS, prr_delivered, prr_out
    std::uint64_t newly = 0, out_before = 0;           // of the last ACK
    bool safe = false;
    std::uint64_t allowed = 0, most_beyond = 0, most_short = 0;
    std::uint32_t acks = 0;

    void begin(std::uint64_t recover_flight) {
        flight = recover_flight, delivered = out = newly = out_before = allowed = 0;
        safe = false;
    }
    void hear(std::uint32_t octets, bool makes_progress) {
        if (octets == 0) return;
        most_short = std::max(most_short, allowed - std::min(allowed, out));
        newly = octets, safe = makes_progress;
        delivered += octets, out_before = out, ++acks;
    }
    /// With so much in the network, what is known to be lost left out. Losses that are found behind the ACK change what
    /// it allows; what has left since is no part of what was there before.
    std::uint64_t sends(std::uint64_t in_network) {
        const std::uint64_t pipe = in_network - (out - out_before);
        std::uint64_t count;  // sndcnt
        if (pipe > ssthresh) {
            const std::uint64_t in_proportion = (delivered * ssthresh + flight - 1) / flight;
            count = in_proportion - std::min(in_proportion, out_before);
        } else {
            count = std::max(delivered - std::min(delivered, out_before), newly) + (safe ? mss : 0);
            count = std::min(count, ssthresh - pipe);
        }
        if (out_before == 0) count = std::max<std::uint64_t>(count, mss);  // the fast retransmit
        allowed = out_before + count;
        return count;
    }
    void see(std::uint32_t length) {
        out += length;
        if (out > allowed) most_beyond = std::max(most_beyond, out - allowed);
    }
};

/// A recovery policy, and the bound beside it.
template <class Recovery>
struct measured : Recovery {
    bound limit{};
    std::uint32_t episodes = 0, reported_before = 0, at_end = 0;  // at_end: octets in the network, with what may leave

    recovery_step on_ack(const recovery_ack_report& r, auto& flight) {
        const bool recovered = this->in_recovery();
        const std::uint32_t lost_before = flight.lost_octets();
        const recovery_step step = Recovery::on_ack(r, flight);
        if (step.entered) begin(r.nxt - r.ack, r.delivered, r.newly_sacked, flight);
        if (!recovered && !this->in_recovery()) return step;
        limit.hear(r.delivered, r.newly_acked > 0 && flight.lost_octets() == lost_before);
        // The last ACK takes what it reports from the network; beyond that it can't make good what was missing before.
        const std::uint64_t more = std::min(limit.sends(flight.pipe()), limit.newly + mss);
        if (!this->in_recovery()) at_end = flight.pipe() + static_cast<std::uint32_t>(more);
        return step;
    }
    void on_sent(const recovery_sent_report& r, const auto& flight) {
        Recovery::on_sent(r, flight);
        if (this->in_recovery()) limit.see(r.length);
    }

protected:
    void begin(std::uint32_t outstanding, std::uint32_t delivered, std::uint32_t newly_sacked, const auto& flight) {
        ++episodes;
        reported_before = (flight.sacked_octets() - newly_sacked) / mss;
        limit.begin(outstanding - flight.sacked_octets() + delivered);
    }
};

/// One that also finds losses between ACKs.
struct measured_rack : measured<rack_tlp> {
    recovery_step on_deadline(const recovery_timeout_report& r, auto& flight) {
        const recovery_step step = rack_tlp::on_deadline(r, flight);
        if (step.entered) begin(r.nxt - flight[flight.first()].begin, 0, 0, flight);
        if (in_recovery()) limit.sends(flight.pipe());
        return step;
    }
};

struct point {
    std::uint32_t left = 50;     // ssthresh, segments
    std::uint64_t lost = 1;      // of a hundred
    std::uint8_t reported = 3;  // SACKed when the episode begins, the ACK that does it included
    std::uint64_t stretch = 1;   // segments an ACK is for
};
constexpr std::uint8_t by_time = 255;  // so many are never reported: RACK's reordering window decides

struct repair {
    double beyond = 0;    // segments, out at any time beyond the bound
    double missing = 0;   // segments that it let out, and that had not left when the next ACK came
    double end = 0;       // segments that the last ACK of the episode leaves in the network
    std::uint32_t reported = 0;
};

/// One in a hundred, or as many of each ten, of those from the 401st on.
std::vector<std::uint64_t> lost_of(const point& at) {
    constexpr std::uint64_t first = 401;
    std::vector<std::uint64_t> out;
    for (std::uint64_t i = 0; i < flight_segments; ++i)
        if (at.lost == 1 ? i == 0 : i % 10 < at.lost / 10) out.push_back(first + i);
    return out;
}
/// All but each so many-th ACK.
std::vector<std::uint64_t> thinned(std::uint64_t stretch) {
    std::vector<std::uint64_t> out;
    for (std::uint64_t n = 200; n < 1500; ++n)
        if (n % stretch != 0) out.push_back(n);
    return out;
}

/// A packet each millisecond, and as long a way as a hundred of them take.
template <class Measured>
repair recover(const point& at, const auto& how) {
    using tcp_of = tcp<testing::gate_audit, cut_once, Measured, every_segment, phantom_buffers, no_timestamps>;
    typename tcp_of::settings s;
    s.congestion.left = at.left;
    static_cast<std::remove_cvref_t<decltype(how)>&>(s.recovery) = how;
    s.recovery.limit.ssthresh = at.left * mss;
    s.rtt.floor = 1s;
    sim::world<tcp_of, tcp_of, sim::endless_source, sim::counting_sink> w(
        {.links = {sim::link_settings{.rate = 12'000'000, .delay = 50ms, .drop = lost_of(at)},
                   sim::link_settings{.delay = 50ms, .drop_any = thinned(at.stretch)}}},
        s, s, {.has_begun = true}, {.has_begun = true});
    REQUIRE(w.open());
    audited::watch watch;
    w.run(instant(2s), [&](auto& now) { watch(now); });
    CHECK_MESSAGE(watch.broken.empty(), watch.broken);
    const auto& seen = w.client().endpoint.connection().variables().recovery;
    const auto& count = w.client().endpoint.count();
    const repair out{.beyond = static_cast<double>(seen.limit.most_beyond) / mss,
                      .missing = static_cast<double>(seen.limit.most_short) / mss,
                      .end = static_cast<double>(seen.at_end) / mss,
                      .reported = seen.reported_before};
    MESSAGE("ssthresh ", at.left, ", ", at.lost, " lost, ", out.reported, " reported before, one ACK for ", at.stretch,
            ": ", out.beyond, " segments beyond the bound, ", out.missing, " short of it, ", out.end, " at the end, ",
            seen.limit.acks, " ACKs, ", count.retransmitted, " sent again");
    CHECK(seen.episodes == 1);
    CHECK(seen.limit.acks >= 10);
    CHECK(count.retransmitted >= at.lost);
    return out;
}

repair with_prr(const point& at, prr reduction = {}) {
    return recover<measured<prr_recovery>>(
        at, prr_recovery{.rules = {.without_sack = {.duplicate_threshold = at.reported}}, .reduction = reduction});
}
repair with_rack(const point& at) {
    return recover<measured_rack>(at, rack_tlp{.without_sack = {.duplicate_threshold = at.reported}});
}

void at_each_point(std::uint8_t late, auto&& check) {
    for (const std::uint32_t left : {50u, 70u})
        for (const std::uint64_t lost : {1u, 10u, 60u})
            for (const std::uint8_t reported : {std::uint8_t{3}, late})
                for (const std::uint64_t stretch : {1u, 10u}) check(point{left, lost, reported, stretch});
}

/// ssthresh; but 60 lost of a hundred leave 40, and each ACK of a retransmission lets out one more than has arrived: of
/// those there are no more than six, where one ACK is for ten.
double end_of(const point& at) { return at.lost == 60 && at.stretch == 10 ? 40 + 6 : at.left; }

// ---- controls -------------------------------------------------------------------------------------------------------

/// RFC 6675 alone.
struct counts_holes : sack_recovery {
    void on_sent(const recovery_sent_report&, const auto&) {}
};
/// A segment too much, always.
struct hasty : prr_recovery {
    std::uint32_t quota(const quota_report& r) const { return prr_recovery::quota(r) + (in_recovery() ? mss : 0); }
};
/// On the way to half of the window.
struct aims_lower : prr_recovery {
    std::uint32_t quota(quota_report r) const {
        if (in_recovery()) r.target /= 2;
        return prr_recovery::quota(r);
    }
};

}  // namespace

TEST_CASE("RFC 9937: never more is out than the bound, and the network is within a segment of ssthresh at the end") {
    at_each_point(30, [](const point& at) {
        const repair seen = with_prr(at);
        CHECK(seen.beyond == 0);
        CHECK(seen.missing < 1);
        CHECK(std::abs(seen.end - end_of(at)) <= 1);
        if (at.reported == 30) CHECK(seen.reported == 29);
    });
}

TEST_CASE("so it is where RACK finds the losses, by what is reported or by time alone") {
    at_each_point(by_time, [](const point& at) {
        const repair seen = with_rack(at);
        CHECK(seen.beyond == 0);
        CHECK(seen.missing < 1);
        CHECK(std::abs(seen.end - end_of(at)) <= 1);
    });
}

TEST_CASE("control: a segment more than the formula has is seen at each point, and so is the way to a lower window") {
    at_each_point(30, [](const point& at) {
        const prr_recovery how{.rules = {.without_sack = {.duplicate_threshold = at.reported}}};
        CHECK(recover<measured<hasty>>(at, how).beyond > 0);
        const repair lower = recover<measured<aims_lower>>(at, how);
        CHECK(lower.end < end_of(at) - 1);
        CHECK(lower.missing >= 1);
    });
}

TEST_CASE("control: at 60 % the slow-start bound sends too much, the conservative one never comes to the window, and "
          "RFC 6675 sends in a burst") {
    for (const std::uint32_t left : {50u, 70u}) {
        const point at{.left = left, .lost = 60};
        CHECK(with_prr(at, {.bounded_by = prr::bound::slow_start}).beyond >= 1);
        CHECK(with_prr(at, {.bounded_by = prr::bound::conservative}).end <= 41);
        CHECK(recover<measured<counts_holes>>(point{.left = left, .lost = 60, .reported = 30},
                                               sack_recovery{.without_sack = {.duplicate_threshold = 30}})
                  .beyond > 1);
    }
}
