#pragma once
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// Asks the system's name servers for the records of a kind (RFC 1035 §3.2.2) of one absolute name.
///
/// `server` is an IPv4 address in host order to ask instead, at `port`; 0 for the system's. Returns the number of bytes of
/// the answer written to `out`, 0 if there is no such name or record, -1 if nobody answered.
ptrdiff_t kith_dns(
  const char *name, uint16_t kind, uint32_t server, uint16_t port, uint8_t *out, size_t capacity);

#pragma clang assume_nonnull end
