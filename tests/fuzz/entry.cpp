// SPDX-License-Identifier: MIT
// The entry point of libFuzzer for one harness.

#include "fuzz.hpp"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::AGI_FUZZ_HARNESS(std::string_view{reinterpret_cast<const char*>(data), size});
    return 0;
}
