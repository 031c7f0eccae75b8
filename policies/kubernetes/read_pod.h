// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policies/kubernetes/read_common.h"

namespace polreach::kubernetes {

/// Reads a Pod: its metadata, named ports, node and addresses.
void read_pod(Fields& fields, const Context& context, const syntax::Value& root, Objects& objects);

/// Reads an owner of pods. `kind` is its kind; a CronJob's template is inside its jobTemplate.
void read_workload(Fields& fields, const Context& context, const syntax::Value& root,
                   std::string_view kind, bool cron_job, Objects& objects);

}  // namespace polreach::kubernetes
