-- house

CREATE TABLE account (
  id BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  closed_at BIGINT,
  PRIMARY KEY (id)
);
--: id: open id customer - life export row
--: created_at: open instant customer - life export row
--: closed_at: open instant customer - life export row

CREATE TABLE generator (
  number BIGINT NOT NULL,
  leased_until BIGINT NOT NULL,
  last_used BIGINT NOT NULL,
  PRIMARY KEY (number)
);
--: number: open id operator - work skip keep
--: leased_until: open instant operator - work skip keep
--: last_used: open instant operator - work skip keep

CREATE TABLE operator (
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (name)
);
--: name: open setting operator - life skip keep
--: value: open setting operator - life skip keep

CREATE TABLE password (
  account_id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  hash TEXT NOT NULL CHECK (hash LIKE '$argon2id$%'),
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, member_id)
);
--: account_id: open id customer - life skip row
--: member_id: open id customer - life skip row
--: hash: key password customer - life skip row
--: changed_at: open instant customer - life skip row

CREATE TABLE recovery_code (
  account_id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  digest TEXT NOT NULL,
  PRIMARY KEY (account_id, member_id, digest)
);
--: account_id: open id customer - life skip row
--: member_id: open id customer - life skip row
--: digest: key token customer - life skip row

CREATE TABLE second_factor (
  account_id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  nonce TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  confirmed_at BIGINT,
  last_step BIGINT NOT NULL,
  PRIMARY KEY (account_id, member_id)
);
--: account_id: open id customer - life skip row
--: member_id: open id customer - life skip row
--: nonce: key token customer - life skip row
--: made_at: open instant customer - life skip row
--: confirmed_at: open instant customer - life skip row
--: last_step: open instant customer - life skip row

CREATE TABLE sign_in (
  account_id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  email TEXT NOT NULL, folded TEXT,
  PRIMARY KEY (account_id, member_id)
);
--: account_id: open id customer - life export row
--: member_id: open id customer - life export row
--: email: open directory customer - life export row
--: folded: open directory customer - life export row

CREATE INDEX sign_in_folded ON sign_in (folded);

CREATE TABLE sign_in_link (
  token TEXT NOT NULL,
  account_id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (token)
);
--: token: key token customer - work skip row
--: account_id: open id customer - work skip row
--: member_id: open id customer - work skip row
--: expires_at: open instant customer - work skip row

CREATE INDEX sign_in_link_member ON sign_in_link (account_id, member_id);

CREATE TABLE wake (
  account_id BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  PRIMARY KEY (account_id)
);
--: account_id: open id customer - work skip row
--: due_at: open instant customer - work skip row

CREATE INDEX wake_due ON wake (due_at);

CREATE TABLE web_session (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  token TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  proved_at BIGINT NOT NULL,
  place TEXT NOT NULL,
  device TEXT NOT NULL,
  PRIMARY KEY (account_id, id)
);
--: account_id: open id customer - work skip row
--: id: open id customer - work skip row
--: member_id: open id customer - work skip row
--: token: key token customer - work skip row
--: made_at: open instant customer - work skip row
--: seen_at: open instant customer - work skip row
--: proved_at: open instant customer - work skip row
--: place: open directory customer - work skip row
--: device: open setting customer - work skip row

CREATE UNIQUE INDEX web_session_token ON web_session (token);

-- keyring

CREATE TABLE erasure (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  what TEXT NOT NULL,
  at BIGINT NOT NULL,
  finished_at BIGINT,
  member_id BIGINT NOT NULL,
  PRIMARY KEY (account_id, id)
);
--: account_id: open id customer - proof skip keep
--: id: open id operator - proof skip keep
--: what: open enum operator - proof skip keep
--: at: open instant operator - proof skip keep
--: finished_at: open instant operator - proof skip keep
--: member_id: open id customer - proof skip keep

CREATE TABLE erasure_key (
  account_id BIGINT NOT NULL,
  erasure_id BIGINT NOT NULL,
  key_id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  PRIMARY KEY (account_id, erasure_id, key_id)
);
--: account_id: open id customer - proof skip keep
--: erasure_id: open id operator - proof skip keep
--: key_id: blind key contact - proof skip keep
--: member_id: open id customer - proof skip keep

CREATE TABLE generation (
  account_id BIGINT NOT NULL,
  number BIGINT NOT NULL,
  PRIMARY KEY (account_id)
);
--: account_id: open id customer - life skip keep
--: number: open count customer - life skip keep

CREATE TABLE suppressed (
  account_id BIGINT NOT NULL,
  key_id BIGINT NOT NULL,
  at BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  PRIMARY KEY (account_id, key_id)
);
--: account_id: open id customer - proof skip keep
--: key_id: blind key contact - proof skip keep
--: at: open instant operator - proof skip keep
--: member_id: open id customer - proof skip keep

CREATE TABLE wrapped_key (
  account_id BIGINT NOT NULL,
  kind BIGINT NOT NULL,
  id BIGINT NOT NULL,
  wrapped_by BIGINT NOT NULL,
  wrapped BLOB NOT NULL,
  member_id BIGINT NOT NULL,
  PRIMARY KEY (account_id, kind, id)
);
--: account_id: open id customer - life skip row
--: kind: open enum customer - life skip row
--: id: blind key contact - life skip row
--: wrapped_by: blind key customer - life skip row
--: wrapped: key key customer - life skip row
--: member_id: open id customer - life skip row

-- account

CREATE TABLE acceptance (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  policy_digest TEXT NOT NULL,
  policy_version TEXT NOT NULL,
  accepted_at BIGINT NOT NULL,
  accepted_from TEXT NOT NULL,
  PRIMARY KEY (account_id, id)
);
--: account_id: open id customer - life export keep
--: id: open id customer - life export keep
--: member_id: open id customer - life export keep
--: policy_digest: open digest customer - life export keep
--: policy_version: open enum customer - life export keep
--: accepted_at: open instant customer - life export keep
--: accepted_from: open enum customer - life export keep

CREATE TABLE account (
  account_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  closed_at BIGINT,
  acceptance_id BIGINT NOT NULL,
  PRIMARY KEY (account_id),
  FOREIGN KEY (account_id, acceptance_id) REFERENCES acceptance (account_id, id) DEFERRABLE INITIALLY DEFERRED
);
--: account_id: open id customer - life export keep
--: name: open directory customer - life export keep
--: created_at: open instant customer - life export keep
--: closed_at: open instant customer - life export keep
--: acceptance_id: open id customer - life export keep

CREATE TABLE activity (
  account_id BIGINT NOT NULL,
  destination_id BIGINT NOT NULL,
  interaction_id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  key TEXT NOT NULL,
  state TEXT NOT NULL,
  remote_id TEXT,
  at BIGINT NOT NULL,
  PRIMARY KEY (account_id, destination_id, interaction_id),
  FOREIGN KEY (account_id, interaction_id) REFERENCES interaction (account_id, id) ON DELETE CASCADE
);
--: account_id: open id customer - life export keep
--: destination_id: open id customer - life export row
--: interaction_id: open id contact - life export row
--: member_id: open id customer - life export row
--: key: open digest contact - work export row
--: state: open enum contact - work export row
--: remote_id: open id contact - life export row
--: at: open instant customer - life export row

CREATE TABLE apart (
  account_id BIGINT NOT NULL,
  record_a BIGINT NOT NULL,
  record_b BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  PRIMARY KEY (account_id, record_a, record_b)
);
--: account_id: open id customer - life export keep
--: record_a: open id contact - life export row
--: record_b: open id contact - life export row
--: member_id: open id customer - life export row

