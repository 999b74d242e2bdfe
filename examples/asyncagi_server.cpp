// SPDX-License-Identifier: MIT
// One program for several Asterisks, without an open port: the handlers of FastAGI, over AMI.
//
//     AMI_SECRET=... asyncagi_server 10.0.0.5:5038 10.0.0.6:5038
//
// A key 9 stops whatever plays; a call that an earlier run had is told so, and goes on.

#include <agi/agi.hpp>
#include <agi/asyncagi/source.hpp>

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <list>
#include <stdexcept>
#include <string>

using namespace std::chrono_literals;
using agi::fastagi::Call;
using agi::fastagi::Severity;

namespace {

/// AGI(agi:async,menu?account=42)
void menu(Call& call) {
    auto& live = agi::asyncagi::control(call);
    const auto keys = live.on_event("DTMFEnd", [&live](const agi::ami::Message& event) {
        if (event["Digit"] == "9") live.stop();
    });
    agi::Exec{"Playback", {"hello-world"}}(call);
    const auto choice = agi::GetData{"beep", 5s, 1}(call);
    agi::SetVariable{"MENU", choice.digits}(call);
    call.log(Severity::info,
             "account " + call.query("account").value_or("?") + ", choice " + choice.digits);
}

void go_on(Call& call) {
    call.log(Severity::info, "found, of an earlier run");
    agi::SetVariable{"MENU", "again"}(call);
}

std::string setting(const char* name, const char* otherwise) {
    const char* const value = std::getenv(name);
    return value == nullptr ? otherwise : value;
}

/// A number of a port, all of it.
std::uint16_t port_of(const std::string& text) {
    const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
    if (!digits || text.size() > 5 || std::stoi(text) > 65535) {
        throw std::invalid_argument{"'" + text + "' is no port"};
    }
    return static_cast<std::uint16_t>(std::stoi(text));
}

}  // namespace

int main(int argc, char** argv) try {
    agi::fastagi::Server server;
    server.route("menu", menu);
    server.stop_on_signals({SIGTERM, SIGINT}, 10s);

    std::list<agi::asyncagi::Source> pbxs;
    for (int i = 1; i < argc; ++i) {
        const std::string address = argv[i];
        if (address.find('-') == 0) throw std::invalid_argument{"there is no option " + address};
        const std::size_t colon = address.rfind(':');
        agi::asyncagi::SourceOptions options;
        options.name = "asyncagi_server";
        options.ami.host = address.substr(0, colon);
        if (colon != std::string::npos) {
            options.ami.port = port_of(address.substr(colon + 1));
        }
        options.ami.user = setting("AMI_USER", "ivr");
        options.ami.secret = setting("AMI_SECRET", "");
        options.ami.events = "agi,call,dtmf";
        options.ami.last_pause = 5s;
        pbxs.emplace_back(server, options).on_adopt(go_on);
    }
    if (pbxs.empty()) throw std::invalid_argument{"no Asterisk is named"};
    for (auto& pbx : pbxs) pbx.start();
    server.run();
} catch (const std::invalid_argument& error) {
    std::cerr << "asyncagi_server: " << error.what() << "\nusage: asyncagi_server HOST[:PORT]...\n";
    return 2;
}
