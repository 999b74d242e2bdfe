// SPDX-License-Identifier: MIT
// Sessions over TunnelStream, without a server, on an Asterisk that the test plays.

#include "asyncagi/running_source.hpp"
#include "catch.hpp"
#include "text_of.hpp"
#include <agi/asio/async_session.hpp>
#include <agi/asyncagi/stream_source.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace asyncagi_tests;
using namespace agi::asyncagi;
using namespace std::chrono_literals;

namespace {

/// A context in a thread, with a source.
class Loop {
  public:
    explicit Loop(const FakePbx& pbx) {
        SourceOptions options = source_options(pbx);
        options.ami.log = [this](agi::fastagi::Severity severity, std::string_view text) {
            log.add(severity, text);
        };
        source = std::make_unique<StreamSource>(context, options);
    }
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;
    ~Loop() { stop(); }
    void start(const FakePbx& pbx) {
        source->start();
        thread = std::thread{[this] { context.run(); }};
        eventually([&] { return pbx.logins() > 0; });
    }
    void stop() {
        if (!thread.joinable()) return;
        source->stop();
        thread.join();  // nothing is left to do
    }
    fastagi_tests::LogLines log;
    agi::wire::net::io_context context{1};
    std::unique_ptr<StreamSource> source;
    std::thread thread;
};

using Session = agi::AsyncSession<TunnelStream>;
using SessionPointer = std::shared_ptr<Session>;

/// Starts a session, and calls `next(session)`.
template <class Next>
StreamSource::OnCall starts(Notes& notes, Next next) {
    return [&notes, next](TunnelStream stream, const std::shared_ptr<Control>&) {
        const auto session = std::make_shared<Session>(std::move(stream), TunnelStream::options());
        session->async_start([&notes, next, session](const std::exception_ptr& error) {
            if (error) return notes.add(text_of(error));
            notes.add(std::string{session->environment().script().path()});
            next(session);
        });
    };
}

}  // namespace

TEST_CASE("TunnelStream: a session with commands, and then the dialplan") {
    FakePbx pbx;
    Notes notes;
    Loop loop{pbx};
    loop.source->on_call(starts(notes, [&](const SessionPointer& session) {
        session->async_execute(agi::SetVariable{"A", "1"}, [&, session](
                                                               const std::exception_ptr& error) {
            notes.add(text_of(error));
            session->async_execute(agi::GetFullVariable{"abc"},
                                   [&, session](const std::exception_ptr&,
                                                const std::string& value) { notes.add(value); });
        });
    }));
    loop.start(pbx);
    pbx.call("1", "pin?x=1");
    CHECK(notes.wait(3) == Lines{"pin", "done", "abc"});
    CHECK(eventually([&] { return !pbx.channel("1").async; }));
    CHECK(pbx.channel("1").ran.back() == "ASYNCAGI BREAK");
}

TEST_CASE("TunnelStream: a stop by the session, and lines that are too long") {
    FakePbx pbx;
    Notes notes;
    pbx.hold("STREAM FILE");
    Loop loop{pbx};
    loop.source->on_call(starts(notes, [&](const SessionPointer& session) {
        const auto begun = [&pbx] { return pbx.has_begun("1", R"(STREAM FILE "a" "")"); };
        session->async_execute_until(
            agi::StreamFile{"a"}, begun, 1ms,
            [&, session](const std::exception_ptr& error, const agi::StreamFile::Result& result) {
                notes.add(text_of(error) + (result.stopped ? " stopped" : ""));
                session->async_send(
                    "NOOP " + std::string(1009, 'x'),
                    [&, session](const std::exception_ptr& failed, const agi::Reply&) {
                        notes.add(text_of(failed).substr(0, 4));
                    });
            });
    }));
    loop.start(pbx);
    pbx.call("1", "x");
    CHECK(notes.wait(3) == Lines{"x", "done stopped", "NOOP"});
    CHECK(pbx.channel("1").told.front() == "ControlPlayback stop");
}