CREATE TABLE approval (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  kind BIGINT NOT NULL,
  destination_id BIGINT,
  source_id BIGINT,
  digest TEXT NOT NULL,
  given_at BIGINT NOT NULL,
  used_at BIGINT,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, destination_id, kind, digest),
  UNIQUE (account_id, source_id, kind, digest),
  CHECK ((source_id IS NULL) <> (destination_id IS NULL))
);
--: account_id: open id customer - life export keep
--: id: open id customer - life export row
--: member_id: open id customer - life export row
--: kind: open enum customer - life export row
--: destination_id: open id customer - life export row
--: source_id: open id customer - life export row
--: digest: open digest customer - life export row
--: given_at: open instant customer - life export row
--: used_at: open instant customer - life export row

CREATE TABLE attachment (
  account_id BIGINT NOT NULL,
  mail_id BIGINT NOT NULL,
  position BIGINT NOT NULL,
  name BLOB,
  type TEXT NOT NULL,
  size BIGINT NOT NULL,
  digest BLOB NOT NULL,
  member_id BIGINT NOT NULL,
  PRIMARY KEY (account_id, mail_id, position),
  FOREIGN KEY (account_id, mail_id) REFERENCES mail (account_id, id) ON DELETE CASCADE
);
--: account_id: open id customer - life export keep
--: mail_id: open id contact - source export row
--: position: open count contact - source export row
--: name: sealed attachment-name contact show-to-owner,check-integrity source export row
--: type: open enum contact - source export row
--: size: open count contact - source export row
--: digest: open digest contact - source export row
--: member_id: open id customer - life export row

CREATE TABLE blob_frame (
  account_id BIGINT NOT NULL,
  blob_id BIGINT NOT NULL,
  position BIGINT NOT NULL,
  bytes BLOB NOT NULL,
  member_id BIGINT NOT NULL,
  PRIMARY KEY (account_id, blob_id, position)
);
--: account_id: open id customer - life export keep
--: blob_id: open id contact - source export row
--: position: open count contact - source export row
--: bytes: sealed body contact find-people,build-index,search-mail,show-to-owner,check-integrity source export row
--: member_id: open id customer - life export row

CREATE TABLE bucket (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  goal TEXT,
  days BIGINT,
  made_at BIGINT NOT NULL,
  gone_at BIGINT,
  PRIMARY KEY (account_id, id)
);
--: account_id: open id customer - life export keep
--: id: open id customer - life export row
--: member_id: open id customer - life export row
--: name: open setting customer - life export row
--: goal: open setting customer - life export row
--: days: open setting customer - life export row
--: made_at: open instant customer - life export row
--: gone_at: open instant customer - life export row

CREATE TABLE bucketed (
  account_id BIGINT NOT NULL,
  bucket_id BIGINT NOT NULL,
  record_id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  put_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, bucket_id, record_id),
  FOREIGN KEY (account_id, bucket_id) REFERENCES bucket (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, record_id) REFERENCES record (account_id, id) ON DELETE CASCADE
) WITHOUT ROWID;
--: account_id: open id customer - life export keep
--: bucket_id: open id customer - life export row
--: record_id: open id contact - life export row
--: member_id: open id customer - life export row
--: put_at: open instant contact show-to-owner life export row

CREATE INDEX bucketed_record ON bucketed (account_id, record_id);

CREATE TABLE collection (
  account_id BIGINT NOT NULL,
  folder_id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  path TEXT NOT NULL,
  sync_token TEXT,
  ctag TEXT,
  whole BIGINT NOT NULL,
  listed_at BIGINT,
  PRIMARY KEY (account_id, folder_id),
  FOREIGN KEY (account_id, folder_id) REFERENCES folder (account_id, id) ON DELETE CASCADE
);
--: account_id: open id customer - life export keep
--: folder_id: open id customer - life export row
--: member_id: open id customer - life export row
--: path: open setting customer - life export row
--: sync_token: open cursor customer - work export row
--: ctag: open cursor customer - work export row
--: whole: open flag customer - work export row
--: listed_at: open instant customer - work export row

CREATE TABLE conflict (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  destination_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  field TEXT NOT NULL,
  base TEXT NOT NULL,
  ours TEXT NOT NULL,
  theirs TEXT NOT NULL,
  at BIGINT NOT NULL,
  resolved_at BIGINT,
  cause TEXT NOT NULL,
  ours_at BIGINT,
  ours_from BIGINT,
  theirs_at BIGINT,
  taken TEXT,
  PRIMARY KEY (account_id, id)
);
--: account_id: open id customer - life export keep
--: id: open id customer - life export row
--: member_id: open id customer - life export row
--: destination_id: open id customer - life export row
--: person_id: open id contact - life export row
--: field: open enum contact - life export row
--: base: open directory contact show-to-owner life export row
--: ours: open directory contact show-to-owner life export row
--: theirs: open directory contact show-to-owner life export row
--: at: open instant customer - life export row
--: resolved_at: open instant customer - life export row
--: cause: open enum contact - life export row
--: ours_at: open instant contact show-to-owner life export row
--: ours_from: open enum contact show-to-owner life export row
--: theirs_at: open instant contact show-to-owner life export row
--: taken: open enum customer - life export row

CREATE TABLE consent_grant (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  source_id BIGINT,
  destination_id BIGINT,
  scope TEXT NOT NULL,
  depth TEXT NOT NULL,
  since BIGINT,
  words TEXT NOT NULL,
  words_digest TEXT NOT NULL,
  warranty TEXT,
  policy_version TEXT NOT NULL,
  given_at BIGINT NOT NULL,
  withdrawn_at BIGINT,
  epoch BIGINT NOT NULL,
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id, source_id) REFERENCES source (account_id, id),
  FOREIGN KEY (account_id, destination_id) REFERENCES destination (account_id, id),
  CHECK (source_id IS NULL OR scope <> 'read' OR warranty IS NOT NULL),
  CHECK ((source_id IS NULL) <> (destination_id IS NULL))
);
--: account_id: open id customer - life export keep
--: id: open id customer - life export row
--: member_id: open id customer - life export row
--: source_id: open id customer - life export row
--: destination_id: open id customer - life export row
--: scope: open enum customer - life export row
--: depth: open enum customer - life export row
--: since: open instant customer - life export row
--: words: open setting customer - life export row
--: words_digest: open digest customer - life export row
--: warranty: open digest customer - life export row
--: policy_version: open enum customer - life export row
--: given_at: open instant customer - life export row
--: withdrawn_at: open instant customer - life export row
--: epoch: open count customer - life export row

CREATE TABLE credential (
  account_id BIGINT NOT NULL,
  holder_id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  login BLOB NOT NULL,
  expires_at BIGINT,
  PRIMARY KEY (account_id, holder_id)
);
--: account_id: open id customer - life export keep
--: holder_id: open id customer - life export row
--: member_id: open id customer - life export row
--: login: sealed credential customer connect source skip row
--: expires_at: open instant customer connect source skip row

CREATE TABLE decision (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  person_id BIGINT NOT NULL,
  at BIGINT NOT NULL,
  revoked_at BIGINT,
  PRIMARY KEY (account_id, id)
);
--: account_id: open id customer - life export keep
--: id: open id contact - life export row
--: member_id: open id customer - life export row
--: kind: open enum contact - life export row
--: person_id: open id contact - life export row
--: at: open instant customer - life export row
--: revoked_at: open instant customer - life export row

CREATE TABLE decision_record (
  account_id BIGINT NOT NULL,
  decision_id BIGINT NOT NULL,
  record_id BIGINT NOT NULL,
  from_person BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  PRIMARY KEY (account_id, decision_id, record_id),
  FOREIGN KEY (account_id, decision_id) REFERENCES decision (account_id, id) ON DELETE CASCADE
);
--: account_id: open id customer - life export keep
--: decision_id: open id contact - life export row
--: record_id: open id contact - life export row
--: from_person: open id contact - life export row
--: member_id: open id customer - life export row

