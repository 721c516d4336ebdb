// SPDX-License-Identifier: MIT
// The table of options, and how a command line is read by it.
#include "options.hpp"

#include "policies.hpp"

#include <sluice/trace/text.hpp>

#include <algorithm>

namespace race {

namespace {

struct option {
    enum class kind : unsigned char { path, seeds, runs, output };
    std::string_view name;
    std::string_view value;     // how --help calls it; empty: the option stands alone
    std::string_view standard;  // what holds if it is not given
    kind is;
    std::string_view what;
};

// clang-format off
constexpr option all_options[]{
    {"--rate",   "RATE",   "100M", option::kind::path,   "of the bottleneck, in bits a second: 100M, 1.5G"},
    {"--rtt",    "TIME",   "40ms", option::kind::path,   "the round trip without any queue"},
    {"--buffer", "SIZE",   "1bdp", option::kind::path,   "of the bottleneck: 0.5bdp, 100p (packets), 64kB, 20ms"},
    {"--aqm",    "NAME",   "droptail", option::kind::path, "its queue: droptail, red, codel, fq_codel, step, step:20 (packets)"},
    {"--ecn",    "KIND",   "",     option::kind::path,   "what the flows do about marks: none, classic (RFC 3168) or accurate (RFC 9768)"},
    {"--trace",  "FILE",   "",     option::kind::path,   "its capacity over time, in mahimahi's format, in place of --rate"},
    {"--loss",   "SHARE",  "0",    option::kind::path,   "packets to the receivers that are lost by chance: 0.1% or 0.001"},
    {"--time",   "TIME",   "60s",  option::kind::path,   "how long the race takes, in virtual time"},
    {"--from",   "TIME",   "",     option::kind::path,   "measure from there on only"},
    {"--flows",  "NAME:N", "",     option::kind::path,   "how many of a policy: cubic:3,reno:1"},
    {"--start",  "NAME:TIME", "",  option::kind::path,   "when its flows start: reno:30s"},
    {"--delay",  "NAME:TIME", "",  option::kind::path,   "how much farther away its flows are, each way: cubic:20ms"},
    {"--seed",   "N",      "1",    option::kind::seeds,  "of all chance: the same seed, the same output"},
    {"--seeds",  "N",      "",     option::kind::seeds,  "so many runs from that seed on; means with 95 % intervals"},
    {"--alone",  "",       "",     option::kind::runs,   "each policy in a network of its own"},
    {"--sweep",  "OPTION=VALUE,VALUE", "", option::kind::runs, "a race for each value: loss=0,0.1%,1%; may be repeated"},
    {"--shard",  "K/N",    "",     option::kind::runs,   "only every N-th run, from the K-th on, as --json"},
    {"--merge",  "FILE …", "",     option::kind::runs,   "runs nothing: puts together what shards have printed"},
    {"--json",   "",       "",     option::kind::output, "an object a run, a line each"},
    {"--csv",    "",       "",     option::kind::output, "a line a flow"},
    {"--report", "FILE",   "",     option::kind::output, "an HTML page; of one run, with pictures"},
    {"--svg",    "FILE",   "",     option::kind::output, "the picture of the windows; of one run"},
    {"--pcap",   "FILE",   "",     option::kind::output, "pcapng, headers only, of the bottleneck at the senders' side; of one run"},
    {"--list",   "",       "",     option::kind::output, "the policies there are"},
    {"--help",   "",       "",     option::kind::output, "this; -h as well"},
};
// clang-format on

const option& option_named(std::string_view name) {
    std::vector<std::string> names;
    for (const option& each : all_options) {
        if (each.name == name) return each;
        names.emplace_back(each.name);
    }
    throw wrong_argument{"there is no option " + std::string(name) + ": " + joined(names)};
}

void read_shard(options& o, const std::string& value) {
    const std::vector<std::string> parts = split_at('/', value);
    if (parts.size() != 2) throw wrong_argument{"--shard: write K/N, the K-th of N, as 3/16"};
    o.shards = read_count("--shard", parts[1], 1, 1'000'000);
    o.shard = read_count("--shard", parts[0], 1, o.shards);
}

void take_output(options& o, std::string_view name, const std::string& value) {
    if (name == "--json") o.as = print::json;
    if (name == "--csv") o.as = print::csv;
    if (name == "--report") o.report = value;
    if (name == "--svg") o.svg = value;
    if (name == "--pcap") o.pcap = value;
    if (name == "--list") o.lists = true;
    if (name == "--help") o.helps = true;
}

void take_option(options& o, const option& what, const std::string& value) {
    if (what.is == option::kind::path || what.is == option::kind::seeds) o.what.value(what.name) = value;
    if (what.is == option::kind::output) take_output(o, what.name, value);
    if (what.name == "--sweep") o.sweeps.push_back(value);
    if (what.name == "--alone") o.is_alone = true;
    if (what.name == "--shard") read_shard(o, value);
    if (what.name == "--merge") o.merges = true;
}

}  // namespace

const std::string& choice::value(std::string_view option) const {
    return std::find_if(values.begin(), values.end(), [&](const auto& each) { return each.first == option; })->second;
}
std::string& choice::value(std::string_view option) {
    return const_cast<std::string&>(std::as_const(*this).value(option));
}

std::string choice::text() const {
    std::string out = joined(policies, " ");
    const bool follows_trace = !value("--trace").empty();
    for (const auto& [name, value] : values)
        if (!value.empty() && !(follows_trace && name == "--rate")) out += ' ' + name + ' ' + value;
    return out;
}

options read_options(int count, char** words) {
    options o;
    for (const option& each : all_options)
        if (each.is == option::kind::path || each.is == option::kind::seeds)
            o.what.values.emplace_back(each.name, each.standard);
    for (int i = 1; i < count; ++i) {
        const std::string word = words[i] == std::string_view("-h") ? "--help" : words[i];
        if (word.rfind("--", 0) != 0) {
            (o.merges ? o.files : o.what.policies).push_back(word);
            continue;
        }
        const option& what = option_named(word);
        const bool wants_value = !what.value.empty() && what.name != "--merge";
        if (wants_value && i + 1 == count) throw wrong_argument{word + " wants a value: " + std::string(what.value)};
        take_option(o, what, wants_value ? words[++i] : "");
    }
    if (o.helps || o.lists) return o;
    if (o.merges && o.files.empty()) throw wrong_argument{"--merge wants the files that shards have printed"};
    if (o.merges && !o.what.policies.empty()) throw wrong_argument{"--merge runs nothing: leave the policies out"};
    if (o.merges && !(o.svg + o.pcap).empty())
        throw wrong_argument{"--merge has numbers only: --svg and --pcap need the run itself"};
    if (o.shards > 1 && !(o.report + o.svg + o.pcap).empty())
        throw wrong_argument{"--shard prints --json only: --merge makes a --report of it"};
    if (!o.merges && o.what.policies.empty()) throw wrong_argument{"who takes part? " + policy_names()};
    for (const std::string& each : o.what.policies) {
        place_of(each);
        if (std::count(o.what.policies.begin(), o.what.policies.end(), each) > 1)
            throw wrong_argument{"'" + each + "' twice: write --flows " + each + ":2"};
    }
    return o;
}

std::string help() {
    std::string out = "race POLICY … [OPTION …]: congestion policies in one network, in virtual time\n"
                      "  policies: " +
                      policy_names() + "\n";
    for (const option& each : all_options) {
        std::string head = "  " + std::string(each.name) + ' ' + std::string(each.value);
        constexpr std::size_t column = 31;
        const std::size_t width = sluice::trace::shown_width(head);
        head += width < column ? std::string(column - width, ' ') : "  ";
        out += head + std::string(each.what);
        if (!each.standard.empty()) out += " (" + std::string(each.standard) + ')';
        out += '\n';
    }
    return out;
}

}  // namespace race
