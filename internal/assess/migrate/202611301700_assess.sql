-- +goose Up
-- The register of impact assessments and compliance audits. Group person. words is the
-- sealed JSON of what an entry says, end_why is sealed.
create table assess (
	assess_id    uuid   not null primary key,
	area         text   not null,
	kind         text   not null check (kind in ('impact', 'audit')),
	of_what      text   not null, -- a processing of this program; '' for another
	state        text   not null check (state in ('open', 'done', 'over')),
	review_on    text   not null,
	words        bytea  not null,
	prior_id     uuid,
	next_id      uuid,
	written_at   bigint not null,
	written_by   text   not null,
	concluded_at bigint,
	concluded_by text   not null,
	ended_at     bigint,
	end_why      bytea,
	version      bigint not null
);
create index assess_area on assess (area, assess_id);
create index assess_ended on assess (ended_at) where state = 'over';
create index assess_prior on assess (prior_id) where prior_id is not null;
create index assess_next on assess (next_id) where next_id is not null;

-- Each version that was saved. words is sealed.
create table assess_saved (
	assess_id uuid   not null references assess (assess_id),
	version   bigint not null,
	at        bigint not null,
	step      text   not null,
	words     bytea  not null,
	by_name   text   not null,
	primary key (assess_id, version)
);

-- When an impact assessment has to be made, by dated rows.
create table assess_case (
	code   text   not null,
	since  text   not null,
	seq    bigint not null,
	source text   not null,
	words  text   not null,
	primary key (code, since)
);
insert into assess_case (code, since, seq, source, words) values
	('sensitive', '2021-11-01', 1, '个人信息保护法 第五十五条第(一)项:处理敏感个人信息', '{"zh-CN":"处理敏感个人信息","en":"Sensitive personal data is handled"}'),
	('automated', '2021-11-01', 2, '个人信息保护法 第五十五条第(二)项:利用个人信息进行自动化决策', '{"zh-CN":"利用个人信息进行自动化决策","en":"Personal data is used for automated decisions"}'),
	('share',     '2021-11-01', 3, '个人信息保护法 第五十五条第(三)项:委托处理个人信息、向其他个人信息处理者提供个人信息、公开个人信息', '{"zh-CN":"委托处理、向其他单位提供，或者公开个人信息","en":"Personal data is entrusted to others, given to other bodies or made public"}'),
	('abroad',    '2021-11-01', 4, '个人信息保护法 第五十五条第(四)项:向境外提供个人信息', '{"zh-CN":"向境外提供个人信息","en":"Personal data is sent abroad"}'),
	('other',     '2021-11-01', 5, '个人信息保护法 第五十五条第(五)项:其他对个人权益有重大影响的个人信息处理活动', '{"zh-CN":"其他对个人权益有重大影响的处理","en":"Anything else of great effect on persons’ rights"}');

-- After how many days the next look is proposed, and by what rule.
create table assess_rule (
	name   text   not null,
	since  text   not null,
	value  bigint not null,
	source text   not null,
	primary key (name, since)
);
insert into assess_rule (name, since, value, source) values
	('impact_days', '2000-01-01', 365,  '暖新内部规定:个人信息保护法 第五十五条只说“事前”评估,没有写多久再看一次;一年是本单位自己定的,处理方式变了要马上重新评估'),
	('audit_days',  '2000-01-01', 730,  '暖新内部规定:个人信息保护法 第五十四条只说“定期”,没有写多久一次;两年是本单位自己定的'),
	('audit_days',  '2025-05-01', 730,  '《个人信息保护合规审计管理办法》(国家互联网信息办公室令第18号,2025年5月1日起施行)第四条:处理超过1000万人个人信息的,应当每两年至少开展一次;其他个人信息处理者根据自身情况合理确定频次。不到1000万人的,两年是本单位自己定的。国家机关和法律、法规授权的具有管理公共事务职能的组织不适用这个办法,自己是不是,由本单位判断'),
	('minors_days', '2000-01-01', 730,  '2024年以前没有写多久一次的规定:两年是本单位自己定的'),
	('minors_days', '2024-01-01', 365,  '《未成年人网络保护条例》第三十七条:个人信息处理者应当自行或者委托专业机构每年对其处理未成年人个人信息遵守法律、行政法规的情况进行合规审计,并将审计情况及时报告网信等部门'),
	('minors_days', '2025-12-29', 365,  '《未成年人网络保护条例》第三十七条:每年对处理未成年人个人信息的情况进行合规审计,并将审计情况及时报告网信等部门;国家互联网信息办公室2025年12月29日《关于报送未成年人个人信息保护合规审计情况的公告》:每年1月底前报送上一年度的'),
	('most_days',   '2000-01-01', 1827, '暖新内部规定:最多五年,再远就不算定期了');
