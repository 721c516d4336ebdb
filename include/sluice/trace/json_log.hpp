// SPDX-License-Identifier: MIT
//
// A congestion policy's decisions as a log of JSON objects, a line each, in the words of qlog's recovery events
// (draft-ietf-quic-qlog): metrics that have changed, the state of congestion control when it changes, what was lost. As
// JSON text sequences (RFC 7464) it is what qlog's tools read. Times are milliseconds, lengths are octets.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <sluice/trace/decision.hpp>
#include <sluice/trace/text.hpp>

namespace sluice::trace {

/// The state is told from outside: recovery as the connection has it, the rest by the window and ssthresh.
enum class congestion_state : std::uint8_t { slow_start, congestion_avoidance, recovery, application_limited };

constexpr std::string_view name(congestion_state s) {
    switch (s) {
        case congestion_state::slow_start: return "slow_start";
        case congestion_state::congestion_avoidance: return "congestion_avoidance";
        case congestion_state::recovery: return "recovery";
        case congestion_state::application_limited: return "application_limited";
    }
    return "?";
}

class json_log {
public:
    enum class form : std::uint8_t { lines, sequence };  // sequence: each behind a record separator (RFC 7464)

    explicit json_log(form as = form::lines, std::string_view title = "sluice") : as_(as) {
        write(R"({"qlog_version":"0.3","qlog_format":"JSON-SEQ","title":")" + escaped_json(title) +
              R"(","trace":{"vantage_point":{"type":"client"},"common_fields":{"time_format":"absolute"}}})");
    }

    /// A sink of traced<…>.
    void on_decision(const decision& d) {
        if (d.what == told::timeout) lose(d.at, d.in_flight.value_or(0), R"(,"trigger":"pto_expired")");
        else if (d.newly_lost > 0) lose(d.at, d.newly_lost, "");
        update_metrics(d);
        update_state(d);
    }

    const std::string& text() const { return text_; }

private:
    static std::string milliseconds(duration d) { return decimal(static_cast<double>(d.count()) / 1e6, 6); }

    static std::string escaped_json(std::string_view text) {
        std::string out;
        for (const char c : text) {
            if (c == '"' || c == '\\') out += '\\';
            out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
        }
        return out;
    }

    void write(std::string_view object) {
        if (as_ == form::sequence) text_ += '\x1e';
        text_ += object;
        text_ += '\n';
    }
    void event(instant at, std::string_view what, std::string_view data) {
        write(R"({"time":)" + milliseconds(at.time_since_epoch()) + R"(,"name":"recovery:)" + std::string(what) +
              R"(","data":{)" + std::string(data) + "}}");
    }

    void lose(instant at, std::uint32_t length, std::string_view trigger) {
        event(at, "packet_lost", R"("raw":{"length":)" + digits(length) + "}" + std::string(trigger));
    }

    void update_metrics(const decision& d) {
        std::string data;
        const auto add = [&](std::string_view metric, const std::string& value) {
            data += (data.empty() ? "\"" : ",\"") + std::string(metric) + "\":" + value;
        };
        const auto time = [&](std::string_view metric, const std::optional<duration>& now,
                              std::optional<duration>& last) {
            if (!now || now == last) return;
            last = now;
            add(metric, milliseconds(*now));
        };
        const auto length = [&](std::string_view metric, const std::optional<std::uint32_t>& now,
                                std::optional<std::uint32_t>& last) {
            if (!now || now == last) return;
            last = now;
            add(metric, digits(*now));
        };
        time("min_rtt", d.min_rtt, min_rtt_);
        time("smoothed_rtt", d.srtt, srtt_);
        time("latest_rtt", d.rtt, rtt_);
        length("congestion_window", d.window, window_);
        length("bytes_in_flight", d.in_flight, in_flight_);
        const bool has_ssthresh = d.ssthresh && *d.ssthresh < unbounded;
        length("ssthresh", has_ssthresh ? d.ssthresh : std::nullopt, ssthresh_);
        if (!data.empty()) event(d.at, "metrics_updated", data);
    }

    void update_state(const decision& d) {
        const congestion_state now = d.in_recovery ? congestion_state::recovery
                                     : d.app_limited ? congestion_state::application_limited
                                     : d.window < d.ssthresh.value_or(0) ? congestion_state::slow_start
                                                                         : congestion_state::congestion_avoidance;
        if (now == state_) return;
        std::string data = state_ ? R"("old":")" + std::string(name(*state_)) + "\"," : "";
        data += R"("new":")" + std::string(name(now)) + '"';
        event(d.at, "congestion_state_updated", data);
        state_ = now;
    }

    static constexpr std::uint32_t unbounded = std::uint32_t{1} << 30;  // no ssthresh yet

    form as_;
    std::string text_;
    std::optional<duration> min_rtt_{}, srtt_{}, rtt_{};
    std::optional<std::uint32_t> window_{}, in_flight_{}, ssthresh_{};
    std::optional<congestion_state> state_{};
};

/// All of a log at once. A stack's connections have a log each: `connection` chooses one of them.
inline std::string to_json(std::span<const decision> decisions, std::uint64_t connection,
                           json_log::form as = json_log::form::lines, std::string_view title = "sluice") {
    json_log out(as, title);
    for (const decision& each : decisions)
        if (each.connection == connection) out.on_decision(each);
    return out.text();
}

}  // namespace sluice::trace
