// SPDX-License-Identifier: MIT
// JSON as RFC 8259 has it, as far as it is read here.
#include <doctest/doctest.h>

#include <sluice/trace/json_value.hpp>

using namespace sluice::trace;

TEST_CASE("an object in an array in an object, with space wherever it may be") {
    const auto read = read_json(" { \"a\" : [ 1 , {\"b\":\"c\"} , true , [] ] ,\n\"d\":-2.5e3 } ");
    REQUIRE(read);
    REQUIRE(read->member("a"));
    REQUIRE(read->member("a")->items.size() == 4);
    CHECK(read->member("a")->items[0].as<int>() == 1);
    CHECK(read->member("a")->items[1].member("b")->text == "c");
    CHECK(read->member("a")->items[2].text == "true");
    CHECK(read->member("a")->items[3].is == json_value::kind::array);
    CHECK(read->member("d")->as<double>() == -2500);
    CHECK(read->member("e") == nullptr);
}

TEST_CASE("a number stays what it was") {
    CHECK(read_json("18446744073709551615")->as<std::uint64_t>() == ~std::uint64_t{0});
    CHECK(!read_json("18446744073709551616")->as<std::uint64_t>());
    CHECK(!read_json("1.5")->as<int>());
    CHECK(!read_json("-1")->as<unsigned>());
    CHECK(!read_json("\"1\"")->as<int>());
    CHECK(read_json("0.1")->as<double>() == 0.1);
}

TEST_CASE("what a string holds comes back") {
    const std::string hard = "a \"b\" \\ \n \t \x01 / µ";
    CHECK(json_string("µ") == "\"µ\"");
    CHECK(json_string("\"\n") == "\"\\\"\\u000a\"");
    REQUIRE(read_json(json_string(hard)));
    CHECK(read_json(json_string(hard))->text == hard);
    CHECK(read_json("\"\\/\\b\\f\\r\"")->text == "/\b\f\r");
}

TEST_CASE("what is no JSON is refused") {
    for (const char* text : {"", "{", "[1", "[1,]", "{\"a\"}", "{\"a\":}", "{a:1}", "\"a", "\"\\x\"", "\"\\u00\"",
                             "\"\\u1234\"", "nul", "1 2", "[1] x", "1.2.3", "'a'", "{\"a\":1,}"})
        CHECK_MESSAGE(!read_json(text), text);
    CHECK(!read_json(std::string(100, '[') + std::string(100, ']')));  // too deep …
    CHECK(read_json(std::string(20, '[') + std::string(20, ']')));     // … and not
}
