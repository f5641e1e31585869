// The inner form of decodeEnvelope, for readers that decode millions of envelopes. Internal.
#pragma once

#include <cstddef>
#include <span>

#include "eventstore/envelope.h"

namespace docket::eventstore {

// Decodes `bytes` into `envelope`. Answers nullptr, or a few words on what is wrong with the bytes;
// then `envelope` holds nothing of worth.
[[nodiscard]] const char* readEnvelope(std::span<const std::byte> bytes, Envelope& envelope);

}  // namespace docket::eventstore
