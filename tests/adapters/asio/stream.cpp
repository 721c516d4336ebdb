// SPDX-License-Identifier: MIT
// adapters/asio/stream.hpp and acceptor.hpp: what operations answer, and when; as callbacks, futures and awaitables.
#include "two_hosts.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>

using namespace asio_lab;
namespace net = boost::asio;

namespace {

std::string read_of(connected& c, std::size_t most = 100) {
    std::string out(most, ' ');
    called got;
    c.far_stream->async_read_some(net::buffer(out), got.handler());
    REQUIRE(c.run_until([&] { return got.has_come(); }));
    CHECK(*got.code == error_code());
    return out.substr(0, got.count);
}

}  // namespace

TEST_CASE("a mebioctet arrives as it was written, and then eof") {
    connected c;
    const std::string words = text_of(1 << 20);
    std::string heard;
    error_code sent_code;
    called got;
    net::async_write(*c.near_stream, net::buffer(words), [&](error_code code, std::size_t) {
        sent_code = code;
        c.near_stream->shutdown(net::socket_base::shutdown_send);
    });
    net::async_read(*c.far_stream, net::dynamic_buffer(heard), got.handler());
    CHECK(c.run_until([&] { return got.has_come(); }));
    CHECK(!sent_code);
    CHECK(got.code == net::error::eof);
    CHECK(heard == words);

    char one;
    called again;
    c.far_stream->async_read_some(net::buffer(&one, 1), again.handler());
    CHECK(c.run_until([&] { return again.has_come(); }));
    CHECK(again.code == net::error::eof);
}

TEST_CASE("several buffers are gathered and scattered in order, those without room or octets are left out") {
    connected c;
    const std::string a = "one ", b = "after the other";
    called sent, got;
    c.near_stream->async_write_some(std::array<net::const_buffer, 3>{net::buffer(a), {}, net::buffer(b)},
                                    sent.handler());
    std::string x(2, ' '), y(7, ' '), z(100, ' ');
    REQUIRE(c.run_until([&] { return sent.has_come(); }));
    CHECK(sent.count == 19);
    c.far_stream->async_read_some(
        std::array<net::mutable_buffer, 4>{net::buffer(x), {}, net::buffer(y), net::buffer(z)}, got.handler());
    REQUIRE(c.run_until([&] { return got.has_come(); }));
    CHECK(got.count == 19);
    CHECK(x + y + z.substr(0, 10) == a + b);
}

