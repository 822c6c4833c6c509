/* map.js: the staff map. It draws stations on an empty ground: there is no tile
   source unless the operator names one (data-tiles, from the same site). */
(function () {
  'use strict';
  var box = document.querySelector('[data-map]');
  if (!box || !self.L) return;
  var map = L.map(box, { attributionControl: !!box.dataset.credit }), group = L.featureGroup().addTo(map);
  if (box.dataset.tiles) L.tileLayer(box.dataset.tiles, { attribution: box.dataset.credit || '' }).addTo(map);
  [].forEach.call(document.querySelectorAll('[data-lat]'), function (el) {
    var m = L.circleMarker([+el.dataset.lat, +el.dataset.lng], { radius: 8, weight: 2, className: el.dataset.open ? 'st' : 'st-off' });
    m.bindTooltip(el.dataset.name || el.textContent.trim()).addTo(group);
    if (el.href) m.on('click', function () { location.href = el.href; });
  });
  if (group.getLayers().length) map.fitBounds(group.getBounds(), { padding: [30, 30], maxZoom: 16 }); else map.setView([+box.dataset.lat0 || 35, +box.dataset.lng0 || 105], +box.dataset.zoom || 4);
  map.on('click', function (e) { /* a page where a place is put on the map */
    var lat = document.querySelector('input[name=lat]'), lng = document.querySelector('input[name=lng]');
    if (!lat || !lng) return;
    lat.value = e.latlng.lat.toFixed(6); lng.value = e.latlng.lng.toFixed(6);
  });
})();
