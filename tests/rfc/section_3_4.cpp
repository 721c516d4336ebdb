// SPDX-License-Identifier: MIT
// RFC 9293 section 3.4: sequence numbers, initial ones, and what counts even when the window is shut.
#include "support/compositions.hpp"
#include "support/lab.hpp"

using namespace sluice;
using lab::bench;

namespace {

/// The number that a fresh connection between these sockets chooses.
seq chosen(bench<classic_tcp>& b) {
    REQUIRE(b.connect());
    const seq out = b.iss();
    REQUIRE(b.abort());
    return out;
}

seed of(std::uint64_t number) { return seed(number); }

/// A connection whose receive buffer is full and whose application does not read: the window is 0.
void fill(bench<small_tcp>& b) {
    b.establish();
    b.says(lab::text(1024));
    b.says(lab::text(1024));
    REQUIRE(b.block().rcv.wnd() == 0);
    b.take();
    b.heard();
}

}  // namespace

TEST_CASE("MUST-8 SHLD-1 initial sequence numbers advance by one each 4 microseconds between the same sockets") {
    bench<classic_tcp> b;
    const seq first = chosen(b);
    b.wait(4us);
    CHECK(chosen(b) - first == 1);
    b.wait(1s - 4us);
    CHECK(chosen(b) - first == 250'000);
    b.wait(4us * (std::int64_t{1} << 32) - 1s);  // 4.77 h: once around
    CHECK(chosen(b) == first);
}

TEST_CASE("MUST-9 SHLD-1 without the secret nothing can be told of the number between other sockets or hosts") {
    bench<classic_tcp> one({.seed = of(1)}), same({.seed = of(1)}), other({.seed = of(2)});
    const seq first = chosen(one);
    CHECK(chosen(same) == first);
    CHECK(chosen(other) != first);
    // Neighbouring ports are no neighbours in the sequence space, neither way.
    bench<classic_tcp> next({.seed = of(1)});
    next.local.port += 1;
    const std::uint32_t step = chosen(next) - first;
    CHECK((step > 1'000'000 && step < 0u - 1'000'000));
    bench<classic_tcp> there({.seed = of(1)});
    there.remote.port += 1;
    const std::uint32_t other_step = chosen(there) - first;
    CHECK((other_step > 1'000'000 && other_step < 0u - 1'000'000));
    CHECK(step != other_step);
    // Nor is the distance between two ports the same for two secrets.
    bench<classic_tcp> next_of_other({.seed = of(2)});
    next_of_other.local.port += 1;
    CHECK(chosen(next_of_other) - chosen(other) != step);
}

TEST_CASE("MUST-66 the RST of a segment counts when the receive window is 0, and also when it carries text") {
    for (const char* reason : {"", "why"}) {
        bench<small_tcp> b;
        fill(b);
        b.arrives({.flags = flag::rst, .sequence = 2049, .text = reason});
        CHECK(b.state() == state::closed);
        CHECK(b.endpoint.error() == error::reset);
    }
}

TEST_CASE("MUST-66 the URG of a segment counts when the receive window is 0, its text does not") {
    bench<small_tcp> b;
    fill(b);
    b.arrives({.flags = flag::ack | flag::urg, .sequence = 2049, .acknowledgment = 1, .urgent_pointer = 3});
    CHECK(b.heard(news::urgent));
    b.arrives(
        {.flags = flag::ack | flag::urg, .sequence = 2049, .acknowledgment = 1, .text = "hurry", .urgent_pointer = 5});
    CHECK(b.heard(news::urgent));
    CHECK(b.endpoint.connection().urgent_ahead() == 2048 + 5);
    CHECK(b.endpoint.readable() == 2048);
    CHECK(b.take_one().acknowledgment == 2049);
}

TEST_CASE("the ACK of a segment counts when the receive window is 0: two shut windows don't block each other") {
    bench<small_tcp> b;
    fill(b);
    REQUIRE(b.send("ours"));
    CHECK(b.take_one().text == "ours");
    b.arrives({.flags = flag::ack, .sequence = 2049, .acknowledgment = 5, .text = "?"});
    CHECK(b.block().snd.flight() == 0);
    CHECK(b.endpoint.readable() == 2048);
}
