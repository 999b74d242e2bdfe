// SPDX-License-Identifier: MIT
// Sounds on disk: where they are looked for, and text that is spoken into them.

#include "catch.hpp"
#include "temporary.hpp"
#include <agi/agi.hpp>
#include <agi/ivr/ivr.hpp>
#include <agi/ivr/sound_folder.hpp>
#include <agi/ivr/speech_cache.hpp>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace agi::ivr;

namespace {

void write(const std::filesystem::path& file, std::string_view text = "x") {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream{file} << text;
}

/// A folder that is gone at the end.
struct Folder {
    std::filesystem::path path = temporary_path("ivr");
    Folder() { std::filesystem::remove_all(path); }
    ~Folder() { std::filesystem::remove_all(path); }
};

std::size_t files(const std::filesystem::path& folder) {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator{folder}) ++count;
    return count;
}

}  // namespace

TEST_CASE("SoundFolder: the language, its parent, English, none") {
    const Folder folder;
    write(folder.path / "de_AT" / "servus.gsm");
    write(folder.path / "de" / "hallo.wav");
    write(folder.path / "en" / "digits" / "1.gsm");
    write(folder.path / "beep.ulaw");
    write(folder.path / "en" / "a.b.wav");
    const SoundFolder has{folder.path};
    CHECK(has("servus", "de_AT"));
    CHECK_FALSE(has("servus", "de"));
    CHECK(has("hallo", "de_AT"));
    CHECK(has("digits/1", "de_AT"));
    CHECK(has("beep", "fr"));
    CHECK_FALSE(has("bee", "fr"));
    CHECK_FALSE(has("a", "en"));
    CHECK(has((folder.path / "de" / "hallo").string(), "en"));
    CHECK_FALSE(has("/nowhere/hallo", "en"));
}

TEST_CASE("SpeechCache: a text is spoken once, and told apart by voice, language and rate") {
    const Folder folder;
    int spoken = 0;
    SpeechCache cache{folder.path / "tts", [&](std::string_view text, std::string_view language,
                                               const std::filesystem::path& file) {
                          ++spoken;
                          CHECK(file.extension() == ".wav");
                          write(file, std::string{language} + std::string{text});
                          return true;
                      }};
    const std::string hello = cache("hello", "en");
    CHECK(cache("hello", "en") == hello);
    CHECK(spoken == 1);
    CHECK(std::filesystem::exists(hello + ".wav"));
    std::set<std::string> names{hello, cache("hello", "de"), cache("hellp", "en")};
    cache.voice = "slt";
    names.insert(cache("hello", "en"));
    cache.rate = 16000;
    names.insert(cache("hello", "en"));
    CHECK(names.size() == 5);
    CHECK(spoken == 5);
    CHECK(files(folder.path / "tts") == 5);
    CHECK(cache.prepare("hello", "en"));
}

TEST_CASE("SpeechCache: an engine that fails leaves nothing behind, and is asked again") {
    const Folder folder;
    int calls = 0;
    const SpeechCache cache{
        folder.path,
        [&](std::string_view, std::string_view, const std::filesystem::path& file) -> bool {
            switch (++calls) {
                case 1: return false;
                case 2: write(file); throw std::runtime_error{"no voice"};
                case 3: return true;  // and has written nothing
                default: write(file); return true;
            }
        }};
    for (int i = 0; i < 3; ++i) CHECK(cache("x", "en").empty());
    CHECK(files(folder.path) == 0);
    CHECK_FALSE(cache("x", "en").empty());
    const SpeechCache nowhere{"/proc/no", [](std::string_view, std::string_view,
                                             const std::filesystem::path&) { return true; }};
    CHECK(nowhere("x", "en").empty());
}

TEST_CASE("SpeechCache: many at a time never see half a file") {
    const Folder folder;
    const std::string whole(100000, 'x');
    const SpeechCache cache{
        folder.path, [&](std::string_view, std::string_view, const std::filesystem::path& file) {
            write(file, whole);
            return true;
        }};
    std::atomic<int> bad{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int text = 0; text < 50; ++text) {
                const std::string spoken = cache(std::to_string(text), "en");
                if (spoken.empty() || std::filesystem::file_size(spoken + ".wav") != whole.size())
                    ++bad;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(bad == 0);
    CHECK(files(folder.path) == 50);
}
