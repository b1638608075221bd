drop table appointment_tasks;
drop table appointment_suggestions;
drop table appointments;
drop table appointment_slots;
drop table appointment_offers;
drop table opening_interviewers;
drop table appointment_openings;
drop table interviewers;
