/**
 * The one registry of single keys. Whoever handles a key registers it here, so that `?` shows them all. Typing in a field
 * switches single keys off; keys with Control, Alt or Meta are the browser's.
 */

export interface KeyBinding {
  /** As `KeyboardEvent.key` gives them; any of these. */
  readonly keys: readonly string[];
  /** How the keys are written in the list; the keys themselves where left out. */
  readonly shown?: readonly string[];
  readonly label: string;
  /** Left out where the panel that has the focus handles the key itself. Returns false to leave the key to others. */
  readonly run?: (event: KeyboardEvent) => unknown;
}

export interface KeyGroup {
  readonly title: string;
  readonly bindings: readonly KeyBinding[];
}

const TEXT_FIELDS =
  'input:not([type=checkbox], [type=radio], [type=range], [type=button]), textarea, select, [contenteditable=true]';
/** Space and Enter belong to these when they have the focus. */
const PRESSABLE = 'button, a[href], summary, input, [role=treeitem], [role=option], [role=menuitem]';

export class KeyRegistry {
  private readonly registered = new Set<KeyGroup>();

  /** Returns the way to take the group out again. */
  register(title: string, bindings: readonly KeyBinding[]): () => void {
    const group = { title, bindings };
    this.registered.add(group);
    return () => {
      this.registered.delete(group);
    };
  }

  /** Groups of the same title joined, in the order in which they came. */
  get groups(): readonly KeyGroup[] {
    const byTitle = new Map<string, KeyBinding[]>();
    for (const { title, bindings } of this.registered) {
      byTitle.set(title, [...(byTitle.get(title) ?? []), ...bindings]);
    }
    return [...byTitle].map(([title, bindings]) => ({ title, bindings }));
  }

  handle(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest('dialog')) return;
    if (target?.matches(TEXT_FIELDS) && !/^F\d/.test(event.key)) return;
    if ((event.key === ' ' || event.key === 'Enter') && target?.closest(PRESSABLE)) return;
    for (const { bindings } of this.registered) {
      for (const { keys, run } of bindings) {
        if (!run || !keys.includes(event.key) || run(event) === false) continue;
        event.preventDefault();
        return;
      }
    }
  }
}

/** One page, one registry. */
export const keys = new KeyRegistry();
