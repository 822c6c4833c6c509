-- +goose Up
-- The register of incidents was kept without an end. It goes after whom they concerned,
-- some years after each was closed.
insert into retain_rule (name, since, value, source) values
	('breach.register', '2000-01-01', 1830, '暖新内部规定:个人信息安全事件的登记,结案后留五年;个人信息保护法 第五十五、五十六条要求处理情况记录至少保存三年');
insert into retain_least (name, since, value, source) values
	('breach.register', '2000-01-01', 1096, '个人信息保护法 第五十五、五十六条:处理情况记录应当至少保存三年;事件登记法律没有单独写,参照这一条'),
-- What is kept without an end: six months are 184 days at most.
	('audit.trail',     '2017-06-01', 184,  '网络安全法 第二十一条第三项:按照规定留存相关的网络日志不少于六个月(2016年文本的条号,2026年1月1日起施行的修改可能移了条号,引用前核对)');
