// SPDX-License-Identifier: MIT
// host/socket_options.hpp: each option reads what it writes, changes nothing else, and does to packets what it says.
#include "support/hosts.hpp"

#include <sluice/host/socket_options.hpp>
#include <sluice/policy/congestion/any_of.hpp>
#include <sluice/policy/congestion/cubic.hpp>

namespace {

using namespace sluice;

/// Writes `one`, and compares it with what is read, and all others with what they were.
template <class Option, class... Others>
void check_alone(const Option& one, const Others&... others) {
    socket_options o;
    const socket_options before;
    one.write(o);
    CHECK(Option::of(o).value == one.value);
    CHECK(Option::of(before).value != one.value);
    const auto is_as_before = [&]<class Other>(const Other&) {
        return std::is_same_v<Other, Option> || Other::of(o).value == Other::of(before).value;
    };
    CHECK((is_as_before(others) && ...));
}

template <class... Option>
void check_each_alone(const Option&... all) {
    (check_alone(all, all...), ...);
}

struct nameless {
    using slot = congestion_slot;
    std::uint32_t window() const { return 10'000; }
};

}  // namespace

TEST_CASE("each option reads what it writes, and changes no other") {
    check_each_alone(option::nodelay{true}, option::cork{true}, option::keepalive{true}, option::keepalive_idle{1s},
                     option::keepalive_interval{2s}, option::keepalive_count{3}, option::user_timeout{4s},
                     option::dscp{5}, option::ttl{6}, option::linger{7s}, option::congestion{"cubic"});
}

TEST_CASE("congestion: chosen before connect, changed in the midst, read back; a listener's is for what it accepts") {
    using either = any_of<reno, cubic>;
    lab::connected<tcp<growable_buffers, either>> p({.congestion = {.chosen = "cubic"}});
    CHECK(p.near.connection()->congestion() == "cubic");
    CHECK(p.near.get_option<option::congestion>().value().value == "cubic");
    std::string name = "reno";
    CHECK(p.near.set_option(option::congestion{name}));
    name = "gone";  // a socket does not look at it again
    CHECK(p.near.get_option<option::congestion>().value().value == "reno");
    CHECK(p.near.connection()->congestion() == "reno");
    CHECK(p.near.set_option(option::dscp{5}));  // and it stays
    CHECK(p.near.connection()->congestion() == "reno");
    CHECK(p.near.set_option(option::congestion{"bbr"}).error() == error::not_supported);
    CHECK(p.near.set_option(option::congestion{""}).error() == error::not_supported);
    CHECK(p.near.get_option<option::congestion>().value().value == "reno");

    tcp_socket fresh(p.client);
    CHECK(fresh.get_option<option::congestion>().value().value == "cubic");
    CHECK(fresh.set_option(option::congestion{"reno"}));
    CHECK(p.far.connection()->congestion() == "reno");
    CHECK(p.listener.set_option(option::congestion{"cubic"}));
    error connected{}, accepted{};
    const auto accept_one = [](auto& listener, auto& to, error& how) -> task<> {
        auto got = co_await listener.accept();
        how = got.error();
        if (got) to = *std::move(got);
    };
    p.spawn(p.server, accept_one(p.listener, p.far, accepted));
    p.spawn(p.client, lab::keep_error(fresh.connect(lab::echo_port), connected));
    REQUIRE(connected == error::none);
    REQUIRE(accepted == error::none);
    CHECK(fresh.connection()->congestion() == "reno");
    CHECK(p.far.connection()->congestion() == "cubic");
    CHECK(p.far.connection()->variables().congestion.window() == 10 * p.far.connection()->variables().mss);
}

TEST_CASE("congestion: a composition with one policy has that one's name, one without a name has none") {
    lab::connected p;
    CHECK(p.near.get_option<option::congestion>().value().value == "cubic");
    CHECK(p.near.set_option(option::congestion{"cubic"}));
    CHECK(p.near.set_option(option::congestion{"reno"}).error() == error::not_supported);
    lab::connected<tcp<growable_buffers, nameless>> other;
    CHECK(other.near.get_option<option::congestion>().value().value.empty());
    CHECK(other.near.set_option(option::congestion{"reno"}).error() == error::not_supported);
    CHECK(other.near.set_option(option::dscp{5}));
}

TEST_CASE("options that are set before connect count from the SYN on, those that are set later from then on") {
    lab::hosts p;
    tcp_listener listener(p.server);
    CHECK(listener.listen(lab::echo_port));
    tcp_socket socket(p.client);
    CHECK(socket.set_option(option::dscp{46}));
    CHECK(socket.set_option(option::ttl{17}));
    error answer{};
    CHECK(p.client.spawn(lab::keep_error(socket.connect(lab::echo_port), answer)));
    p.client.on_deadline({});
    tx_packet syn;
    REQUIRE(p.client.poll_transmit({}, {&syn, 1}) == 1);
    CHECK(syn.meta.dscp == 46);
    CHECK(syn.meta.hop_limit == 17);
    CHECK(socket.set_option(option::ttl{18}));
    CHECK(socket.connection()->options().hop_limit == 18);
    CHECK(socket.connection()->options().dscp == 46);
    CHECK(socket.get_option<option::ttl>().value().value == 18);
}

TEST_CASE("what no header can carry is refused, and nothing changes") {
    lab::connected p;
    tcp_socket fresh(p.client);
    for (auto* socket : {&p.near, &fresh}) {
        CHECK(socket->set_option(option::dscp{64}).error() == error::bad_argument);
        CHECK(socket->set_option(option::ttl{0}).error() == error::bad_argument);
        CHECK(socket->set_option(option::linger{-1s}).error() == error::bad_argument);
        CHECK(socket->get_option<option::ttl>().value().value == 64);
        CHECK(socket->get_option<option::dscp>().value().value == 0);
        CHECK_FALSE(socket->get_option<option::linger>().value().value);
    }
}

TEST_CASE("what leaves no time or no try is refused, and nothing changes") {
    lab::connected p;
    tcp_socket fresh(p.client);
    for (auto* socket : {&p.near, &fresh}) {
        for (const duration bad : {duration(0ns), duration(-1ns), duration::min()}) {
            CHECK(socket->set_option(option::user_timeout{bad}).error() == error::bad_argument);
            CHECK(socket->set_option(option::keepalive_idle{bad}).error() == error::bad_argument);
            CHECK(socket->set_option(option::keepalive_interval{bad}).error() == error::bad_argument);
        }
        CHECK(socket->set_option(option::keepalive_count{0}).error() == error::bad_argument);
        CHECK_FALSE(socket->get_option<option::user_timeout>().value().value);
        CHECK(socket->get_option<option::keepalive_idle>().value().value == 2h);
        CHECK(socket->get_option<option::keepalive_interval>().value().value == 75s);
        CHECK(socket->get_option<option::keepalive_count>().value().value == 9);
    }
}

TEST_CASE("what lasts for ever is taken, and does not end anything") {
    lab::connected p;
    p.pass(1s);
    CHECK(p.near.set_option(option::keepalive{}));
    CHECK(p.near.set_option(option::keepalive_idle{duration::max()}));
    CHECK(p.near.set_option(option::keepalive_interval{duration::max()}));
    CHECK(p.near.set_option(option::keepalive_count{no_limit}));
    CHECK(p.near.set_option(option::user_timeout{duration::max()}));
    CHECK(p.near.set_option(option::linger{duration::max()}));
    error sent{};
    const auto data = lab::message(100);
    p.spawn(p.client, lab::keep_error(p.near.send(data), sent));
    p.pass(1min);
    CHECK(sent == error::none);
    CHECK(p.client.next_deadline() == never);
    error closed{};
    p.spawn(p.client, lab::keep_error(p.near.close(), closed));
    p.pass(1min);
    CHECK(closed == error::none);
}

TEST_CASE("nodelay: a second small segment does not wait for the first one's ACK") {
    for (const bool nodelay : {false, true}) {
        lab::connected p;
        CHECK(p.near.set_option(option::nodelay{nodelay}));
        int segments = 0;
        p.passes = [&](bool from_client, const segment& s) {
            if (from_client && s.text_length > 0) ++segments;
            return from_client;  // no ACK comes back
        };
        error answer{};
        for (int i = 0; i < 3; ++i) p.spawn(p.client, lab::keep_error(p.near.send(lab::message(1)), answer));
        CHECK(segments == (nodelay ? 3 : 1));
    }
}

TEST_CASE("cork: small sends become one segment when it is drawn, or after 200 ms") {
    for (const bool draws : {false, true}) {
        lab::connected p;
        std::vector<std::uint32_t> segments;
        p.passes = [&](bool from_client, const segment& s) {
            if (from_client && s.text_length > 0) segments.push_back(s.text_length);
            return true;
        };
        CHECK(p.near.set_option(option::cork{}));
        error answer{};
        for (int i = 0; i < 3; ++i) p.spawn(p.client, lab::keep_error(p.near.send(lab::message(5)), answer));
        p.pass(199ms);
        CHECK(segments.empty());
        if (draws) {
            CHECK(p.near.set_option(option::cork{false}));
            p.settle();
        } else {
            p.pass(1ms);
        }
        CHECK(segments == std::vector<std::uint32_t>{15});
    }
}

TEST_CASE("keepalive finds out that the peer is gone, and who reads is told") {
    lab::connected p;
    CHECK(p.near.set_option(option::keepalive_idle{10s}));
    CHECK(p.near.set_option(option::keepalive_interval{1s}));
    CHECK(p.near.set_option(option::keepalive_count{3}));
    CHECK(p.near.set_option(option::keepalive{true}));
    p.passes = [](bool, const segment&) { return false; };
    std::array<octet, 1> place;
    error answer{};
    p.spawn(p.client, lab::keep_error(p.near.recv(place), answer));
    p.pass(12s);
    CHECK(answer == error::would_block);
    p.pass(1s);  // the third probe has had its second
    CHECK(answer == error::timed_out);
}

TEST_CASE("user_timeout ends a connection whose octets nobody acknowledges, and who sends is told") {
    lab::connected p;
    CHECK(p.near.set_option(option::user_timeout{5s}));
    p.passes = [](bool, const segment&) { return false; };
    error answer{};
    const auto data = lab::message(1'000'000);
    p.spawn(p.client, lab::keep_error(p.near.send(data), answer));
    p.pass(4999ms);
    CHECK(answer == error::would_block);
    p.pass(1ms);
    CHECK(answer == error::timed_out);
}
