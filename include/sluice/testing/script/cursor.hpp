// SPDX-License-Identifier: MIT
//
// A place in a script's text, and how to go on from there: past blanks and comments, over marks, words, numbers, quoted
// text. The first thing that is not there as expected, or that is right but means nothing here, is kept, and from then
// on the cursor stands at the end, where nothing is; so who reads need not look after every step.
#pragma once

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include <sluice/testing/script/syntax.hpp>

namespace sluice::testing::script {

class cursor {
public:
    /// In code `//` divides, and only `#` begins a comment.
    enum class comments { of_scripts, of_code };

    explicit cursor(std::string_view text, comments which = comments::of_scripts) : text_(text), comments_(which) {
        skip_blanks();
    }

    bool at_end() const { return at_ >= text_.size(); }
    const std::optional<parse_error>& error() const { return error_; }
    /// What there was that is read no further; or empty.
    const std::string& foreign() const { return foreign_; }
    std::size_t offset() const { return at_; }
    /// Behind what was read last, blanks and comments left out.
    std::size_t end_of_last() const { return end_of_last_; }
    std::string_view between(std::size_t begin, std::size_t end) const { return text_.substr(begin, end - begin); }
    /// The character here, or `ahead` of here; 0 behind the end.
    char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
    bool sees(std::string_view mark) const { return text_.substr(at_, mark.size()) == mark; }

    place here() const { return where_; }

    /// Goes over `mark` if it stands here.
    bool accept(std::string_view mark) {
        if (!sees(mark)) return false;
        step(mark.size());
        settle();
        return true;
    }
    void expect(std::string_view mark, std::string_view described = {}) {
        if (!accept(mark)) fail(described.empty() ? "'" + std::string(mark) + "'" : std::string(described));
    }

    static bool is_digit(char c) { return c >= '0' && c <= '9'; }
    static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
    static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

    bool sees_word() const { return is_letter(peek()); }
    /// Letters, digits and underscores that stand here; empty if none does.
    std::string_view look_at_word() const {
        std::size_t end = at_;
        while (end < text_.size() && (is_letter(text_[end]) || is_digit(text_[end]))) ++end;
        return text_.substr(at_, end - at_);
    }
    std::string word(std::string_view described) {
        const std::string out(look_at_word());
        if (out.empty()) fail(described);
        step(out.size());
        settle();
        return out;
    }
    /// Goes over `wanted` if it is the whole word that stands here.
    bool accept_word(std::string_view wanted) {
        if (look_at_word() != wanted) return false;
        step(wanted.size());
        settle();
        return true;
    }

