-- Who signs in to the site: passwords as argon2id strings, sessions and links as digests of what the browser holds.

ALTER TABLE sign_in ADD COLUMN folded TEXT; --: open directory customer - life export row
CREATE INDEX sign_in_folded ON sign_in (folded);

CREATE TABLE password (
  account_id BIGINT NOT NULL,         --: open id customer - life skip row
  member_id BIGINT NOT NULL,          --: open id customer - life skip row
  hash TEXT NOT NULL CHECK (hash LIKE '$argon2id$%'), --: key password customer - life skip row
  changed_at BIGINT NOT NULL,         --: open instant customer - life skip row
  PRIMARY KEY (account_id, member_id)
);

CREATE TABLE web_session (
  account_id BIGINT NOT NULL,         --: open id customer - work skip row
  id BIGINT NOT NULL,                 --: open id customer - work skip row
  member_id BIGINT NOT NULL,          --: open id customer - work skip row
  token TEXT NOT NULL,                --: key token customer - work skip row
  made_at BIGINT NOT NULL,            --: open instant customer - work skip row
  seen_at BIGINT NOT NULL,            --: open instant customer - work skip row
  proved_at BIGINT NOT NULL,          --: open instant customer - work skip row
  place TEXT NOT NULL,                --: open directory customer - work skip row
  device TEXT NOT NULL,               --: open setting customer - work skip row
  PRIMARY KEY (account_id, id)
);
CREATE UNIQUE INDEX web_session_token ON web_session (token);

-- A link by which a member chooses a password, once.
CREATE TABLE sign_in_link (
  token TEXT NOT NULL,                --: key token customer - work skip row
  account_id BIGINT NOT NULL,         --: open id customer - work skip row
  member_id BIGINT NOT NULL,          --: open id customer - work skip row
  expires_at BIGINT NOT NULL,         --: open instant customer - work skip row
  PRIMARY KEY (token)
);
CREATE INDEX sign_in_link_member ON sign_in_link (account_id, member_id);
