-- +goose Up
-- What data is used for, in dated versions of the words. words is JSON by language.
create table consent_purpose (
	purpose  text    not null,
	version  bigint  not null,
	since    text    not null, -- the day
	place    bigint  not null, -- in lists
	kinds    text    not null, -- of data, by commas
	ground   text    not null, -- 'consent', or 'service': until it is stopped
	required boolean not null, -- at joining: without it nobody can be a member
	separate boolean not null, -- the law asks for a consent of its own
	joins    boolean not null, -- asked for at joining
	receiver text    not null, -- who else gets the data; empty: nobody but the union
	source   text    not null,
	words    text    not null,
	primary key (purpose, version)
);

-- What somebody decided, and when: rows are only added, the newest counts. Group
-- person.
create table consent (
	person_id uuid    not null,
	purpose   text    not null,
	seq       bigint  not null,
	version   bigint  not null,
	given     boolean not null,
	at        bigint  not null,
	way       text    not null,
	primary key (person_id, purpose, seq)
);

-- What is stopped now, for the conditions of reads in every group: whole on every node.
create table consent_stop (
	person_id uuid not null,
	purpose   text not null,
	primary key (person_id, purpose)
);

-- Who agreed for a child (个人信息保护法 art. 31). name is sealed. Group person.
create table consent_guardian (
	child_id uuid   not null,
	seq      bigint not null,
	name     bytea  not null,
	relation text   not null,
	at       bigint not null,
	by_name  text   not null,
	ended_at bigint,
	primary key (child_id, seq)
);

-- What holds from a day on, and by what rule.
create table consent_rule (
	name   text   not null,
	since  text   not null,
	value  bigint not null,
	source text   not null,
	primary key (name, since)
);
insert into consent_rule (name, since, value, source) values
	('guardian_age', '2000-01-01', 14, '个人信息保护法 第31条:处理不满十四周岁未成年人个人信息的,应当取得父母或者其他监护人的同意');