    bool sees_number() const { return is_digit(peek()) || (peek() == '-' && is_digit(peek(1))); }
    /// Decimal, or with 0x hexadecimal.
    std::int64_t number(std::string_view described) {
        if (!sees_number()) return fail(described), 0;
        const bool is_negative = peek() == '-';
        const std::size_t sign = is_negative ? 1 : 0;
        const bool is_hex = peek(sign) == '0' && (peek(sign + 1) == 'x' || peek(sign + 1) == 'X');
        const std::size_t begin = at_ + sign + (is_hex ? 2 : 0);
        std::uint64_t magnitude = 0;
        const auto [end, wrong] =
            std::from_chars(text_.data() + begin, text_.data() + text_.size(), magnitude, is_hex ? 16 : 10);
        if (wrong != std::errc{} || magnitude > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
            return fail(described), 0;
        step(static_cast<std::size_t>(end - text_.data()) - at_);
        if (is_letter(peek())) return fail("an end of the number"), 0;
        settle();
        const auto out = static_cast<std::int64_t>(magnitude);
        return is_negative ? -out : out;
    }
    std::uint32_t number32(std::string_view described, std::uint32_t most = std::numeric_limits<std::uint32_t>::max()) {
        const place begin = where_;
        const std::size_t from = at_;
        const std::int64_t out = number(described);
        if (out < 0 || out > static_cast<std::int64_t>(most)) return fail(described, begin, from), 0;
        return static_cast<std::uint32_t>(out);
    }

    /// Seconds: `1`, `.5`, `0.25`.
    duration seconds(std::string_view described) {
        constexpr std::int64_t most = 1'000'000'000;  // seconds: some thirty years
        std::int64_t whole = 0, part = 0, unit = 1'000'000'000;
        std::size_t digits = 0, i = 0;
        for (; is_digit(peek(i)); ++i, ++digits) whole = std::min(most, whole * 10 + (peek(i) - '0'));
        if (peek(i) == '.' && peek(i + 1) != '.') {
            for (++i; is_digit(peek(i)); ++i, ++digits)
                if (unit > 1) unit /= 10, part += (peek(i) - '0') * unit;
        }
        if (digits == 0) return fail(described), duration{};
        if (whole == most) return fail("a time below thirty years"), duration{};
        step(i);
        if (is_letter(peek())) return fail("an end of the time"), duration{};
        settle();
        return std::chrono::seconds(whole) + duration(part);
    }

    /// What stands between `open`, which stands here, and the next `close`; a backslash takes the character after it
    /// along.
    std::string quoted(std::string_view open, std::string_view close, std::string_view described) {
        if (!sees(open)) return fail(described), "";
        const place begin = where_;
        const std::size_t from = at_;
        step(open.size());
        std::string out;
        while (!at_end() && !sees(close)) {
            if (peek() == '\\' && peek(1) != '\0' && close.size() == 1) {
                if (peek(1) != '\n') out += peek(), out += peek(1);
                step(2);
                continue;
            }
            out += peek();
            step(1);
        }
        if (at_end()) return fail("'" + std::string(close) + "' that closes it", begin, from), "";
        step(close.size());
        settle();
        return out;
    }

    std::string until_blank() {
        return until([](char c) { return is_blank(c); });
    }
    /// Up to the next blank, but quotes keep theirs: `name="a b"`.
    std::string until_blank_outside_quotes() {
        const place begin = where_;
        const std::size_t from = at_;
        char open = '\0';
        std::string out = until([&](char c) {
            if (open == '\0' && (c == '"' || c == '`')) open = c;
            else if (open == c) open = '\0';
            return open == '\0' && is_blank(c);
        });
        if (open != '\0') fail("'" + std::string(1, open) + "' that closes it", begin, from);
        return out;
    }
    std::string rest_of_line() {
        return until([](char c) { return c == '\n'; });
    }
    /// Everything up to one of these characters.
    std::string until_one_of(std::string_view ends) {
        return until([&](char c) { return ends.find(c) != std::string_view::npos; });
    }

    void fail(std::string_view expected) { fail(expected, where_, at_); }
    /// What is wrong began earlier.
    void fail(std::string_view expected, place where, std::size_t from) {
        if (error_ || !foreign_.empty()) return;
        error_ = parse_error{.where = where, .expected = std::string(expected), .found = described(from)};
        at_ = text_.size();
    }
    /// This is right, but nothing that this TCP knows of: the script is skipped, so the rest of it is not read.
    void leave(std::string_view what) {
        if (error_ || !foreign_.empty()) return;
        foreign_ = what;
        at_ = text_.size();
    }

private:
    std::string until(auto&& ends) {
        const std::size_t begin = at_;
        while (!at_end() && !ends(peek())) step(1);
        std::string out(text_.substr(begin, at_ - begin));
        settle();
        return out;
    }
    void settle() {
        end_of_last_ = at_;
        skip_blanks();
    }
    void step(std::size_t count) {
        for (; count > 0 && at_ < text_.size(); --count) {
            if (text_[at_++] == '\n')
                where_ = {where_.line + 1, 1};
            else
                ++where_.column;
        }
    }
    /// Comments are `//` and `#` to the end of the line, and `/* */`; `#ifdef` is nplab's, and none.
    void skip_blanks() {
        const bool is_script = comments_ == comments::of_scripts;
        while (!at_end()) {
            if (is_blank(peek())) {
                step(1);
            } else if (is_script ? sees("//") || (peek() == '#' && !sees("#ifdef ")) : peek() == '#') {
                while (!at_end() && peek() != '\n') step(1);
            } else if (is_script && sees("/*")) {
                const place begin = where_;
                const std::size_t from = at_;
                step(2);
                while (!at_end() && !sees("*/")) step(1);
                if (at_end()) return fail("'*/' that closes it", begin, from);
                step(2);
            } else {
                return;
            }
        }
    }
    std::string described(std::size_t from) const {
        if (from >= text_.size()) return "the end";
        std::size_t end = from;
        while (end < text_.size() && !is_blank(text_[end]) && end - from < 24) ++end;
        return end == from ? "the end of the line" : "'" + std::string(text_.substr(from, end - from)) + "'";
    }

    std::string_view text_;
    comments comments_;
    std::size_t at_ = 0;
    std::size_t end_of_last_ = 0;
    place where_{};
    std::optional<parse_error> error_{};
    std::string foreign_{};
};

}  // namespace sluice::testing::script
