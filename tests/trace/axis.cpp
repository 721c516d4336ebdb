// SPDX-License-Identifier: MIT
// Axes: nice steps, units, labels.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <sluice/trace/axis.hpp>

using namespace sluice::trace;

namespace {

std::vector<std::string> labels(const axis& of) {
    std::vector<std::string> all;
    for (const auto& tick : of.ticks()) all.push_back(tick.label);
    return all;
}

using texts = std::vector<std::string>;

}  // namespace

TEST_CASE("steps are 1, 2 or 5 times a power of ten, the least that gives no more than the steps allowed") {
    CHECK(nice_step(10, 10) == doctest::Approx(1));
    CHECK(nice_step(10.5, 10) == doctest::Approx(2));
    CHECK(nice_step(21, 10) == doctest::Approx(5));
    CHECK(nice_step(51, 10) == doctest::Approx(10));
    CHECK(nice_step(0.003, 6) == doctest::Approx(0.0005));
    CHECK(nice_step(1e9, 5) == doctest::Approx(2e8));
    CHECK(nice_step(1e-9, 10) == doctest::Approx(1e-10));
}

TEST_CASE("over twelve decades every step is nice, never too many, never needlessly few") {
    for (double range = 1.3e-6; range < 1e6; range *= 1.37) {
        const double step = nice_step(range, 8);
        double mantissa = step;
        while (mantissa < 0.99) mantissa *= 10;
        while (mantissa > 9.9) mantissa /= 10;
        const bool is_nice = mantissa == doctest::Approx(1) || mantissa == doctest::Approx(2) ||
                             mantissa == doctest::Approx(5);
        CHECK(is_nice);
        CHECK(range / step <= 8.0001);
        CHECK(range / step > 8 / 2.5001);  // the next smaller one would be 2 to 2.5 times finer: too many
    }
}

TEST_CASE("a range of no extent or no sense still has a step") {
    CHECK(nice_step(0, 10) == 1);
    CHECK(nice_step(-1, 10) == 1);
    CHECK(nice_step(1, 0) == 1);
}

TEST_CASE("seconds are labelled in the unit that suits them") {
    const axis s({"time", unit::seconds}, 0, 3, 6);
    CHECK(s.title() == "time (s)");
    CHECK(labels(s) == texts{"0.0", "0.5", "1.0", "1.5", "2.0", "2.5", "3.0"});
    const axis ms({"time", unit::seconds}, 0, 0.2, 4);
    CHECK(ms.title() == "time (ms)");
    CHECK(labels(ms) == texts{"0", "50", "100", "150", "200"});
    CHECK(axis({"time", unit::seconds}, 0, 2e-6, 4).title() == "time (µs)");
    CHECK(axis({"time", unit::seconds}, 0, 2e-9, 4).title() == "time (ns)");
}

TEST_CASE("octets are labelled in powers of 1024, and never in fractions of one") {
    const axis kib({"window", unit::octets}, 0, 100 * 1024, 5);
    CHECK(kib.title() == "window (KiB)");
    CHECK(labels(kib) == texts{"0", "20", "40", "60", "80", "100"});
    CHECK(kib.ticks()[1].at == doctest::Approx(20 * 1024));
    CHECK(axis({"window", unit::octets}, 0, 1 << 20, 5).title() == "window (MiB)");
    CHECK(axis({"window", unit::octets}, 0, 1 << 30, 5).title() == "window (GiB)");
    const axis few({"window", unit::octets}, 0, 2, 6);
    CHECK(few.title() == "window (octets)");
    CHECK(labels(few) == texts{"0", "1", "2"});
}

TEST_CASE("plain numbers have no unit, and nothing else is made up") {
    CHECK(axis({"flows", unit::none}, 0, 5, 5).title() == "flows");
    CHECK(axis({"", unit::seconds}, 0, 5, 5).title() == "s");
}

TEST_CASE("a rounded axis ends on its ticks, an exact one where the data does") {
    const axis rounded({"", unit::none}, 0, 91, 5, axis::fit::rounded);
    CHECK(rounded.low() == doctest::Approx(0));
    CHECK(rounded.high() == doctest::Approx(100));
    const axis exact({"", unit::none}, 3, 91, 5);
    CHECK(exact.low() == doctest::Approx(3));
    CHECK(exact.high() == doctest::Approx(91));
    CHECK(labels(exact) == texts{"20", "40", "60", "80"});
    CHECK(exact.place(3) == doctest::Approx(0));
    CHECK(exact.place(91) == doctest::Approx(1));
    const axis below({"", unit::none}, -7, 7, 3, axis::fit::rounded);
    CHECK(below.low() == doctest::Approx(-10));
    CHECK(below.high() == doctest::Approx(10));
    CHECK(labels(below) == texts{"-10", "-5", "0", "5", "10"});
}

TEST_CASE("a single value gets a range around which to draw it") {
    const axis zero({"", unit::none}, 0, 0, 5);
    CHECK(zero.place(0) == 0);
    CHECK(zero.high() > zero.low());
    const axis other({"time", unit::seconds}, 5, 5, 5);
    CHECK(other.high() > 5);
    CHECK(other.ticks().size() >= 2);
    const axis negative({"", unit::none}, -5, -5, 5);
    CHECK(negative.high() > -5);
}
