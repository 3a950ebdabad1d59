/// The second text of the policy of 2026-11-28: other fields of cards leave for the designated CRM by leave.
///
/// A change of one letter is a new version with a digest of its own.
let policyText20261128b = """
  Kith: what it does with what it reads

  Kith reads mail, address books, calendars, calls and texts that you have allowed it to read. It works out who knows
  whom and how well, and keeps your own CRM in step. It does nothing else with what it reads.

  1. What is read. Only the sources you name, only in the period, the folders and the depth you name. You state for each
  source that you have the right to let it be read. Reading changes nothing there: no flag, no folder, no card, no
  event. Of a calendar only the times of events and the people in them are kept: no title, no place, no text.

  2. What for. Each use has a name and is listed below. There is no use for marketing. Content opens only for a use that
  names it, by a permit that is written down before it is given. You can see every permit and every refusal.

  3. Who sees it. You. In a team, other members see what you share, and nothing before; administrators may see what is
  shared, and every look of theirs is written down for you. Whoever joins a team is told so first.

  4. Where it goes. To the CRM you designate, after you have seen what would be sent and said yes; before that, Kith only
  signs in there with the login you gave and reads what stands there. That you were in touch with somebody is told there
  only if you set it so, and subject or text of a mail only if you set that. Tasks you noted about people are kept in step
  there only if you set that too. So are postal addresses, birthdays, notes, web addresses and fields of your own that
  cards hold: each field only if you set that very field. To nobody else. What Kith has learnt from your content stays in
  your account.

  5. Your word counts. What you typed outranks what any source says. Nothing is sent, changed or deleted elsewhere
  without your approval of exactly that. A card in an address book that is read changes only if you allowed it for that
  source, and only by the one correction you approved, once. What Kith changed can be undone.

  6. Taking back. You can withdraw every grant alone and at once; what runs under it stops. You can take everything out
  as one file, and put it back. You can have a person erased, or all of it: keys are destroyed, content is deleted, and
  what is erased does not come back by reading again or by restoring.

  7. How it is kept. Content is sealed under keys of the source and of the person it came from, the words of a task under
  that of its person. Logins lie under a root
  of their own. Names, addresses, phone numbers, organisations, titles and tags are kept open for lists and sorting.

  8. How long. As long as the account is open; twelve months after closing, earlier if you say so.

  9. The uses: read-mail, read-address-book, read-calendar, find-people, build-index, search-mail, show-to-owner,
  sync-to-crm, connect, connect-to-crm, log-to-crm, tasks-to-crm, details-to-crm, write-back, undo-change,
  export-account, erase-data, check-integrity.

  10. Changes of this text have a version, a digest and a date from which they bind; going on needs your acceptance.
  """

/// The text of the policy of 2026-11-28: tasks are kept, and kept in step with the designated CRM by leave.
///
/// A change of one letter is a new version with a digest of its own.
let policyText20261128 = """
  Kith: what it does with what it reads

  Kith reads mail, address books, calendars, calls and texts that you have allowed it to read. It works out who knows
  whom and how well, and keeps your own CRM in step. It does nothing else with what it reads.

  1. What is read. Only the sources you name, only in the period, the folders and the depth you name. You state for each
  source that you have the right to let it be read. Reading changes nothing there: no flag, no folder, no card, no
  event. Of a calendar only the times of events and the people in them are kept: no title, no place, no text.

  2. What for. Each use has a name and is listed below. There is no use for marketing. Content opens only for a use that
  names it, by a permit that is written down before it is given. You can see every permit and every refusal.

  3. Who sees it. You. In a team, other members see what you share, and nothing before; administrators may see what is
  shared, and every look of theirs is written down for you. Whoever joins a team is told so first.

  4. Where it goes. To the CRM you designate, after you have seen what would be sent and said yes; before that, Kith only
  signs in there with the login you gave and reads what stands there. That you were in touch with somebody is told there
  only if you set it so, and subject or text of a mail only if you set that. Tasks you noted about people are kept in step
  there only if you set that too. To nobody else. What Kith has learnt from your content stays in your account.

  5. Your word counts. What you typed outranks what any source says. Nothing is sent, changed or deleted elsewhere
  without your approval of exactly that. A card in an address book that is read changes only if you allowed it for that
  source, and only by the one correction you approved, once. What Kith changed can be undone.

  6. Taking back. You can withdraw every grant alone and at once; what runs under it stops. You can take everything out
  as one file, and put it back. You can have a person erased, or all of it: keys are destroyed, content is deleted, and
  what is erased does not come back by reading again or by restoring.

  7. How it is kept. Content is sealed under keys of the source and of the person it came from, the words of a task under
  that of its person. Logins lie under a root
  of their own. Names, addresses, phone numbers, organisations, titles and tags are kept open for lists and sorting.

  8. How long. As long as the account is open; twelve months after closing, earlier if you say so.

  9. The uses: read-mail, read-address-book, read-calendar, find-people, build-index, search-mail, show-to-owner,
  sync-to-crm, connect, connect-to-crm, log-to-crm, tasks-to-crm, write-back, undo-change, export-account, erase-data,
  check-integrity.

  10. Changes of this text have a version, a digest and a date from which they bind; going on needs your acceptance.
  """

