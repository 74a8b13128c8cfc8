  // chapters to jump by, and what is said as text: each line of a track is a button
  const clock = (seconds) => Math.floor(seconds / 60) + ':' + String(Math.floor(seconds % 60)).padStart(2, '0');
  const lineOf = (cue, language) => {
    const button = document.createElement('button');
    const time = document.createElement('time');
    const text = document.createElement('bdi');
    button.type = 'button';
    time.textContent = clock(cue.startTime);
    text.textContent = cue.getCueAsHTML().textContent.replace(/\s+/g, ' ').trim();
    text.lang = language;
    button.append(time, text);
    button.addEventListener('click', () => jump(cue.startTime));
    cue.addEventListener('enter', () => button.setAttribute('aria-current', 'true'));
    cue.addEventListener('exit', () => button.removeAttribute('aria-current'));
    return button;
  };
  const writeOut = (track, lines, block) => {
    if (!track || !block) return;
    const write = () => {
      const cues = [...(track.track.cues || [])];
      if (!cues.length || lines.childElementCount) return;
      for (const cue of cues) {
        const item = document.createElement('li');
        item.append(lineOf(cue, track.srclang));
        lines.append(item);
      }
      block.hidden = false;
    };
    if (track.track.mode === 'disabled') track.track.mode = 'hidden'; // else it isn't loaded
    if (track.readyState === 2) write(); else track.addEventListener('load', write);
  };
  writeOut(byId('chapter-track'), byId('marks'), byId('chapters'));
  writeOut(byId('captions'), byId('lines'), byId('transcript'));