CREATE TABLE delivery (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  destination_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  key TEXT NOT NULL,
  verb TEXT NOT NULL,
  run_id BIGINT NOT NULL,
  undoes BIGINT,
  state TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, destination_id, key)
);
--: account_id: open id customer - life export keep
--: id: open id customer - life export row
--: member_id: open id customer - life export row
--: destination_id: open id customer - life export row
--: person_id: open id contact - life export row
--: key: open digest contact - work export row
--: verb: open enum contact - work export row
--: run_id: open id customer - work export row
--: undoes: open id contact - work export row
--: state: open enum contact - work export row
--: at: open instant customer - work export row

CREATE INDEX delivery_open ON delivery (account_id, destination_id) WHERE state <> 'done';

CREATE TABLE delivery_value (
  account_id BIGINT NOT NULL,
  delivery_id BIGINT NOT NULL,
  side TEXT NOT NULL,
  field TEXT NOT NULL,
  position BIGINT NOT NULL,
  value TEXT NOT NULL,
  member_id BIGINT NOT NULL,
  PRIMARY KEY (account_id, delivery_id, side, field, position),
  FOREIGN KEY (account_id, delivery_id) REFERENCES delivery (account_id, id) ON DELETE CASCADE
);
--: account_id: open id customer - life export keep
--: delivery_id: open id customer - life export row
--: side: open enum contact - work export row
--: field: open enum contact - work export row
--: position: open count contact - work export row
--: value: open directory contact sync-to-crm work export row
--: member_id: open id customer - life export row

CREATE TABLE destination (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  location TEXT NOT NULL,
  revoked_at BIGINT,
  last_run_at BIGINT,
  trouble TEXT,
  cursor TEXT,
  whole_at BIGINT,
  swept_at BIGINT,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, member_id, kind, location)
);
--: account_id: open id customer - life export keep
--: id: open id customer - life export row
--: member_id: open id customer - life export row
--: kind: open enum customer statistics life export row
--: location: open setting customer - life export row
--: revoked_at: open instant customer - life export row
--: last_run_at: open instant customer - work export row
--: trouble: open progress customer - work export row
--: cursor: open cursor customer - work export row
--: whole_at: open instant customer - work export row
--: swept_at: open instant customer - work export row

CREATE TABLE destination_option (
  account_id BIGINT NOT NULL,
  destination_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  member_id BIGINT NOT NULL,
  PRIMARY KEY (account_id, destination_id, name),
  FOREIGN KEY (account_id, destination_id) REFERENCES destination (account_id, id) ON DELETE CASCADE
);
--: account_id: open id customer - life export keep
--: destination_id: open id customer - life export row
--: name: open enum customer - life export row
--: value: open setting customer - life export row
--: member_id: open id customer - life export row

CREATE TABLE destination_server (
  account_id BIGINT NOT NULL,
  destination_id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  host TEXT NOT NULL,
  port BIGINT NOT NULL,
  path TEXT,
  security TEXT NOT NULL,
  authority TEXT,
  PRIMARY KEY (account_id, destination_id),
  FOREIGN KEY (account_id, destination_id) REFERENCES destination (account_id, id) ON DELETE CASCADE
);
--: account_id: open id customer - life export keep
--: destination_id: open id customer - life export row
--: member_id: open id customer - life export row
--: host: open setting customer - life export row
--: port: open setting customer - life export row
--: path: open setting customer - life export row
--: security: open enum customer - life export row
--: authority: open setting customer - life export row

CREATE TABLE event (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  source_id BIGINT NOT NULL,
  grant_id BIGINT NOT NULL,
  folder_id BIGINT NOT NULL,
  identity TEXT NOT NULL,
  digest BLOB NOT NULL,
  due_at BIGINT,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, member_id, identity),
  FOREIGN KEY (account_id, source_id) REFERENCES source (account_id, id),
  FOREIGN KEY (account_id, grant_id) REFERENCES consent_grant (account_id, id)
);
--: account_id: open id customer - life export keep
--: id: open id customer - life export row
--: member_id: open id customer - life export row
--: source_id: open id customer - life export row
--: grant_id: open id customer - life export row
--: folder_id: open id customer - life export row
--: identity: open digest customer - life export row
--: digest: open digest customer - life export row
--: due_at: open instant customer - life export row

CREATE INDEX event_folder ON event (account_id, folder_id);

CREATE TABLE fact (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  record_id BIGINT NOT NULL,
  field TEXT NOT NULL,
  label TEXT NOT NULL,
  value TEXT,
  detail BLOB,
  value_key BIGINT NOT NULL,
  origin BIGINT NOT NULL,
  first_seen BIGINT NOT NULL,
  last_seen BIGINT NOT NULL,
  seen BIGINT NOT NULL,
  confidence DOUBLE PRECISION NOT NULL,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, record_id, field, label, value_key),
  FOREIGN KEY (account_id, record_id) REFERENCES record (account_id, id) ON DELETE CASCADE,
  CHECK ((value IS NULL) <> (detail IS NULL))
);
--: account_id: open id customer - life export keep
--: id: open id contact - life export row
--: member_id: open id customer - life export row
--: record_id: open id contact - life export row
--: field: open enum contact - life export row
--: label: open enum contact - life export row
--: value: open directory contact find-people,show-to-owner,sync-to-crm life export row
--: detail: sealed detail contact show-to-owner,check-integrity life export row
--: value_key: blind key contact - life export row
--: origin: open enum contact - life export row
--: first_seen: open instant contact - life export row
--: last_seen: open instant contact - life export row
--: seen: open count contact - life export row
--: confidence: open measure contact - life export row

CREATE INDEX fact_birthday ON fact (account_id, member_id, value_key) WHERE field = 'birthday';

CREATE INDEX fact_record ON fact (account_id, record_id, id);

CREATE TABLE folder (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  source_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  uid_validity BIGINT NOT NULL,
  cursor_uid BIGINT NOT NULL,
  mod_seq BIGINT NOT NULL DEFAULT 0,
  on_server BIGINT NOT NULL,
  held BIGINT NOT NULL,
  compared_at BIGINT,
  full_at BIGINT,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, source_id, name),
  FOREIGN KEY (account_id, source_id) REFERENCES source (account_id, id)
);
--: account_id: open id customer - life export keep
--: id: open id customer - life export row
--: member_id: open id customer - life export row
--: source_id: open id customer - life export row
--: name: open setting customer - source export row
--: uid_validity: open cursor customer - work export row
--: cursor_uid: open cursor customer - work export row
--: mod_seq: open cursor customer - work export row
--: on_server: open count customer statistics work export row
--: held: open count customer statistics work export row
--: compared_at: open instant customer - work export row
--: full_at: open instant customer - work export row

CREATE TABLE follow_up (
  account_id BIGINT NOT NULL,
  record_id BIGINT NOT NULL,
  aspect TEXT NOT NULL,
  value BIGINT NOT NULL,
  at BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  PRIMARY KEY (account_id, record_id, aspect),
  FOREIGN KEY (account_id, record_id) REFERENCES record (account_id, id) ON DELETE CASCADE
) WITHOUT ROWID;
--: account_id: open id customer - life export keep
--: record_id: open id contact - life export row
--: aspect: open enum contact - life export row
--: value: open setting contact - life export row
--: at: open instant contact - life export row
--: member_id: open id customer - life export row

CREATE TABLE grant_purpose (
  account_id BIGINT NOT NULL,
  grant_id BIGINT NOT NULL,
  purpose TEXT NOT NULL,
  member_id BIGINT NOT NULL,
  PRIMARY KEY (account_id, grant_id, purpose),
  FOREIGN KEY (account_id, grant_id) REFERENCES consent_grant (account_id, id) ON DELETE CASCADE
);
--: account_id: open id customer - life export keep
--: grant_id: open id customer - life export row
--: purpose: open enum customer - life export row
--: member_id: open id customer - life export row

