// SPDX-License-Identifier: MIT
// The same of an AsyncSession as tests/property/session.cpp of the others, with operations that are
// cancelled.

#include "fastagi/waiting.hpp"
#include "property/user.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

using namespace property;
using fastagi_tests::Waiting;

namespace {

/// A socket to the Reader.
class ReaderEnd : public testing::FarEnd {
  public:
    ReaderEnd(Reader& reader, Moment& now) : reader_{reader}, now_{now} {}

    bool give(std::string_view bytes) override {
        written_ += bytes;
        for (std::size_t end = 0; (end = written_.find('\n')) != std::string::npos;) {
            const std::string line = written_.substr(0, end);
            written_.erase(0, end + 1);
            if (!reader_.take(now_, line)) return false;
        }
        return true;
    }
    bool take(std::string& bytes) override {
        while (reader_.has_bytes(now_)) {
            const std::string piece = reader_.read(std::string::npos);
            if (piece.empty()) return !bytes.empty();
            bytes += piece;
        }
        return true;
    }
    bool wait(std::optional<Time> until) override {
        const auto moment = [](Time time) { return time.time_since_epoch() / milliseconds{1}; };
        const bool tired = !until || moment(*until) > give_up;
        const Moment limit = tired ? give_up : moment(*until);
        if (reader_.wait(now_, limit)) return true;
        if (limit == never) {
            reader_.give_up(now_);
        } else if (!tired) {
            return false;
        } else {
            give_up = never;
            cancel();
        }
        return true;
    }
    [[nodiscard]] Time now() const override { return Time{milliseconds{now_}}; }

    Moment give_up = never;        ///< When the operation is cancelled.
    std::function<void()> cancel;  ///< Does so, later.

  private:
    Reader& reader_;
    Moment& now_;
    std::string written_;
};

/// An AsyncSession whose operations are cancelled now and then.
class Impatient {
  public:
    Impatient(const Conditions& conditions, SessionOptions options)
        : now_{conditions.now},
          random_{conditions.random},
          end_{std::make_shared<ReaderEnd>(conditions.reader, conditions.now)},
          call_{end_, std::move(options)} {
        end_->cancel = [this] {
            wire::net::post(call_.session().stream().get_executor(), [this] {
                wire::error_code ignored;
                call_.session().stream().lowest_layer().cancel(ignored);
            });
        };
    }

    template <class Command>
    auto operator()(const Command& command) {
        return execute(command);
    }
    template <class Command>
    auto execute(const Command& command) {
        return trying([&] { return call_.execute(command); });
    }
    /// Of the work, which runs one command.
    template <class Work>
    void after_hangup(const Work& work) {
        const auto rest = [this](const auto& command) {
            return trying([&] { return call_.execute_after_hangup(command); });
        };
        work(rest);
    }
    template <class Command>
    auto execute_within(const Command& command, milliseconds margin) {
        return trying([&] { return call_.execute_within(command, margin); });
    }
    template <class Command, class Condition>
    auto execute_until(const Command& command, const Condition& stop, milliseconds interval) {
        return trying([&] { return call_.execute_until(command, stop, interval); });
    }
    Reply send(const std::string& line) {
        return trying([&] { return call_.send(line); });
    }
    void resync() {
        trying([&] { call_.resync(); });
    }
    [[nodiscard]] bool hung_up() const { return call_.hung_up(); }
    [[nodiscard]] bool in_step() const { return call_.in_step(); }
    [[nodiscard]] std::size_t dropped() { return call_.session().dropped(); }
    [[nodiscard]] Conversation::State state() { return call_.session().state(); }

  private:
    template <class Work>
    auto trying(const Work& work) -> decltype(work()) {
        const bool patient = random_.below(10) != 0;
        end_->give_up = patient ? never : now_ + static_cast<Moment>(random_.below(300));
        try {
            return work();
        } catch (const AGIError& error) {
            const std::string_view what = error.what();
            if (what.find("cancelled, the reply is still owed") == what.npos) throw;
            throw Abandoned{};
        }
    }

    Moment& now_;
    Random& random_;
    std::shared_ptr<ReaderEnd> end_;
    Waiting call_;
};

}  // namespace

TEST_CASE("AsyncSession: no command takes a reply that is not its own, and none waits for ever") {
    run_sessions("AsyncSession", [](const Conditions& conditions, SessionOptions options) {
        return Impatient{conditions, std::move(options)};
    });
}
