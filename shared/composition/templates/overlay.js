(() => {
  'use strict';
  const root = document.documentElement;
  if (root.dataset.font) root.style.setProperty('--font', `'${root.dataset.font}', var(--sans)`);

  for (const cue of document.querySelectorAll('.cue')) {
    const { first, after, fps } = cue.dataset;
    // half a frame early, so that no rounding of a frame's time can miss it
    cue.style.animationDelay = `${((first - 0.5) / fps) * 1000}ms`;
    cue.style.animationDuration = `${((after - first) / fps) * 1000}ms`;
    const words = cue.firstElementChild;
    const widest = 0.94 * innerWidth - 1.5 * parseFloat(getComputedStyle(cue).fontSize);
    if (words.offsetWidth > widest) cue.style.setProperty('--size', widest / words.offsetWidth);
  }
  const begin = () => root.classList.add('ready');
  const logo = document.images[0];
  if (!logo || logo.complete) {
    begin();
  } else {
    logo.addEventListener('load', begin);
    logo.addEventListener('error', begin);
  }
})();
