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
//               --burst N  --rate N  --think MS  --hold MS  --spread ADDRESSES  --gate
//
// Prints one JSON object. A round trip lasts from just before a reply is written until the next
// request is complete in the driver: both transfers, and what the client does in between.
// Exit status: 0, 1 when a session failed, 2 when it could not be run.

#include "clock.hpp"
#include "options.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using load::Options;

template <class Member>
struct Named {
    std::string_view name;
    Member Options::*member;
};
constexpr Named<bool> flags[] = {
    {"--check", &Options::check},
    {"--env-lines", &Options::line_by_line},
    {"--hangup", &Options::hang_up},
    {"--gate", &Options::gate},
};
constexpr Named<std::int64_t> numbers[] = {
    {"--sessions", &Options::sessions},
    {"--expect", &Options::expected},
    {"--timeout", &Options::timeout},
    {"--pin-driver", &Options::pin_driver},
    {"--pin-client", &Options::pin_client},
    {"--conns", &Options::connections},
    {"--port", &Options::port},
    {"--pid", &Options::pid},
    {"--secs", &Options::seconds},
    {"--burst", &Options::burst},
    {"--rate", &Options::rate},
    {"--think", &Options::think_ms},
    {"--hold", &Options::hold_ms},
    {"--spread", &Options::source_addresses},
};
constexpr Named<std::string> texts[] = {
    {"--label", &Options::label},
    {"--host", &Options::host},
    {"--script", &Options::script},
};

template <class Member, std::size_t Size>
const Named<Member>* find(const Named<Member> (&all)[Size], std::string_view name) {
    for (const auto& each : all) {
        if (each.name == name) return &each;
    }
    return nullptr;
}

Options parse(const std::vector<std::string>& words) {
    Options options;
    if (words.empty()) load::die("the first argument is pipe, fastagi or idle");
    options.mode = words[0];
    std::size_t at = 1;
    for (; at < words.size() && words[at] != "--"; ++at) {
        const std::string& name = words[at];
        if (const auto* flag = find(flags, name)) {
            options.*(flag->member) = true;
            continue;
        }
        if (++at == words.size()) load::die(name + " needs a value, or is unknown");
        if (const auto* number = find(numbers, name)) {
            options.*(number->member) = std::strtoll(words[at].c_str(), nullptr, 10);
        } else if (const auto* text = find(texts, name)) {
            options.*(text->member) = words[at];
        } else if (name == "--arg") {
            options.arguments.push_back(words[at]);
        } else {
            load::die("unknown option " + name);
        }
    }
    for (++at; at < words.size(); ++at) options.program.push_back(words[at]);
    return options;
}

}  // namespace

int main(int argc, char** argv) {
    const Options options = parse({argv + 1, argv + argc});
    if (options.mode == "pipe") return load::run_pipe(options);
    if (options.mode == "fastagi") return load::run_fastagi(options, false);
    if (options.mode == "idle") return load::run_fastagi(options, true);
    load::die("unknown mode " + options.mode);
}
