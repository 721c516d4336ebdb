// SPDX-License-Identifier: MIT
// Who watches a connection: each hook is called when concepts.hpp says so, for any number of observers, and nobody who
// watches takes no byte.
#include "support/compositions.hpp"
#include "support/lab.hpp"

using namespace sluice;
using lab::bench;

namespace {

using buffers = fixed_buffers<2048, 2048, 16, 4>;

struct recorder {
    using slot = observe_slot;
    std::vector<transition_report> transitions{};
    std::vector<sent_report> sent{};
    std::vector<segment> received{};
    std::vector<window_report> windows{};

    void on_transition(const transition_report& r) { transitions.push_back(r); }
    void on_sent(const sent_report& r) { sent.push_back(r); }
    void on_received(const segment& s) { received.push_back(s); }
    void on_window(const window_report& r) { windows.push_back(r); }
};

struct counts_transitions {
    using slot = observe_slot;
    int count = 0;
    constexpr void on_transition(const transition_report&) { ++count; }
};
struct counts_segments {
    using slot = observe_slot;
    int in = 0, out = 0;
    constexpr void on_received(const segment&) { ++in; }
    constexpr void on_sent(const sent_report&) { ++out; }
};
struct watches_nothing {
    using slot = observe_slot;
};

// Zero bytes without observers, or with one that keeps nothing; and a connection never holds them: the stack does.
using bare = tcp<buffers>;
static_assert(sizeof(tcp<buffers, watches_nothing>::endpoint) == sizeof(bare::endpoint));
static_assert(sizeof(tcp<buffers, counts_segments>::connection) == sizeof(bare::connection));
static_assert(sizeof(tcp<buffers, counts_segments>::endpoint) <= sizeof(bare::endpoint) + sizeof(counts_segments));

using recorded_tcp = tcp<buffers, recorder>;

recorder& record(bench<recorded_tcp>& b) { return b.endpoint.observer<recorder>(); }

}  // namespace

TEST_CASE("a transition is told with its time, both states and what caused it, and what does not move is not") {
    bench<recorded_tcp> b;
    b.establish();
    const auto& seen = record(b).transitions;
    REQUIRE(seen.size() == 2);
    CHECK(seen[0].from == state::closed);
    CHECK(seen[0].to == state::syn_sent);
    CHECK(seen[0].on == event::active_open);
    CHECK(seen[0].now == b.now);
    CHECK(seen[1].from == state::syn_sent);
    CHECK(seen[1].to == state::established);
    CHECK(seen[1].on == event::ack_of_syn);
    CHECK_FALSE(b.connect());
    CHECK(b.send("stays"));
    CHECK(seen.size() == 2);
    b.now += 3s;
    CHECK(b.abort());
    CHECK(seen.back().to == state::closed);
    CHECK(seen.back().now == b.now);
}

TEST_CASE("TIME-WAIT that begins anew is told as a transition to itself") {
    bench<recorded_tcp> b;
    b.establish();
    CHECK(b.shutdown());
    b.arrives({.flags = flag::fin | flag::ack, .sequence = 1, .acknowledgment = 2});
    const std::size_t before = record(b).transitions.size();
    b.arrives({.flags = flag::fin | flag::ack, .sequence = 1, .acknowledgment = 2});
    REQUIRE(record(b).transitions.size() == before + 1);
    CHECK(record(b).transitions.back().from == state::time_wait);
    CHECK(record(b).transitions.back().to == state::time_wait);
}

TEST_CASE("each segment that leaves is told with why it left and what had been allowed") {
    bench<recorded_tcp> b;
    b.establish(1000, 536);
    auto& sent = record(b).sent;
    REQUIRE(sent.size() == 2);
    CHECK(sent[0].why == transmission::handshake);
    CHECK(sent[0].begin == b.iss());
    CHECK(sent[0].length == 1);
    CHECK(sent[1].why == transmission::acknowledgment);
    CHECK(sent[1].length == 0);
    sent.clear();

    CHECK(b.send(std::string(700, 'x')));
    REQUIRE(sent.size() == 2);
    CHECK(sent[1].length == 164);
    CHECK(sent[0].why == transmission::new_data);
    CHECK(sent[0].length == 536);
    CHECK(sent[0].allowed == 10 * 536);  // RFC 6928: ten segments
    CHECK(sent[0].window_left == 1000);
    sent.clear();

    REQUIRE(b.wait_for_deadline());  // the retransmission timer
    REQUIRE(sent.size() == 1);
    CHECK(sent[0].why == transmission::forced_retransmission);
    CHECK(sent[0].begin == b.iss() + 1);
    CHECK(sent[0].length == 536);
    CHECK(sent[0].now == b.now);
    sent.clear();

    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 537, .window = 0});
    REQUIRE(b.wait_for_deadline());
    REQUIRE(sent.size() == 1);
    CHECK(sent[0].why == transmission::window_probe);
    CHECK(sent[0].length == 1);
}

TEST_CASE("each segment for this connection is told before its checks, and none for others") {
    bench<recorded_tcp> b;
    b.establish();
    auto& received = record(b).received;
    received.clear();
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1, .text = "good"});
    b.arrives({.flags = flag::ack, .sequence = 500'000'000, .acknowledgment = 1});  // far outside the window
    REQUIRE(received.size() == 2);
    CHECK(received[0].text_length == 4);
    CHECK(received[1].sequence == b.peer_iss + 500'000'000);
    b.remote.port = 81;
    b.deliver({.flags = flag::ack, .sequence = 5, .acknowledgment = 1});
    CHECK(received.size() == 2);
}

TEST_CASE("the variables people plot are told after each ACK and each retransmission timeout") {
    bench<recorded_tcp> b;
    b.establish();
    CHECK(b.send(std::string(1460, 'x')));
    auto& windows = record(b).windows;
    windows.clear();
    b.now += 30ms;
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1461, .window = 4000});
    REQUIRE(windows.size() == 1);
    CHECK(windows[0].cwnd == b.block().congestion.window());
    CHECK(windows[0].pipe == 0);
    CHECK(windows[0].flight == 0);
    CHECK(windows[0].peer_window == 4000);
    CHECK(windows[0].srtt.has_value());
    CHECK(windows[0].rto == 200ms);  // the floor
    CHECK_FALSE(windows[0].in_recovery);
    CHECK(b.send("again"));
    windows.clear();
    REQUIRE(b.wait_for_deadline());
    REQUIRE(windows.size() == 1);
    CHECK(windows[0].cwnd == 1460);
    CHECK(windows[0].flight == 5);
    CHECK(windows[0].rto == 400ms);
}

TEST_CASE("any number of observers watch side by side") {
    bench<tcp<buffers, counts_transitions, watches_nothing, counts_segments>> b;
    b.establish();
    CHECK(static_cast<const counts_transitions&>(b.endpoint.observers()).count == 2);
    CHECK(static_cast<const counts_segments&>(b.endpoint.observers()).in == 1);
    CHECK(static_cast<const counts_segments&>(b.endpoint.observers()).out == 2);
}
