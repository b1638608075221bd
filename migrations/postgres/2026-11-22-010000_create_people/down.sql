drop table idempotency_keys;
drop table api_tokens;
drop table sessions;
drop table users;
drop table organizations;
