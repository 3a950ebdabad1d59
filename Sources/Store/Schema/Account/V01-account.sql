-- The store of one account. `account_id` is the first column of every key, so that tables can be distributed by it.

CREATE TABLE acceptance (
  account_id BIGINT NOT NULL,    --: open id customer - life export keep
  id BIGINT NOT NULL,            --: open id customer - life export keep
  member_id BIGINT NOT NULL,     --: open id customer - life export keep
  policy_digest TEXT NOT NULL,   --: open digest customer - life export keep
  policy_version TEXT NOT NULL,  --: open enum customer - life export keep
  accepted_at BIGINT NOT NULL,   --: open instant customer - life export keep
  accepted_from TEXT NOT NULL,   --: open enum customer - life export keep
  PRIMARY KEY (account_id, id)
);

-- No account without the acceptance of a policy, known by its digest (P029).
CREATE TABLE account (
  account_id BIGINT NOT NULL,     --: open id customer - life export keep
  name TEXT NOT NULL,             --: open directory customer - life export keep
  created_at BIGINT NOT NULL,     --: open instant customer - life export keep
  closed_at BIGINT,               --: open instant customer - life export keep
  acceptance_id BIGINT NOT NULL,  --: open id customer - life export keep
  PRIMARY KEY (account_id),
  FOREIGN KEY (account_id, acceptance_id) REFERENCES acceptance (account_id, id) DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE member (
  account_id BIGINT NOT NULL,  --: open id customer - life export keep
  id BIGINT NOT NULL,          --: open id customer - life export row
  email TEXT NOT NULL,         --: open directory customer - life export row
  name TEXT NOT NULL,          --: open directory customer - life export row
  role TEXT NOT NULL,          --: open enum customer - life export row
  joined_at BIGINT NOT NULL,   --: open instant customer - life export row
  acknowledged_at BIGINT,      --: open instant customer - life export row
  left_at BIGINT,              --: open instant customer - life export row
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, email),
  CHECK (role IN ('administrator', 'member'))
);

-- The sharing rule: what a member shows, to one colleague or to all (0), of one person or of all (0). Private is the default.
CREATE TABLE share (
  account_id BIGINT NOT NULL,   --: open id customer - life export keep
  id BIGINT NOT NULL,           --: open id customer - life export row
  member_id BIGINT NOT NULL,    --: open id customer - life export row
  with_member BIGINT NOT NULL,  --: open id customer - life export row
  person_id BIGINT NOT NULL,    --: open id contact - life export row
  level BIGINT NOT NULL,        --: open enum customer - life export row
  given_at BIGINT NOT NULL,     --: open instant customer - life export row
  withdrawn_at BIGINT,          --: open instant customer - life export row
  PRIMARY KEY (account_id, id)
);

CREATE TABLE source (
  account_id BIGINT NOT NULL,  --: open id customer - life export keep
  id BIGINT NOT NULL,          --: open id customer - life export row
  member_id BIGINT NOT NULL,   --: open id customer - life export row
  kind TEXT NOT NULL,          --: open enum customer statistics life export row
  location TEXT NOT NULL,      --: open setting customer - life export row
  depth TEXT NOT NULL,         --: open enum customer - life export row
  since BIGINT,                --: open instant customer - life export row
  revoked_at BIGINT,           --: open instant customer - life export row
  last_run_at BIGINT,          --: open instant customer - work export row
  trouble TEXT,                --: open progress customer - work export row
  mails BIGINT NOT NULL,       --: open count customer - life export row
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, member_id, kind, location)
);

-- The owner's own addresses in a source.
CREATE TABLE source_owner (
  account_id BIGINT NOT NULL,  --: open id customer - life export keep
  source_id BIGINT NOT NULL,   --: open id customer - life export row
  address TEXT NOT NULL,       --: open directory customer - life export row
  member_id BIGINT NOT NULL,   --: open id customer - life export row
  PRIMARY KEY (account_id, source_id, address),
  FOREIGN KEY (account_id, source_id) REFERENCES source (account_id, id) ON DELETE CASCADE
);

-- How a server is reached; the login lies in `credential`. `authority` are the certificates trusted for it, in PEM;
-- `token_…` is where an access token is renewed.
CREATE TABLE source_server (
  account_id BIGINT NOT NULL,  --: open id customer - life export keep
  source_id BIGINT NOT NULL,   --: open id customer - life export row
  member_id BIGINT NOT NULL,   --: open id customer - life export row
  host TEXT NOT NULL,          --: open setting customer - life export row
  port BIGINT NOT NULL,        --: open setting customer - life export row
  path TEXT,                   --: open setting customer - life export row
  security TEXT NOT NULL,      --: open enum customer - life export row
  authority TEXT,              --: open setting customer - life export row
  secret TEXT NOT NULL,        --: open enum customer - life export row
  token_host TEXT,             --: open setting customer - life export row
  token_port BIGINT,           --: open setting customer - life export row
  token_path TEXT,             --: open setting customer - life export row
  token_tls BIGINT,            --: open flag customer - life export row
  reads_junk BIGINT NOT NULL,  --: open flag customer - life export row
  reads_trash BIGINT NOT NULL, --: open flag customer - life export row
  PRIMARY KEY (account_id, source_id),
  FOREIGN KEY (account_id, source_id) REFERENCES source (account_id, id) ON DELETE CASCADE
);

-- Patterns of the folders that are read; none reads all.
CREATE TABLE source_pattern (
  account_id BIGINT NOT NULL,  --: open id customer - life export keep
  source_id BIGINT NOT NULL,   --: open id customer - life export row
  pattern TEXT NOT NULL,       --: open setting customer - life export row
  member_id BIGINT NOT NULL,   --: open id customer - life export row
  PRIMARY KEY (account_id, source_id, pattern),
  FOREIGN KEY (account_id, source_id) REFERENCES source (account_id, id) ON DELETE CASCADE
);

-- What was said to a server lately, without secrets; the oldest lines go.
CREATE TABLE transcript (
  account_id BIGINT NOT NULL,  --: open id customer - life export keep
  source_id BIGINT NOT NULL,   --: open id customer - life export row
  position BIGINT NOT NULL,    --: open count customer - life export row
  at BIGINT NOT NULL,          --: open instant customer - work export row
  line TEXT NOT NULL,          --: open progress customer - work export row
  member_id BIGINT NOT NULL,   --: open id customer - life export row
  PRIMARY KEY (account_id, source_id, position),
  FOREIGN KEY (account_id, source_id) REFERENCES source (account_id, id) ON DELETE CASCADE
);

