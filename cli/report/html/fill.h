// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "cli/report/diff_report.h"
#include "cli/report/html/page.h"
#include "cli/report/map_report.h"
#include "policies/source/diagnostics.h"
#include "solver/queries/network_flows.h"

/// What pages of several reports have in common.
namespace polreach::cli::html {

/// Rules of each kind that one connection names.
inline constexpr std::size_t kMostRules = 50;

/// All that a report says.
[[nodiscard]] Page page_of(const MapReport& report);
[[nodiscard]] Page page_of(const DiffReport& report);

/// A rule of a security group as a reason.
void because_of(Page& page, std::vector<std::uint32_t>& why, const source::SourceMap& sources,
                std::string_view heading, const solver::queries::NetworkRule& rule);

/// Warnings and notes of the input.
void add_warnings(Page& page, const source::SourceMap& sources,
                  const source::Diagnostics& diagnostics, std::string_view heading);

/// The node of a place of a network, by its name: "subnet shop/app", "the internet".
[[nodiscard]] PageNode network_node(const std::string& name);

}  // namespace polreach::cli::html
