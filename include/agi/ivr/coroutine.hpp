// SPDX-License-Identifier: MIT
#pragma once
// Runs dialogues on sessions of Asio: `const auto entry = co_await pin(call);`. C++20.

#include <agi/asio/net.hpp>
#include <agi/ivr/drive.hpp>
#include <agi/version.hpp>

#ifdef AGI_HAS_COROUTINES

#include <string>
#include <type_traits>
#include <utility>

namespace agi { inline namespace v0 { namespace ivr {

/// For sessions whose commands are awaited. The task owns copies of the question and the Manners.
template <class Session>
struct Driver<Session,
              std::enable_if_t<std::is_same_v<
                  decltype(std::declval<Session&>()(std::declval<const Step&>())), Task<Came>>>> {
    static constexpr bool blocking = false;

    static Task<> run(Session& session, Machine& machine) {
        machine.language(session.environment().language());
        while (const Step* step = machine.next(time_of(session))) {
            Came came;
            try {
                came = co_await session(*step);
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

    static Task<bool> ask(Session& session, Asking& asking) {
        co_await run(session, asking);
        co_return static_cast<bool>(asking.entry());
    }

    template <class Table, class Actions>
    static auto flow(Session& session, const Table& table, const Actions& actions,
                     const Manners& manners) {
        return owning_flow(session, table, actions, manners);
    }

    template <class Specification>
    static auto question(Session& session, const Specification& specification,
                         const Manners& manners) {
        return owning(session, specification, manners);
    }

  private:
    template <class Table, class Actions>
    static auto owning_flow(Session& session, Table table, Actions actions, Manners manners)
        -> Task<typename Table::Result> {
        typename Table::Walk walk{table};
        while (const auto* node = walk.node()) {
            if (!node->question) {
                auto outcome = co_await actions(session, node->action, walk.visits());
                walk.go(std::string{outcome}, {});
                continue;
            }
            const auto machine = node->question->machine(manners);
            co_await run(session, *machine);
            const auto came = node->question->outcome(*machine);
            walk.go(came.outcome, came.to);
        }
        co_return walk.visits();
    }

    template <class Specification>
    static auto owning(Session& session, Specification specification, Manners manners)
        -> Task<decltype(specification.result(std::declval<typename Specification::Runs&>()))> {
        typename Specification::Runs machine{specification, manners};
        co_await run(session, machine);
        co_return specification.result(machine);
    }
};

}}}  // namespace agi::v0::ivr

#endif
