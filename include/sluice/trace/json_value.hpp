// SPDX-License-Identifier: MIT
//
// JSON (RFC 8259), as far as the tools here write it and read it again: a value as a tree, a text as a value, and a
// string as it stands between quotes. A number stays the text that it was, so that none changes on the way.
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::trace {

/// With its quotes; UTF-8 stays as it is.
inline std::string json_string(std::string_view text) {
    constexpr std::string_view hexadecimal = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : text) {
        const auto code = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') out += '\\';
        if (code >= 0x20)
            out += c;
        else
            out.append("\\u00").append(1, hexadecimal[code >> 4]).append(1, hexadecimal[code & 15]);
    }
    return out + '"';
}

struct json_value {
    enum class kind : unsigned char { word, number, string, array, object };  // word: true, false, null
    kind is = kind::word;
    std::string text{};                // of a word, a number or a string
    std::vector<std::string> names{};  // of an object's members, in their order …
    std::vector<json_value> items{};   // … and what they are; or an array's

    /// Nothing for what is not there, or for a value that is no object.
    const json_value* member(std::string_view name) const {
        for (std::size_t i = 0; i < names.size(); ++i)
            if (names[i] == name) return &items[i];
        return nullptr;
    }
    template <class Number>
    std::optional<Number> as() const {
        Number out{};
        const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), out);
        const bool is_whole = problem == std::errc{} && end == text.data() + text.size();
        return is == kind::number && is_whole ? std::optional(out) : std::nullopt;
    }
};

namespace detail {

class json_reader {
public:
    explicit json_reader(std::string_view text) : rest_(text) {}

    std::optional<json_value> whole() {
        json_value out;
        const bool is_read = read(out, 0);
        skip_space();
        return is_read && rest_.empty() ? std::optional(std::move(out)) : std::nullopt;
    }

private:
    static constexpr int deepest = 32;

    bool read(json_value& out, int depth) {
        skip_space();
        if (rest_.empty() || depth > deepest) return false;
        switch (rest_.front()) {
            case '{': return out.is = json_value::kind::object, read_items(out, '}', depth);
            case '[': return out.is = json_value::kind::array, read_items(out, ']', depth);
            case '"': return out.is = json_value::kind::string, read_string(out.text);
            default: return read_scalar(out);
        }
    }

    bool read_items(json_value& out, char close, int depth) {
        rest_.remove_prefix(1);
        if (take(close)) return true;
        do {
            if (close == '}') {
                skip_space();
                if (!read_string(out.names.emplace_back()) || !take(':')) return false;
            }
            if (!read(out.items.emplace_back(), depth + 1)) return false;
        } while (take(','));
        return take(close);
    }

    bool read_string(std::string& out) {
        if (!take('"')) return false;
        while (!rest_.empty() && rest_.front() != '"') {
            const bool is_escape = rest_.front() == '\\';
            if (is_escape && !read_escape(out)) return false;
            if (is_escape) continue;
            out += rest_.front();
            rest_.remove_prefix(1);
        }
        return take('"');
    }

    // Of the code points by number those below 128: we write no others.
    bool read_escape(std::string& out) {
        constexpr std::string_view short_forms = "\"\\/bfnrt", stand_for = "\"\\/\b\f\n\r\t";
        if (rest_.size() < 2) return false;
        if (const std::size_t at = short_forms.find(rest_[1]); at != std::string_view::npos) {
            out += stand_for[at];
            rest_.remove_prefix(2);
            return true;
        }
        unsigned code = 0;
        if (rest_[1] != 'u' || rest_.size() < 6) return false;
        const auto [end, problem] = std::from_chars(rest_.data() + 2, rest_.data() + 6, code, 16);
        if (problem != std::errc{} || end != rest_.data() + 6 || code > 127) return false;
        out += static_cast<char>(code);
        rest_.remove_prefix(6);
        return true;
    }

    bool read_scalar(json_value& out) {
        const std::size_t length = std::min(rest_.find_first_of(" \t\r\n,]}"), rest_.size());
        out.text = rest_.substr(0, length);
        rest_.remove_prefix(length);
        if (out.text == "true" || out.text == "false" || out.text == "null") return true;
        out.is = json_value::kind::number;
        return out.as<double>().has_value();
    }

    void skip_space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size())); }
    bool take(char wanted) {
        skip_space();
        if (rest_.empty() || rest_.front() != wanted) return false;
        rest_.remove_prefix(1);
        return true;
    }

    std::string_view rest_;
};

}  // namespace detail

/// Nothing if the text is not one whole value.
inline std::optional<json_value> read_json(std::string_view text) { return detail::json_reader(text).whole(); }

}  // namespace sluice::trace
