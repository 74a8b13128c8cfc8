// Colours as sRGB bytes [r, g, b], reasoned about in OKLCH (Björn Ottosson's matrices), judged by WCAG 2's contrast.
const colours = (() => {
  const linear = (byte) => {
    const part = byte / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  };
  const byte = (part) => Math.round(255 * (part <= 0.0031308 ? part * 12.92 : 1.055 * part ** (1 / 2.4) - 0.055));

  // [lightness, chroma, hue in degrees] of sRGB bytes
  const lch = (bytes) => {
    const [r, g, b] = bytes.map(linear);
    const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
    const a = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
    const c = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
    const hue = ((Math.atan2(c, a) * 180) / Math.PI + 360) % 360;
    return [0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s, Math.hypot(a, c), hue];
  };

  // sRGB bytes of a lightness, chroma and hue; a chroma that a screen can't show is lessened until it can
  const make = (lightness, chroma, hue) => {
    const light = Math.min(1, Math.max(0, lightness));
    for (let strength = chroma; ; strength -= 0.004) {
      const most = Math.max(0, strength);
      const [a, b] = [most * Math.cos((hue * Math.PI) / 180), most * Math.sin((hue * Math.PI) / 180)];
      const l = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3;
      const m = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3;
      const s = (light - 0.0894841775 * a - 1.291485548 * b) ** 3;
      const parts = [
        4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
        -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
        -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
      ];
      if (most === 0 || parts.every((part) => part >= -0.0005 && part <= 1.0005)) {
        return parts.map((part) => byte(Math.min(1, Math.max(0, part))));
      }
    }
  };

  const luminance = (bytes) => {
    const [r, g, b] = bytes.map(linear);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };

  // The colour, or the nearest of its hue that can be read on every one of these grounds.
  const readable = (colour, grounds, ratio = 4.6) => {
    const worst = (one) => Math.min(...grounds.map((ground) => contrast(one, ground)));
    const [lightness, chroma, hue] = lch(colour);
    for (let away = 0; away <= 1; away += 0.02) {
      const tries = away === 0 ? [colour] : [make(lightness + away, chroma, hue), make(lightness - away, chroma, hue)];
      const found = tries.find((one) => worst(one) >= ratio);
      if (found) return found;
    }
    return worst([255, 255, 255]) > worst([0, 0, 0]) ? [255, 255, 255] : [0, 0, 0];
  };

  const mixed = (one, other, share) => one.map((part, at) => Math.round(part * share + other[at] * (1 - share)));
  const parse = (hex) => hex && [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  const css = (bytes) => `rgb(${bytes.join(' ')})`;

  const pixelsOf = (image, width, height) => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [width, height];
    const brush = canvas.getContext('2d', { willReadFrequently: true });
    brush.drawImage(image, 0, 0, width, height);
    const bytes = brush.getImageData(0, 0, width, height).data;
    return Array.from({ length: width * height }, (_, at) => bytes.slice(4 * at, 4 * at + 4));
  };

  // The hue, in degrees, that a page is remembered by: strong colours count, pale grounds hardly. null for a grey page.
  const hueOf = (image) => {
    const weights = new Array(36).fill(0);
    for (const [r, g, b] of pixelsOf(image, 64, 36)) {
      const [lightness, chroma, hue] = lch([r, g, b]);
      weights[Math.floor(hue / 10) % 36] += chroma > 0.03 ? chroma ** 2 * (lightness > 0.92 ? 0.25 : 1) : 0;
    }
    const spread = weights.map((weight, at) => weight + 0.5 * (weights[(at + 1) % 36] + weights[(at + 35) % 36]));
    const most = Math.max(...spread);
    return most < 0.04 ? null : spread.indexOf(most) * 10 + 5;
  };

  // What a logo must stand on: nothing, a light plate or a dark one.
  const plateOf = (image, ground) => {
    const seen = pixelsOf(image, 48, 48).filter((pixel) => pixel[3] > 127).map((pixel) => [...pixel.slice(0, 3)]);
    if (!seen.length || seen.length > 0.97 * 48 * 48) return null;
    const lost = seen.filter((pixel) => contrast(pixel, ground) < 1.9).length;
    if (lost < 0.25 * seen.length) return null;
    const onWhite = seen.filter((pixel) => contrast(pixel, [255, 255, 255]) < 1.9).length;
    return onWhite > 0.25 * seen.length ? 'on-dark' : 'on-light';
  };

  return { lch, make, contrast, readable, mixed, parse, css, hueOf, plateOf };
})();
