// SPDX-License-Identifier: MIT
// As much of HTTP/1.1 (RFC 9112) as it takes to hand out the files of a directory, to any client: GET and HEAD,
// connections that stay open, 404 and the like. And a client that fetches one. On any host: they know no link.
#pragma once

#include <sluice/host/tcp_listener.hpp>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
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

/// Each %20 as the octet that it stands for (RFC 3986 section 2.1); nothing where there is no such octet, or a NUL.
inline std::optional<std::string> decoded(std::string_view path) {
    std::string out;
    for (std::size_t i = 0; i < path.size(); ++i) {
        unsigned value = static_cast<unsigned char>(path[i]);
        if (path[i] == '%') {
            const std::string_view digits = path.substr(i + 1, 2);
            const char* const end = digits.data() + digits.size();
            if (digits.size() < 2 || std::from_chars(digits.data(), end, value, 16).ptr != end) return {};
            i += 2;
        }
        if (value == 0) return {};
        out += static_cast<char>(value);
    }
    return out;
}
inline std::string encoded(std::string_view path) {
    std::string out;
    for (const char each : path) {
        const auto value = static_cast<unsigned char>(each);
        std::array<char, 4> text{each};
        const bool stands_for_itself = std::isalnum(value) || std::string_view("-._~/").find(each) != out.npos;
        if (!stands_for_itself) std::snprintf(text.data(), text.size(), "%%%02X", value);
        out += text.data();
    }
    return out;
}

/// By how the file's name ends (RFC 9110 section 8.3); browsers guess nothing then.
inline std::string_view media_type(const std::filesystem::path& name) {
    // clang-format off
    static constexpr std::array<std::array<std::string_view, 2>, 15> known{{
        {".html", "text/html; charset=utf-8"}, {".css", "text/css; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"}, {".json", "application/json"},
        {".txt", "text/plain; charset=utf-8"}, {".md", "text/plain; charset=utf-8"},
        {".svg", "image/svg+xml"}, {".png", "image/png"}, {".jpg", "image/jpeg"}, {".jpeg", "image/jpeg"},
        {".gif", "image/gif"}, {".webp", "image/webp"}, {".ico", "image/x-icon"},
        {".pdf", "application/pdf"}, {".wasm", "application/wasm"},
    }};
    // clang-format on
    const std::string ending = name.extension().string();
    for (const auto& [end, type] : known)
        if (ending == end) return type;
    return "application/octet-stream";
}

struct file {
    std::string octets;
    std::string_view type;
};

/// What is outside of the directory is not there, by whichever way it leads out: `..`, or a symbolic link.
inline std::optional<file> read_file(const std::filesystem::path& directory, std::string_view target) {
    auto path = decoded(target.substr(0, target.find('?')));
    if (!path || path->empty() || path->front() != '/') return {};
    if (path->back() == '/') *path += "index.html";
    std::error_code has_no_top, is_not_there, has_no_size;
    const auto top = std::filesystem::canonical(directory, has_no_top);
    const auto named = std::filesystem::canonical(directory / path->substr(1), is_not_there);
    if (has_no_top || is_not_there) return {};
    if (std::mismatch(top.begin(), top.end(), named.begin(), named.end()).first != top.end()) return {};
    const auto length = std::filesystem::file_size(named, has_no_size);
    if (has_no_size) return {};  // as of a directory
    std::string all(length, '\0');
    std::ifstream opened(named, std::ios::binary);
    if (!opened.read(all.data(), static_cast<std::streamsize>(all.size()))) return {};
    return file{std::move(all), media_type(*path)};
}

inline std::string answer_head(std::string_view status, std::string_view type, std::size_t length, bool stays_open) {
    return "HTTP/1.1 " + std::string(status) + "\r\nContent-Type: " + std::string(type) +
           "\r\nContent-Length: " + std::to_string(length) +
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
        auto found = is_known ? read_file(directory, asked->path) : std::nullopt;
        const std::string_view status = !asked      ? "400 Bad Request"
                                        : !is_known ? "405 Method Not Allowed"
                                        : found     ? "200 OK"
                                                    : "404 Not Found";
        if (!found) found = {std::string(status) + "\n", media_type("it.txt")};
        const bool stays_open = is_known && asked->stays_open;  // a body that may follow others is not read
        std::string answer = answer_head(status, found->type, found->octets.size(), stays_open);
        if (!asked || asked->method != "HEAD") answer += found->octets;
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
