drop index handoffs_without_text;
drop index handoffs_by_time;
