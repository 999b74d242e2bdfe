// SPDX-License-Identifier: MIT
// Plays a prompt and writes what the caller says meanwhile to a WAV file, until a key is pressed or
// the prompt ends. EAGI only. Dialplan: [eagi_record] in extensions.conf, which gives the name of
// the file as argument.

#include <agi/agi.hpp>
#include <agi/process/eagi_audio.hpp>
#include <agi/process/run.hpp>

#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

// A WAV file of signed 16-bit samples, one channel. The caller's audio is in the byte order of the
// machine; WAV is little-endian, as nearly all machines are.
class WavFile {
  public:
    WavFile(const std::string& path, int rate)
        : file_{path, std::ios::binary}, rate_{static_cast<std::uint32_t>(rate)} {
        if (!file_) throw std::runtime_error{"cannot write " + path};
        header();
    }
    WavFile(const WavFile&) = delete;
    WavFile& operator=(const WavFile&) = delete;
    ~WavFile() {
        file_.seekp(0);
        header();  // again, now that the length is known
    }
    void add(std::string_view samples) {
        file_.write(samples.data(), static_cast<std::streamsize>(samples.size()));
        size_ += static_cast<std::uint32_t>(samples.size());
    }

  private:
    void header() {
        file_ << "RIFF" << number(36 + size_, 4) << "WAVEfmt " << number(16, 4);
        file_ << number(1, 2) << number(1, 2);  // PCM, mono
        file_ << number(rate_, 4) << number(rate_ * 2, 4) << number(2, 2) << number(16, 2);
        file_ << "data" << number(size_, 4);
    }
    static std::string number(std::uint32_t value, int bytes) {
        std::string text;
        for (; bytes > 0; --bytes, value >>= 8U) text += static_cast<char>(value & 0xFFU);
        return text;
    }

    std::ofstream file_;
    std::uint32_t rate_;
    std::uint32_t size_ = 0;
};

template <class Session>
void record(Session& session, agi::EagiAudio& audio, const std::string& path) {
    if (!audio.format().linear()) throw std::runtime_error{"EAGI_AUDIO_FORMAT must be slin..."};
    WavFile file{path, audio.format().rate};
    int gaps = 0;
    const auto prompt = audio.listen(session, agi::StreamFile{"tt-weasels", "0123456789*#"},
                                     [&](const agi::AudioFrame& frame) {
                                         if (frame.after_gap) ++gaps;
                                         file.add(frame.bytes);
                                         return true;
                                     });
    const std::string end = prompt.digit ? std::string{"key "} + *prompt.digit : "end of prompt";
    agi::Verbose{"eagi_record: " + end + ", gaps: " + std::to_string(gaps)}(session);
}

int main() {
    return agi::run([](agi::ProcessSession& session) {
        const auto path = session.environment().argument(1);
        if (!path) throw std::invalid_argument{"argument 1, the file, is missing"};
        agi::EagiAudio audio{session};
        record(session, audio, std::string{*path});
    });
}
