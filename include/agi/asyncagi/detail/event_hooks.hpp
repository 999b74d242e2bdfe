// SPDX-License-Identifier: MIT
#pragma once
// Who wants to hear of the events of a call, and until when.

#include <agi/ami/message.hpp>
#include <agi/version.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace asyncagi {

using OnEvent = std::function<void(const ami::Message&)>;

/// A hook of Control::on_event, which is called as long as this lives: a handler's hook may use the
/// handler's variables.
///
/// Its end waits for a call of the hook that runs on another thread: nothing that the hook waits for
/// may be locked then.
class [[nodiscard]] EventHook {
  public:
    EventHook() noexcept = default;
    EventHook(EventHook&& other) noexcept = default;
    EventHook& operator=(EventHook&& other) noexcept {
        if (this != &other) {
            end();
            state_ = std::move(other.state_);
        }
        return *this;
    }
    EventHook(const EventHook&) = delete;
    EventHook& operator=(const EventHook&) = delete;
    ~EventHook() { end(); }

    /// The hook is called no more, and runs no more, unless it is the one who says so.
    void end() {
        if (!state_) return;
        const std::lock_guard<std::recursive_mutex> lock{state_->mutex};
        state_->ended = true;
    }

  private:
    friend class EventHooks;

    struct State {
        std::string name;
        OnEvent hook;
        std::recursive_mutex mutex{};
        bool ended = false;
    };
    explicit EventHook(std::shared_ptr<State> state) noexcept : state_{std::move(state)} {}

    std::shared_ptr<State> state_;
};

/// The hooks of a call. From any thread.
class EventHooks {
  public:
    EventHook add(std::string_view name, OnEvent hook) {
        auto state = std::make_shared<EventHook::State>();
        state->name = name;
        state->hook = std::move(hook);
        const std::lock_guard<std::mutex> lock{mutex_};
        states_.push_back(state);
        return EventHook{std::move(state)};
    }

    /// Calls those that want it; `failed(std::exception_ptr)` for each that throws.
    template <class Failed>
    void tell(const ami::Message& event, const Failed& failed) {
        for (const StatePointer& state : wanting(event)) {
            const std::lock_guard<std::recursive_mutex> lock{state->mutex};
            if (state->ended) continue;
            try {
                state->hook(event);
            } catch (...) {
                failed(std::current_exception());
            }
        }
    }

  private:
    using StatePointer = std::shared_ptr<EventHook::State>;

    std::vector<StatePointer> wanting(const ami::Message& event) {
        std::vector<StatePointer> wanting;
        const std::lock_guard<std::mutex> lock{mutex_};
        // What only this list has left is ended.
        states_.erase(std::remove_if(states_.begin(), states_.end(),
                                     [](const StatePointer& s) { return s.use_count() == 1; }),
                      states_.end());
        for (const StatePointer& state : states_) {
            if (state->name.empty() || event.is(state->name)) wanting.push_back(state);
        }
        return wanting;
    }

    std::mutex mutex_;
    std::vector<StatePointer> states_;
};

}}}  // namespace agi::v0::asyncagi