TEST_CASE("TunnelStream: a hang-up, and a source that ends, while a command runs") {
    FakePbx pbx;
    Notes notes;
    pbx.hold("EXEC");
    Loop loop{pbx};
    loop.source->on_call(starts(notes, [&](const SessionPointer& session) {
        session->async_send("EXEC Wait 9",
                            [&, session](const std::exception_ptr& error, const agi::Reply& reply) {
                                notes.add(error ? text_of(error) : std::to_string(reply.code()));
                                notes.add(session->hung_up() ? "hung up" : "there");
                            });
    }));
    loop.start(pbx);
    pbx.call("1", "x");
    CHECK(eventually([&] { return pbx.has_begun("1", "EXEC Wait 9"); }));
    SECTION("a hang-up") {
        pbx.hang_up("1");
        CHECK(notes.wait(3) == Lines{"x", "200", "hung up"});
    }
    SECTION("its end, with the last command of the call still running") {
        loop.stop();
        CHECK(notes.lines() == Lines{"x", "hung up", "hung up"});
    }
    SECTION("destroyed") {
        agi::wire::net::post(loop.context, [&] { loop.source.reset(); });
        loop.thread.join();
        CHECK(notes.lines() == Lines{"x", "hung up", "hung up"});
    }
}

TEST_CASE("TunnelStream: a call whose stream is dropped goes on in the dialplan") {
    FakePbx pbx;
    Notes notes;
    Loop loop{pbx};
    loop.source->on_call([&](TunnelStream stream, const std::shared_ptr<Control>& control) {
        notes.add(control->channel());
        const TunnelStream dropped = std::move(stream);
    });
    loop.start(pbx);
    pbx.call("1", "x");
    CHECK(eventually([&] { return !pbx.channel("1").async; }));
    CHECK(notes.lines() == Lines{"PJSIP/1"});
}

TEST_CASE("TunnelStream: a call that is redirected, and then dropped, leaves nothing behind") {
    FakePbx pbx;
    Notes notes;
    Loop loop{pbx};
    SECTION("by its session") {
        loop.source->on_call([&](TunnelStream stream, const std::shared_ptr<Control>& control) {
            starts(notes, [control](const SessionPointer& /*session*/) {
                control->redirect({"other", "42", 1});
            })(std::move(stream), control);
        });
    }
    SECTION("by who gets it") {
        loop.source->on_call([&](TunnelStream stream, const std::shared_ptr<Control>& control) {
            control->redirect({"other", "42", 1});
            const TunnelStream dropped = std::move(stream);
            notes.add("x");
        });
    }
    loop.start(pbx);
    pbx.call("1", "x");
    CHECK(notes.wait(1) == Lines{"x"});
    CHECK(eventually([&] { return pbx.channel("1").is_free(); }));
    CHECK(pbx.channel("1").ran.empty());
    const Lines told = pbx.channel("1").told;
    CHECK(std::find(told.begin(), told.end(), "Redirect 42") != told.end());
}

TEST_CASE("StreamSource: begins calls, adopts others, sends actions") {
    FakePbx pbx;
    Notes notes;
    pbx.call_is_there("9", {"pin", "other_0"});
    Loop loop{pbx};
    loop.source->on_adopt(starts(notes, [&](const SessionPointer&) { notes.add("adopted"); }));
    loop.source->on_login([&](bool) { notes.add("login"); });
    loop.start(pbx);
    CHECK(notes.wait(1) == Lines{"login"});
    loop.source->adopt("other");
    CHECK(notes.wait(3) == Lines{"login", "pin", "adopted"});
    loop.source->originate(
        {"PJSIP/42", {"out"}}, starts(notes, [](const SessionPointer&) {}),
        [&](const Outcome& outcome) { notes.add(std::string{name_of(outcome.attempt)}); });
    const Lines lines = notes.wait(5);
    CHECK(lines.size() == 5);
    CHECK(std::count(lines.begin(), lines.end(), "answered") == 1);
    loop.source->send(agi::ami::Action{"Ping"}, [&](const agi::ami::Response& pong) {
        notes.add(pong.success() ? "pong" : "lost");
    });
    CHECK(notes.wait(6).back() == "pong");
}

TEST_CASE("StreamSource: destroyed, it tells what became of calls that had not begun") {
    net::io_context context{1};
    SourceOptions options;
    options.ami.log = {};
    std::vector<std::string> told;
    {
        StreamSource source{context, options};
        Originate call;
        call.channel = "PJSIP/42";
        for (int i = 0; i < 2; ++i) {
            source.originate(call, {}, [&](const Outcome& outcome) {
                told.push_back(std::string{name_of(outcome.attempt)} + ": " + outcome.text);
            });
        }
        context.poll();
        CHECK(told.empty());
    }
    CHECK(told == std::vector<std::string>(2, "refused: the source has stopped"));
}
