// SPDX-License-Identifier: MIT
//
// What came of one script: passed; failed, and then where, what was expected, what was there, and the last ten events;
// or skipped, for a construct that is named. As text for people and as JSON.
#pragma once

#include <cstdio>
#include <string>
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
    /// One line, or for a failure all there is to know.
    std::string text() const {
        if (verdict == script::verdict::passed) return file + ": passed";
        std::string out = head();
        if (verdict == script::verdict::skipped) return out;
        const auto add = [&](const std::string& more) { out += more.empty() ? "" : "\n" + more; };
        if (!line.empty()) add("  " + line);
        add(detail);
        if (!latest.empty()) add("  the events before:");
        for (const std::string& each : latest) add("    " + each);
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
        for (const char c : s) {
            if (c == '"' || c == '\\') {
                out += '\\', out += c;
            } else if (static_cast<unsigned char>(c) < 0x20) {
                std::array<char, 8> code;
                std::snprintf(code.data(), code.size(), "\\u%04x",
                              static_cast<unsigned>(static_cast<unsigned char>(c)));
                out += code.data();
            } else {
                out += c;
            }
        }
        return out + '"';
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
