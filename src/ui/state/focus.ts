/** Where the focus goes when what had it is gone. */

/** Moves the focus only when nothing has it: a reader who is elsewhere stays there. */
export function focusIfLost(target: HTMLElement | null | undefined): void {
  const { activeElement } = document;
  if (activeElement === null || activeElement === document.body) target?.focus({ preventScroll: true });
}
