// SPDX-License-Identifier: MIT
//
// The one place where the shared compositions become code.
#include "support/compositions.hpp"

template class sluice::basic_endpoint<default_tcp>;
template class sluice::basic_endpoint<classic_tcp>;
template class sluice::basic_endpoint<plain_tcp>;
template class sluice::basic_endpoint<small_tcp>;

template class lab::bench<default_tcp>;
template class lab::bench<classic_tcp>;
template class lab::bench<plain_tcp>;
template class lab::bench<small_tcp>;