-- The login for a source or a destination, whichever `holder_id` is.
CREATE TABLE credential (
  account_id BIGINT NOT NULL,  --: open id customer - life export keep
  holder_id BIGINT NOT NULL,   --: open id customer - life export row
  member_id BIGINT NOT NULL,   --: open id customer - life export row
  login BYTEA NOT NULL,        --: sealed credential customer connect source skip row
  expires_at BIGINT,           --: open instant customer connect source skip row
  PRIMARY KEY (account_id, holder_id)
);

CREATE TABLE destination (
  account_id BIGINT NOT NULL,  --: open id customer - life export keep
  id BIGINT NOT NULL,          --: open id customer - life export row
  member_id BIGINT NOT NULL,   --: open id customer - life export row
  kind TEXT NOT NULL,          --: open enum customer statistics life export row
  location TEXT NOT NULL,      --: open setting customer - life export row
  revoked_at BIGINT,           --: open instant customer - life export row
  last_run_at BIGINT,          --: open instant customer - work export row
  trouble TEXT,                --: open progress customer - work export row
  cursor TEXT,                 --: open cursor customer - work export row
  whole_at BIGINT,             --: open instant customer - work export row
  swept_at BIGINT,             --: open instant customer - work export row
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, member_id, kind, location)
);

-- How a destination on a server is reached; the login lies in `credential`.
CREATE TABLE destination_server (
  account_id BIGINT NOT NULL,      --: open id customer - life export keep
  destination_id BIGINT NOT NULL,  --: open id customer - life export row
  member_id BIGINT NOT NULL,       --: open id customer - life export row
  host TEXT NOT NULL,              --: open setting customer - life export row
  port BIGINT NOT NULL,            --: open setting customer - life export row
  path TEXT,                       --: open setting customer - life export row
  security TEXT NOT NULL,          --: open enum customer - life export row
  authority TEXT,                  --: open setting customer - life export row
  PRIMARY KEY (account_id, destination_id),
  FOREIGN KEY (account_id, destination_id) REFERENCES destination (account_id, id) ON DELETE CASCADE
);

-- What else it takes to use a destination, by names that its kind knows.
CREATE TABLE destination_option (
  account_id BIGINT NOT NULL,      --: open id customer - life export keep
  destination_id BIGINT NOT NULL,  --: open id customer - life export row
  name TEXT NOT NULL,              --: open enum customer - life export row
  value TEXT NOT NULL,             --: open setting customer - life export row
  member_id BIGINT NOT NULL,       --: open id customer - life export row
  PRIMARY KEY (account_id, destination_id, name),
  FOREIGN KEY (account_id, destination_id) REFERENCES destination (account_id, id) ON DELETE CASCADE
);

-- Who allowed what, in which words; a reading grant cannot be without the statement of the right (P039).
CREATE TABLE consent_grant (
  account_id BIGINT NOT NULL,    --: open id customer - life export keep
  id BIGINT NOT NULL,            --: open id customer - life export row
  member_id BIGINT NOT NULL,     --: open id customer - life export row
  source_id BIGINT,              --: open id customer - life export row
  destination_id BIGINT,         --: open id customer - life export row
  scope TEXT NOT NULL,           --: open enum customer - life export row
  depth TEXT NOT NULL,           --: open enum customer - life export row
  since BIGINT,                  --: open instant customer - life export row
  words TEXT NOT NULL,           --: open setting customer - life export row
  words_digest TEXT NOT NULL,    --: open digest customer - life export row
  warranty TEXT,                 --: open digest customer - life export row
  policy_version TEXT NOT NULL,  --: open enum customer - life export row
  given_at BIGINT NOT NULL,      --: open instant customer - life export row
  withdrawn_at BIGINT,           --: open instant customer - life export row
  epoch BIGINT NOT NULL,         --: open count customer - life export row
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id, source_id) REFERENCES source (account_id, id),
  FOREIGN KEY (account_id, destination_id) REFERENCES destination (account_id, id),
  CHECK (source_id IS NULL OR scope <> 'read' OR warranty IS NOT NULL),
  CHECK ((source_id IS NULL) <> (destination_id IS NULL))
);

CREATE TABLE grant_purpose (
  account_id BIGINT NOT NULL,  --: open id customer - life export keep
  grant_id BIGINT NOT NULL,    --: open id customer - life export row
  purpose TEXT NOT NULL,       --: open enum customer - life export row
  member_id BIGINT NOT NULL,   --: open id customer - life export row
  PRIMARY KEY (account_id, grant_id, purpose),
  FOREIGN KEY (account_id, grant_id) REFERENCES consent_grant (account_id, id) ON DELETE CASCADE
);

CREATE TABLE approval (
  account_id BIGINT NOT NULL,      --: open id customer - life export keep
  id BIGINT NOT NULL,              --: open id customer - life export row
  member_id BIGINT NOT NULL,       --: open id customer - life export row
  kind BIGINT NOT NULL,            --: open enum customer - life export row
  destination_id BIGINT,           --: open id customer - life export row
  source_id BIGINT,                --: open id customer - life export row
  digest TEXT NOT NULL,            --: open digest customer - life export row
  given_at BIGINT NOT NULL,        --: open instant customer - life export row
  used_at BIGINT,                  --: open instant customer - life export row
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, destination_id, kind, digest),
  UNIQUE (account_id, source_id, kind, digest),
  CHECK ((source_id IS NULL) <> (destination_id IS NULL))
);

-- The completeness ledger: what is there, what is held; `left_out` says by which rule the rest is not, and at servers
-- which uids these are.
CREATE TABLE folder (
  account_id BIGINT NOT NULL,    --: open id customer - life export keep
  id BIGINT NOT NULL,            --: open id customer - life export row
  member_id BIGINT NOT NULL,     --: open id customer - life export row
  source_id BIGINT NOT NULL,     --: open id customer - life export row
  name TEXT NOT NULL,            --: open setting customer - source export row
  uid_validity BIGINT NOT NULL,  --: open cursor customer - work export row
  cursor_uid BIGINT NOT NULL,    --: open cursor customer - work export row
  mod_seq BIGINT NOT NULL DEFAULT 0,  --: open cursor customer - work export row
  on_server BIGINT NOT NULL,     --: open count customer statistics work export row
  held BIGINT NOT NULL,          --: open count customer statistics work export row
  compared_at BIGINT,            --: open instant customer - work export row
  full_at BIGINT,                --: open instant customer - work export row
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, source_id, name),
  FOREIGN KEY (account_id, source_id) REFERENCES source (account_id, id)
);

