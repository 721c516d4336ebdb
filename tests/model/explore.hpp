// SPDX-License-Identifier: MIT
//
// The model check: two real endpoints, their applications and a channel that may lose, duplicate and reorder, explored
// breadth-first with every choice there is, to a depth. Nothing here knows TCP but what it may observe.
//
// A world is two ends and what is under way between them. An end is an endpoint with its application: how far its
// script has come, how much it has read. Ends are kept once each (equal when every variable that can matter is equal,
// times taken relative to now), and so are packets: a world is a few numbers, and what an end makes of an event is
// found out once. Each end has a clock of its own, which stands still but for its timers: "the next timer fires" may
// happen at any time, as if the rest of the world were arbitrarily slow. (Even 2MSL may be over while old packets are
// under way.)
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <deque>
#include <functional>
#include <sstream>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <support/wire.hpp>

#include <sluice/testing/audit.hpp>

namespace model {

using namespace sluice;

enum class step : std::uint8_t { connect, listen, send, shutdown, close, abort };

struct scenario {
    std::array<std::vector<step>, 2> script;
    std::array<std::uint8_t, 2> begun{};   // steps done before anything happens
    std::array<std::uint8_t, 2> length{};  // octets that each sends
    // An abort: not all octets need arrive, but what does is a prefix; and the other end, if its part is done, need not
    // learn of it: it may rest in LISTEN or FIN-WAIT-2.
    bool may_fail = false;
};

inline constexpr int any_number = -1;

/// How far: choices one after the other; and how often something may go wrong on a way (a packet is lost, duplicated or
/// overtaken, a timer fires while packets are under way).
struct limits_of_search {
    int depth = any_number;
    int mischief = any_number;
    std::size_t states = 20'000'000;  // more than these is no success
};

struct found {
    std::size_t states = 0, transitions = 0, ends = 0, packets = 0;
    int depth = 0;
    bool complete = false;  // nothing is left beyond
    std::string broken{};   // the first property that does not hold, and how to get there
};

inline constexpr std::array<socket_address, 2> address{
    {{ip_address::v4(198, 18, 0, 1), 1}, {ip_address::v4(198, 18, 0, 2), 2}}};
inline constexpr std::array<std::uint32_t, 2> first_number{0xfffffffe, 0x7ffffffe};  // both wrap in mid-conversation

struct given_isn {
    using slot = isn_slot;
    constexpr seq choose(const socket_address& local, const socket_address&, instant) const {
        return seq(first_number[local == address[0] ? 0 : 1]);
    }
};

/// Each octet of each stream is different.
constexpr octet octet_of(int who, std::size_t at) { return static_cast<octet>((who == 0 ? 'a' : 'A') + at); }

/// A set of hashes in one block of memory.
class hash_set {
public:
    bool contains(std::uint64_t h) const { return !places_.empty() && places_[place_of(h)] != 0; }
    void insert(std::uint64_t h) {
        if (size_ * 3 >= places_.size() * 2) {
            const std::vector<std::uint64_t> before =
                std::exchange(places_, std::vector<std::uint64_t>(std::max<std::size_t>(places_.size() * 2, 1 << 16)));
            for (const std::uint64_t old : before)
                if (old != 0) places_[place_of(old)] = old;
        }
        std::uint64_t& place = places_[place_of(h)];
        size_ += place == 0;
        place = h;
    }

private:
    std::size_t place_of(std::uint64_t h) const {
        std::size_t at = h;
        while (places_[at &= places_.size() - 1] != 0 && places_[at] != h) ++at;
        return at;
    }
    std::vector<std::uint64_t> places_;
    std::size_t size_ = 0;
};

template <class Tcp>
class exploration {
    using endpoint = typename Tcp::endpoint;

    struct end {
        endpoint tcp;
        instant now{instant(1s)};
        std::uint8_t who = 0, script = 0, sent = 0, read = 0;
    };

