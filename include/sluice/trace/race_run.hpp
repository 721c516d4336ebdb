// SPDX-License-Identifier: MIT
//
// One run of a race as a line of text: a JSON object that says which run of how many it is and what came of it, and
// that is read again without a loss, so that machines can share the runs and one prints the table; or rows of CSV.
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include <sluice/trace/json_value.hpp>
#include <sluice/trace/race_result.hpp>
#include <sluice/trace/text.hpp>

namespace sluice::trace {

struct race_run {
    std::string race{};        // what all runs share, in words: who, over which path
    std::uint64_t number = 0;  // of this run, from 0
    std::uint64_t runs = 1;    // how many there are
    std::string point{};       // what this one does not share with all: "loss=1%", "reno alone"
    std::uint64_t seed = 0;
    race_result result{};
};

namespace detail {

/// What stands in the text is what counts, here and where it is read.
inline double rounded(double value, int places) {
    const std::string text = decimal(value, places);
    double out = 0;
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
}

/// Each measure with its name and how many digits it has behind the point.
template <class Flow>
    requires requires(Flow& f) { f.goodput_bps; }
void each_measure(Flow& f, auto&& does) {
    does("goodput_bps", f.goodput_bps, 0);
    does("share", f.share, 6);
    does("rtt_ms", f.rtt_ms, 3);
    does("retransmitted", f.retransmitted, 0);
    does("lost", f.lost, 0);
    does("marked", f.marked, 0);
}
template <class Result>
    requires requires(Result& r) { r.jain; }
void each_measure(Result& r, auto&& does) {
    does("jain", r.jain, 6);
    does("utilisation", r.utilisation, 6);
    does("queue_mean_ms", r.queue_mean_ms, 3);
    does("queue_p95_ms", r.queue_p95_ms, 3);
    does("losses", r.losses, 0);
    does("marks", r.marks, 0);
}

inline std::string in_digits(double value, int places) { return decimal(value, places); }
inline std::string in_digits(std::uint64_t value, int) { return digits(value); }

template <class Number>
bool take(const json_value& from, std::string_view name, Number& to) {
    const json_value* const found = from.member(name);
    const auto number = found ? found->template as<Number>() : std::nullopt;
    if (number) to = *number;
    return number.has_value();
}
inline bool take(const json_value& from, std::string_view name, std::string& to) {
    const json_value* const found = from.member(name);
    if (!found || found->is != json_value::kind::string) return false;
    to = found->text;
    return true;
}
bool take_measures(const json_value& from, auto& to) {
    bool is_whole = true;
    each_measure(to, [&](const char* name, auto& value, int) { is_whole = take(from, name, value) && is_whole; });
    return is_whole;
}

}  // namespace detail

/// As it will be read.
inline race_run rounded(race_run run) {
    const auto round = [](const char*, auto& value, int places) {
        if constexpr (std::is_floating_point_v<std::remove_reference_t<decltype(value)>>)
            value = detail::rounded(value, places);
    };
    for (flow_result& each : run.result.flows) detail::each_measure(each, round);
    detail::each_measure(run.result, round);
    return run;
}

/// One line, without its end.
inline std::string to_json(const race_run& run) {
    std::string out = "{\"race\":" + json_string(run.race) + ",\"run\":" + digits(run.number) +
                      ",\"runs\":" + digits(run.runs) + ",\"point\":" + json_string(run.point) +
                      ",\"seed\":" + digits(run.seed) + ",\"flows\":[";
    const auto put = [&](const char* name, const auto& value, int places) {
        out.append(",\"").append(name).append("\":").append(detail::in_digits(value, places));
    };
    for (const flow_result& each : run.result.flows) {
        out += &each == run.result.flows.data() ? "{\"policy\":" : ",{\"policy\":";
        out += json_string(each.policy);
        detail::each_measure(each, put);
        out += '}';
    }
    out += ']';
    detail::each_measure(run.result, put);
    return out + '}';
}

/// Nothing for what is no such line.
inline std::optional<race_run> race_run_of(std::string_view line) {
    const auto value = read_json(line);
    if (!value) return {};
    race_run out;
    const json_value* const flows = value->member("flows");
    bool is_whole = flows && flows->is == json_value::kind::array && detail::take(*value, "race", out.race) &&
                    detail::take(*value, "run", out.number) && detail::take(*value, "runs", out.runs) &&
                    detail::take(*value, "point", out.point) && detail::take(*value, "seed", out.seed) &&
                    detail::take_measures(*value, out.result);
    if (!is_whole) return {};
    for (const json_value& each : flows->items) {
        flow_result& flow = out.result.flows.emplace_back();
        is_whole = detail::take(each, "policy", flow.policy) && detail::take_measures(each, flow) && is_whole;
    }
    return is_whole ? std::optional(out) : std::nullopt;
}

/// The names of the columns, in a line.
inline std::string race_csv_header() {
    std::string out = "run,point,seed,flow,policy";
    const auto put = [&](const char* name, const auto&, int) { out.append(1, ',').append(name); };
    const flow_result flow;
    const race_result result;
    detail::each_measure(flow, put);
    detail::each_measure(result, put);
    return out + '\n';
}

/// A line a flow.
inline std::string to_csv(const race_run& run) {
    std::string out;
    const auto put = [&](const char*, const auto& value, int places) {
        out.append(1, ',').append(detail::in_digits(value, places));
    };
    for (std::size_t i = 0; i < run.result.flows.size(); ++i) {
        const flow_result& flow = run.result.flows[i];
        out += digits(run.number) + ',' + json_string(run.point) + ',' + digits(run.seed) + ',' + digits(i + 1) + ',' +
               flow.policy;
        detail::each_measure(flow, put);
        detail::each_measure(run.result, put);
        out += '\n';
    }
    return out;
}

}  // namespace sluice::trace