CREATE TABLE handle (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  key_id BIGINT NOT NULL,
  stale BIGINT NOT NULL DEFAULT 1,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, member_id, kind, value)
);
--: account_id: open id customer - life export keep
--: id: open id contact - life export row
--: member_id: open id customer - life export row
--: kind: open enum contact - life export row
--: value: open directory contact find-people,show-to-owner,sync-to-crm life export row
--: key_id: blind key contact - life export row
--: stale: open flag contact - work export row

CREATE INDEX handle_key ON handle (account_id, key_id);

CREATE INDEX handle_stale ON handle (account_id, member_id, id) WHERE stale = 1;

CREATE TABLE handle_name (
  account_id BIGINT NOT NULL,
  handle_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  seen BIGINT NOT NULL,
  first_at BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  PRIMARY KEY (account_id, handle_id, name),
  FOREIGN KEY (account_id, handle_id) REFERENCES handle (account_id, id) ON DELETE CASCADE
) WITHOUT ROWID;
--: account_id: open id customer - life export keep
--: handle_id: open id contact - life export row
--: name: open directory contact find-people,show-to-owner,sync-to-crm life export row
--: seen: open count contact - life export row
--: first_at: open instant contact - life export row
--: last_at: open instant contact - life export row
--: member_id: open id customer - life export row

CREATE TABLE handle_said (
  account_id BIGINT NOT NULL,
  handle_id BIGINT NOT NULL,
  interaction_id BIGINT NOT NULL,
  field TEXT NOT NULL,
  label TEXT NOT NULL,
  value TEXT NOT NULL,
  confidence DOUBLE PRECISION NOT NULL,
  member_id BIGINT NOT NULL,
  PRIMARY KEY (account_id, handle_id, interaction_id, field, label, value),
  FOREIGN KEY (account_id, handle_id) REFERENCES handle (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, interaction_id) REFERENCES interaction (account_id, id) ON DELETE CASCADE
) WITHOUT ROWID;
--: account_id: open id customer - life export keep
--: handle_id: open id contact - life export row
--: interaction_id: open id contact - life export row
--: field: open enum contact - life export row
--: label: open enum contact - life export row
--: value: open directory contact find-people,show-to-owner,sync-to-crm life export row
--: confidence: open measure contact - life export row
--: member_id: open id customer - life export row

CREATE TABLE interaction (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  at BIGINT NOT NULL,
  dated BIGINT NOT NULL,
  direction BIGINT NOT NULL,
  author BIGINT NOT NULL,
  via_list BIGINT NOT NULL,
  recipients BIGINT NOT NULL,
  answers BIGINT NOT NULL,
  shape BIGINT NOT NULL,
  twin BLOB NOT NULL, ends_at BIGINT,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, member_id, twin)
);
--: account_id: open id customer - life export keep
--: id: open id contact - life export row
--: member_id: open id customer - life export row
--: kind: open enum contact - life export row
--: at: open instant contact - life export row
--: dated: open flag contact - life export row
--: direction: open enum contact - life export row
--: author: open enum contact - life export row
--: via_list: open flag contact - life export row
--: recipients: open count contact - life export row
--: answers: open flag contact - life export row
--: shape: blind key contact - life export row
--: twin: blind key contact - life export row
--: ends_at: open instant contact - life export row

CREATE INDEX interaction_at ON interaction (account_id, member_id, at);

CREATE TABLE job (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  subject_id BIGINT NOT NULL,
  key TEXT NOT NULL,
  state TEXT NOT NULL,
  run_at BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  trouble TEXT,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, key)
);
--: account_id: open id customer - life export keep
--: id: open id customer - work skip row
--: member_id: open id customer - life export row
--: kind: open enum customer - work skip row
--: subject_id: open id customer - work skip row
--: key: open digest customer - work skip row
--: state: open enum customer - work skip row
--: run_at: open instant customer - work skip row
--: attempts: open count customer - work skip row
--: trouble: open progress customer - work skip row

CREATE INDEX job_due ON job (account_id, state, run_at, id);

CREATE TABLE journal (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  run_id BIGINT NOT NULL,
  verb TEXT NOT NULL,
  person_id BIGINT NOT NULL,
  destination_id BIGINT,
  decision_id BIGINT,
  at BIGINT NOT NULL,
  undone_at BIGINT,
  undoes BIGINT,
  source_id BIGINT,
  PRIMARY KEY (account_id, id)
);
--: account_id: open id customer - life export keep
--: id: open id contact - life export row
--: member_id: open id customer - life export row
--: run_id: open id customer - life export row
--: verb: open enum customer - life export row
--: person_id: open id contact - life export row
--: destination_id: open id customer - life export row
--: decision_id: open id contact - life export row
--: at: open instant customer - life export row
--: undone_at: open instant customer - life export row
--: undoes: open id contact - life export row
--: source_id: open id customer - life export row

CREATE INDEX journal_at ON journal (account_id, member_id, id);

CREATE INDEX journal_person ON journal (account_id, person_id);

CREATE TABLE journal_image (
  account_id BIGINT NOT NULL,
  entry_id BIGINT NOT NULL,
  position BIGINT NOT NULL,
  key_id BIGINT NOT NULL,
  before BLOB,
  after BLOB,
  member_id BIGINT NOT NULL,
  PRIMARY KEY (account_id, entry_id, position),
  FOREIGN KEY (account_id, entry_id) REFERENCES journal (account_id, id) ON DELETE CASCADE
);
--: account_id: open id customer - life export keep
--: entry_id: open id contact - life export row
--: position: open count contact - life export row
--: key_id: blind key contact - life export row
--: before: sealed journal-image contact undo-change,check-integrity life export row
--: after: sealed journal-image contact undo-change,check-integrity life export row
--: member_id: open id customer - life export row

CREATE TABLE lease (
  account_id BIGINT NOT NULL,
  fence BIGINT NOT NULL,
  holder TEXT NOT NULL,
  until BIGINT NOT NULL,
  PRIMARY KEY (account_id)
);
--: account_id: open id customer - life export keep
--: fence: open count customer - work skip keep
--: holder: open enum operator - work skip keep
--: until: open instant customer - work skip keep

CREATE TABLE ledger (
  account_id BIGINT NOT NULL,
  sequence BIGINT NOT NULL,
  at BIGINT NOT NULL,
  purpose TEXT NOT NULL,
  by_whom BIGINT NOT NULL,
  owner BIGINT NOT NULL,
  about BIGINT NOT NULL,
  outcome TEXT NOT NULL,
  items BIGINT NOT NULL,
  leaf BLOB NOT NULL,
  PRIMARY KEY (account_id, sequence)
);
--: account_id: open id customer - life export keep
--: sequence: open count customer - proof export keep
--: at: open instant customer - proof export keep
--: purpose: open enum customer - proof export keep
--: by_whom: blind key customer - proof export keep
--: owner: blind key customer - proof export keep
--: about: blind key contact - proof export keep
--: outcome: open enum customer - proof export keep
--: items: open count customer - proof export keep
--: leaf: open digest customer - proof export keep

CREATE TABLE ledger_head (
  account_id BIGINT NOT NULL,
  size BIGINT NOT NULL,
  frontier BLOB NOT NULL,
  root BLOB NOT NULL,
  signing_key BLOB NOT NULL,
  signature BLOB NOT NULL,
  PRIMARY KEY (account_id)
);
--: account_id: open id customer - life export keep
--: size: open count customer - proof export keep
--: frontier: open digest customer - proof export keep
--: root: open digest customer - proof export keep
--: signing_key: open digest customer - proof export keep
--: signature: open digest customer - proof export keep

CREATE TABLE left_out (
  account_id BIGINT NOT NULL,
  folder_id BIGINT NOT NULL,
  rule TEXT NOT NULL,
  items BIGINT NOT NULL,
  uids TEXT,
  member_id BIGINT NOT NULL,
  PRIMARY KEY (account_id, folder_id, rule),
  FOREIGN KEY (account_id, folder_id) REFERENCES folder (account_id, id) ON DELETE CASCADE
);
--: account_id: open id customer - life export keep
--: folder_id: open id customer - life export row
--: rule: open enum customer statistics work export row
--: items: open count customer statistics work export row
--: uids: open cursor customer - work export row
--: member_id: open id customer - life export row

