// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/audit_run.h"
#include "cli/config.h"
#include "cli/options.h"
#include "cli/session.h"
#include "cli/streams.h"
#include "cli/triage.h"

namespace polreach::cli {

/// `polreach audit`: reads the input, makes the checks, reports what they found. Returns the exit
/// status: kYes where nothing was found that counts, kNo where something was, kNoVerdict where a
/// check has no answer and nothing was found.
int run_audit_command(const Arguments& arguments, const Streams& streams);

/// What the configuration, the input, --baseline and --severity say of findings. Nothing: there is
/// no verdict, which has been said. The session has read the input.
[[nodiscard]] std::optional<Triage> triage_of(Session& session, const Config& config);

/// All that follows the checks: what was found is held against suppressions and the baseline, and
/// reported. The session has read the input, and its arguments are those of with_config().
int report_audit(Session& session, const AuditRun& run, const Config& config);

/// The same about input that the session has, without a configuration.
int ask_audit(Session& session);

/// Its name, options and help.
extern const CommandSpec kAudit;

}  // namespace polreach::cli
