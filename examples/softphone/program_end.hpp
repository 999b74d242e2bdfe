// SPDX-License-Identifier: MIT
// The program that the softphone calls: started with pipes, or reached over TCP.
#pragma once

#include "end_signals.hpp"
#include "far_end.hpp"
#include <agi/wire/number.hpp>

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

// `agi://host[:port][/script]`, taken apart.
struct AgiUrl {
    std::string host;
    std::string port = "4573";
    std::string script;

    static std::optional<AgiUrl> of(std::string_view text) {
        constexpr std::string_view scheme = "agi://";
        if (text.substr(0, scheme.size()) != scheme) return std::nullopt;
        text.remove_prefix(scheme.size());
        AgiUrl url;
        const std::string_view place = text.substr(0, text.find('/'));
        if (place.size() < text.size()) url.script = text.substr(place.size() + 1);
        const std::size_t bracket = place.find(']');
        const std::size_t colon = place.find(':', bracket == std::string_view::npos ? 0 : bracket);
        url.host = place.substr(0, colon);
        if (colon != std::string_view::npos) url.port = place.substr(colon + 1);
        if (!url.host.empty() && url.host.front() == '[') {
            url.host = url.host.substr(1, url.host.size() - 2);
        }
        const bool is_number = url.port.find_first_not_of("0123456789") == std::string::npos;
        const auto number = agi::wire::to_number<int>(url.port);
        constexpr int last = 65535;
        // The system would take what is over it for another one.
        if (is_number && (!number || *number < 1 || *number > last)) {
            throw std::runtime_error{"no port \"" + url.port + "\" in agi://" + std::string{text} +
                                     ": there are 1 to 65535"};
        }
        if (url.host.empty()) throw std::runtime_error{"no host in agi://" + std::string{text}};
        return url;
    }
};

