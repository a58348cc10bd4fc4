/** F6: the focus goes to the next part of the page, to where it was there or to the first thing that takes it. */

const FOCUSABLE =
  'a[href], button:not(:disabled), input:not([hidden]), select, textarea, summary, [tabindex="0"]';

export function nextPanel(direction: 1 | -1): boolean {
  const panels = [...document.querySelectorAll<HTMLElement>('[data-panel]')].filter(
    (panel) => panel.offsetParent !== null,
  );
  if (panels.length === 0) return false;
  // Panels lie in panels: the innermost is where the focus is.
  const at = panels.findLastIndex((panel) => panel.contains(document.activeElement));
  const next = panels[(at + direction + panels.length) % panels.length] ?? panels[0];
  const target =
    next?.querySelector<HTMLElement>('[role=tree] [tabindex="0"], canvas[tabindex="0"]') ??
    next?.querySelector<HTMLElement>(FOCUSABLE);
  (target ?? next)?.focus();
  return true;
}
