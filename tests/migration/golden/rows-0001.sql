-- Rows of the release of revision 0001, made by make_rows.py at 2026-11-21T17:12:03.942914+00:00
INSERT INTO blobs (key, size, created_at, last_used_at) VALUES
	('bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 10, '2026-11-21 17:12:01.946649+00', '2026-11-21 17:12:01.946652+00'),
	('cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc', 10, '2026-11-21 17:12:01.982751+00', '2026-11-21 17:12:01.982753+00'),
	('dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd', 10, '2026-11-21 17:12:02.081004+00', '2026-11-21 17:12:02.081007+00') ON CONFLICT DO NOTHING;
INSERT INTO sessions (id, tenant, name, next_number, created_at, last_used_at) OVERRIDING SYSTEM VALUE VALUES
	(1, 'default', 'talk', 3, '2026-11-21 17:12:01.898462+00', '2026-11-21 17:12:01.935425+00') ON CONFLICT DO NOTHING;
INSERT INTO tenants (name, created_at) VALUES
	('default', '2026-11-21 17:12:01.407223+00') ON CONFLICT DO NOTHING;
INSERT INTO orchestrations (id, tenant, idempotency_key, session_id, session_number, parent_id, parent_task_id, root_id, depth, status, reason, root_task_id, schema_version, created_at, deadline_at, ended_at) VALUES
	('0e0cd511-3bae-44b8-9c66-7bf566fcfb5f', 'default', NULL, NULL, NULL, NULL, NULL, '0e0cd511-3bae-44b8-9c66-7bf566fcfb5f', 0, 'waiting', NULL, 'root of waiting', 1, '2026-11-21 17:12:02.006239+00', '2026-11-21 18:12:02.006243+00', NULL),
	('cefb9823-43d3-4962-83f3-0bb5c1327cdc', 'default', NULL, NULL, NULL, NULL, NULL, 'cefb9823-43d3-4962-83f3-0bb5c1327cdc', 0, 'succeeded', 'answered', 'root of answered', 1, '2026-11-21 17:12:01.481443+00', '2026-11-21 18:12:01.481446+00', '2026-11-21 17:12:01.555002+00'),
	('ced88008-7033-49ac-a803-ce02e8347ae9', 'default', NULL, NULL, NULL, NULL, NULL, 'ced88008-7033-49ac-a803-ce02e8347ae9', 0, 'waiting', NULL, 'root of dispatched', 1, '2026-11-21 17:12:02.056328+00', '2026-11-21 18:12:02.056331+00', NULL),
	('6ea3a2a0-ee9d-43b1-b4c5-cdc7320b8234', 'default', NULL, NULL, NULL, NULL, NULL, '6ea3a2a0-ee9d-43b1-b4c5-cdc7320b8234', 0, 'failed', 'model_error', 'root of failed', 1, '2026-11-21 17:12:01.562491+00', '2026-11-21 18:12:01.562493+00', '2026-11-21 17:12:01.574248+00'),
	('27667670-4ed4-4812-8ca4-ccfc5bfd1ed8', 'default', NULL, NULL, NULL, NULL, NULL, '27667670-4ed4-4812-8ca4-ccfc5bfd1ed8', 0, 'queued', NULL, 'root of profile waits', 1, '2026-11-21 17:12:02.077437+00', '2026-11-21 18:12:02.07744+00', NULL),
	('2bc04897-cf8c-4857-b052-2ea2430ba894', 'default', NULL, NULL, NULL, NULL, NULL, '2bc04897-cf8c-4857-b052-2ea2430ba894', 0, 'queued', NULL, 'root of queued', 1, '2026-11-21 17:12:02.087504+00', '2026-11-21 18:12:02.087506+00', NULL),
	('7d04d721-a191-469e-b042-2c6e0fb3c95d', 'default', NULL, NULL, NULL, NULL, NULL, '7d04d721-a191-469e-b042-2c6e0fb3c95d', 0, 'cancelled', 'cancelled', 'root of cancelled', 1, '2026-11-21 17:12:01.577983+00', '2026-11-21 18:12:01.577986+00', '2026-11-21 17:12:01.618262+00'),
	('f7d7b04f-9c84-4991-ba8e-94d40678fa79', 'default', NULL, NULL, NULL, NULL, NULL, 'f7d7b04f-9c84-4991-ba8e-94d40678fa79', 0, 'queued', NULL, 'root of next step', 1, '2026-11-21 17:12:01.62621+00', '2026-11-21 18:12:01.626213+00', NULL),
	('aadcb9c9-9312-4841-aee4-53a8430c374b', 'default', NULL, NULL, NULL, NULL, NULL, 'aadcb9c9-9312-4841-aee4-53a8430c374b', 0, 'waiting', NULL, 'root of second step', 1, '2026-11-21 17:12:01.687203+00', '2026-11-21 18:12:01.687205+00', NULL),
	('a9d98f0d-68b5-4b7e-9fd5-d2b799d4d349', 'default', NULL, NULL, NULL, NULL, NULL, 'a9d98f0d-68b5-4b7e-9fd5-d2b799d4d349', 0, 'waiting', NULL, 'root of almost', 1, '2026-11-21 17:12:01.781218+00', '2026-11-21 18:12:01.78122+00', NULL),
	('ed7e76c2-808d-4345-8b62-34dcce3c0fce', 'default', NULL, NULL, NULL, NULL, NULL, 'ed7e76c2-808d-4345-8b62-34dcce3c0fce', 0, 'planning', NULL, 'root of planning', 1, '2026-11-21 17:12:01.833015+00', '2026-11-21 18:12:01.833017+00', NULL),
	('83ebe5d4-ee02-48b4-b81d-2e8ad42fcb89', 'default', NULL, NULL, NULL, NULL, NULL, '83ebe5d4-ee02-48b4-b81d-2e8ad42fcb89', 0, 'planning', NULL, 'root of journaled', 1, '2026-11-21 17:12:01.846057+00', '2026-11-21 18:12:01.846059+00', NULL),
	('ae8fa0d9-73fd-4ade-8d21-c16a98b9385f', 'default', NULL, NULL, NULL, NULL, NULL, 'ae8fa0d9-73fd-4ade-8d21-c16a98b9385f', 0, 'planning', NULL, 'root of repaired', 1, '2026-11-21 17:12:01.867171+00', '2026-11-21 18:12:01.867174+00', NULL),
	('717881e2-6dd3-45f9-9d44-e8fa6dc04829', 'default', NULL, NULL, NULL, NULL, NULL, '717881e2-6dd3-45f9-9d44-e8fa6dc04829', 0, 'queued', NULL, 'root of released', 1, '2026-11-21 17:12:01.885441+00', '2026-11-21 18:12:01.885443+00', NULL),
	('7902a252-78fd-49d4-be6d-13cf0a07caad', 'default', NULL, 1, 1, NULL, NULL, '7902a252-78fd-49d4-be6d-13cf0a07caad', 0, 'waiting', NULL, 'root of first of a session', 1, '2026-11-21 17:12:01.89897+00', '2026-11-21 18:12:01.898972+00', NULL),
	('7185775f-023e-42f7-bf13-fb1288eab749', 'default', NULL, 1, 2, NULL, NULL, '7185775f-023e-42f7-bf13-fb1288eab749', 0, 'queued', NULL, 'root of second of a session', 1, '2026-11-21 17:12:01.935882+00', '2026-11-21 18:12:01.935884+00', NULL),
	('3b9acb55-83eb-4f31-b101-e538682c6e45', 'default', NULL, NULL, NULL, NULL, NULL, '3b9acb55-83eb-4f31-b101-e538682c6e45', 0, 'queued', NULL, 'root of profiled', 1, '2026-11-21 17:12:01.944472+00', '2026-11-21 18:12:01.944474+00', NULL),
	('741083b3-0510-4635-8611-c4163cbaa75c', 'default', NULL, NULL, NULL, NULL, NULL, '741083b3-0510-4635-8611-c4163cbaa75c', 0, 'queued', NULL, 'root of being profiled', 1, '2026-11-21 17:12:01.980466+00', '2026-11-21 18:12:01.98047+00', NULL) ON CONFLICT DO NOTHING;
INSERT INTO events (orchestration_id, seq, name, at, data) VALUES
	('cefb9823-43d3-4962-83f3-0bb5c1327cdc', 1, 'submitted', '2026-11-21 17:12:01.489475+00', '{"inputs": []}'),
	('cefb9823-43d3-4962-83f3-0bb5c1327cdc', 2, 'planning', '2026-11-21 17:12:01.497475+00', '{"step": 1, "tries": 1, "plan_attempt": 1}'),
	('cefb9823-43d3-4962-83f3-0bb5c1327cdc', 3, 'planned', '2026-11-21 17:12:01.516408+00', '{"step": 1, "tasks": ["answered_a"]}'),
	('cefb9823-43d3-4962-83f3-0bb5c1327cdc', 4, 'task_started', '2026-11-21 17:12:01.53143+00', '{"step": 1, "attempt": 1, "task_id": "answered_a"}'),
	('cefb9823-43d3-4962-83f3-0bb5c1327cdc', 5, 'task_landed', '2026-11-21 17:12:01.535087+00', '{"step": 1, "task_id": "answered_a", "error_kind": null, "is_success": true, "execution_time": 0.0}'),
	('cefb9823-43d3-4962-83f3-0bb5c1327cdc', 6, 'step_landed', '2026-11-21 17:12:01.536279+00', '{"step": 1}'),
	('cefb9823-43d3-4962-83f3-0bb5c1327cdc', 7, 'planning', '2026-11-21 17:12:01.54598+00', '{"step": 2, "tries": 1, "plan_attempt": 1}'),
	('cefb9823-43d3-4962-83f3-0bb5c1327cdc', 8, 'ended', '2026-11-21 17:12:01.55677+00', '{"detail": null, "reason": "answered", "status": "succeeded", "tasks_cancelled": 0}'),
	('6ea3a2a0-ee9d-43b1-b4c5-cdc7320b8234', 1, 'submitted', '2026-11-21 17:12:01.563892+00', '{"inputs": []}'),
	('6ea3a2a0-ee9d-43b1-b4c5-cdc7320b8234', 2, 'planning', '2026-11-21 17:12:01.570457+00', '{"step": 1, "tries": 1, "plan_attempt": 1}'),
	('6ea3a2a0-ee9d-43b1-b4c5-cdc7320b8234', 3, 'ended', '2026-11-21 17:12:01.5754+00', '{"detail": "the model is gone", "reason": "model_error", "status": "failed", "tasks_cancelled": 0}'),
	('7d04d721-a191-469e-b042-2c6e0fb3c95d', 1, 'submitted', '2026-11-21 17:12:01.580718+00', '{"inputs": []}'),
	('7d04d721-a191-469e-b042-2c6e0fb3c95d', 2, 'planning', '2026-11-21 17:12:01.587974+00', '{"step": 1, "tries": 1, "plan_attempt": 1}'),
	('7d04d721-a191-469e-b042-2c6e0fb3c95d', 3, 'planned', '2026-11-21 17:12:01.604268+00', '{"step": 1, "tasks": ["cancelled_a", "cancelled_b"]}'),
	('7d04d721-a191-469e-b042-2c6e0fb3c95d', 4, 'task_started', '2026-11-21 17:12:01.615837+00', '{"step": 1, "attempt": 1, "task_id": "cancelled_a"}'),
	('7d04d721-a191-469e-b042-2c6e0fb3c95d', 5, 'ended', '2026-11-21 17:12:01.623282+00', '{"detail": "cancelled on request", "reason": "cancelled", "status": "cancelled", "tasks_cancelled": 2}'),
	('f7d7b04f-9c84-4991-ba8e-94d40678fa79', 1, 'submitted', '2026-11-21 17:12:01.628839+00', '{"inputs": []}'),
	('f7d7b04f-9c84-4991-ba8e-94d40678fa79', 2, 'planning', '2026-11-21 17:12:01.638545+00', '{"step": 1, "tries": 1, "plan_attempt": 1}'),
	('f7d7b04f-9c84-4991-ba8e-94d40678fa79', 3, 'planned', '2026-11-21 17:12:01.662286+00', '{"step": 1, "tasks": ["next_a", "next_b"]}'),
	('f7d7b04f-9c84-4991-ba8e-94d40678fa79', 4, 'task_started', '2026-11-21 17:12:01.67145+00', '{"step": 1, "attempt": 1, "task_id": "next_a"}'),
	('f7d7b04f-9c84-4991-ba8e-94d40678fa79', 5, 'task_started', '2026-11-21 17:12:01.67158+00', '{"step": 1, "attempt": 1, "task_id": "next_b"}'),
	('f7d7b04f-9c84-4991-ba8e-94d40678fa79', 6, 'task_landed', '2026-11-21 17:12:01.680409+00', '{"step": 1, "task_id": "next_a", "error_kind": null, "is_success": true, "execution_time": 0.0}'),
	('f7d7b04f-9c84-4991-ba8e-94d40678fa79', 7, 'task_landed', '2026-11-21 17:12:01.68044+00', '{"step": 1, "task_id": "next_b", "error_kind": null, "is_success": true, "execution_time": 0.0}'),
	('f7d7b04f-9c84-4991-ba8e-94d40678fa79', 8, 'step_landed', '2026-11-21 17:12:01.683858+00', '{"step": 1}'),
	('aadcb9c9-9312-4841-aee4-53a8430c374b', 1, 'submitted', '2026-11-21 17:12:01.692892+00', '{"inputs": []}'),
	('aadcb9c9-9312-4841-aee4-53a8430c374b', 2, 'planning', '2026-11-21 17:12:01.700596+00', '{"step": 1, "tries": 1, "plan_attempt": 1}'),
	('aadcb9c9-9312-4841-aee4-53a8430c374b', 3, 'planned', '2026-11-21 17:12:01.721328+00', '{"step": 1, "tasks": ["second_a"]}'),
	('aadcb9c9-9312-4841-aee4-53a8430c374b', 4, 'task_started', '2026-11-21 17:12:01.730338+00', '{"step": 1, "attempt": 1, "task_id": "second_a"}'),
	('aadcb9c9-9312-4841-aee4-53a8430c374b', 5, 'task_landed', '2026-11-21 17:12:01.740475+00', '{"step": 1, "task_id": "second_a", "error_kind": null, "is_success": true, "execution_time": 0.0}'),
	('aadcb9c9-9312-4841-aee4-53a8430c374b', 6, 'step_landed', '2026-11-21 17:12:01.74174+00', '{"step": 1}'),
	('aadcb9c9-9312-4841-aee4-53a8430c374b', 7, 'planning', '2026-11-21 17:12:01.750326+00', '{"step": 2, "tries": 1, "plan_attempt": 1}'),
	('aadcb9c9-9312-4841-aee4-53a8430c374b', 8, 'planned', '2026-11-21 17:12:01.768031+00', '{"step": 2, "tasks": ["second_b"]}'),
	('aadcb9c9-9312-4841-aee4-53a8430c374b', 9, 'task_started', '2026-11-21 17:12:01.776574+00', '{"step": 2, "attempt": 1, "task_id": "second_b"}'),
	('a9d98f0d-68b5-4b7e-9fd5-d2b799d4d349', 1, 'submitted', '2026-11-21 17:12:01.78341+00', '{"inputs": []}'),
	('a9d98f0d-68b5-4b7e-9fd5-d2b799d4d349', 2, 'planning', '2026-11-21 17:12:01.790475+00', '{"step": 1, "tries": 1, "plan_attempt": 1}'),
	('a9d98f0d-68b5-4b7e-9fd5-d2b799d4d349', 3, 'planned', '2026-11-21 17:12:01.806496+00', '{"step": 1, "tasks": ["almost_a", "almost_b", "almost_c"]}'),
	('a9d98f0d-68b5-4b7e-9fd5-d2b799d4d349', 4, 'task_started', '2026-11-21 17:12:01.815099+00', '{"step": 1, "attempt": 1, "task_id": "almost_a"}'),
	('a9d98f0d-68b5-4b7e-9fd5-d2b799d4d349', 5, 'task_started', '2026-11-21 17:12:01.815135+00', '{"step": 1, "attempt": 1, "task_id": "almost_b"}'),
	('a9d98f0d-68b5-4b7e-9fd5-d2b799d4d349', 6, 'task_landed', '2026-11-21 17:12:01.819735+00', '{"step": 1, "task_id": "almost_a", "error_kind": null, "is_success": true, "execution_time": 0.0}'),
	('a9d98f0d-68b5-4b7e-9fd5-d2b799d4d349', 7, 'task_landed', '2026-11-21 17:12:01.819842+00', '{"step": 1, "task_id": "almost_b", "error_kind": null, "is_success": true, "execution_time": 0.0}'),
	('a9d98f0d-68b5-4b7e-9fd5-d2b799d4d349', 8, 'task_started', '2026-11-21 17:12:01.831011+00', '{"step": 1, "attempt": 1, "task_id": "almost_c"}'),
	('ed7e76c2-808d-4345-8b62-34dcce3c0fce', 1, 'submitted', '2026-11-21 17:12:01.836733+00', '{"inputs": []}'),
	('ed7e76c2-808d-4345-8b62-34dcce3c0fce', 2, 'planning', '2026-11-21 17:12:01.843545+00', '{"step": 1, "tries": 1, "plan_attempt": 1}'),
	('83ebe5d4-ee02-48b4-b81d-2e8ad42fcb89', 1, 'submitted', '2026-11-21 17:12:01.847426+00', '{"inputs": []}'),
	('83ebe5d4-ee02-48b4-b81d-2e8ad42fcb89', 2, 'planning', '2026-11-21 17:12:01.854039+00', '{"step": 1, "tries": 1, "plan_attempt": 1}'),
	('ae8fa0d9-73fd-4ade-8d21-c16a98b9385f', 1, 'submitted', '2026-11-21 17:12:01.868422+00', '{"inputs": []}'),
	('ae8fa0d9-73fd-4ade-8d21-c16a98b9385f', 2, 'planning', '2026-11-21 17:12:01.874123+00', '{"step": 1, "tries": 1, "plan_attempt": 1}'),
	('ae8fa0d9-73fd-4ade-8d21-c16a98b9385f', 3, 'plan_rejected', '2026-11-21 17:12:01.88381+00', '{"step": 1, "problems": ["task ids are not unique"]}'),
	('717881e2-6dd3-45f9-9d44-e8fa6dc04829', 1, 'submitted', '2026-11-21 17:12:01.886544+00', '{"inputs": []}'),
	('717881e2-6dd3-45f9-9d44-e8fa6dc04829', 2, 'planning', '2026-11-21 17:12:01.892107+00', '{"step": 1, "tries": 1, "plan_attempt": 1}'),
	('717881e2-6dd3-45f9-9d44-e8fa6dc04829', 3, 'released', '2026-11-21 17:12:01.896545+00', '{"why": "attempt failed", "step": 1, "delay_s": 2}'),
	('7902a252-78fd-49d4-be6d-13cf0a07caad', 1, 'submitted', '2026-11-21 17:12:01.906163+00', '{"inputs": []}'),
	('7902a252-78fd-49d4-be6d-13cf0a07caad', 2, 'planning', '2026-11-21 17:12:01.91426+00', '{"step": 1, "tries": 1, "plan_attempt": 1}'),
	('7902a252-78fd-49d4-be6d-13cf0a07caad', 3, 'planned', '2026-11-21 17:12:01.927128+00', '{"step": 1, "tasks": ["talk_a"]}'),
	('7902a252-78fd-49d4-be6d-13cf0a07caad', 4, 'task_started', '2026-11-21 17:12:01.932546+00', '{"step": 1, "attempt": 1, "task_id": "talk_a"}'),
	('7185775f-023e-42f7-bf13-fb1288eab749', 1, 'submitted', '2026-11-21 17:12:01.942894+00', '{"inputs": []}'),
	('3b9acb55-83eb-4f31-b101-e538682c6e45', 1, 'submitted', '2026-11-21 17:12:01.952238+00', '{"inputs": ["prices"]}'),
	('3b9acb55-83eb-4f31-b101-e538682c6e45', 2, 'task_started', '2026-11-21 17:12:01.961248+00', '{"step": 0, "attempt": 1, "task_id": "profile_0"}'),
	('3b9acb55-83eb-4f31-b101-e538682c6e45', 3, 'task_landed', '2026-11-21 17:12:01.967696+00', '{"step": 0, "task_id": "profile_0", "error_kind": null, "is_success": true, "execution_time": 0.0}'),
	('3b9acb55-83eb-4f31-b101-e538682c6e45', 4, 'step_landed', '2026-11-21 17:12:01.969617+00', '{"step": 0}'),
	('741083b3-0510-4635-8611-c4163cbaa75c', 1, 'submitted', '2026-11-21 17:12:01.991001+00', '{"inputs": ["prices", "sales"]}'),
	('741083b3-0510-4635-8611-c4163cbaa75c', 2, 'task_started', '2026-11-21 17:12:02.000817+00', '{"step": 0, "attempt": 1, "task_id": "profile_1"}'),
	('0e0cd511-3bae-44b8-9c66-7bf566fcfb5f', 1, 'submitted', '2026-11-21 17:12:02.008043+00', '{"inputs": []}'),
	('0e0cd511-3bae-44b8-9c66-7bf566fcfb5f', 2, 'planning', '2026-11-21 17:12:02.021612+00', '{"step": 1, "tries": 1, "plan_attempt": 1}'),
	('0e0cd511-3bae-44b8-9c66-7bf566fcfb5f', 3, 'planned', '2026-11-21 17:12:02.040075+00', '{"step": 1, "tasks": ["waiting_a", "waiting_b", "waiting_c"]}'),
	('0e0cd511-3bae-44b8-9c66-7bf566fcfb5f', 4, 'task_started', '2026-11-21 17:12:02.047767+00', '{"step": 1, "attempt": 1, "task_id": "waiting_a"}'),
	('0e0cd511-3bae-44b8-9c66-7bf566fcfb5f', 5, 'task_started', '2026-11-21 17:12:02.047845+00', '{"step": 1, "attempt": 1, "task_id": "waiting_b"}'),
	('0e0cd511-3bae-44b8-9c66-7bf566fcfb5f', 6, 'task_landed', '2026-11-21 17:12:02.05305+00', '{"step": 1, "task_id": "waiting_a", "error_kind": null, "is_success": true, "execution_time": 0.0}'),
	('ced88008-7033-49ac-a803-ce02e8347ae9', 1, 'submitted', '2026-11-21 17:12:02.060388+00', '{"inputs": []}'),
	('ced88008-7033-49ac-a803-ce02e8347ae9', 2, 'planning', '2026-11-21 17:12:02.0652+00', '{"step": 1, "tries": 1, "plan_attempt": 1}'),
	('ced88008-7033-49ac-a803-ce02e8347ae9', 3, 'planned', '2026-11-21 17:12:02.075699+00', '{"step": 1, "tasks": ["dispatched_a", "dispatched_b"]}'),
	('27667670-4ed4-4812-8ca4-ccfc5bfd1ed8', 1, 'submitted', '2026-11-21 17:12:02.084411+00', '{"inputs": ["late"]}'),
	('2bc04897-cf8c-4857-b052-2ea2430ba894', 1, 'submitted', '2026-11-21 17:12:02.088811+00', '{"inputs": []}') ON CONFLICT DO NOTHING;
INSERT INTO inputs (orchestration_id, "position", name, blob, size, format) VALUES
	('3b9acb55-83eb-4f31-b101-e538682c6e45', 0, 'prices', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 10, 'csv'),
	('741083b3-0510-4635-8611-c4163cbaa75c', 0, 'prices', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 10, 'csv'),
	('741083b3-0510-4635-8611-c4163cbaa75c', 1, 'sales', 'cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc', 10, 'csv'),
	('27667670-4ed4-4812-8ca4-ccfc5bfd1ed8', 0, 'late', 'dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd', 10, 'csv') ON CONFLICT DO NOTHING;
INSERT INTO steps (id, orchestration_id, ordinal, status, plan_attempt, tries, losses, process_id, claim, claimed_until, due_at, nudge_at, nudges, task_id, parent_task_id, created_at) OVERRIDING SYSTEM VALUE VALUES
	(1, 'cefb9823-43d3-4962-83f3-0bb5c1327cdc', 1, 'landed', 1, 1, 0, 1, '76506c5c-8c1f-46d5-9b4a-f320d9aa58c9', NULL, '2026-11-21 17:12:01.486871+00', '2026-11-21 17:12:02.515075+00', 0, 'planner', NULL, '2026-11-21 17:12:01.486876+00'),
	(2, 'cefb9823-43d3-4962-83f3-0bb5c1327cdc', 2, 'done', 1, 1, 0, 1, '9ca53d21-048f-44b5-a2b0-1d1b4ef3246e', NULL, '2026-11-21 17:12:01.536931+00', '2026-11-21 17:12:02.536934+00', 0, 'planner', 'planner', '2026-11-21 17:12:01.536936+00'),
	(3, '6ea3a2a0-ee9d-43b1-b4c5-cdc7320b8234', 1, 'done', 1, 1, 0, 1, '538094b8-1a58-46b2-b8a6-de0ab32cf74b', NULL, '2026-11-21 17:12:01.563392+00', '2026-11-21 17:12:02.563394+00', 0, 'planner', NULL, '2026-11-21 17:12:01.563395+00'),
	(4, '7d04d721-a191-469e-b042-2c6e0fb3c95d', 1, 'failed', 1, 1, 0, 1, '0fa859ba-85bc-4402-b9c1-def9d083542b', NULL, '2026-11-21 17:12:01.580236+00', '2026-11-21 17:12:02.603525+00', 0, 'planner', NULL, '2026-11-21 17:12:01.580239+00'),
	(5, 'f7d7b04f-9c84-4991-ba8e-94d40678fa79', 1, 'landed', 1, 1, 0, 1, '7db3b685-80e4-48a5-b46a-813f370425cc', NULL, '2026-11-21 17:12:01.628175+00', '2026-11-21 17:12:02.659792+00', 0, 'planner', NULL, '2026-11-21 17:12:01.628179+00'),
	(6, 'f7d7b04f-9c84-4991-ba8e-94d40678fa79', 2, 'ready', 0, 0, 0, NULL, NULL, NULL, '2026-11-21 17:12:01.684327+00', '2026-11-21 17:12:02.684329+00', 0, NULL, 'planner', '2026-11-21 17:12:01.684331+00'),
	(7, 'aadcb9c9-9312-4841-aee4-53a8430c374b', 1, 'landed', 1, 1, 0, 1, '193dacd7-a743-418a-9991-9270991ec8e5', NULL, '2026-11-21 17:12:01.688663+00', '2026-11-21 17:12:02.720676+00', 0, 'planner', NULL, '2026-11-21 17:12:01.688667+00'),
	(8, 'aadcb9c9-9312-4841-aee4-53a8430c374b', 2, 'waiting', 1, 1, 0, 1, 'a579fe31-6666-47bf-beda-db15eb217f58', NULL, '2026-11-21 17:12:01.742116+00', '2026-11-21 17:12:02.766794+00', 0, 'planner', 'planner', '2026-11-21 17:12:01.74212+00'),
	(9, 'a9d98f0d-68b5-4b7e-9fd5-d2b799d4d349', 1, 'waiting', 1, 1, 0, 1, '59dd1e50-ba0b-4302-a1bc-d95276423bf3', NULL, '2026-11-21 17:12:01.783018+00', '2026-11-21 17:12:02.805801+00', 0, 'planner', NULL, '2026-11-21 17:12:01.783022+00'),
	(10, 'ed7e76c2-808d-4345-8b62-34dcce3c0fce', 1, 'planning', 1, 1, 0, 1, '5567c29a-9ab5-4bfd-bd9c-eb1bae98bd7d', '2026-11-21 17:27:01.840821+00', '2026-11-21 17:12:01.836216+00', '2026-11-21 17:12:02.836219+00', 0, 'planner', NULL, '2026-11-21 17:12:01.836221+00'),
	(11, '83ebe5d4-ee02-48b4-b81d-2e8ad42fcb89', 1, 'planning', 1, 1, 0, 1, 'd52e1a33-55c9-4ec8-8c09-43a46f01c4c9', '2026-11-21 17:27:01.852079+00', '2026-11-21 17:12:01.847009+00', '2026-11-21 17:12:02.847011+00', 0, 'planner', NULL, '2026-11-21 17:12:01.847012+00'),
	(12, 'ae8fa0d9-73fd-4ade-8d21-c16a98b9385f', 1, 'planning', 2, 1, 0, 1, '98423e13-8f7a-4672-b1af-f79ac4a5ad67', '2026-11-21 17:27:01.883165+00', '2026-11-21 17:12:01.868016+00', '2026-11-21 17:12:02.868019+00', 0, 'planner', NULL, '2026-11-21 17:12:01.86802+00'),
	(13, '717881e2-6dd3-45f9-9d44-e8fa6dc04829', 1, 'ready', 1, 1, 0, NULL, NULL, NULL, '2026-11-21 17:12:03.89592+00', '2026-11-21 17:12:03.895923+00', 0, 'planner', NULL, '2026-11-21 17:12:01.886194+00'),
	(14, '7902a252-78fd-49d4-be6d-13cf0a07caad', 1, 'waiting', 1, 1, 0, 1, 'b5872ac5-912b-4eae-a362-b3ef279dde64', NULL, '2026-11-21 17:12:01.905512+00', '2026-11-21 17:12:02.926478+00', 0, 'planner', NULL, '2026-11-21 17:12:01.905517+00'),
	(15, '7185775f-023e-42f7-bf13-fb1288eab749', 1, 'ready', 0, 0, 0, NULL, NULL, NULL, '2026-11-21 17:12:01.94233+00', '2026-11-21 17:12:02.942332+00', 0, NULL, NULL, '2026-11-21 17:12:01.942335+00'),
	(16, '3b9acb55-83eb-4f31-b101-e538682c6e45', 0, 'landed', 1, 0, 0, NULL, NULL, NULL, '2026-11-21 17:12:01.950152+00', '2026-11-21 17:12:02.950154+00', 0, NULL, NULL, '2026-11-21 17:12:01.950156+00'),
	(17, '3b9acb55-83eb-4f31-b101-e538682c6e45', 1, 'ready', 0, 0, 0, NULL, NULL, NULL, '2026-11-21 17:12:01.973897+00', '2026-11-21 17:12:02.9739+00', 0, NULL, NULL, '2026-11-21 17:12:01.973902+00'),
	(18, '741083b3-0510-4635-8611-c4163cbaa75c', 0, 'waiting', 1, 0, 0, NULL, NULL, NULL, '2026-11-21 17:12:01.985921+00', '2026-11-21 17:12:02.985923+00', 0, NULL, NULL, '2026-11-21 17:12:01.985926+00'),
	(19, '0e0cd511-3bae-44b8-9c66-7bf566fcfb5f', 1, 'waiting', 1, 1, 0, 1, '6bf78070-80ef-4297-9571-4c1a5e398985', NULL, '2026-11-21 17:12:02.007411+00', '2026-11-21 17:12:03.03824+00', 0, 'planner', NULL, '2026-11-21 17:12:02.007416+00'),
	(20, 'ced88008-7033-49ac-a803-ce02e8347ae9', 1, 'waiting', 1, 1, 0, 1, '569846b6-6d79-4028-b09b-d107a6ca086f', NULL, '2026-11-21 17:12:02.057111+00', '2026-11-21 17:12:03.075069+00', 0, 'planner', NULL, '2026-11-21 17:12:02.057115+00'),
	(21, '27667670-4ed4-4812-8ca4-ccfc5bfd1ed8', 0, 'waiting', 1, 0, 0, NULL, NULL, NULL, '2026-11-21 17:12:02.082524+00', '2026-11-21 17:12:03.082526+00', 0, NULL, NULL, '2026-11-21 17:12:02.082528+00'),
	(22, '2bc04897-cf8c-4857-b052-2ea2430ba894', 1, 'ready', 0, 0, 0, NULL, NULL, NULL, '2026-11-21 17:12:02.088443+00', '2026-11-21 17:12:03.088445+00', 0, NULL, NULL, '2026-11-21 17:12:02.088447+00') ON CONFLICT DO NOTHING;
INSERT INTO model_calls (id, orchestration_id, step_id, plan_attempt, repair, request_hash, raw, failure, model, finish_reason, input_tokens, output_tokens, latency_s, created_at) OVERRIDING SYSTEM VALUE VALUES
	(1, 'cefb9823-43d3-4962-83f3-0bb5c1327cdc', 1, 1, 0, '222fa13f67de1c6fe62132d10990db87b49bbc6d9bc192692193097d4ff0bdfa', 'spawn answered_a', NULL, 'scripted', 'stop', 10, 5, 0, '2026-11-21 17:12:01.50962+00'),
	(2, 'cefb9823-43d3-4962-83f3-0bb5c1327cdc', 2, 1, 0, '43a49adc65d35145aaf66ccfbbb85acf8c6f5a7756feb0ab76c6c714f6626d8f', 'answer answered_a has run
', NULL, 'scripted', 'stop', 10, 5, 0, '2026-11-21 17:12:01.552829+00'),
	(3, '7d04d721-a191-469e-b042-2c6e0fb3c95d', 4, 1, 0, '9f920c228be7ed35a6d25b93b32838c5029ae224517d434efb77a06e0b061829', 'spawn cancelled_a cancelled_b', NULL, 'scripted', 'stop', 10, 5, 0, '2026-11-21 17:12:01.595871+00'),
	(4, 'f7d7b04f-9c84-4991-ba8e-94d40678fa79', 5, 1, 0, '0174eb47be394e480d2a39cb5426a220f8b79ed2182e0f8c72f1dc5d52ee5726', 'spawn next_a next_b', NULL, 'scripted', 'stop', 10, 5, 0, '2026-11-21 17:12:01.64808+00'),
	(5, 'aadcb9c9-9312-4841-aee4-53a8430c374b', 7, 1, 0, '9c151eb9ce28f57a07780aad29cefa06534a62cee703f67ce11997c57ac5c969', 'spawn second_a', NULL, 'scripted', 'stop', 10, 5, 0, '2026-11-21 17:12:01.711919+00'),
	(6, 'aadcb9c9-9312-4841-aee4-53a8430c374b', 8, 1, 0, 'df10e4ba0f5178823e3e78095113d6e654f42d17563ff81c1571e3bfc59eb2da', 'spawn second_b', NULL, 'scripted', 'stop', 10, 5, 0, '2026-11-21 17:12:01.758903+00'),
	(7, 'a9d98f0d-68b5-4b7e-9fd5-d2b799d4d349', 9, 1, 0, '84121fb14c2331f07989deb9dd810c891483ce234f7ab5eff0b762ebe312bff5', 'spawn almost_a almost_b almost_c', NULL, 'scripted', 'stop', 10, 5, 0, '2026-11-21 17:12:01.797354+00'),
	(8, '83ebe5d4-ee02-48b4-b81d-2e8ad42fcb89', 11, 1, 0, 'ec91b0675875b2fa9ef9956800522199d3938aae791f6470157e523b70b4263b', 'spawn journaled_a journaled_b', NULL, 'scripted', 'stop', 10, 5, 0, '2026-11-21 17:12:01.862656+00'),
	(9, 'ae8fa0d9-73fd-4ade-8d21-c16a98b9385f', 12, 1, 0, '9ce753e09a88c1b8b8c2e0d52e719515cfde808a5dadfadb121fc4551f0e789d', 'spawn repaired_a repaired_a', NULL, 'scripted', 'stop', 10, 5, 0, '2026-11-21 17:12:01.880103+00'),
	(10, '7902a252-78fd-49d4-be6d-13cf0a07caad', 14, 1, 0, '447da8e96a8f9b9812e6815c094ba464b8cedfc5b1ee08adc453ce7c5691da64', 'spawn talk_a', NULL, 'scripted', 'stop', 10, 5, 0, '2026-11-21 17:12:01.920505+00'),
	(11, '0e0cd511-3bae-44b8-9c66-7bf566fcfb5f', 19, 1, 0, '4442a54855ed9391e50dfec15e87b1542a34613d2ef53ba77ecb8e872f8a87e4', 'spawn waiting_a waiting_b waiting_c', NULL, 'scripted', 'stop', 10, 5, 0, '2026-11-21 17:12:02.032321+00'),
	(12, 'ced88008-7033-49ac-a803-ce02e8347ae9', 20, 1, 0, 'd9e69e2e1ff1e368d04ef8fb9a74990bfcfee47a8631786a5c92525be9e6b666', 'spawn dispatched_a dispatched_b', NULL, 'scripted', 'stop', 10, 5, 0, '2026-11-21 17:12:02.071626+00') ON CONFLICT DO NOTHING;
INSERT INTO orchestration_payloads (orchestration_id, request_hash, question, model, limits, given_plan, show_samples, answer, detail) VALUES
	('cefb9823-43d3-4962-83f3-0bb5c1327cdc', 'fd4483cd50257953bc2e482a7c4ad6292461837f6104bbf6a8f861718170178e', 'answered', 'scripted', '{"max_steps": 20, "deadline_s": 3600.0, "max_losses": 10, "max_spawns": 1000, "max_repairs": 2, "max_attempts": 3, "task_timeout_s": 30.0, "task_memory_bytes": 536870912, "max_spawns_per_step": 200}', NULL, true, 'answered_a has run', NULL),
	('6ea3a2a0-ee9d-43b1-b4c5-cdc7320b8234', 'd703372e5b070fc3572901d4c857e21b63a39b21d401734cafef0ac93494a070', 'failed', 'scripted', '{"max_steps": 20, "deadline_s": 3600.0, "max_losses": 10, "max_spawns": 1000, "max_repairs": 2, "max_attempts": 3, "task_timeout_s": 30.0, "task_memory_bytes": 536870912, "max_spawns_per_step": 200}', NULL, true, NULL, 'the model is gone'),
	('7d04d721-a191-469e-b042-2c6e0fb3c95d', '7e9a2e7cab53974d37072f321b0632587b3b92464c11fb0dcd69c92d671c0d9d', 'cancelled', 'scripted', '{"max_steps": 20, "deadline_s": 3600.0, "max_losses": 10, "max_spawns": 1000, "max_repairs": 2, "max_attempts": 3, "task_timeout_s": 30.0, "task_memory_bytes": 536870912, "max_spawns_per_step": 200}', NULL, true, NULL, 'cancelled on request'),
	('f7d7b04f-9c84-4991-ba8e-94d40678fa79', '09e0fc13711d99892988168305b8c1a03c01b2bec55eb8e626b7d743ea99fc74', 'next step', 'scripted', '{"max_steps": 20, "deadline_s": 3600.0, "max_losses": 10, "max_spawns": 1000, "max_repairs": 2, "max_attempts": 3, "task_timeout_s": 30.0, "task_memory_bytes": 536870912, "max_spawns_per_step": 200}', NULL, true, NULL, NULL),
	('aadcb9c9-9312-4841-aee4-53a8430c374b', '3dfad43f128ad2bdbccba33cbb7bbd2a1ea8c5884a52c0022239f4b0d0322f6f', 'second step', 'scripted', '{"max_steps": 20, "deadline_s": 3600.0, "max_losses": 10, "max_spawns": 1000, "max_repairs": 2, "max_attempts": 3, "task_timeout_s": 30.0, "task_memory_bytes": 536870912, "max_spawns_per_step": 200}', NULL, true, NULL, NULL),
	('a9d98f0d-68b5-4b7e-9fd5-d2b799d4d349', '87e2f3c00e3d8406d0dfffd9da7295b79861bc4977baccacbbb33e8b2771fcd8', 'almost', 'scripted', '{"max_steps": 20, "deadline_s": 3600.0, "max_losses": 10, "max_spawns": 1000, "max_repairs": 2, "max_attempts": 3, "task_timeout_s": 30.0, "task_memory_bytes": 536870912, "max_spawns_per_step": 200}', NULL, true, NULL, NULL),
	('ed7e76c2-808d-4345-8b62-34dcce3c0fce', 'a61e36b9124ad5c240420f4a98f431d7e1bd950bf1b101599fb2ceea39586fc7', 'planning', 'scripted', '{"max_steps": 20, "deadline_s": 3600.0, "max_losses": 10, "max_spawns": 1000, "max_repairs": 2, "max_attempts": 3, "task_timeout_s": 30.0, "task_memory_bytes": 536870912, "max_spawns_per_step": 200}', NULL, true, NULL, NULL),
	('83ebe5d4-ee02-48b4-b81d-2e8ad42fcb89', 'b82d299c0144f604d84f733ac0a766c9019fd99b06081e7bc4d26ffedb602a3d', 'journaled', 'scripted', '{"max_steps": 20, "deadline_s": 3600.0, "max_losses": 10, "max_spawns": 1000, "max_repairs": 2, "max_attempts": 3, "task_timeout_s": 30.0, "task_memory_bytes": 536870912, "max_spawns_per_step": 200}', NULL, true, NULL, NULL),
	('ae8fa0d9-73fd-4ade-8d21-c16a98b9385f', '561d939dcfbaf87fc5c39fa911584f8b745cbec58989508a9db1b16fffadfe2f', 'repaired', 'scripted', '{"max_steps": 20, "deadline_s": 3600.0, "max_losses": 10, "max_spawns": 1000, "max_repairs": 2, "max_attempts": 3, "task_timeout_s": 30.0, "task_memory_bytes": 536870912, "max_spawns_per_step": 200}', NULL, true, NULL, NULL),
	('717881e2-6dd3-45f9-9d44-e8fa6dc04829', '19dac02e3e4ca7cce1cbec7c5934f0466de5b2e3e4a12a86684011013b0fde26', 'released', 'scripted', '{"max_steps": 20, "deadline_s": 3600.0, "max_losses": 10, "max_spawns": 1000, "max_repairs": 2, "max_attempts": 3, "task_timeout_s": 30.0, "task_memory_bytes": 536870912, "max_spawns_per_step": 200}', NULL, true, NULL, NULL),
	('7902a252-78fd-49d4-be6d-13cf0a07caad', '64d45b174f02a4a76fb66523be2f982936731541ca702048d9024eece08f871c', 'first of a session', 'scripted', '{"max_steps": 20, "deadline_s": 3600.0, "max_losses": 10, "max_spawns": 1000, "max_repairs": 2, "max_attempts": 3, "task_timeout_s": 30.0, "task_memory_bytes": 536870912, "max_spawns_per_step": 200}', NULL, true, NULL, NULL),
	('7185775f-023e-42f7-bf13-fb1288eab749', 'ac80f0fa7c61fa7cf6d456b7a1dee0b8e20fcb27118dc9bbe77b3b5bfaee44fb', 'second of a session', 'scripted', '{"max_steps": 20, "deadline_s": 3600.0, "max_losses": 10, "max_spawns": 1000, "max_repairs": 2, "max_attempts": 3, "task_timeout_s": 30.0, "task_memory_bytes": 536870912, "max_spawns_per_step": 200}', NULL, true, NULL, NULL),
	('3b9acb55-83eb-4f31-b101-e538682c6e45', '02ba44e970506e88c89f91205443745a17a5a87297c9a7836982276f4d6cbb9e', 'profiled', 'scripted', '{"max_steps": 20, "deadline_s": 3600.0, "max_losses": 10, "max_spawns": 1000, "max_repairs": 2, "max_attempts": 3, "task_timeout_s": 30.0, "task_memory_bytes": 536870912, "max_spawns_per_step": 200}', NULL, true, NULL, NULL),
	('741083b3-0510-4635-8611-c4163cbaa75c', '81f2fb0ba1044d97ccf4c12915ec199be4cd5e8e6ef0b45b40d133b37b88206a', 'being profiled', 'scripted', '{"max_steps": 20, "deadline_s": 3600.0, "max_losses": 10, "max_spawns": 1000, "max_repairs": 2, "max_attempts": 3, "task_timeout_s": 30.0, "task_memory_bytes": 536870912, "max_spawns_per_step": 200}', NULL, true, NULL, NULL),
	('0e0cd511-3bae-44b8-9c66-7bf566fcfb5f', 'a95c3dfc5c8de2c46e05af86fe6e7234cb13909a155cb42998507f276bd5734c', 'waiting', 'scripted', '{"max_steps": 20, "deadline_s": 3600.0, "max_losses": 10, "max_spawns": 1000, "max_repairs": 2, "max_attempts": 3, "task_timeout_s": 30.0, "task_memory_bytes": 536870912, "max_spawns_per_step": 200}', NULL, true, NULL, NULL),
	('ced88008-7033-49ac-a803-ce02e8347ae9', '29258ae22364efe533861957ffd966fc78fb7dfc88a149ae71a956ad4f57657d', 'dispatched', 'scripted', '{"max_steps": 20, "deadline_s": 3600.0, "max_losses": 10, "max_spawns": 1000, "max_repairs": 2, "max_attempts": 3, "task_timeout_s": 30.0, "task_memory_bytes": 536870912, "max_spawns_per_step": 200}', NULL, true, NULL, NULL),
	('27667670-4ed4-4812-8ca4-ccfc5bfd1ed8', 'bed28ec8d2703c53d180e7b327223742a311a874dedf2900e95cb90d1acd4639', 'profile waits', 'scripted', '{"max_steps": 20, "deadline_s": 3600.0, "max_losses": 10, "max_spawns": 1000, "max_repairs": 2, "max_attempts": 3, "task_timeout_s": 30.0, "task_memory_bytes": 536870912, "max_spawns_per_step": 200}', NULL, true, NULL, NULL),
	('2bc04897-cf8c-4857-b052-2ea2430ba894', 'fa7a9ac887e3035fe15f22eefc876098c8eab6b19f088cd34fb71263fefe423a', 'queued', 'scripted', '{"max_steps": 20, "deadline_s": 3600.0, "max_losses": 10, "max_spawns": 1000, "max_repairs": 2, "max_attempts": 3, "task_timeout_s": 30.0, "task_memory_bytes": 536870912, "max_spawns_per_step": 200}', NULL, true, NULL, NULL) ON CONFLICT DO NOTHING;
INSERT INTO processes (id, kind, node, pid, release, started_at, seen_at, ended_at, lost) OVERRIDING SYSTEM VALUE VALUES
	(1, 'worker', 'older', 1, 'older', '2026-11-21 17:12:01.470815+00', '2026-11-21 17:12:01.470818+00', NULL, false),
	(2, 'host', 'older', 2, 'older', '2026-11-21 17:12:01.475864+00', '2026-11-21 17:12:01.475868+00', NULL, false) ON CONFLICT DO NOTHING;
INSERT INTO profiles (blob, format, profile, created_at) VALUES
	('bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'csv', '{"rows": 2, "notes": [], "columns": [{"name": "price"}]}', '2026-11-21 17:12:01.972529+00') ON CONFLICT DO NOTHING;
INSERT INTO repl_tasks (id, orchestration_id, step_id, ordinal, task_id, kind, plan_attempt, attempt, tries, losses, state, turn, timeout_s, named_repl_id, seq, process_id, claim, claimed_until, created_at, started_at, landed_at) OVERRIDING SYSTEM VALUE VALUES
	(1, 'cefb9823-43d3-4962-83f3-0bb5c1327cdc', 1, 0, 'answered_a', 'spawn', 1, 1, 1, 0, 'done', 0, 30, NULL, NULL, 2, 'd7dbd9e9-7521-4e6e-ad68-e6f9186d2281', NULL, '2026-11-21 17:12:01.513186+00', '2026-11-21 17:12:01.526218+00', '2026-11-21 17:12:01.533754+00'),
	(2, '7d04d721-a191-469e-b042-2c6e0fb3c95d', 4, 0, 'cancelled_a', 'spawn', 1, 1, 1, 0, 'cancelled', 0, 30, NULL, NULL, 2, '4ff66a1b-5131-4f68-84a0-c036fac356f0', NULL, '2026-11-21 17:12:01.602003+00', '2026-11-21 17:12:01.609102+00', NULL),
	(3, '7d04d721-a191-469e-b042-2c6e0fb3c95d', 4, 1, 'cancelled_b', 'spawn', 1, 0, 0, 0, 'cancelled', 1, 30, NULL, NULL, NULL, NULL, NULL, '2026-11-21 17:12:01.602052+00', NULL, NULL),
	(4, 'f7d7b04f-9c84-4991-ba8e-94d40678fa79', 5, 0, 'next_a', 'spawn', 1, 1, 1, 0, 'done', 0, 30, NULL, NULL, 2, '4201b1ee-6c24-4d52-876c-a99ae33230d7', NULL, '2026-11-21 17:12:01.654747+00', '2026-11-21 17:12:01.667237+00', '2026-11-21 17:12:01.677068+00'),
	(5, 'f7d7b04f-9c84-4991-ba8e-94d40678fa79', 5, 1, 'next_b', 'spawn', 1, 1, 1, 0, 'done', 1, 30, NULL, NULL, 2, '4201b1ee-6c24-4d52-876c-a99ae33230d7', NULL, '2026-11-21 17:12:01.658119+00', '2026-11-21 17:12:01.667295+00', '2026-11-21 17:12:01.677164+00'),
	(6, 'aadcb9c9-9312-4841-aee4-53a8430c374b', 7, 0, 'second_a', 'spawn', 1, 1, 1, 0, 'done', 0, 30, NULL, NULL, 2, '07d72860-751e-4452-b48c-d5ae55b39650', NULL, '2026-11-21 17:12:01.719689+00', '2026-11-21 17:12:01.726334+00', '2026-11-21 17:12:01.739525+00'),
	(7, 'aadcb9c9-9312-4841-aee4-53a8430c374b', 8, 0, 'second_b', 'spawn', 1, 1, 1, 0, 'running', 0, 30, NULL, NULL, 2, '08cc1334-aa30-41ef-bde0-d656506aeb41', '2026-11-21 17:13:31.772507+00', '2026-11-21 17:12:01.765911+00', '2026-11-21 17:12:01.77251+00', NULL),
	(8, 'a9d98f0d-68b5-4b7e-9fd5-d2b799d4d349', 9, 0, 'almost_a', 'spawn', 1, 1, 1, 0, 'done', 0, 30, NULL, NULL, 2, '3fbf9acf-4701-4474-a85d-4d077a86b6e0', NULL, '2026-11-21 17:12:01.803467+00', '2026-11-21 17:12:01.810114+00', '2026-11-21 17:12:01.818465+00'),
	(9, 'a9d98f0d-68b5-4b7e-9fd5-d2b799d4d349', 9, 1, 'almost_b', 'spawn', 1, 1, 1, 0, 'done', 1, 30, NULL, NULL, 2, '3fbf9acf-4701-4474-a85d-4d077a86b6e0', NULL, '2026-11-21 17:12:01.803551+00', '2026-11-21 17:12:01.810368+00', '2026-11-21 17:12:01.818524+00'),
	(10, 'a9d98f0d-68b5-4b7e-9fd5-d2b799d4d349', 9, 2, 'almost_c', 'spawn', 1, 1, 1, 0, 'running', 2, 30, NULL, NULL, 2, '1308d47a-4bbc-41cc-944e-ab25e50cb0c0', '2026-11-21 17:13:31.827343+00', '2026-11-21 17:12:01.80356+00', '2026-11-21 17:12:01.827346+00', NULL),
	(11, '7902a252-78fd-49d4-be6d-13cf0a07caad', 14, 0, 'talk_a', 'spawn', 1, 1, 1, 0, 'running', 0, 30, NULL, NULL, 2, '42f6661b-7ac1-4441-adbd-248355d6438a', '2026-11-21 17:13:31.929264+00', '2026-11-21 17:12:01.922992+00', '2026-11-21 17:12:01.929267+00', NULL),
	(12, '3b9acb55-83eb-4f31-b101-e538682c6e45', 16, 0, 'profile_0', 'profile', 1, 1, 1, 0, 'done', 0, 120, NULL, NULL, 2, 'e30e734d-cac1-48a8-9559-4a905cdc07c9', NULL, '2026-11-21 17:12:01.951101+00', '2026-11-21 17:12:01.956585+00', '2026-11-21 17:12:01.966728+00'),
	(13, '741083b3-0510-4635-8611-c4163cbaa75c', 18, 0, 'profile_1', 'profile', 1, 1, 1, 0, 'running', 0, 120, NULL, NULL, 2, 'c87aa585-0934-43c1-9b58-8828419570ef', '2026-11-21 17:15:01.994535+00', '2026-11-21 17:12:01.986567+00', '2026-11-21 17:12:01.994538+00', NULL),
	(14, '0e0cd511-3bae-44b8-9c66-7bf566fcfb5f', 19, 0, 'waiting_a', 'spawn', 1, 1, 1, 0, 'done', 0, 30, NULL, NULL, 2, '35974716-0a16-439e-a697-b4855fcb492b', NULL, '2026-11-21 17:12:02.03668+00', '2026-11-21 17:12:02.043776+00', '2026-11-21 17:12:02.05156+00'),
	(16, '0e0cd511-3bae-44b8-9c66-7bf566fcfb5f', 19, 2, 'waiting_c', 'spawn', 1, 0, 0, 0, 'pending', 2, 30, NULL, NULL, NULL, NULL, NULL, '2026-11-21 17:12:02.037044+00', NULL, NULL),
	(15, '0e0cd511-3bae-44b8-9c66-7bf566fcfb5f', 19, 1, 'waiting_b', 'spawn', 1, 1, 1, 0, 'running', 1, 30, NULL, NULL, 2, '35974716-0a16-439e-a697-b4855fcb492b', '2026-11-21 17:13:32.043857+00', '2026-11-21 17:12:02.036747+00', '2026-11-21 17:12:02.043858+00', NULL),
	(17, 'ced88008-7033-49ac-a803-ce02e8347ae9', 20, 0, 'dispatched_a', 'spawn', 1, 0, 0, 0, 'pending', 2, 30, NULL, NULL, NULL, NULL, NULL, '2026-11-21 17:12:02.074044+00', NULL, NULL),
	(18, 'ced88008-7033-49ac-a803-ce02e8347ae9', 20, 1, 'dispatched_b', 'spawn', 1, 0, 0, 0, 'pending', 3, 30, NULL, NULL, NULL, NULL, NULL, '2026-11-21 17:12:02.074101+00', NULL, NULL),
	(19, '27667670-4ed4-4812-8ca4-ccfc5bfd1ed8', 21, 0, 'profile_0', 'profile', 1, 0, 0, 0, 'pending', 2, 120, NULL, NULL, NULL, NULL, NULL, '2026-11-21 17:12:02.083365+00', NULL, NULL) ON CONFLICT DO NOTHING;
INSERT INTO repl_task_payloads (repl_task_id, task_type, code, context_data, timeout_seconds, limits, input_position) VALUES
	(1, 'Compute', '1 + 1', 'null', NULL, '{"wall_s": 3600.0, "timeout_s": 30.0, "value_bytes": 65536, "memory_bytes": 536870912, "output_bytes": 65536, "scratch_bytes": 67108864, "scratch_files": 1000, "artifact_bytes": 16777216}', NULL),
	(2, 'Compute', '1 + 1', 'null', NULL, '{"wall_s": 3600.0, "timeout_s": 30.0, "value_bytes": 65536, "memory_bytes": 536870912, "output_bytes": 65536, "scratch_bytes": 67108864, "scratch_files": 1000, "artifact_bytes": 16777216}', NULL),
	(3, 'Compute', '1 + 1', 'null', NULL, '{"wall_s": 3600.0, "timeout_s": 30.0, "value_bytes": 65536, "memory_bytes": 536870912, "output_bytes": 65536, "scratch_bytes": 67108864, "scratch_files": 1000, "artifact_bytes": 16777216}', NULL),
	(4, 'Compute', '1 + 1', 'null', NULL, '{"wall_s": 3600.0, "timeout_s": 30.0, "value_bytes": 65536, "memory_bytes": 536870912, "output_bytes": 65536, "scratch_bytes": 67108864, "scratch_files": 1000, "artifact_bytes": 16777216}', NULL),
	(5, 'Compute', '1 + 1', 'null', NULL, '{"wall_s": 3600.0, "timeout_s": 30.0, "value_bytes": 65536, "memory_bytes": 536870912, "output_bytes": 65536, "scratch_bytes": 67108864, "scratch_files": 1000, "artifact_bytes": 16777216}', NULL),
	(6, 'Compute', '1 + 1', 'null', NULL, '{"wall_s": 3600.0, "timeout_s": 30.0, "value_bytes": 65536, "memory_bytes": 536870912, "output_bytes": 65536, "scratch_bytes": 67108864, "scratch_files": 1000, "artifact_bytes": 16777216}', NULL),
	(7, 'Compute', '1 + 1', 'null', NULL, '{"wall_s": 3600.0, "timeout_s": 30.0, "value_bytes": 65536, "memory_bytes": 536870912, "output_bytes": 65536, "scratch_bytes": 67108864, "scratch_files": 1000, "artifact_bytes": 16777216}', NULL),
	(8, 'Compute', '1 + 1', 'null', NULL, '{"wall_s": 3600.0, "timeout_s": 30.0, "value_bytes": 65536, "memory_bytes": 536870912, "output_bytes": 65536, "scratch_bytes": 67108864, "scratch_files": 1000, "artifact_bytes": 16777216}', NULL),
	(9, 'Compute', '1 + 1', 'null', NULL, '{"wall_s": 3600.0, "timeout_s": 30.0, "value_bytes": 65536, "memory_bytes": 536870912, "output_bytes": 65536, "scratch_bytes": 67108864, "scratch_files": 1000, "artifact_bytes": 16777216}', NULL),
	(10, 'Compute', '1 + 1', 'null', NULL, '{"wall_s": 3600.0, "timeout_s": 30.0, "value_bytes": 65536, "memory_bytes": 536870912, "output_bytes": 65536, "scratch_bytes": 67108864, "scratch_files": 1000, "artifact_bytes": 16777216}', NULL),
	(11, 'Compute', '1 + 1', 'null', NULL, '{"wall_s": 3600.0, "timeout_s": 30.0, "value_bytes": 65536, "memory_bytes": 536870912, "output_bytes": 65536, "scratch_bytes": 67108864, "scratch_files": 1000, "artifact_bytes": 16777216}', NULL),
	(12, 'Analyze', '{''rows'': 0, ''columns'': [], ''notes'': []}', '{"input": "prices", "format": "csv"}', NULL, '{"wall_s": 3600.0, "timeout_s": 120.0, "value_bytes": 1048576, "memory_bytes": 536870912, "output_bytes": 65536, "scratch_bytes": 67108864, "scratch_files": 1000, "artifact_bytes": 16777216}', 0),
	(13, 'Analyze', '{''rows'': 0, ''columns'': [], ''notes'': []}', '{"input": "sales", "format": "csv"}', NULL, '{"wall_s": 3600.0, "timeout_s": 120.0, "value_bytes": 1048576, "memory_bytes": 536870912, "output_bytes": 65536, "scratch_bytes": 67108864, "scratch_files": 1000, "artifact_bytes": 16777216}', 1),
	(14, 'Compute', '1 + 1', 'null', NULL, '{"wall_s": 3600.0, "timeout_s": 30.0, "value_bytes": 65536, "memory_bytes": 536870912, "output_bytes": 65536, "scratch_bytes": 67108864, "scratch_files": 1000, "artifact_bytes": 16777216}', NULL),
	(15, 'Compute', '1 + 1', 'null', NULL, '{"wall_s": 3600.0, "timeout_s": 30.0, "value_bytes": 65536, "memory_bytes": 536870912, "output_bytes": 65536, "scratch_bytes": 67108864, "scratch_files": 1000, "artifact_bytes": 16777216}', NULL),
	(16, 'Compute', '1 + 1', 'null', NULL, '{"wall_s": 3600.0, "timeout_s": 30.0, "value_bytes": 65536, "memory_bytes": 536870912, "output_bytes": 65536, "scratch_bytes": 67108864, "scratch_files": 1000, "artifact_bytes": 16777216}', NULL),
	(17, 'Compute', '1 + 1', 'null', NULL, '{"wall_s": 3600.0, "timeout_s": 30.0, "value_bytes": 65536, "memory_bytes": 536870912, "output_bytes": 65536, "scratch_bytes": 67108864, "scratch_files": 1000, "artifact_bytes": 16777216}', NULL),
	(18, 'Compute', '1 + 1', 'null', NULL, '{"wall_s": 3600.0, "timeout_s": 30.0, "value_bytes": 65536, "memory_bytes": 536870912, "output_bytes": 65536, "scratch_bytes": 67108864, "scratch_files": 1000, "artifact_bytes": 16777216}', NULL),
	(19, 'Analyze', '{''rows'': 0, ''columns'': [], ''notes'': []}', '{"input": "late", "format": "csv"}', NULL, '{"wall_s": 3600.0, "timeout_s": 120.0, "value_bytes": 1048576, "memory_bytes": 536870912, "output_bytes": 65536, "scratch_bytes": 67108864, "scratch_files": 1000, "artifact_bytes": 16777216}', 0) ON CONFLICT DO NOTHING;
INSERT INTO repl_task_results (repl_task_id, attempt, process_id, is_success, stdout, stderr, value, value_json, execution_time, error_kind, engine, actor_id, artifacts) VALUES
	(1, 1, 2, true, 'answered_a has run
', NULL, '2', NULL, 0, NULL, 'cpython', 'repl-host-older', '[]'),
	(4, 1, 2, true, 'next_a has run
', NULL, '2', NULL, 0, NULL, 'cpython', 'repl-host-older', '[]'),
	(5, 1, 2, true, 'next_b has run
', NULL, '2', NULL, 0, NULL, 'cpython', 'repl-host-older', '[]'),
	(6, 1, 2, true, 'second_a has run
', NULL, '2', NULL, 0, NULL, 'cpython', 'repl-host-older', '[]'),
	(8, 1, 2, true, 'almost_a has run
', NULL, '2', NULL, 0, NULL, 'cpython', 'repl-host-older', '[]'),
	(9, 1, 2, true, 'almost_b has run
', NULL, '2', NULL, 0, NULL, 'cpython', 'repl-host-older', '[]'),
	(12, 1, 2, true, '', NULL, NULL, '{"rows": 2, "columns": [{"name": "price"}], "notes": []}', 0, NULL, 'cpython', NULL, '[]'),
	(14, 1, 2, true, 'waiting_a has run
', NULL, '2', NULL, 0, NULL, 'cpython', 'repl-host-older', '[]') ON CONFLICT DO NOTHING;
INSERT INTO stops (process_id, repl_task_id, created_at) VALUES
	(2, 2, '2026-11-21 17:12:01.622735+00') ON CONFLICT DO NOTHING;
SELECT pg_catalog.setval('keys_id_seq', 1, false);
SELECT pg_catalog.setval('messages_id_seq', 1, false);
SELECT pg_catalog.setval('model_calls_id_seq', 12, true);
SELECT pg_catalog.setval('named_repls_id_seq', 1, false);
SELECT pg_catalog.setval('processes_id_seq', 2, true);
SELECT pg_catalog.setval('repl_tasks_id_seq', 19, true);
SELECT pg_catalog.setval('reservations_id_seq', 1, false);
SELECT pg_catalog.setval('schedules_id_seq', 1, false);
SELECT pg_catalog.setval('sessions_id_seq', 2, true);
SELECT pg_catalog.setval('steps_id_seq', 22, true);
SELECT pg_catalog.setval('webhooks_id_seq', 1, false);
