// SPDX-License-Identifier: MIT
#pragma once
// Calls to agi_live_process, several at a time, and what they leave behind.

#include "call.hpp"
#include "report.hpp"

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace live {

/// One call. `agi` is what runs it, up to the name of what it does: a program's path, or a URL.
class ProcessCall : public Call {
  public:
    ProcessCall(const std::string& agi, const std::string& name, const std::string& more = {},
                Setup setup = {})
        : ProcessCall{agi, name, more, std::move(setup), next_key()} {}

    /// Names the call in reports and in the database.
    [[nodiscard]] const std::string& key() const { return key_; }
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] Report report() const { return Report{path(key_)}; }
    [[nodiscard]] std::string file() const { return path(key_); }

    /// The entry of the database that the clean-up of this call has written.
    [[nodiscard]] std::string database() const {
        const auto text = Asterisk::get().ami().cli("database get end_of_call " + key_);
        const auto value = text.find("Value: ");
        if (value == std::string::npos) return "(nothing)";
        return text.substr(value + 7, text.find_first_of("\r\n", value) - value - 7);
    }

  private:
    ProcessCall(const std::string& agi, const std::string& name, const std::string& more,
                Setup setup, const std::string& key)
        : Call{with_agi(agi + ',' + name + ',' + path(key) + ',' + key + more, std::move(setup))},
          name_{name},
          key_{key} {}

    static Setup with_agi(const std::string& agi, Setup setup) {
        setup.agi = agi;
        return setup;
    }
    static std::string path(const std::string& key) {
        return Asterisk::get().setting("AST_DIR") + "/report-" + key;
    }
    static std::string next_key() {
        static int last = 0;
        // The next test may be another process on the same Asterisk.
        std::string key = "call" + std::to_string(::getpid()) + '-' + std::to_string(++last);
        ::unlink(path(key).c_str());
        return key;
    }

    std::string name_;
    std::string key_;
};

/// Waits until something holds, for five seconds at most; whether it does.
template <class Condition>
bool soon(Condition condition) {
    for (int i = 0; i < 500; ++i) {
        if (condition()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    return condition();
}

/// Waits until no program of Asterisk's runs. One that ends after its call, while others run, may be
/// a zombie until Asterisk next looks at its children.
inline bool all_have_ended() {
    return soon([] {
        for (const auto& entry : std::filesystem::directory_iterator{"/proc"}) {
            std::ifstream file{entry.path() / "stat"};
            std::string stat;
            std::getline(file, stat);
            // pid (name) state parent...
            const auto name_end = stat.rfind(") ");
            if (name_end == std::string::npos || stat[name_end + 2] == 'Z') continue;
            const auto parent = name_end + 4;
            if (stat.substr(parent, stat.find(' ', parent) - parent) ==
                Asterisk::get().setting("AST_PID")) {
                return false;
            }
        }
        return true;
    });
}

/// What Asterisk logs from now on.
class LogSince {
  public:
    LogSince() : begin_{log().size()} {}

    /// Its warnings and errors, apart from those that hold this text.
    [[nodiscard]] std::string complaints(const std::string& expected = "(nothing)") const {
        std::istringstream lines{log().substr(begin_)};
        std::string found;
        for (std::string line; std::getline(lines, line);) {
            if (line.find(expected) != std::string::npos) continue;
            // A machine that is too busy for the audio, or the events, of a hundred calls.
            if (line.find("Exceptionally long voice queue") != std::string::npos) continue;
            if (line.find("task processor queue reached") != std::string::npos) continue;
            if (line.find("] WARNING[") != std::string::npos ||
                line.find("] ERROR[") != std::string::npos) {
                found += line + '\n';
            }
        }
        return found;
    }

  private:
    static std::string log() {
        std::ifstream file{Asterisk::get().setting("AST_LOG")};
        std::ostringstream text;
        text << file.rdbuf();
        return text.str();
    }

    std::size_t begin_;
};

}  // namespace live
