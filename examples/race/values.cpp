// SPDX-License-Identifier: MIT
// Values as people write them.
#include "values.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <optional>
#include <sstream>

namespace race {

namespace {

using namespace sluice;

struct measured {
    double amount;
    std::string_view unit;
};

/// A number that is not negative, and what stands behind it.
std::optional<measured> read_measured(std::string_view text) {
    double amount = 0;
    const auto [end, problem] =
        std::from_chars(text.data(), text.data() + text.size(), amount, std::chars_format::fixed);
    if (problem != std::errc{} || !(amount >= 0)) return {};
    return measured{amount, text.substr(static_cast<std::size_t>(end - text.data()))};
}

struct unit {
    std::string_view name;
    double size;
};

/// The amount in the unit that is named.
std::optional<double> scaled(std::string_view text, std::initializer_list<unit> units) {
    const auto read = read_measured(text);
    if (!read) return {};
    for (const unit& each : units)
        if (each.name == read->unit) return read->amount * each.size;
    return {};
}

[[noreturn]] void refuse(std::string_view option, std::string_view text, std::string_view how) {
    throw wrong_argument{std::string(option) + ": '" + std::string(text) + "' is not understood: write " +
                         std::string(how)};
}

constexpr double longest = 1e6 * 1e9;  // ns: more than eleven days

std::optional<duration> duration_of(std::string_view text) {
    const auto read = scaled(text, {{"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"ns", 1}, {"min", 60e9}, {"h", 3600e9}});
    if (text == "0") return duration::zero();
    return read && *read <= longest ? std::optional(duration(static_cast<std::int64_t>(*read + 0.5))) : std::nullopt;
}

}  // namespace

std::uint64_t read_rate(std::string_view option, std::string_view text) {
    const auto read = scaled(text, {{"", 1}, {"k", 1e3}, {"M", 1e6}, {"G", 1e9}});
    constexpr double least = 1e3, most = 400e9;
    if (!read || *read < least || *read > most) refuse(option, text, "bits a second from 1k to 400G, as 100M");
    return static_cast<std::uint64_t>(*read + 0.5);
}

duration read_duration(std::string_view option, std::string_view text) {
    const auto read = duration_of(text);
    if (!read) refuse(option, text, "a time with its unit, as 40ms, 1.5s or 250us");
    return *read;
}

sim::probability read_probability(std::string_view option, std::string_view text) {
    const auto read = scaled(text, {{"", 1}, {"%", 0.01}});
    if (!read || *read > 1) refuse(option, text, "a share of all packets, as 0.1% or 0.001");
    return *read;
}

sim::buffer_size read_buffer(std::string_view option, std::string_view text) {
    using sim::buffer_size;
    const auto whole = [](double amount) { return static_cast<std::size_t>(amount + 0.5); };
    constexpr double most = 1e15;
    if (const auto read = scaled(text, {{"bdp", 1}}); read && *read <= 1e6) return buffer_size::bdp(*read);
    if (const auto read = scaled(text, {{"p", 1}}); read && *read <= most) return buffer_size::packets(whole(*read));
    if (const auto read = scaled(text, {{"B", 1}, {"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}}); read && *read <= most)
        return buffer_size::octets(whole(*read));
    if (const auto read = duration_of(text); read && text != "0") return buffer_size::time(*read);
    refuse(option, text, "1bdp, 100p (packets), 64kB or 20ms");
}

std::uint64_t read_count(std::string_view option, std::string_view text, std::uint64_t least, std::uint64_t most) {
    std::uint64_t count = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (problem != std::errc{} || end != text.data() + text.size() || count < least || count > most)
        refuse(option, text, "a whole number from " + trace::digits(least) + " to " + trace::digits(most));
    return count;
}

sim::rate_trace read_trace(std::string_view option, const std::string& file) {
    std::ifstream in(file);
    std::stringstream text;
    text << in.rdbuf();
    if (!in) throw wrong_argument{std::string(option) + ": " + file + " can't be read"};
    const auto read = sim::read_rate_trace(text.str());
    if (!read)
        throw wrong_argument{std::string(option) + ": " + file + ", line " + trace::digits(read.line) + ": " +
                             read.problem};
    return read.trace;
}

sim::discipline_settings read_queue(std::string_view option, const std::string& text, const sim::race_settings& path) {
    constexpr std::size_t packet = 1500, most = 1'000'000;
    const auto in_packets = [](double octets) {
        return std::max<std::size_t>(static_cast<std::size_t>(octets) / packet, 1);
    };
    if (text == "droptail") return sim::drop_tail_settings{};
    if (text == "codel") return sim::codel_settings{};
    if (text == "fq_codel") return sim::fq_codel_settings{};
    // The upper threshold three times the lower one, as Floyd advises, and gentle drops up to the whole buffer.
    if (text == "red") {
        const std::size_t buffer =
            std::min(path.buffer.limit_in_packets(), in_packets(static_cast<double>(path.buffer_octets())));
        const std::size_t lower = std::max<std::size_t>(buffer / 6, 1);
        return sim::red_settings{.min_packets = lower, .max_packets = 3 * lower};
    }
    // K > C · RTT / 7 (DCTCP, Alizadeh et al., 2010).
    if (text == "step")
        return sim::step_marking_settings{.packets =
                                              in_packets(sim::bandwidth_delay_product(path.mean_rate(), path.rtt) / 7)};
    if (text.rfind("step:", 0) == 0)
        return sim::step_marking_settings{.packets = read_count(option, text.substr(5), 0, most)};
    refuse(option, text, "one of droptail, red, codel, fq_codel, step, step:20");
}

std::vector<std::string> split_at(char separator, std::string_view text) {
    std::vector<std::string> out;
    for (std::size_t end = 0; end != std::string_view::npos; text.remove_prefix(std::min(end + 1, text.size()))) {
        end = text.find(separator);
        out.emplace_back(text.substr(0, end));
    }
    return out;
}

std::string joined(const std::vector<std::string>& words, std::string_view between) {
    std::string out;
    for (const std::string& each : words) {
        if (&each != words.data()) out += between;
        out += each;
    }
    return out;
}

}  // namespace race