CREATE TABLE link (
  account_id BIGINT NOT NULL,
  destination_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  remote_id TEXT NOT NULL,
  key TEXT NOT NULL,
  remote_digest TEXT NOT NULL,
  delivered_at BIGINT NOT NULL,
  seen_stamp BIGINT,
  seen_kind TEXT,
  seen_key TEXT,
  seen_digest TEXT,
  seen_changed BIGINT,
  PRIMARY KEY (account_id, destination_id, person_id),
  UNIQUE (account_id, destination_id, remote_id),
  FOREIGN KEY (account_id, destination_id) REFERENCES destination (account_id, id)
);
--: account_id: open id customer - life export keep
--: destination_id: open id customer - life export row
--: person_id: open id contact - life export row
--: member_id: open id customer - life export row
--: remote_id: open id contact - life export row
--: key: open digest contact - work export row
--: remote_digest: open digest contact - work export row
--: delivered_at: open instant customer - work export row
--: seen_stamp: open id contact - work export row
--: seen_kind: open enum contact - work export row
--: seen_key: open digest contact - work export row
--: seen_digest: open digest contact - work export row
--: seen_changed: open instant contact - work export row

CREATE TABLE link_value (
  account_id BIGINT NOT NULL,
  destination_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  side TEXT NOT NULL,
  field TEXT NOT NULL,
  position BIGINT NOT NULL,
  value TEXT NOT NULL,
  member_id BIGINT NOT NULL,
  PRIMARY KEY (account_id, destination_id, person_id, side, field, position),
  FOREIGN KEY (account_id, destination_id, person_id) REFERENCES link (account_id, destination_id, person_id) ON DELETE CASCADE
);
--: account_id: open id customer - life export keep
--: destination_id: open id customer - life export row
--: person_id: open id contact - life export row
--: side: open enum contact - life export row
--: field: open enum contact - life export row
--: position: open count contact - life export row
--: value: open directory contact sync-to-crm life export row
--: member_id: open id customer - life export row

CREATE TABLE listener (
  account_id BIGINT NOT NULL,
  source_id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  holder TEXT NOT NULL,
  until BIGINT NOT NULL,
  PRIMARY KEY (account_id, source_id),
  FOREIGN KEY (account_id, source_id) REFERENCES source (account_id, id) ON DELETE CASCADE
);
--: account_id: open id customer - life export keep
--: source_id: open id customer - work skip row
--: member_id: open id customer - work skip row
--: holder: open enum operator - work skip row
--: until: open instant customer - work skip row

CREATE TABLE mail (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  source_id BIGINT NOT NULL,
  grant_id BIGINT NOT NULL,
  digest BLOB NOT NULL,
  size BIGINT NOT NULL,
  depth TEXT NOT NULL,
  at BIGINT NOT NULL,
  key_id BIGINT NOT NULL,
  subject BLOB,
  content BLOB,
  blob_id BIGINT,
  analysed BIGINT NOT NULL,
  erased BIGINT NOT NULL,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, source_id, digest),
  FOREIGN KEY (account_id, source_id) REFERENCES source (account_id, id),
  FOREIGN KEY (account_id, grant_id) REFERENCES consent_grant (account_id, id)
);
--: account_id: open id customer - life export keep
--: id: open id contact - source export row
--: member_id: open id customer - life export row
--: source_id: open id customer - source export row
--: grant_id: open id customer - source export row
--: digest: open digest contact - source export row
--: size: open count contact - source export row
--: depth: open enum customer - source export row
--: at: open instant contact - source export row
--: key_id: blind key contact - source export row
--: subject: sealed subject contact show-to-owner,log-to-crm,check-integrity source export null
--: content: sealed body contact find-people,build-index,search-mail,show-to-owner,log-to-crm,check-integrity source export null
--: blob_id: open id contact - source export null
--: analysed: open flag customer - work export row
--: erased: open flag contact - source export row

CREATE INDEX mail_blob ON mail (account_id, blob_id) WHERE blob_id IS NOT NULL;

CREATE INDEX mail_held ON mail (account_id, source_id, depth, erased);

CREATE INDEX mail_unanalysed ON mail (account_id, source_id, id) WHERE analysed = 0;

CREATE TABLE mail_interaction (
  account_id BIGINT NOT NULL,
  mail_id BIGINT NOT NULL,
  interaction_id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  PRIMARY KEY (account_id, mail_id),
  FOREIGN KEY (account_id, mail_id) REFERENCES mail (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, interaction_id) REFERENCES interaction (account_id, id)
) WITHOUT ROWID;
--: account_id: open id customer - life export keep
--: mail_id: open id contact - source export row
--: interaction_id: open id contact - source export row
--: member_id: open id customer - life export row

CREATE INDEX mail_interaction_of ON mail_interaction (account_id, interaction_id);

CREATE TABLE mail_words (
  account_id BIGINT NOT NULL,
  mail_id BIGINT NOT NULL,
  tokens TEXT NOT NULL,
  member_id BIGINT NOT NULL,
  PRIMARY KEY (account_id, mail_id),
  FOREIGN KEY (account_id, mail_id) REFERENCES mail (account_id, id) ON DELETE CASCADE
);
--: account_id: open id customer - life export keep
--: mail_id: open id contact - source export row
--: tokens: blind words contact search-mail source export row
--: member_id: open id customer - life export row

CREATE TABLE meeting (
  account_id BIGINT NOT NULL,
  event_id BIGINT NOT NULL,
  interaction_id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  PRIMARY KEY (account_id, event_id, interaction_id),
  FOREIGN KEY (account_id, event_id) REFERENCES event (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, interaction_id) REFERENCES interaction (account_id, id)
) WITHOUT ROWID;
--: account_id: open id customer - life export keep
--: event_id: open id customer - life export row
--: interaction_id: open id contact - life export row
--: member_id: open id customer - life export row

CREATE INDEX meeting_of ON meeting (account_id, interaction_id);

CREATE TABLE member (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  email TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  joined_at BIGINT NOT NULL,
  acknowledged_at BIGINT,
  left_at BIGINT,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, email),
  CHECK (role IN ('administrator', 'member'))
);
--: account_id: open id customer - life export keep
--: id: open id customer - life export row
--: email: open directory customer - life export row
--: name: open directory customer - life export row
--: role: open enum customer - life export row
--: joined_at: open instant customer - life export row
--: acknowledged_at: open instant customer - life export row
--: left_at: open instant customer - life export row

CREATE TABLE note (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  record_id BIGINT NOT NULL,
  interaction_id BIGINT,
  words BLOB,
  at BIGINT NOT NULL,
  gone_at BIGINT,
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id, record_id) REFERENCES record (account_id, id) ON DELETE CASCADE
);
--: account_id: open id customer - life export keep
--: id: open id contact - life export row
--: member_id: open id customer - life export row
--: record_id: open id contact - life export row
--: interaction_id: open id contact - life export row
--: words: sealed note contact show-to-owner life export row
--: at: open instant contact show-to-owner life export row
--: gone_at: open instant contact - life export row

CREATE INDEX note_record ON note (account_id, record_id, id);

CREATE TABLE participant (
  account_id BIGINT NOT NULL,
  interaction_id BIGINT NOT NULL,
  role BIGINT NOT NULL,
  position BIGINT NOT NULL,
  handle_id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  PRIMARY KEY (account_id, interaction_id, role, position),
  FOREIGN KEY (account_id, interaction_id) REFERENCES interaction (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, handle_id) REFERENCES handle (account_id, id)
) WITHOUT ROWID;
--: account_id: open id customer - life export keep
--: interaction_id: open id contact - life export row
--: role: open enum contact - life export row
--: position: open count contact - life export row
--: handle_id: open id contact - life export row
--: member_id: open id customer - life export row