CREATE TABLE left_out (
  account_id BIGINT NOT NULL,  --: open id customer - life export keep
  folder_id BIGINT NOT NULL,   --: open id customer - life export row
  rule TEXT NOT NULL,          --: open enum customer statistics work export row
  items BIGINT NOT NULL,       --: open count customer statistics work export row
  uids TEXT,                   --: open cursor customer - work export row
  member_id BIGINT NOT NULL,   --: open id customer - life export row
  PRIMARY KEY (account_id, folder_id, rule),
  FOREIGN KEY (account_id, folder_id) REFERENCES folder (account_id, id) ON DELETE CASCADE
);

-- Addresses, phones and cards that were met; `key_id` names the key in the keyring. `stale` until what is known of whom
-- it stands for has been worked out again.
CREATE TABLE handle (
  account_id BIGINT NOT NULL,  --: open id customer - life export keep
  id BIGINT NOT NULL,          --: open id contact - life export row
  member_id BIGINT NOT NULL,   --: open id customer - life export row
  kind TEXT NOT NULL,          --: open enum contact - life export row
  value TEXT NOT NULL,         --: open directory contact find-people,show-to-owner,sync-to-crm life export row
  key_id BIGINT NOT NULL,      --: blind key contact - life export row
  stale BIGINT NOT NULL DEFAULT 1,  --: open flag contact - work export row
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, member_id, kind, value)
);

CREATE INDEX handle_key ON handle (account_id, key_id);
CREATE INDEX handle_stale ON handle (account_id, member_id, id) WHERE stale = 1;

-- The names an address was written with.
CREATE TABLE handle_name (
  account_id BIGINT NOT NULL,  --: open id customer - life export keep
  handle_id BIGINT NOT NULL,   --: open id contact - life export row
  name TEXT NOT NULL,          --: open directory contact find-people,show-to-owner,sync-to-crm life export row
  seen BIGINT NOT NULL,        --: open count contact - life export row
  first_at BIGINT NOT NULL,    --: open instant contact - life export row
  last_at BIGINT NOT NULL,     --: open instant contact - life export row
  member_id BIGINT NOT NULL,   --: open id customer - life export row
  PRIMARY KEY (account_id, handle_id, name),
  FOREIGN KEY (account_id, handle_id) REFERENCES handle (account_id, id) ON DELETE CASCADE
) CLUSTERED;

-- One touch between people; the same mail under several ids, in several folders, is one. Counts outlive an erased partner.
CREATE TABLE interaction (
  account_id BIGINT NOT NULL,  --: open id customer - life export keep
  id BIGINT NOT NULL,          --: open id contact - life export row
  member_id BIGINT NOT NULL,   --: open id customer - life export row
  kind TEXT NOT NULL,          --: open enum contact - life export row
  at BIGINT NOT NULL,          --: open instant contact - life export row
  dated BIGINT NOT NULL,       --: open flag contact - life export row
  direction BIGINT NOT NULL,   --: open enum contact - life export row
  author BIGINT NOT NULL,      --: open enum contact - life export row
  via_list BIGINT NOT NULL,    --: open flag contact - life export row
  recipients BIGINT NOT NULL,  --: open count contact - life export row
  answers BIGINT NOT NULL,     --: open flag contact - life export row
  shape BIGINT NOT NULL,       --: blind key contact - life export row
  twin BYTEA NOT NULL,         --: blind key contact - life export row
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, member_id, twin)
);

CREATE INDEX interaction_at ON interaction (account_id, member_id, at);

CREATE TABLE participant (
  account_id BIGINT NOT NULL,      --: open id customer - life export keep
  interaction_id BIGINT NOT NULL,  --: open id contact - life export row
  role BIGINT NOT NULL,            --: open enum contact - life export row
  position BIGINT NOT NULL,        --: open count contact - life export row
  handle_id BIGINT NOT NULL,       --: open id contact - life export row
  member_id BIGINT NOT NULL,       --: open id customer - life export row
  PRIMARY KEY (account_id, interaction_id, role, position),
  FOREIGN KEY (account_id, interaction_id) REFERENCES interaction (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, handle_id) REFERENCES handle (account_id, id)
) CLUSTERED;

CREATE INDEX participant_handle ON participant (account_id, handle_id, interaction_id);

-- What the signatures of an address say of its owner, mail by mail.
CREATE TABLE handle_said (
  account_id BIGINT NOT NULL,      --: open id customer - life export keep
  handle_id BIGINT NOT NULL,       --: open id contact - life export row
  interaction_id BIGINT NOT NULL,  --: open id contact - life export row
  field TEXT NOT NULL,             --: open enum contact - life export row
  label TEXT NOT NULL,             --: open enum contact - life export row
  value TEXT NOT NULL,             --: open directory contact find-people,show-to-owner,sync-to-crm life export row
  confidence DOUBLE PRECISION NOT NULL,  --: open measure contact - life export row
  member_id BIGINT NOT NULL,       --: open id customer - life export row
  PRIMARY KEY (account_id, handle_id, interaction_id, field, label, value),
  FOREIGN KEY (account_id, handle_id) REFERENCES handle (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, interaction_id) REFERENCES interaction (account_id, id) ON DELETE CASCADE
) CLUSTERED;

-- A stored mail, once for each content in a source; no row without the grant that allowed it (P021, P038).
CREATE TABLE mail (
  account_id BIGINT NOT NULL,  --: open id customer - life export keep
  id BIGINT NOT NULL,          --: open id contact - source export row
  member_id BIGINT NOT NULL,   --: open id customer - life export row
  source_id BIGINT NOT NULL,   --: open id customer - source export row
  grant_id BIGINT NOT NULL,    --: open id customer - source export row
  digest BYTEA NOT NULL,       --: open digest contact - source export row
  size BIGINT NOT NULL,        --: open count contact - source export row
  depth TEXT NOT NULL,         --: open enum customer - source export row
  at BIGINT NOT NULL,          --: open instant contact - source export row
  key_id BIGINT NOT NULL,      --: blind key contact - source export row
  subject BYTEA,               --: sealed subject contact show-to-owner,log-to-crm,check-integrity source export null
  content BYTEA,               --: sealed body contact find-people,build-index,search-mail,show-to-owner,log-to-crm,check-integrity source export null
  blob_id BIGINT,              --: open id contact - source export null
  analysed BIGINT NOT NULL,    --: open flag customer - work export row
  erased BIGINT NOT NULL,      --: open flag contact - source export row
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, source_id, digest),
  FOREIGN KEY (account_id, source_id) REFERENCES source (account_id, id),
  FOREIGN KEY (account_id, grant_id) REFERENCES consent_grant (account_id, id)
);

CREATE INDEX mail_unanalysed ON mail (account_id, source_id, id) WHERE analysed = 0;
CREATE INDEX mail_held ON mail (account_id, source_id, depth, erased);
CREATE INDEX mail_blob ON mail (account_id, blob_id) WHERE blob_id IS NOT NULL;

