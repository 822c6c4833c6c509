/* app.js: enhancement only; every page works without it. No dependencies.
   Written for Chromium 86 and iOS 14.5. Photos and voice are in capture.js. */
(function () {
  'use strict';
  var d = document, root = d.documentElement, body = d.body;
  function $(s, c) { return [].slice.call((c || d).querySelectorAll(s)); }
  function one(s, c) { return (c || d).querySelector(s); }
  var words = {};
  try { words = JSON.parse(body.dataset.say || '{}'); } catch (e) { /* the page was cut short */ }
  /* storage may be refused (private mode, full): then nothing is kept */
  var keep = {
    get: function (k) { try { return localStorage.getItem('nx-' + k); } catch (e) { return null; } },
    set: function (k, v) { try { localStorage.setItem('nx-' + k, v); } catch (e) { /* full */ } },
    drop: function (k) { try { localStorage.removeItem('nx-' + k); } catch (e) { /* refused */ } }
  };

  function toast(text) {
    var box = one('.toasts');
    if (!box) { box = d.createElement('div'); box.className = 'toasts'; box.setAttribute('role', 'status'); body.appendChild(box); }
    var p = d.createElement('p');
    p.className = 'toast'; p.textContent = text; box.appendChild(p);
    fade(p);
  }
  function fade(p) { setTimeout(function () { p.remove(); }, 8000); }
  $('.toast').forEach(fade);

  /* network strip: a failed request tells more than navigator.onLine */
  function strip(gone) { $('[data-net]').forEach(function (b) { b.hidden = !gone && !b.dataset.kept; }); }
  /* nothing moves under the thumb: a press that is torn in two is none */
  function net(gone) {
    var m = one('main'), y = m.getBoundingClientRect().top;
    strip(gone);
    scrollBy(0, m.getBoundingClientRect().top - y);
  }
  addEventListener('online', function () { net(false); flush(); });
  addEventListener('offline', function () { net(true); });
  if (navigator.onLine === false) strip(true);
  $('[data-kept]').forEach(function (b) {
    var t = new Date(b.dataset.kept), m = t.getMinutes();
    one('span', b).textContent = words.as_of.replace('{t}', t.getHours() + ':' + (m < 10 ? '0' : '') + m);
  });

  /* presses */
  var pressed = false;
  d.addEventListener('click', function (e) {
    pressed = true;
    var t = e.target.closest ? e.target.closest('[data-set],[data-sheet],[data-close],[data-locate],[data-map-app],[data-back],[data-print],[data-tick],[data-outbox-flush],[data-keys],.voice__btn,dialog') : null;
    if (!t) return;
    if (t.dataset.set) setDisplay(t, e);
    else if (t.dataset.sheet) openSheet(t, e);
    else if (t.hasAttribute('data-close')) t.closest('dialog').close();
    else if (t.tagName === 'DIALOG') { if (e.target === t) t.close(); }
    else if (t.hasAttribute('data-locate')) locate(t);
    else if (t.dataset.mapApp) keep.set('map', t.dataset.mapApp);
    else if (t.hasAttribute('data-back')) history.back();
    else if (t.hasAttribute('data-print')) print();
    else if (t.hasAttribute('data-tick')) $('[data-clear]', t.form).forEach(function (x) { x.checked = true; });
    else if (t.hasAttribute('data-outbox-flush')) flush(true);
    else if (t.hasAttribute('data-keys')) { keep.set('keys', keysOn() ? 'off' : 'on'); t.setAttribute('aria-pressed', String(keysOn())); }
    else if (t.parentNode.hasAttribute('data-voice')) play(t);
  });

  /* display: at once, and in the cookie that the server reads. A lone button
     (its opposite comes from the server) is sent as a form. */
  function setDisplay(b, e) {
    var kv = b.dataset.set.split('='), same = $('[name="' + kv[0] + '"]', b.form);
    if (same.length < 2) return;
    e.preventDefault();
    root.setAttribute('data-' + kv[0], kv[1]);
    d.cookie = kv[0] + '=' + kv[1] + ';path=/;max-age=31536000;samesite=lax' + (location.protocol === 'https:' ? ';secure' : '');
    same.forEach(function (x) { x.setAttribute('aria-pressed', String(x === b)); });
  }

  function openSheet(t, e) {
    var s = d.getElementById(t.dataset.sheet), app = keep.get('map');
    if (!s || !s.showModal) return; /* follow the link */
    e.preventDefault();
    var known = app && !t.hasAttribute('data-map-ask') && one('[data-map-app="' + app + '"]', s);
    if (known) location.href = known.href; else s.showModal();
  }
  if (keep.get('map')) $('[data-map-ask]').forEach(function (b) { b.hidden = false; });

  function locate(b, unasked) {
    if (!navigator.geolocation) { toast(words.no_place); return; }
    if (!unasked) toast(words.locating);
    navigator.geolocation.getCurrentPosition(function (p) {
      var lat = p.coords.latitude.toFixed(4), lng = p.coords.longitude.toFixed(4); /* about ten metres */
      var to = b.getAttribute('data-locate'), f = b.closest('form');
      /* nothing moves under the thumb of somebody who uses the page already */
      function go() { if (!unasked || !pressed && !scrollY && d.activeElement === body) location.replace(to); }
      /* told in a body: an address is kept by browsers, proxies and whoever it is sent on to */
      if (to) fetch('/here', { method: 'POST', credentials: 'same-origin', redirect: 'manual', body: new URLSearchParams({ lat: lat, lng: lng }) }).then(go, function () { if (!unasked) go(); });
      else if (f) {
        ['lat', 'lng'].forEach(function (n, i) { if (f.elements[n]) f.elements[n].value = i ? lng : lat; });
        f.dispatchEvent(new CustomEvent('located', { bubbles: true }));
      }
    }, function () { if (!unasked) toast(words.no_place); }, { timeout: 8000, maximumAge: 60000 });
  }
  /* whoever let the phone tell once where it is need not ask again; a page that
     came from itself did so, and had no use of it (no network, no cookies) */
  $('[data-auto]').forEach(function (b) {
    if (navigator.permissions && d.referrer !== location.href) navigator.permissions.query({ name: 'geolocation' }).then(function (p) { if (p.state === 'granted') locate(b, true); }).catch(function () { /* not known here */ });
  });
  $('[data-locate],[data-back],[data-print],[data-tick]').forEach(function (b) { b.hidden = false; });

  /* times left: <time data-until> keeps the server's words when this is off */
  setInterval(function () {
    $('[data-until]').forEach(function (el) {
      var ms = new Date(el.dataset.until) - Date.now();
      if (isNaN(ms) || ms < 0 || ms > 864e5) return;
      var m = Math.floor(ms / 6e4), h = Math.floor(m / 60);
      el.textContent = (h ? h + ' ' + words.hour + ' ' : '') + (m % 60) + ' ' + words.minute;
    });
  }, 30000);

  /* voice messages: one large button instead of the small player */
  $('[data-voice]').forEach(function (v) { v.classList.add('is-js'); one('.voice__btn', v).hidden = false; });
  function play(b) {
    var a = one('audio', b.parentNode);
    a.onpause = a.onended = function () { b.setAttribute('aria-pressed', 'false'); };
    if (a.paused) { a.play().catch(function () { b.parentNode.classList.remove('is-js'); }); b.setAttribute('aria-pressed', 'true'); } else a.pause();
  }

  /* the fault summary takes the focus; long steppers and filters show where we are */
  $('[data-focus]').forEach(function (x) { x.focus(); });
  $('.steps .is-now,.filters [aria-current]').forEach(function (n) { var b = n.parentNode; b.scrollLeft = n.offsetLeft - b.offsetLeft - (b.clientWidth - n.clientWidth) / 2; });

  /* drafts: what was typed and chosen, until it is sent; not what is nobody else's on a shared phone */
  function inputs(f) {
    return [].filter.call(f.elements, function (x) { return x.name && !x.hasAttribute('data-nodraft') && !/^(hidden|file|password|submit|button)$/.test(x.type) && x.tagName !== 'BUTTON' && x.tagName !== 'FIELDSET'; });
  }
  function readDraft(f) {
    return inputs(f).map(function (x) { return [x.name, x.value, /radio|checkbox/.test(x.type) ? x.checked : null]; });
  }
  function fillDraft(f, all) {
    var used = false;
    all.forEach(function (v) {
      inputs(f).forEach(function (x) {
        if (x.name !== v[0]) return;
        if (v[2] === null) { if (x.value === x.defaultValue || x.tagName === 'SELECT') { used = used || x.value !== v[1]; x.value = v[1]; } }
        else if (x.value === v[1]) { used = used || x.checked !== v[2]; x.checked = v[2]; }
      });
    });
    return used;
  }
  var sent = keep.get('sent'), nav = (performance.getEntriesByType('navigation')[0] || {}).type;
  if (sent) { /* a page of ours that came from sending, and is no failure, means it arrived */
    if (d.referrer && nav !== 'back_forward' && !one('[data-failed]') && !one('.errors')) keep.drop('draft-' + sent);
    keep.drop('sent');
  }
  $('form[data-draft]').forEach(function (f) {
    var key = 'draft-' + f.dataset.draft;
    try { var old = JSON.parse(keep.get(key)); if (old && !one('.errors', f) && fillDraft(f, old)) toast(words.draft); } catch (e) { keep.drop(key); }
    f.addEventListener('input', function () { keep.set(key, JSON.stringify(readDraft(f))); });
    f.addEventListener('submit', function (e) { if (!e.defaultPrevented) keep.set('sent', f.dataset.draft); });
  });

  /* outbox: what could not be sent waits in IndexedDB under its req_id, which
     the server answers only once */
  function store(mode, act) {
    return new Promise(function (ok, no) {
      if (!self.indexedDB) { no(); return; }
      var o = indexedDB.open('nuanxin', 1);
      o.onupgradeneeded = function () { o.result.createObjectStore('outbox', { keyPath: 'id' }); };
      o.onerror = no;
      o.onsuccess = function () {
        var tx = o.result.transaction('outbox', mode), r = act(tx.objectStore('outbox'));
        tx.oncomplete = function () { o.result.close(); ok(r && r.result); };
        tx.onerror = tx.onabort = no;
      };
    });
  }
  function put(rec) { return store('readwrite', function (s) { s.put(rec); }); }
  function forget(id) { return store('readwrite', function (s) { s.delete(id); }); }
  function waiting() { return store('readonly', function (s) { return s.getAll(); }).catch(function () { return []; }); }

  function send(rec) {
    var data = rec.multipart ? new FormData() : new URLSearchParams();
    rec.fields.forEach(function (f) { if (f[1] instanceof Blob) { if (rec.multipart) data.append(f[0], f[1], f[2]); } else data.append(f[0], f[1]); });
    return fetch(rec.url, { method: 'POST', body: data, credentials: 'same-origin', headers: { 'Idempotency-Key': rec.id, 'Written-By': rec.by || '', Accept: 'text/html' } });
  }
  function newID() {
    var b = crypto.getRandomValues(new Uint8Array(16)), ms = Date.now(), i, s = '';
    for (i = 5; i >= 0; i--) { b[i] = ms % 256; ms = Math.floor(ms / 256); }
    b[6] = b[6] & 15 | 112; b[8] = b[8] & 63 | 128; /* UUIDv7 */
    for (i = 0; i < 16; i++) s += (i === 4 || i === 6 || i === 8 || i === 10 ? '-' : '') + (b[i] + 256).toString(16).slice(1);
    return s;
  }
  function record(f, submitter) {
    var fields = [];
    new FormData(f).forEach(function (v, k) { if (!(v instanceof File)) fields.push([k, v]); else if (v.size) fields.push([k, v, v.name]); });
    if (submitter && submitter.name) fields.push([submitter.name, submitter.value]);
    return { id: f.elements.req_id.value, url: (submitter && submitter.getAttribute('formaction')) || f.getAttribute('action'), from: location.pathname + location.search,
      title: f.dataset.outbox, by: f.dataset.by, draft: f.dataset.draft, typed: readDraft(f), multipart: f.enctype === 'multipart/form-data', fields: fields, created: Date.now(), tries: 0, state: 'waiting' };
  }
  $('form[data-outbox]').forEach(function (f) {
    f.addEventListener('submit', function (e) {
      if (e.defaultPrevented || !self.fetch || !f.elements.req_id || f.dataset.plain) return;
      e.preventDefault();
      if (f.dataset.busy) return;
      f.dataset.busy = '1';
      var b = e.submitter, rec = record(f, b);
      if (b) b.classList.add('is-busy');
      function free() { delete f.dataset.busy; if (b) b.classList.remove('is-busy'); }
      function plain() { f.dataset.plain = '1'; f.submit(); }
      /* what must not stay on the phone is sent now or not at all */
      var secret = $('[data-nodraft]', f).some(function (x) { return x.value; });
      (secret ? Promise.resolve() : put(rec)).then(function () { return send(rec); }, function () { plain(); throw 0; }).then(function (res) {
        if (res.status >= 500 || res.status === 429) throw res;
        return (secret ? Promise.resolve() : forget(rec.id)).then(function () {
          if (res.ok && res.redirected) { keep.drop('draft-' + rec.draft); location.href = res.url; } else plain(); /* let the server say it on a page */
        });
      }).catch(function (why) {
        if (why === 0) return;
        free(); net(!(why instanceof Response)); toast(secret ? words.unsent : words.kept);
        if (secret) return; /* it stands in the form */
        keep.drop('draft-' + rec.draft);
        f.reset(); f.elements.req_id.value = newID();
        f.dispatchEvent(new CustomEvent('kept', { bubbles: true }));
        list();
      });
    });
  });
  /* back from an answer that refused: the next try is a new write */
  addEventListener('pageshow', function (e) {
    if (e.persisted) $('form[data-plain]').forEach(function (f) {
      delete f.dataset.plain; delete f.dataset.busy;
      $('.is-busy', f).forEach(function (b) { b.classList.remove('is-busy'); });
      f.elements.req_id.value = newID();
    });
  });
  var flushing = false;
  function flush(loud) {
    if (flushing) return;
    flushing = true;
    waiting().then(function (all) {
      return all.reduce(function (before, rec) {
        return before.then(function () {
          if (rec.state === 'refused') return null;
          return send(rec).then(function (res) {
            if (res.ok) return forget(rec.id).then(function () { net(false); toast(rec.title + '：' + words.sent); });
            rec.tries++;
            if (res.status < 500 && res.status !== 429 && res.status !== 403) rec.state = 'refused';
            return put(rec);
          });
        });
      }, Promise.resolve());
    }).catch(function () { net(true); if (loud) toast(words.kept); }).then(function () { flushing = false; list(); });
  }
  function list() {
    $('[data-outbox-list]').forEach(function (box) {
      waiting().then(function (all) {
        var rows = one('[data-rows]', box), mold = one('template', box);
        rows.textContent = ''; box.hidden = !all.length;
        all.forEach(function (rec) {
          var row = mold.content.cloneNode(true), b = one('[data-outbox-flush]', row);
          one('.row__title', row).textContent = rec.title;
          if (rec.state === 'refused') { /* back to its form, with the words in it */
            one('.row__sub', row).textContent = words.refused;
            b.removeAttribute('data-outbox-flush');
            b.onclick = function () { if (rec.draft) keep.set('draft-' + rec.draft, JSON.stringify(rec.typed)); forget(rec.id).then(function () { location.href = rec.from; }); };
          }
          rows.appendChild(row);
        });
      });
    });
  }
  if (self.indexedDB) { flush(); list(); }
  d.addEventListener('visibilitychange', function () { if (!d.hidden) flush(); });

  /* staff keyboard: j and k move, x ticks, Enter opens, d hands over, / searches; off while typing, and by choice */
  function toDispatch(e, line) { /* only what is shown: the list may be ahead of it */
    var at = (line ? '="' + line : '$="') + '/dispatch"]', words = one('#peek form[action' + at + ' textarea'), way = one('main a[href' + at);
    if (words && words.offsetParent) { e.preventDefault(); words.focus(); } else if (way) way.click();
  }
  /* what comes late never takes the field away in which somebody writes */
  body.addEventListener('htmx:beforeSwap', function (e) {
    var at = d.activeElement, x = e.detail;
    if (/^(INPUT|TEXTAREA)$/.test(at.tagName) && x.target.contains(at)) x.shouldSwap = false;
    else if (x.target.id === 'peek') $('.tk').forEach(function (t) { /* the line that is shown */
      if (t === x.requestConfig.elt) t.setAttribute('aria-current', 'true'); else t.removeAttribute('aria-current');
    });
  });
  d.addEventListener('keydown', function (e) {
    var m = e.key === 'Escape' && e.target.closest('.phead .menu[open]');
    if (m) { m.open = false; one('summary', m).focus(); }
  });
  function keysOn() { return keep.get('keys') !== 'off'; }
  $('[data-keys]').forEach(function (b) { b.hidden = false; b.setAttribute('aria-pressed', String(keysOn())); });
  if (body.classList.contains('s')) d.addEventListener('keydown', function (e) {
    if (!keysOn() || /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName) || e.ctrlKey || e.metaKey || e.altKey) return;
    var all = $('.tk'), i = all.indexOf(d.activeElement);
    if (e.key === 'j' && all.length) all[Math.min(all.length - 1, i + 1)].focus();
    else if (e.key === 'k' && all.length) all[Math.max(0, i - 1)].focus();
    else if (e.key === 'x' && i >= 0) { var box = one('input', all[i].parentNode); if (box) box.click(); }
    else if (e.key === 'd') toDispatch(e, i < 0 ? '' : all[i].getAttribute('href'));
    else if (e.key === '/') { var q = one('.search input[type=search]'); if (q) { e.preventDefault(); q.focus(); } }
  });

  self.nuanxin = { $: $, one: one, toast: toast, words: words }; /* for capture.js */

  /* an app on the phone from the second visit on: the first one stays light */
  if (!keep.get('seen')) keep.set('seen', '1');
  else {
    var app = d.createElement('link');
    app.rel = 'manifest'; app.href = '/manifest.webmanifest'; d.head.appendChild(app);
    if (navigator.serviceWorker) navigator.serviceWorker.register('/sw.js').catch(function () { /* an extra */ });
  }
})();
