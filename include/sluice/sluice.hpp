// SPDX-License-Identifier: MIT
//
// Everything that a program needs which runs TCP in a simulator or drives it by itself: base … stack, host and sim,
// with what sim takes from trace. Real links, adapters, pictures (trace/) and the kit for testing policies (testing/)
// are included by hand.
#pragma once

#if __cplusplus < 202002L
#error "sluice needs C++20: -std=c++20"
#endif

#include <sluice/version.hpp>

#include <sluice/fwd.hpp>

#include <sluice/base/block_pool.hpp>
#include <sluice/base/bytes.hpp>
#include <sluice/base/index_heap.hpp>
#include <sluice/base/index_list.hpp>
#include <sluice/base/interval_set.hpp>
#include <sluice/base/memory.hpp>
#include <sluice/base/octet_ring.hpp>
#include <sluice/base/payload.hpp>
#include <sluice/base/pool_array.hpp>
#include <sluice/base/random.hpp>
#include <sluice/base/result.hpp>
#include <sluice/base/siphash.hpp>
#include <sluice/base/slot_table.hpp>
#include <sluice/base/time.hpp>
#include <sluice/base/windowed_filter.hpp>

#include <sluice/wire/accurate_ecn_option.hpp>
#include <sluice/wire/address.hpp>
#include <sluice/wire/address_hash.hpp>
#include <sluice/wire/checksum.hpp>
#include <sluice/wire/four_tuple.hpp>
#include <sluice/wire/ip_meta.hpp>
#include <sluice/wire/ipv4.hpp>
#include <sluice/wire/ipv6.hpp>
#include <sluice/wire/packet.hpp>
#include <sluice/wire/segment.hpp>
#include <sluice/wire/seq.hpp>
#include <sluice/wire/tcp_header.hpp>
#include <sluice/wire/tcp_options.hpp>

#include <sluice/state/diagram.hpp>
#include <sluice/state/events.hpp>
#include <sluice/state/machine.hpp>
#include <sluice/state/proofs.hpp>
#include <sluice/state/states.hpp>
#include <sluice/state/transition_table.hpp>

#include <sluice/tcb/in_flight.hpp>
#include <sluice/tcb/in_flight_record.hpp>
#include <sluice/tcb/reassembly.hpp>
#include <sluice/tcb/receive_space.hpp>
#include <sluice/tcb/receive_tuning.hpp>
#include <sluice/tcb/sack_report.hpp>
#include <sluice/tcb/scoreboard.hpp>
#include <sluice/tcb/send_space.hpp>
#include <sluice/tcb/timers.hpp>
#include <sluice/tcb/timestamps.hpp>

#include <sluice/policy/ack/delayed_ack.hpp>
#include <sluice/policy/ack/every_segment.hpp>
#include <sluice/policy/buffers/fixed_buffers.hpp>
#include <sluice/policy/buffers/growable_buffers.hpp>
#include <sluice/policy/buffers/phantom_buffers.hpp>
#include <sluice/policy/compose.hpp>
#include <sluice/policy/concepts.hpp>
#include <sluice/policy/congestion/cubic.hpp>
#include <sluice/policy/congestion/fixed_window.hpp>
#include <sluice/policy/congestion/hystart.hpp>
#include <sluice/policy/congestion/no_congestion_control.hpp>
#include <sluice/policy/congestion/reno.hpp>
#include <sluice/policy/congestion/vegas.hpp>
#include <sluice/policy/congestion/westwood.hpp>
#include <sluice/policy/ecn/accurate_ecn.hpp>
#include <sluice/policy/ecn/classic_ecn.hpp>
#include <sluice/policy/ecn/no_ecn.hpp>
#include <sluice/policy/hooks.hpp>
#include <sluice/policy/isn/counter_isn.hpp>
#include <sluice/policy/isn/rfc6528.hpp>
#include <sluice/policy/lifecycle/client_only.hpp>
#include <sluice/policy/lifecycle/full.hpp>
#include <sluice/policy/lifecycle/server_only.hpp>
#include <sluice/policy/limits.hpp>
#include <sluice/policy/options/no_sack.hpp>
#include <sluice/policy/options/no_timestamps.hpp>
#include <sluice/policy/options/no_window_scale.hpp>
#include <sluice/policy/recovery/go_back_n.hpp>
#include <sluice/policy/recovery/newreno_recovery.hpp>
#include <sluice/policy/recovery/prr.hpp>
#include <sluice/policy/recovery/prr_recovery.hpp>
#include <sluice/policy/recovery/rack_tlp.hpp>
#include <sluice/policy/recovery/sack_recovery.hpp>
#include <sluice/policy/reports.hpp>
#include <sluice/policy/rtt/fixed_rto.hpp>
#include <sluice/policy/rtt/linux_like.hpp>
#include <sluice/policy/rtt/rfc6298.hpp>
#include <sluice/policy/rules.hpp>
#include <sluice/policy/slots.hpp>

