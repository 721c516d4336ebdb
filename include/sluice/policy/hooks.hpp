// SPDX-License-Identifier: MIT
//
// Does a policy have a member of some name at all, be it overloaded, a template, or of the wrong type? A hook that is
// there but can't be called as documented must not be passed over in silence, so the question has to be put to the name
// alone: a struct that inherits a name twice can't say which one it means.
#pragma once

namespace sluice::hook {

template <class P, class Name>
struct inherits_both : P, Name {};

// clang-format off
struct on_start       { int on_start;       template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::on_start>::on_start; }; };
struct on_ack         { int on_ack;         template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::on_ack>::on_ack; }; };
struct on_congestion  { int on_congestion;  template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::on_congestion>::on_congestion; }; };
struct on_rto         { int on_rto;         template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::on_rto>::on_rto; }; };
struct on_undo        { int on_undo;        template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::on_undo>::on_undo; }; };
struct pacing_rate    { int pacing_rate;    template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::pacing_rate>::pacing_rate; }; };
struct pacing_burst   { int pacing_burst;   template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::pacing_burst>::pacing_burst; }; };
struct on_idle        { int on_idle;        template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::on_idle>::on_idle; }; };
struct on_mss         { int on_mss;         template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::on_mss>::on_mss; }; };
struct ssthresh       { int ssthresh;       template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::ssthresh>::ssthresh; }; };
struct snapshot       { int snapshot;       template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::snapshot>::snapshot; }; };
struct restore        { int restore;        template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::restore>::restore; }; };
struct select         { int select;         template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::select>::select; }; };
struct name           { int name;           template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::name>::name; }; };
struct responds_to    { int responds_to;    template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::responds_to>::responds_to; }; };
struct on_sample      { int on_sample;      template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::on_sample>::on_sample; }; };
struct on_timeout     { int on_timeout;     template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::on_timeout>::on_timeout; }; };
struct on_established { int on_established; template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::on_established>::on_established; }; };
struct srtt           { int srtt;           template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::srtt>::srtt; }; };
struct rttvar         { int rttvar;         template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::rttvar>::rttvar; }; };
struct quota          { int quota;          template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::quota>::quota; }; };
struct in_recovery    { int in_recovery;    template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::in_recovery>::in_recovery; }; };
struct after_timeout  { int after_timeout;  template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::after_timeout>::after_timeout; }; };
struct on_ack_sent    { int on_ack_sent;    template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::on_ack_sent>::on_ack_sent; }; };
struct on_quick_ack   { int on_quick_ack;   template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::on_quick_ack>::on_quick_ack; }; };
struct timestamp_offset { int timestamp_offset; template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::timestamp_offset>::timestamp_offset; }; };
struct on_ecn         { int on_ecn;         template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::on_ecn>::on_ecn; }; };
struct on_syn         { int on_syn;         template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::on_syn>::on_syn; }; };
struct on_arrival     { int on_arrival;     template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::on_arrival>::on_arrival; }; };
struct mark           { int mark;           template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::mark>::mark; }; };
struct on_reduction   { int on_reduction;   template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::on_reduction>::on_reduction; }; };
struct handshake      { int handshake;      template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::handshake>::handshake; }; };
struct resume         { int resume;         template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::resume>::resume; }; };
struct option         { int option;         template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::option>::option; }; };
struct agreed         { int agreed;         template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::agreed>::agreed; }; };
struct contradicts    { int contradicts;    template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::contradicts>::contradicts; }; };
struct owes_pure_ack  { int owes_pure_ack;  template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::owes_pure_ack>::owes_pure_ack; }; };
struct unsplittable   { int unsplittable;   template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::unsplittable>::unsplittable; }; };
struct find_more      { int find_more;      template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::find_more>::find_more; }; };
struct on_marks       { int on_marks;       template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::on_marks>::on_marks; }; };
struct deadline       { int deadline;       template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::deadline>::deadline; }; };
struct on_deadline    { int on_deadline;    template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::on_deadline>::on_deadline; }; };
struct on_transition  { int on_transition;  template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::on_transition>::on_transition; }; };
struct on_sent        { int on_sent;        template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::on_sent>::on_sent; }; };
struct on_received    { int on_received;    template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::on_received>::on_received; }; };
struct on_window      { int on_window;      template <class P> static constexpr bool in = !requires { &inherits_both<P, hook::on_window>::on_window; }; };
// clang-format on

/// The policy does not name the hook. One that is made of others names them all, and says which of them it lacks.
template <class P, class Name>
concept absent = !Name::template in<P> || requires { requires P::template lacks<Name>; };

}  // namespace sluice::hook
