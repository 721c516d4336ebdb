// SPDX-License-Identifier: MIT
//
// Mathis, Semke, Mahdavi, Ott (1997): a Reno sender has MSS/RTT · sqrt(3/2p) where each packet is lost with the
// probability p. With SACK, octets counted, and no timeouts to speak of, modern stacks are within −20 and +30 % of it.
#include <doctest/doctest.h>

#include "figures.hpp"

using namespace sluice;
using figures::modelled;

namespace {

constexpr std::uint64_t dropped_losses = 20, measured_losses = 400, least_losses = 200;

/// Of the mean window to the model's, over a round trip of 100 ms.
template <class Congestion>
double ratio_at(double p, std::uint64_t measured = measured_losses) {
    using tcp_of = modelled<Congestion>;
    const double model = std::sqrt(1.5 / p);
    auto s = figures::model_settings<tcp_of>();
    figures::start_at(s.congestion, static_cast<std::uint32_t>(model * figures::segment_length));
    figures::lone_flow<tcp_of> flow(s, {.delay = 50ms, .loss = p});
    const double window = figures::mean_window(flow, dropped_losses, dropped_losses + measured);
    const std::uint64_t losses = flow.losses() - dropped_losses;
    MESSAGE(std::string(Congestion::name), ", p = ", p, ": ", window, " segments, ", window / model, " times ", model,
            ", over ", losses, " losses, ", flow.count().timeouts, " timeouts");
    CHECK(losses >= least_losses);
    return window / model;
}

constexpr double rates[] = {1e-2, 3e-3, 1e-3, 3e-4, 1e-4};
constexpr double least = 0.8, most = 1.3;

}  // namespace

TEST_CASE("Reno has the window of Mathis' model at random loss") {
    for (const double p : rates) {
        const double ratio = ratio_at<reno>(p);
        CHECK(ratio >= least);
        CHECK(ratio <= most);
    }
}

TEST_CASE("control: who keeps a tenth has too little, who keeps three quarters too much, at each rate") {
    for (const double p : rates) {
        CHECK(ratio_at<figures::reno_that_keeps<10>>(p, least_losses) < least);
        CHECK(ratio_at<figures::reno_that_keeps<75>>(p, least_losses) > most);
    }
}