CREATE INDEX participant_handle ON participant (account_id, handle_id, interaction_id);

CREATE TABLE person (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  folded TEXT NOT NULL,
  organisation TEXT,
  title TEXT,
  strength DOUBLE PRECISION NOT NULL,
  last_contacted BIGINT,
  interactions BIGINT NOT NULL,
  restricted_at BIGINT,
  gone BIGINT NOT NULL,
  PRIMARY KEY (account_id, id)
);
--: account_id: open id customer - life export keep
--: id: open id contact - life export row
--: member_id: open id customer - life export row
--: kind: open enum contact - life export row
--: name: open directory contact find-people,show-to-owner,sync-to-crm life export row
--: folded: open directory contact show-to-owner life export row
--: organisation: open directory contact show-to-owner,sync-to-crm life export row
--: title: open directory contact show-to-owner,sync-to-crm life export row
--: strength: open measure contact show-to-owner,sync-to-crm life export row
--: last_contacted: open instant contact show-to-owner,sync-to-crm life export row
--: interactions: open count contact show-to-owner life export row
--: restricted_at: open instant contact - life export row
--: gone: open flag contact - life export row

CREATE INDEX person_contact ON person (account_id, gone, COALESCE(last_contacted, 0) DESC, id);

CREATE INDEX person_folded ON person (account_id, gone, folded, id);

CREATE INDEX person_name ON person (account_id, member_id, folded);

CREATE INDEX person_strength ON person (account_id, gone, strength DESC, id);

CREATE TABLE person_value (
  account_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  field TEXT NOT NULL,
  position BIGINT NOT NULL,
  value TEXT NOT NULL,
  member_id BIGINT NOT NULL,
  PRIMARY KEY (account_id, person_id, field, position),
  FOREIGN KEY (account_id, person_id) REFERENCES person (account_id, id) ON DELETE CASCADE
) WITHOUT ROWID;
--: account_id: open id customer - life export keep
--: person_id: open id contact - life export row
--: field: open enum contact - life export row
--: position: open count contact - life export row
--: value: open directory contact find-people,show-to-owner,sync-to-crm life export row
--: member_id: open id customer - life export row

CREATE INDEX person_tag ON person_value (account_id, substr(value, 1, 200), person_id) WHERE field = 'tag';

CREATE TABLE person_word (
  account_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  word TEXT NOT NULL,
  member_id BIGINT NOT NULL,
  PRIMARY KEY (account_id, person_id, word),
  FOREIGN KEY (account_id, person_id) REFERENCES person (account_id, id) ON DELETE CASCADE
) WITHOUT ROWID;
--: account_id: open id customer - life export keep
--: person_id: open id contact - life export row
--: word: open directory contact show-to-owner life export row
--: member_id: open id customer - life export row

CREATE INDEX person_word_found ON person_word (account_id, word, person_id);

CREATE TABLE place (
  account_id BIGINT NOT NULL,
  folder_id BIGINT NOT NULL,
  uid_validity BIGINT NOT NULL,
  uid BIGINT NOT NULL,
  mail_id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  flags BIGINT NOT NULL,
  PRIMARY KEY (account_id, folder_id, uid_validity, uid),
  FOREIGN KEY (account_id, folder_id) REFERENCES folder (account_id, id),
  FOREIGN KEY (account_id, mail_id) REFERENCES mail (account_id, id)
) WITHOUT ROWID;
--: account_id: open id customer - life export keep
--: folder_id: open id customer - source export row
--: uid_validity: open cursor customer - source export row
--: uid: open cursor customer - source export row
--: mail_id: open id contact - source export row
--: member_id: open id customer - life export row
--: flags: open flag contact - source export row

CREATE TABLE record (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  source_id BIGINT,
  grant_id BIGINT,
  folder_id BIGINT,
  identity TEXT NOT NULL,
  digest BLOB,
  handle_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  gone_at BIGINT,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, member_id, kind, identity),
  FOREIGN KEY (account_id, handle_id) REFERENCES handle (account_id, id),
  FOREIGN KEY (account_id, person_id) REFERENCES person (account_id, id) DEFERRABLE INITIALLY DEFERRED,
  FOREIGN KEY (account_id, source_id) REFERENCES source (account_id, id),
  FOREIGN KEY (account_id, grant_id) REFERENCES consent_grant (account_id, id),
  CHECK (kind <> 'card' OR (source_id IS NOT NULL AND grant_id IS NOT NULL))
);
--: account_id: open id customer - life export keep
--: id: open id contact - life export row
--: member_id: open id customer - life export row
--: kind: open enum contact - life export row
--: source_id: open id customer - life export row
--: grant_id: open id customer - life export row
--: folder_id: open id customer - life export row
--: identity: open digest contact - life export row
--: digest: open digest contact - life export row
--: handle_id: open id contact - life export row
--: person_id: open id contact - life export row
--: gone_at: open instant contact - life export row

CREATE INDEX record_handle ON record (account_id, handle_id, id);

CREATE INDEX record_person ON record (account_id, person_id, id);

CREATE TABLE resource (
  account_id BIGINT NOT NULL,
  folder_id BIGINT NOT NULL,
  place TEXT NOT NULL,
  position BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  etag TEXT,
  identity TEXT,
  rule TEXT,
  PRIMARY KEY (account_id, folder_id, place, position),
  FOREIGN KEY (account_id, folder_id) REFERENCES folder (account_id, id) ON DELETE CASCADE,
  CHECK ((identity IS NULL) <> (rule IS NULL))
);
--: account_id: open id customer - life export keep
--: folder_id: open id customer - life export row
--: place: open digest contact - life export row
--: position: open count contact - life export row
--: member_id: open id customer - life export row
--: etag: open cursor contact - life export row
--: identity: open digest contact - life export row
--: rule: open enum contact - life export row

CREATE INDEX resource_identity ON resource (account_id, member_id, identity);

CREATE TABLE sender_rule (
  account_id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  pattern TEXT NOT NULL,
  kind TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, member_id, pattern)
) WITHOUT ROWID;
--: account_id: open id customer - life export keep
--: member_id: open id customer - life export row
--: pattern: open directory contact - life export row
--: kind: open enum customer - life export row
--: made_at: open instant customer - life export row

CREATE TABLE setting (
  account_id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (account_id, member_id, name)
);
--: account_id: open id customer - life export keep
--: member_id: open id customer - life export row
--: name: open enum customer - life export row
--: value: open setting customer - life export row

CREATE TABLE share (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  with_member BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  level BIGINT NOT NULL,
  given_at BIGINT NOT NULL,
  withdrawn_at BIGINT,
  PRIMARY KEY (account_id, id)
);
--: account_id: open id customer - life export keep
--: id: open id customer - life export row
--: member_id: open id customer - life export row
--: with_member: open id customer - life export row
--: person_id: open id contact - life export row
--: level: open enum customer - life export row
--: given_at: open instant customer - life export row
--: withdrawn_at: open instant customer - life export row

CREATE TABLE source (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  location TEXT NOT NULL,
  depth TEXT NOT NULL,
  since BIGINT,
  revoked_at BIGINT,
  last_run_at BIGINT,
  trouble TEXT,
  mails BIGINT NOT NULL,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, member_id, kind, location)
);
--: account_id: open id customer - life export keep
--: id: open id customer - life export row
--: member_id: open id customer - life export row
--: kind: open enum customer statistics life export row
--: location: open setting customer - life export row
--: depth: open enum customer - life export row
--: since: open instant customer - life export row
--: revoked_at: open instant customer - life export row
--: last_run_at: open instant customer - work export row
--: trouble: open progress customer - work export row
--: mails: open count customer - life export row

