// SPDX-License-Identifier: MIT
// What tests of pictures and reports need: is this well-formed XML, and what is in it. Written from the XML grammar,
// for the part of it that we use; knows nothing of the code that writes.
#pragma once

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace xml {

inline bool is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == ':';
}

inline bool is_reference(std::string_view text) {  // what begins with '&'
    for (const std::string_view known : {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"})
        if (text.substr(0, known.size()) == known) return true;
    return false;
}

/// Empty if every tag is closed in its order, every attribute quoted, every & a known reference, and no control
/// character is in it; else what is wrong.
inline std::string fault(std::string_view text) {
    std::vector<std::string> open;
    bool had_root = false;
    for (std::size_t i = 0; i < text.size();) {
        const char c = text[i];
        const auto here = [&] { return " at: " + std::string(text.substr(i, 40)); };
        if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') return "control character" + here();
        if (c == '&' && !is_reference(text.substr(i))) return "bare ampersand" + here();
        if (c != '<') {
            if (open.empty() && c != '\n') return "text outside the root" + here();
            ++i;
            continue;
        }
        if (text.substr(i, 2) == "<!") {  // <!DOCTYPE html>
            i = text.find('>', i);
            if (i == text.npos) return "doctype without end";
            ++i;
            continue;
        }
        const bool closes = text.substr(i, 2) == "</";
        std::size_t at = i + (closes ? 2 : 1);
        std::string name;
        while (at < text.size() && is_name(text[at])) name += text[at++];
        if (name.empty()) return "tag without name" + here();
        if (closes) {
            if (at >= text.size() || text[at] != '>') return "bad closing tag" + here();
            if (open.empty() || open.back() != name) return "closes what is not open" + here();
            open.pop_back();
            i = at + 1;
            continue;
        }
        if (open.empty() && had_root) return "second root" + here();
        had_root = true;
        bool is_alone = false;
        for (;;) {
            std::size_t blanks = 0;
            while (at < text.size() && (text[at] == ' ' || text[at] == '\n')) ++at, ++blanks;
            if (at >= text.size()) return "tag without end" + here();
            if (text[at] == '>') break;
            if (text.substr(at, 2) == "/>") {
                is_alone = true;
                ++at;
                break;
            }
            if (blanks == 0) return "attributes run together" + here();
            std::string key;
            while (at < text.size() && is_name(text[at])) key += text[at++];
            if (key.empty() || text.substr(at, 2) != "=\"") return "bad attribute" + here();
            for (at += 2; at < text.size() && text[at] != '"'; ++at) {
                if (text[at] == '<') return "'<' in an attribute" + here();
                if (text[at] == '&' && !is_reference(text.substr(at))) return "bare ampersand in an attribute" + here();
            }
            if (at >= text.size()) return "attribute without end" + here();
            ++at;
        }
        i = at + 1;
        if (!is_alone) open.push_back(name);
        if (name == "style" && !is_alone) {  // its content is CSS
            const std::size_t end = text.find("</style>", i);
            if (end == text.npos) return "style without end";
            if (text.substr(i, end - i).find_first_of("<&") != std::string_view::npos) return "markup in CSS";
            i = end;
        }
    }
    if (!open.empty()) return "not closed: " + open.back();
    return had_root ? "" : "nothing there";
}

inline std::size_t count(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (std::size_t at = 0; (at = text.find(part, at)) != text.npos; at += part.size()) ++found;
    return found;
}

/// The d of each <path> whose class is `style`.
inline std::vector<std::string> paths(std::string_view text, std::string_view style) {
    std::vector<std::string> all;
    const std::string head = "<path class=\"" + std::string(style) + "\" d=\"";
    for (std::size_t at = 0; (at = text.find(head, at)) != text.npos;) {
        at += head.size();
        all.emplace_back(text.substr(at, text.find('"', at) - at));
    }
    return all;
}

struct vertex {
    char command;
    double x, y;
};

/// "M1 2L3 4.5" as its vertices.
inline std::vector<vertex> vertices(const std::string& d) {
    std::vector<vertex> all;
    const char* at = d.c_str();
    while (*at) {
        vertex v{*at++, 0, 0};
        if (v.command == 'Z') continue;
        char* end = nullptr;
        v.x = std::strtod(at, &end);
        v.y = std::strtod(end, &end);
        at = end;
        all.push_back(v);
    }
    return all;
}

}  // namespace xml
