// SPDX-License-Identifier: MIT
// The arguments of the two programs of this suite, --name value each, and what both have in common: how a conversation
// goes, and the line in which each tells how it went, for run.sh to read.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <string>

namespace interop {

class options {
public:
    options(int argc, char** argv) {
        for (int i = 1; i + 1 < argc; i += 2) given_[argv[i]] = argv[i + 1];
        if (argc % 2 == 0) refuse(std::string(argv[argc - 1]) + " wants a value");
    }

    std::string text(const std::string& name, const std::string& otherwise = "") {
        known_.insert(name);
        const auto found = given_.find(name);
        return found == given_.end() ? otherwise : found->second;
    }
    std::uint64_t number(const std::string& name, std::uint64_t otherwise = 0) {
        const std::string value = text(name);
        if (value.empty()) return otherwise;
        char* end = nullptr;
        const std::uint64_t out = std::strtoull(value.c_str(), &end, 10);
        if (*end != '\0') refuse(name + " wants a number, not " + value);
        return out;
    }
    bool flag(const std::string& name) { return number(name) != 0; }

    /// When all are read that there are.
    void check() const {
        for (const auto& [name, value] : given_)
            if (known_.count(name) == 0) refuse("no option " + name);
    }

    [[noreturn]] static void refuse(const std::string& why) {
        std::fprintf(stderr, "%s\n", why.c_str());
        std::exit(2);
    }

private:
    std::map<std::string, std::string> given_;
    std::set<std::string> known_;
};

/// How each connection goes, as one end has it. Times are milliseconds.
struct manners {
    bool listens;                    // --role listen, or connect
    bool first;                      // whose text it sends: who listens has the first one
    std::string own, peer;           // addresses
    std::uint16_t own_port, port;    // --own-port: of the one who connects
    std::uint64_t connections;
    std::uint64_t sends, receives;   // octets, of the pattern, each way at once
    bool answers;                    // --answers 1: sends when the peer has ended
    std::uint64_t pause;             // until it begins to read
    std::uint64_t idle;              // until it begins to send
    bool resets;                     // --resets 1: when all has come, by a RST
    std::string ends;                // what it expects: fin, reset, timeout, refused, or errno's name
    std::uint64_t keep_alive;        // idle time and interval
    std::uint64_t receive_buffer, send_buffer;  // octets; 0: as they are
    std::string congestion;
    static constexpr std::uint64_t deadline = 60'000;  // for all of it

    explicit manners(options& o)
        : listens(o.text("--role") == "listen"), first(o.flag("--first") || listens), own(o.text("--own")),
          peer(o.text("--peer")),
          own_port(static_cast<std::uint16_t>(o.number("--own-port"))),
          port(static_cast<std::uint16_t>(o.number("--port", 5001))), connections(o.number("--connections", 1)),
          sends(o.number("--sends")), receives(o.number("--receives")), answers(o.flag("--answers")),
          pause(o.number("--pause")), idle(o.number("--idle")), resets(o.flag("--resets")),
          ends(o.text("--ends", "fin")), keep_alive(o.number("--keep-alive")),
          receive_buffer(o.number("--receive-buffer")), send_buffer(o.number("--send-buffer")),
          congestion(o.text("--congestion")) {
        if (!listens && o.text("--role") != "connect") options::refuse("--role listen or connect");
    }
};

/// How they went, all together.
struct account {
    std::uint64_t connections = 0, sent = 0, received = 0, wrong = 0, otherwise = 0;  // ended so
    std::string told;  // of the last one: what was agreed, and what it counted

    bool is_good(const manners& m) const {
        const bool is_whole =
            m.ends != "fin" || (sent == m.connections * m.sends && received == m.connections * m.receives);
        return connections == m.connections && wrong == 0 && otherwise == 0 && is_whole;
    }
    int tell(const char* who, const manners& m, double seconds) const {
        std::printf("%s: %s connections=%llu sent=%llu received=%llu wrong=%llu otherwise=%llu%s seconds=%.3f\n", who,
                    is_good(m) ? "good" : "BAD", of(connections), of(sent), of(received), of(wrong), of(otherwise),
                    told.c_str(), seconds);
        return is_good(m) ? 0 : 1;
    }

private:
    static unsigned long long of(std::uint64_t n) { return n; }
};

/// tcpi_options, which both ends number alike.
inline std::string agreed_options(unsigned bits) {
    std::string out;
    for (const auto& [bit, name] : {std::pair{1u, "ts"}, {2u, "sack"}, {4u, "wscale"}, {8u, "ecn"}})
        if ((bits & bit) != 0) out += (out.empty() ? "" : ",") + std::string(name);
    return " options=" + (out.empty() ? "none" : out);
}

}  // namespace interop
