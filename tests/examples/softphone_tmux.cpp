// SPDX-License-Identifier: MIT
// The softphone on the screens of tmux: what a person sees at any width, and what is left behind.

#include "catch.hpp"
#include "softphone.hpp"

#if defined(AGI_SOFTPHONE) && defined(AGI_PIN)

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>

using namespace phone;
using namespace std::chrono_literals;

namespace {

bool has_tmux() {
    if (std::system("tmux -V > /dev/null 2>&1") == 0) return true;
    WARN("SKIPPED: no tmux");
    return false;
}

std::string output_of(const std::string& command) {
    std::string text;
    std::FILE* const pipe = popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::array<char, 512> bytes{};
    while (std::fgets(bytes.data(), bytes.size(), pipe) != nullptr) text += bytes.data();
    pclose(pipe);
    return text;
}

/// A shell on a screen of its own, on a server of its own.
class Screen {
  public:
    Screen(int columns, const std::string& environment)
        : socket_{temporary_path("tmux-" + std::to_string(++count())).string()} {
        REQUIRE(std::system(("LC_ALL=C.UTF-8 tmux -f /dev/null -S " + socket_ +
                             " new-session -d -x " + std::to_string(columns) +
                             " -y 30 'env PS1=ready: " + environment + " sh -i'")
                                .c_str()) == 0);
        REQUIRE(shows("ready:"));
    }
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;
    ~Screen() { static_cast<void>(std::system(("tmux -S " + socket_ + " kill-server").c_str())); }

    void keys(const std::string& names) const {
        REQUIRE(std::system(("tmux -S " + socket_ + " send-keys " + names).c_str()) == 0);
    }
    void type(const std::string& command) const { keys("-l '" + command + "'"), keys("Enter"); }
    void resize(int columns) const {
        REQUIRE(std::system(("tmux -S " + socket_ + " resize-window -x " + std::to_string(columns))
                                .c_str()) == 0);
    }
    /// Lines that the terminal has broken are whole.
    [[nodiscard]] std::string text() const {
        return output_of("tmux -S " + socket_ + " capture-pane -p -J -S -100");
    }
    /// Waits until it is there.
    [[nodiscard]] bool shows(const std::string& part) const {
        for (const auto end = std::chrono::steady_clock::now() + 20s;
             std::chrono::steady_clock::now() < end;) {
            if (text().find(part) != std::string::npos) return true;
            std::this_thread::sleep_for(50ms);
        }
        UNSCOPED_INFO("not shown: " << part << "\nscreen:\n" << text());
        return false;
    }
    /// The settings of the terminal, as the shell has them.
    std::string settings() {
        const std::string file = socket_ + ".stty";
        type("stty -a > " + file + "; echo saved-" + std::to_string(++saved_) + "-$((1+1))");
        REQUIRE(shows("saved-" + std::to_string(saved_) + "-2"));
        return output_of("tail -n +2 " + file);  // the first line is the size
    }

    /// Waits until a program has the terminal.
    [[nodiscard]] bool runs(const std::string& program) const {
        for (const auto end = std::chrono::steady_clock::now() + 20s;
             std::chrono::steady_clock::now() < end;) {
            const std::string now =
                output_of("tmux -S " + socket_ + " display-message -p '#{pane_current_command}'");
            if (now.find(program) != std::string::npos) return true;
            std::this_thread::sleep_for(50ms);
        }
        return false;
    }

  private:
    static int& count() {
        static int screens = 0;
        return screens;
    }

    std::string socket_;
    int saved_ = 0;
};

const std::string call = softphone + " --set PIN=1234 " + AGI_PIN;

}  // namespace

TEST_CASE("softphone: a call at 40, 80 and 200 columns") {
    if (!has_tmux()) return;
    const int columns = GENERATE(40, 80, 200);
    CAPTURE(columns);
    Screen screen{columns, "TERM=screen"};
    const std::string before = screen.settings();
    screen.type(call);
    REQUIRE(screen.shows("agent-pass"));
    screen.keys("1 2 3 4");
    REQUIRE(screen.shows("keys: 234"));
    screen.keys("'#'");
    REQUIRE(screen.shows("AGISTATUS"));
    REQUIRE(screen.shows("SUCCESS"));
    CHECK(screen.settings() == before);
}

TEST_CASE("softphone: shows what a question waits for, and a key when it is pressed") {
    if (!has_tmux()) return;
    Screen screen{120, "TERM=screen"};
    screen.type(call);
    CHECK(screen.shows("up to 10 keys, # ends, 5 s"));
    screen.keys("7");
    CHECK(screen.shows("[7]"));
    screen.keys("C-c");
    CHECK(screen.shows("AGISTATUS HANGUP"));
}

TEST_CASE("softphone: cursor and function keys press nothing") {
    if (!has_tmux()) return;
    Screen screen{100, "TERM=screen"};
    screen.type(call);
    REQUIRE(screen.shows("agent-pass"));
    screen.keys("Up Down Left Right F1 F5 Home PageUp 9");
    REQUIRE(screen.shows("keys: 9"));
    screen.keys("C-c");
    CHECK(screen.shows("keys 9,"));
}

TEST_CASE("softphone: a narrower window, Ctrl-Z and fg") {
    if (!has_tmux()) return;
    Screen screen{100, "TERM=screen"};
    const std::string before = screen.settings();
    screen.type(call);
    REQUIRE(screen.shows("agent-pass"));
    screen.resize(50);
    screen.keys("C-z");
    REQUIRE(screen.shows("Stopped"));
    CHECK(screen.settings().find(" icanon") != std::string::npos);
    screen.type("fg");
    REQUIRE(screen.runs("softphone"));
    screen.keys("C-c");
    REQUIRE(screen.shows("AGISTATUS HANGUP"));
    screen.resize(100);
    CHECK(screen.settings() == before);
}

TEST_CASE("softphone: a dumb terminal gets whole lines, and a pipe no colours") {
    if (!has_tmux()) return;
    Screen screen{80, "TERM=dumb"};
    screen.type(call);
    REQUIRE(screen.shows("Keys are 0-9"));
    screen.keys("C-c");
    REQUIRE(screen.shows("AGISTATUS HANGUP"));
    CHECK(screen.text().find("\xe2\x96\x91") == std::string::npos);
    CHECK(run("--set PIN=1 --keys 1# " + std::string{AGI_PIN}).output.find('\033') ==
          std::string::npos);
}

#endif
