// Asks for a PIN, three tries. Dialplan: [pin] in extensions.conf, which sets PIN to compare with, and reads
// PIN_RESULT: `entered`, `no_match` or `no_input`; nothing, if the caller hung up before.

#include <agi/agi.hpp>
#include <agi/ivr/ivr.hpp>
#include <agi/process/run.hpp>

namespace ivr = agi::ivr;

template <class Session>
void ask_pin(Session& call) {
    const auto expected = agi::Secret{agi::GetVariable{"PIN"}}(call);
    ivr::Ask pin;
    pin.prompt = {"agent-pass"};
    pin.wrong = {"auth-incorrect"};
    pin.digits = ivr::between(4, 10);
    pin.secret = true;
    pin.check = [&](std::string_view digits) { return digits == expected; };
    const auto entry = pin(call);
    agi::SetVariable{"PIN_RESULT", to_string(entry.end)}(call);
    ivr::Prompt{entry ? "auth-thankyou" : "vm-goodbye"}(call);
}

int main() {
    return agi::run([](agi::ProcessSession& call) {
        agi::Answer{}(call);
        ask_pin(call);
    });
}
