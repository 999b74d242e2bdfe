// SPDX-License-Identifier: MIT
#pragma once
// Runs a machine on a blocking session.

#include <agi/ivr/asking.hpp>
#include <agi/ivr/manners.hpp>
#include <agi/ivr/player.hpp>
#include <agi/ivr/prompt.hpp>
#include <agi/ivr/step.hpp>
#include <agi/version.hpp>
#include <agi/wire/error.hpp>

#include <chrono>
#include <string_view>
#include <type_traits>
#include <utility>

namespace agi { inline namespace v0 { namespace ivr {

template <class Session, class = void>
struct has_clock : std::false_type {};
template <class Session>
struct has_clock<Session, std::void_t<decltype(std::declval<Session&>().now())>> : std::true_type {
};

/// The time of a call: the session's own where it has one, as that of the simulator is virtual.
template <class Session>
Time time_of([[maybe_unused]] Session& session) {
    std::chrono::steady_clock::time_point now;
    if constexpr (has_clock<Session>::value) {
        now = session.now();
    } else {
        now = std::chrono::steady_clock::now();
    }
    return std::chrono::duration_cast<Time>(now.time_since_epoch());
}

/// How dialogues run on a session: this is for blocking ones, ivr/coroutine.hpp has the other.
template <class Session, class = void>
struct Driver {
    static_assert(
        std::is_same_v<decltype(std::declval<Session&>()(std::declval<const Step&>())), Came>,
        "agi: for dialogues in coroutines, #include <agi/ivr/coroutine.hpp>");

    static constexpr bool blocking = true;

    static void run(Session& session, Machine& machine) {
        machine.language(session.environment().language());
        while (const Step* step = machine.next(time_of(session))) {
            Came came;
            try {
                came = session(*step);
            } catch (const AGIAppError&) {
                if (!machine.fail()) throw;
                continue;
            } catch (const AGIHangup&) {
                if (!machine.hang_up()) throw;
                continue;
            }
            machine.take(std::move(came));
        }
    }

    static bool ask(Session& session, Asking& asking) {
        run(session, asking);
        return static_cast<bool>(asking.entry());
    }

    template <class Table, class Actions>
    static auto flow(Session& session, const Table& table, Actions& actions,
                     const Manners& manners) {
        typename Table::Walk walk{table};
        while (const auto* node = walk.node()) {
            if (!node->question) {
                walk.go(std::string{actions(session, node->action, walk.visits())}, {});
                continue;
            }
            const auto machine = node->question->machine(manners);
            run(session, *machine);
            const auto came = node->question->outcome(*machine);
            walk.go(came.outcome, came.to);
        }
        return walk.visits();
    }

    template <class Specification>
    static auto question(Session& session, const Specification& specification,
                         const Manners& manners) {
        typename Specification::Runs machine{specification, manners};
        run(session, machine);
        return specification.result(machine);
    }
};

/// Runs a machine to its end. In a coroutine: `co_await run(call, machine)`.
template <class Session>
auto run(Session& session, Machine& machine) {
    return Driver<Session>::run(session, machine);
}

/// Asks until there is an entry, at which a check of one's own may look. False: the question has ended
/// in another way. In a coroutine:
///
///     Asking asking{pin};
///     while (co_await ask(call, asking)) {
///         if (co_await database.valid(asking.digits())) break;
///         asking.reject("wrong-pin");
///     }
template <class Session>
auto ask(Session& session, Asking& asking) {
    return Driver<Session>::ask(session, asking);
}

template <class Session, class Specification>
auto drive_question(Session& session, const Specification& specification, const Manners& manners) {
    return Driver<Session>::question(session, specification, manners);
}

/// The same for a specification that is gone at the end of the line.
template <class Session, class Specification>
auto drive_temporary(Session& session, const Specification& specification, const Manners& manners) {
    static_assert(Driver<Session>::blocking,
                  "agi: a coroutine needs a question that has a name: `const Ask pin{...}; "
                  "co_await pin(call)`");
    return Driver<Session>::question(session, specification, manners);
}

}}}  // namespace agi::v0::ivr