#include <sluice/connection/acknowledge.hpp>
#include <sluice/connection/answers.hpp>
#include <sluice/connection/arrival.hpp>
#include <sluice/connection/ask.hpp>
#include <sluice/connection/closed.hpp>
#include <sluice/connection/connection.hpp>
#include <sluice/connection/control_block.hpp>
#include <sluice/connection/counters.hpp>
#include <sluice/connection/endpoint.hpp>
#include <sluice/connection/environment.hpp>
#include <sluice/connection/info.hpp>
#include <sluice/connection/input.hpp>
#include <sluice/connection/listen.hpp>
#include <sluice/connection/negotiation.hpp>
#include <sluice/connection/news.hpp>
#include <sluice/connection/output.hpp>
#include <sluice/connection/phase.hpp>
#include <sluice/connection/received.hpp>
#include <sluice/connection/replies.hpp>
#include <sluice/connection/syn_sent.hpp>
#include <sluice/connection/timeouts.hpp>
#include <sluice/connection/timing.hpp>
#include <sluice/connection/transitions.hpp>
#include <sluice/connection/user_timeout.hpp>

#include <sluice/stack/demux.hpp>
#include <sluice/stack/ephemeral_ports.hpp>
#include <sluice/stack/half_open.hpp>
#include <sluice/stack/handle.hpp>
#include <sluice/stack/listener.hpp>
#include <sluice/stack/parting.hpp>
#include <sluice/stack/passive.hpp>
#include <sluice/stack/short_time.hpp>
#include <sluice/stack/stack.hpp>
#include <sluice/stack/syn_cookies.hpp>
#include <sluice/stack/tables.hpp>
#include <sluice/stack/time_wait.hpp>
#include <sluice/stack/timer_wheel.hpp>

#include <sluice/trace/fairness.hpp>
#include <sluice/trace/pcapng.hpp>
#include <sluice/trace/race_result.hpp>
#include <sluice/trace/window_sample.hpp>
#include <sluice/trace/wire_event.hpp>

#include <sluice/host/basic_socket.hpp>
#include <sluice/host/deadline_heap.hpp>
#include <sluice/host/device.hpp>
#include <sluice/host/error.hpp>
#include <sluice/host/executor.hpp>
#include <sluice/host/host.hpp>
#include <sluice/host/intrusive_list.hpp>
#include <sluice/host/outbox.hpp>
#include <sluice/host/packet_link.hpp>
#include <sluice/host/scheduler.hpp>
#include <sluice/host/sleep.hpp>
#include <sluice/host/socket_call.hpp>
#include <sluice/host/socket_options.hpp>
#include <sluice/host/socket_state.hpp>
#include <sluice/host/task.hpp>
#include <sluice/host/tcp_listener.hpp>
#include <sluice/host/tcp_socket.hpp>
#include <sluice/host/tcp_socket_calls.hpp>
#include <sluice/host/wait_list.hpp>
#include <sluice/host/when_all.hpp>
#include <sluice/host/with_timeout.hpp>

#include <sluice/sim/address.hpp>
#include <sluice/sim/bottleneck_meter.hpp>
#include <sluice/sim/buffer_size.hpp>
#include <sluice/sim/bulk.hpp>
#include <sluice/sim/capture.hpp>
#include <sluice/sim/codel.hpp>
#include <sluice/sim/datagrams.hpp>
#include <sluice/sim/discipline.hpp>
#include <sluice/sim/drop_tail.hpp>
#include <sluice/sim/duration_histogram.hpp>
#include <sluice/sim/ecn_field.hpp>
#include <sluice/sim/endless.hpp>
#include <sluice/sim/entrant.hpp>
#include <sluice/sim/event_queue.hpp>
#include <sluice/sim/flow.hpp>
#include <sluice/sim/flow_beginnings.hpp>
#include <sluice/sim/flow_hash.hpp>
#include <sluice/sim/fq_codel.hpp>
#include <sluice/sim/fraction.hpp>
#include <sluice/sim/gilbert_elliott.hpp>
#include <sluice/sim/host.hpp>
#include <sluice/sim/link.hpp>
#include <sluice/sim/metrics.hpp>
#include <sluice/sim/network.hpp>
#include <sluice/sim/on_off.hpp>
#include <sluice/sim/on_off_flow.hpp>
#include <sluice/sim/packet.hpp>
#include <sluice/sim/packet_fifo.hpp>
#include <sluice/sim/pattern.hpp>
#include <sluice/sim/probability.hpp>
#include <sluice/sim/programs.hpp>
#include <sluice/sim/queueing.hpp>
#include <sluice/sim/race.hpp>
#include <sluice/sim/rate_trace.hpp>
#include <sluice/sim/red.hpp>
#include <sluice/sim/router.hpp>
#include <sluice/sim/routes.hpp>
#include <sluice/sim/scenario.hpp>
#include <sluice/sim/short_flows.hpp>
#include <sluice/sim/step_marking.hpp>
#include <sluice/sim/tap.hpp>
#include <sluice/sim/topology.hpp>
#include <sluice/sim/udp.hpp>
#include <sluice/sim/wire_log.hpp>
#include <sluice/sim/world.hpp>
