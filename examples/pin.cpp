// Asks for a PIN, three tries. Dialplan: [pin] in extensions.conf, which sets the PIN to compare
// with and reads the outcome from PIN_RESULT: OK, WRONG, NOTHING or HANGUP.

#include <agi/agi.hpp>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>

using namespace std::chrono_literals;

template <class Session>
const char* ask_pin(Session& session) {
    const auto expected = agi::GetVariable{"PIN"}(session);
    if (!expected || expected->empty()) {
        agi::Verbose{"pin: the dialplan has not set PIN", 0}(session);
        return "NOTHING";
    }
    bool entered = false;
    const char* prompt = "agent-pass";
    for (int tries = 0; tries < 3; ++tries) {
        const auto entry = agi::GetData{prompt, 5s, 10}(session);
        if (entry.digits == *expected) {
            agi::StreamFile{"auth-thankyou"}(session);
            return "OK";
        }
        if (!entry.digits.empty()) {
            entered = true;
            prompt = "auth-incorrect";
        }
    }
    agi::StreamFile{"vm-goodbye"}(session);
    return entered ? "WRONG" : "NOTHING";
}

int main() {
    std::signal(SIGHUP, SIG_IGN);  // a hang-up must not end the program before it has said so
    try {
        agi::Session session{agi::StdioStream{}};
        const char* result = "HANGUP";
        try {
            agi::Answer{}(session);
            result = ask_pin(session);
        } catch (const agi::AGIAppError& error) {  // during a command: the caller hung up in it
            std::fprintf(stderr, "pin: %s\n", error.what());
        } catch (const agi::AGIDeadChannelError&) {  // between two commands
        }
        agi::SetVariable{"PIN_RESULT", result}(session);
        agi::Verbose{std::string{"pin: "} + result}(session);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "pin: %s\n", error.what());
        return 1;
    }
}
