ALTER TABLE events VALIDATE CONSTRAINT ck_events_name_known;
ALTER TABLE orchestrations VALIDATE CONSTRAINT ck_orchestrations_forked;
