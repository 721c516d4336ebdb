// SPDX-License-Identifier: MIT
// The arguments of the examples that speak to real networks: each takes those that its usage names, and no others, and
// its --help tells just these.
#pragma once

#include <sluice/sluice.hpp>

#include <sluice/io/address_text.hpp>

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "usage.hpp"

using namespace sluice;
using my_tcp = tcp<any_of<cubic, reno, vegas, westwood>, growable_buffers>;

/// How a program is called, and what it takes.
struct usage {
    std::string form;  // its first line is how it is called
    std::string port;  // what --port is when it is not given; empty: it has none
    bool has_control = false;
    std::vector<std::string> links{"tun", "packet", "raw", "udp"};
    std::string alone = "a simulated network, with the other side in it";  // what there is without --link

    bool has_link(const std::string& kind) const { return std::find(links.begin(), links.end(), kind) != links.end(); }
};

struct arguments {
    std::string link = "sim", name;  // --link KIND[:NAME]
    std::optional<io::address_prefix> own{};
    std::optional<ip_address> peer{};
    std::optional<std::uint16_t> port{};
    std::string congestion = "cubic", pcap, control;
    std::vector<std::string> rest{};

    io::address_prefix address() const { return own.value_or(io::address_prefix{ip_address::v4(198, 18, 0, 2), 24}); }
};

struct line_of_help {
    std::string what, meaning;
};

inline std::vector<line_of_help> links_of(const usage& of) {
    std::vector<line_of_help> out{{"sim", of.alone + " (the default)"}};
    for (const auto& [kind, form, meaning] : std::initializer_list<std::array<const char*, 3>>{
             {"tun", "tun:NAME", "a device to this machine's kernel; needs root, or `unshare -rn`"},
             {"packet", "packet:INTERFACE", "an Ethernet, beside the kernel; root, or `unshare -rn`"},
             {"raw", "raw:MARK",
              "at --address, which is the kernel's as well, and --port; says first how to\n"
              "keep the kernel from answering there, by a MARK on what sluice sends: 1, 0x1"},
             {"udp", "udp:PORT", "inside of UDP, as the side that others send to"},
             {"udp", "udp:HOST:PORT",
              "inside of UDP, to that side: HOST is an address; each side needs an\n"
              "--address of its own"}})
        if (of.has_link(kind)) out.push_back({form, meaning});
    return out;
}

inline std::string indented(std::string text, std::size_t columns) {
    for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; ++at) text.insert(at + 1, columns, ' ');
    return text;
}

inline std::vector<line_of_help> options_of(const usage& of) {
    std::string links = "what carries its packets";
    for (const auto& [form, meaning] : links_of(of)) links += '\n' + form + ": " + indented(meaning, 4);
    std::vector<line_of_help> out{{"--link LINK", links},
                                  {"--address A/LENGTH", "sluice's own address (198.18.0.2/24)"}};
    out.push_back({"--peer B", of.has_link("tun") ? "the other side's address; of a tun, the kernel gets it"
                                                  : "the other side's address"});
    if (!of.port.empty()) out.push_back({"--port PORT", "of the service (" + of.port + ")"});
    out.push_back({"--congestion NAME", "cubic, reno, vegas or westwood (cubic)"});
    out.push_back({"--pcap FILE", "keeps what passes, for Wireshark"});
    if (of.has_control) out.push_back({"--control PATH", "where it lists its sockets, for `ss PATH`"});
    return out;
}

[[noreturn]] inline void help(const usage& of) {
    std::printf("%s", of.form.c_str());
    for (const auto& [what, meaning] : options_of(of))
        std::printf("  %-20s%s\n", what.c_str(), indented(meaning, 22).c_str());
    std::exit(0);
}

inline std::string names_of(const std::vector<line_of_help>& lines) {
    std::string out;
    for (const auto& [what, meaning] : lines) out += (out.empty() ? "" : ", ") + what.substr(0, what.find(' '));
    return out;
}

