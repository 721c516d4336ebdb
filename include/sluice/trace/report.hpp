// SPDX-License-Identifier: MIT
//
// A report as one HTML file that needs nothing else: no network, script or font. Headings, paragraphs, tables, listings
// and pictures in the order in which they are added. All text is escaped but a figure's SVG, which stands as it is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <sluice/trace/file.hpp>
#include <sluice/trace/text.hpp>

namespace sluice::trace {

inline constexpr std::string_view report_style = R"(
:root{color-scheme:light dark;--paper:#fff;--ink:#1b2530;--muted:#5a6672;--rule:#d5dce3;--shade:#f5f7f9}
@media(prefers-color-scheme:dark){:root{--paper:#12171d;--ink:#dde5ed;--muted:#98a5b3;--rule:#313c47;--shade:#1a2129}}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,
"Helvetica Neue",Arial,sans-serif}
main{max-width:72rem;margin:0 auto;padding:2.5rem 1.25rem 5rem}
h1{font-size:2rem;line-height:1.2;margin:0 0 1.25rem}
h2{font-size:1.35rem;margin:2.75rem 0 .75rem}
p{max-width:44rem;margin:.75rem 0}
figure{margin:1.5rem 0 2.25rem;overflow-x:auto}
figure svg{display:block;box-sizing:border-box;max-width:100%;height:auto;margin:0 auto;
border:1px solid var(--rule);border-radius:6px}
figcaption{color:var(--muted);font-size:.9rem;margin-top:.6rem}
.wide{overflow-x:auto;margin:1.25rem 0 1.75rem}
table{border-collapse:collapse;font-size:.92rem;font-variant-numeric:tabular-nums}
th,td{padding:.4rem .7rem;text-align:left;border-bottom:1px solid var(--rule);white-space:nowrap}
th{border-bottom:2px solid var(--rule);font-weight:600}
tbody tr:nth-child(even){background:var(--shade)}
.number{text-align:right}
pre{overflow-x:auto;background:var(--shade);border:1px solid var(--rule);border-radius:6px;padding:.9rem 1.1rem;
font:.8rem/1.45 ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
)";

class html_report {
public:
    using row = std::vector<std::string>;

    explicit html_report(std::string_view title) : title_(escaped(title)) {}

    html_report& heading(std::string_view text) { return add("<h2>", escaped(text), "</h2>\n"); }
    html_report& paragraph(std::string_view text) { return add("<p>", escaped(text), "</p>\n"); }
    /// In a typewriter's letters, line by line as it is: a ladder_text, a command.
    html_report& listing(std::string_view text) { return add("<pre>", escaped(text), "</pre>\n"); }

    /// A column in which every entry is a number, with a unit perhaps, is set flush right. A row that is too short is
    /// filled with empty entries.
    html_report& table(const row& header, const std::vector<row>& rows) {
        std::vector<bool> is_number(header.size());
        for (std::size_t column = 0; column < header.size(); ++column) is_number[column] = counts(rows, column);
        body_ += "<div class=\"wide\"><table>\n<thead>";
        put_row(header, is_number, "th");
        body_ += "</thead>\n<tbody>\n";
        for (const row& each : rows) put_row(each, is_number, "td");
        body_ += "</tbody></table></div>\n";
        return *this;
    }

    html_report& figure(std::string_view caption, std::string_view svg) {
        body_ += "<figure>\n";
        body_ += svg;
        return add("<figcaption>", escaped(caption), "</figcaption></figure>\n");
    }

    std::string text() const {
        return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
               "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>" +
               title_ + "</title>\n<style>" + std::string(report_style) + "</style>\n</head>\n<body>\n<main>\n<h1>" +
               title_ + "</h1>\n" + body_ + "</main>\n</body>\n</html>\n";
    }
    bool save(const std::string& path) const { return save_file(path, text()); }

private:
    std::string title_, body_;

    html_report& add(std::string_view before, const std::string& content, std::string_view after) {
        body_ += before;
        body_ += content;
        body_ += after;
        return *this;
    }

    void put_row(const row& entries, const std::vector<bool>& is_number, std::string_view tag) {
        body_ += "<tr>";
        for (std::size_t column = 0; column < is_number.size(); ++column) {
            body_ += '<';
            body_ += tag;
            body_ += is_number[column] ? " class=\"number\">" : ">";
            if (column < entries.size()) body_ += escaped(entries[column]);
            body_ += "</";
            body_ += tag;
            body_ += '>';
        }
        body_ += "</tr>\n";
    }

    static bool is_digit(char c) { return c >= '0' && c <= '9'; }
    /// "12", "-0.5", "1.2 MiB/s", "45 %", but not "3rd", "10.0.0.1" or "2 of 3": digits with at most one point among
    /// them; then nothing, a percent sign, or a space and a single word.
    static bool is_number(std::string_view text) {
        if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
        if (text.empty() || !is_digit(text.front())) return false;
        std::size_t points = 0, at = 0;
        for (; at < text.size() && (is_digit(text[at]) || text[at] == '.'); ++at) points += text[at] == '.' ? 1 : 0;
        if (points > 1) return false;
        const std::string_view rest = text.substr(at);
        if (rest.empty() || rest == "%") return true;
        return rest.front() == ' ' && rest.size() > 1 && rest.find(' ', 1) == std::string_view::npos;
    }
    /// "", "-" and "–" stand for a value that is not there.
    static bool counts(const std::vector<row>& rows, std::size_t column) {
        bool found = false;
        for (const row& each : rows) {
            if (column >= each.size() || each[column].empty() || each[column] == "-" || each[column] == "–") continue;
            if (!is_number(each[column])) return false;
            found = true;
        }
        return found;
    }
};

}  // namespace sluice::trace
