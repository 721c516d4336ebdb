// SPDX-License-Identifier: MIT
// The server of examples/http.hpp: heads of requests by RFC 9112, what it says to them, whom it waits for and how long,
// in virtual time; and which files are in its directory.
#include <doctest/doctest.h>

#include <sluice/host/sleep.hpp>
#include <sluice/policy/buffers/growable_buffers.hpp>
#include <sluice/sim/programs.hpp>

#include <cstdio>
#include <cstdlib>

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "../../examples/http.hpp"

namespace {

using namespace sluice;
using my_tcp = tcp<growable_buffers>;

/// files/ with `page`, and what a test adds; beside it outside/ with another `page`. They go when it does.
class two_directories {
public:
    two_directories() {
        std::string name = std::filesystem::temp_directory_path() / "http.XXXXXX";
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        top = name;
        for (const std::filesystem::path& each : {files(), outside()}) std::filesystem::create_directories(each);
        std::ofstream(files() / "page") << "page";
        std::ofstream(outside() / "page") << "secret";
    }
    ~two_directories() { std::filesystem::remove_all(top); }
    two_directories(const two_directories&) = delete;
    two_directories& operator=(const two_directories&) = delete;

    std::filesystem::path files() const { return top / "files"; }
    std::filesystem::path outside() const { return top / "outside"; }
    http::directory open() const {
        auto out = http::directory::open(files());
        REQUIRE(out);
        return *std::move(out);
    }

private:
    std::filesystem::path top;
};

std::string what_is_in(const std::optional<http::file>& found) {
    if (!found) return "none";
    std::string out(found->length, '\0');
    CHECK(::read(found->from.number(), out.data(), out.size()) == static_cast<ssize_t>(out.size()));
    return out;
}

/// A client that says one thing and listens, from `reads_after` on, until the server has ended, or resets, or it has
/// heard enough.
struct client {
    std::string says;
    duration reads_after{};
    std::size_t enough = 10'000'000;
    std::string heard{};
    error how = error::would_block;
    instant ended = never;

    task<> run(host<my_tcp>& at, ip_address server) {
        tcp_socket socket(at);
        const auto done = co_await socket.connect({server, 80});
        if (!done) co_return;
        const auto sent = co_await socket.send(as_octets(says));
        if (!sent) co_return;
        if (reads_after > duration::zero()) co_await sleep_for(reads_after);
        std::array<octet, 4096> some;
        auto got = co_await socket.recv(some);
        for (; got.value_or(0) > 0 && heard.size() < enough; got = co_await socket.recv(some))
            heard += as_text(octets(some).first(*got));
        how = got.error(), ended = at.now();
    }
};

client conversation(client c, const http::directory& files) {
    sim::network net({.seed = 1});
    auto &here = sim::add_programs<my_tcp>(net), &there = sim::add_programs<my_tcp>(net);
    net.join(here.node, there.node, {.rate = 100'000'000, .delay = 5ms});
    CHECK(there.endpoint.spawn(http::server(there.endpoint, 80, files)));
    CHECK(here.endpoint.spawn(c.run(here.endpoint, there.address.address)));
    net.finish();
    CHECK(net.run());
    return c;
}

}  // namespace

TEST_CASE("a request says whether the connection goes on (RFC 9112 sections 9.3 and 9.6, RFC 9110 section 7.6.1)") {
    const auto goes_on = [](std::string fields, std::string version = "HTTP/1.1") {
        const auto asked = http::read_request("GET /page " + version + "\r\nHost: a" + fields);
        REQUIRE(asked);
        CHECK(asked->method == "GET");
        CHECK(asked->target == "/page");
        return asked->stays_open;
    };
    for (const char* each : {"", "\r\nConnection: keep-alive", "\r\nConnection: closed", "\r\nX-Connection: close",
                             "\r\nX: a\r\nY: Connection: close", "\r\nConnection:", "\r\nConnection: ,,"}) {
        CAPTURE(each);
        CHECK(goes_on(each));
        CHECK_FALSE(goes_on(each, "HTTP/1.0"));
    }
    for (const char* each :
         {"\r\nConnection: close", "\r\nConnection:close", "\r\ncOnnection:\tClose \t",
          "\r\nConnection: keep-alive, close", "\r\nConnection: close,x", "\r\nConnection: x\r\nConnection: close",
          "\r\nContent-Length: 4", "\r\ncontent-length:0", "\r\nTransfer-Encoding: chunked"}) {
        CAPTURE(each);
        CHECK_FALSE(goes_on(each));
    }
    CHECK(http::read_request("GET /page HTTP/1.0").has_value());
    CHECK(goes_on("", "HTTP/1.2"));
}

