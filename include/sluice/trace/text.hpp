// SPDX-License-Identifier: MIT
//
// Values as text, the same on every machine: numbers by std::to_chars, which knows no locale, and text made safe for
// SVG and HTML. Knows nothing of charts or packets; text that comes in is taken to be UTF-8.
#pragma once

#include <algorithm>
#include <charconv>
#include <concepts>
#include <string>
#include <string_view>

#include <sluice/base/time.hpp>

namespace sluice::trace {

std::string digits(std::integral auto value) {
    char text[24];
    return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

/// With exactly so many digits behind the point; never "-0". Nothing to print, as of infinity, is "?".
inline std::string decimal(double value, int places) {
    char text[64];
    const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, places);
    if (end.ec != std::errc{} || !(value - value == 0)) return "?";
    const std::string_view written(text, static_cast<std::size_t>(end.ptr - text));
    const bool is_minus_zero = written.front() == '-' && written.find_first_of("123456789") == std::string_view::npos;
    return std::string(written.substr(is_minus_zero ? 1 : 0));
}

/// Seconds with six digits behind the point, as tcpdump prints them. What is finer than a microsecond is cut off.
inline std::string seconds(duration span) {
    const bool is_negative = span < duration::zero();
    const auto microseconds = static_cast<std::uint64_t>((is_negative ? -(span / 1us) : span / 1us));
    const std::string fraction = digits(microseconds % 1'000'000);
    return (is_negative && microseconds != 0 ? "-" : "") + digits(microseconds / 1'000'000) + '.' +
           std::string(6 - fraction.size(), '0') + fraction;
}

inline std::string seconds(instant at) { return seconds(at.time_since_epoch()); }

/// For XML and HTML, between tags and in double quotes. Control characters, which XML can't hold even escaped, become
/// U+FFFD.
inline std::string escaped(std::string_view text) {
    std::string safe;
    safe.reserve(text.size());
    for (const char c : text) {
        switch (c) {
            case '&': safe += "&amp;"; break;
            case '<': safe += "&lt;"; break;
            case '>': safe += "&gt;"; break;
            case '"': safe += "&quot;"; break;
            case '\'': safe += "&#39;"; break;
            case '\t':
            case '\n': safe += c; break;
            default:
                if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
                    safe += "\xEF\xBF\xBD";
                else
                    safe += c;
        }
    }
    return safe;
}

/// Characters, where bytes are UTF-8.
inline std::size_t shown_width(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// Padded to `width` characters of ASCII.
inline std::string flush_right(std::string_view text, std::size_t width) {
    return std::string(width > text.size() ? width - text.size() : 0, ' ') + std::string(text);
}

}  // namespace sluice::trace
