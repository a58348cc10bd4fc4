/** Where the seek bar was moved to, and going there: a seek plays history again, so only the last wish is granted. */
import type { Labs } from '../labs.svelte.ts';

/** Keys rest for so long before the lab goes there. */
const REST_MS = 350;

export class Seeker {
  /** Where it was moved to and has not arrived yet. */
  pendingUs: number | null = $state.raw(null);
  seeking: boolean = $state.raw(false);
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly labs: () => Labs) {}

  /** Shows the place; the lab stays until `go`. */
  point(atUs: number): void {
    clearTimeout(this.#timer);
    this.pendingUs = atUs;
  }

  goSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.go(), REST_MS);
  }

  async go(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.seeking) return;
    this.seeking = true;
    try {
      while (this.pendingUs !== null) {
        const target = this.pendingUs;
        await this.labs().seek(target);
        // Moved on meanwhile: there next.
        if (this.pendingUs === target) this.pendingUs = null;
      }
    } finally {
      this.seeking = false;
    }
  }

  drop(): void {
    clearTimeout(this.#timer);
    if (!this.seeking) this.pendingUs = null;
  }
}
