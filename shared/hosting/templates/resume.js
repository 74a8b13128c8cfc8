  // go on where the viewer left; a browser that keeps nothing is fine
  const key = 'position:' + player.dataset.slug;
  const remember = (seconds) => { try { localStorage.setItem(key, String(seconds)); } catch { /* nothing is kept */ } };
  const recall = () => { try { return Number(localStorage.getItem(key)) || 0; } catch { return 0; } };
  const left = recall();
  if (left > 3 && left < Number(player.dataset.seconds) - 3) at = left;
  video.addEventListener('pause', () => remember(video.ended ? 0 : video.currentTime));
  addEventListener('pagehide', () => { if (!video.paused) remember(video.currentTime); });
