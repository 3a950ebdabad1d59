#ifndef KITH_CICAL_H
#define KITH_CICAL_H

/// A date and time of a clock on the wall, in no zone.
struct kith_time {
  int year, month, day, hour, minute, second;
};

/// Writes the starts that a recurrence rule (RFC 5545 §3.3.10) gives from `start` on, in order: until one lies behind
/// `end`, which is written too, or `most` are written. Answers how many, or -1 for a rule that is none.
long kith_recurrences(const char *rule, struct kith_time start, struct kith_time end, struct kith_time *out, long most);

#endif