class ProgramEnd : public FarEnd {
  public:
    explicit ProgramEnd(const AgiUrl& url) {
        addrinfo wanted{};
        wanted.ai_socktype = SOCK_STREAM;
        addrinfo* found = nullptr;
        const int error = getaddrinfo(url.host.c_str(), url.port.c_str(), &wanted, &found);
        if (error != 0) throw std::runtime_error{url.host + ": " + gai_strerror(error)};
        int reason = 0;
        for (const addrinfo* at = found; at != nullptr && read_ < 0; at = at->ai_next) {
            read_ = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol);
            if (read_ < 0 || connect(read_, at->ai_addr, at->ai_addrlen) == 0) continue;
            reason = errno;
            close(read_);
            read_ = -1;
        }
        freeaddrinfo(found);
        if (read_ < 0) throw failure(url.host + ":" + url.port, reason);
        write_ = read_;
    }

    // Starts it as Asterisk does: with its environment, and no shell for a script without `#!`. What it
    // prints to standard error can be read from `error_fd`. `audio` is its descriptor 3, if there is one.
    ProgramEnd(const std::vector<std::string>& program, const std::string& version,
               int audio = -1) {
        const Pipe replies;
        const Pipe requests;
        const Pipe errors;
        const Pipe start;  // closes when the program runs, and carries errno when it does not
        const std::string path = found(program.front());
        std::vector<std::string> environment = environment_of(version);
        sigset_t all;
        sigset_t before;
        sigfillset(&all);
        sigprocmask(SIG_BLOCK, &all, &before);
        pid_ = fork();
        if (pid_ == 0) {
            setpgid(0, 0);  // Ctrl-C is for the softphone
            dup2(replies.read, STDIN_FILENO);
            dup2(requests.write, STDOUT_FILENO);
            dup2(errors.write, STDERR_FILENO);
            for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGPIPE, SIGTERM, SIGCHLD})
                ::signal(signal, SIG_DFL);
            sigprocmask(SIG_UNBLOCK, &all, nullptr);
            execute(path, program, environment, start.write, audio);
        }
        const int reason_of_fork = errno;
        if (pid_ > 0) {
            setpgid(pid_, pid_);
            EndSignals::runs(group_ = pid_);
        }
        sigprocmask(SIG_SETMASK, &before, nullptr);
        if (pid_ < 0) throw failure("fork", reason_of_fork);
        for (const int fd : {replies.read, requests.write, errors.write, start.write}) close(fd);
        int reason = 0;
        const bool failed = ::read(start.read, &reason, sizeof reason) == sizeof reason;
        close(start.read);
        read_ = requests.read;
        write_ = replies.write;
        error_ = errors.read;
        fcntl(error_, F_SETFL, O_NONBLOCK);
        if (!failed) return;
        close_both();
        waitpid(pid_, nullptr, 0);
        EndSignals::runs(0);
        const std::string& name = program.front();
        const bool is_here = name.find('/') == std::string::npos && access(name.c_str(), F_OK) == 0;
        std::string why = name;
        if (is_here) why += " (or do you mean ./" + name + "?)";
        if (reason == ENOEXEC) why += " (does its first line begin with #! ?)";
        if (reason == EACCES && access(path.c_str(), F_OK) == 0 &&
            access(path.c_str(), X_OK) != 0) {
            why += " (it is not executable: chmod +x " + name + ')';
        }
        if (reason == ENOENT && access(path.c_str(), F_OK) == 0) why += what_is_missing(path);
        throw failure(why, reason);
    }
    ProgramEnd(const ProgramEnd&) = delete;
    ProgramEnd& operator=(const ProgramEnd&) = delete;
    ~ProgramEnd() override {
        close_both();
        if (error_ >= 0) close(error_);
        if (pid_ > 0) {
            send(SIGKILL, true);
            waitpid(pid_, nullptr, 0);
        }
        EndSignals::runs(0);
    }

    // What it has written: lines that came together, without their last LF, as one read of Asterisk's
    // finds them. Nothing: none is whole yet, or it has closed, which `ended` says.
    std::optional<std::string> receive() override {
        if (auto lines = whole_lines()) return lines;
        char bytes[4096];
        const ssize_t size = ::read(read_, bytes, sizeof bytes);
        if (size < 0 && errno == EINTR) return std::nullopt;
        if (size > 0) {
            came_.append(bytes, static_cast<std::size_t>(size));
            return whole_lines();
        }
        ended_ = true;
        if (came_.empty()) return std::nullopt;
        return std::exchange(came_, {});  // a last line without its LF is run, too
    }
    [[nodiscard]] bool ended() const override { return ended_; }

    // A line, with its LF. One who does not read, or no more, misses it, as in Asterisk.
    void send_line(const std::string& line) override {
        const std::string text = line + '\n';
        constexpr int patience = 100;
        for (std::size_t at = 0; at < text.size();) {
            pollfd wanted{write_, POLLOUT, 0};
            // One who does not read is waited for once, not for each line.
            const bool missed = write_ < 0 || poll(&wanted, 1, misses_ ? 0 : patience) <= 0;
            misses_ = missed;
            if (missed) return;
            const ssize_t size =
                pid_ > 0 ? ::write(write_, text.data() + at,
                                   std::min<std::size_t>(text.size() - at, PIPE_BUF))
                         : ::send(write_, text.data() + at, text.size() - at, MSG_NOSIGNAL);
            if (size < 0 && errno != EINTR) return;
            if (size > 0) at += static_cast<std::size_t>(size);
        }
    }
    [[nodiscard]] int read_fd() const override { return read_; }
    [[nodiscard]] int error_fd() const override { return error_; }

    // Whether it has said something, or has closed.
    [[nodiscard]] bool is_readable() override {
        pollfd wanted{read_, POLLIN, 0};
        return poll(&wanted, 1, 0) > 0;
    }

    // What the program has printed to standard error since the last time.
    std::string errors() override {
        std::string text;
        char bytes[1024];
        for (ssize_t size = 1; error_ >= 0 && size > 0;) {
            size = ::read(error_, bytes, sizeof bytes);
            if (size > 0) text.append(bytes, static_cast<std::size_t>(size));
            if (size == 0) {
                close(error_);
                error_ = -1;
            }
        }
        return text;
    }

    // Asterisk tells a process of the hang-up by SIGHUP.
    void signal_hangup() const override { send(SIGHUP); }
    // For one that does not care, with its children.
    void terminate_all() const override { send(SIGTERM, true); }
    void kill_all() const override { send(SIGKILL, true); }

    // Closes the connection.
    void shut() override { close_both(); }

    // The exit status of the process as waitpid has it, if it has ended; 0 for a server.
    std::optional<int> exit_status() override {
        int status = 0;
        if (pid_ > 0 && waitpid(pid_, &status, WNOHANG) == 0) return std::nullopt;
        pid_ = 0;
        EndSignals::runs(0);  // what outlives it is left alone, as by Asterisk
        return status;
    }

  private:
    struct Pipe {
        int read = -1;
        int write = -1;
        Pipe() {
            int made[2];
            if (pipe2(made, O_CLOEXEC) != 0) throw failure("pipe", errno);
            read = made[0];
            write = made[1];
        }
    };

    void close_both() {
        if (read_ >= 0) close(read_);
        if (write_ >= 0 && write_ != read_) close(write_);
        read_ = write_ = -1;
    }

    static std::runtime_error failure(const std::string& what, int reason) {
        return std::runtime_error{what + ": " + std::generic_category().message(reason)};
    }

    std::optional<std::string> whole_lines() {
        const std::size_t last = came_.rfind('\n');
        if (last == std::string::npos) return std::nullopt;
        std::string lines = came_.substr(0, last);
        came_.erase(0, last + 1);
        return lines;
    }

    // A name without a slash is looked for as a shell would; Asterisk has a folder of its own for these.
    static std::string found(const std::string& name) {
        const char* const all = std::getenv("PATH");
        if (name.find('/') != std::string::npos || all == nullptr) return name;
        std::istringstream folders{all};
        for (std::string folder; std::getline(folders, folder, ':');) {
            if (access((folder += '/' + name).c_str(), X_OK) == 0) return folder;
        }
        return name;
    }

    // What Asterisk adds to its own environment, with the folders of a usual installation.
    static std::vector<std::string> environment_of(const std::string& version) {
        std::vector<std::string> all{"AST_CONFIG_DIR=/etc/asterisk",
                                     "AST_CONFIG_FILE=/etc/asterisk/asterisk.conf",
                                     "AST_MODULE_DIR=/usr/lib/asterisk/modules",
                                     "AST_SPOOL_DIR=/var/spool/asterisk",
                                     "AST_MONITOR_DIR=/var/spool/asterisk/monitor",
                                     "AST_VAR_DIR=/var/lib/asterisk",
                                     "AST_DATA_DIR=/usr/share/asterisk",
                                     "AST_LOG_DIR=/var/log/asterisk",
                                     "AST_AGI_DIR=/usr/share/asterisk/agi-bin",
                                     "AST_KEY_DIR=/usr/share/asterisk/keys",
                                     "AST_RUN_DIR=/var/run/asterisk",
                                     "AST_SYSTEMNAME=",
                                     "AST_BUILD_HOST=localhost",
                                     "AST_BUILD_MACHINE=x86_64",
                                     "AST_BUILD_OS=Linux",
                                     "AST_BUILD_DATE=2023-11-14 22:13:20 UTC",
                                     "AST_BUILD_KERNEL=unknown",
                                     "AST_BUILD_USER=root",
                                     "AST_VERSION=" + version};
        for (char** entry = environ; *entry != nullptr; ++entry) {
            if (std::string_view{*entry}.substr(0, 4) != "AST_") all.emplace_back(*entry);
        }
        return all;
    }

    // A program is there that the kernel cannot start: what it needs is not. In parentheses.
    static std::string what_is_missing(const std::string& path) {
        std::ifstream in{path, std::ios::binary};
        std::string line;
        std::getline(in, line);
        if (line.compare(0, 2, "#!") != 0) return " (its dynamic loader is not there)";
        if (line.back() == '\r') {
            return " (its lines end as on Windows: sed -i 's/\\r$//' " + path + ')';
        }
        return " (it begins with " + line + ", which is not there)";
    }

    static std::vector<char*> pointers(const std::vector<std::string>& texts) {
        std::vector<char*> all;
        all.reserve(texts.size() + 1);
        for (const std::string& text : texts) all.push_back(const_cast<char*>(text.c_str()));
        all.push_back(nullptr);
        return all;
    }
    [[noreturn]] static void execute(const std::string& path,
                                     const std::vector<std::string>& program,
                                     const std::vector<std::string>& environment, int start,
                                     int audio) {
        constexpr int most = 256;
        for (int fd = 3; fd < most; ++fd) fcntl(fd, F_SETFD, FD_CLOEXEC);
        if (audio == 3) {
            fcntl(audio, F_SETFD, 0);
        } else if (audio >= 0) {
            dup2(audio, 3);
        }
        execve(path.c_str(), pointers(program).data(), pointers(environment).data());
        const int reason = errno;
        if (::write(start, &reason, sizeof reason) < 0) _exit(126);
        _exit(127);
    }

    void send(int signal, bool to_all = false) const {
        if (pid_ > 0) kill(to_all ? -pid_ : pid_, signal);
        if (pid_ == 0 && to_all && group_ > 0) kill(-group_, signal);  // children that outlived it
    }

    int read_ = -1;
    int write_ = -1;
    int error_ = -1;
    pid_t pid_ = 0;
    pid_t group_ = 0;
    std::string came_;  // not whole yet
    bool ended_ = false;
    bool misses_ = false;  // the last line found no room
};
