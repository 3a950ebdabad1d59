#include "CIcal.h"

#include <libical/ical.h>

static struct icaltimetype wall(struct kith_time time) {
  struct icaltimetype out = icaltime_null_time();
  out.year = time.year;
  out.month = time.month;
  out.day = time.day;
  out.hour = time.hour;
  out.minute = time.minute;
  out.second = time.second;
  return out;
}

long kith_recurrences(const char *rule, struct kith_time start, struct kith_time end, struct kith_time *out, long most) {
  // A rule that libical finds fault with is no reason to end the program.
  icalerror_set_errors_are_fatal(0);
  struct icalrecurrencetype recurrence = icalrecurrencetype_from_string(rule);
  if (recurrence.freq == ICAL_NO_RECURRENCE) return -1;
  struct icaltimetype last = wall(end);
  icalrecur_iterator *iterator = icalrecur_iterator_new(recurrence, wall(start));
  if (!iterator) return -1;
  long count = 0;
  while (count < most) {
    struct icaltimetype next = icalrecur_iterator_next(iterator);
    if (icaltime_is_null_time(next)) break;
    out[count++] = (struct kith_time){next.year, next.month, next.day, next.hour, next.minute, next.second};
    if (icaltime_compare(next, last) > 0) break;
  }
  icalrecur_iterator_free(iterator);
  return count;
}
