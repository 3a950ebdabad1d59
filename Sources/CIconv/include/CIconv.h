#pragma once
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// Converts `count` bytes of the charset `from` to UTF-8 by the iconv of libc.
///
/// A byte that cannot be converted becomes U+FFFD and is counted in `*lost`. Writes at most `capacity` bytes; what does
/// not fit is left out and counted as lost. Returns the number of bytes written, or -1 if libc does not know the charset.
ptrdiff_t kith_iconv(
  const char *from, const uint8_t *bytes, size_t count, uint8_t *out, size_t capacity, size_t *lost);

#pragma clang assume_nonnull end
