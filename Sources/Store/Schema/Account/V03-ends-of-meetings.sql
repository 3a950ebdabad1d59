-- When a meeting ended, as its calendar says; one that was read before has no end until its event changes.
ALTER TABLE interaction ADD COLUMN ends_at BIGINT;  --: open instant contact - life export row