-- Which touch a mail tells of; several copies tell of one. Apart from the mail, whose row is large and stays as it is.
CREATE TABLE mail_interaction (
  account_id BIGINT NOT NULL,      --: open id customer - life export keep
  mail_id BIGINT NOT NULL,         --: open id contact - source export row
  interaction_id BIGINT NOT NULL,  --: open id contact - source export row
  member_id BIGINT NOT NULL,       --: open id customer - life export row
  PRIMARY KEY (account_id, mail_id),
  FOREIGN KEY (account_id, mail_id) REFERENCES mail (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, interaction_id) REFERENCES interaction (account_id, id)
) CLUSTERED;

CREATE INDEX mail_interaction_of ON mail_interaction (account_id, interaction_id);

-- An event of a calendar, of which no word is kept: what tells whether it changed, and when it is to be read again.
CREATE TABLE event (
  account_id BIGINT NOT NULL,  --: open id customer - life export keep
  id BIGINT NOT NULL,          --: open id customer - life export row
  member_id BIGINT NOT NULL,   --: open id customer - life export row
  source_id BIGINT NOT NULL,   --: open id customer - life export row
  grant_id BIGINT NOT NULL,    --: open id customer - life export row
  folder_id BIGINT NOT NULL,   --: open id customer - life export row
  identity TEXT NOT NULL,      --: open digest customer - life export row
  digest BYTEA NOT NULL,       --: open digest customer - life export row
  due_at BIGINT,               --: open instant customer - life export row
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, member_id, identity),
  FOREIGN KEY (account_id, source_id) REFERENCES source (account_id, id),
  FOREIGN KEY (account_id, grant_id) REFERENCES consent_grant (account_id, id)
);

CREATE INDEX event_folder ON event (account_id, folder_id);

-- Which touches an event tells of: one for each time it took place; two calendars may tell of one.
CREATE TABLE meeting (
  account_id BIGINT NOT NULL,      --: open id customer - life export keep
  event_id BIGINT NOT NULL,        --: open id customer - life export row
  interaction_id BIGINT NOT NULL,  --: open id contact - life export row
  member_id BIGINT NOT NULL,       --: open id customer - life export row
  PRIMARY KEY (account_id, event_id, interaction_id),
  FOREIGN KEY (account_id, event_id) REFERENCES event (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, interaction_id) REFERENCES interaction (account_id, id)
) CLUSTERED;

CREATE INDEX meeting_of ON meeting (account_id, interaction_id);

-- Where a mail lies: (folder, UIDVALIDITY, UID); for files the uid is made of what names the file or the mail.
CREATE TABLE place (
  account_id BIGINT NOT NULL,    --: open id customer - life export keep
  folder_id BIGINT NOT NULL,     --: open id customer - source export row
  uid_validity BIGINT NOT NULL,  --: open cursor customer - source export row
  uid BIGINT NOT NULL,           --: open cursor customer - source export row
  mail_id BIGINT NOT NULL,       --: open id contact - source export row
  member_id BIGINT NOT NULL,     --: open id customer - life export row
  flags BIGINT NOT NULL,         --: open flag contact - source export row
  PRIMARY KEY (account_id, folder_id, uid_validity, uid),
  FOREIGN KEY (account_id, folder_id) REFERENCES folder (account_id, id),
  FOREIGN KEY (account_id, mail_id) REFERENCES mail (account_id, id)
) CLUSTERED;

CREATE TABLE attachment (
  account_id BIGINT NOT NULL,  --: open id customer - life export keep
  mail_id BIGINT NOT NULL,     --: open id contact - source export row
  position BIGINT NOT NULL,    --: open count contact - source export row
  name BYTEA,                  --: sealed attachment-name contact show-to-owner,check-integrity source export row
  type TEXT NOT NULL,          --: open enum contact - source export row
  size BIGINT NOT NULL,        --: open count contact - source export row
  digest BYTEA NOT NULL,       --: open digest contact - source export row
  member_id BIGINT NOT NULL,   --: open id customer - life export row
  PRIMARY KEY (account_id, mail_id, position),
  FOREIGN KEY (account_id, mail_id) REFERENCES mail (account_id, id) ON DELETE CASCADE
);

-- Sealed content over 256 kB where there are no files beside the store.
CREATE TABLE blob_frame (
  account_id BIGINT NOT NULL,  --: open id customer - life export keep
  blob_id BIGINT NOT NULL,     --: open id contact - source export row
  position BIGINT NOT NULL,    --: open count contact - source export row
  bytes BYTEA NOT NULL,        --: sealed body contact find-people,build-index,search-mail,show-to-owner,check-integrity source export row
  member_id BIGINT NOT NULL,   --: open id customer - life export row
  PRIMARY KEY (account_id, blob_id, position)
);

-- A fold over facts, written in the transaction that changes a fact; `gone` while merged into another.
CREATE TABLE person (
  account_id BIGINT NOT NULL,          --: open id customer - life export keep
  id BIGINT NOT NULL,                  --: open id contact - life export row
  member_id BIGINT NOT NULL,           --: open id customer - life export row
  kind TEXT NOT NULL,                  --: open enum contact - life export row
  name TEXT NOT NULL,                  --: open directory contact find-people,show-to-owner,sync-to-crm life export row
  folded TEXT NOT NULL,                --: open directory contact show-to-owner life export row
  organisation TEXT,                   --: open directory contact show-to-owner,sync-to-crm life export row
  title TEXT,                          --: open directory contact show-to-owner,sync-to-crm life export row
  strength DOUBLE PRECISION NOT NULL,  --: open measure contact show-to-owner,sync-to-crm life export row
  last_contacted BIGINT,               --: open instant contact show-to-owner,sync-to-crm life export row
  interactions BIGINT NOT NULL,        --: open count contact show-to-owner life export row
  restricted_at BIGINT,                --: open instant contact - life export row
  gone BIGINT NOT NULL,                --: open flag contact - life export row
  PRIMARY KEY (account_id, id)
);

CREATE INDEX person_list ON person (account_id, member_id, gone, strength, id);
CREATE INDEX person_name ON person (account_id, member_id, folded);

