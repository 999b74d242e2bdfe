// SPDX-License-Identifier: MIT
// A clinic's telephone: appointments by patient number, messages, somebody to talk to. Dialplan: [clinic]
// in extensions.conf, which sets APPOINTMENTS to a file of lines such as `123456 2026-12-24 10:30`, MESSAGES to
// a folder, DESK to what Dial() is to call, and reads OUTCOME.

#include <agi/agi.hpp>
#include <agi/ivr/ivr.hpp>
#include <agi/process/run.hpp>

#include <chrono>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

namespace ivr = agi::ivr;
using namespace std::chrono_literals;

/// The appointment of a patient; none.
std::optional<std::chrono::system_clock::time_point> appointment(const std::string& file,
                                                                 const std::string& patient) {
    std::ifstream lines{file};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream text{line};
        std::string number;
        ivr::Calendar day;
        int hour = 0;
        int minute = 0;
        char sign = 0;
        text >> number >> day.year >> sign >> day.month >> sign >> day.day >> hour >> sign >>
            minute;
        day = {day.year, day.month < 0 ? -day.month : day.month, day.day < 0 ? -day.day : day.day};
        if (number != patient || !text || !day.exists()) continue;
        return day.noon() - 12h + std::chrono::hours{hour} + std::chrono::minutes{minute};
    }
    return std::nullopt;
}

template <class Session>
std::string setting(Session& call, const char* name) {
    return agi::GetVariable{name}(call).value_or("");
}

/// Asks who calls, and says when the appointment is.
template <class Session>
std::string say_appointment(Session& call) {
    ivr::Ask number;
    number.prompt = {"agent-user"};
    number.digits = ivr::exactly(6);
    const auto patient = ivr::Confirm{number}(call);
    if (!patient) return to_string(patient.end);
    const auto time = appointment(setting(call, "APPOINTMENTS"), patient.digits);
    if (!time) {
        ivr::Prompt{"vm-nonumber"}(call);
        return "no appointment";
    }
    // The times in the file are those of the clock on the wall.
    ivr::Prompt{"vm-youhave", ivr::Day(*time, "UTC"), "digits/at", ivr::Clock(*time, "UTC")}(call);
    return "told " + patient.digits;
}

template <class Session>
std::string take_message(Session& call) {
    const std::string name =
        setting(call, "MESSAGES") + '/' + std::string{call.environment().uniqueid()};
    const auto message = ivr::Record{name}(call);
    return message ? "message" : "no message";
}

/// Connects with the desk; a message, if there is nobody.
template <class Session>
std::string reach_desk(Session& call) {
    const auto desk = ivr::Dial{setting(call, "DESK"), 20s}(call);
    if (desk || desk.caller_left) return "talked";
    ivr::Prompt{desk.end == ivr::DialEnd::busy ? "vm-isonphone" : "vm-nobodyavail"}(call);
    return take_message(call);
}

template <class Session>
std::string clinic(Session& call) {
    enum class To { appointment, message, desk };
    // "One for appointments, two for a message, zero for the desk": record them as you like.
    const ivr::Menu<To> menu{{"hello", "vm-press", ivr::Number(1), "vm-press", ivr::Number(2),
                              "vm-press", ivr::Number(0)},
                             {{"1", To::appointment}, {"2", To::message}, {"0", To::desk}}};
    const auto choice = menu(call);
    if (!choice) return to_string(choice.end);
    switch (*choice.to) {
        case To::appointment: return say_appointment(call);
        case To::message: return take_message(call);
        default: return reach_desk(call);
    }
}

int main() {
    return agi::run([](agi::ProcessSession& call) {
        std::string outcome = "hung up";
        try {
            agi::Answer{}(call);
            outcome = clinic(call);
            ivr::Prompt{"vm-goodbye"}(call);
        } catch (const agi::AGIHangup&) {  // the caller has hung up, at whatever step
        }
        call.after_hangup([&](auto& rest) { agi::SetVariable{"OUTCOME", outcome}(rest); });
    });
}
