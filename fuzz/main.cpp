// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "fuzz/targets.h"

// The entry of libFuzzer; POLREACH_FUZZ_TARGET is the number of the target.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  polreach::fuzz::targets()[POLREACH_FUZZ_TARGET].run({data, size});
  return 0;
}
