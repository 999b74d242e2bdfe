// SPDX-License-Identifier: MIT
#pragma once
// The sounds of a folder, and how long they are.

#include <agi/version.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace agi { inline namespace v0 { namespace testing {

/// How long a sound file is, from its size and the rate of its format. Nothing for a format that is
/// not known.
inline std::optional<std::chrono::milliseconds> length_of_file(const std::filesystem::path& file) {
    struct Format {
        const char* extension;
        std::uintmax_t header;
        std::uintmax_t bytes_per_second;
    };
    static constexpr Format formats[] = {
        {".gsm", 0, 1650},    {".wav", 44, 16000},  {".wav16", 44, 32000},
        {".ulaw", 0, 8000},   {".alaw", 0, 8000},   {".sln", 0, 16000},
        {".sln16", 0, 32000}, {".sln48", 0, 96000}, {".g722", 0, 8000},
    };
    const std::string extension = file.extension().string();
    for (const Format& format : formats) {
        if (extension != format.extension) continue;
        const std::uintmax_t size = std::filesystem::file_size(file);
        const std::uintmax_t audio = size > format.header ? size - format.header : 0;
        return std::chrono::milliseconds{
            static_cast<std::int64_t>(audio * 1000 / format.bytes_per_second)};
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
        auto name = std::filesystem::relative(entry.path(), folder).replace_extension();
        sounds.emplace(name.generic_string(), *length);
    }
    return sounds;
}

}}}  // namespace agi::v0::testing
