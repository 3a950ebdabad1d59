#include "CResolve.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <string.h>

ptrdiff_t kith_dns(
  const char *name, uint16_t kind, uint32_t server, uint16_t port, uint8_t *out, size_t capacity) {
  struct __res_state state;
  memset(&state, 0, sizeof state);
  if (res_ninit(&state) != 0) return -1;
  state.retrans = 3;
  state.retry = 2;
  // A search domain must never be tried: it would tell the name to another zone.
  state.options &= ~(unsigned long)(RES_DNSRCH | RES_DEFNAMES);
  if (server != 0) {
    state.nscount = 1;
    memset(&state.nsaddr_list[0], 0, sizeof state.nsaddr_list[0]);
    state.nsaddr_list[0].sin_family = AF_INET;
    state.nsaddr_list[0].sin_addr.s_addr = htonl(server);
    state.nsaddr_list[0].sin_port = htons(port);
  }
  int count = res_nquery(&state, name, ns_c_in, kind, out, (int)capacity);
  int trouble = state.res_h_errno;
  res_nclose(&state);
  if (count < 0) return trouble == HOST_NOT_FOUND || trouble == NO_DATA ? 0 : -1;
  return (size_t)count > capacity ? (ptrdiff_t)capacity : count;
}
