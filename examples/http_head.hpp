// SPDX-License-Identifier: MIT
// The heads of HTTP/1.1's messages (RFC 9112): what a request asks for, and what an answer begins with. Of the fields
// they are those that tell where a request ends and whether the connection goes on.
#pragma once

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

namespace http {

/// What stands before the mark, or all there is. It is gone from the text then, and so is the mark.
inline std::string_view take_until(std::string_view mark, std::string_view& text) {
    const std::size_t at = text.find(mark);
    const std::string_view out = text.substr(0, at);
    text.remove_prefix(at == text.npos ? text.size() : at + mark.size());
    return out;
}
inline std::string lower(std::string_view text) {
    std::string out(text);
    for (char& each : out) each = static_cast<char>(std::tolower(static_cast<unsigned char>(each)));
    return out;
}
inline std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    return first == text.npos ? "" : text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}
/// A method, or a field's name (RFC 9110 section 5.6.2).
inline bool is_token(std::string_view text) {
    static constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    const auto fits = [](char each) {
        return std::isalnum(static_cast<unsigned char>(each)) || others.find(each) != others.npos;
    };
    return !text.empty() && std::all_of(text.begin(), text.end(), fits);
}
inline bool has_controls(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](unsigned char each) { return std::iscntrl(each) && each != '\t'; });
}

struct request {
    std::string method, target;
    bool stays_open = true;
};

/// Of a head without its empty line; nothing for what is none. A head that two readers could understand in two ways
/// is none: a space before a colon, a folded line, a CR or LF by itself (RFC 9112 sections 5.1, 5.2, 2.2).
inline std::optional<request> read_request(std::string_view head) {
    std::string_view line = take_until("\r\n", head);
    request out{std::string(take_until(" ", line)), std::string(take_until(" ", line))};
    if (!is_token(out.method) || out.target.empty() || has_controls(out.target)) return {};
    if (line.size() != 8 || !line.starts_with("HTTP/1.") || !std::isdigit(static_cast<unsigned char>(line[7])))
        return {};
    const bool is_old = line.back() == '0';
    out.stays_open = !is_old;
    int hosts = 0;
    while (!head.empty()) {
        const std::string field = lower(take_until("\r\n", head));
        std::string_view value = field;
        const std::string_view name = take_until(":", value);
        if (name.size() == field.size() || !is_token(name) || has_controls(value)) return {};
        if (name == "host") ++hosts;
        // a body, which nobody reads here: it is no next request (sections 9.3 and 11.2)
        if (name == "content-length" || name == "transfer-encoding") out.stays_open = false;
        if (name == "connection")
            while (!value.empty())
                if (trimmed(take_until(",", value)) == "close") out.stays_open = false;
    }
    if (hosts != 1 && !(is_old && hosts == 0)) return {};  // section 3.2
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

/// Which path a target names, decoded, or nothing. It may come behind a scheme and a host, whichever they are (RFC 9112
/// section 3.2.2), and before a query.
inline std::optional<std::string> path_of(std::string_view target) {
    target = target.substr(0, target.find('?'));
    if (lower(target.substr(0, 7)) == "http://") {
        const std::size_t path = target.find('/', 7);
        target = path == target.npos ? "/" : target.substr(path);
    }
    return target.starts_with('/') ? decoded(target) : std::nullopt;
}

inline std::string answer_head(std::string_view status, std::string_view type, std::uint64_t length, bool stays_open) {
    std::string out = "HTTP/1.1 " + std::string(status) + "\r\nContent-Type: " + std::string(type) +
                      "\r\nContent-Length: " + std::to_string(length);
    if (status.starts_with("405")) out += "\r\nAllow: GET, HEAD";  // RFC 9110 section 15.5.6
    return out + (stays_open ? "\r\n\r\n" : "\r\nConnection: close\r\n\r\n");
}

}  // namespace http