TEST_CASE("what is no request, or could be understood in two ways, is refused (RFC 9112 sections 2.2, 3, 3.2, 5)") {
    using namespace std::string_literals;
    const std::string good = "GET /page HTTP/1.1\r\nHost: a";
    REQUIRE(http::read_request(good));
    for (const std::string& each : {""s,
                                    "GET"s,
                                    "GET /page\r\nHost: a"s,
                                    "GET  HTTP/1.1\r\nHost: a"s,
                                    " /page HTTP/1.1\r\nHost: a"s,
                                    "G(T /page HTTP/1.1\r\nHost: a"s,
                                    "GET /a page HTTP/1.1\r\nHost: a"s,
                                    "GET /page HTTP/2.0\r\nHost: a"s,
                                    "GET /page HTTP/1.\r\nHost: a"s,
                                    "GET /page HTTP/1.10\r\nHost: a"s,
                                    "GET /pa\0ge HTTP/1.1\r\nHost: a"s,
                                    "GET /page HTTP/1.1"s,
                                    "GET /page HTTP/1.1\r\nX: a"s,
                                    good + "\r\nhost: a",
                                    good + "\r\nX",
                                    good + "\r\n: x",
                                    good + "\r\nContent-Length : 4",
                                    good + "\r\n Content-Length: 4",
                                    good + "\r\nX: a\nContent-Length: 4",
                                    good + "\r\nX: a\rContent-Length: 4",
                                    good + "\r\nX: \0"s}) {
        CAPTURE(each);
        CHECK_FALSE(http::read_request(each));
    }
}

TEST_CASE("a target names a path, behind any scheme and host and before any query (RFC 9112 section 3.2)") {
    CHECK(http::path_of("/a%20b%2Fc%25?x=%zz") == "/a b/c%");
    CHECK(http::path_of("http://a/b/c") == "/b/c");
    CHECK(http::path_of("HTTP://a:80/b?c") == "/b");
    CHECK(http::path_of("http://a") == "/");
    CHECK(http::path_of("http://a?b/c") == "/");
    CHECK(http::path_of("/http://a/b") == "/http://a/b");
    for (const char* each : {"", "*", "a", "?/a", "ftp://a/b", "/%", "/%4", "/%zz", "/%00", "/%+1"}) {
        CAPTURE(each);
        CHECK_FALSE(http::path_of(each));
    }
}

