// SPDX-License-Identifier: MIT
// Boost.Beast's HTTP over streams, both sides in one io_context: in memory, and inside of UDP over the loopback, where
// the io_context waits for the links' reactors.
#include "two_hosts.hpp"
#include "udp_hosts.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

using namespace asio_lab;
namespace net = boost::asio;
namespace http = boost::beast::http;

namespace {

/// Answers each request with what came, until the client has enough.
struct http_server : std::enable_shared_from_this<http_server> {
    stream peer;
    boost::beast::flat_buffer buffer{};
    std::optional<http::request_parser<http::string_body>> asked{};
    http::response<http::string_body> answer{};

    explicit http_server(stream accepted) : peer(std::move(accepted)) {}

    void read() {
        asked.emplace();
        asked->body_limit(10 << 20);
        http::async_read(peer, buffer, *asked, [self = shared_from_this()](error_code code, std::size_t) {
            if (code == http::error::end_of_stream) return self->peer.shutdown(net::socket_base::shutdown_send);
            REQUIRE(!code);
            self->write();
        });
    }
    void write() {
        answer = {http::status::ok, 11};
        answer.set("Asked", asked->get().target());
        answer.body() = std::move(asked->get().body());
        answer.prepare_payload();
        http::async_write(peer, answer, [self = shared_from_this()](error_code code, std::size_t) {
            REQUIRE(!code);
            self->read();
        });
    }
};

struct http_client {
    stream& socket;
    std::string body;
    int left = 3;
    boost::beast::flat_buffer buffer{};
    http::request<http::string_body> question{};
    std::optional<http::response_parser<http::string_body>> answer{};

    void ask() {
        question = {http::verb::post, "/" + std::to_string(left), 11};
        question.set(http::field::host, "sluice");
        question.body() = body;
        question.prepare_payload();
        http::async_write(socket, question, [this](error_code code, std::size_t) {
            REQUIRE(!code);
            answer.emplace();
            answer->body_limit(10 << 20);
            http::async_read(socket, buffer, *answer, [this](error_code read_code, std::size_t) { heard(read_code); });
        });
    }
    void heard(error_code code) {
        REQUIRE(!code);
        CHECK(answer->get()["Asked"] == "/" + std::to_string(left));
        CHECK(answer->get().body() == body);
        if (--left > 0) return ask();
        socket.close();
    }
};

/// Three times a mebioctet there and back over one connection, to its end.
template <class Hosts>
void converse(Hosts& hosts) {
    acceptor listening(*hosts.far, service);
    stream near(*hosts.near);
    http_client client{near, text_of(1 << 20)};
    listening.async_accept([&](error_code code, stream peer) {
        REQUIRE(!code);
        std::make_shared<http_server>(std::move(peer))->read();
    });
    near.async_connect(service, [&](error_code code) {
        REQUIRE(!code);
        client.ask();
    });
    CHECK(hosts.run());
    CHECK(client.left == 0);
}

}  // namespace

TEST_CASE("Beast's HTTP in memory: a mebioctet each way, three times over one connection") {
    by_cable hosts;
    converse(hosts);
}

TEST_CASE("Beast's HTTP inside of UDP: a mebioctet each way, three times over one connection") {
    by_udp hosts;
    if (!hosts.is_there()) return;
    converse(hosts);
    CHECK(hosts.far_link->count().packets_in > 3 * (1 << 20) / 1400);
}