/// The text of the policy of 2026-11-27: calendars are read, the designated CRM may be a server, and cards
/// are written back by leave.
let policyText20261127 = """
  Kith: what it does with what it reads

  Kith reads mail, address books, calendars, calls and texts that you have allowed it to read. It works out who knows
  whom and how well, and keeps your own CRM in step. It does nothing else with what it reads.

  1. What is read. Only the sources you name, only in the period, the folders and the depth you name. You state for each
  source that you have the right to let it be read. Reading changes nothing there: no flag, no folder, no card, no
  event. Of a calendar only the times of events and the people in them are kept: no title, no place, no text.

  2. What for. Each use has a name and is listed below. There is no use for marketing. Content opens only for a use that
  names it, by a permit that is written down before it is given. You can see every permit and every refusal.

  3. Who sees it. You. In a team, other members see what you share, and nothing before; administrators may see what is
  shared, and every look of theirs is written down for you. Whoever joins a team is told so first.

  4. Where it goes. To the CRM you designate, after you have seen what would be sent and said yes; before that, Kith only
  signs in there with the login you gave and reads what stands there. That you were in touch with somebody is told there
  only if you set it so, and subject or text of a mail only if you set that. To nobody else. What Kith has learnt from
  your content stays in your account.

  5. Your word counts. What you typed outranks what any source says. Nothing is sent, changed or deleted elsewhere
  without your approval of exactly that. A card in an address book that is read changes only if you allowed it for that
  source, and only by the one correction you approved, once. What Kith changed can be undone.

  6. Taking back. You can withdraw every grant alone and at once; what runs under it stops. You can take everything out
  as one file, and put it back. You can have a person erased, or all of it: keys are destroyed, content is deleted, and
  what is erased does not come back by reading again or by restoring.

  7. How it is kept. Content is sealed under keys of the source and of the person it came from. Logins lie under a root
  of their own. Names, addresses, phone numbers, organisations, titles and tags are kept open for lists and sorting.

  8. How long. As long as the account is open; twelve months after closing, earlier if you say so.

  9. The uses: read-mail, read-address-book, read-calendar, find-people, build-index, search-mail, show-to-owner,
  sync-to-crm, connect, connect-to-crm, log-to-crm, write-back, undo-change, export-account, erase-data,
  check-integrity.

  10. Changes of this text have a version, a digest and a date from which they bind; going on needs your acceptance.
  """

/// The text of the policy of 2026-11-23.
let policyText20261123 = """
  Kith: what it does with what it reads

  Kith reads mail, address books, calendars, calls and texts that you have allowed it to read. It works out who knows
  whom and how well, and keeps your own CRM in step. It does nothing else with what it reads.

  1. What is read. Only the sources you name, only in the period, the folders and the depth you name. You state for each
  source that you have the right to let it be read. Reading changes nothing there: no flag, no folder, no card.

  2. What for. Each use has a name and is listed below. There is no use for marketing. Content opens only for a use that
  names it, by a permit that is written down before it is given. You can see every permit and every refusal.

  3. Who sees it. You. In a team, other members see what you share, and nothing before; administrators may see what is
  shared, and every look of theirs is written down for you. Whoever joins a team is told so first.

  4. Where it goes. To the CRM you designate, after you have seen what would be sent and said yes. To nobody else. What
  Kith has learnt from your content stays in your account.

  5. Your word counts. What you typed outranks what any source says. Nothing is sent, changed or deleted elsewhere
  without your approval of exactly that. What Kith changed can be undone.

  6. Taking back. You can withdraw every grant alone and at once; what runs under it stops. You can take everything out
  as one file, and put it back. You can have a person erased, or all of it: keys are destroyed, content is deleted, and
  what is erased does not come back by reading again or by restoring.

  7. How it is kept. Content is sealed under keys of the source and of the person it came from. Logins lie under a root
  of their own. Names, addresses, phone numbers, organisations and titles are kept open for lists and sorting.

  8. How long. As long as the account is open; twelve months after closing, earlier if you say so.

  9. The uses: read-mail, read-address-book, find-people, build-index, search-mail, show-to-owner, sync-to-crm, connect,
  undo-change, export-account, erase-data, check-integrity.

  10. Changes of this text have a version, a digest and a date from which they bind; going on needs your acceptance.
  """
