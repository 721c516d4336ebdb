// SPDX-License-Identifier: MIT
// An ECN policy that wants to change what has come.
// expect: sluice: ecn slot: a policy that takes part must have .*void on_syn\(const ecn_arrival_report&\)
// near: forgets_constness
#include <sluice/policy/compose.hpp>

struct forgets_constness {
    using slot = sluice::ecn_slot;
#ifdef SLUICE_CONTROL
    void on_syn(const sluice::ecn_arrival_report&) {}
#else
    void on_syn(sluice::ecn_arrival_report&) {}
#endif
    sluice::ecn_answer on_arrival(const sluice::ecn_arrival_report&) { return {}; }
    sluice::ecn_feedback on_ack(const sluice::ecn_ack_report&) { return {}; }
    sluice::ecn_marking mark(const sluice::ecn_leaving_report&) { return {}; }
    void on_reduction() {}
    std::uint8_t handshake() const { return 0; }
    void resume(std::uint8_t) {}
};

using made = sluice::tcp<forgets_constness>::settings;
