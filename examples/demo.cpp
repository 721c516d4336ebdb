// SPDX-License-Identifier: MIT
// demo [directory]: a connection drawn segment by segment, then one lossy transfer under the defaults and the plainest
// combinations of congestion and recovery policies, in virtual time. Prints ladder and table; into the directory, which
// must exist, it writes report.html and a pcapng of each connection. Fails if a transfer does not complete or breaks a
// rule of the audit.
#include <sluice/sluice.hpp>
#include <sluice/testing/audit.hpp>
#include <sluice/trace/ladder.hpp>
#include <sluice/trace/report.hpp>
#include <sluice/trace/time_sequence.hpp>
#include <sluice/trace/window_plot.hpp>

#include <cstdio>

#include "usage.hpp"

using namespace sluice;

namespace {

struct run {
    std::string congestion, recovery;
    sim::transfer_report report;
    const char* broken = nullptr;  // the first rule of the audit that did not hold

    std::string name() const { return congestion + '-' + recovery; }
    bool is_good() const { return report.complete && !broken; }
};

double milliseconds(duration d) { return static_cast<double>(d.count()) / 1e6; }

template <class Tcp>
run transfer(std::string congestion, std::string recovery, const sim::scenario& s,
             typename Tcp::settings settings = {}) {
    run r{std::move(congestion), std::move(recovery), {}};
    const auto look = [&](auto& host) {
        if (!r.broken) r.broken = testing::audit(host.endpoint.connection().variables());
        if (!r.broken) r.broken = host.endpoint.observers().broken;
    };
    r.report = sim::transfer<Tcp, Tcp>(s, settings, settings, [&](auto& world) {
        look(world.client());
        look(world.server());
    });
    return r;
}

template <class Congestion>
void with_each_recovery(std::vector<run>& runs, const char* name, const sim::scenario& s, Congestion congestion = {}) {
    using selective = tcp<Congestion, sack_recovery, testing::gate_audit>;
    using newreno = tcp<Congestion, newreno_recovery, testing::gate_audit>;
    using plain = tcp<Congestion, go_back_n, testing::gate_audit>;
    runs.push_back(transfer<selective>(name, "sack_recovery", s, {.congestion = congestion}));
    runs.push_back(transfer<newreno>(name, "newreno_recovery", s, {.congestion = congestion}));
    runs.push_back(transfer<plain>(name, "go_back_n", s, {.congestion = congestion}));
}

const std::vector<std::string> header{"congestion", "recovery",   "time",     "goodput", "segments",
                                      "again",      "recoveries", "timeouts", "queued",  "95 % in"};

std::vector<std::string> row(const run& r) {
    const sim::transfer_report& t = r.report;
    return {r.congestion,
            r.recovery,
            t.complete ? trace::decimal(milliseconds(t.time) / 1e3, 2) + " s" : "incomplete",
            trace::decimal(t.goodput / 1e6, 2) + " Mbit/s",
            trace::digits(t.segments),
            trace::digits(t.retransmitted),
            trace::digits(t.recoveries),
            trace::digits(t.timeouts),
            trace::decimal(milliseconds(t.mean_queueing), 1) + " ms",
            trace::decimal(milliseconds(t.queueing_95), 1) + " ms"};
}

void print_table(const std::vector<run>& runs) {
    std::vector<std::vector<std::string>> rows{header};
    for (const run& r : runs) rows.push_back(row(r));
    std::vector<std::size_t> width(header.size());
    for (const auto& each : rows)
        for (std::size_t i = 0; i < each.size(); ++i) width[i] = std::max(width[i], each[i].size());
    for (const auto& each : rows) {
        for (std::size_t i = 0; i < each.size(); ++i) {
            const int columns = static_cast<int>(width[i]);
            std::printf(i < 2 ? "%-*s  " : "%*s  ", columns, each[i].c_str());
        }
        std::puts("");
    }
}

const char* const link_in_words =
    "10 Mbit/s and 10 ms each way, a queue of 50 packets, one packet in a hundred lost at random, and 1 MiB to send. "
    "The link carries at most 9.65 Mbit/s of payload, and 25 KB fill it; the receiver's buffer, and so its window, is "
    "64 "
    "KB.";

const char* const columns_in_words =
    "Again: segments that were sent again. Recoveries: episodes of losses found by ACKs. Timeouts: losses found by the "
    "timer. "
    "Queued: what a packet waited for the link, on average; 95 % in: at most, in 95 % of all cases.";

std::span<const trace::wire_event> until(std::span<const trace::wire_event> events, instant end) {
    std::size_t count = 0;
    while (count < events.size() && events[count].sent <= end) ++count;
    return events.first(count);
}

std::string page(const run& handshake, const run& repair, const std::vector<run>& runs) {
    trace::html_report report("sluice: TCP in virtual time");
    report.paragraph("Everything on this page was simulated by one run of examples/demo.sh, and every run gives the "
                     "same. The captures beside this file hold the same packets for Wireshark or tcpdump.");

    report.heading("A connection, segment by segment");
    report.paragraph("The third segment of the handshake carries the first of 4000 octets. The last data segment "
                     "carries the FIN; the receiver acknowledges the first 16 segments at once. The server's FIN "
                     "answers it. Then the client stays in TIME-WAIT for a minute.");
    report.figure("Each arrow is a segment; time goes down. 20 ms each way.",
        trace::ladder(handshake.report.wire, instant::min(), never, {"Handshake, data, close", {"client", "server"}}));
    report.paragraph("Here the third data segment is lost. Each segment behind the gap brings an ACK that "
                     "reports it; the third report makes the client send what is missing at once, one round trip after "
                     "it was lost and"
                     " long before the timer would expire.");
    report.figure("Fast retransmit by selective acknowledgments (RFC 2018, RFC 6675).",
        trace::ladder(repair.report.wire, instant::min(), never, {"One segment lost", {"client", "server"}}));

    report.heading("One lossy transfer under every policy");
    report.paragraph(link_in_words);
    std::vector<std::vector<std::string>> rows;
    for (const run& r : runs) rows.push_back(row(r));
    report.table(header, rows);
    report.paragraph(columns_in_words);
    report.paragraph(
        "go_back_n is what RFC 9293 alone describes: every loss waits for the retransmission timer. "
        "newreno_recovery repairs one loss a round trip, by duplicate ACKs; sack_recovery knows what has arrived "
        "behind a gap and repairs all of them in one; so does rack_tlp, the default, which goes by time and does not "
        "wait for the timer at the end of a flight either. cubic, the default, gives up three tenths of its window for "
        "a loss and comes back along a curve. reno halves its window with each of them,"
        " as if it were the sign of a full queue. fixed_window keeps 20 segments in the network whatever "
        "happens. no_congestion_control sends all that the receiver's window admits, and all of it again "
        "after a timeout: its packets wait behind its own, and so would everybody else's.");
    report.paragraph(
        "In the pictures below, the pipe is what the sender reckons to be in the network. Where it reads no "
        "SACK it can't tell what has arrived behind a gap, and counts it until the gap is filled.");
    for (const run& r : runs) {
        report.heading(r.congestion + " with " + r.recovery);
        report.figure("The sender's window, and the pipe.", trace::window_plot(r.report.samples));
        report.figure("What was sent when, and what had been acknowledged by then: the first half second.",
            trace::time_sequence(until(r.report.wire, instant(500ms)), 0));
    }
    return report.text();
}

bool save(const std::string& directory, const run& handshake, const run& repair, const std::vector<run>& runs) {
    bool is_saved = handshake.report.packets.save(directory + "/handshake.pcapng") &&
                    repair.report.packets.save(directory + "/fast-retransmit.pcapng");
    for (const run& r : runs) is_saved = r.report.packets.save(directory + '/' + r.name() + ".pcapng") && is_saved;
    const std::string report = directory + "/report.html";
    is_saved = trace::save_file(report, page(handshake, repair, runs)) && is_saved;
    std::printf(is_saved ? "\nThe report: %s\nThe captures: %s/*.pcapng\n" : "\ncan't write %s or a capture in %s\n",
                report.c_str(), directory.c_str());
    return is_saved;
}

}  // namespace

