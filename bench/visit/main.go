// Command visit measures a rider's first visit of the home page as SCALE.md's
// part 2 G asks: a phone that has nothing of ours, on a bad line (400 kbit/s, 400
// ms there and back) and with a sixth of this machine's speed, in Chromium. It
// prints what came over the line and when something was to be seen, beside the
// limits.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"nuanxin/bench/internal/measure"
	"nuanxin/bench/internal/nation"
)

// The phone and its line.
const (
	bytesPerSecond = 400_000 / 8
	roundTrip      = 400 * time.Millisecond
	slower         = 6

	mostBytes = 25 << 10
	mostTime  = 2 * time.Second
)

func main() {
	options := nation.Flags()
	times := flag.Int("times", 5, "visits; the middle one counts")
	flag.Parse()
	if err := run(context.Background(), *options, *times); err != nil {
		fmt.Fprintln(os.Stderr, "visit:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o nation.Options, times int) error {
	log.SetOutput(io.Discard)
	a, err := nation.Open(ctx, o)
	if err != nil {
		return err
	}
	if err := a.Finder.Refresh(ctx); err != nil {
		return err
	}
	addr, stop, err := nation.Serve(ctx, a.Handler())
	if err != nil {
		return err
	}
	defer stop()

	var all []visit
	for range times {
		v, err := once(ctx, "http://"+addr)
		if err != nil {
			return err
		}
		all = append(all, v)
	}
	slices.SortFunc(all, func(a, b visit) int { return cmp.Compare(a.painted, b.painted) })
	v := all[len(all)/2]
	measure.Table(os.Stdout, [][]string{
		{"first visit", "measured", "limit", "ratio"},
		{"bytes over the line", fmt.Sprint(v.bytes), fmt.Sprint(mostBytes), fmt.Sprintf("%.2f", float64(v.bytes)/mostBytes)},
		{"requests", fmt.Sprint(len(v.files)), "4", fmt.Sprintf("%.2f", float64(len(v.files))/4)},
		{"first paint", v.painted.Round(time.Millisecond).String(), mostTime.String(), fmt.Sprintf("%.2f", float64(v.painted)/float64(mostTime))},
	})
	fmt.Println("\n" + strings.Join(v.files, "\n"))
	return nil
}

// visit is what one first visit took.
type visit struct {
	bytes   int64
	files   []string
	painted time.Duration // from the address being called to the first content
}

// once visits the home page, in the middle of Beijing, with a browser of its own.
func once(ctx context.Context, site string) (visit, error) {
	flags := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.NoSandbox, chromedp.DisableGPU)
	ctx, stop := chromedp.NewExecAllocator(ctx, flags...)
	defer stop()
	ctx, stop = chromedp.NewContext(ctx)
	defer stop()
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(360, 800)); err != nil {
		return visit{}, err
	}
	heard := &listener{site: site, names: map[network.RequestID]string{}}
	if err := chromedp.Listen(ctx, heard.hear); err != nil {
		return visit{}, err
	}
	if err := errors.Join(phone(ctx, site)...); err != nil {
		return visit{}, err
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(site+"/")); err != nil {
		return visit{}, err
	}
	time.Sleep(3 * time.Second) // for what loads after the page
	painted, err := chromedp.Run(ctx, chromedp.Evaluate[float64](`performance.getEntriesByName("first-contentful-paint")[0].startTime`))
	v := heard.visit()
	v.painted = time.Duration(painted * float64(time.Millisecond))
	return v, err
}

// phone makes the browser a slow one on a bad line, which said just now where it is.
func phone(ctx context.Context, site string) []error {
	here := fmt.Sprintf("p~%.4f~%.4f~%d", 39.9042, 116.4074, nation.Noon.Now().Unix()/60)
	line := network.Conditions{Latency: float64(roundTrip.Milliseconds()), DownloadThroughput: bytesPerSecond, UploadThroughput: bytesPerSecond}
	_, watch := chromedp.Call(ctx, network.Enable, network.EnableParams{})
	_, cookie := chromedp.Call(ctx, network.SetCookies, network.SetCookiesParams{Cookies: []*network.CookieParam{{Name: "here", Value: here, URL: site}}})
	_, slow := chromedp.Call(ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{&line}})
	_, weak := chromedp.Call(ctx, emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: slower})
	return []error{watch, cookie, slow, weak}
}

// listener counts what comes from the site.
type listener struct {
	site  string
	mu    sync.Mutex
	names map[network.RequestID]string
	came  visit
}

func (l *listener) hear(event any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if name, ours := strings.CutPrefix(e.Request.URL, l.site); ours {
			l.names[e.RequestID] = name
		}
	case *network.EventLoadingFinished:
		if name, ours := l.names[e.RequestID]; ours {
			l.came.bytes += int64(e.EncodedDataLength)
			l.came.files = append(l.came.files, fmt.Sprintf("%6.0f  %s", e.EncodedDataLength, name))
		}
	}
}

func (l *listener) visit() visit {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.came
}
