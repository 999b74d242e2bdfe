// SPDX-License-Identifier: MIT
#pragma once
// One operation of an AsyncSession, from its begin to its completion.

#include <agi/asio/async_channel.hpp>
#include <agi/version.hpp>

#include <exception>
#include <memory>
#include <type_traits>
#include <utility>

namespace agi { inline namespace v0 { namespace wire { inline namespace AGI_NET {

template <class Command>
using ResultOf = decltype(std::declval<const Command&>().parse(std::declval<const Reply&>()));

/// How an asynchronous operation with this result completes.
template <class Result>
struct Completion {
    using Type = void(std::exception_ptr, Result);
};
template <>
struct Completion<void> {
    using Type = void(std::exception_ptr);
};

/// Whether an operation was cancelled by its slot; Asio has these since 1.19.
template <class Self>
auto is_cancelled(const Self& self, int /*better*/)
    -> decltype(self.get_cancellation_state().cancelled(), bool{}) {
    return static_cast<unsigned>(self.get_cancellation_state().cancelled()) != 0;
}
template <class Self>
bool is_cancelled(const Self& /*self*/, long /*worse*/) noexcept {
    return false;
}

/// What an operation does at its begin and at its end. It owns what it needs of the command.
template <class Channel, class Result>
struct AsyncOrder {
    AsyncOrder() = default;
    AsyncOrder(const AsyncOrder&) = delete;
    AsyncOrder& operator=(const AsyncOrder&) = delete;
    virtual ~AsyncOrder() = default;
    virtual Wait begin(Channel& channel) = 0;
    virtual Result finish(Channel& channel) = 0;
};

/// Runs one operation on a channel: the implementation for net::async_compose. Asio moves it a dozen
/// times, and compiles it once for each result.
template <class Channel, class Result>
class AsyncOperation {
  public:
    AsyncOperation(Channel& channel, std::unique_ptr<AsyncOrder<Channel, Result>> order)
        : channel_{&channel}, order_{std::move(order)} {}

    template <class Self>
    void operator()(Self& self, error_code error = {}, std::size_t size = 0) {
        if (state_ == State::ended) return complete(self);
        const bool at_once = state_ == State::new_one;
        if (at_once) {
            state_ = State::runs;
            foreign_ = channel_->exchange().runs();
        }
        Wait next = Wait::none;
        try {
            next = at_once ? order_->begin(*channel_)
                           : channel_->resume(error, size, is_cancelled(self, 0));
        } catch (...) {
            failure_ = std::current_exception();
        }
        if (!failure_ && next == Wait::read) return channel_->async_read(std::move(self));
        if (!failure_ && next == Wait::write) return channel_->async_write(std::move(self));
        if (!at_once) return complete(self);
        state_ = State::ended;  // nothing completes before the call that began it has returned
        net::post(channel_->stream().get_executor(), std::move(self));
    }

  private:
    enum class State : unsigned char { new_one, runs, ended };

    template <class Self>
    void complete(Self& self) {
        if constexpr (std::is_void_v<Result>) {
            finish([&] { order_->finish(*channel_); });
            self.complete(failure_);
        } else {
            Result result{};
            finish([&] { result = order_->finish(*channel_); });
            self.complete(failure_, std::move(result));
        }
    }
    template <class Work>
    void finish(const Work& work) {
        try {
            if (!failure_) work();
        } catch (...) {
            failure_ = std::current_exception();
        }
        if (!foreign_) channel_->exchange().end();
    }

    Channel* channel_;
    std::unique_ptr<AsyncOrder<Channel, Result>> order_;
    std::exception_ptr failure_;
    State state_ = State::new_one;
    bool foreign_ = false;  ///< Another operation runs, so that this one fails.
};

}}}}  // namespace agi::v0::wire::AGI_NET
