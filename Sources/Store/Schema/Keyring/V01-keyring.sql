-- The keyring lies apart from account data: its backups live seven days at most, and what is destroyed here stays closed.

CREATE TABLE wrapped_key (
  account_id BIGINT NOT NULL,         --: open id customer - life skip row
  kind BIGINT NOT NULL,               --: open enum customer - life skip row
  id BIGINT NOT NULL,                 --: blind key contact - life skip row
  wrapped_by BIGINT NOT NULL,         --: blind key customer - life skip row
  wrapped BYTEA NOT NULL,             --: key key customer - life skip row
  member_id BIGINT NOT NULL,          --: open id customer - life skip row
  PRIMARY KEY (account_id, kind, id)
);

-- Rises whenever a key is destroyed or a handle suppressed, so that no process goes on with a cached key.
CREATE TABLE generation (
  account_id BIGINT NOT NULL,         --: open id customer - life skip keep
  number BIGINT NOT NULL,             --: open count customer - life skip keep
  PRIMARY KEY (account_id)
);

-- Who was erased, as keyed hashes: consulted on every import, told to nobody.
CREATE TABLE suppressed (
  account_id BIGINT NOT NULL,         --: open id customer - proof skip keep
  key_id BIGINT NOT NULL,             --: blind key contact - proof skip keep
  at BIGINT NOT NULL,                 --: open instant operator - proof skip keep
  member_id BIGINT NOT NULL,          --: open id customer - proof skip keep
  PRIMARY KEY (account_id, key_id)
);

-- The erasure journal, replayed after every restore: `person` with the keys of the handles, or `account`.
CREATE TABLE erasure (
  account_id BIGINT NOT NULL,         --: open id customer - proof skip keep
  id BIGINT NOT NULL,                 --: open id operator - proof skip keep
  what TEXT NOT NULL,                 --: open enum operator - proof skip keep
  at BIGINT NOT NULL,                 --: open instant operator - proof skip keep
  finished_at BIGINT,                 --: open instant operator - proof skip keep
  member_id BIGINT NOT NULL,          --: open id customer - proof skip keep
  PRIMARY KEY (account_id, id)
);

CREATE TABLE erasure_key (
  account_id BIGINT NOT NULL,         --: open id customer - proof skip keep
  erasure_id BIGINT NOT NULL,         --: open id operator - proof skip keep
  key_id BIGINT NOT NULL,             --: blind key contact - proof skip keep
  member_id BIGINT NOT NULL,          --: open id customer - proof skip keep
  PRIMARY KEY (account_id, erasure_id, key_id)
);
