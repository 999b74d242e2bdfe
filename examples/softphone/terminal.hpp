// The terminal of the softphone: keys as they are typed, and one line at the bottom that changes.
#pragma once

#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

class Terminal {
  public:
    // Without a terminal, or when nobody is to type, it only prints whole lines.
    explicit Terminal(bool interactive)
        : shows_{isatty(STDOUT_FILENO) == 1},
          colour_{shows_ && std::getenv("NO_COLOR") == nullptr} {
        const char* locale = std::getenv("LC_ALL");
        if (locale == nullptr || *locale == '\0') locale = std::getenv("LC_CTYPE");
        if (locale == nullptr || *locale == '\0') locale = std::getenv("LANG");
        const std::string_view name = locale == nullptr ? "" : locale;
        utf8_ = name.find("UTF-8") != std::string_view::npos ||
                name.find("utf8") != std::string_view::npos;
        if (!interactive || isatty(STDIN_FILENO) != 1 || tcgetattr(STDIN_FILENO, &before()) != 0)
            return;
        types_ = true;
        raw();
        handle(SIGINT, [](int) { interrupted() = 1; });
        for (const int signal : {SIGTERM, SIGQUIT, SIGHUP}) {
            handle(signal, [](int number) {
                tcsetattr(STDIN_FILENO, TCSANOW, &before());
                ::signal(number, SIG_DFL);
                raise(number);
            });
        }
        handle(SIGTSTP, [](int) {
            tcsetattr(STDIN_FILENO, TCSANOW, &before());
            raise(SIGSTOP);
            raw();
        });
    }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;
    ~Terminal() {
        status("");
        if (types_) tcsetattr(STDIN_FILENO, TCSANOW, &before());
    }

    [[nodiscard]] bool types() const { return types_; }
    [[nodiscard]] bool utf8() const { return utf8_; }

    // Ctrl-C, once.
    static bool take_interrupt() {
        const bool came = interrupted() != 0;
        interrupted() = 0;
        return came;
    }

    // A line that stays.
    void print(const std::string& text, const char* colour = "") {
        clear_status();
        if (colour_ && *colour != '\0') {
            std::printf("\033[%sm%s\033[0m\n", colour, text.c_str());
        } else {
            std::printf("%s\n", text.c_str());
        }
        std::fflush(stdout);
    }

    // The line at the bottom, cut to the width of the terminal. Nothing without a terminal.
    void status(const std::string& text) {
        if (!shows_) return;
        clear_status();
        if (text.empty()) return;
        std::printf("%s", cut(text).c_str());
        std::fflush(stdout);
        status_shown_ = true;
    }

    // Waits for a key or for `other` to become readable. Nothing when neither came in time, on Ctrl-C,
    // or when `other` is what came.
    std::optional<char> wait_key(int milliseconds, int other = -1) {
        pollfd wanted[2] = {{types_ ? STDIN_FILENO : -1, POLLIN, 0}, {other, POLLIN, 0}};
        if (poll(wanted, 2, milliseconds) <= 0) return std::nullopt;
        char key = '\0';
        if ((wanted[0].revents & POLLIN) != 0 && read(STDIN_FILENO, &key, 1) == 1) return key;
        if (wanted[0].revents != 0 && key == '\0') types_ = false;
        return std::nullopt;
    }

    [[nodiscard]] int width() const {
        winsize size{};
        return shows_ && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0
                   ? size.ws_col
                   : 80;
    }

  private:
    static termios& before() {
        static termios saved{};
        return saved;
    }
    static volatile sig_atomic_t& interrupted() {
        static volatile sig_atomic_t flag = 0;
        return flag;
    }
    static void raw() {
        termios wanted = before();
        wanted.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
        wanted.c_cc[VMIN] = 1;
        wanted.c_cc[VTIME] = 0;
        tcsetattr(STDIN_FILENO, TCSANOW, &wanted);
    }
    static void handle(int signal, void (*handler)(int)) {
        struct sigaction action {};
        action.sa_handler = handler;
        sigaction(signal, &action, nullptr);
    }

    void clear_status() {
        if (!status_shown_) return;
        std::printf("\r\033[K");
        status_shown_ = false;
    }

    // Cuts after as many characters, not bytes, as fit into one line.
    [[nodiscard]] std::string cut(const std::string& text) const {
        const int most = width() - 1;
        int columns = 0;
        for (std::size_t i = 0; i < text.size(); ++i) {
            const bool begins = (static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U;
            if (begins && ++columns > most) return text.substr(0, i);
        }
        return text;
    }

    bool shows_;
    bool colour_;
    bool utf8_ = false;
    bool types_ = false;
    bool status_shown_ = false;
};
