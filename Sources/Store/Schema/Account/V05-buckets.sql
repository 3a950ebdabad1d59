-- A group of people with how often its owner wants to be in touch; `gone_at` when the owner took it away.
CREATE TABLE bucket (
  account_id BIGINT NOT NULL,  --: open id customer - life export keep
  id BIGINT NOT NULL,          --: open id customer - life export row
  member_id BIGINT NOT NULL,   --: open id customer - life export row
  name TEXT NOT NULL,          --: open setting customer - life export row
  goal TEXT,                   --: open setting customer - life export row
  days BIGINT,                 --: open setting customer - life export row
  made_at BIGINT NOT NULL,     --: open instant customer - life export row
  gone_at BIGINT,              --: open instant customer - life export row
  PRIMARY KEY (account_id, id)
);

-- Who is in which bucket. Like a task it hangs on a record, so that it goes along when persons are united or parted.
CREATE TABLE bucketed (
  account_id BIGINT NOT NULL,  --: open id customer - life export keep
  bucket_id BIGINT NOT NULL,   --: open id customer - life export row
  record_id BIGINT NOT NULL,   --: open id contact - life export row
  member_id BIGINT NOT NULL,   --: open id customer - life export row
  put_at BIGINT NOT NULL,      --: open instant contact show-to-owner life export row
  PRIMARY KEY (account_id, bucket_id, record_id),
  FOREIGN KEY (account_id, bucket_id) REFERENCES bucket (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, record_id) REFERENCES record (account_id, id) ON DELETE CASCADE
) CLUSTERED;

CREATE INDEX bucketed_record ON bucketed (account_id, record_id);

-- What an owner says of how a person is followed up: `value` is a number of days for `interval`, a day in milliseconds for
-- `snooze`, and nothing else.
CREATE TABLE follow_up (
  account_id BIGINT NOT NULL,  --: open id customer - life export keep
  record_id BIGINT NOT NULL,   --: open id contact - life export row
  aspect TEXT NOT NULL,        --: open enum contact - life export row
  value BIGINT NOT NULL,       --: open setting contact - life export row
  at BIGINT NOT NULL,          --: open instant contact - life export row
  member_id BIGINT NOT NULL,   --: open id customer - life export row
  PRIMARY KEY (account_id, record_id, aspect),
  FOREIGN KEY (account_id, record_id) REFERENCES record (account_id, id) ON DELETE CASCADE
) CLUSTERED;

-- What a member wrote down about a person; of a touch that was logged by hand, which one, with or without words.
CREATE TABLE note (
  account_id BIGINT NOT NULL,  --: open id customer - life export keep
  id BIGINT NOT NULL,          --: open id contact - life export row
  member_id BIGINT NOT NULL,   --: open id customer - life export row
  record_id BIGINT NOT NULL,   --: open id contact - life export row
  interaction_id BIGINT,       --: open id contact - life export row
  words BYTEA,                 --: sealed note contact show-to-owner life export row
  at BIGINT NOT NULL,          --: open instant contact show-to-owner life export row
  gone_at BIGINT,              --: open instant contact - life export row
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id, record_id) REFERENCES record (account_id, id) ON DELETE CASCADE
);

CREATE INDEX note_record ON note (account_id, record_id, id);

-- Birthdays are sealed; those of a day are found by the tokens of all texts that may stand for it.
CREATE INDEX fact_birthday ON fact (account_id, member_id, value_key) WHERE field = 'birthday';

CREATE VIEW seen_bucket AS
  SELECT b.account_id, b.id, b.name, b.goal, b.days, b.made_at
  FROM bucket b WHERE b.account_id = {account} AND b.member_id = {member} AND b.gone_at IS NULL;

CREATE VIEW seen_bucketed AS
  SELECT b.account_id, b.bucket_id, r.person_id, b.put_at
  FROM bucketed b JOIN record r ON r.account_id = b.account_id AND r.id = b.record_id
  WHERE b.account_id = {account} AND b.member_id = {member}
    AND EXISTS (SELECT 1 FROM seen_person p WHERE p.account_id = r.account_id AND p.id = r.person_id);

CREATE VIEW seen_follow_up AS
  SELECT f.account_id, r.person_id, f.record_id, r.identity, f.aspect, f.value, f.at
  FROM follow_up f JOIN record r ON r.account_id = f.account_id AND r.id = f.record_id
  WHERE f.account_id = {account} AND f.member_id = {member}
    AND EXISTS (SELECT 1 FROM seen_person p WHERE p.account_id = r.account_id AND p.id = r.person_id);

-- Notes need the level of content, as mails do.
CREATE VIEW seen_note AS
  SELECT n.account_id, n.id, n.member_id, r.person_id, n.interaction_id, n.words, n.at
  FROM note n JOIN record r ON r.account_id = n.account_id AND r.id = n.record_id
  WHERE n.account_id = {account} AND n.gone_at IS NULL
    AND EXISTS (SELECT 1 FROM seen_person p WHERE p.account_id = r.account_id AND p.id = r.person_id)
    AND (n.member_id = {member} OR EXISTS (
      SELECT 1 FROM share s
      WHERE s.account_id = n.account_id AND s.member_id = n.member_id AND s.withdrawn_at IS NULL AND s.level >= 3
        AND (s.with_member = 0 OR s.with_member = {member}) AND (s.person_id = 0 OR s.person_id = r.person_id)));

-- Touches that were logged by hand with somebody who may have no address; the level is that of all touches.
CREATE VIEW seen_logged AS
  SELECT i.account_id, i.id, i.member_id, r.person_id, i.kind, i.at, i.dated, i.direction, i.author, i.via_list,
    i.recipients
  FROM note n
  JOIN record r ON r.account_id = n.account_id AND r.id = n.record_id
  JOIN interaction i ON i.account_id = n.account_id AND i.id = n.interaction_id
  WHERE n.account_id = {account} AND n.gone_at IS NULL
    AND EXISTS (SELECT 1 FROM seen_person p WHERE p.account_id = r.account_id AND p.id = r.person_id)
    AND (i.member_id = {member} OR EXISTS (
      SELECT 1 FROM share s
      WHERE s.account_id = i.account_id AND s.member_id = i.member_id AND s.withdrawn_at IS NULL AND s.level >= 2
        AND (s.with_member = 0 OR s.with_member = {member}) AND (s.person_id = 0 OR s.person_id = r.person_id)));
