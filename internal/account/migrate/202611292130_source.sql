-- +goose Up
-- The sources of the limits on sign-ins begun elsewhere, as the pages show them.
update account_limit set source = '暖新内部规定;W3C WebAuthn Level 3 第15.1节建议一次操作5到10分钟:浏览器用通行密钥登录,或者从别处登录后回来,有这么长时间' where name = 'begin_life_s';
update account_limit set source = '暖新内部规定:一个网络地址一小时内最多开始这么多次通行密钥登录或别处登录;一个办公室常常共用一个地址' where name = 'begin_address_hour';
