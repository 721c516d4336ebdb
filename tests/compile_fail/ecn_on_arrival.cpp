// SPDX-License-Identifier: MIT
// An ECN policy that has two answers where there are three.
// expect: sluice: ecn slot: a policy that takes part must have .*ecn_answer on_arrival\(const ecn_arrival_report&\)
// near: answers_yes_or_no
#include <sluice/policy/compose.hpp>

struct answers_yes_or_no {
    using slot = sluice::ecn_slot;
    void on_syn(const sluice::ecn_arrival_report&) {}
#ifdef SLUICE_CONTROL
    sluice::ecn_answer on_arrival(const sluice::ecn_arrival_report&) { return {}; }
#else
    bool on_arrival(const sluice::ecn_arrival_report&) { return true; }
#endif
    sluice::ecn_feedback on_ack(const sluice::ecn_ack_report&) { return {}; }
    sluice::ecn_marking mark(const sluice::ecn_leaving_report&) { return {}; }
    void on_reduction() {}
    std::uint8_t handshake() const { return 0; }
    void resume(std::uint8_t) {}
};

using made = sluice::tcp<answers_yes_or_no>::settings;
