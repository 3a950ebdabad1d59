#pragma once

#include <stddef.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__clang__)
#pragma clang assume_nonnull begin
#else
#define _Nullable
#endif

/// A number found in a text: where it stands, in bytes, and what it is.
typedef struct {
  size_t start;
  size_t length;
  char e164[24];
  char extension[24];
} kith_phone_hit;

/// Reads one number; `region` (two letters) is for numbers without a country code. True if it is a valid number.
/// `hit` gets the number and the extension; its place is not set. Never throws, keeps nothing.
bool kith_phone_read(const char *text, size_t length, const char *_Nullable region, kith_phone_hit *hit);

/// Writes a number as its country does for callers from abroad. Returns the length, 0 if it is no number or too long.
size_t kith_phone_display(const char *text, size_t length, char *out, size_t capacity);

/// Finds valid numbers in a text whose digits are grouped the way their country groups them. Returns how many.
size_t kith_phone_find(
    const char *text, size_t length, const char *_Nullable region, kith_phone_hit *hits, size_t capacity);

/// The region (two letters and a zero) of a number with its country code; false if it has none.
bool kith_phone_region(const char *text, size_t length, char *out, size_t capacity);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif

#ifdef __cplusplus
}
#endif
