drop index escalations_told;
drop index mails_by_conversation;
