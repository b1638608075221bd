drop table quiet_times;
