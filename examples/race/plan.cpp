// SPDX-License-Identifier: MIT
// From what was said to the runs it asks for, and from a run's choice, which is text, to a race's settings.
#include "plan.hpp"

#include "policies.hpp"

#include <algorithm>

namespace race {

namespace {

/// Those whose values hold no comma.
constexpr std::string_view swept[]{"rate", "rtt", "buffer", "aqm", "ecn", "trace", "loss", "time", "from"};

using enter_function = sluice::sim::entrant (*)(std::size_t, const sluice::sim::entry&);
enter_function with_ecn(const std::string& kind) {
    if (kind.empty() || kind == "none") return enter_without_ecn;
    if (kind == "classic") return enter_with_classic_ecn;
    if (kind == "accurate") return enter_with_accurate_ecn;
    throw wrong_argument{"--ecn: '" + kind + "' is not understood: write none, classic or accurate"};
}

/// "cubic:20ms,reno:0s", for one policy: the value, or none.
std::string value_for(std::string_view name, const std::string& list, std::string_view option,
                      const std::vector<std::string>& taking_part) {
    std::string out;
    if (list.empty()) return out;
    for (const std::string& each : split_at(',', list)) {
        const std::vector<std::string> parts = split_at(':', each);
        if (parts.size() != 2)
            throw wrong_argument{std::string(option) + ": '" + each + "' is not understood: write NAME:VALUE, as " +
                                 taking_part.front() + (option == "--flows" ? ":3" : ":20ms")};
        if (std::find(taking_part.begin(), taking_part.end(), parts[0]) == taking_part.end())
            throw wrong_argument{std::string(option) + ": '" + parts[0] + "' takes no part: " + joined(taking_part) +
                                 (taking_part.size() == 1 ? " does" : " do")};
        if (parts[0] == name) out = parts[1];
    }
    return out;
}

/// A choice for each value of the sweep, named by it.
std::vector<planned_run> with_sweep(const std::vector<planned_run>& before, const std::string& sweep) {
    const std::size_t equals = sweep.find('=');
    const std::string name = sweep.substr(0, equals);
    if (std::find(std::begin(swept), std::end(swept), name) == std::end(swept) || equals == std::string::npos)
        throw wrong_argument{"--sweep: '" + sweep + "' is not understood: write OPTION=VALUE,VALUE with one of " +
                             joined({std::begin(swept), std::end(swept)})};
    std::vector<planned_run> out;
    for (const planned_run& each : before)
        for (const std::string& value : split_at(',', sweep.substr(equals + 1))) {
            planned_run& one = out.emplace_back(each);
            one.what.value("--" + name) = value;
            one.point += (one.point.empty() ? "" : " ") + name + '=' + value;
        }
    return out;
}

std::vector<planned_run> each_alone(const std::vector<planned_run>& before) {
    std::vector<planned_run> out;
    for (const planned_run& each : before)
        for (const std::string& name : each.what.policies) {
            planned_run& one = out.emplace_back(each);
            one.what.policies = {name};
            for (const char* option : {"--flows", "--start", "--delay"}) {
                std::string& list = one.what.value(option);
                const std::string own = value_for(name, list, option, each.what.policies);
                list = own.empty() ? "" : name + ':' + own;
            }
            one.point += (one.point.empty() ? "" : " ") + name + " alone";
        }
    return out;
}

}  // namespace

plan plan_of(const options& o) {
    plan out{.race = o.what.text() + (o.is_alone ? " --alone" : ""), .runs = {{.what = o.what, .point = ""}}};
    for (const std::string& each : o.sweeps) {
        out.race += " --sweep " + each;
        out.runs = with_sweep(out.runs, each);
    }
    if (o.is_alone) out.runs = each_alone(out.runs);
    const std::string& many = o.what.value("--seeds");
    const std::uint64_t first = read_count("--seed", o.what.value("--seed"), 0, ~std::uint64_t{0} >> 1),
                        seeds = many.empty() ? 1 : read_count("--seeds", many, 1, 1'000'000);
    std::vector<planned_run> points = std::move(out.runs);
    out.runs.clear();
    for (const planned_run& each : points)
        for (std::uint64_t i = 0; i < seeds; ++i) out.runs.emplace_back(each).seed = first + i;
    return out;
}

prepared prepare(const planned_run& run) {
    const choice& what = run.what;
    const auto value = [&](const char* name) -> const std::string& { return what.value(name); };
    const std::string& from = value("--from");
    prepared out;
    out.how = {.rate = read_rate("--rate", value("--rate")),
               .rtt = read_duration("--rtt", value("--rtt")),
               .buffer = read_buffer("--buffer", value("--buffer")),
               .discipline = {},
               .loss = read_probability("--loss", value("--loss")),
               .time = read_duration("--time", value("--time")),
               .measure_from = from.empty() ? sluice::duration::zero() : read_duration("--from", from),
               .seed = run.seed};
    if (!value("--trace").empty()) out.how.trace = read_trace("--trace", value("--trace"));
    out.how.discipline = read_queue("--aqm", value("--aqm"), out.how);
    if (out.how.time <= out.how.measure_from)
        throw wrong_argument{"--time: " + value("--time") + " leaves nothing to measure: it must be more than --from"};
    for (const std::string& name : what.policies) {
        const auto own = [&](const char* option) { return value_for(name, value(option), option, what.policies); };
        const std::string flows = own("--flows"), start = own("--start"), delay = own("--delay");
        sluice::sim::entry how;
        if (!flows.empty()) how.flows = static_cast<unsigned>(read_count("--flows", flows, 1, 10'000));
        if (!start.empty()) how.start = read_duration("--start", start);
        if (!delay.empty()) how.delay = read_duration("--delay", delay);
        out.who.push_back(with_ecn(value("--ecn"))(place_of(name), how));
    }
    return out;
}

}  // namespace race
