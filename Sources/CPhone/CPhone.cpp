#include "CPhone.h"

#include <phonenumbers/logger.h>
#include <phonenumbers/phonenumber.pb.h>
#include <phonenumbers/phonenumbermatch.h>
#include <phonenumbers/phonenumbermatcher.h>
#include <phonenumbers/phonenumberutil.h>

#include <cstring>
#include <string>

using i18n::phonenumbers::NullLogger;
using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberMatch;
using i18n::phonenumbers::PhoneNumberMatcher;
using i18n::phonenumbers::PhoneNumberUtil;

namespace {

// The library writes what it cannot read to standard output unless it is told not to. Made once, thread-safe (C++11).
PhoneNumberUtil &numbers() {
  static PhoneNumberUtil *const util = [] {
    PhoneNumberUtil *made = PhoneNumberUtil::GetInstance();
    made->SetLogger(new NullLogger());
    return made;
  }();
  return *util;
}

bool copy(const std::string &text, char *out, size_t capacity) {
  if (text.size() + 1 > capacity) return false;
  std::memcpy(out, text.c_str(), text.size() + 1);
  return true;
}

bool fill(const PhoneNumber &number, kith_phone_hit *hit) {
  std::string e164;
  numbers().Format(number, PhoneNumberUtil::E164, &e164);
  return copy(e164, hit->e164, sizeof hit->e164) && copy(number.extension(), hit->extension, sizeof hit->extension);
}

std::string regionOrUnknown(const char *region) { return region == nullptr ? "ZZ" : region; }

}  // namespace

extern "C" bool kith_phone_read(const char *text, size_t length, const char *region, kith_phone_hit *hit) {
  try {
    PhoneNumber number;
    auto error = numbers().Parse(std::string(text, length), regionOrUnknown(region), &number);
    return error == PhoneNumberUtil::NO_PARSING_ERROR && numbers().IsValidNumber(number) && fill(number, hit);
  } catch (...) {
    return false;
  }
}

extern "C" size_t kith_phone_display(const char *text, size_t length, char *out, size_t capacity) {
  try {
    PhoneNumber number;
    auto error = numbers().Parse(std::string(text, length), "ZZ", &number);
    if (error != PhoneNumberUtil::NO_PARSING_ERROR) return 0;
    std::string shown;
    numbers().Format(number, PhoneNumberUtil::INTERNATIONAL, &shown);
    return copy(shown, out, capacity) ? shown.size() : 0;
  } catch (...) {
    return 0;
  }
}

extern "C" size_t kith_phone_find(
    const char *text, size_t length, const char *region, kith_phone_hit *hits, size_t capacity) {
  try {
    const std::string whole(text, length);
    PhoneNumberMatcher matcher(
        numbers(), whole, regionOrUnknown(region), PhoneNumberMatcher::STRICT_GROUPING, 1000);
    size_t found = 0;
    PhoneNumberMatch match;
    while (found < capacity && matcher.HasNext() && matcher.Next(&match)) {
      kith_phone_hit *hit = &hits[found];
      hit->start = static_cast<size_t>(match.start());
      hit->length = static_cast<size_t>(match.length());
      if (match.start() >= 0 && match.length() > 0 && fill(match.number(), hit)) ++found;
    }
    return found;
  } catch (...) {
    return 0;
  }
}

extern "C" bool kith_phone_region(const char *text, size_t length, char *out, size_t capacity) {
  try {
    PhoneNumber number;
    auto error = numbers().Parse(std::string(text, length), "ZZ", &number);
    if (error != PhoneNumberUtil::NO_PARSING_ERROR) return false;
    std::string region;
    numbers().GetRegionCodeForNumber(number, &region);
    return region.size() == 2 && copy(region, out, capacity);
  } catch (...) {
    return false;
  }
}
