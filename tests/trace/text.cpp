// SPDX-License-Identifier: MIT
// Numbers and text as they are written into traces.
#include <doctest/doctest.h>

#include <clocale>
#include <limits>

#include <sluice/trace/text.hpp>

using namespace sluice;
using namespace sluice::trace;

TEST_CASE("integers are written in full") {
    CHECK(digits(0) == "0");
    CHECK(digits(-17) == "-17");
    CHECK(digits(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
    CHECK(digits(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
}

TEST_CASE("decimals have exactly the places asked for, and no minus before zero") {
    CHECK(decimal(0.1 + 0.2, 1) == "0.3");
    CHECK(decimal(2, 3) == "2.000");
    CHECK(decimal(1234567.5, 1) == "1234567.5");
    CHECK(decimal(-0.04, 1) == "0.0");
    CHECK(decimal(-0.06, 1) == "-0.1");
    CHECK(decimal(-20, 0) == "-20");
    CHECK(decimal(std::numeric_limits<double>::infinity(), 1) == "?");
    CHECK(decimal(std::numeric_limits<double>::quiet_NaN(), 1) == "?");
    CHECK(decimal(1e300, 2) == "?");  // 300 digits are no label
}

TEST_CASE("seconds have six places, cut off and not rounded") {
    CHECK(seconds(duration(0)) == "0.000000");
    CHECK(seconds(50ms) == "0.050000");
    CHECK(seconds(1999ns) == "0.000001");
    CHECK(seconds(duration(12'345'678'901'234)) == "12345.678901");
    CHECK(seconds(-1500us) == "-0.001500");
    CHECK(seconds(-1ns) == "0.000000");
    CHECK(seconds(instant(3s)) == "3.000000");
}

TEST_CASE("the locale of the program changes no number") {
    for (const char* locale : {"de_DE.UTF-8", "fr_FR.UTF-8", "C"}) {
        std::setlocale(LC_ALL, locale);
        CHECK(decimal(1.5, 1) == "1.5");
        CHECK(seconds(1500ms) == "1.500000");
    }
    std::setlocale(LC_ALL, "C");
}

TEST_CASE("markup and control characters are made harmless, UTF-8 is left alone") {
    CHECK(escaped("a<b> & \"c\" 'd'") == "a&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;");
    CHECK(escaped("µs → ×\n\t") == "µs → ×\n\t");
    CHECK(escaped(std::string_view("\0\x1b\x7f", 3)) == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST_CASE("text is padded on its left and never cut") {
    CHECK(flush_right("ab", 4) == "  ab");
    CHECK(flush_right("abcde", 4) == "abcde");
}
