// What the page shows at this moment, as far as the page itself can say. Reads only.
// marks: {name: CSS selectors}.
((marks) => {
  const [COLUMNS, ROWS] = [12, 8];
  const MANY = 3000;  // elements: nothing that stands in the way of a page has so many
  const BUSY = /skeleton|shimmer|spinner|preloader|placeholder-(glow|wave)|\b(loader|loading)\b/i;
  const PICTURES = 'img,canvas,video,svg,iframe,object,embed';
  const ROOTS = '#root,#app,#__next,#__nuxt,#___gatsby,#svelte,#q-app,app-root,[ng-app]';

  const box = (element) => element.getBoundingClientRect();
  const inView = ({left, top, right, bottom, width, height}) => width > 1 && height > 1 &&
    right > 0 && bottom > 0 && left < innerWidth && top < innerHeight;
  const shown = (element) => element.checkVisibility({opacityProperty: true, visibilityProperty: true}) &&
    box(element).width > 1 && box(element).height > 1;
  const said = (element) => (element?.innerText ?? '').trim();
  const all = (selectors, root = document) => [...root.querySelectorAll(selectors)];
  const topAt = (x, y) => {
    let hit = document.elementFromPoint(x, y);
    while (hit?.shadowRoot) {
      const inner = hit.shadowRoot.elementFromPoint(x, y);
      if (!inner || inner === hit) break;
      hit = inner;
    }
    return hit;
  };
  const family = (element) => {  // itself and up to three that hold it
    const held = [];
    for (let at = element; at && at !== document.body && at !== document.documentElement && held.length < 4;) {
      held.push(at);
      at = at.parentElement;
    }
    return held;
  };
  const className = (element) => element.getAttribute('class') ?? '';
  const isBusy = (element) =>
    (BUSY.test(className(element)) || element.getAttribute('aria-busy') === 'true' ||
      element.getAttribute('role') === 'progressbar') &&
    !element.matches(PICTURES) && said(element).length < 40;
  const isPicture = (element) =>
    element.closest(PICTURES) || getComputedStyle(element).backgroundImage.includes('url(');

  const hits = [];  // what is seen at points all over the view
  for (let row = 0.5; row < ROWS; row++) {
    for (let column = 0.5; column < COLUMNS; column++) {
      hits.push(topAt(column * innerWidth / COLUMNS, row * innerHeight / ROWS));
    }
  }
  const kinds = new Map();
  const kindOf = (hit) => {
    const held = family(hit);
    if (held.some(isBusy)) return 'loading';
    return held.length && isPicture(hit) ? 'media' : '';
  };
  for (const hit of hits) if (hit && !kinds.has(hit)) kinds.set(hit, kindOf(hit));
  const share = (kind) => hits.filter((hit) => kinds.get(hit) === kind).length / hits.length;

  const spinner = () => all(
    '[aria-busy=true],[role=progressbar],[class*=spinner i],[class*=load i],[class*=skeleton i]',
  ).slice(0, 200).some((e) => e !== document.body && e !== document.documentElement &&
    isBusy(e) && shown(e) && inView(box(e)));

  const texts = () => {
    const nodes = new Set();
    for (const hit of kinds.keys()) {
      const walker = document.createTreeWalker(hit, NodeFilter.SHOW_TEXT);
      for (let most = 15; most > 0 && nodes.size < 400 && walker.nextNode(); most--) nodes.add(walker.currentNode);
    }
    const found = [];
    for (const node of nodes) {
      const parent = node.parentElement;
      const characters = node.data.trim().length;
      if (!characters || !parent || parent.closest('script,style,noscript,template,option')) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const rect = [...range.getClientRects()].find((r) => inView(r) && r.width > 4 && r.height > 4);
      if (!rect || !shown(parent)) continue;
      const [left, top] = [Math.max(0, rect.left), Math.max(0, rect.top)];
      const [right, bottom] = [Math.min(innerWidth, rect.right), Math.min(innerHeight, rect.bottom)];
      const hit = topAt((left + right) / 2, (top + bottom) / 2);
      if (!hit || !(hit.contains(parent) || parent.contains(hit))) continue;
      found.push([left, top, right - left, bottom - top, characters]);
      if (found.length === 40) break;
    }
    return found;
  };

  const password = () => {
    const field = all('input[type=password]').find((e) => shown(e) && inView(box(e)));
    if (!field) return null;
    let form = field.form;
    for (let at = field.parentElement; !form && at; at = at.parentElement) {
      if (at.querySelectorAll('input,button').length > 1 || at === document.body) form = at;
    }
    const {left, top, right, bottom} = box(form);
    const beside = all('nav,footer,[role=navigation],[role=contentinfo]')
      .filter((e) => !e.contains(form) && !form.contains(e) && !e.parentElement.closest('nav,footer'));
    const outside = text.length -
      [form, ...beside].reduce((sum, e) => sum + said(e).length, 0);
    return {
      x: (left + right) / 2 / innerWidth,
      y: (top + bottom) / 2 / innerHeight,
      outside: Math.max(0, outside),
    };
  };

  const emptyRoot = () => {
    const root = document.querySelector(ROOTS);
    if (!root || said(root) || root.querySelector(PICTURES)) return '';
    return root.id ? `#${root.id}` : root.localName;
  };

  const text = document.querySelectorAll('body *').length < MANY
    ? said(document.body) : document.body.textContent.trim();
  return {
    url: location.href,
    title: document.title.slice(0, 500),
    text: text.slice(0, 20000),
    headings: all('h1,h2,[role=heading]').slice(0, 20).filter(shown).slice(0, 5).map((e) => said(e).slice(0, 200)),
    marks: Object.keys(marks).filter((name) => all(marks[name]).some(shown)),
    addresses: all('iframe[src],script[src]').slice(0, 300).map((e) => e.src.slice(0, 300)),
    fields: all('textarea,input:not([type=hidden],[type=checkbox],[type=radio],[type=button],[type=submit])')
      .filter(shown).length,
    password: password(),
    screens: (document.scrollingElement?.scrollHeight ?? 0) / innerHeight,
    media: share('media'),
    loading: share('loading'),
    spinner: spinner(),
    empty_root: emptyRoot(),
    failed_scripts: performance.getEntriesByType('resource')
      .filter((e) => e.initiatorType === 'script' && e.responseStatus >= 400)
      .slice(0, 5).map((e) => e.name.slice(0, 300)),
    fonts_pending: document.fonts.status === 'loading',
    boxes: texts(),
  };
})