    // Packets under way, by number; 0 is none. In the order of their sending, or when overtaking costs nothing, sorted.
    static constexpr std::size_t most_under_way = 3;  // each way; what does not fit is lost
    using channel = std::array<std::uint16_t, most_under_way>;
    struct world {
        std::array<std::uint32_t, 2> ends{};
        std::array<channel, 2> to{};  // to[1] has what 0 sent
        std::uint32_t mischief = 0;
        friend bool operator==(const world&, const world&) = default;
    };
    static_assert(std::has_unique_object_representations_v<world>);
    struct hash {
        std::size_t operator()(const world& w) const {
            std::array<std::uint64_t, (sizeof(world) + 7) / 8> words{};
            std::memcpy(words.data(), &w, sizeof w);
            std::uint64_t h = 0x9e3779b97f4a7c15;
            for (const std::uint64_t word : words) h = (std::rotl(h, 25) ^ word) * 0xff51afd7ed558ccd;
            return static_cast<std::size_t>(h ^ h >> 32);
        }
    };

    enum class kind : std::uint8_t { deliver, deliver_and_keep, lose, script, read, timer };
    struct choice {
        kind what = kind::timer;
        std::uint8_t who = 0, place = 0;
    };

    struct effect {
        bool possible = false;
        std::uint32_t next = 0;
        std::uint32_t first = 0, count = 0;  // of emitted_
    };

public:
    exploration(const typename Tcp::settings& s, const scenario& plan) : settings_(s), plan_(plan) {}

    found search(const limits_of_search& most) {
        most_ = most;
        world start{};
        for (int who = 0; who < 2; ++who) {
            end e{endpoint(settings_)};
            e.who = static_cast<std::uint8_t>(who);
            std::vector<std::uint16_t> leaving;
            for (int i = 0; i < plan_.begun[static_cast<std::size_t>(who)]; ++i) do_script(e, leaving);
            start.ends[e.who] = number_of(e);
            for (const std::uint16_t p : leaving) put(start.to[e.who ^ 1u], p);
        }
        add(start, 0, {});
        out_.complete = true;
        std::size_t level_end = 1;
        for (std::size_t i = 0; i < worlds_.size(); ++i) {
            if (i == level_end) {
                ++out_.depth;
                level_end = worlds_.size();
            }
            if (!ends_well(world(worlds_[i]))) return broken_at(i);
            if (out_.depth == most.depth) {
                out_.complete = false;
                continue;
            }
            const world before = worlds_[i];
            each_choice(before, [&](choice c) {
                world after;
                if (!apply(before, c, after) || after == before) return;
                ++out_.transitions;
                add(after, i, c);
            });
            if (!broken_.empty()) return broken_at(i);
            if (worlds_.size() > most.states) return broken_ = "too many states", out_.complete = false, broken_at(i);
        }
        return result();
    }

private:
    // ---- worlds -----------------------------------------------------------------------------------------------------

    void add(const world& w, std::size_t from, choice c) {
        if (worlds_.size() * 2 >= places_.size()) {
            places_.assign(std::max<std::size_t>(places_.size() * 2, 1 << 16), 0);
            for (std::uint32_t i = 0; i < worlds_.size(); ++i) *place_of(worlds_[i]) = i + 1;
        }
        std::uint32_t* const place = place_of(w);
        if (*place != 0) return;
        worlds_.push_back(w);
        came_from_.push_back({static_cast<std::uint32_t>(from), c});
        *place = static_cast<std::uint32_t>(worlds_.size());
    }

    std::uint32_t* place_of(const world& w) {
        std::size_t at = hash{}(w);
        while (places_[at &= places_.size() - 1] != 0 && worlds_[places_[at] - 1] != w) ++at;
        return &places_[at];
    }

    void each_choice(const world& w, auto&& each) const {
        for (std::uint8_t who = 0; who < 2; ++who) {
            for (std::uint8_t place = 0; place < most_under_way && w.to[who][place] != 0; ++place)
                for (const kind what : {kind::deliver, kind::deliver_and_keep, kind::lose})
                    each(choice{what, who, place});
            for (const kind what : {kind::script, kind::read, kind::timer}) each(choice{what, who, 0});
        }
    }

