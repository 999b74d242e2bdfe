// SPDX-License-Identifier: MIT
// The other source file; see one.cpp.

#include "all_headers.hpp"

#include <string>

std::string pin_request();

int main() { return agi::GetData{"enter-pin"}.request() == pin_request() ? 0 : 1; }
