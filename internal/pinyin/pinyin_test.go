package pinyin_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"nuanxin/internal/pinyin"
)

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		say, query, name string
		class            int // 0 is no match
	}{
		{"characters, whole", "辽源市", "辽源市", pinyin.Exact},
		{"full pinyin, whole", "liaoyuanshi", "辽源市", pinyin.Exact},
		{"full pinyin with spaces and capitals", "Liao Yuan Shi", "辽源市", pinyin.Exact},
		{"full-width letters", "ｌｉａｏｙｕａｎｓｈｉ", "辽源市", pinyin.Exact},
		{"the beginning in characters", "辽源", "辽源市", pinyin.Prefix},
		{"the beginning in pinyin", "liaoyuan", "辽源市", pinyin.Prefix},
		{"a syllable cut short", "liaoyu", "辽源市", pinyin.Prefix},
		{"initials", "lys", "辽源市", pinyin.Initials},
		{"the beginning in initials", "ly", "辽源市", pinyin.Initials},
		{"initials and syllables mixed", "lyuan", "辽源市", pinyin.Initials},
		{"characters and pinyin mixed", "辽yuan", "辽源市", pinyin.Prefix},
		{"inside", "yuan", "辽源市", pinyin.Contains},
		{"inside, in characters", "源", "辽源市", pinyin.Contains},
		{"zh counts as an initial", "zhz", "郑州", pinyin.Initials},
		{"zh twice", "zhzh", "郑州", pinyin.Initials},
		{"Chongqing, not Zhongqing", "chongqing", "重庆市", pinyin.Prefix},
		{"Changsha", "changsha", "长沙市", pinyin.Prefix},
		{"the surname Shan", "shanxiong", "单雄", pinyin.Exact},
		{"the surname Qiu", "qiu", "仇英", pinyin.Prefix},
		{"the surname Xie", "xz", "解珍", pinyin.Initials},
		{"the surname Zeng", "zengguofan", "曾国藩", pinyin.Exact},
		{"the surname Ou", "ou", "区适子", pinyin.Prefix},
		{"the surname Zha", "zha", "查良镛", pinyin.Prefix},
		{"another reading of the same character still finds it", "danxiong", "单雄", pinyin.Exact},
		{"ü as v", "lvmeng", "吕蒙", pinyin.Exact},
		{"ü as yu", "lyumeng", "吕蒙", pinyin.Exact},
		{"ü itself", "lümeng", "吕蒙", pinyin.Exact},
		{"a name in parts", "mmt", "买买提·吐尔逊", pinyin.Initials},
		{"a name in parts, past the point", "maimaititu", "买买提·吐尔逊", pinyin.Prefix},
		{"digits and letters in a name", "e2", "E2驿站", pinyin.Prefix},
		{"something else", "beijing", "辽源市", 0},
		{"longer than the name", "liaoyuanshishi", "辽源市", 0},
		{"nothing", " ·", "辽源市", 0},
		{"no name", "a", "", 0},
		{"a rare character without a reading", "𬍡", "王𬍡", pinyin.Contains},
	} {
		score, ok := pinyin.Match(c.query, c.name)
		if ok != (c.class > 0) || score/100*100 != c.class {
			t.Errorf("%s: %q in %q: got %d, %v; want class %d", c.say, c.query, c.name, score, ok, c.class)
		}
	}
}

func TestCharactersBeatSounds(t *testing.T) {
	for _, c := range [][3]string{
		{"龙山", "龙山区", "陇山区"},
		{"longshan", "龙山", "龙山区"},
		{"ls", "龙山", "小龙山"},
	} {
		better, _ := pinyin.Match(c[0], c[1])
		worse, _ := pinyin.Match(c[0], c[2])
		if better <= worse {
			t.Errorf("%q: %s got %d, %s got %d; want the first to be better", c[0], c[1], better, c[2], worse)
		}
	}
}

func TestSpelling(t *testing.T) {
	for name, want := range map[string]string{
		"重庆市": "chongqingshi cqs", "长沙": "changsha cs", "单雄": "shanxiong sx", "长孙无忌": "zhangsunwuji zswj", "解珍": "xiezhen xz",
		"区志明": "ouzhiming ozm", "龙山区": "longshanqu lsq", "辽源市": "liaoyuanshi lys", "吕蒙": "lvmeng lm", "E2": "e2 e2",
	} {
		k := pinyin.Of(name)
		if got := k.Full() + " " + k.Initials(); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestPlacesAreNoSurnames(t *testing.T) {
	for name, want := range map[string]string{"解放区": "jiefangqu", "六安市": "luanshi", "重庆市": "chongqingshi", "单县": "shanxian", "长宁区": "changningqu", "乐亭县": "laotingxian", "区": "qu"} {
		if got := pinyin.OfPlace(name).Full(); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

const sample = "辽源龙山重庆长沙单仇解曾区查阿安西马建国王小明买提吕绿·a1"

func TestANameIsFoundByItsOwnSpellings(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		name := rapid.StringOfN(rapid.SampledFrom([]rune(strings.ReplaceAll(sample, "·", ""))), 1, 6, -1).Draw(r, "name")
		k := pinyin.Of(name)
		for _, q := range []string{name, k.Full(), k.Initials()} {
			if len(q) > 32 {
				continue
			}
			score, ok := pinyin.Compile(q).Match(k)
			if !ok || q != k.Initials() && score < pinyin.Exact || score < pinyin.Initials {
				r.Fatalf("%q by %q: got %d, %v", name, q, score, ok)
			}
		}
	})
}

func FuzzMatch(f *testing.F) {
	f.Add("lys", "辽源市")
	f.Add("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", strings.Repeat("阿", 40))
	f.Add("xianxianxianxianxian", "西安西安西安西安西安西安")
	f.Fuzz(func(t *testing.T, q, name string) {
		score, ok := pinyin.Match(q, name)
		if ok != (score > 0) || score > pinyin.Exact+10 {
			t.Errorf("%q in %q: got %d, %v", q, name, score, ok)
		}
	})
}

// keys makes n invented names.
func keys(n int) []pinyin.Key {
	runes := []rune("赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎建国明芳丽军伟强磊洋艳勇杰娟涛超霞平刚")
	out := make([]pinyin.Key, n)
	for i := range out {
		at := func(f int) rune { return runes[(i*f+i/len(runes))%len(runes)] }
		out[i] = pinyin.Of(string([]rune{at(1), at(7), at(13)}))
	}
	return out
}

func BenchmarkScan50000(b *testing.B) {
	list := keys(50_000)
	for _, text := range []string{"zjg", "zhangjianguo", "建国", "l"} {
		b.Run(text, func(b *testing.B) {
			q := pinyin.Compile(text)
			for b.Loop() {
				for _, k := range list {
					q.Match(k)
				}
			}
		})
	}
}

func BenchmarkOf(b *testing.B) {
	for b.Loop() {
		pinyin.Of("辽源市龙山区")
	}
}

func ExampleMatch() {
	_, ok := pinyin.Match("lys", "辽源市")
	fmt.Println(ok)
	// Output: true
}
