// SPDX-License-Identifier: MIT
#include <agi/wire/request.hpp>

#ifdef REJECT
const agi::wire::Request request{"SET MUSIC", true};
#else
const agi::wire::Request request{"SET MUSIC", "on"};
#endif