CREATE TABLE source_owner (
  account_id BIGINT NOT NULL,
  source_id BIGINT NOT NULL,
  address TEXT NOT NULL,
  member_id BIGINT NOT NULL,
  PRIMARY KEY (account_id, source_id, address),
  FOREIGN KEY (account_id, source_id) REFERENCES source (account_id, id) ON DELETE CASCADE
);
--: account_id: open id customer - life export keep
--: source_id: open id customer - life export row
--: address: open directory customer - life export row
--: member_id: open id customer - life export row

CREATE TABLE source_pattern (
  account_id BIGINT NOT NULL,
  source_id BIGINT NOT NULL,
  pattern TEXT NOT NULL,
  member_id BIGINT NOT NULL,
  PRIMARY KEY (account_id, source_id, pattern),
  FOREIGN KEY (account_id, source_id) REFERENCES source (account_id, id) ON DELETE CASCADE
);
--: account_id: open id customer - life export keep
--: source_id: open id customer - life export row
--: pattern: open setting customer - life export row
--: member_id: open id customer - life export row

CREATE TABLE source_server (
  account_id BIGINT NOT NULL,
  source_id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  host TEXT NOT NULL,
  port BIGINT NOT NULL,
  path TEXT,
  security TEXT NOT NULL,
  authority TEXT,
  secret TEXT NOT NULL,
  token_host TEXT,
  token_port BIGINT,
  token_path TEXT,
  token_tls BIGINT,
  reads_junk BIGINT NOT NULL,
  reads_trash BIGINT NOT NULL,
  PRIMARY KEY (account_id, source_id),
  FOREIGN KEY (account_id, source_id) REFERENCES source (account_id, id) ON DELETE CASCADE
);
--: account_id: open id customer - life export keep
--: source_id: open id customer - life export row
--: member_id: open id customer - life export row
--: host: open setting customer - life export row
--: port: open setting customer - life export row
--: path: open setting customer - life export row
--: security: open enum customer - life export row
--: authority: open setting customer - life export row
--: secret: open enum customer - life export row
--: token_host: open setting customer - life export row
--: token_port: open setting customer - life export row
--: token_path: open setting customer - life export row
--: token_tls: open flag customer - life export row
--: reads_junk: open flag customer - life export row
--: reads_trash: open flag customer - life export row

CREATE TABLE task (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  record_id BIGINT NOT NULL,
  title BLOB NOT NULL,
  title_token BIGINT NOT NULL,
  due BIGINT,
  done BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  gone_at BIGINT,
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id, record_id) REFERENCES record (account_id, id) ON DELETE CASCADE
);
--: account_id: open id customer - life export keep
--: id: open id contact - life export row
--: member_id: open id customer - life export row
--: record_id: open id contact - life export row
--: title: sealed note contact show-to-owner,tasks-to-crm life export row
--: title_token: blind key contact - life export row
--: due: open instant contact show-to-owner,tasks-to-crm life export row
--: done: open flag contact show-to-owner,tasks-to-crm life export row
--: changed_at: open instant contact show-to-owner life export row
--: gone_at: open instant contact - life export row

CREATE INDEX task_record ON task (account_id, record_id, id);

CREATE TABLE task_link (
  account_id BIGINT NOT NULL,
  destination_id BIGINT NOT NULL,
  task_id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  key TEXT NOT NULL,
  state TEXT NOT NULL,
  remote_id TEXT,
  base_title BIGINT NOT NULL,
  base_due BIGINT,
  base_done BIGINT NOT NULL,
  there_title BIGINT,
  there_due BIGINT,
  there_done BIGINT,
  their_title BLOB,
  PRIMARY KEY (account_id, destination_id, task_id),
  FOREIGN KEY (account_id, task_id) REFERENCES task (account_id, id) ON DELETE CASCADE
);
--: account_id: open id customer - life export keep
--: destination_id: open id customer - life export row
--: task_id: open id contact - life export row
--: member_id: open id customer - life export row
--: key: open digest contact - work export row
--: state: open enum contact - work export row
--: remote_id: open id contact - life export row
--: base_title: blind key contact - work export row
--: base_due: open instant contact - work export row
--: base_done: open flag contact - work export row
--: there_title: blind key contact - work export row
--: there_due: open instant contact - work export row
--: there_done: open flag contact - work export row
--: their_title: sealed note contact show-to-owner life export row

CREATE TABLE transcript (
  account_id BIGINT NOT NULL,
  source_id BIGINT NOT NULL,
  position BIGINT NOT NULL,
  at BIGINT NOT NULL,
  line TEXT NOT NULL,
  member_id BIGINT NOT NULL,
  PRIMARY KEY (account_id, source_id, position),
  FOREIGN KEY (account_id, source_id) REFERENCES source (account_id, id) ON DELETE CASCADE
);
--: account_id: open id customer - life export keep
--: source_id: open id customer - life export row
--: position: open count customer - life export row
--: at: open instant customer - work export row
--: line: open progress customer - work export row
--: member_id: open id customer - life export row

CREATE VIEW seen_bucket AS
SELECT b.account_id, b.id, b.name, b.goal, b.days, b.made_at
FROM bucket b WHERE b.account_id = kith_account() AND b.member_id = kith_member() AND b.gone_at IS NULL;

CREATE VIEW seen_bucketed AS
SELECT b.account_id, b.bucket_id, r.person_id, b.put_at
FROM bucketed b JOIN record r ON r.account_id = b.account_id AND r.id = b.record_id
WHERE b.account_id = kith_account() AND b.member_id = kith_member()
AND EXISTS (SELECT 1 FROM seen_person p WHERE p.account_id = r.account_id AND p.id = r.person_id);

CREATE VIEW seen_conflict AS
SELECT c.account_id, c.id, c.destination_id, c.person_id, c.field, c.base, c.ours, c.theirs, c.at, c.resolved_at,
c.cause, c.ours_at, c.ours_from, c.theirs_at, c.taken
FROM conflict c WHERE c.account_id = kith_account() AND c.member_id = kith_member();

CREATE VIEW seen_destination AS
SELECT d.account_id, d.id, d.member_id, d.kind, d.location, d.revoked_at, d.last_run_at, d.trouble
FROM destination d WHERE d.account_id = kith_account() AND d.member_id = kith_member();

CREATE VIEW seen_detail AS
SELECT f.account_id, f.id, r.person_id, f.detail
FROM fact f JOIN record r ON r.account_id = f.account_id AND r.id = f.record_id
WHERE f.account_id = kith_account() AND r.gone_at IS NULL AND f.detail IS NOT NULL
AND EXISTS (SELECT 1 FROM seen_person p WHERE p.account_id = r.account_id AND p.id = r.person_id)
AND (f.member_id = kith_member() OR EXISTS (
    SELECT 1 FROM share s
    WHERE s.account_id = f.account_id AND s.member_id = f.member_id AND s.withdrawn_at IS NULL AND s.level >= 3
    AND (s.with_member = 0 OR s.with_member = kith_member()) AND (s.person_id = 0 OR s.person_id = r.person_id)));

CREATE VIEW seen_fact AS
SELECT f.account_id, f.id, r.person_id, f.record_id, r.kind AS record_kind, r.source_id, f.field, f.label, f.value,
f.origin, f.first_seen, f.last_seen, f.seen, f.confidence
FROM fact f JOIN record r ON r.account_id = f.account_id AND r.id = f.record_id
WHERE f.account_id = kith_account() AND r.gone_at IS NULL
AND EXISTS (SELECT 1 FROM seen_person p WHERE p.account_id = r.account_id AND p.id = r.person_id);

CREATE VIEW seen_folder AS
SELECT f.account_id, f.id, f.source_id, f.name, f.on_server, f.held, f.compared_at
FROM folder f WHERE f.account_id = kith_account() AND f.member_id = kith_member();

