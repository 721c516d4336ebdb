// SPDX-License-Identifier: MIT
// Boost.Beast's HTTP and asio's TLS over sluice: hands out the files of a directory to curl or any browser,
// beast_server --link tun:sluice0 --address 198.18.0.2/24 --peer 198.18.0.1 --port 443 DIRECTORY CERTIFICATE KEY
// without certificate and key by plain HTTP. Without --link it does so inside of UDP on the loopback, to a client in
// the same io_context, and compares what arrived.
#include "on_a_link.hpp"

#include "http.hpp"

#include <sluice/adapters/asio.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

namespace net = boost::asio;
namespace beast = boost::beast;
using stream = asio::stream<my_tcp>;
using acceptor = asio::acceptor<my_tcp>;

/// Where the files are, and how to be who one is, if one is.
struct site {
    http::directory files;
    std::optional<net::ssl::context> tls{};
};

net::awaitable<void> send(auto& peer, auto response, std::string_view type, bool stays_open) {
    response.set(beast::http::field::content_type, std::string(type));
    response.keep_alive(stays_open);
    response.prepare_payload();
    co_await beast::http::async_write(peer, response, net::use_awaitable);
}

/// Requests one after the other, over TLS or without.
net::awaitable<void> answer(auto& peer, const http::directory& files) {
    beast::flat_buffer buffer;
    for (bool stays_open = true; stays_open;) {
        beast::http::request<beast::http::string_body> asked;
        co_await beast::http::async_read(peer, buffer, asked, net::use_awaitable);
        stays_open = asked.keep_alive();
        if (const auto found = files.find(std::string(asked.target()))) {
            beast::file from;
            from.native_handle(::dup(found->from.number()));
            beast::http::response<beast::http::file_body> file(beast::http::status::ok, asked.version());
            beast::error_code wrong;
            file.body().reset(std::move(from), wrong);
            if (wrong) co_return;
            co_await send(peer, std::move(file), found->type, stays_open);
        } else {
            beast::http::response<beast::http::string_body> none(beast::http::status::not_found, asked.version());
            none.body() = "Not Found\n";
            co_await send(peer, std::move(none), http::media_type("it.txt"), stays_open);
        }
    }
}

net::awaitable<void> serve(stream peer, site& of) {
    try {
        if (of.tls) {
            net::ssl::stream<stream> inside(std::move(peer), *of.tls);
            co_await inside.async_handshake(net::ssl::stream_base::server, net::use_awaitable);
            co_await answer(inside, of.files);
            co_await inside.async_shutdown(net::use_awaitable);
        } else {
            co_await answer(peer, of.files);
        }
    } catch (const boost::system::system_error&) {  // it is gone, or speaks something else
    }
}

net::awaitable<void> accept_all(acceptor& at, site& of) {
    while (true) {
        stream peer = co_await at.async_accept(net::use_awaitable);
        net::co_spawn(at.get_executor(), serve(std::move(peer), of), net::detached);
    }
}

net::awaitable<std::string> get(stream& from, asio::endpoint server, std::string target) {
    co_await from.async_connect(server, net::use_awaitable);
    const beast::http::request<beast::http::empty_body> question(beast::http::verb::get, target, 10);
    co_await beast::http::async_write(from, question, net::use_awaitable);
    beast::flat_buffer buffer;
    beast::http::response<beast::http::string_body> heard;
    co_await beast::http::async_read(from, buffer, heard, net::use_awaitable);
    co_return heard.result() == beast::http::status::ok ? heard.body() : "";
}

/// Until a signal asks it to end.
template <packet_link Link>
int serve_on(const arguments& a, io::reactor& reactor, Link& link, site& of) {
    net::io_context context;
    my_tcp::settings settings{.seed = io::random_seed()};
    settings.congestion.select(a.congestion);
    asio::engine<my_tcp, Link> engine(context.get_executor(), reactor, link, settings, a.address().address);
    const std::uint16_t port = a.port.value_or(of.tls ? 443 : 80);
    acceptor listening(engine, asio::to_endpoint({a.address().address, port}));
    int status = 0;
    net::co_spawn(context, accept_all(listening, of), [&](std::exception_ptr why) {
        try {
            if (why) std::rethrow_exception(why);
        } catch (const std::exception& e) {  // the link is gone
            std::fprintf(stderr, "%s: %s\n", a.name.c_str(), e.what());
            status = 1;
        }
        context.stop();
    });
    net::signal_set signals(context, SIGINT, SIGTERM);
    signals.async_wait([&](boost::system::error_code, int) { context.stop(); });
    std::fprintf(stderr, "%s: up\n", a.name.c_str());
    context.run();
    return status;
}

