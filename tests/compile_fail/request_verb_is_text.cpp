// SPDX-License-Identifier: MIT
#include <agi/wire/request.hpp>

#include <string>

#ifdef REJECT
const agi::wire::Request request{std::string{"NOOP"}, "text"};
#else
const agi::wire::Request request{"NOOP", std::string{"text"}};
#endif
