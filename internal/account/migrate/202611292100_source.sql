-- +goose Up
-- Pages show the source of a limit, and their first language is Chinese. What a union
-- has written itself stays.
update account_limit set source = '暖新内部规定:同一号码24小时内最多发5条,防短信轰炸' where name = 'sms_number_day' and source = 'house rule against message bombing: five messages to a number in any 24 hours';
update account_limit set source = '暖新内部规定:两条短信至少隔1分钟,短信网关一般也这样要求' where name = 'sms_number_gap_s' and source = 'house rule: a minute between two messages, as Chinese gateways ask';
update account_limit set source = '暖新内部规定:移动网络里很多手机共用一个地址' where name = 'sms_address_day' and source = 'house rule: many phones share one address of a mobile network';
update account_limit set source = '暖新内部规定:一天短信费用的上限' where name = 'sms_day' and source = 'house rule: the cap on what messages may cost in a day';
update account_limit set source = '暖新内部规定;OWASP ASVS 4.0 2.7.2 允许10分钟' where name = 'code_life_s' and source = 'house rule; OWASP ASVS 4.0 2.7.2 allows ten minutes';
update account_limit set source = '暖新内部规定:一百万个里最多猜5个' where name = 'code_tries' and source = 'house rule; five guesses of a million';
update account_limit set source = '暖新内部规定:同一地址一小时内最多试的验证码次数' where name = 'code_address_hour' and source = 'house rule: codes tried from one address in an hour';
update account_limit set source = '暖新内部规定:同一个人在同一个地方的手误' where name = 'login_pair_free' and source = 'house rule: slips of one person at one place';
update account_limit set source = '暖新内部规定:从没见过的地方对同一账号的错误尝试' where name = 'login_account_free' and source = 'house rule: wrong tries at one account from unknown places';
update account_limit set source = '暖新内部规定:一个办公室共用一个地址' where name = 'login_address_free' and source = 'house rule: an office shares one address';
update account_limit set source = '暖新内部规定:输错密码后最长等多久' where name = 'login_delay_max_s' and source = 'house rule: the longest wait after wrong passwords';
update account_limit set source = '暖新内部规定;OWASP ASVS 5.0 6.2.1 至少8位,建议15位' where name = 'password_min' and source = 'house rule; OWASP ASVS 5.0 6.2.1 asks for at least 8, recommends 15';
update account_limit set source = '暖新内部规定;OWASP ASVS 5.0 6.4.1:首次密码应尽快失效' where name = 'first_password_days' and source = 'house rule; OWASP ASVS 5.0 6.4.1: first passwords end soon';
update account_limit set source = '暖新内部规定:本人的手机;号码这么久没动静,可能已经换了人' where name = 'session_worker_days' and source = 'house rule: own phone; a number that was silent so long may be somebody else''s';
update account_limit set source = '暖新内部规定:别人也用的手机' where name = 'session_shared_min' and source = 'house rule: a phone that others use too';
update account_limit set source = '暖新内部规定:一个工作日;NIST SP 800-63B AAL2' where name = 'session_staff_h' and source = 'house rule: one working day; NIST SP 800-63B AAL2';
update account_limit set source = '暖新内部规定;NIST SP 800-63B AAL2' where name = 'session_staff_idle_min' and source = 'house rule; NIST SP 800-63B AAL2';
update account_limit set source = '暖新内部规定:一个工作日' where name = 'session_link_h' and source = 'house rule: one working day';
update account_limit set source = '暖新内部规定:移动网络里很多手机共用一个地址,但不会一下子涌来这么多' where name = 'capture_address_hour' and source = 'house rule: many phones share one address of a mobile network; a flood does not';
update account_limit set source = '暖新内部规定:一个人一天说不了这么多' where name = 'capture_person_day' and source = 'house rule: more than anybody has to say in a day';
update account_limit set source = '暖新内部规定;OWASP ASVS 5.0 7.5.3 要求高度敏感的操作前再确认一次本人:一次确认管多久' where name = 'proof_min' and source = 'house rule; OWASP ASVS 5.0 7.5.3 asks for one more proof before highly sensitive acts: how long one is enough';
update account_limit set source = '暖新内部规定:窗口换号后,原号码多久内可以提出异议' where name = 'recovery_wait_h' and source = 'house rule: how long the old number may object before a change at the desk takes effect';
update account_limit set source = '暖新内部规定:一名工作人员一天最多在窗口办几次换号' where name = 'recovery_cadre_day' and source = 'house rule: changes that one person at the desk opens in a day';
update account_limit set source = '暖新内部规定:同一个新号码这么久内只给一个账号' where name = 'recovery_phone_days' and source = 'house rule: the same new number is given to one account alone for so long';
update account_limit set source = '个人信息保护法 第19条:办完的换号记录里号码留多久,供说“不是我换的”的人核对' where name = 'phone_kept_days' and source = '个人信息保护法 第19条: how long the numbers of a change that is over are kept, for whoever says it was not they';
update account_limit set source = '暖新内部规定:找手机的时间;等验证码的登录到时作废' where name = 'factor_half_min' and source = 'house rule: time to find the phone; a sign-in that waits for its code ends then';
update account_limit set source = '暖新内部规定:一个人一天最多看多少个完整的姓名、号码和证件;个人信息保护法 第51条(三) 合理确定操作权限' where name = 'reads_day' and source = 'house rule: names, numbers and documents that one person opens in full in a day; 个人信息保护法 第51条(三) 合理确定操作权限';
update account_limit set source = '暖新内部规定:一个人一天最多导出多少份名单;个人信息保护法 第51条(三)' where name = 'exports_day' and source = 'house rule: lists that one person takes out in a day; likewise';
update account_limit set source = '暖新内部规定:门口一个人一天最多核验多少个会员码;个人信息保护法 第51条(三)' where name = 'checks_day' and source = 'house rule: codes of members that one person at a door checks in a day; likewise';
update account_limit set source = '等保2.0 GB/T 22239-2019 8.1.4.1 a) 要求定期更换:0为不强制,等工会定日子;OWASP ASVS 5.0 6.2.10 不建议定期更换' where name = 'password_days' and source = '等保2.0 GB/T 22239-2019 8.1.4.1 a asks for regular change: 0 never, until the union sets a day; OWASP ASVS 5.0 6.2.10 advises against it';
update account_limit set source = '等保2.0 GB/T 22239-2019 8.1.4.1 a):最近这么多个密码不能再用;0为不限,等工会定日子' where name = 'password_kept' and source = '等保2.0 GB/T 22239-2019 8.1.4.1 a: the last so many passwords may not come again; 0 until the union sets a day';
update account_limit set source = '等保2.0 GB/T 22239-2019 8.1.4.1 a) 要求复杂度:字符种类;0为不限,等工会定日子;OWASP ASVS 5.0 6.2.5 不建议' where name = 'password_kinds' and source = '等保2.0 GB/T 22239-2019 8.1.4.1 a asks for complexity: kinds of signs; 0 until the union sets a day; OWASP ASVS 5.0 6.2.5 advises against it';
update account_limit set source = '等保2.0 GB/T 22239-2019 8.1.4.1 d) 三级要求两种鉴别:0不强制,1管理员,2全体工作人员;等工会定日子' where name = 'factor_required' and source = '等保2.0 GB/T 22239-2019 8.1.4.1 d asks for two factors at level 3: 0 nobody must, 1 administrators, 2 all staff; 0 until the union sets a day';
