// SPDX-License-Identifier: MIT
// A machine without Asio, as far as the header can see.

#ifdef REJECT
#ifdef __clang__
#pragma clang diagnostic ignored "-Wbuiltin-macro-redefined"
#endif
#define __has_include(header) 0
#endif
#include <agi/asio/net.hpp>
