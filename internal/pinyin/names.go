package pinyin

// longest is the length of the longest name in the tables.
const longest = 4

// The two tables of preferred readings.
const (
	surnames = iota
	places
)

// missing are readings that the dictionary lacks.
var missing = map[rune]string{'埔': "bu", '浒': "xu"}

// preferred says how names are read whose characters have several readings:
// surnames only in front, places anywhere.
var preferred = [...]map[string]string{
	surnames: {
		"单": "shan", "仇": "qiu", "解": "xie", "曾": "zeng", "区": "ou", "查": "zha", "任": "ren",
		"盖": "ge", "葛": "ge", "朴": "piao", "覃": "qin", "华": "hua", "洗": "xian", "纪": "ji", "宁": "ning",
		"缪": "miao", "繁": "po", "乐": "yue", "员": "yun", "种": "chong", "折": "she", "翟": "zhai", "柏": "bai",
		"秘": "bi", "谌": "chen", "那": "na", "宿": "su", "句": "gou", "曲": "qu", "仉": "zhang", "幺": "yao",
		"佴": "nai", "郇": "huan", "郗": "xi", "乜": "nie", "逄": "pang", "卜": "bu", "薄": "bo", "冯": "feng",
		"褚": "chu", "石": "shi", "贾": "jia", "沈": "shen", "尹": "yin", "车": "che", "重": "chong", "晁": "chao",
		"俞": "yu", "於": "yu", "祭": "zhai", "撒": "sa", "臧": "zang", "牟": "mu", "长": "chang", "吕": "lv",
		"尉迟": "yu chi", "万俟": "mo qi", "长孙": "zhang sun", "令狐": "ling hu", "澹台": "tan tai", "单于": "chan yu",
		"宿城": "su cheng", "夏侯": "xia hou", "尉": "wei",
	},
	places: {
		"重庆": "chong qing", "长沙": "chang sha", "长春": "chang chun", "长治": "chang zhi", "长葛": "chang ge",
		"长垣": "chang yuan", "长乐": "chang le", "长宁": "chang ning", "长安": "chang an", "长清": "chang qing", "长白": "chang bai",
		"长江": "chang jiang", "长寿": "chang shou", "六安": "lu an", "六合": "lu he", "六盘水": "liu pan shui",
		"亳州": "bo zhou", "蚌埠": "beng bu", "台州": "tai zhou", "天台": "tian tai", "丽水": "li shui", "丽江": "li jiang",
		"番禺": "pan yu", "大埔": "da bu", "黄埔": "huang pu", "厦门": "xia men", "大厦": "da sha", "铅山": "yan shan",
		"浚县": "xun xian", "莘县": "shen xian", "莘庄": "xin zhuang", "单县": "shan xian", "解州": "xie zhou", "涡阳": "guo yang",
		"乐亭": "lao ting", "乐清": "yue qing", "乐山": "le shan", "枞阳": "zong yang", "洪洞": "hong tong", "尉犁": "yu li",
		"尉氏": "wei shi", "繁峙": "fan shi", "井陉": "jing xing", "蔚县": "yu xian", "东阿": "dong e", "珲春": "hun chun",
		"中牟": "zhong mu", "牟平": "mu ping", "泌阳": "bi yang", "郏县": "jia xian", "荥阳": "xing yang", "荥经": "ying jing",
		"渑池": "mian chi", "盱眙": "xu yi", "浒墅关": "xu shu guan", "监利": "jian li", "黄陂": "huang pi", "筠连": "jun lian",
		"犍为": "qian wei", "什邡": "shi fang", "朝阳": "chao yang", "西藏": "xi zang", "大城县": "dai cheng xian", "任丘": "ren qiu",
		"任泽": "ren ze", "曲靖": "qu jing", "曲阜": "qu fu", "都匀": "du yun", "都江堰": "du jiang yan", "成都": "cheng du",
		"行唐": "xing tang", "会宁": "hui ning", "会同": "hui tong", "会理": "hui li", "宿州": "su zhou", "宿迁": "su qian",
		"宿松": "su song", "广州": "guang zhou", "陕西": "shan xi", "百色": "bai se", "吐鲁番": "tu lu fan", "若羌": "ruo qiang",
		"石家庄": "shi jia zhuang", "重阳": "chong yang", "吉林": "ji lin", "北京": "bei jing", "平和": "ping he", "尼勒克": "ni le ke",
		"厦": "xia", "巷": "xiang", "区": "qu", "行": "hang", "车": "che", "大": "da", "街": "jie", "北": "bei", "石": "shi", "夏": "xia",
	},
}
