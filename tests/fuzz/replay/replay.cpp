// SPDX-License-Identifier: MIT
// Runs the harnesses once over stored inputs: the corpus as a regression test, with any compiler.
// Usage: agi_fuzz_replay PATH...   files, or folders with files; the folder of a file names its
// harness

#include "fuzz.hpp"

#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

using Harness = void (*)(std::string_view);

Harness harness_of(const fs::path& file) {
    const std::string name = fs::absolute(file).parent_path().filename().string();
    if (name == "ami") return fuzz::ami;
    if (name == "asyncagi") return fuzz::asyncagi;
    if (name == "manager") return fuzz::manager;
    if (name == "reply") return fuzz::reply;
    if (name == "environment") return fuzz::environment;
    if (name == "request") return fuzz::request;
    if (name == "session") return fuzz::session;
    if (name == "exchange") return fuzz::exchange;
    return nullptr;
}

bool run(const fs::path& file) {
    const Harness harness = harness_of(file);
    if (harness == nullptr) {
        std::fprintf(stderr, "%s: its folder names no harness\n", file.c_str());
        return false;
    }
    std::ifstream in{file, std::ios::binary};
    const std::string bytes{std::istreambuf_iterator<char>{in}, {}};
    try {
        harness(bytes);
        return true;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s: %s\n", file.c_str(), error.what());
    }
    return false;
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<fs::path> files;
    for (const std::string& argument : std::vector<std::string>{argv + 1, argv + argc}) {
        if (!fs::is_directory(argument)) {
            files.emplace_back(argument);
            continue;
        }
        for (const auto& entry : fs::recursive_directory_iterator{argument}) {
            if (entry.is_regular_file()) files.push_back(entry.path());
        }
    }
    std::size_t failed = 0;
    for (const fs::path& file : files) {
        if (!run(file)) ++failed;
    }
    std::printf("%zu inputs, %zu failed\n", files.size(), failed);
    return files.empty() || failed != 0 ? 1 : 0;
}