int serve_on_tun(arguments a, site& of) {
    auto reactor = io::reactor::open();
    if (!reactor) return complain(reactor.why());
    io::tun_options wanted{.name = a.name};
    if (a.peer) wanted.kernel_addresses.push_back({*a.peer, a.address().length});
    auto link = io::tun::open(wanted, *reactor);
    if (!link) return complain(link.why());
    a.name = link->kernel_side().name();  // of sluice%d
    if (a.pcap.empty()) return serve_on(a, *reactor, *link, of);
    auto file = io::capture_file::open(a.pcap);
    if (!file) return complain(file.why());
    io::captured seen(*link, *file, a.name);
    return serve_on(a, *reactor, seen, of);
}

/// A server, and a client that fetches a file.
int serve_oneself(site& of, const std::filesystem::path& file) {
    constexpr auto loopback = ip_address::v4(127, 0, 0, 1), far = ip_address::v4(198, 18, 0, 2);
    auto far_reactor = io::reactor::open(), near_reactor = io::reactor::open();
    if (!far_reactor || !near_reactor) return complain((far_reactor ? near_reactor : far_reactor).why());
    auto far_link = io::udp::open({.own = {loopback, 0}}, *far_reactor);
    if (!far_link) return complain(far_link.why());
    auto near_link = io::udp::open({.own = {loopback, 0}, .peers = {{far, far_link->local()}}}, *near_reactor);
    if (!near_link) return complain(near_link.why());

    net::io_context context;
    const my_tcp::settings settings{.seed = io::random_seed()};
    constexpr auto own = ip_address::v4(198, 18, 0, 1);
    asio::engine<my_tcp, io::udp> server(context.get_executor(), *far_reactor, *far_link, settings, far);
    asio::engine<my_tcp, io::udp> client(context.get_executor(), *near_reactor, *near_link, settings, own);
    acceptor listening(server, asio::to_endpoint({far, 80}));
    net::co_spawn(context, accept_all(listening, of), net::detached);
    const std::string target = http::encoded("/" + file.filename().string());
    std::string heard;
    stream near(client);
    net::co_spawn(context, get(near, asio::to_endpoint({far, 80}), target), [&](std::exception_ptr, std::string body) {
        heard = std::move(body);
        context.stop();
    });
    context.run_for(std::chrono::minutes(1));
    std::printf("%s: %zu octets\n", target.c_str(), heard.size());
    return heard == http::octets_of(file) ? 0 : 1;
}

int main(int argc, char** argv) {
    const arguments a = read_arguments(
        argc, argv,
        {.form = "beast_server [OPTIONS] [DIRECTORY [CERTIFICATE KEY]]\n"
                 "Hands out the files of a directory (.) by HTTP, or by HTTPS with a certificate and its key (PEM).\n",
         .port = "80, with a certificate 443",
         .links = {"tun"},
         .alone = "inside of UDP on the loopback, to a client in the same program"});
    if (a.rest.size() > 3 || a.rest.size() == 2)
        refuse("beast_server takes a directory, or a directory with a certificate and its key");
    const std::string directory = a.rest.empty() ? "." : a.rest[0];
    auto files = http::directory::open(directory);
    if (!files) refuse(files.why().text());
    site of{*std::move(files)};
    if (a.link == "sim") {
        const auto any = http::any_file_of(directory);
        if (!any) refuse("no file in " + directory);
        return serve_oneself(of, *any);
    }
    if (a.rest.size() == 3) try {
        of.tls.emplace(net::ssl::context::tls_server);
        of.tls->use_certificate_chain_file(a.rest[1]);
        of.tls->use_private_key_file(a.rest[2], net::ssl::context::pem);
    } catch (const boost::system::system_error& e) {
        refuse(a.rest[1] + ", " + a.rest[2] + ": " + e.what());
    }
    return serve_on_tun(a, of);
}
