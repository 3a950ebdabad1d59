-- Whom an owner never wants read, or always wants among the people: an address, or `@` and a domain.
CREATE TABLE sender_rule (
  account_id BIGINT NOT NULL,  --: open id customer - life export keep
  member_id BIGINT NOT NULL,   --: open id customer - life export row
  pattern TEXT NOT NULL,       --: open directory contact - life export row
  kind TEXT NOT NULL,          --: open enum customer - life export row
  made_at BIGINT NOT NULL,     --: open instant customer - life export row
  PRIMARY KEY (account_id, member_id, pattern)
) CLUSTERED;
