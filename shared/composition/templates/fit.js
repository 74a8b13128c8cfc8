// Type steps down until the words stand in the room that their style gives them.
const fitting = (() => {
  const number = (element, property) => parseFloat(getComputedStyle(element).getPropertyValue(property)) || 0;

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
    const least = number(text, '--least');
    // scripts that stack marks or join letters want air between lines and none taken between letters
    if (/[\u0590-\u109f\u1780-\u17ff\u2e80-\ud7ff\uf900-\ufdff\ufe70-\ufeff]/.test(text.textContent)) {
      text.classList.add('tall-script');
    }
    const manners = [['line', number(text, '--line')], ['whole', number(text, '--whole')], ['loose', Math.max(0.34, least)], ['anywhere', least]];
    for (const [manner, smallest] of manners) {
      text.classList.add(manner);
      if (step(text, smallest)) return;
      if (manner !== 'anywhere') text.classList.remove(manner);
    }
    const style = getComputedStyle(text);
    const lines = Math.floor(parseFloat(style.maxHeight) / parseFloat(style.lineHeight));
    text.style.setProperty('--lines', Math.max(1, lines));
    text.classList.add('clamped');
  };

  // Where the rooms of a column add up to more than it has, each gives up the same share.
  const share = (column) => {
    const texts = [...column.children].filter((child) => child.classList.contains('fit'));
    const style = getComputedStyle(column);
    let free = column.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom);
    for (const child of column.children) {
      const own = getComputedStyle(child);
      free -= parseFloat(own.marginTop) + parseFloat(own.marginBottom);
      if (!texts.includes(child)) free -= child.offsetHeight;
    }
    const wanted = texts.reduce((sum, text) => sum + parseFloat(getComputedStyle(text).maxHeight), 0);
    if (wanted > free) texts.forEach((text) => text.style.setProperty('--share', free / wanted));
  };

  return () => {
    document.querySelectorAll('.words').forEach(share);
    document.querySelectorAll('.fit').forEach(fit);
  };
})();
