// SPDX-License-Identifier: MIT
// Calls another extension, and stores how that went, whoever hung up. Dialplan: [dial_status] in
// extensions.conf, which sets DIAL to what Dial() is to call. The entry of the database is
// dial_status/<unique id of the caller's channel>.

#include <agi/agi.hpp>
#include <agi/process/run.hpp>

#include <string>

template <class Session>
std::string dial_and_store(Session& session) {
    const auto target = agi::GetVariable{"DIAL"}(session);
    // g: when the far end hangs up, the caller stays, and so does this program. What came of it is
    // in DIALSTATUS: the number that Dial returns does not tell.
    agi::Exec{"Dial", agi::dialplan_options(target.value_or(""), 30, "g")}(session);
    // All of this works when the caller is gone, too: the channel is kept for as long as the
    // program runs.
    return session.after_hangup([](auto& call) {
        const auto read = [&call](const char* name) {
            return agi::GetVariable{name}(call).value_or("");
        };
        std::string summary = read("DIALSTATUS");
        summary += ',' + read("ANSWEREDTIME");
        summary += ',' + read("HANGUPCAUSE");
        const std::string id{call.environment().uniqueid()};
        agi::DatabasePut{"dial_status", id, summary}(call);
        agi::Verbose{"dial_status: " + summary}(call);
        return summary;
    });
}

int main() {
    return agi::run([](agi::ProcessSession& session) {
        const std::string summary = dial_and_store(session);
        if (!session.hung_up() && summary.substr(0, 6) != "ANSWER") {
            agi::StreamFile{"vm-nobodyavail"}(session);
        }
    });
}
