// Takes consent banners out of the picture: refuses by the banner's own button where it has one, else closes
// it, and hides it before it is painted. Nothing else is touched, and nothing is clicked that leads away.
// It acts in animation frames and when it is asked, so always at the same moments of the page's time.
((known) => {
  const CLICK_AFTER = 300;  // ms on the page: by then whoever drew the banner listens to its buttons
  const UNLOCK_FOR = 3000;
  const LOOK_EVERY = 100;
  const MOST_CLICKS = 5;
  const MOST_HIDDEN = 20;
  const LONGEST = 6000;  // characters: a longer text is a page, not a banner
  const BUTTONS = 'button,[role=button],a,input[type=button],input[type=submit]';
  const word = Object.fromEntries(Object.entries(known.words).map(([name, text]) => [name, new RegExp(text, 'i')]));
  const vendors = known.vendors;
  const anyVendor = vendors.map((vendor) => vendor.host ?? vendor.banner).join(',');

  const events = [];
  const hidden = new Map();  // element -> name of its kind
  const pending = [];
  const candidates = new Set();
  let added = [];
  let grown = true;  // since the whole page was looked at
  let present = [];  // vendors whose elements are on the page
  let clicks = 0;
  let unlockUntil = -1;
  let wasModal = false;
  let lookedAt = -LOOK_EVERY;

  const now = () => performance.now();
  const style = (element) => getComputedStyle(element);
  const all = (selectors, root = document) => selectors ? [...root.querySelectorAll(selectors)] : [];
  const said = (element) => (element.innerText || element.textContent || '').trim();
  const holder = (node) => node.parentElement ?? (node.getRootNode() instanceof ShadowRoot ? node.getRootNode().host : null);
  const frameDocument = (frame) => { try { return frame.contentDocument; } catch { return null; } };
  const inView = (element) => {
    if (!element.isConnected || !element.checkVisibility({visibilityProperty: true})) return false;
    const boxes = [element, ...element.children].map((e) => e.getBoundingClientRect());
    return boxes.some((b) => b.width > 1 && b.height > 1 && b.right > 0 && b.bottom > 0 &&
      b.left < innerWidth && b.top < innerHeight);
  };
  const share = (element) => {  // of the view
    const b = element.getBoundingClientRect();
    const width = Math.min(innerWidth, b.right) - Math.max(0, b.left);
    const height = Math.min(innerHeight, b.bottom) - Math.max(0, b.top);
    return Math.max(0, width) * Math.max(0, height) / (innerWidth * innerHeight);
  };

  // --- what is a banner ---
  const label = (button) =>
    (button.innerText || button.value || button.textContent || button.ariaLabel || button.title || '').trim().slice(0, 80);
  const labels = (button) => [label(button), button.getAttribute('aria-label')?.trim() ?? ''].filter(Boolean);
  const says = (button, pattern) => labels(button).some((text) => pattern.test(text));
  const uses = new RegExp(
    `(?:${known.words.use})[^.!?。]{0,80}?(?:${known.words.cookie})|(?:${known.words.cookie})[^.!?。]{0,80}?(?:${known.words.use})`, 'i');
  const supports = new RegExp(known.words.privacy, 'gi');
  const speaks = (text) => {
    if (text.length > LONGEST || word.other.test(text)) return false;
    const support = new Set((text.match(supports) ?? []).map((match) => match.toLowerCase())).size;
    return uses.test(text) || support >= (word.cookie.test(text) ? 2 : 3);
  };
  const isConsent = (element) => {
    if (element.querySelector('main,article,nav,textarea,[contenteditable],input:not([type=checkbox],[type=radio],[type=hidden],[type=button],[type=submit])')) return false;
    if (element.matches('main,article,nav,html,body') || !speaks(said(element))) return false;
    return all(BUTTONS, element).some((button) => says(button, word.agree) || says(button, word.manage) ||
      says(button, word.close) || (says(button, word.reject) && !/^no,? thanks/i.test(label(button))));
  };
  const isOver = (element) => element.matches('dialog,[popover]') || ['fixed', 'sticky'].includes(style(element).position) ||
    (element.matches('[role=dialog],[role=alertdialog],[aria-modal=true]') && style(element).position === 'absolute');
  const overlay = (node, climbed) => {  // the outermost that lies over the page and is nothing but the banner
    let found = null;
    for (let at = holder(node); at && at !== document.body && at !== document.documentElement; at = holder(at)) {
      if (climbed.has(at)) break;
      climbed.add(at);
      if (isOver(at) && isConsent(at)) found = at;
    }
    return found;
  };
  const search = (root, most, climbed = new Set()) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    for (let visited = 0; visited < most && walker.nextNode(); visited++) {
      const node = walker.currentNode;
      if (node.nodeType === Node.ELEMENT_NODE) {
        if (node.shadowRoot) search(node.shadowRoot, 2000, climbed);
      } else if (node.data.length > 3 && (word.cookie.test(node.data) || word.privacy.test(node.data)) &&
                 !['SCRIPT', 'STYLE', 'NOSCRIPT', 'TEMPLATE'].includes(node.parentElement?.tagName)) {
        const found = overlay(node, climbed);
        if (found) candidates.add(found);
      }
    }
  };

  // --- taking it away ---
  const hide = (element, name) => {
    if (hidden.has(element) || hidden.size >= MOST_HIDDEN) return;
    hidden.set(element, name);
    element.style.setProperty('display', 'none', 'important');
  };
  const canClick = (button, within) => {
    if (button.disabled || (button.form && button.type === 'submit' && button.form.method !== 'dialog')) return false;
    const href = button.closest('a')?.getAttribute('href');
    if (href && !/^(#|javascript:)/i.test(href)) return false;
    for (let at = button; at && at !== within; at = holder(at)) {
      if (style(at).display === 'none' || style(at).visibility === 'hidden') return false;
    }
    return true;
  };
  const click = (button) => {
    button.closest('a')?.addEventListener('click', (event) => event.preventDefault(), {once: true});
    button.click();
  };
  const button = (banner, {root, vendor}) => {
    const roots = [root, ...all('iframe', banner).map(frameDocument).filter(Boolean)];
    const named = (selectors) => roots.flatMap((one) => all(selectors, one)).find((one) => canClick(one, banner));
    const called = (pattern) => [banner, ...roots.slice(1)].flatMap((one) => all(BUTTONS, one))
      .find((one) => says(one, pattern) && canClick(one, banner));
    const refusal = named(vendor?.reject) ?? called(word.reject);
    if (refusal) return [refusal, 'refused'];
    const closing = named(vendor?.close) ?? called(word.close);
    return closing ? [closing, 'closed'] : [null, 'hidden'];
  };
  const answer = ({banner, name, where}) => {
    let how = 'hidden';
    const reloaded = performance.getEntriesByType('navigation')[0]?.type === 'reload' || document.referrer === location.href;
    if (clicks < MOST_CLICKS && !reloaded && banner.isConnected) {  // a page that reloads at every answer would never end
      const [found, way] = button(banner, where);
      if (found) {
        clicks += 1;
        click(found);
        how = way;
      }
    }
    for (const dialog of [banner, ...all('dialog[open]', banner)]) if (dialog.matches('dialog[open]')) dialog.close();
    events.push([name, how]);
    unlockUntil = now() + UNLOCK_FOR;
  };
  const take = (banner, name, where, behind) => {
    const modal = banner.matches('[aria-modal=true],dialog:modal') || all('[aria-modal=true]', banner).length > 0 ||
      share(banner) > 0.5 || [...banner.children].some((e) => share(e) > 0.5) || behind.some((e) => share(e) > 0.5);
    wasModal ||= modal;
    hide(banner, name);
    behind.forEach((element) => hide(element, name));
    pending.push({banner, name, where, at: now() + CLICK_AFTER});
    unlockUntil = now() + UNLOCK_FOR;
  };
  const backdrops = (banner) => all('body *').filter((element) =>  // an empty veil over everything, beside the banner
    !element.contains(banner) && !banner.contains(element) && style(element).position === 'fixed' &&
    !element.querySelector('img,video,canvas,svg,iframe,input,button') && !said(element) && share(element) > 0.9 &&
    (element.parentElement === banner.parentElement || /backdrop|overlay|modal|mask/i.test(element.className)));

  // --- the page behind it ---
  const locked = (element) => ['hidden', 'clip'].includes(style(element).overflowY) || style(element).position === 'fixed';
  const unlock = () => {
    const both = [document.documentElement, document.body].filter(Boolean);
    for (const element of both) {
      element.classList.remove(...known.locks.filter((name) => element.classList.contains(name)));
      if (/hidden|clip/.test(element.style.overflow + element.style.overflowY)) {
        for (const name of ['overflow', 'overflow-x', 'overflow-y', 'padding-right', 'touch-action']) element.style.removeProperty(name);
      }
      if (element.style.position === 'fixed') {
        const top = -parseFloat(element.style.top || '0');
        for (const name of ['position', 'top', 'left', 'right', 'width']) element.style.removeProperty(name);
        if (top > 0) scrollTo({top, behavior: 'instant'});
      }
    }
    if (wasModal && both.some(locked) && document.body.scrollHeight > innerHeight * 1.05) {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync('html,body{overflow:visible!important}body{position:static!important}');
      document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
      wasModal = false;  // once is enough
    }
    for (const element of all('body [inert],body>[aria-hidden=true]')) {
      if (share(element) < 0.3 || style(element).position === 'fixed') continue;
      element.removeAttribute('inert');
      element.removeAttribute('aria-hidden');
    }
  };

  // --- when ---
  const meet = () => {
    present = document.querySelector(anyVendor)
      ? vendors.filter((vendor) => document.querySelector(vendor.host ?? vendor.banner)) : [];
  };
  const knownBanners = () => {
    for (const vendor of present) {
      for (const host of vendor.host ? all(vendor.host) : [null]) {
        const root = host ? host.shadowRoot : document;
        const banners = root ? all(vendor.banner, root).filter((e) => !hidden.has(e) && inView(e)) : [];
        const outer = banners.filter((e) => !banners.some((other) => other !== e && other.contains(e)));
        if (outer.length && !(host && hidden.has(host))) {
          const behind = all(vendor.also, root);
          outer.forEach((banner) => take(banner, vendor.name, {root, vendor}, behind));
          if (host) hide(host, vendor.name);
        }
      }
    }
  };
  const otherBanners = () => {
    for (const banner of candidates) {
      if (!banner.isConnected) candidates.delete(banner);
      else if (!hidden.has(banner) && inView(banner) && isConsent(banner)) {
        const modal = share(banner) <= 0.9 && !banner.matches('dialog');
        take(banner, 'other', {root: banner, vendor: null}, modal ? backdrops(banner) : []);
      }
    }
  };
  const keep = () => {
    for (const [element] of hidden) {
      if (element.isConnected && style(element).display !== 'none') element.style.setProperty('display', 'none', 'important');
    }
  };
  const frame = () => {
    if (!document.body) return;
    const nodes = added;
    added = [];
    if (nodes.length && now() - lookedAt >= LOOK_EVERY) {
      lookedAt = now();
      for (const node of nodes) {
        if (!node.isConnected) continue;
        search(node, 500);
        if (node.matches(anyVendor) || node.querySelector(anyVendor)) meet();
      }
    } else if (nodes.length) {
      added = nodes;  // look at them soon
    }
    knownBanners();
    otherBanners();
    keep();
    while (pending.length && document.readyState === 'complete' && pending[0].at <= now()) answer(pending.shift());
    if (now() < unlockUntil) unlock();
  };
  const everyFrame = () => {
    frame();
    requestAnimationFrame(everyFrame);
  };
  new MutationObserver((records) => {
    grown = true;
    for (const record of records) {
      for (const node of record.addedNodes) {
        if (node.nodeType === Node.ELEMENT_NODE && added.length < 300) added.push(node);
      }
    }
  }).observe(document, {childList: true, subtree: true});
  requestAnimationFrame(everyFrame);

  const covers = (hit) => {
    for (let at = hit; at && at !== document.body && at !== document.documentElement; at = holder(at)) {
      const {position, zIndex} = style(at);
      const over = position === 'fixed' || position === 'sticky' || (position === 'absolute' && zIndex > 0);
      if (!over && !at.matches('dialog')) continue;
      const frames = all('iframe', at).concat(at.matches('iframe') ? [at] : []);
      if (frames.some((e) => /consent|cookie|privacy-?m|\bcmp\b|gdpr/i.test([e.src, e.title, e.id].join(' ')))) return true;
      const text = said(at);
      if (!at.querySelector('main,article') && text.length > 20 && speaks(text)) return true;
    }
    return false;
  };

  return {
    // Look at the whole page now. What was done since it was asked last, and whether something is still to do.
    pass: () => {
      if (document.body) {
        if (grown) {
          grown = false;
          search(document.body, 20000);
          meet();
        }
        frame();
      }
      return {done: events.splice(0), pending: pending.length > 0};
    },
    // The part of the view that a banner still covers.
    cover: () => {
      const [columns, rows] = [8, 6];
      let count = 0;
      for (let row = 0.5; row < rows; row++) {
        for (let column = 0.5; column < columns; column++) {
          const hit = document.elementFromPoint(column * innerWidth / columns, row * innerHeight / rows);
          if (hit && covers(hit)) count += 1;
        }
      }
      return count / (columns * rows);
    },
  };
})