-- A record of a source, assigned to a person by a decision; `handle_id` is whose key its sealed facts lie under.
CREATE TABLE record (
  account_id BIGINT NOT NULL,  --: open id customer - life export keep
  id BIGINT NOT NULL,          --: open id contact - life export row
  member_id BIGINT NOT NULL,   --: open id customer - life export row
  kind TEXT NOT NULL,          --: open enum contact - life export row
  source_id BIGINT,            --: open id customer - life export row
  grant_id BIGINT,             --: open id customer - life export row
  folder_id BIGINT,            --: open id customer - life export row
  identity TEXT NOT NULL,      --: open digest contact - life export row
  digest BYTEA,                --: open digest contact - life export row
  handle_id BIGINT NOT NULL,   --: open id contact - life export row
  person_id BIGINT NOT NULL,   --: open id contact - life export row
  gone_at BIGINT,              --: open instant contact - life export row
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, member_id, kind, identity),
  FOREIGN KEY (account_id, handle_id) REFERENCES handle (account_id, id),
  FOREIGN KEY (account_id, person_id) REFERENCES person (account_id, id) DEFERRABLE INITIALLY DEFERRED,
  FOREIGN KEY (account_id, source_id) REFERENCES source (account_id, id),
  FOREIGN KEY (account_id, grant_id) REFERENCES consent_grant (account_id, id),
  CHECK (kind <> 'card' OR (source_id IS NOT NULL AND grant_id IS NOT NULL))
);

-- With the id, or else SQLite reads every record of the account to have them in order.
CREATE INDEX record_person ON record (account_id, person_id, id);
CREATE INDEX record_handle ON record (account_id, handle_id, id);

-- How far an address book on a server was read; its `folder` has the counts.
CREATE TABLE collection (
  account_id BIGINT NOT NULL,  --: open id customer - life export keep
  folder_id BIGINT NOT NULL,   --: open id customer - life export row
  member_id BIGINT NOT NULL,   --: open id customer - life export row
  path TEXT NOT NULL,          --: open setting customer - life export row
  sync_token TEXT,             --: open cursor customer - work export row
  ctag TEXT,                   --: open cursor customer - work export row
  whole BIGINT NOT NULL,       --: open flag customer - work export row
  listed_at BIGINT,            --: open instant customer - work export row
  PRIMARY KEY (account_id, folder_id),
  FOREIGN KEY (account_id, folder_id) REFERENCES folder (account_id, id) ON DELETE CASCADE
);

-- What lies in a collection: the digest of its place there, its state (nil: to be read again), and the cards in it or the
-- rule by which it is left out.
CREATE TABLE resource (
  account_id BIGINT NOT NULL,  --: open id customer - life export keep
  folder_id BIGINT NOT NULL,   --: open id customer - life export row
  place TEXT NOT NULL,         --: open digest contact - life export row
  position BIGINT NOT NULL,    --: open count contact - life export row
  member_id BIGINT NOT NULL,   --: open id customer - life export row
  etag TEXT,                   --: open cursor contact - life export row
  identity TEXT,               --: open digest contact - life export row
  rule TEXT,                   --: open enum contact - life export row
  PRIMARY KEY (account_id, folder_id, place, position),
  FOREIGN KEY (account_id, folder_id) REFERENCES folder (account_id, id) ON DELETE CASCADE,
  CHECK ((identity IS NULL) <> (rule IS NULL))
);

CREATE INDEX resource_identity ON resource (account_id, member_id, identity);

-- One thing said about a person. The directory is open; everything else (notes, addresses of houses, birthdays) is sealed.
CREATE TABLE fact (
  account_id BIGINT NOT NULL,            --: open id customer - life export keep
  id BIGINT NOT NULL,                    --: open id contact - life export row
  member_id BIGINT NOT NULL,             --: open id customer - life export row
  record_id BIGINT NOT NULL,             --: open id contact - life export row
  field TEXT NOT NULL,                   --: open enum contact - life export row
  label TEXT NOT NULL,                   --: open enum contact - life export row
  value TEXT,                            --: open directory contact find-people,show-to-owner,sync-to-crm life export row
  detail BYTEA,                          --: sealed detail contact show-to-owner,check-integrity life export row
  value_key BIGINT NOT NULL,             --: blind key contact - life export row
  origin BIGINT NOT NULL,                --: open enum contact - life export row
  first_seen BIGINT NOT NULL,            --: open instant contact - life export row
  last_seen BIGINT NOT NULL,             --: open instant contact - life export row
  seen BIGINT NOT NULL,                  --: open count contact - life export row
  confidence DOUBLE PRECISION NOT NULL,  --: open measure contact - life export row
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, record_id, field, label, value_key),
  FOREIGN KEY (account_id, record_id) REFERENCES record (account_id, id) ON DELETE CASCADE,
  CHECK ((value IS NULL) <> (detail IS NULL))
);

CREATE INDEX fact_record ON fact (account_id, record_id, id);

CREATE TABLE person_value (
  account_id BIGINT NOT NULL,  --: open id customer - life export keep
  person_id BIGINT NOT NULL,   --: open id contact - life export row
  field TEXT NOT NULL,         --: open enum contact - life export row
  position BIGINT NOT NULL,    --: open count contact - life export row
  value TEXT NOT NULL,         --: open directory contact find-people,show-to-owner,sync-to-crm life export row
  member_id BIGINT NOT NULL,   --: open id customer - life export row
  PRIMARY KEY (account_id, person_id, field, position),
  FOREIGN KEY (account_id, person_id) REFERENCES person (account_id, id) ON DELETE CASCADE
) CLUSTERED;

-- Pairs of records (the smaller id first) that no rule may unite.
CREATE TABLE apart (
  account_id BIGINT NOT NULL,  --: open id customer - life export keep
  record_a BIGINT NOT NULL,    --: open id contact - life export row
  record_b BIGINT NOT NULL,    --: open id contact - life export row
  member_id BIGINT NOT NULL,   --: open id customer - life export row
  PRIMARY KEY (account_id, record_a, record_b)
);

-- Who is who was decided, by hand (`merge`) or by a rule (`match`); revoked by unmerging. Its records are those that came
-- from the absorbed persons, and the kept person's own, which came from itself.
CREATE TABLE decision (
  account_id BIGINT NOT NULL,  --: open id customer - life export keep
  id BIGINT NOT NULL,          --: open id contact - life export row
  member_id BIGINT NOT NULL,   --: open id customer - life export row
  kind TEXT NOT NULL,          --: open enum contact - life export row
  person_id BIGINT NOT NULL,   --: open id contact - life export row
  at BIGINT NOT NULL,          --: open instant customer - life export row
  revoked_at BIGINT,           --: open instant customer - life export row
  PRIMARY KEY (account_id, id)
);