    bool apply(const world& before, choice c, world& after) {
        after = before;
        if (most_.mischief != any_number && is_mischief(before, c) &&
            ++after.mischief > static_cast<std::uint32_t>(most_.mischief))
            return false;
        const std::uint16_t packet = before.to[c.who][c.place];
        if (c.what == kind::deliver || c.what == kind::lose) take(after.to[c.who], c.place);
        if (c.what == kind::lose) return true;
        const effect e =
            effect_of(before.ends[c.who], c.what == kind::deliver_and_keep ? kind::deliver : c.what, packet);
        if (!e.possible) return false;
        after.ends[c.who] = e.next;
        for (std::uint32_t i = 0; i < e.count; ++i) put(after.to[c.who ^ 1u], emitted_[e.first + i]);
        return true;
    }

    static bool is_mischief(const world& w, choice c) {
        if (c.what == kind::lose || c.what == kind::deliver_and_keep || c.place > 0) return true;
        return c.what == kind::timer && (w.to[0][0] != 0 || w.to[1][0] != 0);
    }

    void put(channel& c, std::uint16_t packet) const {
        if (c.back() != 0 || std::find(c.begin(), c.end(), packet) != c.end()) return;  // full, or kept anyway
        *std::find(c.begin(), c.end(), 0) = packet;
        if (most_.mischief == any_number) std::sort(c.begin(), c.end(), std::greater<>());
    }

    static void take(channel& c, std::size_t place) {
        for (std::size_t i = place; i + 1 < most_under_way; ++i) c[i] = c[i + 1];
        c.back() = 0;
    }

    // ---- a fair run: everything is delivered, read and timed; it must end, and end well -----------------------------

    bool fair_choice(const world& w, std::uint8_t turn, choice& chosen) {
        world ignored;
        const auto possible = [&](choice c) {
            chosen = c;
            if (!apply(w, c, ignored)) return false;
            ignored.mischief = 0;
            return ignored != w;
        };
        for (const std::uint8_t who : {std::uint8_t{1}, std::uint8_t{0}})
            if (w.to[who][0] != 0) return possible({kind::deliver, who, 0});
        for (const kind what : {kind::read, kind::script})
            for (const std::uint8_t who : {std::uint8_t{0}, std::uint8_t{1}})
                if (possible({what, who, 0})) return true;
        return possible({kind::timer, turn, 0}) || possible({kind::timer, static_cast<std::uint8_t>(turn ^ 1u), 0});
    }

    bool ends_well(const world& from) {
        world w = from;
        w.mischief = 0;
        std::uint8_t turn = 0;
        std::vector<std::uint64_t> passed;
        fair_way_.clear();
        for (choice c;;) {
            const std::uint64_t here = (hash{}(w) | 2) ^ turn;
            if (good_.contains(here)) break;
            passed.push_back(here);
            if (passed.size() > 5000) return broken_ = "a fair run does not end", false;
            if (!fair_choice(w, turn, c)) {
                if (!broken_.empty() || !rests_well(w)) return false;
                break;
            }
            const world before = w;
            fair_way_.push_back({w, c});
            apply(before, c, w);
            w.mischief = 0;
            if (!broken_.empty()) return false;
            if (c.what == kind::timer) turn = c.who ^ 1u;
        }
        for (const std::uint64_t one : passed) good_.insert(one);
        fair_way_.clear();
        return true;
    }

    bool rests_well(const world& w) {
        for (std::size_t who = 0; who < 2; ++who) {
            const end& e = ends_[w.ends[who]];
            const end& other = ends_[w.ends[who ^ 1u]];
            const state_set well = plan_.may_fail ? state::closed | state::listen | state::fin_wait_2 : state::closed;
            if (!well.has(e.tcp.state()))
                return broken_ = std::string("a fair run ends in ") + name(e.tcp.state()), false;
            if (plan_.may_fail) continue;
            if (e.tcp.error() != error::none)
                return broken_ = std::string("a fair run ends with: ") + text(e.tcp.error()), false;
            if (e.sent != plan_.length[who]) return broken_ = "not everything could be sent", false;
            if (e.read != other.sent) return broken_ = "not everything sent was delivered", false;
        }
        return true;
    }

    // ---- ends -------------------------------------------------------------------------------------------------------

