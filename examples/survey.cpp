// SPDX-License-Identifier: MIT
// A survey as a Flow. `survey --mermaid` draws it. Dialplan: [survey] in extensions.conf, which sets FOLDER to
// where recordings go, and reads STARS.

#include "survey.hpp"

#include <agi/agi.hpp>
#include <agi/ivr/flow_picture.hpp>
#include <agi/process/run.hpp>

#include <cstdio>
#include <string>
#include <string_view>

template <class Session>
std::string survey(Session& call) {
    const auto flow = survey_flow(agi::GetVariable{"FOLDER"}(call).value_or("/tmp"));
    const auto visits =
        flow(call, [](auto& now, const std::string& /*store*/, const agi::ivr::Visits& so_far) {
            const std::string stars = so_far.answer("stars");
            agi::SetVariable{"STARS", stars}(now);
            return stars >= "4" ? "happy" : "unhappy";
        });
    return visits.last;
}

int main(int count, char** arguments) {
    if (count > 1 && std::string_view{arguments[1]} == "--mermaid") {
        std::puts(agi::ivr::mermaid(survey_flow("/tmp")).c_str());
        return 0;
    }
    return agi::run([](agi::ProcessSession& call) {
        agi::Answer{}(call);
        survey(call);
    });
}
