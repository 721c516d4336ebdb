// SPDX-License-Identifier: MIT
// As much of HTTP/1.1 (RFC 9112) as it takes to hand out the files of a directory, to any client: GET and HEAD,
// connections that stay open, 404 and the like. And a client that fetches one. On any host: they know no link.
#pragma once

#include <sluice/host/tcp_listener.hpp>
#include <sluice/io/descriptor.hpp>
#include <sluice/io/failure.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>

#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "http_head.hpp"

namespace http {

using namespace sluice;

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
    io::descriptor from;
    std::uint64_t length;
    std::string_view type;
};

/// What is outside of it is not there, by whichever way it leads out: `..`, or a symbolic link, even one that is put
/// there meanwhile. For the kernel looks and opens in one (openat2), and a name is looked at once. A link that begins
/// with / leads out, wherever it ends.
class directory {
public:
    static io::opened<directory> open(const std::string& name) {
        directory out(io::descriptor(::open(name.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)));
        if (!out.top_) return io::failed(name);
        if (!out.beneath("") && errno != ENOENT) return io::failed("openat2", "Linux has it since 5.6");
        return out;
    }

    std::optional<file> find(std::string_view target) const {
        auto path = path_of(target);
        if (!path) return {};
        if (path->back() == '/') *path += "index.html";
        io::descriptor found = beneath(path->substr(1));
        struct stat about {};
        if (!found || ::fstat(found.number(), &about) != 0 || !S_ISREG(about.st_mode)) return {};
        return file{std::move(found), static_cast<std::uint64_t>(about.st_size), media_type(*path)};
    }

private:
    explicit directory(io::descriptor top) : top_(std::move(top)) {}

    /// Without waiting for anybody who would write into a pipe.
    io::descriptor beneath(const std::string& path) const {
        const open_how how{.flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC, .mode = 0, .resolve = RESOLVE_BENEATH};
        for (int tries = 1;; ++tries) {
            const long number = ::syscall(SYS_openat2, top_.number(), path.c_str(), &how, sizeof how);
            // EAGAIN: something, somewhere, was renamed while it went up a `..`
            if (number >= 0 || errno != EAGAIN || tries == 100) return io::descriptor(static_cast<int>(number));
        }
    }

    io::descriptor top_;
};

inline constexpr duration patience = 60s;  // with who says nothing, or reads nothing
inline constexpr std::size_t longest_head = 16'384, piece = 65'536;

/// A request's head, without the empty line behind it, and without those that may come before it (RFC 9112 section
/// 2.2); of one that is too long, what has come of it.
template <class Tcp>
task<result<std::string>> read_head(tcp_socket<Tcp>& peer, std::string& heard) {
    std::array<octet, 4096> some;
    while (true) {
        while (heard.starts_with("\r\n")) heard.erase(0, 2);
        const std::size_t end = heard.find("\r\n\r\n");
        if (end != heard.npos || heard.size() > longest_head) {
            std::string head = heard.substr(0, end);
            heard.erase(0, head.size() + 4);
            co_return head;
        }
        const auto got = co_await peer.recv(some);
        if (!got) co_return got.error();
        if (*got == 0) co_return error::closing;
        heard += as_text(octets(some).first(*got));
    }
}

/// The text, and behind it the body, of which no more is held than one piece, however slowly it is read. False where
/// that can't be done to the end, as when the file has become shorter.
template <class Tcp>
task<bool> send(tcp_socket<Tcp>& peer, std::string text, const file* body) {
    std::uint64_t left = body != nullptr ? body->length : 0;
    do {
        const std::size_t before = text.size(), wanted = std::min<std::uint64_t>(left, piece);
        text.resize(before + wanted);
        if (wanted > 0 && ::read(body->from.number(), &text[before], wanted) != static_cast<ssize_t>(wanted))
            co_return false;
        const auto sent = co_await with_timeout(peer.send(as_octets(text)), patience);
        if (!sent) co_return false;
        text.clear();
        left -= wanted;
    } while (left > 0);
    co_return true;
}

template <class Tcp>
task<> read_to_end(tcp_socket<Tcp>& peer) {
    std::array<octet, 4096> some;
    for (auto got = co_await peer.recv(some); got.value_or(0) > 0;) got = co_await peer.recv(some);
}

/// One connection: requests one after the other, which may come in one piece or in many.
template <class Tcp>
task<> serve(tcp_socket<Tcp> peer, const directory& files) {
    std::string heard;
    for (bool stays_open = true; stays_open;) {
        const auto head = co_await with_timeout(read_head(peer, heard), patience);
        if (!head) co_return;
        const bool is_short = head->size() <= longest_head;
        const auto asked = is_short ? read_request(*head) : std::nullopt;
        const bool is_head = asked && asked->method == "HEAD", is_known = is_head || (asked && asked->method == "GET");
        const auto found = is_known ? files.find(asked->target) : std::nullopt;
        const std::string_view status = !is_short   ? "431 Request Header Fields Too Large"
                                        : !asked    ? "400 Bad Request"
                                        : !is_known ? "405 Method Not Allowed"
                                        : found     ? "200 OK"
                                                    : "404 Not Found";
        const std::string words = found ? "" : std::string(status) + "\n";
        stays_open = asked && asked->stays_open;
        std::string answer = answer_head(status, found ? found->type : media_type("it.txt"),
                                         found ? found->length : words.size(), stays_open);
        if (!is_head) answer += words;
        const bool is_sent = co_await send(peer, std::move(answer), found && !is_head ? &*found : nullptr);
        if (!is_sent) {
            static_cast<void>(peer.abort());
            co_return;
        }
    }
    static_cast<void>(peer.shutdown());
    static_cast<void>(co_await with_timeout(read_to_end(peer), patience));  // or a RST could overtake the answer
}

template <class Tcp>
task<> server(host<Tcp>& at, std::uint16_t port, const directory& files) {
    tcp_listener listener(at);
    if (!listener.listen({.address = {}, .port = port}, {.backlog = 1024})) co_return;
    while (true) {
        auto peer = co_await listener.accept();
        if (!peer || !at.spawn(serve(*std::move(peer), files))) co_return;
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

/// Any file there, or nothing; and what is in it: for who fetches it, and compares.
inline std::optional<std::filesystem::path> any_file_of(const std::filesystem::path& where) {
    for (const auto& each : std::filesystem::directory_iterator(where))
        if (each.is_regular_file() && !each.is_symlink()) return each.path();
    return {};
}
inline std::string octets_of(const std::filesystem::path& file) {
    std::ifstream from(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(from), {}};
}

}  // namespace http
