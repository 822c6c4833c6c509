package app

import (
	"net/http"
	"runtime"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/web"
)

// The actions of the program itself. They have no object and are open: what
// they answer holds no personal data.
const (
	health  authz.Action = "system.health"
	metrics authz.Action = "system.metrics"
)

// systemPolicy says who may do them.
var systemPolicy = authz.Rules{health: authz.Anyone, metrics: authz.Anyone}

// system are the routes for whoever watches over the program.
func (a *App) system() []web.Route {
	return []web.Route{
		{Method: "GET", Pattern: "/healthz", Action: string(health), Purpose: "say whether the program can answer", Roles: []string{"anyone"}, Handler: web.API(a.healthz)},
		{Method: "GET", Pattern: "/metrics", Action: string(metrics), Purpose: "tell how the program is doing", Roles: []string{"anyone"}, Handler: a.metrics.handler()},
	}
}

// healthz answers 200 when the database answers and the stations are loaded.
func (a *App) healthz(w http.ResponseWriter, r *http.Request) error {
	err := a.db.View(r.Context(), func(tx *db.Tx) error {
		var one int
		return tx.One(r.Context(), `select 1`, nil, &one)
	})
	if err != nil {
		return fault.New("healthz", fault.Busy, "fault.busy").Because(err)
	}
	all, mapped := a.Finder.Len()
	return web.JSON(w, r, http.StatusOK, map[string]any{"status": "ok", "version": Version, "stations": all, "on_the_map": mapped})
}

// gauges are the figures that a monitoring system collects.
type gauges struct {
	registry *prometheus.Registry
	took     *prometheus.HistogramVec
	answers  *prometheus.CounterVec
}

func newGauges(a *App) *gauges {
	g := &gauges{registry: prometheus.NewRegistry()}
	// A histogram is ten lines: one for each way to answer would be most of all figures.
	g.took = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "nuanxin_http_seconds", Help: "Time to answer a request, by route.", Buckets: []float64{.005, .02, .08, .3, 1, 5},
	}, []string{"method", "route"})
	g.answers = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "nuanxin_http_answers_total", Help: "Answers, by route and class of status."}, []string{"method", "route", "status"})
	g.registry.MustRegister(g.took, g.answers, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "nuanxin_stations", Help: "Public stations that the finder knows."}, func() float64 {
			all, _ := a.Finder.Len()
			return float64(all)
		}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "nuanxin_build", Help: "1, with the version.", ConstLabels: prometheus.Labels{"version": Version, "go": runtime.Version()}}, func() float64 { return 1 }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "nuanxin_release_wrong", Help: "1 where the program file is not what was signed; 0 also where no key was given."}, func() float64 {
			if a.Release.Wrong() {
				return 1
			}
			return 0
		}),
		backlog{a},
	)
	return g
}

func (g *gauges) observe(s web.Served) {
	g.took.WithLabelValues(s.Method, s.Route).Observe(s.Took.Seconds())
	g.answers.WithLabelValues(s.Method, s.Route, strconv.Itoa(s.Status/100)+"xx").Inc()
}

func (g *gauges) handler() http.Handler {
	return promhttp.HandlerFor(g.registry, promhttp.HandlerOpts{Timeout: 10 * time.Second})
}

// backlog tells how many events wait for delivery, and how many were given up.
type backlog struct{ app *App }

// backlogDesc describes the figures of [backlog].
var backlogDesc = prometheus.NewDesc("nuanxin_events", "Events that wait for delivery, or were given up.", []string{"group", "state"}, nil)

// Describe implements prometheus.Collector.
func (b backlog) Describe(ch chan<- *prometheus.Desc) { ch <- backlogDesc }

// Collect implements prometheus.Collector.
func (b backlog) Collect(ch chan<- prometheus.Metric) {
	waiting, stuck, err := b.app.worker.Backlog(b.app.background())
	if err != nil {
		ch <- prometheus.NewInvalidMetric(backlogDesc, err)
		return
	}
	for group, n := range waiting {
		ch <- prometheus.MustNewConstMetric(backlogDesc, prometheus.GaugeValue, float64(n-stuck[group]), group, "waiting")
		ch <- prometheus.MustNewConstMetric(backlogDesc, prometheus.GaugeValue, float64(stuck[group]), group, "given_up")
	}
}