CREATE TABLE decision_record (
  account_id BIGINT NOT NULL,   --: open id customer - life export keep
  decision_id BIGINT NOT NULL,  --: open id contact - life export row
  record_id BIGINT NOT NULL,    --: open id contact - life export row
  from_person BIGINT NOT NULL,  --: open id contact - life export row
  member_id BIGINT NOT NULL,    --: open id customer - life export row
  PRIMARY KEY (account_id, decision_id, record_id),
  FOREIGN KEY (account_id, decision_id) REFERENCES decision (account_id, id) ON DELETE CASCADE
);

-- Which record of the CRM is which person; the columns `seen_…` say how it stood when it was last read, where that is kept
-- (`seen_digest` empty: it is gone).
CREATE TABLE link (
  account_id BIGINT NOT NULL,      --: open id customer - life export keep
  destination_id BIGINT NOT NULL,  --: open id customer - life export row
  person_id BIGINT NOT NULL,       --: open id contact - life export row
  member_id BIGINT NOT NULL,       --: open id customer - life export row
  remote_id TEXT NOT NULL,         --: open id contact - life export row
  key TEXT NOT NULL,               --: open digest contact - work export row
  remote_digest TEXT NOT NULL,     --: open digest contact - work export row
  delivered_at BIGINT NOT NULL,    --: open instant customer - work export row
  seen_stamp BIGINT,               --: open id contact - work export row
  seen_kind TEXT,                  --: open enum contact - work export row
  seen_key TEXT,                   --: open digest contact - work export row
  seen_digest TEXT,                --: open digest contact - work export row
  seen_changed BIGINT,             --: open instant contact - work export row
  PRIMARY KEY (account_id, destination_id, person_id),
  UNIQUE (account_id, destination_id, remote_id),
  FOREIGN KEY (account_id, destination_id) REFERENCES destination (account_id, id)
);

-- The base that both sides last agreed on, and what stood there when it was last read.
CREATE TABLE link_value (
  account_id BIGINT NOT NULL,      --: open id customer - life export keep
  destination_id BIGINT NOT NULL,  --: open id customer - life export row
  person_id BIGINT NOT NULL,       --: open id contact - life export row
  side TEXT NOT NULL,              --: open enum contact - life export row
  field TEXT NOT NULL,             --: open enum contact - life export row
  position BIGINT NOT NULL,        --: open count contact - life export row
  value TEXT NOT NULL,             --: open directory contact sync-to-crm life export row
  member_id BIGINT NOT NULL,       --: open id customer - life export row
  PRIMARY KEY (account_id, destination_id, person_id, side, field, position),
  FOREIGN KEY (account_id, destination_id, person_id) REFERENCES link (account_id, destination_id, person_id) ON DELETE CASCADE
);

-- The outbox: every change has its idempotency key before it leaves (P054, P079).
CREATE TABLE delivery (
  account_id BIGINT NOT NULL,      --: open id customer - life export keep
  id BIGINT NOT NULL,              --: open id customer - life export row
  member_id BIGINT NOT NULL,       --: open id customer - life export row
  destination_id BIGINT NOT NULL,  --: open id customer - life export row
  person_id BIGINT NOT NULL,       --: open id contact - life export row
  key TEXT NOT NULL,               --: open digest contact - work export row
  verb TEXT NOT NULL,              --: open enum contact - work export row
  run_id BIGINT NOT NULL,          --: open id customer - work export row
  undoes BIGINT,                   --: open id contact - work export row
  state TEXT NOT NULL,             --: open enum contact - work export row
  at BIGINT NOT NULL,              --: open instant customer - work export row
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, destination_id, key)
);

CREATE INDEX delivery_open ON delivery (account_id, destination_id) WHERE state <> 'done';

-- What a change that has not ended yet starts from, makes, and leaves as the base; gone when it ends.
CREATE TABLE delivery_value (
  account_id BIGINT NOT NULL,   --: open id customer - life export keep
  delivery_id BIGINT NOT NULL,  --: open id customer - life export row
  side TEXT NOT NULL,           --: open enum contact - work export row
  field TEXT NOT NULL,          --: open enum contact - work export row
  position BIGINT NOT NULL,     --: open count contact - work export row
  value TEXT NOT NULL,          --: open directory contact sync-to-crm work export row
  member_id BIGINT NOT NULL,    --: open id customer - life export row
  PRIMARY KEY (account_id, delivery_id, side, field, position),
  FOREIGN KEY (account_id, delivery_id) REFERENCES delivery (account_id, id) ON DELETE CASCADE
);

-- Which interactions were entered at a destination, by the key each has there; posted before it leaves.
CREATE TABLE activity (
  account_id BIGINT NOT NULL,      --: open id customer - life export keep
  destination_id BIGINT NOT NULL,  --: open id customer - life export row
  interaction_id BIGINT NOT NULL,  --: open id contact - life export row
  member_id BIGINT NOT NULL,       --: open id customer - life export row
  key TEXT NOT NULL,               --: open digest contact - work export row
  state TEXT NOT NULL,             --: open enum contact - work export row
  remote_id TEXT,                  --: open id contact - life export row
  at BIGINT NOT NULL,              --: open instant customer - life export row
  PRIMARY KEY (account_id, destination_id, interaction_id),
  FOREIGN KEY (account_id, interaction_id) REFERENCES interaction (account_id, id) ON DELETE CASCADE
);

-- What waits for the owner, and what was decided; of the latter also what a rule decided, with the value that lost.
CREATE TABLE conflict (
  account_id BIGINT NOT NULL,      --: open id customer - life export keep
  id BIGINT NOT NULL,              --: open id customer - life export row
  member_id BIGINT NOT NULL,       --: open id customer - life export row
  destination_id BIGINT NOT NULL,  --: open id customer - life export row
  person_id BIGINT NOT NULL,       --: open id contact - life export row
  field TEXT NOT NULL,             --: open enum contact - life export row
  base TEXT NOT NULL,              --: open directory contact show-to-owner life export row
  ours TEXT NOT NULL,              --: open directory contact show-to-owner life export row
  theirs TEXT NOT NULL,            --: open directory contact show-to-owner life export row
  at BIGINT NOT NULL,              --: open instant customer - life export row
  resolved_at BIGINT,              --: open instant customer - life export row
  cause TEXT NOT NULL,             --: open enum contact - life export row
  ours_at BIGINT,                  --: open instant contact show-to-owner life export row
  ours_from BIGINT,                --: open enum contact show-to-owner life export row
  theirs_at BIGINT,                --: open instant contact show-to-owner life export row
  taken TEXT,                      --: open enum customer - life export row
  PRIMARY KEY (account_id, id)
);

