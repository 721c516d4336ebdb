// SPDX-License-Identifier: MIT
// An ECN policy that a half-open record keeps, and nothing brings back.
// expect: sluice: ecn slot: a policy that takes part must have .*void resume\(std::uint8_t\)
// near: does_not_resume
#include <sluice/policy/compose.hpp>

struct does_not_resume {
    using slot = sluice::ecn_slot;
    void on_syn(const sluice::ecn_arrival_report&) {}
    sluice::ecn_answer on_arrival(const sluice::ecn_arrival_report&) { return {}; }
    sluice::ecn_feedback on_ack(const sluice::ecn_ack_report&) { return {}; }
    sluice::ecn_marking mark(const sluice::ecn_leaving_report&) { return {}; }
    void on_reduction() {}
#ifdef SLUICE_CONTROL
    std::uint8_t handshake() const { return 0; }
    void resume(std::uint8_t) {}
#else
    std::uint8_t handshake() const { return 0; }
#endif
};

using made = sluice::tcp<does_not_resume>::settings;
