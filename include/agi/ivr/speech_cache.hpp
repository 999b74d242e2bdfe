// SPDX-License-Identifier: MIT
#pragma once
// Text to speech with a cache on disk: each text is spoken once, by whichever process needs it first.

#include <agi/ivr/callback.hpp>
#include <agi/version.hpp>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace agi { inline namespace v0 { namespace ivr {

/// Speaks a text into a file that Asterisk can play. False, or an exception: it could not.
using SpeechEngine = Callback<bool(std::string_view text, std::string_view language,
                                   const std::filesystem::path& file)>;

/// A hook for Manners::speak.
///
///     SpeechCache cache{"/var/lib/asterisk/tts", [](auto text, auto language, const auto& file) {
///         return espeak(text, language, file);        // writes 8 kHz, 16 bit, mono, as .wav
///     }};
///     cache.voice = "slt";
///     manners.speak = cache;
///
/// Any number of processes and threads may share the folder: a text is spoken into a file with a name of its
/// own, which is then renamed. The key is text, voice, language and rate. Asterisk must be
/// able to read the folder. The engine blocks: in a coroutine, speak beforehand with `prepare`.
class SpeechCache {
  public:
    SpeechCache(std::filesystem::path folder, SpeechEngine engine)
        : folder_{std::move(folder)}, engine_{std::move(engine)} {}

    std::string voice{};
    int rate = 8000;  ///< Samples each second. It tells recordings apart; the engine makes it so.
    std::string extension = "wav";  ///< What the engine writes.

    /// The sound for Asterisk, spoken now if it is not there; empty: it could not be had.
    std::string operator()(std::string_view text, std::string_view language) const {
        const std::filesystem::path sound = folder_ / name(text, language);
        std::filesystem::path file = sound;
        file += "." + extension;
        std::error_code error;
        if (std::filesystem::exists(file, error)) return sound.string();
        std::filesystem::create_directories(folder_, error);
        std::filesystem::path aside = folder_ / (".new-" + unique());
        aside += "." + extension;
        bool spoken = false;
        try {
            spoken = engine_(text, language, aside) && std::filesystem::exists(aside);
            if (spoken) std::filesystem::rename(aside, file);
        } catch (const std::exception&) {
            spoken = false;
        }
        if (spoken) return sound.string();
        std::filesystem::remove(aside, error);
        return {};
    }

    /// Speaks what will be needed. False: it could not.
    bool prepare(std::string_view text, std::string_view language) const {
        return !(*this)(text, language).empty();
    }

    /// The name of a text's file, without folder and extension.
    [[nodiscard]] std::string name(std::string_view text, std::string_view language) const {
        std::string key{text};
        for (const std::string_view part : {std::string_view{voice}, language})
            key.append(1, '\0').append(part);
        key.append(1, '\0').append(std::to_string(rate));
        // Two hashes of 64 bits: two texts with one name are not to be expected.
        char hex[40];
        std::snprintf(hex, sizeof hex, "%016llx%016llx", hash(key, 0xcbf29ce484222325ULL),
                      hash(key, 0x9ae16a3b2f90404fULL));
        return hex;
    }

  private:
    /// FNV-1a.
    static unsigned long long hash(std::string_view text, std::uint64_t begin) noexcept {
        constexpr std::uint64_t prime = 0x100000001b3ULL;
        std::uint64_t value = begin;
        for (const char c : text) {
            value = (value ^ static_cast<unsigned char>(c)) * prime;
            value ^= value >> 29U;
        }
        return value;
    }

    static std::string unique() {
        std::random_device random;
        return std::to_string(random()) + '-' + std::to_string(random());
    }

    std::filesystem::path folder_;
    SpeechEngine engine_;
};

}}}  // namespace agi::v0::ivr
