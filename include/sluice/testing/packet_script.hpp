// SPDX-License-Identifier: MIT
//
// Packet scripts (the language of packetdrill) against a TCP of any composition, in virtual time:
//
//     const auto report = testing::run_script<my_tcp>(text, "name.pkt");
//
// No test framework inside: a report says what came of it.
#pragma once

#include <sluice/testing/script/parser.hpp>
#include <sluice/testing/script/runner.hpp>

namespace sluice::testing {

/// With a maker the composition is chosen at run time (tests/packetscript does).
inline script::report run_script(std::string_view text, const std::string& name, script::maker make,
                                 const script::run_options& options = {}) {
    const script::parsed read = script::parse(text, name);
    return read.error ? report_of(*read.error) : script::runner(read.script, options, make).run();
}

template <class Tcp>
script::report run_script(std::string_view text, const std::string& name, const script::run_options& options = {}) {
    return run_script(text, name, &script::make_under_test<Tcp>, options);
}

}  // namespace sluice::testing
