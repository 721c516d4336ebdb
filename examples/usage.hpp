// SPDX-License-Identifier: MIT
// What a program says of itself, when it is asked with --help or -h and when it is called in another way than its own.
// This is for programs that have no options besides; arguments.hpp is for those that have.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

/// Prints what is wrong with the arguments, and ends.
[[noreturn]] inline void refuse(const std::string& why) {
    std::fprintf(stderr, "%s; --help tells what there is\n", why.c_str());
    std::exit(2);
}

inline bool asks_for_help(const std::string& word) { return word == "--help" || word == "-h"; }
/// "-" is standard input, as anywhere.
inline bool is_option(const std::string& word) { return word.size() > 1 && word.front() == '-'; }

inline constexpr std::size_t any_number = static_cast<std::size_t>(-1);

/// The words behind the program's name, `most` at most. The first line of its usage is how it is called.
inline std::vector<std::string> words_for(int argc, char** argv, const std::string& usage, std::size_t most = 0) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    const std::string call = usage.substr(0, usage.find('\n'));
    for (const std::string& each : words)
        if (asks_for_help(each)) {
            std::fputs(usage.c_str(), stdout);
            std::exit(0);
        }
    for (const std::string& each : words)
        if (is_option(each)) refuse("no option " + each + ": " + call);
    if (words.size() > most) refuse("too much: " + words[most] + ": " + call);
    return words;
}
