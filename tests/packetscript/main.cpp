// SPDX-License-Identifier: MIT
// Runs packet scripts in virtual time: see `usage`. Exit status 0 only if none failed, 2 if the call itself is wrong.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "compositions.hpp"

#include <sluice/policy/congestion/reno.hpp>
#include <sluice/policy/recovery/sack_recovery.hpp>
#include <sluice/testing/packet_script.hpp>

namespace {

namespace fs = std::filesystem;
using namespace sluice::testing;

constexpr const char* usage =
    "packetscript [options] FILE|DIR...\n"
    "  --profile linux|freebsd|sluice  what the scripts take for granted (sluice)\n"
    "  --neutral                       scripts of another system: commands are ignored, options of SYNs and windows "
    "are\n"
    "                                  not compared, calls about buffers and flags are accepted whatever they say\n"
    "  --check-push                    PSH is compared\n"
    "  --tolerance 4ms                 how far a time may be off\n"
    "  --tcp \"reno,sack_recovery\"      which composition; for linux else cubic,rack_tlp\n"
    "  --set name=value                over what scripts set; the names are at the end\n"
    "  --json                          one object a script\n"
    "  -v                              each script, and what was ignored\n";

void print_help() {
    std::string names = "  names of --set:\n   ";
    for (const std::string_view name : script::names_of_scenery) names += ' ' + std::string(name);
    names += "\n    numbers:";
    for (const auto& knob : script::number_knobs) names += ' ' + std::string(knob.name);
    names += "\n    times:";
    for (const auto& knob : script::time_knobs) names += ' ' + std::string(knob.name);
    std::printf("%s%s\n", usage, names.c_str());
}

[[noreturn]] void refuse(const std::string& why) {
    std::fprintf(stderr, "packetscript: %s\n%s", why.c_str(), usage);
    std::exit(2);
}

std::vector<std::string> split(const std::string& text, const char* ends) {
    std::vector<std::string> out;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find_first_of(ends, begin), text.size());
        if (end > begin) out.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return out;
}

script::maker composition_of(const std::string& names) {
    const std::vector<std::string> wanted = split(names, ", ");
    std::string there;
    for (const auto& group : {by_recovery(), by_congestion(), by_options()}) {
        for (const composition& each : group) {
            const auto has = split(std::string(each.policies), " ");
            const bool fits = std::all_of(wanted.begin(), wanted.end(), [&](const std::string& name) {
                return std::find(has.begin(), has.end(), name) != has.end();
            });
            if (fits) return each.make;
            there += "  " + std::string(each.policies) + '\n';
        }
    }
    refuse("no composition has " + names + "; there are\n" + there);
}

struct settings {
    script::run_options run{};
    script::maker make = nullptr;
    bool json = false, verbose = false;
    std::vector<std::string> files{};
};

void add_files(std::vector<std::string>& files, const std::string& what) {
    std::error_code failed;
    if (!fs::is_directory(what, failed)) return files.push_back(what);
    for (const auto& entry : fs::recursive_directory_iterator(what, failed))
        if (entry.path().extension() == ".pkt" && entry.is_regular_file(failed)) files.push_back(entry.path().string());
}

settings read_arguments(int count, char** arguments) {
    settings out;
    for (int i = 1; i < count; ++i) {
        const std::string a = arguments[i];
        const auto next = [&]() -> std::string {
            if (i + 1 == count) refuse(a + " needs a value");
            return arguments[++i];
        };
        if (a == "--profile") {
            const std::string name = next();
            if (name == "linux") out.run.like = script::profile::linux;
            else if (name == "freebsd") out.run.like = script::profile::freebsd;
            else if (name == "sluice") out.run.like = script::profile::sluice;
            else refuse("no profile " + name);
        } else if (a == "--neutral") {
            out.run.neutral = true;
        } else if (a == "--check-push") {
            out.run.check_push = true;
        } else if (a == "--tolerance") {
            out.run.tolerance = script::read_duration(next());
            if (!out.run.tolerance) refuse("a tolerance is a time like 4ms");
        } else if (a == "--tcp") {
            out.make = composition_of(next());
        } else if (a == "--set") {
            const std::string pair = next();
            const std::size_t equals = pair.find('=');
            if (equals == std::string::npos) refuse("--set name=value");
            const auto& [name, text] = out.run.set.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
            if (!script::settings(out.run).set(name, text))
                refuse("--set " + pair + ": no such name, or no value for it");
        } else if (a == "--json") {
            out.json = true;
        } else if (a == "--help") {
            print_help();
            std::exit(0);
        } else if (a == "-v") {
            out.verbose = true;
        } else if (a.starts_with("-")) {
            refuse("no option " + a);
        } else {
            add_files(out.files, a);
        }
    }
    if (out.make == nullptr)
        out.make = composition_of(out.run.like == script::profile::linux ? "cubic,rack_tlp" : "");
    if (out.files.empty()) refuse("no scripts");
    std::sort(out.files.begin(), out.files.end());
    return out;
}

script::report run_file(const settings& s, const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    if (!in) return {.verdict = script::verdict::failed, .file = file, .message = "it can't be read"};
    return run_script(text.str(), file, s.make, s.run);
}

std::vector<script::report> run_all(const settings& s) {
    std::vector<script::report> out(s.files.size());
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
        for (std::size_t i; (i = next++) < out.size();) out[i] = run_file(s, s.files[i]);
    };
    std::vector<std::thread> workers(
        std::min<std::size_t>(std::max(1u, std::thread::hardware_concurrency()), out.size()));
    for (auto& w : workers) w = std::thread(work);
    for (auto& w : workers) w.join();
    return out;
}

}  // namespace

int main(int count, char** arguments) {
    const settings s = read_arguments(count, arguments);
    std::size_t passed = 0, failed = 0, skipped = 0;
    for (const script::report& r : run_all(s)) {
        ++(r.verdict == script::verdict::passed ? passed : r.verdict == script::verdict::failed ? failed : skipped);
        if (s.json) {
            std::puts(r.json().c_str());
            continue;
        }
        if (r.verdict != script::verdict::passed || s.verbose) std::puts(r.text().c_str());
        if (s.verbose && r.verdict != script::verdict::failed)  // there they are told already
            for (const std::string& each : r.ignored) std::printf("    ignored: %s\n", each.c_str());
    }
    std::fprintf(s.json ? stderr : stdout, "%zu passed, %zu failed, %zu skipped\n", passed, failed, skipped);
    return failed == 0 ? 0 : 1;
}
