// SPDX-License-Identifier: MIT
// An ECN policy that does not say how much was marked.
// expect: sluice: ecn slot: a policy that takes part must have .*ecn_feedback on_ack\(const ecn_ack_report&\)
// near: tells_no_octets
#include <sluice/policy/compose.hpp>

struct tells_no_octets {
    using slot = sluice::ecn_slot;
    void on_syn(const sluice::ecn_arrival_report&) {}
    sluice::ecn_answer on_arrival(const sluice::ecn_arrival_report&) { return {}; }
#ifdef SLUICE_CONTROL
    sluice::ecn_feedback on_ack(const sluice::ecn_ack_report&) { return {}; }
#else
    bool on_ack(const sluice::ecn_ack_report&) { return true; }
#endif
    sluice::ecn_marking mark(const sluice::ecn_leaving_report&) { return {}; }
    void on_reduction() {}
    std::uint8_t handshake() const { return 0; }
    void resume(std::uint8_t) {}
};

using made = sluice::tcp<tells_no_octets>::settings;
