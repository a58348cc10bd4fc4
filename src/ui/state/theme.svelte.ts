/** Light, dark or as the system has it; normal or projector size. Kept in this browser; canvases redraw when `resolved` or `size` change. */

export type ThemeChoice = 'auto' | 'light' | 'dark';
export type SizeChoice = 'normal' | 'projector';

const KEY = 'disklab-look';

function stored(): { theme: ThemeChoice; size: SizeChoice } {
  let text = '';
  try {
    text = localStorage.getItem(KEY) ?? '';
  } catch {
    // A browser may forbid storage: then the choice lasts as long as the page.
  }
  return {
    theme: text.includes('light') ? 'light' : text.includes('dark') ? 'dark' : 'auto',
    size: text.includes('projector') ? 'projector' : 'normal',
  };
}

export class Theme {
  choice: ThemeChoice = $state.raw('auto');
  size: SizeChoice = $state.raw('normal');
  #systemDark: boolean = $state.raw(false);
  /** What is on screen. */
  readonly resolved: 'light' | 'dark' = $derived(
    this.choice === 'auto' ? (this.#systemDark ? 'dark' : 'light') : this.choice,
  );

  constructor() {
    const { theme, size } = stored();
    this.choice = theme;
    this.size = size;
    const query = matchMedia('(prefers-color-scheme: dark)');
    this.#systemDark = query.matches;
    query.addEventListener('change', () => {
      this.#systemDark = query.matches;
    });
    this.#apply();
  }

  choose(choice: ThemeChoice): void {
    this.choice = choice;
    this.#apply();
  }

  chooseSize(size: SizeChoice): void {
    this.size = size;
    this.#apply();
  }

  #apply(): void {
    const { dataset } = document.documentElement;
    if (this.choice === 'auto') delete dataset.theme;
    else dataset.theme = this.choice;
    if (this.size === 'normal') delete dataset.size;
    else dataset.size = this.size;
    try {
      localStorage.setItem(KEY, `${this.choice} ${this.size}`);
    } catch {
      // See `stored`.
    }
  }
}

/** One page, one look. */
export const theme = new Theme();
