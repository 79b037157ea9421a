// Unicode normal forms (Unicode Standard Annex 15) of texts that remember their origins.
#pragma once

#include "text/normalized_text.h"

namespace hearth::text {

enum class NormalForm { nfc, nfd, nfkc, nfkd };

void to_normal_form(NormalizedText& text, NormalForm form);

}  // namespace hearth::text