CREATE VIEW seen_follow_up AS
SELECT f.account_id, r.person_id, f.record_id, r.identity, f.aspect, f.value, f.at
FROM follow_up f JOIN record r ON r.account_id = f.account_id AND r.id = f.record_id
WHERE f.account_id = kith_account() AND f.member_id = kith_member()
AND EXISTS (SELECT 1 FROM seen_person p WHERE p.account_id = r.account_id AND p.id = r.person_id);

CREATE VIEW seen_grant AS
SELECT g.account_id, g.id, g.source_id, g.destination_id, g.scope, g.depth, g.since, g.words, g.warranty,
g.policy_version, g.given_at, g.withdrawn_at
FROM consent_grant g WHERE g.account_id = kith_account() AND g.member_id = kith_member();

CREATE VIEW seen_grant_purpose AS
SELECT p.account_id, p.grant_id, p.purpose
FROM grant_purpose p WHERE p.account_id = kith_account() AND p.member_id = kith_member();

CREATE VIEW seen_journal AS
SELECT j.account_id, j.id, j.run_id, j.verb, j.person_id, j.destination_id, j.at, j.undone_at, j.undoes,
j.source_id
FROM journal j WHERE j.account_id = kith_account() AND j.member_id = kith_member();

CREATE VIEW seen_left_out AS
SELECT l.account_id, l.folder_id, l.rule, l.items
FROM left_out l WHERE l.account_id = kith_account() AND l.member_id = kith_member();

CREATE VIEW seen_logged AS
SELECT i.account_id, i.id, i.member_id, r.person_id, i.kind, i.at, i.dated, i.direction, i.author, i.via_list,
i.recipients
FROM note n
JOIN record r ON r.account_id = n.account_id AND r.id = n.record_id
JOIN interaction i ON i.account_id = n.account_id AND i.id = n.interaction_id
WHERE n.account_id = kith_account() AND n.gone_at IS NULL
AND EXISTS (SELECT 1 FROM seen_person p WHERE p.account_id = r.account_id AND p.id = r.person_id)
AND (i.member_id = kith_member() OR EXISTS (
    SELECT 1 FROM share s
    WHERE s.account_id = i.account_id AND s.member_id = i.member_id AND s.withdrawn_at IS NULL AND s.level >= 2
    AND (s.with_member = 0 OR s.with_member = kith_member()) AND (s.person_id = 0 OR s.person_id = r.person_id)));

CREATE VIEW seen_mail AS
SELECT m.account_id, m.id, m.member_id, m.source_id, t.interaction_id, m.at, m.size, m.key_id, m.subject, m.content,
m.blob_id
FROM mail m LEFT JOIN mail_interaction t ON t.account_id = m.account_id AND t.mail_id = m.id
WHERE m.account_id = kith_account() AND m.erased = 0 AND (m.member_id = kith_member() OR EXISTS (
    SELECT 1 FROM share s JOIN participant q ON q.account_id = s.account_id AND q.interaction_id = t.interaction_id
    JOIN record r ON r.account_id = q.account_id AND r.handle_id = q.handle_id AND r.kind = 'address'
    WHERE s.account_id = m.account_id AND s.member_id = m.member_id AND s.withdrawn_at IS NULL AND s.level >= 3
    AND (s.with_member = 0 OR s.with_member = kith_member()) AND (s.person_id = 0 OR s.person_id = r.person_id)));

CREATE VIEW seen_member AS
SELECT m.account_id, m.id, m.email, m.name, m.role, m.joined_at, m.acknowledged_at
FROM member m WHERE m.account_id = kith_account() AND m.left_at IS NULL;

CREATE VIEW seen_note AS
SELECT n.account_id, n.id, n.member_id, r.person_id, n.interaction_id, n.words, n.at
FROM note n JOIN record r ON r.account_id = n.account_id AND r.id = n.record_id
WHERE n.account_id = kith_account() AND n.gone_at IS NULL
AND EXISTS (SELECT 1 FROM seen_person p WHERE p.account_id = r.account_id AND p.id = r.person_id)
AND (n.member_id = kith_member() OR EXISTS (
    SELECT 1 FROM share s
    WHERE s.account_id = n.account_id AND s.member_id = n.member_id AND s.withdrawn_at IS NULL AND s.level >= 3
    AND (s.with_member = 0 OR s.with_member = kith_member()) AND (s.person_id = 0 OR s.person_id = r.person_id)));

CREATE VIEW seen_person AS
SELECT p.account_id, p.id, p.member_id, p.kind, p.name, p.folded, p.organisation, p.title, p.strength,
p.last_contacted, p.interactions, p.restricted_at
FROM person p
WHERE p.account_id = kith_account() AND p.gone = 0 AND p.restricted_at IS NULL
AND (p.member_id = kith_member() OR EXISTS (
    SELECT 1 FROM share s
    WHERE s.account_id = p.account_id AND s.member_id = p.member_id AND s.withdrawn_at IS NULL AND s.level >= 1
    AND (s.with_member = 0 OR s.with_member = kith_member()) AND (s.person_id = 0 OR s.person_id = p.id)));

CREATE VIEW seen_person_value AS
SELECT v.account_id, v.person_id, v.field, v.position, v.value
FROM person_value v
WHERE v.account_id = kith_account()
AND EXISTS (SELECT 1 FROM seen_person p WHERE p.account_id = v.account_id AND p.id = v.person_id);

CREATE VIEW seen_person_word AS
SELECT w.account_id, w.person_id, w.word FROM person_word w
WHERE w.account_id = kith_account()
AND EXISTS (SELECT 1 FROM seen_person p WHERE p.account_id = w.account_id AND p.id = w.person_id);

CREATE VIEW seen_share AS
SELECT s.account_id, s.id, s.member_id, s.with_member, s.person_id, s.level, s.given_at
FROM share s
WHERE s.account_id = kith_account() AND s.withdrawn_at IS NULL
AND (s.member_id = kith_member() OR s.with_member = kith_member() OR s.with_member = 0);

CREATE VIEW seen_source AS
SELECT s.account_id, s.id, s.member_id, s.kind, s.location, s.depth, s.since, s.revoked_at, s.last_run_at, s.trouble
FROM source s WHERE s.account_id = kith_account() AND s.member_id = kith_member();

CREATE VIEW seen_task AS
SELECT t.account_id, t.id, r.person_id, t.title, t.due, t.done, t.changed_at
FROM task t JOIN record r ON r.account_id = t.account_id AND r.id = t.record_id
WHERE t.account_id = kith_account() AND t.member_id = kith_member() AND t.gone_at IS NULL
AND EXISTS (SELECT 1 FROM seen_person p WHERE p.account_id = r.account_id AND p.id = r.person_id);

CREATE VIEW seen_touch AS
SELECT DISTINCT i.account_id, i.id, i.member_id, r.person_id, i.kind, i.at, i.dated, i.direction, i.author, i.via_list,
i.recipients, q.role
FROM interaction i
JOIN participant q ON q.account_id = i.account_id AND q.interaction_id = i.id
JOIN record r ON r.account_id = q.account_id AND r.handle_id = q.handle_id AND r.kind = 'address'
WHERE i.account_id = kith_account()
AND EXISTS (SELECT 1 FROM seen_person p WHERE p.account_id = r.account_id AND p.id = r.person_id)
AND (i.member_id = kith_member() OR EXISTS (
    SELECT 1 FROM share s
    WHERE s.account_id = i.account_id AND s.member_id = i.member_id AND s.withdrawn_at IS NULL AND s.level >= 2
    AND (s.with_member = 0 OR s.with_member = kith_member()) AND (s.person_id = 0 OR s.person_id = r.person_id)));

CREATE VIEW seen_words AS
SELECT w.account_id, w.mail_id, w.tokens
FROM mail_words w
WHERE w.account_id = kith_account()
AND EXISTS (SELECT 1 FROM seen_mail m WHERE m.account_id = w.account_id AND m.id = w.mail_id);

CREATE FULLTEXT mail_words_index ON mail_words (tokens) ROW mail_id SEEN seen_words;
