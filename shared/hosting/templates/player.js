(() => {
  'use strict';
  const video = document.getElementById('video');
  const start = document.getElementById('start');
  const key = 'position:' + document.querySelector('.player').dataset.slug;

  // a large button over the poster, until the first play
  start.hidden = false;
  video.controls = false;
  const begin = () => { start.hidden = true; video.controls = true; };
  start.addEventListener('click', () => { begin(); video.focus(); video.play().catch(() => {}); });
  video.addEventListener('play', begin);
  video.addEventListener('error', begin, true);

  // go on where the viewer left; a browser that keeps nothing is fine
  const remember = (seconds) => { try { localStorage.setItem(key, String(seconds)); } catch { /* nothing is kept */ } };
  const recall = () => { try { return Number(localStorage.getItem(key)) || 0; } catch { return 0; } };
  const resume = () => { const at = recall(); if (at > 3 && at < video.duration - 3) video.currentTime = at; };
  if (video.readyState >= 1) resume(); else video.addEventListener('loadedmetadata', resume, { once: true });
  video.addEventListener('pause', () => remember(video.ended ? 0 : video.currentTime));
  addEventListener('pagehide', () => { if (!video.paused) remember(video.currentTime); });

  // what is said, as text to read and to jump by
  const track = document.getElementById('captions');
  const transcript = document.getElementById('transcript');
  if (!track || !transcript) return;
  const clock = (seconds) => Math.floor(seconds / 60) + ':' + String(Math.floor(seconds % 60)).padStart(2, '0');
  const write = () => {
    const lines = document.getElementById('lines');
    const cues = [...(track.track.cues || [])];
    if (!cues.length || lines.childElementCount) return;
    const buttons = cues.map((cue) => {
      const button = document.createElement('button');
      const time = document.createElement('time');
      const text = document.createElement('bdi');
      button.type = 'button';
      time.textContent = clock(cue.startTime);
      text.textContent = cue.getCueAsHTML().textContent.replace(/\s+/g, ' ').trim();
      button.append(time, text);
      button.addEventListener('click', () => { begin(); video.currentTime = cue.startTime; video.play().catch(() => {}); });
      cue.addEventListener('enter', () => button.setAttribute('aria-current', 'true'));
      cue.addEventListener('exit', () => button.removeAttribute('aria-current'));
      return button;
    });
    lines.append(...buttons);
    transcript.hidden = false;
  };
  if (track.readyState === 2) write(); else track.addEventListener('load', write);
})();
