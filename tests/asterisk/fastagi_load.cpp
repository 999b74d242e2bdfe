// SPDX-License-Identifier: MIT
// Asterisk places hundreds of calls at once, each with keys and a recording.

#include "batch.hpp"
#include "catch.hpp"
#include "live_server.hpp"

#include <filesystem>
#include <map>

using namespace live;
using namespace std::chrono_literals;
namespace fastagi = agi::fastagi;

namespace {

// What an Asterisk on two slow processors can play and record at a time: with more it is that which is
// measured, as the server takes a fiftieth of the work.
constexpr int calls_at_once = 200;

// A call waits for a key that is pressed when all of them are there. Then the caller enters a
// number of three digits, and says something. The recording is named after the call.

void held(fastagi::Call& call) {
    agi::WaitForDigit{2min}(call);
    agi::SetVariable{"ENTERED", agi::GetData{"silence/1", 1min, 3}(call).digits}(call);
    const auto recorded = agi::RecordFile{*call.query("file"), "wav", "#", 500ms}(call);
    agi::SetVariable{"RECORDED", recorded.endpos.samples > 0 ? "yes" : "empty"}(call);
}

#ifdef AGI_HAS_COROUTINES
agi::Task<> held_async(fastagi::AsyncCall& call) {
    const agi::WaitForDigit key{2min};
    co_await call(key);
    const agi::GetData ask{"silence/1", 1min, 3};
    const auto entry = co_await call(ask);
    const agi::SetVariable entered{"ENTERED", entry.digits};
    co_await call(entered);
    const agi::RecordFile record{*call.query("file"), "wav", "#", 500ms};
    const auto result = co_await call(record);
    const agi::SetVariable recorded{"RECORDED", result.endpos.samples > 0 ? "yes" : "empty"};
    co_await call(recorded);
}
#endif

void set_up_load(fastagi::Server& server) {
    server.route("held", held);
#ifdef AGI_HAS_COROUTINES
    server.route("async/held", held_async);
#endif
}

std::string recording(int call) {
    return Asterisk::get().setting("AST_DIR") + "/load-" + std::to_string(call);
}

// What Asterisk's events say of all these calls, each event looked at once.
class Fleet {
  public:
    Fleet() : ami_{Asterisk::get().ami()}, next_{ami_.events().size()} {}

    void originate(int call, const std::string& agi) {
        const std::string leg =
            "load-" + std::to_string(::getpid()) + '-' + std::to_string(call) + "-leg";
        numbers_[leg] = call;
        ami_.action("Originate", {{"Channel", "Local/on@agi/n"},
                                  {"ChannelId", caller(leg)},
                                  {"OtherChannelId", leg},
                                  {"Context", "peer"},
                                  {"Exten", "audio"},
                                  {"Priority", "1"},
                                  {"Async", "true"},
                                  {"Variable", "AGI=" + agi}});
    }

    // Plays the callers until every call has ended.
    void run() {
        next_ = 1 + ami_.wait_for(
                        next_,
                        [&](const Message& event) {
                            take(event);
                            return ended == calls_at_once;
                        },
                        "end of all calls", 120s);
    }

    std::map<int, std::string> went_on;
    std::map<int, std::string> entered;
    std::map<int, std::string> recorded;
    int together = 0;  ///< Most calls that waited for their first key.
    int ended = 0;

  private:
    // Asterisk takes an id that begins with that of another channel for the same.
    static std::string caller(const std::string& leg) { return "caller-of-" + leg; }

    void take(const Message& event) {
        const auto found = numbers_.find(event["Uniqueid"]);
        if (found == numbers_.end()) return;
        const auto& [leg, number] = *found;
        if (event.is("AGIExecStart")) {
            const std::string command = event["Command"];
            if (command.find("WAIT FOR DIGIT") == 0 && ++together == calls_at_once) release();
            if (command.find("GET DATA") == 0) press(leg, std::to_string(100 + number));
        } else if (event.is("VarSet")) {
            const std::string name = event["Variable"];
            if (name == "ENTERED") entered[number] = event["Value"];
            if (name == "RECORDED") recorded[number] = event["Value"];
            if (name == "WENT_ON") went_on[number] = event["Value"];
        } else if (event.is("Hangup")) {
            ++ended;
        }
    }

    void release() {
        for (const auto& call : numbers_) press(call.first, "1");
    }
    // PlayDTMF would keep the manager interface waiting for the end of each tone.
    void press(const std::string& leg, const std::string& keys) {
        ami_.action("Redirect", {{"Channel", caller(leg)},
                                 {"Context", "peer"},
                                 {"Exten", "keys-" + keys},
                                 {"Priority", "1"}});
    }

    Ami& ami_;
    std::size_t next_;
    std::map<std::string, int> numbers_;
};

int open_descriptors(const std::string& pid) {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator{"/proc/" + pid + "/fd"}) {
        count += entry.exists() || entry.is_symlink() ? 1 : 0;
    }
    return count;
}

}  // namespace

TEST_CASE("FastAGI server: 200 calls at once, with keys and recordings", "[load]") {
    Ami& ami = Asterisk::get().ami();
    const std::string& asterisk = Asterisk::get().setting("AST_PID");
    REQUIRE(soon([&] {
        return ami.cli("core show channels").find("0 active channels") != std::string::npos;
    }));
    ami.cli("core set verbose 0");
    const LiveServer server{set_up_load};
    const int own_before = open_descriptors("self");
    const int asterisk_before = open_descriptors(asterisk);

    Fleet fleet;
    const std::vector<std::string> both = kinds();
    for (int i = 0; i < calls_at_once; ++i) {
        const std::string& kind = both[static_cast<std::size_t>(i) % both.size()];
        fleet.originate(i, server.url(kind + "held?file=" + recording(i)));
    }
    fleet.run();
    ami.cli("core set verbose 5");

    CHECK(fleet.together == calls_at_once);
    for (int i = 0; i < calls_at_once; ++i) {
        CAPTURE(i);
        CHECK(fleet.went_on[i] == "SUCCESS/");
        CHECK(fleet.entered[i] == std::to_string(100 + i));
        CHECK(fleet.recorded[i] == "yes");
        CHECK(std::filesystem::file_size(recording(i) + ".wav") > 1000);
    }

    const fastagi::Counts counts = server.counts();
    CHECK(counts.calls == calls_at_once);
    CHECK(counts.failed + counts.hung_up + counts.refused + counts.stopped == 0);
    CHECK(soon([&] { return server.counts().connections == 0; }));
    CHECK(server.counts().active == 0);
    CHECK(soon([&] { return open_descriptors("self") == own_before; }));
    CHECK(soon([&] {
        return ami.cli("core show channels").find("0 active channels") != std::string::npos;
    }));
    CHECK(soon([&] { return open_descriptors(asterisk) <= asterisk_before; }));
    CHECK(server.log().find("error") == std::string::npos);
}
