// SPDX-License-Identifier: MIT
// Plays Asterisk's side against any AGI program or FastAGI server, and measures it.
//
//   agiload pipe    [options] -- PROGRAM [ARGUMENTS]   one process after another, on pipes
//   agiload fastagi [options] --port P                 --conns sessions at a time, --sessions in all
//   agiload idle    [options] --port P                 holds --conns sessions in WAIT FOR DIGIT
//
// For all:      --sessions N  --label TEXT  --arg AGI_ARGUMENT...  --timeout SECONDS
//               --expect N      a session with another number of requests has failed
//               --check         are the requests those of the standard workload?
//               --env-lines     the environment line by line, as Asterisk writes it
//               --hangup        SIGHUP, or a HANGUP line, after the reply to HANGUP
//               --pin-driver CPU  --pin-client CPU
// For servers:  --conns N  --host ADDRESS  --port P  --pid SERVER  --script PATH  --secs S
//               --burst N  --think MS  --hold MS  --spread ADDRESSES  --gate
//
// Prints one JSON object. A round trip lasts from just before a reply is written until the next
// request is complete in the driver: both transfers, and what the client does in between.
// Exit status: 0, 1 when a session failed, 2 when it could not be run.

#include "clock.hpp"
#include "options.hpp"

#include <cstdlib>
#include <string>
#include <vector>

namespace {

load::Options parse(const std::vector<std::string>& words) {
    load::Options options;
    if (words.empty()) load::die("the first argument is pipe, fastagi or idle");
    options.mode = words[0];
    std::size_t at = 1;
    for (; at < words.size() && words[at] != "--"; ++at) {
        const std::string& name = words[at];
        const auto text = [&]() -> const std::string& {
            if (++at == words.size()) load::die(name + " needs a value");
            return words[at];
        };
        const auto number = [&] { return std::strtoll(text().c_str(), nullptr, 10); };
        const auto small = [&] { return static_cast<int>(number()); };
        if (name == "--sessions") {
            options.sessions = number();
        } else if (name == "--label") {
            options.label = text();
        } else if (name == "--arg") {
            options.arguments.push_back(text());
        } else if (name == "--timeout") {
            options.timeout = small();
        } else if (name == "--expect") {
            options.expected = number();
        } else if (name == "--check") {
            options.check = true;
        } else if (name == "--env-lines") {
            options.line_by_line = true;
        } else if (name == "--hangup") {
            options.hang_up = true;
        } else if (name == "--pin-driver") {
            options.pin_driver = small();
        } else if (name == "--pin-client") {
            options.pin_client = small();
        } else if (name == "--conns") {
            options.connections = number();
        } else if (name == "--host") {
            options.host = text();
        } else if (name == "--port") {
            options.port = small();
        } else if (name == "--pid") {
            options.pid = small();
        } else if (name == "--script") {
            options.script = text();
        } else if (name == "--secs") {
            options.seconds = number();
        } else if (name == "--burst") {
            options.burst = number();
        } else if (name == "--think") {
            options.think_ms = number();
        } else if (name == "--hold") {
            options.hold_ms = number();
        } else if (name == "--spread") {
            options.source_addresses = number();
        } else if (name == "--gate") {
            options.gate = true;
        } else {
            load::die("unknown option " + name);
        }
    }
    for (++at; at < words.size(); ++at) options.program.push_back(words[at]);
    return options;
}

}  // namespace

int main(int argc, char** argv) {
    const load::Options options = parse({argv + 1, argv + argc});
    if (options.mode == "pipe") return load::run_pipe(options);
    if (options.mode == "fastagi") return load::run_fastagi(options, false);
    if (options.mode == "idle") return load::run_fastagi(options, true);
    load::die("unknown mode " + options.mode);
}
