// SPDX-License-Identifier: MIT
#pragma once
// A server that a test starts as a process of its own.

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

/// Ends with the test. What it says on either output goes to `log()`.
class ServerProcess {
  public:
    explicit ServerProcess(std::vector<std::string> command) {
        char name[] = "/tmp/agi-server-XXXXXX";
        const int log = ::mkostemp(name, O_CLOEXEC);
        path_ = name;
        pid_ = ::fork();
        if (pid_ == 0) {
            ::dup2(log, STDOUT_FILENO);
            ::dup2(log, STDERR_FILENO);
            std::vector<char*> arguments;
            for (std::string& argument : command) arguments.push_back(argument.data());
            arguments.push_back(nullptr);
            ::execvp(arguments.front(), arguments.data());
            ::_exit(127);
        }
        ::close(log);
        if (pid_ < 0) throw std::system_error{errno, std::generic_category(), "fork"};
    }
    ServerProcess(ServerProcess&& other) noexcept
        : pid_{std::exchange(other.pid_, 0)}, path_{std::move(other.path_)} {}
    ServerProcess& operator=(ServerProcess&&) = delete;
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;
    ~ServerProcess() {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
        }
        std::error_code ignored;
        if (!path_.empty()) std::filesystem::remove(path_, ignored);
    }

    /// Waits until it says this text; what follows on that line.
    std::string says(const std::string& text) const {
        for (int i = 0; i < 1000; ++i) {
            const std::string all = log();
            const auto begin = all.find(text);
            const auto end = begin == std::string::npos ? begin : all.find('\n', begin);
            if (end != std::string::npos) {
                return all.substr(begin + text.size(), end - begin - text.size());
            }
            std::this_thread::sleep_for(std::chrono::milliseconds{10});
        }
        throw std::runtime_error{"the server does not say " + text + ", but\n" + log()};
    }
    /// The number that it names after this word, once it does.
    int port(const std::string& word = "port ") const { return std::stoi(says(word)); }

    [[nodiscard]] std::string log() const {
        std::ostringstream text;
        text << std::ifstream{path_}.rdbuf();
        return text.str();
    }

    [[nodiscard]] pid_t pid() const { return pid_; }
    void send(int signal) const { ::kill(pid_, signal); }

    /// Waits for its end; the exit status, or the negative number of a signal.
    int wait() {
        int status = 0;
        ::waitpid(std::exchange(pid_, 0), &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }

    /// How many descriptors it has open.
    [[nodiscard]] int descriptors() const {
        int count = 0;
        for (const auto& entry :
             std::filesystem::directory_iterator{"/proc/" + std::to_string(pid_) + "/fd"}) {
            static_cast<void>(entry);
            ++count;
        }
        return count;
    }

  private:
    pid_t pid_ = 0;
    std::string path_;
};
