// SPDX-License-Identifier: MIT
#include <agi/wire/request.hpp>

#ifdef REJECT
const agi::wire::Request request{"RECORD FILE", "greeting", "wav", '#'};
#else
const agi::wire::Request request{"RECORD FILE", "greeting", "wav", "#"};
#endif
