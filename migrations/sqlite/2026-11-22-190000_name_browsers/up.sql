-- Which browser a session is of, in two words: for whoever looks for the one they lost.
alter table sessions add column browser text;
