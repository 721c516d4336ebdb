// SPDX-License-Identifier: MIT
//
// What came of one script: passed; failed, and then where, what was expected, what was there, and the last ten events;
// or skipped, for a construct that is named. As text for people and as JSON.
#pragma once

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/testing/script/syntax.hpp>

namespace sluice::testing::script {

enum class verdict { passed, failed, skipped };

constexpr const char* text(verdict v) {
    switch (v) {
        case verdict::passed: return "passed";
        case verdict::failed: return "failed";
        case verdict::skipped: return "skipped";
    }
    return "?";
}

/// `0.300000`
inline std::string seconds_text(duration d) {
    std::array<char, 40> out;
    std::snprintf(out.data(), out.size(), "%.6f", std::chrono::duration<double>(d).count());
    return out.data();
}

struct report {
    script::verdict verdict = script::verdict::passed;
    std::string file{};
    place where{};
    std::string line{};     // of the script
    std::string message{};  // why it failed or was skipped
    std::string detail{};   // packets side by side
    std::vector<std::string> latest{};   // events, ten at most
    std::vector<std::string> ignored{};  // commands and settings that mean nothing here
    duration ran{};         // virtual time

    std::string head() const {
        return file + ':' + std::to_string(where.line) + ':' + std::to_string(where.column) + ": " +
               script::text(verdict) + ": " + message;
    }
    /// One line, with the script's if it was skipped, or for a failure all there is to know.
    std::string text() const {
        if (verdict == script::verdict::passed) return file + ": passed";
        std::string out = head();
        const auto add = [&](const std::string& more) { out += more.empty() ? "" : "\n" + more; };
        if (!line.empty()) add("  " + line);
        if (verdict == script::verdict::skipped) return out;
        add(detail);
        if (!latest.empty()) add("  the events before:");
        for (const std::string& each : latest) add("    " + each);
        for (const std::string& each : ignored) add("    ignored: " + each);
        return out;
    }
    std::string json() const {
        std::string out = "{\"file\":" + quoted(file) + ",\"verdict\":\"" + script::text(verdict) + '"';
        if (verdict != script::verdict::passed)
            out += ",\"line\":" + std::to_string(where.line) + ",\"column\":" + std::to_string(where.column) +
                   ",\"message\":" + quoted(message) + ",\"script\":" + quoted(line) + ",\"detail\":" + quoted(detail) +
                   ",\"events\":" + list(latest);
        return out + ",\"ignored\":" + list(ignored) + ",\"seconds\":" + seconds_text(ran) + '}';
    }

private:
    static std::string quoted(const std::string& s) {
        std::string out = "\"";
        for (std::size_t i = 0; i < s.size();) {
            const std::size_t length = character_at(std::string_view(s).substr(i));
            if (s[i] == '"' || s[i] == '\\') out += '\\';
            if (length > 0) {
                out += s.substr(i, length);
            } else {
                std::array<char, 8> code;
                std::snprintf(code.data(), code.size(), "\\u%04x", unsigned{static_cast<unsigned char>(s[i])});
                out += code.data();
            }
            i += std::max<std::size_t>(length, 1);
        }
        return out + '"';
    }
    /// How long the character at the beginning is in UTF-8 (RFC 3629 section 4); 0 if it must not stand in JSON so.
    static std::size_t character_at(std::string_view s) {
        const auto octet = [&](std::size_t i) { return i < s.size() ? unsigned{static_cast<unsigned char>(s[i])} : 0; };
        const auto follow = [&](std::size_t count) {
            for (std::size_t i = 1; i <= count; ++i)
                if ((octet(i) & 0xc0) != 0x80) return false;
            return true;
        };
        const unsigned first = octet(0), second = octet(1);
        if (first < 0x80) return first >= 0x20 ? 1 : 0;
        if (first >= 0xc2 && first <= 0xdf) return follow(1) ? 2 : 0;
        const bool is_overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
        const bool is_beyond = (first == 0xed && second > 0x9f) || (first == 0xf4 && second > 0x8f);  // and surrogates
        if (is_overlong || is_beyond) return 0;
        if (first >= 0xe0 && first <= 0xef) return follow(2) ? 3 : 0;
        return first >= 0xf0 && first <= 0xf4 && follow(3) ? 4 : 0;
    }
    static std::string list(const std::vector<std::string>& of) {
        std::string out = "[";
        for (const std::string& each : of) out += (out.size() > 1 ? "," : "") + quoted(each);
        return out + ']';
    }
};

inline report report_of(const parse_error& e) {
    return {.verdict = verdict::failed,
            .file = e.file,
            .where = e.where,
            .message = "expected " + e.expected + ", found " + e.found};
}

}  // namespace sluice::testing::script
