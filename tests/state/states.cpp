// SPDX-License-Identifier: MIT
// state/states.hpp: the eleven states of RFC 9293 section 3.3.2, one of them twice, and sets of them.
#include <doctest/doctest.h>

#include <sluice/state/states.hpp>

#include <set>
#include <string>

namespace {

using namespace sluice;

static_assert(sizeof(state_set) == 2);

constexpr state nth(std::size_t i) { return static_cast<state>(i); }

/// A set of states by its bits, without asking enum_set for more than its union.
constexpr state_set set_of(unsigned bits) {
    state_set out;
    for (std::size_t i = 0; i < state_count; ++i)
        if (bits >> i & 1u) out = out | nth(i);
    return out;
}

}  // namespace

TEST_CASE("the twelve machine states print as the RFC's eleven") {
    std::set<std::string> names;
    for (std::size_t i = 0; i < state_count; ++i) names.insert(name(nth(i)));
    const std::set<std::string> rfc{"CLOSED",     "LISTEN",     "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1",
                                    "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING",  "LAST-ACK",     "TIME-WAIT"};
    CHECK(names == rfc);
    CHECK(std::string(name(state::syn_received_passive)) == name(state::syn_received_active));
    CHECK(std::string(name(nth(state_count))) == "?");
}

TEST_CASE("a set of states is the set of its bits, for every one of the 4096") {
    for (unsigned bits = 0; bits < 1u << state_count; ++bits) {
        const state_set set = set_of(bits);
        int members = 0;
        bool same = true;
        for (std::size_t i = 0; i < state_count; ++i) {
            same = same && set.has(nth(i)) == ((bits >> i & 1u) != 0);
            members += static_cast<int>(bits >> i & 1u);
        }
        CHECK(same);
        CHECK(set.size() == members);
        CHECK(set.empty() == (bits == 0));
        // Against three others: itself, its complement, a pattern that cuts across.
        const unsigned all = (1u << state_count) - 1;
        for (const unsigned other : {bits, ~bits & all, 0xa5au}) {
            CHECK((set | set_of(other)) == set_of(bits | other));
            CHECK((set & set_of(other)) == set_of(bits & other));
            CHECK(set.without(set_of(other)) == set_of(bits & ~other));
        }
    }
}

TEST_CASE("the named sets are those of the RFC's text") {
    using enum state;
    CHECK(all_states.size() == static_cast<int>(state_count));
    CHECK(syn_received == (syn_received_passive | syn_received_active));
    // "Synchronized": both SYNs have been acknowledged (3.3.2, 3.5.2 group 3).
    CHECK(synchronized == all_states.without(syn_received | closed | listen | syn_sent));
    // 3.10.7.4 seventh: text is taken in these three, and ignored after the peer's FIN.
    CHECK(may_receive_text == (established | fin_wait_1 | fin_wait_2));
    // 3.10.2: SEND answers "connection closing" in every other synchronized state.
    CHECK(may_send_text == (established | close_wait));
}
