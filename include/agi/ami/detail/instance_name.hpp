// SPDX-License-Identifier: MIT
#pragma once
// A name that nobody else has, nor an earlier run of this program.

#include <agi/version.hpp>

#include <random>
#include <string>

namespace agi { inline namespace v0 { namespace ami {

/// 64 random bits.
inline std::string instance_name() {
    std::random_device random;
    std::string name;
    for (int i = 0; i < 2; ++i) {
        for (unsigned bits = random(), digit = 0; digit < 8; ++digit, bits >>= 4U) {
            name += "0123456789abcdef"[bits & 15U];
        }
    }
    return name;
}

}}}  // namespace agi::v0::ami
