/* passkey.js: a passkey is made or shown when the button is pressed; the answer goes out
   with the form. What the device needs stands in the page: nothing is fetched. */
(function () {
  'use strict';
  var d = document, box = d.querySelector('[data-passkey]');
  if (!box || !self.PublicKeyCredential || !navigator.credentials) return;
  var form = box.closest('form'), press = box.querySelector('button'), failed = box.querySelector('[data-passkey-failed]');
  function bytes(s) {
    return Uint8Array.from(atob(s.replace(/-/g, '+').replace(/_/g, '/')), function (c) { return c.charCodeAt(0); });
  }
  function text(b) {
    return btoa(String.fromCharCode.apply(null, new Uint8Array(b))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  }
  function listed(all) {
    return (all || []).map(function (c) { return Object.assign({}, c, { id: bytes(c.id) }); });
  }
  function answer(c) {
    var r = c.response, out = {};
    ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle'].forEach(function (n) { if (r[n]) out[n] = text(r[n]); });
    if (r.getTransports) out.transports = r.getTransports();
    return JSON.stringify({ id: c.id, rawId: text(c.rawId), type: c.type, authenticatorAttachment: c.authenticatorAttachment || undefined, clientExtensionResults: {}, response: out });
  }
  function ask() {
    var o = JSON.parse(box.dataset.passkey).publicKey;
    o.challenge = bytes(o.challenge);
    if (!o.user) {
      o.allowCredentials = listed(o.allowCredentials);
      return navigator.credentials.get({ publicKey: o });
    }
    o.user.id = bytes(o.user.id);
    o.excludeCredentials = listed(o.excludeCredentials);
    return navigator.credentials.create({ publicKey: o });
  }
  press.hidden = false;
  d.querySelector('[data-passkey-none]').hidden = true;
  press.addEventListener('click', function () {
    press.disabled = true;
    failed.hidden = true;
    ask().then(function (c) {
      form.elements.passkey.value = answer(c);
      form.submit();
    }).catch(function (e) {
      press.disabled = false;
      failed.hidden = false;
      failed.textContent = e.name === 'InvalidStateError' ? failed.dataset.have : failed.dataset.passkeyFailed;
    });
  });
})();
