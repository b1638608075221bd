drop table interview_policies;
