// SPDX-License-Identifier: MIT
// adapters/asio/engine.hpp: who waits, how long io_context::run() does, and what becomes of what has not ended.
#include "two_hosts.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/write.hpp>

using namespace asio_lab;
namespace net = boost::asio;

TEST_CASE("a SYN that was lost is sent again when its time has come, which a timer waits for") {
    by_cable c;
    acceptor listening(*c.far, service);
    stream near(*c.near);
    called done, accepted;
    listening.async_accept([&](error_code code, const stream&) { accepted.code = code; });
    c.near_end.is_cut = true;
    near.async_connect(service, done.handler());
    REQUIRE(c.run_until([&] { return c.near->host().stack().count().segments_out > 0; }));
    CHECK(!done.has_come());
    c.near_end.is_cut = false;
    CHECK(c.run_until([&] { return done.has_come() && accepted.has_come(); }));
    CHECK(!*done.code);
    CHECK(c.near->host().stack().count().segments_out == 3);  // SYN, SYN, ACK
}

TEST_CASE("run returns when operations and connections have ended, and not before") {
    connected c;
    CHECK(c.context.run_for(20ms) == 0);
    CHECK(!c.context.stopped());  // a connection is open, though nobody awaits anything
    c.near_stream->close();
    c.far_stream->close();
    CHECK(c.run());
    CHECK(c.near->host().is_done());
    CHECK(c.far->host().is_done());
    CHECK(c.run());  // with nothing to do
}

