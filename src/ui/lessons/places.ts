/** The places that a step points at: which screen they are on, what they are called, and how one is shown. */
import type { LessonPlace } from '../../engine/api.ts';
import type { ScreenName } from '../state/session.svelte.ts';

export const PLACE_WORDS: Readonly<Record<LessonPlace, string>> = {
  'lab-machine': 'the machine and its buttons',
  'lab-power': 'the button of the machine’s power',
  'lab-take': 'the button “Take checkpoint”',
  'lab-tree': 'the checkpoints and their disks',
  'lab-row-now': 'the row of Now',
  'lab-strips': 'the bars of what each file holds',
  'lab-plan': 'the line that says what would happen',
  'lab-chart': 'the chart of the guest',
  'lab-transport': 'the buttons of time',
  'lab-merges': 'the merges',
  'lab-policy': 'the switch of when a merge runs',
  'lab-log': 'the event log',
  'lab-memory': 'where memory stands',
  'lab-files': 'the button “Files…”',
  'lab-faults': 'the button “More”, where the faults are',
  'lab-guest': 'what the guest does, and its load',
  'lab-explore': 'the button “Save folder…”, where the disks are opened in Explore',
  'explore-tree': 'the files',
  'explore-map': 'the block map',
  'explore-selection': 'the selection line',
  'explore-walk': 'the read path',
  'explore-bytes': 'the bytes',
};

const SCREEN_WORDS = { lab: 'Lab', explore: 'Explore' } as const;

export function screenOf(place: LessonPlace): 'lab' | 'explore' {
  return place.startsWith('lab-') ? 'lab' : 'explore';
}

export function screenWords(place: LessonPlace): string {
  return SCREEN_WORDS[screenOf(place)];
}

export function isOn(place: LessonPlace, screen: ScreenName): boolean {
  return screenOf(place) === screen;
}

/** All that carry the name and have a size, the largest first. */
function elementsOf(place: LessonPlace): HTMLElement[] {
  const area = (element: HTMLElement) => element.offsetWidth * element.offsetHeight;
  return [...document.querySelectorAll<HTMLElement>(`[data-place~="${place}"]`)]
    .filter((element) => area(element) > 0)
    .sort((one, other) => area(other) - area(one));
}

/** What is marked, and the way to take the marks off. */
let unmark: (() => void) | null = null;

/**
 * Scrolls to the place, gives it the focus and marks it until the next click or key Escape; false where it is not on the
 * page. `data-shown` is drawn by the lesson panel's style.
 */
export function showPlace(place: LessonPlace): boolean {
  unmark?.();
  const elements = elementsOf(place);
  const [main] = elements;
  if (!main) return false;
  for (const element of elements) element.dataset.shown = '';
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  main.scrollIntoView({ block: 'center', behavior: still ? 'auto' : 'smooth' });
  focusOn(main);
  const off = () => {
    for (const element of elements) delete element.dataset.shown;
    removeEventListener('pointerdown', off, true);
    removeEventListener('keydown', onKey, true);
    unmark = null;
  };
  const onKey = ({ key }: KeyboardEvent) => {
    if (key === 'Escape') off();
  };
  addEventListener('pointerdown', off, true);
  addEventListener('keydown', onKey, true);
  unmark = off;
  return true;
}

/** The place itself: what is inside may act when it gets the focus. */
function focusOn(element: HTMLElement): void {
  if (element.tabIndex < 0 && !element.hasAttribute('tabindex')) {
    element.tabIndex = -1;
    element.addEventListener('blur', () => element.removeAttribute('tabindex'), { once: true });
  }
  element.focus({ preventScroll: true });
}
