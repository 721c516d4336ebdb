// SPDX-License-Identifier: MIT
// How everything here is measured: the contestants take turns, many times, and what is given is the median of each
// one's times and the median of its ratios to the first one's, turn by turn. Absolute figures move with the machine and
// with whoever shares it; ratios stay.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

namespace bench {

/// The compiler has to think that somebody looks at it.
inline void keep(const auto& value) { asm volatile("" : : "r"(&value) : "memory"); }

/// A benchmark that did the wrong thing has measured nothing.
inline void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "wrong: %s\n", what);
    std::exit(1);
}

inline double median(std::vector<double> of) {
    std::nth_element(of.begin(), of.begin() + static_cast<std::ptrdiff_t>(of.size() / 2), of.end());
    return of[of.size() / 2];
}

struct result {
    double ns = 0;     // per unit of work
    double ratio = 0;  // to the first contestant: 2 is twice as long
};

/// Called with a number of units of work to do.
using work = std::function<void(std::size_t units)>;

/// Tells callgrind, when it runs this, to count from now on (4) or no longer (5): a client request as in valgrind.h, on
/// x86-64, where valgrind knows it by these rotations; they leave all as it was.
inline void ask_callgrind([[maybe_unused]] std::uint64_t request) {
#if defined(__x86_64__)
    const std::array<std::uint64_t, 6> arguments{(std::uint64_t{'C'} << 24 | std::uint64_t{'T'} << 16) + request};
    std::uint64_t answer = 0;
    asm volatile(
        "rolq $3, %%rdi; rolq $13, %%rdi; rolq $61, %%rdi; rolq $51, %%rdi; xchgq %%rbx, %%rbx"
        : "+d"(answer)
        : "a"(&arguments)
        : "cc", "memory");
#endif
}

/// What is measured is done in here: callgrind counts nothing else (instructions.sh), and does not slow down the rest.
[[gnu::noinline]] inline void measured(const work& w, std::size_t units) {
    ask_callgrind(4);
    w(units);
    ask_callgrind(5);
}

/// A turn takes at least 4 ms and `least` units.
inline std::vector<result> race(const std::vector<work>& contestants, std::size_t least = 1) {
    constexpr int turns = 25;
    const auto time = [](const work& w, std::size_t units) {
        const std::clock_t begin = std::clock();  // of this process alone, whoever else runs
        measured(w, units);
        return static_cast<double>(std::clock() - begin) * (1e9 / CLOCKS_PER_SEC) / static_cast<double>(units);
    };
    std::vector<std::size_t> units(contestants.size(), least);
    for (std::size_t i = 0; i < contestants.size(); ++i)
        while (time(contestants[i], units[i]) * static_cast<double>(units[i]) < 4e6) units[i] *= 2;
    std::vector<std::vector<double>> times(contestants.size()), ratios(contestants.size());
    for (int turn = 0; turn < turns; ++turn)
        for (std::size_t i = 0; i < contestants.size(); ++i) {
            times[i].push_back(time(contestants[i], units[i]));
            ratios[i].push_back(times[i].back() / times[0].back());
        }
    std::vector<result> out;
    for (std::size_t i = 0; i < contestants.size(); ++i) out.push_back({median(times[i]), median(ratios[i])});
    return out;
}
template <class... Contestants>
    requires(std::invocable<Contestants&, std::size_t> && ...)
std::array<result, sizeof...(Contestants)> race(Contestants&&... contestants) {
    const auto results = race(std::vector<work>{std::ref(contestants)...});
    std::array<result, sizeof...(Contestants)> out;
    std::copy(results.begin(), results.end(), out.begin());
    return out;
}

/// Somebody who takes part in a race of its own kind; made when it is needed, as some are large.
struct contestant {
    std::string name;
    std::function<work()> make;
};

/// A benchmark with many rows. Called with the name of a contestant and a number of units it only does so much of that
/// one's work, for those who count instructions.
class program {
public:
    program(int count, char** arguments) {
        if (count != 3) return;
        only_ = arguments[1];
        units_ = std::strtoull(arguments[2], nullptr, 10);
    }

    void race(const std::vector<contestant>& all,
              const std::function<void(const std::string& name, const result&)>& print, std::size_t least = 1) {
        std::vector<work> made;
        for (const contestant& c : all)
            if (only_.empty() || c.name == only_) made.push_back(c.make());
        if (!only_.empty()) {
            found_ |= !made.empty();
            for (const work& w : made) measured(w, units_);
            return;
        }
        const auto results = bench::race(made, least);
        for (std::size_t i = 0; i < all.size(); ++i) print(all[i].name, results[i]);
        std::fflush(stdout);
    }

    int finish() const {
        require(only_.empty() || found_, "there is nobody of this name");
        return 0;
    }

private:
    std::string only_;
    std::size_t units_ = 0;
    bool found_ = false;
};

/// Octets that are not all alike, the same every time.
inline std::vector<std::uint8_t> pattern(std::size_t length) {
    std::vector<std::uint8_t> out(length);
    std::uint32_t state = 1;
    for (auto& octet : out) octet = static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24);
    return out;
}

}  // namespace bench
