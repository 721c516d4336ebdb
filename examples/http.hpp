// SPDX-License-Identifier: MIT
// As much of HTTP/1.1 (RFC 9112) as it takes to hand out the files of a directory, to any client: GET and HEAD,
// connections that stay open, 404 and the like. And a client that fetches one. On any host: they know no link.
#pragma once

#include <sluice/host/tcp_listener.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

namespace http {

using namespace sluice;

struct request {
    std::string method, path;
    bool stays_open = true;
};

/// Case does not matter in names of headers, nor in the value that is looked for.
inline bool has_header(std::string_view head, std::string_view name_and_value) {
    const auto same = [](char a, char b) { return (a | 0x20) == (b | 0x20); };
    return std::search(head.begin(), head.end(), name_and_value.begin(), name_and_value.end(), same) != head.end();
}

/// Of a head without its empty line; nothing for what is none.
inline std::optional<request> read_request(std::string_view head) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    const std::size_t first = line.find(' '), last = line.rfind(' ');
    if (first == std::string_view::npos || last == first || line.substr(last + 1).substr(0, 7) != "HTTP/1.") return {};
    request out{std::string(line.substr(0, first)), std::string(line.substr(first + 1, last - first - 1))};
    out.stays_open = line.back() == '1' && !has_header(head, "\nconnection: close");
    return out;
}

/// What is outside of the directory is not there.
inline std::optional<std::string> read_file(const std::filesystem::path& directory, std::string path) {
    path = path.substr(0, path.find('?'));
    if (path.empty() || path.front() != '/') return {};
    if (path.back() == '/') path += "index.html";
    const std::filesystem::path relative = std::filesystem::path(path.substr(1)).lexically_normal();
    if (relative.empty() || relative.is_absolute() || *relative.begin() == "..") return {};
    std::error_code failed;
    if (!std::filesystem::is_regular_file(directory / relative, failed)) return {};
    std::ifstream file(directory / relative, std::ios::binary);
    if (!file) return {};
    return std::string(std::istreambuf_iterator<char>(file), {});
}

inline std::string answer_head(std::string_view status, std::size_t length, bool stays_open) {
    return "HTTP/1.1 " + std::string(status) + "\r\nContent-Length: " + std::to_string(length) +
           (stays_open ? "\r\n\r\n" : "\r\nConnection: close\r\n\r\n");
}

/// One connection: requests one after the other, which may come in one piece or in many.
template <class Tcp>
task<> serve(tcp_socket<Tcp> peer, const std::filesystem::path& directory) {
    static constexpr std::size_t longest_head = 16'384;
    std::string heard;
    std::array<octet, 4096> some;
    while (true) {
        std::size_t end;
        while ((end = heard.find("\r\n\r\n")) == std::string::npos) {
            const auto got = co_await with_timeout(peer.recv(some), 60s);
            if (got.value_or(0) == 0 || heard.size() > longest_head) co_return;
            heard += as_text(octets(some).first(*got));
        }
        const auto asked = read_request(std::string_view(heard).substr(0, end));
        heard.erase(0, end + 4);
        const bool is_known = asked && (asked->method == "GET" || asked->method == "HEAD");
        const auto file = is_known ? read_file(directory, asked->path) : std::nullopt;
        const std::string_view status = !asked      ? "400 Bad Request"
                                        : !is_known ? "405 Method Not Allowed"
                                        : file      ? "200 OK"
                                                    : "404 Not Found";
        const std::string body = file ? *file : std::string(status) + "\n";
        const bool stays_open = is_known && asked->stays_open;  // a body that may follow others is not read
        std::string answer = answer_head(status, body.size(), stays_open);
        if (!asked || asked->method != "HEAD") answer += body;
        const auto sent = co_await peer.send(as_octets(answer));
        if (!sent) co_return;
        if (!stays_open) break;
    }
    static_cast<void>(peer.shutdown());
    for (auto rest = co_await with_timeout(peer.recv(some), 5s); rest.value_or(0) > 0;)  // or a RST could overtake it
        rest = co_await with_timeout(peer.recv(some), 5s);
}

template <class Tcp>
task<> server(host<Tcp>& at, std::uint16_t port, const std::filesystem::path& directory) {
    tcp_listener listener(at);
    if (!listener.listen({.address = {}, .port = port}, {.backlog = 1024})) co_return;
    while (true) {
        auto peer = co_await listener.accept();
        if (!peer || !at.spawn(serve(*std::move(peer), directory))) co_return;
    }
}

/// The body of what is there, or nothing.
template <class Tcp>
task<std::optional<std::string>> get(host<Tcp>& at, socket_address from, std::string path) {
    tcp_socket socket(at);
    if (const auto done = co_await socket.connect(from); !done) co_return std::nullopt;
    const std::string asked = "GET " + path + " HTTP/1.1\r\nHost: sluice\r\nConnection: close\r\n\r\n";
    if (const auto sent = co_await socket.send(as_octets(asked)); !sent) co_return std::nullopt;
    std::string heard;
    std::array<octet, 4096> some;
    while (true) {
        const auto got = co_await socket.recv(some);
        if (!got) co_return std::nullopt;
        if (*got == 0) break;
        heard += as_text(octets(some).first(*got));
    }
    const std::size_t end = heard.find("\r\n\r\n");
    if (heard.rfind("HTTP/1.1 200", 0) != 0 || end == std::string::npos) co_return std::nullopt;
    co_return heard.substr(end + 4);
}

}  // namespace http
