// SPDX-License-Identifier: MIT
// main() for Catch2 version 2; version 3 has one in its library.

#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
