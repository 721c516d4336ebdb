// SPDX-License-Identifier: MIT
// TLS by asio's ssl::stream over streams, with a certificate that is made here: an echo, and each kind of end.
#include "udp_hosts.hpp"

#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

#include <openssl/pem.h>
#include <openssl/x509.h>

using namespace asio_lab;
namespace net = boost::asio;
namespace ssl = boost::asio::ssl;

namespace {

std::string text_from(auto&& write) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> memory(BIO_new(BIO_s_mem()), &BIO_free);
    REQUIRE(write(memory.get()) == 1);
    char* begin = nullptr;
    const long length = BIO_get_mem_data(memory.get(), &begin);
    return {begin, static_cast<std::size_t>(length)};
}

/// A key, and a certificate that it has signed for "sluice", good for an hour; both as PEM.
struct identity {
    std::string key, certificate;

    identity() {
        const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> pair(EVP_EC_gen("P-256"), &EVP_PKEY_free);
        const std::unique_ptr<X509, decltype(&X509_free)> made(X509_new(), &X509_free);
        REQUIRE(pair);
        X509_set_version(made.get(), 2);
        ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
        X509_gmtime_adj(X509_getm_notBefore(made.get()), 0);
        X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
        X509_set_pubkey(made.get(), pair.get());
        X509_NAME* const name = X509_get_subject_name(made.get());
        const auto* const common = reinterpret_cast<const unsigned char*>("sluice");
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common, -1, -1, 0);
        X509_set_issuer_name(made.get(), name);
        REQUIRE(X509_sign(made.get(), pair.get(), EVP_sha256()) > 0);
        key = text_from([&](BIO* to) {
            return PEM_write_bio_PrivateKey(to, pair.get(), nullptr, nullptr, 0, nullptr, nullptr);
        });
        certificate = text_from([&](BIO* to) { return PEM_write_bio_X509(to, made.get()); });
    }
};

const identity& server_identity() {
    static const identity one;
    return one;
}

ssl::context server_context() {
    ssl::context out(ssl::context::tls_server);
    out.use_certificate_chain(net::buffer(server_identity().certificate));
    out.use_private_key(net::buffer(server_identity().key), ssl::context::pem);
    return out;
}
ssl::context client_context() {
    ssl::context out(ssl::context::tls_client);
    out.add_certificate_authority(net::buffer(server_identity().certificate));
    out.set_verify_mode(ssl::verify_peer);
    return out;
}

/// Says what it hears, until TLS ends, and ends it too.
struct echo_server : std::enable_shared_from_this<echo_server> {
    ssl::context context = server_context();
    ssl::stream<stream> peer;
    std::array<char, 20'000> some{};
    error_code how{};

    explicit echo_server(stream accepted) : peer(std::move(accepted), context) {}

    void shake_hands() {
        peer.async_handshake(ssl::stream_base::server, [self = shared_from_this()](error_code code) {
            if (code) return void(self->how = code);
            self->echo();
        });
    }
    void echo() {
        peer.async_read_some(net::buffer(some), [self = shared_from_this()](error_code code, std::size_t length) {
            if (code) return self->end(code);
            net::async_write(self->peer, net::buffer(self->some, length), [self](error_code wrong, std::size_t) {
                if (!wrong) self->echo();
            });
        });
    }
    void end(error_code code) {
        how = code;
        peer.async_shutdown([self = shared_from_this()](error_code) { self->peer.lowest_layer().close(); });
    }
};

struct tls_client {
    ssl::context context;
    ssl::stream<stream> socket;
    std::string words = text_of(300'000), heard = std::string(words.size(), ' ');
    error_code how{};

    template <class Engine>
    explicit tls_client(Engine& at, ssl::context c = client_context())
        : context(std::move(c)), socket(stream(at), context) {}

    void ask() {
        socket.next_layer().async_connect(service, [this](error_code code) {
            REQUIRE(!code);
            socket.async_handshake(ssl::stream_base::client, [this](error_code wrong) {
                if (wrong) return void(how = wrong);
                talk();
            });
        });
    }
    void talk() {
        net::async_write(socket, net::buffer(words), [](error_code code, std::size_t) { CHECK(!code); });
        net::async_read(socket, net::buffer(heard), [this](error_code code, std::size_t) {
            CHECK(!code);
            socket.async_shutdown([this](error_code wrong) {
                how = wrong;
                socket.lowest_layer().close();
            });
        });
    }
};

template <class Hosts>
void converse(Hosts& hosts) {
    acceptor listening(*hosts.far, service);
    std::shared_ptr<echo_server> server;
    tls_client client(*hosts.near);
    listening.async_accept([&](error_code code, stream peer) {
        REQUIRE(!code);
        server = std::make_shared<echo_server>(std::move(peer));
        server->shake_hands();
    });
    client.ask();
    CHECK(hosts.run());
    REQUIRE(server);
    CHECK(server->how == net::error::eof);  // the client's close_notify
    CHECK(!client.how);
    CHECK(client.heard == client.words);
}

}  // namespace

TEST_CASE("TLS in memory: an echo, and both ends in good order") {
    by_cable hosts;
    converse(hosts);
}

TEST_CASE("TLS inside of UDP: an echo, and both ends in good order") {
    by_udp hosts;
    if (!hosts.is_there()) return;
    converse(hosts);
}

TEST_CASE("a server whose certificate nobody has signed is refused by the client, which tells it so") {
    by_cable hosts;
    acceptor listening(*hosts.far, service);
    std::shared_ptr<echo_server> server;
    ssl::context trusts_nobody(ssl::context::tls_client);
    trusts_nobody.set_verify_mode(ssl::verify_peer);
    tls_client client(*hosts.near, std::move(trusts_nobody));
    listening.async_accept([&](error_code code, stream peer) {
        REQUIRE(!code);
        server = std::make_shared<echo_server>(std::move(peer));
        server->shake_hands();
    });
    client.ask();
    CHECK(hosts.run_until([&] { return client.how && server && server->how; }));
    CHECK(client.how.category() == net::error::get_ssl_category());
    CHECK(server->how.category() == net::error::get_ssl_category());
}

TEST_CASE("TCP's end in the midst of TLS is told as a truncated stream, and a reset as a reset") {
    connected c;
    ssl::context context = client_context();
    ssl::stream<stream> socket(std::move(*c.near_stream), context);
    called shaken;
    socket.async_handshake(ssl::stream_base::client, shaken.handler());
    SUBCASE("end") {
        c.far_stream->shutdown(net::socket_base::shutdown_send);
        CHECK(c.run_until([&] { return shaken.has_come(); }));
        CHECK(shaken.code == ssl::error::stream_truncated);
    }
    SUBCASE("reset") {
        CHECK(c.far_stream->socket().abort());
        c.far->wake();
        CHECK(c.run_until([&] { return shaken.has_come(); }));
        CHECK(shaken.code == net::error::connection_reset);
    }
}
