// SPDX-License-Identifier: Apache-2.0
#include "compiler/path/filter.h"

#include "compiler/path/path.h"
