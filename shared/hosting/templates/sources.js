  // The ways to play, best first; when one fails the next goes on from there. Apple's browsers play HLS
  // themselves, and hand it to a television; what others call support is young, so there it comes last.
  const HLS_TYPE = 'application/vnd.apple.mpegurl';
  const { hls: playlist, hlsJs, mp4 } = player.dataset;
  let ways = [];

  const waysToPlay = () => {
    const whole = mp4 ? [() => plainly(mp4)] : [];
    if (!playlist) return whole;
    const native = video.canPlayType(HLS_TYPE) ? [() => plainly(playlist)] : [];
    const script = hlsJs && (window.MediaSource || window.ManagedMediaSource) ? [withHlsJs] : [];
    const apple = 'webkitSetPresentationMode' in video;
    return apple ? [...native, ...script, ...whole] : [...script, ...whole, ...native];
  };

  const plainly = (address) => {
    video.preload = 'metadata';
    video.src = address;
    if (wanted) play();
  };

  const withHlsJs = () => {
    if (window.Hls) { useHlsJs(window.Hls); return; }
    const script = document.createElement('script');
    script.src = hlsJs;
    script.onload = () => useHlsJs(window.Hls);
    script.onerror = nextWay;
    document.head.append(script);
  };

  const useHlsJs = (Hls) => {
    if (!Hls || !Hls.isSupported()) { nextWay(); return; }
    hls = new Hls({
      enableWorker: false, // fragmented MP4 needs no work, and a worker would need a policy
      // captions are the page's own tracks; these would empty them
      timelineController: undefined, subtitleTrackController: undefined, subtitleStreamController: undefined,
      testBandwidth: false, // the playlist's first rung is the one to begin with
      capLevelToPlayerSize: true,
      startPosition: at || -1,
      maxBufferLength: wanted ? 30 : 6, // seconds; a page that is only looked at costs little
    });
    hls.on(Hls.Events.ERROR, (_, data) => {
      if (data.fatal && !(data.type === Hls.ErrorTypes.MEDIA_ERROR && mend())) nextWay();
    });
    offerQualities(Hls);
    hls.loadSource(playlist);
    hls.attachMedia(video);
    if (wanted) play();
  };
  video.addEventListener('play', () => { if (hls) hls.config.maxBufferLength = 30; });

  // a decoder that stumbled gets one fresh start; the browser and hls.js may both tell of one fall
  let mended = 0;
  const mend = () => {
    const now = performance.now();
    if (mended) return now - mended < 1000;
    mended = now;
    hls.recoverMediaError();
    return true;
  };

  const nextWay = () => {
    if (video.currentTime) at = video.currentTime;
    wanted = wanted && (!video.paused || !video.currentTime);
    withdrawQualities();
    if (hls) { hls.destroy(); hls = null; }
    const way = ways.shift();
    if (way) way(); else explain();
  };

  const explain = () => {
    video.removeAttribute('src');
    begun();
    video.controls = false;
    byId('problem-text').textContent = navigator.onLine === false
      ? 'You seem to be offline. The video goes on once you are back.'
      : 'The video can’t be played just now.';
    byId('problem').hidden = false;
  };

  const load = () => { ways = waysToPlay(); mended = 0; byId('problem').hidden = true; nextWay(); };
  byId('again').addEventListener('click', () => { wanted = true; video.controls = true; load(); video.focus(); });
  video.addEventListener('error', () => { if (video.hasAttribute('src') && !(hls && mend())) nextWay(); });
  video.addEventListener('loadedmetadata', () => { if (at && Math.abs(video.currentTime - at) > 0.5) video.currentTime = at; at = 0; });
  for (const source of video.querySelectorAll('source')) source.remove();
  load();