-- Everything that changes a person or a CRM, so that it can be undone.
CREATE TABLE journal (
  account_id BIGINT NOT NULL,  --: open id customer - life export keep
  id BIGINT NOT NULL,          --: open id contact - life export row
  member_id BIGINT NOT NULL,   --: open id customer - life export row
  run_id BIGINT NOT NULL,      --: open id customer - life export row
  verb TEXT NOT NULL,          --: open enum customer - life export row
  person_id BIGINT NOT NULL,   --: open id contact - life export row
  destination_id BIGINT,       --: open id customer - life export row
  decision_id BIGINT,          --: open id contact - life export row
  at BIGINT NOT NULL,          --: open instant customer - life export row
  undone_at BIGINT,            --: open instant customer - life export row
  undoes BIGINT,               --: open id contact - life export row
  source_id BIGINT,            --: open id customer - life export row
  PRIMARY KEY (account_id, id)
);

CREATE INDEX journal_at ON journal (account_id, member_id, id);
CREATE INDEX journal_person ON journal (account_id, person_id);

-- Before and after, one image per handle, sealed under that handle's key: erasing the person closes them.
CREATE TABLE journal_image (
  account_id BIGINT NOT NULL,  --: open id customer - life export keep
  entry_id BIGINT NOT NULL,    --: open id contact - life export row
  position BIGINT NOT NULL,    --: open count contact - life export row
  key_id BIGINT NOT NULL,      --: blind key contact - life export row
  before BYTEA,                --: sealed journal-image contact undo-change,check-integrity life export row
  after BYTEA,                 --: sealed journal-image contact undo-change,check-integrity life export row
  member_id BIGINT NOT NULL,   --: open id customer - life export row
  PRIMARY KEY (account_id, entry_id, position),
  FOREIGN KEY (account_id, entry_id) REFERENCES journal (account_id, id) ON DELETE CASCADE
);

-- Every permit and every refusal: pseudonyms, never content; append only.
CREATE TABLE ledger (
  account_id BIGINT NOT NULL,  --: open id customer - life export keep
  sequence BIGINT NOT NULL,    --: open count customer - proof export keep
  at BIGINT NOT NULL,          --: open instant customer - proof export keep
  purpose TEXT NOT NULL,       --: open enum customer - proof export keep
  by_whom BIGINT NOT NULL,     --: blind key customer - proof export keep
  owner BIGINT NOT NULL,       --: blind key customer - proof export keep
  about BIGINT NOT NULL,       --: blind key contact - proof export keep
  outcome TEXT NOT NULL,       --: open enum customer - proof export keep
  items BIGINT NOT NULL,       --: open count customer - proof export keep
  leaf BYTEA NOT NULL,         --: open digest customer - proof export keep
  PRIMARY KEY (account_id, sequence)
);

CREATE TABLE ledger_head (
  account_id BIGINT NOT NULL,  --: open id customer - life export keep
  size BIGINT NOT NULL,        --: open count customer - proof export keep
  frontier BYTEA NOT NULL,     --: open digest customer - proof export keep
  root BYTEA NOT NULL,         --: open digest customer - proof export keep
  signing_key BYTEA NOT NULL,  --: open digest customer - proof export keep
  signature BYTEA NOT NULL,    --: open digest customer - proof export keep
  PRIMARY KEY (account_id)
);

CREATE TABLE job (
  account_id BIGINT NOT NULL,  --: open id customer - life export keep
  id BIGINT NOT NULL,          --: open id customer - work skip row
  member_id BIGINT NOT NULL,   --: open id customer - life export row
  kind TEXT NOT NULL,          --: open enum customer - work skip row
  subject_id BIGINT NOT NULL,  --: open id customer - work skip row
  key TEXT NOT NULL,           --: open digest customer - work skip row
  state TEXT NOT NULL,         --: open enum customer - work skip row
  run_at BIGINT NOT NULL,      --: open instant customer - work skip row
  attempts BIGINT NOT NULL,    --: open count customer - work skip row
  trouble TEXT,                --: open progress customer - work skip row
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, key)
);

CREATE INDEX job_due ON job (account_id, state, run_at, id);

-- Who works for this account, with the fencing number that every job transaction checks.
CREATE TABLE lease (
  account_id BIGINT NOT NULL,  --: open id customer - life export keep
  fence BIGINT NOT NULL,       --: open count customer - work skip keep
  holder TEXT NOT NULL,        --: open enum operator - work skip keep
  until BIGINT NOT NULL,       --: open instant customer - work skip keep
  PRIMARY KEY (account_id)
);

CREATE TABLE listener (
  account_id BIGINT NOT NULL,  --: open id customer - life export keep
  source_id BIGINT NOT NULL,   --: open id customer - work skip row
  member_id BIGINT NOT NULL,   --: open id customer - work skip row
  holder TEXT NOT NULL,        --: open enum operator - work skip row
  until BIGINT NOT NULL,       --: open instant customer - work skip row
  PRIMARY KEY (account_id, source_id),
  FOREIGN KEY (account_id, source_id) REFERENCES source (account_id, id) ON DELETE CASCADE
);

CREATE TABLE setting (
  account_id BIGINT NOT NULL,  --: open id customer - life export keep
  member_id BIGINT NOT NULL,   --: open id customer - life export row
  name TEXT NOT NULL,          --: open enum customer - life export row
  value TEXT NOT NULL,         --: open setting customer - life export row
  PRIMARY KEY (account_id, member_id, name)
);

-- Blind tokens of a mail's words; the full-text index over them is the dialect's.
CREATE TABLE mail_words (
  account_id BIGINT NOT NULL,  --: open id customer - life export keep
  mail_id BIGINT NOT NULL,     --: open id contact - source export row
  tokens TEXT NOT NULL,        --: blind words contact search-mail source export row
  member_id BIGINT NOT NULL,   --: open id customer - life export row
  PRIMARY KEY (account_id, mail_id),
  FOREIGN KEY (account_id, mail_id) REFERENCES mail (account_id, id) ON DELETE CASCADE
);

CREATE FULLTEXT mail_words_index ON mail_words (tokens) ROW mail_id SEEN seen_words;

-- What a viewer may see. The predicate is the sharing rule: one's own rows, and what a colleague shares at the level asked.

CREATE VIEW seen_share AS
  SELECT s.account_id, s.id, s.member_id, s.with_member, s.person_id, s.level, s.given_at
  FROM share s
  WHERE s.account_id = {account} AND s.withdrawn_at IS NULL
    AND (s.member_id = {member} OR s.with_member = {member} OR s.with_member = 0);

CREATE VIEW seen_member AS
  SELECT m.account_id, m.id, m.email, m.name, m.role, m.joined_at, m.acknowledged_at
  FROM member m WHERE m.account_id = {account} AND m.left_at IS NULL;

