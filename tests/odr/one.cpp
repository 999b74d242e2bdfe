// SPDX-License-Identifier: MIT
// One of two source files that include every header. They link only if no header defines a
// function or an object that is not inline.

#include "all_headers.hpp"

#include <string>

std::string pin_request() { return std::string{agi::GetData{"enter-pin"}.request()}; }