insert into consent_purpose (purpose, version, since, place, kinds, ground, required, separate, joins, receiver, source, words) values
	('membership', 1, '2000-01-01', 1, 'name,phone,occupation,works', 'consent', true, false, true, '', '个人信息保护法 第13、17条;工会法 第3条',
		'{"zh-CN": {"name": "用我的信息办入会", "tick": "我同意工会用我的名字、手机号、做哪行、在哪儿干，给我办入会。", "for": "办入会、给你会员号，有事找得到你。", "who": "管这个地方的工会干部，上级工会也能看。平台、公司看不到。手机号只露头尾，看全号要写明做什么，留记录。", "long": "在会的时候一直用。退会以后只留会籍记录，不再拿来找你。", "back": "“我的会籍”里收回申请，或者退会，随时都行，不要钱。", "after": "没有这一条办不了会籍，所以不能单独收回。不想留了，就退会，或者把申请收回。"}, "en": {"name": "My details for joining", "tick": "I agree that the union uses my name, my phone number, what I do and where I work to make me a member.", "for": "To make you a member, to give you a number, and to reach you when something is up.", "who": "Officers of the union of this place and of the unions above it. No platform and no company. Your phone number shows its ends only; to see it in full an officer must write why, and that is kept.", "long": "As long as you are a member. After you leave only the record of membership stays, and nobody contacts you with it.", "back": "Under “My membership” take the application back or leave, at any time, for free.", "after": "Nobody can be a member without it, so it is not taken back alone. Leave the union, or take the application back."}}'),
	('document', 1, '2000-01-01', 2, 'document,born', 'consent', false, true, true, '', '个人信息保护法 第28、29条:身份证号属于敏感个人信息,须单独同意',
		'{"zh-CN": {"name": "用我的身份证号", "tick": "我单独同意工会用我的身份证号，核对是不是我本人。", "for": "核对是不是本人、有没有在别处入过会，以后办互助、帮扶不用再填。", "who": "管这个地方的工会干部，平时只露头尾。看全号要写明做什么，每次留记录。", "long": "到你收回为止。加密存放。", "back": "“我的同意”里点“收回”，号码当场删掉，会籍不受影响。", "after": "收回以后，身份证号当场删掉，名册和导出的名单里马上没有。会籍不受影响。以后再同意，要在会籍里重新填号码。"}, "en": {"name": "My identity number", "tick": "I agree separately that the union uses my identity number to check that I am who I say.", "for": "To check that it is you and that you have not joined elsewhere. Later you need not fill it in again for mutual aid or hardship aid.", "who": "Officers of the union of this place; they see its ends only. To see it in full they must write why, and each time is kept.", "long": "Until you take it back. It is stored encrypted.", "back": "Under “What I agreed to” press “Take back”: the number is deleted at once and you stay a member.", "after": "The number is deleted at once and is gone from the roll and from lists. You stay a member. If you agree again later, you enter the number again."}}'),
	('news', 1, '2000-01-01', 3, 'phone', 'consent', false, false, true, '', '个人信息保护法 第13、16条:不同意不影响入会',
		'{"zh-CN": {"name": "福利、活动告诉我", "tick": "有福利、活动，告诉我一声。", "for": "发福利、体检、培训这些消息。", "who": "管这个地方的工会干部。", "long": "到你收回为止。", "back": "“我的同意”里点“收回”。不同意也能入会。", "after": "收回以后，工会要发福利、活动消息的名单里马上没有你。会籍、办事都不受影响。"}, "en": {"name": "News about benefits and events", "tick": "Tell me about benefits and events.", "for": "To send news about benefits, health checks and training.", "who": "Officers of the union of this place.", "long": "Until you take it back.", "back": "Under “What I agreed to” press “Take back”. You can join without it.", "after": "You are at once no longer on the list of those who get news. Your membership and your matters go on."}}'),
	('messages', 1, '2000-01-01', 4, 'phone', 'service', false, false, false, '短信运营商(受托发送)', '个人信息保护法 第13条第一款第二项、第21、44条:办事所必需,本人可以拒绝',
		'{"zh-CN": {"name": "办到哪一步，发短信告诉我", "tick": "我提的事有了回音，可以发短信告诉我。", "for": "你提的事、入会申请、资料请求有了答复，发一条短信，只有编号，没有内容。", "who": "只有你的手机。短信由运营商发送。", "long": "到你不要为止。", "back": "“我的同意”里点“不要了”。", "after": "不再给你发这样的短信，要自己打开暖新看有没有回音。登录用的验证码照发。"}, "en": {"name": "Text messages about what I asked", "tick": "When there is an answer to what I said, you may text me.", "for": "When your matter, application or data request is answered: one message with a number and nothing of the content.", "who": "Your phone alone. A carrier delivers it.", "long": "Until you stop it.", "back": "Under “What I agreed to” press “Stop”.", "after": "No more such messages: look here yourself for answers. Codes for signing in are still sent."}}'),
	('call', 1, '2000-01-01', 5, 'phone,name', 'service', false, false, false, '', '个人信息保护法 第13条第一款第二项、第44条:办事所必需,本人可以拒绝',
		'{"zh-CN": {"name": "办事的工作人员看我的电话", "tick": "办我这件事的工会干部，可以看我的电话、打给我。", "for": "问清情况、约时间、回访。看全号码要写明做什么，你看得到谁看过。", "who": "管这件事的工会干部。办事的单位、平台、公司看不到。", "long": "到你不要为止。", "back": "“我的同意”里点“不要了”。", "after": "干部马上看不到你的电话，名册、导出的名单、资料请求里也没有。要问你什么，只能在暖新里写给你，办得可能慢一些。"}, "en": {"name": "Staff who handle my matter see my phone", "tick": "Officers who handle my matter may see my phone number and call me.", "for": "To ask what happened, to agree on a time, to ask afterwards. To see it in full they write why, and you see who looked.", "who": "The officers of the union that handles it. No body, platform or company.", "long": "Until you stop it.", "back": "Under “What I agreed to” press “Stop”.", "after": "Officers no longer see your number, not in the roll, in lists or in data requests. They can only write to you here, so things may take longer."}}'),
	('photos', 1, '2000-01-01', 6, 'photos,voice', 'service', false, true, false, '工会交办的单位', '个人信息保护法 第23条:向其他处理者提供;第44条:本人可以拒绝',
		'{"zh-CN": {"name": "把我的照片、语音转给办事的单位", "tick": "工会看过以后，可以把我拍的照片、录的语音转给要办这件事的单位。", "for": "让单位看清现场，知道修哪儿、改哪儿。", "who": "工会交办的那个单位，只能看这一件。你是谁，单位看不到。", "long": "这件事办着的时候。", "back": "“我的同意”里点“不要了”。", "after": "转出去的照片、语音，单位马上看不到了。事情照办，单位可能要再来问现场。"}, "en": {"name": "My photos and recordings go to the body that acts", "tick": "After the union has looked, it may pass my photos and recordings to the body that must act.", "for": "So that the body sees the place and knows what to mend.", "who": "The one body that the union asks, for this matter alone. It does not see who you are.", "long": "While the matter is under way.", "back": "Under “What I agreed to” press “Stop”.", "after": "The body no longer sees what was passed on. Your matter goes on; it may have to ask about the place again."}}');
