// SPDX-License-Identifier: MIT
// An ECN policy that wants to hear how far a reduction reaches: that is not its business.
// expect: sluice: ecn slot: a policy that takes part must have .*void on_reduction\(\)
// near: wants_a_number
#include <sluice/policy/compose.hpp>

struct wants_a_number {
    using slot = sluice::ecn_slot;
    void on_syn(const sluice::ecn_arrival_report&) {}
    sluice::ecn_answer on_arrival(const sluice::ecn_arrival_report&) { return {}; }
    sluice::ecn_feedback on_ack(const sluice::ecn_ack_report&) { return {}; }
    sluice::ecn_marking mark(const sluice::ecn_leaving_report&) { return {}; }
#ifdef SLUICE_CONTROL
    void on_reduction() {}
#else
    void on_reduction(sluice::seq) {}
#endif
    std::uint8_t handshake() const { return 0; }
    void resume(std::uint8_t) {}
};

using made = sluice::tcp<wants_a_number>::settings;