TEST_CASE("a server answers requests one after the other, and what follows a body by nothing") {
    const two_directories there;
    const http::directory files = there.open();
    const auto says = [&](std::string words) { return conversation({.says = std::move(words)}, files); };
    const std::string page = "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: 4\r\n";
    const std::string close = "Connection: close\r\n\r\n", get = "GET /page HTTP/1.1\r\nHost: a\r\n",
                      last = get + close;

    CHECK(says(last).heard == page + close + "page");
    CHECK(says(get + "\r\n" + last).heard == page + "\r\npage" + page + close + "page");
    CHECK(says(get + "\r\n\r\n\r\n" + last).heard == page + "\r\npage" + page + close + "page");  // section 2.2
    CHECK(says("\r\n" + last).heard == page + close + "page");
    CHECK(says("HEAD /page HTTP/1.1\r\nHost: a\r\n" + close).heard == page + close);
    CHECK(says("GET http://b/page HTTP/1.1\r\nHost: a\r\n" + close).heard == page + close + "page");
    // sections 9.3 and 11.2: the body is none
    CHECK(says(get + "Content-Length: 999\r\n\r\n" + last).heard == page + close + "page");
    CHECK(says(get + "Transfer-Encoding: chunked\r\n\r\n3e7\r\n" + last).heard == page + close + "page");

    const auto answer = [&](std::string status, std::string fields) {
        return "HTTP/1.1 " + status +
               "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: " + std::to_string(status.size() + 1) +
               "\r\n" + fields + "\r\n";
    };
    const std::string bad = "400 Bad Request", none = "404 Not Found", other = "405 Method Not Allowed",
                      long_one = "431 Request Header Fields Too Large", closes = "Connection: close\r\n";
    CHECK(says("GET /page HTTP/1.1\r\n\r\n" + last).heard == answer(bad, closes) + bad + "\n");
    CHECK(says("GET /none HTTP/1.1\r\nHost: a\r\n" + close).heard == answer(none, closes) + none + "\n");
    CHECK(says("PUT /page HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n" + last).heard ==
          answer(other, "Allow: GET, HEAD\r\n" + closes) + other + "\n");  // RFC 9110 section 15.5.6
    CHECK(says(get + "X: " + std::string(99'999, 'x')).heard == answer(long_one, closes) + long_one + "\n");
    for (const error each : {says(last).how, says(get + "X: " + std::string(99'999, 'x')).how})
        CHECK(each == error::none);
}

TEST_CASE("a file larger than any memory is sent as it is read; who reads none of it for a minute is reset") {
    const two_directories there;
    const http::directory files = there.open();
    std::ofstream(there.files() / "large");
    std::filesystem::resize_file(there.files() / "large", std::uintmax_t{1} << 40);  // 1 TiB, all of it a hole
    const std::string get = "GET /large HTTP/1.1\r\nHost: a\r\n\r\n";
    const client slow = conversation({.says = get, .reads_after = 59s}, files);
    CHECK(slow.how == error::none);
    CHECK(slow.heard.find("\r\nContent-Length: 1099511627776\r\n") != slow.heard.npos);
    CHECK(slow.heard.size() >= slow.enough);
    const client none = conversation({.says = get, .reads_after = 61s}, files);
    CHECK(none.heard == "");
    CHECK(none.how == error::reset);
    for (const char* each : {"", "GET /page", "\r\n"}) {  // nor is more time for who says nothing, or half of it
        CAPTURE(each);
        const client silent = conversation({.says = each}, files);
        CHECK(silent.how == error::none);
        CHECK(silent.ended > instant(60s));
        CHECK(silent.ended < instant(61s));
    }
}

TEST_CASE("what is outside of a directory is not in it, even while links are exchanged for directories") {
    const two_directories there;
    const http::directory files = there.open();
    const std::filesystem::path in = there.files();
    std::filesystem::create_directory(in / "d");
    std::ofstream(in / "d" / "page") << "inside";
    std::filesystem::create_symlink("d/../page", in / "stays");
    std::filesystem::create_directory_symlink("../outside", in / "leaves");
    std::filesystem::create_directory_symlink(there.outside(), in / "far");
    REQUIRE(::mkfifo((in / "pipe").c_str(), 0600) == 0);
    for (const char* each : {"/page", "/./page", "/d/../page", "/stays"}) CHECK(what_is_in(files.find(each)) == "page");
    for (const char* each :
         {"/leaves/page", "/far/page", "/../outside/page", "/d/../../files/page", "//page", "/d", "/pipe", "/"}) {
        CAPTURE(each);
        CHECK(what_is_in(files.find(each)) == "none");
    }

    const std::string a = in / "d", b = in / "leaves";
    const pid_t other = ::fork();
    if (other == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        while (true) ::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE);
    }
    int inside = 0, nowhere = 0, outside = 0;
    for (int i = 0; i < 20'000; ++i) {
        const std::string octets = what_is_in(files.find("/d/page"));
        ++(octets == "inside" ? inside : octets == "none" ? nowhere : outside);
    }
    ::kill(other, SIGKILL);
    ::waitpid(other, nullptr, 0);
    CHECK(outside == 0);
    CHECK(inside + nowhere == 20'000);
}
