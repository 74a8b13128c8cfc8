  // Tells our own site which seconds were seen, under a name made up for this visit: no cookie, nothing kept.
  // Not where the owner does not count, nor for a browser that asks not to be followed.
  const unasked = navigator.globalPrivacyControl || navigator.doNotTrack === '1';
  if ('counted' in player.dataset && !unasked && navigator.sendBeacon) {
    const digits = [...crypto.getRandomValues(new Uint8Array(16))];
    const visit = digits.map((byte) => byte.toString(16).padStart(2, '0')).join('');
    let from = -1; // where the stretch that is being seen begins; -1 while none is
    let last = 0; // where the video was when we last looked
    let stretches = []; // of whole seconds, both ends included, not told yet
    let told = false;
    const shown = () => !document.hidden || document.pictureInPictureElement === video;

    // a second is seen if the greater part of it is, and what follows on begins where this one ends
    const close = () => {
      if (from < 0) return;
      const until = last > video.duration - 0.5 ? Math.ceil(video.duration) : Math.round(last);
      if (until > Math.round(from)) stretches.push(Math.round(from) + '-' + (until - 1));
      from = -1;
    };
    const look = () => {
      const now = video.currentTime;
      if (video.seeking || now < last) close();
      else if (from >= 0) last = now;
      if (video.paused || video.seeking || !shown()) close();
      else if (from < 0) from = now;
      last = now;
    };
    const tell = () => {
      look();
      const begin = last;
      if (from >= 0) { close(); from = begin; }
      if (told && !stretches.length) return;
      told = true;
      const query = '?s=' + player.dataset.slug + '&v=' + visit + '&w=' + stretches.join('.');
      try { navigator.sendBeacon('/b' + query + (navigator.webdriver ? '&a=1' : '')); } catch { /* not counted, then */ }
      stretches = [];
    };

    video.addEventListener('timeupdate', () => { look(); if (stretches.length > 30) tell(); });
    video.addEventListener('seeking', look);
    for (const name of ['play', 'pause', 'ended']) video.addEventListener(name, tell);
    document.addEventListener('visibilitychange', () => { if (told) tell(); });
    addEventListener('pagehide', () => { if (told) tell(); });
    setInterval(() => { if (told && !video.paused) tell(); }, 10000);
  }
