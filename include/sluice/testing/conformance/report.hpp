// SPDX-License-Identifier: MIT
//
// What the conformance kit finds out about a policy: which hooks it has, and for each rule whether it keeps it, and why
// not. A plain value; knows no test framework and no policy.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::testing {

enum class verdict : std::uint8_t { passed, failed, skipped };

struct rule_result {
    std::string_view rule;
    verdict what = verdict::passed;
    std::string why{};  // of what did not pass
};

struct conformance_report {
    std::string_view slot;
    std::vector<std::string_view> hooks{};  // that the policy has
    std::vector<rule_result> rules{};       // in the order in which they were tried

    /// No rule is broken; some may not have been for this policy.
    bool passed() const { return broken().empty(); }
    std::vector<std::string_view> broken() const { return those(verdict::failed); }
    std::vector<std::string_view> skipped() const { return those(verdict::skipped); }

    std::vector<std::string_view> those(verdict what) const {
        std::vector<std::string_view> out;
        for (const rule_result& each : rules)
            if (each.what == what) out.push_back(each.rule);
        return out;
    }
};

/// For people: a line each.
inline std::string to_text(const conformance_report& report) {
    std::string out = "slot " + std::string(report.slot) + ", hooks:";
    for (const std::string_view hook : report.hooks) out += ' ' + std::string(hook);
    out += '\n';
    for (const rule_result& each : report.rules) {
        out += each.what == verdict::passed ? "passed   " : each.what == verdict::failed ? "FAILED   " : "skipped  ";
        out += each.rule;
        if (!each.why.empty()) out += ": " + each.why;
        out += '\n';
    }
    return out;
}

/// One rule at work: the first thing that is wrong is told.
class finding {
public:
    void expect(bool holds, auto&& why) {
        if (!holds && why_.empty()) why_ = std::string(why);
    }
    /// With the numbers that do not fit.
    void expect(bool holds, std::string_view what, auto is, auto bound) {
        if (!holds && why_.empty())
            why_ = std::string(what) + " (" + std::to_string(is) + ", bound " + std::to_string(bound) + ")";
    }
    bool holds() const { return why_.empty(); }
    const std::string& why() const { return why_; }

private:
    std::string why_;
};

/// Tries rules and writes the report.
class rule_book {
public:
    explicit rule_book(std::string_view slot) { report_.slot = slot; }

    void note_hook(bool is_there, std::string_view name) {
        if (is_there) report_.hooks.push_back(name);
    }
    /// `check(finding&)`, unless there is a reason to skip it.
    void rule(std::string_view name, std::string_view reason_to_skip, auto&& check) {
        if (!reason_to_skip.empty()) {
            report_.rules.push_back({name, verdict::skipped, std::string(reason_to_skip)});
            return;
        }
        finding found;
        check(found);
        report_.rules.push_back({name, found.holds() ? verdict::passed : verdict::failed, found.why()});
    }
    conformance_report report() && { return std::move(report_); }

private:
    conformance_report report_;
};

}  // namespace sluice::testing
