// What we run inside a page, in a world of our own: the page's scripts can neither see nor change it.
globalThis.reel ??= (() => {
  const shut = new Set(['hidden', 'clip']);
  const overflow = (element) => (element ? getComputedStyle(element).overflowY : 'visible');
  const room = (element) => element.scrollHeight - element.clientHeight;

  // ---- scrolling: the document, or the box that scrolls in its place

  let found = null;
  const scroller = () => {
    const root = document.scrollingElement || document.documentElement;
    const locked = shut.has(overflow(document.documentElement)) || shut.has(overflow(document.body));
    if (root && room(root) > 1 && !locked) return root;
    if (found?.isConnected && room(found) > 1) return found;
    const area = (element) => element.clientWidth * element.clientHeight;
    found = [...document.querySelectorAll('body *')]
      .filter((e) => room(e) > 1 && area(e) > innerWidth * innerHeight * 0.3)
      .filter((e) => ['auto', 'scroll'].includes(overflow(e)))
      .sort((a, b) => area(b) - area(a))[0] ?? null;
    return found;
  };

  // ---- style sheets of ours, put back if the page throws them out

  const sheets = new Map();
  const style = (name, css) => {
    let sheet = sheets.get(name);
    if (!sheet) sheets.set(name, (sheet = new CSSStyleSheet()));
    sheet.replaceSync(css);
    keep();
  };
  const keep = () => {
    const adopted = document.adoptedStyleSheets;
    const gone = [...sheets.values()].filter((sheet) => !adopted.includes(sheet));
    if (gone.length) document.adoptedStyleSheets = [...adopted, ...gone];
  };

  // ---- what is drawn over the page: cursor, ripple, light

  let host = null, root = null, drawn = {}, covers = -1;
  const SHEET = `
    :host { all: initial }
    * { position: absolute; left: 0; top: 0; pointer-events: none; box-sizing: border-box }
    #cursor { width: 32px; height: 32px; filter: drop-shadow(0 2px 3px #0007); transform-origin: 4px 3px }
    #cursor svg { width: 100%; height: 100%; display: none }
    #cursor[data-shape=arrow] .arrow, #cursor[data-shape=hand] .hand, #cursor[data-shape=text] .text
      { display: block }
    #ripple { width: 72px; height: 72px; margin: -36px 0 0 -36px; border-radius: 50%;
      background: #3b82f640; border: 3px solid #3b82f6; box-shadow: 0 0 0 1px #fff8 }
    #light { border-radius: 12px; box-shadow: 0 0 0 200vmax #0b122080, 0 0 0 3px #fff, 0 0 0 6px #3b82f6,
      0 8px 40px #0008 }`;
  const SHAPES = `
    <svg class="arrow" viewBox="0 0 32 32"><path d="M4 3v22l5.6-5.2 3.6 8.4 4.2-1.8-3.6-8.2 7.8-.6z"
      fill="#111" stroke="#fff" stroke-width="2" stroke-linejoin="round"/></svg>
    <svg class="hand" viewBox="0 0 32 32"><path transform="translate(-6 0)" d="M12.2 17.6V5.4a2.3 2.3 0 0 1
      4.6 0v8.2l.2-1.6a2.1 2.1 0 0 1 4.2.2v1.2a2.1 2.1 0 0 1 4.1.5v1a2 2 0 0 1 3.9.6v6.2c0 4.6-2.9 7.5-7.2
      7.5h-2.6c-2.9 0-4.7-1.2-6.2-3.5l-4.6-6.9a2.2 2.2 0 0 1 3.6-2.5z"
      fill="#fff" stroke="#111" stroke-width="1.8" stroke-linejoin="round"/></svg>
    <svg class="text" viewBox="0 0 32 32"><g fill="none" stroke-linecap="round"><path d="M3 3q3 0 4 2q1-2 4-2
      M7 5v18M3 25q3 0 4-2q1 2 4 2" stroke="#fff" stroke-width="4.5"/><path d="M3 3q3 0 4 2q1-2 4-2M7 5v18M3
      25q3 0 4-2q1 2 4 2" stroke="#111" stroke-width="2"/></g></svg>`;
  const open = () => {
    if (!host) {
      host = document.createElement('div');
      host.style.cssText = 'all:initial!important;position:fixed!important;inset:0!important;' +
        'display:block!important;border:0!important;margin:0!important;padding:0!important;' +
        'width:100%!important;height:100%!important;background:none!important;overflow:hidden!important;' +
        'pointer-events:none!important;z-index:2147483647!important';
      host.popover = 'manual';
      root = host.attachShadow({mode: 'closed'});
      root.innerHTML = `<style>${SHEET}</style><div id=light hidden></div><div id=ripple hidden></div>
        <div id=cursor hidden>${SHAPES}</div>`.replaceAll(' hidden', ' style="display:none"');
    }
    // above whatever the page puts on top: the last one shown lies highest
    const others = document.querySelectorAll(':modal, [popover]:popover-open').length;
    if (!host.isConnected) { document.documentElement.append(host); covers = -1; }
    if (others !== covers || !host.matches(':popover-open')) {
      if (host.matches(':popover-open')) host.hidePopover();
      host.showPopover();
      covers = document.querySelectorAll(':modal, [popover]:popover-open').length;
    }
    return root;
  };
  const put = (id, styles) => {
    const element = open().getElementById(id);
    element.style.display = styles ? 'block' : 'none';
    for (const [name, value] of Object.entries(styles ?? {})) element.style[name] = value;
    return element;
  };
  const shapeAt = (x, y) => {
    let element = document.elementFromPoint(x, y);
    while (element?.shadowRoot) {
      const inner = element.shadowRoot.elementFromPoint(x, y);
      if (!inner || inner === element) break;
      element = inner;
    }
    const cursor = element ? getComputedStyle(element).cursor : 'auto';
    if (cursor === 'pointer' || (cursor === 'auto' && element?.closest('a[href]'))) return 'hand';
    if (cursor === 'text') return 'text';
    const field = element?.closest('textarea, input:not([type=button], [type=submit], [type=checkbox], ' +
      '[type=radio], [type=range], [type=file], [type=image], [type=reset], [type=color])');
    return cursor === 'auto' && field ? 'text' : 'arrow';
  };
  const draw = (what) => {
    if (!document.documentElement) return;  // another page has only just begun
    const {cursor, ripple, light} = what;
    if (cursor) {
      const [x, y, press] = cursor;
      const hot = {arrow: [4, 3], hand: [8.5, 3], text: [7, 14]};
      const shape = shapeAt(x, y);
      const [dx, dy] = hot[shape];
      put('cursor', {transform: `translate(${x - dx}px, ${y - dy}px) scale(${press ? 0.86 : 1})`})
        .dataset.shape = shape;
    } else if (drawn.cursor) put('cursor', null);
    if (ripple) {
      const [x, y, part] = ripple;  // part: of its life, 0 to 1
      put('ripple', {
        transform: `translate(${x}px, ${y}px) scale(${0.2 + 0.8 * (1 - (1 - part) ** 3)})`,
        opacity: String(Math.min(1, 2 * (1 - part))),
      });
    } else if (drawn.ripple) put('ripple', null);
    if (light) {
      const [x, y, width, height, strength] = light;
      put('light', {
        transform: `translate(${x}px, ${y}px)`, width: `${width}px`, height: `${height}px`,
        opacity: String(strength),
      });
    } else if (drawn.light) put('light', null);
    drawn = what;
  };

  // ---- what stands on the page, for whoever plans a tour of it

  const pathOf = (element) => {
    const parts = [];
    for (let e = element; e && e !== document.documentElement; e = e.parentElement) {
      if (e.id && document.querySelectorAll(`#${CSS.escape(e.id)}`).length === 1) {
        parts.unshift(`#${CSS.escape(e.id)}`);
        break;
      }
      const twins = [...(e.parentElement?.children ?? [])].filter((twin) => twin.localName === e.localName);
      const place = twins.length > 1 ? `:nth-of-type(${twins.indexOf(e) + 1})` : '';
      parts.unshift(CSS.escape(e.localName) + place);
    }
    return parts.join(' > ');
  };
  const shown = (element) =>
    element.checkVisibility({opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true});
  const CALLS = /\b(start|try|sign ?up|get|book|demo|buy|contact|talk|trial|join|request|schedule|prueba|comenz|empez|solicit|reserv|jetzt|kostenlos|testen|essayer|commencer|démo)/i;
  const landmarks = () => {
    const box = scroller();
    const origin = box && box !== document.scrollingElement ? box.getBoundingClientRect().top : 0;
    const scrolled = box ? box.scrollTop : 0;
    const plain = 'h1, h2, h3, h4, [role=heading]';
    const few = document.querySelectorAll(plain).length < 3;
    const wanted = [
      ['heading', few ? `${plain}, h5, h6, dt, legend, [class*=title i]` : plain],
      ['section', 'main > section, body > section, article, [id] > section'],
      ['call', 'a[href], button, [role=button]'],
    ];
    const seen = [];
    for (const [kind, selector] of wanted) {
      for (const element of [...document.querySelectorAll(selector)].slice(0, 3000)) {
        const text = (element.innerText ?? '').trim().replace(/\s+/g, ' ').slice(0, 120);
        const {left, top, width, height} = element.getBoundingClientRect();
        if (width < 24 || height < 12 || !text || !shown(element)) continue;
        if (kind === 'call') {
          const looks = getComputedStyle(element);
          const filled = looks.backgroundColor !== 'rgba(0, 0, 0, 0)' || looks.backgroundImage !== 'none';
          if (!filled || text.length > 40 || width > innerWidth / 2 || !CALLS.test(text)) continue;
        }
        if (left + width < 0 || left > innerWidth) continue;
        const stuck = kind === 'call' && element.closest('header, nav') !== null;
        seen.push({kind, text, top: top + scrolled - origin, left, width, height, stuck,
          selector: pathOf(element)});
        if (seen.length >= 400) return seen;
      }
    }
    return seen.sort((a, b) => a.top - b.top);
  };

  // The key without a name that makes the browser deliver our moves (hand.py) is nobody's business.
  addEventListener('keyup', (event) => {
    if (event.isTrusted && !event.code && !event.keyCode) event.stopImmediatePropagation();
  }, true);

  // A page at rest leaves the compositor, and what changes next may then miss its frame: one change in a
  // thousand did. Whoever wants every frame is served every frame.
  const awake = () => {
    if (Object.values(drawn).some(Boolean)) open();  // in case the page took it away, or covered it
    requestAnimationFrame(awake);
  };
  awake();

  return {
    state: () => {
      document.documentElement?.offsetHeight;  // laid out once, so that its fonts are asked for
      return [document.readyState, document.fonts.status];
    },
    look: () => {
      const element = scroller();
      return {
        title: document.title.slice(0, 500),
        room: element ? room(element) : 0,
        text: (document.body?.innerText ?? '').trim().slice(0, 200000),
        parts: [...document.querySelectorAll('img[src],link[rel=stylesheet],video[src],iframe[src]')]
          .slice(0, 2000).map((e) => e.src || e.href).filter((url) => url.length < 2000),
      };
    },
    // milliseconds from the last frame until an animation sets in; 0 while one is under way, null if none is left
    rest: () => {
      if (document.readyState !== 'complete' || document.fonts.status !== 'loaded') return 0;
      let next = Infinity;
      for (const animation of document.getAnimations()) {
        const {playState, currentTime, timeline, pending, playbackRate, effect} = animation;
        if (pending || timeline !== document.timeline || playbackRate !== 1) return 0;
        if (playState === 'finished' || playState === 'paused') continue;
        const {delay} = effect.getComputedTiming();
        if (playState !== 'running' || currentTime === null || currentTime >= delay) return 0;
        next = Math.min(next, delay - currentTime);
      }
      return next === Infinity ? null : next;
    },
    text: (most) => (document.body?.innerText ?? '').trim().slice(0, most),
    landmarks,
    keep,
    draw,
    hide: (selectors) => {
      document.documentElement.querySelector(selectors.join(', '));  // says so if it is no selector
      style('hidden', selectors.length ? `${selectors.join(', ')} { display: none !important }` : '');
    },
    restart: () => document.getAnimations().forEach((animation) => { animation.currentTime = 0; }),
    place: () => {
      const element = scroller();
      return element ? [element.scrollTop, room(element), scrollX, scrollY] : [0, 0, scrollX, scrollY];
    },
    steady: () => {  // snapping and smooth scrolling would pull an eased scroll back
      style('steady', '*{scroll-snap-type:none!important;scroll-behavior:auto!important}');
    },
    scroll: (top) => { scroller()?.scrollTo({top, behavior: 'instant'}); },
  };
})();
