// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "fuzz/targets.h"

// The entry of libFuzzer; POLREACH_FUZZ_TARGET is the target.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  polreach::fuzz::POLREACH_FUZZ_TARGET({data, size});
  return 0;
}
