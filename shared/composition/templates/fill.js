(() => {
  'use strict';
  document.currentScript.remove();
  const data = JSON.parse(document.getElementById('leadreel').textContent);
  const STOPS = '.!?\u2026\u3002\uff01\uff1f';
  const PLACEHOLDER = /\{([\p{L}\p{N}_]+)(?:\|([^{}|]*))?\}/gu;
  const PICTURES = ['logo', 'page'];
  const WORDLESS = new Set(['SCRIPT', 'STYLE', 'NOSCRIPT', 'TEMPLATE', 'IFRAME']);

  // The pieces of a text: [name of the field, or '', and what is shown]. What stands in a value is never read again.
  const pieces = (text) => {
    const found = [];
    let before = '';
    let at = 0;
    const literal = (words) => {
      // a value that ends a sentence itself (Acme Inc.) swallows the full stop after it
      const shown = before && STOPS.includes(before.at(-1)) && words.startsWith('.') ? words.slice(1) : words;
      found.push(['', shown]);
      before += shown;
    };
    for (const match of text.matchAll(PLACEHOLDER)) {
      const [all, name, fallback = ''] = match;
      if (!Object.hasOwn(data.fields, name)) continue;
      literal(text.slice(at, match.index));
      let value = data.fields[name];
      if (!value) {
        const opens = before.trim() && STOPS.includes(before.trimEnd().at(-1));
        value = opens ? fallback.charAt(0).toUpperCase() + fallback.slice(1) : fallback;
      }
      found.push([name, value]);
      before += value;
      at = match.index + all.length;
    }
    literal(text.slice(at));
    return found;
  };

  const filled = (text) => pieces(text).map(([, words]) => words).join('');

  // A value stands in a <bdi> that names its field, so that it can be found, and keeps its own direction.
  const fillText = (node) => {
    const parent = node.parentElement;
    if (!parent || WORDLESS.has(parent.tagName)) return;
    const plain = parent.namespaceURI !== 'http://www.w3.org/1999/xhtml' || /^(TITLE|TEXTAREA|OPTION)$/.test(parent.tagName);
    if (plain) {
      node.textContent = filled(node.textContent);
      return;
    }
    node.replaceWith(...pieces(node.textContent).map(([name, words]) => {
      if (!name) return document.createTextNode(words);
      const mark = document.createElement('bdi');
      mark.dataset.leadreel = name;
      mark.textContent = words;
      return mark;
    }));
  };

  const texts = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  const nodes = [];
  while (texts.nextNode()) if (texts.currentNode.textContent.includes('{')) nodes.push(texts.currentNode);
  nodes.forEach(fillText);

  for (const name of ['alt', 'title']) {
    for (const element of document.querySelectorAll(`[${name}*="{"]`)) element.setAttribute(name, filled(element.getAttribute(name)));
  }

  for (const picture of document.querySelectorAll('img[data-src]')) {
    const uri = PICTURES.includes(picture.dataset.src) ? data[picture.dataset.src] : null;
    if (uri) picture.src = uri; else picture.remove();
  }

  const style = document.documentElement.style;
  if (data.primary) style.setProperty('--primary', data.primary);
  if (data.accent) style.setProperty('--accent', data.accent);
  if (data.font) style.setProperty('--font', `'${data.font}'`);
})();
