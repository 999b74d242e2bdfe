// SPDX-License-Identifier: MIT
// Sessions in a loop of one's own, without a server, on a real Asterisk.

#include "../text_of.hpp"
#include "async_server.hpp"
#include "batch.hpp"
#include "catch.hpp"
#include <agi/asio/async_session.hpp>
#include <agi/asyncagi/stream_source.hpp>

#include <atomic>
#include <exception>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace live;
using asyncagi::StreamSource;
using asyncagi::TunnelStream;

namespace {

using Session = agi::AsyncSession<TunnelStream>;
using SessionPointer = std::shared_ptr<Session>;

/// A source in a loop, which has a thread.
class Loop {
  public:
    /// `set_up(source)` says who gets calls.
    template <class SetUp>
    explicit Loop(SetUp set_up) {
        set_up(source);
        source.on_login([this](bool) { logged_in_ = true; });
        source.start();
        thread_ = std::thread{[this] { context_.run(); }};
        if (!soon([&] { return logged_in_.load(); })) throw std::runtime_error{"AMI: no login"};
    }
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;
    ~Loop() { stop(); }
    /// Returns when the loop has nothing left to do.
    void stop() {
        if (!thread_.joinable()) return;
        source.stop();
        thread_.join();
    }

  private:
    agi::wire::net::io_context context_{1};
    std::atomic<bool> logged_in_{false};
    std::thread thread_;

  public:
    StreamSource source{context_, source_options()};
};

/// Starts a session, and calls `next(session)`.
template <class Next>
StreamSource::OnCall starts(Next next) {
    return [next](TunnelStream stream, const std::shared_ptr<asyncagi::Control>&) {
        const auto session = std::make_shared<Session>(std::move(stream), TunnelStream::options());
        session->async_start([next, session](const std::exception_ptr& error) {
            if (!error) next(session);
        });
    };
}

}  // namespace

TEST_CASE("StreamSource: keys of the caller, and then the dialplan") {
    Handed<std::string> seen;
    const Loop loop{[&](StreamSource& source) {
        source.on_call(starts([&](const SessionPointer& session) {
            session->async_execute(
                agi::GetData{"beep", 9s, 2},
                [&, session](const std::exception_ptr& error, const agi::GetData::Result& pin) {
                    session->async_execute(agi::SetVariable{"PIN", pin.digits},
                                           [&, session, error](const std::exception_ptr& failed) {
                                               const auto& script = session->environment().script();
                                               seen.set(text_of(error) + ' ' + text_of(failed) +
                                                        ' ' + std::string{script.path()} +
                                                        script.query("x").value_or(""));
                                           });
                });
        }));
    }};
    live::Call call{to("pin?x=1")};
    call.wait_for_command("GET DATA");
    call.press("42");
    CHECK(seen.get() == "done done pin1");
    CHECK(call.wait_for_variable("PIN") == "42");
    CHECK(call.wait_for_variable("WENT_ON") == "SUCCESS/");
}

TEST_CASE("StreamSource: a stop by the session, a long reply, and a hang-up while a command runs") {
    Handed<std::string> stopped;
    Handed<std::string> got;
    Handed<std::string> ended;
    const Loop loop{[&](StreamSource& source) {
        source.on_call(starts([&](const SessionPointer& session) {
            const auto wait = [&, session] {
                session->async_send(
                    "EXEC Wait 20", [&, session](const std::exception_ptr& error, agi::Reply) {
                        session->async_execute(
                            agi::Answer{}, [&, session, error](const std::exception_ptr& failed) {
                                ended.set(text_of(error) + ", " + text_of(failed) +
                                          (session->hung_up() ? "" : ", there"));
                            });
                    });
            };
            const auto ask = [&, session, wait] {
                session->async_execute(
                    agi::GetFullVariable{"${V}${V}${V}"},
                    [&, wait](const std::exception_ptr& error, const std::string& value) {
                        got.set(text_of(error) + ' ' + std::to_string(value.size()));
                        wait();
                    });
            };
            session->async_execute_until(
                agi::StreamFile{"tt-weasels"}, [] { return true; }, 1s,
                [&, ask](const std::exception_ptr& error, const agi::StreamFile::Result& result) {
                    stopped.set(text_of(error) + (result.stopped ? " stopped" : ""));
                    ask();
                });
        }));
    }};
    live::Setup setup = to("x");
    setup.variables = {{"V", letters(470)}};
    live::Call call{setup};
    CHECK(stopped.get() == "done stopped");
    CHECK(got.get() == "done 1410");
    call.wait_for_command("EXEC Wait 20");
    call.hang_up();
    CHECK(ended.get() == "done, hung up");
}

TEST_CASE("StreamSource: twenty calls at once in one thread, and some that it begins") {
    constexpr int number = 20;
    std::atomic<int> right{0};
    std::atomic<int> wrong{0};
    Handed<std::string> first;  // of what is wrong
    std::atomic<int> answered{0};
    const auto tell = [&](const std::string& text) {
        if (++wrong == 1) first.set(text);
    };
    const auto count = [&](const SessionPointer& session) {
        // A variable of each channel, set and read again a hundred times.
        const auto turn = std::make_shared<std::function<void(int)>>();
        const std::string own{session->environment().uniqueid()};
        *turn = [&, session, own, weak = std::weak_ptr{turn}](int left) {
            const std::string value = own + ' ' + std::to_string(left);
            session->async_execute(
                agi::SetVariable{"A", value},
                [&, session, value, left, next = weak.lock()](const std::exception_ptr& error) {
                    if (error) return tell(text_of(error));
                    session->async_execute(
                        agi::GetVariable{"A"},
                        [&, session, value, left, next](const std::exception_ptr& failed,
                                                        const std::optional<std::string>& got) {
                            if (failed || got != value)
                                return tell(text_of(failed) + got.value_or(""));
                            if (left > 0) return (*next)(left - 1);
                            ++right;
                        });
                });
        };
        (*turn)(100);
    };
    Loop loop{[&](StreamSource& source) { source.on_call(starts(count)); }};
    {
        std::vector<std::unique_ptr<live::Call>> calls;
        const WithoutEvents quiet;
        calls.reserve(number);
        for (int i = 0; i < number; ++i) {
            calls.push_back(std::make_unique<live::Call>(to("x")));
        }
        for (int i = 0; i < 3; ++i) {
            loop.source.originate(
                {"Local/answers@callee/n", {"async", "early"}, 10s, {}, {{"AGI", "agi:async,x"}}},
                starts(count), [&](const asyncagi::Outcome& outcome) {
                    answered += outcome.attempt == asyncagi::Attempt::answered;
                });
        }
        CHECK(soon([&] { return right == number + 3 || wrong > 0; }));
    }
    loop.stop();
    CHECK(right == number + 3);
    if (wrong > 0) FAIL(first.get());
    CHECK(answered == 3);
}
