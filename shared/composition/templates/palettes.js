// The colours of each look, from the brand's or else from the page's hue. All that is read has a contrast of 4.5 at least.
const palettes = (() => {
  const { lch, make, contrast, readable, mixed } = colours;
  const WHITE = [255, 255, 255];
  const muddy = (hue) => hue > 55 && hue < 130; // yellow, when dark

  // hue: of the page, null if it is grey, undefined if there is none
  const studio = ({ primary, accent, hue }) => {
    const [light, chroma, own] = primary ? lch(primary) : [0, hue === null ? 0.05 : 1, hue ?? (hue === null ? 262 : 172)];
    const tint = Math.min(chroma < 0.03 ? 0.1 : 1, chroma / 0.12) * (muddy(own) ? 0.32 : 1);
    const ground = make(0.255, 0.048 * tint, own);
    const shape = make(0.315, 0.062 * tint, own);
    const bright = accent ?? (primary ? make(Math.max(light, 0.82), Math.min(chroma, 0.15), own) : make(0.83, 0.145, 75));
    const marked = readable(bright, [ground, shape]);
    return {
      ground, shape, accent: marked,
      shade: make(0.17, 0.035 * tint, own),
      ink: make(0.985, 0.008 * tint, own),
      soft: make(0.86, 0.035 * tint, own),
      'on-accent': readable(make(0.22, 0.05, own), [marked]),
      bar: make(0.96, 0.006, own), dot: make(0.84, 0.012, own), host: make(0.35, 0.02, own), tab: make(0.5, 0.015, own),
    };
  };

  const poster = ({ primary, accent, hue }) => {
    const own = primary ?? readable(hue === null ? make(0.3, 0.02, 262) : make(0.5, 0.22, hue ?? 268), [WHITE], 5);
    const [light, chroma, its] = lch(own);
    const white = contrast(own, WHITE) >= 4.5;
    const ink = white ? WHITE : readable(make(0.18, 0.03, its), [own]);
    // away from the ink if there is room, so that words may stand on it
    const further = white ? light - 0.075 : light + 0.075;
    const shape = make(further < 0.06 ? light + 0.09 : further > 0.985 ? light - 0.06 : further, chroma, its);
    const grounds = [own, shape];
    const wanted = accent ?? (!white ? make(0.27, 0.06, its) : primary ? make(0.9, 0.09, its) : make(0.91, 0.16, 102));
    const block = contrast(wanted, own) < 1.5 ? readable(wanted, [own], 3) : wanted;
    return {
      ground: own, shape, ink: readable(ink, grounds), accent: block,
      lit: accent || white ? readable(wanted, grounds) : readable(ink, grounds),
      soft: readable(mixed(ink, own, 0.86), grounds),
      'on-accent': readable(lch(block)[0] > 0.6 ? make(0.2, 0.03, its) : WHITE, [block]),
    };
  };

  const letter = ({ primary, accent, hue }) => {
    const paper = make(0.972, 0.013, 85);
    const own = primary ?? (hue === null ? make(0.4, 0.02, 262) : make(0.5, 0.14, hue ?? 35));
    const seen = (colour) => (contrast(colour, paper) < 1.25 ? readable(colour, [paper], 1.6) : colour);
    return {
      ground: paper, brand: seen(own), second: seen(accent ?? mixed(own, paper, 0.45)),
      ink: make(0.25, 0.02, 55),
      soft: make(0.43, 0.022, 60),
      line: make(0.83, 0.02, 80),
      lit: readable(own, [paper]),
    };
  };

  return { studio, poster, letter };
})();
