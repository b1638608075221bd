-- Who was told of a conversation, and of whom anybody was told lately.
create index mails_by_conversation on mails (conversation_id, created_at);
create index escalations_told on escalations (fired_at) where mails > 0;
