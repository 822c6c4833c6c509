/* sw.js: an extra for phones that have service workers. KEEP is put before this
   text by the server. It keeps the sheet and the scripts, and the last copy of
   pages that the server marks with X-Keep-Offline, and tells their age. */
const SHELL = 'shell-' + KEEP.join('|'), PAGES = 'pages', OFFLINE = '/offline', MOST = 30, CODE = '/me/code';

self.addEventListener('install', e => {
  e.waitUntil(caches.open(SHELL).then(c => c.addAll(KEEP.concat(OFFLINE))).then(() => self.skipWaiting()));
});

self.addEventListener('activate', e => {
  e.waitUntil(caches.keys()
    .then(names => Promise.all(names.filter(n => n !== SHELL && n !== PAGES).map(n => caches.delete(n))))
    .then(() => self.clients.claim()));
});

self.addEventListener('fetch', e => {
  const url = new URL(e.request.url);
  if (e.request.method === 'POST' && url.pathname === '/sign-out') e.waitUntil(caches.open(PAGES).then(c => c.delete(CODE)));
  if (e.request.method !== 'GET' || url.origin !== location.origin) return;
  if (KEEP.includes(url.pathname)) e.respondWith(caches.match(e.request, { ignoreVary: true }).then(hit => hit || fetch(e.request)));
  else if (e.request.mode === 'navigate') e.respondWith(page(e, url));
});

async function page(e, url) {
  try {
    const res = await fetch(e.request);
    if (res.ok && res.headers.get('X-Keep-Offline')) e.waitUntil(keep(url, res.clone()));
    else if (url.pathname === CODE && res.status < 500) e.waitUntil(caches.open(PAGES).then(c => c.delete(CODE))); /* nobody's any more */
    return res;
  } catch (gone) {
    return await kept(url) || await caches.match(OFFLINE, { ignoreVary: true }) || Response.error();
  }
}

async function keep(url, res) {
  const c = await caches.open(PAGES), old = await c.keys();
  if (old.length >= MOST) await c.delete(old.find(k => !k.url.endsWith(CODE)));
  await c.put(url.pathname, new Response(await res.blob(), { headers: { 'Content-Type': res.headers.get('Content-Type'), 'Content-Security-Policy': res.headers.get('Content-Security-Policy'), 'X-Kept': new Date().toISOString() } }));
}

async function kept(url) {
  const hit = await (await caches.open(PAGES)).match(url.pathname, { ignoreVary: true });
  if (!hit) return null;
  const html = (await hit.text()).replace('data-net hidden', 'data-net data-kept="' + hit.headers.get('X-Kept') + '"');
  return new Response(html, { headers: hit.headers });
}
