// SPDX-License-Identifier: MIT
// An ECN policy that takes part, but does not say what segments bear.
// expect: sluice: ecn slot: a policy that takes part must have .*ecn_marking mark\(const ecn_leaving_report&\)
// near: marks_nothing
#include <sluice/policy/compose.hpp>

struct marks_nothing {
    using slot = sluice::ecn_slot;
    void on_syn(const sluice::ecn_arrival_report&) {}
    sluice::ecn_answer on_arrival(const sluice::ecn_arrival_report&) { return {}; }
    sluice::ecn_feedback on_ack(const sluice::ecn_ack_report&) { return {}; }
#ifdef SLUICE_CONTROL
    sluice::ecn_marking mark(const sluice::ecn_leaving_report&) { return {}; }
#endif
    void on_reduction() {}
    std::uint8_t handshake() const { return 0; }
    void resume(std::uint8_t) {}
};

using made = sluice::tcp<marks_nothing>::settings;
