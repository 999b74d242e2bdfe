// The program that the softphone calls: started with pipes, or reached over TCP.
#pragma once

#include <agi/stream/fd_stream.hpp>

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
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
        if (url.host.empty()) throw std::runtime_error{"no host in agi://" + std::string{text}};
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
        if (read_ < 0) throw failure(url.host + ":" + url.port, reason);
        write_ = read_;
    }

    // With `catches_errors`, what it prints to standard error can be read from `error_fd`.
    FarEnd(const std::vector<std::string>& program, bool catches_errors) {
        const Pipe replies;
        const Pipe requests;
        const Pipe errors;
        const Pipe start;  // closes when the program runs, and carries errno when it does not
        pid_ = fork();
        if (pid_ < 0) throw failure("fork", errno);
        if (pid_ == 0) {
            dup2(replies.read, STDIN_FILENO);
            dup2(requests.write, STDOUT_FILENO);
            if (catches_errors) dup2(errors.write, STDERR_FILENO);
            for (const int signal : {SIGINT, SIGTSTP, SIGPIPE}) ::signal(signal, SIG_DFL);
            setpgid(0, 0);  // Ctrl-C is for the softphone
            execute(program, start.write);
        }
        for (const int fd : {replies.read, requests.write, errors.write, start.write}) close(fd);
        int reason = 0;
        const bool failed = ::read(start.read, &reason, sizeof reason) == sizeof reason;
        close(start.read);
        read_ = requests.read;
        write_ = replies.write;
        error_ = errors.read;
        fcntl(error_, F_SETFL, O_NONBLOCK);
        if (!failed) return;
        shut();
        waitpid(pid_, nullptr, 0);
        const std::string& name = program.front();
        const bool is_here = name.find('/') == std::string::npos && access(name.c_str(), F_OK) == 0;
        throw failure(name + (is_here ? " (or do you mean ./" + name + "?)" : ""), reason);
    }
    FarEnd(const FarEnd&) = delete;
    FarEnd& operator=(const FarEnd&) = delete;
    ~FarEnd() {
        shut();
        if (pid_ > 0) waitpid(pid_, nullptr, 0);
    }

    [[nodiscard]] agi::FdStream stream() const { return {read_, write_}; }
    [[nodiscard]] int read_fd() const { return read_; }
    [[nodiscard]] int error_fd() const { return error_; }

    // Whether it has said something, or has closed.
    [[nodiscard]] bool is_readable() const {
        pollfd wanted{read_, POLLIN, 0};
        return poll(&wanted, 1, 0) > 0;
    }

    // What the program has printed to standard error since the last time.
    std::string errors() {
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
    void signal_hangup() const { send(SIGHUP); }
    // For one that does not care, with its children.
    void kill_all() const { send(SIGKILL, true); }

    // Closes the connection.
    void shut() {
        if (read_ >= 0) close(read_);
        if (write_ >= 0 && write_ != read_) close(write_);
        read_ = write_ = -1;
    }

    // The exit status of the process as waitpid has it, if it has ended; 0 for a server.
    std::optional<int> exit_status() {
        int status = 0;
        if (pid_ > 0 && waitpid(pid_, &status, WNOHANG) == 0) return std::nullopt;
        pid_ = 0;
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

    static std::runtime_error failure(const std::string& what, int reason) {
        return std::runtime_error{what + ": " + std::generic_category().message(reason)};
    }

    [[noreturn]] static void execute(const std::vector<std::string>& program, int start) {
        std::vector<char*> arguments;
        for (const std::string& word : program)
            arguments.push_back(const_cast<char*>(word.c_str()));
        arguments.push_back(nullptr);
        execvp(arguments[0], arguments.data());
        const int reason = errno;
        if (::write(start, &reason, sizeof reason) < 0) _exit(126);
        _exit(127);
    }

    void send(int signal, bool to_all = false) const {
        if (pid_ > 0) kill(to_all ? -pid_ : pid_, signal);
    }

    int read_ = -1;
    int write_ = -1;
    int error_ = -1;
    pid_t pid_ = 0;
};
