#include "CMemory.h"

#include <malloc.h>
#include <sqlite3.h>

void kith_settle_memory(void) {
  // glibc would keep a heap for each of a dozen threads, most of it empty: a quarter of the memory of a large import.
  mallopt(M_ARENA_MAX, 4);
  // SQLite would count every allocation under one lock for all threads; nobody reads the count.
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
