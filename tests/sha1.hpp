// SPDX-License-Identifier: MIT
#pragma once
// What Asterisk's function SHA1() does.

#include <openssl/sha.h>

#include <string>

inline std::string sha1(const std::string& text) {
    unsigned char digest[SHA_DIGEST_LENGTH];
    ::SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
    std::string hex;
    for (const unsigned char byte : digest) {
        hex += "0123456789abcdef"[byte >> 4U];
        hex += "0123456789abcdef"[byte & 15U];
    }
    return hex;
}