    effect effect_of(std::uint32_t number, kind what, std::uint16_t packet) {
        const std::uint64_t which = (std::uint64_t{number} << 20) | (static_cast<std::uint64_t>(what) << 16) |
                                    (what == kind::deliver ? packet : 0u);
        if (const auto known = effects_.find(which); known != effects_.end()) return known->second;
        end e = ends_[number];
        std::vector<std::uint16_t> leaving;
        effect out;
        switch (what) {
            case kind::deliver:
                e.tcp.on_packet({.data = packets_[packet]}, e.now);
                out.possible = true;
                break;
            case kind::script: out.possible = do_script(e, leaving); break;
            case kind::read: out.possible = do_read(e); break;
            default:
                out.possible = e.tcp.next_deadline() != never;
                if (!out.possible) break;
                e.now = std::max(e.now, e.tcp.next_deadline());
                e.tcp.on_deadline(e.now);
        }
        if (out.possible) {
            flush(e, leaving);
            out.next = number_of(e);
            out.first = static_cast<std::uint32_t>(emitted_.size());
            out.count = static_cast<std::uint32_t>(leaving.size());
            emitted_.insert(emitted_.end(), leaving.begin(), leaving.end());
        }
        effects_.emplace(which, out);
        return out;
    }

    bool do_script(end& e, std::vector<std::uint16_t>& leaving) {
        const auto& script = plan_.script[e.who];
        if (e.script == script.size()) return false;
        const bool unopened = e.tcp.state() == state::listen || e.tcp.state() == state::syn_sent;
        const auto skip_rest = [&] { e.script = static_cast<std::uint8_t>(script.size()); };
        const auto done = [&](bool well) { well ? static_cast<void>(++e.script) : skip_rest(); };
        switch (script[e.script]) {
            case step::listen: done(bool(e.tcp.listen(address[e.who], e.now))); break;
            case step::connect: done(bool(e.tcp.connect(address[e.who], address[e.who ^ 1u], e.now))); break;
            case step::shutdown:
                if (unopened) return false;  // there it would delete the connection, and what is queued with it
                done(bool(e.tcp.shutdown(e.now)));
                break;
            case step::close:
                if (unopened) return false;
                done(bool(e.tcp.close(e.now)));
                break;
            case step::abort: done(bool(e.tcp.abort(e.now))); break;
            case step::send: {
                std::array<octet, 16> text{};
                const std::size_t rest = std::size_t{plan_.length[e.who]} - e.sent;
                for (std::size_t i = 0; i < rest; ++i) text[i] = octet_of(e.who, e.sent + i);
                const auto taken = e.tcp.send(octets(text).first(rest), e.now);
                if (taken.error() == error::would_block || taken.error() == error::remote_unspecified) return false;
                if (taken)
                    e.sent = static_cast<std::uint8_t>(e.sent + *taken);
                else
                    skip_rest();
                if (e.sent == plan_.length[e.who]) ++e.script;
            }
        }
        flush(e, leaving);
        return true;
    }

    bool do_read(end& e) {
        std::array<octet, 64> into{};
        const auto got = e.tcp.receive(into, e.now);
        if (!got) return false;
        for (std::size_t i = 0; i < *got; ++i)
            if (e.read >= plan_.length[e.who ^ 1u] || into[i] != octet_of(e.who ^ 1, e.read++))
                broken_ = "a wrong octet is delivered";
        return *got > 0;
    }

    void flush(end& e, std::vector<std::uint16_t>& leaving) {
        std::array<tx_packet, 1> room;
        for (int i = 0; e.tcp.poll_transmit(e.now, room) == 1; ++i) {
            if (i == 100) {
                broken_ = "it sends without end";
                break;
            }
            leaving.push_back(number_of(lab::octets_of(room[0])));
        }
        while (e.tcp.poll_event()) {
        }
        if (const char* rule = testing::audit(e.tcp.connection().variables())) broken_ = rule;
        if (const char* rule = e.tcp.observers().broken) broken_ = rule;
    }

