#include "CIconv.h"

#include <errno.h>
#include <iconv.h>

ptrdiff_t kith_iconv(
  const char *from, const uint8_t *bytes, size_t count, uint8_t *out, size_t capacity, size_t *lost) {
  iconv_t handle = iconv_open("UTF-8", from);
  if (handle == (iconv_t)-1) return -1;
  char *in = (char *)bytes;
  char *at = (char *)out;
  size_t left = count;
  size_t room = capacity;
  *lost = 0;
  while (left > 0) {
    if (iconv(handle, &in, &left, &at, &room) != (size_t)-1) break;
    if (errno == E2BIG) break;
    /* EILSEQ or EINVAL: replace this one byte and go on behind it. */
    if (left == 0 || room < 3) break;
    *at++ = (char)0xEF;
    *at++ = (char)0xBF;
    *at++ = (char)0xBD;
    room -= 3;
    in += 1;
    left -= 1;
    *lost += 1;
  }
  *lost += left;
  /* A shift state may still hold a character back (RFC 1468 and its kin). */
  iconv(handle, NULL, NULL, &at, &room);
  iconv_close(handle);
  return at - (char *)out;
}
