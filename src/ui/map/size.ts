/** Sizes of elements in CSS and in device pixels, told again whenever they change. */

export function watchSize(
  element: Element,
  told: (box: { width: number; height: number }, entry: ResizeObserverEntry) => void,
): () => void {
  const observer = new ResizeObserver((entries) => {
    const entry = entries.at(-1);
    if (entry) told(entry.contentRect, entry);
  });
  observer.observe(element);
  return () => observer.disconnect();
}

/** Width in whole device pixels: exact where the browser says it, so that no column is blurred. */
export function deviceSize(entry: ResizeObserverEntry, ratio: number): number {
  const exact = entry.devicePixelContentBoxSize?.[0]?.inlineSize;
  return Math.max(1, Math.round(exact ?? entry.contentRect.width * ratio));
}
