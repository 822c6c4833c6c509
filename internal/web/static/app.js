/* app.js: enhancement only; every page works without it. No dependencies.
   Written for Chromium 86 and iOS 14.5. */
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
    setTimeout(function () { p.remove(); }, 6000);
  }

  /* network strip: a failed request tells more than navigator.onLine */
  function net(gone) { $('[data-net]').forEach(function (b) { b.hidden = !gone && !b.dataset.kept; }); }
  addEventListener('online', function () { net(false); flush(); });
  addEventListener('offline', function () { net(true); });
  if (navigator.onLine === false) net(true);
  $('[data-kept]').forEach(function (b) {
    var t = new Date(b.dataset.kept), m = t.getMinutes();
    one('span', b).textContent = words.as_of.replace('{t}', t.getHours() + ':' + (m < 10 ? '0' : '') + m);
  });

  /* presses */
  var pressed = false;
  d.addEventListener('click', function (e) {
    pressed = true;
    var t = e.target.closest ? e.target.closest('[data-set],[data-sheet],[data-close],[data-locate],[data-map-app],[data-back],[data-print],[data-outbox-flush],[data-keys],.voice__btn,dialog') : null;
    if (!t) return;
    if (t.dataset.set) setDisplay(t, e);
    else if (t.dataset.sheet) openSheet(t, e);
    else if (t.hasAttribute('data-close')) t.closest('dialog').close();
    else if (t.tagName === 'DIALOG') { if (e.target === t) t.close(); }
    else if (t.hasAttribute('data-locate')) locate(t);
    else if (t.dataset.mapApp) keep.set('map', t.dataset.mapApp);
    else if (t.hasAttribute('data-back')) history.back();
    else if (t.hasAttribute('data-print')) print();
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
  $('[data-locate],[data-back],[data-print]').forEach(function (b) { b.hidden = false; });

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

  /* drafts: what was typed and chosen, until it is sent */
  function inputs(f) {
    return [].filter.call(f.elements, function (x) { return x.name && !/^(hidden|file|password|submit|button)$/.test(x.type) && x.tagName !== 'BUTTON' && x.tagName !== 'FIELDSET'; });
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
    return fetch(rec.url, { method: 'POST', body: data, credentials: 'same-origin', headers: { 'Idempotency-Key': rec.id, Accept: 'text/html' } });
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
      title: f.dataset.outbox, draft: f.dataset.draft, typed: readDraft(f), multipart: f.enctype === 'multipart/form-data', fields: fields, created: Date.now(), tries: 0, state: 'waiting' };
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
      put(rec).then(function () { return send(rec); }, function () { plain(); throw 0; }).then(function (res) {
        if (res.status >= 500 || res.status === 429) throw res;
        return forget(rec.id).then(function () {
          if (res.ok && res.redirected) { keep.drop('draft-' + rec.draft); location.href = res.url; } else plain(); /* let the server say it on a page */
        });
      }).catch(function (why) {
        if (why === 0) return;
        free(); net(!(why instanceof Response)); toast(words.kept);
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

  /* photos: 1600 px, 200 KB, without the camera's notes */
  function shrink(file) {
    return new Promise(function (ok) {
      var img = new Image(), url = URL.createObjectURL(file);
      img.onerror = function () { URL.revokeObjectURL(url); ok(file); };
      img.onload = function () {
        var k = Math.min(1, 1600 / Math.max(img.width, img.height)), c = d.createElement('canvas'), q = 0.85;
        (function again() {
          c.width = Math.round(img.width * k); c.height = Math.round(img.height * k);
          c.getContext('2d').drawImage(img, 0, 0, c.width, c.height);
          c.toBlob(function (b) {
            if (b && b.size > 2e5 && k > 0.1) { if (q > 0.5) q -= 0.15; else k *= 0.8; again(); return; }
            URL.revokeObjectURL(url);
            ok(b ? new File([b], file.name.replace(/\.\w+$/, '') + '.jpg', { type: 'image/jpeg' }) : file);
          }, 'image/jpeg', q);
        })();
      };
      img.src = url;
    });
  }
  function asFiles(list) { var t = new DataTransfer(); list.forEach(function (f) { t.items.add(f); }); return t.files; }
  var canFill = (function () { try { return !!new DataTransfer(); } catch (e) { return false; } })();
  if (canFill) $('[data-photos]').forEach(function (box) {
    var input = one('input', box), max = +box.dataset.photos, have = [];
    function show() {
      $('.thumb:not(.thumb--add)', box).forEach(function (t) { t.remove(); });
      have.forEach(function (f, i) {
        var t = d.createElement('div'), img = new Image(), x = d.createElement('button');
        t.className = 'thumb'; img.alt = ''; img.src = URL.createObjectURL(f);
        x.type = 'button'; x.textContent = '×'; x.setAttribute('aria-label', words['delete'] + ' ' + (i + 1));
        x.onclick = function () { have.splice(i, 1); show(); };
        t.appendChild(img); t.appendChild(x); box.insertBefore(t, input.closest('.thumb--add'));
      });
      input.files = asFiles(have);
      input.closest('.thumb--add').hidden = have.length >= max;
    }
    input.addEventListener('change', function () {
      var fresh = [].slice.call(input.files);
      if (have.length + fresh.length > max) toast(words.photos);
      Promise.all(fresh.slice(0, max - have.length).map(shrink)).then(function (small) { have = have.concat(small); show(); });
    });
    if (input.form) ['reset', 'kept'].forEach(function (ev) { input.form.addEventListener(ev, function () { have = []; setTimeout(show); }); });
  });

  /* recorder: two minutes, a spoken warning at 1:45; else the file input stays */
  if (canFill && self.MediaRecorder && navigator.mediaDevices) $('[data-rec]').forEach(function (box) {
    var input = one('[data-rec-file]', box), b = one('[data-rec-btn]', box), say = one('[data-rec-say]', box);
    var text = one('[data-rec-text]', box), first = text.textContent, time = one('[data-rec-time]', box), player = one('[data-rec-play]', box);
    var rec = null, timer = 0;
    input.hidden = true; b.hidden = false;
    function idle() { clearInterval(timer); rec = null; b.classList.remove('is-on'); text.textContent = first; time.hidden = true; }
    function clear() { input.value = ''; player.hidden = true; }
    function start(stream) {
      var parts = [], begun = Date.now(), warned = false;
      var type = ['audio/webm;codecs=opus', 'audio/mp4'].filter(function (t) { return MediaRecorder.isTypeSupported(t); })[0];
      rec = new MediaRecorder(stream, { mimeType: type, audioBitsPerSecond: 24000 });
      rec.ondataavailable = function (e) { parts.push(e.data); };
      rec.onstop = function () {
        stream.getTracks().forEach(function (t) { t.stop(); });
        var kind = (type || 'audio/webm').split(';')[0], blob = new File(parts, 'voice.' + kind.split('/')[1], { type: kind });
        idle();
        input.files = asFiles([blob]);
        one('audio', player).src = URL.createObjectURL(blob); player.hidden = false;
        if (box.hasAttribute('data-send') && input.form.requestSubmit) input.form.requestSubmit();
      };
      rec.start();
      b.classList.add('is-on'); text.textContent = box.dataset.done; time.hidden = false; say.textContent = words.recording;
      timer = setInterval(function () {
        var s = Math.floor((Date.now() - begun) / 1000);
        one('[data-rec-clock]', box).textContent = Math.floor(s / 60) + ':' + (s % 60 < 10 ? '0' : '') + s % 60;
        if (s >= 105 && !warned) { warned = true; say.textContent = words.warn; toast(words.warn); if (navigator.vibrate) navigator.vibrate(300); }
        if (s >= 120 && rec) rec.stop();
      }, 250);
    }
    b.addEventListener('click', function () {
      if (rec) { rec.stop(); return; }
      navigator.mediaDevices.getUserMedia({ audio: true }).then(start).catch(function () { idle(); toast(words.no_mic); say.textContent = words.no_mic; input.hidden = false; });
    });
    one('[data-rec-drop]', box).addEventListener('click', clear);
    if (input.form) input.form.addEventListener('kept', clear);
  });

  /* staff keyboard: j and k move, Enter opens, d hands over, / searches; off while typing, and by choice */
  function toDispatch(e, line) { /* only what is shown: the list may be ahead of it */
    var at = (line ? '="' + line : '$="') + '/dispatch"]', words = one('#peek form[action' + at + ' textarea'), way = one('main a[href' + at);
    if (words) { e.preventDefault(); words.focus(); } else if (way) way.click();
  }
  /* what comes late never takes the field away in which somebody writes */
  body.addEventListener('htmx:beforeSwap', function (e) {
    var at = d.activeElement;
    if (/^(INPUT|TEXTAREA)$/.test(at.tagName) && e.detail.target.contains(at)) e.detail.shouldSwap = false;
  });
  function keysOn() { return keep.get('keys') !== 'off'; }
  $('[data-keys]').forEach(function (b) { b.hidden = false; b.setAttribute('aria-pressed', String(keysOn())); });
  if (body.classList.contains('s')) d.addEventListener('keydown', function (e) {
    if (!keysOn() || /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName) || e.ctrlKey || e.metaKey || e.altKey) return;
    var all = $('.tk'), i = all.indexOf(d.activeElement);
    if (e.key === 'j' && all.length) all[Math.min(all.length - 1, i + 1)].focus();
    else if (e.key === 'k' && all.length) all[Math.max(0, i - 1)].focus();
    else if (e.key === 'd') toDispatch(e, i < 0 ? '' : all[i].getAttribute('href'));
    else if (e.key === '/') { var q = one('.search input[type=search]'); if (q) { e.preventDefault(); q.focus(); } }
  });

  /* the service worker from the second visit on: the first one stays light */
  if (!keep.get('seen')) keep.set('seen', '1');
  else if (navigator.serviceWorker) navigator.serviceWorker.register('/sw.js').catch(function () { /* an extra */ });
})();