TEST_CASE("what was written before close arrives, after the stream is gone") {
    connected c;
    const std::string words = text_of(200'000);
    std::string heard(words.size(), ' ');
    called read;
    net::async_write(*c.near_stream, net::buffer(words), [&](error_code, std::size_t) { c.near_stream.reset(); });
    net::async_read(*c.far_stream, net::buffer(heard), [&](error_code code, std::size_t n) {
        read.handler()(code, n);
        c.far_stream.reset();
    });
    CHECK(c.run());
    CHECK(!*read.code);
    CHECK(heard == words);
}

TEST_CASE("an engine that goes tells who waits, closes streams that stay, and leaves the io_context usable") {
    connected c;
    char one;
    called read, accepted, later;
    c.near_stream->async_read_some(net::buffer(&one, 1), read.handler());
    c.listening.async_accept([&](error_code code, const stream&) { accepted.code = code; });
    c.near.reset();
    CHECK(!read.has_come());
    CHECK(!c.near_stream->is_open());
    CHECK(c.run_until([&] { return read.has_come(); }));
    CHECK(read.code == net::error::operation_aborted);
    CHECK(!accepted.has_come());
    c.near_stream->async_read_some(net::buffer(&one, 1), later.handler());
    CHECK(!later.has_come());
    CHECK(c.run_until([&] { return later.has_come(); }));
    CHECK(later.code == net::error::bad_descriptor);
    c.near_stream->close();
    c.far.reset();
    CHECK(c.run());  // nothing is left that anybody would wait for
    CHECK(accepted.code == net::error::operation_aborted);
}

TEST_CASE("what an io_context still holds when it goes is destroyed with it, streams too, and called by nobody") {
    const auto kept = std::make_shared<int>(7);
    bool was_called = false;
    {
        net::io_context context;
        cable_end end;
        end.other = &end;
        asio::engine<asio_tcp, cable_end> engine(context.get_executor(), end, {.seed = 1}, here);
        const auto near = std::make_shared<stream>(engine);
        near->async_connect(service, [&was_called, kept, near](error_code) { was_called = true; });
        net::post(context, [kept, near] {});
        CHECK(kept.use_count() == 3);
    }
    CHECK(kept.use_count() == 1);
    CHECK(!was_called);
}

TEST_CASE("a handler runs on the executor that it is bound to, and its io_context has work meanwhile") {
    connected c;
    net::io_context others;
    auto strand = net::make_strand(others);
    char one;
    bool was_inside = false;
    c.near_stream->async_read_some(net::buffer(&one, 1), net::bind_executor(strand, [&](error_code, std::size_t) {
        was_inside = strand.running_in_this_thread();
    }));
    CHECK(others.poll() == 0);
    CHECK(!others.stopped());
    called sent;
    c.far_stream->async_write_some(net::buffer("x", 1), sent.handler());
    CHECK(c.run_until([&] { return others.poll(), was_inside; }));
    CHECK(others.stopped());
}

namespace {

/// Counts what is taken from it.
template <class T>
struct counting_allocator {
    using value_type = T;
    int* count;

    explicit counting_allocator(int* c) : count(c) {}
    template <class U>
    counting_allocator(const counting_allocator<U>& other) : count(other.count) {}
    T* allocate(std::size_t n) {
        ++*count;
        return std::allocator<T>().allocate(n);
    }
    void deallocate(T* at, std::size_t n) { std::allocator<T>().deallocate(at, n); }
    friend bool operator==(const counting_allocator&, const counting_allocator&) = default;
};

/// any_io_executor, which stands for any, does not ask for it.
struct handler_with_memory {
    using allocator_type = counting_allocator<char>;
    using executor_type = net::io_context::executor_type;
    int* count;
    called* told;
    executor_type runs_on;

    allocator_type get_allocator() const { return allocator_type(count); }
    executor_type get_executor() const { return runs_on; }
    void operator()(error_code code, std::size_t n) { told->handler()(code, n); }
};

}  // namespace

TEST_CASE("what is called waits in the handler's own memory") {
    connected c;
    called sent;
    int count = 0;
    c.near_stream->async_write_some(net::buffer("x", 1), handler_with_memory{&count, &sent, c.context.get_executor()});
    CHECK(count == 1);
    CHECK(c.run_until([&] { return sent.has_come(); }));
}

TEST_CASE("programs of the host run beside, in the same turns") {
    by_cable c;
    std::string heard;
    const auto listen = [&]() -> task<> {
        tcp_listener listener(c.far->host());
        if (const auto done = listener.listen({.port = 80}); !done) co_return;
        auto peer = co_await listener.accept();
        if (!peer) co_return;
        std::array<octet, 100> some;
        const auto got = co_await peer->recv(some);
        if (got) heard = as_text(octets(some).first(*got));
    };
    REQUIRE(c.far->host().spawn(listen()));
    c.far->wake();
    stream near(*c.near);
    called sent;
    near.async_connect(service, [&](error_code) { near.async_write_some(net::buffer("hello", 5), sent.handler()); });
    CHECK(c.run_until([&] { return !heard.empty(); }));
    CHECK(heard == "hello");
}

TEST_CASE("the io_context waits for all that waits in the engine's reactor") {
    auto reactor = io::reactor::open();
    REQUIRE(reactor);
    int ends[2];
    REQUIRE(::pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0);
    const io::descriptor out(ends[0]), in(ends[1]);
    auto watching = io::watched::add(*reactor, out.number());
    REQUIRE(watching);
    net::io_context context;
    cable_end end;
    asio::engine<asio_tcp, cable_end> engine(context.get_executor(), *reactor, end, {.seed = 1}, here);
    char heard = 0;
    int tries = 0;
    const auto read_one = [&]() -> task<> {
        while (++tries, ::read(out.number(), &heard, 1) < 0) co_await watching->readable();
    };
    REQUIRE(engine.host().spawn(read_one()));
    engine.wake();
    net::post(context, [&] { CHECK(::write(in.number(), "x", 1) == 1); });
    context.run_for(1min);
    CHECK(context.stopped());
    CHECK(heard == 'x');
    CHECK(tries <= 3);  // the first, one for what the descriptor was when it was added, and the one that counts
}

TEST_CASE("a link that has more than it gives at once is asked again, after the others") {
    connected c;
    for (int i = 0; i < 100; ++i) c.far_end.coming.emplace_back(20);  // no packets
    c.far->wake();
    c.context.restart();
    c.context.poll();
    CHECK(c.far_end.coming.empty());
}

TEST_CASE("a link that is gone ends what waits for it, and the io_context's work") {
    connected c;
    char one;
    called read;
    c.near_stream->async_read_some(net::buffer(&one, 1), read.handler());
    c.near_end.is_lost = true;
    c.near->wake();
    CHECK(c.run_until([&] { return read.has_come(); }));
    CHECK(read.code == net::error::operation_aborted);
    CHECK(!c.near_stream->is_open());
    c.far.reset();
    CHECK(c.run());
}
