// SPDX-License-Identifier: MIT
// An ECN policy that says whether there is an option, not which.
// expect: sluice: ecn slot: .*option must be
// near: has_no_option
#include <sluice/policy/compose.hpp>

struct has_no_option {
    using slot = sluice::ecn_slot;
    void on_syn(const sluice::ecn_arrival_report&) {}
    sluice::ecn_answer on_arrival(const sluice::ecn_arrival_report&) { return {}; }
    sluice::ecn_feedback on_ack(const sluice::ecn_ack_report&) { return {}; }
    sluice::ecn_marking mark(const sluice::ecn_leaving_report&) { return {}; }
    void on_reduction() {}
    std::uint8_t handshake() const { return 0; }
    void resume(std::uint8_t) {}
#ifdef SLUICE_CONTROL
    std::optional<sluice::accurate_ecn_option> option(
        const sluice::ecn_leaving_report&, std::size_t) const { return {}; }
#else
    bool option(const sluice::ecn_leaving_report&, std::size_t) const { return false; }
#endif
};

using made = sluice::tcp<has_no_option>::settings;
