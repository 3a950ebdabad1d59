-- The house: which accounts there are, who signs in, which account is due. No content, no directory of anybody's contacts.

CREATE TABLE account (
  id BIGINT NOT NULL,                 --: open id customer - life export row
  created_at BIGINT NOT NULL,         --: open instant customer - life export row
  closed_at BIGINT,                   --: open instant customer - life export row
  PRIMARY KEY (id)
);

CREATE TABLE sign_in (
  account_id BIGINT NOT NULL,         --: open id customer - life export row
  member_id BIGINT NOT NULL,          --: open id customer - life export row
  email TEXT NOT NULL,                --: open directory customer - life export row
  PRIMARY KEY (account_id, member_id)
);

-- Ten bits of every id name the process that made it; a process leases them here.
CREATE TABLE generator (
  number BIGINT NOT NULL,             --: open id operator - work skip keep
  leased_until BIGINT NOT NULL,       --: open instant operator - work skip keep
  last_used BIGINT NOT NULL,          --: open instant operator - work skip keep
  PRIMARY KEY (number)
);

-- A hint, rebuilt from the accounts: which account has work to do, and from when.
CREATE TABLE wake (
  account_id BIGINT NOT NULL,         --: open id customer - work skip row
  due_at BIGINT NOT NULL,             --: open instant customer - work skip row
  PRIMARY KEY (account_id)
);
CREATE INDEX wake_due ON wake (due_at);

CREATE TABLE operator (
  name TEXT NOT NULL,                 --: open setting operator - life skip keep
  value TEXT NOT NULL,                --: open setting operator - life skip keep
  PRIMARY KEY (name)
);
