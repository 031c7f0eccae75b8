// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

/// cvc5 (Debian), as a second opinion on questions in SMT-LIB 2.
namespace polreach::support {

/// What it answers to a script, one a question; also its errors.
[[nodiscard]] std::vector<std::string> answers_of_cvc5(const std::string& script);

/// What the script itself says that the answers are: (set-info :status ...).
[[nodiscard]] std::vector<std::string> statuses_of(const std::string& script);

}  // namespace polreach::support
