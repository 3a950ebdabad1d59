-- A second factor for signing in: codes of an app, and codes that stand in for it once.

-- The secret is derived from the member's key and the nonce; without confirmation it was only offered.
CREATE TABLE second_factor (
  account_id BIGINT NOT NULL,         --: open id customer - life skip row
  member_id BIGINT NOT NULL,          --: open id customer - life skip row
  nonce TEXT NOT NULL,                --: key token customer - life skip row
  made_at BIGINT NOT NULL,            --: open instant customer - life skip row
  confirmed_at BIGINT,                --: open instant customer - life skip row
  last_step BIGINT NOT NULL,          --: open instant customer - life skip row
  PRIMARY KEY (account_id, member_id)
);

CREATE TABLE recovery_code (
  account_id BIGINT NOT NULL,         --: open id customer - life skip row
  member_id BIGINT NOT NULL,          --: open id customer - life skip row
  digest TEXT NOT NULL,               --: key token customer - life skip row
  PRIMARY KEY (account_id, member_id, digest)
);
