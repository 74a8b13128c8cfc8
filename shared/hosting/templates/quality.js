  // one rung of the ladder, or whichever fits the line; only hls.js lets a page choose
  const quality = byId('quality');
  const nameOf = (level) => Math.min(level.width, level.height) + 'p';

  const offerQualities = (Hls) => {
    const menu = byId('qualities');
    let chosen = -1; // the number of a rung
    const show = () => {
      const current = hls.levels[hls.currentLevel];
      byId('quality-name').textContent = chosen < 0 ? 'Auto' : nameOf(hls.levels[chosen]);
      menu.querySelector('small').textContent = chosen < 0 && current ? nameOf(current) : '';
    };
    const choice = (value, name) => {
      const label = document.createElement('label');
      const radio = document.createElement('input');
      radio.type = 'radio';
      radio.name = 'quality';
      radio.value = String(value);
      radio.checked = value === -1;
      radio.addEventListener('change', () => { chosen = value; hls.nextLevel = value; show(); });
      label.append(radio, name);
      if (value === -1) label.append(document.createElement('small'));
      return label;
    };
    hls.on(Hls.Events.MANIFEST_PARSED, () => {
      if (hls.levels.length < 2) return;
      for (const old of menu.querySelectorAll('label')) old.remove();
      const rungs = hls.levels.map((level, number) => choice(number, nameOf(level))).reverse();
      menu.append(choice(-1, 'Auto'), ...rungs);
      quality.hidden = false;
      show();
    });
    hls.on(Hls.Events.LEVEL_SWITCHED, () => { if (!quality.hidden) show(); });
  };

  const openQualities = (open) => {
    byId('qualities').hidden = !open;
    byId('quality-now').setAttribute('aria-expanded', String(open));
    quality.classList.toggle('open', open);
    if (open) quality.querySelector('input:checked').focus();
  };
  const withdrawQualities = () => { if (quality && !quality.hidden) { openQualities(false); quality.hidden = true; } };

  if (quality) {
    const isOpen = () => quality.classList.contains('open');
    byId('quality-now').addEventListener('click', () => openQualities(!isOpen()));
    quality.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || !isOpen()) return;
      openQualities(false);
      byId('quality-now').focus();
    });
    document.addEventListener('pointerdown', (event) => { if (isOpen() && !quality.contains(event.target)) openQualities(false); });
    quality.addEventListener('focusout', (event) => { if (isOpen() && event.relatedTarget && !quality.contains(event.relatedTarget)) openQualities(false); });

    // out of the picture while nobody moves
    let rest = 0;
    const stir = () => {
      player.classList.remove('still');
      clearTimeout(rest);
      rest = setTimeout(() => { if (!video.paused) player.classList.add('still'); }, 2600);
    };
    for (const name of ['pointermove', 'pointerdown', 'keydown']) player.addEventListener(name, stir);
    for (const name of ['play', 'pause']) video.addEventListener(name, stir);
  }
