// SPDX-License-Identifier: MIT
// A secret command that fails in a server: the secret is in nothing that the server tells anybody.

#include "catch.hpp"
#include "fastagi/running.hpp"
#include <agi/command/program.hpp>
#include <agi/command/secret.hpp>
#include <agi/command/variable.hpp>

#include <mutex>
#include <string>
#include <vector>

using namespace fastagi_tests;
using namespace agi::fastagi;

namespace {

const std::string secret = "4111222233334444";

/// All that is written down of the calls of a server, apart from its log.
class Records {
  public:
    void add(std::string_view text) {
        const std::lock_guard<std::mutex> lock{mutex_};
        all_.append(text).append(1, '\n');
    }
    [[nodiscard]] std::string all() const {
        const std::lock_guard<std::mutex> lock{mutex_};
        return all_;
    }

  private:
    mutable std::mutex mutex_;
    std::string all_;
};

template <class Command>
void add_routes(Server& server, const std::string& name, const Command& command) {
    server.route(name, [command](Call& call) { agi::Secret{command}(call); });
#ifdef AGI_HAS_COROUTINES
    server.route("async/" + name, [command](AsyncCall& call) -> agi::Task<> {
        const agi::Secret<Command> hidden{command};
        co_await call(hidden);
    });
#endif
}

}  // namespace

TEST_CASE("Secrets: no log, no line on the console and no record has them") {
    const std::string reply = GENERATE(as<std::string>{}, "510 Invalid or unknown command: ",
                                       "520 Invalid command syntax: ", "200 result=-1 ", "700 ");
#ifdef AGI_HAS_COROUTINES
    const std::string kind = GENERATE("", "async/");
#else
    const std::string kind;
#endif
    const std::string name = GENERATE("set", "raw", "get");
    CAPTURE(reply, kind, name);
    Records records;
    ServerOptions with = options();
    with.prepare = [&](const Connection&, agi::SessionOptions& session) {
        // What a command without a result gets is shown as Asterisk says it, which quotes nothing.
        session.trace = [&](agi::Direction direction, std::string_view line) {
            if (direction == agi::Direction::sent || name != "set") records.add(line);
        };
    };
    with.on_end = [&](const CallReport& report) { records.add(report.path); };
    Running running{std::move(with)};
    add_routes(running.server, "set", agi::SetVariable{"CARD", secret});
    add_routes(running.server, "raw", agi::RawCommand{"DATABASE GET cards " + secret});
    add_routes(running.server, "get", agi::GetFullVariable{"${CARD_" + secret + "}"});
    Peer peer{running.start(), kind + name};
    CHECK(peer.answer(reply + secret + '\n').find(secret) != std::string::npos);
    std::string told;
    for (std::string line; (line = peer.answer()).front() != '(';) told += line + '\n';
    for (const std::string& line : running.last_log()) records.add(line);
    CHECK(records.all().find(name == "set" ? "SET VARIABLE ***" : "agi_network: yes") !=
          std::string::npos);
    CHECK((told + records.all()).find(secret) == std::string::npos);
    CHECK((told + records.all()).find(secret.substr(8)) == std::string::npos);
}
