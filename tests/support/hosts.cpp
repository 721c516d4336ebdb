// SPDX-License-Identifier: MIT
//
// The one place where the hosts that tests share become code.
#include "support/hosts.hpp"

template struct lab::hosts<lab::host_tcp>;
template struct lab::connected<lab::host_tcp>;
