/** State that outlives the screen that asked for it first. */

/** What is derived in `make` ends with nobody's screen. */
export function lasting<T>(make: () => T): T {
  let made: { readonly value: T } | null = null;
  $effect.root(() => {
    made = { value: make() };
  });
  const { value } = made ?? { value: make() };
  return value;
}
