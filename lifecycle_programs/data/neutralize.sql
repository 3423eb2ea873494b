-- A copy of a database starts no program and sends nobody anything: until a person
-- resumes a program, nobody enters, and who is inside stays where they are. Mail
-- servers, SMS and scheduled actions are stopped by Odoo itself.
UPDATE lifecycle_program
   SET state = 'paused'
 WHERE state IN ('running', 'closed');

-- The carrier's messages are for the original.
UPDATE res_company
   SET lifecycle_sms_token = NULL;

-- No other system hears of the copy.
UPDATE lifecycle_webhook
   SET active = false;
UPDATE lifecycle_webhook_call
   SET state = 'refused', next_try_at = NULL
 WHERE state = 'waiting';

-- Nobody's telephone hears of it.
DELETE FROM lifecycle_push;
DELETE FROM mail_push_device WHERE lifecycle_portal;
