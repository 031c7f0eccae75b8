// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "policies/azure/resource.h"
#include "policies/image/archive.h"

/// Resources of Azure as bytes and back. Their bodies are trees as deep as the input has them:
/// nothing here recurses.
namespace polreach::image {

void write(const azure::Resources& resources, Out& out);

/// Refuses trees that are deeper than any reader makes them.
void read(In& in, azure::Resources& resources);

/// Shows all places.
void for_each_place(const azure::Resources& resources, const std::function<void(Span)>& show);

}  // namespace polreach::image
