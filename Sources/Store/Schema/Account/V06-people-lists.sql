-- Lists of people in each order, page by page, of all whom a viewer sees: one member's alone are no order of a list.
DROP INDEX person_list;
CREATE INDEX person_strength ON person (account_id, gone, strength DESC, id);
CREATE INDEX person_contact ON person (account_id, gone, COALESCE(last_contacted, 0) DESC, id);
CREATE INDEX person_folded ON person (account_id, gone, folded, id);

-- Who has a tag; its beginning alone, since an index holds no text of any length.
CREATE INDEX person_tag ON person_value (account_id, substr(value, 1, 200), person_id) WHERE field = 'tag';

-- The words of names, addresses and numbers, folded, by the beginnings of which people are found; written with the fold.
CREATE TABLE person_word (
  account_id BIGINT NOT NULL,  --: open id customer - life export keep
  person_id BIGINT NOT NULL,   --: open id contact - life export row
  word TEXT NOT NULL,          --: open directory contact show-to-owner life export row
  member_id BIGINT NOT NULL,   --: open id customer - life export row
  PRIMARY KEY (account_id, person_id, word),
  FOREIGN KEY (account_id, person_id) REFERENCES person (account_id, id) ON DELETE CASCADE
) CLUSTERED;

CREATE INDEX person_word_found ON person_word (account_id, word, person_id);

-- What is known by now is found by its whole name and its addresses until it is folded anew, which the worker does next.
INSERT INTO person_word (account_id, person_id, word, member_id)
  SELECT account_id, id, substr(folded, 1, 60), member_id FROM person WHERE folded <> '';
INSERT INTO person_word (account_id, person_id, word, member_id)
  SELECT DISTINCT account_id, person_id, substr(value, 1, 60), member_id FROM person_value
  WHERE field IN ('email', 'phone') AND value <> '' ON CONFLICT (account_id, person_id, word) DO NOTHING;
UPDATE handle SET stale = 1;

CREATE VIEW seen_person_word AS
  SELECT w.account_id, w.person_id, w.word FROM person_word w
  WHERE w.account_id = {account}
    AND EXISTS (SELECT 1 FROM seen_person p WHERE p.account_id = w.account_id AND p.id = w.person_id);