int main(int argc, char** argv) {
    const auto words = words_for(argc, argv,
                                 "demo [DIRECTORY]\n"
                                 "A lossy transfer under ten compositions, as a table; into a directory, which must "
                                 "exist, report.html and captures.\n",
                                 1);
    using watched = tcp<reno, sack_recovery, testing::gate_audit>;
    using usual = tcp<testing::gate_audit>;
    const run handshake =
        transfer<watched>("reno", "sack_recovery", {.delay = 20ms, .octets = 4000, .capture = true});
    std::printf("A connection, segment by segment:\n\n%s\n", trace::ladder_text(handshake.report.wire).c_str());
    const run repair = transfer<watched>(
        "reno", "sack_recovery", {.delay = 20ms, .drop = {3}, .octets = 10 * 1448, .capture = true});

    const sim::scenario lossy{
        .rate = 10'000'000, .delay = 10ms, .queue = 50, .loss = 0.01, .octets = 1 << 20, .capture = true, .seed = 7};
    std::vector<run> runs;
    with_each_recovery<reno>(runs, "reno", lossy);
    with_each_recovery<fixed_window>(runs, "fixed_window", lossy, {.octets = 20 * 1460});
    with_each_recovery<no_congestion_control>(runs, "no_congestion_control", lossy);
    runs.push_back(transfer<usual>("cubic", "rack_tlp", lossy));
    std::printf("A lossy transfer: %s\n\n", link_in_words);
    print_table(runs);
    std::printf("\n%s\n", columns_in_words);

    bool is_good = handshake.is_good() && repair.is_good();
    for (const run& r : runs) {
        is_good = is_good && r.is_good();
        if (!r.is_good()) std::printf("%s: %s\n", r.name().c_str(), r.broken ? r.broken : "did not complete");
    }
    // What this page shows must be so: the lost segment cost no timeout, and repair by ACKs beats repair by timer.
    is_good = is_good && repair.report.timeouts == 0 && repair.report.recoveries == 1 &&
              runs[0].report.time <= runs[1].report.time && runs[1].report.time < runs[2].report.time;
    if (!words.empty()) is_good = save(words[0], handshake, repair, runs) && is_good;
    std::puts(is_good ? "\nok: every octet arrived" : "\nFAILED");
    return is_good ? 0 : 1;
}
