// SPDX-License-Identifier: MIT
#pragma once
// MD5 and SHA-1, for the functions of the dialplan.

#include <agi/version.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace testing::simulator {

inline std::uint32_t rotated(std::uint32_t word, unsigned bits) {
    return word << bits | word >> (32U - bits);
}

/// The message with its length behind it, in blocks of 64 bytes.
inline std::string digest_padded(std::string_view text, bool big_endian) {
    std::string out{text};
    out += '\x80';
    while (out.size() % 64 != 56) out += '\0';
    const std::uint64_t bits = static_cast<std::uint64_t>(text.size()) * 8;
    for (unsigned i = 0; i < 8; ++i) {
        out += static_cast<char>(bits >> (8 * (big_endian ? 7 - i : i)) & 0xffU);
    }
    return out;
}

inline std::uint32_t digest_word(const std::string& text, std::size_t at, bool big_endian) {
    std::uint32_t word = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        const auto byte = static_cast<unsigned char>(text[at + (big_endian ? i : 3 - i)]);
        word = word << 8U | byte;
    }
    return word;
}

template <std::size_t Size>
std::string digest_hex(const std::array<std::uint32_t, Size>& words, bool big_endian) {
    std::string out;
    for (const std::uint32_t word : words) {
        for (unsigned i = 0; i < 4; ++i) {
            const unsigned byte = word >> (8 * (big_endian ? 3 - i : i)) & 0xffU;
            out += "0123456789abcdef"[byte >> 4U];
            out += "0123456789abcdef"[byte & 15U];
        }
    }
    return out;
}

inline std::string md5(std::string_view text) {
    static constexpr unsigned shifts[4][4] = {
        {7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
    std::array<std::uint32_t, 4> state{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
    const std::string padded = digest_padded(text, false);
    for (std::size_t block = 0; block < padded.size(); block += 64) {
        auto [a, b, c, d] = state;
        for (unsigned i = 0; i < 64; ++i) {
            const unsigned round = i / 16;
            const std::uint32_t f = round == 0   ? (b & c) | (~b & d)
                                    : round == 1 ? (d & b) | (~d & c)
                                    : round == 2 ? b ^ c ^ d
                                                 : c ^ (b | ~d);
            static constexpr unsigned steps[4][2] = {{1, 0}, {5, 1}, {3, 5}, {7, 0}};
            const unsigned at = (steps[round][0] * i + steps[round][1]) % 16;
            const auto sine = static_cast<std::uint32_t>(
                std::floor(std::fabs(std::sin(static_cast<double>(i + 1))) * 4294967296.0));
            const std::uint32_t sum = a + f + sine + digest_word(padded, block + at * 4UL, false);
            a = d;
            d = c;
            c = b;
            b += rotated(sum, shifts[round][i % 4]);
        }
        state = {state[0] + a, state[1] + b, state[2] + c, state[3] + d};
    }
    return digest_hex(state, false);
}

inline std::string sha1(std::string_view text) {
    std::array<std::uint32_t, 5> state{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    const std::string padded = digest_padded(text, true);
    for (std::size_t block = 0; block < padded.size(); block += 64) {
        std::array<std::uint32_t, 80> words{};
        for (std::size_t i = 0; i < 80; ++i) {
            words[i] =
                i < 16 ? digest_word(padded, block + i * 4, true)
                       : rotated(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
        }
        auto [a, b, c, d, e] = state;
        for (std::size_t i = 0; i < 80; ++i) {
            const std::uint32_t f = i < 20   ? ((b & c) | (~b & d)) + 0x5a827999U
                                    : i < 40 ? (b ^ c ^ d) + 0x6ed9eba1U
                                    : i < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdcU
                                             : (b ^ c ^ d) + 0xca62c1d6U;
            const std::uint32_t next = rotated(a, 5) + f + e + words[i];
            e = d;
            d = c;
            c = rotated(b, 30);
            b = a;
            a = next;
        }
        state = {state[0] + a, state[1] + b, state[2] + c, state[3] + d, state[4] + e};
    }
    return digest_hex(state, true);
}

}}}  // namespace agi::v0::testing::simulator
