// Shows a call: runs the PIN example as Asterisk would, plays Asterisk's part from a script, and
// prints what the caller, Asterisk and the program do.

#include <agi/stream/fd_stream.hpp>
#include <agi/testing/dialogue.hpp>
#include <agi/testing/words.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace {

// A remark is what the caller does or hears while the line below it is under way.
constexpr std::string_view call = R"(
    # dials 101
    << agi_request: pin
    << agi_channel: PJSIP/alice-0000002a
    << agi_language: en
    << agi_type: PJSIP
    << agi_uniqueid: 1700000000.42
    << agi_version: 22.10.1
    << agi_callerid: 5550100
    << agi_calleridname: Alice Example
    << agi_callingpres: 0
    << agi_callingani2: 0
    << agi_callington: 0
    << agi_callingtns: 0
    << agi_dnid: 101
    << agi_rdnis: unknown
    << agi_context: pin
    << agi_extension: 101
    << agi_priority: 2
    << agi_enhanced: 0.0
    << agi_accountcode:
    << agi_threadid: 140312345675520
    <<
    >> ANSWER
    << 200 result=0
    >> GET VARIABLE PIN
    << 200 result=1 (1234)
    # hears "agent-pass"
    >> GET DATA agent-pass 5000 10
    # presses 4 3 2 1 #
    << 200 result=4321
    # hears "auth-incorrect"
    >> GET DATA auth-incorrect 5000 10
    # presses 1 2, then nothing
    << 200 result=12 (timeout)
    # hears "auth-incorrect"
    >> GET DATA auth-incorrect 5000 10
    # presses 1 2 3 4 #
    << 200 result=1234
    # hears "auth-thankyou"
    >> STREAM FILE auth-thankyou ""
    << 200 result=0 endpos=12960
    >> SET VARIABLE PIN_RESULT OK
    << 200 result=1
    >> VERBOSE "pin: OK" 1
    << 200 result=1
)";

using Line = agi::testing::DialogueLine;

// The program, started as AGI() starts it: pipes on descriptors 0 and 1.
class Program {
  public:
    explicit Program(const std::string& path) {
        int replies[2];
        int requests[2];
        if (pipe(replies) != 0 || pipe(requests) != 0) throw std::runtime_error{"no pipe"};
        pid_ = fork();
        if (pid_ < 0) throw std::runtime_error{"no fork"};
        if (pid_ == 0) {
            dup2(replies[0], STDIN_FILENO);
            dup2(requests[1], STDOUT_FILENO);
            for (const int fd : {replies[0], replies[1], requests[0], requests[1]}) close(fd);
            execl(path.c_str(), path.c_str(), static_cast<char*>(nullptr));
            std::perror(path.c_str());
            _exit(127);
        }
        close(replies[0]);
        close(requests[1]);
        to_ = replies[1];
        from_ = requests[0];
    }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;
    ~Program() {
        close(to_);
        close(from_);
        if (pid_ > 0) waitpid(pid_, nullptr, 0);
    }

    [[nodiscard]] agi::FdStream stream() const { return {from_, to_}; }

    // Its exit status; -1 when a signal ended it.
    int wait() {
        int status = 0;
        waitpid(pid_, &status, 0);
        pid_ = 0;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

  private:
    pid_t pid_ = 0;
    int to_ = -1;
    int from_ = -1;
};

class Ladder {
  public:
    Ladder() {
        const char* lang = std::getenv("LC_ALL");
        if (lang == nullptr) lang = std::getenv("LANG");
        const std::string_view locale = lang == nullptr ? "" : lang;
        utf8_ = locale.find("UTF-8") != std::string_view::npos ||
                locale.find("utf8") != std::string_view::npos;
        colour_ = isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
        row("Caller", "Asterisk", "   ", "pin", "1");
    }
    void caller(const std::string& text) { caller_ = text; }
    void asterisk(const std::string& text) { row(take(), text, utf8_ ? "──▶" : "-->", "", "36"); }
    void program(const std::string& text) { row(take(), "", utf8_ ? "◀──" : "<--", text, "33"); }

  private:
    std::string take() { return std::exchange(caller_, {}); }
    void row(const std::string& caller, const std::string& asterisk, const char* arrow,
             const std::string& program, const char* colour) const {
        std::printf("  %-27s%s%-38s %s %s%s\n", caller.c_str(),
                    colour_ ? ("\033[" + std::string{colour} + "m").c_str() : "", asterisk.c_str(),
                    arrow, program.c_str(), colour_ ? "\033[0m" : "");
        std::fflush(stdout);
    }

    bool utf8_ = false;
    bool colour_ = false;
    std::string caller_;
};

void play(agi::FdStream far_end) {
    Ladder ladder;
    std::string said;
    bool environment = true;
    for (const Line& line : agi::testing::parse_dialogue(call)) {
        if (line.kind == Line::Kind::remark) {
            ladder.caller(line.text);
        } else if (line.kind == Line::Kind::received) {
            far_end.write_line(line.text);
            if (!environment) ladder.asterisk(line.text);
            if (line.text.empty()) {
                ladder.asterisk("starts it, and describes the call");
                environment = false;
            }
        } else {
            if (!far_end.read_line(said)) throw std::runtime_error{"the program has ended early"};
            ladder.program(said);
            if (agi::testing::words(said) != agi::testing::words(line.text)) {
                throw std::runtime_error{"the script expected: " + line.text};
            }
        }
    }
    if (far_end.read_line(said)) throw std::runtime_error{"unexpected: " + said};
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const std::string own = argv[0];
        const std::size_t slash = own.rfind('/');
        Program pin{argc > 1 ? argv[1]
                             : own.substr(0, slash == std::string::npos ? 0 : slash + 1) + "pin"};
        play(pin.stream());
        const int status = pin.wait();
        std::printf("\n  pin has ended with status %d: AGISTATUS is %s, PIN_RESULT is OK.\n",
                    status, status == 0 ? "SUCCESS" : "FAILURE");
        return status == 0 ? 0 : 1;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "demo: %s\n", error.what());
        return 1;
    }
}
