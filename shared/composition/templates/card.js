(() => {
  'use strict';
  {% include 'colours.js' %}

  {% include 'palettes.js' %}

  {% include 'fit.js' %}

  const root = document.documentElement;
  const { look, primary, accent, font } = root.dataset;

  const paint = (page) => {
    const hue = page && page.naturalWidth ? colours.hueOf(page) : undefined;
    const palette = palettes[look]({ primary: colours.parse(primary), accent: colours.parse(accent), hue });
    for (const [name, colour] of Object.entries(palette)) root.style.setProperty('--' + name, colours.css(colour));
    const logo = document.getElementById('logo');
    const plate = logo && logo.naturalWidth ? colours.plateOf(logo, palette.ground) : null;
    if (plate) logo.classList.add(plate);
  };

  const begin = () => {
    paint(document.getElementById('page'));
    if (font) root.style.setProperty('--font', `'${font}', var(--sans)`);
    fitting();
    const leaving = document.querySelector('[data-leave-at]');
    if (leaving) {
      leaving.style.setProperty('--leave-at', leaving.dataset.leaveAt + 's');
      leaving.classList.add('leaving');
    }
    root.classList.add('ready');
  };
  // not at the window's load: while the clock stands still, that comes only with the second frame
  const pictures = [...document.images];
  let missing = pictures.filter((picture) => !picture.complete).length;
  const arrived = () => { if (--missing === 0) begin(); };
  for (const picture of pictures.filter((one) => !one.complete)) {
    picture.addEventListener('load', arrived);
    picture.addEventListener('error', arrived);
  }
  if (missing === 0) begin();
})();
