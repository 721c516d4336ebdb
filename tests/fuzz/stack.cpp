// SPDX-License-Identifier: MIT
// Drives a whole stack with whatever libFuzzer makes up: each few octets are a step in time and a call, a packet
// (forger.hpp), or memory that is there no more. Limits are small, so that all of them are met. After every event the
// stack is audited (stack_audit.hpp), each handle is good for as long as its socket is its program's, each event is of
// one that is, what leaves is read back, and time must be able to go on. In the end all is let go: then nothing may be
// left, and no memory be out. FUZZ_TRACE=1 fuzz_stack crash-file tells what happened.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <vector>

#include <sluice/policy/ack/every_segment.hpp>
#include <sluice/policy/buffers/fixed_buffers.hpp>
#include <sluice/policy/ecn/accurate_ecn.hpp>
#include <sluice/policy/ecn/no_ecn.hpp>
#include <sluice/policy/isn/counter_isn.hpp>
#include <sluice/policy/lifecycle/client_only.hpp>
#include <sluice/policy/options/mtu_probing.hpp>
#include <sluice/policy/options/no_timestamps.hpp>
#include <sluice/policy/recovery/newreno_recovery.hpp>

#include "fuzz/forger.hpp"
#include "fuzz/stack_audit.hpp"

namespace {

using namespace sluice;
using namespace fuzz;

const bool tracing = std::getenv("FUZZ_TRACE") != nullptr;

/// Memory that is counted, and may be refused; each run begins with none out.
struct books {
    std::size_t out = 0;
    bool refuses = false;
} memory_books;

struct counted {
    void* allocate(std::size_t size) {
        if (memory_books.refuses) return nullptr;
        void* const block = heap{}.allocate(size);
        if (block) memory_books.out += size;
        return block;
    }
    void release(void* block, std::size_t size) {
        memory_books.out -= size;
        heap{}.release(block, size);
    }
};

template <class Tcp>
class session {
public:
    explicit session(script& s) : script_(s), others_(s), stack_(settings(s)) {
        const std::uint8_t bits = s.next();
        if (bits & 1) stack_.surroundings().largest_super_segment = 1000u * (bits >> 4);
        is_gateway_ = bits & 2;
        if (!is_gateway_)
            for (const ip_address& own : ours)
                require(bool(stack_.add_address(own, own.is_v4() ? 16 : 64)), "an address");
        now_ += std::chrono::seconds(s.next());
        if (bits & 4) listen(bits & 8 ? 36 : 0);
        if (!held_.empty()) begin(s.next() % 4);
    }

    void run() {
        for (int i = 0; i < 1000 && !script_.empty(); ++i) {
            pass_time();
            const std::uint8_t what = script_.next();
            if (what >= 96)
                arrive(what);
            else
                call(what % 32);
            if (what % 8 != 7) settle();  // else more comes in the same batch
        }
        finish();
    }

private:
    static typename Tcp::settings settings(script& s) {
        typename Tcp::settings out;
        const std::uint8_t bits = s.next(), more = s.next();
        out.seed = s.next();
        out.limits.mtu = bits & 1 ? 1500 : 300;
        out.limits.least_peer_mss = bits & 2 ? 216 : 1;
        out.limits.connection.keep_alive = bits & 4;
        out.limits.connection.user_timeout_option = bits & 8;
        out.limits.syn_ack_tries = bits >> 4 & 3;
        out.limits.msl = bits & 64 ? 30s : 1s;
        out.limits.most_connections = 1u + (more & 7);
        out.limits.most_time_waits = more >> 3 & 3;
        out.limits.ephemeral_ports = {40000, static_cast<std::uint16_t>(40000 + (more >> 5 & 3))};
        if constexpr (requires { out.buffers.memory; }) out.buffers.memory = bits & 128 ? 100'000 : 1 << 20;
        return out;
    }

    void trace(const char* what, unsigned number) const {
        if (tracing)
            std::fprintf(stderr, "%11.6f %s %u\n", static_cast<double>(now_.time_since_epoch().count()) / 1e9, what,
                         number);
    }
    void trace(const char* way, octets packet) const {
        const auto p = tracing ? parse_packet({.data = packet}) : std::nullopt;
        if (!p) return trace(way, static_cast<unsigned>(packet.size()));
        std::fprintf(stderr, "%11.6f %s %u -> %u flags=%03x seq=%u ack=%u length=%u window=%u\n",
                     static_cast<double>(now_.time_since_epoch().count()) / 1e9, way, p->segment.source_port,
                     p->segment.destination_port, p->segment.flags.bits(), p->segment.sequence.number(),
                     p->segment.acknowledgment.number(), p->segment.text_length, p->segment.window);
    }

