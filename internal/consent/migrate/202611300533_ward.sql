-- +goose Up
-- Children below the age of the rule, as a guardian with an account wrote them down.
-- Group person, keyed by the child. name and born are sealed with data_key, which the
-- ring sealed; all are NULL once every consent was taken back.
create table consent_ward (
	child_id    uuid   not null primary key,
	guardian_id uuid   not null,
	area        text   not null,
	data_key    bytea,
	name        bytea,
	born        bytea,
	made_at     bigint not null
);
create index consent_ward_guardian on consent_ward (guardian_id);
create index consent_ward_area on consent_ward (area, child_id);

-- What a guardian agreed to for the child, in the words of which version, and by what
-- they can show that they are the guardian.
alter table consent_guardian add column purpose text not null default '';
alter table consent_guardian add column version bigint not null default 0;
alter table consent_guardian add column evidence text not null default '';

-- Purposes that a guardian is asked about, and nobody of themselves.
create table consent_ward_purpose (
	purpose text   not null,
	version bigint not null,
	since   text   not null,
	place   bigint not null,
	source  text   not null,
	words   text   not null,
	primary key (purpose, version)
);
insert into consent_ward_purpose (purpose, version, since, place, source, words) values
	('ward_events', 1, '2000-01-01', 1, '个人信息保护法 第28、29、31条:不满十四周岁未成年人的个人信息属于敏感个人信息,应当取得监护人的单独同意',
		'{"zh-CN": {"name": "孩子报名暑托、亲子活动", "tick": "我是孩子的监护人，单独同意工会用孩子的名字和生日，报名暑托班、亲子活动。", "for": "排班、分组、接送时核对是谁的孩子。", "who": "管这个地方的工会干部。平时只露头尾，看全要写明做什么，你看得到谁看过。", "long": "到你收回为止，最晚到孩子满 14 周岁。", "back": "这一页上点“收回”，马上算数，不要钱。", "after": "收回以后干部的名单里马上没有孩子。别的同意也都收回了，名字和生日当场删掉。"}, "en": {"name": "Holiday care and family events", "tick": "I am the child’s guardian and agree separately that the union uses the child’s name and birthday for holiday care and family events.", "for": "To make groups, and to know whose child it is.", "who": "Officers of the union of this place. They see the ends of the name; to see all they write why, and you see who looked.", "long": "Until you take it back, and at the latest until the child is 14.", "back": "Press “Take back” on this page; it counts at once and is free.", "after": "The child is at once no longer on the officers’ list. When nothing else is agreed to, name and birthday are deleted at once."}}'),
	('ward_aid', 1, '2000-01-01', 2, '个人信息保护法 第28、29、31条:不满十四周岁未成年人的个人信息属于敏感个人信息,应当取得监护人的单独同意',
		'{"zh-CN": {"name": "孩子助学帮扶", "tick": "我是孩子的监护人，单独同意工会用孩子的名字和生日，办助学帮扶。", "for": "核对孩子多大、能不能办。", "who": "管这个地方的工会干部。平时只露头尾，看全要写明做什么，你看得到谁看过。", "long": "到你收回为止，最晚到孩子满 14 周岁。", "back": "这一页上点“收回”，马上算数，不要钱。", "after": "收回以后干部的名单里马上没有孩子。别的同意也都收回了，名字和生日当场删掉。"}, "en": {"name": "Help with school costs", "tick": "I am the child’s guardian and agree separately that the union uses the child’s name and birthday for help with school costs.", "for": "To see how old the child is and whether help is due.", "who": "Officers of the union of this place. They see the ends of the name; to see all they write why, and you see who looked.", "long": "Until you take it back, and at the latest until the child is 14.", "back": "Press “Take back” on this page; it counts at once and is free.", "after": "The child is at once no longer on the officers’ list. When nothing else is agreed to, name and birthday are deleted at once."}}');
