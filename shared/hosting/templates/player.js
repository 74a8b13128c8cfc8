(() => {
  'use strict';
  const byId = (id) => document.getElementById(id);
  const player = document.querySelector('.player');
  const video = byId('video');
  const start = byId('start');

  // what the parts below share
  let hls = null; // hls.js, while it plays
  let at = 0; // seconds; where to begin once a source is there
  let wanted = false; // somebody pressed play
  const begun = () => { start.hidden = true; video.controls = true; player.classList.add('begun'); };
  const play = () => { wanted = true; begun(); video.play().catch(() => { /* a new source plays by itself */ }); };
  const jump = (seconds) => { if (video.readyState) video.currentTime = seconds; else at = seconds; play(); };

{% include 'resume.js' %}
{% include 'quality.js' %}
{% include 'sources.js' %}
{% include 'reading.js' %}
{% include 'counting.js' %}

  // a large button over the poster, until the first play
  start.hidden = false;
  video.controls = false;
  start.addEventListener('click', () => { play(); video.focus(); });
  video.addEventListener('play', () => { wanted = true; begun(); });
  const { preview } = player.dataset;
  if (preview && matchMedia('(hover: hover) and (prefers-reduced-motion: no-preference)').matches) {
    start.addEventListener('pointerenter', () => {
      const moving = new Image();
      moving.src = preview;
      moving.alt = '';
      moving.className = 'preview';
      start.prepend(moving);
    }, { once: true });
  }
})();