    /// Chance alone takes long to get so far: a connection that is half open, accepted, or in TIME-WAIT.
    void begin(int stages) {
        if (stages > 0) arrive(forger::anew), settle();
        if (stages > 1) arrive(forger::by_the_rules), settle(), keep(judge_accept(held_.front().socket), "accept");
        if (stages > 2) let_go(held_.back().socket, false), settle(), arrive(forger::by_the_rules), settle();
    }

    // ---- time -------------------------------------------------------------------------------------------------------

    void pass_time() {
        const std::uint8_t how = script_.next();
        if (how < 128) return;
        if (how < 200) {
            const instant end = now_ + std::chrono::microseconds(1u << (how % 24));
            for (int i = 0; stack_.next_deadline() <= end; ++i) {
                require(i < 100'000, "time does not go on");
                expire();
            }
            now_ = end;
        } else if (how < 252) {
            if (stack_.next_deadline() != never) expire();
        } else {  // the host has slept
            now_ += std::chrono::seconds(script_.next_16() % 2000);
            has_overslept_ = true;
            expire();
        }
    }
    void expire() {
        if (stack_.next_deadline() == never) return;
        now_ = std::max(now_, stack_.next_deadline());
        trace("deadline", 0);
        stack_.on_deadline(now_);
        settle();
        require(stack_.next_deadline() > now_, "a deadline that has passed stays");
    }

    // ---- calls ------------------------------------------------------------------------------------------------------

    struct held {
        handle socket;
        std::uint64_t cookie;
    };

    void keep(const result<handle>& h, const char* what) {
        trace(what, h ? h->index : static_cast<unsigned>(h.error()));
        if (h) held_.push_back({*h, last_cookie_});
    }
    /// Of one that there is, or that has been let go.
    handle any() {
        const std::size_t all = held_.size() + gone_.size();
        if (all == 0) return {};
        const std::size_t n = script_.next() % all;
        return n < held_.size() ? held_[n].socket : gone_[n - held_.size()];
    }
    /// Every call about one that was let go is refused, and no other is.
    template <class Answer>
    Answer judge(handle h, Answer answer) {
        const bool is_held = std::any_of(held_.begin(), held_.end(), [&](const held& e) { return e.socket == h; });
        require(is_held || answer.error() == error::bad_handle, "a call about a socket that was let go");
        return answer;
    }

    // clang-format off
    void call(std::uint8_t which) {
        trace("call", which);
        switch (which) {
            case 0: case 1: listen(script_.next()); break;
            case 2: case 3: connect(script_.next()); break;
            case 4: case 5: keep(judge_accept(any()), "accept"); break;
            case 6: answer(any()); break;
            case 7: case 8: send(any(), script_.next_16() % 5000); break;
            case 9: case 10: send(any(), script_.next()); break;
            case 11: lend(any(), script_.next_16() % 3000); break;
            case 12: reserve(any(), script_.next()); break;
            case 13: case 14: receive(any(), script_.next_16() % 5000); break;
            case 15: consume(any()); break;
            case 17: while (hear()) {} break;
            case 16: { const handle h = any(); (void)judge(h, stack_.shutdown(h, now_)); break; }
            case 18: case 19: let_go(any(), false); break;
            case 20: let_go(any(), true); break;
            case 21: set_options(any(), script_.next()); break;
            case 22: { const handle h = any(); (void)judge(h, stack_.quick_ack(h, script_.next() & 1, now_)); break; }
            case 23: { const handle h = any(); (void)judge(h, stack_.drained(h, now_)); break; }
            case 24: memory_books.refuses = script_.next() & 1; break;
            case 25: if (!is_gateway_) (void)stack_.remove_address(others_.our_address()); break;
            case 26: if (!is_gateway_) (void)stack_.add_address(others_.our_address(), script_.next() % 33); break;
            case 27: if (script_.next() % 8 == 0) settle(), stack_.limit_mtu(std::uint16_t{576}); break;
            case 28: { const handle h = any(); (void)judge(h, stack_.info(h)); break; }
            case 29: if (!held_.empty()) keep(judge_accept(held_.front().socket), "accept"); break;
            case 30: if (!held_.empty()) let_go(held_.back().socket, false); break;
            case 31: if (!held_.empty()) answer(held_.back().socket); break;
            default: break;
        }
    }
    // clang-format on

    void listen(std::uint8_t how) {
        const std::uint16_t port = how & 1 ? std::uint16_t{0} : listening_ports[how >> 1 & 3];
        const ip_address at = how & 8 ? others_.our_address() : ip_address();
        const listen_options options{.backlog = 1u + (how >> 4 & 1),
                                     .cookies = (how & 32) != 0,
                                     .every_port = port == 0,
                                     .asks = (how & 128) != 0};
        keep(stack_.listen({at, port}, now_, options, ++last_cookie_), "listen");
    }
    void connect(std::uint8_t how) {
        const std::uint16_t port = how & 1 ? std::uint16_t{0} : listening_ports[how >> 1 & 3];
        const ip_address from = how & 8 || is_gateway_ ? others_.our_address() : ip_address();
        const ip_address to = is_gateway_ && how & 16 ? others_.our_address() : others_.their_address();
        const auto remote_port = static_cast<std::uint16_t>(how & 32 ? 2000 + (how >> 6) : listening_ports[how >> 6]);
        keep(stack_.connect({from, port}, {to, remote_port}, now_, ++last_cookie_), "connect");
    }
    result<handle> judge_accept(handle h) {
        ++last_cookie_;
        return judge(h, stack_.accept(h, now_, last_cookie_));
    }
    void answer(handle h) { (void)judge(h, stack_.answer(h, now_)); }

    void send(handle h, std::size_t length) {
        const auto* const c = stack_.look(h);
        const std::vector<octet> text = text_from(c ? c->variables().queue_end() : seq(), length);
        const std::uint8_t manner = script_.next();
        const auto taken = judge(h, manner < 160   ? stack_.send(h, text, now_)
                                    : manner < 224 ? stack_.send_more(h, text, now_)
                                                   : stack_.send_urgent(h, text, now_));
        require(taken.value_or(0) <= length, "more was taken than given");
    }
    void lend([[maybe_unused]] handle h, [[maybe_unused]] std::size_t length) {
        if constexpr (Tcp::takes_lent) {
            const auto* const c = stack_.look(h);
            auto& lent = lent_.emplace_back();
            lent.text = text_from(c ? c->variables().queue_end() : seq(), length);
            lent.octets.data = lent.text;
            if (!judge(h, stack_.lend(h, lent.octets, now_))) lent_.pop_back();
        }
    }
    void reserve(handle h, std::size_t most) {
        const auto place = judge(h, stack_.reserve(h, most, now_));
        if (!place) return;
        const auto text = text_from(stack_.look(h)->variables().queue_end(), place->size());
        copy(text, *place);
        (void)stack_.commit(h, text.size(), now_);
    }
    seq first_unread(handle h) const {
        const auto& c = stack_.look(h)->variables();
        const bool fin_received = c.assembly.fin() && *c.assembly.fin() < c.rcv.nxt;
        return c.rcv.nxt - static_cast<std::uint32_t>(stack_.look(h)->readable()) - (fin_received ? 1u : 0u);
    }
    void receive(handle h, std::size_t most) {
        const seq first = stack_.look(h) ? first_unread(h) : seq();
        std::vector<octet> into(most);
        const std::size_t got = judge(h, stack_.receive(h, into, now_)).value_or(0);
        require(got <= most, "more was read than asked for");
        require_text(octets(into).first(got), first, "a wrong octet was delivered");
    }
    void consume(handle h) {
        const seq first = stack_.look(h) ? first_unread(h) : seq();
        const auto some = judge(h, stack_.peek(h, now_));
        if (!some) return;
        require_text(*some, first, "a wrong octet was delivered");
        (void)stack_.consume(h, some->size(), now_);
    }
    void set_options(handle h, std::uint8_t bits) {
        const auto* const c = stack_.look(h);
        connection_options o = c ? c->options() : connection_options();
        o.nagle = bits & 1;
        o.cork = bits & 2;
        o.keep_alive = bits & 4;
        o.keep_alive_idle = bits & 8 ? 10s : 2h;
        o.r2 = bits & 16 ? 2 : 8;
        o.user_timeout = bits & 32 ? std::optional<duration>(3s) : std::nullopt;
        (void)judge(h, stack_.set_options(h, o, now_));
    }
    void let_go(handle h, bool at_once) {
        (void)judge(h, at_once ? stack_.abort(h, now_) : stack_.close(h, now_));
        if (std::erase_if(held_, [&](const held& e) { return e.socket == h; }) == 0) return;
        gone_.push_back(h);
        if (gone_.size() > 4) gone_.erase(gone_.begin());
    }
    bool hear() {
        const auto told = stack_.poll_event();
        if (!told) return false;
        const bool is_held = std::any_of(held_.begin(), held_.end(), [&](const held& e) {
            return e.socket == told->socket && e.cookie == told->cookie;
        });
        require(is_held, "news of a socket that is nobody's");
        return true;
    }

    // ---- packets ----------------------------------------------------------------------------------------------------

    void arrive(std::uint8_t what) {
        if (what >= 252) {  // octets as they come, with or without a checksum to pass
            const octets some = script_.next_octets(script_.next());
            const std::vector<octet> own(some.begin(), some.end());
            trace("raw", static_cast<unsigned>(own.size()));
            const auto checksum = what & 1 ? checksum_state::verified : checksum_state::unknown;
            return stack_.on_packet({.data = own, .checksum = checksum}, now_);
        }
        const std::vector<octet> packet = others_.next(what, now_);
        trace("<", packet);
        stack_.on_packet({.data = packet, .segment_size = static_cast<std::uint16_t>(what == 251 ? 500 : 0)}, now_);
    }

    /// All that can leave leaves; then everything is looked at.
    void settle() {
        std::array<tx_packet, 3> room;
        for (std::size_t packets = 0; const std::size_t built = stack_.poll_transmit(now_, room);) {
            for (std::size_t i = 0; i < built; ++i) split(room[i], [&](const tx_packet& p) { see(p); });
            packets += built;
            require(packets < 20'000, "packets leave without end");
        }
        if (const char* rule = stack_audit(stack_, !has_overslept_).broken()) broken(rule);
        if (const char* beyond = stack_.surroundings().settings.observe.broken) broken(beyond);
        for (const held& e : held_) require(stack_.is_open(e.socket), "a handle is lost");
        for (const handle h : gone_) require(!stack_.is_open(h), "a handle outlives its socket");
        const auto& pool = stack_.surroundings().pool;
        if constexpr (requires { pool.limit(); }) require(pool.in_use() <= pool.limit(), "memory above the limit");
    }

    void see(const tx_packet& p) {
        require(p.length() <= stack_.surroundings().settings.limits.mtu, "a packet above the MTU");
        const std::vector<octet> packet = lab::octets_of(p);
        trace(">", packet);
        others_.hear(packet);
        const auto parsed = parse_packet({.data = packet});
        if (parsed) return require_text(parsed->segment.text, parsed->segment.first_text(), "a wrong octet was sent");
        ip_meta ip;
        const ip_extent extent =
            p.meta.is_v4() ? ipv4::read_any(packet, packet.size(), ip) : ipv6::read_any(packet, packet.size(), ip);
        require(extent.header_length != 0 && extent.protocol == icmp::protocol_of(ip), "a packet that nobody can read");
        require(bool(icmp::read(ip, octets(packet).subspan(extent.header_length))), "ICMP with a wrong checksum");
        require(!is_gateway_, "a gateway answers for others");
    }

    /// All is let go, and nobody answers: with time everything ends, and all memory comes back.
    void finish() {
        memory_books.refuses = false;
        settle();
        while (!held_.empty()) let_go(held_.back().socket, script_.next() & 1), settle();
        for (int i = 0; stack_.next_deadline() != never; ++i) {
            require(i < 10'000, "what nobody holds does not end");
            expire();
        }
        const auto& t = stack_.variables();
        require(t.sockets.size() == (t.unfolded == no_index ? 0u : 1u), "a socket is left");
        require(t.half_opens.size() + t.time_waits.size() + t.listeners.size() == 0, "a record is left");
        const auto& pool = stack_.surroundings().pool;
        if constexpr (requires { pool.in_use(); }) require(pool.in_use() == 0, "memory of a connection is left");
        require(!hear(), "news of a socket that is nobody's");
    }

    struct lent_text {
        std::vector<octet> text{};
        lent_octets octets{};
    };

    script& script_;
    forger others_;
    std::deque<lent_text> lent_{};
    basic_stack<Tcp> stack_;
    instant now_{1s};
    std::vector<held> held_{};
    std::vector<handle> gone_{};
    std::uint64_t last_cookie_ = 0;
    bool is_gateway_ = false;
    bool has_overslept_ = false;
};

using audited = testing::gate_audit;
using growing = basic_growable_buffers<counted>;
using default_tcp = tcp<audited, growing>;
using probing_tcp = tcp<audited, growing, accurate_ecn, mtu_probing, counter_isn>;
using small_tcp = tcp<audited, fixed_buffers<2048, 2048, 6, 3, counted>, no_timestamps, no_ecn, newreno_recovery>;
using client_tcp = tcp<audited, growing, client_only, every_segment>;

template <class Tcp>
void run(script& s) {
    memory_books = {};
    session<Tcp>(s).run();
    require(memory_books.out == 0, "memory is not given back");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    script s(octets(data, size));
    switch (s.next() % 8) {
        case 0:
        case 1: run<probing_tcp>(s); break;
        case 2:
        case 3: run<small_tcp>(s); break;
        case 4: run<client_tcp>(s); break;
        default: run<default_tcp>(s); break;
    }
    return 0;
}
