(() => {
  'use strict';
  const root = document.documentElement;
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  if (calm || !('IntersectionObserver' in window)) return;
  root.classList.add('js');

  const count = (number) => {
    const end = Number(number.dataset.count);
    const after = number.dataset.after || '';
    const begin = performance.now();
    const tick = (now) => {
      const part = Math.min(1, Math.max(0, (now - begin) / 1400));
      number.textContent = Math.round(end * (1 - (1 - part) ** 3)) + after;
      if (part < 1) requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  };

  const observer = new IntersectionObserver((entries) => {
    for (const entry of entries.filter((one) => one.isIntersecting)) {
      observer.unobserve(entry.target);
      entry.target.classList.add('seen');
      entry.target.querySelectorAll('[data-count]').forEach(count);
    }
  }, { threshold: 0.18 });
  document.querySelectorAll('.rise, .stage, .chart').forEach((part) => observer.observe(part));

  const top = document.querySelector('.top');
  const stick = () => top.classList.toggle('stuck', scrollY > 8);
  addEventListener('scroll', stick, { passive: true });
  stick();
})();