CREATE VIEW seen_person AS
  SELECT p.account_id, p.id, p.member_id, p.kind, p.name, p.folded, p.organisation, p.title, p.strength,
    p.last_contacted, p.interactions, p.restricted_at
  FROM person p
  WHERE p.account_id = {account} AND p.gone = 0 AND p.restricted_at IS NULL
    AND (p.member_id = {member} OR EXISTS (
      SELECT 1 FROM share s
      WHERE s.account_id = p.account_id AND s.member_id = p.member_id AND s.withdrawn_at IS NULL AND s.level >= 1
        AND (s.with_member = 0 OR s.with_member = {member}) AND (s.person_id = 0 OR s.person_id = p.id)));

CREATE VIEW seen_person_value AS
  SELECT v.account_id, v.person_id, v.field, v.position, v.value
  FROM person_value v
  WHERE v.account_id = {account}
    AND EXISTS (SELECT 1 FROM seen_person p WHERE p.account_id = v.account_id AND p.id = v.person_id);

CREATE VIEW seen_fact AS
  SELECT f.account_id, f.id, r.person_id, f.record_id, r.kind AS record_kind, r.source_id, f.field, f.label, f.value,
    f.origin, f.first_seen, f.last_seen, f.seen, f.confidence
  FROM fact f JOIN record r ON r.account_id = f.account_id AND r.id = f.record_id
  WHERE f.account_id = {account} AND r.gone_at IS NULL
    AND EXISTS (SELECT 1 FROM seen_person p WHERE p.account_id = r.account_id AND p.id = r.person_id);

-- What of a person is sealed needs the level of content, as mails do.
CREATE VIEW seen_detail AS
  SELECT f.account_id, f.id, r.person_id, f.detail
  FROM fact f JOIN record r ON r.account_id = f.account_id AND r.id = f.record_id
  WHERE f.account_id = {account} AND r.gone_at IS NULL AND f.detail IS NOT NULL
    AND EXISTS (SELECT 1 FROM seen_person p WHERE p.account_id = r.account_id AND p.id = r.person_id)
    AND (f.member_id = {member} OR EXISTS (
      SELECT 1 FROM share s
      WHERE s.account_id = f.account_id AND s.member_id = f.member_id AND s.withdrawn_at IS NULL AND s.level >= 3
        AND (s.with_member = 0 OR s.with_member = {member}) AND (s.person_id = 0 OR s.person_id = r.person_id)));

CREATE VIEW seen_touch AS
  SELECT DISTINCT i.account_id, i.id, i.member_id, r.person_id, i.kind, i.at, i.dated, i.direction, i.author, i.via_list,
    i.recipients, q.role
  FROM interaction i
  JOIN participant q ON q.account_id = i.account_id AND q.interaction_id = i.id
  JOIN record r ON r.account_id = q.account_id AND r.handle_id = q.handle_id AND r.kind = 'address'
  WHERE i.account_id = {account}
    AND EXISTS (SELECT 1 FROM seen_person p WHERE p.account_id = r.account_id AND p.id = r.person_id)
    AND (i.member_id = {member} OR EXISTS (
      SELECT 1 FROM share s
      WHERE s.account_id = i.account_id AND s.member_id = i.member_id AND s.withdrawn_at IS NULL AND s.level >= 2
        AND (s.with_member = 0 OR s.with_member = {member}) AND (s.person_id = 0 OR s.person_id = r.person_id)));

CREATE VIEW seen_mail AS
  SELECT m.account_id, m.id, m.member_id, m.source_id, t.interaction_id, m.at, m.size, m.key_id, m.subject, m.content,
    m.blob_id
  FROM mail m LEFT JOIN mail_interaction t ON t.account_id = m.account_id AND t.mail_id = m.id
  WHERE m.account_id = {account} AND m.erased = 0 AND (m.member_id = {member} OR EXISTS (
      SELECT 1 FROM share s JOIN participant q ON q.account_id = s.account_id AND q.interaction_id = t.interaction_id
        JOIN record r ON r.account_id = q.account_id AND r.handle_id = q.handle_id AND r.kind = 'address'
      WHERE s.account_id = m.account_id AND s.member_id = m.member_id AND s.withdrawn_at IS NULL AND s.level >= 3
        AND (s.with_member = 0 OR s.with_member = {member}) AND (s.person_id = 0 OR s.person_id = r.person_id)));

CREATE VIEW seen_words AS
  SELECT w.account_id, w.mail_id, w.tokens
  FROM mail_words w
  WHERE w.account_id = {account}
    AND EXISTS (SELECT 1 FROM seen_mail m WHERE m.account_id = w.account_id AND m.id = w.mail_id);

CREATE VIEW seen_source AS
  SELECT s.account_id, s.id, s.member_id, s.kind, s.location, s.depth, s.since, s.revoked_at, s.last_run_at, s.trouble
  FROM source s WHERE s.account_id = {account} AND s.member_id = {member};

CREATE VIEW seen_folder AS
  SELECT f.account_id, f.id, f.source_id, f.name, f.on_server, f.held, f.compared_at
  FROM folder f WHERE f.account_id = {account} AND f.member_id = {member};

CREATE VIEW seen_left_out AS
  SELECT l.account_id, l.folder_id, l.rule, l.items
  FROM left_out l WHERE l.account_id = {account} AND l.member_id = {member};

CREATE VIEW seen_grant AS
  SELECT g.account_id, g.id, g.source_id, g.destination_id, g.scope, g.depth, g.since, g.words, g.warranty,
    g.policy_version, g.given_at, g.withdrawn_at
  FROM consent_grant g WHERE g.account_id = {account} AND g.member_id = {member};

CREATE VIEW seen_grant_purpose AS
  SELECT p.account_id, p.grant_id, p.purpose
  FROM grant_purpose p WHERE p.account_id = {account} AND p.member_id = {member};

CREATE VIEW seen_destination AS
  SELECT d.account_id, d.id, d.member_id, d.kind, d.location, d.revoked_at, d.last_run_at, d.trouble
  FROM destination d WHERE d.account_id = {account} AND d.member_id = {member};

CREATE VIEW seen_conflict AS
  SELECT c.account_id, c.id, c.destination_id, c.person_id, c.field, c.base, c.ours, c.theirs, c.at, c.resolved_at,
    c.cause, c.ours_at, c.ours_from, c.theirs_at, c.taken
  FROM conflict c WHERE c.account_id = {account} AND c.member_id = {member};

CREATE VIEW seen_journal AS
  SELECT j.account_id, j.id, j.run_id, j.verb, j.person_id, j.destination_id, j.at, j.undone_at, j.undoes,
    j.source_id
  FROM journal j WHERE j.account_id = {account} AND j.member_id = {member};
