// SPDX-License-Identifier: MIT
#pragma once
// The sounds of a folder, and how long they are.

#include <agi/testing/channel.hpp>
#include <agi/version.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>

namespace agi { inline namespace v0 { namespace testing {

namespace simulator {

/// Reads a number of a RIFF file.
inline std::uint32_t riff_number(const std::string& bytes, std::size_t at, std::size_t size) {
    std::uint32_t number = 0;
    for (std::size_t i = size; i > 0 && at + i <= bytes.size(); --i) {
        number = number << 8U | static_cast<unsigned char>(bytes[at + i - 1]);
    }
    return number;
}

/// How many bytes of audio a .wav file has; nothing when Asterisk would not play it: it wants 16 bits, one
/// channel and that rate.
inline std::optional<std::uintmax_t> wav_bytes(const std::filesystem::path& file,
                                               std::uint32_t rate) {
    constexpr std::size_t most = 4096;
    std::string head(most, '\0');
    std::ifstream in{file, std::ios::binary};
    in.read(head.data(), static_cast<std::streamsize>(most));
    head.resize(static_cast<std::size_t>(in.gcount()));
    constexpr std::size_t least = 12;
    if (head.size() < least || head.compare(0, 4, "RIFF") != 0 || head.compare(8, 4, "WAVE") != 0) {
        return std::nullopt;
    }
    bool right = false;
    for (std::size_t at = 12; at + 8 <= head.size();) {
        const std::uint32_t size = riff_number(head, at + 4, 4);
        if (head.compare(at, 4, "fmt ") == 0) {
            right = riff_number(head, at + 8, 2) == 1 && riff_number(head, at + 10, 2) == 1 &&
                    riff_number(head, at + 12, 4) == rate && riff_number(head, at + 22, 2) == 16;
        }
        if (head.compare(at, 4, "data") == 0) {
            const std::uintmax_t there = std::filesystem::file_size(file) - at - 8;
            return right ? std::optional<std::uintmax_t>{std::min<std::uintmax_t>(size, there)}
                         : std::nullopt;
        }
        at += 8 + size + size % 2;
    }
    return std::nullopt;
}

}  // namespace simulator

/// How long a sound file is. Nothing for a format that is not known, or that Asterisk would refuse: a .wav
/// in stereo or at another rate than 8 kHz (.wav16: 16 kHz).
inline std::optional<std::chrono::milliseconds> length_of_file(const std::filesystem::path& file) {
    struct Format {
        const char* extension;
        std::uintmax_t bytes_per_second;
        std::uint32_t wav_rate = 0;
    };
    static constexpr Format formats[] = {
        {".gsm", 1650},    {".wav", 16000, 8000}, {".wav16", 32000, 16000},
        {".ulaw", 8000},   {".alaw", 8000},       {".sln", 16000},
        {".sln16", 32000}, {".sln48", 96000},     {".g722", 8000},
    };
    const std::string extension = file.extension().string();
    for (const Format& format : formats) {
        if (extension != format.extension) continue;
        const auto audio = format.wav_rate != 0
                               ? simulator::wav_bytes(file, format.wav_rate)
                               : std::optional<std::uintmax_t>{std::filesystem::file_size(file)};
        if (!audio) return std::nullopt;
        return std::chrono::milliseconds{
            static_cast<std::int64_t>(*audio * 1000 / format.bytes_per_second)};
    }
    return std::nullopt;
}

/// Every sound of a folder and the folders in it, by the name that Asterisk has for it:
///
///     asterisk.channel.sounds = sounds_in("/usr/share/asterisk/sounds/en");   // "digits/1"...
///
/// @throws std::filesystem::filesystem_error  the folder cannot be read
inline std::map<std::string, std::chrono::milliseconds> sounds_in(
    const std::filesystem::path& folder) {
    std::map<std::string, std::chrono::milliseconds> sounds;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{folder}) {
        if (!entry.is_regular_file()) continue;
        const auto length = length_of_file(entry.path());
        if (!length) continue;
        const std::string name =
            std::filesystem::relative(entry.path(), folder).replace_extension().generic_string();
        // Who names hello.wav means another file than hello.wav.wav.
        if (!simulator::names_format(name)) sounds.emplace(name, *length);
    }
    return sounds;
}

}}}  // namespace agi::v0::testing
