/* code.js: my code. It is renewed while somebody looks at it; without a network
   the code for that is shown, with its age, and when it has run out, so it says. */
(function () {
  'use strict';
  var d = document, card = d.querySelector('[data-code]'), say = d.querySelector('[data-code-say]');
  if (!card || self.nuanxinCode) return;
  self.nuanxinCode = true;
  /* when this phone got the codes, by its own clock; the server said how old they were then */
  var strip = d.querySelector('[data-kept]'), way = performance.getEntriesByType('navigation')[0];
  var got = strip ? +new Date(strip.dataset.kept) : Date.now() - performance.now() + (way ? way.responseStart : 0), state = 'short';
  function part(name) { return card.querySelector('[data-' + name + ']'); }
  function minutes(s, n) { return Math.max(0, Math.floor(s / 60)) + (n || 0); }
  function draw() {
    var past = Math.max(0, (Date.now() - got) / 1000), c = card.dataset;
    var short = past + +c.shortAge, long = past + +c.longAge;
    var next = short < c.shortLife ? 'short' : long < c.longLife ? 'long' : 'over';
    ['short', 'long', 'over'].forEach(function (n) { part(n).hidden = n !== next; });
    var words = next === 'short' ? '' : c[next + 'Says'].replace('{n}', minutes(past)).replace('{m}', minutes(c.longLife - long, 1));
    if (words) part(next).querySelector('[data-says]').textContent = words;
    if (next !== state) say.textContent = words;
    state = next;
  }
  /* the newest stays on the phone for where there is no network */
  function keep(res, html) {
    if (!self.caches) return;
    caches.open('pages').then(function (c) {
      return c.put(location.pathname, new Response(html, { headers: { 'Content-Type': res.headers.get('Content-Type'), 'Content-Security-Policy': res.headers.get('Content-Security-Policy'), 'X-Kept': new Date().toISOString() } }));
    }).catch(function () { /* full, or refused */ });
  }
  function renew() {
    if (d.hidden) return;
    fetch(location.pathname, { credentials: 'same-origin', cache: 'no-store' }).then(function (res) {
      if (res.redirected || res.status < 500 && !res.ok) { location.reload(); return null; } /* signed out */
      if (!res.ok) throw res;
      return res.text().then(function (html) {
        var fresh = new DOMParser().parseFromString(html, 'text/html').querySelector('[data-code]');
        if (!fresh) { location.reload(); return; } /* no member any more */
        card.replaceWith(fresh); card = fresh; got = Date.now();
        if (strip) { delete strip.dataset.kept; strip.hidden = true; }
        keep(res, html);
        draw();
      });
    }).catch(draw);
  }
  setInterval(renew, 10000);
  setInterval(draw, 1000);
  d.addEventListener('visibilitychange', renew);
  addEventListener('online', renew);
  draw();
  if (navigator.serviceWorker) {
    navigator.serviceWorker.register('/sw.js').catch(function () { /* an extra */ });
    if (!navigator.serviceWorker.controller && !strip) renew(); /* so that it is kept from the first time on */
  }
  if (navigator.wakeLock) navigator.wakeLock.request('screen').catch(function () { /* an extra */ });
})();