/// Whole, decimal or in hexadecimal behind 0x, and nothing else.
inline std::optional<std::uint32_t> read_number(std::string_view text) {
    const bool is_hexadecimal = text.substr(0, 2) == "0x";
    if (is_hexadecimal) text.remove_prefix(2);
    std::uint32_t out = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out, is_hexadecimal ? 16 : 10);
    if (failed != std::errc{} || end != text.data() + text.size()) return {};
    return out;
}
inline std::uint16_t read_port(const std::string& text) {
    const std::uint32_t number = read_number(text).value_or(0);
    if (number < 1 || number > 65535) refuse("a port is 1 to 65535, not " + text);
    return static_cast<std::uint16_t>(number);
}
/// 0 is what has no mark.
inline std::uint32_t read_mark(const std::string& text) {
    const std::uint32_t number = read_number(text).value_or(0);
    if (number == 0) refuse("the MARK of raw:MARK is a number, 1 to 4294967295 or 0x1 to 0xffffffff, not " + text);
    return number;
}

inline void read_link(const std::string& value, const usage& of, arguments& out) {
    const std::size_t colon = value.find(':');
    out.link = value.substr(0, colon);
    out.name = colon == std::string::npos ? "" : value.substr(colon + 1);
    if (out.link != "sim" && !of.has_link(out.link))
        refuse("the links are " + names_of(links_of(of)) + ", not " + value);
    if (out.link != "sim" && out.name.empty()) refuse(value + " wants more: the links are " + names_of(links_of(of)));
    if (out.link == "raw") static_cast<void>(read_mark(out.name));
}

/// One option, and its value.
inline void read_option(const std::string& what, const std::string& value, const usage& of, arguments& out) {
    if (what == "--link") {
        read_link(value, of, out);
    } else if (what == "--address") {
        const auto read = io::read_prefix(value);
        const bool has_length = value.find('/') != std::string::npos;
        if (!read || !has_length || !read->address.is_host() || read->address.is_loopback())
            refuse("an address is a host's with its prefix, as 198.18.0.2/24 or fd00::2/64, not " + value);
        out.own = *read;
    } else if (what == "--peer") {
        out.peer = io::read_address(value);
        if (!out.peer) refuse("a peer is an address, as 198.18.0.1 or fd00::1, not " + value);
    } else if (what == "--port") {
        out.port = read_port(value);
    } else if (what == "--congestion") {
        if (find_name<my_tcp::congestion_policy>(value).empty())
            refuse("congestion policies are cubic, reno, vegas and westwood, not " + value);
        out.congestion = value;
    } else {
        (what == "--pcap" ? out.pcap : out.control) = value;
    }
}

inline arguments read_arguments(int argc, char** argv, const usage& of) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (std::any_of(words.begin(), words.end(), asks_for_help)) help(of);
    const std::vector<line_of_help> options = options_of(of);
    arguments out;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (!is_option(words[i])) {
            out.rest.push_back(words[i]);
            continue;
        }
        const auto is_this = [&](const line_of_help& each) { return each.what.rfind(words[i] + ' ', 0) == 0; };
        if (std::none_of(options.begin(), options.end(), is_this))
            refuse("no option " + words[i] + ": there are " + names_of(options));
        if (i + 1 == words.size()) refuse(words[i] + " wants a value");
        read_option(words[i], words[i + 1], of, out);
        ++i;
    }
    if (out.peer && out.peer->is_v4() != out.address().address.is_v4())
        refuse("--peer and --address want to be of one family");
    if (out.peer == out.address().address)
        refuse("--peer and --address are the same: sluice needs an address of its own, as --address 198.18.0.3/24");
    if (out.link == "sim" && (out.own || out.peer)) refuse("without --link there are no --address and no --peer");
    if (out.link == "sim" && !out.control.empty()) refuse("a simulated network is over before anybody can ask");
    return out;
}
