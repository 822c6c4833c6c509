/* scan.js: looking at a code by the camera, where the browser reads codes itself.
   Elsewhere the phone's own scanner opens this page with the code behind the #,
   which goes into no log. */
(function () {
  'use strict';
  var d = document, f = d.querySelector('[data-scan]');
  if (!f) return;
  var go = f.querySelector('[data-scan-go]'), film = f.querySelector('video'), say = f.querySelector('[data-scan-say]');
  function send(text) { f.elements.code.value = text; f.submit(); }
  var came = location.hash.slice(1);
  if (came) { history.replaceState(null, '', location.pathname); send(came); return; }
  if (!self.BarcodeDetector || !navigator.mediaDevices) return;
  BarcodeDetector.getSupportedFormats().then(function (all) {
    if (all.indexOf('qr_code') < 0) return;
    go.hidden = false;
    f.querySelector('[data-scan-else]').hidden = true;
  });
  go.onclick = function () {
    navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } }).then(function (stream) {
      var reads = new BarcodeDetector({ formats: ['qr_code'] });
      film.srcObject = stream; film.hidden = false; go.hidden = true;
      film.play();
      var timer = setInterval(function () {
        reads.detect(film).then(function (found) {
          if (!found.length || !timer) return;
          clearInterval(timer); timer = 0;
          stream.getTracks().forEach(function (t) { t.stop(); });
          send(found[0].rawValue);
        }).catch(function () { /* no picture so far */ });
      }, 250);
    }).catch(function () { say.textContent = say.dataset.refused; f.querySelector('[data-scan-else]').hidden = false; });
  };
})();
