-- +goose Up
-- Pages show the source of a rule, and their first language is Chinese.
update retain_rule set source = '暖新内部规定:没有办成的入会申请,留着给来问原因的人;个人信息保护法 第19条' where name = 'member.refused' and source = 'house rule: an application that came to nothing, for whoever asks why; 个人信息保护法 第19条';
update retain_rule set source = '暖新内部规定:办结的事是谁提的,留三年;个人信息保护法 第19条' where name = 'request.person' and source = 'house rule: whose a closed matter was, for three years; 个人信息保护法 第19条';
update retain_rule set source = '暖新内部规定:办结的事的照片和语音,留三年;个人信息保护法 第19条' where name = 'request.media' and source = 'house rule: photos and voice of a closed matter, for three years; 个人信息保护法 第19条';
update retain_rule set source = '暖新内部规定:五年;个人信息保护法 第56条、网络数据安全管理条例 第12条都要求至少三年' where name = 'rights.words' and source = 'house rule: five years; 个人信息保护法 第56条 and 网络数据安全管理条例 第12条 ask for three at least';
