// SPDX-License-Identifier: MIT
//
// The one place where the shared compositions become code.
#include "support/compositions.hpp"

template class sluice::basic_endpoint<default_tcp>;
template class sluice::basic_endpoint<classic_tcp>;
template class sluice::basic_endpoint<plain_tcp>;
template class sluice::basic_endpoint<small_tcp>;