    std::uint16_t number_of(const std::vector<octet>& packet) {
        const auto [at, is_new] = packet_numbers_.emplace(std::string(packet.begin(), packet.end()),
                                                          static_cast<std::uint16_t>(packets_.size()));
        if (is_new) packets_.push_back(packet);
        REQUIRE(packets_.size() < 65536);
        return at->second;
    }

    std::uint32_t number_of(const end& e) {
        const auto [at, is_new] = end_numbers_.emplace(key(e), static_cast<std::uint32_t>(ends_.size()));
        if (is_new) ends_.push_back(e);
        return at->second;
    }

    /// Everything that may make a difference later. Left out are counters, which only tell; the limits that the
    /// settings of these tests switch off (R1, R2, the user timeout, keep-alive); and samples that fixed_rto does not
    /// look at.
    std::string key(const end& e) const {
        std::string out;
        const auto put = [&](auto value) { out.append(reinterpret_cast<const char*>(&value), sizeof value); };
        const auto put_time = [&](instant t) { put(t == never ? duration::max() : t - e.now); };
        const auto& c = e.tcp.connection().variables();
        put(e.who), put(e.script), put(e.sent), put(e.read);
        put(c.state), put(c.error), put(c.owned);
        for (const seq s : {c.snd.iss, c.snd.una, c.snd.nxt, c.snd.wl1, c.snd.wl2}) put(s.number());
        put(c.snd.wnd), put(c.snd.max_wnd), put(c.snd.acked);
        put(c.rcv.synchronized);
        for (const seq s : {c.rcv.irs, c.rcv.nxt, c.rcv.edge}) put(s.number());
        for (std::size_t i = 0; i < timer_count; ++i) put_time(c.timer[static_cast<timer>(i)]);
        put(c.mss), put(c.receive_mss), put(c.largest_received);
        put(c.close_waits), put(c.fin_queued), put(c.fin_sent), put(c.wants_room), put(c.retransmit_now),
            put(c.probe_now);
        put(c.probing), put(c.override_now), put(c.ack_now), put(c.duplicate_acks);
        put(std::min<duration>(e.now - c.last_stray_ack, settings_.limits.stray_ack_interval));
        put(c.rtt.rto());
        for (list_index i = c.flight.first(); i != no_index; i = c.flight.after(i)) {
            const in_flight_record& r = c.flight[i];
            put(r.begin.number()), put(r.end.number()), put(r.lost), put(r.sacked), put(r.transmissions > 1),
                put(r.sent == e.now);
        }
        put('|');
        put(c.agreed.sack);
        if constexpr (Tcp::options::sack)
            for (const sack_block& b : c.to_report.blocks(c.assembly.held(), c.assembly.fin(), sack_blocks::most))
                put(b.begin.number()), put(b.end.number());
        put('|');
        for (const auto& held : c.assembly.held().all()) put(held.begin.number()), put(held.end.number());
        put(c.assembly.fin() ? std::uint64_t{c.assembly.fin()->number()} : ~std::uint64_t{0});
        tx_packet text;
        c.outgoing.lend(0, c.outgoing.size(), text);
        for (std::size_t i = 0; i < text.spans; ++i) out.append(text.payload[i].begin(), text.payload[i].end());
        put('|');
        auto incoming = c.incoming;
        no_pool none{0};
        std::array<octet, 64> unread{};
        out.append(unread.begin(), unread.begin() + static_cast<std::ptrdiff_t>(incoming.read(none, unread)));
        // Policies that remember something which others look at: go_back_n beside fixed_window does not.
        if constexpr (requires { c.congestion.cwnd_; }) {
            put(c.congestion.cwnd_), put(c.congestion.ssthresh_), put(c.congestion.counted_), put(c.congestion.mss_);
            put(c.round_end.number()), put(c.app_limited_end.number()), put(c.most_in_flight);
            put(c.cwnd_limited), put(c.cwnd_was_limited), put(std::min<std::uint8_t>(c.syn_retries, 2));
            put(std::min<duration>(e.now - c.last_sent, 2s));
        }
        if constexpr (requires { c.recovery.rescue_; }) {
            put(std::min(c.recovery.duplicates_, 4u));
            for (const seq s : {c.recovery.recover_, c.recovery.ack_, c.recovery.rescue_}) put(s.number());
            put(c.recovery.sack_), put(c.recovery.recovering_), put(c.recovery.after_timeout_);
        } else if constexpr (requires { c.recovery.duplicates_; }) {
            // These two grow as long as duplicates come; beyond the threshold, or all there is to send, nothing tells.
            put(std::min(c.recovery.duplicates_, c.recovery.duplicate_threshold + 1u)),
                put(std::min(c.recovery.inflation_, 64u));
            put(c.recovery.recover_.number()), put(c.recovery.last_advance_), put(c.recovery.ceiling_);
            put(c.recovery.recovering_), put(c.recovery.after_timeout_), put(c.recovery.partial_);
        }
        if constexpr (requires { c.ack.quick_; }) put(c.ack.quick_), put(c.ack.unacknowledged_);
        return out;
    }

