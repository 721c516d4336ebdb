// SPDX-License-Identifier: MIT
// Any text as a packet script: it is read or refused, by a place inside of it; and what was read is run, which may fail
// but must end.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <sluice/sluice.hpp>
#include <sluice/testing/packet_script.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sluice::testing;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const script::parsed read = script::parse(text);
    if (read.error) {
        const bool is_inside =
            read.error->where.line >= 1 && read.error->where.column >= 1 && !read.error->expected.empty();
        if (!is_inside) std::abort();
        return 0;
    }
    // Times of years, and reading and writing of many megabytes, are no fault, but no use either.
    for (const script::event& e : read.script.events) {
        if (e.when.at > std::chrono::hours(1) || e.when.end > std::chrono::hours(2)) return 0;
        if (const auto* c = std::get_if<script::call>(&e.what))
            for (const script::value& v : c->arguments)
                if (v.number > 1'000'000) return 0;
    }
    const auto report = script::runner(read.script, {}, &script::make_under_test<sluice::tcp<>>).run();
    if (report.verdict == script::verdict::failed && report.message.empty()) std::abort();
    return 0;
}
