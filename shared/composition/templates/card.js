(() => {
  'use strict';
  const root = document.documentElement;

  const fits = (text) => {
    const room = parseFloat(getComputedStyle(text).maxHeight);
    return text.scrollHeight <= room + 1 && text.scrollWidth <= text.clientWidth + 1;
  };

  // Steps of 4 %: the largest size in [least, 1] at which the text stands in its room. True if there is one.
  const step = (text, least) => {
    for (let size = 1; size >= least; size *= 0.96) {
      text.style.setProperty('--size', size);
      text.classList.toggle('dense', size < 0.45);
      if (fits(text)) return true;
    }
    return false;
  };

  // From the handsomest to the tightest: one line, the name whole, words whole, any break, the end cut off.
  const fit = (text) => {
    const size = (property) => parseFloat(getComputedStyle(text).getPropertyValue(property));
    const least = size('--least');
    // scripts that stack marks or join letters want air between lines and none taken between letters
    if (/[\u0590-\u109f\u1780-\u17ff\u2e80-\ud7ff\uf900-\ufdff\ufe70-\ufeff]/.test(text.textContent)) {
      text.classList.add('tall-script');
    }
    for (const [manner, smallest] of [['line', size('--line')], ['whole', size('--whole')], ['loose', 0.5], ['anywhere', least]]) {
      text.classList.add(manner);
      if (step(text, smallest)) return;
      if (manner !== 'anywhere') text.classList.remove(manner);
    }
    const style = getComputedStyle(text);
    const lines = Math.floor(parseFloat(style.maxHeight) / parseFloat(style.lineHeight));
    text.style.setProperty('--lines', Math.max(1, lines));
    text.classList.add('clamped');
  };

  const linear = (byte) => {
    const part = byte / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  };

  // OKLab of an sRGB colour (Björn Ottosson's matrices).
  const lab = (red, green, blue) => {
    const [r, g, b] = [linear(red), linear(green), linear(blue)];
    const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
    return [
      0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
      1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
      0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
    ];
  };

  // The hue, in degrees, that a page is remembered by: strong colours count, pale grounds hardly. null for a grey page.
  const hueOf = (image) => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [64, 36];
    const brush = canvas.getContext('2d', { willReadFrequently: true });
    brush.drawImage(image, 0, 0, 64, 36);
    const pixels = brush.getImageData(0, 0, 64, 36).data;
    const weights = new Array(36).fill(0);
    for (let at = 0; at < pixels.length; at += 4) {
      const [lightness, a, b] = lab(pixels[at], pixels[at + 1], pixels[at + 2]);
      const chroma = Math.hypot(a, b);
      const weight = chroma > 0.03 ? chroma ** 2 * (lightness > 0.92 ? 0.25 : 1) : 0;
      weights[Math.floor((Math.atan2(b, a) / Math.PI / 2 + 1) * 36) % 36] += weight;
    }
    const spread = weights.map((weight, at) => weight + 0.5 * (weights[(at + 1) % 36] + weights[(at + 35) % 36]));
    const most = Math.max(...spread);
    return most < 0.04 ? null : spread.indexOf(most) * 10 + 5;
  };

  // The page's own colour, dark; a grey page gets slate, and yellow, which is mud when dark, only a breath of it.
  const colour = (page) => {
    const hue = hueOf(page);
    root.style.setProperty('--hue', hue ?? 262);
    root.style.setProperty('--tint', hue === null ? 0.4 : hue > 55 && hue < 130 ? 0.32 : 1);
  };

  const page = document.getElementById('page');
  const begin = () => {
    if (page && page.naturalWidth) colour(page);
    document.querySelectorAll('.fit').forEach(fit);
    const browser = document.querySelector('[data-leave-at]');
    if (browser) {
      browser.style.setProperty('--leave-at', browser.dataset.leaveAt + 's');
      browser.classList.add('leaving');
    }
    root.classList.add('ready');
  };
  // not at the window's load: while the clock stands still, that comes only with the second frame
  if (!page || page.complete) {
    begin();
  } else {
    page.addEventListener('load', begin);
    page.addEventListener('error', begin);
  }
})();