TEST_CASE("a write takes what there is room for, and the next waits until there is room again") {
    connected c;
    const std::string words = text_of(1 << 20);
    std::size_t taken = 0;
    called last;
    for (std::size_t before = 1; taken != before;) {
        before = taken;
        last = {};
        c.near_stream->async_write_some(net::buffer(words), last.handler());
        c.context.restart();
        c.context.poll();
        if (last.has_come()) taken += last.count;
    }
    CHECK(taken > 10'000);
    CHECK(!last.has_come());
    read_of(c, 1 << 20);
    CHECK(c.run_until([&] { return last.has_come(); }));
    CHECK(!*last.code);
    CHECK(last.count > 0);
}

TEST_CASE("to read or write nothing is done at once, even with nothing there") {
    connected c;
    called read, written;
    c.near_stream->async_read_some(net::mutable_buffer(), read.handler());
    c.near_stream->async_write_some(net::const_buffer(), written.handler());
    CHECK(c.run_until([&] { return read.has_come() && written.has_come(); }));
    CHECK(!*read.code);
    CHECK(!*written.code);
    CHECK(read.count + written.count == 0);
}

TEST_CASE("no handler is called inside of the function that begins its operation") {
    connected c;
    called written, read, refused;
    c.near_stream->async_write_some(net::buffer("x", 1), written.handler());
    CHECK(!written.has_come());
    REQUIRE(c.run_until([&] { return written.has_come(); }));
    REQUIRE(c.run_until([&] { return c.far_stream->socket().connection()->readable() > 0; }));
    char one;
    c.far_stream->async_read_some(net::buffer(&one, 1), read.handler());
    CHECK(!read.has_come());
    CHECK(c.run_until([&] { return read.has_come(); }));
    c.far_stream->close();
    c.far_stream->async_read_some(net::buffer(&one, 1), refused.handler());
    CHECK(!refused.has_come());
    CHECK(c.run_until([&] { return refused.has_come(); }));
    CHECK(refused.code == net::error::bad_descriptor);
}

TEST_CASE("handlers are called in the order in which their operations ended") {
    connected c;
    std::vector<int> order;
    const auto note = [&](int which) { return [&order, which](error_code, std::size_t) { order.push_back(which); }; };
    char one;
    c.far_stream->async_read_some(net::buffer(&one, 1), note(4));
    c.near_stream->async_write_some(net::buffer("x", 1), note(1));
    c.near_stream->async_read_some(net::mutable_buffer(), note(2));
    c.far_stream->async_write_some(net::const_buffer(), note(3));
    CHECK(c.run_until([&] { return order.size() == 4; }));
    CHECK(order == std::vector{1, 2, 3, 4});
}

TEST_CASE("a second operation of the same direction is refused, and the first goes on") {
    connected c;
    std::string some(10, ' '), more(10, ' ');
    called first, second;
    c.far_stream->async_read_some(net::buffer(some), first.handler());
    c.far_stream->async_read_some(net::buffer(more), second.handler());
    REQUIRE(c.run_until([&] { return second.has_come(); }));
    CHECK(second.code == net::error::invalid_argument);
    CHECK(!first.has_come());
    called sent;
    c.near_stream->async_write_some(net::buffer("x", 1), sent.handler());
    CHECK(c.run_until([&] { return first.has_come(); }));
    CHECK(first.count == 1);
}

TEST_CASE("who closes during a read, destroys or replaces the stream, is told operation_aborted") {
    connected c;
    char one;
    called read;
    c.near_stream->async_read_some(net::buffer(&one, 1), read.handler());
    SUBCASE("close") { c.near_stream->close(); }
    SUBCASE("destroyed") { c.near_stream.reset(); }
    SUBCASE("replaced") { *c.near_stream = stream(*c.near); }
    CHECK(!read.has_come());
    CHECK(c.run_until([&] { return read.has_come(); }));
    CHECK(read.code == net::error::operation_aborted);
    called end;
    c.far_stream->async_read_some(net::buffer(&one, 1), end.handler());
    CHECK(c.run_until([&] { return end.has_come(); }));
    CHECK(end.code == net::error::eof);
}

TEST_CASE("cancel ends what waits, and the connection goes on") {
    connected c;
    std::string some(10, ' ');
    called read;
    c.far_stream->async_read_some(net::buffer(some), read.handler());
    c.far_stream->cancel();
    CHECK(c.run_until([&] { return read.has_come(); }));
    CHECK(read.code == net::error::operation_aborted);
    called sent;
    c.near_stream->async_write_some(net::buffer("still", 5), sent.handler());
    CHECK(read_of(c) == "still");
}

TEST_CASE("a moved stream's operation goes on") {
    connected c;
    std::string some(10, ' ');
    called read, sent;
    c.far_stream->async_read_some(net::buffer(some), read.handler());
    stream moved = std::move(*c.far_stream);
    CHECK(!c.far_stream->is_open());
    c.near_stream->async_write_some(net::buffer("x", 1), sent.handler());
    CHECK(c.run_until([&] { return read.has_come(); }));
    CHECK(!*read.code);
}

TEST_CASE("a peer's reset is connection_reset, for who waits and for who comes later") {
    connected c;
    char one;
    called read, later;
    c.near_stream->async_read_some(net::buffer(&one, 1), read.handler());
    CHECK(c.far_stream->socket().abort());
    c.far->wake();
    CHECK(c.run_until([&] { return read.has_come(); }));
    CHECK(read.code == net::error::connection_reset);
    c.near_stream->async_write_some(net::buffer(&one, 1), later.handler());
    CHECK(c.run_until([&] { return later.has_come(); }));
    CHECK(later.code == net::error::connection_reset);
}

TEST_CASE("where nobody listens the connection is refused; who listens can be reached from the same stream then") {
    by_cable c;
    stream near(*c.near);
    called first, second, accepted;
    near.async_connect(service, first.handler());
    CHECK(c.run_until([&] { return first.has_come(); }));
    CHECK(first.code == net::error::connection_refused);
    acceptor listening(*c.far, service);
    listening.async_accept([&](error_code code, const stream&) { accepted.code = code; });
    near.async_connect(service, second.handler());
    CHECK(c.run_until([&] { return second.has_come() && accepted.has_come(); }));
    CHECK(!*second.code);
    CHECK(!*accepted.code);
}

TEST_CASE("after its shutdown a stream writes no more and reads on; receiving can't be shut") {
    connected c;
    c.near_stream->shutdown(net::socket_base::shutdown_both);
    char one = 'x';
    called written, answered, read;
    c.near_stream->async_write_some(net::buffer(&one, 1), written.handler());
    CHECK(c.run_until([&] { return written.has_come(); }));
    CHECK(written.code == net::error::broken_pipe);
    c.far_stream->async_write_some(net::buffer(&one, 1), answered.handler());
    c.near_stream->async_read_some(net::buffer(&one, 1), read.handler());
    CHECK(c.run_until([&] { return read.has_come(); }));
    CHECK(!*read.code);
    error_code code;
    c.near_stream->shutdown(net::socket_base::shutdown_receive, code);
    CHECK(code == net::error::operation_not_supported);
}

TEST_CASE("each end knows its name and the other's; calls without a code to set throw") {
    connected c;
    CHECK(c.near_stream->remote_endpoint() == service);
    CHECK(c.near_stream->local_endpoint() == c.far_stream->remote_endpoint());
    CHECK(c.far_stream->local_endpoint() == service);
    CHECK(c.listening.local_endpoint() == service);
    stream bound(*c.near);
    bound.bind({net::ip::make_address("198.18.0.2"), 1234});
    called done;
    bound.async_connect(service, done.handler());
    CHECK(c.run_until([&] { return done.has_come(); }));
    CHECK(bound.local_endpoint().port() == 1234);
    CHECK_THROWS_AS(stream(*c.near).remote_endpoint(), boost::system::system_error);
    CHECK_THROWS_AS(acceptor(*c.far, service), boost::system::system_error);
    CHECK(c.near_stream->socket().set_option(option::nodelay{}));
    const asio::endpoint v6(net::ip::make_address("fd00::2"), 5);
    CHECK(asio::to_endpoint(asio::from_endpoint(v6)) == v6);
}

TEST_CASE("an acceptor that closes tells who waits, and resets who was not accepted") {
    connected c;
    std::optional<error_code> accepted;
    c.listening.async_accept([&](error_code code, const stream& none) {
        accepted = code;
        CHECK(!none.is_open());
    });
    SUBCASE("closed") { c.listening.close(); }
    SUBCASE("cancelled") { c.listening.cancel(); }
    CHECK(c.run_until([&] { return accepted.has_value(); }));
    CHECK(accepted == net::error::operation_aborted);
}

namespace {

net::awaitable<void> echo(stream peer) {
    std::array<char, 1000> some;
    while (true) {
        const std::size_t length = co_await peer.async_read_some(net::buffer(some), net::use_awaitable);
        co_await net::async_write(peer, net::buffer(some, length), net::use_awaitable);
    }
}

net::awaitable<void> serve(acceptor& at) {
    stream peer = co_await at.async_accept(net::use_awaitable);
    try {
        co_await echo(std::move(peer));
    } catch (const boost::system::system_error& e) {
        CHECK(e.code() == net::error::eof);
    }
}

net::awaitable<std::string> ask(stream& from, const std::string& words) {
    co_await from.async_connect(service, net::use_awaitable);
    co_await net::async_write(from, net::buffer(words), net::use_awaitable);
    std::string heard(words.size(), ' ');
    co_await net::async_read(from, net::buffer(heard), net::use_awaitable);
    from.close();
    co_return heard;
}

}  // namespace

TEST_CASE("an echo as awaitables, whose result is a future") {
    by_cable c;
    acceptor listening(*c.far, service);
    stream near(*c.near);
    const std::string words = text_of(20'000);
    net::co_spawn(c.context, serve(listening), net::detached);
    auto heard = net::co_spawn(c.context, ask(near, words), net::use_future);
    CHECK(c.run());
    CHECK(heard.get() == words);
}

TEST_CASE("a future of an operation") {
    connected c;
    char one = 0;
    auto sent = c.near_stream->async_write_some(net::buffer("x", 1), net::use_future);
    auto got = c.far_stream->async_read_some(net::buffer(&one, 1), net::use_future);
    CHECK(c.run_until([&] { return got.wait_for(0s) == std::future_status::ready; }));
    CHECK(sent.get() == 1);
    CHECK(got.get() == 1);
    CHECK(one == 'x');
}
