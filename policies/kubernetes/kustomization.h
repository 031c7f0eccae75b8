// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policies/kubernetes/fields.h"

namespace polreach::kubernetes {

/// A kustomization among the files says that they are not meant to be read as they are. Where it
/// changes what the files mean to policies (namespace, labels, names, patches, generated objects),
/// that is the error `unrendered-kustomization`; where it only lists them, the note
/// `kustomization`.
void check_kustomization(Fields& fields, const syntax::Value& root);

}  // namespace polreach::kubernetes
