// Asks for a PIN, three tries. Dialplan: [pin] in extensions.conf, which sets the PIN to compare
// with and reads the outcome from PIN_RESULT: OK, WRONG, NOTHING or HANGUP.

#include <agi/agi.hpp>
#include <agi/process/run.hpp>

#include <chrono>
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
    return agi::run([](agi::ProcessSession& session) {
        const char* result = "HANGUP";
        try {
            agi::Answer{}(session);
            result = ask_pin(session);
        } catch (const agi::AGIHangup&) {  // the caller has hung up, at whatever step
        }
        session.after_hangup([result](auto& call) {
            agi::SetVariable{"PIN_RESULT", result}(call);
            agi::Verbose{std::string{"pin: "} + result}(call);
        });
    });
}
