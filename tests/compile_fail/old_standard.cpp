// SPDX-License-Identifier: MIT
// Compiled as C++14.

#include <agi/agi.hpp>
