// SPDX-License-Identifier: MIT
//
// The code in a script's %{ … }%: statements `assert <expression>[, <note>]` and `print …`, which is passed over, with
// Python's operators and their ranks over numbers and names. Whoever runs it says what a name stands for.
#pragma once

#include <cmath>
#include <functional>

#include <sluice/testing/script/cursor.hpp>

namespace sluice::testing::script {

/// What became of one piece of code. `unknown` names the first thing that is no part of this language, or of this TCP.
struct verdict_of_code {
    bool holds = true;
    std::string unknown{};
    std::string failed{};  // the assertion that does not hold, and the values of its names
    place where{};         // of the statement that is one of both, in the code
};

class evaluator {
public:
    using names = std::function<std::optional<double>(const std::string&)>;

    evaluator(std::string_view code, const names& look_up)
        : in_(code, cursor::comments::of_code), look_up_(look_up) {}

    verdict_of_code run() {
        verdict_of_code out;
        while (!in_.at_end() && out.holds && out.unknown.empty()) {
            if (in_.accept(";")) continue;
            out.where = in_.here();
            if (in_.accept_word("print")) {
                in_.rest_of_line();
                continue;
            }
            if (!in_.accept_word("assert")) {
                out.unknown = in_.rest_of_line();
                break;
            }
            const std::size_t begin = in_.offset();
            values_.clear();
            const double value = any_of();
            const std::string written(in_.between(begin, in_.end_of_last()));
            const bool is_all = in_.at_end() || in_.peek() == ';' || in_.peek() == ',' || begins_line();
            if (!is_all) note_unknown(in_.rest_of_line());
            if (in_.peek() == ',') in_.until_one_of(";\n");  // the note
            if (unknown_.empty() && in_.error()) unknown_ = "an expression with " + in_.error()->found;
            out.unknown = unknown_;
            out.holds = value != 0 || !unknown_.empty();
            if (!out.holds) out.failed = written + "   (" + values_ + ")";
        }
        return out;
    }

private:
    bool begins_line() const {
        return in_.between(in_.end_of_last(), in_.offset()).find('\n') != std::string_view::npos;
    }

    double any_of() {
        double out = all_of();
        while (in_.accept_word("or")) {
            const double right = all_of();
            out = out != 0 ? out : right;
        }
        return out;
    }
    double all_of() {
        double out = negation();
        while (in_.accept_word("and")) {
            const double right = negation();
            out = out != 0 ? right : out;
        }
        return out;
    }
    double negation() {
        if (in_.accept_word("not")) return negation() == 0;
        return comparison();
    }
    /// Python's: a < b < c is a < b and b < c.
    double comparison() {
        double left = alternatives();
        bool holds = true, is_one = false;
        while (true) {
            int how;
            if (in_.accept("==")) how = 0;
            else if (in_.accept("!=")) how = 1;
            else if (in_.accept("<=")) how = 2;
            else if (in_.accept(">=")) how = 3;
            else if (!in_.sees("<<") && in_.accept("<")) how = 4;
            else if (!in_.sees(">>") && in_.accept(">")) how = 5;
            else break;
            const double right = alternatives();
            const bool each = how == 0   ? left == right
                              : how == 1 ? left != right
                              : how == 2 ? left <= right
                              : how == 3 ? left >= right
                              : how == 4 ? left < right
                                         : left > right;
            holds = holds && each;
            is_one = true;
            left = right;
        }
        return is_one ? holds : left;
    }
    double alternatives() {
        double out = exclusive();
        while (in_.accept("|")) out = bits(out, exclusive(), [](auto a, auto b) { return a | b; });
        return out;
    }
    double exclusive() {
        double out = common();
        while (in_.accept("^")) out = bits(out, common(), [](auto a, auto b) { return a ^ b; });
        return out;
    }
    double common() {
        double out = shifted();
        while (in_.accept("&")) out = bits(out, shifted(), [](auto a, auto b) { return a & b; });
        return out;
    }
    double shifted() {
        double out = sum();
        while (true) {
            if (in_.accept("<<")) out = std::ldexp(out, static_cast<int>(std::clamp(sum(), 0.0, 62.0)));
            else if (in_.accept(">>"))
                out = std::floor(std::ldexp(out, -static_cast<int>(std::clamp(sum(), 0.0, 62.0))));
            else return out;
        }
    }
    double sum() {
        double out = product();
        while (true) {
            if (in_.accept("+")) out += product();
            else if (in_.accept("-")) out -= product();
            else return out;
        }
    }
    double product() {
        double out = factor();
        while (true) {
            if (in_.accept("**")) return note_unknown("**");
            if (in_.accept("*")) {
                out *= factor();
            } else if (in_.accept("//")) {
                out = std::floor(divided(out, factor()));
            } else if (in_.accept("/")) {
                out = divided(out, factor());
            } else if (in_.accept("%")) {
                const double by = factor();
                out = by == 0 ? note_unknown("a division by zero") : out - by * std::floor(out / by);
            } else {
                return out;
            }
        }
    }
    double factor() {
        if (++depth_ > 64) return --depth_, in_.fail("fewer brackets"), 0;
        const double out = operand();
        --depth_;
        return out;
    }
    double operand() {
        if (in_.accept("-")) return -factor();
        if (in_.accept("+")) return factor();
        if (in_.accept("~")) return -factor() - 1;
        if (in_.accept("(")) {
            const double out = any_of();
            in_.expect(")");
            return out;
        }
        if (in_.sees_number()) {
            const auto whole = static_cast<double>(in_.number("a number"));
            if (in_.peek() != '.') return whole;
            return whole + std::chrono::duration<double>(in_.seconds("digits")).count();
        }
        if (!in_.sees_word()) return in_.fail("a number or a name"), 0;
        const std::string name = in_.word("a name");
        if (name == "True") return 1;
        if (name == "False") return 0;
        const auto known = look_up_(name);
        if (!known || in_.peek() == '(') return note_unknown(name);
        if (!values_.empty()) values_ += ", ";
        values_ += name + " = " + std::to_string(static_cast<std::int64_t>(*known));
        return *known;
    }

    double divided(double a, double by) { return by == 0 ? note_unknown("a division by zero") : a / by; }
    double note_unknown(const std::string& what) {
        if (unknown_.empty()) unknown_ = what;
        return 0;
    }
    static double bits(double a, double b, auto&& how) {
        return static_cast<double>(how(static_cast<std::int64_t>(a), static_cast<std::int64_t>(b)));
    }

    cursor in_;
    const names& look_up_;
    std::string unknown_{};
    std::string values_{};
    int depth_ = 0;
};

}  // namespace sluice::testing::script
