// SPDX-License-Identifier: MIT
//
// Loss recovery has to work with {SACK, none} × {timestamps, none}: a case that calls each_mix() runs once for each of
// the four, with settings that switch options off. `mixed` is a bench whose peer has what its segments brought it, and
// acknowledges each as it must with these options (RFC 9293 section 3.10.7.4, RFC 2018, RFC 2883, RFC 7323 section
// 4.3).
#pragma once

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <utility>
#include <vector>

#include "support/compositions.hpp"
#include "support/lab.hpp"

namespace lab {

struct option_mix {
    bool sack = false;
    bool timestamps = false;

    /// What a segment holds of a segment size of 1460 octets (RFC 6691 section 2, RFC 7323 appendix A).
    constexpr std::uint32_t room(std::uint32_t mss = 1460) const { return mss - (timestamps ? 12 : 0); }
};

/// The case runs again for each mix (doctest's subcases), so this stands once in it, outside of loops.
inline option_mix each_mix() {
    option_mix chosen;
    SUBCASE("neither SACK nor timestamps") { chosen = {false, false}; }
    SUBCASE("timestamps") { chosen = {false, true}; }
    SUBCASE("SACK") { chosen = {true, false}; }
    SUBCASE("SACK and timestamps") { chosen = {true, true}; }
    return chosen;
}
/// For what is about SACK: with timestamps and without.
inline option_mix each_sack_mix() {
    option_mix chosen{.sack = true};
    SUBCASE("SACK") { chosen.timestamps = false; }
    SUBCASE("SACK and timestamps") { chosen.timestamps = true; }
    return chosen;
}
/// For what only those without SACK do (NewReno).
inline option_mix each_mix_without_sack() {
    option_mix chosen;
    SUBCASE("neither SACK nor timestamps") { chosen.timestamps = false; }
    SUBCASE("timestamps") { chosen.timestamps = true; }
    return chosen;
}

/// Settings of a composition with the options of a mix.
template <class Settings>
Settings with(option_mix mix, Settings s = {}) {
    s.limits.sack = mix.sack;
    s.limits.timestamps = mix.timestamps;
    return s;
}

using numbers = std::vector<std::uint32_t>;

template <class Tcp>
struct mixed : bench<Tcp> {
    using settings = typename bench<Tcp>::settings;

    explicit mixed(option_mix m, const settings& s = {}, std::uint32_t mss = 1460)
        : bench<Tcp>(with(m, s)), mix(m), each(m.room(mss)), mss_(mss) {
        this->peer_offers.sack_permitted = m.sack;
        if (m.timestamps) this->peer_offers.timestamps = timestamps_option{};
    }

    option_mix mix;
    std::uint32_t each;            // text of a full segment
    std::uint16_t window = 65535;  // of the peer's ACKs

    /// The relative number where segment n begins, n = 0, 1, 2…
    std::uint32_t at(std::uint32_t n) const { return 1 + n * each; }

    void establish() {
        bench<Tcp>::establish(window, static_cast<std::uint16_t>(mss_));
        REQUIRE(this->full_segment() == each);
        REQUIRE(this->block().uses_sack() == mix.sack);
    }

    /// The numbers of the segments that left.
    numbers left() {
        numbers out;
        for (const auto& s : this->take()) {
            CHECK((s.sequence - 1) % each == 0);
            out.push_back((s.sequence - 1) / each);
        }
        return out;
    }

    /// What the peer has acknowledged, relative.
    std::uint32_t acknowledged() const { return upto_; }

    // ---- what the peer gets ---------------------------------------------------------------------------------------

    /// Segment n reaches the peer, which acknowledges it at once. Gives what that makes leave.
    numbers gets(std::uint32_t n) {
        reaches(at(n), at(n + 1));
        return left();
    }
    /// Several do, one after the other.
    numbers gets(std::initializer_list<std::uint32_t> several) {
        numbers out;
        for (const std::uint32_t n : several)
            for (const std::uint32_t gone : gets(n)) out.push_back(gone);
        return out;
    }
    /// All that is below segment n has come; one ACK says so.
    numbers gets_all_below(std::uint32_t n) {
        reaches(upto_, at(n));
        return left();
    }

    /// The last transmission of the octets [begin, end) does, or an earlier one that bore this timestamp.
    void reaches(std::uint32_t begin, std::uint32_t end, std::optional<std::uint32_t> value = {}) {
        const auto twice = held_twice(begin, end);
        // RFC 7323 section 4.3: what begins at or below the last ACK is echoed.
        if (begin <= upto_) echo_ = value ? *value : this->value_of(begin);
        take_run(begin, end);
        tcp_options options;
        if (mix.sack) {
            const std::size_t most = mix.timestamps ? 3 : 4;
            if (twice) options.sack.push_back({seq(twice->first), seq(twice->second)});
            for (const run& r : held_)
                if (options.sack.size() < most) options.sack.push_back({seq(r.first), seq(r.second)});
        }
        if (mix.timestamps)
            options.timestamps = {.value = this->peer_clock(), .echo = echo_.value_or(this->value_of(0))};
        this->arrives({.flags = flag::ack,
                       .sequence = this->next_seq(),
                       .acknowledgment = upto_,
                       .window = window,
                       .options = options});
    }

private:
    using run = std::pair<std::uint32_t, std::uint32_t>;

    /// RFC 2883 section 4: of what came before.
    std::optional<run> held_twice(std::uint32_t begin, std::uint32_t end) const {
        if (end <= upto_) return run{begin, end};
        for (const run& r : held_)
            if (r.first <= begin && end <= r.second) return run{begin, end};
        return {};
    }
    void take_run(std::uint32_t begin, std::uint32_t end) {
        run joined{begin, end};
        std::erase_if(held_, [&](const run& r) {
            if (r.second < joined.first || joined.second < r.first) return false;
            joined = {std::min(r.first, joined.first), std::max(r.second, joined.second)};
            return true;
        });
        if (joined.first > upto_)
            held_.insert(held_.begin(), joined);  // RFC 2018 section 4: the latest first
        else
            upto_ = std::max(upto_, joined.second);
    }

    std::uint32_t mss_;
    std::uint32_t upto_ = 1;               // RCV.NXT of the peer
    std::vector<run> held_{};              // above it
    std::optional<std::uint32_t> echo_{};  // TS.Recent; the SYN's at first
};

}  // namespace lab
