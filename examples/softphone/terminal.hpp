// SPDX-License-Identifier: MIT
// The terminal of the softphone: keys as they are typed, and one line at the bottom that changes.
#pragma once

#include "end_signals.hpp"
#include "text.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

class Terminal {
  public:
    // Without a terminal, or when nobody is to type, it only prints whole lines.
    explicit Terminal(bool interactive) : Terminal{interactive, false} {}
    // Prints nothing: for calls that only their outcome is asked of.
    static Terminal silent() { return Terminal{false, true}; }

  private:
    Terminal(bool interactive, bool silent)
        : silent_{silent},
          shows_{!silent && isatty(STDOUT_FILENO) == 1 && !is_dumb()},
          colour_{shows_ && std::getenv("NO_COLOR") == nullptr},
          utf8_{speaks_utf8()} {
        if (!interactive || isatty(STDIN_FILENO) != 1 || tcgetattr(STDIN_FILENO, &before()) != 0)
            return;
        types_ = true;
        raw();
        handle(SIGINT, [](int) { interrupted() = 1; });
        EndSignals::on_end([] { tcsetattr(STDIN_FILENO, TCSANOW, &before()); });
        handle(SIGTSTP, [](int) {
            tcsetattr(STDIN_FILENO, TCSANOW, &before());
            raise(SIGSTOP);
            raw();
        });
    }

  public:
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;
    ~Terminal() {
        status("");
        if (types_) tcsetattr(STDIN_FILENO, TCSANOW, &before());
        EndSignals::on_end(nullptr);
    }

    // Whether somebody can type.
    [[nodiscard]] bool types() const { return types_; }
    [[nodiscard]] bool utf8() const { return utf8_; }

    // Ctrl-C, once.
    static bool take_interrupt() {
        const bool came = interrupted() != 0;
        interrupted() = 0;
        return came;
    }

    // A line that stays; on a terminal in as many lines as it needs, the others under the first.
    void print(std::string_view text, const char* colour = "", std::size_t indent = 10) {
        if (silent_) return;
        clear_status();
        std::string shown = printable(text, utf8_);
        if (shows_) shown = wrapped(shown, columns(), std::string(indent, ' '));
        if (colour_ && *colour != '\0')
            shown = std::string{"\033["} + colour + 'm' + shown + "\033[0m";
        std::printf("%s\n", shown.c_str());
        std::fflush(stdout);
    }

    // The line at the bottom, cut to the width of the terminal. Nothing without a terminal.
    void status(std::string_view text) {
        if (!shows_) return;
        clear_status();
        if (text.empty()) return;
        const std::string shown = printable(text, utf8_);
        const std::string_view fits = std::string_view{shown}.substr(0, bytes_of(shown, columns()));
        std::printf("%.*s", static_cast<int>(fits.size()), fits.data());
        status_size_ = characters(fits);
        std::fflush(stdout);
    }

    // Waits for a key or for one of the others to become readable. Nothing when no key came in time, on
    // Ctrl-C, or when it was one of the others.
    std::optional<char> wait_key(int milliseconds, std::initializer_list<int> others) {
        std::vector<pollfd> wanted{{types_ ? STDIN_FILENO : -1, POLLIN, 0}};
        for (const int other : others) wanted.push_back({other, POLLIN, 0});
        if (poll(wanted.data(), wanted.size(), milliseconds) <= 0) return std::nullopt;
        char key = '\0';
        if ((wanted[0].revents & POLLIN) != 0 && read(STDIN_FILENO, &key, 1) == 1) {
            constexpr char escape = '\033';
            if (key != escape) return key;
            skip_sequence();  // a cursor or a function key
            return std::nullopt;
        }
        if (wanted[0].revents != 0) types_ = false;
        return std::nullopt;
    }

    // How many characters a line takes: one less than there is room for, so that the cursor stays in it.
    [[nodiscard]] std::size_t columns() const {
        constexpr std::size_t least = 10;
        winsize size{};
        const bool known =
            shows_ && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
        if (!known) return 79;
        return size.ws_col > least ? size.ws_col - 1U : least;
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
    // What such a key sends behind its escape, up to its final byte.
    static void skip_sequence() {
        constexpr int at_once = 20;
        pollfd more{STDIN_FILENO, POLLIN, 0};
        char c = '\0';
        for (int i = 0; poll(&more, 1, at_once) > 0 && read(STDIN_FILENO, &c, 1) == 1; ++i) {
            const bool introduces = i == 0 && (c == '[' || c == 'O');
            if (!introduces && c >= '@' && c <= '~') return;
        }
    }
    static bool is_dumb() {
        const char* const kind = std::getenv("TERM");
        return kind == nullptr || std::string_view{kind} == "dumb";
    }
    static bool speaks_utf8() {
        for (const char* variable : {"LC_ALL", "LC_CTYPE", "LANG"}) {
            const char* locale = std::getenv(variable);
            if (locale == nullptr || *locale == '\0') continue;
            const std::string_view name{locale};
            return name.find("UTF-8") != std::string_view::npos ||
                   name.find("utf8") != std::string_view::npos;
        }
        return false;
    }

    void clear_status() {
        if (status_size_ == 0) return;
        // A terminal that has become narrower has broken the line.
        for (std::size_t row = columns() + 1; row < status_size_; row += columns() + 1) {
            std::printf("\033[A");
        }
        std::printf("\r\033[J");
        status_size_ = 0;
    }

    bool silent_;
    bool shows_;
    bool colour_;
    bool utf8_;
    bool types_ = false;
    std::size_t status_size_ = 0;  // in characters
};
