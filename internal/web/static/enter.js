/* enter.js: a code that is whole goes in by itself, typed, pasted or filled in by the phone.
   The line under the field says so beforehand. Once only: a wrong one is sent by the button. */
(function () {
  'use strict';
  var f = document.querySelector('[data-enter]'), c = f && f.elements.code, sent = c && c.value;
  if (!c) return;
  c.addEventListener('input', function () {
    if (sent || !/(^|\D)\d{6}(\D|$)/.test(c.value)) return;
    sent = true;
    if (f.requestSubmit) f.requestSubmit(); else f.submit();
  });
})();
