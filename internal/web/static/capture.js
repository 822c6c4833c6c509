/* capture.js: photos and voice, on pages with a form that carries files. It
   comes after app.js, as often as there are such forms, and works once. */
(function () {
  'use strict';
  var d = document, nx = self.nuanxin;
  if (!nx || nx.capture) return;
  nx.capture = true;
  var $ = nx.$, one = nx.one, toast = nx.toast, words = nx.words;

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
})();
