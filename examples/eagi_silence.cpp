// SPDX-License-Identifier: MIT
// Waits while the caller speaks: until 2 s of silence, a key, or 30 s, whatever comes first. EAGI
// only. Dialplan: [eagi_silence] in extensions.conf, which reads SPOKEN_MS and LOUDNESS.

#include <agi/agi.hpp>
#include <agi/process/eagi_audio.hpp>
#include <agi/process/run.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string_view>

using namespace std::chrono_literals;

constexpr int quiet = 300;  // of 32768: a room in which nobody speaks stays below it

// The root mean square of signed 16-bit samples.
inline int loudness(std::string_view samples) {
    double sum = 0;
    const std::size_t count = samples.size() / sizeof(std::int16_t);
    for (std::size_t i = 0; i < count; ++i) {
        std::int16_t sample = 0;
        std::memcpy(&sample, samples.data() + i * sizeof sample, sizeof sample);
        sum += static_cast<double>(sample) * sample;
    }
    return count == 0 ? 0 : static_cast<int>(std::sqrt(sum / static_cast<double>(count)));
}

struct Speech {
    std::chrono::milliseconds spoken{0};  // until the silence began
    int loudest = 0;
};

template <class Session>
Speech wait_for_silence(Session& session, agi::EagiAudio& audio) {
    if (!audio.format().linear()) throw std::runtime_error{"EAGI_AUDIO_FORMAT must be slin..."};
    Speech speech;
    std::chrono::milliseconds heard{0};
    audio.listen(session, agi::WaitForDigit{30s}, [&](const agi::AudioFrame& frame) {
        heard += 20ms;
        const int level = loudness(frame.bytes);
        speech.loudest = std::max(speech.loudest, level);
        if (level > quiet) speech.spoken = heard;
        return heard - speech.spoken < 2s;
    });
    return speech;
}

int main() {
    return agi::run([](agi::ProcessSession& session) {
        agi::EagiAudio audio{session};
        const Speech speech = wait_for_silence(session, audio);
        agi::SetVariable{"SPOKEN_MS", speech.spoken.count()}(session);
        agi::SetVariable{"LOUDNESS", speech.loudest}(session);
    });
}
