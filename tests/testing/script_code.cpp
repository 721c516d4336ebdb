// SPDX-License-Identifier: MIT
// testing/script/expression.hpp: what code in scripts comes to, with Python's ranks.
#include <doctest/doctest.h>

#include <sluice/testing/script/expression.hpp>
#include <sluice/testing/script/tcp_info_names.hpp>

using namespace sluice;
using namespace sluice::testing::script;

namespace {

const evaluator::names two_names = [](const std::string& name) -> std::optional<double> {
    if (name == "tcpi_snd_cwnd") return 10;
    if (name == "tcpi_rto") return 200000;
    return {};
};
verdict_of_code run(const std::string& text) { return evaluator(text, two_names).run(); }
bool holds(const std::string& expression) {
    const auto out = run("assert " + expression);
    CHECK_MESSAGE(out.unknown.empty(), expression, ": ", out.unknown);
    return out.holds;
}

}  // namespace

TEST_CASE("expressions come to what Python makes of them") {
    for (const char* right : {"tcpi_snd_cwnd == 10",
                              "tcpi_rto == 200 * 1000",
                              "1 + 2 * 3 == 7",
                              "(1 + 2) * 3 == 9",
                              "7 / 2 == 3.5",
                              "7 % 4 == 3",
                              "-7 % 4 == 1",
                              "1 << 4 == 16",
                              "255 >> 4 == 15",
                              "0x10 == 16",
                              "6 & 3 == 2",
                              "6 | 1 == 7",
                              "6 ^ 3 == 5",
                              "7 // 2 == 3",
                              "-7 // 2 == -4",
                              "~0 == -1",
                              "not 0",
                              "not 1 == 2",
                              "1 < 2 < 3",
                              "not (1 < 2 > 3)",
                              "1 != 2",
                              "2 >= 2",
                              "2 <= 2",
                              "1 and 2 or 0",
                              "0 or 5",
                              "True and not False",
                              "- -1 == 1",
                              "10 - 2 - 3 == 5"})
        CHECK_MESSAGE(holds(right), right);
    for (const char* wrong : {"tcpi_snd_cwnd == 11", "0", "1 > 2", "1 < 2 > 3", "not 1", "1 and 0", "10 - (2 - 3) == 9",
                              "2 * 3 == 5", "7 // 2 == 3.5"})
        CHECK_MESSAGE(!holds(wrong), wrong);
}

TEST_CASE(
    "statements: one after the other, notes and prints passed over, the first that fails is told with its values") {
    CHECK(run("assert tcpi_snd_cwnd == 10, tcpi_snd_cwnd").holds);
    CHECK(run("assert 1; assert 1\n assert tcpi_rto > 1 # why\n print(tcpi_rto)\n").holds);
    const auto out = run("print('x'); assert 1, 'one'\nassert tcpi_snd_cwnd == 11 and tcpi_rto, tcpi_rto\nassert 1");
    CHECK(!out.holds);
    CHECK(out.failed == "tcpi_snd_cwnd == 11 and tcpi_rto   (tcpi_snd_cwnd = 10, tcpi_rto = 200000)");
    CHECK(out.where.line == 2);
    CHECK(out.where.column == 1);
    CHECK(run("").holds);
}

TEST_CASE("what is no part of the language is named, and never counts as true") {
    for (const auto& each :
         std::initializer_list<std::pair<const char*, const char*>>{{"assert tcpi_unheard_of == 1", "tcpi_unheard_of"},
                                                                    {"import os", "import os"},
                                                                    {"assert len(x) == 1", "len"},
                                                                    {"assert 2 ** 3 == 8", "**"},
                                                                    {"assert 1 / 0", "a division by zero"},
                                                                    {"assert tcpi_snd_cwnd(1)", "tcpi_snd_cwnd"},
                                                                    {"x = 1", "x = 1"},
                                                                    {"assert 0 in (0, 1)", "in (0, 1)"},
                                                                    {"assert 1 if 0 else 0", "if 0 else 0"},
                                                                    {"assert 1 // 0", "a division by zero"},
                                                                    {"assert", "an expression with the end"},
                                                                    {"assert (1", "an expression with the end"}}) {
        CAPTURE(each.first);
        CHECK(run(each.first).unknown == each.second);
    }
    CHECK(!run("assert " + std::string(1000, '(') + "1" + std::string(1000, ')')).unknown.empty());
}

TEST_CASE("names stand for tcp_info's fields and for constants, and others for nothing") {
    tcp_info info{.tcpi_state = state::close_wait,
                  .tcpi_ca_state = ca_state::recovery,
                  .tcpi_retransmits = 3,
                  .tcpi_snd_cwnd = 7};
    info.tcpi_bytes_acked = 5'000'000'000;
    CHECK(number_of_info("tcpi_state", info) == 8);
    CHECK(number_of_info("TCP_CLOSE_WAIT", {}) == 8);
    CHECK(number_of_info("tcpi_ca_state", info) == 3);
    CHECK(number_of_info("tcpi_retransmits", info) == 3);
    CHECK(number_of_info("tcpi_snd_cwnd", info) == 7);
    CHECK(number_of_info("tcpi_bytes_acked", info) == 5e9);
    CHECK(!number_of_info("tcpi_delivered_ce", info));
}
