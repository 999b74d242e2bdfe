// SPDX-License-Identifier: MIT
// Speaks a text with espeak-ng (Debian's package of that name) and plays it; what was spoken once is kept in a
// folder. Dialplan: [speak] in extensions.conf, which sets TEXT and TTS_FOLDER.

#include <agi/agi.hpp>
#include <agi/ivr/ivr.hpp>
#include <agi/ivr/speech_cache.hpp>
#include <agi/process/run.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace ivr = agi::ivr;

/// Runs a program, without a shell: no text is ever a command.
bool run_program(std::vector<std::string> words) {
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
        // Standard output is Asterisk's ear.
        ::dup2(STDERR_FILENO, STDOUT_FILENO);
        ::execvp(arguments[0], arguments.data());
        ::_exit(127);
    }
    int status = 1;
    return child > 0 && ::waitpid(child, &status, 0) == child && status == 0;
}

/// A number of `size` bytes at a place in a file, the lowest byte first.
std::uint32_t number_at(const std::string& bytes, std::size_t at, std::size_t size) {
    std::uint32_t value = 0;
    for (std::size_t i = size; i-- > 0;) {
        value = value << 8U | static_cast<unsigned char>(bytes.at(at + i));
    }
    return value;
}

/// What Asterisk plays as .sln: 8000 samples a second of 16 bits, without a header. From mono .wav.
bool convert(const std::filesystem::path& wav, const std::filesystem::path& sln) {
    std::ifstream in{wav, std::ios::binary};
    const std::string bytes{std::istreambuf_iterator<char>{in}, {}};
    constexpr std::size_t header = 44;
    constexpr double wanted = 8000;
    if (bytes.size() <= header || number_at(bytes, 22, 2) != 1 || number_at(bytes, 34, 2) != 16)
        return false;
    const double step = number_at(bytes, 24, 4) / wanted;
    const auto samples = static_cast<double>(bytes.size() - header) / 2;
    std::ofstream out{sln, std::ios::binary};
    for (double from = 0; from + step <= samples; from += step) {
        // The mean of the samples that one of ours stands for keeps the higher notes out.
        long sum = 0;
        long count = 0;
        for (auto i = static_cast<std::size_t>(from); i < static_cast<std::size_t>(from + step);
             ++i, ++count) {
            sum += static_cast<std::int16_t>(number_at(bytes, header + 2 * i, 2));
        }
        const auto mean = static_cast<std::uint16_t>(count == 0 ? 0 : sum / count);
        out.put(static_cast<char>(mean & 0xffU)).put(static_cast<char>(mean >> 8U));
    }
    return out.flush().good();
}

bool espeak(std::string_view text, std::string_view language, const std::filesystem::path& file) {
    std::filesystem::path wav = file;
    wav += ".wav";
    // The text is behind `--`: one that begins with a dash is no option.
    const bool spoken = run_program({"espeak-ng", "-v", std::string{language}, "-s", "150", "-w",
                                     wav.string(), "--", std::string{text}}) &&
                        convert(wav, file);
    std::error_code none;
    std::filesystem::remove(wav, none);
    return spoken;
}

template <class Session>
void speak(Session& call, const ivr::SpeechEngine& engine) {
    ivr::SpeechCache cache{agi::GetVariable{"TTS_FOLDER"}(call).value_or("/tmp/tts"), engine};
    cache.extension = "sln";
    ivr::Manners manners;
    manners.speak = cache;
    const ivr::Say text{{ivr::Spoken(agi::GetVariable{"TEXT"}(call).value_or("nothing to say"))},
                        "#"};
    text(call, manners);
}

int main() {
    return agi::run([](agi::ProcessSession& call) {
        agi::Answer{}(call);
        speak(call, espeak);
    });
}