    static constexpr std::size_t longest_way = 100;  // of which a description is of use

    // ---- the result -------------------------------------------------------------------------------------------------

    found result() {
        out_.states = worlds_.size();
        out_.ends = ends_.size();
        out_.packets = packets_.size() - 1;
        return out_;
    }

    /// The way to world `i`, and what is there.
    found broken_at(std::size_t i) {
        std::vector<std::size_t> way;
        for (std::size_t at = i; at != 0; at = came_from_[at].first) way.push_back(at);
        std::ostringstream out;
        out << broken_ << "\n";
        if (way.size() > longest_way) way.resize(longest_way);  // its end
        for (auto at = way.rbegin(); at != way.rend(); ++at)
            describe(out, worlds_[came_from_[*at].first], came_from_[*at].second);
        if (!fair_way_.empty()) out << "from here on, fairly:\n";
        if (fair_way_.size() > longest_way) fair_way_.resize(longest_way);
        for (const auto& [w, c] : fair_way_) describe(out, w, c);
        for (int who = 0; who < 2; ++who)
            out << "end " << who << " is in " << name(ends_[worlds_[i].ends[static_cast<std::size_t>(who)]].tcp.state())
                << "\n";
        out_.broken = out.str();
        return result();
    }

    void describe(std::ostream& out, const world& w, choice c) const {
        static constexpr const char* what[] = {"gets",       "gets (and it is duplicated)",
                                               "never gets", "goes on with its script",
                                               "reads",      "has a timer fire"};
        const end& e = ends_[w.ends[c.who]];
        out << "  end " << int(c.who) << " in " << name(e.tcp.state()) << " " << what[static_cast<int>(c.what)];
        if (c.what <= kind::lose) {
            const auto p = parse_packet({.data = packets_[w.to[c.who][c.place]]});
            const auto& s = p->segment;
            out << " <SEQ=" << s.sequence - seq(first_number[c.who ^ 1u])
                << "><ACK=" << (s.has(flag::ack) ? s.acknowledgment - seq(first_number[c.who]) : 0) << "><"
                << s.text_length << " octets><WND=" << s.window << "><CTL=" << (s.has(flag::syn) ? "S" : "")
                << (s.has(flag::fin) ? "F" : "") << (s.has(flag::rst) ? "R" : "") << (s.has(flag::ack) ? "A" : "")
                << ">";
        }
        out << "\n";
    }

    typename Tcp::settings settings_;
    scenario plan_;
    limits_of_search most_;
    std::vector<std::pair<world, choice>> fair_way_;  // of the run that is looked at
    found out_;
    std::string broken_;

    std::deque<end> ends_;
    std::unordered_map<std::string, std::uint32_t> end_numbers_;
    std::deque<std::vector<octet>> packets_{{}};
    std::unordered_map<std::string, std::uint16_t> packet_numbers_;
    std::unordered_map<std::uint64_t, effect> effects_;
    std::vector<std::uint16_t> emitted_;

    std::vector<world> worlds_;
    std::vector<std::pair<std::uint32_t, choice>> came_from_;
    std::vector<std::uint32_t> places_;  // a hash table of indices of worlds_, plus one
    hash_set good_;                      // what fair runs have passed and ended well
};

}  // namespace model
