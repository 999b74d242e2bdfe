// The program that the softphone calls: started with pipes, or reached over TCP.
#pragma once

#include <agi/stream/fd_stream.hpp>

#include <netdb.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
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
        return url;
    }
};

class FarEnd {
  public:
    explicit FarEnd(const AgiUrl& url) {
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
        if (read_ < 0) {
            throw std::runtime_error{url.host + ":" + url.port + ": " +
                                     std::generic_category().message(reason)};
        }
        write_ = read_;
    }

    explicit FarEnd(const std::vector<std::string>& program) {
        int replies[2];
        int requests[2];
        if (pipe(replies) != 0 || pipe(requests) != 0) throw std::runtime_error{"no pipe"};
        pid_ = fork();
        if (pid_ < 0) throw std::runtime_error{"no fork"};
        if (pid_ == 0) {
            dup2(replies[0], STDIN_FILENO);
            dup2(requests[1], STDOUT_FILENO);
            for (const int fd : {replies[0], replies[1], requests[0], requests[1]}) close(fd);
            for (const int signal : {SIGINT, SIGTSTP, SIGPIPE}) ::signal(signal, SIG_DFL);
            setpgid(0, 0);  // Ctrl-C is for the softphone
            std::vector<char*> arguments;
            for (const std::string& word : program)
                arguments.push_back(const_cast<char*>(word.c_str()));
            arguments.push_back(nullptr);
            execvp(arguments[0], arguments.data());
            std::perror(arguments[0]);
            _exit(127);
        }
        close(replies[0]);
        close(requests[1]);
        read_ = requests[0];
        write_ = replies[1];
    }
    FarEnd(const FarEnd&) = delete;
    FarEnd& operator=(const FarEnd&) = delete;
    ~FarEnd() {
        shut();
        if (pid_ > 0) wait();
    }

    [[nodiscard]] agi::FdStream stream() const { return {read_, write_}; }
    [[nodiscard]] int read_fd() const { return read_; }
    [[nodiscard]] bool is_process() const { return pid_ > 0; }

    // Asterisk tells a process of the hang-up by SIGHUP.
    void signal_hangup() const {
        if (pid_ > 0) kill(pid_, SIGHUP);
    }

    // Closes the connection and waits for the process. Its exit status; 128 and more: by a signal.
    int wait() {
        shut();
        int status = 0;
        if (pid_ > 0) {
            while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
            }
        }
        pid_ = 0;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }

  private:
    void shut() {
        if (read_ >= 0) close(read_);
        if (write_ >= 0 && write_ != read_) close(write_);
        read_ = write_ = -1;
    }

    int read_ = -1;
    int write_ = -1;
    pid_t pid_ = 0;
};
